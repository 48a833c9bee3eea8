/* SPDX-License-Identifier: MIT */
/*
 * Freeing pages: references, checks, and where a block goes.
 *
 *     __free_pages() -- inline: the descriptor's first word is as expected --> this CPU's list
 *	    | anything else about it
 *	    v
 *     is it the first page of an allocated block of that order?  no: report, refuse
 *     has it more references?  give up one
 *     a compound page is taken apart
 *     zeroed if init_on_free=1; remembered, filled, unmapped if page_debug.c is on
 *     this CPU's list, if it belongs there, else its zone
 *
 * A block has one count of references, in its first page; the allocation is the
 * first of them.  If somebody else still refers to the first page of a block that
 * is not compound when it is freed, the other pages are freed and the first one
 * lives on as a single page.
 *
 * What is refused, and named in the report (page_fault_of): a page that is free
 * already or reserved, a page inside a block, another order than the block's, a
 * page still marked as a slab's or a page table's, and addresses that have no
 * descriptor.
 *
 * Locking: zone->lock for one block.  Contexts: any.
 */
#include <linux/kernel.h>
#include <linux/atomic.h>
#include <linux/kasan.h>
#include <linux/mm.h>
#include <linux/spinlock.h>
#include "internal.h"
#include "kmemleak.h"
#include "memmap.h"
#include "page_alloc.h"
#include "page_debug.h"
#include "page_state.h"
#include "zone.h"

void zone_free_block(struct page *page, unsigned int order)
{
	struct zone *zone = page_zone(page);
	unsigned long flags;

	spin_lock_irqsave(&zone->lock, flags);
	buddy_free(&zone->buddy, page, order);
	zone->nr_freed += 1UL << order;
	spin_unlock_irqrestore(&zone->lock, flags);
	zone_memory_freed(zone);
}

static void prepare_free(struct page *page, unsigned int order)
{
	if (unlikely(page->flags)) {
		if (page->flags & PGF_TRACKED)
			kmemleak_untrack_pages(page);
		if (page->flags & PGF_COMPOUND)
			break_compound(page, order);
	}
	if (unlikely(init_on_free) && !page_debug_poisons())
		clear_block(page, order);
	if (unlikely(page_debugging))
		page_debug_free(page, order);
	kasan_poison_pages(page, order);
}

void release_block(struct page *page, unsigned int order)
{
	prepare_free(page, order);
	if (!pcp_put(page, order))
		zone_free_block(page, order);
}

/* Gives up a reference; true if it was the last, and then the count is 1 again. */
static bool last_reference(struct page *page)
{
	/* what others did with the page before they gave it up comes before its release */
	if (likely(smp_load_acquire(&page->_refcount.counter) == 1))
		return true;
	if (atomic_dec_return(&page->_refcount))
		return false;
	atomic_set(&page->_refcount, 1);
	return true;
}

/* Frees all pages of a block but the first, which becomes a single page. */
static void release_tail(struct page *page, unsigned int order)
{
	page_begin(page, PAGE_ALLOCATED, 0);
	while (order--) {
		struct page *part = page + (1UL << order);

		page_begin(part, PAGE_ALLOCATED, order);
		release_block(part, order);
	}
}

static void free_checked(struct page *page, unsigned int order)
{
	if (unlikely(atomic_read(&page->_refcount) > 1)) {
		if (page->flags & PGF_TRACKED)
			kmemleak_untrack_pages(page);
		if (order && !PageHead(page)) {
			release_tail(page, order);
			order = 0;
		}
	}
	if (last_reference(page))
		release_block(page, order);
}

static void free_with_caller(struct page *page, unsigned int order, unsigned long caller)
{
	const char *fault;

	if (!page)
		return;
	fault = page_fault_of(page, order);
	if (unlikely(fault))
		page_misuse(page, order, fault, caller);
	else
		free_checked(page, order);
}

void pcp_free_slow(struct page *page, unsigned int order)
{
	free_with_caller(page, order, RET_IP);
}

/* pcp_free() for an order that is no constant; false if the page must go the long way. */
static inline bool free_listed(struct page *page, unsigned int order)
{
	if (unlikely(order >= MAX_ORDER) ||
	    unlikely(!page_word_equals(page, __pcpu_access(pcp_pages.home[order]))))
		return false;
	page->state = PAGE_CACHED;
	kasan_poison_pages(page, order);
	if (unlikely(!pcpu_stack_push(pcp_stack_any(order), page)))
		pcp_free_full(page, order);
	return true;
}

void free_pages_any(struct page *page, unsigned int order)
{
	if (unlikely(!free_listed(page, order)))
		free_with_caller(page, order, RET_IP);
}

void free_pages_addr(unsigned long addr, unsigned int order)
{
	struct page *page = addr ? direct_map_to_page(addr) : NULL;

	if (unlikely(!free_listed(page, order)))
		free_with_caller(page, order, RET_IP);
}

/* What is wrong with freeing a page that nobody else may refer to, or NULL. */
static const char *single_fault(const struct page *page)
{
	const char *fault = page_fault_of(page, 0);

	if (!fault && page_count(page) != 1)
		fault = "is still referenced";
	return fault;
}

void free_hot_page(struct page *page)
{
	const char *fault = single_fault(page);

	if (unlikely(fault))
		page_misuse(page, 0, fault, RET_IP);
	else
		release_block(page, 0);
}

void free_cold_page(struct page *page)
{
	const char *fault = single_fault(page);

	if (unlikely(fault)) {
		page_misuse(page, 0, fault, RET_IP);
		return;
	}
	prepare_free(page, 0);
	if (!pcp_put_cold(page))
		zone_free_block(page, 0);
}

void free_pages_bulk(unsigned long nr, struct page **array)
{
	unsigned long i;

	for (i = 0; i < nr; i++)
		pcp_free(array[i], 0);
}

void put_page(struct page *page)
{
	struct page *head = compound_head(page);

	free_with_caller(head, head->order, RET_IP);
}

void get_page(struct page *page)
{
	struct page *head = compound_head(page);

	if (unlikely(head->state != PAGE_ALLOCATED))
		page_misuse(page, 0, "is not allocated: it cannot be referenced", RET_IP);
	else
		atomic_inc(&head->_refcount);
}
