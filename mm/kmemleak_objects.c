/* SPDX-License-Identifier: MIT */
/*
 * The objects that kmemleak.c looks for, and the way to them from any address.
 *
 *   address in a slab ---> descriptor, cache, a division --------------> record behind the object
 *
 *   address in a large block of kmalloc(),  \
 *     in an area of vmalloc(), between      |
 *     guard pages, in what                  |
 *     kmemleak_alloc() was told of          +--> tree of ranges -------> record in the range
 *   per-CPU pointer, or the address of      |
 *     one CPU's copy                       /
 *
 * A range is allocated with what it describes, in a cache of its own that nobody looks
 * through: a scan allocates nothing, and what the allocators keep is no reference.
 *
 * Nothing is asked on the fast paths.  With kmemleak=on the lists of pages and the
 * stacks of per-CPU objects stay empty, so that everything comes the long way, and
 * a page that belongs to a range says so (PGF_TRACKED), which no fast path takes:
 *
 *   large block    kmalloc_adopt()	  until its pages are freed
 *   vmalloc()	    vmalloc_request()	  until vfree() changes the area's key; the range
 *					  stays with the addresses, for the next area there
 *   per-CPU	    alloc_percpu()	  until free_percpu()
 *   guard pages    kfence_alloc()	  until kfence_free()
 *
 * Without memory for a range a block or an area is one of the roots, and a per-CPU
 * object is not handed out.  The same goes for what was allocated before kmemleak_init().
 *
 * Invariants: ranges of a tree do not overlap; an area is in use <=> its key says so.
 *
 * Locking: slab_cache.lock for an object's record, since its slab stays while that is
 * held; range_lock, innermost, for the trees and the records in them.
 */
#include <linux/gfp.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/kmemleak.h>
#include <linux/memblock.h>
#include <linux/mm.h>
#include <linux/rbtree.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include "kmemleak.h"
#include "memmap.h"
#include "percpu.h"
#include "section.h"
#include "slab.h"
#include "vmap.h"

/* Two kinds of numbers that stand for memory; a tree each. */
enum leak_space { LEAK_ADDRESS, LEAK_PERCPU, LEAK_SPACES };

/**
 * struct leak_range - an object that lies in no slab
 * @node: its place in the tree of its space, by @start
 * @start: address, or per-CPU pointer
 * @size: bytes
 * @va: area of vmalloc() whose key tells whether it is in use, or NULL: it is
 * @record: who has it
 */
struct leak_range {
	struct rb_node node;
	unsigned long start;
	size_t size;
	const struct vmap_area *va;
	struct leak_record record;
};

static struct kmem_cache *range_cache;
static struct rb_root trees[LEAK_SPACES];
static DEFINE_SPINLOCK(range_lock);

/* Boot memory is among the roots, so its pages have to have descriptors. */
static void __init open_boot_memory(void)
{
	phys_addr_t start, end;
	u64 i;

	for_each_reserved_mem_range(
		i, &start, &end) for (unsigned long s = pfn_to_section(PHYS_PFN(start));
				      s <= pfn_to_section(PHYS_PFN(end - 1)); s++) memmap_open(s);
}

void __init kmemleak_init(void)
{
	if (!kmemleak_enabled())
		return;
	open_boot_memory();
	range_cache = kmem_cache_create("kmemleak_range", sizeof(struct leak_range), 0,
					SLAB_PANIC | SLAB_NOLEAKTRACE, NULL);
}

/* ---- The trees, under range_lock ------------------------------------------------------- */

static struct leak_range *range_of(struct rb_node *node)
{
	return rb_entry_safe(node, struct leak_range, node);
}

/* The lowest range that ends behind @at, in use or not. */
static struct leak_range *range_from(enum leak_space space, unsigned long at)
{
	struct rb_node *node = trees[space].rb_node;
	struct leak_range *found = NULL;

	while (node) {
		struct leak_range *r = range_of(node);

		if (at < r->start + r->size) {
			found = r;
			node = node->rb_left;
		} else {
			node = node->rb_right;
		}
	}
	return found;
}

/* Puts @new into its tree; returns the range that was there with the same start. */
static struct leak_range *insert(enum leak_space space, struct leak_range *new)
{
	struct rb_node **link = &trees[space].rb_node, *parent = NULL;

