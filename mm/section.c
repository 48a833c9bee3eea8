/* SPDX-License-Identifier: MIT */
/*
 * Planning a section.
 *
 * Physical memory is looked at in sections of 256 MiB.  The descriptors of a
 * section's 65536 frames fill 2 MiB, one entry of the page table at
 * VMEMMAP_START.  A section that is all RAM gets them as one huge page.  One
 * with holes gets a page table and one page for each chunk of 128 frames that
 * holds RAM; its other chunks share one page of zeroes, which say PAGE_ABSENT.
 *
 *     section   | chunk | chunk | hole  | chunk | ...               512 chunks
 *     vmemmap   | page  | page  | zero  | page  | ...     a page holds 128 descriptors
 *
 * The frames that hold the descriptors are the last free ones of the section
 * itself (an aligned huge page, as high as possible), so that opening a section
 * depends on nothing else, costs nothing before it is needed, and leaves low
 * memory alone:
 *
 *     | reserved |  free  | reserved |  free  | meta_start  descriptors | meta_end
 *
 * Not worth their descriptors, and left out, are a chunk with a single frame of
 * RAM and a section that has no more free frames than it costs.
 *
 * Invariants:
 *     cost == 512 if huge, else nr_described + 1
 *     worth  <=>  nr_free > cost
 *     free frames in described chunks inside [meta_start, meta_end) == cost
 *     the pieces are disjoint, ascending, each in one zone and of one node;
 *     those of kind FREE and META sum to nr_free
 *
 * Pure: the memory is passed in and not changed; zone.c says where zones end.
 */
#include <linux/kernel.h>
#include <linux/string.h>
#include "section.h"
#include "zone.h"

/* Index of the first region that ends beyond a frame: cnt if none does. */
static unsigned long first_region_beyond(const struct memblock_type *type, unsigned long pfn)
{
	unsigned long low = 0, high = type->cnt;

	while (low < high) {
		unsigned long mid = (low + high) / 2;
		const struct memblock_region *region = &type->regions[mid];

		if (region->base + region->size > PFN_PHYS(pfn))
			high = mid;
		else
			low = mid + 1;
	}
	return low;
}

/* The next stretch of frames in [from, to) that are wholly RAM. */
static bool next_memory(const struct memblock_type *memory, unsigned long from, unsigned long to,
			struct frame_run *run)
{
	unsigned long i = first_region_beyond(memory, from);

	for (; i < memory->cnt; i++) {
		const struct memblock_region *region = &memory->regions[i];
		unsigned long start = max(from, memblock_region_memory_base_pfn(region));
		unsigned long end = min(to, memblock_region_memory_end_pfn(region));

		if (start >= to)
			return false;
		if (start >= end || memblock_is_nomap(region))
			continue;
		run->start = start;
		run->end = end;
		run->nid = region->nid >= 0 && region->nid < MAX_NUMNODES ? region->nid : 0;
		return true;
	}
	return false;
}

bool next_frame_run(const struct memblock *mb, unsigned long from, unsigned long to,
		    struct frame_run *run)
{
	const struct memblock_type *reserved = &mb->reserved;
	const struct memblock_region *region;
	unsigned long i;

	if (!next_memory(&mb->memory, from, to, run))
		return false;
	run->free = true;
	i = first_region_beyond(reserved, run->start);
	if (i == reserved->cnt || !reserved->regions[i].size)
		return true;
	region = &reserved->regions[i];
	run->free = memblock_region_reserved_base_pfn(region) > run->start;
	if (run->free)
		run->end = min(run->end, memblock_region_reserved_base_pfn(region));
	else
		run->end = min(run->end, memblock_region_reserved_end_pfn(region));
	return true;
}

#define for_each_run(plan, run) \
	for ((run)->end = (plan)->start; next_frame_run((plan)->mb, (run)->end, (plan)->end, run);)

static unsigned long chunk_of(const struct section_plan *plan, unsigned long pfn)
{
	return (pfn - plan->start) >> CHUNK_SHIFT;
}

static unsigned long chunk_end(const struct section_plan *plan, unsigned long chunk)
{
	return plan->start + ((chunk + 1) << CHUNK_SHIFT);
}

/* Marks the chunks with RAM in them that is worth describing. */
static void choose_chunks(struct section_plan *plan)
{
	u8 present[SECTION_CHUNKS] = {0};
	struct frame_run run;
	unsigned long chunk;

	for_each_run(plan, &run)
	{
		unsigned long pfn, next;

		for (pfn = run.start; pfn < run.end; pfn = next) {
			chunk = chunk_of(plan, pfn);
			next = min(run.end, chunk_end(plan, chunk));
			present[chunk] += (u8)(next - pfn);
		}
	}
	for (chunk = 0; chunk < SECTION_CHUNKS; chunk++) {
		if (present[chunk] > 1) {
			__set_bit(chunk, plan->described);
			plan->nr_described++;
		}
		if (present[chunk] == CHUNK_FRAMES)
			__set_bit(chunk, plan->full);
	}
}

