/* SPDX-License-Identifier: MIT */
/*
 * What the flags of an allocation promise: where the memory lies, how deep into
 * the reserves it may go, what is tried before it fails, and what is said then.
 *
 * Memory is made short by taking it: pages are chained through their descriptors
 * until a flag's limit is reached, and then the counters of the zones say where
 * that limit was.  A cache with a shrinker stands by with pages that can be had
 * back, and records who asked for them.
 */
#include <cairn/test.h>
#include <linux/gfp.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/sched/mm.h>
#include <linux/shrinker.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/topology.h>
#include "../mm/internal.h"
#include "../mm/memmap.h"
#include "../mm/page_debug.h"
#include "../mm/vmscan.h"
#include "../mm/zone.h"
#include "page_chain.h"

/* ---- What is left ---------------------------------------------------------------------------- */

static struct zone *zone_named(enum zone_type idx)
{
	return &node_data[numa_mem_id()]->zones[idx];
}

static unsigned long zone_left(enum zone_type idx)
{
	drain_all_pages();
	return data_race(zone_named(idx)->buddy.free) + data_race(zone_named(idx)->pending_pages);
}

/* The zone that GFP_KERNEL tries first. */
static struct zone *home_zone(void)
{
	return first_lowmem_zone(&node_data[numa_mem_id()]->zonelist);
}

/* ---- Where ----------------------------------------------------------------------------------- */

KTEST(gfp, zone_modifiers_choose_the_zone)
{
	static const gfp_t base[] = {GFP_KERNEL, GFP_ATOMIC, GFP_NOIO, GFP_NOFS, 0};
	unsigned int i, order;

	for (i = 0; i < ARRAY_SIZE(base); i++) {
		for (order = 0; order < 8; order++) {
			struct page *dma = alloc_pages(base[i] | __GFP_DMA, order);
			struct page *dma32 = alloc_pages(base[i] | __GFP_DMA32, order);

			ASSERT(dma && dma32);
			EXPECT(page_to_phys(dma) + (PAGE_SIZE << order) <= 16 << 20);
			EXPECT(page_to_phys(dma32) + (PAGE_SIZE << order) <= 1UL << 32);
			EXPECT_EQ(page_zonenum(dma), ZONE_DMA);
			__free_pages(dma, order);
			__free_pages(dma32, order);
		}
	}
}

KTEST(gfp, the_highest_zone_is_tried_first)
{
	struct page *kernel = alloc_page(GFP_KERNEL), *high = alloc_page(GFP_HIGHUSER);

	ASSERT(kernel && high);
	EXPECT_EQ(page_zonenum(kernel), home_zone()->idx);
	EXPECT(page_zonenum(high) >= page_zonenum(kernel));
	__free_page(kernel);
	__free_page(high);
}

/* With DMA memory used up GFP_DMA fails, however much there is above. */
KTEST(gfp, an_allocation_never_climbs_to_a_higher_zone)
{
	struct page *chain, *page;

	if (home_zone()->idx == ZONE_DMA) {
		ktest_skip("there is DMA memory only");
		return;
	}
	chain = take_all(NULL, GFP_DMA | __GFP_MEMALLOC);
	EXPECT_EQ(zone_left(ZONE_DMA), 0);
	EXPECT(zone_left(home_zone()->idx) > 0);
	EXPECT(alloc_pages(GFP_DMA | GFP_KERNEL | __GFP_NOWARN | __GFP_NORETRY, 0) == NULL);
	page = alloc_page(GFP_KERNEL);
	EXPECT(page != NULL);
	__free_page(page);
	free_chain(chain);
}

/* With the high zones short an allocation falls to lower ones, but leaves them their reserve. */
KTEST(gfp, an_allocation_falls_to_lower_zones_down_to_their_reserve)
{
	struct zone *home = home_zone(), *dma = zone_named(ZONE_DMA);
	unsigned long dma_before = zone_left(ZONE_DMA), need;
	struct page *chain;

	if (home->idx == ZONE_DMA || !dma_before) {
		ktest_skip("there is one zone only");
		return;
	}
	chain = take_all(NULL, GFP_NOWAIT);
	EXPECT_EQ(zone_left(home->idx), home->watermark[WMARK_MIN]);
	need = dma->watermark[WMARK_MIN] + dma->lowmem_reserve[ZONE_NORMAL];
	EXPECT_EQ(zone_left(ZONE_DMA), min(dma_before, need));
	free_chain(chain);
}

