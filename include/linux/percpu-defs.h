/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_PERCPU_DEFS_H
#define _LINUX_PERCPU_DEFS_H

/*
 * Per-CPU variables: how to define them and how to reach a CPU's copy.
 *
 * A per-CPU pointer is an address in the linked per-CPU section, or one from
 * alloc_percpu() that continues that numbering.  CPU c's copy lies at that
 * address + __per_cpu_offset[c]; this CPU's own is %gs:address, so the
 * this_cpu_*() operations are one instruction each and safe against interrupts
 * and migration without further ado.
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
	if (unlikely(cpu_use_checking))
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

static __always_inline unsigned long __pcpu_read_off(void)
{
	unsigned long off;

	asm volatile("movq %%gs:%1, %0" : "=r"(off) : "m"(this_cpu_off));
	return off;
}

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

/*
 * The operations.  The operand is the variable's linked address behind a %gs
 * prefix; every one is volatile, so they are neither merged nor reordered among
 * themselves.
 */
void __bad_percpu_size(void);

#define __pcpu_ld(mov, ctype, con, var)                                  \
	({                                                               \
		ctype __ld;                                              \
		asm volatile(mov " %%gs:%1, %0" : con(__ld) : "m"(var)); \
		__ld;                                                    \
	})

/* The value of @var as an integer of its size, then as its own type. */
#define this_cpu_read(var)                                             \
	({                                                             \
		union {                                                \
			__typeof__(var) __v;                           \
			u8 __b1;                                       \
			u16 __b2;                                      \
			u32 __b4;                                      \
			u64 __b8;                                      \
		} __rd;                                                \
		switch (sizeof(var)) {                                 \
		case 1:                                                \
			__rd.__b1 = __pcpu_ld("movb", u8, "=q", var);  \
			break;                                         \
		case 2:                                                \
			__rd.__b2 = __pcpu_ld("movw", u16, "=r", var); \
			break;                                         \
		case 4:                                                \
			__rd.__b4 = __pcpu_ld("movl", u32, "=r", var); \
			break;                                         \
		case 8:                                                \
			__rd.__b8 = __pcpu_ld("movq", u64, "=r", var); \
			break;                                         \
		default:                                               \
			__bad_percpu_size();                           \
		}                                                      \
		__rd.__v;                                              \
	})

/* One instruction op{b,w,l,q} of @val on @var; @val is cast as an integer of that size. */
#define __pcpu_op(op, var, val)                                                     \
	do {                                                                        \
		switch (sizeof(var)) {                                              \
		case 1:                                                             \
			asm volatile(op "b %1, %%gs:%0"                             \
				     : "+m"(var)                                    \
				     : "qi"((u8)((unsigned long)(val)&0xff))        \
				     : "cc");                                       \
			break;                                                      \
		case 2:                                                             \
			asm volatile(op "w %1, %%gs:%0"                             \
				     : "+m"(var)                                    \
				     : "ri"((u16)((unsigned long)(val)&0xffff))     \
				     : "cc");                                       \
			break;                                                      \
		case 4:                                                             \
			asm volatile(op "l %1, %%gs:%0"                             \
				     : "+m"(var)                                    \
				     : "ri"((u32)((unsigned long)(val)&0xffffffff)) \
				     : "cc");                                       \
			break;                                                      \
		case 8:                                                             \
			asm volatile(op "q %1, %%gs:%0"                             \
				     : "+m"(var)                                    \
				     : "re"((u64)(unsigned long)(val))              \
				     : "cc");                                       \
			break;                                                      \
		default:                                                            \
			__bad_percpu_size();                                        \
		}                                                                   \
	} while (0)

/* inc or dec: the operation without an operand. */
#define __pcpu_op1(op, var)                                                \
	do {                                                               \
		switch (sizeof(var)) {                                     \
		case 1:                                                    \
			asm volatile(op "b %%gs:%0" : "+m"(var) : : "cc"); \
			break;                                             \
		case 2:                                                    \
			asm volatile(op "w %%gs:%0" : "+m"(var) : : "cc"); \
			break;                                             \
		case 4:                                                    \
			asm volatile(op "l %%gs:%0" : "+m"(var) : : "cc"); \
			break;                                             \
		case 8:                                                    \
			asm volatile(op "q %%gs:%0" : "+m"(var) : : "cc"); \
			break;                                             \
		default:                                                   \
			__bad_percpu_size();                               \
		}                                                          \
	} while (0)

