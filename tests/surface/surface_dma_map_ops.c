/* SPDX-License-Identifier: MIT */
/* A device that maps in a way of its own, from <linux/dma-map-ops.h> alone. */
#include <linux/dma-map-ops.h>

#define BEHIND_A_BRIDGE 0x4000000000

static int mapped, synced;
static char memory[4096];

static void *surface_alloc(struct device *dev, size_t size, dma_addr_t *handle, gfp_t gfp,
			   unsigned long attrs)
{
	*handle = BEHIND_A_BRIDGE;
	mapped++;
	return memory;
}

static void surface_free(struct device *dev, size_t size, void *vaddr, dma_addr_t handle,
			 unsigned long attrs)
{
	mapped -= vaddr == memory && handle == BEHIND_A_BRIDGE;
}

static dma_addr_t surface_map(struct device *dev, struct page *page, unsigned long offset,
			      size_t size, enum dma_data_direction dir, unsigned long attrs)
{
	mapped++;
	return BEHIND_A_BRIDGE + page_to_phys(page) + offset;
}

static void surface_unmap(struct device *dev, dma_addr_t handle, size_t size,
			  enum dma_data_direction dir, unsigned long attrs)
{
	mapped -= handle > BEHIND_A_BRIDGE && size == 100;
}

static void surface_sync(struct device *dev, dma_addr_t handle, size_t size,
			 enum dma_data_direction dir)
{
	synced++;
}

static const struct dma_map_ops surface_ops = {
	.alloc = surface_alloc,
	.free = surface_free,
	.map_page = surface_map,
	.unmap_page = surface_unmap,
	.sync_single_for_cpu = surface_sync,
	.sync_single_for_device = surface_sync,
};

int init_module(void)
{
	static struct device dev;
	static u64 mask = DMA_BIT_MASK(64);
	dma_addr_t handle;
	char *buffer = (char *)__get_free_page(GFP_KERNEL);
	void *p;
	int ok;

	dev.dma_mask = &mask;
	set_dma_ops(&dev, &surface_ops);
	p = dma_alloc_coherent(&dev, 4096, &handle, GFP_KERNEL);
	ok = buffer && p == memory && get_dma_ops(&dev) == &surface_ops;
	dma_free_coherent(&dev, 4096, p, handle);
	handle = dma_map_single(&dev, buffer + 20, 100, DMA_TO_DEVICE);
	ok = ok && handle == BEHIND_A_BRIDGE + virt_to_phys(buffer) + 20 && mapped == 1;
	dma_sync_single_for_cpu(&dev, handle, 100, DMA_TO_DEVICE);
	dma_sync_single_for_device(&dev, handle, 100, DMA_TO_DEVICE);
	dma_unmap_single(&dev, handle, 100, DMA_TO_DEVICE);
	set_dma_ops(&dev, NULL);
	handle = dma_map_single(&dev, buffer, 100, DMA_TO_DEVICE);
	ok = ok && handle == virt_to_phys(buffer) && !mapped && synced == 2;
	dma_unmap_single(&dev, handle, 100, DMA_TO_DEVICE);
	free_page((unsigned long)buffer);
	return ok ? 0 : -1;
}
