/* SPDX-License-Identifier: MIT */
/*
 * Nodes and zones: which frames there are, how many of them must stay free, and
 * where to look for one.
 *
 *     node 0                                     node 1
 *     DMA        DMA32           Normal          Normal          addresses -->
 *     |0..16M|   |16M..4G|       |4G..       |   |      ..|
 *
 *     zonelist of node 0:   Normal 0, DMA32 0, DMA 0, Normal 1, NULL
 *     zonelist of node 1:   Normal 1, Normal 0, DMA32 0, DMA 0, NULL
 *
 * Other nodes follow by distance (mm/numa.c).  Among those that are equally far
 * each node begins with the next higher number, so that not all fall on node 0.
 *
 * An allocation names the highest zone that would do (gfp_zone) and takes the
 * first of its node's list that is not higher and has memory to spare: it falls
 * from high to low and never climbs.
 *
 * Memory to spare, for a block of 2^o pages, is what is free beyond
 *
 *     watermark (less what the caller may take of it)
 *	 + lowmem_reserve[highest zone the caller could have used]
 *
 * min is 4 * sqrt(KiB of memory) KiB, between 128 KiB and 256 MiB, shared out by
 * size; low and high are a quarter or a thousandth of the zone above, each.  The
 * reserve of a zone against a higher one is the memory in the zones above it up
 * to that one, divided by 256 (DMA, DMA32) or 32 (Normal).
 *
 * Invariants (zone_check):
 *     those of buddy.c, over every descriptor of the zone
 *     buddy.free + pending_pages <= managed_pages <= present_pages <= spanned_pages
 *     min <= low <= high
 *
 * Locking: the shape of nodes, zones and lists is fixed when start-up is over;
 * zone->lock guards the free blocks.  One zone's lock is held at a time, and
 * nothing is locked inside it.  numa_foreign is another zone's to count, and atomic.
 */
#include <linux/kernel.h>
#include <linux/init.h>
#include <linux/gfp_types.h>
#include <linux/memblock.h>
#include <linux/topology.h>
#include <linux/bug.h>
#include <cairn/init.h>
#include "internal.h"
#include "memmap.h"
#include "zone.h"

static struct pglist_data node0;
struct pglist_data *node_data[MAX_NUMNODES] = {&node0};

unsigned long highmem_start_pfn = ~0UL;

const char *const zone_names[MAX_NR_ZONES] = {"DMA", "DMA32", "Normal", "HighMem"};

enum zone_type zone_type_of(unsigned long pfn)
{
	if (pfn < DMA_END_PFN)
		return ZONE_DMA;
	if (pfn >= highmem_start_pfn)
		return ZONE_HIGHMEM;
	return pfn < DMA32_END_PFN ? ZONE_DMA32 : ZONE_NORMAL;
}

unsigned long zone_type_end(enum zone_type type)
{
	switch (type) {
	case ZONE_DMA:
		return DMA_END_PFN;
	case ZONE_DMA32:
		return min(DMA32_END_PFN, highmem_start_pfn);
	case ZONE_NORMAL:
		return highmem_start_pfn;
	default:
		return ~0UL;
	}
}

enum zone_type gfp_zone(gfp_t gfp)
{
	if (gfp & __GFP_DMA)
		return ZONE_DMA;
	if (gfp & __GFP_DMA32)
		return ZONE_DMA32;
	return gfp & __GFP_HIGHMEM ? ZONE_HIGHMEM : ZONE_NORMAL;
}

struct zone *next_zone(const struct zone *zone)
{
	struct pglist_data *pgdat = zone ? zone->pgdat : node_data[0];
	unsigned int idx = zone ? zone->idx + 1 : 0;

	for (; pgdat; pgdat = pgdat->next, idx = 0)
		for (; idx < MAX_NR_ZONES; idx++)
			if (zone_has_pages(&pgdat->zones[idx]))
				return &pgdat->zones[idx];
	return NULL;
}

static void __init init_zone(struct pglist_data *pgdat, enum zone_type idx)
{
	struct zone *zone = &pgdat->zones[idx];

	zone->name = zone_names[idx];
	zone->pgdat = pgdat;
	zone->idx = idx;
	spin_lock_init_rank(&zone->lock, LOCK_RANK_ZONE);
	buddy_init(&zone->buddy, pfn_to_page(0), PAGE_TAG(idx, pgdat->node_id));
}

struct pglist_data *__init zone_add_node(int nid)
{
	struct pglist_data *pgdat = node_data[nid];
	unsigned int idx;

