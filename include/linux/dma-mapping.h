/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_DMA_MAPPING_H
#define _LINUX_DMA_MAPPING_H

/*
 * Memory for devices that reach it by themselves.  docs/dma.md tells how it
 * works: a device's mask says which addresses it can drive, coherent memory is
 * taken from below it, and a buffer that lies above it is copied through one
 * that does not.
 */
#include <linux/types.h>
#include <linux/device.h>
#include <linux/dma-direction.h>
#include <linux/errno.h>
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/scatterlist.h>

#define DMA_MAPPING_ERROR (~(dma_addr_t)0)
#define DMA_BIT_MASK(n)	  ((n) ? ~0ULL >> (64 - (n)) : 0)

/* Attributes of a mapping; the others of Linux mean nothing to this machine. */
#define DMA_ATTR_WEAK_ORDERING	    (1UL << 1)
#define DMA_ATTR_WRITE_COMBINE	    (1UL << 2)
#define DMA_ATTR_NO_KERNEL_MAPPING  (1UL << 4)
#define DMA_ATTR_SKIP_CPU_SYNC	    (1UL << 5) /* copy nothing; dma_sync_ calls do */
#define DMA_ATTR_FORCE_CONTIGUOUS   (1UL << 6)
#define DMA_ATTR_ALLOC_SINGLE_PAGES (1UL << 7)
#define DMA_ATTR_NO_WARN	    (1UL << 8) /* a failure is not reported */

/* ---- what a device reaches -------------------------------------------------------------- */

/**
 * dma_set_mask - say which addresses a device can drive in streaming mappings
 * @dev: the device; its dma_mask points somewhere
 * @mask: the highest of them, as DMA_BIT_MASK(28)
 *
 * Where memory reaches above @mask, bounce buffers below it are seen to.
 *
 * Context: may sleep.
 * Return: 0, or -EIO when there is too little memory below @mask: less than
 * 16 MiB, and not all of RAM.
 */
int dma_set_mask(struct device *dev, u64 mask);
int dma_set_coherent_mask(struct device *dev, u64 mask);
int dma_set_mask_and_coherent(struct device *dev, u64 mask);

/* dma_coerce_mask_and_coherent - the same for a device that has no place for a mask of its own. */
static inline int dma_coerce_mask_and_coherent(struct device *dev, u64 mask)
{
	dev->dma_mask = &dev->coherent_dma_mask;
	return dma_set_mask_and_coherent(dev, mask);
}

/* dma_supported - would dma_set_mask() take @mask? */
int dma_supported(struct device *dev, u64 mask);

/* dma_get_mask - the mask for streaming mappings; 32 bits where the device has none. */
static inline u64 dma_get_mask(const struct device *dev)
{
	return dev->dma_mask && *dev->dma_mask ? *dev->dma_mask : DMA_BIT_MASK(32);
}

/* dma_get_required_mask - the mask that all of RAM is below. */
u64 dma_get_required_mask(struct device *dev);

static inline bool dma_addressing_limited(struct device *dev)
{
	return dma_get_mask(dev) < dma_get_required_mask(dev);
}

/* dma_max_mapping_size - the most bytes that one mapping can have. */
size_t dma_max_mapping_size(struct device *dev);

/* ---- coherent memory: both sides see each other's writes at once ------------------------ */

/**
 * dma_alloc_coherent - memory that the CPU and a device share
 * @dev: the device; NULL for one that reaches the first 16 MiB
 * @size: bytes; whole pages are taken
 * @handle: its address as the device sees it
 * @gfp: GFP_ flags; those for zones are ignored, the mask chooses
 *
 * Zeroed, physically contiguous, aligned to the power of two at or above @size,
 * all of it below dev->coherent_dma_mask.
 *
 * Context: as @gfp says.
 * Return: its address in the kernel, or NULL.
 */
void *dma_alloc_attrs(struct device *dev, size_t size, dma_addr_t *handle, gfp_t gfp,
		      unsigned long attrs);

/**
 * dma_free_coherent - give back what dma_alloc_coherent() returned
 * @dev: the device it was for
 * @size: bytes, as then
 * @vaddr: what it returned; NULL is fine
 * @handle: what it put there
 *
 * Anything but a live allocation is reported and refused; a wrong size is
 * reported, and the right one freed.
 *
 * Context: any.
 */
void dma_free_attrs(struct device *dev, size_t size, void *vaddr, dma_addr_t handle,
		    unsigned long attrs);

static inline void *dma_alloc_coherent(struct device *dev, size_t size, dma_addr_t *handle,
				       gfp_t gfp)
{
	return dma_alloc_attrs(dev, size, handle, gfp, 0);
}

static inline void dma_free_coherent(struct device *dev, size_t size, void *vaddr,
				     dma_addr_t handle)
{
	dma_free_attrs(dev, size, vaddr, handle, 0);
}

/* dma_zalloc_coherent - an older name, from when the memory was not always zeroed. */
static inline void *dma_zalloc_coherent(struct device *dev, size_t size, dma_addr_t *handle,
					gfp_t gfp)
{
	return dma_alloc_coherent(dev, size, handle, gfp);
}

/* dmam_alloc_coherent - the same, freed when the driver lets the device go. */
void *dmam_alloc_coherent(struct device *dev, size_t size, dma_addr_t *handle, gfp_t gfp);
void dmam_free_coherent(struct device *dev, size_t size, void *vaddr, dma_addr_t handle);

/* ---- streaming mappings: a buffer is the device's until it is unmapped ------------------ */

