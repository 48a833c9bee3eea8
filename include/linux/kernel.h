/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_KERNEL_H
#define _LINUX_KERNEL_H

/* What nearly every source file uses. */
#include <linux/stdarg.h>
#include <linux/limits.h>
#include <linux/types.h>
#include <linux/compiler.h>
#include <linux/const.h>
#include <linux/align.h>
#include <linux/build_bug.h>
#include <linux/container_of.h>
#include <linux/bitops.h>
#include <linux/errno.h>
#include <linux/kconfig.h>
#include <linux/kstrtox.h>
#include <linux/log2.h>
#include <linux/math.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/printk.h>
#include <linux/sprintf.h>
#include <linux/stringify.h>

#define __must_be_array(a) BUILD_BUG_ON_ZERO(__same_type((a), &(a)[0]))
#define ARRAY_SIZE(arr)	   (sizeof(arr) / sizeof((arr)[0]) + __must_be_array(arr))

#define typecheck(type, x)                  \
	({                                  \
		type __tc_a;                \
		__typeof__(x) __tc_b;       \
		(void)(&__tc_a == &__tc_b); \
		1;                          \
	})

#define upper_32_bits(n)   ((u32)(((u64)(n)) >> 32))
#define lower_32_bits(n)   ((u32)((n)&0xffffffff))
#define PTR_IF(cond, ptr)  ((cond) ? (ptr) : NULL)
#define u64_to_user_ptr(x) ((void __user *)(uintptr_t)(x))

/* The instruction, and the return address, of the function this stands in. */
#define _RET_IP_ ((unsigned long)__builtin_return_address(0))
#define _THIS_IP_                        \
	({                               \
		__label__ __here;        \
	__here:                          \
		(unsigned long)&&__here; \
	})

#endif
