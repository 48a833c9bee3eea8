/* SPDX-License-Identifier: MIT */
/*
 * DMA with a device that is only a mask: the test plays it, by reading and writing
 * at the addresses that mappings give, through the direct map.
 *
 * Its mask is 24 bits where something must be out of reach, since any machine has
 * memory above 16 MiB.  Bounce pools that a test made necessary are given back at
 * its end, and no others, so that free pages add up.  tests/test_edu.c does the same with QEMU's
 * device.
 */
#include <cairn/dma.h>
#include <cairn/test.h>
#include <linux/device.h>
#include <linux/dma-mapping.h>
#include <linux/dmapool.h>
#include <linux/highmem.h>
#include <linux/kernel.h>
#include <linux/memblock.h>
#include <linux/prandom.h>
#include <linux/preempt.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>
#include "../mm/dma.h"
#include "../mm/internal.h"

static struct device device, other;
static u64 device_mask, other_mask;
static unsigned long pools_before;

static void no_release(struct device *dev)
{
	(void)dev;
}

static void begin(void)
{
	pools_before = dma_bounce_pools();
	device_mask = other_mask = DMA_BIT_MASK(32);
	device = (struct device){.dma_mask = &device_mask, .release = no_release};
	other = (struct device){.dma_mask = &other_mask, .release = no_release};
	dev_set_name(&device, "dma-test");
	dev_set_name(&other, "dma-other");
	EXPECT_EQ(device_register(&device), 0);
	EXPECT_EQ(device_register(&other), 0);
	EXPECT_EQ(dma_set_mask_and_coherent(&device, DMA_BIT_MASK(24)), 0);
	EXPECT_EQ(dma_set_mask_and_coherent(&other, DMA_BIT_MASK(64)), 0);
}

static void end(void)
{
	EXPECT_EQ(dma_report_pending(&device), 0);
	EXPECT_EQ(dma_report_pending(&other), 0);
	device_unregister(&device);
	device_unregister(&other);
	dma_bounce_shrink(pools_before);
}

/* What the device sees at one of its addresses. */
static u8 *bus(dma_addr_t addr)
{
	return phys_to_virt(addr);
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
	begin();
	EXPECT_EQ(dma_set_mask(&device, DMA_BIT_MASK(28)), 0);
	EXPECT_EQ(dma_get_mask(&device), 0xfffffff);
	EXPECT_EQ(dma_set_mask(&device, DMA_BIT_MASK(16)), -EIO);
	EXPECT_EQ(dma_set_coherent_mask(&device, DMA_BIT_MASK(16)), -EIO);
	EXPECT_EQ(dma_get_mask(&device), 0xfffffff);
	EXPECT_EQ(device.coherent_dma_mask, 0xffffff);
	EXPECT(!dma_supported(&device, DMA_BIT_MASK(23)));
	EXPECT(dma_supported(&device, DMA_BIT_MASK(24)));
	EXPECT(dma_get_required_mask(&device) >= memblock_end_of_DRAM() - 1);
	EXPECT(!dma_addressing_limited(&other));
	device.dma_mask = NULL;
	EXPECT_EQ(dma_set_mask(&device, DMA_BIT_MASK(32)), -EIO);
	EXPECT_EQ(dma_coerce_mask_and_coherent(&device, DMA_BIT_MASK(30)), 0);
	EXPECT_EQ(dma_get_mask(&device), DMA_BIT_MASK(30));
	end();
}

/* Coherent memory of each size lies below each mask, aligned, zeroed, and shared. */
static void try_coherent(unsigned int bits, size_t size)
{
	u64 align = PAGE_SIZE << get_order(size);
	dma_addr_t handle = 1;
	u8 *p;

	EXPECT_EQ(dma_set_coherent_mask(&device, DMA_BIT_MASK(bits)), 0);
	p = dma_alloc_coherent(&device, size, &handle, GFP_KERNEL);
	EXPECT(p);
	if (!p)
		return;
	EXPECT(handle + size - 1 <= DMA_BIT_MASK(bits));
	EXPECT_EQ(handle & (align - 1), 0);
	EXPECT(bus(handle) == p);
	EXPECT(!memchr_inv(p, 0, PAGE_ALIGN(size)));
	memset(p, 0xff, size); /* the next one must be zeroed again */
	dma_free_coherent(&device, size, p, handle);
}

