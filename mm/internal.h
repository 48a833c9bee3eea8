/* SPDX-License-Identifier: MIT */
#ifndef _MM_INTERNAL_H
#define _MM_INTERNAL_H

/*
 * What the files of mm/ share among themselves.
 *
 * Order of locks: enum lock_rank in <linux/spinlock.h>; docs/locking.md says what each
 * guards.  Innermost are the queue of waiting allocators, memmap_lock and zone->lock.
 * A CPU's page lists (mm/pcp.c) are guarded by having its interrupts off, or by
 * restartable sequences, and may be used with any of these held but zone->lock.
 */
#include <linux/types.h>
#include <linux/compiler.h>
#include <linux/gfp.h>
#include <linux/mm_types.h>

struct zone;

/* mm/page_alloc.c, mm/page_free.c: to and from the zones, past per-CPU lists. */

/**
 * release_block - free a block that nobody refers to any more
 * @page: its first page: allocated, checked, maybe compound
 * @order: its order
 */
void release_block(struct page *page, unsigned int order);

/* zone_free_block - put a block straight into its zone. */
void zone_free_block(struct page *page, unsigned int order);

/* mm/page_below.c */

/**
 * alloc_pages_below - a block for something that cannot reach all of memory
 * @gfp: GFP_ flags without a zone
 * @order: 0 .. MAX_ORDER - 1
 * @last: the highest physical address that it reaches
 *
 * Context: as @gfp says.
 * Return: the block's first page, freed as any other, or NULL.
 */
struct page *alloc_pages_below(gfp_t gfp, unsigned int order, phys_addr_t last);

/* mm/compound.c */
void make_compound(struct page *page, unsigned int order);
void break_compound(struct page *page, unsigned int order);

/* mm/highmem.c: zero a block wherever it lies. */
void clear_block(struct page *page, unsigned int order);

/* mm/pcp.c */

/**
 * pcp_refill - take a block by filling this CPU's empty list of an order
 * @order: one that has a list
 *
 * Return: the block, PAGE_ALLOCATED; NULL if the CPU's first zone has no memory to
 * spare: the lists are then off until it has.
 */
struct page *pcp_refill(unsigned int order);

/* By order: where its list lies in struct per_cpu_pages; 0 if it has none. */
extern const u16 pcp_offset[MAX_ORDER];

/* pcp_stack_any - the list of an order that is no constant, and has one. */
static inline struct pcpu_stack __percpu *pcp_stack_any(unsigned int order)
{
	return (struct pcpu_stack __percpu *)((char *)&pcp_pages + pcp_offset[order]);
}

/* pcp_take_cold - the coldest single page at hand, or NULL. */
struct page *pcp_take_cold(void);

/**
 * pcp_put - put a free block on this CPU's list
 * @page: its first page, allocated, unflagged, with one reference
 * @order: its order
 *
 * Return: false if it does not belong there.
 */
bool pcp_put(struct page *page, unsigned int order);
bool pcp_put_cold(struct page *page);

/*
 * pcp_reset - empty this CPU's lists and turn them off; the next use sets them up as new
 *
 * CPUs whose home zone is below its high watermark do the same soon.
 */
void pcp_reset(void);

/* pcp_cached_pages - pages on the lists of all CPUs that belong to a zone; NULL: any. */
unsigned long pcp_cached_pages(const struct zone *zone);

/* pcp_limit_blocks - the most blocks of an order that a CPU keeps. */
unsigned int pcp_limit_blocks(unsigned int cpu, unsigned int order);

/* mm/page_report.c */

/**
 * page_misuse - report a page that was handed in wrongly, and its caller
 * @page: its descriptor, which need not be one
 * @order: the order the caller gave
 * @what: what is wrong, as "is free already"
 * @caller: return address
 */
void page_misuse(const struct page *page, unsigned int order, const char *what,
		 unsigned long caller) __cold;

/* What is wrong with a block that was taken from a per-CPU list and is not PAGE_CACHED. */
#define PAGE_NOT_CACHED "is on a per-CPU list but not free: it was overwritten"

/* page_block_around - the first page of the block that an interior page lies in, or NULL */
const struct page *page_block_around(const struct page *page);

/* page_fault_of - what is wrong with freeing a page with an order, or NULL. */
const char *page_fault_of(const struct page *page, unsigned int order) __cold;

/* alloc_failure - report an allocation that failed, unless __GFP_NOWARN. */
void alloc_failure(gfp_t gfp, unsigned int order, unsigned long caller) __cold;

/* mm/oom.c */

/**
 * out_of_memory - report that memory is used up, and who holds it
 * @gfp: flags of the allocation that found none
 * @order: its order
 * @caller: and who made it
 *
 * Context: may sleep; no lock of an allocator is held.
 */
void out_of_memory(gfp_t gfp, unsigned int order, unsigned long caller) __cold;

/**
 * struct mempool_holder - what a pool keeps
 * @caller: who made it
 * @kept: elements that it has
 * @wanted: and those that it should have
 * @size: bytes of one; 0 where only its allocator knows
 */
struct mempool_holder {
	const void *caller;
	int kept, wanted;
	size_t size;
};

/* mempool_holders - the pools that keep the most bytes, at most @n; how many there are. */
unsigned int mempool_holders(struct mempool_holder *table, unsigned int n);

#define RET_IP ((unsigned long)__builtin_return_address(0))

#endif
