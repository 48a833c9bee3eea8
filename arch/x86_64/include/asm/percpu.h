/* SPDX-License-Identifier: MIT */
#ifndef _ASM_PERCPU_H
#define _ASM_PERCPU_H

/*
 * Per-CPU data: %gs holds the distance from the linked copy of the per-CPU
 * section to this CPU's own, so %gs:symbol is this CPU's variable, and each
 * operation on it is one instruction.  The boot CPU starts on the linked copy
 * itself, with a distance of 0.
 */
#include <linux/types.h>
#include <linux/compiler.h>

#define NR_CPUS 256

extern char __per_cpu_start[], __per_cpu_end[];
extern unsigned long __per_cpu_offset[NR_CPUS];
extern unsigned long __percpu this_cpu_off; /* a per-CPU variable: this CPU's distance */

/* percpu_set_base - make the CPU's copies at distance @offset the running CPU's own. */
static inline void percpu_set_base(unsigned long offset)
{
	asm volatile("wrmsr"
		     :
		     : "c"(0xc0000101), "a"((u32)offset), "d"((u32)(offset >> 32))
		     : "memory");
}

#define __pcpu_access(var) (*(__seg_gs __typeof__(var) *)(unsigned long)&(var))

static __always_inline unsigned long __pcpu_read_off(void)
{
	unsigned long off;

	asm volatile("movq %%gs:%1, %0" : "=r"(off) : "m"(this_cpu_off));
	return off;
}

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

#endif
