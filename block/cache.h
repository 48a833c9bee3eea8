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

/* block_writeback_wake - there is a dirty page.  Context: any, the cache's lock held. */
void block_writeback_wake(void);

#endif
