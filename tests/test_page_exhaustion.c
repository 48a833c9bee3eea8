/* SPDX-License-Identifier: MIT */
/*
 * Scenario: memory is taken to the last page, down to the watermarks, and by large
 * blocks, and given back.  Each page is had once, and afterwards the free lists are
 * the same as before.
 */
#include <cairn/test.h>
#include <linux/gfp.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/string.h>
#include "../mm/memmap.h"
#include "../mm/zone.h"
#include "page_test.h"

/* On a large machine its pages are not all written to: it is the host's memory that they need. */
static bool write_all_pages(void)
{
	return totalram_pages() < 1UL << (30 - PAGE_SHIFT);
}

/* Takes pages of an order until there is none; a chain through page->private. */
static struct page *take_all(gfp_t gfp, unsigned int order, unsigned long *n)
{
	bool write = write_all_pages();
	struct page *chain = NULL, *page;

	*n = 0;
	while ((page = alloc_pages(gfp | __GFP_NOWARN, order))) {
		if (write)
			*(u64 *)page_address(page) = (u64)page;
		page->private = (unsigned long)chain;
		chain = page;
		(*n)++;
	}
	return chain;
}

static bool free_chain(struct page *chain, unsigned int order)
{
	bool intact = true, written = write_all_pages();

	while (chain) {
		struct page *next = (struct page *)chain->private;

		intact &= !written || *(u64 *)page_address(chain) == (u64)chain;
		__free_pages(chain, order);
		chain = next;
	}
	return intact;
}

struct lists {
	unsigned long nr[MAX_NR_ZONES][MAX_ORDER];
};

static struct lists read_lists(void)
{
	struct lists lists = {0};
	struct zone *zone;
	unsigned int order;

	drain_all_pages();
	for_each_zone(zone)
		for (order = 0; order < MAX_ORDER; order++)
			lists.nr[zone->idx][order] += zone->buddy.nr[order];
	return lists;
}

static void open_all_sections(void)
{
	struct zone *zone;

	for_each_zone(zone)
		while (memmap_open_zone(zone))
			;
}

/* __GFP_MEMALLOC has no watermark: it gets every page there is, each of them once. */
static void exhaust(gfp_t gfp, unsigned int order)
{
	struct lists before, after;
	unsigned long n, free;
	struct page *chain;

	before = read_lists();
	free = nr_free_pages();
	chain = take_all(gfp, order, &n);
	EXPECT(n << order <= free);
	EXPECT(chain != NULL);
	if ((gfp & __GFP_MEMALLOC) && !order) {
		EXPECT_EQ(n, free - nr_free_highpages());
		EXPECT_EQ(nr_free_pages(), nr_free_highpages());
	}
	EXPECT_SOUND();
	EXPECT(free_chain(chain, order));
	EXPECT_EQ(nr_free_pages(), free);
	after = read_lists();
	EXPECT(memcmp(&before, &after, sizeof(before)) == 0);
	EXPECT_SOUND();
}

KTEST(pages, exhaustion_to_the_last_page_and_back)
{
	open_all_sections();
	exhaust(GFP_KERNEL | __GFP_MEMALLOC, 0);
}

KTEST(pages, exhaustion_down_to_the_watermarks)
{
	open_all_sections();
	exhaust(GFP_KERNEL | __GFP_NORETRY, 0);
	exhaust(GFP_ATOMIC, 0);
}

KTEST(pages, exhaustion_by_large_blocks)
{
	if (ktest_lacks_memory(LARGEST_BLOCKS))
		return;
	open_all_sections();
	exhaust(GFP_KERNEL | __GFP_MEMALLOC, 10);
	exhaust(GFP_KERNEL | __GFP_MEMALLOC, 9);
	exhaust(GFP_KERNEL | __GFP_MEMALLOC, 3);
}
