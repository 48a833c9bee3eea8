/* SPDX-License-Identifier: MIT */
/*
 * DMA with a device that is only a mask: the test plays it, by reading and writing
 * at the addresses that mappings give, through the direct map.
 *
 * Its mask is 24 bits where something must be out of reach, since any machine has
 * memory above 16 MiB.  Bounce pools that a test made necessary are given back at
 * its end, and no others, so that free pages add up.  tests/test_edu.c does the same with QEMU's
 * dma_test_device.
 */
#include <cairn/dma.h>
#include <cairn/test.h>
#include <linux/device.h>
#include <linux/dma-mapping.h>
#include <linux/highmem.h>
#include <linux/kernel.h>
#include <linux/memblock.h>
#include <linux/prandom.h>
#include <linux/preempt.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>
#include "../mm/dma.h"
#include "../mm/internal.h"
#include "dma_test.h"

struct device dma_test_device;
static struct device other;
static u64 device_mask, other_mask;
static unsigned long pools_before;

static void no_release(struct device *dev)
{
	(void)dev;
}

void dma_test_begin(void)
{
	pools_before = dma_bounce_pools();
	device_mask = other_mask = DMA_BIT_MASK(32);
	dma_test_device = (struct device){.dma_mask = &device_mask, .release = no_release};
	other = (struct device){.dma_mask = &other_mask, .release = no_release};
	dev_set_name(&dma_test_device, "dma-test");
	dev_set_name(&other, "dma-other");
	EXPECT_EQ(device_register(&dma_test_device), 0);
	EXPECT_EQ(device_register(&other), 0);
	EXPECT_EQ(dma_set_mask_and_coherent(&dma_test_device, DMA_BIT_MASK(24)), 0);
	EXPECT_EQ(dma_set_mask_and_coherent(&other, DMA_BIT_MASK(64)), 0);
}

void dma_test_end(void)
{
	EXPECT_EQ(dma_report_pending(&dma_test_device), 0);
	EXPECT_EQ(dma_report_pending(&other), 0);
	device_unregister(&dma_test_device);
	device_unregister(&other);
	dma_bounce_shrink(pools_before);
}

/* A buffer that a device of 24 bits does not reach; NULL if there is none. */
static u8 *far_buffer(unsigned int order)
{
	struct page *page = alloc_pages(GFP_KERNEL, order);

	if (page && page_to_phys(page) > DMA_BIT_MASK(24))
		return page_to_virt(page);
	if (page)
		free_pages_any(page, order);
	ktest_skip("no memory above 16 MiB is free");
	return NULL;
}

static void fill(u8 *p, size_t n, u32 seed)
{
	for (size_t i = 0; i < n; i++)
		p[i] = (u8)(seed + i * 31 + (i >> 8));
}

static bool filled(const u8 *p, size_t n, u32 seed)
{
	for (size_t i = 0; i < n; i++)
		if (p[i] != (u8)(seed + i * 31 + (i >> 8)))
			return false;
	return true;
}

static unsigned long bounced(void)
{
	struct dma_stats stats;

	dma_get_stats(&stats);
	return stats.bounced;
}

/* ---- masks and coherent memory -------------------------------------------------------------- */