KTEST(gfp, nodes)
{
	struct page *page = alloc_pages_node(numa_mem_id(), GFP_KERNEL | __GFP_THISNODE, 0);

	ASSERT(page != NULL);
	EXPECT_EQ(page_to_nid(page), numa_mem_id());
	__free_page(page);
	page = alloc_pages_node(NUMA_NO_NODE, GFP_KERNEL, 2);
	ASSERT(page != NULL);
	__free_pages(page, 2);
}

/* ---- How deep -------------------------------------------------------------------------------- */

/* Each may take what the one before left: min, then three eighths of it, then nothing. */
KTEST(gfp, reserves_are_for_those_who_may_use_them)
{
	struct zone *home = home_zone();
	unsigned long min = home->watermark[WMARK_MIN];
	struct page *chain;

	chain = take_all(NULL, GFP_NOWAIT);
	EXPECT_EQ(zone_left(home->idx), min);
	chain = take_all(chain, GFP_KERNEL | __GFP_NORETRY);
	EXPECT_EQ(zone_left(home->idx), min);
	chain = take_all(chain, GFP_KERNEL | __GFP_HIGH | __GFP_NORETRY);
	EXPECT_EQ(zone_left(home->idx), min - min / 2);
	chain = take_all(chain, GFP_ATOMIC);
	EXPECT_EQ(zone_left(home->idx), (min - min / 2) - (min - min / 2) / 4);
	chain = take_all(chain, GFP_ATOMIC | __GFP_MEMALLOC | __GFP_NOMEMALLOC);
	EXPECT_EQ(zone_left(home->idx), (min - min / 2) - (min - min / 2) / 4);
	chain = take_all(chain, GFP_ATOMIC | __GFP_MEMALLOC);
	EXPECT_EQ(zone_left(home->idx), 0);
	EXPECT_EQ(nr_free_pages(), nr_free_highpages());
	free_chain(chain);
}

/* What was freed into the reserve is not handed to those who may not go there. */
KTEST(gfp, a_page_freed_below_the_watermark_stays_in_the_reserve)
{
	struct page *chain, *next;

	kswapd_hold(true);
	chain = take_all(NULL, GFP_ATOMIC);
	/* The last block taken is the smallest: far less than the reserve has been used by. */
	ASSERT(chain != NULL);
	next = (struct page *)chain->private;
	__free_pages(chain, chain->order);
	EXPECT(alloc_page(GFP_NOWAIT | __GFP_NOWARN) == NULL);
	chain = alloc_page(GFP_ATOMIC | __GFP_NOWARN);
	EXPECT(chain != NULL);
	if (chain)
		__free_page(chain);
	free_chain(next);
	kswapd_hold(false);
}

KTEST(gfp, per_cpu_lists_are_off_while_memory_is_short_and_on_again_after)
{
	struct page *chain, *page;

	if (page_lists_are_off()) {
		ktest_skip("boot parameters keep them off");
		return;
	}
	page = take_all(NULL, GFP_NOWAIT);
	ASSERT(page != NULL);
	EXPECT_EQ(pcp_cached_pages(NULL), 0);
	chain = (struct page *)page->private;
	__free_pages(page, page->order);
	EXPECT_EQ(pcp_cached_pages(NULL), 0);
	free_chain(chain);
	page = alloc_page(GFP_KERNEL);
	__free_page(page);
	EXPECT(pcp_cached_pages(NULL) > 0);
}

/* Frees a block's pages singly until @zone has @enough, keeps the rest; false if one went on a list. */
static bool free_singly(struct page *block, const struct zone *zone, unsigned long enough,
			struct page **kept)
{
	unsigned int i, nr = 1u << block->order;
	bool to_zone = true;

	split_page(block, block->order);
	for (i = 0; i < nr && data_race(zone->buddy.free) < enough; i++) {
		__free_page(block + i);
		to_zone &= block[i].state != PAGE_CACHED;
	}
	for (; i < nr; i++)
		*kept = push_page(*kept, block + i);
	return to_zone;
}

/* The same with a whole chain, of which only the blocks of @zone are freed; *@chain is the rest. */
static bool free_singly_from(struct page **chain, const struct zone *zone, unsigned long enough)
{
	struct page *kept = NULL, *next;
	bool to_zone = true;

	for (struct page *block = *chain; block; block = next) {
		next = (struct page *)block->private;
		if (page_zone(block) == zone && to_zone)
			to_zone = free_singly(block, zone, enough, &kept);
		else
			kept = push_page(kept, block);
	}
	*chain = kept;
	return to_zone;
}

