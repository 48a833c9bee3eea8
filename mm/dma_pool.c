/* SPDX-License-Identifier: MIT */
/*
 * Pools of small blocks of coherent memory.
 *
 *   pool --> chunk --> chunk --> ...      a chunk: dma_alloc_coherent() of a page, or of
 *              |                          one block if that is larger
 *      | block | block | block | unused | block | block | block | unused |
 *      '----------- boundary -----------'------------ boundary ----------'
 *      live bit   1       0       1
 *
 * Blocks have one size, a multiple of their alignment, and none crosses a multiple
 * of the boundary: as many as fit lie between two such multiples, and what is left
 * is unused.  A bit of the chunk says whether a block is live.
 *
 *   block i of a chunk is at  (i / per) * boundary + (i % per) * size,  per = boundary / size
 *
 * Which blocks are free is in the chunk's bits and not in the blocks: a device that
 * writes where it must not breaks data, but not the pool.
 *
 * Invariants, under pool->lock: chunk->live = number of its bits; no chunk has none
 * for longer than it takes to free it, but for one that is kept.
 *
 * Locking: pool->lock, interrupts off; a chunk is allocated outside it.  Contexts:
 * dma_pool_alloc() as its flags say; dma_pool_free() any; create and destroy may sleep.
 */
#include <linux/bitmap.h>
#include <linux/bitops.h>
#include <linux/bug.h>
#include <linux/device.h>
#include <linux/dma-mapping.h>
#include <linux/dmapool.h>
#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/log2.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>

#define MIN_BLOCK 4

struct dma_pool {
	/* Immutable. */
	struct device *dev;
	size_t size;	     /* of a block */
	size_t chunk_size;   /* bytes of a chunk */
	size_t boundary;     /* at most chunk_size */
	unsigned int per;    /* blocks between two multiples of it */
	unsigned int blocks; /* in a chunk */
	char name[32];

	spinlock_t lock;
	struct list_head chunks; /* under lock; one with a free block is found first fit */
};

struct chunk {
	struct list_head node;
	char *vaddr;
	dma_addr_t dma;
	unsigned int live;   /* blocks, under pool->lock */
	unsigned long map[]; /* a bit a block, likewise */
};

static size_t block_offset(const struct dma_pool *pool, unsigned int i)
{
	return i / pool->per * pool->boundary + i % pool->per * pool->size;
}

/* ---- chunks --------------------------------------------------------------------------------- */

static struct chunk *new_chunk(struct dma_pool *pool, gfp_t gfp)
{
	struct chunk *chunk;

	chunk = kzalloc(sizeof(*chunk) + BITS_TO_LONGS(pool->blocks) * sizeof(long), gfp);
	if (!chunk)
		return NULL;
	chunk->vaddr = dma_alloc_coherent(pool->dev, pool->chunk_size, &chunk->dma, gfp);
	if (chunk->vaddr)
		return chunk;
	kfree(chunk);
	return NULL;
}

static void free_chunk(struct dma_pool *pool, struct chunk *chunk)
{
	dma_free_coherent(pool->dev, pool->chunk_size, chunk->vaddr, chunk->dma);
	kfree(chunk);
}

/* ---- create and destroy --------------------------------------------------------------------- */

/* Makes the numbers what they must be; false if they cannot be. */
static bool settle(struct dma_pool *pool, size_t size, size_t align, size_t boundary)
{
	align = max(align, (size_t)1);
	if (!size || size > PAGE_SIZE * MAX_ORDER_NR_PAGES || !is_power_of_2(align) ||
	    align > PAGE_SIZE * MAX_ORDER_NR_PAGES)
		return false;
	size = ALIGN(max(size, (size_t)MIN_BLOCK), align);
	pool->size = size;
	pool->chunk_size = max(size, (size_t)PAGE_SIZE);
	if (boundary && (boundary < size || !is_power_of_2(boundary)))
		return false;
	pool->boundary = boundary ? min(boundary, pool->chunk_size) : pool->chunk_size;
	pool->per = (unsigned int)(pool->boundary / size);
	pool->blocks = (unsigned int)(pool->chunk_size / pool->boundary) * pool->per;
	return true;
}

struct dma_pool *dma_pool_create(const char *name, struct device *dev, size_t size, size_t align,
				 size_t boundary)
{
	struct dma_pool *pool = kzalloc(sizeof(*pool), GFP_KERNEL);

	if (!pool)
		return NULL;
	if (!settle(pool, size, align, boundary)) {
		kfree(pool);
		return NULL;
	}
	pool->dev = dev;
	strscpy(pool->name, name, sizeof(pool->name));
	spin_lock_init_rank(&pool->lock, LOCK_RANK_DMA_POOL);
	INIT_LIST_HEAD(&pool->chunks);
	return pool;
}

struct device *dma_pool_device(const struct dma_pool *pool)
{
	return pool->dev;
}

static void __cold report(const struct dma_pool *pool, const char *call, const void *vaddr,
			  const char *what)
{
	pr_err("BUG: %s: pool %s of %s: 0x%px %s\n", call, pool->name,
	       pool->dev ? dev_name(pool->dev) : "no device", vaddr, what);
	dump_stack();
}

