/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_DMA_MAP_OPS_H
#define _LINUX_DMA_MAP_OPS_H

/*
 * A device that maps in a way of its own: behind a bridge with an address
 * translation, say, or a device of a test.  Devices without operations of their
 * own, which is all that PCI finds, are mapped as mm/dma_map.c says.
 */
#include <linux/device.h>
#include <linux/dma-mapping.h>

/**
 * struct dma_map_ops - how a device's memory is mapped
 * @alloc: dma_alloc_coherent(); absent: the device has no such memory
 * @free: dma_free_coherent()
 * @map_page: all streaming mappings, one for each piece of a scatter list
 * @unmap_page: the opposite
 * @sync_single_for_cpu: may be absent
 * @sync_single_for_device: may be absent
 *
 * What they map is not recorded; that their calls balance is theirs to see to.
 */
struct dma_map_ops {
	void *(*alloc)(struct device *dev, size_t size, dma_addr_t *handle, gfp_t gfp,
		       unsigned long attrs);
	void (*free)(struct device *dev, size_t size, void *vaddr, dma_addr_t handle,
		     unsigned long attrs);
	dma_addr_t (*map_page)(struct device *dev, struct page *page, unsigned long offset,
			       size_t size, enum dma_data_direction dir, unsigned long attrs);
	void (*unmap_page)(struct device *dev, dma_addr_t handle, size_t size,
			   enum dma_data_direction dir, unsigned long attrs);
	void (*sync_single_for_cpu)(struct device *dev, dma_addr_t handle, size_t size,
				    enum dma_data_direction dir);
	void (*sync_single_for_device)(struct device *dev, dma_addr_t handle, size_t size,
				       enum dma_data_direction dir);
};

/* get_dma_ops - the operations of @dev's own, NULL for the ordinary ones. */
static inline const struct dma_map_ops *get_dma_ops(const struct device *dev)
{
	return dev ? dev->dma_ops : NULL;
}

/* set_dma_ops - give @dev operations of its own; NULL: the ordinary ones.  Nothing is mapped. */
static inline void set_dma_ops(struct device *dev, const struct dma_map_ops *ops)
{
	dev->dma_ops = ops;
}

#endif