/* A mask too narrow for anybody is refused and changes nothing. */
KTEST(dma, masks)
{
	dma_test_begin();
	EXPECT_EQ(dma_set_mask(&dma_test_device, DMA_BIT_MASK(28)), 0);
	EXPECT_EQ(dma_get_mask(&dma_test_device), 0xfffffff);
	EXPECT_EQ(dma_set_mask(&dma_test_device, DMA_BIT_MASK(16)), -EIO);
	EXPECT_EQ(dma_set_coherent_mask(&dma_test_device, DMA_BIT_MASK(16)), -EIO);
	EXPECT_EQ(dma_get_mask(&dma_test_device), 0xfffffff);
	EXPECT_EQ(dma_test_device.coherent_dma_mask, 0xffffff);
	EXPECT(!dma_supported(&dma_test_device, DMA_BIT_MASK(23)));
	EXPECT(dma_supported(&dma_test_device, DMA_BIT_MASK(24)));
	EXPECT(dma_get_required_mask(&dma_test_device) >= memblock_end_of_DRAM() - 1);
	EXPECT(!dma_addressing_limited(&other));
	dma_test_device.dma_mask = NULL;
	EXPECT_EQ(dma_set_mask(&dma_test_device, DMA_BIT_MASK(32)), -EIO);
	EXPECT_EQ(dma_coerce_mask_and_coherent(&dma_test_device, DMA_BIT_MASK(30)), 0);
	EXPECT_EQ(dma_get_mask(&dma_test_device), DMA_BIT_MASK(30));
	dma_test_end();
}

/* Coherent memory of each size lies below each mask, aligned, zeroed, and shared. */
static void try_coherent(unsigned int bits, size_t size)
{
	u64 align = PAGE_SIZE << get_order(size);
	dma_addr_t handle = 1;
	u8 *p;

	EXPECT_EQ(dma_set_coherent_mask(&dma_test_device, DMA_BIT_MASK(bits)), 0);
	p = dma_alloc_coherent(&dma_test_device, size, &handle, GFP_KERNEL);
	EXPECT(p);
	if (!p)
		return;
	EXPECT(handle + size - 1 <= DMA_BIT_MASK(bits));
	EXPECT_EQ(handle & (align - 1), 0);
	EXPECT(dma_test_bus(handle) == p);
	EXPECT(!memchr_inv(p, 0, PAGE_ALIGN(size)));
	memset(p, 0xff, size); /* the next one must be zeroed again */
	dma_free_coherent(&dma_test_device, size, p, handle);
}

KTEST(dma, coherent_below_each_mask)
{
	static const u8 bits[] = {24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 40, 64};
	static const u32 sizes[] = {1, 100, 4096, 4097, 5 * 4096, 65536, 300000};

	dma_test_begin();
	for (unsigned int b = 0; b < ARRAY_SIZE(bits); b++)
		for (unsigned int s = 0; s < ARRAY_SIZE(sizes); s++)
			try_coherent(bits[b], sizes[s]);
	dma_test_end();
}

/* Five pages cost five pages, not eight. */
KTEST(dma, coherent_takes_no_more_than_it_needs)
{
	unsigned long before, taken, least = ~0UL;
	dma_addr_t handle;
	void *p;

	dma_test_begin();
	/*
	 * The first brings a slab for the second one's record.  More than once: the first one's may
	 * have come from kfence.
	 */
	for (unsigned int i = 0; i < 4; i++) {
		p = dma_alloc_coherent(&dma_test_device, 1, &handle, GFP_KERNEL);
		drain_all_pages();
		before = nr_free_pages();
		dma_free_coherent(&dma_test_device, 1, p, handle);
		p = dma_alloc_coherent(&dma_test_device, 5 * PAGE_SIZE, &handle, GFP_KERNEL);
		EXPECT(p);
		drain_all_pages();
		taken = before - nr_free_pages();
		least = min(least, taken);
		dma_free_coherent(&dma_test_device, 5 * PAGE_SIZE, p, handle);
	}
	EXPECT_EQ(least, 4);
	dma_test_end();
}

/* A mask in the middle of a zone is served from it, not only from the lowest zone. */
KTEST(dma, zones_follow_the_mask)
{
	struct page *held[64];
	unsigned int n = 0, above = 0;

	if (memblock_end_of_DRAM() <= 512UL << 20) {
		ktest_skip("all of RAM is low");
		return;
	}
	for (; n < ARRAY_SIZE(held); n++) {
		held[n] = alloc_pages_below(GFP_KERNEL, 3, DMA_BIT_MASK(28));
		if (!EXPECT(held[n]))
			break;
		EXPECT(page_to_phys(held[n]) + 8 * PAGE_SIZE - 1 <= DMA_BIT_MASK(28));
		above += page_to_phys(held[n]) > DMA_BIT_MASK(24);
	}
	EXPECT(above > 0);
	while (n)
		free_pages_any(held[--n], 3);
}

