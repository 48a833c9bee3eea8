/* SPDX-License-Identifier: MIT */
/*
 * Objects of the stress test that are mappings, or memory for a device: pages that
 * vmap() puts side by side, device registers, coherent memory and blocks of a DMA pool.
 *
 * The registers are none of any device here: nobody touches them, and that their
 * translation leads to them is what can be checked.
 *
 * Contexts: mappings are made and given back by threads only, the rest by anybody.
 */
#include <linux/device.h>
#include <linux/dma-mapping.h>
#include <linux/dmapool.h>
#include <linux/gfp.h>
#include <linux/io.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/vmalloc.h>
#include <cairn/dma.h>
#include "stress.h"

#define VMAP_PAGES 24
#define REGISTERS  0xfe000000UL
#define BLOCK	   96

static struct device device;
static u64 device_mask;
static struct dma_pool *pool;

static void no_release(struct device *dev __unused)
{
}

bool stress_mapped_init(void)
{
	device_mask = DMA_BIT_MASK(32);
	device = (struct device){.dma_mask = &device_mask, .release = no_release};
	dev_set_name(&device, "stress");
	if (device_register(&device) || dma_set_mask_and_coherent(&device, DMA_BIT_MASK(32)))
		return false;
	pool = dma_pool_create("stress", &device, BLOCK, 32, 1024);
	return pool;
}

void stress_mapped_exit(void)
{
	dma_pool_destroy(pool);
	if (dma_report_pending(&device))
		stress_failed("the device has memory left");
	device_unregister(&device);
}

/* ---- vmap() ---------------------------------------------------------------------------------- */

static unsigned int take_pages(struct page **pages, unsigned int n, gfp_t gfp)
{
	unsigned int i;

	for (i = 0; i < n; i++) {
		pages[i] = alloc_page(gfp);
		if (!pages[i])
			break;
	}
	return i;
}

void *stress_take_vmap(struct stress_actor *a, gfp_t gfp, size_t *size)
{
	unsigned int n = 1 + stress_random(a, VMAP_PAGES), got;
	struct page *pages[VMAP_PAGES];
	void *object = NULL;

	*size = n * PAGE_SIZE;
	if (!stress_plenty_begin(a))
		return NULL;
	got = take_pages(pages, n, gfp);
	if (got == n)
		object = vmap(pages, n, VM_MAP | VM_MAP_PUT_PAGES, PAGE_KERNEL);
	stress_plenty_end();
	while (!object && got)
		__free_page(pages[--got]);
	return object;
}

/* ---- Registers ------------------------------------------------------------------------------- */

void *stress_take_registers(struct stress_actor *a, size_t *size, u64 *phys)
{
	void *object;

	*size = 1 + stress_random(a, 20000);
	*phys = REGISTERS + stress_random(a, 64) * PAGE_SIZE + stress_random(a, 64) * 8;
	if (!stress_plenty_begin(a))
		return NULL;
	object = (void __force *)ioremap(*phys, *size);
	stress_plenty_end();
	return object;
}

void stress_give_registers(void *object)
{
	iounmap((void __iomem __force *)object);
}

void stress_check_registers(const void *object, size_t size, u64 phys)
{
	if (vmalloc_to_pfn(object) != phys >> PAGE_SHIFT ||
	    vmalloc_to_pfn((const char *)object + size - 1) != (phys + size - 1) >> PAGE_SHIFT)
		stress_failed("registers at 0x%llx are not mapped at 0x%px", phys, object);
}

/* ---- Memory for a device --------------------------------------------------------------------- */

void *stress_take_coherent(struct stress_actor *a, gfp_t gfp, size_t *size, u64 *handle)
{
	*size = 1 + stress_random(a, 3 * PAGE_SIZE);
	return dma_alloc_coherent(&device, *size, handle, gfp);
}

void stress_give_coherent(void *object, size_t size, u64 handle)
{
	dma_free_coherent(&device, size, object, handle);
}

void *stress_take_block(gfp_t gfp, size_t *size, u64 *handle)
{
	*size = BLOCK;
	return dma_pool_alloc(pool, gfp, handle);
}

void stress_give_block(void *object, u64 handle)
{
	dma_pool_free(pool, object, handle);
}
