/* SPDX-License-Identifier: MIT */
/*
 * The buddy system (Knowlton 1965; Knuth, The Art of Computer Programming 1,
 * 2.5, "reservation with the buddy system").
 *
 * A block of order o is 2^o frames that begin at a multiple of 2^o.  Its buddy
 * is the block whose frame number differs in bit o alone; two buddies that are
 * both free and whole become one block of order o + 1:
 *
 *     frame      0       1       2       3       4 ...
 *     order 0    [ 0 ]   [ 1 ]   [ 2 ]   [ 3 ]
 *     order 1    [ 0     0 ]     [ 2     2 ]
 *     order 2    [ 0     0       0       0 ]
 *
 * Free blocks of one order are on a doubly linked list, so that a merge can
 * take a buddy out of the middle.  Links are frame numbers, half the size of
 * pointers, in the descriptor of the block's first page:
 *
 *     first[1] --> 24 <--> 96 <--> 2 --> PFN_NONE      nr[1] == 3
 *
 * The bit mask @nonempty finds the smallest list that will do in one step.
 *
 * Invariants (buddy_check, buddy_check_frames):
 *     a frame begins a free block of order o  <=>  it is on list o
 *		<=>  its word is PAGE_WORD(PAGE_FREE, o, tag)
 *     a free block's frame number is a multiple of 2^o
 *     every other frame of a free block is PAGE_INTERIOR
 *     no two buddies of the same order o < MAX_ORDER - 1 are both free
 *     nr[o] == length of list o;  bit o of nonempty == (nr[o] != 0)
 *     free == sum over o of nr[o] << o
 *
 * Locking: none; the caller keeps others away.  Nothing here sleeps, prints or
 * has state of its own, so a test or a fuzzer makes an instance over descriptors
 * in an array.  Neither does it know watermarks, zones' fallback, per-CPU lists
 * or what a page is used for: that is mm/page_alloc.c's.
 *
 * Many blocks freed together are first merged with what is free and among
 * themselves, and only the results are put on lists: neighbours that come one
 * after the other cost no list operation for each step of their merging.
 *
 * A block is freed to the front of its list and taken from the front: the one
 * that was used last is likely still in a cache.
 */
#include <linux/types.h>
#include <linux/compiler.h>
#include "buddy.h"
#include "page_state.h"

/*
 * While blocks are freed in bulk, those that are free but on no list yet say so in
 * their prev; mm/section.h leaves the frame of that number out.
 */
#define PFN_UNLISTED 0xffffffffu

static inline u32 pfn_of(const struct buddy *buddy, const struct page *page)
{
	return (u32)(page - buddy->map);
}

static inline void list_add(struct buddy *buddy, u32 pfn, unsigned int order)
{
	struct page *page = buddy->map + pfn;
	u32 next = buddy->first[order];

	page_begin(page, PAGE_FREE, order);
	page->next = next;
	page->prev = PFN_NONE;
	if (next != PFN_NONE)
		buddy->map[next].prev = pfn;
	buddy->first[order] = pfn;
	buddy->nonempty |= 1u << order;
	buddy->nr[order]++;
}

static inline void list_del(struct buddy *buddy, const struct page *page, unsigned int order)
{
	u32 next = page->next, prev = page->prev;

	buddy->nr[order]--;
	if (next != PFN_NONE)
		buddy->map[next].prev = prev;
	if (prev != PFN_NONE) {
		buddy->map[prev].next = next;
		return;
	}
	buddy->first[order] = next;
	if (next == PFN_NONE)
		buddy->nonempty &= ~(1u << order);
}

/*
 * The first block of a list does not look like one: something wrote to its
 * descriptor.  Neither it nor what it links to can be trusted, so the list is
 * given up; the caller reports @bad.
 */
static __cold noinline struct page *list_broken(struct buddy *buddy, unsigned int order)
{
	buddy->bad = buddy->first[order];
	buddy->free -= buddy->nr[order] << order;
	buddy->nr[order] = 0;
	buddy->first[order] = PFN_NONE;
	buddy->nonempty &= ~(1u << order);
	return NULL;
}

void buddy_init(struct buddy *buddy, struct page *map, u32 tag)
{
	*buddy = (struct buddy){.map = map, .tag = tag};
}