/* A device that never said what it reaches, and one that is none at all. */
KTEST(dma, coherent_without_a_mask)
{
	dma_addr_t handle;
	void *p;

	dma_test_begin();
	dma_test_device.coherent_dma_mask = 0;
	EXPECT_REPORT("the device has no mask") {
		EXPECT(!dma_alloc_coherent(&dma_test_device, 64, &handle, GFP_KERNEL));
	}
	p = dma_alloc_coherent(NULL, 64, &handle, GFP_KERNEL);
	EXPECT(p && handle + 63 <= DMA_BIT_MASK(24));
	dma_free_coherent(NULL, 64, p, handle);
	EXPECT(!dma_alloc_coherent(&other, 0, &handle, GFP_KERNEL));
	EXPECT(!dma_alloc_coherent(&other, 1UL << 40, &handle, GFP_KERNEL));
	dma_test_end();
}

/* What is no allocation, or no more, is refused; a wrong size frees what it was. */
KTEST(dma, coherent_misuse)
{
	dma_addr_t handle, map;
	void *p, *buf;

	dma_test_begin();
	p = dma_alloc_coherent(&dma_test_device, 3 * PAGE_SIZE, &handle, GFP_KERNEL);
	ASSERT(p);
	EXPECT_REPORT("in the middle of a mapping") {
		dma_free_coherent(&dma_test_device, PAGE_SIZE, (u8 *)p + PAGE_SIZE,
				  handle + PAGE_SIZE);
	}
	EXPECT_REPORT("goes with it") {
		dma_free_coherent(&dma_test_device, 3 * PAGE_SIZE, p, handle + PAGE_SIZE);
	}
	EXPECT_REPORT("goes with it") {
		dma_free_coherent(&dma_test_device, 3 * PAGE_SIZE, (u8 *)p + PAGE_SIZE, handle);
	}
	EXPECT_REPORT("mapped by another device") {
		dma_free_coherent(&other, 3 * PAGE_SIZE, p, handle);
	}
	EXPECT_REPORT("of the other sort") {
		dma_unmap_single(&dma_test_device, handle, 3 * PAGE_SIZE, DMA_TO_DEVICE);
	}
	EXPECT_REPORT("different size, 12288 bytes") {
		dma_free_coherent(&dma_test_device, PAGE_SIZE, p, handle);
	}
	EXPECT_REPORT("not mapped, or not any more") {
		dma_free_coherent(&dma_test_device, 3 * PAGE_SIZE, p, handle);
	}
	buf = kmalloc(128, GFP_KERNEL);
	map = dma_map_single(&other, buf, 128, DMA_TO_DEVICE);
	EXPECT_REPORT("of the other sort") {
		dma_free_coherent(&other, 128, phys_to_virt(map), map);
	}
	dma_unmap_single(&other, map, 128, DMA_TO_DEVICE);
	kfree(buf);
	dma_free_coherent(&dma_test_device, 1, NULL, 0);
	dma_test_end();
}

/* ---- streaming mappings --------------------------------------------------------------------- */

/* What the device reaches is used in place, whatever allocated it. */
KTEST(dma, in_reach_is_not_copied)
{
	static u8 variable[64];
	unsigned long before = bounced();
	dma_addr_t a, b;
	u8 *buf;

	dma_test_begin();
	buf = kmalloc(1000, GFP_KERNEL | GFP_DMA);
	a = dma_map_single(&dma_test_device, buf, 1000, DMA_BIDIRECTIONAL);
	EXPECT_EQ(a, virt_to_phys(buf));
	b = dma_map_single(&other, variable, sizeof(variable), DMA_FROM_DEVICE);
	EXPECT_EQ(b, virt_to_phys(variable));
	EXPECT(!dma_need_sync(&dma_test_device, a) && !dma_need_sync(&other, b));
	dma_sync_single_for_cpu(&dma_test_device, a, 1000, DMA_BIDIRECTIONAL);
	dma_unmap_single(&other, b, sizeof(variable), DMA_FROM_DEVICE);
	dma_unmap_single(&dma_test_device, a, 1000, DMA_BIDIRECTIONAL);
	EXPECT_EQ(bounced(), before);
	kfree(buf);
	dma_test_end();
}

