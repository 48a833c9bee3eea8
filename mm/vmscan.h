/* SPDX-License-Identifier: MIT */
#ifndef _MM_VMSCAN_H
#define _MM_VMSCAN_H

/* Reclaim: what mm/page_alloc.c, mm/vmscan.c and mm/shrinker.c say to each other. */
#include <linux/types.h>
#include <linux/gfp_types.h>
#include <linux/mmzone.h>

struct pglist_data;

/* How much of a cache one pass asks for: an eighth, a quarter, half, all. */
#define SHRINK_PRIORITY 3

/**
 * struct reclaim_control - one pass over the caches
 * @gfp: what may be entered: flags of the allocation, or GFP_KERNEL
 * @nid: node that is short
 * @priority: SHRINK_PRIORITY .. 0: caches are asked for their size >> @priority
 * @balance: node that ends the pass once it is balanced, as each batch asks; or NULL
 * @highest: the highest zone that counts there
 * @scanned: objects looked at
 * @freed: objects freed
 */
struct reclaim_control {
	gfp_t gfp;
	int nid;
	unsigned int priority;
	const struct pglist_data *balance;
	enum zone_type highest;
	unsigned long scanned;
	unsigned long freed;
};

/**
 * shrink_caches - ask everybody who registered to free memory
 * @rc: the request; results go there too
 *
 * Context: where @rc->gfp may sleep.  An allocation made by a shrinker does not come here.
 */
void shrink_caches(struct reclaim_control *rc);

/**
 * reclaim_direct - reclaim on behalf of an allocation
 * @pgdat: the node that is short
 * @gfp: the allocation's flags
 * @priority: SHRINK_PRIORITY .. 0
 * @freed: where to put how many objects were freed
 *
 * Context: may sleep.
 * Return: false if enough others are at it.
 */
bool reclaim_direct(struct pglist_data *pgdat, gfp_t gfp, unsigned int priority,
		    unsigned long *freed);

/**
 * node_balanced - has one of a node's zones more than its high watermark, or has it none?
 * @pgdat: the node
 * @highest: the highest zone that counts
 *
 * Context: any.
 */
bool node_balanced(const struct pglist_data *pgdat, enum zone_type highest);

/**
 * node_wants_balance - is a node so short that node_balance() should run?
 * @pgdat: the node
 * @highest: the highest zone that an allocation could have used
 *
 * Context: any.
 */
bool node_wants_balance(const struct pglist_data *pgdat, enum zone_type highest);

/**
 * node_balance - reclaim until a node is balanced, or nothing more can be freed
 * @pgdat: the node
 * @highest: the highest zone that counts
 *
 * Context: may sleep; may enter every cache, so the caller holds no lock of one.
 * Return: objects freed.
 */
unsigned long node_balance(struct pglist_data *pgdat, enum zone_type highest);

/**
 * wake_kswapd - have a node's reclaim thread balance it, if it is short
 * @pgdat: the node
 * @highest: the highest zone that an allocation could have used
 *
 * Context: any.
 */
void wake_kswapd(struct pglist_data *pgdat, enum zone_type highest);

/**
 * kswapd_hold - keep the reclaim threads from starting, or no longer
 * @hold: true, and later false
 *
 * For who counts what his own allocations free.  A pass that runs goes on.
 *
 * Context: any.
 */
void kswapd_hold(bool hold);

/**
 * kswapd_settle - wait until no reclaim thread is at work, for some seconds at most
 *
 * One holds memory while it gives back what it took out of caches.
 *
 * Context: may sleep.
 */
void kswapd_settle(void);

/* show_shrinkers - print what caches hold that could be freed.  Context: may sleep. */
void show_shrinkers(void);

/* in_reclaim - is this task one that frees memory: a shrinker's caller, a reclaim thread? */
bool in_reclaim(void);

#endif