/* Cuts the lowest 2^order frames out of a free block of order @have. */
static inline struct page *carve(struct buddy *buddy, struct page *page, unsigned int have,
				 unsigned int order)
{
	u32 pfn = pfn_of(buddy, page);

	list_del(buddy, page, have);
	while (have > order) {
		have--;
		list_add(buddy, pfn + (1u << have), have);
	}
	page_begin(page, PAGE_ALLOCATED, order);
	buddy->free -= 1UL << order;
	return page;
}

struct page *buddy_alloc(struct buddy *buddy, unsigned int order)
{
	unsigned int have = buddy_smallest(buddy, order);
	struct page *page;

	if (unlikely(have == MAX_ORDER))
		return NULL;
	page = buddy->map + buddy->first[have];
	if (unlikely(!page_word_is(page, PAGE_FREE, have, buddy->tag)))
		return list_broken(buddy, have);
	return carve(buddy, page, have, order);
}

/* The first of the first BELOW_DEPTH blocks on a list that begins at or below @last. */
#define BELOW_DEPTH 4096
static struct page *first_below(struct buddy *buddy, unsigned int have, unsigned long last)
{
	u32 pfn = buddy->first[have];

	for (unsigned int i = 0; pfn != PFN_NONE && i < BELOW_DEPTH; i++) {
		struct page *page = buddy->map + pfn;

		if (unlikely(!page_word_is(page, PAGE_FREE, have, buddy->tag)))
			return NULL;
		if (pfn <= last)
			return page;
		pfn = page->next;
	}
	return NULL;
}

struct page *buddy_alloc_below(struct buddy *buddy, unsigned int order, unsigned long end)
{
	if (end < 1UL << order)
		return NULL;
	for (unsigned int have = order; have < MAX_ORDER; have++) {
		struct page *page = first_below(buddy, have, end - (1UL << order));

		if (page)
			return carve(buddy, page, have, order);
	}
	return NULL;
}

/*
 * Descriptors of one aligned block of the highest order are an aligned run of
 * memory: the address of the buddy's differs from that of a block's in one bit.
 */
static inline struct page *buddy_of(const struct page *page, unsigned long size)
{
	return (struct page *)((unsigned long)page ^ size);
}

static inline struct page *lower_of(const struct page *a, const struct page *b)
{
	return (struct page *)((unsigned long)a & (unsigned long)b);
}

static inline struct page *upper_of(const struct page *a, const struct page *b)
{
	return (struct page *)((unsigned long)a | (unsigned long)b);
}

/*
 * Merges a block with its free buddies as far as that goes; the result is on no
 * list.  @word is PAGE_WORD() of a free block of @order, which is the block's and
 * becomes the result's.
 */
static inline struct page *merge(struct buddy *buddy, struct page *page, u64 word,
				 unsigned int *order)
{
	unsigned long size = sizeof(*page) << *order;
	unsigned int o;

	for (o = *order; o < MAX_ORDER - 1; o++) {
		struct page *other = buddy_of(page, size);

		if (data_race(other->word) != word) /* its owner may be at it */
			break;
		if (other->prev != PFN_UNLISTED)
			list_del(buddy, other, o);
		page_join(upper_of(page, other));
		page = lower_of(page, other);
		size <<= 1;
		word += 1 << 8; /* the order */
	}
	*order = o;
	return page;
}

void buddy_free(struct buddy *buddy, struct page *page, unsigned int order)
{
	buddy->free += 1UL << order;
	page = merge(buddy, page, PAGE_WORD(PAGE_FREE, order, buddy->tag), &order);
	list_add(buddy, pfn_of(buddy, page), order);
}

/* Merges all blocks, with others and among themselves; pages[] becomes the results. */
static void merge_all(struct buddy *buddy, struct page **pages, unsigned int nr, unsigned int order)
{
	const u64 word = PAGE_WORD(PAGE_FREE, order, buddy->tag);
	struct page **end = pages + nr;

	for (; pages < end; pages++) {
		unsigned int o = order;
		struct page *page = merge(buddy, *pages, word, &o);

		page_begin(page, PAGE_FREE, o);
		page->prev = PFN_UNLISTED;
		*pages = page;
	}
}

/*
 * Puts the results on lists.  One may be there several times, or have become a part
 * of another.  Blocks of the same order as the one before it need no look at the
 * head of the list: @first is the block that was put there last.
 */