/* One buffer out of reach, in each direction: who sees whose bytes, and when. */
static void try_direction(u8 *buf, size_t size, enum dma_data_direction dir)
{
	bool in = dir != DMA_TO_DEVICE;
	dma_addr_t addr;

	fill(buf, size, 1);
	addr = dma_map_single(&dma_test_device, buf, size, dir);
	ASSERT_EQ(dma_mapping_error(&dma_test_device, addr), 0);
	EXPECT(addr != virt_to_phys(buf) && addr + size - 1 <= DMA_BIT_MASK(24));
	EXPECT(dma_need_sync(&dma_test_device, addr));
	EXPECT(filled(dma_test_bus(addr), size, 1));
	fill(dma_test_bus(addr), size / 2, 7); /* the device writes half of it */
	EXPECT(filled(buf, size, 1));	       /* ... and nobody sees that yet */
	dma_unmap_single(&dma_test_device, addr, size, dir);
	EXPECT(filled(buf, size / 2, in ? 7 : 1));
	buf[0] = 0;
	fill(buf, size / 2, 1);
	EXPECT(filled(buf, size, 1)); /* the half that the device left alone */
}

KTEST(dma, out_of_reach_is_bounced)
{
	static const u32 sizes[] = {2, 100, 2048, 2050, 4096, 10000, 32768};
	u8 *buf;

	dma_test_begin();
	buf = far_buffer(3);
	for (unsigned int i = 0; buf && i < ARRAY_SIZE(sizes); i++) {
		try_direction(buf, sizes[i], DMA_TO_DEVICE);
		try_direction(buf, sizes[i], DMA_FROM_DEVICE);
		try_direction(buf, sizes[i], DMA_BIDIRECTIONAL);
		try_direction(buf + 32768 - sizes[i], sizes[i], DMA_FROM_DEVICE);
	}
	if (buf)
		free_pages((unsigned long)buf, 3);
	dma_test_end();
}

/* Looks at, or writes, pages of a block that may have no address. */
static bool block_filled(struct page *page, unsigned int order, u32 seed)
{
	bool ok = true;

	for (unsigned int i = 0; i < 1u << order; i++) {
		u8 *va = kmap_local_page(page + i);

		ok &= filled(va, PAGE_SIZE, seed + i);
		kunmap_local(va);
	}
	return ok;
}

static void block_fill(struct page *page, unsigned int order, u32 seed)
{
	for (unsigned int i = 0; i < 1u << order; i++) {
		u8 *va = kmap_local_page(page + i);

		fill(va, PAGE_SIZE, seed + i);
		kunmap_local(va);
	}
}

/* Four pages that have no address are bounced like others, both ways, from any offset. */
KTEST(dma, highmem_is_bounced)
{
	const size_t size = 3 * PAGE_SIZE;
	struct page *page = alloc_pages(GFP_HIGHUSER, 2);
	dma_addr_t addr;

	if (!page || !PageHighMem(page)) {
		ktest_skip("no ZONE_HIGHMEM (highmem=)");
		if (page)
			__free_pages(page, 2);
		return;
	}
	dma_test_begin();
	block_fill(page, 2, 3);
	addr = dma_map_page(&dma_test_device, page, 0, 4 * PAGE_SIZE, DMA_BIDIRECTIONAL);
	EXPECT(!dma_mapping_error(&dma_test_device, addr));
	for (unsigned int i = 0; i < 4; i++) {
		EXPECT(filled(dma_test_bus(addr) + i * PAGE_SIZE, PAGE_SIZE, 3 + i));
		fill(dma_test_bus(addr) + i * PAGE_SIZE, PAGE_SIZE, 50 + i);
	}
	dma_unmap_page(&dma_test_device, addr, 4 * PAGE_SIZE, DMA_BIDIRECTIONAL);
	EXPECT(block_filled(page, 2, 50));
	addr = dma_map_page(&dma_test_device, page, 100, size, DMA_FROM_DEVICE);
	EXPECT(!dma_mapping_error(&dma_test_device, addr));
	dma_unmap_page(&dma_test_device, addr, size, DMA_FROM_DEVICE);
	EXPECT(block_filled(page, 2, 50));
	__free_pages(page, 2);
	dma_test_end();
}

