/* SPDX-License-Identifier: MIT */
/*
 * Allocating pages: where to look, how deep to go, what to do when memory is
 * short.
 *
 *     alloc_pages() -- inline --> this CPU's list			mm/pcp.c
 *	    | empty, or unusual flags
 *	    v
 *     refill the list from the CPU's first zone
 *	    | not served by lists
 *	    v
 *     1. each zone of the node's zonelist, above its low watermark;
 *	  a zone that is short opens a pending section first		mm/memmap.c
 *     2. reclaim threads woken						mm/vmscan.c
 *	  per-CPU lists emptied and off; each zone down to min, or into
 *	  the reserve as far as the flags allow
 *     3. if the caller may sleep: shrinkers (mm/vmscan.c), 2. again, and then
 *	  it waits for others to free memory (mm/alloc_wait.c), and 3. again
 *     4. report and NULL						mm/page_report.c
 *
 * How deep:  __GFP_HIGH takes half of what is below min, and if the caller cannot
 * wait a quarter of the rest too; __GFP_MEMALLOC, and an allocation made by a
 * shrinker, the last page, unless __GFP_NOMEMALLOC.  Nobody else goes below min,
 * but __GFP_NOFAIL once reclaim found nothing, as deep as GFP_ATOMIC.
 *
 * How often step 3:  __GFP_NORETRY once.  Up to order 3 16 times at most, and 4
 * times without result; larger orders once, or with __GFP_RETRY_MAYFAIL as the small
 * ones, and that 16 times without result.  __GFP_NOFAIL for ever, with a
 * report after 16.
 *
 * Until there are threads nobody else runs, and nothing is waited for: a round
 * without result is the last, and a __GFP_NOFAIL allocation that not even the last
 * page can serve stops the machine.
 *
 * Locking: zone->lock, held for one block.  Contexts: any; an allocation that may
 * sleep where it must not is reported on each call (might_alloc), with interrupts off
 * each time it comes here, and goes on as one that may not.
 */
#include <linux/kernel.h>
#include <linux/bug.h>
#include <linux/kasan.h>
#include <linux/mm.h>
#include <linux/printk.h>
#include <linux/sched/mm.h>
#include <linux/spinlock.h>
#include <linux/topology.h>
#include <linux/vmstat.h>
#include "fault_inject.h"
#include "internal.h"
#include "memmap.h"
#include "page_alloc.h"
#include "page_debug.h"
#include "page_state.h"
#include "vmscan.h"
#include "zone.h"

#define MAX_RECLAIM_ROUNDS 16

/* Rounds without result after which an allocation gives up that is not told to try harder. */
#define MAX_IDLE_ROUNDS 4

/* What it waits between two rounds for others to free memory. */
#define WAIT_JIFFIES msecs_to_jiffies(10)

static __cold noinline void report_bad_block(struct zone *zone, u32 pfn)
{
	page_misuse(zone->buddy.map + pfn, 0, "is on a free list but not free: it was overwritten",
		    RET_IP);
}

/* Is less left in a zone than those may leave who have no part in its reserve? */
static bool in_reserve(const struct zone *zone, const struct alloc_request *req)
{
	return data_race(zone->buddy.free) <
	       zone->watermark[WMARK_MIN] + zone->lowmem_reserve[req->highest];
}

struct page *zone_take_block(struct zone *zone, const struct alloc_request *req)
{
	struct page *page = NULL;
	unsigned long flags;
	u32 bad;

	spin_lock_irqsave(&zone->lock, flags);
	if (zone_watermark_ok(zone, req->order, req->mark, req->highest, req->depth))
		page = buddy_alloc(&zone->buddy, req->order);
	if (page) {
		zone->nr_alloc += 1UL << req->order;
		zone_count_numa(zone, req->preferred, 1);
		if (req->depth && in_reserve(zone, req))
			count_vm_event(ALLOC_RESERVE);
	}
	bad = zone->buddy.bad;
	zone->buddy.bad = PFN_NONE;
	spin_unlock_irqrestore(&zone->lock, flags);
	if (unlikely(bad != PFN_NONE))
		report_bad_block(zone, bad);
	return page;
}

