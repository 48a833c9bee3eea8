/* SPDX-License-Identifier: MIT */
/*
 * Memory for devices: mappings, coherent blocks, pools.
 */
#include <linux/device.h>
#include <linux/dma-mapping.h>
#include <linux/dmapool.h>
#include <linux/gfp.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>
#include "death.h"

/* ---- DMA ------------------------------------------------------------------------------- */

static u64 mask = DMA_BIT_MASK(32);
static struct device device = {.dma_mask = &mask};

static struct device *device_ready(void)
{
	dev_set_name(&device, "t_device");
	return device_register(&device) || dma_set_mask_and_coherent(&device, mask) ? NULL
										    : &device;
}

DEATH(dma_unmap_twice)
{
	struct device *dev = device_ready();
	dma_addr_t addr = dma_map_single(dev, kmalloc(512, GFP_KERNEL), 512, DMA_TO_DEVICE);

	dma_unmap_single(dev, addr, 512, DMA_TO_DEVICE);
	mistake_with((void *)addr);
	dma_unmap_single(dev, addr, 512, DMA_TO_DEVICE);
}

DEATH(dma_unmap_wrong_size)
{
	struct device *dev = device_ready();
	dma_addr_t addr = dma_map_single(dev, kmalloc(512, GFP_KERNEL), 512, DMA_TO_DEVICE);

	mistake_with((void *)addr);
	dma_unmap_single(dev, addr, 256, DMA_TO_DEVICE);
}

DEATH(dma_map_vmalloc)
{
	struct device *dev = device_ready();
	void *p = vmalloc(512);

	mistake_with(p);
	dma_map_single(dev, p, 512, DMA_TO_DEVICE);
}

DEATH(dma_free_coherent_twice)
{
	struct device *dev = device_ready();
	dma_addr_t addr;
	void *p = dma_alloc_coherent(dev, 4096, &addr, GFP_KERNEL);

	dma_free_coherent(dev, 4096, p, addr);
	mistake_with((void *)addr);
	dma_free_coherent(dev, 4096, p, addr);
}

DEATH(dma_pool_free_twice)
{
	struct dma_pool *pool = dma_pool_create("t_pool", device_ready(), 64, 64, 0);
	dma_addr_t addr;
	void *p = dma_pool_alloc(pool, GFP_KERNEL, &addr);

	dma_pool_free(pool, p, addr);
	mistake_with(p);
	dma_pool_free(pool, p, addr);
}

DEATH(dma_pool_free_foreign)
{
	struct dma_pool *pool = dma_pool_create("t_pool", device_ready(), 64, 64, 0);
	void *p = kmalloc(64, GFP_KERNEL);

	mistake_with(p);
	dma_pool_free(pool, p, virt_to_phys(p));
}

DEATH(dma_pool_destroy_busy)
{
	struct dma_pool *pool = dma_pool_create("t_pool", device_ready(), 64, 64, 0);
	dma_addr_t addr;

	mistake_with(dma_pool_alloc(pool, GFP_KERNEL, &addr));
	dma_pool_destroy(pool);
}