/* dma_sync_ calls move bytes, of the range given and no others, while it stays mapped. */
KTEST(dma, sync_moves_the_range_given)
{
	dma_addr_t addr;
	u8 *buf;

	dma_test_begin();
	buf = far_buffer(0);
	if (!buf) {
		dma_test_end();
		return;
	}
	fill(buf, PAGE_SIZE, 1);
	addr = dma_map_single(&dma_test_device, buf, PAGE_SIZE, DMA_BIDIRECTIONAL);
	memset(dma_test_bus(addr), 0xdd, PAGE_SIZE);
	dma_sync_single_for_cpu(&dma_test_device, addr + 100, 50, DMA_FROM_DEVICE);
	EXPECT(filled(buf, 100, 1) && !memchr_inv(buf + 100, 0xdd, 50));
	EXPECT_EQ(buf[150], (u8)(1 + 150 * 31));
	memset(buf, 0xcc, PAGE_SIZE);
	dma_sync_single_range_for_device(&dma_test_device, addr, 200, 50, DMA_TO_DEVICE);
	EXPECT(!memchr_inv(dma_test_bus(addr), 0xdd, 200));
	EXPECT(!memchr_inv(dma_test_bus(addr) + 200, 0xcc, 50) && dma_test_bus(addr)[250] == 0xdd);
	EXPECT_REPORT("not in a mapping of this device") {
		dma_sync_single_for_cpu(&dma_test_device, addr + PAGE_SIZE - 10, 11,
					DMA_FROM_DEVICE);
	}
	dma_unmap_single_attrs(&dma_test_device, addr, PAGE_SIZE, DMA_BIDIRECTIONAL,
			       DMA_ATTR_SKIP_CPU_SYNC);
	EXPECT(!memchr_inv(buf, 0xcc, PAGE_SIZE));
	free_page((unsigned long)buf);
	dma_test_end();
}

/* Each misuse is named; the mapping ends as it was made, once. */
KTEST(dma, streaming_misuse)
{
	dma_addr_t addr;
	void *area;
	u8 *buf;

	dma_test_begin();
	buf = kmalloc(512, GFP_KERNEL);
	area = vmalloc(PAGE_SIZE);
	EXPECT_REPORT("nothing to map") {
		EXPECT(dma_mapping_error(&other, dma_map_single(&other, buf, 0, DMA_TO_DEVICE)));
	}
	EXPECT_REPORT("no direction") {
		EXPECT(dma_mapping_error(&other, dma_map_single(&other, buf, 8, DMA_NONE)));
	}
	EXPECT_REPORT("no memory that a device can be given") {
		EXPECT(dma_mapping_error(&other, dma_map_single(&other, area, 8, DMA_TO_DEVICE)));
	}
	addr = dma_map_single(&other, buf, 512, DMA_TO_DEVICE);
	EXPECT_REPORT("mapped by another device") {
		dma_unmap_single(&dma_test_device, addr, 512, DMA_TO_DEVICE);
	}
	EXPECT_REPORT("in the middle of a mapping") {
		dma_unmap_single(&other, addr + 8, 504, DMA_TO_DEVICE);
	}
	EXPECT_REPORT("mapped in another direction") {
		dma_sync_single_for_cpu(&other, addr, 512, DMA_FROM_DEVICE);
	}
	EXPECT_REPORT("BUG: dma_sync_single_for_device: ") {
		dma_sync_single_for_device(&dma_test_device, addr, 512, DMA_TO_DEVICE);
	}
	EXPECT_REPORT("different size, 512 bytes") {
		dma_unmap_single(&other, addr, 256, DMA_TO_DEVICE);
	}
	EXPECT_REPORT("not mapped, or not any more") {
		dma_unmap_single(&other, addr, 512, DMA_TO_DEVICE);
	}
	addr = dma_map_single(&other, buf, 512, DMA_TO_DEVICE);
	EXPECT_REPORT("different direction, to the device") {
		dma_unmap_single(&other, addr, 512, DMA_FROM_DEVICE);
	}
	addr = dma_map_single(&other, buf, 512, DMA_TO_DEVICE);
	EXPECT_REPORT("is from dma_map_single") {
		dma_unmap_page(&other, addr, 512, DMA_TO_DEVICE);
	}
	vfree(area);
	kfree(buf);
	dma_test_end();
}

