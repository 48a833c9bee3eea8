/* SPDX-License-Identifier: MIT */
/*
 * Memory under pressure: who reclaims what, who may not, who waits, and who is
 * given the memory that comes free.
 *
 * Three caches stand by, each with a shrinker: one that can always be dropped,
 * one that says it needs block I/O, one that says it needs a filesystem.  Memory
 * is used up, an allocation with the flags in question follows, and the counts of
 * the caches say who was asked.  Reclaim threads ask too: what they do is counted
 * apart.
 */
#include <cairn/test.h>
#include <linux/err.h>
#include <linux/gfp.h>
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/mempool.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/sched/mm.h>
#include <linux/shrinker.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/vmstat.h>
#include <linux/topology.h>
#include <linux/vmalloc.h>
#include "../mm/internal.h"
#include "../mm/page_alloc.h"
#include "../mm/vmscan.h"
#include "../mm/zone.h"
#include "pressure.h"

/* ---- Which caches an allocation may enter ---------------------------------------------------- */

static struct page_cache clean, needs_io, needs_fs;

/*
 * One allocation on a machine without memory.  Only what its flags allow has been
 * asked by the allocation itself.
 */
static void try_flags(gfp_t gfp, bool asks, bool io, bool fs)
{
	struct page *chain, *page;

	cache_open(&clean, 0, 0);
	cache_open(&needs_io, SHRINKER_NEEDS_IO, 0);
	cache_open(&needs_fs, SHRINKER_NEEDS_IO | SHRINKER_NEEDS_FS, 0);
	chain = take_all(NULL, gfp & __GFP_HIGHMEM);
	chain = take_all(chain, GFP_NOWAIT & ~__GFP_KSWAPD_RECLAIM);
	page = alloc_page(gfp | __GFP_NOWARN | __GFP_NORETRY);
	EXPECT_EQ(clean.asked != 0, asks);
	EXPECT_EQ(needs_io.asked != 0, io);
	EXPECT_EQ(needs_fs.asked != 0, fs);
	if (asks)
		EXPECT_EQ(clean.flags & (__GFP_IO | __GFP_FS), gfp & (__GFP_IO | __GFP_FS));
	if (page)
		__free_page(page);
	free_chain(chain);
	cache_close(&clean);
	cache_close(&needs_io);
	cache_close(&needs_fs);
}

KTEST(reclaim, GFP_ATOMIC_enters_no_cache)
{
	try_flags(GFP_ATOMIC, false, false, false);
}

KTEST(reclaim, GFP_NOWAIT_enters_no_cache)
{
	try_flags(GFP_NOWAIT, false, false, false);
}

KTEST(reclaim, GFP_NOIO_enters_what_is_clean)
{
	try_flags(GFP_NOIO, true, false, false);
}

KTEST(reclaim, GFP_NOFS_enters_what_needs_io_but_no_filesystem)
{
	try_flags(GFP_NOFS, true, true, false);
}

KTEST(reclaim, GFP_KERNEL_enters_everything)
{
	try_flags(GFP_KERNEL, true, true, true);
}

KTEST(reclaim, GFP_USER_enters_everything)
{
	try_flags(GFP_USER, true, true, true);
}

KTEST(reclaim, GFP_HIGHUSER_enters_everything)
{
	try_flags(GFP_HIGHUSER, true, true, true);
}

KTEST(reclaim, GFP_DMA_alone_cannot_wait)
{
	try_flags(GFP_DMA, false, false, false);
}

KTEST(reclaim, scopes_take_flags_from_a_task)
{
	unsigned int outer, inner;

	outer = memalloc_nofs_save();
	EXPECT_EQ(current_gfp_context(GFP_KERNEL), GFP_NOFS);
	try_flags(GFP_KERNEL & ~__GFP_FS, true, true, false);
	inner = memalloc_noio_save();
	EXPECT_EQ(current_gfp_context(GFP_KERNEL), GFP_NOIO);
	memalloc_noio_restore(inner);
	EXPECT_EQ(current_gfp_context(GFP_KERNEL), GFP_NOFS);
	inner = memalloc_nofs_save();
	memalloc_nofs_restore(inner);
	EXPECT_EQ(current_gfp_context(GFP_KERNEL), GFP_NOFS);
	memalloc_nofs_restore(outer);
	EXPECT_EQ(current_gfp_context(GFP_KERNEL), GFP_KERNEL);
}