/*
 * A shortage has turned the lists off, and then memory comes free page by page.  Though the zone
 * soon has more than its high watermark, nobody keeps a list before it has a quarter more.
 */
KTEST(gfp, per_cpu_lists_stay_off_until_there_is_a_quarter_more)
{
	struct page *chain, *page;
	unsigned long high;
	struct zone *home;

	if (!pcp_limit_blocks((unsigned int)raw_smp_processor_id(), 0)) {
		ktest_skip("boot parameters keep them off");
		return;
	}
	kswapd_hold(true);
	chain = take_all(NULL, 0);
	preempt_disable(); /* the lists are this CPU's */
	home = home_zone();
	high = home->watermark[WMARK_HIGH];
	EXPECT(data_race(home->buddy.free) < high);
	EXPECT(free_singly_from(&chain, home, high + high / 4));
	EXPECT(data_race(home->buddy.free) > high);
	page = alloc_page(__GFP_NOWARN);
	EXPECT(page);
	if (page)
		__free_page(page);
	EXPECT(page && page->state != PAGE_CACHED);
	preempt_enable();
	free_chain(chain);
	kswapd_hold(false);
	page = alloc_page(GFP_KERNEL);
	__free_page(page);
	EXPECT(pcp_cached_pages(NULL) > 0);
}

/* Blocks of an order without a list pass by the lists; they too must go off. */
KTEST(gfp, per_cpu_lists_go_off_when_large_blocks_take_the_reserve)
{
	struct zone *home = home_zone();
	struct page *page = alloc_page(GFP_KERNEL), *other = alloc_page(GFP_KERNEL);
	struct page *chain = NULL, *block;

	ASSERT(page && other);
	if (home->watermark[WMARK_MIN] * 5 / 8 < 3 << 5) {
		ktest_skip("the reserve does not hold three blocks of 32 pages");
		__free_page(other);
		__free_page(page);
		return;
	}
	kswapd_hold(true);
	__free_page(other);
	while ((block = alloc_pages(GFP_ATOMIC | __GFP_NOWARN, 5)))
		chain = push_page(chain, block);
	EXPECT(zone_left(home->idx) < home->watermark[WMARK_MIN]);
	__free_page(page);
	EXPECT_EQ(pcp_cached_pages(NULL), 0);
	page = alloc_page(GFP_NOWAIT | __GFP_NOWARN);
	EXPECT(!page || page_zone(page) != home);
	if (page)
		__free_page(page);
	free_chain(chain);
	kswapd_hold(false);
}

KTEST(gfp, watermarks_rise_and_reserves_grow_with_the_zones_above)
{
	struct zone *zone;
	unsigned long total = 0;

	for_each_zone(zone) {
		const unsigned long *reserve = zone->lowmem_reserve;
		unsigned int i;

		EXPECT(zone->watermark[WMARK_MIN] <= zone->watermark[WMARK_LOW]);
		EXPECT(zone->watermark[WMARK_LOW] <= zone->watermark[WMARK_HIGH]);
		for (i = 0; i <= zone->idx; i++)
			EXPECT_EQ(reserve[i], 0);
		for (; i < MAX_NR_ZONES; i++)
			EXPECT(reserve[i] >= reserve[i - 1]);
		total += zone->watermark[WMARK_MIN];
	}
	EXPECT(total >= 32 - MAX_NR_ZONES);
}

/* ---- What is tried before it fails ----------------------------------------------------------- */

/* A cache that can give its pages back. */
static struct page *cached_pages;
static unsigned long nr_cached, nr_asked, gives_at_once;
static gfp_t asked_with;

static unsigned long count_cached(struct shrinker *shrinker, struct shrink_control *sc)
{
	(void)shrinker;
	if (current_is_kswapd())
		return SHRINK_EMPTY; /* only what the allocation does is looked at */
	nr_asked++;
	asked_with = sc->gfp_mask;
	return nr_cached ? nr_cached : SHRINK_EMPTY;
}

