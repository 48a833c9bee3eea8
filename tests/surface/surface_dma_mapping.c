/* SPDX-License-Identifier: MIT */
/* Memory for devices, from <linux/dma-mapping.h> alone. */
#include <linux/dma-mapping.h>

static u64 mask;

static void surface_release(struct device *dev)
{
}

int init_module(void)
{
	static struct device dev;
	dma_addr_t coherent, managed, single, piece;
	struct page *page = alloc_page(GFP_KERNEL);
	struct scatterlist list[2];
	void *shared, *kept, *buffer = page_address(page);
	int ok;

	dev.release = surface_release;
	dev.dma_mask = &mask;
	if (!page || dev_set_name(&dev, "surface_dma") || device_register(&dev) ||
	    dma_set_mask_and_coherent(&dev, DMA_BIT_MASK(28)))
		return -1;
	ok = mask == DMA_BIT_MASK(28) && dev.coherent_dma_mask == mask &&
	     !dma_set_mask(&dev, DMA_BIT_MASK(30)) && dma_get_mask(&dev) == DMA_BIT_MASK(30) &&
	     !dma_set_coherent_mask(&dev, DMA_BIT_MASK(24));
	shared = dma_alloc_coherent(&dev, 5000, &coherent, GFP_KERNEL);
	kept = dmam_alloc_coherent(&dev, 64, &managed, GFP_KERNEL);
	ok = ok && shared && kept && coherent + 5000 <= 1 << 24 && managed < 1 << 24;
	single = dma_map_single(&dev, buffer, 100, DMA_TO_DEVICE);
	ok = ok && !dma_mapping_error(&dev, single);
	dma_sync_single_for_cpu(&dev, single, 100, DMA_TO_DEVICE);
	dma_sync_single_for_device(&dev, single, 100, DMA_TO_DEVICE);
	dma_unmap_single(&dev, single, 100, DMA_TO_DEVICE);
	piece = dma_map_page(&dev, page, 16, 100, DMA_FROM_DEVICE);
	ok = ok && !dma_mapping_error(&dev, piece);
	dma_unmap_page(&dev, piece, 100, DMA_FROM_DEVICE);
	sg_init_table(list, 2);
	sg_set_buf(&list[0], buffer, 64);
	sg_set_buf(&list[1], buffer + 1024, 64);
	ok = ok && dma_map_sg(&dev, list, 2, DMA_BIDIRECTIONAL) == 2 && sg_dma_len(list) == 64;
	dma_unmap_sg(&dev, list, 2, DMA_BIDIRECTIONAL);
	dma_free_coherent(&dev, 5000, shared, coherent);
	__free_page(page);
	device_unregister(&dev);
	return ok ? 0 : -1;
}
