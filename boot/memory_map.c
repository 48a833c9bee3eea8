/* SPDX-License-Identifier: MIT */
/*
 * The memory map as a sorted, disjoint list of typed ranges.
 *
 * Firmware's ranges come in any order; they overlap, repeat, touch and end in
 * the middle of pages:
 *
 *   in    [usable                    )      [usable      )
 *             [reserved)         [ACPI          )
 *   out   [us.)[reserved)[usable)[ACPI          )[usable  )
 *
 * The list is built from the strictest type to the weakest, so that nothing
 * placed is ever cut again: a range goes only where the list still has a gap,
 * and merges with neighbours of its own type.  Each type but "usable" is rounded
 * outward to pages as it goes in; usable memory goes in as it is, so that two
 * ranges that meet in the middle of a page still make a whole one, and is rounded
 * inward at the end.
 *
 * Invariants of the result, r[i] = [start, end):
 *   start < end <= limit, both multiples of PAGE_SIZE
 *   r[i].end <= r[i + 1].start, and r[i].type != r[i + 1].type where these are equal
 *   an address that any entry calls other than usable is not usable
 *
 * If the list is full, a usable range is lost and counted; any other range widens
 * its nearer neighbour, which is not usable either, until it is covered.  Three
 * quarters of the room are for those, so that there is some left for usable memory.
 *
 * Pure: no locks, no globals, nothing printed; boot/memory_setup.c is the policy.
 */
#include <linux/types.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include <cairn/memory_map.h>
#include <asm/page.h>

/* What is not usable on any PC: page 0, VGA and BIOS, APICs and flash. */
static const struct mem_range never_usable[] = {
	{0, PAGE_SIZE, MEM_RESERVED, MEM_RESERVED},
	{0xa0000, 0x100000, MEM_RESERVED, MEM_RESERVED},
	{0xfec00000, 0x100000000, MEM_RESERVED, MEM_RESERVED},
};

/* first_behind - index of the first range that ends behind @addr. */
static unsigned int first_behind(const struct mem_range *r, unsigned int nr, u64 addr)
{
	unsigned int low = 0, high = nr;

	while (low < high) {
		unsigned int mid = (low + high) / 2;

		if (r[mid].end > addr)
			high = mid;
		else
			low = mid + 1;
	}
	return low;
}

/* cover - make the neighbours of gap @pos cover @piece, which has no slot of its own. */
static void cover(struct memory_map_list *out, unsigned int pos, const struct mem_range *piece)
{
	struct mem_range *before = pos ? &out->range[pos - 1] : NULL;
	struct mem_range *behind = pos < out->nr ? &out->range[pos] : NULL;

	if (before && (!behind || piece->start - before->end <= behind->start - piece->end))
		before->end = piece->end;
	else if (behind)
		behind->start = piece->start;
}

/* place - put @piece into gap @pos, merged with neighbours of its type. */
static void place(struct memory_map_list *out, unsigned int pos, const struct mem_range *piece)
{
	struct mem_range *r = out->range;
	unsigned int room = piece->type == MEM_USABLE ? out->cap : out->cap / 4 * 3;
	bool before = pos && r[pos - 1].end == piece->start && r[pos - 1].type == piece->type;
	bool behind = pos < out->nr && r[pos].start == piece->end && r[pos].type == piece->type;

	if (before && behind) {
		r[pos - 1].end = r[pos].end;
		memmove(r + pos, r + pos + 1, (out->nr - pos - 1) * sizeof(*r));
		out->nr--;
	} else if (before) {
		r[pos - 1].end = piece->end;
	} else if (behind) {
		r[pos].start = piece->start;
	} else if (out->nr < room) {
		memmove(r + pos + 1, r + pos, (out->nr - pos) * sizeof(*r));
		r[pos] = *piece;
		out->nr++;
	} else if (piece->type == MEM_USABLE) {
		out->lost++;
		out->lost_bytes += piece->end - piece->start;
	} else {
		cover(out, pos, piece);
	}
}

/* fill - put those parts of @range into the list that nothing in it covers. */
static void fill(struct memory_map_list *out, const struct mem_range *range)
{
	struct mem_range piece = *range;
	u64 resume;

	for (; piece.start < range->end; piece.start = resume) {
		unsigned int pos = first_behind(out->range, out->nr, piece.start);
		const struct mem_range *next = pos < out->nr ? &out->range[pos] : NULL;

		if (next && next->start <= piece.start) {
			resume = next->end;
			continue;
		}
		piece.end = next && next->start < range->end ? next->start : range->end;
		resume = piece.end;
		place(out, pos, &piece);
	}
}

