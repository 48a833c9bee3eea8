/* SPDX-License-Identifier: MIT */
#ifndef _ASM_PERCPU_PLAIN_H
#define _ASM_PERCPU_PLAIN_H

/*
 * Operations on per-CPU variables in plain C, for where nothing runs on a CPU in the
 * middle of one. The includer's __pcpu_read_off() says how far its CPU's copies are.
 */
#include <linux/types.h>
#include <linux/compiler.h>

#define __pcpu_access(var)	 (*__pcpu_shift(&(var), __pcpu_read_off()))

#define this_cpu_read(var)	 READ_ONCE(__pcpu_access(var))
#define this_cpu_write(var, val) ((void)WRITE_ONCE(__pcpu_access(var), (__typeof__(var))(val)))

/* The variable becomes @expr, in which __v is what it was; the value is @expr. */
#define __pcpu_update(var, expr)                                 \
	({                                                       \
		__typeof__(&(var)) __copy = &__pcpu_access(var); \
		__typeof__(var) __v = READ_ONCE(*__copy);        \
		__typeof__(var) __new = (__typeof__(var))(expr); \
		WRITE_ONCE(*__copy, __new);                      \
		__new;                                           \
	})

#define this_cpu_add(var, val)	      ((void)__pcpu_update(var, __v + (val)))
#define this_cpu_sub(var, val)	      ((void)__pcpu_update(var, __v - (val)))
#define this_cpu_and(var, val)	      ((void)__pcpu_update(var, __v & (val)))
#define this_cpu_or(var, val)	      ((void)__pcpu_update(var, __v | (val)))
#define this_cpu_inc(var)	      this_cpu_add(var, 1)
#define this_cpu_dec(var)	      this_cpu_sub(var, 1)
#define this_cpu_add_return(var, val) __pcpu_update(var, __v + (val))
#define this_cpu_sub_return(var, val) __pcpu_update(var, __v - (val))
#define this_cpu_inc_return(var)      this_cpu_add_return(var, 1)
#define this_cpu_dec_return(var)      this_cpu_sub_return(var, 1)

#define this_cpu_xchg(var, val)                                  \
	({                                                       \
		__typeof__(&(var)) __copy = &__pcpu_access(var); \
		__typeof__(var) __old = READ_ONCE(*__copy);      \
		WRITE_ONCE(*__copy, (__typeof__(var))(val));     \
		__old;                                           \
	})

#define this_cpu_cmpxchg(var, old, new)                              \
	({                                                           \
		__typeof__(&(var)) __copy = &__pcpu_access(var);     \
		__typeof__(var) __was = READ_ONCE(*__copy);          \
		if (__was == (__typeof__(var))(old))                 \
			WRITE_ONCE(*__copy, (__typeof__(var))(new)); \
		__was;                                               \
	})

/* this_cpu_try_cmpxchg_shared - exchange a variable that other CPUs exchange too */
#define this_cpu_try_cmpxchg_shared(var, oldp, new)                                          \
	__atomic_compare_exchange_n(&__pcpu_access(var), oldp, new, false, __ATOMIC_SEQ_CST, \
				    __ATOMIC_SEQ_CST)

/* this_cpu_sub_is_negative - subtract from a word; is it less than 0 now? */
#define this_cpu_sub_is_negative(var, val) ((long)__pcpu_update(var, __v - (val)) < 0)

#endif
