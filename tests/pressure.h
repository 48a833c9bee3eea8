/* SPDX-License-Identifier: MIT */
#ifndef _TESTS_PRESSURE_H
#define _TESTS_PRESSURE_H

/* Caches that can give pages back, for tests of reclaim.  tests/pressure.c. */
#include <linux/gfp.h>
#include <linux/mm_types.h>
#include <linux/shrinker.h>
#include <linux/spinlock.h>
#include "page_chain.h"

struct zone;

/**
 * struct page_cache - pages, and a record of who wanted them
 * @shrinker: what is registered
 * @lock: guards what follows
 * @pages: chained through their descriptors
 * @nr: how many
 * @asked: times that an allocation counted it
 * @asked_by_kswapd: and that a reclaim thread did
 * @asked_by_node: and that the thread of a node did
 * @freed: pages that allocations got out of it
 * @flags: of the last allocation that asked
 */
struct page_cache {
	struct shrinker shrinker;
	spinlock_t lock;
	struct page *pages;
	unsigned long nr;
	unsigned long asked;
	unsigned long asked_by_kswapd;
	unsigned long asked_by_node[MAX_NUMNODES];
	unsigned long freed;
	gfp_t flags;
};

/* shrink_all - empty the kernel's own caches, so that what they would give is not counted. */
void shrink_all(void);

/* cache_open - register a cache of @nr pages; @flags are SHRINKER_*, beside SHRINKER_PAGES. */
void cache_open(struct page_cache *cache, unsigned int flags, unsigned long nr);

/* cache_fill - @nr pages more, of the zone that @gfp prefers; the test fails if there are none. */
void cache_fill(struct page_cache *cache, unsigned long nr, gfp_t gfp);

/* cache_close - unregister it and free what it still holds. */
void cache_close(struct page_cache *cache);

/* home_zone - where this CPU's memory comes from. */
struct zone *home_zone(void);

/* zone_free - a zone's free pages, those on lists of CPUs included. */
unsigned long zone_free(const struct zone *zone);

/* What its shrinker calls. */
unsigned long cache_scan(struct shrinker *shrinker, struct shrink_control *sc);

#endif
