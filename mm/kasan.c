/* SPDX-License-Identifier: MIT */
/*
 * What an allocator's change of hands means for who checks each access.
 *
 *                     may be touched
 *   page              allocated; of a large kmalloc() as many bytes as were asked for
 *   slab, in use      the object; of kmalloc() as many bytes as were asked for
 *   slab, free        nothing, but what keeps its bytes: SLAB_TYPESAFE_BY_RCU
 *   vmalloc area      what was asked for; nothing from vfree() on
 *   per-CPU object    what was asked for, in every CPU's unit
 *   element in a pool nothing
 *
 *   |<------------------ stride ------------------>|
 *   | object: kmalloc(13)  |tag | who had it       |      tag: only where bytes stay
 *   |0 0 0 0 0 0 0 0|5|fc fc fc fc fc fc fc fc fc fc|      what the checker keeps: how
 *                                                          many of 8 bytes, 0 for all
 *
 * A free object's tag, which lies in it, is read and written by functions that are not
 * checked (slab_tag in slab.h).  That is all an allocator does to memory that it
 * keeps free: bitmaps and descriptors lie outside, and it fills before it poisons
 * and compares after.
 *
 * Every allocation and release must come by here with its size, so all caches are of
 * SLAB_MODE_KEEP: magazines, but by way of the functions.  Caches of SLAB_MODE_DEBUG
 * look after their red zones and poison themselves; pages of theirs stay open.
 *
 * Only in builds that check.  Locking: none; memory that changes hands is one's alone.
 * Contexts: any.
 */
#include <linux/align.h>
#include <linux/cpumask.h>
#include <linux/highmem.h>
#include <linux/kasan.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/percpu.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>
#include <cairn/kasan.h>
#include "slab.h"

/* ---- Pages ----------------------------------------------------------------------------- */

void kasan_unpoison_pages(struct page *page, unsigned int order)
{
	if (!PageHighMem(page))
		kasan_unpoison(page_to_virt(page), PAGE_SIZE << order);
}

void kasan_poison_pages(struct page *page, unsigned int order)
{
	if (!PageHighMem(page))
		kasan_poison(page_to_virt(page), PAGE_SIZE << order, KASAN_PAGE_FREE);
}

void kasan_poison_frames(unsigned long start_pfn, unsigned long end_pfn)
{
	if (start_pfn < end_pfn && !PageHighMem(pfn_to_page(start_pfn)))
		kasan_poison(pfn_to_kaddr(start_pfn), PFN_PHYS(end_pfn - start_pfn),
			     KASAN_PAGE_FREE);
}

/* ---- Objects --------------------------------------------------------------------------- */

size_t kasan_metadata_size(void)
{
	return KASAN_METADATA_SIZE;
}

static bool watches(const struct slab_cache *c)
{
	return c->mode != SLAB_MODE_DEBUG;
}

static bool keeps_bytes(const struct slab_cache *c)
{
	return c->flags & SLAB_TYPESAFE_BY_RCU;
}

void kasan_poison_slab(struct kmem_cache *cache, void *base)
{
	struct slab_cache *c = slab_cache_of(cache);
	u32 i;

	if (!watches(c))
		return;
	/* To the slab's end, or to the bitmap that stands there. */
	kasan_poison(base, (size_t)c->g.mask + 1 - c->g.words * sizeof(u64), KASAN_SLAB_REDZONE);
	for (i = 0; i < c->g.nr; i++) {
		char *obj = (char *)base + (size_t)i * c->g.stride;

		if (keeps_bytes(c))
			kasan_unpoison(obj, cache->object_size);
		else
			kasan_poison(obj, ALIGN(cache->object_size, 8), KASAN_SLAB_FREE);
	}
}

void kasan_unpoison_slab(struct kmem_cache *cache, void *base)
{
	kasan_unpoison(base, (size_t)cache->mask + 1);
}

void kasan_slab_alloc(struct kmem_cache *cache, void *obj)
{
	struct slab_cache *c = slab_cache_of(cache);

	if (!watches(c))
		return;
	kasan_unpoison(obj, cache->object_size);
	kasan_track_alloc(c, obj);
}

void kasan_slab_free(struct kmem_cache *cache, void *obj)
{
	struct slab_cache *c = slab_cache_of(cache);

	if (!watches(c))
		return;
	kasan_track_free(c, obj);
	if (!keeps_bytes(c))
		kasan_poison(obj, ALIGN(cache->object_size, 8), KASAN_SLAB_FREE);
}

/* Of @all bytes, the first @size. */
static void open_first(void *p, size_t size, size_t all, u8 why)
{
	kasan_poison(p, ALIGN(all, 8), why);
	kasan_unpoison(p, size);
}

void *kasan_kmalloc(void *obj, size_t size)
{
	struct slab_cache *c = ZERO_OR_NULL_PTR(obj) ? NULL : slab_find(obj);

	if (c == &kmalloc_large_cache)
		open_first(obj, size, PAGE_SIZE << direct_map_to_page(obj)->order,
			   KASAN_PAGE_REDZONE);
	else if (c && watches(c))
		open_first(obj, size, c->hot.object_size, KASAN_SLAB_REDZONE);
	return obj;
}

void kasan_unpoison_range(const void *addr, size_t size)
{
	kasan_unpoison(addr, size);
}

void kasan_mempool_poison_object(void *obj, size_t size)
{
	kasan_poison(obj, ALIGN(size, 8), KASAN_SLAB_FREE);
}

void kasan_mempool_unpoison_object(void *obj, size_t size)
{
	kasan_unpoison(obj, size);
}

/* ---- vmalloc() and alloc_percpu() ------------------------------------------------------ */

void kasan_unpoison_vmalloc(const void *start, unsigned long size)
{
	kasan_unpoison(start, PAGE_ALIGN(size));
	if (!PAGE_ALIGNED(size))
		open_first((void *)start, size, PAGE_ALIGN(size), KASAN_VMALLOC_INVALID);
}

void kasan_poison_vmalloc(const void *start, unsigned long size)
{
	kasan_poison(start, PAGE_ALIGN(size), KASAN_VMALLOC_INVALID);
}

void kasan_unpoison_percpu(unsigned long ptr, size_t size)
{
	unsigned int cpu;

	for_each_possible_cpu(cpu)
		kasan_unpoison((const void *)(ptr + __per_cpu_offset[cpu]), size);
}

void kasan_poison_percpu(unsigned long ptr, size_t size)
{
	unsigned int cpu;

	for_each_possible_cpu(cpu)
		kasan_poison((const void *)(ptr + __per_cpu_offset[cpu]), ALIGN(size, 8),
			     KASAN_PERCPU_FREE);
}
