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

#define SHRINKER_NUMA_AWARE  (1u << 0) /* wants shrink_control.nid */
#define SHRINKER_MEMCG_AWARE (1u << 1) /* accepted; there are no control groups */
#define SHRINKER_NONSLAB     (1u << 3) /* accepted */
#define SHRINKER_NEEDS_IO    (1u << 4) /* cannot free without block I/O: only for __GFP_IO */
#define SHRINKER_NEEDS_FS    (1u << 5) /* takes filesystem locks: only for __GFP_FS */
#define SHRINKER_PAGES	     (1u << 6) /* its objects are pages: counted as pgscan, pgsteal */

/**
 * struct shrinker - a cache that can be made smaller
 * @count_objects: how many objects could be freed now, 0 or SHRINK_EMPTY for none
 * @scan_objects: free some; returns how many were freed, or SHRINK_STOP
 * @batch: objects a call of scan_objects(); 0 for 128
 * @seeks: cost of making an object again; 0 asks for all of them at once
 * @flags: SHRINKER_*
 * @name: the registry's: the format of the name it was registered with, or ""
 * @list: the registry's
 * @users: the registry's: tasks that are in one of the calls
 * @leaving: the registry's: unregister_shrinker() waits for them
 *
 * Both calls come from inside an allocation that may sleep, or from a reclaim
 * thread, several at once.  They may sleep and allocate, and an allocation of
 * theirs does not enter the shrinkers again.
 *
 * A shrinker that declares SHRINKER_NEEDS_IO or SHRINKER_NEEDS_FS is not even
 * counted on behalf of an allocation that forbids it.  One that can do part of
 * its work without (drop what is clean) declares nothing and looks at
 * shrink_control.gfp_mask, or registers one shrinker for each part.
 */
struct shrinker {
	unsigned long (*count_objects)(struct shrinker *shrinker, struct shrink_control *sc);
	unsigned long (*scan_objects)(struct shrinker *shrinker, struct shrink_control *sc);
	long batch;
	int seeks;
	unsigned int flags;
	const char *name;
	struct list_head list;
	unsigned int users;
	bool leaving;
};

int __register_shrinker(struct shrinker *shrinker, const char *name, ...);

/**
 * register_shrinker - have a cache shrunk when memory is short
 * @shrinker: stays registered until unregister_shrinker()
 * @...: a printf-style name, a literal; accepted in both of Linux's forms, with and without
 *
 * Context: any.
 * Return: 0.
 */
#define register_shrinker(shrinker, ...) __register_shrinker(shrinker, "" __VA_ARGS__)

/**
 * unregister_shrinker - the opposite; nobody is in its calls any more on return
 * @shrinker: registered, or not, which has no effect
 *
 * A call from inside a shrinker would wait for itself: it is reported, and the
 * shrinker stays registered.
 *
 * Context: may sleep.
 */
void unregister_shrinker(struct shrinker *shrinker);

#endif
