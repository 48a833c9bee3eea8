/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_LOG2_H
#define _LINUX_LOG2_H

/* Binary logarithms; constants of constants, so that they can size arrays. */
#include <linux/types.h>
#include <linux/bitops.h>

static inline __attribute__((__const__)) bool is_power_of_2(unsigned long n)
{
	return n != 0 && (n & (n - 1)) == 0;
}

/* ilog2 - position of the highest bit set in @n, which is not 0 */
#define ilog2(n) (63 - __builtin_clzll((unsigned long long)(n)))

/* order_base_2 - the smallest k with 2^k >= @n; 0 for 0 and 1 */
#define order_base_2(n) ((n) > 1 ? ilog2((unsigned long long)(n)-1) + 1 : 0)

/* roundup_pow_of_two, rounddown_pow_of_two - of @n, which is not 0 */
#define roundup_pow_of_two(n)	(1UL << order_base_2(n))
#define rounddown_pow_of_two(n) (1UL << ilog2(n))

#endif
