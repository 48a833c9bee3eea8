/* SPDX-License-Identifier: MIT */
#ifndef MM_VMAP_ARENA_H
#define MM_VMAP_ARENA_H

/* A pure allocator of address ranges; mm/vmap_arena.c tells how it works. */
#include <linux/types.h>
#include <asm/page.h>

enum vseg_kind {
	VSEG_SPARE, /* a tag that stands for nothing */
	VSEG_FREE,
	VSEG_USED,
};

/**
 * struct vseg - boundary tag: one segment [start, end) of an arena
 * @start: first address, a multiple of PAGE_SIZE
 * @end: the address behind the last
 * @prev: neighbour below, or NULL
 * @next: neighbour above, or NULL
 * @list_prev: the one before on its free list, or NULL
 * @list_next: the one behind on its free list, or the next spare tag
 * @kind: enum vseg_kind
 * @list: index of its free list, while free
 * @owner: whoever holds a used segment, who writes it
 */
struct vseg {
	unsigned long start;
	unsigned long end;
	struct vseg *prev;
	struct vseg *next;
	struct vseg *list_prev;
	struct vseg *list_next;
	u8 kind;
	u8 list;
	void *owner;
};

/* Free list k holds segments of 2^k .. 2^(k+1) - 1 pages. */
#define VARENA_LISTS 52

/* An operation on the arena takes at most this many spare tags. */
#define VARENA_TAGS_PER_ALLOC 2

/**
 * struct varena - the segments that tile [start, end)
 * @start: first address
 * @end: the address behind the last
 * @first: the lowest segment
 * @free: heads of the free lists
 * @nonempty: bit k is set exactly when free[k] has a segment
 * @spare: tags in stock
 * @nr_spare: their number
 * @nr_free: free segments
 * @nr_used: used segments
 * @free_bytes: sum of the free segments' sizes
 */
struct varena {
	unsigned long start;
	unsigned long end;
	struct vseg *first;
	struct vseg *free[VARENA_LISTS];
	u64 nonempty;
	struct vseg *spare;
	unsigned int nr_spare;
	unsigned long nr_free;
	unsigned long nr_used;
	unsigned long free_bytes;
};

/**
 * struct varena_request - what a range must be like
 * @size: bytes, a multiple of PAGE_SIZE, not 0
 * @align: power of two, at least PAGE_SIZE
 * @nocross: 0, or a power of two, a multiple of PAGE_SIZE: the range crosses no
 *	multiple of it, or, if larger than that, begins at one
 * @min: lowest start
 * @max: highest end
 */
struct varena_request {
	unsigned long size;
	unsigned long align;
	unsigned long nocross;
	unsigned long min;
	unsigned long max;
};

/**
 * varena_init - an arena of one free segment
 * @a: the arena
 * @start: first address, page aligned
 * @end: the address behind the last, page aligned, above @start
 * @tag: becomes the free segment
 */
void varena_init(struct varena *a, unsigned long start, unsigned long end, struct vseg *tag);

/* varena_give_tag - put a tag into stock; the arena keeps it until varena_take_tag(). */
void varena_give_tag(struct varena *a, struct vseg *tag);

/* varena_take_tag - a tag out of stock, or NULL. */
struct vseg *varena_take_tag(struct varena *a);

/**
 * varena_alloc - take a range
 * @a: the arena, with VARENA_TAGS_PER_ALLOC tags in stock
 * @req: what it must be like
 *
 * Finds a range whenever there is one.  O(1) unless the request is constrained
 * and memory is nearly exhausted.
 *
 * Return: the range's used segment, or NULL.
 */
struct vseg *varena_alloc(struct varena *a, const struct varena_request *req);

/**
 * varena_free - give a range back
 * @a: the arena
 * @seg: what varena_alloc() returned
 *
 * Neighbouring free segments merge; their tags go into stock.
 */
void varena_free(struct varena *a, struct vseg *seg);

/* varena_find - the segment that @addr lies in, or NULL. O(segments). */
struct vseg *varena_find(const struct varena *a, unsigned long addr);

/**
 * varena_check - do all invariants hold?
 * @a: the arena
 *
 * Return: NULL, or which one does not.
 */
const char *varena_check(const struct varena *a);

#endif
