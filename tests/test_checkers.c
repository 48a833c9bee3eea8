/* SPDX-License-Identifier: MIT */
/*
 * The checkers of invariants, on which random tests and fuzzers rely: each invariant is
 * broken by hand, the checker must name it, and be content again when it is mended.
 *
 * Instances of the test's own are spoilt at leisure.  Where there is only the kernel's, a
 * field that nobody else acts upon is, or one of the test's own object, with interrupts off.
 */
#include <linux/gfp.h>
#include <linux/irqflags.h>
#include <linux/kernel.h>
#include <linux/memblock.h>
#include <linux/percpu.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/vmalloc.h>
#include <cairn/test.h>
#include "../mm/buddy.h"
#include "../mm/page_alloc.h"
#include "../mm/page_state.h"
#include "../mm/percpu.h"
#include "../mm/slab.h"
#include "../mm/vmap.h"
#include "../mm/vmap_arena.h"
#include "../mm/zone.h"
#include "memblock_instance.h"

/* Sets a field, expects the checker's answer to contain a text, and puts the field back. */
#define EXPECT_NAMED(field, wrong, checker, text)                      \
	({                                                             \
		__typeof__(field) __right = (field);                   \
		const char *__said;                                    \
		unsigned long __flags;                                 \
                                                                       \
		local_irq_save(__flags);                               \
		(field) = (__typeof__(field))(wrong);                  \
		__said = (checker);                                    \
		(field) = __right;                                     \
		local_irq_restore(__flags);                            \
		EXPECT(__said &&strstr(__said, text));                 \
		if (!__said || !strstr(__said, text))                  \
			pr_info("it says: %s\n", __said ?: "nothing"); \
		EXPECT(!(checker));                                    \
	})

/* ---- the arena of virtual ranges ------------------------------------------------------------ */

#define BASE 0xffffc90000000000UL
#define END  (BASE + 64 * PAGE_SIZE)

KTEST(checkers, varena)
{
	struct varena_request four = {4 * PAGE_SIZE, PAGE_SIZE, 0, BASE, END};
	struct vseg tags[8], *a, *b, *c, *rest;
	struct varena arena;

	memset(tags, 0, sizeof(tags));
	varena_init(&arena, BASE, END, &tags[0]);
	for (unsigned int i = 1; i < ARRAY_SIZE(tags); i++)
		varena_give_tag(&arena, &tags[i]);
	a = varena_alloc(&arena, &four);
	b = varena_alloc(&arena, &four);
	c = varena_alloc(&arena, &four);
	ASSERT(a && b && c && !varena_check(&arena));
	varena_free(&arena, a);
	rest = c->next;
	EXPECT_NAMED(b->end, b->end + 1, varena_check(&arena), "tile");
	EXPECT_NAMED(c->start, c->start + PAGE_SIZE, varena_check(&arena), "tile");
	EXPECT_NAMED(b->prev, c, varena_check(&arena), "lower neighbour");
	EXPECT_NAMED(b->kind, VSEG_SPARE, varena_check(&arena), "neither free nor used");
	EXPECT_NAMED(b->kind, VSEG_FREE, varena_check(&arena), "two free segments touch");
	EXPECT_NAMED(arena.end, END + PAGE_SIZE, varena_check(&arena), "arena's end");
	EXPECT_NAMED(arena.nr_used, 7, varena_check(&arena), "counts");
	EXPECT_NAMED(arena.free_bytes, 0, varena_check(&arena), "counts");
	EXPECT_NAMED(arena.nonempty, 0, varena_check(&arena), "bitmap of non-empty lists");
	EXPECT_NAMED(rest->list, rest->list + 1, varena_check(&arena), "wrong list");
	EXPECT_NAMED(rest->list_prev, b, varena_check(&arena), "doubly linked");
	EXPECT_NAMED(arena.free[rest->list], b, varena_check(&arena), "not free");
	EXPECT_NAMED(arena.spare->kind, VSEG_USED, varena_check(&arena), "stock of tags");
	EXPECT_NAMED(arena.nr_spare, 0, varena_check(&arena), "stock of tags");
	EXPECT_NAMED(arena.nr_spare, 100, varena_check(&arena), "missing from the stock");
}

/* ---- the buddy system ----------------------------------------------------------------------- */

#define FRAMES 1024
#define TAG    PAGE_TAG(ZONE_DMA32, 1)

static struct page frames[FRAMES] __aligned(sizeof(struct page) << (MAX_ORDER - 1));

static const char *check_frames(const struct buddy *zone)
{
	unsigned long seen[MAX_ORDER] = {0};

	return buddy_check_frames(zone, 0, FRAMES, seen);
}

