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
 * node_balance() is the background half, run by a thread a node, kswapd, that
 * allocations wake: it may enter every cache, and goes on until a zone that the
 * allocation could have used is above its high watermark.  It asks for an eighth of
 * each cache first and for more each time that was not enough.  When a node has been
 * searched 16 times without result it is left alone until an allocation finds
 * something there again, or much was freed.
 *
 * reclaim_direct() is what an allocation does for itself, with its own flags.
 * Several may do so at once, but not more than NODE_RECLAIMERS a node: the caches'
 * locks would only be contended, and each would throw out what one would have
 * found enough.  Who is turned away waits for what the others free
 * (mm/alloc_wait.c).
 *
 * Locking: counters of the node are atomic.  Contexts: may sleep; wake_kswapd() and
 * node_wants_balance() any.
 */
#include <linux/kernel.h>
#include <linux/atomic.h>
#include <linux/delay.h>
#include <linux/err.h>
#include <linux/gfp.h>
#include <linux/init.h>
#include <linux/kthread.h>
#include <linux/printk.h>
#include <linux/sched/mm.h>
#include <linux/vmstat.h>
#include <linux/wait.h>
#include "internal.h"
#include "page_alloc.h"
#include "vmscan.h"

/* Allocations that may reclaim on a node at the same time. */
#define NODE_RECLAIMERS 4

/* Passes without any result after which a node is left alone. */
#define NODE_FAILURES 16

/* ---- For everybody --------------------------------------------------------------------------- */

bool node_balanced(const struct pglist_data *pgdat, enum zone_type highest)
{
	enum zone_type idx;
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

/* Has so much been freed since the last search that another is worth it? */
static bool much_has_changed(const struct pglist_data *pgdat)
{
	unsigned long freed = 0, high = 0;
	unsigned int idx;

	for (idx = 0; idx < MAX_NR_ZONES; idx++) {
		freed += data_race(pgdat->zones[idx].nr_freed);
		high += pgdat->zones[idx].watermark[WMARK_HIGH];
	}
	return freed - READ_ONCE(pgdat->freed_at_failure) > high;
}

static void note_failure(struct pglist_data *pgdat)
{
	unsigned long freed = 0;
	unsigned int idx;

	for (idx = 0; idx < MAX_NR_ZONES; idx++)
		freed += data_race(pgdat->zones[idx].nr_freed);
	WRITE_ONCE(pgdat->freed_at_failure, freed);
	WRITE_ONCE(pgdat->reclaim_failures, READ_ONCE(pgdat->reclaim_failures) + 1);
}

bool node_wants_balance(const struct pglist_data *pgdat, enum zone_type highest)
{
	if (READ_ONCE(pgdat->reclaim_failures) >= NODE_FAILURES && !much_has_changed(pgdat))
		return false;
	return !node_balanced(pgdat, highest);
}

unsigned long node_balance(struct pglist_data *pgdat, enum zone_type highest)
{
	struct reclaim_control rc = {
		.gfp = GFP_KERNEL,
		.nid = pgdat->node_id,
		.priority = SHRINK_PRIORITY,
		.balance = pgdat,
		.highest = highest,
	};
	unsigned int old = memalloc_flags_save(PF_MEMALLOC | PF_KSWAPD);

	count_vm_event(PAGEOUTRUN);
	while (!node_balanced(pgdat, highest)) {
		unsigned long before = rc.freed;

		shrink_caches(&rc);
		drain_all_pages();
		if (rc.freed == before && !rc.priority) {
			note_failure(pgdat);
			break;
		}
		rc.priority -= rc.priority != 0;
	}
	if (node_balanced(pgdat, highest)) {
		count_vm_event(KSWAPD_HIGH_WMARK_HIT);
		WRITE_ONCE(pgdat->reclaim_failures, 0);
	}
	memalloc_flags_restore(PF_MEMALLOC | PF_KSWAPD, old);
	return rc.freed;
}

/* Lives as long as the machine. */
static __noreturn int kswapd(void *data)
{
	struct pglist_data *pgdat = data;

	for (;;) {
		enum zone_type highest;

		wait_event(pgdat->kswapd_wait, smp_load_acquire(&pgdat->kswapd_wanted));
		highest = READ_ONCE(pgdat->kswapd_highest);
		WRITE_ONCE(pgdat->kswapd_runs, true);
		smp_store_release(&pgdat->kswapd_wanted, false);
		node_balance(pgdat, highest);
		smp_store_release(&pgdat->kswapd_runs, false);
	}
}

static bool kswapd_at_work(const struct pglist_data *pgdat)
{
	return smp_load_acquire(&pgdat->kswapd_wanted) || smp_load_acquire(&pgdat->kswapd_runs);
}

void kswapd_settle(void)
{
	unsigned long end = jiffies + 10 * HZ;

	for (const struct pglist_data *pgdat = node_data[0]; pgdat; pgdat = pgdat->next) {
		while (kswapd_at_work(pgdat) && time_before(jiffies, end))
			msleep(1);
	}
}

static bool kswapd_held;

void kswapd_hold(bool hold)
{
	WRITE_ONCE(kswapd_held, hold);
}

/*
 * The thread works for the allocation that woke it.  One that could have used other zones
 * and comes while it is on its way wakes it later, if it comes again and is still short.
 */
void wake_kswapd(struct pglist_data *pgdat, enum zone_type highest)
{
	if (!READ_ONCE(pgdat->kswapd) || READ_ONCE(pgdat->kswapd_wanted) ||
	    !node_wants_balance(pgdat, highest))
		return;
	count_vm_event(KSWAPD_WOKEN);
	if (READ_ONCE(kswapd_held))
		return;
	WRITE_ONCE(pgdat->kswapd_highest, highest);
	smp_store_release(&pgdat->kswapd_wanted, true);
	wake_up(&pgdat->kswapd_wait);
}

static bool __init has_memory(const struct pglist_data *pgdat)
{
	unsigned int idx;

	for (idx = 0; idx < MAX_NR_ZONES; idx++)
		if (zone_has_pages(&pgdat->zones[idx]))
			return true;
	return false;
}

static int __init kswapd_init(void)
{
	struct pglist_data *pgdat;

	for (pgdat = node_data[0]; pgdat; pgdat = pgdat->next) {
		struct task_struct *task;

		if (!has_memory(pgdat))
			continue;
		init_waitqueue_head(&pgdat->kswapd_wait);
		task = kthread_run(kswapd, pgdat, "kswapd%d", pgdat->node_id);
		if (IS_ERR(task))
			pr_err("mem: no reclaim thread for node %d\n", pgdat->node_id);
		else
			WRITE_ONCE(pgdat->kswapd, task);
	}
	return 0;
}
early_initcall(kswapd_init);

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
