/* SPDX-License-Identifier: MIT */
/*
 * kmalloc: memory of any size, and the way back from a bare pointer.
 *
 *   1 .. 8192 bytes      an object of the smallest class that holds it
 *   .. 4 MiB             a block of pages; its first descriptor names the cache
 *                        kmalloc_large_cache, of which there are no objects
 *
 * The classes are caches in static arrays, and their magazines static per-CPU data,
 * so that the inline kmalloc() of a constant size knows the address it pops
 * from.  A second set serves __GFP_DMA; it has no magazines, for memory below
 * 16 MiB is too scarce to lie about.
 *
 * kfree() goes from the pointer to the page descriptor (two shifts), from there
 * to the cache (one load), checks place and tag and pushes: OBJ_FREE_ANY in
 * <asm/objstack.h>, 19 instructions.  Only size classes have an open
 * kfree_front; everything else, and every pointer that is no object, ends in
 * kfree_slow(), which looks again and reports.
 *
 * Contexts: any; kmalloc() as its flags say.
 */
#include <linux/cpumask.h>
#include <linux/gfp.h>
#include <linux/kasan.h>
#include <linux/kfence.h>
#include <linux/kmemleak.h>
#include <linux/mm.h>
#include <linux/nodemask.h>
#include <linux/percpu-defs.h>
#include <linux/printk.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/vmalloc.h>
#include "kmemleak.h"
#include "slab.h"

/* All closed until kmalloc_init(); the last one, for size 0, for ever. */
DEFINE_PER_CPU_ALIGNED(struct objstack, kmalloc_magazines[KMALLOC_NR_CLASSES + 1]) = {
	[0 ... KMALLOC_NR_CLASSES] = {.used = 8, .slot = {&slab_floor}},
};

/* A large block's pages name this; bound 0 sends kfree() to kfree_slow(). */
struct slab_cache kmalloc_large_cache = {
	.name = "kmalloc-large",
	.hot = {.front = &slab_closed, .kfree_front = &slab_closed},
};
/* Allocated here less freed here; only the sum over CPUs says anything. */
static DEFINE_PER_CPU(unsigned long, nr_large);

#define CLASS_CACHE(_size)          \
	{.name = "kmalloc-" #_size, \
	 .hot.object_size = _size,  \
	 .kmalloc = true,           \
	 .align = (_size & (_size - 1)) ? 8 : _size},
#define CLASS_DMA_CACHE(_size)                       \
	{.name = "dma-kmalloc-" #_size,              \
	 .hot.object_size = _size,                   \
	 .kmalloc = true,                            \
	 .align = (_size & (_size - 1)) ? 8 : _size, \
	 .flags = SLAB_CACHE_DMA},

/* NOLINTBEGIN(bugprone-branch-clone): both branches of .align are 8 for the class of 8 */
static struct slab_cache classes[KMALLOC_NR_CLASSES] = {KMALLOC_SIZES(CLASS_CACHE)};
static struct slab_cache dma_classes[KMALLOC_NR_CLASSES] = {KMALLOC_SIZES(CLASS_DMA_CACHE)};
/* NOLINTEND(bugprone-branch-clone) */

/* By (size + 7) / 8: where in kmalloc_magazines the stack of the class lies. */
static u16 magazine_at[KMALLOC_MAX_CACHE_SIZE / 8 + 1];

/* ---- Allocation ------------------------------------------------------------------------ */

static bool is_too_large(size_t size, gfp_t gfp)
{
	if (likely(size <= KMALLOC_MAX_SIZE))
		return false;
	if (!(gfp & __GFP_NOWARN)) {
		pr_warn("kmalloc: %zu bytes are more than the %lu that there can be\n", size,
			(unsigned long)KMALLOC_MAX_SIZE);
		dump_stack();
	}
	return true;
}

/* The orders of per-CPU lists as constants: alloc_pages() and __free_pages() are inline then. */
static __always_inline struct page *alloc_block(gfp_t gfp, unsigned int order)
{
	if (unlikely(!pcp_serves(gfp, order)))
		return alloc_pages(gfp, order);
	might_alloc(gfp);
	switch (order) {
	case 2:
		return pcp_alloc(gfp, 2);
	case 3:
		return pcp_alloc(gfp, 3);
	case 4:
		return pcp_alloc(gfp, 4);
	default:
		return alloc_pages(gfp, order);
	}
}

static __always_inline void free_block(struct page *page, unsigned int order)
{
	switch (order) {
	case 2:
		__free_pages(page, 2);
		return;
	case 3:
		__free_pages(page, 3);
		return;
	case 4:
		__free_pages(page, 4);
		return;
	default:
		__free_pages(page, order);
	}
}

