/* SPDX-License-Identifier: MIT */
#ifndef _ASM_BUG_H
#define _ASM_BUG_H

/* BUG(): an exception like any other, which a test can catch. */
#include <linux/compiler.h>

void __noreturn hosted_bug(const char *file, int line);

#define BUG() hosted_bug(__FILE__, __LINE__)

#endif
