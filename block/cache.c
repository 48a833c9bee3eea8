/* SPDX-License-Identifier: MIT */
/*
 * The block cache.
 *
 *	index: hash of (device, block)		lists by state, oldest first
 *	[0] -- page -- page			clean	 o o o o	-> dropped
 *	[1]					dirty	 o o o		-> written
 *	[2] -- page				reading, writing, failed, gone
 *
 *	        read			changed		     write started
 *	(none) -----> READING --> CLEAN --------> DIRTY -------------> WRITING
 *			 | error    ^		    ^ changed meanwhile	  |
 *			 v	    +---------------+----- done ----------+
 *			GONE			   FAILED <--- error -----+
 *
 * A page is on exactly one list, that of its state, and in the index unless it is
 * GONE.  A pinned page is not dropped; it may be written.  What is changed while it
 * is being written is dirty again afterwards.  A page that cannot be written stays,
 * FAILED: reclaim leaves it alone, block_sync() tries it again.  No dirty page is
 * ever dropped.
 *
 * Dirty pages stand in the order in which they became dirty, clean ones in that of
 * their last use.  Those that have been dirty for long are written by a thread
 * (writeback.c).
 *
 * Invariants (block_cache_check): pages on list s = nr[s]; every page's state is its
 * list's; pages in the index = the sum of nr[] without GONE.
 *
 * Memory: the caller's flags say how far to go for a page.  Writing needs a request
 * and nothing else, and requests come from a pool, so write-back goes on with memory
 * empty.
 *
 * Locking: block_cache_lock, taken with interrupts off, as requests are done in any
 * context; no memory is allocated, nothing submitted and nothing waited for under it.
 * Contexts: unpinning goes anywhere, the rest may sleep.  Waiting: wait.c.
 */
#include <cairn/init.h>
#include <linux/bug.h>
#include <linux/init.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>
#include "cache.h"

#define WRITE_BATCH    32
#define MIN_BUCKETS    256ul
#define MAX_BUCKETS    65536ul
#define PAGES_A_BUCKET 8

#define HASH_FACTOR    0x9e3779b97f4a7c15ull /* 2^64 / golden ratio */

struct block_cache_stats block_stats;
DEFINE_SPINLOCK(block_cache_lock);

static struct list_head *buckets; /* immutable after start-up, as the next two */
static unsigned int bucket_bits;
static struct kmem_cache *descriptors;
static struct list_head lists[BLOCK_NR_STATES];
static unsigned long dirty_limit;

/* ---- Index and states: under the lock -------------------------------------------------------- */

static struct list_head *bucket_of(const struct block_device *dev, u64 block)
{
	u64 key = (block ^ (unsigned long)dev >> 6) * HASH_FACTOR;

	return &buckets[key >> (64 - bucket_bits)];
}

static struct block_page *find(struct block_device *dev, u64 block)
{
	struct block_page *bp;

	list_for_each_entry(bp, bucket_of(dev, block), bucket) {
		if (bp->block == block && bp->dev == dev)
			return bp;
	}
	return NULL;
}

static void note_dirty(struct block_page *bp)
{
	bp->dirtied = jiffies;
	if (block_stats.nr[BLOCK_DIRTY] == 1)
		block_writeback_wake();
}

static void set_state(struct block_page *bp, enum block_state state)
{
	block_stats.nr[bp->state]--;
	block_stats.nr[state]++;
	if (bp->state == BLOCK_WRITING) {
		bp->dev->writing--;
		block_stats.ended++;
	}
	if (state == BLOCK_WRITING)
		bp->dev->writing++;
	bp->state = state;
	list_move_tail(&bp->lru, &lists[state]);
	if (state == BLOCK_DIRTY)
		note_dirty(bp);
}

static void insert(struct block_page *bp, enum block_state state)
{
	bp->state = state;
	bp->pins = 1;
	block_stats.nr[state]++;
	list_add_tail(&bp->lru, &lists[state]);
	list_add(&bp->bucket, bucket_of(bp->dev, bp->block));
	if (state == BLOCK_DIRTY)
		note_dirty(bp);
}

static void unlink_page(struct block_page *bp)
{
	block_stats.nr[bp->state]--;
	list_del(&bp->lru);
	if (bp->state != BLOCK_GONE)
		list_del(&bp->bucket);
}

/* ---- Descriptors ----------------------------------------------------------------------------- */

