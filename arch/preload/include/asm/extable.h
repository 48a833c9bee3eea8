/* SPDX-License-Identifier: MIT */
#ifndef _ASM_EXTABLE_H
#define _ASM_EXTABLE_H

/*
 * Loads that may fault.  None does here: all descriptors can be read, since the host
 * has zeroes where nothing has been written (but see host_map_empty()), and so can what
 * they describe.
 */
#include <linux/compiler.h>
#include <linux/types.h>

/* load_u64_nofault - read 8 bytes of a descriptor or of the direct map; true */
static __always_inline bool load_u64_nofault(const void *src, u64 *value)
{
	*value = *(const volatile u64 *)src;
	return true;
}

/* u64_equals_nofault - compare 8 bytes; equal? */
static __always_inline bool u64_equals_nofault(const void *src, u64 value)
{
	return *(const volatile u64 *)src == value;
}

/* u64_nonzero_nofault - look at 8 bytes that may not be mapped; readable and not all zero? */
static __always_inline bool u64_nonzero_nofault(const void *src)
{
	u64 word;

	return load_u64_nofault(src, &word) && word;
}

#endif
