/* SPDX-License-Identifier: MIT */
#ifndef _TESTS_PAGE_CHAIN_H
#define _TESTS_PAGE_CHAIN_H

/* Blocks of pages that a test holds, chained through their descriptors: any number of them. */
#include <linux/gfp.h>
#include <linux/mm.h>

static inline struct page *push_page(struct page *chain, struct page *page)
{
	page->private = (unsigned long)chain;
	return page;
}

/* Takes all that flags can get, beginning at a node, the larger blocks first: that is quicker. */
static inline struct page *take_all_from(struct page *chain, int nid, gfp_t gfp)
{
	gfp = (gfp & ~__GFP_KSWAPD_RECLAIM) | __GFP_NOWARN; /* nobody is to make room meanwhile */
	for (int order = 9; order >= 0; order--) {
		gfp_t flags = gfp | (order ? __GFP_NORETRY : 0);
		struct page *page;

		while ((page = alloc_pages_node(nid, flags, (unsigned int)order)))
			chain = push_page(chain, page);
	}
	return chain;
}

static inline struct page *take_all(struct page *chain, gfp_t gfp)
{
	return take_all_from(chain, NUMA_NO_NODE, gfp);
}

/* From one node only. */
static inline struct page *take_all_of_node(struct page *chain, int nid, gfp_t gfp)
{
	return take_all_from(chain, nid, gfp | __GFP_THISNODE);
}

static inline void free_chain(struct page *chain)
{
	while (chain) {
		struct page *next = (struct page *)chain->private;

		__free_pages(chain, chain->order);
		chain = next;
	}
}

#endif
