/* SPDX-License-Identifier: MIT */
/*
 * The table of allocation flags, row by row, with memory used up.
 *
 * Three caches hold pages: one can be dropped by anybody, one needs block I/O for
 * that, one a filesystem.  All other memory of the zones in question is taken, down to
 * the min watermark.  Then the flags of a row allocate page after page until they get
 * no more.  What they got, what the caches have left and what /proc/vmstat counted in
 * between must be exactly what the row promises: who slept, who reclaimed, how many
 * pages, who dug into the reserve, who wanted the reclaim thread to run.
 *
 * The reclaim threads are held, so that all that is counted was done by the row.
 */
#include <cairn/test.h>
#include <linux/err.h>
#include <linux/gfp.h>
#include <linux/kernel.h>
#include <linux/kfence.h>
#include <linux/kthread.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/topology.h>
#include <linux/vmstat.h>
#include "../mm/internal.h"
#include "../mm/page_alloc.h"
#include "../mm/vmscan.h"
#include "../mm/zone.h"
#include "pressure.h"

#define CACHED 32 /* pages in each cache */
#define STRAY  16 /* pages that caches of the kernel itself may give up on the way */

static struct page_cache clean, needs_io, needs_fs;

/* ---- What was counted ------------------------------------------------------------------------ */

struct counts {
	unsigned long stalled, stolen, waited, reserve, woken, reports;
};

static struct counts count(void)
{
	struct counts c = {
		.stolen = vm_events(PGSTEAL_DIRECT),
		.waited = vm_events(ALLOC_WAIT),
		.reserve = vm_events(ALLOC_RESERVE),
		.woken = vm_events(KSWAPD_WOKEN),
		.reports = vm_events(OOM_REPORT),
	};
	unsigned int zone;

	for (zone = 0; zone < MAX_NR_ZONES; zone++)
		c.stalled += vm_events((enum vm_event_item)(ALLOCSTALL + zone));
	return c;
}

static struct counts count_since(const struct counts *then)
{
	struct counts c = count();

	c.stalled -= then->stalled;
	c.stolen -= then->stolen;
	c.waited -= then->waited;
	c.reserve -= then->reserve;
	c.woken -= then->woken;
	c.reports -= then->reports;
	return c;
}

/* ---- Memory used up -------------------------------------------------------------------------- */

static void open_caches(gfp_t zone)
{
	kswapd_hold(true);
	shrink_all(); /* what others could give up is gone before anybody counts */
	cache_open(&clean, 0, 0);
	cache_open(&needs_io, SHRINKER_NEEDS_IO, 0);
	cache_open(&needs_fs, SHRINKER_NEEDS_IO | SHRINKER_NEEDS_FS, 0);
	cache_fill(&clean, CACHED, GFP_KERNEL | zone);
	cache_fill(&needs_io, CACHED, GFP_KERNEL | zone);
	cache_fill(&needs_fs, CACHED, GFP_KERNEL | zone);
}

static void close_caches(void)
{
	cache_close(&clean);
	cache_close(&needs_io);
	cache_close(&needs_fs);
	kswapd_hold(false);
}

/* All that an allocation can get that has no part in reserves and cannot wait. */
static struct page *take_to_min(gfp_t zone)
{
	return take_all(take_all(NULL, zone), 0);
}

/* ---- The rows -------------------------------------------------------------------------------- */

#define REACHES_CLEAN 1
#define REACHES_IO    2
#define REACHES_FS    4
#define REACHES_ALL   7

static bool zone_fits(gfp_t gfp, const struct page *page)
{
	enum zone_type zone = page_zonenum(page);

	if (gfp & __GFP_DMA)
		return zone == ZONE_DMA;
	return zone <= gfp_zone(gfp);
}

static void expect_caches(unsigned int reaches)
{
	EXPECT_EQ(clean.nr, reaches & REACHES_CLEAN ? 0 : CACHED);
	EXPECT_EQ(needs_io.nr, reaches & REACHES_IO ? 0 : CACHED);
	EXPECT_EQ(needs_fs.nr, reaches & REACHES_FS ? 0 : CACHED);
}

