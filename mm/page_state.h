/* SPDX-License-Identifier: MIT */
#ifndef _MM_PAGE_STATE_H
#define _MM_PAGE_STATE_H

/*
 * The life of a page frame: every change of state is made here.
 *
 *                 start-up                    split, carve
 *     ABSENT ---------------> RESERVED    INTERIOR <------> FREE
 *        |                       |            ^  \          |  ^
 *        |  section is opened    | given back |   \ carve   |  |  buddy
 *        +-----------------------|------------+    \        v  |
 *                                |                  `---> CACHED
 *                                |                        |  ^   per-CPU list
 *                                v                        v  |
 *                            (ALLOCATED) <------------> ALLOCATED
 *
 * The state and the order stand in the first page of a block only; every other
 * page of it is INTERIOR, whether the block is free or not.  So a page that is
 * freed with a wrong order, twice, or from the middle differs in the one word
 * that the free path compares.  A split makes INTERIOR pages the first of their
 * halves, a merge makes the first page of the upper half INTERIOR: O(1) a level.
 *
 * Those that the caller of the allocator can get wrong (all that leave
 * ALLOCATED) are checked before they are made: page_word_is(), page_fault_of() in
 * mm/page_report.c.  Those inside the allocator follow from its invariants,
 * which buddy_check() verifies in tests; blocks that leave a free list or a
 * per-CPU list are compared all the same, because a stray write may have hit them.
 */
#include <linux/types.h>
#include <linux/compiler.h>
#include <linux/mm_types.h>

static inline u16 page_block(enum page_state state, unsigned int order)
{
	return (u16)(state | order << 8);
}

/* page_begin - make a page the first of a block. */
static inline void page_begin(struct page *page, enum page_state state, unsigned int order)
{
	page->block = page_block(state, order);
}

/* page_begin_as - page_begin() with the state and the order of a PAGE_WORD() */
static inline void page_begin_as(struct page *page, u64 word)
{
	page->block = (u16)word;
}

/* page_join - make the first page of a block one of a larger block's interior. */
static inline void page_join(struct page *page)
{
	page->block = page_block(PAGE_INTERIOR, 0);
}

/* page_join_frame - page_join() for a block of order 0 */
static inline void page_join_frame(struct page *page)
{
	page->state = PAGE_INTERIOR;
}

/* page_word_is - is it the unflagged, unshared first page of such a block? */
static inline bool page_word_is(const struct page *page, enum page_state state, unsigned int order,
				u32 tag)
{
	return page->word == PAGE_WORD(state, order, tag);
}

/* page_tag - the zone and node of a page. */
static inline u32 page_tag(const struct page *page)
{
	return (u32)page->word & 0xff000000;
}

#endif
