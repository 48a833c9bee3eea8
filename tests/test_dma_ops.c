/* SPDX-License-Identifier: MIT */
/*
 * A device that maps in a way of its own: its addresses are the physical ones and a
 * fixed distance, as behind a bridge.  Each call of the API must reach its operations, with
 * what the caller said, and mm/'s own records must stay out of it; without them the same
 * calls are mm/'s again.
 */
#include <cairn/test.h>
#include <linux/dma-map-ops.h>
#include <linux/dma-mapping.h>
#include <linux/gfp.h>
#include <linux/kernel.h>
#include <linux/memblock.h>
#include <linux/scatterlist.h>
#include "../mm/dma.h"
#include "dma_test.h"

#define DISTANCE 0x100000000000ULL
#define PIECES	 3

static struct calls {
	unsigned int allocs, frees, maps, unmaps, for_cpu, for_device;
	bool refuse;
} calls;

static void *own_alloc(struct device *dev, size_t size, dma_addr_t *handle, gfp_t gfp,
		       unsigned long attrs __unused)
{
	void *p = alloc_pages_exact(size, gfp | __GFP_ZERO);

	EXPECT(dev == &dma_test_device);
	calls.allocs++;
	*handle = virt_to_phys(p) + DISTANCE;
	return p;
}

static void own_free(struct device *dev __unused, size_t size, void *p, dma_addr_t handle,
		     unsigned long attrs __unused)
{
	calls.frees++;
	EXPECT_EQ(handle, virt_to_phys(p) + DISTANCE);
	free_pages_exact(p, size);
}

static dma_addr_t own_map(struct device *dev __unused, struct page *page, unsigned long offset,
			  size_t size, enum dma_data_direction dir, unsigned long attrs __unused)
{
	calls.maps++;
	EXPECT(size && offset < PAGE_SIZE && dir != DMA_NONE);
	return calls.refuse ? DMA_MAPPING_ERROR : page_to_phys(page) + offset + DISTANCE;
}

static void own_unmap(struct device *dev __unused, dma_addr_t handle, size_t size,
		      enum dma_data_direction dir __unused, unsigned long attrs __unused)
{
	calls.unmaps++;
	EXPECT(handle >= DISTANCE && size);
}

static void own_for_cpu(struct device *dev __unused, dma_addr_t handle __unused,
			size_t size __unused, enum dma_data_direction dir __unused)
{
	calls.for_cpu++;
}

static void own_for_device(struct device *dev __unused, dma_addr_t handle __unused,
			   size_t size __unused, enum dma_data_direction dir __unused)
{
	calls.for_device++;
}

static const struct dma_map_ops own = {
	.alloc = own_alloc,
	.free = own_free,
	.map_page = own_map,
	.unmap_page = own_unmap,
	.sync_single_for_cpu = own_for_cpu,
	.sync_single_for_device = own_for_device,
};

/* It has no coherent memory, and nothing to do between CPU and device. */
static const struct dma_map_ops spare = {.map_page = own_map, .unmap_page = own_unmap};

static void begin_with(const struct dma_map_ops *ops)
{
	dma_test_begin();
	calls = (struct calls){};
	set_dma_ops(&dma_test_device, ops);
}

static void end_with(void)
{
	set_dma_ops(&dma_test_device, NULL);
	dma_test_end();
}

KTEST(dma_ops, every_call_reaches_them)
{
	u8 *buf = (u8 *)__get_free_page(GFP_KERNEL), *p;
	dma_addr_t handle;

	ASSERT(buf);
	begin_with(&own);
	p = dma_alloc_coherent(&dma_test_device, 1000, &handle, GFP_KERNEL);
	EXPECT(p && !memchr_inv(p, 0, 1000));
	dma_free_coherent(&dma_test_device, 1000, p, handle);
	handle = dma_map_single(&dma_test_device, buf + 100, 200, DMA_TO_DEVICE);
	EXPECT_EQ(handle, virt_to_phys(buf) + 100 + DISTANCE);
	dma_sync_single_for_cpu(&dma_test_device, handle, 200, DMA_TO_DEVICE);
	dma_sync_single_for_device(&dma_test_device, handle, 200, DMA_TO_DEVICE);
	dma_unmap_single(&dma_test_device, handle, 200, DMA_TO_DEVICE);
	EXPECT(calls.allocs == 1 && calls.frees == 1 && calls.maps == 1 && calls.unmaps == 1);
	EXPECT(calls.for_cpu == 1 && calls.for_device == 1);
	end_with();
	free_page((unsigned long)buf);
}

/* Each piece of a list is a mapping; when one cannot be made, those before it go again. */
KTEST(dma_ops, lists_piece_by_piece)
{
	u8 *buf = (u8 *)__get_free_page(GFP_KERNEL);
	struct scatterlist list[PIECES];

	ASSERT(buf);
	begin_with(&own);
	sg_init_table(list, PIECES);
	for (u32 i = 0; i < PIECES; i++)
		sg_set_buf(&list[i], buf + i * 1000, 500);
	EXPECT_EQ(dma_map_sg(&dma_test_device, list, PIECES, DMA_BIDIRECTIONAL), PIECES);
	EXPECT_EQ(sg_dma_address(&list[2]), virt_to_phys(buf) + 2000 + DISTANCE);
	dma_sync_sg_for_cpu(&dma_test_device, list, PIECES, DMA_BIDIRECTIONAL);
	dma_sync_sg_for_device(&dma_test_device, list, PIECES, DMA_BIDIRECTIONAL);
	EXPECT(calls.for_cpu == PIECES && calls.for_device == PIECES);
	dma_unmap_sg(&dma_test_device, list, PIECES, DMA_BIDIRECTIONAL);
	EXPECT(calls.maps == PIECES && calls.unmaps == PIECES);
	calls.refuse = true;
	EXPECT_EQ(dma_map_sg(&dma_test_device, list, PIECES, DMA_BIDIRECTIONAL), 0);
	EXPECT_EQ(calls.unmaps, PIECES);
	end_with();
	free_page((unsigned long)buf);
}

KTEST(dma_ops, some_may_be_absent)
{
	u8 *buf = (u8 *)__get_free_page(GFP_KERNEL);
	dma_addr_t handle;

	ASSERT(buf);
	begin_with(&spare);
	EXPECT(!dma_alloc_coherent(&dma_test_device, 1000, &handle, GFP_KERNEL));
	handle = dma_map_single(&dma_test_device, buf, 200, DMA_FROM_DEVICE);
	dma_sync_single_for_cpu(&dma_test_device, handle, 200, DMA_FROM_DEVICE);
	dma_sync_single_for_device(&dma_test_device, handle, 200, DMA_FROM_DEVICE);
	dma_unmap_single(&dma_test_device, handle, 200, DMA_FROM_DEVICE);
	EXPECT(calls.maps == 1 && calls.unmaps == 1);
	end_with();
	free_page((unsigned long)buf);
}

/* What has to be bounced is limited to a pool's room; what the device reaches is not. */
KTEST(dma_ops, most_that_can_be_mapped)
{
	bool reaches_all;

	dma_test_begin();
	reaches_all = memblock_end_of_DRAM() - 1 <= *dma_test_device.dma_mask;
	EXPECT_EQ(dma_max_mapping_size(&dma_test_device), reaches_all ? SIZE_MAX : bounce_max());
	EXPECT_EQ(dma_set_mask(&dma_test_device, DMA_BIT_MASK(64)), 0);
	EXPECT(dma_max_mapping_size(&dma_test_device) >= bounce_max());
	dma_test_end();
}