KTEST(dma, coherent_below_each_mask)
{
	static const u8 bits[] = {24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 40, 64};
	static const u32 sizes[] = {1, 100, 4096, 4097, 5 * 4096, 65536, 300000};

	begin();
	for (unsigned int b = 0; b < ARRAY_SIZE(bits); b++)
		for (unsigned int s = 0; s < ARRAY_SIZE(sizes); s++)
			try_coherent(bits[b], sizes[s]);
	end();
}

/* Five pages cost five pages, not eight. */
KTEST(dma, coherent_takes_no_more_than_it_needs)
{
	unsigned long before;
	dma_addr_t handle;
	void *p;

	begin();
	p = dma_alloc_coherent(&device, 1, &handle, GFP_KERNEL); /* the record's slab */
	drain_all_pages();
	before = nr_free_pages();
	dma_free_coherent(&device, 1, p, handle);
	p = dma_alloc_coherent(&device, 5 * PAGE_SIZE, &handle, GFP_KERNEL);
	EXPECT(p);
	drain_all_pages();
	EXPECT_EQ(before - nr_free_pages(), 4);
	dma_free_coherent(&device, 5 * PAGE_SIZE, p, handle);
	end();
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

	begin();
	device.coherent_dma_mask = 0;
	EXPECT_REPORT("the device has no mask") {
		EXPECT(!dma_alloc_coherent(&device, 64, &handle, GFP_KERNEL));
	}
	p = dma_alloc_coherent(NULL, 64, &handle, GFP_KERNEL);
	EXPECT(p && handle + 63 <= DMA_BIT_MASK(24));
	dma_free_coherent(NULL, 64, p, handle);
	EXPECT(!dma_alloc_coherent(&other, 0, &handle, GFP_KERNEL));
	EXPECT(!dma_alloc_coherent(&other, 1UL << 40, &handle, GFP_KERNEL));
	end();
}

/* What is no allocation, or no more, is refused; a wrong size frees what it was. */
KTEST(dma, coherent_misuse)
{
	dma_addr_t handle, map;
	void *p, *buf;

	begin();
	p = dma_alloc_coherent(&device, 3 * PAGE_SIZE, &handle, GFP_KERNEL);
	ASSERT(p);
	EXPECT_REPORT("in the middle of a mapping") {
		dma_free_coherent(&device, PAGE_SIZE, (u8 *)p + PAGE_SIZE, handle + PAGE_SIZE);
	}
	EXPECT_REPORT("goes with it") {
		dma_free_coherent(&device, 3 * PAGE_SIZE, p, handle + PAGE_SIZE);
	}
	EXPECT_REPORT("mapped by another device") {
		dma_free_coherent(&other, 3 * PAGE_SIZE, p, handle);
	}
	EXPECT_REPORT("of the other sort") {
		dma_unmap_single(&device, handle, 3 * PAGE_SIZE, DMA_TO_DEVICE);
	}
	EXPECT_REPORT("different size, 12288 bytes") {
		dma_free_coherent(&device, PAGE_SIZE, p, handle);
	}
	EXPECT_REPORT("not mapped, or not any more") {
		dma_free_coherent(&device, 3 * PAGE_SIZE, p, handle);
	}
	buf = kmalloc(128, GFP_KERNEL);
	map = dma_map_single(&other, buf, 128, DMA_TO_DEVICE);
	EXPECT_REPORT("of the other sort") {
		dma_free_coherent(&other, 128, phys_to_virt(map), map);
	}
	dma_unmap_single(&other, map, 128, DMA_TO_DEVICE);
	kfree(buf);
	dma_free_coherent(&device, 1, NULL, 0);
	end();
}

