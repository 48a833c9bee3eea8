/* SPDX-License-Identifier: MIT */
#ifndef _MM_FAULT_INJECT_H
#define _MM_FAULT_INJECT_H

/* Allocations that fail on purpose: mm/fault_inject.c. */
#include <linux/fault-inject.h>
#include <linux/mm.h>

/* fault_page, fault_slab, fault_percpu - shall this allocation fail?  For the long ways. */
static inline bool fault_page(gfp_t gfp, unsigned int order)
{
	return unlikely(fault_injecting) && should_fail_alloc_page(gfp, order);
}

static inline bool fault_slab(struct kmem_cache *cache, gfp_t gfp)
{
	return unlikely(fault_injecting) && should_failslab(cache, gfp);
}

bool should_fail_percpu(gfp_t gfp);
static inline bool fault_percpu(gfp_t gfp)
{
	return unlikely(fault_injecting) && should_fail_percpu(gfp);
}

/**
 * struct fault_filter - which allocations a kind of fault is for, besides its fault_attr
 * @attr: when
 * @ignore_gfp_wait: not those that may reclaim
 * @ignore_gfp_highmem: not those that may take high memory
 * @min_order: blocks of this order at least
 */
struct fault_filter {
	struct fault_attr attr;
	bool ignore_gfp_wait;
	bool ignore_gfp_highmem;
	unsigned int min_order;
};
extern struct fault_filter failslab, fail_page_alloc;

/**
 * fault_nth_begin - from here on allocations of objects, pages and per-CPU memory are
 *		     counted, and the @n-th of them fails
 * @n: from 1; 0 counts only
 * @run: it and those after it, so many in all
 * @verbose: say where that is
 *
 * Whoever makes it, with whatever flags but __GFP_NOFAIL.
 */
void fault_nth_begin(unsigned long n, unsigned long run, bool verbose);

/* fault_nth_end - stop, and return how many there were. */
unsigned long fault_nth_end(void);

/* fault_nth_passed - has it failed?  Then no more do, and it is told once. */
bool fault_nth_passed(void);

#endif