/* An allocation inside the scope does not enter what it forbids, whatever its flags are. */
KTEST(reclaim, an_allocation_in_a_scope_is_restricted)
{
	unsigned int old;
	struct page *chain;

	cache_open(&needs_io, SHRINKER_NEEDS_IO, 0);
	cache_open(&clean, 0, 0);
	chain = take_all(NULL, GFP_NOWAIT & ~__GFP_KSWAPD_RECLAIM);
	old = memalloc_noio_save();
	EXPECT(!alloc_page(GFP_KERNEL | __GFP_NOWARN | __GFP_NORETRY));
	memalloc_noio_restore(old);
	EXPECT_EQ(needs_io.asked, 0);
	EXPECT(clean.asked > 0);
	EXPECT_EQ(clean.flags & (__GFP_IO | __GFP_FS), 0);
	free_chain(chain);
	cache_close(&needs_io);
	cache_close(&clean);
}

/* ---- The registry ---------------------------------------------------------------------------- */

static struct page_cache late;
static bool late_is_open;

/* Registers another shrinker, and takes it away again the next time. */
static unsigned long count_and_register(struct shrinker *shrinker __unused,
					struct shrink_control *sc __unused)
{
	if (!late_is_open)
		cache_open(&late, 0, 0);
	late_is_open = true;
	return 0;
}

KTEST(reclaim, a_shrinker_may_register_another)
{
	struct shrinker first = {.count_objects = count_and_register, .scan_objects = cache_scan};
	struct reclaim_control rc = {.gfp = GFP_KERNEL};

	late_is_open = false;
	register_shrinker(&first);
	shrink_caches(&rc);
	EXPECT(late_is_open);
	EXPECT_EQ(late.asked, 1);
	unregister_shrinker(&first);
	unregister_shrinker(&first); /* has no effect */
	cache_close(&late);
}

static unsigned long count_and_leave(struct shrinker *shrinker, struct shrink_control *sc __unused)
{
	EXPECT_REPORT("cannot be unregistered from inside") {
		unregister_shrinker(shrinker);
	}
	return 0;
}

KTEST(reclaim, a_shrinker_cannot_unregister_itself)
{
	struct shrinker own = {.count_objects = count_and_leave, .scan_objects = cache_scan};
	struct reclaim_control rc = {.gfp = GFP_KERNEL};

	register_shrinker(&own);
	shrink_caches(&rc);
	unregister_shrinker(&own);
	EXPECT(!own.list.next);
}

/* An eighth, a quarter, half, all; and all at once of what costs nothing. */
KTEST(reclaim, passes_ask_for_more_each_time)
{
	static const unsigned long want[] = {1024, 512, 256, 128};
	struct reclaim_control rc = {.gfp = GFP_KERNEL};
	unsigned long before;
	unsigned int i;

	for (i = 0; i <= SHRINK_PRIORITY; i++) {
		cache_open(&clean, 0, want[0]);
		rc.priority = i;
		before = vm_events(PGSTEAL_DIRECT);
		shrink_caches(&rc);
		EXPECT_EQ(clean.freed, want[i]);
		EXPECT(vm_events(PGSTEAL_DIRECT) - before >= want[i]);
		cache_close(&clean);
	}
	cache_open(&clean, 0, want[0]);
	clean.shrinker.seeks = 0;
	rc.priority = SHRINK_PRIORITY;
	shrink_caches(&rc);
	EXPECT_EQ(clean.freed, want[0]);
	cache_close(&clean);
}

struct one_by_one {
	struct shrinker shrinker;
	unsigned long nr, calls;
};

static unsigned long count_singles(struct shrinker *shrinker, struct shrink_control *sc __unused)
{
	return container_of(shrinker, struct one_by_one, shrinker)->nr;
}

