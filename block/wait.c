/* SPDX-License-Identifier: MIT */
/*
 * Waiting for disks.
 *
 *	who waits for			sleeps in		  is woken by
 *	a page that is being read	one of 16 queues, by page the page's request, with all there
 *	a request, all being out	its queue (device.c)	  a request that is freed, one at a time
 *	a transfer of its own		its completion (device.c) its request
 *	writes, or clean pages		progress		  a request, once the goal is reached
 *
 * Nobody is woken to find that he has to wait on: CPUs that wake up for nothing
 * take locks and time from those that have something to do.
 *
 * A disk's interrupt does the work.  Those without one are polled by who waits, each
 * jiffy.  Where all interrupt, who has waited for long looks at the disks
 * nevertheless, so that a lost interrupt costs time and nothing else.
 *
 * No wake-up is lost: who waits joins its queue and then looks, who wakes changes what is
 * looked at and then looks whether anybody is in the queue.
 *
 * Invariant: what a goal refers to stays while its owner waits: the goal is on its
 * stack, and it leaves the queue under the queue's lock.
 *
 * Locking: the queues' own, innermost but for those of the scheduler.  A goal is read
 * without the cache's lock, from counters that are read whole.  Contexts: waking goes
 * anywhere, waiting may sleep.
 */
#include <linux/init.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/sched.h>
#include <linux/wait.h>
#include "cache.h"

#define QUEUE_BITS  4
#define HASH_FACTOR 0x9e3779b97f4a7c15ull /* 2^64 / golden ratio */

static wait_queue_head_t read_queues[1 << QUEUE_BITS];
static DECLARE_WAIT_QUEUE_HEAD(progress);

/* ---- Pages ----------------------------------------------------------------------------------- */

static wait_queue_head_t *queue_of(const struct block_page *bp)
{
	return &read_queues[((unsigned long)bp >> 6) * HASH_FACTOR >> (64 - QUEUE_BITS)];
}

void block_wait_read(const struct block_page *bp)
{
	wait_queue_head_t *queue = queue_of(bp);

	while (READ_ONCE(bp->state) == BLOCK_READING) {
		if (!block_poll_silent() &&
		    !wait_event_timeout(*queue, READ_ONCE(bp->state) != BLOCK_READING,
					block_patience()))
			block_poll_all();
	}
}

void block_wake_read(const struct block_page *bp)
{
	wait_queue_head_t *queue = queue_of(bp);

	if (wq_has_sleeper(queue))
		wake_up_all(queue);
}

/* ---- Goals ----------------------------------------------------------------------------------- */

/* struct goal_waiter - in the queue, on its owner's stack */
struct goal_waiter {
	wait_queue_entry_t entry;
	const struct block_goal *goal;
};

static bool reached(const struct block_goal *goal)
{
	if (goal->dev)
		return !READ_ONCE(goal->dev->writing);
	return time_after_eq(READ_ONCE(block_stats.ended), goal->ended) ||
	       READ_ONCE(block_stats.nr[BLOCK_CLEAN]) >= goal->clean;
}

static int wake_if_reached(wait_queue_entry_t *entry, unsigned int mode, int flags, void *key)
{
	const struct goal_waiter *waiter = container_of(entry, struct goal_waiter, entry);

	return reached(waiter->goal) ? autoremove_wake_function(entry, mode, flags, key) : 0;
}

static void sleep_towards(const struct block_goal *goal)
{
	struct goal_waiter waiter = {.goal = goal};
	bool over = false;

	init_waitqueue_entry(&waiter.entry, current);
	waiter.entry.func = wake_if_reached;
	prepare_to_wait(&progress, &waiter.entry, TASK_UNINTERRUPTIBLE);
	if (!reached(goal))
		over = !wait_a_turn(block_patience());
	finish_wait(&progress, &waiter.entry);
	if (over)
		block_poll_all();
}

void block_wait_goal(const struct block_goal *goal)
{
	might_sleep();
	while (!reached(goal)) {
		if (!block_poll_silent())
			sleep_towards(goal);
	}
}

/* How many writes are under way is read last: others start some, and those end too. */
void block_wait_writes(unsigned long but, unsigned long clean)
{
	struct block_goal goal = {.clean = clean, .ended = READ_ONCE(block_stats.ended)};
	unsigned long writing = READ_ONCE(block_stats.nr[BLOCK_WRITING]);

	if (writing <= but)
		return;
	goal.ended += writing - but;
	block_wait_goal(&goal);
}

void block_wake_progress(void)
{
	if (wq_has_sleeper(&progress))
		wake_up_all(&progress);
}

void __init block_wait_init(void)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(read_queues); i++)
		init_waitqueue_head(&read_queues[i]);
}