static struct page *try_zones(const struct alloc_request *req)
{
	struct zone *const *next = req->pgdat->zonelist.zones;
	struct zone *zone;

	while ((zone = *next++)) {
		struct page *page;

		if (!request_allows(req, zone))
			continue;
		do {
			page = zone_take_block(zone, req);
		} while (!page && memmap_open_zone(zone));
		if (page)
			return page;
	}
	return NULL;
}

static unsigned int depth_of(gfp_t gfp)
{
	unsigned int depth = 0;

	if (((gfp & __GFP_MEMALLOC) || in_reclaim()) && !(gfp & __GFP_NOMEMALLOC))
		return ALLOC_NO_WATERMARK;
	if (gfp & __GFP_HIGH)
		depth |= ALLOC_HIGH;
	if ((gfp & __GFP_HIGH) && !(gfp & __GFP_DIRECT_RECLAIM))
		depth |= ALLOC_HARDER;
	return depth;
}

/* May this allocation reclaim, and sleep on the way? */
static bool may_reclaim(gfp_t gfp)
{
	return (gfp & __GFP_DIRECT_RECLAIM) && !sleep_forbidden() && !in_reclaim();
}

/* Before there are threads nobody else runs: waiting would be for ever. */
static bool others_run(void)
{
	return interrupts_expected && scheduler_running;
}

/* Is there hope, after so many rounds, the last @idle of which freed nothing? */
static bool retry_reclaim(const struct alloc_request *req, unsigned int rounds, unsigned int idle)
{
	bool harder = req->gfp & __GFP_RETRY_MAYFAIL;

	if (req->gfp & __GFP_NOFAIL)
		return others_run() || !idle;
	if (req->gfp & __GFP_NORETRY)
		return false;
	if (req->order > PAGE_ALLOC_COSTLY_ORDER && !harder)
		return false;
	if (rounds >= MAX_RECLAIM_ROUNDS)
		return false;
	return others_run() ? idle < (harder ? MAX_RECLAIM_ROUNDS : MAX_IDLE_ROUNDS) : !idle;
}

/* Pages that came back to zones of use to a request, ever. */
static unsigned long freed_for(const struct alloc_request *req)
{
	struct zone *const *zone;
	unsigned long pages = 0;

	for (zone = req->pgdat->zonelist.zones; *zone; zone++)
		pages += request_allows(req, *zone) ? data_race((*zone)->nr_freed) : 0;
	return pages;
}

/*
 * Shrinks caches and tries again; adds to @idle if nothing was there to be freed.  What others
 * freed since @seen, and perhaps took themselves, is a result too: there was something.
 */
static struct page *reclaim_once(const struct alloc_request *req, unsigned int *idle,
				 unsigned long *seen)
{
	unsigned int priority = SHRINK_PRIORITY - min(*idle, (unsigned int)SHRINK_PRIORITY);
	struct pglist_data *pgdat = node_data[req->pgdat->node_id];
	unsigned long freed;

	if (reclaim_direct(pgdat, req->gfp, priority, &freed))
		*idle = freed || freed_for(req) != *seen ? 0 : *idle + 1;
	drain_all_pages();
	*seen = freed_for(req);
	return try_zones(req);
}

/*
 * Shrinks caches, and waits for others to free memory, until a block can be had or
 * there is no hope.
 */
static struct page *reclaim_and_wait(struct alloc_request *req, unsigned long caller)
{
	unsigned long seen = freed_for(req);
	unsigned int rounds = 0, idle = 0;
	struct page *page;

	count_vm_event(ALLOCSTALL + req->highest);
	for (;;) {
		page = reclaim_once(req, &idle, &seen);
		if (page || !retry_reclaim(req, ++rounds, idle))
			return page;
		if ((req->gfp & __GFP_NOFAIL) && idle)
			req->depth |= ALLOC_HIGH | ALLOC_HARDER;
		if ((req->gfp & __GFP_NOFAIL) && idle == MAX_RECLAIM_ROUNDS)
			out_of_memory(req->gfp, req->order, caller);
		page = others_run() ? alloc_wait(req, WAIT_JIFFIES) : NULL;
		if (page)
			return page;
	}
}

