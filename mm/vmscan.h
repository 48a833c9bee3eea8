/* SPDX-License-Identifier: MIT */
#ifndef _MM_VMSCAN_H
#define _MM_VMSCAN_H

/* Reclaim: what mm/page_alloc.c, mm/vmscan.c and mm/shrinker.c say to each other. */
#include <linux/types.h>
#include <linux/gfp_types.h>

struct pglist_data;

/* How much of a cache one pass asks for: an eighth, a quarter, half, all. */
#define SHRINK_PRIORITY 3

/**
 * struct reclaim_control - one pass over the caches
 * @gfp: what may be entered: flags of the allocation, or GFP_KERNEL
 * @nid: node that is short
 * @priority: SHRINK_PRIORITY .. 0: caches are asked for their size >> @priority
 * @enough: asked after each batch whether to stop, or NULL
 * @pgdat: for @enough
 * @scanned: objects looked at
 * @freed: objects freed
 */
struct reclaim_control {
	gfp_t gfp;
	int nid;
	unsigned int priority;
	bool (*enough)(const struct pglist_data *pgdat);
	const struct pglist_data *pgdat;
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

/* in_reclaim - is this task one that frees memory: a shrinker's caller, a reclaim thread? */
bool in_reclaim(void);

#endif
