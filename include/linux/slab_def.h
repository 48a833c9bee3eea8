/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_SLAB_DEF_H
#define _LINUX_SLAB_DEF_H

/*
 * What the inline fast paths of <linux/slab.h> need to know about a cache.  The
 * rest of it is in mm/slab.h.
 */
#include <linux/types.h>
#include <linux/compiler.h>
#include <asm/objstack.h>

/**
 * struct kmem_cache - the part of a slab cache that its fast paths read
 * @front: this CPU's magazine as the fast paths may use it; a closed stack for
 *	   caches that need more than that on each allocation or release
 * @kfree_front: the same for kfree(); closed unless this is a kmalloc cache
 * @mask: bytes of a slab - 1
 * @recip: 2^32 / stride, rounded up; see <asm/objstack.h>
 * @bound: tells the start of an object from other places in a slab
 * @object_size: bytes that belong to the user
 *
 * Immutable once the cache exists.
 */
struct kmem_cache {
	struct objstack __percpu *front;
	struct objstack __percpu *kfree_front;
	u32 mask;
	u32 recip;
	u32 bound;
	u32 object_size;
};

/* Size classes of kmalloc, in order. */
#define KMALLOC_SIZES(X) \
	X(8) X(16) X(32) X(64) X(96) X(128) X(192) X(256) X(512) X(1024) X(2048) X(4096) X(8192)

#define KMALLOC_NR_CLASSES     13
#define KMALLOC_MAX_CACHE_SIZE 8192UL
#define KMALLOC_MAX_SIZE       (4UL << 20)
#define KMALLOC_MIN_SIZE       8
#define ARCH_KMALLOC_MINALIGN  8

/* kmalloc_class - index of the smallest class that holds @size, 1 .. 8192 bytes */
static __always_inline unsigned int kmalloc_class(size_t size)
{
	if (size <= 8)
		return 0;
	if (size <= 16)
		return 1;
	if (size <= 32)
		return 2;
	if (size <= 64)
		return 3;
	if (size <= 96)
		return 4;
	if (size <= 128)
		return 5;
	if (size <= 192)
		return 6;
	if (size <= 256)
		return 7;
	if (size <= 512)
		return 8;
	if (size <= 1024)
		return 9;
	if (size <= 2048)
		return 10;
	return size <= 4096 ? 11 : 12;
}

/* This CPU's magazines of the classes; the last is none's, and closed.  Per-CPU. */
extern struct objstack __percpu kmalloc_magazines[KMALLOC_NR_CLASSES + 1];

#endif
