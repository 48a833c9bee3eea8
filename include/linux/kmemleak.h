/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_KMEMLEAK_H
#define _LINUX_KMEMLEAK_H

/*
 * kmemleak=on: which objects does nobody refer to any more?  mm/kmemleak.c.
 * Without the parameter all of this does nothing.
 */
#include <linux/types.h>

extern bool kmemleak_on;

/* kmemleak_enabled - was kmemleak=on given? */
static inline bool kmemleak_enabled(void)
{
	return kmemleak_on;
}

/* kmemleak_init - large blocks and per-CPU objects are watched from here on; start-up. */
void kmemleak_init(void);

/**
 * kmemleak_alloc - watch memory that is neither kmalloc()'s nor vmalloc()'s, as pages are not
 * @ptr: where it begins, in the direct map
 * @size: its bytes
 * @min_count: 0: look through it, but never suspect it
 * @gfp: how to allocate what is kept of it; without memory for that it is not watched
 *
 * kmemleak_free() is the opposite, to be called before the memory is given back.
 *
 * Context: any but NMI, as @gfp says.
 */
void kmemleak_alloc(const void *ptr, size_t size, int min_count, gfp_t gfp);
void kmemleak_free(const void *ptr);

/*
 * What is known better of an object; @ptr may point anywhere into it, and be a per-CPU
 * pointer.  Others are left alone.
 *
 * kmemleak_not_leak - it is referred to from where nobody looks; what it refers to is not lost
 * kmemleak_ignore   - the same, and there are no pointers in it
 * kmemleak_no_scan  - there are no pointers in it
 *
 * Context: any but NMI.
 */
void kmemleak_not_leak(const void *ptr);
void kmemleak_ignore(const void *ptr);
void kmemleak_no_scan(const void *ptr);

/**
 * kmemleak_scan - look for objects that nobody refers to
 *
 * Context: may sleep.
 * Return: how many are suspected now that were not before.
 */
unsigned long kmemleak_scan(void);

/* kmemleak_list - print those that are suspected; how many.  kmemleak_clear - suspect none of them. */
unsigned long kmemleak_list(void);
void kmemleak_clear(void);

#endif
