/* SPDX-License-Identifier: MIT */
/*
 * The page allocator on the running machine: what it hands out, what it takes
 * back, and everything it must refuse.
 *
 * Blocks of every order are taken, written from end to end with a pattern that
 * names the block, and checked before they are freed, so two owners of a page
 * would show.  Each misuse must be reported by name and change nothing: the page
 * can be freed properly afterwards.
 */
#include <cairn/test.h>
#include <linux/gfp.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/string.h>
#include "../mm/internal.h"
#include "../mm/page_state.h"
#include "../mm/zone.h"
#include "page_test.h"

static void write_pattern(struct page *page, unsigned int order)
{
	u64 *word = page_address(page);
	unsigned long i, n = PAGE_SIZE / 8 << order;

	for (i = 0; i < n; i += 8)
		word[i] = (u64)word ^ i;
}

static bool pattern_holds(struct page *page, unsigned int order)
{
	const u64 *word = page_address(page);
	unsigned long i, n = PAGE_SIZE / 8 << order;

	for (i = 0; i < n; i += 8)
		if (word[i] != ((u64)word ^ i))
			return false;
	return true;
}

KTEST(pages, blocks_of_every_order_are_aligned_and_alone)
{
	struct page *block[MAX_ORDER * 3];
	unsigned int n = 0, i, order;

	for (i = 0; i < 3; i++) {
		for (order = 0; order < MAX_ORDER; order++) {
			struct page *page = alloc_pages(GFP_KERNEL | __GFP_NOWARN, order);

			block[n] = page;
			if (!page)
				continue;
			EXPECT_EQ(page_to_pfn(page) & ((1UL << order) - 1), 0);
			EXPECT(page->state == PAGE_ALLOCATED && page->order == order);
			EXPECT_EQ(page_count(page), 1);
			write_pattern(page, order);
			n++;
		}
	}
	EXPECT(n > 20);
	EXPECT_SOUND();
	while (n--) {
		order = block[n]->order;
		EXPECT(pattern_holds(block[n], order));
		__free_pages(block[n], order);
	}
	EXPECT_SOUND();
}

/* The same with orders that are constants, which are served inline. */
#define TAKE_AND_FREE(o)                                                   \
	do {                                                               \
		struct page *a = alloc_pages(GFP_KERNEL, o);               \
		struct page *b = alloc_pages(GFP_KERNEL, o);               \
                                                                           \
		ASSERT(a &&b &&a != b);                                    \
		EXPECT(a->state == PAGE_ALLOCATED && a->order == (o));     \
		EXPECT_EQ(page_to_pfn(b) & ((1UL << (o)) - 1), 0);         \
		write_pattern(a, o);                                       \
		write_pattern(b, o);                                       \
		EXPECT(pattern_holds(a, o) && pattern_holds(b, o));        \
		__free_pages(a, o);                                        \
		EXPECT(a->state == PAGE_CACHED || a->state == PAGE_FREE || \
		       a->state == PAGE_INTERIOR);                         \
		__free_pages(b, o);                                        \
	} while (0)

KTEST(pages, constant_orders)
{
	if (ktest_lacks_memory(LARGEST_BLOCKS))
		return;
	TAKE_AND_FREE(0);
	TAKE_AND_FREE(1);
	TAKE_AND_FREE(2);
	TAKE_AND_FREE(3);
	TAKE_AND_FREE(4);
	TAKE_AND_FREE(5);
	TAKE_AND_FREE(8);
	TAKE_AND_FREE(9);
	TAKE_AND_FREE(10);
	EXPECT_SOUND();
}

KTEST(pages, addresses)
{
	unsigned long a = __get_free_page(GFP_KERNEL), b = __get_free_pages(GFP_KERNEL, 3);
	unsigned long c = __get_dma_pages(GFP_KERNEL, 1);

	ASSERT(a && b && c);
	EXPECT_EQ(a & ~PAGE_MASK, 0);
	EXPECT_EQ(b & ((8 << PAGE_SHIFT) - 1), 0);
	EXPECT(virt_to_phys((void *)c) < 16 << 20);
	free_page(a);
	free_pages(b, 3);
	free_pages(c, 1);
	free_page(0);
	free_pages(0, 7);
}

static bool is_zero(unsigned long addr, unsigned int order)
{
	const u64 *word = (const u64 *)addr;
	unsigned long i;

	for (i = 0; i < PAGE_SIZE / 8 << order; i++)
		if (word[i])
			return false;
	return true;
}