/* One buffer mapped three times: each unmapping ends its own. */
KTEST(dma, one_buffer_several_mappings)
{
	dma_addr_t a, b, c;
	u8 *buf;

	dma_test_begin();
	buf = kmalloc(512, GFP_KERNEL);
	a = dma_map_single(&other, buf, 512, DMA_TO_DEVICE);
	b = dma_map_single(&other, buf, 256, DMA_TO_DEVICE);
	c = dma_map_single(&other, buf, 512, DMA_FROM_DEVICE);
	EXPECT(a == b && b == c);
	dma_unmap_single(&other, b, 256, DMA_TO_DEVICE);
	dma_unmap_single(&other, c, 512, DMA_FROM_DEVICE);
	dma_unmap_single(&other, a, 512, DMA_TO_DEVICE);
	EXPECT_REPORT("not mapped, or not any more") {
		dma_unmap_single(&other, a, 512, DMA_TO_DEVICE);
	}
	kfree(buf);
	dma_test_end();
}

/* Of mappings of the same memory, and of a part of it, any that allows the direction will do. */
KTEST(dma, sync_of_one_among_several)
{
	static const enum dma_data_direction dirs[] = {DMA_TO_DEVICE, DMA_FROM_DEVICE,
						       DMA_BIDIRECTIONAL};
	dma_addr_t addr, part;
	u8 *buf;

	dma_test_begin();
	buf = kmalloc(512, GFP_KERNEL);
	part = dma_map_single(&other, buf + 100, 10, DMA_FROM_DEVICE);
	for (unsigned int i = 0; i < 3; i++) {
		addr = dma_map_single(&other, buf, 512, dirs[i]);
		EXPECT_EQ(dma_map_single(&other, buf, 512, dirs[(i + 1) % 3]), addr);
		EXPECT_NO_REPORT() {
			for (unsigned int j = 0; j < (i ? 3 : 2); j++) {
				dma_sync_single_for_cpu(&other, addr, 512, dirs[j]);
				dma_sync_single_for_device(&other, part, 10, dirs[j]);
				dma_sync_single_for_cpu(&other, part, 11, dirs[j]);
			}
		}
		dma_unmap_single(&other, addr, 512, dirs[i]);
		dma_unmap_single(&other, addr, 512, dirs[(i + 1) % 3]);
	}
	EXPECT_REPORT("is not in a mapping of this device") {
		dma_sync_single_for_cpu(&other, part, 11, DMA_FROM_DEVICE);
	}
	dma_unmap_single(&other, part, 10, DMA_FROM_DEVICE);
	kfree(buf);
	dma_test_end();
}