/* ---- streaming mappings --------------------------------------------------------------------- */

/* What the device reaches is used in place, whatever allocated it. */
KTEST(dma, in_reach_is_not_copied)
{
	static u8 variable[64];
	unsigned long before = bounced();
	dma_addr_t a, b;
	u8 *buf;

	begin();
	buf = kmalloc(1000, GFP_KERNEL | GFP_DMA);
	a = dma_map_single(&device, buf, 1000, DMA_BIDIRECTIONAL);
	EXPECT_EQ(a, virt_to_phys(buf));
	b = dma_map_single(&other, variable, sizeof(variable), DMA_FROM_DEVICE);
	EXPECT_EQ(b, virt_to_phys(variable));
	EXPECT(!dma_need_sync(&device, a) && !dma_need_sync(&other, b));
	dma_sync_single_for_cpu(&device, a, 1000, DMA_BIDIRECTIONAL);
	dma_unmap_single(&other, b, sizeof(variable), DMA_FROM_DEVICE);
	dma_unmap_single(&device, a, 1000, DMA_BIDIRECTIONAL);
	EXPECT_EQ(bounced(), before);
	kfree(buf);
	end();
}

/* One buffer out of reach, in each direction: who sees whose bytes, and when. */
static void try_direction(u8 *buf, size_t size, enum dma_data_direction dir)
{
	bool in = dir != DMA_TO_DEVICE;
	dma_addr_t addr;

	fill(buf, size, 1);
	addr = dma_map_single(&device, buf, size, dir);
	ASSERT_EQ(dma_mapping_error(&device, addr), 0);
	EXPECT(addr != virt_to_phys(buf) && addr + size - 1 <= DMA_BIT_MASK(24));
	EXPECT(dma_need_sync(&device, addr));
	EXPECT(filled(bus(addr), size, 1));
	fill(bus(addr), size / 2, 7); /* the device writes half of it */
	EXPECT(filled(buf, size, 1)); /* ... and nobody sees that yet */
	dma_unmap_single(&device, addr, size, dir);
	EXPECT(filled(buf, size / 2, in ? 7 : 1));
	buf[0] = 0;
	fill(buf, size / 2, 1);
	EXPECT(filled(buf, size, 1)); /* the half that the device left alone */
}

KTEST(dma, out_of_reach_is_bounced)
{
	static const u32 sizes[] = {2, 100, 2048, 2050, 4096, 10000, 32768};
	u8 *buf;

	begin();
	buf = far_buffer(3);
	for (unsigned int i = 0; buf && i < ARRAY_SIZE(sizes); i++) {
		try_direction(buf, sizes[i], DMA_TO_DEVICE);
		try_direction(buf, sizes[i], DMA_FROM_DEVICE);
		try_direction(buf, sizes[i], DMA_BIDIRECTIONAL);
		try_direction(buf + 32768 - sizes[i], sizes[i], DMA_FROM_DEVICE);
	}
	if (buf)
		free_pages((unsigned long)buf, 3);
	end();
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
	begin();
	block_fill(page, 2, 3);
	addr = dma_map_page(&device, page, 0, 4 * PAGE_SIZE, DMA_BIDIRECTIONAL);
	EXPECT(!dma_mapping_error(&device, addr));
	for (unsigned int i = 0; i < 4; i++) {
		EXPECT(filled(bus(addr) + i * PAGE_SIZE, PAGE_SIZE, 3 + i));
		fill(bus(addr) + i * PAGE_SIZE, PAGE_SIZE, 50 + i);
	}
	dma_unmap_page(&device, addr, 4 * PAGE_SIZE, DMA_BIDIRECTIONAL);
	EXPECT(block_filled(page, 2, 50));
	addr = dma_map_page(&device, page, 100, size, DMA_FROM_DEVICE);
	EXPECT(!dma_mapping_error(&device, addr));
	dma_unmap_page(&device, addr, size, DMA_FROM_DEVICE);
	EXPECT(block_filled(page, 2, 50));
	__free_pages(page, 2);
	end();
}

