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
 * Free blocks of one order and tier are on a doubly linked list, so that a merge
 * can take a buddy out of the middle.  Links are frame numbers, half the size of
 * pointers, in the descriptor of the block's first page:
 *
 *     first[1] --> 24 <--> 96 <--> 2 --> PFN_NONE
 *
 * Which of the free blocks is taken decides whether large ones form again.  Memory
 * is cut into regions as large as a block of the highest order, and dealt to tiers
 * in turn; a block is taken from the lowest tier that has one:
 *
 *     region     0   1   2  ...  15  16  17 ...
 *     tier       0   1   2  ...  15   0   1 ...
 *
 * What is in use gathers in low tiers.  From the high ones, blocks come back and are
 * not taken, so that neighbours meet, as when the first fit by address is taken
 * (Wilson, Johnstone, Neely and Boles 1995, "Dynamic Storage Allocation: A Survey
 * and Critical Review"), and no list needs to be sorted.  Being dealt, tiers are
 * equally large in any zone.
 *
 * The bits of @tiers and of each tier's @orders find the list; for a single frame, in
 * one step each.
 *
 * Invariants (buddy_check, buddy_check_frames):
 *     a frame begins a free block of order o  <=>  it is on list buddy_row(frame) + o
 *		<=>  its word is PAGE_WORD(PAGE_FREE, o, tag)
 *     a free block's frame number is a multiple of 2^o
 *     every other frame of a free block is PAGE_INTERIOR
 *     no two buddies of the same order o < MAX_ORDER - 1 are both free
 *     nr[o] == sum over the tiers of the length of their list of order o
 *     bit o of orders[t] == (first[the list of t and o] != PFN_NONE)
 *     bit t of tiers == (orders[t] != 0)
 *     free == sum over o of nr[o] << o
 *
 * Pure: the caller keeps others away.  Nothing here locks, sleeps, prints or
 * has state of its own, so a test or a fuzzer makes an instance over descriptors
 * in an array.  Neither does it know watermarks, zones' fallback, per-CPU lists
 * or what a page is used for: that is mm/page_alloc.c's.
 *
 * Many blocks freed together are first merged with what is free and among
 * themselves, and only the results are put on lists: neighbours that come one
 * after the other cost no list operation for each step of their merging.
 *
 * A block is freed to the front of its list and taken from the front: the one
 * that was used last is likely still in a cache.  (Those used last of all are on
 * per-CPU lists.)
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

static inline void mark(struct buddy *buddy, unsigned int row, unsigned int order)
{
	buddy->orders[row / BUDDY_ORDERS] |= (u16)(1u << order);
	buddy->tiers |= 1u << row / BUDDY_ORDERS;
}

static inline void unmark(struct buddy *buddy, unsigned int row, unsigned int order)
{
	buddy->orders[row / BUDDY_ORDERS] &= (u16) ~(1u << order);
	if (!buddy->orders[row / BUDDY_ORDERS])
		buddy->tiers &= ~(1u << row / BUDDY_ORDERS);
}

/* The lists of a tier, here and below, begin with @row. */
static inline void list_add(struct buddy *buddy, struct page *page, unsigned int row,
			    unsigned int order)
{
	u32 pfn = pfn_of(buddy, page), next = buddy->first[row + order];

	page_begin(page, PAGE_FREE, order);
	page->next = next;
	page->prev = PFN_NONE;
	if (next != PFN_NONE)
		buddy->map[next].prev = pfn;
	else
		mark(buddy, row, order);
	buddy->first[row + order] = pfn;
	buddy->nr[order]++;
}

static inline void list_del(struct buddy *buddy, const struct page *page, unsigned int order)
{
	u32 next = page->next, prev = page->prev;
	unsigned int row;

	buddy->nr[order]--;
	if (next != PFN_NONE)
		buddy->map[next].prev = prev;
	if (prev != PFN_NONE) {
		buddy->map[prev].next = next;
		return;
	}
	row = buddy_row(pfn_of(buddy, page));
	buddy->first[row + order] = next;
	if (next == PFN_NONE)
		unmark(buddy, row, order);
}

static unsigned long list_length(const struct buddy *buddy, unsigned int list)
{
	unsigned long most = buddy->nr[list % BUDDY_ORDERS], length = 0;
	u32 pfn = buddy->first[list];

	for (; pfn != PFN_NONE && length < most; pfn = buddy->map[pfn].next)
		length++;
	return length;
}

/*
 * The first block of a list does not look like one: something wrote to its
 * descriptor.  Neither it nor what it links to can be trusted, so the list is
 * given up, with as many blocks as the others of its order do not have; the caller
 * reports @bad.
 */
static __cold noinline struct page *list_broken(struct buddy *buddy, unsigned int list)
{
	unsigned int order = list % BUDDY_ORDERS;
	unsigned long left = 0;

	buddy->bad = buddy->first[list];
	buddy->first[list] = PFN_NONE;
	unmark(buddy, list - order, order);
	for (unsigned int tier = 0; tier < BUDDY_TIERS; tier++)
		left += list_length(buddy, tier * BUDDY_ORDERS + order);
	buddy->free -= (buddy->nr[order] - left) << order;
	buddy->nr[order] = left;
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
	unsigned int row = buddy_row(pfn_of(buddy, page));

	list_del(buddy, page, have);
	while (have > order) {
		have--;
		list_add(buddy, page + (1UL << have), row, have);
	}
	page_begin(page, PAGE_ALLOCATED, order);
	buddy->free -= 1UL << order;
	return page;
}

/* The list of the lowest tier, and in it of the lowest order, that has a block large enough. */
static inline unsigned int first_list(const struct buddy *buddy, unsigned int order)
{
	for (u32 tiers = buddy->tiers; tiers; tiers &= tiers - 1) {
		unsigned int tier = (unsigned int)__builtin_ctz(tiers);
		u32 orders = (u32)buddy->orders[tier] >> order;

		if (orders)
			return tier * BUDDY_ORDERS + order + (unsigned int)__builtin_ctz(orders);
	}
	return BUDDY_LIST_NONE;
}

struct page *buddy_alloc_upto(struct buddy *buddy, unsigned int order, unsigned int most)
{
	unsigned int list = first_list(buddy, order), have = list % BUDDY_ORDERS;
	struct page *page;

	if (unlikely(list == BUDDY_LIST_NONE))
		return NULL;
	page = buddy->map + buddy->first[list];
	if (unlikely(!page_word_is(page, PAGE_FREE, have, buddy->tag)))
		return list_broken(buddy, list);
	return carve(buddy, page, have, have < most ? have : most);
}

struct page *buddy_alloc(struct buddy *buddy, unsigned int order)
{
	return buddy_alloc_upto(buddy, order, order);
}

/* The first of the first BELOW_DEPTH blocks on a list that begins at or below @last. */
#define BELOW_DEPTH 256
static struct page *first_below(struct buddy *buddy, unsigned int list, unsigned long last)
{
	u32 pfn = buddy->first[list];

	for (unsigned int i = 0; pfn != PFN_NONE && i < BELOW_DEPTH; i++) {
		struct page *page = buddy->map + pfn;

		if (unlikely(!page_word_is(page, PAGE_FREE, list % BUDDY_ORDERS, buddy->tag)))
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
	for (unsigned int have = order; have < MAX_ORDER; have++)
		for (unsigned int tier = 0; tier < BUDDY_TIERS; tier++) {
			struct page *page = first_below(buddy, tier * BUDDY_ORDERS + have,
							end - (1UL << order));

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

/*
 * Merges a block of order @o with its buddy if that is free, so that its word is @word.
 * The buddy becomes a part of something; the result is on no list.
 */
static __always_inline bool merge_once(struct buddy *buddy, struct page **page, unsigned int o,
				       u64 word)
{
	struct page *other = buddy_of(*page, sizeof(**page) << o);

	if (data_race(other->word) != word) /* its owner may be at it */
		return false;
	if (other->prev != PFN_UNLISTED)
		list_del(buddy, other, o);
	if (o)
		page_join(other);
	else
		page_join_frame(other);
	*page = lower_of(*page, other);
	return true;
}

/* What a higher order adds to a block's word. */
#define NEXT_ORDER (PAGE_WORD(0, 1, 0) - PAGE_WORD(0, 0, 0))

/*
 * Merges a block of order @o as far as that goes.  What is merged says that it is a part
 * of something, and so may the result's first page.  @word, of a free block of that
 * order, becomes what the result's has to be.
 */
static inline struct page *merge(struct buddy *buddy, struct page *page, unsigned int o, u64 *word)
{
	struct page *result = page;

	for (; o < MAX_ORDER - 1 && merge_once(buddy, &result, o, *word); o++)
		*word += NEXT_ORDER;
	page_join(page);
	return result;
}

/*
 * The same for a single frame, of which most of what is freed in bulk consists: each
 * step is code of its own, in which what follows from its order is constant.
 */
static __always_inline struct page *merge_frame(struct buddy *buddy, struct page *page, u64 *word)
{
	struct page *result = page;
	unsigned int o;

	unroll_loop for (o = 0; o < MAX_ORDER - 1; o++)
	{
		if (!merge_once(buddy, &result, o, *word))
			break;
		if (!o)
			page_join_frame(page);
		*word += NEXT_ORDER;
	}
	return result;
}

void buddy_free(struct buddy *buddy, struct page *page, unsigned int order)
{
	u64 word = PAGE_WORD(PAGE_FREE, order, buddy->tag);

	buddy->free += 1UL << order;
	page = merge(buddy, page, order, &word);
	page_begin_as(page, word);
	list_add(buddy, page, buddy_row(pfn_of(buddy, page)), page->order);
}

/* Merges all blocks, with others and among themselves; pages[] becomes the results, on no list. */
static __always_inline void merge_all(struct buddy *buddy, struct page **pages, unsigned int nr,
				      unsigned int order)
{
	const u64 first = PAGE_WORD(PAGE_FREE, order, buddy->tag);
	struct page **end = pages + nr;

	for (; pages < end; pages++) {
		u64 word = first;
		struct page *page = order ? merge(buddy, *pages, order, &word)
					  : merge_frame(buddy, *pages, &word);

		page_begin_as(page, word);
		page->prev = PFN_UNLISTED;
		*pages = page;
	}
}

/*
 * Puts the results on lists.  One may be there several times, or have become a part
 * of another.  A block of the order and the region of the one that was put there last
 * goes in front of that.
 */
static void list_all(struct buddy *buddy, struct page **pages, unsigned int nr)
{
	struct page **end = pages + nr, *last = *pages;
	unsigned long order = 0, list = 0;
	u32 last_pfn = PFN_NONE;
	u16 last_block = 0;

	for (; pages < end; pages++) {
		struct page *page = *pages;
		u32 pfn = pfn_of(buddy, page);

		if (page->state != PAGE_FREE || page->prev != PFN_UNLISTED)
			continue;
		if (page->block == last_block && (pfn ^ last_pfn) < MAX_ORDER_NR_PAGES) {
			page->next = last_pfn;
			page->prev = PFN_NONE;
			last->prev = pfn;
			buddy->first[list] = pfn;
			buddy->nr[order]++;
		} else {
			last_block = page->block;
			order = page->order;
			list = buddy_row(pfn) + order;
			list_add(buddy, page, buddy_row(pfn), page->order);
		}
		last = page;
		last_pfn = pfn;
	}
}

void buddy_free_bulk(struct buddy *buddy, struct page **pages, unsigned int nr, unsigned int order)
{
	buddy->free += (unsigned long)nr << order;
	if (order)
		merge_all(buddy, pages, nr, order);
	else
		merge_all(buddy, pages, nr, 0);
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

static const char *check_list(const struct buddy *buddy, unsigned int list, unsigned long *nr)
{
	u32 prev = PFN_NONE, pfn = buddy->first[list];
	unsigned int order = list % BUDDY_ORDERS;

	if ((buddy->orders[list / BUDDY_ORDERS] >> order & 1) != (pfn != PFN_NONE))
		return "a tier's orders disagree with a list";
	for (; pfn != PFN_NONE; pfn = buddy->map[pfn].next, ++*nr) {
		const struct page *page = buddy->map + pfn;

		if (*nr == buddy->nr[order])
			return "lists are longer than nr[order] says";
		if (!page_word_is(page, PAGE_FREE, order, buddy->tag))
			return "a block on a list is not PAGE_FREE of the list's order and zone";
		if (buddy_row(pfn) + order != list)
			return "a block is on the list of another tier";
		if (page->prev != prev)
			return "a block's prev is not the block before it";
		prev = pfn;
	}
	return NULL;
}

/* The lists of an order, one in each tier. */
static const char *check_lists(const struct buddy *buddy, unsigned int order)
{
	const char *broken = NULL;
	unsigned long nr = 0;

	for (unsigned int tier = 0; tier < BUDDY_TIERS && !broken; tier++)
		broken = check_list(buddy, tier * BUDDY_ORDERS + order, &nr);
	if (!broken && nr != buddy->nr[order])
		broken = "lists are shorter than nr[order] says";
	return broken;
}

const char *buddy_check(const struct buddy *buddy)
{
	unsigned long free = 0;
	unsigned int order;

	for (unsigned int tier = 0; tier < BUDDY_TIERS; tier++)
		if ((buddy->tiers >> tier & 1) != (buddy->orders[tier] != 0))
			return "tiers disagrees with a tier's orders";
	for (order = 0; order < MAX_ORDER; order++) {
		const char *broken = check_lists(buddy, order);

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
