/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_PERCPU_H
#define _LINUX_PERCPU_H

/* Per-CPU memory: the dynamic allocator, and all of percpu-defs.h. */
#include <linux/types.h>
#include <linux/preempt.h>
#include <linux/percpu-defs.h>
#include <linux/smp.h>

/* Largest object, and the size of a CPU's share of a chunk. */
#define PCPU_MIN_UNIT_SIZE (32UL << 10)

/**
 * __alloc_percpu - allocate a per-CPU object
 * @size: bytes for each CPU, 1 .. PCPU_MIN_UNIT_SIZE
 * @align: power of two, at most PAGE_SIZE
 *
 * Every possible CPU's copy is zeroed.
 *
 * Context: may sleep.
 * Return: a per-CPU pointer for per_cpu_ptr() and this_cpu_ptr(), or NULL; a size
 * or alignment that cannot be met is reported.
 */
void __percpu *__alloc_percpu(size_t size, size_t align);

/**
 * __alloc_percpu_gfp - __alloc_percpu() with allocation flags
 * @size: as above
 * @align: as above
 * @gfp: flags for the pages behind new room; without __GFP_DIRECT_RECLAIM only
 *	what is populated already is used, and any context will do
 *
 * Return: as above.
 */
void __percpu *__alloc_percpu_gfp(size_t size, size_t align, gfp_t gfp);

/**
 * free_percpu - release an object of alloc_percpu()
 * @ptr: the object, or NULL
 *
 * A pointer that alloc_percpu() did not give, or gave and took back, is reported
 * and left alone.
 *
 * Context: any.
 */
void free_percpu(void __percpu *ptr);

/* alloc_percpu - an object of @type for each CPU, zeroed and aligned for it. */
#define alloc_percpu(type) \
	((__typeof__(type) __percpu *)__alloc_percpu(sizeof(type), __alignof__(type)))
#define alloc_percpu_gfp(type, gfp) \
	((__typeof__(type) __percpu *)__alloc_percpu_gfp(sizeof(type), __alignof__(type), gfp))

/**
 * per_cpu_ptr_to_phys - physical address behind a CPU's copy
 * @addr: what per_cpu_ptr() gave
 */
phys_addr_t per_cpu_ptr_to_phys(void *addr);

/**
 * is_kernel_percpu_address - does @addr lie in some CPU's copy of a static variable?
 * @addr: any address
 */
bool is_kernel_percpu_address(unsigned long addr);

/**
 * setup_per_cpu_areas - give every CPU its copy of the per-CPU section
 *
 * Takes the first chunk (static variables and some room for dynamic ones) from
 * memblock for nr_cpu_ids CPUs and moves the boot CPU onto its own.
 *
 * Context: start-up, once, before the page allocator exists.
 */
void setup_per_cpu_areas(void);

/* pcpu_drain - give pages of the dynamic area that hold no object back. Context: may sleep. */
void pcpu_drain(void);

/* pcpu_nr_pages - page frames behind the dynamic per-CPU area, all CPUs together. */
unsigned long pcpu_nr_pages(void);

#endif
