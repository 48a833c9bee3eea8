/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_ATOMIC_H
#define _LINUX_ATOMIC_H

/*
 * Atomic integers, and atomic exchange on plain ones.  What returns a value is
 * a full barrier; what returns none orders nothing, though on x86 it does.
 */
#include <linux/compiler.h>
#include <linux/types.h>
#include <asm/barrier.h>

#define ATOMIC_INIT(i) \
	{              \
		(i)    \
	}
#define ATOMIC64_INIT(i) \
	{                \
		(i)      \
	}

#define __ATOMIC_OPS(prefix, type, value)                                                          \
	static __always_inline value prefix##_read(const type *v)                                  \
	{                                                                                          \
		return READ_ONCE(v->counter);                                                      \
	}                                                                                          \
	static __always_inline void prefix##_set(type *v, value i)                                 \
	{                                                                                          \
		WRITE_ONCE(v->counter, i);                                                         \
	}                                                                                          \
	static __always_inline value prefix##_fetch_add(value i, type *v)                          \
	{                                                                                          \
		return __atomic_fetch_add(&v->counter, i, __ATOMIC_SEQ_CST);                       \
	}                                                                                          \
	static __always_inline value prefix##_fetch_sub(value i, type *v)                          \
	{                                                                                          \
		return __atomic_fetch_sub(&v->counter, i, __ATOMIC_SEQ_CST);                       \
	}                                                                                          \
	static __always_inline value prefix##_fetch_and(value i, type *v)                          \
	{                                                                                          \
		return __atomic_fetch_and(&v->counter, i, __ATOMIC_SEQ_CST);                       \
	}                                                                                          \
	static __always_inline value prefix##_fetch_or(value i, type *v)                           \
	{                                                                                          \
		return __atomic_fetch_or(&v->counter, i, __ATOMIC_SEQ_CST);                        \
	}                                                                                          \
	static __always_inline value prefix##_add_return(value i, type *v)                         \
	{                                                                                          \
		return __atomic_add_fetch(&v->counter, i, __ATOMIC_SEQ_CST);                       \
	}                                                                                          \
	static __always_inline value prefix##_sub_return(value i, type *v)                         \
	{                                                                                          \
		return __atomic_sub_fetch(&v->counter, i, __ATOMIC_SEQ_CST);                       \
	}                                                                                          \
	static __always_inline void prefix##_add(value i, type *v)                                 \
	{                                                                                          \
		(void)prefix##_fetch_add(i, v);                                                    \
	}                                                                                          \
	static __always_inline void prefix##_sub(value i, type *v)                                 \
	{                                                                                          \
		(void)prefix##_fetch_sub(i, v);                                                    \
	}                                                                                          \
	static __always_inline void prefix##_and(value i, type *v)                                 \
	{                                                                                          \
		(void)prefix##_fetch_and(i, v);                                                    \
	}                                                                                          \
	static __always_inline void prefix##_or(value i, type *v)                                  \
	{                                                                                          \
		(void)prefix##_fetch_or(i, v);                                                     \
	}                                                                                          \
	static __always_inline void prefix##_inc(type *v)                                          \
	{                                                                                          \
		(void)prefix##_fetch_add(1, v);                                                    \
	}                                                                                          \
	static __always_inline void prefix##_dec(type *v)                                          \
	{                                                                                          \
		(void)prefix##_fetch_sub(1, v);                                                    \
	}                                                                                          \
	static __always_inline value prefix##_inc_return(type *v)                                  \
	{                                                                                          \
		return prefix##_add_return(1, v);                                                  \
	}                                                                                          \
	static __always_inline value prefix##_dec_return(type *v)                                  \
	{                                                                                          \
		return prefix##_sub_return(1, v);                                                  \
	}                                                                                          \
	static __always_inline bool prefix##_inc_and_test(type *v)                                 \
	{                                                                                          \
		return prefix##_add_return(1, v) == 0;                                             \
	}                                                                                          \
	static __always_inline bool prefix##_dec_and_test(type *v)                                 \
	{                                                                                          \
		return prefix##_sub_return(1, v) == 0;                                             \
	}                                                                                          \
	static __always_inline bool prefix##_sub_and_test(value i, type *v)                        \
	{                                                                                          \
		return prefix##_sub_return(i, v) == 0;                                             \
	}                                                                                          \
	static __always_inline bool prefix##_add_negative(value i, type *v)                        \
	{                                                                                          \
		return prefix##_add_return(i, v) < 0;                                              \
	}                                                                                          \
	static __always_inline value prefix##_xchg(type *v, value new)                             \
	{                                                                                          \
		return __atomic_exchange_n(&v->counter, new, __ATOMIC_SEQ_CST);                    \
	}                                                                                          \
	static __always_inline bool prefix##_try_cmpxchg(type *v, value *old, value new)           \
	{                                                                                          \
		return __atomic_compare_exchange_n(&v->counter, old, new, false, __ATOMIC_SEQ_CST, \
						   __ATOMIC_SEQ_CST);                              \
	}                                                                                          \
	static __always_inline value prefix##_cmpxchg(type *v, value old, value new)               \
	{                                                                                          \
		prefix##_try_cmpxchg(v, &old, new);                                                \
		return old;                                                                        \
	}                                                                                          \
	static __always_inline value prefix##_fetch_add_unless(type *v, value a, value u)          \
	{                                                                                          \
		value old = prefix##_read(v);                                                      \
                                                                                                   \
		while (old != u && !prefix##_try_cmpxchg(v, &old, old + a))                        \
			;                                                                          \
		return old;                                                                        \
	}                                                                                          \
	static __always_inline bool prefix##_add_unless(type *v, value a, value u)                 \
	{                                                                                          \
		return prefix##_fetch_add_unless(v, a, u) != u;                                    \
	}                                                                                          \
	static __always_inline bool prefix##_inc_not_zero(type *v)                                 \
	{                                                                                          \
		return prefix##_add_unless(v, 1, 0);                                               \
	}

__ATOMIC_OPS(atomic, atomic_t, int)
__ATOMIC_OPS(atomic64, atomic64_t, s64)
#undef __ATOMIC_OPS

/* On LP64 a long has 64 bits. */
typedef atomic64_t atomic_long_t;
#define ATOMIC_LONG_INIT(i)		 ATOMIC64_INIT(i)
#define atomic_long_read(v)		 ((long)atomic64_read(v))
#define atomic_long_set(v, i)		 atomic64_set(v, i)
#define atomic_long_add(i, v)		 atomic64_add(i, v)
#define atomic_long_sub(i, v)		 atomic64_sub(i, v)
#define atomic_long_inc(v)		 atomic64_inc(v)
#define atomic_long_dec(v)		 atomic64_dec(v)
#define atomic_long_add_return(i, v)	 ((long)atomic64_add_return(i, v))
#define atomic_long_sub_return(i, v)	 ((long)atomic64_sub_return(i, v))
#define atomic_long_inc_return(v)	 ((long)atomic64_inc_return(v))
#define atomic_long_dec_return(v)	 ((long)atomic64_dec_return(v))
#define atomic_long_dec_and_test(v)	 atomic64_dec_and_test(v)
#define atomic_long_xchg(v, new)	 ((long)atomic64_xchg(v, new))
#define atomic_long_cmpxchg(v, old, new) ((long)atomic64_cmpxchg(v, old, new))
#define atomic_long_add_unless(v, a, u)	 atomic64_add_unless(v, a, u)
#define atomic_long_inc_not_zero(v)	 atomic64_inc_not_zero(v)

#define xchg(ptr, new)			 __atomic_exchange_n(ptr, new, __ATOMIC_SEQ_CST)
#define try_cmpxchg(ptr, old, new) \
	__atomic_compare_exchange_n(ptr, old, new, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST)
#define cmpxchg(ptr, old, new)                      \
	({                                          \
		__typeof__(*(ptr)) __found = (old); \
                                                    \
		try_cmpxchg(ptr, &__found, new);    \
		__found;                            \
	})
#define cmpxchg64(ptr, old, new) cmpxchg(ptr, old, new)

#endif