/* dma_sync_ calls move bytes, of the range given and no others, while it stays mapped. */
KTEST(dma, sync_moves_the_range_given)
{
	dma_addr_t addr;
	u8 *buf;

	begin();
	buf = far_buffer(0);
	if (!buf) {
		end();
		return;
	}
	fill(buf, PAGE_SIZE, 1);
	addr = dma_map_single(&device, buf, PAGE_SIZE, DMA_BIDIRECTIONAL);
	memset(bus(addr), 0xdd, PAGE_SIZE);
	dma_sync_single_for_cpu(&device, addr + 100, 50, DMA_FROM_DEVICE);
	EXPECT(filled(buf, 100, 1) && !memchr_inv(buf + 100, 0xdd, 50));
	EXPECT_EQ(buf[150], (u8)(1 + 150 * 31));
	memset(buf, 0xcc, PAGE_SIZE);
	dma_sync_single_range_for_device(&device, addr, 200, 50, DMA_TO_DEVICE);
	EXPECT(!memchr_inv(bus(addr), 0xdd, 200));
	EXPECT(!memchr_inv(bus(addr) + 200, 0xcc, 50) && bus(addr)[250] == 0xdd);
	EXPECT_REPORT("not in a mapping of this device") {
		dma_sync_single_for_cpu(&device, addr + PAGE_SIZE - 10, 11, DMA_FROM_DEVICE);
	}
	dma_unmap_single_attrs(&device, addr, PAGE_SIZE, DMA_BIDIRECTIONAL, DMA_ATTR_SKIP_CPU_SYNC);
	EXPECT(!memchr_inv(buf, 0xcc, PAGE_SIZE));
	free_page((unsigned long)buf);
	end();
}

/* Each misuse is named; the mapping ends as it was made, once. */
KTEST(dma, streaming_misuse)
{
	dma_addr_t addr;
	void *area;
	u8 *buf;

	begin();
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
		dma_unmap_single(&device, addr, 512, DMA_TO_DEVICE);
	}
	EXPECT_REPORT("in the middle of a mapping") {
		dma_unmap_single(&other, addr + 8, 504, DMA_TO_DEVICE);
	}
	EXPECT_REPORT("mapped in another direction") {
		dma_sync_single_for_cpu(&other, addr, 512, DMA_FROM_DEVICE);
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
	end();
}

/* One buffer mapped three times: each unmapping ends its own. */
KTEST(dma, one_buffer_several_mappings)
{
	dma_addr_t a, b, c;
	u8 *buf;

	begin();
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
	end();
}

/* A driver that leaves something mapped is told so, with the first of it. */
KTEST(dma, what_is_left_mapped_is_reported)
{
	dma_addr_t addr, handle;
	void *p, *buf;

	begin();
	buf = kmalloc(64, GFP_KERNEL);
	addr = dma_map_single(&other, buf, 64, DMA_TO_DEVICE);
	p = dma_alloc_coherent(&other, 64, &handle, GFP_KERNEL);
	EXPECT_REPORT("dma-other still has 2 mappings") {
		EXPECT_EQ(dma_report_pending(&other), 2);
	}
	dma_free_coherent(&other, 64, p, handle);
	dma_unmap_single(&other, addr, 64, DMA_TO_DEVICE);
	kfree(buf);
	end();
}

/* All bounce buffers taken: an error, said once, and nothing lost; then all free again. */
#define MAX_HELD 1024
static dma_addr_t held[MAX_HELD];

