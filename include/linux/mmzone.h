/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_MMZONE_H
#define _LINUX_MMZONE_H

/* What users see of zones; struct zone itself is in mm/zone.h. */
#include <linux/types.h>
#include <asm/page.h>

/* Blocks have 2^0 .. 2^(MAX_ORDER - 1) pages. */
#define MAX_ORDER	   11
#define MAX_ORDER_NR_PAGES (1UL << (MAX_ORDER - 1))

/* Highest order that the allocator promises to try hard for. */
#define PAGE_ALLOC_COSTLY_ORDER 3

/* The size of a huge page in frames, as /proc/pagetypeinfo counts memory. */
#define pageblock_order	   9
#define pageblock_nr_pages (1UL << pageblock_order)

/* Zones from low to high; an allocation falls back from high to low. */
enum zone_type {
	ZONE_DMA,   /* below 16 MiB */
	ZONE_DMA32, /* below 4 GiB */
	ZONE_NORMAL,
	ZONE_HIGHMEM, /* outside the direct map; empty unless highmem= says otherwise */
	MAX_NR_ZONES,
};

#define NUMA_NO_NODE (-1)
#define MAX_NUMNODES 64

#endif