static void make_dirty(unsigned long addr, unsigned int order)
{
	if (addr)
		memset((void *)addr, 0xa5, PAGE_SIZE << order);
}

KTEST(pages, zeroed_pages_are_zero)
{
	unsigned int order;
	unsigned long addr;

	for (order = 0; order < 6; order++) {
		addr = __get_free_pages(GFP_KERNEL, order);
		ASSERT(addr);
		make_dirty(addr, order);
		free_pages(addr, order);
		addr = __get_free_pages(GFP_KERNEL | __GFP_ZERO, order);
		ASSERT(addr);
		EXPECT(is_zero(addr, order));
		free_pages(addr, order);
	}
	addr = get_zeroed_page(GFP_KERNEL);
	ASSERT(addr && is_zero(addr, 0));
	make_dirty(addr, 0);
	free_page(addr);
	addr = get_free_page(GFP_ATOMIC);
	ASSERT(addr && is_zero(addr, 0));
	free_page(addr);
}

KTEST(pages, order_of_a_size)
{
	EXPECT_EQ(get_order(1), 0);
	EXPECT_EQ(get_order(PAGE_SIZE), 0);
	EXPECT_EQ(get_order(PAGE_SIZE + 1), 1);
	EXPECT_EQ(get_order(8 * PAGE_SIZE), 3);
	EXPECT_EQ(get_order(8 * PAGE_SIZE + 1), 4);
	EXPECT_EQ(get_order(4 << 20), 10);
}

KTEST(pages, a_hot_page_comes_back_first_and_a_cold_one_last)
{
	struct page *hot, *cold, *page, *again[4];
	unsigned int i;

	if (pcp_limit_blocks(0, 0) < ARRAY_SIZE(again)) {
		ktest_skip("per-CPU lists are off, or too short, on this machine");
		return;
	}
	drain_all_pages();
	for (i = 0; i < 4; i++)
		again[i] = alloc_page(GFP_KERNEL);
	cold = again[1];
	hot = again[2];
	free_cold_page(cold);
	free_hot_page(hot);
	EXPECT_EQ(cold->state, PAGE_CACHED); /* with this CPU, not back in its zone */
	page = alloc_page(GFP_KERNEL);
	EXPECT(page == hot);
	again[2] = page;
	again[1] = alloc_page(GFP_KERNEL);
	EXPECT(again[1] != cold); /* others are warmer */
	__free_page(again[1]);
	again[1] = alloc_page(GFP_KERNEL | __GFP_COLD);
	EXPECT(again[1] == cold);
	for (i = 0; i < 4; i++)
		__free_page(again[i]);
}

/*
 * A list that is empty takes some 64 pages at once, and up to as many again with the last block,
 * of whatever order: the rest is for other CPUs.
 */
KTEST(pages, a_refill_is_small)
{
	unsigned int order;

	for (order = 0; order <= 4; order++) {
		struct page *page;

		drain_all_pages();
		page = alloc_pages(GFP_KERNEL, order);
		ASSERT(page);
		EXPECT(pcp_cached_pages(NULL) < 4 * 64); /* with what other CPUs took meanwhile */
		__free_pages(page, order);
	}
}

/*
 * A shortage has turned this CPU's lists off.  When there is plenty again, what is freed goes on
 * them, so that it comes back to its zone in bulk; it need not wait for an allocation.
 */
KTEST(pages, lists_come_back_with_the_next_free)
{
	struct page *page;

	if (ktest_lacks_memory(64))
		return;
	if (page_lists_are_off()) {
		ktest_skip("boot parameters keep per-CPU lists off");
		return;
	}
	page = alloc_page(GFP_KERNEL);
	ASSERT(page);
	pcp_reset();
	__free_page(page);
	EXPECT_EQ(page->state, PAGE_CACHED);
}

KTEST(pages, bulk)
{
	struct page *array[300] = {NULL};
	unsigned long i, n;

	array[7] = alloc_page(GFP_KERNEL);
	n = alloc_pages_bulk_array(GFP_KERNEL, 300, array);
	EXPECT_EQ(n, 300);
	for (i = 0; i < n; i++)
		write_pattern(array[i], 0);
	for (i = 0; i < n; i++)
		EXPECT(pattern_holds(array[i], 0));
	EXPECT_EQ(alloc_pages_bulk_array(GFP_KERNEL, 300, array), 300);
	free_pages_bulk(n, array);
	EXPECT_SOUND();
}

/* ---- References, compound pages, splitting --------------------------------------------------- */