KTEST(dma, no_bounce_buffer_left)
{
	const size_t size = 16384;
	unsigned int n = 0, again = 0;
	u8 *buf;

	begin();
	buf = far_buffer(2);
	if (!buf) {
		end();
		return;
	}
	for (int round = 0; round < 2; round++) {
		again = n;
		for (n = 0; n < MAX_HELD; n++) {
			held[n] = dma_map_single_attrs(&device, buf, size, DMA_TO_DEVICE,
						       DMA_ATTR_NO_WARN);
			if (dma_mapping_error(&device, held[n]))
				break;
			EXPECT(held[n] + size - 1 <= DMA_BIT_MASK(24));
		}
		EXPECT(n > 0 && n < MAX_HELD);
		if (!round) {
			EXPECT_REPORT("no bounce buffer for 16384 bytes") {
				EXPECT(dma_mapping_error(&device, dma_map_single(&device, buf, size,
										 DMA_TO_DEVICE)));
			}
		}
		for (unsigned int i = 0; i < n; i++)
			dma_unmap_single(&device, held[i], size, DMA_TO_DEVICE);
	}
	EXPECT_EQ(n, again);
	free_pages((unsigned long)buf, 2);
	end();
}

/* Mapping works where nothing may sleep, pools included, and takes nothing that is not given back. */
KTEST(dma, maps_where_nothing_may_sleep)
{
	dma_addr_t addr, handle;
	void *p;
	u8 *buf;

	begin();
	buf = far_buffer(0);
	if (!buf) {
		end();
		return;
	}
	preempt_disable();
	addr = dma_map_single(&device, buf, 300, DMA_BIDIRECTIONAL);
	p = dma_alloc_coherent(&device, 300, &handle, GFP_ATOMIC);
	preempt_enable();
	EXPECT(!dma_mapping_error(&device, addr) && p);
	preempt_disable();
	dma_unmap_single(&device, addr, 300, DMA_BIDIRECTIONAL);
	dma_free_coherent(&device, 300, p, handle);
	preempt_enable();
	EXPECT_REPORT("sleeping function called from invalid context") {
		preempt_disable();
		p = dma_alloc_coherent(&device, 300, &handle, GFP_KERNEL);
		preempt_enable();
	}
	dma_free_coherent(&device, 300, p, handle);
	free_page((unsigned long)buf);
	end();
}

/* ---- scatter lists -------------------------------------------------------------------------- */

#define PIECES 8

/* Pieces near and far, mapped at once; the device writes, each gets its own. */
KTEST(dma, scatter_lists)
{
	struct scatterlist list[PIECES], *sg;
	u8 *buf[PIECES];
	int i;

	begin();
	sg_init_table(list, PIECES);
	for (i = 0; i < PIECES; i++) {
		buf[i] = (u8 *)__get_free_page(i & 1 ? GFP_KERNEL : GFP_DMA);
		ASSERT(buf[i]);
		fill(buf[i], PAGE_SIZE, 0);
		sg_set_buf(&list[i], buf[i] + i * 16, 100 + (u32)i * 200);
	}
	EXPECT_EQ(sg_nents(list), PIECES);
	ASSERT_EQ(dma_map_sg(&device, list, PIECES, DMA_FROM_DEVICE), PIECES);
	for_each_sg(list, sg, PIECES, i)
	{
		EXPECT_EQ(sg_dma_len(sg), 100 + i * 200);
		EXPECT(sg_dma_address(sg) + sg_dma_len(sg) - 1 <= DMA_BIT_MASK(24));
		memset(bus(sg_dma_address(sg)), 0xa0 + i, sg_dma_len(sg));
	}
	dma_sync_sg_for_cpu(&device, list, PIECES, DMA_FROM_DEVICE);
	EXPECT_EQ(buf[3][3 * 16], 0xa3);
	dma_unmap_sg(&device, list, PIECES, DMA_FROM_DEVICE);
	for (i = 0; i < PIECES; i++) {
		u32 at = (u32)i * 16, n = 100 + (u32)i * 200;

		EXPECT(filled(buf[i], at, 0));
		EXPECT(!memchr_inv(buf[i] + at, 0xa0 + i, n));
		EXPECT_EQ(buf[i][at + n], (u8)((at + n) * 31 + ((at + n) >> 8)));
	}
	list[PIECES - 1].length = 0; /* one that cannot be mapped: none is */
	EXPECT_REPORT("nothing to map") {
		EXPECT_EQ(dma_map_sg(&device, list, PIECES, DMA_FROM_DEVICE), 0);
	}
	for (i = 0; i < PIECES; i++)
		free_page((unsigned long)buf[i]);
	end();
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
			EXPECT(filled(bus(slots[i].addr), slots[i].size, i));
		else
			fill(bus(slots[i].addr), slots[i].size, i + 100);
		dma_unmap_single(&device, slots[i].addr, slots[i].size, slots[i].dir);
		if (slots[i].dir != DMA_TO_DEVICE)
			EXPECT(filled(slots[i].buf, slots[i].size, i + 100));
		slots[i].live = false;
		return;
	}
	slots[i].size = 1 + prandom_u32_state(rnd) % 8000;
	slots[i].dir = (enum dma_data_direction)(prandom_u32_state(rnd) % 3);
	fill(slots[i].buf, slots[i].size, i);
	slots[i].addr = dma_map_single(&device, slots[i].buf, slots[i].size, slots[i].dir);
	slots[i].live = EXPECT(!dma_mapping_error(&device, slots[i].addr));
}

