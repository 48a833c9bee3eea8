/* SPDX-License-Identifier: MIT */
#ifndef _MM_SECTION_H
#define _MM_SECTION_H

/*
 * Sections: which frames of a stretch of physical memory get descriptors, and
 * where the descriptors lie.  Pure; mm/section.c tells how it works.
 */
#include <linux/types.h>
#include <linux/bitmap.h>
#include <linux/memblock.h>
#include <linux/mm_types.h>
#include <asm/page.h>

#define SECTION_SHIFT  16 /* 65536 frames, 256 MiB: their descriptors fill 2 MiB */
#define SECTION_FRAMES (1UL << SECTION_SHIFT)

/* Free lists link frames by 32-bit numbers, and ~0 is none (mm/buddy.c); each has a descriptor. */
#define DESCRIPTORS_MAX	  (VMEMMAP_SIZE / sizeof(struct page))
#define MAX_FRAMES	  (DESCRIPTORS_MAX < 1UL << 32 ? DESCRIPTORS_MAX : 1UL << 32)
#define NR_SECTIONS	  (MAX_FRAMES >> SECTION_SHIFT)

#define CHUNK_SHIFT	  7 /* 128 frames, 512 KiB: their descriptors fill one page */
#define CHUNK_FRAMES	  (1UL << CHUNK_SHIFT)
#define SECTION_CHUNKS	  (SECTION_FRAMES / CHUNK_FRAMES)

#define SECTION_HUGE_COST 512 /* frames of a huge page of descriptors */

static inline unsigned long pfn_to_section(unsigned long pfn)
{
	return pfn >> SECTION_SHIFT;
}

static inline unsigned long section_to_pfn(unsigned long section)
{
	return section << SECTION_SHIFT;
}

/**
 * struct frame_run - consecutive frames of one kind
 * @start: first frame
 * @end: one past the last
 * @nid: their node
 * @free: nothing of them is reserved
 */
struct frame_run {
	unsigned long start;
	unsigned long end;
	int nid;
	bool free;
};

/**
 * next_frame_run - the next frames that are RAM
 * @mb: memory and what of it is reserved
 * @from: look from this frame on
 * @to: and before this one
 * @run: filled in
 *
 * A frame that is RAM in part does not count; one that is reserved in part is reserved.
 *
 * Return: false if there are none.
 */
bool next_frame_run(const struct memblock *mb, unsigned long from, unsigned long to,
		    struct frame_run *run);

/**
 * struct section_plan - what opening a section will do
 * @mb: the memory it was made from
 * @start: its first frame
 * @end: one past its last
 * @described: chunks that get descriptors
 * @full: chunks that are RAM from end to end
 * @nr_described: how many
 * @nr_free: free frames in described chunks, those for descriptors included
 * @cost: how many of them hold descriptors and the table that maps them
 * @huge: the descriptors are one huge page
 * @worth: opening it yields more than it costs
 * @meta_start: frames from here up to @meta_end that are free hold descriptors
 * @meta_end: see there
 */
struct section_plan {
	const struct memblock *mb;
	unsigned long start;
	unsigned long end;
	DECLARE_BITMAP(described, SECTION_CHUNKS);
	DECLARE_BITMAP(full, SECTION_CHUNKS);
	unsigned int nr_described;
	unsigned long nr_free;
	unsigned int cost;
	bool huge;
	bool worth;
	unsigned long meta_start;
	unsigned long meta_end;
};

/**
 * section_plan - work out what to do with a section
 * @plan: filled in
 * @mb: memory and what of it is reserved
 * @section: its number
 */
void section_plan(struct section_plan *plan, const struct memblock *mb, unsigned long section);

enum piece_kind {
	PIECE_FREE,	/* for the buddy system */
	PIECE_META,	/* holds descriptors */
	PIECE_RESERVED, /* somebody's since start-up */
};

struct section_piece {
	unsigned long start;
	unsigned long end;
	int nid;
	enum piece_kind kind;
};

/**
 * section_next_piece - the next frames of a section that have descriptors
 * @plan: the section
 * @from: look from this frame on
 * @piece: filled in; it lies in one zone
 *
 * Return: false if there are none.
 */
bool section_next_piece(const struct section_plan *plan, unsigned long from,
			struct section_piece *piece);

/**
 * section_plain_run - sections that are all RAM, and none of it reserved
 * @mb: memory and what of it is reserved
 * @section: its number
 * @nid: filled in
 *
 * Return: how many there are from this one on, all of one node and one zone.
 */
unsigned long section_plain_run(const struct memblock *mb, unsigned long section, int *nid);

#endif
