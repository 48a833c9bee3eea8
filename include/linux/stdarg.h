/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_STDARG_H
#define _LINUX_STDARG_H

/* Variable arguments, from the compiler. */
#include <stdarg.h>

#endif