static unsigned long scan_single(struct shrinker *shrinker, struct shrink_control *sc)
{
	struct one_by_one *cache = container_of(shrinker, struct one_by_one, shrinker);

	EXPECT_EQ(sc->nr_to_scan, 1);
	EXPECT_EQ(sc->nr_scanned, 1);
	cache->calls++;
	cache->nr--;
	return 1;
}

/* A cache whose batch is one object is asked for as many batches as objects are wanted. */
KTEST(reclaim, batches_of_one)
{
	struct one_by_one cache = {
		.shrinker =
			{
				.count_objects = count_singles,
				.scan_objects = scan_single,
				.seeks = DEFAULT_SEEKS,
				.batch = 1,
			},
		.nr = 10,
	};
	struct reclaim_control rc = {.gfp = GFP_KERNEL};

	register_shrinker(&cache.shrinker, "singles");
	shrink_caches(&rc);
	unregister_shrinker(&cache.shrinker);
	EXPECT_EQ(cache.calls, 10);
	EXPECT_EQ(cache.nr, 0);
}

/* ---- The queue of those who wait ------------------------------------------------------------- */

#define WAITERS 5

static struct alloc_request request(gfp_t gfp, unsigned int order)
{
	struct alloc_request req = {
		.gfp = gfp,
		.order = order,
		.mark = WMARK_MIN,
		.highest = gfp_zone(gfp),
		.pgdat = node_data[numa_node_id()],
	};

	req.preferred = first_zone(&req.pgdat->zonelist, req.highest);
	return req;
}

/* Frees one page of the block taken last. */
static struct page *free_one(struct page *chain)
{
	struct page *next = (struct page *)chain->private;
	unsigned int nr = 1u << chain->order;

	split_page(chain, chain->order);
	for (unsigned int i = 1; i < nr; i++)
		next = push_page(next, chain + i);
	__free_page(chain);
	return next;
}

static unsigned int served(struct alloc_waiter *waiter, unsigned int n)
{
	unsigned int i, count = 0;

	for (i = 0; i < n; i++)
		count += waiter[i].page != NULL;
	return count;
}

/*
 * Five wait, memory comes back page by page: each page goes to the one who has
 * waited longest, and an allocation that comes later gets nothing.
 */
KTEST(reclaim, who_waits_is_served_in_order)
{
	struct alloc_request req = request(GFP_KERNEL, 0);
	struct page *single[WAITERS + 2], *chain;
	struct alloc_waiter waiter[WAITERS];
	unsigned int i, k;

	for (i = 0; i < ARRAY_SIZE(single); i++)
		single[i] = alloc_page(GFP_KERNEL);
	chain = take_all(NULL, 0);
	for (i = 0; i < WAITERS; i++)
		alloc_wait_begin(&waiter[i], &req);
	EXPECT_EQ(nr_alloc_waiters, WAITERS);
	EXPECT_EQ(served(waiter, WAITERS), 0);
	for (i = 0; i < WAITERS; i++) {
		struct page *newcomer;

		__free_page(single[i]);
		newcomer = alloc_page(__GFP_NOWARN);
		EXPECT(!newcomer);
		if (newcomer)
			__free_page(newcomer);
		for (k = 0; k < WAITERS; k++)
			EXPECT_EQ(waiter[k].page != NULL, k <= i);
	}
	EXPECT_EQ(nr_alloc_waiters, 0);
	for (i = 0; i < WAITERS; i++) {
		struct page *page = alloc_wait_end(&waiter[i]);

		if (page)
			__free_page(page);
	}
	__free_page(single[WAITERS]);
	__free_page(single[WAITERS + 1]);
	free_chain(chain);
}

/*
 * Three wait.  The first two leave the queue to look for memory by themselves, find
 * none and come back, the second before the first: they are served before the third,
 * in the order in which they came.
 */