/* A driver that leaves something mapped is told so, with the first of it. */
KTEST(dma, what_is_left_mapped_is_reported)
{
	dma_addr_t addr, handle;
	void *p, *buf;

	dma_test_begin();
	buf = kmalloc(64, GFP_KERNEL);
	addr = dma_map_single(&other, buf, 64, DMA_TO_DEVICE);
	p = dma_alloc_coherent(&other, 64, &handle, GFP_KERNEL);
	EXPECT_REPORT("dma-other still has 2 mappings") {
		EXPECT_EQ(dma_report_pending(&dma_test_device), 0);
		EXPECT_EQ(dma_report_pending(&other), 2);
	}
	dma_free_coherent(&other, 64, p, handle);
	dma_unmap_single(&other, addr, 64, DMA_TO_DEVICE);
	kfree(buf);
	dma_test_end();
}

/* All bounce buffers taken: an error, said once, and nothing lost; then all free again. */
#define MAX_HELD 1024
static dma_addr_t held[MAX_HELD];

KTEST(dma, no_bounce_buffer_left)
{
	const size_t size = 16384;
	unsigned int n = 0, again = 0;
	u8 *buf;

	dma_test_begin();
	buf = far_buffer(2);
	if (!buf) {
		dma_test_end();
		return;
	}
	for (int round = 0; round < 2; round++) {
		again = n;
		for (n = 0; n < MAX_HELD; n++) {
			held[n] = dma_map_single_attrs(&dma_test_device, buf, size, DMA_TO_DEVICE,
						       DMA_ATTR_NO_WARN);
			if (dma_mapping_error(&dma_test_device, held[n]))
				break;
			EXPECT(held[n] + size - 1 <= DMA_BIT_MASK(24));
		}
		EXPECT(n > 0 && n < MAX_HELD);
		if (!round) {
			EXPECT_REPORT("no bounce buffer for 16384 bytes") {
				EXPECT(dma_mapping_error(&dma_test_device,
							 dma_map_single(&dma_test_device, buf, size,
									DMA_TO_DEVICE)));
			}
		}
		for (unsigned int i = 0; i < n; i++)
			dma_unmap_single(&dma_test_device, held[i], size, DMA_TO_DEVICE);
	}
	EXPECT_EQ(n, again);
	free_pages((unsigned long)buf, 2);
	dma_test_end();
}

/* Mapping works where nothing may sleep, pools included, and takes nothing that is not given back. */
KTEST(dma, maps_where_nothing_may_sleep)
{
	dma_addr_t addr, handle;
	void *p;
	u8 *buf;

	dma_test_begin();
	buf = far_buffer(0);
	if (!buf) {
		dma_test_end();
		return;
	}
	preempt_disable();
	addr = dma_map_single(&dma_test_device, buf, 300, DMA_BIDIRECTIONAL);
	p = dma_alloc_coherent(&dma_test_device, 300, &handle, GFP_ATOMIC);
	preempt_enable();
	EXPECT(!dma_mapping_error(&dma_test_device, addr) && p);
	preempt_disable();
	dma_unmap_single(&dma_test_device, addr, 300, DMA_BIDIRECTIONAL);
	dma_free_coherent(&dma_test_device, 300, p, handle);
	preempt_enable();
	EXPECT_REPORT("sleeping function called from invalid context") {
		preempt_disable();
		p = dma_alloc_coherent(&dma_test_device, 300, &handle, GFP_KERNEL);
		preempt_enable();
	}
	dma_free_coherent(&dma_test_device, 300, p, handle);
	free_page((unsigned long)buf);
	dma_test_end();
}

/* ---- scatter lists -------------------------------------------------------------------------- */

#define PIECES 8

