/* SPDX-License-Identifier: MIT */
#ifndef _MM_MEMMAP_H
#define _MM_MEMMAP_H

/* The descriptors of page frames.  mm/memmap.c tells how they come to be. */
#include <linux/types.h>
#include "section.h"

struct zone;

/**
 * struct memmap_totals - what memmap_init() found, in frames
 * @free: to be handed out
 * @descriptors: to hold descriptors
 * @left_out: free, but not worth their descriptors
 */
struct memmap_totals {
	unsigned long free;
	unsigned long descriptors;
	unsigned long left_out;
};

/**
 * memmap_init - count memory into zones; no section is open yet
 * @totals: filled in
 *
 * Context: start-up, once; the last user of memblock_alloc().
 */
void memmap_init(struct memmap_totals *totals);

/**
 * memmap_open - describe a section's frames and give the free ones to their zones
 * @section: its number
 *
 * Context: any; takes the memmap lock, and zone->lock inside it.
 * Return: false if there is nothing to open.
 */
bool memmap_open(unsigned long section);

/**
 * memmap_open_zone - open a section that has free frames for a zone
 * @zone: the zone
 *
 * Context: as memmap_open().
 * Return: false if none is left.
 */
bool memmap_open_zone(struct zone *zone);

/* section_is_open - do the frames of a section have descriptors? */
bool section_is_open(unsigned long section);

/* page_valid - is this the address of a descriptor of RAM?  Any pointer may be asked about. */
bool page_valid(const struct page *page);

/* memmap_sections_open - sections opened so far, and the frames their descriptors take. */
unsigned long memmap_sections_open(unsigned long *frames);

#endif