KTEST(checkers, buddy)
{
	struct page *page;
	struct buddy zone;

	memset(frames, 0, sizeof(frames));
	buddy_init(&zone, frames, TAG);
	for (unsigned int i = 64; i < 128; i++)
		frames[i].word = PAGE_WORD(PAGE_INTERIOR, 0, TAG);
	buddy_add(&zone, 64, 128);
	page = buddy_alloc(&zone, 3); /* leaves blocks of orders 3, 4 and 5 */
	ASSERT(page && !buddy_check(&zone) && !check_frames(&zone));
	EXPECT_NAMED(zone.free, 1, buddy_check(&zone), "sum of nr[order]");
	EXPECT_NAMED(zone.nr[3], 0, buddy_check(&zone), "longer than nr[order]");
	EXPECT_NAMED(zone.nr[3], 2, buddy_check(&zone), "shorter than nr[order]");
	EXPECT_NAMED(zone.orders[0], 0x10, buddy_check(&zone), "orders disagree");
	EXPECT_NAMED(zone.tiers, 2, buddy_check(&zone), "tiers disagrees");
	EXPECT_NAMED(zone.bad, 72, buddy_check(&zone), "overwritten");
	EXPECT_NAMED(frames[72].order, 4, buddy_check(&zone), "not PAGE_FREE of the list's order");
	EXPECT_NAMED(frames[72].prev, 5, buddy_check(&zone), "prev is not");
	EXPECT_NAMED(frames[72]._refcount.counter, 2, check_frames(&zone), "flags, references");
	EXPECT_NAMED(frames[72].order, MAX_ORDER, check_frames(&zone), "impossible order");
	EXPECT_NAMED(frames[72].order, 4, check_frames(&zone), "not aligned");
	EXPECT_NAMED(frames[64].word, frames[72].word, check_frames(&zone), "not merged");
	EXPECT_NAMED(frames[75].word, frames[64].word, check_frames(&zone), "not PAGE_INTERIOR");
	buddy_free(&zone, page, 3);
	EXPECT(!buddy_check(&zone) && !check_frames(&zone));
}

/*
 * A zone of its own, with a free block whose descriptor somebody writes to.  Who would get it
 * gets nothing, and a report says which page that was, once.
 */
KTEST(checkers, a_zone_with_an_overwritten_block)
{
	static struct zone zone;
	struct alloc_request req = {.pgdat = node_data[0], .preferred = &zone};

	memset(frames, 0, sizeof(frames));
	zone = (struct zone){.name = "test", .pgdat = node_data[0], .idx = ZONE_DMA32};
	spin_lock_init_rank(&zone.lock, LOCK_RANK_ZONE);
	buddy_init(&zone.buddy, frames, TAG);
	buddy_add(&zone.buddy, 64, 65);
	frames[64].flags = PGF_SLAB;
	EXPECT_REPORT("is on a free list but not free: it was overwritten") {
		EXPECT(!zone_take_block(&zone, &req));
	}
	EXPECT_NO_REPORT() {
		EXPECT(!zone_take_block(&zone, &req));
	}
	EXPECT(!buddy_check(&zone.buddy));
}

/* The kernel's zones: what only their own checks and reports look at. */
KTEST(checkers, zone)
{
	struct page *page = alloc_page(GFP_KERNEL);
	unsigned long low;
	struct zone *zone;

	ASSERT(page);
	zone = page_zone(page);
	ASSERT(!zone_check(zone));
	EXPECT_NAMED(zone->present_pages, 0, zone_check(zone), "managed <= present");
	EXPECT_NAMED(zone->spanned_pages, 1, zone_check(zone), "managed <= present");
	EXPECT_NAMED(zone->managed_pages, 0, zone_check(zone), "more pages are free");
	EXPECT_NAMED(zone->watermark[WMARK_MIN], zone->watermark[WMARK_HIGH] + 1, zone_check(zone),
		     "watermarks");
	low = zone->watermark[WMARK_LOW]; /* in a small zone they may be equal */
	zone->watermark[WMARK_LOW] = zone->watermark[WMARK_HIGH];
	EXPECT(!zone_check(zone));
	zone->watermark[WMARK_LOW] = zone->watermark[WMARK_MIN];
	EXPECT(!zone_check(zone));
	zone->watermark[WMARK_LOW] = low;
	__free_page(page);
}

/* ---- start-up's allocator ------------------------------------------------------------------- */

static struct memblock_tables tables;