void *kmalloc_adopt(struct page *page, gfp_t gfp)
{
	page->slab_cache = &kmalloc_large_cache.hot;
	page->flags |= PGF_LARGE;
	this_cpu_inc(nr_large);
	if (unlikely(kmemleak_enabled()))
		kmemleak_track_block(page, gfp);
	return page_to_virt(page);
}

void *kmalloc_large(size_t size, gfp_t gfp)
{
	struct page *page;

	if (unlikely(is_too_large(size, gfp)))
		return NULL;
	if (unlikely(gfp & __GFP_HIGHMEM)) {
		slab_report(&kmalloc_large_cache, NULL,
			    "__GFP_HIGHMEM asks for memory without an address");
		return NULL;
	}
	page = alloc_block(gfp & ~__GFP_COMP, (unsigned int)get_order(size));
	if (unlikely(!page))
		return NULL;
	return kasan_kmalloc(kmalloc_adopt(page, gfp), size);
}

unsigned long kmalloc_nr_large(void)
{
	unsigned long nr = 0;
	unsigned int cpu;

	for_each_possible_cpu(cpu)
		nr += per_cpu(nr_large, cpu);
	return nr;
}

static struct slab_cache *class_for(size_t size, gfp_t gfp)
{
	unsigned int class = kmalloc_class(size);

	return gfp & (__GFP_DMA | __GFP_DMA32) ? &dma_classes[class] : &classes[class];
}

static void *kmalloc_any(size_t size, gfp_t gfp, unsigned long caller)
{
	if (unlikely(!size))
		return ZERO_SIZE_PTR;
	if (size > KMALLOC_MAX_CACHE_SIZE)
		return kmalloc_large(size, gfp);
	return kasan_kmalloc(slab_alloc_sized(class_for(size, gfp), size, gfp, caller), size);
}

void *__kmalloc(size_t size, gfp_t gfp)
{
	if (likely(size <= KMALLOC_MAX_CACHE_SIZE && !(gfp & SLAB_SLOW_GFP) &&
		   slab_may_sleep_here(gfp))) {
		unsigned long at = magazine_at[(size + 7) / 8];
		void *obj = objstack_pop(
			(__force struct objstack __percpu *)((__force char *)kmalloc_magazines +
							     at));

		if (likely(obj)) {
			*(u64 *)obj = 0;
			return obj;
		}
	}
	return kmalloc_any(size, gfp, _RET_IP_);
}

void *kmalloc_slow(size_t size, gfp_t gfp)
{
	return slab_alloc_sized(&classes[kmalloc_class(size)], size, gfp, _RET_IP_);
}

static void *kmalloc_large_node(size_t size, gfp_t gfp, int nid)
{
	struct page *page;

	if (unlikely(is_too_large(size, gfp) || (gfp & __GFP_HIGHMEM)))
		return kmalloc_large(size, gfp);
	page = alloc_pages_node(nid, gfp & ~__GFP_COMP, (unsigned int)get_order(size));
	return page ? kasan_kmalloc(kmalloc_adopt(page, gfp), size) : NULL;
}

void *kmalloc_node(size_t size, gfp_t gfp, int node)
{
	if (likely(node == NUMA_NO_NODE || nr_node_ids == 1 || !node_online(node) || !size))
		return kmalloc_any(size, gfp, _RET_IP_);
	if (size > KMALLOC_MAX_CACHE_SIZE)
		return kmalloc_large_node(size, gfp, node);
	return kasan_kmalloc(slab_alloc_node(class_for(size, gfp), gfp, node, _RET_IP_), size);
}

/* ---- Release --------------------------------------------------------------------------- */

/* Does @p begin a page of a block that is free? */
static bool __cold in_free_block(const void *p)
{
	return PAGE_ALIGNED(p) && virt_addr_valid(p) && page_is_free(PHYS_PFN(__pa(p)));
}

/* Does @p begin a page of a large block of kmalloc(), though not its first? */
static bool __cold in_large_block(const void *p)
{
	unsigned long pfn = PHYS_PFN(__pa(p));

	if (!PAGE_ALIGNED(p) || !virt_addr_valid(p))
		return false;
	for (unsigned int k = 1; k < MAX_ORDER; k++) {
		unsigned long first = pfn & ~((1UL << k) - 1);
		const struct page *page = pfn_to_page(first);

		if (pfn_valid(first) && page->state == PAGE_ALLOCATED && page->order >= k)
			return page->flags & PGF_LARGE;
	}
	return false;
}