KTEST(reclaim, who_comes_back_has_kept_its_place)
{
	struct alloc_request req[3];
	struct page *single[3], *chain;
	struct alloc_waiter waiter[3];
	unsigned int i, k;

	for (i = 0; i < ARRAY_SIZE(single); i++)
		single[i] = alloc_page(GFP_KERNEL);
	chain = take_all(NULL, 0);
	for (i = 0; i < ARRAY_SIZE(req); i++) {
		req[i] = request(GFP_KERNEL, 0);
		alloc_wait_begin(&waiter[i], &req[i]);
	}
	EXPECT(!alloc_wait_end(&waiter[0]));
	EXPECT(!alloc_wait_end(&waiter[1]));
	EXPECT_EQ(nr_alloc_waiters, 1);
	alloc_wait_begin(&waiter[1], &req[1]);
	alloc_wait_begin(&waiter[0], &req[0]);
	for (i = 0; i < ARRAY_SIZE(req); i++) {
		__free_page(single[i]);
		for (k = 0; k < ARRAY_SIZE(req); k++)
			EXPECT_EQ(waiter[k].page != NULL, k <= i);
	}
	EXPECT_EQ(nr_alloc_waiters, 0);
	for (i = 0; i < ARRAY_SIZE(req); i++) {
		struct page *page = alloc_wait_end(&waiter[i]);

		if (page)
			__free_page(page);
	}
	free_chain(chain);
}

/* One who wants more than comes free does not hold up who wants less. */
KTEST(reclaim, a_large_request_does_not_block_the_queue)
{
	struct alloc_request large = request(GFP_KERNEL, 9), small = request(GFP_KERNEL, 0);
	struct page *single = alloc_page(GFP_KERNEL), *chain, *page;
	struct alloc_waiter first, second;

	chain = take_all(NULL, 0);
	alloc_wait_begin(&first, &large);
	alloc_wait_begin(&second, &small);
	__free_page(single);
	EXPECT(!first.page);
	EXPECT(second.page);
	EXPECT(!alloc_wait_end(&first));
	page = alloc_wait_end(&second);
	if (page)
		__free_page(page);
	free_chain(chain);
	EXPECT_EQ(nr_alloc_waiters, 0);
}

/* What is free already when one begins to wait is given out at once. */
KTEST(reclaim, who_need_not_wait_does_not)
{
	struct alloc_request req = request(GFP_KERNEL, 0);
	unsigned long before = vm_events(ALLOC_WAIT);
	struct page *page = alloc_wait(&req, 1000);

	ASSERT(page);
	__free_page(page);
	EXPECT_EQ(vm_events(ALLOC_WAIT), before);
}

static struct page *waited_for;

static int wait_for_page(void *req)
{
	WRITE_ONCE(waited_for, alloc_wait(req, MAX_SCHEDULE_TIMEOUT));
	while (!kthread_should_stop())
		schedule_timeout_interruptible(1);
	return 0;
}

/* Who waits leaves the CPU to others until it is served. */
KTEST(reclaim, who_waits_sleeps)
{
	struct alloc_request req = request(GFP_KERNEL, 0);
	struct task_struct *task = kthread_create(wait_for_page, &req, "waits");
	unsigned int ticks = 500;
	struct page *chain;

	ASSERT(!IS_ERR(task));
	waited_for = NULL;
	chain = take_all(NULL, 0);
	wake_up_process(task);
	while (ticks-- && !(READ_ONCE(nr_alloc_waiters) == 1 &&
			    READ_ONCE(task->__state) == TASK_UNINTERRUPTIBLE))
		schedule_timeout_uninterruptible(1);
	EXPECT_EQ(READ_ONCE(nr_alloc_waiters), 1);
	EXPECT_EQ(READ_ONCE(task->__state), TASK_UNINTERRUPTIBLE);
	free_chain(chain);
	kthread_stop(task);
	EXPECT_EQ(READ_ONCE(nr_alloc_waiters), 0);
	EXPECT(waited_for);
	if (waited_for)
		__free_page(waited_for);
}

