/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_KMEMLEAK_H
#define _LINUX_KMEMLEAK_H

/*
 * kmemleak=on: which slab objects does nobody refer to any more?  mm/kmemleak.c.
 * Without the parameter all of this does nothing.
 */
#include <linux/types.h>

/* kmemleak_enabled - was kmemleak=on given? */
bool kmemleak_enabled(void);

/*
 * What is known better of an object; @ptr may point anywhere into it, others are left alone.
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
