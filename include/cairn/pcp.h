/* SPDX-License-Identifier: MIT */
#ifndef _CAIRN_PCP_H
#define _CAIRN_PCP_H

/*
 * Per-CPU page lists: the part of the page allocator that is inlined into its
 * callers.  Include <linux/gfp.h>; mm/pcp.c tells how it works.
 */
#include <linux/types.h>
#include <linux/compiler.h>
#include <linux/gfp_types.h>
#include <linux/kasan.h>
#include <linux/mm_types.h>
#include <linux/mmzone.h>
#include <asm/extable.h>
#include <asm/page.h>
#include <asm/percpu.h>
#include <asm/ras.h>

/* The orders that have a list, and the lists' room in blocks. */
#define PCP_SLOTS_0    1536
#define PCP_SLOTS_1    128
#define PCP_SLOTS_2    64
#define PCP_SLOTS_3    64
#define PCP_SLOTS_4    32
#define PCP_SLOTS_9    8
#define PCP_SLOTS_COLD 256
#define NR_PCP_LISTS   6

/* pcp_index - the number of the list of blocks of an order, or -1. */
static __always_inline int pcp_index(unsigned int order)
{
	return order <= 4 ? (int)order : order == 9 ? 5 : -1;
}

/* A struct pcpu_stack with room for so many pointers. */
#define PCP_STACK(name, slots) u64 name[1 + (slots)]

/* No descriptor's word: the states end far below. */
#define PCP_NO_HOME (~0ULL)

struct zone;

/**
 * struct per_cpu_pages - free blocks at hand on one CPU
 * @home: by order: the word of a descriptor whose block may be put there as it
 *	  is: allocated, unflagged, one reference, of the zone that this CPU
 *	  allocates from first.  PCP_NO_HOME while frees must take the long way,
 *	  and for orders without a list.
 * @zone: the zone that this CPU allocates from first; NULL until the lists are first used
 * @on: they are in use
 * @order0: single pages that were freed last, likely still in the CPU's cache
 * @cold: single pages freed with free_cold_page(); used when @order0 is empty
 *
 * Every block here is PAGE_CACHED.  Any context of this CPU pops and pushes by
 * restartable sequences; mm/pcp.c moves many with interrupts off.
 */
struct per_cpu_pages {
	u64 home[MAX_ORDER];
	struct zone *zone;
	bool on;
	PCP_STACK(order0, PCP_SLOTS_0);
	PCP_STACK(order1, PCP_SLOTS_1);
	PCP_STACK(order2, PCP_SLOTS_2);
	PCP_STACK(order3, PCP_SLOTS_3);
	PCP_STACK(order4, PCP_SLOTS_4);
	PCP_STACK(order9, PCP_SLOTS_9);
	PCP_STACK(cold, PCP_SLOTS_COLD);
};

/* This CPU's, to be used by way of %gs. */
extern struct per_cpu_pages pcp_pages;

/* pcp_stack - the list of blocks of an order that has one. */
static __always_inline struct pcpu_stack __percpu *pcp_stack(unsigned int order)
{
	switch (order) {
	case 0:
		return (struct pcpu_stack __percpu *)pcp_pages.order0;
	case 1:
		return (struct pcpu_stack __percpu *)pcp_pages.order1;
	case 2:
		return (struct pcpu_stack __percpu *)pcp_pages.order2;
	case 3:
		return (struct pcpu_stack __percpu *)pcp_pages.order3;
	case 4:
		return (struct pcpu_stack __percpu *)pcp_pages.order4;
	default:
		return (struct pcpu_stack __percpu *)pcp_pages.order9;
	}
}

/* pcp_serves - may an allocation with these flags be served from this CPU's lists? */
static __always_inline bool pcp_serves(gfp_t gfp, unsigned int order)
{
	return !(gfp & (GFP_ZONEMASK | __GFP_COLD | __GFP_THISNODE)) &&
	       !(order && (gfp & __GFP_COMP)) && pcp_index(order) >= 0;
}

/* The long ways, in mm/page_alloc.c and mm/page_free.c. */
struct page *pcp_alloc_slow(gfp_t gfp, unsigned int order);
struct page *pcp_alloc_bad(gfp_t gfp, unsigned int order, struct page *page);
void pcp_free_slow(struct page *page, unsigned int order);
void pcp_free_full(struct page *page, unsigned int order);

/* pcp_alloc - alloc_pages() where pcp_serves(); order is a compile-time constant. */
static __always_inline struct page *pcp_alloc(gfp_t gfp, unsigned int order)
{
	struct page *page = pcpu_stack_pop(pcp_stack(order));

	if (unlikely(!page))
		return pcp_alloc_slow(gfp, order);
	if (unlikely(page->state != PAGE_CACHED))
		return pcp_alloc_bad(gfp, order, page);
	page->state = PAGE_ALLOCATED;
	kasan_unpoison_pages(page, order);
	if (gfp & __GFP_ZERO)
		clear_pages(page_to_virt(page), order);
	return page;
}

/*
 * page_word_equals - compare the first word of what may be a descriptor
 *
 * An address that is not mapped is unequal: garbage pointers, and direct-map
 * addresses made of them, cost nothing to tell apart (asm/page.h places the
 * descriptors so that those of other addresses are not mapped).
 */
static __always_inline bool page_word_equals(const struct page *page, u64 word)
{
	return u64_equals_nofault(page, word);
}

/*
 * pcp_free - __free_pages() for an order that has a list, a compile-time constant
 *
 * One comparison of eight bytes finds everything that is wrong or unusual about
 * the page: its state, order, flags, zone, node and reference count.
 */
static __always_inline void pcp_free(struct page *page, unsigned int order)
{
	if (unlikely(!page_word_equals(page, __pcpu_access(pcp_pages.home[order])))) {
		pcp_free_slow(page, order);
		return;
	}
	page->state = PAGE_CACHED;
	kasan_poison_pages(page, order);
	if (unlikely(!pcpu_stack_push(pcp_stack(order), page)))
		pcp_free_full(page, order);
}

#endif
