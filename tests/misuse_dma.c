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
#include "misuse.h"

static u64 mask = DMA_BIT_MASK(64);
static struct device device;

static void no_release(struct device *dev __unused)
{
}

static struct device *device_ready(void)
{
	device = (struct device){.dma_mask = &mask, .release = no_release};
	dev_set_name(&device, "t_device");
	EXPECT_EQ(device_register(&device), 0);
	EXPECT_EQ(dma_set_mask_and_coherent(&device, mask), 0);
	return &device;
}

MISUSE(dma_unmap_twice,
       "BUG: dma_unmap_single: t_device: device address {phys}, 512 bytes: "
       "is not mapped, or not any more",
       "{at:dma_unmap_twice}")
{
	struct device *dev = device_ready();
	void *p = kmalloc(512, GFP_KERNEL);
	dma_addr_t addr = dma_map_single(dev, p, 512, DMA_TO_DEVICE);

	dma_unmap_single(dev, addr, 512, DMA_TO_DEVICE);
	MISTAKE(addr) {
		dma_unmap_single(dev, addr, 512, DMA_TO_DEVICE);
	}
	kfree(p);
	device_unregister(dev);
}

MISUSE(dma_unmap_wrong_size,
       "BUG: dma_unmap_single: t_device: device address {phys}, 256 bytes: has a different "
       "size, 512 bytes, from {at:dma_unmap_wrong_size}")
{
	struct device *dev = device_ready();
	void *p = kmalloc(512, GFP_KERNEL);
	dma_addr_t addr = dma_map_single(dev, p, 512, DMA_TO_DEVICE);

	MISTAKE(addr) {
		dma_unmap_single(dev, addr, 256, DMA_TO_DEVICE);
	}
	kfree(p);
	device_unregister(dev);
}

MISUSE(dma_map_vmalloc,
       "BUG: dma_map_single: t_device: device address {phys}, 512 bytes: is no memory that a "
       "device can be given (vmalloc, a stack, a device?)")
{
	struct device *dev = device_ready();
	void *p = vmalloc(512);

	MISTAKE(p) {
		EXPECT(dma_mapping_error(dev, dma_map_single(dev, p, 512, DMA_TO_DEVICE)));
	}
	vfree(p);
	device_unregister(dev);
}

MISUSE(dma_free_coherent_twice,
       "BUG: dma_free_coherent: t_device: device address {phys}, 4096 bytes: "
       "is not mapped, or not any more",
       "{at:dma_free_coherent_twice}")
{
	struct device *dev = device_ready();
	dma_addr_t addr;
	void *p = dma_alloc_coherent(dev, 4096, &addr, GFP_KERNEL);

	ASSERT(p);
	dma_free_coherent(dev, 4096, p, addr);
	MISTAKE(addr) {
		dma_free_coherent(dev, 4096, p, addr);
	}
	device_unregister(dev);
}

/* ---- Pools ----------------------------------------------------------------------------- */

MISUSE(dma_pool_free_twice, "BUG: dma_pool_free: pool t_pool of t_device: {p} is free already",
       "{at:dma_pool_free_twice}")
{
	struct device *dev = device_ready();
	struct dma_pool *pool = dma_pool_create("t_pool", dev, 64, 64, 0);
	dma_addr_t addr;
	void *p;

	ASSERT(pool);
	p = dma_pool_alloc(pool, GFP_KERNEL, &addr);
	dma_pool_free(pool, p, addr);
	MISTAKE(p) {
		dma_pool_free(pool, p, addr);
	}
	dma_pool_destroy(pool);
	device_unregister(dev);
}

MISUSE(dma_pool_free_foreign,
       "BUG: dma_pool_free: pool t_pool of t_device: {p} is in none of its chunks")
{
	struct device *dev = device_ready();
	struct dma_pool *pool = dma_pool_create("t_pool", dev, 64, 64, 0);
	void *p = kmalloc(64, GFP_KERNEL);

	ASSERT(pool && p);
	MISTAKE(p) {
		dma_pool_free(pool, p, virt_to_phys(p));
	}
	kfree(p);
	dma_pool_destroy(pool);
	device_unregister(dev);
}

MISUSE(dma_pool_destroy_busy,
       "BUG: dma_pool_destroy: pool t_pool of t_device: {p} is live, the first of 1")
{
	struct device *dev = device_ready();
	struct dma_pool *pool = dma_pool_create("t_pool", dev, 64, 64, 0);
	dma_addr_t addr;
	void *p;

	ASSERT(pool);
	p = dma_pool_alloc(pool, GFP_KERNEL, &addr);
	MISTAKE(p) {
		dma_pool_destroy(pool);
	}
	dma_pool_free(pool, p, addr);
	dma_pool_destroy(pool);
	device_unregister(dev);
}