/**
 * dma_map_single - hand a buffer to a device
 * @dev: the device; NULL for one that reaches the first 16 MiB
 * @ptr: memory of kmalloc() or the page allocator, or a static variable
 * @size: bytes, not 0
 * @dir: which way data goes
 *
 * From now on until dma_unmap_single() the CPU leaves the buffer alone, but
 * between dma_sync_single_for_cpu() and dma_sync_single_for_device().  A buffer
 * that the device does not reach is bounced.  Memory of vmalloc(), a thread's
 * stack, device memory: reported and refused.
 *
 * Context: any.
 * Return: the address for the device; dma_mapping_error() tells whether it is one.
 */
dma_addr_t dma_map_single_attrs(struct device *dev, const void *ptr, size_t size,
				enum dma_data_direction dir, unsigned long attrs);

/**
 * dma_unmap_single - take a buffer back
 * @dev: the device
 * @addr: what dma_map_single() returned
 * @size: as then
 * @dir: as then
 *
 * What is not mapped is reported and refused.  A wrong size or direction is
 * reported, and the mapping ends as it was made.
 *
 * Context: any.
 */
void dma_unmap_single_attrs(struct device *dev, dma_addr_t addr, size_t size,
			    enum dma_data_direction dir, unsigned long attrs);

/* dma_map_page - the same for memory that need not have an address in the kernel. */
dma_addr_t dma_map_page_attrs(struct device *dev, struct page *page, size_t offset, size_t size,
			      enum dma_data_direction dir, unsigned long attrs);
void dma_unmap_page_attrs(struct device *dev, dma_addr_t addr, size_t size,
			  enum dma_data_direction dir, unsigned long attrs);

/**
 * dma_map_sg - map all pieces of a scatter list, or none
 * @dev: the device
 * @sgl: the list
 * @nents: its entries
 * @dir: which way data goes
 *
 * Return: entries whose sg_dma_address() and sg_dma_len() are set; 0 on failure.
 */
unsigned int dma_map_sg_attrs(struct device *dev, struct scatterlist *sgl, int nents,
			      enum dma_data_direction dir, unsigned long attrs);

/* dma_unmap_sg - unmap a list; @nents is what dma_map_sg() was given, not what it returned. */
void dma_unmap_sg_attrs(struct device *dev, struct scatterlist *sgl, int nents,
			enum dma_data_direction dir, unsigned long attrs);

#define dma_map_single(d, p, s, r)   dma_map_single_attrs(d, p, s, r, 0)
#define dma_unmap_single(d, a, s, r) dma_unmap_single_attrs(d, a, s, r, 0)
#define dma_map_page(d, p, o, s, r)  dma_map_page_attrs(d, p, o, s, r, 0)
#define dma_unmap_page(d, a, s, r)   dma_unmap_page_attrs(d, a, s, r, 0)
#define dma_map_sg(d, s, n, r)	     dma_map_sg_attrs(d, s, n, r, 0)
#define dma_unmap_sg(d, s, n, r)     dma_unmap_sg_attrs(d, s, n, r, 0)

/* dma_mapping_error - 0 if @addr can be given to the device, else -ENOMEM. */
static inline int __must_check dma_mapping_error(struct device *dev __unused, dma_addr_t addr)
{
	return addr == DMA_MAPPING_ERROR ? -ENOMEM : 0;
}

/**
 * dma_sync_single_for_cpu - look at a buffer without unmapping it
 * @dev: the device
 * @addr: an address in the mapping
 * @size: bytes; within the mapping
 * @dir: as it was mapped
 *
 * What is not mapped, or not in that direction, is reported and left alone.
 *
 * Context: any.
 */
void dma_sync_single_for_cpu(struct device *dev, dma_addr_t addr, size_t size,
			     enum dma_data_direction dir);

/* dma_sync_single_for_device - give it back after the CPU has written to it. */
void dma_sync_single_for_device(struct device *dev, dma_addr_t addr, size_t size,
				enum dma_data_direction dir);

static inline void dma_sync_single_range_for_cpu(struct device *dev, dma_addr_t addr,
						 unsigned long offset, size_t size,
						 enum dma_data_direction dir)
{
	dma_sync_single_for_cpu(dev, addr + offset, size, dir);
}

static inline void dma_sync_single_range_for_device(struct device *dev, dma_addr_t addr,
						    unsigned long offset, size_t size,
						    enum dma_data_direction dir)
{
	dma_sync_single_for_device(dev, addr + offset, size, dir);
}

void dma_sync_sg_for_cpu(struct device *dev, struct scatterlist *sgl, int nents,
			 enum dma_data_direction dir);
void dma_sync_sg_for_device(struct device *dev, struct scatterlist *sgl, int nents,
			    enum dma_data_direction dir);

/* dma_need_sync - does a mapping have a bounce buffer, so that dma_sync_ calls copy? */
bool dma_need_sync(struct device *dev, dma_addr_t addr);

/* CPU caches are coherent with devices here; this is what a driver aligns by where they are not. */
static inline int dma_get_cache_alignment(void)
{
	return 1;
}

/* Fields for drivers' own structures that remember a mapping. */
#define DEFINE_DMA_UNMAP_ADDR(name)	   dma_addr_t name
#define DEFINE_DMA_UNMAP_LEN(name)	   __u32 name
#define dma_unmap_addr(ptr, name)	   ((ptr)->name)
#define dma_unmap_addr_set(ptr, name, val) (((ptr)->name) = (val))
#define dma_unmap_len(ptr, name)	   ((ptr)->name)
#define dma_unmap_len_set(ptr, name, val)  (((ptr)->name) = (val))

#endif