KTEST(pages, the_last_reference_frees)
{
	unsigned long before;
	struct page *page;

	drain_all_pages();
	before = nr_free_pages();
	page = alloc_page(GFP_KERNEL);
	ASSERT(page != NULL);
	get_page(page);
	EXPECT_EQ(page_count(page), 2);
	__free_page(page);
	EXPECT_EQ(page_count(page), 1);
	EXPECT_EQ(nr_free_pages(), before - 1);
	put_page(page);
	EXPECT_EQ(page_count(page), 0);
	EXPECT_EQ(nr_free_pages(), before);
}

/* Somebody holds the first page of a block while it is freed: the others go at once. */
KTEST(pages, a_reference_to_the_first_page_of_a_block)
{
	unsigned int order;

	if (ktest_lacks_memory(LARGEST_BLOCKS))
		return;
	for (order = 1; order <= 10; order++) {
		unsigned long addr, before;
		struct page *page;

		drain_all_pages();
		before = nr_free_pages();
		addr = __get_free_pages(GFP_KERNEL, order);
		ASSERT(addr);
		page = virt_to_page(addr);
		get_page(page);
		free_pages(addr, order);
		drain_all_pages();
		EXPECT_EQ(nr_free_pages(), before - 1);
		EXPECT(page->state == PAGE_ALLOCATED && page->order == 0);
		EXPECT_EQ(page_count(page), 1);
		put_page(page);
		drain_all_pages();
		EXPECT_EQ(nr_free_pages(), before);
	}
	EXPECT_SOUND();
}

KTEST(pages, a_reference_to_a_compound_page)
{
	unsigned int order;

	if (ktest_lacks_memory(LARGEST_BLOCKS))
		return;
	for (order = 1; order <= 10; order++) {
		unsigned long before;
		struct page *page;

		drain_all_pages();
		before = nr_free_pages();
		page = alloc_pages(GFP_KERNEL | __GFP_COMP, order);
		ASSERT(page != NULL);
		EXPECT(PageHead(page) && PageCompound(page) && PageTail(page + 1));
		EXPECT_EQ(compound_order(page), order);
		EXPECT_EQ(page_size(page), PAGE_SIZE << order);
		EXPECT(compound_head(page + (1UL << order) - 1) == page);
		get_page(page + 1);
		EXPECT_EQ(page_count(page), 2);
		__free_pages(page, order);
		drain_all_pages();
		EXPECT_EQ(nr_free_pages(), before - (1UL << order));
		put_page(page + (1UL << order) / 2);
		drain_all_pages();
		EXPECT_EQ(nr_free_pages(), before);
		EXPECT(!PageCompound(page) && !PageCompound(page + 1));
	}
	EXPECT_SOUND();
}

KTEST(pages, split_blocks_are_freed_page_by_page)
{
	struct page *page = alloc_pages(GFP_KERNEL, 4);
	unsigned int i;

	ASSERT(page != NULL);
	split_page(page, 4);
	for (i = 0; i < 16; i++)
		EXPECT_EQ(page_count(page + i), 1);
	for (i = 0; i < 16; i += 2)
		__free_page(page + i);
	for (i = 1; i < 16; i += 2)
		__free_page(page + i);
	EXPECT_SOUND();
}

KTEST(pages, exact_sizes)
{
	static const size_t sizes[] = {1, 4096, 4097, 5 * 4096, 9 * 4096 - 1, 100 * 4096, 1 << 22};
	unsigned int i;

	if (ktest_lacks_memory(LARGEST_BLOCKS))
		return;
	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		unsigned long before;
		void *p;

		drain_all_pages();
		before = nr_free_pages();
		p = alloc_pages_exact(sizes[i], GFP_KERNEL | __GFP_ZERO);
		ASSERT(p != NULL);
		EXPECT_EQ(before - nr_free_pages(), PAGE_ALIGN(sizes[i]) >> PAGE_SHIFT);
		memset(p, 0x5a, sizes[i]);
		free_pages_exact(p, sizes[i]);
	}
	EXPECT_SOUND();
	EXPECT(alloc_pages_exact((4 << 20) + 1, GFP_KERNEL | __GFP_NOWARN) == NULL);
}

/* ---- Misuse: reported, refused, and without effect ------------------------------------------- */

