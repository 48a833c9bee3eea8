/* SPDX-License-Identifier: MIT */
/*
 * From boot memory to the page allocator, and what start-up gives back at its end.
 *
 *     memblock.memory      |======================|     |============|
 *     memblock.reserved    |##|   |#|       |####|
 *			     image  boot allocations		 everything else: free
 *
 * mem_init() builds nodes and zones over memblock's memory, counts what is free
 * into them as pending sections (mm/memmap.c), opens the one that holds the image,
 * and retires memblock.  What start-up allocated stays allocated.
 *
 * Every byte is accounted for.  Two counts that know nothing of each other are
 * compared, and a difference stops the machine:
 *
 *     bytes that memblock has free
 *	   == free + descriptors + left out			(frames, by sections)
 *	      + bytes of frames that are free only in part	(by ranges)
 *
 * The image is what was loaded; `boot' is what was reserved besides, and the odd
 * bytes.
 *
 * Contexts: start-up on one CPU; free_reserved_area() anywhere.
 */
#include <linux/kernel.h>
#include <linux/bug.h>
#include <linux/init.h>
#include <linux/memblock.h>
#include <linux/mm.h>
#include <linux/printk.h>
#include <linux/string.h>
#include <asm/pgtable.h>
#include <cairn/init.h>
#include <cairn/panic.h>
#include "internal.h"
#include "memmap.h"
#include "page_debug.h"
#include "page_state.h"
#include "zone.h"

extern char _stext[], _end[], __init_begin[], __init_end[];

bool init_on_alloc;
bool init_on_free;

static int set_init_on_alloc(const char *value)
{
	return kstrtobool(value, &init_on_alloc);
}
BOOT_PARAM("init_on_alloc", set_init_on_alloc, "1: zero memory when it is allocated");

static int set_init_on_free(const char *value)
{
	return kstrtobool(value, &init_on_free);
}
BOOT_PARAM("init_on_free", set_init_on_free, "1: zero memory when it is freed");

/* Where the bytes of memory are. */
struct account {
	u64 total;
	u64 image;
	u64 free;    /* neither reserved nor the image's */
	u64 partial; /* of @free, in frames that are not free as a whole */
};

static u64 __init overlap(u64 start, u64 end, u64 other_start, u64 other_end)
{
	u64 low = max(start, other_start), high = min(end, other_end);

	return low < high ? high - low : 0;
}

static void __init count_bytes(struct account *bytes)
{
	phys_addr_t start, end;
	u64 i;

	for_each_mem_range(i, &start, &end) {
		bytes->total += end - start;
		bytes->image += overlap(start, end, __pa(_stext), __pa(_end));
	}
	for_each_free_mem_range(i, NUMA_NO_NODE, MEMBLOCK_HOTPLUG | MEMBLOCK_DRIVER_MANAGED, &start,
				&end, NULL)
	{
		u64 first = PFN_UP(start), last = PFN_DOWN(end);

		bytes->free += end - start;
		bytes->partial += end - start - (first < last ? PFN_PHYS(last - first) : 0);
	}
}

static void __init print_account(const struct account *bytes, const struct memmap_totals *frames)
{
	u64 free = PFN_PHYS(frames->free), descriptors = PFN_PHYS(frames->descriptors);
	u64 left_out = PFN_PHYS(frames->left_out);
	u64 boot = bytes->total - bytes->image - bytes->free + bytes->partial + left_out;

	pr_info("mem: total %llu = image %llu + boot %llu + descriptors %llu + free %llu bytes\n",
		bytes->total, bytes->image, boot, descriptors, free);
	if (left_out)
		pr_info("mem: %llu of these bytes are too scattered for descriptors\n", left_out);
	if (bytes->total != bytes->image + boot + descriptors + free)
		panic("mem: the hand-over does not add up: memblock has %llu bytes free, frames make %llu",
		      bytes->free, free + descriptors + left_out + bytes->partial);
	if (nr_free_pages() != frames->free)
		panic("mem: %lu pages are free in zones, %lu were handed over", nr_free_pages(),
		      frames->free);
}

static void __init print_zones(void)
{
	const struct zone *zone;

	for_each_zone(zone)
		pr_info("mem: node %d %-7s %#011llx-%#011llx %8lu pages, min %lu low %lu high %lu\n",
			zone->pgdat->node_id, zone->name, PFN_PHYS(zone->start_pfn),
			PFN_PHYS(zone->start_pfn + zone->spanned_pages) - 1, zone->managed_pages,
			zone->watermark[WMARK_MIN], zone->watermark[WMARK_LOW],
			zone->watermark[WMARK_HIGH]);
}

void __init mem_init(void)
{
	struct memmap_totals frames = {0};
	struct account bytes = {0};

	page_debug_init();
	memmap_init(&frames);
	zones_finish();
	memblock_retire();
	count_bytes(&bytes);
	memmap_open(pfn_to_section(PHYS_PFN(__pa(_stext))));
	pt_page_use_buddy();
	panic_memory_summary = show_mem;
	print_account(&bytes, &frames);
	print_zones();
}

/* Makes a reserved page one of the allocator's and frees it. */
static void adopt_page(struct page *page)
{
	struct zone *zone = page_zone(page);
	unsigned long flags;

	page_begin(page, PAGE_ALLOCATED, 0);
	spin_lock_irqsave(&zone->lock, flags);
	zone->managed_pages++;
	spin_unlock_irqrestore(&zone->lock, flags);
	release_block(page, 0);
}

void free_reserved_page(struct page *page)
{
	if (!page_valid(page) || page->state != PAGE_RESERVED)
		page_misuse(page, 0, "is not reserved: it cannot be given back", RET_IP);
	else
		adopt_page(page);
}

unsigned long free_reserved_area(void *start, void *end, int poison, const char *name)
{
	unsigned long pfn = PFN_UP(__pa(start)), last = PFN_DOWN(__pa(end)), n = 0;

	for (; pfn < last; pfn++) {
		memmap_open(pfn_to_section(pfn));
		if (!pfn_valid(pfn) || pfn_to_page(pfn)->state != PAGE_RESERVED)
			continue;
		if (poison >= 0)
			memset(pfn_to_kaddr(pfn), poison, PAGE_SIZE);
		adopt_page(pfn_to_page(pfn));
		n++;
	}
	if (name && n)
		pr_info("mem: %lu KiB of %s freed\n", n << (PAGE_SHIFT - 10), name);
	return n;
}

void free_initmem(void)
{
	paging_free_initmem();
	free_reserved_area(__init_begin, __init_end, 0xcc, "start-up code and data");
	zones_setup_watermarks();
}