/* Pieces near and far, mapped at once; the device writes, each gets its own. */
KTEST(dma, scatter_lists)
{
	struct scatterlist list[PIECES], *sg;
	u8 *buf[PIECES];
	int i;

	dma_test_begin();
	sg_init_table(list, PIECES);
	for (i = 0; i < PIECES; i++) {
		buf[i] = (u8 *)__get_free_page(i & 1 ? GFP_KERNEL : GFP_DMA);
		ASSERT(buf[i]);
		fill(buf[i], PAGE_SIZE, 0);
		sg_set_buf(&list[i], buf[i] + i * 16, 100 + (u32)i * 200);
	}
	EXPECT_EQ(sg_nents(list), PIECES);
	ASSERT_EQ(dma_map_sg(&dma_test_device, list, PIECES, DMA_FROM_DEVICE), PIECES);
	for_each_sg(list, sg, PIECES, i)
	{
		EXPECT_EQ(sg_dma_len(sg), 100 + i * 200);
		EXPECT(sg_dma_address(sg) + sg_dma_len(sg) - 1 <= DMA_BIT_MASK(24));
		memset(dma_test_bus(sg_dma_address(sg)), 0xa0 + i, sg_dma_len(sg));
	}
	dma_sync_sg_for_cpu(&dma_test_device, list, PIECES, DMA_FROM_DEVICE);
	EXPECT_EQ(buf[3][3 * 16], 0xa3);
	dma_unmap_sg(&dma_test_device, list, PIECES, DMA_FROM_DEVICE);
	for (i = 0; i < PIECES; i++) {
		u32 at = (u32)i * 16, n = 100 + (u32)i * 200;

		EXPECT(filled(buf[i], at, 0));
		EXPECT(!memchr_inv(buf[i] + at, 0xa0 + i, n));
		EXPECT_EQ(buf[i][at + n], (u8)((at + n) * 31 + ((at + n) >> 8)));
	}
	list[PIECES - 1].length = 0; /* one that cannot be mapped: none is */
	EXPECT_REPORT("nothing to map") {
		EXPECT_EQ(dma_map_sg(&dma_test_device, list, PIECES, DMA_FROM_DEVICE), 0);
	}
	for (i = 0; i < PIECES; i++)
		free_page((unsigned long)buf[i]);
	dma_test_end();
}

/* ---- many at once --------------------------------------------------------------------------- */

#define SLOTS 64

static struct {
	u8 *buf;
	size_t size;
	dma_addr_t addr;
	enum dma_data_direction dir;
	bool live;
} slots[SLOTS];

static void toggle(unsigned int i, struct rnd_state *rnd)
{
	if (slots[i].live) {
		if (slots[i].dir == DMA_TO_DEVICE)
			EXPECT(filled(dma_test_bus(slots[i].addr), slots[i].size, i));
		else
			fill(dma_test_bus(slots[i].addr), slots[i].size, i + 100);
		dma_unmap_single(&dma_test_device, slots[i].addr, slots[i].size, slots[i].dir);
		if (slots[i].dir != DMA_TO_DEVICE)
			EXPECT(filled(slots[i].buf, slots[i].size, i + 100));
		slots[i].live = false;
		return;
	}
	slots[i].size = 1 + prandom_u32_state(rnd) % 8000;
	slots[i].dir = (enum dma_data_direction)(prandom_u32_state(rnd) % 3);
	fill(slots[i].buf, slots[i].size, i);
	slots[i].addr = dma_map_single(&dma_test_device, slots[i].buf, slots[i].size, slots[i].dir);
	slots[i].live = EXPECT(!dma_mapping_error(&dma_test_device, slots[i].addr));
}

/* Buffers near and far come and go in random order; no byte goes astray. */
KTEST(dma, random_mappings_keep_every_byte)
{
	struct rnd_state rnd;

	dma_test_begin();
	prandom_seed_state(&rnd, 12);
	for (unsigned int i = 0; i < SLOTS; i++) {
		slots[i].buf = (u8 *)__get_free_pages(i % 4 ? GFP_KERNEL : GFP_DMA, 1);
		ASSERT(slots[i].buf);
	}
	for (unsigned int i = 0; i < 2000; i++)
		toggle(prandom_u32_state(&rnd) % SLOTS, &rnd);
	for (unsigned int i = 0; i < SLOTS; i++) {
		if (slots[i].live)
			toggle(i, &rnd);
		free_pages((unsigned long)slots[i].buf, 1);
	}
	dma_test_end();
}