/* The first live block of a pool, or NULL. */
static void *first_live(struct dma_pool *pool, unsigned int *live)
{
	struct chunk *chunk;
	void *first = NULL;
	unsigned long flags;

	*live = 0;
	spin_lock_irqsave(&pool->lock, flags);
	list_for_each_entry(chunk, &pool->chunks, node) {
		*live += chunk->live;
		if (chunk->live && !first)
			first = chunk->vaddr +
				block_offset(pool, (unsigned int)find_first_bit(chunk->map,
										pool->blocks));
	}
	spin_unlock_irqrestore(&pool->lock, flags);
	return first;
}

void dma_pool_destroy(struct dma_pool *pool)
{
	struct chunk *chunk, *next;
	unsigned int live;
	char text[64];
	void *first;

	might_sleep();
	if (!pool)
		return;
	first = first_live(pool, &live);
	if (first) {
		scnprintf(text, sizeof(text), "is live, the first of %u", live);
		report(pool, "dma_pool_destroy", first, text);
		return;
	}
	list_for_each_entry_safe(chunk, next, &pool->chunks, node)
		free_chunk(pool, chunk);
	kfree(pool);
}

/* ---- blocks --------------------------------------------------------------------------------- */

/* Takes a free block, under the lock; its chunk in @from. */
static void *take(struct dma_pool *pool, struct chunk **from)
{
	struct chunk *chunk;

	list_for_each_entry(chunk, &pool->chunks, node) {
		unsigned int i;

		if (chunk->live == pool->blocks)
			continue;
		i = (unsigned int)find_first_zero_bit(chunk->map, pool->blocks);
		__set_bit(i, chunk->map);
		chunk->live++;
		*from = chunk;
		return chunk->vaddr + block_offset(pool, i);
	}
	return NULL;
}

static void *take_locked(struct dma_pool *pool, struct chunk *fresh, struct chunk **from)
	__must_hold(&pool->lock)
{
	unsigned long flags;
	void *block;

	spin_lock_irqsave(&pool->lock, flags);
	if (fresh)
		list_add(&fresh->node, &pool->chunks);
	block = take(pool, from);
	spin_unlock_irqrestore(&pool->lock, flags);
	return block;
}

void *dma_pool_alloc(struct dma_pool *pool, gfp_t gfp, dma_addr_t *handle)
{
	bool zero = gfp & __GFP_ZERO;
	struct chunk *chunk = NULL;
	void *block;

	might_alloc(gfp);
	gfp &= ~__GFP_ZERO;
	block = take_locked(pool, NULL, &chunk);
	if (!block) {
		struct chunk *fresh = new_chunk(pool, gfp);

		block = fresh ? take_locked(pool, fresh, &chunk) : NULL;
	}
	if (!block)
		return NULL;
	*handle = chunk->dma + (dma_addr_t)((char *)block - chunk->vaddr);
	if (zero || want_init_on_alloc(gfp))
		memset(block, 0, pool->size);
	return block;
}

/* The chunk that an address is in, under the lock, or NULL. */
static struct chunk *chunk_of(struct dma_pool *pool, const void *vaddr)
{
	struct chunk *chunk;

	list_for_each_entry(chunk, &pool->chunks, node)
		if ((unsigned long)vaddr - (unsigned long)chunk->vaddr < pool->chunk_size)
			return chunk;
	return NULL;
}

/* Ends a block's life, under the lock; returns what is wrong with that, or NULL. */
static const char *release(struct dma_pool *pool, const void *vaddr, dma_addr_t handle,
			   struct chunk **in)
{
	struct chunk *chunk = chunk_of(pool, vaddr);
	size_t offset, rest;
	unsigned int i;

	if (!chunk)
		return "is in none of its chunks";
	offset = (size_t)((const char *)vaddr - chunk->vaddr);
	rest = offset % pool->boundary;
	i = (unsigned int)(offset / pool->boundary * pool->per + rest / pool->size);
	if (rest % pool->size || rest / pool->size >= pool->per)
		return "is not where a block begins";
	if (handle != chunk->dma + offset)
		return "is not where the device's address is that goes with it";
	if (!test_bit(i, chunk->map))
		return "is free already";
	__clear_bit(i, chunk->map);
	chunk->live--;
	*in = chunk;
	return NULL;
}

/* A chunk without live blocks goes, unless it is the only one. */
static bool unlink_if_idle(struct dma_pool *pool, struct chunk *chunk)
{
	if (chunk->live || list_is_singular(&pool->chunks))
		return false;
	list_del(&chunk->node);
	return true;
}

void dma_pool_free(struct dma_pool *pool, void *vaddr, dma_addr_t handle)
{
	struct chunk *chunk = NULL;
	unsigned long flags;
	const char *wrong;
	bool idle = false;

	spin_lock_irqsave(&pool->lock, flags);
	wrong = release(pool, vaddr, handle, &chunk);
	if (!wrong)
		idle = unlink_if_idle(pool, chunk);
	spin_unlock_irqrestore(&pool->lock, flags);
	if (wrong)
		report(pool, "dma_pool_free", vaddr, wrong);
	if (idle)
		free_chunk(pool, chunk);
}