KTEST(pages, double_free)
{
	unsigned int order;

	if (ktest_lacks_memory(LARGEST_BLOCKS))
		return;
	for (order = 0; order < MAX_ORDER; order++) {
		struct page *page = alloc_pages(GFP_KERNEL, order);
		struct page *keep = alloc_pages(GFP_KERNEL, order);
		unsigned long free;

		ASSERT(page && keep);
		__free_pages(page, order);
		free = nr_free_pages();
		EXPECT_REPORT("double free") {
			__free_pages(page, order);
		}
		drain_all_pages();
		EXPECT_REPORT("BUG: Bad page state") {
			__free_pages(page, order);
		}
		EXPECT_EQ(nr_free_pages(), free);
		__free_pages(keep, order);
	}
	EXPECT_SOUND();
}

KTEST(pages, double_free_inline)
{
	struct page *page = alloc_page(GFP_KERNEL);
	unsigned long addr = __get_free_pages(GFP_KERNEL, 2);

	ASSERT(page && addr);
	__free_page(page);
	free_pages(addr, 2);
	EXPECT_REPORT("double free") {
		__free_page(page);
	}
	EXPECT_REPORT("double free") {
		free_pages(addr, 2);
	}
	EXPECT_REPORT("double_free_inline") /* the caller is named */
	{
		put_page(page);
	}
	EXPECT_SOUND();
}

KTEST(pages, wrong_order)
{
	struct page *page = alloc_pages(GFP_KERNEL, 3);
	unsigned int order;

	ASSERT(page != NULL);
	for (order = 0; order < MAX_ORDER + 2; order++) {
		if (order == 3)
			continue;
		EXPECT_REPORT("another order") {
			__free_pages(page, order);
		}
	}
	EXPECT_REPORT("another order") {
		__free_pages(page, 0);
	}
	EXPECT_EQ(page_count(page), 1);
	__free_pages(page, 3);
	EXPECT_SOUND();
}

KTEST(pages, the_middle_of_a_block)
{
	struct page *page = alloc_pages(GFP_KERNEL, 3);

	ASSERT(page != NULL);
	EXPECT_REPORT("inside an allocated block") {
		__free_pages(page + 4, 2);
	}
	EXPECT_REPORT("inside an allocated block") {
		free_page((unsigned long)page_address(page + 7));
	}
	EXPECT_REPORT("cannot be referenced") {
		get_page(page + 1);
	}
	__free_pages(page, 3);
	EXPECT_SOUND();
}

KTEST(pages, reserved_pages)
{
	static int in_image;
	struct page *page = virt_to_page(&in_image);

	EXPECT_REPORT("is reserved") {
		__free_page(page);
	}
	EXPECT_REPORT("is reserved") {
		__free_pages(page, 5);
	}
	EXPECT(PageReserved(page));
	EXPECT_REPORT("cannot be given back") {
		struct page *mine = alloc_page(GFP_KERNEL);

		free_reserved_page(mine);
		__free_page(mine);
	}
	EXPECT_SOUND();
}

/* One that was reserved belongs to its zone, and is free, once it is given back. */
KTEST(pages, a_reserved_page_is_given_back)
{
	struct page *page = alloc_page(GFP_KERNEL);
	unsigned long managed;
	struct zone *zone;

	ASSERT(page);
	zone = page_zone(page);
	managed = zone->managed_pages--;
	page->state = PAGE_RESERVED;
	free_reserved_page(page);
	EXPECT(!PageReserved(page));
	EXPECT_EQ(zone->managed_pages, managed);
	EXPECT_SOUND();
}

/* Addresses of every kind that no page has: each is one report, and no fault. */
KTEST(pages, addresses_that_are_no_pages)
{
	static int in_image;
	static const unsigned long bad[] = {
		0x1000,
		0x7fffffff0000,
		0x8000000000000000,
		0xdeadbeefdeadb000,
		PAGE_OFFSET - PAGE_SIZE,
		PAGE_OFFSET + 0xa0000, /* video memory */
		PAGE_OFFSET + DIRECT_MAP_SIZE - PAGE_SIZE,
		VMALLOC_START,
		VMALLOC_END & PAGE_MASK,
		VMEMMAP_START,
		-PAGE_SIZE,
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		EXPECT_REPORT("BUG: Bad page state") {
			free_page(bad[i]);
		}
		EXPECT_REPORT("BUG: Bad page state") {
			free_pages(bad[i], 6);
		}
		EXPECT_REPORT("BUG: Bad page state") {
			__free_page((struct page *)bad[i]);
		}
	}
	EXPECT_REPORT("BUG: Bad page state") {
		free_page((unsigned long)&in_image & PAGE_MASK);
	}
	EXPECT_SOUND();
}