static void expect_counts(gfp_t gfp, const struct counts *c, unsigned long got, unsigned long freed)
{
	bool sleeps = gfp & __GFP_DIRECT_RECLAIM;

	EXPECT_EQ(c->stalled > 0, sleeps);
	EXPECT_EQ(c->waited > 0, sleeps); /* the last one, before it failed */
	EXPECT_EQ(c->stolen, freed);
	EXPECT_EQ(c->woken > 0, (gfp & __GFP_KSWAPD_RECLAIM) != 0);
	EXPECT_EQ(c->reports, 0);
	if (gfp & __GFP_HIGH) {
		EXPECT(c->reserve > 0);
		EXPECT(c->reserve >= got - min(got, freed + STRAY));
	} else {
		EXPECT_EQ(c->reserve, 0);
		EXPECT(got >= freed && got <= freed + STRAY);
	}
}

static void try_row(gfp_t gfp, unsigned int reaches)
{
	unsigned long got = 0, freed;
	struct page *chain, *page, *mine = NULL;
	struct counts before, c;

	open_caches(gfp & GFP_ZONEMASK);
	chain = take_to_min(gfp & GFP_ZONEMASK);
	before = count();
	while ((page = alloc_page(gfp | __GFP_NOWARN))) {
		EXPECT(zone_fits(gfp, page));
		mine = push_page(mine, page);
		got++;
	}
	c = count_since(&before);
	freed = clean.freed + needs_io.freed + needs_fs.freed;
	EXPECT_EQ(freed, CACHED * (unsigned long)hweight32(reaches));
	expect_caches(reaches);
	expect_counts(gfp, &c, got, freed);
	free_chain(mine);
	free_chain(chain);
	close_caches();
}

/* After memory without an address was asked for, low memory still has its reclaim thread. */
KTEST(gfp_table, GFP_HIGHUSER_then_GFP_KERNEL)
{
	try_row(GFP_HIGHUSER, REACHES_ALL);
	try_row(GFP_KERNEL, REACHES_ALL);
}

KTEST(gfp_table, GFP_ATOMIC)
{
	try_row(GFP_ATOMIC, 0);
}

KTEST(gfp_table, GFP_NOWAIT)
{
	try_row(GFP_NOWAIT, 0);
}

KTEST(gfp_table, GFP_NOIO)
{
	try_row(GFP_NOIO, REACHES_CLEAN);
}

KTEST(gfp_table, GFP_NOFS)
{
	try_row(GFP_NOFS, REACHES_CLEAN | REACHES_IO);
}

KTEST(gfp_table, GFP_KERNEL)
{
	try_row(GFP_KERNEL, REACHES_ALL);
}

KTEST(gfp_table, GFP_USER)
{
	try_row(GFP_USER, REACHES_ALL);
}

KTEST(gfp_table, GFP_HIGHUSER)
{
	try_row(GFP_HIGHUSER, REACHES_ALL);
}

KTEST(gfp_table, GFP_DMA)
{
	try_row(GFP_DMA, 0);
	try_row(GFP_DMA | GFP_ATOMIC, 0);
	try_row(GFP_DMA | GFP_NOIO, REACHES_CLEAN);
	try_row(GFP_DMA | GFP_KERNEL, REACHES_ALL);
}

KTEST(gfp_table, __GFP_HIGH)
{
	try_row(GFP_KERNEL | __GFP_HIGH, REACHES_ALL);
	try_row(GFP_NOIO | __GFP_HIGH, REACHES_CLEAN);
}

/* The old spelling, and those that are accepted and change nothing. */
KTEST(gfp_table, modifiers_without_effect_here)
{
	try_row(__GFP_WAIT | __GFP_IO | __GFP_FS, REACHES_ALL);
	try_row(GFP_KERNEL | __GFP_HARDWALL | __GFP_WRITE | __GFP_RECLAIMABLE, REACHES_ALL);
	try_row(GFP_NOIO | __GFP_HARDWALL | __GFP_ACCOUNT, REACHES_CLEAN);
	try_row(GFP_ATOMIC | __GFP_HARDWALL | __GFP_MOVABLE, 0);
}

