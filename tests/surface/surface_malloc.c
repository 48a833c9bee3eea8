/* SPDX-License-Identifier: MIT */
/* What a driver of 1999 did: the header's old name, and a cache with its old arguments. */
#include <linux/malloc.h>

static int constructed;

static void construct(void *object, kmem_cache_t *cache, unsigned long flags)
{
	if (!(flags & SLAB_CTOR_VERIFY))
		constructed++;
}

int init_module(void)
{
	kmem_cache_t *cache =
		kmem_cache_create("surface_old", 64, 0, SLAB_HWCACHE_ALIGN, construct, NULL);
	void *object = kmem_cache_alloc(cache, SLAB_KERNEL);
	void *p = kmalloc(64, GFP_DMA | GFP_KERNEL);
	int ok = object && p && constructed;

	kfree(p);
	kmem_cache_free(cache, object);
	kmem_cache_destroy(cache);
	return ok ? 0 : -1;
}
