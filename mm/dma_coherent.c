/* SPDX-License-Identifier: MIT */
/*
 * Coherent memory: what the CPU and a device both read and write, for as long as
 * the driver lives; rings of descriptors, mostly.
 *
 *   mask of the device --> alloc_pages_below() --> a block of 2^order pages
 *      | pages for @size                    | the rest, freed at once |
 *
 * The machine's caches are coherent, so these are ordinary pages at their ordinary
 * addresses, below the mask, zeroed, and recorded: freeing compares what the caller
 * says with the record (dma_record.c).
 *
 * Contexts: dma_alloc_coherent() as its flags say; freeing any.
 */
#include <linux/dma-map-ops.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/string.h>
#include "dma.h"
#include "internal.h"

/* What the pages beyond @size pages of a block of 2^@order are good for: others. */
static void trim(struct page *page, unsigned int order, unsigned long pages)
{
	split_page(page, order);
	for (unsigned long i = pages; i < 1UL << order; i++)
		__free_page(page + i);
}

static u64 coherent_mask(const struct device *dev)
{
	return dev ? dev->coherent_dma_mask : DMA_ISA_MASK;
}

void *dma_alloc_attrs(struct device *dev, size_t size, dma_addr_t *handle, gfp_t gfp,
		      unsigned long attrs)
{
	struct dma_record what = {
		.dev = dev,
		.size = PAGE_ALIGN(size),
		.kind = DMA_KIND_COHERENT,
		.caller = RET_IP,
	};
	unsigned int order = (unsigned int)get_order(size);
	const struct dma_map_ops *ops = get_dma_ops(dev);
	struct dma_record *rec;
	struct page *page;

	if (ops)
		return ops->alloc ? ops->alloc(dev, size, handle, gfp, attrs) : NULL;
	if (!size || order >= MAX_ORDER)
		return NULL;
	if (!coherent_mask(dev)) {
		dma_misuse(&what, "dma_alloc_coherent", "the device has no mask");
		return NULL;
	}
	gfp |= attrs & DMA_ATTR_NO_WARN ? __GFP_NOWARN : 0;
	page = alloc_pages_below(gfp & ~__GFP_ZERO, order, coherent_mask(dev));
	if (!page)
		return NULL;
	what.addr = what.phys = page_to_phys(page);
	rec = dma_record_new(&what);
	if (!rec) {
		free_pages_any(page, order);
		return NULL;
	}
	trim(page, order, what.size >> PAGE_SHIFT);
	memset(page_to_virt(page), 0, what.size);
	dma_record_insert(rec);
	*handle = what.addr;
	return page_to_virt(page);
}

void dma_free_attrs(struct device *dev, size_t size, void *vaddr, dma_addr_t handle,
		    unsigned long attrs)
{
	const struct dma_map_ops *ops = get_dma_ops(dev);
	struct dma_record want = {
		.dev = dev,
		.addr = handle,
		.size = PAGE_ALIGN(size),
		.kind = DMA_KIND_COHERENT,
	};
	struct dma_record *rec;

	if (!vaddr)
		return;
	if (ops) {
		ops->free(dev, size, vaddr, handle, attrs);
		return;
	}
	if (vaddr != phys_to_virt(handle)) {
		dma_misuse(&want, "dma_free_coherent",
			   "is not where the address is that goes with it");
		return;
	}
	rec = dma_record_take(&want, "dma_free_coherent");
	if (!rec)
		return;
	free_pages_exact(vaddr, rec->size);
	dma_record_free(rec);
}
