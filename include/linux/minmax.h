/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_MINMAX_H
#define _LINUX_MINMAX_H

/*
 * min() and friends.  A comparison of unlike types does not compile, because
 * the pointers to the operands do not compare; each operand is evaluated once,
 * except where both are constants: then the result is a constant too.
 */
#include <linux/compiler.h>

#define __typecheck(x, y)	(!!(sizeof((__typeof__(x) *)1 == (__typeof__(y) *)1)))
#define __is_constexpr(x)	(sizeof(int) == sizeof(*(8 ? ((void *)((long)(x)*0l)) : (int *)8)))
#define __no_side_effects(x, y) (__is_constexpr(x) && __is_constexpr(y))
#define __cmp(x, y, op)		((x)op(y) ? (x) : (y))
#define __minmax_id_(a, b)	a##b
#define __minmax_id(a, b)	__minmax_id_(a, b)
#define __cmp_once(x, y, op, ux, uy)    \
	({                              \
		__typeof__(x) ux = (x); \
		__typeof__(y) uy = (y); \
		__cmp(ux, uy, op);      \
	})
#define __careful_cmp(x, y, op)                                                              \
	__builtin_choose_expr(__typecheck(x, y) && __no_side_effects(x, y), __cmp(x, y, op), \
			      __cmp_once(x, y, op, __minmax_id(__ux, __COUNTER__),           \
					 __minmax_id(__uy, __COUNTER__)))

#define min(x, y)	  __careful_cmp(x, y, <)
#define max(x, y)	  __careful_cmp(x, y, >)

#define min_t(type, x, y) __careful_cmp((type)(x), (type)(y), <)
#define max_t(type, x, y) __careful_cmp((type)(x), (type)(y), >)

#define min3(x, y, z)	  min((__typeof__(x))min(x, y), z)
#define max3(x, y, z)	  max((__typeof__(x))max(x, y), z)

/* min_not_zero - the lesser of two values, zero meaning "none" */
#define min_not_zero(x, y)                                                                 \
	({                                                                                 \
		__typeof__(x) __mnz_x = (x);                                               \
		__typeof__(y) __mnz_y = (y);                                               \
		__mnz_x == 0 ? __mnz_y : (__mnz_y == 0 ? __mnz_x : min(__mnz_x, __mnz_y)); \
	})

#define clamp(val, lo, hi)	   min((__typeof__(val))max(val, lo), hi)
#define clamp_t(type, val, lo, hi) min_t(type, max_t(type, val, lo), hi)
#define clamp_val(val, lo, hi)	   clamp_t(__typeof__(val), val, lo, hi)

#define swap(a, b)                          \
	do {                                \
		__typeof__(a) __swap = (a); \
		(a) = (b);                  \
		(b) = __swap;               \
	} while (0)

#endif
