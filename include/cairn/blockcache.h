/* SPDX-License-Identifier: MIT */
#ifndef _CAIRN_BLOCKCACHE_H
#define _CAIRN_BLOCKCACHE_H

/*
 * The block cache: pages indexed by device and block, clean and dirty, which the
 * page allocator can have back.  block/cache.c, block/reclaim.c, block/writeback.c;
 * docs/block-cache.md.
 */
#include <cairn/block.h>
#include <linux/err.h>
#include <linux/gfp_types.h>

enum block_state {
	BLOCK_CLEAN,   /* as on the disk: may be dropped */
	BLOCK_DIRTY,   /* newer than the disk: may be written */
	BLOCK_READING, /* on its way from the disk */
	BLOCK_WRITING, /* on its way to the disk */
	BLOCK_FAILED,  /* could not be written; kept, and tried again by block_sync() only */
	BLOCK_GONE,    /* could not be read; out of the index, goes with its last user */
	BLOCK_NR_STATES,
};

/**
 * struct block_page - a cached block
 * @dev: the device
 * @block: number of the block
 * @page: its content
 * @bucket: in the index
 * @lru: on the list of its state: clean pages least recently used first, others in
 *	 the order in which they came to it
 * @state: enum block_state
 * @redirtied: BLOCK_WRITING: changed since, so it is dirty again afterwards
 * @dirtied: BLOCK_DIRTY: since when, in jiffies
 * @pins: users; while there is one it is not dropped
 */
struct block_page {
	struct block_device *dev;
	u64 block;
	struct page *page;
	struct list_head bucket;
	struct list_head lru;
	enum block_state state;
	bool redirtied;
	unsigned long dirtied;
	unsigned int pins;
};

/* On whose behalf memory is reclaimed: what the flags of an allocation permit. */
enum reclaim_class {
	RECLAIM_NOIO, /* drop clean pages */
	RECLAIM_NOFS, /* and write dirty ones */
	RECLAIM_FULL, /* and enter the name cache */
	RECLAIM_NR,
};

/* What happened since start-up; the arrays are by reclaim_class. */
struct block_cache_stats {
	unsigned long nr[BLOCK_NR_STATES];
	unsigned long hits, misses;
	unsigned long writes;		   /* started, by whomever */
	unsigned long aged;		   /* of those, because of their age */
	unsigned long ended;		   /* of those, done, well or not */
	unsigned long scans[RECLAIM_NR];   /* requests to shrink */
	unsigned long dropped[RECLAIM_NR]; /* pages freed */
	unsigned long written[RECLAIM_NR]; /* writes started to free memory */
	unsigned long names[RECLAIM_NR];   /* names freed */
};

enum reclaim_class reclaim_class_of(gfp_t gfp);

/**
 * block_page_get - a block's page, read if it is not cached
 * @dev: the device
 * @block: number of the block
 * @gfp: how far to go for memory; with __GFP_DIRECT_RECLAIM
 *
 * Context: may sleep.
 * Return: the page, up to date and pinned; ERR_PTR(-ENOMEM, -EIO or -EINVAL).
 */
struct block_page *block_page_get(struct block_device *dev, u64 block, gfp_t gfp);

/**
 * block_page_new - a block's page with its old content given up
 * @dev: the device
 * @block: number of the block
 * @gfp: as for block_page_get()
 *
 * Nothing is read: the page is as if zeroes had been written to it, and dirty.
 *
 * Context: may sleep.
 * Return: the page, pinned; or ERR_PTR(-ENOMEM, -EINVAL or -EROFS).
 */
struct block_page *block_page_new(struct block_device *dev, u64 block, gfp_t gfp);

/* block_page_data - the BLOCK_SIZE bytes of a pinned page. */
void *block_page_data(const struct block_page *bp);

/**
 * block_page_dirty - the content of a pinned page was changed
 * @bp: the page
 *
 * It is called after the change.  Above the limit (block_dirty_limit()) the oldest dirty
 * pages are put on their way.
 *
 * Context: may sleep.
 */
void block_page_dirty(struct block_page *bp);

/* block_page_put - unpin.  Context: any. */
void block_page_put(struct block_page *bp);

/**
 * block_sync - write everything dirty and flush
 * @dev: the device; NULL for all
 *
 * Context: may sleep.
 * Return: 0, or -EIO when something could not be written; it is kept.
 */
int block_sync(struct block_device *dev);

/**
 * block_drop - forget what is clean and not in use
 * @dev: the device; NULL for all
 *
 * Return: pages of it that are still cached.
 */
unsigned long block_drop(struct block_device *dev);

/* block_dirty_limit - set how many pages may be dirty before writing begins; returns the old one. */
unsigned long block_dirty_limit(unsigned long pages);

/**
 * block_writeback_age - set how old dirty pages get before they are written
 * @age: jiffies; 0: they are not written because of their age
 *
 * Context: may sleep.  When it returns the thread goes by the new age.
 * Return: the old one.
 */
unsigned long block_writeback_age(unsigned long age);

/* block_cache_stats - a copy of the counters. */
struct block_cache_stats block_cache_stats(void);

/* block_cache_check - are the invariants true?  NULL, or what is not. */
const char *block_cache_check(void);

#endif
