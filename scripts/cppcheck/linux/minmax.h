/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_MINMAX_H
#define _LINUX_MINMAX_H

/*
 * What cppcheck reads for include/linux/minmax.h: its parser gives up on a file that
 * has statement expressions with declarations in an argument.  Here arguments may be
 * evaluated twice; nothing is compiled with this.
 */
#define min(x, y)		   ((x) < (y) ? (x) : (y))
#define max(x, y)		   ((x) > (y) ? (x) : (y))
#define min_t(type, x, y)	   min((type)(x), (type)(y))
#define max_t(type, x, y)	   max((type)(x), (type)(y))
#define min3(x, y, z)		   min(min(x, y), z)
#define max3(x, y, z)		   max(max(x, y), z)
#define min_not_zero(x, y)	   ((x) && ((x) < (y) || !(y)) ? (x) : (y))
#define clamp(val, lo, hi)	   min(max(val, lo), hi)
#define clamp_t(type, val, lo, hi) min_t(type, max_t(type, val, lo), hi)
#define clamp_val(val, lo, hi)	   clamp(val, lo, hi)

#define swap(a, b)                          \
	do {                                \
		__typeof__(a) __swap = (a); \
		(a) = (b);                  \
		(b) = __swap;               \
	} while (0)

#endif
