/* SPDX-License-Identifier: MIT */
/*
 * Pages below an address that is no zone's end.
 *
 *     0     16 MiB        256 MiB                     4 GiB
 *     | DMA  | DMA32       :                           | Normal ...
 *            |<-- tried -->|  a device of 28 bits
 *     |<--->|  if nothing is free there
 *
 * A limit that is a zone's end is the page allocator's business: flags name the
 * zone.  For one in the middle of a zone the zone's free lists are searched for a
 * block that begins low enough, sections below the limit that are not open yet are
 * opened, from the limit down, and then the next zone below, which lies wholly under
 * the limit, is asked by flags, with all that entails: reclaim, reserve, report.
 *
 * The search takes a low block only where the zone keeps its watermark, as any
 * allocation does.  It does not look into per-CPU lists.
 *
 * Locking: zone->lock for one search, whose length is bounded.  Contexts: as the
 * flags say.
 */
#include <linux/kernel.h>
#include <linux/memblock.h>
#include <linux/mm.h>
#include <linux/spinlock.h>
#include "fault_inject.h"
#include "internal.h"
#include "memmap.h"
#include "page_alloc.h"
#include "zone.h"

static struct page *search_zone(struct zone *zone, unsigned int order, unsigned long end,
				unsigned int depth)
{
	struct page *page = NULL;
	unsigned long flags;

	spin_lock_irqsave(&zone->lock, flags);
	if (zone_watermark_ok(zone, order, WMARK_MIN, zone->idx, depth))
		page = buddy_alloc_below(&zone->buddy, order, end);
	if (page)
		zone->nr_alloc += 1UL << order;
	spin_unlock_irqrestore(&zone->lock, flags);
	return page;
}

static struct page *search_zones(enum zone_type type, unsigned int order, unsigned long end,
				 unsigned int depth)
{
	struct page *page = NULL;
	struct zone *zone;

	for_each_zone(zone) {
		if (zone->idx == type && !page)
			page = search_zone(zone, order, end, depth);
	}
	return page;
}

/* Opens the highest section below @end that is not open; false if all are. */
static bool open_below(unsigned long end)
{
	for (unsigned long s = pfn_to_section(end); s--;)
		if (memmap_open(s))
			return true;
	return false;
}

/* A block from the middle of a zone. */
static struct page *search(gfp_t gfp, enum zone_type type, unsigned int order, unsigned long end)
{
	unsigned int depth = gfp & __GFP_HIGH ? ALLOC_HIGH : 0;
	struct page *page;

	if (fault_page(gfp, order))
		return NULL;
	do {
		page = search_zones(type, order, end, depth);
	} while (!page && open_below(end));
	return page ? page_prepare(page, gfp, order) : NULL;
}

struct page *alloc_pages_below(gfp_t gfp, unsigned int order, phys_addr_t last)
{
	unsigned long end = last == ~(phys_addr_t)0 ? ~0UL >> PAGE_SHIFT : PHYS_PFN(last + 1);
	struct page *page = NULL;

	might_alloc(gfp);
	gfp &= ~(GFP_ZONEMASK | __GFP_COMP);
	if (end >= PHYS_PFN(memblock_end_of_DRAM()))
		return alloc_pages(gfp, order);
	if (end >= DMA32_END_PFN)
		return alloc_pages(gfp | __GFP_DMA32, order);
	if (end > DMA_END_PFN)
		page = search(gfp, ZONE_DMA32, order, end);
	if (page)
		return page;
	if (end >= DMA_END_PFN)
		return alloc_pages(gfp | __GFP_DMA, order);
	return search(gfp, ZONE_DMA, order, end);
}