static struct block_page *make_page(struct block_device *dev, u64 block, gfp_t gfp)
{
	struct block_page *bp = kmem_cache_zalloc(descriptors, gfp & ~__GFP_ZERO);

	if (!bp)
		return NULL;
	bp->dev = dev;
	bp->block = block;
	bp->page = alloc_page(gfp);
	if (bp->page)
		return bp;
	kmem_cache_free(descriptors, bp);
	return NULL;
}

static void free_page_of(struct block_page *bp)
{
	__free_page(bp->page);
	kmem_cache_free(descriptors, bp);
}

/* ---- Transfers ------------------------------------------------------------------------------- */

static void read_done(struct block_request *req)
{
	struct block_page *bp = req->private;
	unsigned long flags;

	spin_lock_irqsave(&block_cache_lock, flags);
	if (req->status)
		list_del(&bp->bucket);
	set_state(bp, req->status ? BLOCK_GONE : BLOCK_CLEAN);
	spin_unlock_irqrestore(&block_cache_lock, flags);
	block_request_free(req);
	block_wake_read(bp);
	block_wake_progress();
}

static void write_done(struct block_request *req)
{
	struct block_page *bp = req->private;
	unsigned long flags;

	spin_lock_irqsave(&block_cache_lock, flags);
	if (req->status)
		set_state(bp, BLOCK_FAILED);
	else
		set_state(bp, bp->redirtied ? BLOCK_DIRTY : BLOCK_CLEAN);
	bp->redirtied = false;
	spin_unlock_irqrestore(&block_cache_lock, flags);
	block_request_free(req);
	block_wake_progress();
}

static void start_transfer(struct block_page *bp, enum block_op op)
{
	struct block_request *req = block_request_alloc(bp->dev, op);

	req->block = bp->block;
	req->page = bp->page;
	req->private = bp;
	req->done = op == BLOCK_READ ? read_done : write_done;
	block_submit(req);
}

/* Takes the oldest dirty page of a device, or of any, to be written. */
static struct block_page *take_dirty(struct block_device *dev)
{
	struct block_page *bp, *found = NULL;
	unsigned long flags;

	spin_lock_irqsave(&block_cache_lock, flags);
	list_for_each_entry(bp, &lists[BLOCK_DIRTY], lru) {
		if (dev && bp->dev != dev)
			continue;
		set_state(bp, BLOCK_WRITING);
		block_stats.writes++;
		found = bp;
		break;
	}
	spin_unlock_irqrestore(&block_cache_lock, flags);
	return found;
}

/* Takes the page that has been dirty for longest, if that is @age jiffies. */
static struct block_page *take_aged(unsigned long age)
{
	struct block_page *bp;
	unsigned long flags;

	spin_lock_irqsave(&block_cache_lock, flags);
	bp = list_first_entry_or_null(&lists[BLOCK_DIRTY], struct block_page, lru);
	if (bp && time_before(jiffies, bp->dirtied + age))
		bp = NULL;
	if (bp) {
		set_state(bp, BLOCK_WRITING);
		block_stats.writes++;
		block_stats.aged++;
	}
	spin_unlock_irqrestore(&block_cache_lock, flags);
	return bp;
}

unsigned long block_write_aged(unsigned long age, unsigned long max)
{
	struct block_page *bp;
	unsigned long n;

	for (n = 0; n < max && (bp = take_aged(age)); n++)
		start_transfer(bp, BLOCK_WRITE);
	return n;
}

unsigned long block_write_oldest(struct block_device *dev, unsigned long max)
{
	struct block_page *bp;
	unsigned long n;

	for (n = 0; n < max && (bp = take_dirty(dev)); n++)
		start_transfer(bp, BLOCK_WRITE);
	return n;
}

static unsigned long count_pages(struct block_device *dev, enum block_state state)
{
	struct block_page *bp;
	unsigned long flags, n = 0;

	spin_lock_irqsave(&block_cache_lock, flags);
	list_for_each_entry(bp, &lists[state], lru)
		n += !dev || bp->dev == dev;
	spin_unlock_irqrestore(&block_cache_lock, flags);
	return n;
}

/* ---- Users ----------------------------------------------------------------------------------- */

/* The page of the index, pinned, and most recently used; NULL without one. */
static struct block_page *pin_cached(struct block_device *dev, u64 block)
{
	struct block_page *bp;
	unsigned long flags;

