/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_PERCPU_DEFS_H
#define _LINUX_PERCPU_DEFS_H

/*
 * Per-CPU variables: how to define them and how to reach a CPU's copy.
 *
 * A per-CPU pointer is an address in the linked per-CPU section, or one from
 * alloc_percpu() that continues that numbering.  CPU c's copy lies at that
 * address + __per_cpu_offset[c].  The this_cpu_*() operations on this CPU's own
 * are the machine's, in <asm/percpu.h>: safe against interrupts and migration
 * without further ado.
 */
#include <linux/types.h>
#include <linux/compiler.h>
#include <asm/percpu.h>

#define PER_CPU_SECTION				   ".data..percpu"

#define DECLARE_PER_CPU(type, name)		   extern __percpu __typeof__(type) name
#define DEFINE_PER_CPU(type, name)		   __percpu __section(PER_CPU_SECTION) __typeof__(type) name

#define DECLARE_PER_CPU_ALIGNED(type, name)	   DECLARE_PER_CPU(type, name) __aligned(64)
#define DEFINE_PER_CPU_ALIGNED(type, name)	   DEFINE_PER_CPU(type, name) __aligned(64)
#define DECLARE_PER_CPU_SHARED_ALIGNED(type, name) DECLARE_PER_CPU_ALIGNED(type, name)
#define DEFINE_PER_CPU_SHARED_ALIGNED(type, name)  DEFINE_PER_CPU_ALIGNED(type, name)
#define DECLARE_PER_CPU_PAGE_ALIGNED(type, name)   DECLARE_PER_CPU(type, name) __aligned(4096)
#define DEFINE_PER_CPU_PAGE_ALIGNED(type, name)	   DEFINE_PER_CPU(type, name) __aligned(4096)
#define DECLARE_PER_CPU_READ_MOSTLY(type, name)	   DECLARE_PER_CPU(type, name)
#define DEFINE_PER_CPU_READ_MOSTLY(type, name)	   DEFINE_PER_CPU(type, name)

#define EXPORT_PER_CPU_SYMBOL(var)		   extern int __export_per_cpu_##var
#define EXPORT_PER_CPU_SYMBOL_GPL(var)		   extern int __export_per_cpu_##var

/* A pointer moved by an offset, out of the optimiser's sight. */
#define __pcpu_shift(ptr, offset)                                \
	({                                                       \
		unsigned long __at = (unsigned long)(ptr);       \
		asm("" : "+r"(__at));                            \
		(__typeof__(*(ptr)) __force *)(__at + (offset)); \
	})

/* per_cpu_offset - distance from a per-CPU pointer to @cpu's copy. */
#define per_cpu_offset(cpu)   (__per_cpu_offset[cpu])

#define per_cpu_ptr(ptr, cpu) __pcpu_shift(ptr, per_cpu_offset(cpu))
#define per_cpu(var, cpu)     (*per_cpu_ptr(&(var), cpu))

/*
 * cpu_use_checking - boot parameter debug_preempt=1: whoever asks for this CPU must
 * be unable to leave it
 *
 * check_cpu_use() reports a caller that may move; @what: what it used.
 */
extern bool cpu_use_checking;
void check_cpu_use(const char *what) __cold;

static __always_inline void cpu_use_check(const char *what)
{
	if (unlikely(data_race(cpu_use_checking)))
		check_cpu_use(what);
}

/*
 * Pointer to this CPU's copy; stays right only while the caller cannot migrate, as
 * debug_preempt=1 checks; raw_cpu_ptr() is for those who do not mind.
 */
#define raw_cpu_ptr(ptr) __pcpu_shift(ptr, __pcpu_read_off())
#define this_cpu_ptr(ptr)                        \
	({                                       \
		cpu_use_check("this_cpu_ptr()"); \
		raw_cpu_ptr(ptr);                \
	})
#define __this_cpu_ptr(ptr) raw_cpu_ptr(ptr)
#define __get_cpu_var(var)  (*this_cpu_ptr(&(var)))

/* This CPU's copy, with preemption off until put_cpu_var() or put_cpu_ptr(). */
#define get_cpu_var(var)              \
	(*({                          \
		preempt_disable();    \
		this_cpu_ptr(&(var)); \
	}))
#define put_cpu_var(var)          \
	do {                      \
		(void)&(var);     \
		preempt_enable(); \
	} while (0)
#define get_cpu_ptr(ptr)           \
	({                         \
		preempt_disable(); \
		this_cpu_ptr(ptr); \
	})
#define put_cpu_ptr(ptr)          \
	do {                      \
		(void)(ptr);      \
		preempt_enable(); \
	} while (0)

/* The forms whose caller vouches that it cannot move, which debug_preempt=1 checks. */
#define __pcpu_do(op, ...)                    \
	do {                                  \
		cpu_use_check("__" #op "()"); \
		op(__VA_ARGS__);              \
	} while (0)
#define __pcpu_get(op, ...)                   \
	({                                    \
		cpu_use_check("__" #op "()"); \
		op(__VA_ARGS__);              \
	})
#define __this_cpu_read(var)		  __pcpu_get(this_cpu_read, var)
#define __this_cpu_write(var, val)	  __pcpu_do(this_cpu_write, var, val)
#define __this_cpu_add(var, val)	  __pcpu_do(this_cpu_add, var, val)
#define __this_cpu_sub(var, val)	  __pcpu_do(this_cpu_sub, var, val)
#define __this_cpu_and(var, val)	  __pcpu_do(this_cpu_and, var, val)
#define __this_cpu_or(var, val)		  __pcpu_do(this_cpu_or, var, val)
#define __this_cpu_inc(var)		  __pcpu_do(this_cpu_inc, var)
#define __this_cpu_dec(var)		  __pcpu_do(this_cpu_dec, var)
#define __this_cpu_xchg(var, val)	  __pcpu_get(this_cpu_xchg, var, val)
#define __this_cpu_cmpxchg(var, old, new) __pcpu_get(this_cpu_cmpxchg, var, old, new)
#define __this_cpu_add_return(var, val)	  __pcpu_get(this_cpu_add_return, var, val)
#define __this_cpu_sub_return(var, val)	  __pcpu_get(this_cpu_sub_return, var, val)
#define __this_cpu_inc_return(var)	  __pcpu_get(this_cpu_inc_return, var)
#define __this_cpu_dec_return(var)	  __pcpu_get(this_cpu_dec_return, var)

/* Those that do not care: the same instructions. */
#define raw_cpu_read(var)	       this_cpu_read(var)
#define raw_cpu_write(var, val)	       this_cpu_write(var, val)
#define raw_cpu_add(var, val)	       this_cpu_add(var, val)
#define raw_cpu_sub(var, val)	       this_cpu_sub(var, val)
#define raw_cpu_inc(var)	       this_cpu_inc(var)
#define raw_cpu_dec(var)	       this_cpu_dec(var)
#define raw_cpu_add_return(var, val)   this_cpu_add_return(var, val)
#define raw_cpu_xchg(var, val)	       this_cpu_xchg(var, val)
#define raw_cpu_cmpxchg(var, old, new) this_cpu_cmpxchg(var, old, new)

#endif
