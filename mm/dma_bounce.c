/* SPDX-License-Identifier: MIT */
/*
 * Bounce buffers: memory that a device reaches, for data that it does not.
 *
 *   pool      | slot | slot | slot | slot | slot | ...    2 KiB each
 *   map          1      1      1      0      0
 *             '--- one buffer ---'
 *
 * A pool is one block of pages below some address, and a bit a slot.  A buffer is
 * as many slots side by side as it needs, found first fit; one of a page or more
 * begins at a page.  The pools are few:
 *
 *   - one that start-up reserves, if RAM reaches above 4 GiB: any device that has
 *     not said otherwise has a mask of 32 bits.  It is taken below 256 MiB if there
 *     is room, so that devices of 28 bits find it good enough;
 *   - one more whenever a mask is set that no pool lies below, though RAM reaches
 *     above it.
 *
 * A pool does not grow.  When it is full, or a buffer is larger than all of it, the
 * mapping fails and the driver tries again later: mapping is done in interrupt
 * handlers, which cannot wait.
 *
 * Parameter: swiotlb=SLOTS sets the size of a pool, swiotlb=force bounces
 * everything, swiotlb=noforce nothing.
 *
 * Invariant, under pool->lock: used == number of bits in map.
 *
 * Locking: pools_lock for the table of pools; pool->lock inside it, for a search.
 * Contexts: bounce_get() and bounce_put() any; bounce_reserve() may sleep.
 */
#include <linux/bitmap.h>
#include <linux/bitops.h>
#include <linux/highmem.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/memblock.h>
#include <linux/printk.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <cairn/dma.h>
#include <cairn/init.h>
#include "dma.h"
#include "internal.h"

#define SLOT_SHIFT 11
#define SLOT_SIZE  (1UL << SLOT_SHIFT)
#define PAGE_SLOTS (PAGE_SIZE >> SLOT_SHIFT)

/* A pool is one block of pages. */
#define MAX_SLOTS   (MAX_ORDER_NR_PAGES * PAGE_SLOTS)
#define BOOT_ORDER  10 /* 4 MiB */
#define EXTRA_ORDER 8  /* 1 MiB */

#define NR_POOLS    4

struct bounce_pool {
	/* Changed under both locks. */
	phys_addr_t start; /* 0: there is none */
	unsigned int order;
	unsigned int slots;
	bool stays;

	spinlock_t lock;
	/* Under lock. */
	unsigned int used;
	unsigned int peak;
	unsigned long map[BITS_TO_LONGS(MAX_SLOTS)];
};

static struct bounce_pool pools[NR_POOLS];
#define for_each_pool(pool) for (struct bounce_pool *pool = pools; pool < pools + NR_POOLS; pool++)
static DEFINE_SPINLOCK_RANK(pools_lock, LOCK_RANK_DMA_POOLS);
static int pool_order = -1; /* -1: as the place says */
static bool force, never;

static int set_swiotlb(const char *value)
{
	unsigned long slots;
	int err = 0;

	force = !strcmp(value, "force");
	never = !strcmp(value, "noforce");
	if (force || never)
		return 0;
	err = kstrtoul(value, 0, &slots);
	if (err || !slots)
		return -EINVAL;
	pool_order = min(get_order(min(slots, MAX_SLOTS) << SLOT_SHIFT), MAX_ORDER - 1);
	return 0;
}
BOOT_PARAM("swiotlb", set_swiotlb,
	   "bounce buffers: slots of 2 KiB a pool, or force (bounce all), or noforce (none)");

bool bounce_forced(void)
{
	return force;
}

/* ---- the pools ------------------------------------------------------------------------------ */

static u64 pool_last(const struct bounce_pool *pool)
{
	return pool->start + ((u64)pool->slots << SLOT_SHIFT) - 1;
}

static bool fits_mask(const struct bounce_pool *pool, u64 mask)
{
	return pool->start && pool_last(pool) <= mask;
}

static bool have_pool(u64 mask)
{
	for_each_pool(pool)
		if (fits_mask(pool, mask))
			return true;
	return false;
}

/* A free place in the table, or NULL; pools_lock is held. */
static struct bounce_pool *free_place(void)
{
	for_each_pool(pool)
		if (!pool->start)
			return pool;
	return NULL;
}

/* Makes a pool of a block of pages; false if the table is full. */
static bool install(struct page *page, unsigned int order, bool stays)
{
	struct bounce_pool *pool;
	unsigned long flags;

	spin_lock_irqsave(&pools_lock, flags);
	pool = free_place();
	if (pool) {
		spin_lock(&pool->lock);
		bitmap_zero(pool->map, MAX_SLOTS);
		pool->order = order;
		pool->slots = PAGE_SLOTS << order;
		pool->used = pool->peak = 0;
		pool->stays = stays;
		WRITE_ONCE(pool->start, page_to_phys(page));
		spin_unlock(&pool->lock);
	}
	spin_unlock_irqrestore(&pools_lock, flags);
	return pool;
}

static bool add_pool(u64 mask, unsigned int order, gfp_t gfp, bool stays)
{
	struct page *page;

	if (pool_order >= 0)
		order = (unsigned int)pool_order;
	page = alloc_pages_below(gfp | __GFP_NOWARN, order, mask);
	if (!page)
		return false;
	if (install(page, order, stays)) {
		pr_debug("dma: %lu KiB of bounce buffers at %#llx\n", PAGE_SIZE << order >> 10,
			 page_to_phys(page));
		return true;
	}
	free_pages_any(page, order);
	return false;
}

