/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_MMZONE_H
#define _LINUX_MMZONE_H

#include <linux/types.h>
#include <asm/page.h>

/* Blocks have 2^0 .. 2^(MAX_ORDER - 1) pages. */
#define MAX_ORDER	   11
#define MAX_ORDER_NR_PAGES (1UL << (MAX_ORDER - 1))

/* Highest order that the allocator promises to try hard for. */
#define PAGE_ALLOC_COSTLY_ORDER 3

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
