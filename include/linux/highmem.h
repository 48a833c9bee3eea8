/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_HIGHMEM_H
#define _LINUX_HIGHMEM_H

/*
 * Pages of ZONE_HIGHMEM, which have no address until they are mapped.  For any
 * other page these calls are its address in the direct map, and cost nothing.
 */
#include <linux/types.h>
#include <linux/mm.h>
#include <linux/string.h>

/* highmem_init - the addresses that pages are mapped at; start-up, after vmalloc_init(). */
void highmem_init(void);

void *kmap_high(struct page *page);
void kunmap_high(struct page *page);
void *kmap_local_high(struct page *page);
void kunmap_local_high(const void *addr);

/**
 * kmap - an address for a page, that every thread may use
 * @page: an allocated page
 *
 * Each kmap() of a page counts; its last kunmap() takes the address away.
 *
 * Context: where sleeping is allowed; waits while all addresses are in use.
 * Return: the address.
 */
static inline void *kmap(struct page *page)
{
	might_sleep();
	return PageHighMem(page) ? kmap_high(page) : page_to_virt(page);
}

/* kunmap - the opposite; takes the page, not the address. */
static inline void kunmap(struct page *page)
{
	if (PageHighMem(page))
		kunmap_high(page);
}

/**
 * kmap_local_page - an address for a page, for this thread and a short while
 * @page: an allocated page
 *
 * Mappings nest, and are given up in reverse order.  While one of a page of
 * ZONE_HIGHMEM is held preemption is off.
 *
 * Context: any.
 * Return: the address.
 */
static inline void *kmap_local_page(struct page *page)
{
	return PageHighMem(page) ? kmap_local_high(page) : page_to_virt(page);
}

/* kunmap_local - give up the mapping that kmap_local_page() made last; any address in it. */
static inline void kunmap_local(const void *addr)
{
	if ((unsigned long)addr - KMAP_START < KMAP_SIZE)
		kunmap_local_high(addr);
}

/* kmap_atomic - kmap_local_page() with preemption off for any page; as old code has it. */
static inline void *kmap_atomic(struct page *page)
{
	preempt_disable();
	return kmap_local_page(page);
}

static inline void kunmap_atomic(const void *addr)
{
	kunmap_local(addr);
	preempt_enable();
}

static inline void clear_highpage(struct page *page)
{
	void *va = kmap_local_page(page);

	clear_page(va);
	kunmap_local(va);
}

static inline void copy_highpage(struct page *to, struct page *from)
{
	void *source = kmap_local_page(from), *target = kmap_local_page(to);

	copy_page(target, source);
	kunmap_local(target);
	kunmap_local(source);
}

static inline void memcpy_from_page(void *to, struct page *page, size_t offset, size_t n)
{
	char *va = kmap_local_page(page);

	memcpy(to, va + offset, n);
	kunmap_local(va);
}

static inline void memcpy_to_page(struct page *page, size_t offset, const void *from, size_t n)
{
	char *va = kmap_local_page(page);

	memcpy(va + offset, from, n);
	kunmap_local(va);
}

#endif