static int node_with_highmem(unsigned long pages)
{
	int nid;

	for_each_online_node(nid)
	{
		if (node_data[nid]->zones[ZONE_HIGHMEM].managed_pages >= 2 * pages)
			return nid;
	}
	return NUMA_NO_NODE;
}

/* GFP_HIGHUSER takes a node's memory without an address before it takes any other. */
KTEST(gfp_table, GFP_HIGHUSER_prefers_highmem)
{
	struct page *page, *chain = NULL;
	unsigned long high, n;
	int nid = node_with_highmem(128);

	if (nid == NUMA_NO_NODE) {
		ktest_skip("no ZONE_HIGHMEM (highmem=SIZE)");
		return;
	}
	high = nr_free_highpages();
	for (n = 0; n < node_data[nid]->zones[ZONE_HIGHMEM].managed_pages / 2; n++) {
		page = alloc_pages_node(nid, GFP_HIGHUSER, 0);
		ASSERT(page);
		EXPECT_EQ(page_zonenum(page), ZONE_HIGHMEM);
		EXPECT(!page_address(page));
		chain = push_page(chain, page);
	}
	EXPECT_EQ(nr_free_highpages(), high - n);
	page = alloc_page(GFP_USER);
	EXPECT(page && page_zonenum(page) < ZONE_HIGHMEM);
	chain = push_page(chain, page);
	free_chain(chain);
}

/* ---- How often ------------------------------------------------------------------------------- */

/* Searches and sleeps of one allocation that cannot be served; nothing is there to be freed. */
static void try_hopeless(gfp_t gfp, unsigned int order, unsigned long searches)
{
	struct counts before, c;

	cache_open(&clean, 0, 0);
	before = count();
	EXPECT(!alloc_pages(gfp | __GFP_NOWARN, order));
	c = count_since(&before);
	EXPECT_EQ(c.stalled, 1);
	EXPECT(clean.asked >= searches && clean.asked <= searches + 2);
	EXPECT(c.waited + 1 >= searches && c.waited < clean.asked);
	EXPECT_EQ(c.reserve, 0);
	cache_close(&clean);
}

/* One search with __GFP_NORETRY, four without, sixteen with __GFP_REPEAT; the large ones one. */
KTEST(gfp_table, __GFP_REPEAT_and___GFP_NORETRY)
{
	struct page *chain;

	open_caches(0);
	close_caches();
	kswapd_hold(true);
	chain = take_to_min(0);
	try_hopeless(GFP_KERNEL | __GFP_NORETRY, 0, 1);
	try_hopeless(GFP_NOIO | __GFP_NORETRY, 3, 1);
	try_hopeless(GFP_KERNEL, 0, 4);
	try_hopeless(GFP_NOFS, 3, 4);
	try_hopeless(GFP_KERNEL | __GFP_REPEAT, 0, 16);
	try_hopeless(GFP_KERNEL, 9, 1);
	try_hopeless(GFP_KERNEL | __GFP_REPEAT, 9, 16);
	free_chain(chain);
	kswapd_hold(false);
}

/* Gives a page back and takes it again, whenever it is asked what it has to spare: nothing. */
static struct page *restless;

static unsigned long free_and_take(struct shrinker *shrinker __unused,
				   struct shrink_control *sc __unused)
{
	if (restless)
		__free_page(restless);
	restless = alloc_page(GFP_NOWAIT | __GFP_NOWARN);
	return 0;
}

/*
 * Between any two searches of an allocation somebody else frees a page and takes it again.
 * There is hope then, so it does not give up after four searches but makes all sixteen.
 */