/* Finds the highest aligned free place for a huge page of descriptors. */
static bool place_huge(struct section_plan *plan)
{
	struct frame_run run;

	for_each_run(plan, &run)
	{
		unsigned long last = round_down(run.end, SECTION_HUGE_COST);

		if (run.free && last >= run.start + SECTION_HUGE_COST) {
			plan->meta_start = last - SECTION_HUGE_COST;
			plan->meta_end = last;
			plan->huge = true;
		}
	}
	return plan->huge;
}

/* The next free frames in described chunks, at or after @from. */
static bool next_usable(const struct section_plan *plan, unsigned long from,
			struct section_piece *piece)
{
	do {
		if (!section_next_piece(plan, from, piece))
			return false;
		from = piece->end;
	} while (piece->kind == PIECE_RESERVED);
	return true;
}

/* Sets meta_start so that exactly @cost usable frames lie above it. */
static void place_pages(struct section_plan *plan)
{
	unsigned long keep = plan->nr_free - plan->cost;
	struct section_piece piece = {.end = plan->start};

	plan->meta_end = plan->end;
	while (next_usable(plan, piece.end, &piece)) {
		unsigned long n = piece.end - piece.start;

		if (keep < n) {
			plan->meta_start = piece.start + keep;
			return;
		}
		keep -= n;
	}
}

static unsigned long count_usable(const struct section_plan *plan)
{
	struct section_piece piece = {.end = plan->start};
	unsigned long n = 0;

	while (next_usable(plan, piece.end, &piece))
		n += piece.end - piece.start;
	return n;
}

void section_plan(struct section_plan *plan, const struct memblock *mb, unsigned long section)
{
	memset(plan, 0, sizeof(*plan));
	plan->mb = mb;
	plan->start = section_to_pfn(section);
	plan->end = plan->start + SECTION_FRAMES;
	choose_chunks(plan);
	plan->nr_free = count_usable(plan);
	if (plan->nr_described + 1 >= SECTION_HUGE_COST && place_huge(plan))
		plan->cost = SECTION_HUGE_COST;
	else
		plan->cost = plan->nr_described + 1;
	plan->worth = plan->nr_free > plan->cost;
	if (plan->worth && !plan->huge)
		place_pages(plan);
}

/* Cuts a piece where a chunk begins that is, or is not, described, unlike its first. */
static unsigned long described_end(const struct section_plan *plan, unsigned long start,
				   unsigned long end)
{
	unsigned long chunk = chunk_of(plan, start);

	while (chunk_end(plan, chunk) < end && test_bit(chunk + 1, plan->described))
		chunk++;
	return min(end, chunk_end(plan, chunk));
}

static void classify(const struct section_plan *plan, const struct frame_run *run,
		     struct section_piece *piece)
{
	if (!run->free) {
		piece->kind = PIECE_RESERVED;
	} else if (piece->start < plan->meta_start) {
		piece->kind = PIECE_FREE;
		piece->end = min(piece->end, plan->meta_start);
	} else if (piece->start < plan->meta_end) {
		piece->kind = PIECE_META;
		piece->end = min(piece->end, plan->meta_end);
	} else {
		piece->kind = PIECE_FREE;
	}
}

bool section_next_piece(const struct section_plan *plan, unsigned long from,
			struct section_piece *piece)
{
	struct frame_run run;

	while (next_frame_run(plan->mb, from, plan->end, &run)) {
		unsigned long chunk = chunk_of(plan, run.start);
		enum zone_type zone = zone_type_of(run.start);

		if (!test_bit(chunk, plan->described)) {
			from = chunk_end(plan, chunk);
			continue;
		}
		piece->start = run.start;
		piece->end = min(described_end(plan, run.start, run.end), zone_type_end(zone));
		piece->nid = run.nid;
		classify(plan, &run, piece);
		return true;
	}
	return false;
}

unsigned long section_plain_run(const struct memblock *mb, unsigned long section, int *nid)
{
	unsigned long start = section_to_pfn(section);
	struct frame_run run;

	if (!next_frame_run(mb, start, MAX_FRAMES, &run) || run.start != start || !run.free)
		return 0;
	*nid = run.nid;
	return pfn_to_section(min(run.end, zone_type_end(zone_type_of(start)))) - section;
}
