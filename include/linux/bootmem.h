/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_BOOTMEM_H
#define _LINUX_BOOTMEM_H

/*
 * Boot-time memory under its older names: for code that is linked into the
 * kernel and runs before the page allocator does.
 */
#include <linux/types.h>
#include <linux/compiler.h>
#include <linux/memblock.h>

/**
 * __alloc_bootmem - zeroed boot memory
 * @size: bytes; 0 gives one cache line
 * @align: power of two, 0 for a cache line
 * @goal: physical address to start looking at; ignored if nothing is free there
 *
 * Memory that is not given back with free_bootmem() stays allocated for ever.
 *
 * Context: Start-up, until mem_init().
 * Return: address in the direct map.  Panics with a report when there is none;
 * the _nopanic form returns NULL, the _low form stays below 16 MiB.
 */
void *__alloc_bootmem(unsigned long size, unsigned long align, unsigned long goal);
void *__alloc_bootmem_nopanic(unsigned long size, unsigned long align, unsigned long goal);
void *__alloc_bootmem_low(unsigned long size, unsigned long align, unsigned long goal);

/**
 * alloc_bootmem - zeroed, cache-line aligned, from anywhere below the direct map's end
 * @size: bytes
 */
static inline void *alloc_bootmem(unsigned long size)
{
	return __alloc_bootmem(size, SMP_CACHE_BYTES, 0);
}

/* alloc_bootmem_low - alloc_bootmem() below 16 MiB. */
static inline void *alloc_bootmem_low(unsigned long size)
{
	return __alloc_bootmem_low(size, SMP_CACHE_BYTES, 0);
}

/* alloc_bootmem_pages - alloc_bootmem(), page aligned. */
static inline void *alloc_bootmem_pages(unsigned long size)
{
	return __alloc_bootmem(size, PAGE_SIZE, 0);
}

/* alloc_bootmem_low_pages - alloc_bootmem_low(), page aligned. */
static inline void *alloc_bootmem_low_pages(unsigned long size)
{
	return __alloc_bootmem_low(size, PAGE_SIZE, 0);
}

static inline void *alloc_bootmem_align(unsigned long size, unsigned long align)
{
	return __alloc_bootmem(size, align, 0);
}

static inline void *alloc_bootmem_nopanic(unsigned long size)
{
	return __alloc_bootmem_nopanic(size, SMP_CACHE_BYTES, 0);
}

static inline void *alloc_bootmem_pages_nopanic(unsigned long size)
{
	return __alloc_bootmem_nopanic(size, PAGE_SIZE, 0);
}

/**
 * free_bootmem - give boot memory back
 * @addr: physical address
 * @size: bytes
 *
 * A page becomes free once all of its bytes are.
 *
 * Context: Start-up, until mem_init().
 */
void free_bootmem(unsigned long addr, unsigned long size);

/* reserve_bootmem - mark physical memory as taken. */
#define BOOTMEM_DEFAULT 0
int reserve_bootmem(unsigned long addr, unsigned long size, int flags);

/**
 * device_init - register a device's initialiser of the old form
 * @fn: unsigned long fn(unsigned long mem_start, unsigned long mem_end)
 *
 * It is called once before the page allocator starts, with the bounds of a free,
 * physically contiguous range as addresses in the direct map.  What it needs it
 * takes from the start, by returning a higher address than @mem_start; that
 * memory is never freed.  A result outside the range is reported and ignored.
 */
typedef unsigned long (*device_init_fn)(unsigned long mem_start, unsigned long mem_end);
#define device_init(fn) \
	static const device_init_fn __device_init_##fn __used __section(".device_init") = fn

/**
 * bootmem_device_init - run every initialiser that device_init() registered
 *
 * Context: Start-up, after paging_init() and before mem_init().
 */
void bootmem_device_init(void);

/* bootmem_device_init_range - the same for the initialisers in [@fn, @fn_end). */
void bootmem_device_init_range(const device_init_fn *fn, const device_init_fn *fn_end);

#endif