KTEST(gfp_table, what_others_free_is_a_result)
{
	struct shrinker other = {.count_objects = free_and_take, .scan_objects = cache_scan};
	struct page *chain;

	open_caches(0);
	close_caches();
	kswapd_hold(true);
	restless = alloc_page(GFP_KERNEL);
	cache_open(&clean, 0, 0);
	chain = take_to_min(0);
	register_shrinker(&other);
	EXPECT(!alloc_pages(GFP_KERNEL | __GFP_NOWARN, 3));
	EXPECT(clean.asked >= 16 && clean.asked <= 18);
	unregister_shrinker(&other);
	if (restless)
		__free_page(restless);
	free_chain(chain);
	cache_close(&clean);
	kswapd_hold(false);
}

/* A thread that must have a page. */
static struct {
	gfp_t gfp;
	struct page *page;
	bool done;
} must;

static int must_have(void *data __unused)
{
	must.page = alloc_page(must.gfp);
	WRITE_ONCE(must.done, true);
	while (!kthread_should_stop())
		schedule_timeout_interruptible(1);
	return 0;
}

/*
 * Not a page is left.  __GFP_NOFAIL reports it, once, and goes on; it enters only what its other
 * flags allow all the time, and has a page when somebody frees one.
 */
KTEST(gfp_table, __GFP_NOFAIL)
{
	struct task_struct *task;
	unsigned int ticks = 2000;
	unsigned long waited;
	struct counts before;
	struct page *chain;

	open_caches(0);
	must.gfp = GFP_NOIO | __GFP_NOFAIL;
	must.done = false;
	task = kthread_create_on_cpu(must_have, NULL, 0, "must-have");
	ASSERT(!IS_ERR(task));
	cache_close(&clean);
	cache_open(&clean, 0, 0);
	chain = take_all(NULL, __GFP_MEMALLOC);
	before = count();
	EXPECT_REPORT("Out of memory: must-have needs order:0") {
		wake_up_process(task);
		while (ticks-- && vm_events(OOM_REPORT) == before.reports)
			schedule_timeout_uninterruptible(1);
		waited = vm_events(ALLOC_WAIT);
		for (ticks = 2000; ticks && vm_events(ALLOC_WAIT) == waited;
		     ticks--) /* all of it is said */
			schedule_timeout_uninterruptible(1);
	}
	EXPECT_EQ(vm_events(OOM_REPORT), before.reports + 1);
	EXPECT(!READ_ONCE(must.done));
	EXPECT(clean.asked >= 16);
	EXPECT_EQ(needs_io.freed, 0);
	EXPECT_EQ(needs_fs.freed, 0);
	EXPECT(vm_events(ALLOC_WAIT) - before.waited >= 15);
	free_chain(chain);
	for (ticks = 2000; ticks && !READ_ONCE(must.done); ticks--)
		schedule_timeout_uninterruptible(1);
	EXPECT(must.done && must.page);
	kthread_stop(task);
	if (must.page)
		__free_page(must.page);
	close_caches();
}

/* ---- What is said ---------------------------------------------------------------------------- */

/*
 * Without __GFP_NOWARN a failure says who needed how much with which flags, and if it was a
 * small block for somebody who could wait, who holds all the memory; with it nothing.
 */
KTEST(gfp_table, __GFP_NOWARN)
{
	static const struct {
		gfp_t gfp;
		const char *says;
	} row[] = {
		{GFP_ATOMIC, "(GFP_ATOMIC)"}, {GFP_NOIO, "(GFP_NOIO)"}, {GFP_NOFS, "(GFP_NOFS)"},
		{GFP_KERNEL, "(GFP_KERNEL)"}, {GFP_USER, "(GFP_USER)"}, {GFP_DMA, "(GFP_DMA)"},
	};
	unsigned long reports;
	struct page *chain;
	unsigned int i;

	open_caches(0);
	close_caches();
	kswapd_hold(true);
	chain = take_all(take_all(NULL, GFP_DMA | GFP_ATOMIC), GFP_ATOMIC);
	reports = vm_events(OOM_REPORT);
	for (i = 0; i < ARRAY_SIZE(row); i++) {
		EXPECT_REPORT(row[i].says) {
			EXPECT(!alloc_pages(row[i].gfp, 2));
		}
		reports += (row[i].gfp & __GFP_DIRECT_RECLAIM) != 0;
		EXPECT_EQ(vm_events(OOM_REPORT), reports);
		EXPECT_NO_REPORT() {
			EXPECT(!alloc_pages(row[i].gfp | __GFP_NOWARN, 2));
		}
	}
	EXPECT_REPORT("page allocation failure: order:9") {
		EXPECT(!alloc_pages(GFP_KERNEL, 9));
	}
	EXPECT_EQ(vm_events(OOM_REPORT), reports);
	free_chain(chain);
	kswapd_hold(false);
}

