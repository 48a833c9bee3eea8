/* SPDX-License-Identifier: MIT */
#ifndef _ASM_BITOPS_H
#define _ASM_BITOPS_H

/* Bits of a bitmap and words of memory, in plain C. */
#include <linux/compiler.h>
#include <linux/types.h>

/* test_and_set_bitmap - atomically set bit @bit of a bitmap of any length; was it set? */
static __always_inline bool test_and_set_bitmap(u64 *bitmap, u32 bit)
{
	u64 mask = 1ULL << (bit % 64);

	return __atomic_fetch_or(bitmap + bit / 64, mask, __ATOMIC_SEQ_CST) & mask;
}

static __always_inline bool test_and_clear_bitmap(u64 *bitmap, u32 bit)
{
	u64 mask = 1ULL << (bit % 64);

	return __atomic_fetch_and(bitmap + bit / 64, ~mask, __ATOMIC_SEQ_CST) & mask;
}

/* clear_words - zero @n words of eight bytes. */
static __always_inline void clear_words(unsigned long at, unsigned long n)
{
	__builtin_memset((void *)at, 0, n * 8);
}

#endif