	if (pgdat && pgdat->zones[0].name)
		return pgdat;
	if (!pgdat)
		pgdat = memblock_alloc_node(sizeof(*pgdat), SMP_CACHE_BYTES, nid);
	if (!pgdat)
		panic("mem: no memory for the description of node %d", nid);
	node_data[nid] = pgdat;
	pgdat->node_id = nid;
	for (idx = 0; idx < MAX_NR_ZONES; idx++)
		init_zone(pgdat, idx);
	return pgdat;
}

void __init zone_add_present(struct pglist_data *pgdat, unsigned long start, unsigned long end)
{
	while (start < end) {
		struct zone *zone = &pgdat->zones[zone_type_of(start)];
		unsigned long stop = min(end, zone_type_end(zone->idx));
		unsigned long zone_end = max(stop, zone->start_pfn + zone->spanned_pages);

		if (!zone->present_pages || start < zone->start_pfn)
			zone->start_pfn = start;
		zone->spanned_pages = zone_end - zone->start_pfn;
		zone->present_pages += stop - start;
		start = stop;
	}
}

/* Appends the zones of one node, from high to low. */
static unsigned int __init append_zones(struct zonelist *list, unsigned int n,
					struct pglist_data *pgdat)
{
	int idx;

	for (idx = MAX_NR_ZONES - 1; idx >= 0; idx--)
		if (zone_has_pages(&pgdat->zones[idx]))
			list->zones[n++] = &pgdat->zones[idx];
	return n;
}

/* The nearest node to @from of those in @left; of several the next after @from. */
static int __init nearest_node(int from, nodemask_t left)
{
	int i, best = MAX_NUMNODES;

	for (i = 1; i < MAX_NUMNODES; i++) {
		int nid = (from + i) % MAX_NUMNODES;

		if (node_isset(nid, left) &&
		    (best == MAX_NUMNODES || node_distance(from, nid) < node_distance(from, best)))
			best = nid;
	}
	return best;
}

static void __init build_zonelist(struct pglist_data *pgdat)
{
	unsigned int n = append_zones(&pgdat->zonelist, 0, pgdat);
	nodemask_t left = node_online_map;
	int nid;

	node_clear(pgdat->node_id, left);
	while (!nodes_empty(left)) {
		nid = nearest_node(pgdat->node_id, left);
		n = append_zones(&pgdat->zonelist, n, node_data[nid]);
		node_clear(nid, left);
	}
	pgdat->zonelist.zones[n] = NULL;
}

/* Which nodes have memory, now that zones say so. */
static void __init set_memory_states(void)
{
	const struct zone *zone;

	for_each_zone(zone) {
		node_set(zone->pgdat->node_id, node_states[N_MEMORY]);
		if (zone->idx <= ZONE_NORMAL)
			node_set(zone->pgdat->node_id, node_states[N_NORMAL_MEMORY]);
	}
}

static void __init link_nodes(void)
{
	struct pglist_data **link = &node_data[0]->next;
	int nid;

	for (nid = 1; nid < MAX_NUMNODES; nid++) {
		if (!node_data[nid])
			continue;
		*link = node_data[nid];
		link = &node_data[nid]->next;
	}
	*link = NULL;
}

void __init zones_finish(void)
{
	struct pglist_data *pgdat;

	link_nodes();
	for (pgdat = node_data[0]; pgdat; pgdat = pgdat->next)
		build_zonelist(pgdat);
	set_memory_states();
	zones_setup_watermarks();
}

static unsigned long lowmem_pages(void)
{
	unsigned long pages = 0;
	struct zone *zone;

	for_each_zone(zone)
		if (zone->idx != ZONE_HIGHMEM)
			pages += zone->managed_pages;
	return pages;
}

unsigned long min_free_kbytes;

static int set_min_free_kbytes(const char *value)
{
	return kstrtoul(value, 0, &min_free_kbytes);
}
BOOT_PARAM("min_free_kbytes", set_min_free_kbytes, "KiB that stay free for who cannot wait");

static unsigned long min_free_pages(unsigned long lowmem)
{
	unsigned long kib = 4 * int_sqrt(lowmem << (PAGE_SHIFT - 10));

	if (min_free_kbytes)
		return min(min_free_kbytes >> (PAGE_SHIFT - 10), lowmem / 4);
	return clamp(kib, 128UL, 262144UL) >> (PAGE_SHIFT - 10);
}