/* ---- What is handed out ---------------------------------------------------------------------- */

/* Pages that a cache gives up hold what it had in them; with __GFP_ZERO nobody sees that. */
KTEST(gfp_table, __GFP_ZERO)
{
	unsigned int n = 0;
	struct page *chain, *page, *mine = NULL;

	open_caches(0);
	for (page = clean.pages; page; page = (struct page *)page->private)
		memset(page_address(page), 0xa5, PAGE_SIZE);
	chain = take_to_min(0);
	while (n < CACHED && (page = alloc_page(GFP_NOIO | __GFP_ZERO | __GFP_NOWARN))) {
		EXPECT(!memchr_inv(page_address(page), 0, PAGE_SIZE));
		mine = push_page(mine, page);
		n++;
	}
	EXPECT_EQ(n, CACHED);
	EXPECT_EQ(clean.freed, CACHED);
	free_chain(mine);
	free_chain(chain);
	close_caches();
}

/* A block from the reserve can be a compound page too: one reference holds all of it. */
KTEST(gfp_table, __GFP_COMP)
{
	struct counts before, c;
	struct page *chain, *page;

	open_caches(0);
	chain = take_to_min(0);
	before = count();
	page = alloc_pages(GFP_ATOMIC | __GFP_COMP, 2);
	c = count_since(&before);
	ASSERT(page);
	EXPECT_EQ(c.reserve, 1);
	EXPECT(PageHead(page) && PageTail(page + 3) && compound_head(page + 3) == page);
	EXPECT_EQ(compound_order(page), 2);
	get_page(page + 3);
	put_page(page);
	EXPECT_EQ(page_count(page), 1);
	put_page(page + 1);
	free_chain(chain);
	close_caches();
}

/* It may come from between guard pages: then it is given back. */
static void *from_a_slab(struct kmem_cache *cache, gfp_t gfp)
{
	void *object = kmem_cache_alloc(cache, gfp | __GFP_NOWARN);

	while (is_kfence_address(object)) {
		kmem_cache_free(cache, object);
		object = kmem_cache_alloc(cache, gfp | __GFP_NOWARN);
	}
	return object;
}

/* A cache that may not grow takes no page, neither with memory at hand nor from reclaim. */
KTEST(gfp_table, __GFP_NO_GROW)
{
	struct kmem_cache *cache = kmem_cache_create("t_no_grow", 512, 0, 0, NULL);
	struct counts before, c;
	struct page *chain;
	void *object;

	ASSERT(cache);
	EXPECT(!from_a_slab(cache, GFP_KERNEL | __GFP_NO_GROW));
	open_caches(0);
	chain = take_to_min(0);
	before = count();
	EXPECT(!from_a_slab(cache, GFP_KERNEL | __GFP_NO_GROW));
	EXPECT(!from_a_slab(cache, GFP_ATOMIC | __GFP_NO_GROW));
	c = count_since(&before);
	EXPECT_EQ(c.stalled + c.waited + c.reserve + c.stolen, 0);
	expect_caches(0);
	object = from_a_slab(cache, GFP_KERNEL);
	EXPECT(object);
	kmem_cache_free(cache, object);
	object = from_a_slab(cache, GFP_KERNEL | __GFP_NO_GROW);
	EXPECT(object); /* of the slab that is there now */
	kmem_cache_free(cache, object);
	free_chain(chain);
	close_caches();
	EXPECT_EQ(kmem_cache_destroy(cache), 0);
}