static noinline void kfree_any(void *p, unsigned long caller)
{
	struct slab_cache *c;

	if (ZERO_OR_NULL_PTR(p))
		return;
	if (is_kfence_address(p)) {
		kfence_free(p, NULL, caller);
		return;
	}
	c = slab_find(p);
	if (unlikely(!c) && in_free_block(p))
		slab_report_address(p, "BUG: kfree: 0x%px is free already", p);
	else if (unlikely(c == &kmalloc_large_cache || (!c && in_large_block(p))))
		slab_report_address(p, "BUG: kfree: 0x%px lies in the middle of a large block", p);
	else if (unlikely(!c))
		slab_report_address(p, "BUG: kfree: kmalloc() never gave 0x%px", p);
	else if (unlikely(!c->kmalloc))
		slab_report_address(p, "BUG: kfree: 0x%px is an object of %s, not of kmalloc()", p,
				    c->name);
	else
		slab_free(c, p, caller);
}

/* Any address may be asked about, as with slab_find(). */
static __always_inline bool begins_large_block(const void *p)
{
	return (unsigned long)p - PAGE_OFFSET < DIRECT_MAP_SIZE && PAGE_ALIGNED(p) &&
	       u64_equals_nofault(&direct_map_to_page(p)->slab_cache,
				  (unsigned long)&kmalloc_large_cache.hot);
}

static noinline void kfree_slow(void *p, unsigned long caller)
{
	struct page *page = direct_map_to_page(p);

	if (unlikely(!begins_large_block(p))) {
		kfree_any(p, caller);
		return;
	}
	page->slab_cache = NULL;
	page->flags &= (u8)~PGF_LARGE;
	this_cpu_dec(nr_large);
	free_block(page, page->order);
}

/* The magazine is full, or closed because this is no size class. */
static noinline void kfree_full(void *p, unsigned long caller)
{
	struct kmem_cache *cache = direct_map_to_page(p)->slab_cache;

	if (slab_make_room(cache, cache->kfree_front))
		kfree(p);
	else
		kfree_any(p, caller);
}

void kfree(const void *p)
{
	OBJ_FREE_ANY(p, kfree_front, full, slow);
	return;
full:
	kfree_full((void *)p, _RET_IP_);
	return;
slow:
	kfree_slow((void *)p, _RET_IP_);
}

/* ---- Sizes ----------------------------------------------------------------------------- */

static size_t object_bytes(const void *p)
{
	struct slab_cache *c;

	if (ZERO_OR_NULL_PTR(p))
		return 0;
	if (is_kfence_address(p))
		return kfence_size(p);
	c = slab_find(p);
	if (c == &kmalloc_large_cache && PAGE_ALIGNED(p))
		return PAGE_SIZE << direct_map_to_page(p)->order;
	if (!c || slab_object_index(c, p) < 0) {
		slab_report_address(p, "BUG: ksize: kmalloc() never gave 0x%px", p);
		return 0;
	}
	if (slab_object_is_free(c, (void *)p)) {
		slab_report(c, (void *)p, "Object already free");
		return 0;
	}
	return c->hot.object_size;
}

size_t ksize(const void *p)
{
	size_t size = object_bytes(p);

	kasan_unpoison_range(p, size);
	return size;
}

size_t kmalloc_size_roundup(size_t size)
{
	if (!size || size > KMALLOC_MAX_SIZE)
		return size;
	if (size > KMALLOC_MAX_CACHE_SIZE)
		return PAGE_SIZE << get_order(size);
	return classes[kmalloc_class(size)].hot.object_size;
}

void *krealloc(const void *p, size_t size, gfp_t gfp)
{
	size_t old;
	void *moved;

	if (!size) {
		kfree(p);
		return ZERO_SIZE_PTR;
	}
	if (ZERO_OR_NULL_PTR(p))
		return kmalloc_any(size, gfp, _RET_IP_);
	old = object_bytes(p);
	if (!old)
		return NULL;
	if (size <= old) {
		might_alloc(gfp); /* as where it has to move */
		return kasan_kmalloc((void *)p, size);
	}
	moved = kmalloc_any(size, gfp, _RET_IP_);
	if (moved) {
		kasan_unpoison_range(p, old);
		memcpy(moved, p, old);
		kfree(p);
	}
	return moved;
}

void kfree_sensitive(const void *p)
{
	size_t size = ksize(p);

	if (size) {
		memzero_explicit((void *)p, size);
		kfree(p);
	}
}

/* ---- Start-up -------------------------------------------------------------------------- */

void kmalloc_init(void)
{
	unsigned int i;

	for (i = 0; i < KMALLOC_NR_CLASSES; i++) {
		slab_boot_cache(&classes[i], &kmalloc_magazines[i]);
		classes[i].hot.kfree_front = classes[i].hot.front;
		slab_boot_cache(&dma_classes[i], NULL);
	}
	magazine_at[0] = KMALLOC_NR_CLASSES * sizeof(struct objstack);
	for (i = 1; i <= KMALLOC_MAX_CACHE_SIZE / 8; i++)
		magazine_at[i] = (u16)(kmalloc_class(i * 8) * sizeof(struct objstack));
}
