/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_BUILD_BUG_H
#define _LINUX_BUILD_BUG_H

/* Conditions that must hold for the source to compile. */
#define BUILD_BUG_ON_ZERO(e)	       ((int)(sizeof(struct { int : (-!!(e)); })))
#define BUILD_BUG_ON_MSG(cond, msg)    _Static_assert(!(cond), msg)
#define BUILD_BUG_ON(cond)	       ((void)sizeof(char[1 - 2 * !!(cond)]))
#define BUILD_BUG_ON_NOT_POWER_OF_2(n) BUILD_BUG_ON((n) == 0 || (((n) & ((n)-1)) != 0))
#define BUILD_BUG_ON_INVALID(e)	       ((void)(sizeof((long)(e))))

#define static_assert(expr, ...) __static_assert(expr, ##__VA_ARGS__, #expr)
#define __static_assert(expr, msg, ...) _Static_assert(expr, msg)

#endif