	while (*link) {
		struct leak_range *r = range_of(*link);

		parent = *link;
		if (r->start == new->start) {
			rb_replace_node(&r->node, &new->node, &trees[space]);
			return r;
		}
		link = new->start < r->start ? &parent->rb_left : &parent->rb_right;
	}
	rb_link_node(&new->node, parent, link);
	rb_insert_color(&new->node, &trees[space]);
	return NULL;
}

static bool in_use(const struct leak_range *r)
{
	return !r->va || READ_ONCE(r->va->key) == (r->start | VMAP_ALLOC);
}

/* ---- What comes and goes --------------------------------------------------------------- */

/* Stack traces begin with who called the function that calls this. */
static bool add_range(enum leak_space space, const struct leak_range *range, gfp_t gfp)
{
	gfp_t may =
		(gfp & (GFP_KERNEL | __GFP_HIGH)) | __GFP_NORETRY | __GFP_NOMEMALLOC | __GFP_NOWARN;
	struct leak_range *new = kmem_cache_alloc(range_cache, may), *old;
	unsigned long flags;

	if (!new)
		return false;
	*new = *range;
	kmemleak_record(&new->record);
	spin_lock_irqsave(&range_lock, flags);
	old = insert(space, new);
	spin_unlock_irqrestore(&range_lock, flags);
	kmem_cache_free(range_cache, old);
	return true;
}

static void remove_range(enum leak_space space, unsigned long start)
{
	struct leak_range *r;
	unsigned long flags;

	spin_lock_irqsave(&range_lock, flags);
	r = range_from(space, start);
	if (r && r->start == start)
		rb_erase(&r->node, &trees[space]);
	else
		r = NULL;
	spin_unlock_irqrestore(&range_lock, flags);
	kmem_cache_free(range_cache, r);
}

void kmemleak_alloc(const void *ptr, size_t size, int min_count, gfp_t gfp)
{
	struct leak_range range = {.start = (unsigned long)ptr, .size = size};

	if (range_cache && !ZERO_OR_NULL_PTR(ptr) && add_range(LEAK_ADDRESS, &range, gfp) &&
	    min_count <= 0)
		kmemleak_not_leak(ptr);
}

void kmemleak_free(const void *ptr)
{
	if (range_cache)
		remove_range(LEAK_ADDRESS, (unsigned long)ptr);
}

noinline void kmemleak_track_block(struct page *page, gfp_t gfp)
{
	struct leak_range range = {
		.start = (unsigned long)page_to_virt(page),
		.size = PAGE_SIZE << page->order,
	};

	if (range_cache && add_range(LEAK_ADDRESS, &range, gfp))
		page->flags |= PGF_TRACKED;
}

noinline bool kmemleak_track_sampled(const void *obj, size_t size, gfp_t gfp)
{
	struct leak_range range = {.start = (unsigned long)obj, .size = size};

	return !range_cache || add_range(LEAK_ADDRESS, &range, gfp);
}

noinline void kmemleak_untrack_pages(struct page *page)
{
	page->flags &= (u8)~PGF_TRACKED;
	kmemleak_free(page_to_virt(page));
}

noinline void kmemleak_track_area(const struct vmap_area *va, gfp_t gfp)
{
	struct leak_range range = {
		.start = vmap_addr(va),
		.size = (size_t)va->nr_pages << PAGE_SHIFT,
		.va = va,
	};

	if (!range_cache || !add_range(LEAK_ADDRESS, &range, gfp))
		return;
	for (u32 pfn = va->blocks; pfn != PFN_NONE; pfn = pfn_to_page(pfn)->next)
		pfn_to_page(pfn)->flags |= PGF_TRACKED;
}

noinline bool kmemleak_track_percpu(unsigned long ptr, size_t size, gfp_t gfp)
{
	struct leak_range range = {.start = ptr, .size = size};

	return !range_cache || add_range(LEAK_PERCPU, &range, gfp);
}

noinline void kmemleak_untrack_percpu(unsigned long ptr)
{
	if (range_cache)
		remove_range(LEAK_PERCPU, ptr);
}

/* ---- From addresses to objects --------------------------------------------------------- */

/* The cache of an address, if its objects have records. */
static struct slab_cache *cache_of(unsigned long addr)
{
	struct slab_cache *c = slab_find((void *)addr);

	return c && c->g.nr && (c->flags & SLAB_LEAK_RECORD) ? c : NULL;
}

