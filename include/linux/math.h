/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_MATH_H
#define _LINUX_MATH_H

/* Rounding and division. */
#include <linux/types.h>

#define __round_mask(x, y) ((__typeof__(x))((y)-1))
/* round_up, round_down - to a multiple of a power of two */
#define round_up(x, y)		 ((((x)-1) | __round_mask(x, y)) + 1)
#define round_down(x, y)	 ((x) & ~__round_mask(x, y))

#define DIV_ROUND_UP(n, d)	 (((n) + (d)-1) / (d))
#define DIV_ROUND_DOWN_ULL(n, d) ((unsigned long long)(n) / (d))
#define DIV_ROUND_UP_ULL(n, d)	 DIV_ROUND_DOWN_ULL((unsigned long long)(n) + (d)-1, (d))
#define DIV_ROUND_CLOSEST(x, d)                                             \
	({                                                                  \
		__typeof__(x) __drc_x = (x);                                \
		__typeof__(d) __drc_d = (d);                                \
		((__typeof__(x))-1 > 0 || ((__drc_x > 0) == (__drc_d > 0))) \
			? ((__drc_x + __drc_d / 2) / __drc_d)               \
			: ((__drc_x - __drc_d / 2) / __drc_d);              \
	})
/* roundup, rounddown - to a multiple of any number */
#define roundup(x, y)                                  \
	({                                             \
		__typeof__(y) __ru_y = (y);            \
		((x) + (__ru_y - 1)) / __ru_y *__ru_y; \
	})
#define rounddown(x, y)                     \
	({                                  \
		__typeof__(x) __rd_x = (x); \
		__rd_x - (__rd_x % (y));    \
	})

#define abs(x)                                    \
	({                                        \
		__typeof__(x) __abs_x = (x);      \
		__abs_x < 0 ? -__abs_x : __abs_x; \
	})
#define abs_diff(a, b)                                               \
	({                                                           \
		__typeof__(a) __ad_a = (a);                          \
		__typeof__(a) __ad_b = (b);                          \
		__ad_a > __ad_b ? __ad_a - __ad_b : __ad_b - __ad_a; \
	})

#define mult_frac(x, n, d)                                                  \
	({                                                                  \
		__typeof__(x) __mf_x = (x);                                 \
		__typeof__(n) __mf_n = (n);                                 \
		__typeof__(d) __mf_d = (d);                                 \
		__mf_x / __mf_d *__mf_n + __mf_x % __mf_d *__mf_n / __mf_d; \
	})

/**
 * int_sqrt - integer square root
 * @x: the number
 *
 * Return: the largest r with r * r <= @x.
 */
unsigned long int_sqrt(unsigned long x);

#endif
