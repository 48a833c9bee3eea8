/* SPDX-License-Identifier: MIT */
/*
 * Reclaim: making free memory of what caches hold.
 *
 *     free pages of a node's zones
 *     |--------- min --------- low ------------------- high ----------->
 *		   |		 |			  |
 *		   |		 below: the node wants	  above: it wants no more
 *		   |		 balancing
 *		   below: allocations that may sleep reclaim by themselves
 *
 * node_balance() is the background half: it works for everybody, so it may enter
 * every cache, and goes on until a zone that was asked for is above its high
 * watermark.  It asks for an eighth of each cache first and for more each time
 * that was not enough.  When a node has been searched 16 times without result it is
 * left alone until an allocation finds something there again.
 *
 * reclaim_direct() is what an allocation does for itself, with its own flags.
 * Several may do so at once, but not more than NODE_RECLAIMERS a node: the caches'
 * locks would only be contended, and each would throw out what one would have
 * found enough.  Who is turned away waits for what the others free
 * (mm/alloc_wait.c).
 *
 * Locking: counters of the node are atomic.  Contexts: may sleep; node_wants_balance()
 * any.
 */
#include <linux/kernel.h>
#include <linux/atomic.h>
#include <linux/gfp.h>
#include <linux/sched/mm.h>
#include <linux/vmstat.h>
#include "page_alloc.h"
#include "vmscan.h"

/* Allocations that may reclaim on a node at the same time. */
#define NODE_RECLAIMERS 4

/* Passes without any result after which a node is left alone. */
#define NODE_FAILURES 16

/* ---- For everybody --------------------------------------------------------------------------- */

/* Has one of the zones that are asked for more than it needs, or are there none? */
static bool node_balanced(const struct pglist_data *pgdat)
{
	enum zone_type highest = READ_ONCE(pgdat->balance_highest), idx;
	bool wants = false;

	for (idx = 0; idx <= highest; idx++) {
		const struct zone *zone = &pgdat->zones[idx];

		if (!zone_has_pages(zone))
			continue;
		if (READ_ONCE(zone->pending_pages) ||
		    zone_watermark_ok(zone, 0, WMARK_HIGH, highest, 0))
			return true;
		wants = true;
	}
	return !wants;
}

bool node_wants_balance(struct pglist_data *pgdat, enum zone_type highest)
{
	if (highest > READ_ONCE(pgdat->balance_highest))
		WRITE_ONCE(pgdat->balance_highest, highest);
	if (READ_ONCE(pgdat->reclaim_failures) >= NODE_FAILURES)
		return false;
	return !node_balanced(pgdat);
}

unsigned long node_balance(struct pglist_data *pgdat)
{
	struct reclaim_control rc = {
		.gfp = GFP_KERNEL,
		.nid = pgdat->node_id,
		.priority = SHRINK_PRIORITY,
		.enough = node_balanced,
		.pgdat = pgdat,
	};
	unsigned int old = memalloc_flags_save(PF_MEMALLOC | PF_KSWAPD);

	count_vm_event(PAGEOUTRUN);
	while (!node_balanced(pgdat)) {
		unsigned long before = rc.freed;

		shrink_caches(&rc);
		drain_all_pages();
		if (rc.freed == before && !rc.priority) {
			WRITE_ONCE(pgdat->reclaim_failures, pgdat->reclaim_failures + 1);
			break;
		}
		rc.priority -= rc.priority != 0;
	}
	if (node_balanced(pgdat)) {
		count_vm_event(KSWAPD_HIGH_WMARK_HIT);
		WRITE_ONCE(pgdat->reclaim_failures, 0);
	}
	memalloc_flags_restore(PF_MEMALLOC | PF_KSWAPD, old);
	return rc.freed;
}

/* ---- For one allocation ---------------------------------------------------------------------- */

bool reclaim_direct(struct pglist_data *pgdat, gfp_t gfp, unsigned int priority,
		    unsigned long *freed)
{
	struct reclaim_control rc = {.gfp = gfp, .nid = pgdat->node_id, .priority = priority};

	*freed = 0;
	if (atomic_inc_return(&pgdat->nr_reclaimers) > NODE_RECLAIMERS) {
		atomic_dec(&pgdat->nr_reclaimers);
		count_vm_event(PGSCAN_DIRECT_THROTTLE);
		return false;
	}
	shrink_caches(&rc);
	atomic_dec(&pgdat->nr_reclaimers);
	if (rc.freed)
		WRITE_ONCE(pgdat->reclaim_failures, 0);
	*freed = rc.freed;
	return true;
}