	spin_lock_irqsave(&block_cache_lock, flags);
	bp = find(dev, block);
	if (bp) {
		bp->pins++;
		if (bp->state == BLOCK_CLEAN)
			list_move_tail(&bp->lru, &lists[BLOCK_CLEAN]);
		block_stats.hits++;
	}
	spin_unlock_irqrestore(&block_cache_lock, flags);
	return bp;
}

/* Puts a page into the index unless another one came before it, which is then pinned. */
static struct block_page *insert_or_pin(struct block_page *bp, enum block_state state)
{
	struct block_page *other;
	unsigned long flags;

	spin_lock_irqsave(&block_cache_lock, flags);
	other = find(bp->dev, bp->block);
	if (other) {
		other->pins++;
	} else {
		insert(bp, state);
		block_stats.misses++;
	}
	spin_unlock_irqrestore(&block_cache_lock, flags);
	if (other)
		free_page_of(bp);
	return other ? other : bp;
}

struct block_page *block_page_get(struct block_device *dev, u64 block, gfp_t gfp)
{
	struct block_page *bp, *mine;

	might_sleep();
	if (block >= dev->blocks)
		return ERR_PTR(-EINVAL);
	bp = pin_cached(dev, block);
	if (!bp) {
		mine = make_page(dev, block, gfp);
		if (!mine)
			return ERR_PTR(-ENOMEM);
		bp = insert_or_pin(mine, BLOCK_READING);
		if (bp == mine)
			start_transfer(bp, BLOCK_READ);
	}
	block_wait_read(bp);
	if (READ_ONCE(bp->state) != BLOCK_GONE)
		return bp;
	block_page_put(bp);
	return ERR_PTR(-EIO);
}

static void limit_dirty(void)
{
	while (READ_ONCE(block_stats.nr[BLOCK_DIRTY]) > dirty_limit) {
		if (!block_write_oldest(NULL, WRITE_BATCH))
			break;
		block_wait_writes(WRITE_BATCH, ULONG_MAX);
	}
}

void block_page_dirty(struct block_page *bp)
{
	unsigned long flags;

	spin_lock_irqsave(&block_cache_lock, flags);
	if (bp->state == BLOCK_WRITING)
		bp->redirtied = true;
	else if (bp->state == BLOCK_CLEAN || bp->state == BLOCK_FAILED)
		set_state(bp, BLOCK_DIRTY);
	spin_unlock_irqrestore(&block_cache_lock, flags);
	limit_dirty();
}

struct block_page *block_page_new(struct block_device *dev, u64 block, gfp_t gfp)
{
	struct block_page *bp, *mine;

	might_sleep();
	if (block >= dev->blocks)
		return ERR_PTR(-EINVAL);
	if (dev->read_only)
		return ERR_PTR(-EROFS);
	bp = pin_cached(dev, block);
	if (!bp) {
		mine = make_page(dev, block, gfp | __GFP_ZERO);
		if (!mine)
			return ERR_PTR(-ENOMEM);
		bp = insert_or_pin(mine, BLOCK_DIRTY);
		if (bp == mine)
			goto out;
	}
	block_wait_read(bp);
	if (READ_ONCE(bp->state) == BLOCK_GONE) {
		block_page_put(bp);
		return block_page_new(dev, block, gfp);
	}
	memset(block_page_data(bp), 0, BLOCK_SIZE);
out:
	block_page_dirty(bp);
	return bp;
}

void *block_page_data(const struct block_page *bp)
{
	return page_address(bp->page);
}

void block_page_put(struct block_page *bp)
{
	unsigned long flags;
	bool last;

	spin_lock_irqsave(&block_cache_lock, flags);
	last = !--bp->pins && bp->state == BLOCK_GONE;
	if (last)
		unlink_page(bp);
	spin_unlock_irqrestore(&block_cache_lock, flags);
	if (last)
		free_page_of(bp);
}

/* ---- Sync and drop --------------------------------------------------------------------------- */

static void retry_failed(struct block_device *dev)
{
	struct block_page *bp, *next;
	unsigned long flags;

	spin_lock_irqsave(&block_cache_lock, flags);
	list_for_each_entry_safe(bp, next, &lists[BLOCK_FAILED], lru) {
		if (!dev || bp->dev == dev)
			set_state(bp, BLOCK_DIRTY);
	}
	spin_unlock_irqrestore(&block_cache_lock, flags);
}

