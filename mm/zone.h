/* SPDX-License-Identifier: MIT */
#ifndef _MM_ZONE_H
#define _MM_ZONE_H

/*
 * Where page frames live: nodes, their zones, and the order in which an
 * allocation tries them.  mm/zone.c tells how it works.
 */
#include <linux/types.h>
#include <linux/atomic.h>
#include <linux/compiler.h>
#include <linux/mm_types.h>
#include <linux/mmzone.h>
#include <linux/spinlock.h>
#include <linux/wait.h>
#include <asm/page.h>
#include "buddy.h"

/* Free memory of a zone stays above these, each for those who may go no further. */
enum zone_watermark {
	WMARK_MIN,  /* below is the reserve of those who cannot wait */
	WMARK_LOW,  /* an allocation that would go below makes room first */
	WMARK_HIGH, /* above, per-CPU lists are in use */
	NR_WMARK,
};

/*
 * Whose blocks left the free lists of a zone.  A node is preferred by asking for
 * it, or by running there; a CPU is local to its own node's memory.
 */
enum numa_stat_item {
	NUMA_HIT,   /* this node was preferred */
	NUMA_MISS,  /* another was, and had no memory to spare */
	NUMA_LOCAL, /* to a CPU of this node */
	NUMA_OTHER, /* to a CPU of another */
	NR_NUMA_STAT_ITEMS,
};

struct pglist_data;

/**
 * struct zone - the frames of one node that lie in one range of addresses
 * @name: "DMA", "DMA32", "Normal" or "HighMem"
 * @pgdat: its node
 * @idx: enum zone_type
 * @start_pfn: first frame
 * @spanned_pages: frames from the first to the last, holes included
 * @present_pages: those that are RAM
 * @managed_pages: those that the page allocator owns, free or handed out
 * @watermark: free pages that must stay, by enum zone_watermark
 * @lowmem_reserve: what must stay besides, by the highest zone that the caller
 *		    could have used: keeps a low zone from being eaten by those
 *		    who had a choice
 * @lock: guards what follows
 * @buddy: free blocks
 * @pending_pages: free pages of sections that are not open yet (mm/memmap.c)
 * @nr_alloc: pages that left the free lists since start-up
 * @nr_freed: pages that came back
 * @numa: blocks that left the free lists, by enum numa_stat_item
 * @numa_foreign: blocks that were wanted from here and came from another node
 */
struct zone {
	/* Set up at start-up; the counts change when memory is added. */
	const char *name;
	struct pglist_data *pgdat;
	enum zone_type idx;
	unsigned long start_pfn;
	unsigned long spanned_pages;
	unsigned long present_pages;
	unsigned long managed_pages;
	unsigned long watermark[NR_WMARK];
	unsigned long lowmem_reserve[MAX_NR_ZONES];

	/* Under lock. */
	spinlock_t lock;
	struct buddy buddy;
	unsigned long pending_pages;
	unsigned long nr_alloc;
	unsigned long nr_freed;
	unsigned long numa[NR_NUMA_STAT_ITEMS];

	atomic64_t numa_foreign;
};

/*
 * The zones that an allocation may use, best first, closed by NULL.  All of the
 * nearest node come before any of the next, and within a node they fall.  Nodes
 * that are equally far come in the order of their numbers, from the next on.
 */
struct zonelist {
	struct zone *zones[MAX_NUMNODES * MAX_NR_ZONES + 1];
};

/**
 * struct pglist_data - a node: memory that is equally near to all its CPUs
 * @zones: by enum zone_type; one without pages is in no zonelist
 * @node_id: its number
 * @next: the node with the next higher number that exists, or NULL
 * @zonelist: every zone of the machine that has pages, as seen from here
 * @nr_reclaimers: allocations that reclaim here now
 * @reclaim_failures: searches in a row that freed nothing
 * @freed_at_failure: pages that had been freed by then, ever
 * @kswapd: the node's reclaim thread, NULL until it runs and without memory
 * @kswapd_highest: the highest zone that who woke it could have used
 * @kswapd_wanted: it is to balance the node; set after @kswapd_highest
 * @kswapd_runs: it does; set before @kswapd_wanted is cleared
 * @kswapd_wait: where it sleeps
 */
struct pglist_data {
	struct zone zones[MAX_NR_ZONES];
	int node_id;
	struct pglist_data *next;
	struct zonelist zonelist;