KTEST(checkers, memblock)
{
	struct memblock_region *r = tables.memory;
	struct memblock mb;

	memblock_make_empty(&mb, &tables);
	for (u64 i = 1; i <= 3; i++) {
		struct memblock_region range = {.base = i << 30, .size = 1 << 20};

		ASSERT(!memblock_core_add(&mb, &mb.memory, &range));
	}
	ASSERT(!memblock_core_check(&mb));
	EXPECT_NAMED(r[1].size, 0, memblock_core_check(&mb), "no empty region");
	EXPECT_NAMED(r[2].size, ~0ULL, memblock_core_check(&mb), "no region wraps");
	EXPECT_NAMED(r[1].base, 5ULL << 30, memblock_core_check(&mb), "sorted and disjoint");
	EXPECT_NAMED(r[0].size, 1 << 30, memblock_core_check(&mb), "neighbours are merged");
	EXPECT_NAMED(mb.memory.total_size, 0, memblock_core_check(&mb), "");
	EXPECT_NAMED(mb.reserved.cnt, 0, memblock_core_check(&mb), "1 <= cnt <= max");
}

/* ---- objects -------------------------------------------------------------------------------- */

KTEST(checkers, slab)
{
	struct kmem_cache *cache = kmem_cache_create("checkers", 64, 0, 0, NULL);
	struct slab_cache *c;
	void *p;

	ASSERT(cache);
	c = slab_cache_of(cache);
	p = kmem_cache_alloc(cache, GFP_KERNEL);
	kmem_cache_drain_all();
	ASSERT(p && !slab_check(cache));
	EXPECT_NAMED(c->nr_free, c->nr_free + 1, slab_check(cache), "count of free objects");
	EXPECT_NAMED(c->nr_free, c->nr_free + 1, slab_check_all(), "count of free objects");
	EXPECT_NAMED(virt_to_page(p)->prev, 1, slab_check(cache), "links of a list");
	EXPECT_NAMED(virt_to_page(p)->flags, 0, slab_check(cache), "no slab of the cache");
	EXPECT_NAMED(virt_to_page(p)->slab_free, ~0ULL, slab_check(cache), "");
	EXPECT_NAMED(virt_to_page(p)->slab_free, 0, slab_check(cache), "wrong list");
	kmem_cache_free(cache, p);
	EXPECT_EQ(kmem_cache_destroy(cache), 0); /* no walk over the caches has stopped at it */
}

/* ---- per-CPU memory, mapped areas ----------------------------------------------------------- */

KTEST(checkers, percpu)
{
	u64 __percpu *p = alloc_percpu(u64);
	struct pcpu_page *page;

	ASSERT(p);
	pcpu_drain();
	page = pcpu_page_of((unsigned long)p);
	ASSERT(page && !pcpu_check());
	EXPECT_NAMED(page->nfree, page->nfree + 1, pcpu_check(), "count of free objects");
	EXPECT_NAMED(page->free[0], page->free[0] | page->live[0] | 1, pcpu_check(), "");
	EXPECT_NAMED(page->use, PCPU_RUN_REST, pcpu_check(), "wrong length");
	free_percpu(p);
}

/* A page in which large objects are free is taken for one of small ones. */
KTEST(checkers, percpu_lists)
{
	struct large {
		char byte[1024];
	} __percpu *p[8];
	struct pcpu_page *page = NULL;
	unsigned int n = 0;

	while (n < ARRAY_SIZE(p) && (!page || !page->nfree)) {
		p[n] = alloc_percpu(struct large);
		ASSERT(p[n]);
		pcpu_drain();
		page = pcpu_page_of((unsigned long)p[n++]);
	}
	ASSERT(page->nfree && !pcpu_check());
	EXPECT_NAMED(page->use, 0, pcpu_check(), "wrong list");
	while (n)
		free_percpu(p[--n]);
}

KTEST(checkers, vmap)
{
	u8 *p = vmalloc(3 * PAGE_SIZE);
	struct vmap_area *va;
	struct vseg *seg;

	ASSERT(p);
	seg = varena_find(&vmap_arena, (unsigned long)p);
	ASSERT(seg && seg->owner && !vmap_check());
	va = seg->owner;
	EXPECT_NAMED(va->nr_pages, 1, vmap_check(), "mapped where nothing should be");
	EXPECT_NAMED(va->nr_pages, (seg->end - seg->start) >> PAGE_SHIFT, vmap_check(),
		     "guard page");
	EXPECT_NAMED(va->seg, NULL, vmap_check(), "disagree");
	EXPECT_NAMED(seg->owner, NULL, vmap_check(), "no area");
	EXPECT_NAMED(vmap_depot[0].nr, vmap_depot[0].nr + 1, vmap_check(), "miscounted");
	EXPECT_NAMED(vmap_depot[0].nr, vmap_depot[0].nr - 1, vmap_check(), "miscounted");
	vfree(p);
	p = vmalloc(5 * PAGE_SIZE); /* with room for another */
	ASSERT(p);
	seg = varena_find(&vmap_arena, (unsigned long)p);
	ASSERT(seg && seg->owner);
	va = seg->owner;
	EXPECT_NAMED(va->nr_pages, 6, vmap_check(), "not mapped throughout");
	vfree(p);
}
