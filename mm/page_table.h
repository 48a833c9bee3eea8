/* SPDX-License-Identifier: MIT */
#ifndef MM_PAGE_TABLE_H
#define MM_PAGE_TABLE_H

/* Tables and entries of the vmalloc range; mm/page_table.c tells how. */
#include <linux/init.h>
#include <linux/types.h>
#include <asm/bitops.h>
#include <asm/page.h>
#include <asm/pgtable.h>

/* Pages of a large page and of a leaf table: one slot of a pmd. */
#define PMD_PAGES (PMD_SIZE / PAGE_SIZE)

/**
 * struct pt_gather - tables taken out of the tree, not yet freed
 * @first: frame of the first; linked by their descriptors
 *
 * A TLB may still walk through them until it is flushed.
 */
struct pt_gather {
	u32 first;
};

/**
 * pt_share - ranges may share a top-level entry with what start-up has mapped for good
 * @start: the first address of a range that is to be pinned in
 * @end: the last
 *
 * A table that is there already has one user more, for good.  Before the first pt_pin_leaf() in the
 * range, and once there are descriptors.
 */
void __init pt_share(unsigned long start, unsigned long end);

/**
 * pt_pin_leaf - the entry for @va in a leaf table, made if need be
 * @va: an address of the vmalloc range
 *
 * The table exists until pt_unpin_leaf().
 *
 * Context: any.
 * Return: the entry, or NULL without memory, or if a large page is mapped there.
 */
pte_t *pt_pin_leaf(unsigned long va);

/* pt_pin_pmd - likewise the entry for a large page at @va. */
pmd_t *pt_pin_pmd(unsigned long va);

/**
 * pt_unpin_leaf - the opposite of pt_pin_leaf(), all entries of the caller's cleared
 * @va: as there
 * @gather: gets the tables that are empty now
 */
void pt_unpin_leaf(unsigned long va, struct pt_gather *gather);

/* pt_unpin_pmd - likewise for pt_pin_pmd(). */
void pt_unpin_pmd(unsigned long va, struct pt_gather *gather);

/* pt_gather_free - free gathered tables; the TLB has been flushed of them. */
void pt_gather_free(struct pt_gather *gather);

/* pt_pmd - the pmd entry for @va, or NULL where no table has one. */
pmd_t *pt_pmd(unsigned long va);

/* set_ptes - @n entries from @pte on: @entry, and each next one a frame further. */
static inline void set_ptes(pte_t *pte, u64 entry, unsigned long n)
{
	for (; n >= 8; n -= 8, pte += 8, entry += 8 * PAGE_SIZE) {
		set_pte(pte, __pte(entry));
		set_pte(pte + 1, __pte(entry + PAGE_SIZE));
		set_pte(pte + 2, __pte(entry + 2 * PAGE_SIZE));
		set_pte(pte + 3, __pte(entry + 3 * PAGE_SIZE));
		set_pte(pte + 4, __pte(entry + 4 * PAGE_SIZE));
		set_pte(pte + 5, __pte(entry + 5 * PAGE_SIZE));
		set_pte(pte + 6, __pte(entry + 6 * PAGE_SIZE));
		set_pte(pte + 7, __pte(entry + 7 * PAGE_SIZE));
	}
	for (; n; n--, pte++, entry += PAGE_SIZE)
		set_pte(pte, __pte(entry));
}

/* clear_ptes - @n entries from @pte on; each is cleared whole. */
static __always_inline void clear_ptes(pte_t *pte, unsigned long n)
{
	clear_words((unsigned long)pte, n);
}

#endif