static u64 round_down_page(u64 addr)
{
	return addr & ~(PAGE_SIZE - 1);
}

static u64 round_up_page(u64 addr, u64 limit)
{
	return addr > limit - PAGE_SIZE ? limit : round_down_page(addr + PAGE_SIZE - 1);
}

/* insert - one entry of the input: clipped, rounded outward unless usable, and filled in. */
static void insert(struct memory_map_list *out, const struct mem_range *in)
{
	struct mem_range range = *in;

	if (range.end > out->limit) {
		out->clipped += range.end != ~0ULL; /* cut there before, or all there is */
		out->clipped_usable |= range.type == MEM_USABLE && range.start < out->limit;
		range.end = out->limit;
	}
	if (range.start >= range.end)
		return;
	if (range.type != MEM_USABLE) {
		range.start = round_down_page(range.start);
		range.end = round_up_page(range.end, out->limit);
	}
	fill(out, &range);
}

/* finish - round usable ranges inward to pages, drop what is empty, merge what touches. */
static void finish(struct memory_map_list *out)
{
	struct mem_range *r = out->range;
	unsigned int i, kept = 0;

	for (i = 0; i < out->nr; i++) {
		struct mem_range range = r[i];

		if (range.type == MEM_USABLE) {
			range.start = round_up_page(range.start, out->limit);
			range.end = round_down_page(range.end);
		}
		if (range.start >= range.end)
			continue;
		if (kept && r[kept - 1].end == range.start && r[kept - 1].type == range.type)
			r[kept - 1].end = range.end;
		else
			r[kept++] = range;
	}
	out->nr = kept;
}

/* Types that are no enum mem_type, or "nothing", are not to be touched. */
static u32 strictness(u32 type)
{
	return type > MEM_NONE && type < MEM_NR_TYPES ? type : MEM_RESERVED;
}

void memory_map_sanitise(const struct mem_range *in, unsigned int n, struct memory_map_list *out)
{
	unsigned int i;
	u32 type;

	out->nr = out->dropped = out->clipped = out->lost = 0;
	out->lost_bytes = 0;
	out->clipped_usable = false;
	out->limit = round_down_page(out->limit);
	for (i = 0; i < n; i++)
		out->dropped += in[i].start >= in[i].end;
	for (type = MEM_NR_TYPES - 1; type > MEM_NONE; type--) {
		for (i = 0; type == MEM_RESERVED && i < ARRAY_SIZE(never_usable); i++)
			insert(out, &never_usable[i]);
		for (i = 0; i < n; i++) {
			struct mem_range range = in[i];

			range.type = strictness(range.type);
			if (range.type == type && range.start < range.end)
				insert(out, &range);
		}
	}
	finish(out);
}

const struct mem_range *memory_map_find(const struct mem_range *list, unsigned int nr, u64 phys)
{
	unsigned int i = first_behind(list, nr, phys);

	return i < nr && list[i].start <= phys ? &list[i] : NULL;
}

u32 mem_type_of_e820(u64 number)
{
	switch (number) {
	case 1:
		return MEM_USABLE;
	case 3:
		return MEM_ACPI_RECLAIM;
	case 4:
		return MEM_ACPI_NVS;
	case 5:
		return MEM_UNUSABLE;
	case 7:
	case 12: /* before ACPI 6 had a number for it */
		return MEM_PERSISTENT;
	default:
		return MEM_RESERVED;
	}
}

const char *mem_type_name(u32 type)
{
	static const char *const name[MEM_NR_TYPES] = {
		[MEM_NONE] = "nothing",
		[MEM_USABLE] = "usable",
		[MEM_BOOT_RECLAIM] = "boot services",
		[MEM_ACPI_RECLAIM] = "ACPI tables",
		[MEM_ACPI_NVS] = "ACPI non-volatile",
		[MEM_PERSISTENT] = "persistent",
		[MEM_RUNTIME] = "run-time services",
		[MEM_RESERVED] = "reserved",
		[MEM_UNUSABLE] = "defective",
	};

	return type < MEM_NR_TYPES ? name[type] : "unknown";
}
