/* SPDX-License-Identifier: MIT */
/*
 * Pages: freed twice, in another order, before their time, or nobody's.
 */
#include <linux/gfp.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>
#include "../../mm/vmap.h"
#include "death.h"

/* ---- Pages ----------------------------------------------------------------------------- */

static noinline void free_it(struct page *page, unsigned int order)
{
	mistake_with((void *)page_to_pfn(page));
	__free_pages(page, order);
}

DEATH(page_free_twice)
{
	struct page *page = alloc_page(GFP_KERNEL);

	__free_page(page);
	free_it(page, 0);
}

DEATH(pages_free_twice)
{
	struct page *page = alloc_pages(GFP_KERNEL, 5);

	__free_pages(page, 5);
	free_it(page, 5);
}

DEATH(page_wrong_order)
{
	free_it(alloc_pages(GFP_KERNEL, 3), 2);
}

DEATH(page_order_beyond)
{
	mistake_with(NULL);
	(void)!alloc_pages(GFP_KERNEL, MAX_ORDER);
}

DEATH(page_of_no_node)
{
	mistake_with(NULL);
	(void)!alloc_pages_node(63, GFP_KERNEL, 0);
}

DEATH(page_inside_a_block)
{
	free_it(alloc_pages(GFP_KERNEL, 3) + 1, 0);
}

DEATH(page_reserved)
{
	static u64 in_the_image;

	free_it(virt_to_page(&in_the_image), 0);
}

DEATH(page_of_a_slab)
{
	free_it(virt_to_page(kmalloc(64, GFP_KERNEL)), 0);
}

DEATH(page_of_a_table)
{
	void *area = vmalloc(100);

	free_it(virt_to_page(pte_offset_kernel(pt_pmd((unsigned long)area), (unsigned long)area)),
		0);
}

DEATH(page_none)
{
	mistake_with(NULL);
	__free_pages(NULL, 0);
	free_pages(0, 3);
}

DEATH(page_small_address)
{
	mistake_with(NULL);
	free_pages(8, 0);
}

DEATH(page_beyond_memory)
{
	free_it(pfn_to_page(0x123456), 0);
}

DEATH(page_still_referenced)
{
	struct page *page = alloc_page(GFP_KERNEL);

	get_page(page);
	mistake_with((void *)page_to_pfn(page));
	free_cold_page(page);
}

DEATH(page_put_too_often)
{
	struct page *page = alloc_page(GFP_KERNEL);

	put_page(page);
	mistake_with((void *)page_to_pfn(page));
	put_page(page);
}

DEATH(page_get_free)
{
	struct page *page = alloc_page(GFP_KERNEL);

	__free_page(page);
	mistake_with((void *)page_to_pfn(page));
	get_page(page);
}

DEATH(page_give_back_unreserved)
{
	struct page *page = alloc_page(GFP_KERNEL);

	mistake_with((void *)page_to_pfn(page));
	free_reserved_page(page);
}

DEATH(page_compound_tail)
{
	free_it(alloc_pages(GFP_KERNEL | __GFP_COMP, 2) + 1, 0);
}

/* With page_owner= both places are named. */
DEATH_CASE(page_owner_names_both, OWNER, page_free_twice);
