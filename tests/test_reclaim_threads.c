/* SPDX-License-Identifier: MIT */
/*
 * Memory under pressure from several threads: those that must have a page sleep until
 * one is free, each node's own thread frees memory when the node is short, only so many
 * reclaim at once, and a pool's elements go to those who wait, in their order.
 *
 * Threads are made while there is memory and let go when there is none; caches with
 * shrinkers stand by, as in test_reclaim.c.
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
#include <linux/string.h>
#include <linux/topology.h>
#include <linux/vmstat.h>
#include "../mm/page_alloc.h"
#include "../mm/vmscan.h"
#include "../mm/zone.h"
#include "pressure.h"

static struct page_cache clean;

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
	kswapd_settle();
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

/*
 * Memory below 16 MiB is used up by those who need just that, while other zones have plenty.
 * One more of them wakes the thread, which goes on until the low zone is above its high watermark.
 */
KTEST(reclaim, kswapd_sees_to_a_low_zone_beside_others_with_plenty)
{
	gfp_t low = GFP_DMA | __GFP_KSWAPD_RECLAIM | __GFP_NOWARN;
	unsigned int ticks = PATIENCE;
	struct page *chain, *page = alloc_page(low);
	unsigned long high;
	struct zone *zone;

	ASSERT(page);
	zone = page_zone(page);
	high = zone->watermark[WMARK_HIGH];
	if (first_lowmem_zone(&zone->pgdat->zonelist) == zone) {
		ktest_skip("there is no other zone");
		__free_page(page);
		return;
	}
	shrink_all();
	cache_open(&clean, 0, 0);
	cache_fill(&clean, 4 * high, GFP_DMA);
	chain = take_all(push_page(NULL, page), GFP_DMA);
	EXPECT(node_balanced(zone->pgdat, ZONE_NORMAL));
	page = alloc_page(low);
	while (ticks-- && zone_free(zone) < high)
		schedule_timeout_uninterruptible(1);
	kswapd_settle();
	EXPECT(zone_free(zone) >= high);
	EXPECT(data_race(clean.asked_by_kswapd) > 0);
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
	const struct zone *zone = first_zone(&node_data[nid]->zonelist, ZONE_NORMAL);
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

static bool kswapd_inside;

/* Keeps a reclaim thread for a while. */
static unsigned long linger(struct shrinker *shrinker __unused, struct shrink_control *sc __unused)
{
	if (current_is_kswapd()) {
		WRITE_ONCE(kswapd_inside, true);
		schedule_timeout_uninterruptible(20);
		smp_store_release(&kswapd_inside, false);
	}
	return 0;
}

/* Whoever counts pages waits first until no reclaim thread holds any. */
KTEST(reclaim, kswapd_settle_waits_for_who_lingers)
{
	struct shrinker slow = {.count_objects = linger, .scan_objects = cache_scan};
	int nid = home_zone()->pgdat->node_id;
	unsigned int ticks = PATIENCE;
	struct page *chain, *page;

	kswapd_settle();
	register_shrinker(&slow);
	chain = take_all_of_node(NULL, nid, 0);
	page = alloc_pages_node(nid, GFP_NOWAIT | __GFP_THISNODE | __GFP_NOWARN, 0);
	while (ticks-- && !READ_ONCE(kswapd_inside))
		schedule_timeout_uninterruptible(1);
	EXPECT(READ_ONCE(kswapd_inside));
	free_chain(chain); /* nobody has a reason to wake it again */
	if (page)
		__free_page(page);
	kswapd_settle();
	EXPECT(!smp_load_acquire(&kswapd_inside));
	unregister_shrinker(&slow);
}

static unsigned int entered;
static bool let_out, unregistered;

/* Who comes first stays until he is let out. */
static unsigned long stay_inside(struct shrinker *shrinker __unused,
				 struct shrink_control *sc __unused)
{
	if (current_is_kswapd() || entered++)
		return 0;
	while (!READ_ONCE(let_out))
		schedule_timeout_uninterruptible(1);
	return 0;
}

static struct shrinker door = {.count_objects = stay_inside, .scan_objects = cache_scan};

static int enter(void *data __unused)
{
	shrink_all();
	while (!kthread_should_stop())
		schedule_timeout_interruptible(1);
	return 0;
}

static int shut(void *data __unused)
{
	unregister_shrinker(&door);
	WRITE_ONCE(unregistered, true);
	while (!kthread_should_stop())
		schedule_timeout_interruptible(1);
	return 0;
}

/* Somebody is in a shrinker that is taken away: that waits for him, and lets nobody else in. */
KTEST(reclaim, who_unregisters_waits_and_lets_nobody_in)
{
	struct task_struct *first = kthread_create_on_cpu(enter, NULL, 0, "enter");
	struct task_struct *second = kthread_create_on_cpu(shut, NULL, 0, "shut");
	unsigned int ticks = PATIENCE;

	ASSERT(!IS_ERR(first) && !IS_ERR(second));
	entered = 0;
	let_out = unregistered = false;
	register_shrinker(&door);
	wake_up_process(first);
	while (ticks-- && !READ_ONCE(entered))
		schedule_timeout_uninterruptible(1);
	wake_up_process(second);
	schedule_timeout_uninterruptible(5);
	shrink_all();
	EXPECT_EQ(entered, 1);
	EXPECT(!READ_ONCE(unregistered));
	WRITE_ONCE(let_out, true);
	for (ticks = PATIENCE; ticks && !READ_ONCE(unregistered); ticks--)
		schedule_timeout_uninterruptible(1);
	EXPECT(READ_ONCE(unregistered));
	kthread_stop(first);
	kthread_stop(second);
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