static unsigned long scan_cached(struct shrinker *shrinker, struct shrink_control *sc)
{
	unsigned long n = 0;

	(void)shrinker;
	if (!(sc->gfp_mask & __GFP_FS))
		return SHRINK_STOP;
	while (nr_cached && n < min(sc->nr_to_scan, gives_at_once)) {
		struct page *page = cached_pages;

		cached_pages = (struct page *)page->private;
		__free_page(page);
		nr_cached--;
		n++;
	}
	return n;
}

static struct shrinker cache_shrinker = {
	.count_objects = count_cached,
	.scan_objects = scan_cached,
	.seeks = DEFAULT_SEEKS,
	.batch = 16,
};

/* Memory is used up to min, and the cache holds @n of its pages. */
static struct page *short_of_memory(unsigned long n)
{
	cached_pages = NULL;
	nr_asked = asked_with = 0;
	gives_at_once = 16;
	for (nr_cached = 0; nr_cached < n; nr_cached++)
		cached_pages = push_page(cached_pages, alloc_page(GFP_KERNEL));
	register_shrinker(&cache_shrinker, "test-%s", "cache");
	return take_all(NULL, GFP_NOWAIT);
}

static void memory_again(struct page *chain)
{
	unregister_shrinker(&cache_shrinker);
	free_chain(chain);
	free_chain(cached_pages);
	cached_pages = NULL;
	nr_cached = 0;
}

KTEST(gfp, who_may_wait_gets_what_caches_can_spare)
{
	struct page *chain = short_of_memory(200), *page;

	page = alloc_page(GFP_NOWAIT | __GFP_NOWARN);
	EXPECT(page == NULL);
	EXPECT_EQ(nr_asked, 0); /* it cannot wait: nobody was asked */
	page = alloc_page(GFP_KERNEL);
	EXPECT(page != NULL);
	EXPECT(nr_asked > 0 && nr_cached < 200);
	EXPECT_EQ(asked_with, GFP_KERNEL);
	if (page)
		__free_page(page);
	memory_again(chain);
}

KTEST(gfp, shrinkers_learn_the_flags)
{
	struct page *chain = short_of_memory(200);

	EXPECT(alloc_page(GFP_NOFS | __GFP_NOWARN) == NULL);
	EXPECT_EQ(asked_with & ~__GFP_NOWARN, GFP_NOFS);
	EXPECT_EQ(nr_cached, 200);
	EXPECT(alloc_page(GFP_NOIO | __GFP_NOWARN) == NULL);
	EXPECT_EQ(asked_with & ~__GFP_NOWARN, GFP_NOIO);
	memory_again(chain);
}

KTEST(gfp, noretry_makes_one_pass_and_others_more)
{
	struct page *chain = short_of_memory(200), *block;
	unsigned long once;

	gives_at_once = 1; /* no block of order 3 from that, for a long time */
	block = alloc_pages(GFP_KERNEL | __GFP_NOWARN | __GFP_NORETRY, 3);
	once = nr_asked;
	EXPECT_EQ(once, 1);
	if (block)
		__free_pages(block, 3);
	block = alloc_pages(GFP_KERNEL | __GFP_NOWARN, 3);
	EXPECT(nr_asked > once + 1 || block);
	if (block)
		__free_pages(block, 3);
	nr_asked = 0;
	block = alloc_pages(GFP_KERNEL | __GFP_NOWARN, 8);
	EXPECT(block == NULL);
	EXPECT_EQ(nr_asked, 1); /* a costly order is tried once */
	block = alloc_pages(GFP_KERNEL | __GFP_NOWARN | __GFP_RETRY_MAYFAIL, 8);
	EXPECT(block == NULL);
	EXPECT(nr_asked > 2);
	memory_again(chain);
}

KTEST(gfp, nofail_uses_the_reserve_when_nothing_can_be_freed)
{
	struct page *chain = short_of_memory(0), *page;

	page = alloc_page(GFP_KERNEL | __GFP_NOFAIL);
	ASSERT(page != NULL);
	EXPECT(nr_asked > 0);
	__free_page(page);
	memory_again(chain);
}

static struct page *from_inside;

static unsigned long scan_allocates(struct shrinker *shrinker, struct shrink_control *sc)
{
	(void)shrinker;
	(void)sc;
	from_inside = alloc_page(GFP_KERNEL | __GFP_NOWARN);
	return SHRINK_STOP;
}

