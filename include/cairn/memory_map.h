/* SPDX-License-Identifier: MIT */
#ifndef _CAIRN_MEMORY_MAP_H
#define _CAIRN_MEMORY_MAP_H

/* Physical memory, as one sorted, disjoint list of typed ranges. */
#include <linux/types.h>
#include <cairn/boot_info.h>

/**
 * struct memory_map_list - output of memory_map_sanitise()
 * @range: room for @cap ranges
 * @nr: ranges in use
 * @cap: room; at least 8
 * @limit: physical addresses end here (2^MAXPHYADDR)
 * @dropped: entries that were empty or turned reversed
 * @clipped: entries cut at @limit, but for those that reach to the very top
 * @clipped_usable: one of these claims RAM on both sides of @limit: not credible
 * @lost: pieces of usable memory for which @range had no room
 * @lost_bytes: their size
 */
struct memory_map_list {
	struct mem_range *range;
	unsigned int nr;
	unsigned int cap;
	u64 limit;
	unsigned int dropped;
	unsigned int clipped;
	bool clipped_usable;
	unsigned int lost;
	u64 lost_bytes;
};

/**
 * memory_map_sanitise - sort, cut and merge what firmware said
 * @in: ranges in any order; they may overlap, repeat, be empty or end before they start
 * @n: how many
 * @out: @out->range, @out->cap and @out->limit are set; the rest is filled in
 *
 * The result is sorted by address, disjoint, merged, on page boundaries: usable
 * memory rounded inward, everything else outward.  Where ranges overlap the
 * stricter type (the higher enum mem_type) wins.  Page 0, the legacy window
 * 0xa0000-0xfffff and the chip set's window below 4 GiB are reserved whatever
 * firmware says.  If @out is too small only usable memory is lost.
 *
 * Context: Any; pure.  O(n * size of the result) at worst.
 */
void memory_map_sanitise(const struct mem_range *in, unsigned int n, struct memory_map_list *out);

/**
 * memory_map_find - the range that holds an address
 * @list: a sanitised map
 * @nr: its length
 * @phys: the address
 *
 * Context: Any; pure.
 * Return: the range, or NULL where the map says nothing.
 */
const struct mem_range *memory_map_find(const struct mem_range *list, unsigned int nr, u64 phys);

/* The machine's sanitised map; valid from memory_map_init() on, never freed. */
extern struct mem_range *memory_map;
extern unsigned int nr_memory_map;

/**
 * memory_map_type - what a physical address is
 * @phys: physical address
 *
 * Context: Any, after memory_map_init().
 * Return: enum mem_type; MEM_NONE where the firmware's map says nothing.
 */
enum mem_type memory_map_type(u64 phys);

/**
 * memory_map_is_ram - is every byte of a range memory that can be read as RAM?
 * @start: first byte
 * @end: one past the last
 *
 * True of usable memory, ACPI tables, non-volatile storage and boot or run-time
 * services' memory: what the direct map covers.
 *
 * Context: Any, after memory_map_init().
 */
bool memory_map_is_ram(u64 start, u64 end);

/* mem_type_is_ram - does the direct map cover memory of this type? */
static inline bool mem_type_is_ram(u32 type)
{
	return type == MEM_USABLE || type == MEM_BOOT_RECLAIM || type == MEM_ACPI_RECLAIM ||
	       type == MEM_ACPI_NVS || type == MEM_RUNTIME;
}

/* mem_type_of_e820 - the enum mem_type of a number in the BIOS's map (ACPI 6.5, table 15.6). */
u32 mem_type_of_e820(u64 number);

/* mem_type_name - a word for an enum mem_type. */
const char *mem_type_name(u32 type);

/**
 * memory_map_init - from the firmware's map to memblock
 *
 * Sanitises boot_info's map into memory_map, prints both, gives usable memory to
 * memblock and reserves what is in use: the image, the loader's modules and
 * information block, the ACPI tables, a framebuffer in RAM.  Stops the machine
 * with one line if there is no usable memory.
 *
 * Context: Start-up, once, while 0..4 GiB of physical memory is mapped at PAGE_OFFSET.
 */
void memory_map_init(void);

#endif