/* The object in use that an address lies in, or 0; c->lock is held. */
static unsigned long object_at(struct slab_cache *c, unsigned long addr)
{
	unsigned long base = (unsigned long)slab_base(c, (void *)addr), obj;
	u32 index = (u32)(addr - base) / c->g.stride;

	obj = base + (unsigned long)index * c->g.stride + c->lead;
	if (index >= c->g.nr || addr - obj >= c->hot.object_size ||
	    slab_in_bitmap(c, (void *)obj, index))
		return 0;
	return obj;
}

static void with_slab_object(struct slab_cache *c, unsigned long addr, leak_fn fn, void *arg)
{
	struct leak_object o = {.size = c->hot.object_size};
	unsigned long flags;

	spin_lock_irqsave(&c->lock, flags);
	o.start = cache_of(addr) == c ? object_at(c, addr) : 0;
	o.record = (struct leak_record *)(o.start + c->record_at);
	if (o.start)
		fn(&o, arg);
	spin_unlock_irqrestore(&c->lock, flags);
}

static void with_range(enum leak_space space, unsigned long at, leak_fn fn, void *arg)
{
	struct leak_range *r;
	unsigned long flags;

	spin_lock_irqsave(&range_lock, flags);
	r = range_from(space, at);
	if (r && at >= r->start && in_use(r))
		fn(&(struct leak_object){r->start, r->size, space == LEAK_PERCPU, &r->record}, arg);
	spin_unlock_irqrestore(&range_lock, flags);
}

void leak_with_object(unsigned long addr, leak_fn fn, void *arg)
{
	struct slab_cache *c = cache_of(addr);
	unsigned long ptr = pcpu_ptr_of(addr);

	if (c)
		with_slab_object(c, addr, fn, arg);
	else if (addr - PAGE_OFFSET < DIRECT_MAP_SIZE || is_vmalloc_addr((void *)addr))
		with_range(LEAK_ADDRESS, addr, fn, arg);
	if (pcpu_page_of(ptr))
		with_range(LEAK_PERCPU, ptr, fn, arg);
}

/* ---- All of them ----------------------------------------------------------------------- */

void leak_for_each_frame(void (*fn)(struct page *page, void *arg), void *arg)
{
	unsigned long pfn = PHYS_PFN(memblock_start_of_DRAM());
	unsigned long end = PHYS_PFN(memblock_end_of_DRAM());

	for (; pfn < end; pfn++) {
		if (!section_is_open(pfn_to_section(pfn))) {
			pfn = section_to_pfn(pfn_to_section(pfn) + 1) - 1;
			continue;
		}
		if (pfn_valid(pfn))
			fn(pfn_to_page(pfn), arg);
		if (pfn % 1024 == 0)
			cond_resched();
	}
}

struct start_walk {
	leak_start_fn fn;
	void *arg;
};

static void walk_slab(struct page *page, void *arg)
{
	const struct start_walk *walk = arg;
	unsigned long addr = (unsigned long)page_to_virt(page);
	struct slab_cache *c;

	if (page->state != PAGE_ALLOCATED || !(page->flags & PGF_SLAB) || !(c = cache_of(addr)))
		return;
	for (u32 i = 0; i < c->g.nr; i++)
		walk->fn(addr + (unsigned long)i * c->g.stride + c->lead, walk->arg);
}

/* The start of the lowest range that begins at or above @at, or 0. */
static unsigned long next_start(enum leak_space space, unsigned long at)
{
	unsigned long start, flags;
	struct leak_range *r;

	spin_lock_irqsave(&range_lock, flags);
	r = range_from(space, at);
	if (r && r->start < at)
		r = range_of(rb_next(&r->node));
	start = r ? r->start : 0;
	spin_unlock_irqrestore(&range_lock, flags);
	return start;
}

void leak_for_each_start(leak_start_fn fn, void *arg)
{
	leak_for_each_frame(walk_slab, &(struct start_walk){fn, arg});
	for (unsigned int space = 0; space < LEAK_SPACES; space++)
		for (unsigned long at = 0; (at = next_start(space, at)); at++)
			fn(at, arg);
}

bool leak_range_in(unsigned long from, unsigned long to, struct leak_span *span)
{
	const struct leak_range *r;
	unsigned long flags;

	spin_lock_irqsave(&range_lock, flags);
	r = from < to ? range_from(LEAK_ADDRESS, from) : NULL;
	if (r && r->start >= to)
		r = NULL;
	if (r)
		*span = (struct leak_span){r->start, r->start + r->size};
	spin_unlock_irqrestore(&range_lock, flags);
	return r;
}
