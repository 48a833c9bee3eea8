/* SPDX-License-Identifier: MIT */
/*
 * Blocks as their owners see them: compound pages, blocks split into single
 * pages, and runs of pages that are not a power of two.
 *
 *     compound	   head: PGF_COMPOUND	  tails: PGF_TAIL, head_pfn
 *		   references to any page count in the head
 *     split	   every page PAGE_ALLOCATED of order 0
 *
 * Only here are the descriptors of all pages of an allocated block written, so
 * only these cost time that grows with the block.
 *
 * Invariant: the tails of a compound page are PAGE_INTERIOR, and the flags of a
 * block that is not compound are clear in all pages but the first.
 *
 * Locking: none; the block belongs to the caller.  Contexts: any.
 */
#include <linux/kernel.h>
#include <linux/mm.h>
#include "internal.h"
#include "page_state.h"

void make_compound(struct page *page, unsigned int order)
{
	u32 head = (u32)page_to_pfn(page);
	unsigned long i;

	for (i = 1; i < 1UL << order; i++) {
		page[i].flags = PGF_TAIL;
		page[i].head_pfn = head;
	}
	page->flags = PGF_COMPOUND;
}

void break_compound(struct page *page, unsigned int order)
{
	unsigned long i;

	for (i = 0; i < 1UL << order; i++)
		page[i].flags = 0;
}

static const char *split_fault(const struct page *page, unsigned int order)
{
	if (PageCompound(page))
		return "is part of a compound page: it cannot be split";
	return page_fault_of(page, order);
}

void split_page(struct page *page, unsigned int order)
{
	const char *fault = split_fault(page, order);
	unsigned long i;

	if (unlikely(fault)) {
		page_misuse(page, order, fault, RET_IP);
		return;
	}
	for (i = 0; i < 1UL << order; i++)
		page_begin(page + i, PAGE_ALLOCATED, 0);
}

/* Keeps the first @size bytes of a block as single pages and frees the rest. */
static void *make_exact(struct page *page, unsigned int order, size_t size)
{
	unsigned long i;

	if (!page)
		return NULL;
	split_page(page, order);
	for (i = PAGE_ALIGN(size) >> PAGE_SHIFT; i < 1UL << order; i++)
		__free_page(page + i);
	return page_to_virt(page);
}

void *alloc_pages_exact_nid(int nid, size_t size, gfp_t gfp)
{
	unsigned int order = (unsigned int)get_order(size);

	gfp &= ~(__GFP_COMP | __GFP_HIGHMEM);
	return make_exact(__alloc_pages(gfp, order, nid), order, size);
}

void *alloc_pages_exact(size_t size, gfp_t gfp)
{
	return alloc_pages_exact_nid(NUMA_NO_NODE, size, gfp);
}

void free_pages_exact(void *virt, size_t size)
{
	unsigned long addr = (unsigned long)virt;
	unsigned long end = addr + PAGE_ALIGN(size);

	for (; addr < end; addr += PAGE_SIZE)
		free_page(addr);
}
