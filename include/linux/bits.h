/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_BITS_H
#define _LINUX_BITS_H

/* Single bits and runs of bits as constants. */
#include <linux/const.h>

#define BITS_PER_BYTE	   8
#define BITS_PER_LONG	   64
#define BITS_PER_LONG_LONG 64

#define BIT(nr)		   (UL(1) << (nr))
#define BIT_ULL(nr)	   (ULL(1) << (nr))
#define BIT_MASK(nr)	   (UL(1) << ((nr) % BITS_PER_LONG))
#define BIT_WORD(nr)	   ((nr) / BITS_PER_LONG)
#define GENMASK(h, l)	   (((~UL(0)) - (UL(1) << (l)) + 1) & (~UL(0) >> (BITS_PER_LONG - 1 - (h))))
#define GENMASK_ULL(h, l)  ((unsigned long long)GENMASK(h, l))

#endif
