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
#include <linux/string.h>
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

/* Frees the block taken last, which is a single page. */
static struct page *free_one(struct page *chain)
{
	struct page *next = (struct page *)chain->private;

	__free_pages(chain, chain->order);
	return next;
}

/* Where this CPU's memory comes from. */
static struct zone *home_zone(void)
{
	return first_zone(&node_data[numa_node_id()]->zonelist, ZONE_NORMAL);
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

static unsigned long zone_free(const struct zone *zone)
{
	drain_all_pages();
	return data_race(zone->buddy.free);
}

/*
 * Below low a node wants to be balanced; then caches are shrunk until free memory
 * is above high, and no further.
 */
KTEST(reclaim, a_node_is_balanced_from_below_low_to_high)
{
	const struct zone *home = home_zone();
	struct pglist_data *pgdat = home->pgdat;
	unsigned long high = home->watermark[WMARK_HIGH], runs = vm_events(PAGEOUTRUN);
	unsigned long stolen = vm_events(PGSTEAL_KSWAPD);
	struct page *chain;

	EXPECT(!node_wants_balance(pgdat, ZONE_NORMAL));
	cache_open(&clean, 0, 4 * high);
	chain = take_all(NULL, 0);
	EXPECT(node_wants_balance(pgdat, ZONE_NORMAL));
	EXPECT(node_balance(pgdat) > 0);
	EXPECT(!node_wants_balance(pgdat, ZONE_NORMAL));
	EXPECT(zone_free(home) >= high);
	EXPECT(zone_free(home) <= high + 2 * (unsigned long)clean.shrinker.batch);
	EXPECT(clean.nr > 0);
	EXPECT(data_race(clean.asked_by_kswapd) > 0);
	EXPECT_EQ(data_race(clean.asked), 0);
	EXPECT_EQ(vm_events(PAGEOUTRUN), runs + 1);
	EXPECT(vm_events(PGSTEAL_KSWAPD) > stolen);
	free_chain(chain);
	cache_close(&clean);
}

/* A node in which nothing is found is left alone after a while, until somebody finds something. */
KTEST(reclaim, a_hopeless_node_is_left_alone)
{
	struct pglist_data *pgdat = home_zone()->pgdat;
	unsigned long freed;
	unsigned int runs = 0;
	struct page *chain;

	chain = take_all(NULL, 0);
	while (node_wants_balance(pgdat, ZONE_NORMAL) && runs < 100) {
		node_balance(pgdat);
		runs++;
	}
	EXPECT(runs < 100);
	chain = free_one(chain);
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

KTEST(reclaim, min_free_kbytes_moves_the_watermarks)
{
	unsigned long was = min_free_kbytes, kib = 1920, min = 0, zones = 0;
	struct page *chain;
	struct zone *zone;

	min_free_kbytes = kib;
	zones_setup_watermarks();
	for_each_zone(zone) {
		min += zone->idx == ZONE_HIGHMEM ? 0 : zone->watermark[WMARK_MIN];
		zones++; /* each has its share rounded down */
	}
	EXPECT(min <= kib / 4 && min + zones >= kib / 4);
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

/* ---- Threads ------------------------------------------------------------------------------- */

#define THREADS	 6
#define PATIENCE 2000 /* ticks that something may take that takes a few */

/* struct worker - a thread that allocates a page, or an element, and says so */
struct worker {
	struct task_struct *task;
	mempool_t *pool;
	void *got;
	gfp_t gfp;
	unsigned int place; /* it was the how-manieth, from 1; 0: not yet */
};

static struct worker worker[THREADS];
static atomic_t nr_done;

static int work(void *data)
{
	struct worker *w = data;

	w->got = w->pool ? mempool_alloc(w->pool, w->gfp) : (void *)alloc_page(w->gfp);
	WRITE_ONCE(w->place, (unsigned int)atomic_inc_return(&nr_done));
	while (!kthread_should_stop())
		schedule_timeout_interruptible(1);
	return 0;
}

/* Threads are made while there is memory, and started when there is none. */
static bool make_workers(gfp_t gfp, mempool_t *pool)
{
	unsigned int i;

	atomic_set(&nr_done, 0);
	for (i = 0; i < THREADS; i++) {
		worker[i] = (struct worker){.gfp = gfp, .pool = pool};
		worker[i].task = kthread_create_on_cpu(work, &worker[i], 0, "reclaim%u", i);
		if (IS_ERR(worker[i].task))
			return false;
	}
	return true;
}

static bool all_done(unsigned int n)
{
	unsigned int ticks = PATIENCE;

	while (ticks-- && (unsigned int)atomic_read(&nr_done) < n)
		schedule_timeout_uninterruptible(1);
	return (unsigned int)atomic_read(&nr_done) >= n;
}

static void stop_workers(void)
{
	unsigned int i;

	for (i = 0; i < THREADS; i++)
		kthread_stop(worker[i].task);
}

/* Lets the workers run until @n of them are in the queue of allocators. */
static bool queued(unsigned int n)
{
	unsigned int ticks = PATIENCE;

	while (ticks-- && READ_ONCE(nr_alloc_waiters) < n)
		schedule_timeout_uninterruptible(1);
	return READ_ONCE(nr_alloc_waiters) >= n;
}

/*
 * The machine has no page left, not even for __GFP_NOFAIL.  Threads that must have one
 * sleep; each page that is freed wakes one of them, and in the end all have one.
 */
KTEST(reclaim, nofail_sleeps_until_memory_is_freed)
{
	gfp_t gfp = (GFP_KERNEL & ~__GFP_KSWAPD_RECLAIM) | __GFP_NOFAIL;
	unsigned long waits = vm_events(ALLOC_WAIT);
	struct page *chain;
	unsigned int i;

	ASSERT(make_workers(gfp, NULL));
	chain = take_all(NULL, __GFP_HIGH | __GFP_MEMALLOC);
	for (i = 0; i < THREADS; i++)
		wake_up_process(worker[i].task);
	EXPECT(queued(1));
	EXPECT_EQ(atomic_read(&nr_done), 0);
	free_chain(chain);
	EXPECT(all_done(THREADS));
	EXPECT(vm_events(ALLOC_WAIT) > waits);
	EXPECT_EQ(nr_alloc_waiters, 0);
	stop_workers();
	for (i = 0; i < THREADS; i++) {
		EXPECT(worker[i].got);
		if (worker[i].got)
			__free_page((struct page *)worker[i].got);
	}
}

/*
 * Below low an allocation that cannot wait wakes the node's thread, which frees up to
 * high.  Only this node is short: other nodes' threads would free this one's pages too.
 */
KTEST(reclaim, kswapd_is_woken_below_low_and_stops_at_high)
{
	const struct zone *home = home_zone();
	unsigned long high = home->watermark[WMARK_HIGH], runs = vm_events(PAGEOUTRUN);
	unsigned int ticks = PATIENCE;
	gfp_t here = GFP_NOWAIT | __GFP_THISNODE | __GFP_NOWARN;
	int nid = home->pgdat->node_id;
	struct page *chain, *page;

	ASSERT(home->pgdat->kswapd);
	shrink_all();
	cache_open(&clean, 0, 4 * high);
	chain = take_all_of_node(NULL, nid, 0);
	EXPECT_EQ(vm_events(PAGEOUTRUN), runs);
	page = alloc_pages_node(nid, here, 0);
	if (page) /* the thread was quicker */
		__free_page(page);
	while (ticks-- && zone_free(home) < high)
		schedule_timeout_uninterruptible(1);
	schedule_timeout_uninterruptible(10);
	EXPECT(vm_events(PAGEOUTRUN) > runs);
	EXPECT(zone_free(home) >= high);
	EXPECT(zone_free(home) <= high + 2 * (unsigned long)clean.shrinker.batch);
	EXPECT(data_race(clean.asked_by_kswapd) > 0);
	EXPECT_EQ(clean.asked, 0);
	page = alloc_pages_node(nid, here, 0);
	EXPECT(page);
	if (page)
		__free_page(page);
	free_chain(chain);
	cache_close(&clean);
}

/* Puts pages of a node into a cache. */
static void fill_from_node(struct page_cache *cache, int nid, unsigned long nr)
{
	while (nr--) {
		struct page *page = alloc_pages_node(nid, GFP_KERNEL | __GFP_THISNODE, 0);

		if (!EXPECT(page))
			return;
		spin_lock_irq(&cache->lock);
		cache->pages = push_page(cache->pages, page);
		cache->nr++;
		spin_unlock_irq(&cache->lock);
	}
}

/* Makes one node short, and waits until its thread has seen to that. */
static void make_node_short(int nid)
{
	const struct zone *zone = node_data[nid]->zonelist.zones[0];
	unsigned long high = zone->watermark[WMARK_HIGH];
	unsigned int ticks = PATIENCE;
	struct page *chain, *page;
	int other;

	shrink_all();
	cache_open(&clean, 0, 0);
	fill_from_node(&clean, nid, 4 * high);
	chain = take_all_of_node(NULL, nid, 0);
	page = alloc_pages_node(nid, GFP_NOWAIT | __GFP_THISNODE | __GFP_NOWARN, 0);
	while (ticks-- && zone_free(zone) < high)
		schedule_timeout_uninterruptible(1);
	EXPECT(zone_free(zone) >= high);
	for_each_online_node(other)
		EXPECT(!data_race(clean.asked_by_node[other]) == (other != nid));
	if (page)
		__free_page(page);
	free_chain(chain);
	cache_close(&clean);
}

/* Each node with memory has a thread; the one of the node that is short runs, and no other. */
KTEST(reclaim, each_node_has_a_thread_that_frees_its_memory)
{
	struct pglist_data *pgdat;
	char name[16];

	for (pgdat = node_data[0]; pgdat; pgdat = pgdat->next) {
		if (!node_state(pgdat->node_id, N_MEMORY)) {
			EXPECT(!pgdat->kswapd);
			continue;
		}
		ASSERT(pgdat->kswapd);
		scnprintf(name, sizeof(name), "kswapd%d", pgdat->node_id);
		EXPECT(!strcmp(pgdat->kswapd->comm, name));
		make_node_short(pgdat->node_id);
		pr_info("reclaim: %s has freed memory of node %d\n", name, pgdat->node_id);
	}
}

static unsigned int inside, most_inside;

/* Stays inside for some ticks, so that others come along. */
static unsigned long count_slowly(struct shrinker *shrinker __unused,
				  struct shrink_control *sc __unused)
{
	if (current_is_kswapd())
		return 0;
	inside++;
	most_inside = max(most_inside, inside);
	schedule_timeout_uninterruptible(5);
	inside--;
	return 0;
}

/* Six threads reclaim at once: several are inside, but no more than the node allows. */
KTEST(reclaim, several_threads_reclaim_but_not_all)
{
	struct shrinker slow = {.count_objects = count_slowly, .scan_objects = cache_scan};
	unsigned long throttled = vm_events(PGSCAN_DIRECT_THROTTLE);
	struct page *chain;
	unsigned int i;

	inside = most_inside = 0;
	ASSERT(make_workers((GFP_KERNEL & ~__GFP_KSWAPD_RECLAIM) | __GFP_NOWARN, NULL));
	register_shrinker(&slow);
	chain = take_all(NULL, 0);
	for (i = 0; i < THREADS; i++)
		wake_up_process(worker[i].task);
	EXPECT(all_done(THREADS));
	EXPECT_EQ(most_inside, 4);
	EXPECT(vm_events(PGSCAN_DIRECT_THROTTLE) > throttled);
	free_chain(chain);
	stop_workers();
	unregister_shrinker(&slow);
	for (i = 0; i < THREADS; i++)
		if (worker[i].got)
			__free_page((struct page *)worker[i].got);
}

/*
 * All memory is gone and the pool is empty: a sleeping mempool_alloc() waits, however
 * many there are, an atomic one returns NULL, and each element that comes back
 * goes to one of those who wait, in their order.
 */
KTEST(reclaim, mempool_waits_for_an_element_and_never_fails)
{
	mempool_t *pool = mempool_create_page_pool(2, 0);
	void *element[2];
	struct page *chain;
	unsigned int i;

	ASSERT(pool);
	ASSERT(make_workers(GFP_KERNEL & ~__GFP_KSWAPD_RECLAIM, pool));
	chain = take_all(NULL, __GFP_HIGH | __GFP_MEMALLOC);
	element[0] = mempool_alloc(pool, GFP_KERNEL & ~__GFP_KSWAPD_RECLAIM);
	element[1] = mempool_alloc(pool, GFP_ATOMIC & ~__GFP_KSWAPD_RECLAIM);
	EXPECT(element[0] && element[1]);
	EXPECT(!mempool_alloc(pool, GFP_ATOMIC & ~__GFP_KSWAPD_RECLAIM));
	for (i = 0; i < THREADS; i++) {
		wake_up_process(worker[i].task);
		schedule_timeout_uninterruptible(5); /* it is in the queue before the next */
	}
	EXPECT_EQ(atomic_read(&nr_done), 0);
	mempool_free(element[0], pool);
	for (i = 0; i < THREADS; i++) {
		EXPECT(all_done(i + 1));
		EXPECT_EQ(atomic_read(&nr_done), i + 1);
		EXPECT_EQ(worker[i].place, i + 1);
		mempool_free(worker[i].got, pool);
	}
	mempool_free(element[1], pool);
	EXPECT_EQ(pool->curr_nr, 2);
	free_chain(chain);
	stop_workers();
	mempool_destroy(pool);
}