/* A waiter keeps to its watermark: a page that comes free below min is not for it. */
KTEST(reclaim, who_waits_does_not_take_the_reserve)
{
	struct alloc_request req = request(GFP_KERNEL, 0), high = request(GFP_ATOMIC, 0);
	struct page *chain = take_all(NULL, GFP_ATOMIC & ~__GFP_KSWAPD_RECLAIM), *page;
	struct alloc_waiter waiter, atomic;

	ASSERT(chain);
	high.depth = ALLOC_HIGH | ALLOC_HARDER;
	alloc_wait_begin(&waiter, &req);
	alloc_wait_begin(&atomic, &high);
	chain = free_one(chain);
	EXPECT(!alloc_wait_end(&waiter));
	page = alloc_wait_end(&atomic);
	EXPECT(page);
	if (page)
		__free_page(page);
	free_chain(chain);
}

/* ---- Balancing a node ------------------------------------------------------------------------ */

/*
 * Below low a node wants to be balanced; then caches are shrunk until free memory
 * is above high, and no further.
 */
KTEST(reclaim, a_node_is_balanced_from_below_low_to_high)
{
	const struct zone *home = home_zone();
	struct pglist_data *pgdat = home->pgdat;
	unsigned long high = home->watermark[WMARK_HIGH], runs = vm_events(PAGEOUTRUN);
	unsigned long stolen = vm_events(PGSTEAL_KSWAPD), scanned = vm_events(PGSCAN_KSWAPD);
	struct page *chain;

	EXPECT(!node_wants_balance(pgdat, ZONE_NORMAL));
	cache_open(&clean, 0, 4 * high);
	chain = take_all(NULL, 0);
	EXPECT(node_wants_balance(pgdat, ZONE_NORMAL));
	EXPECT(node_balance(pgdat, ZONE_NORMAL) > 0);
	EXPECT(!node_wants_balance(pgdat, ZONE_NORMAL));
	EXPECT(zone_free(home) >= high);
	EXPECT(zone_free(home) <= high + 2 * (unsigned long)clean.shrinker.batch);
	EXPECT(clean.nr > 0);
	EXPECT(data_race(clean.asked_by_kswapd) > 0);
	EXPECT_EQ(data_race(clean.asked), 0);
	EXPECT_EQ(vm_events(PAGEOUTRUN), runs + 1);
	EXPECT(vm_events(PGSTEAL_KSWAPD) > stolen);
	EXPECT(vm_events(PGSCAN_KSWAPD) - scanned >= vm_events(PGSTEAL_KSWAPD) - stolen);
	free_chain(chain);
	cache_close(&clean);
}

/*
 * What a shrinker frees may stay on this CPU's list, where no watermark counts it.  The
 * watermarks are moved, since lists are off where memory is short indeed: each zone of the
 * node lacks 32 pages, and the 64 of a cache are enough.
 */
KTEST(reclaim, pages_on_lists_of_cpus_balance_a_node)
{
	struct pglist_data *pgdat = home_zone()->pgdat;

	free_chain(take_all(NULL, 0)); /* no section is closed afterwards */
	shrink_all();
	cache_open(&clean, 0, 64);
	for (unsigned int idx = 0; idx < MAX_NR_ZONES; idx++) {
		struct zone *zone = &pgdat->zones[idx];

		zone->watermark[WMARK_HIGH] = zone_free(zone) + 32;
	}
	EXPECT(!node_balanced(pgdat, ZONE_NORMAL));
	EXPECT(node_balance(pgdat, ZONE_NORMAL) > 0);
	EXPECT(node_balanced(pgdat, ZONE_NORMAL));
	zones_setup_watermarks();
	cache_close(&clean);
}

/* Pages to free before a node that was given up is looked at again, if nothing was found there. */
static unsigned long high_of_all_zones(const struct pglist_data *pgdat)
{
	unsigned long high = 0;
	unsigned int idx;

	for (idx = 0; idx < MAX_NR_ZONES; idx++)
		high += pgdat->zones[idx].watermark[WMARK_HIGH];
	return high;
}

/*
 * A node in which nothing is found is left alone after a while, until as much was freed there
 * as is free in good times, although others took it at once, or somebody finds something.
 */