static int flush_devices(struct block_device *only)
{
	struct block_device *dev;
	int err = 0;

	for_each_block_device(dev)
	{
		if ((!only || dev == only) && !dev->read_only &&
		    block_transfer(dev, BLOCK_FLUSH, 0, NULL))
			err = -EIO;
	}
	return err;
}

static void write_all(struct block_device *only)
{
	struct block_goal goal = {.clean = ULONG_MAX};
	struct block_device *dev;

	block_write_oldest(only, ULONG_MAX);
	for_each_block_device(dev)
	{
		goal.dev = dev;
		if (!only || dev == only)
			block_wait_goal(&goal);
	}
}

/* What was changed while somebody wrote it is dirty again after the first round. */
int block_sync(struct block_device *dev)
{
	int err;

	might_sleep();
	retry_failed(dev);
	write_all(dev);
	write_all(dev);
	err = flush_devices(dev);
	return count_pages(dev, BLOCK_FAILED) ? -EIO : err;
}

unsigned long block_drop_clean(struct block_device *dev, unsigned long max)
{
	struct block_page *bp, *next;
	unsigned long flags, n = 0;
	LIST_HEAD(dropped);

	spin_lock_irqsave(&block_cache_lock, flags);
	list_for_each_entry_safe(bp, next, &lists[BLOCK_CLEAN], lru) {
		if (n == max)
			break;
		if (bp->pins || (dev && bp->dev != dev))
			continue;
		unlink_page(bp);
		list_add(&bp->lru, &dropped);
		n++;
	}
	spin_unlock_irqrestore(&block_cache_lock, flags);
	list_for_each_entry_safe(bp, next, &dropped, lru)
		free_page_of(bp);
	return n;
}

unsigned long block_drop(struct block_device *dev)
{
	enum block_state state;
	unsigned long left = 0;

	block_drop_clean(dev, ULONG_MAX);
	for (state = 0; state < BLOCK_NR_STATES; state++)
		left += count_pages(dev, state);
	return left;
}

unsigned long block_dirty_limit(unsigned long pages)
{
	unsigned long old = dirty_limit;

	WRITE_ONCE(dirty_limit, pages);
	return old;
}

struct block_cache_stats block_cache_stats(void)
{
	struct block_cache_stats copy;
	unsigned long flags;

	spin_lock_irqsave(&block_cache_lock, flags);
	copy = block_stats;
	spin_unlock_irqrestore(&block_cache_lock, flags);
	return copy;
}

static const char *check_locked(void)
{
	unsigned long indexed = 0, expected = 0, i;
	struct block_page *bp;
	enum block_state state;

	for (state = 0; state < BLOCK_NR_STATES; state++) {
		unsigned long n = 0;

		list_for_each_entry(bp, &lists[state], lru) {
			if (bp->state != state)
				return "a page is on another state's list";
			n++;
		}
		if (n != block_stats.nr[state])
			return "a list is not as long as its counter says";
		expected += state == BLOCK_GONE ? 0 : n;
	}
	for (i = 0; i < 1UL << bucket_bits; i++) {
		list_for_each_entry(bp, &buckets[i], bucket)
			indexed++;
	}
	return indexed == expected ? NULL : "the index and the lists differ";
}

const char *block_cache_check(void)
{
	const char *wrong;
	unsigned long flags;

	spin_lock_irqsave(&block_cache_lock, flags);
	wrong = check_locked();
	spin_unlock_irqrestore(&block_cache_lock, flags);
	return wrong;
}

static int __init block_cache_init(void)
{
	unsigned long n = clamp(totalram_pages() / PAGES_A_BUCKET, MIN_BUCKETS, MAX_BUCKETS);
	unsigned int i;

	block_wait_init();
	bucket_bits = (unsigned int)ilog2(n);
	descriptors = KMEM_CACHE(block_page, SLAB_PANIC);
	buckets = kmalloc_array(1UL << bucket_bits, sizeof(*buckets), GFP_KERNEL);
	if (!buckets)
		panic("block: no memory for the index of the cache");
	for (i = 0; i < 1U << bucket_bits; i++)
		INIT_LIST_HEAD(&buckets[i]);
	for (i = 0; i < BLOCK_NR_STATES; i++)
		INIT_LIST_HEAD(&lists[i]);
	dirty_limit = totalram_pages() / 4;
	return 0;
}
core_initcall(block_cache_init);
