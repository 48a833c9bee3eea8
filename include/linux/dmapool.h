/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_DMAPOOL_H
#define _LINUX_DMAPOOL_H

/* Small blocks of coherent memory.  mm/dma_pool.c tells how it works. */
#include <linux/types.h>
#include <linux/gfp.h>
#include <linux/io.h>
#include <linux/scatterlist.h>

struct device;
struct dma_pool;

/**
 * dma_pool_create - a pool of equal blocks of coherent memory
 * @name: for reports
 * @dev: the device that will use them
 * @size: of a block, at least 1
 * @align: of each block, a power of two; 0 or 1: none
 * @boundary: a power of two that no block crosses a multiple of; 0: none
 *
 * Context: may sleep.
 * Return: the pool; NULL without memory, or when @boundary is less than @size or
 * a number is not what it must be.
 */
struct dma_pool *dma_pool_create(const char *name, struct device *dev, size_t size, size_t align,
				 size_t boundary);

/**
 * dma_pool_destroy - give a pool's memory back
 * @pool: the pool, or NULL
 *
 * One with live blocks is reported and stays as it is.
 *
 * Context: may sleep.
 */
void dma_pool_destroy(struct dma_pool *pool);

/**
 * dma_pool_alloc - a block
 * @pool: the pool
 * @gfp: GFP_ flags; __GFP_ZERO zeroes the block
 * @handle: its address as the device sees it
 *
 * Context: as @gfp says.
 * Return: its address in the kernel, or NULL.
 */
void *dma_pool_alloc(struct dma_pool *pool, gfp_t gfp, dma_addr_t *handle);

static inline void *dma_pool_zalloc(struct dma_pool *pool, gfp_t gfp, dma_addr_t *handle)
{
	return dma_pool_alloc(pool, gfp | __GFP_ZERO, handle);
}

/**
 * dma_pool_free - give a block back
 * @pool: the pool it is from
 * @vaddr: what dma_pool_alloc() returned
 * @handle: what it put there
 *
 * What is no live block of the pool, or has another handle, is reported and refused.
 *
 * Context: any.
 */
void dma_pool_free(struct dma_pool *pool, void *vaddr, dma_addr_t handle);

/* dmam_pool_create - the same, destroyed when the driver lets the device go. */
struct dma_pool *dmam_pool_create(const char *name, struct device *dev, size_t size, size_t align,
				  size_t boundary);
void dmam_pool_destroy(struct dma_pool *pool);

/* dma_pool_device - whom a pool is for. */
struct device *dma_pool_device(const struct dma_pool *pool);

/* The names of old. */
#define pci_pool			     dma_pool
#define pci_pool_create(name, pdev, s, a, b) dma_pool_create(name, &(pdev)->dev, s, a, b)
#define pci_pool_destroy(pool)		     dma_pool_destroy(pool)
#define pci_pool_alloc(pool, flags, handle)  dma_pool_alloc(pool, flags, handle)
#define pci_pool_free(pool, vaddr, addr)     dma_pool_free(pool, vaddr, addr)

#endif