/* xadd or xchg: one instruction that also hands back the old value. */
#define __pcpu_swap(op, var, val)                                                            \
	({                                                                                   \
		__typeof__(var) __old = (__typeof__(var))(val);                              \
		switch (sizeof(var)) {                                                       \
		case 1:                                                                      \
			asm volatile(op "b %0, %%gs:%1" : "+q"(__old), "+m"(var) : : "cc");  \
			break;                                                               \
		case 2:                                                                      \
			asm volatile(op "w %w0, %%gs:%1" : "+r"(__old), "+m"(var) : : "cc"); \
			break;                                                               \
		case 4:                                                                      \
			asm volatile(op "l %k0, %%gs:%1" : "+r"(__old), "+m"(var) : : "cc"); \
			break;                                                               \
		case 8:                                                                      \
			asm volatile(op "q %q0, %%gs:%1" : "+r"(__old), "+m"(var) : : "cc"); \
			break;                                                               \
		default:                                                                     \
			__bad_percpu_size();                                                 \
		}                                                                            \
		__old;                                                                       \
	})

#define __pcpu_cmpxchg(var, old, new)                           \
	({                                                      \
		__typeof__(var) __was = (__typeof__(var))(old); \
		__typeof__(var) __new = (__typeof__(var))(new); \
		switch (sizeof(var)) {                          \
		case 1:                                         \
			asm volatile("cmpxchgb %2, %%gs:%1"     \
				     : "+a"(__was), "+m"(var)   \
				     : "q"(__new)               \
				     : "cc");                   \
			break;                                  \
		case 2:                                         \
			asm volatile("cmpxchgw %w2, %%gs:%1"    \
				     : "+a"(__was), "+m"(var)   \
				     : "r"(__new)               \
				     : "cc");                   \
			break;                                  \
		case 4:                                         \
			asm volatile("cmpxchgl %k2, %%gs:%1"    \
				     : "+a"(__was), "+m"(var)   \
				     : "r"(__new)               \
				     : "cc");                   \
			break;                                  \
		case 8:                                         \
			asm volatile("cmpxchgq %q2, %%gs:%1"    \
				     : "+a"(__was), "+m"(var)   \
				     : "r"(__new)               \
				     : "cc");                   \
			break;                                  \
		default:                                        \
			__bad_percpu_size();                    \
		}                                               \
		__was;                                          \
	})

#define this_cpu_write(var, val)	__pcpu_op("mov", var, val)
#define this_cpu_add(var, val)		__pcpu_op("add", var, val)
#define this_cpu_sub(var, val)		__pcpu_op("sub", var, val)
#define this_cpu_and(var, val)		__pcpu_op("and", var, val)
#define this_cpu_or(var, val)		__pcpu_op("or", var, val)
#define this_cpu_inc(var)		__pcpu_op1("inc", var)
#define this_cpu_dec(var)		__pcpu_op1("dec", var)
#define this_cpu_xchg(var, val)		__pcpu_swap("xchg", var, val)
#define this_cpu_cmpxchg(var, old, new) __pcpu_cmpxchg(var, old, new)
#define this_cpu_add_return(var, val)                                       \
	({                                                                  \
		__typeof__(var) __add = (__typeof__(var))(val);             \
		(__typeof__(var))(__pcpu_swap("xadd", var, __add) + __add); \
	})
#define this_cpu_sub_return(var, val) this_cpu_add_return(var, -(__typeof__(var))(val))
#define this_cpu_inc_return(var)      this_cpu_add_return(var, 1)
#define this_cpu_dec_return(var)      this_cpu_add_return(var, -1)

/**
 * this_cpu_try_cmpxchg_shared - exchange a variable that other CPUs exchange too
 * @var: this CPU's copy of it, a word
 * @oldp: what it is expected to be; on failure, what it was
 * @new: what it becomes
 *
 * Return: whether it was *@oldp, and is @new now.
 */
#define this_cpu_try_cmpxchg_shared(var, oldp, new)                      \
	({                                                               \
		bool __done = false;                                     \
                                                                         \
		asm volatile("lock cmpxchgq %3, %%gs:%1"                 \
			     : "=@ccz"(__done), "+m"(var), "+a"(*(oldp)) \
			     : "r"(new)                                  \
			     : "memory");                                \
		__done;                                                  \
	})

/* this_cpu_sub_is_negative - subtract from a word; is it less than 0 now? */
#define this_cpu_sub_is_negative(var, val)                    \
	({                                                    \
		bool __negative = false;                      \
                                                              \
		asm volatile("subq %2, %%gs:%1"               \
			     : "=@ccl"(__negative), "+m"(var) \
			     : "er"((long)(val)));            \
		__negative;                                   \
	})

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
