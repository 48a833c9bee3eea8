/* SPDX-License-Identifier: MIT */
#ifndef CAIRN_MEMBLOCK_KERNEL_H
#define CAIRN_MEMBLOCK_KERNEL_H

/* What mm/memblock.c and mm/memblock_boot.c use of the kernel's <linux/kernel.h>. */
#include_next <linux/kernel.h>
#include <errno.h>
#include <linux/compiler.h>
#include <linux/types.h>

#define __memblock_pick(a, b, op)                \
	({                                       \
		__typeof__((a) + (b)) __a = (a); \
		__typeof__((a) + (b)) __b = (b); \
		__a op __b ? __a : __b;          \
	})
#define min(a, b)	    __memblock_pick(a, b, <)
#define max(a, b)	    __memblock_pick(a, b, >)
#define clamp(v, low, high) min(max(v, low), high)
#define round_down(x, to)   ((x) & ~((__typeof__(x))(to)-1))
#define round_up(x, to)	    round_down((x) + ((__typeof__(x))(to)-1), to)
#define ALIGN(x, to)	    round_up(x, to)
#define ALIGN_DOWN(x, to)   round_down(x, to)

#endif