/* Buffers near and far come and go in random order; no byte goes astray. */
KTEST(dma, random_mappings_keep_every_byte)
{
	struct rnd_state rnd;

	begin();
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
	end();
}

/* ---- pools ---------------------------------------------------------------------------------- */

struct pool_case {
	u32 size, align, boundary;
};

#define BLOCKS 200
static void *blocks[BLOCKS];
static dma_addr_t handles[BLOCKS];

static bool overlap(unsigned int i, u32 size)
{
	for (unsigned int j = 0; j < i; j++)
		if (handles[i] - handles[j] < size || handles[j] - handles[i] < size)
			return true;
	return false;
}

static void try_pool(const struct pool_case *c)
{
	struct dma_pool *pool = dma_pool_create("case", &device, c->size, c->align, c->boundary);
	u32 align = max(c->align, 1u);

	ASSERT(pool);
	for (unsigned int i = 0; i < BLOCKS; i++) {
		dma_addr_t last;

		blocks[i] = dma_pool_zalloc(pool, GFP_KERNEL, &handles[i]);
		ASSERT(blocks[i]);
		last = handles[i] + c->size - 1;
		EXPECT(bus(handles[i]) == blocks[i]);
		EXPECT(last <= DMA_BIT_MASK(24) && handles[i] % align == 0);
		EXPECT(!c->boundary || handles[i] / c->boundary == last / c->boundary);
		EXPECT(!memchr_inv(blocks[i], 0, c->size) && !overlap(i, c->size));
		memset(blocks[i], 0xee, c->size);
	}
	for (unsigned int i = 0; i < BLOCKS; i++) /* not in the order they came */
		dma_pool_free(pool, blocks[i * 7 % BLOCKS], handles[i * 7 % BLOCKS]);
	dma_pool_destroy(pool);
}

/* Each block is aligned, crosses no boundary, and overlaps no other. */
KTEST(dma_pool, alignment_and_boundary)
{
	static const struct pool_case cases[] = {
		{1, 0, 0},	 {24, 8, 0},	     {100, 1, 128},   {100, 4, 256},
		{48, 16, 1024},	 {96, 32, 4096},     {1000, 8, 4096}, {40, 64, 64},
		{3000, 1, 0},	 {3000, 1024, 4096}, {4096, 0, 0},    {5000, 16, 8192},
		{512, 512, 512}, {2049, 1, 4096},
	};

	begin();
	for (unsigned int i = 0; i < ARRAY_SIZE(cases); i++)
		try_pool(&cases[i]);
	end();
}