static void list_all(struct buddy *buddy, struct page **pages, unsigned int nr)
{
	struct page **end = pages + nr, *first = NULL;
	u16 block = 0;

	for (; pages < end; pages++) {
		struct page *page = *pages;

		u32 pfn = pfn_of(buddy, page);

		if (page->prev != PFN_UNLISTED || page->state != PAGE_FREE)
			continue;
		if (page->block != block) {
			block = page->block;
			list_add(buddy, pfn, page->order);
		} else {
			page->next = pfn_of(buddy, first);
			page->prev = PFN_NONE;
			/* NOLINTNEXTLINE(*NullDereference): no free page's block is 0 */
			first->prev = pfn;
			buddy->first[block >> 8] = pfn;
			buddy->nr[block >> 8]++;
		}
		first = page;
	}
}

void buddy_free_bulk(struct buddy *buddy, struct page **pages, unsigned int nr, unsigned int order)
{
	buddy->free += (unsigned long)nr << order;
	merge_all(buddy, pages, nr, order);
	list_all(buddy, pages, nr);
}

/* Order of the largest block that begins at @pfn and ends at or before @end. */
static unsigned int largest_block(unsigned long pfn, unsigned long end)
{
	unsigned int order = MAX_ORDER - 1;

	while (pfn & ((1UL << order) - 1) || pfn + (1UL << order) > end)
		order--;
	return order;
}

void buddy_add(struct buddy *buddy, unsigned long start, unsigned long end)
{
	while (start < end) {
		unsigned int order = largest_block(start, end);

		buddy_free(buddy, buddy->map + start, order);
		start += 1UL << order;
	}
}

static const char *check_list(const struct buddy *buddy, unsigned int order)
{
	u32 prev = PFN_NONE, pfn = buddy->first[order];
	unsigned long length = 0;

	for (; pfn != PFN_NONE; pfn = buddy->map[pfn].next, length++) {
		const struct page *page = buddy->map + pfn;

		if (length == buddy->nr[order])
			return "a list is longer than nr[order] says";
		if (!page_word_is(page, PAGE_FREE, order, buddy->tag))
			return "a block on a list is not PAGE_FREE of the list's order and zone";
		if (page->prev != prev)
			return "a block's prev is not the block before it";
		prev = pfn;
	}
	if (length != buddy->nr[order])
		return "a list is shorter than nr[order] says";
	if (!(buddy->nonempty >> order & 1) != !length)
		return "nonempty disagrees with a list";
	return NULL;
}

const char *buddy_check(const struct buddy *buddy)
{
	unsigned long free = 0;
	unsigned int order;

	for (order = 0; order < MAX_ORDER; order++) {
		const char *broken = check_list(buddy, order);

		if (broken)
			return broken;
		free += buddy->nr[order] << order;
	}
	if (free != buddy->free)
		return "free is not the sum of nr[order] << order";
	return buddy->bad == PFN_NONE ? NULL : "a free block's descriptor was overwritten";
}

static const char *check_block(const struct buddy *buddy, unsigned long pfn, unsigned long end)
{
	const struct page *page = buddy->map + pfn;
	unsigned int order = page->order;
	unsigned long i;

	if (order >= MAX_ORDER || !page_word_is(page, PAGE_FREE, order, buddy->tag))
		return "a free block has flags, references or an impossible order";
	if (pfn & ((1UL << order) - 1) || pfn + (1UL << order) > end)
		return "a free block is not aligned to its size";
	if (order < MAX_ORDER - 1 &&
	    page_word_is(buddy->map + (pfn ^ (1UL << order)), PAGE_FREE, order, buddy->tag))
		return "two free buddies are not merged";
	for (i = 1; i < 1UL << order; i++)
		if (!page_word_is(page + i, PAGE_INTERIOR, 0, buddy->tag))
			return "a frame inside a free block is not PAGE_INTERIOR";
	return NULL;
}

const char *buddy_check_frames(const struct buddy *buddy, unsigned long start, unsigned long end,
			       unsigned long seen[MAX_ORDER])
{
	unsigned long pfn = start;

	while (pfn < end) {
		const struct page *page = buddy->map + pfn;
		const char *broken;

		if (page->state != PAGE_FREE || page_tag(page) != buddy->tag) {
			pfn++;
			continue;
		}
		broken = check_block(buddy, pfn, end);
		if (broken)
			return broken;
		seen[page->order]++;
		pfn += 1UL << page->order;
	}
	return NULL;
}