	atomic_t nr_reclaimers;
	unsigned int reclaim_failures;
	unsigned long freed_at_failure;
	struct task_struct *kswapd;
	enum zone_type kswapd_highest;
	bool kswapd_wanted;
	bool kswapd_runs;
	wait_queue_head_t kswapd_wait;
};

/* By number; NULL where there is no such node.  Node 0 always exists. */
extern struct pglist_data *node_data[MAX_NUMNODES];

/* Where DMA ends, DMA32 ends, and HIGHMEM begins, in frames. */
#define DMA_END_PFN   (0x1000000UL >> PAGE_SHIFT)
#define DMA32_END_PFN (0x100000000UL >> PAGE_SHIFT)
extern unsigned long highmem_start_pfn;

/* zone_type_of - the zone that a frame belongs to. */
enum zone_type zone_type_of(unsigned long pfn);

/* zone_type_end - one past the last frame number that can belong to a zone. */
unsigned long zone_type_end(enum zone_type type);

extern const char *const zone_names[MAX_NR_ZONES];

/* first_zone - the first zone of a list that is not higher than @highest, or NULL. */
static inline struct zone *first_zone(const struct zonelist *list, enum zone_type highest)
{
	struct zone *const *zone = list->zones;

	while (*zone && (*zone)->idx > highest)
		zone++;
	return *zone;
}

/* first_lowmem_zone - the nearest zone in the direct map. */
static inline struct zone *first_lowmem_zone(const struct zonelist *list)
{
	return first_zone(list, ZONE_NORMAL);
}

/**
 * zone_count_numa - count blocks that leave the free lists
 * @zone: where they were; its lock is held
 * @preferred: the zone that was tried first
 * @blocks: how many
 */
void zone_count_numa(struct zone *zone, struct zone *preferred, unsigned long blocks);

/* struct numa_stats - what of a node's memory went where, in blocks. */
struct numa_stats {
	unsigned long item[NR_NUMA_STAT_ITEMS];
	unsigned long foreign;
};

/* zone_add_numa_stats - add a zone's counts to @stats. */
void zone_add_numa_stats(const struct zone *zone, struct numa_stats *stats);

/* gfp_zone - the highest zone that flags allow. */
enum zone_type gfp_zone(gfp_t gfp);

static inline struct zone *page_zone(const struct page *page)
{
	return &node_data[page->nid]->zones[page->zone];
}

static inline bool zone_has_pages(const struct zone *zone)
{
	return zone->present_pages != 0;
}

/* The zones of all nodes that have pages. */
struct zone *next_zone(const struct zone *zone);
#define for_each_zone(zone) for (zone = next_zone(NULL); zone; zone = next_zone(zone))

/*
 * Start-up, in this order: make a node for @nid (from memblock) if there is none;
 * count frames into its zones; then finish all of them.
 */
struct pglist_data *zone_add_node(int nid);
void zone_add_present(struct pglist_data *pgdat, unsigned long start, unsigned long end);
void zones_finish(void);

/* What zones_setup_watermarks() is to keep free, in KiB; 0: it chooses by itself. */
extern unsigned long min_free_kbytes;

/**
 * zones_setup_watermarks - watermarks and reserves from the sizes of the zones
 *
 * Context: start-up, and whenever managed_pages has changed.
 */
void zones_setup_watermarks(void);

/*
 * How deep an allocation may go, on top of a watermark.  Each takes its part of
 * what is left of it.
 */
#define ALLOC_HIGH	   0x1 /* half of it: __GFP_HIGH */
#define ALLOC_HARDER	   0x2 /* a quarter: cannot wait, or must not fail */
#define ALLOC_NO_WATERMARK 0x4 /* the last page: frees memory */

/**
 * zone_watermark_ok - would a block leave enough?
 * @zone: the zone; its lock is held, or the answer may be out of date
 * @order: of the block
 * @mark: enum zone_watermark
 * @highest: the highest zone that the caller could have used
 * @depth: ALLOC_*
 */
bool zone_watermark_ok(const struct zone *zone, unsigned int order, enum zone_watermark mark,
		       enum zone_type highest, unsigned int depth);

/**
 * zone_check - do the invariants hold in a zone?
 * @zone: the zone
 *
 * Looks at every descriptor there is.
 *
 * Context: any; takes zone->lock.
 * Return: NULL, or the invariant that is broken.
 */
const char *zone_check(struct zone *zone);

#endif
