/* SPDX-License-Identifier: MIT */
/*
 * Scenario: with page_owner=on a page is freed twice, and the report names the function
 * that allocated it and the one that freed it; with page_poison=1 a driver writes to a
 * page that it has freed, and the next who gets the page is told.  Boots without these
 * parameters skip what needs them.
 */
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/string.h>
#include <cairn/test.h>
#include "../mm/page_debug.h"

static noinline struct page *allocate_page_here(unsigned int order)
{
	struct page *page = alloc_pages(GFP_KERNEL, order);

	barrier();
	return page;
}

static noinline void free_page_here(struct page *page, unsigned int order)
{
	__free_pages(page, order);
	barrier();
}

static bool tracked(void)
{
	if (!page_debug_tracks())
		ktest_skip("without page_owner=on");
	return page_debug_tracks();
}

KTEST(page_debug, who_allocated_and_who_freed)
{
	if (!tracked())
		return;
	for (unsigned int order = 0; order < 6; order++) {
		struct page *page = allocate_page_here(order);

		ASSERT(page);
		EXPECT_REPORT("allocate_page_here") {
			__free_pages(page, order + 1);
		}
		free_page_here(page, order);
		EXPECT_REPORT("page last allocated via order") {
			__free_pages(page, order);
		}
		EXPECT_REPORT("allocate_page_here") {
			__free_pages(page, order);
		}
		EXPECT_REPORT("free_page_here") {
			__free_pages(page, order);
		}
	}
}

/* Each page of a block has a record, so the middle of one tells whose it is. */
KTEST(page_debug, pages_of_a_split_block)
{
	struct page *page;

	if (!tracked())
		return;
	page = allocate_page_here(3);
	ASSERT(page);
	EXPECT_REPORT("allocate_page_here") {
		__free_page(page + 5);
	}
	split_page(page, 3);
	for (unsigned int i = 0; i < 8; i++)
		free_page_here(page + i, 0);
	EXPECT_REPORT("free_page_here") {
		__free_page(page + 5);
	}
}

/* What was freed last is handed out first. */
KTEST(page_debug, a_write_to_a_free_page_is_found)
{
	struct page *page, *again = NULL;
	u8 *bytes;

	if (!page_debug_poisons()) {
		ktest_skip("without page_poison=1");
		return;
	}
	page = alloc_page(GFP_KERNEL);
	ASSERT(page);
	bytes = page_address(page);
	__free_page(page);
	EXPECT(!memchr_inv(bytes, 0xaa, PAGE_SIZE));
	bytes[100] = 0x55;
	bytes[200] = 0x11;
	EXPECT_REPORT("pagealloc: memory corruption") {
		again = alloc_page(GFP_KERNEL);
	}
	EXPECT(again == page);
	__free_page(again);
	bytes[7] ^= 4;
	EXPECT_REPORT("pagealloc: single bit error") {
		again = alloc_page(GFP_KERNEL | __GFP_ZERO);
	}
	EXPECT(again == page && !memchr_inv(bytes, 0, PAGE_SIZE));
	__free_page(again);
	EXPECT_NO_REPORT() {
		again = alloc_page(GFP_KERNEL);
	}
	__free_page(again);
}
