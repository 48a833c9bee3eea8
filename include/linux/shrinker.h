/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_SHRINKER_H
#define _LINUX_SHRINKER_H

/* How caches are asked to give memory back when the page allocator runs short. */
#include <linux/types.h>
#include <linux/gfp_types.h>

/**
 * struct shrink_control - one request to a shrinker
 * @gfp_mask: flags of the allocation that is short of memory: without __GFP_IO
 *	      nothing may be written, without __GFP_FS no filesystem be entered
 * @nid: node that is short, for NUMA-aware shrinkers; else 0
 * @nr_to_scan: scan_objects(): how many objects to look at
 * @nr_scanned: scan_objects(): how many were; preset to @nr_to_scan
 */
struct shrink_control {
	gfp_t gfp_mask;
	int nid;
	unsigned long nr_to_scan;
	unsigned long nr_scanned;
};

#define SHRINK_STOP	     (~0UL)	/* scan_objects(): cannot make progress now */
#define SHRINK_EMPTY	     (~0UL - 1) /* count_objects(): there are none at all */

#define DEFAULT_SEEKS	     2

#define SHRINKER_NUMA_AWARE  (1u << 0)
#define SHRINKER_MEMCG_AWARE (1u << 1)
#define SHRINKER_NONSLAB     (1u << 3)

/**
 * struct shrinker - a cache that can be made smaller
 * @count_objects: how many objects could be freed now, 0 or SHRINK_EMPTY for none
 * @scan_objects: free some; returns how many were freed, or SHRINK_STOP
 * @batch: objects a call of scan_objects(); 0 for 128
 * @seeks: cost of making an object again; 0 asks for all of them at once
 * @flags: SHRINKER_*
 * @list: the registry's
 *
 * Both calls come from inside an allocation that may sleep; they may themselves
 * allocate, and then do not enter the shrinkers again.
 */
struct shrinker {
	unsigned long (*count_objects)(struct shrinker *shrinker, struct shrink_control *sc);
	unsigned long (*scan_objects)(struct shrinker *shrinker, struct shrink_control *sc);
	long batch;
	int seeks;
	unsigned int flags;
	struct list_head list;
};

int __register_shrinker(struct shrinker *shrinker);

/**
 * register_shrinker - have a cache shrunk when memory is short
 * @shrinker: stays registered until unregister_shrinker()
 * @...: a printf-style name; accepted in both of Linux's forms, with and without
 *
 * Context: may sleep.
 * Return: 0.
 */
#define register_shrinker(shrinker, ...) __register_shrinker(shrinker)

/**
 * unregister_shrinker - the opposite
 * @shrinker: registered, or not, which has no effect
 *
 * Context: may sleep.
 */
void unregister_shrinker(struct shrinker *shrinker);

#endif
