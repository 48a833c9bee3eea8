/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_GFP_H
#define _LINUX_GFP_H

/* Page allocation: flags (gfp_types.h) and calls. */
#include <linux/gfp_types.h>
#include <linux/mm_types.h>
#include <linux/mmzone.h>
#include <linux/types.h>
#include <linux/compiler.h>
#include <linux/preempt.h>
#include <cairn/pcp.h>

/**
 * get_order - the smallest order whose blocks hold a number of bytes
 * @size: bytes; 0 gives BITS_PER_LONG - PAGE_SHIFT, as Linux has it
 */
static __always_inline __attribute_const__ int get_order(unsigned long size)
{
	if (!size)
		return 64 - PAGE_SHIFT;
	size = (size - 1) >> PAGE_SHIFT;
	return size ? 64 - __builtin_clzl(size) : 0;
}

void might_alloc_failed(gfp_t gfp) __cold;
void might_alloc_failed_by(gfp_t gfp, unsigned long caller) __cold;

/**
 * might_alloc - report an allocation that may sleep where sleeping is not allowed
 * @gfp: its flags
 *
 * Every allocating call begins with it, so the mistake shows each time and not
 * only when memory happens to be short.
 *
 * Context: Any.
 */
static __always_inline void might_alloc(gfp_t gfp)
{
	if ((gfp & __GFP_DIRECT_RECLAIM) && unlikely(in_atomic()))
		might_alloc_failed(gfp);
}

/*
 * __alloc_pages - alloc_pages() for any order and flags
 * @nid: node to begin with, or NUMA_NO_NODE for this CPU's
 */
struct page *__alloc_pages(gfp_t gfp, unsigned int order, int nid);

/**
 * alloc_pages - allocate 2^order contiguous page frames
 * @gfp: GFP_ flags
 * @order: 0 .. MAX_ORDER - 1; the block is aligned to its size
 *
 * The block counts as one allocation: it is freed whole, with the same order,
 * unless split_page() has made single pages of it.
 *
 * Context: Any with GFP_ATOMIC or GFP_NOWAIT; with __GFP_DIRECT_RECLAIM only where
 * sleeping is allowed, which is checked.
 * Return: descriptor of the first page, or NULL (after a report unless __GFP_NOWARN).
 */
static __always_inline struct page *alloc_pages(gfp_t gfp, unsigned int order)
{
	if (__builtin_constant_p(gfp) && __builtin_constant_p(order) && pcp_serves(gfp, order)) {
		might_alloc(gfp);
		return pcp_alloc(gfp, order);
	}
	return __alloc_pages(gfp, order, NUMA_NO_NODE);
}

#define alloc_page(gfp) alloc_pages(gfp, 0)

/**
 * alloc_pages_node - alloc_pages() beginning with the memory of a node
 * @nid: the node; NUMA_NO_NODE for this CPU's
 * @gfp: GFP_ flags; with __GFP_THISNODE no other node will do
 * @order: as for alloc_pages()
 */
static inline struct page *alloc_pages_node(int nid, gfp_t gfp, unsigned int order)
{
	return __alloc_pages(gfp, order, nid);
}

#define __alloc_pages_node(nid, gfp, order) alloc_pages_node(nid, gfp, order)

/**
 * __get_free_pages - alloc_pages() that returns the address
 * @gfp: GFP_ flags; __GFP_HIGHMEM is reported and ignored
 * @order: as for alloc_pages()
 *
 * Return: address in the direct map, or 0.
 */
static __always_inline unsigned long __get_free_pages(gfp_t gfp, unsigned int order)
{
	struct page *page = alloc_pages(gfp & ~__GFP_HIGHMEM, order);

	return page ? (unsigned long)page_to_virt(page) : 0;
}

#define __get_free_page(gfp)	    __get_free_pages(gfp, 0)
#define __get_dma_pages(gfp, order) __get_free_pages((gfp) | GFP_DMA, order)

/* get_zeroed_page - one page of zeroes; get_free_page() is its name of old. */
static __always_inline unsigned long get_zeroed_page(gfp_t gfp)
{
	return __get_free_pages(gfp | __GFP_ZERO, 0);
}

#define get_free_page(gfp) get_zeroed_page(gfp)

/* free_pages_any - __free_pages() for any order. */
void free_pages_any(struct page *page, unsigned int order);

/**
 * __free_pages - give up a reference to a block; the last one frees it
 * @page: its first page
 * @order: its order
 *
 * If a block that is not compound has more references the other pages are freed
 * at once and the first one with its last reference.
 *
 * Anything but the first page of an allocated block, and any other order than
 * the block's, is reported and refused.
 *
 * Context: Any.
 */
static __always_inline void __free_pages(struct page *page, unsigned int order)
{
	if (__builtin_constant_p(order) && pcp_index(order) >= 0)
		pcp_free(page, order);
	else
		free_pages_any(page, order);
}

#define __free_page(page) __free_pages(page, 0)

/* free_pages_addr - free_pages() of any order. */
void free_pages_addr(unsigned long addr, unsigned int order);

/**
 * free_pages - __free_pages() by address
 * @addr: what __get_free_pages() returned, or 0
 * @order: its order
 *
 * An address outside the direct map is reported and refused; one below a page may
 * pass for 0.
 *
 * Context: Any.
 */
static __always_inline void free_pages(unsigned long addr, unsigned int order)
{
	if (__builtin_constant_p(order) && pcp_index(order) >= 0)
		pcp_free(direct_map_to_page(addr), order);
	else
		free_pages_addr(addr, order);
}

#define free_page(addr) free_pages(addr, 0)

/**
 * free_hot_page - free a page that the CPU's cache likely holds; the next to be allocated
 * @page: a single page with one reference
 *
 * free_cold_page() frees one that no cache holds: it is allocated again after all
 * hot ones, or sooner by __GFP_COLD.  A page that still has other references is
 * reported and refused.
 *
 * Context: Any.
 */
void free_hot_page(struct page *page);
void free_cold_page(struct page *page);

/**
 * alloc_pages_exact - contiguous pages that need not be a power of two in number
 * @size: bytes
 * @gfp: GFP_ flags without __GFP_COMP
 *
 * Return: address in the direct map, to be freed by free_pages_exact() with the
 * same size, or NULL.
 */
void *alloc_pages_exact(size_t size, gfp_t gfp);
void *alloc_pages_exact_nid(int nid, size_t size, gfp_t gfp);
void free_pages_exact(void *virt, size_t size);

/**
 * alloc_pages_bulk_array - allocate many single pages
 * @gfp: GFP_ flags
 * @nr: length of @array
 * @array: entries that are NULL are filled in
 *
 * Return: number of entries at the start of @array that are not NULL; less than
 * @nr if memory is short.
 */
unsigned long alloc_pages_bulk_array(gfp_t gfp, unsigned long nr, struct page **array);
unsigned long alloc_pages_bulk_array_node(gfp_t gfp, int nid, unsigned long nr,
					  struct page **array);

/**
 * free_pages_bulk - __free_page() of many
 * @nr: how many
 * @array: single pages
 */
void free_pages_bulk(unsigned long nr, struct page **array);

/* nr_free_pages - pages nobody owns: in zones, on per-CPU lists, not yet described. */
unsigned long nr_free_pages(void);

/* nr_free_highpages - those of them that are in ZONE_HIGHMEM. */
unsigned long nr_free_highpages(void);

/* drain_all_pages - put what is on per-CPU lists back into its zones. */
void drain_all_pages(void);

#endif