/* Numbers that no pool can have. */
KTEST(dma_pool, impossible_pools)
{
	begin();
	EXPECT(!dma_pool_create("bad", &device, 0, 0, 0));
	EXPECT(!dma_pool_create("bad", &device, 64, 3, 0));
	EXPECT(!dma_pool_create("bad", &device, 64, 8, 100));
	EXPECT(!dma_pool_create("bad", &device, 64, 8, 32));
	EXPECT(!dma_pool_create("bad", &device, 40, 64, 32));
	EXPECT(!dma_pool_create("bad", &device, 64UL << 20, 8, 0));
	dma_pool_destroy(NULL);
	end();
}

/* Whatever is not one of its live blocks is refused; so is destroying it while one lives. */
KTEST(dma_pool, misuse)
{
	dma_addr_t handle, second;
	struct dma_pool *pool;
	u8 *p, *q;

	begin();
	pool = dma_pool_create("misused", &device, 100, 4, 256);
	ASSERT(pool);
	p = dma_pool_alloc(pool, GFP_KERNEL, &handle);
	q = dma_pool_alloc(pool, GFP_ATOMIC, &second);
	ASSERT(p && q);
	EXPECT_REPORT("pool misused of dma-test") {
		dma_pool_free(pool, p + 4, handle + 4);
	}
	EXPECT_REPORT("not where a block begins") {
		dma_pool_free(pool, p + 200, handle + 200);
	}
	EXPECT_REPORT("device's address is that goes with it") {
		dma_pool_free(pool, p, second);
	}
	EXPECT_REPORT("in none of its chunks") {
		dma_pool_free(pool, &handle, handle);
	}
	EXPECT_REPORT("is free already") {
		dma_pool_free(pool, p + 256, handle + 256);
	}
	dma_pool_free(pool, q, second);
	EXPECT_REPORT("is free already") {
		dma_pool_free(pool, q, second);
	}
	EXPECT_REPORT("is live, the first of 1") {
		dma_pool_destroy(pool);
	}
	dma_pool_free(pool, p, handle);
	dma_pool_destroy(pool);
	end();
}

/* Chunks without blocks are given back before the pool is destroyed. */
KTEST(dma_pool, shrinks)
{
	struct dma_stats before, full, after;
	struct dma_pool *pool;

	begin();
	pool = dma_pool_create("shrinks", &device, 1024, 0, 0);
	ASSERT(pool);
	dma_get_stats(&before);
	for (unsigned int i = 0; i < BLOCKS; i++)
		blocks[i] = dma_pool_alloc(pool, GFP_KERNEL, &handles[i]);
	dma_get_stats(&full);
	for (unsigned int i = 0; i < BLOCKS; i++)
		dma_pool_free(pool, blocks[i], handles[i]);
	dma_get_stats(&after);
	EXPECT_EQ(full.coherent_bytes - before.coherent_bytes, BLOCKS / 4 * PAGE_SIZE);
	EXPECT_EQ(after.coherent_bytes - before.coherent_bytes, PAGE_SIZE);
	dma_pool_destroy(pool);
	end();
}

/* What belongs to a device goes with it. */
KTEST(dma_pool, goes_with_its_device)
{
	dma_addr_t handle;
	void *p;

	begin();
	EXPECT(dmam_pool_create("managed", &device, 64, 8, 0));
	EXPECT(dmam_alloc_coherent(&device, 5000, &handle, GFP_KERNEL));
	p = dmam_alloc_coherent(&device, 64, &handle, GFP_KERNEL);
	dmam_free_coherent(&device, 64, p, handle);
	dmam_pool_destroy(dmam_pool_create("gone", &device, 64, 8, 0));
	devres_release_all(&device);
	end();
}