KTEST(pages, a_page_in_use_as_something_else)
{
	struct page *page = alloc_page(GFP_KERNEL);

	ASSERT(page != NULL);
	page->flags = PGF_SLAB;
	EXPECT_REPORT("belongs to a slab cache") {
		__free_page(page);
	}
	page->flags = PGF_TABLE;
	EXPECT_REPORT("is a page table") {
		free_page((unsigned long)page_address(page));
	}
	page->flags = PGF_VMALLOC;
	EXPECT_REPORT("still has the flags of its use") {
		__free_page(page);
	}
	page->flags = 0;
	__free_page(page);
	EXPECT_SOUND();
}

/* Who writes over the descriptor of a page is found when the page is freed, and it is not. */
KTEST(pages, an_overwritten_descriptor)
{
	struct page *page = alloc_page(GFP_KERNEL);
	u8 state;

	ASSERT(page != NULL);
	set_page_count(page, 0);
	EXPECT_REPORT("has no reference that could be given up") {
		__free_page(page);
	}
	set_page_count(page, 1);
	state = page->state;
	page->state = 0x55;
	EXPECT_REPORT("has a corrupted descriptor") {
		__free_page(page);
	}
	page->state = PAGE_INTERIOR; /* and nothing around it is a block that it could lie in */
	EXPECT_REPORT("lies inside a block that does not exist") {
		__free_page(page);
	}
	page->state = state;
	__free_page(page);
	EXPECT_SOUND();
}

KTEST(pages, hot_and_cold_frees_want_the_last_reference)
{
	struct page *page = alloc_page(GFP_KERNEL);

	ASSERT(page != NULL);
	get_page(page);
	EXPECT_REPORT("is still referenced") {
		free_hot_page(page);
	}
	EXPECT_REPORT("is still referenced") {
		free_cold_page(page);
	}
	EXPECT_EQ(page_count(page), 2);
	put_page(page);
	free_cold_page(page);
	EXPECT_REPORT("double free") {
		free_cold_page(page);
	}
	EXPECT_SOUND();
}

/* Three ways to a page at hand: inline, without a constant, and with flags that change it. */
static struct page *take_at_hand(unsigned int way)
{
	gfp_t gfp = GFP_ATOMIC | __GFP_NOWARN;

	return way == 0 ? alloc_page(gfp)
			: __alloc_pages(way == 1 ? gfp : gfp | __GFP_ZERO, 0, NUMA_NO_NODE);
}

/*
 * Somebody writes to the descriptor of a page that is free, at hand on this CPU.  Each way of
 * allocating that comes upon it says so and takes another; the page is lost, and nobody has it.
 */
KTEST(pages, a_page_at_hand_that_was_overwritten)
{
	unsigned int way;

	for (way = 0; way < 3; way++) {
		struct page *page = alloc_page(GFP_KERNEL), *other = NULL;
		unsigned long flags;

		ASSERT(page);
		local_irq_save(flags);
		__free_page(page);
		if (page->state != PAGE_CACHED) {
			local_irq_restore(flags);
			ktest_skip("per-CPU lists are off");
			return;
		}
		page->state = PAGE_ALLOCATED;
		EXPECT_REPORT("is on a per-CPU list but not free: it was overwritten") {
			other = take_at_hand(way);
		}
		local_irq_restore(flags);
		EXPECT(other && other != page);
		if (other)
			__free_page(other);
		__free_page(page);
	}
	EXPECT_SOUND();
}

KTEST(pages, splitting_what_cannot_be_split)
{
	struct page *page = alloc_pages(GFP_KERNEL | __GFP_COMP, 2);

	ASSERT(page != NULL);
	EXPECT_REPORT("part of a compound page") {
		split_page(page, 2);
	}
	EXPECT_REPORT("inside an allocated block") {
		__free_page(page + 1);
	}
	__free_pages(page, 2);
	EXPECT_REPORT("BUG: Bad page state") {
		split_page(page, 2);
	}
	EXPECT_SOUND();
}

KTEST(pages, an_order_beyond_the_highest)
{
	EXPECT_REPORT("beyond the highest") {
		EXPECT(alloc_pages(GFP_KERNEL, MAX_ORDER) == NULL);
	}
	EXPECT_NO_REPORT() {
		EXPECT(alloc_pages(GFP_KERNEL | __GFP_NOWARN, 60) == NULL);
	}
	EXPECT_REPORT("no node 63") {
		EXPECT(alloc_pages_node(63, GFP_KERNEL, 0) == NULL);
	}
}
