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

#endif
