/* SPDX-License-Identifier: MIT */
#ifndef _CAIRN_HIGHMEM_H
#define _CAIRN_HIGHMEM_H

/* Where ZONE_HIGHMEM begins: highmem=, decided before anything is allocated. */
#include <linux/types.h>
#include <linux/memblock.h>
#include <asm/page.h>

struct mem_range;

extern unsigned long highmem_start_pfn; /* ~0: there is none */

/* lowmem_end - where memory that has an address ends. */
static inline phys_addr_t lowmem_end(void)
{
	return highmem_start_pfn == ~0UL ? MEMBLOCK_ALLOC_ANYWHERE : PFN_PHYS(highmem_start_pfn);
}

/**
 * highmem_setup - set highmem_start_pfn from the memory map and highmem=
 * @map: sanitised
 * @nr: its ranges
 *
 * Context: start-up, when what is in use is reserved and nothing is allocated.
 */
void highmem_setup(const struct mem_range *map, unsigned int nr);

#endif