void __init bounce_init(void)
{
	for_each_pool(pool)
		spin_lock_init_rank(&pool->lock, LOCK_RANK_DMA_POOL);
	if (never || memblock_end_of_DRAM() <= DMA_BIT_MASK(32) + 1)
		return;
	if (!add_pool(DMA_BIT_MASK(28), BOOT_ORDER, GFP_NOWAIT, true) &&
	    !add_pool(DMA_BIT_MASK(32), BOOT_ORDER, GFP_NOWAIT, true))
		pr_warn("dma: no memory for bounce buffers below 4 GiB\n");
}

bool bounce_reserve(u64 mask)
{
	if (never || (!force && mask >= memblock_end_of_DRAM() - 1) || have_pool(mask))
		return true;
	return add_pool(mask, EXTRA_ORDER, GFP_KERNEL, false);
}

/* Takes an idle pool out of the table; its pages, 2^*@order of them, are the caller's. */
static struct page *retire(struct bounce_pool *pool, unsigned int *order)
{
	struct page *page = NULL;
	unsigned long flags;

	spin_lock_irqsave(&pools_lock, flags);
	spin_lock(&pool->lock);
	if (pool->start && !pool->stays && !pool->used) {
		page = phys_to_page(pool->start);
		*order = pool->order;
		WRITE_ONCE(pool->start, 0);
	}
	spin_unlock(&pool->lock);
	spin_unlock_irqrestore(&pools_lock, flags);
	return page;
}

unsigned long dma_bounce_pools(void)
{
	unsigned long present = 0;

	for_each_pool(pool)
		present |= READ_ONCE(pool->start) ? BIT(pool - pools) : 0;
	return present;
}

unsigned long dma_bounce_shrink(unsigned long keep)
{
	unsigned long freed = 0;

	for_each_pool(pool) {
		unsigned int order;
		struct page *page = keep & BIT(pool - pools) ? NULL : retire(pool, &order);

		if (!page)
			continue;
		free_pages_any(page, order);
		freed += 1UL << order;
	}
	return freed;
}

bool dma_bounce_pool(unsigned int i, struct dma_bounce_info *info)
{
	if (i >= NR_POOLS)
		return false;
	*info = (struct dma_bounce_info){
		.start = pools[i].start,
		.bytes = pools[i].start ? PAGE_SIZE << pools[i].order : 0,
		.used = (size_t)pools[i].used << SLOT_SHIFT,
		.peak = (size_t)pools[i].peak << SLOT_SHIFT,
	};
	return true;
}

/* ---- buffers -------------------------------------------------------------------------------- */

static unsigned int slots_for(size_t size)
{
	return (unsigned int)((size + SLOT_SIZE - 1) >> SLOT_SHIFT);
}

/* Slots for a buffer from one pool; the pool may go away until its lock is held. */
static phys_addr_t get_from(struct bounce_pool *pool, u64 mask, size_t size)
{
	unsigned int n = slots_for(size);
	phys_addr_t at = DMA_MAPPING_ERROR;
	unsigned long flags, i;

	spin_lock_irqsave(&pool->lock, flags);
	if (fits_mask(pool, mask)) {
		i = bitmap_find_next_zero_area(pool->map, pool->slots, 0, n,
					       n >= PAGE_SLOTS ? PAGE_SLOTS - 1 : 0);
		if (i + n <= pool->slots) {
			bitmap_set(pool->map, (unsigned int)i, n);
			pool->used += n;
			pool->peak = max(pool->peak, pool->used);
			at = pool->start + (i << SLOT_SHIFT);
		}
	}
	spin_unlock_irqrestore(&pool->lock, flags);
	return at;
}

static phys_addr_t get_from_any(u64 mask, size_t size)
{
	for_each_pool(pool) {
		phys_addr_t at = get_from(pool, mask, size);

		if (at != DMA_MAPPING_ERROR)
			return at;
	}
	return DMA_MAPPING_ERROR;
}

phys_addr_t bounce_get(u64 mask, size_t size)
{
	phys_addr_t at;

	if (never || size > bounce_max())
		return DMA_MAPPING_ERROR;
	at = get_from_any(mask, size);
	if (at == DMA_MAPPING_ERROR && !have_pool(mask) &&
	    add_pool(mask, EXTRA_ORDER, GFP_NOWAIT, false))
		at = get_from_any(mask, size);
	return at;
}

/* Gives a buffer back to the pool if it is one of its; others may come and go meanwhile. */
static bool put_to(struct bounce_pool *pool, phys_addr_t at, unsigned int n)
{
	unsigned long flags;
	bool is_its;

	spin_lock_irqsave(&pool->lock, flags);
	is_its = pool->start && at >= pool->start && at <= pool_last(pool);
	if (is_its) {
		bitmap_clear(pool->map, (unsigned int)((at - pool->start) >> SLOT_SHIFT), n);
		pool->used -= n;
	}
	spin_unlock_irqrestore(&pool->lock, flags);
	return is_its;
}

void bounce_put(phys_addr_t at, size_t size)
{
	for_each_pool(pool)
		if (put_to(pool, at, slots_for(size)))
			return;
}

size_t bounce_max(void)
{
	return MAX_SLOTS << SLOT_SHIFT;
}

/* Memory of ZONE_HIGHMEM has an address only while it is looked at. */
static void copy_in_page(phys_addr_t to, phys_addr_t from, size_t size)
{
	char *target = kmap_local_page(phys_to_page(to));
	const char *source = kmap_local_page(phys_to_page(from));

	memcpy(target + offset_in_page(to), source + offset_in_page(from), size);
	kunmap_local(source);
	kunmap_local(target);
}

void bounce_copy(phys_addr_t to, phys_addr_t from, size_t size)
{
	while (size) {
		size_t n = PAGE_SIZE - max(offset_in_page(to), offset_in_page(from));

		n = min(n, size);
		copy_in_page(to, from, n);
		to += n;
		from += n;
		size -= n;
	}
}