/* A shrinker may allocate: from the reserves, and without being called again. */
KTEST(gfp, shrinkers_may_allocate)
{
	struct page *chain = short_of_memory(100);

	from_inside = NULL;
	cache_shrinker.scan_objects = scan_allocates;
	EXPECT(alloc_page(GFP_KERNEL | __GFP_NOWARN | __GFP_NORETRY) == NULL);
	EXPECT_EQ(nr_asked, 1);
	EXPECT(from_inside != NULL);
	if (from_inside)
		__free_page(from_inside);
	cache_shrinker.scan_objects = scan_cached;
	memory_again(chain);
}

/* ---- What is said ---------------------------------------------------------------------------- */

KTEST(gfp, a_failure_is_reported_with_order_flags_caller_and_memory)
{
	struct page *chain = take_all(NULL, GFP_NOWAIT);

	chain = take_all(chain, GFP_ATOMIC); /* its reserve may be larger than the largest block */
	EXPECT_REPORT("page allocation failure: order:0, mode:0x10000(GFP_NOWAIT)") {
		EXPECT(alloc_pages(GFP_NOWAIT, 0) == NULL);
	}
	EXPECT_REPORT("GFP_ATOMIC|__GFP_COMP|__GFP_ZERO") {
		EXPECT(alloc_pages(GFP_ATOMIC | __GFP_COMP | __GFP_ZERO, 10) == NULL);
	}
	EXPECT_REPORT("gfp_a_failure_is_reported") /* the caller */
	{
		EXPECT(alloc_pages(GFP_NOWAIT, 1) == NULL);
	}
	EXPECT_REPORT("Mem-Info:") {
		EXPECT(alloc_pages(GFP_NOWAIT, 2) == NULL);
	}
	EXPECT_NO_REPORT() {
		EXPECT(alloc_pages(GFP_NOWAIT | __GFP_NOWARN, 0) == NULL);
	}
	free_chain(chain);
}

/* Sleeping flags while a spinlock is held: found on each call, though there is plenty of memory. */
KTEST(gfp, sleeping_flags_in_atomic_context)
{
	static DEFINE_SPINLOCK(lock);
	struct page *page = NULL;
	unsigned int order = 2;

	spin_lock(&lock);
	EXPECT_REPORT("sleeping function called from invalid context") {
		page = alloc_page(GFP_KERNEL);
	}
	EXPECT(page != NULL);
	__free_page(page);
	asm volatile("" : "+r"(order));
	EXPECT_REPORT("gfp_sleeping_flags_in_atomic_context") /* the caller */
	{
		page = alloc_pages(GFP_NOIO, order);
	}
	__free_pages(page, order);
	EXPECT_NO_REPORT() {
		page = alloc_page(GFP_ATOMIC);
		__free_page(page);
		page = alloc_page(GFP_NOWAIT);
		__free_page(page);
	}
	spin_unlock(&lock);
	EXPECT_NO_REPORT() {
		page = alloc_page(GFP_KERNEL);
		__free_page(page);
	}
}

/* ---- Zeroing --------------------------------------------------------------------------------- */

static bool comes_zeroed(unsigned int order)
{
	unsigned long addr = __get_free_pages(GFP_KERNEL, order), i;
	bool zero = true;

	if (!addr)
		return false;
	for (i = 0; i < PAGE_SIZE << order; i += 8)
		zero &= *(u64 *)(addr + i) == 0;
	memset((void *)addr, 0xcc, PAGE_SIZE << order);
	free_pages(addr, order);
	return zero;
}

static void set_init(bool on_alloc, bool on_free)
{
	init_on_alloc = on_alloc;
	init_on_free = on_free;
	pcp_reset();
}

KTEST(gfp, init_on_alloc_zeroes_what_is_handed_out)
{
	bool was_alloc = init_on_alloc, was_free = init_on_free;
	unsigned int i;

	set_init(true, false);
	for (i = 0; i < 8; i++)
		EXPECT(comes_zeroed(i % 4));
	set_init(was_alloc, was_free);
}

KTEST(gfp, init_on_free_zeroes_what_comes_back)
{
	bool was_alloc = init_on_alloc, was_free = init_on_free;
	unsigned int i;

	if (page_debug_poisons()) {
		ktest_skip("poison outranks it");
		return;
	}
	set_init(false, true);
	comes_zeroed(0);
	for (i = 0; i < 8; i++)
		EXPECT(comes_zeroed(0));
	comes_zeroed(2);
	EXPECT(comes_zeroed(2));
	set_init(was_alloc, was_free);
}
