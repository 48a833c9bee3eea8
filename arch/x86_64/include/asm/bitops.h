/* SPDX-License-Identifier: MIT */
#ifndef _ASM_BITOPS_H
#define _ASM_BITOPS_H

/*
 * Bits and words of memory in one instruction each, where the compiler's own
 * code for the same takes several.
 */
#include <linux/types.h>
#include <linux/compiler.h>

/* test_and_set_bitmap - atomically set bit @bit of a bitmap of any length; was it set? */
static __always_inline bool test_and_set_bitmap(u64 *bitmap, u32 bit)
{
	bool was;

	asm volatile("lock btsl %2, %1" : "=@ccc"(was), "+m"(*bitmap) : "r"(bit) : "memory");
	return was;
}

static __always_inline bool test_and_clear_bitmap(u64 *bitmap, u32 bit)
{
	bool was;

	asm volatile("lock btrl %2, %1" : "=@ccc"(was), "+m"(*bitmap) : "r"(bit) : "memory");
	return was;
}

/* clear_words - zero @n words of eight bytes. */
static __always_inline void clear_words(unsigned long at, unsigned long n)
{
	asm volatile("rep stosq" : "+D"(at), "+c"(n) : "a"(0UL) : "memory");
}

#endif