/* Reclaim has come to an end, nobody can be waited for, and yet the caller must have it. */
static struct page *last_resort(struct alloc_request *req)
{
	struct page *page;

	req->depth = ALLOC_NO_WATERMARK;
	page = try_zones(req);
	if (!page)
		panic("mem: a __GFP_NOFAIL allocation of order %u cannot be served: nothing can be freed",
		      req->order);
	return page;
}

/* The threads of the nodes that have nothing to spare make room meanwhile. */
static void wake_kswapds(const struct alloc_request *req)
{
	struct zone *const *zone;
	const struct pglist_data *last = NULL;

	for (zone = req->pgdat->zonelist.zones; *zone; zone++) {
		if (!request_allows(req, *zone) || (*zone)->pgdat == last)
			continue;
		last = (*zone)->pgdat;
		wake_kswapd((*zone)->pgdat, req->highest);
	}
}

/*
 * With interrupts off nobody may sleep either.  The inline paths do not look, because
 * looking costs as much as they do; whoever goes the long way is told.
 */
static void check_interrupts(gfp_t gfp)
{
	if (unlikely((gfp & __GFP_DIRECT_RECLAIM) && interrupts_expected && irqs_disabled() &&
		     !in_atomic()))
		might_alloc_failed(gfp);
}

static noinline struct page *alloc_slow(struct alloc_request *req, unsigned long caller)
{
	struct page *page;

	check_interrupts(req->gfp);
	req->gfp = current_gfp_context(req->gfp);
	if (req->gfp & __GFP_KSWAPD_RECLAIM)
		wake_kswapds(req);
	req->mark = WMARK_MIN;
	req->depth = depth_of(req->gfp);
	pcp_reset();
	page = try_zones(req);
	if (!page && may_reclaim(req->gfp))
		page = reclaim_and_wait(req, caller);
	if (!page && (req->gfp & __GFP_NOFAIL))
		page = last_resort(req);
	return page;
}

struct page *page_prepare(struct page *page, gfp_t gfp, unsigned int order)
{
	kasan_unpoison_pages(page, order);
	if (unlikely(page_debugging))
		page_debug_alloc(page, order);
	if (want_init_on_alloc(gfp))
		clear_block(page, order);
	if (order && (gfp & __GFP_COMP))
		make_compound(page, order);
	return page;
}

/* The long way for all flags, nodes and orders. */
static struct page *alloc_block(gfp_t gfp, unsigned int order, int nid, unsigned long caller)
{
	struct alloc_request req = {
		.gfp = gfp,
		.order = order,
		.mark = WMARK_LOW,
		.highest = gfp_zone(gfp),
		.pgdat = node_data[nid == NUMA_NO_NODE ? numa_node_id() : nid],
	};
	struct page *page;

	if (fault_page(gfp, order))
		return NULL;
	req.preferred = first_zone(&req.pgdat->zonelist, req.highest);
	page = try_zones(&req);
	if (!page)
		page = alloc_slow(&req, caller);
	if (page)
		return page_prepare(page, gfp, order);
	alloc_failure(req.gfp, order, caller);
	return NULL;
}

void might_alloc_failed_by(gfp_t gfp, unsigned long caller)
{
	pr_err("BUG: sleeping function called from invalid context: allocation with %pGg by %pS\n",
	       &gfp, (void *)caller);
	print_atomic_context();
	dump_stack();
}

void might_alloc_failed(gfp_t gfp)
{
	might_alloc_failed_by(gfp, RET_IP);
}

struct page *pcp_alloc_slow(gfp_t gfp, unsigned int order)
{
	struct page *page = pcp_refill(order);

	if (likely(page)) {
		check_interrupts(gfp);
		return page_prepare(page, gfp, order);
	}
	return alloc_block(gfp, order, NUMA_NO_NODE, RET_IP);
}

struct page *pcp_alloc_bad(gfp_t gfp, unsigned int order, struct page *page)
{
	page_misuse(page, order, PAGE_NOT_CACHED, RET_IP);
	return pcp_alloc_slow(gfp, order);
}

/* Is @nid a node that exists, or any? */
static bool node_exists(int nid)
{
	return nid == NUMA_NO_NODE || (nid >= 0 && nid < MAX_NUMNODES && node_data[nid]);
}