static void setup_watermark(struct zone *zone, unsigned long min_free, unsigned long lowmem)
{
	unsigned long share = mult_frac(min_free, zone->managed_pages, max(lowmem, 1UL));
	unsigned long step = max(share / 4, zone->managed_pages / 1000);

	if (zone->idx == ZONE_HIGHMEM) /* nobody needs it in an emergency */
		share = clamp(zone->managed_pages / 1024, 32UL, 128UL);
	zone->watermark[WMARK_MIN] = share;
	zone->watermark[WMARK_LOW] = share + step;
	zone->watermark[WMARK_HIGH] = share + 2 * step;
}

static void setup_reserve(struct pglist_data *pgdat)
{
	static const unsigned int ratio[MAX_NR_ZONES] = {256, 256, 32, 1};
	unsigned int low, high;

	for (low = 0; low < MAX_NR_ZONES; low++) {
		unsigned long above = 0;

		for (high = low + 1; high < MAX_NR_ZONES; high++) {
			above += pgdat->zones[high].managed_pages;
			pgdat->zones[low].lowmem_reserve[high] = above / ratio[low];
		}
	}
}

void zones_setup_watermarks(void)
{
	unsigned long lowmem = lowmem_pages();
	unsigned long min_free = min_free_pages(lowmem);
	struct pglist_data *pgdat;
	struct zone *zone;

	for_each_zone(zone)
		setup_watermark(zone, min_free, lowmem);
	for (pgdat = node_data[0]; pgdat; pgdat = pgdat->next)
		setup_reserve(pgdat);
}

bool zone_watermark_ok(const struct zone *zone, unsigned int order, enum zone_watermark mark,
		       enum zone_type highest, unsigned int depth)
{
	unsigned long need = zone->watermark[mark];

	if (depth & ALLOC_NO_WATERMARK)
		return true;
	if (depth & ALLOC_HIGH)
		need -= need / 2;
	if (depth & ALLOC_HARDER)
		need -= need / 4;
	return data_race(zone->buddy.free) >= need + zone->lowmem_reserve[highest] + (1UL << order);
}

void zone_count_numa(struct zone *zone, struct zone *preferred, unsigned long blocks)
{
	if (zone->pgdat == preferred->pgdat) {
		zone->numa[NUMA_HIT] += blocks;
	} else {
		zone->numa[NUMA_MISS] += blocks;
		atomic64_add((long)blocks, &preferred->numa_foreign);
	}
	zone->numa[zone->pgdat->node_id == numa_node_id() ? NUMA_LOCAL : NUMA_OTHER] += blocks;
}

void zone_add_numa_stats(const struct zone *zone, struct numa_stats *stats)
{
	unsigned int i;

	for (i = 0; i < NR_NUMA_STAT_ITEMS; i++)
		stats->item[i] += READ_ONCE(zone->numa[i]);
	stats->foreign += (unsigned long)atomic64_read(&zone->numa_foreign);
}

static const char *check_counts(const struct zone *zone)
{
	const unsigned long *mark = zone->watermark;

	if (zone->buddy.free + zone->pending_pages > zone->managed_pages)
		return "more pages are free than the zone has";
	if (zone->managed_pages > zone->present_pages || zone->present_pages > zone->spanned_pages)
		return "managed <= present <= spanned does not hold";
	if (mark[WMARK_MIN] > mark[WMARK_LOW] || mark[WMARK_LOW] > mark[WMARK_HIGH])
		return "the watermarks do not rise";
	return NULL;
}

static const char *check_frames(const struct zone *zone)
{
	unsigned long seen[MAX_ORDER] = {0};
	unsigned long start = zone->start_pfn, end = zone->start_pfn + zone->spanned_pages;
	unsigned long section, last = pfn_to_section(end - 1);
	unsigned int order;

	for (section = pfn_to_section(start); section <= last; section++) {
		unsigned long first = section_to_pfn(section);
		const char *broken = NULL;

		if (section_is_open(section))
			broken = buddy_check_frames(&zone->buddy, first, first + SECTION_FRAMES,
						    seen);
		if (broken)
			return broken;
	}
	for (order = 0; order < MAX_ORDER; order++)
		if (seen[order] != zone->buddy.nr[order])
			return "a free block is on no list";
	return NULL;
}

const char *zone_check(struct zone *zone)
{
	const char *broken;
	unsigned long flags;

	spin_lock_irqsave(&zone->lock, flags);
	broken = buddy_check(&zone->buddy);
	if (!broken)
		broken = check_counts(zone);
	if (!broken)
		broken = check_frames(zone);
	spin_unlock_irqrestore(&zone->lock, flags);
	return broken;
}