KTEST(reclaim, a_hopeless_node_is_left_alone)
{
	struct pglist_data *pgdat = home_zone()->pgdat;
	unsigned long freed, high = high_of_all_zones(pgdat), i;
	unsigned int runs = 0;
	struct page *chain, *page;

	chain = take_all_of_node(NULL, pgdat->node_id, 0);
	while (node_wants_balance(pgdat, ZONE_NORMAL) && runs < 100) {
		node_balance(pgdat, ZONE_NORMAL);
		runs++;
	}
	EXPECT(runs < 100);
	WRITE_ONCE(pgdat->reclaim_failures, 15);
	EXPECT(node_wants_balance(pgdat, ZONE_NORMAL));
	WRITE_ONCE(pgdat->reclaim_failures, 16);
	EXPECT(!node_wants_balance(pgdat, ZONE_NORMAL));
	for (i = 0; i <= high && chain && !node_wants_balance(pgdat, ZONE_NORMAL); i++) {
		chain = free_one(chain);
		page = alloc_pages_node(pgdat->node_id, __GFP_THISNODE | __GFP_NOWARN, 0);
		if (page)
			chain = push_page(chain, page);
	}
	EXPECT(i > high / 2 && node_wants_balance(pgdat, ZONE_NORMAL));
	free_chain(chain);
	cache_open(&clean, 0, 64);
	EXPECT(reclaim_direct(pgdat, GFP_KERNEL, 0, &freed));
	EXPECT(freed > 0);
	EXPECT_EQ(pgdat->reclaim_failures, 0);
	cache_close(&clean);
}

KTEST(reclaim, direct_reclaim_is_throttled)
{
	struct pglist_data *pgdat = home_zone()->pgdat;
	unsigned long freed, before = vm_events(PGSCAN_DIRECT_THROTTLE);

	cache_open(&clean, 0, 64);
	atomic_add(1000, &pgdat->nr_reclaimers);
	EXPECT(!reclaim_direct(pgdat, GFP_KERNEL, 0, &freed));
	atomic_sub(1000, &pgdat->nr_reclaimers);
	EXPECT_EQ(clean.asked, 0);
	EXPECT_EQ(vm_events(PGSCAN_DIRECT_THROTTLE), before + 1);
	EXPECT(reclaim_direct(pgdat, GFP_KERNEL, 0, &freed));
	EXPECT_EQ(clean.freed, 64);
	EXPECT_EQ(atomic_read(&pgdat->nr_reclaimers), 0);
	cache_close(&clean);
}

KTEST(reclaim, allocations_that_reclaim_are_counted_by_zone)
{
	unsigned long normal = vm_events(ALLOCSTALL + ZONE_NORMAL);
	unsigned long dma = vm_events(ALLOCSTALL + ZONE_DMA);
	struct page *chain = take_all(NULL, 0);

	chain = take_all(chain, GFP_DMA);
	EXPECT(!alloc_page(GFP_KERNEL | __GFP_NOWARN | __GFP_NORETRY));
	EXPECT_EQ(vm_events(ALLOCSTALL + ZONE_NORMAL), normal + 1);
	EXPECT(!alloc_page(GFP_KERNEL | GFP_DMA | __GFP_NOWARN | __GFP_NORETRY));
	EXPECT_EQ(vm_events(ALLOCSTALL + ZONE_DMA), dma + 1);
	EXPECT(!alloc_page(GFP_NOWAIT | __GFP_NOWARN));
	EXPECT_EQ(vm_events(ALLOCSTALL + ZONE_NORMAL), normal + 1);
	free_chain(chain);
}

/* ---- What stays free ------------------------------------------------------------------------- */

/* The zones' WMARK_MIN together; each has its share of @pages rounded down. */
static void check_min_watermarks(unsigned long pages)
{
	unsigned long min = 0, zones = 0;
	struct zone *zone;

	for_each_zone(zone) {
		min += zone->idx == ZONE_HIGHMEM ? 0 : zone->watermark[WMARK_MIN];
		zones++;
	}
	EXPECT(min <= pages && min + zones >= pages);
}