static __cold noinline struct page *refuse(gfp_t gfp, unsigned int order, int nid,
					   unsigned long caller)
{
	if (gfp & __GFP_NOWARN)
		return NULL;
	if (order >= MAX_ORDER)
		pr_err("page allocation: order %u is beyond the highest, %u, by %pS\n", order,
		       MAX_ORDER - 1, (void *)caller);
	else
		pr_err("page allocation: there is no node %d, by %pS\n", nid, (void *)caller);
	dump_stack();
	return NULL;
}

/* May this CPU's lists serve an allocation that prefers @nid? */
static bool is_local(int nid)
{
	return nid == NUMA_NO_NODE || nid == numa_node_id();
}

/* Single pages that no cache holds are preferred; with none at hand any will do. */
static struct page *alloc_cold(gfp_t gfp, int nid, unsigned long caller)
{
	struct page *page = pcp_take_cold();

	if (page)
		return page_prepare(page, gfp, 0);
	return alloc_block(gfp, 0, nid, caller);
}

/* A block from this CPU's list, filled if need be; NULL if it is off. */
static struct page *take_listed(unsigned int order, unsigned long caller)
{
	struct page *page = pcpu_stack_pop(pcp_stack_any(order));

	if (page && unlikely(page->state != PAGE_CACHED)) {
		page_misuse(page, order, PAGE_NOT_CACHED, caller);
		page = NULL;
	}
	if (!page)
		return pcp_refill(order);
	page->state = PAGE_ALLOCATED;
	return page;
}

/* Flags that no per-CPU list serves. */
#define GFP_NOT_LISTED (GFP_ZONEMASK | __GFP_COLD | __GFP_THISNODE)

static noinline struct page *alloc_any(gfp_t gfp, unsigned int order, int nid, unsigned long caller)
{
	struct page *page = NULL;

	if (unlikely(order >= MAX_ORDER || !node_exists(nid)))
		return refuse(gfp, order, nid, caller);
	if (is_local(nid) && !order && (gfp & GFP_NOT_LISTED) == __GFP_COLD)
		return alloc_cold(gfp, nid, caller);
	if (is_local(nid) && pcp_offset[order] && !(gfp & GFP_NOT_LISTED))
		page = take_listed(order, caller);
	if (page)
		return page_prepare(page, gfp, order);
	return alloc_block(gfp, order, nid, caller);
}

struct page *__alloc_pages(gfp_t gfp, unsigned int order, int nid)
{
	struct page *page;

	might_alloc(gfp);
	if (unlikely(order >= MAX_ORDER || !pcp_offset[order] || nid != NUMA_NO_NODE ||
		     (gfp & (GFP_NOT_LISTED | __GFP_ZERO | __GFP_COMP))))
		return alloc_any(gfp, order, nid, RET_IP);
	page = pcpu_stack_pop(pcp_stack_any(order));
	if (unlikely(!page))
		return alloc_any(gfp, order, nid, RET_IP);
	if (unlikely(page->state != PAGE_CACHED))
		return pcp_alloc_bad(gfp, order, page);
	page->state = PAGE_ALLOCATED;
	kasan_unpoison_pages(page, order);
	return page;
}

unsigned long alloc_pages_bulk_array_node(gfp_t gfp, int nid, unsigned long nr, struct page **array)
{
	unsigned long i;

	might_alloc(gfp);
	for (i = 0; i < nr; i++) {
		if (!array[i])
			array[i] = __alloc_pages(gfp, 0, nid);
		if (!array[i])
			break;
	}
	return i;
}

unsigned long alloc_pages_bulk_array(gfp_t gfp, unsigned long nr, struct page **array)
{
	unsigned long i;

	if (!pcp_serves(gfp, 0) || want_init_on_alloc(gfp))
		return alloc_pages_bulk_array_node(gfp, NUMA_NO_NODE, nr, array);
	might_alloc(gfp);
	for (i = 0; i < nr; i++) {
		if (array[i])
			continue;
		array[i] = pcp_alloc(gfp, 0);
		if (!array[i])
			break;
	}
	return i;
}
