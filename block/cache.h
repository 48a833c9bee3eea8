/* SPDX-License-Identifier: MIT */
#ifndef _BLOCK_CACHE_H
#define _BLOCK_CACHE_H

/* Private to block/: what reclaim and names need of the cache. */
#include <cairn/blockcache.h>

extern struct block_cache_stats block_stats;
extern spinlock_t block_cache_lock; /* guards block_stats and every struct block_page */

/* block_drop_clean - free up to @max unpinned clean pages, oldest first; how many were. */
unsigned long block_drop_clean(struct block_device *dev, unsigned long max);

/**
 * block_write_oldest - start to write dirty pages, oldest first
 * @dev: of this device, or NULL for any
 * @max: at most so many
 *
 * Context: may sleep, if only until another request is done.
 * Return: how many were started.
 */
unsigned long block_write_oldest(struct block_device *dev, unsigned long max);

/* block_write_aged - the same for pages that have been dirty for @age jiffies, of any device. */
unsigned long block_write_aged(unsigned long age, unsigned long max);

/*
 * block_requests_settle - exchange the pool's requests for such as lie side by side
 *
 * After much traffic those that are kept lie in as many slabs, each of which keeps a page.
 * Who counts pages wants that undone.  Context: may sleep; nobody submits.
 */
void block_requests_settle(void);

/* block_poll_silent - look at the disks that do not interrupt; how many requests were done. */
unsigned int block_poll_silent(void);

/* block_poll_all - look at every disk, in case that an interrupt was lost. */
void block_poll_all(void);

/* block_patience - how long who waits for a disk sleeps before it looks itself, in jiffies. */
long block_patience(void);

/* block_wait_read - until a pinned page is not BLOCK_READING any more.  Context: may sleep. */
void block_wait_read(const struct block_page *bp);

/* block_wake_read - that is so; the page may be gone already.  Context: any. */
void block_wake_read(const struct block_page *bp);

/**
 * struct block_goal - what somebody waits for: one of these
 * @dev: no page of it is being written; or NULL, and
 * @ended: so many writes have ended since start-up, whatever came of them
 * @clean: so many pages are clean; ULONG_MAX for never
 */
struct block_goal {
	const struct block_device *dev;
	unsigned long ended, clean;
};

/* block_wait_goal - until a goal is reached.  Context: may sleep. */
void block_wait_goal(const struct block_goal *goal);

/**
 * block_wait_writes - until as many writes have ended as are under way, but @but
 * @but: so many may go on
 * @clean: or until so many pages are clean; ULONG_MAX for never
 *
 * Writes that others start meanwhile do not prolong it.
 *
 * Context: may sleep.
 */
void block_wait_writes(unsigned long but, unsigned long clean);

/* block_wake_progress - a write has ended, or a page became clean.  Context: any. */
void block_wake_progress(void);

void block_wait_init(void);

/* block_writeback_wake - there is a dirty page.  Context: any, the cache's lock held. */
void block_writeback_wake(void);

#endif
