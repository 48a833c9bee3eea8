/* SPDX-License-Identifier: MIT */
/*
 * Allocators that wait for memory: one queue, served in order by those who free.
 *
 *     queue --> [first] --> [second] --> [third]
 *		    ^
 *		    |  a block of what it asked for, taken on its behalf
 *     freeing: block --> zone, and then: anybody waiting?
 *
 * Who frees a block looks at the queue, and hands what the zone can spare to the
 * first waiter for whom it will do: its zone, its order, its depth into the
 * reserves.  The block is the waiter's before it even runs, so nobody who comes
 * later gets in between.  A waiter whom a zone cannot serve (a larger order, a
 * lower zone) does not hold up those behind it; among those who want the same,
 * first come is first served.
 *
 * Now and then a waiter leaves the queue to reclaim by itself (page_alloc.c).  When it
 * comes back it is before all who began to wait after it: its request keeps the ticket
 * that it drew the first time.
 *
 * While anybody waits, memory is below the watermark at which per-CPU lists are
 * on, so that what is freed does reach a zone.
 *
 * No wake-up is lost.  A waiter joins the queue under its lock and then offers the
 * queue what is free.  Who frees takes the zone's lock to do it and reads the
 * number of waiters afterwards: if that free came too late to be offered, the
 * waiter took the zone's lock first, and its number is seen.
 *
 * The waiter leaves under the queue's lock, which who serves it holds until it has
 * been woken: its place, which is on its stack, and its task are there until then.
 *
 * Invariant: nr_alloc_waiters == length of the queue, which is in the order of the
 * tickets; a waiter with a page is not on it.
 *
 * Locking: queue_lock, then zone->lock or a run queue's.  Contexts: serving in any, waiting where
 * the allocation may sleep.
 */
#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/sched.h>
#include <linux/spinlock.h>
#include <linux/vmstat.h>
#include "page_alloc.h"

static LIST_HEAD(queue);
static DEFINE_SPINLOCK_RANK(queue_lock, LOCK_RANK_ALLOC_QUEUE);
static u64 last_ticket;
unsigned int nr_alloc_waiters;

/* Hands out blocks of a zone; the queue is locked. */
static void serve_locked(struct zone *zone) __must_hold(&queue_lock)
{
	struct alloc_waiter *waiter, *next;
	struct page *page;

	list_for_each_entry_safe(waiter, next, &queue, list) {
		if (!request_allows(waiter->req, zone))
			continue;
		page = zone_take_block(zone, waiter->req);
		if (!page)
			continue;
		WRITE_ONCE(waiter->page, page);
		list_del_init(&waiter->list);
		WRITE_ONCE(nr_alloc_waiters, nr_alloc_waiters - 1);
		count_vm_event(ALLOC_HANDOVER);
		wake_up_process(waiter->task);
	}
}

void alloc_waiters_serve(struct zone *zone)
{
	unsigned long flags;

	spin_lock_irqsave(&queue_lock, flags);
	serve_locked(zone);
	spin_unlock_irqrestore(&queue_lock, flags);
}

/* Joins behind all who drew a ticket before; the queue is locked. */
static void join(struct alloc_waiter *waiter)
{
	struct alloc_waiter *before;

	if (!waiter->req->ticket)
		waiter->req->ticket = ++last_ticket;
	list_for_each_entry_reverse(before, &queue, list)
	{
		if (before->req->ticket <= waiter->req->ticket)
			break;
	}
	list_add(&waiter->list, &before->list);
	WRITE_ONCE(nr_alloc_waiters, nr_alloc_waiters + 1);
}

void alloc_wait_begin(struct alloc_waiter *waiter, struct alloc_request *req)
{
	struct zone *const *zone;
	unsigned long flags;

	waiter->req = req;
	waiter->page = NULL;
	waiter->task = current;
	spin_lock_irqsave(&queue_lock, flags);
	join(waiter);
	for (zone = req->pgdat->zonelist.zones; *zone && !waiter->page; zone++)
		serve_locked(*zone);
	spin_unlock_irqrestore(&queue_lock, flags);
}

struct page *alloc_wait_end(struct alloc_waiter *waiter)
{
	unsigned long flags;

	spin_lock_irqsave(&queue_lock, flags);
	if (!list_empty(&waiter->list)) {
		list_del_init(&waiter->list);
		WRITE_ONCE(nr_alloc_waiters, nr_alloc_waiters - 1);
	}
	spin_unlock_irqrestore(&queue_lock, flags);
	return waiter->page;
}

struct page *alloc_wait(struct alloc_request *req, long timeout)
{
	struct alloc_waiter waiter;

	alloc_wait_begin(&waiter, req);
	if (!READ_ONCE(waiter.page))
		count_vm_event(ALLOC_WAIT);
	for (;;) {
		set_current_state(TASK_UNINTERRUPTIBLE);
		if (READ_ONCE(waiter.page) || !timeout)
			break;
		timeout = schedule_timeout(timeout);
	}
	__set_current_state(TASK_RUNNING);
	return alloc_wait_end(&waiter);
}
