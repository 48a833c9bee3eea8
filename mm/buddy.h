/* SPDX-License-Identifier: MIT */
#ifndef _MM_BUDDY_H
#define _MM_BUDDY_H

/* The buddy system: pure split and merge.  mm/buddy.c tells how it works. */
#include <linux/types.h>
#include <linux/mm_types.h>
#include <linux/mmzone.h>

/*
 * Lists are numbered by tier and order.  A tier is every BUDDY_TIERS-th of the aligned
 * regions that a block of the highest order fills.
 */
#define BUDDY_TIERS	16
#define BUDDY_ORDERS	16 /* MAX_ORDER, rounded up to a power of two */
#define BUDDY_LIST_NONE (BUDDY_TIERS * BUDDY_ORDERS)

/**
 * struct buddy - the free blocks of one zone
 * @map: the descriptor that frame 0 would have
 * @tag: zone and node as every descriptor of this zone carries them; PAGE_TAG()
 * @tiers: bit t is set exactly if tier t has a block
 * @orders: bit o of a tier's is set exactly if its list of order o has a block
 * @first: first free block of each list, a frame number, or PFN_NONE
 * @bad: a free list's first block whose descriptor said that it is not free, or PFN_NONE
 * @nr: free blocks of each order
 * @free: free pages: the sum of @nr[o] << o
 */
struct buddy {
	struct page *map;
	u32 tag;
	u32 bad;
	u32 tiers;
	u16 orders[BUDDY_TIERS];
	u32 first[BUDDY_TIERS * BUDDY_ORDERS];
	unsigned long nr[MAX_ORDER];
	unsigned long free;
};

/**
 * buddy_init - an empty instance
 * @buddy: to be initialised
 * @map: descriptors, by frame number; aligned to those of a block of the highest
 *	 order.  All of every such block that contains a frame of the zone can be read.
 * @tag: PAGE_TAG() of all descriptors of the zone
 */
void buddy_init(struct buddy *buddy, struct page *map, u32 tag);

/**
 * buddy_alloc - take a block
 * @buddy: the instance
 * @order: 0 .. MAX_ORDER - 1
 *
 * From the lowest tier that has a block large enough, the smallest such block; what is
 * left over goes back in halves.
 *
 * Return: its first page, now PAGE_ALLOCATED, or NULL.
 */
struct page *buddy_alloc(struct buddy *buddy, unsigned int order);

/**
 * buddy_alloc_upto - take the block that buddy_alloc() would cut, if it is not too large
 * @buddy: the instance
 * @order: at least this one
 * @most: a larger block is cut down to this order; @order .. MAX_ORDER - 1
 *
 * Return: its first page, now PAGE_ALLOCATED and of an order from @order to @most, or NULL.
 */
struct page *buddy_alloc_upto(struct buddy *buddy, unsigned int order, unsigned int most);

/**
 * buddy_alloc_below - take a block that ends at or before a frame
 * @buddy: the instance
 * @order: 0 .. MAX_ORDER - 1
 * @end: one past the last frame that will do
 *
 * Only the first few thousand blocks of each list are looked at, so a block may be
 * missed; what begins below @end is cut from its lower end.
 *
 * Return: its first page, now PAGE_ALLOCATED, or NULL.
 */
struct page *buddy_alloc_below(struct buddy *buddy, unsigned int order, unsigned long end);

/**
 * buddy_free - give a block back and merge it with its free buddies
 * @buddy: the instance
 * @page: first page of a block that is not free; the caller has checked it
 * @order: its order
 */
void buddy_free(struct buddy *buddy, struct page *page, unsigned int order);

/**
 * buddy_free_bulk - buddy_free() of many blocks of one order
 * @buddy: the instance
 * @pages: their first pages; overwritten
 * @nr: how many, one at least
 * @order: their order
 */
void buddy_free_bulk(struct buddy *buddy, struct page **pages, unsigned int nr, unsigned int order);

/**
 * buddy_add - give frames to the instance for the first time
 * @buddy: the instance
 * @start: first frame
 * @end: one past the last; the descriptors of all of them are PAGE_INTERIOR
 */
void buddy_add(struct buddy *buddy, unsigned long start, unsigned long end);

/* buddy_row - the first list of a frame's tier; that of a free block is its order further. */
static inline unsigned int buddy_row(unsigned long pfn)
{
	return (pfn >> (MAX_ORDER - 1)) % BUDDY_TIERS * BUDDY_ORDERS;
}

/**
 * buddy_check - do the lists satisfy the invariants that mm/buddy.c states?
 * @buddy: the instance
 *
 * Return: NULL, or the invariant that is broken.
 */
const char *buddy_check(const struct buddy *buddy);

/**
 * buddy_check_frames - do the descriptors of a range agree with the lists?
 * @buddy: the instance
 * @start: first frame, a multiple of MAX_ORDER_NR_PAGES
 * @end: one past the last; all of these descriptors can be read
 * @seen: by order: incremented for each free block found
 *
 * Summed over all frames of the zone, @seen must equal @buddy->nr.
 *
 * Return: NULL, or the invariant that is broken.
 */
const char *buddy_check_frames(const struct buddy *buddy, unsigned long start, unsigned long end,
			       unsigned long seen[MAX_ORDER]);

#endif
