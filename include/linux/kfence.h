/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_KFENCE_H
#define _LINUX_KFENCE_H

/*
 * Sampled objects between guard pages: mm/kfence.c.  kfence.sample_interval= switches
 * it on; without, is_kfence_address() is false for every address.
 */
#include <linux/compiler.h>
#include <linux/types.h>
#include <asm/page.h>

struct slab_cache;

extern unsigned long kfence_pool, kfence_pool_size;

/* kfence_due - the next allocation that does not find its object on a stack is sampled. */
extern bool kfence_due;

/* is_kfence_address - does an address lie among the sampled objects? */
static __always_inline bool is_kfence_address(const void *addr)
{
	return unlikely((unsigned long)addr - kfence_pool < kfence_pool_size);
}

/* kfence_enabled - was kfence.sample_interval= given, and is there memory for it? */
static inline bool kfence_enabled(void)
{
	return kfence_pool_size;
}

/* kfence_init - lay out pages and guards.  Context: start-up, as soon as there are caches. */
void kfence_init(void);

/* kfence_sample - as if the interval were over: this CPU's next allocation of any cache is sampled. */
void kfence_sample(void);

/**
 * kfence_alloc - an object on a page of its own
 * @c: the cache it is one of
 * @size: bytes that were asked for, at most the cache's
 *
 * The bytes around it are watched from the next multiple of 8 on, and nothing behind the
 * page may be touched.  What it contains is not defined.
 *
 * Context: any but NMI.
 * Return: the object, or NULL if none is due, all are in use, or @c keeps objects' state.
 */
void *kfence_alloc(struct slab_cache *c, size_t size);

/**
 * kfence_free - give it back
 * @addr: anything for which is_kfence_address() holds
 * @c: the cache it must be from, or NULL for any of kmalloc()
 * @caller: for reports
 *
 * Context: any but NMI; waits for the other CPUs to forget the page.
 */
void kfence_free(const void *addr, struct slab_cache *c, unsigned long caller);

/* kfence_is_live - does an object in use start at @addr? */
bool kfence_is_live(const void *addr);

/* kfence_size - bytes of a sampled object, 0 after a report if there is none at @addr. */
size_t kfence_size(const void *addr);

/* kfence_nr_live - how many objects of @c are in use; kfence_list - name them in a report. */
unsigned long kfence_nr_live(const struct slab_cache *c);
unsigned long kfence_list(const struct slab_cache *c);

/* kfence_describe - go on in a line of the log: which object @addr is at. */
void kfence_describe(const void *addr);

/**
 * kfence_handle_page_fault - somebody touched what he must not
 * @addr: the address
 * @is_write: whether it was a write
 * @ip: the instruction
 * @bp: its frame
 *
 * Reports, and lets the access through, so that the kernel goes on.
 *
 * Context: the handler of page faults, for what no exception entry expects.
 * Return: false if the address is none of kfence's.
 */
bool kfence_handle_page_fault(unsigned long addr, bool is_write, unsigned long ip,
			      unsigned long bp);

#endif
