/* SPDX-License-Identifier: MIT */
/*
 * Pages: freed twice, in another order, before their time, or nobody's.
 */
#include <linux/gfp.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>
#include "../mm/page_debug.h"
#include "../mm/vmap.h"
#include "misuse.h"

#define BAD_PAGE(order, what, by) \
	"BUG: Bad page state pfn:{pfn} order:" order ": page " what ", by {at:" by "}"
#define PAGE "page:{addr} pfn:0x{px_short} zone:{word} node:{n} state:"

/* A page that no machine has; it has no descriptor either. */
#define BEYOND_MEMORY pfn_to_page(PHYS_PFN(DIRECT_MAP_SIZE) - 1)

static noinline void free_it(struct page *page, unsigned int order)
{
	MISTAKE(page_to_pfn(page)) {
		__free_pages(page, order);
	}
}

static void free_twice(unsigned int order)
{
	struct page *page = alloc_pages(GFP_KERNEL, order);

	ASSERT(page);
	__free_pages(page, order);
	free_it(page, order);
}

MISUSE(page_free_twice, BAD_PAGE("0", "is free already: double free", "free_it"),
       PAGE "cached order:0")
{
	if (page_lists_are_off())
		ktest_skip("no list keeps a page that is free");
	else
		free_twice(0);
}

MISUSE(pages_free_twice, BAD_PAGE("5", "is free already: double free", "free_it"),
       PAGE "free order:{n}")
{
	free_twice(5);
}

MISUSE(page_wrong_order, BAD_PAGE("2", "was allocated with another order", "free_it"),
       PAGE "allocated order:3")
{
	struct page *page = alloc_pages(GFP_KERNEL, 3);

	ASSERT(page);
	free_it(page, 2);
	__free_pages(page, 3);
}

MISUSE(page_order_beyond,
       "page allocation: order 11 is beyond the highest, 10, by {at:page_order_beyond}")
{
	MISTAKE(NULL) {
		EXPECT(!alloc_pages(GFP_KERNEL, MAX_ORDER));
	}
}

MISUSE(page_of_no_node, "page allocation: there is no node 63, by {at:page_of_no_node}")
{
	MISTAKE(NULL) {
		EXPECT(!alloc_pages_node(63, GFP_KERNEL, 0));
	}
}

static void free_inside(gfp_t gfp)
{
	struct page *page = alloc_pages(gfp, 3);

	ASSERT(page);
	free_it(page + 1, 0);
	__free_pages(page, 3);
}

MISUSE(page_inside_a_block, BAD_PAGE("0", "lies inside an allocated block", "free_it"),
       PAGE "interior")
{
	free_inside(GFP_KERNEL);
}

MISUSE(page_compound_tail, BAD_PAGE("0", "lies inside an allocated block", "free_it"))
{
	free_inside(GFP_KERNEL | __GFP_COMP);
}

MISUSE(page_reserved, BAD_PAGE("0", "is reserved", "free_it"), "state:reserved")
{
	static u64 in_the_image;

	free_it(virt_to_page(&in_the_image), 0);
}

MISUSE(page_of_a_slab, BAD_PAGE("0", "belongs to a slab cache", "free_it"), PAGE "allocated")
{
	void *p = kmalloc(64, GFP_KERNEL);

	ASSERT(p);
	free_it(virt_to_page(p), 0);
	kfree(p);
}

MISUSE(page_of_a_table, BAD_PAGE("0", "is a page table", "free_it"), PAGE "allocated")
{
	void *area = vmalloc(100);
	unsigned long at = (unsigned long)area;

	ASSERT(area);
	free_it(virt_to_page(pte_offset_kernel(pt_pmd(at), at)), 0);
	vfree(area);
}

MISUSE(page_none, NULL)
{
	MISTAKE(NULL) {
		__free_pages(NULL, 0);
		free_pages(0, 3);
	}
}

MISUSE(page_small_address, "BUG: Bad page state pfn:{addr} order:0: page is not RAM that the page "
			   "allocator manages, by {at:page_small_address}")
{
	/* The machine takes addresses in the first page for 0. */
	unsigned long address = 0x2008;

	OPTIMIZER_HIDE_VAR(address);
	MISTAKE(NULL) {
		free_pages(address, 0);
	}
}

MISUSE(page_beyond_memory, BAD_PAGE("0", "is not RAM that the page allocator manages", "free_it"))
{
	free_it(BEYOND_MEMORY, 0);
}

MISUSE(page_still_referenced, BAD_PAGE("0", "is still referenced", "page_still_referenced"),
       "refcount:2")
{
	struct page *page = alloc_page(GFP_KERNEL);

	ASSERT(page);
	get_page(page);
	MISTAKE(page_to_pfn(page)) {
		free_cold_page(page);
	}
	put_page(page);
	put_page(page);
}

/* Without a list it becomes part of a free block, which has another order. */
MISUSE(page_put_too_often, BAD_PAGE("{n}", "is free already: double free", "page_put_too_often"))
{
	struct page *page = alloc_page(GFP_KERNEL);

	ASSERT(page);
	put_page(page);
	MISTAKE(page_to_pfn(page)) {
		put_page(page);
	}
}

MISUSE(page_get_free, BAD_PAGE("0", "is not allocated: it cannot be referenced", "page_get_free"))
{
	struct page *page = alloc_page(GFP_KERNEL);

	ASSERT(page);
	__free_page(page);
	MISTAKE(page_to_pfn(page)) {
		get_page(page);
	}
}

MISUSE(page_give_back_unreserved,
       BAD_PAGE("0", "is not reserved: it cannot be given back", "page_give_back_unreserved"))
{
	struct page *page = alloc_page(GFP_KERNEL);

	ASSERT(page);
	MISTAKE(page_to_pfn(page)) {
		free_reserved_page(page);
	}
	__free_page(page);
}

MISUSE_WITH(page_owner_names_both, "page_owner=on",
	    BAD_PAGE("0", "is free already: double free", "free_it"),
	    "page last allocated via order 0", "page last free stack trace:", "{at:free_twice}")
{
	if (page_debug_tracks())
		free_twice(0);
	else
		ktest_skip("without page_owner=on");
}

/* ---- Writes to free pages ------------------------------------------------------------------ */

/*
 * Flips @bits in a free page, which is then handed out again.  The mapping is the writer's own, which
 * debug_pagealloc=on does not take away.
 */
static void late_write_page(char bits)
{
	struct page *page, *again = NULL;
	char *p;

	if (!page_debug_poisons()) {
		ktest_skip("without page_poison=1");
		return;
	}
	page = alloc_page(GFP_KERNEL);
	ASSERT(page);
	p = vmap(&page, 1, VM_MAP, PAGE_KERNEL);
	if (EXPECT(p)) {
		__free_page(page);
		flip(p + 100, bits);
		MISTAKE(page_address(page)) {
			again = alloc_page(GFP_KERNEL);
		}
		EXPECT(again == page);
	}
	__free_page(page);
	vunmap(p);
}

MISUSE_WITH(write_after_free_page, "page_poison=1", "pagealloc: memory corruption",
	    "{px_line}64: ff")
{
	late_write_page(0x55);
}

MISUSE_WITH(flipped_bit_in_a_free_page, "page_poison=1", "pagealloc: single bit error",
	    "{px_line}64: ba")
{
	late_write_page(0x10);
}