/* min_free_kbytes is kept free; of what is more than a quarter of memory, a quarter is. */
KTEST(reclaim, min_free_kbytes_moves_the_watermarks)
{
	unsigned long was = min_free_kbytes, lowmem = 0;
	struct page *chain;
	struct zone *zone;

	for_each_zone(zone)
		lowmem += zone->idx == ZONE_HIGHMEM ? 0 : zone->managed_pages;
	min_free_kbytes = 4 * lowmem;
	zones_setup_watermarks();
	check_min_watermarks(lowmem / 4);
	min_free_kbytes = 1024;
	zones_setup_watermarks();
	check_min_watermarks(1024 / 4);
	zone = home_zone();
	chain = take_all(NULL, 0);
	drain_all_pages();
	EXPECT_EQ(zone->buddy.free, zone->watermark[WMARK_MIN]);
	free_chain(chain);
	min_free_kbytes = was;
	zones_setup_watermarks();
}

/* ---- Who holds memory ------------------------------------------------------------------------ */

/* One pass, and no reclaim thread is woken, which might enter what this may not. */
#define NOFS_QUIETLY ((GFP_NOFS & ~__GFP_KSWAPD_RECLAIM) | __GFP_NORETRY)

/*
 * An allocation that may sleep and fails says who has how much: cache, caller, thread, pool,
 * shrinker.
 */
KTEST(reclaim, out_of_memory_names_who_holds_it)
{
	unsigned long before = vm_events(OOM_REPORT);
	struct page *chain;
	void *area, *object;
	mempool_t *pool;

	pool = mempool_create_page_pool(7, 0);
	ASSERT(pool);
	area = vmalloc(3 * PAGE_SIZE);
	object = kmalloc(4096, GFP_KERNEL);
	cache_open(&clean, SHRINKER_NEEDS_FS, 40);
	chain = take_all(NULL, 0);
	EXPECT_REPORT("Out of memory: ") {
		EXPECT(!alloc_page(NOFS_QUIETLY));
	}
	EXPECT(ktest_reported("Mem-Info: total:"));
	EXPECT_REPORT("slab ") {
		show_memory_holders();
	}
	EXPECT_REPORT("areas by reclaim_out_of_memory_names_who_holds_it") {
		show_memory_holders();
	}
	EXPECT_REPORT("cache test (cache_count): 40 pages could be freed") {
		show_memory_holders();
	}
	EXPECT_REPORT("page tables ") {
		show_memory_holders();
	}
	EXPECT_REPORT("thread kswapd ") {
		show_memory_holders();
	}
	EXPECT(ktest_reported("mempool       28kB, 7 of 7 elements of 4096 bytes, made by "
			      "reclaim_out_of_memory_names_who_holds_it"));
	EXPECT_EQ(vm_events(OOM_REPORT), before + 1);
	EXPECT_NO_REPORT() {
		EXPECT(!alloc_page(NOFS_QUIETLY | __GFP_NOWARN));
	}
	free_chain(chain);
	cache_close(&clean);
	kfree(object);
	vfree(area);
	mempool_destroy(pool);
}

/* Of many slab caches those with the most memory are named, also one that came last. */
KTEST(reclaim, the_largest_caches_are_named)
{
	static void *object[256];
	struct kmem_cache *cache = kmem_cache_create("t_holder", 2000, 0, 0, NULL);
	unsigned int i;

	ASSERT(cache);
	for (i = 0; i < ARRAY_SIZE(object); i++)
		object[i] = kmem_cache_alloc(cache, GFP_KERNEL);
	EXPECT_REPORT("kB, 256 objects of 2000 bytes in use") {
		show_memory_holders();
	}
	EXPECT(ktest_reported("slab t_holder "));
	for (i = 0; i < ARRAY_SIZE(object); i++)
		kmem_cache_free(cache, object[i]);
	kmem_cache_destroy(cache);
}

/* __GFP_NOFAIL goes as deep as GFP_ATOMIC when reclaim finds nothing. */
KTEST(reclaim, nofail_takes_from_the_reserve)
{
	struct page *chain = take_all(NULL, 0), *page;

	EXPECT(!alloc_page(GFP_KERNEL | __GFP_NOWARN | __GFP_NORETRY));
	page = alloc_page(GFP_KERNEL | __GFP_NOFAIL);
	EXPECT(page);
	if (page)
		__free_page(page);
	free_chain(chain);
}
