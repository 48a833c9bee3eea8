/* SPDX-License-Identifier: MIT */
#ifndef _MM_PAGE_ALLOC_H
#define _MM_PAGE_ALLOC_H

/* One allocation on its long way, as mm/page_alloc.c and mm/alloc_wait.c see it. */
#include <linux/types.h>
#include <linux/compiler.h>
#include <linux/gfp_types.h>
#include <linux/list.h>
#include <linux/mm_types.h>
#include "zone.h"

struct task_struct;

/**
 * struct alloc_request - an allocation that no per-CPU list has served
 * @gfp: its flags, less what the task's scopes forbid
 * @order: its order
 * @depth: ALLOC_*
 * @mark: the watermark that it respects
 * @highest: the highest zone that it may use
 * @pgdat: where it begins
 * @preferred: the first zone that flags and node allow
 * @ticket: when it began to wait, or 0; under the lock of the queue of those who wait
 */
struct alloc_request {
	gfp_t gfp;
	unsigned int order;
	unsigned int depth;
	enum zone_watermark mark;
	enum zone_type highest;
	const struct pglist_data *pgdat;
	struct zone *preferred;
	u64 ticket;
};

/* request_allows - may the block come from this zone? */
static inline bool request_allows(const struct alloc_request *req, const struct zone *zone)
{
	return zone->idx <= req->highest &&
	       (!(req->gfp & __GFP_THISNODE) || zone->pgdat == req->pgdat);
}

/* zone_take_block - the block from a zone, if that leaves enough; else NULL. */
struct page *zone_take_block(struct zone *zone, const struct alloc_request *req);

/* page_prepare - make of a block that left its zone what the flags ask for; returns it. */
struct page *page_prepare(struct page *page, gfp_t gfp, unsigned int order);

/* ---- mm/alloc_wait.c ---- */

/* An allocator that waits; on its stack.  All but @req is under the queue's lock. */
struct alloc_waiter {
	struct list_head list; /* empty once it was served */
	struct alloc_request *req;
	struct page *page;
	struct task_struct *task;
};

/**
 * alloc_wait_begin - join the queue: at its end, or where the request was before
 * @waiter: memory for the place in it, until alloc_wait_end()
 * @req: what is wanted
 *
 * What is free by now is given out before this returns, in the queue's order.
 */
void alloc_wait_begin(struct alloc_waiter *waiter, struct alloc_request *req);

/* alloc_wait_end - leave the queue; the block that was given meanwhile, or NULL. */
struct page *alloc_wait_end(struct alloc_waiter *waiter);

/**
 * alloc_wait - wait until somebody frees the block that is wanted
 * @req: the request
 * @timeout: jiffies to wait at most
 *
 * Context: may sleep.
 * Return: the block, or NULL.
 */
struct page *alloc_wait(struct alloc_request *req, long timeout);

extern unsigned int nr_alloc_waiters;
void alloc_waiters_serve(struct zone *zone);

/* zone_memory_freed - blocks came back to a zone, whose lock is not held.  Context: any. */
static __always_inline void zone_memory_freed(struct zone *zone)
{
	if (unlikely(READ_ONCE(nr_alloc_waiters)))
		alloc_waiters_serve(zone);
}

#endif
