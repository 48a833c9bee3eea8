/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_MATH64_H
#define _LINUX_MATH64_H

/* 64-bit division, which on this machine is plain division. */
#include <linux/types.h>
#include <linux/math.h>

/* do_div - divide @n in place by @base and yield the remainder */
#define do_div(n, base)                              \
	({                                           \
		u32 __dd_base = (base);              \
		u32 __dd_rem = (u64)(n) % __dd_base; \
		(n) = (u64)(n) / __dd_base;          \
		__dd_rem;                            \
	})

static inline u64 div_u64_rem(u64 n, u32 d, u32 *rem)
{
	*rem = (u32)(n % d);
	return n / d;
}

static inline u64 div64_u64_rem(u64 n, u64 d, u64 *rem)
{
	*rem = n % d;
	return n / d;
}

static inline u64 div_u64(u64 n, u32 d)
{
	return n / d;
}

static inline s64 div_s64(s64 n, s32 d)
{
	return n / d;
}

static inline u64 div64_u64(u64 n, u64 d)
{
	return n / d;
}

static inline s64 div64_s64(s64 n, s64 d)
{
	return n / d;
}

static inline u64 div64_ul(u64 n, unsigned long d)
{
	return n / d;
}

/* mul_u64_u64_shr - (@a * @b) >> @shift without losing the upper half */
static inline u64 mul_u64_u64_shr(u64 a, u64 b, unsigned int shift)
{
	return (u64)(((unsigned __int128)a * b) >> shift);
}

static inline u64 mul_u64_u32_shr(u64 a, u32 b, unsigned int shift)
{
	return mul_u64_u64_shr(a, b, shift);
}

#endif
