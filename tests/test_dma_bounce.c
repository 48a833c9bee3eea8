/* SPDX-License-Identifier: MIT */
/*
 * Scenario: drivers reserve buffers below ever lower addresses, until there is no room
 * in the table of pools; buffers are taken and given back; swiotlb= decides what is
 * bounced at all.  Pools that were made go again, with all their pages.
 */
#include <linux/bitops.h>
#include <linux/dma-mapping.h>
#include <linux/kernel.h>
#include <linux/memblock.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <cairn/boot_info.h>
#include <cairn/dma.h>
#include <cairn/init.h>
#include <cairn/test.h>
#include "../mm/dma.h"
#include "../mm/internal.h"
#include "dma_test.h"
#include "pressure.h"

#define SLOT 2048

static bool said(const char *parameter)
{
	return strstr(boot_info.cmdline, parameter);
}

static bool pools_are_used(void)
{
	if (said("swiotlb=noforce"))
		ktest_skip("swiotlb=noforce");
	return !said("swiotlb=noforce");
}

static unsigned int nr_pools(void)
{
	return hweight_long(dma_bounce_pools());
}

static size_t used_of_all(void)
{
	struct dma_bounce_info info;
	size_t used = 0;

	for (unsigned int i = 0; dma_bounce_pool(i, &info); i++)
		used += info.used;
	return used;
}

/* The lowest pool's first byte; ~0 if there is none. */
static phys_addr_t lowest_pool(void)
{
	struct dma_bounce_info info;
	phys_addr_t lowest = ~0ULL;

	for (unsigned int i = 0; dma_bounce_pool(i, &info); i++)
		if (info.bytes)
			lowest = min(lowest, info.start);
	return lowest;
}

/* Each pool lies below the one before; the table fills up, or memory ends: nothing is lost. */
KTEST(dma_bounce, pools_below_pools)
{
	unsigned long before = dma_bounce_pools(), freed;
	u64 mask = min3(lowest_pool() - 1, DMA_BIT_MASK(24), memblock_end_of_DRAM() / 2);
	unsigned int made = 0;

	if (!pools_are_used())
		return;
	while (bounce_reserve(mask)) {
		EXPECT(lowest_pool() <= mask);
		EXPECT(bounce_reserve(mask)); /* there is one now, so this makes none */
		EXPECT_EQ(nr_pools(), hweight_long(before) + ++made);
		mask = lowest_pool() - 1;
	}
	EXPECT(made > 0);
	EXPECT_EQ(bounce_get(mask, 1), DMA_MAPPING_ERROR);
	freed = dma_bounce_shrink(before);
	EXPECT(freed >= made);
	EXPECT_EQ(dma_bounce_pools(), before);
}

/* The pool that start-up made, where there is memory beyond 4 GiB, is not given up. */
KTEST(dma_bounce, the_pool_of_start_up_stays)
{
	unsigned long before = dma_bounce_pools();

	if (said("swiotlb=noforce") || memblock_end_of_DRAM() <= 1ULL << 32) {
		ktest_skip("start-up makes no pool");
		return;
	}
	EXPECT(before & 1);
	EXPECT_EQ(dma_bounce_shrink(before & ~1UL), 0);
	EXPECT_EQ(dma_bounce_pools(), before);
}

/* A pool serves masks from its last byte on, and none below. */
KTEST(dma_bounce, a_pool_ends_at_its_last_byte)
{
	unsigned long before = dma_bounce_pools();
	struct dma_bounce_info info;
	u64 last = 0, bytes = 0;
	phys_addr_t at;

	if (!pools_are_used() || ktest_lacks_memory(64))
		return;
	ASSERT(bounce_reserve(min(lowest_pool() - 1, DMA_BIT_MASK(24))));
	for (unsigned int i = 0; dma_bounce_pool(i, &info); i++)
		if (info.bytes && info.start == lowest_pool()) {
			last = info.start + info.bytes - 1;
			bytes = info.bytes;
		}
	EXPECT_EQ(nr_pools(), hweight_long(before) + 1);
	at = bounce_get(last, 1);
	EXPECT(at <= last && at > last - bytes);
	bounce_put(at, 1);
	at = bounce_get(last - 1, 1);
	EXPECT(at == DMA_MAPPING_ERROR || at + SLOT - 1 <= last - bytes);
	if (at != DMA_MAPPING_ERROR)
		bounce_put(at, 1);
	dma_bounce_shrink(before);
}

/* Every slot of a pool once: below the mask, none twice; what is used is counted, with its peak. */
KTEST(dma_bounce, every_slot_once)
{
	static phys_addr_t at[2048];
	unsigned long before = dma_bounce_pools();
	size_t used = used_of_all();
	unsigned int n;

	if (!pools_are_used())
		return;
	ASSERT(bounce_reserve(DMA_BIT_MASK(24)));
	for (n = 0; n < ARRAY_SIZE(at); n++) {
		at[n] = bounce_get(DMA_BIT_MASK(24), 1 + n % SLOT);
		if (at[n] == DMA_MAPPING_ERROR)
			break;
		EXPECT(at[n] + SLOT - 1 <= DMA_BIT_MASK(24));
		EXPECT_EQ(at[n] % SLOT, 0);
		memset(phys_to_virt(at[n]), (int)n, SLOT);
	}
	EXPECT(n > 0);
	EXPECT_EQ(used_of_all(), used + (size_t)n * SLOT);
	for (unsigned int i = 0; i < n; i++) {
		EXPECT(!memchr_inv(phys_to_virt(at[i]), (int)(i & 0xff), SLOT));
		bounce_put(at[i], 1 + i % SLOT);
	}
	EXPECT_EQ(used_of_all(), used);
	dma_bounce_shrink(before);
	EXPECT_EQ(dma_bounce_pools(), before);
}

/* Buffers of a page or more begin at a page, whatever small ones lie before them. */
KTEST(dma_bounce, large_buffers_begin_at_a_page)
{
	static const size_t sizes[] = {PAGE_SIZE, PAGE_SIZE + 1, 3 * PAGE_SIZE, PAGE_SIZE};
	phys_addr_t small[ARRAY_SIZE(sizes)], large[ARRAY_SIZE(sizes)];
	unsigned long before = dma_bounce_pools();

	if (!pools_are_used())
		return;
	ASSERT(bounce_reserve(DMA_BIT_MASK(24)));
	for (unsigned int i = 0; i < ARRAY_SIZE(sizes); i++) {
		small[i] = bounce_get(DMA_BIT_MASK(24), 1);
		large[i] = bounce_get(DMA_BIT_MASK(24), sizes[i]);
		EXPECT(small[i] != DMA_MAPPING_ERROR && large[i] != DMA_MAPPING_ERROR);
		EXPECT(PAGE_ALIGNED(large[i]));
	}
	for (unsigned int i = 0; i < ARRAY_SIZE(sizes); i++) {
		bounce_put(small[i], 1);
		bounce_put(large[i], sizes[i]);
	}
	dma_bounce_shrink(before);
	EXPECT_EQ(dma_bounce_pools(), before);
}

/* A device that reaches the last byte of memory needs none. */
KTEST(dma_bounce, no_pool_where_all_can_be_reached)
{
	unsigned long before = dma_bounce_pools();

	if (!pools_are_used())
		return;
	if (said("swiotlb=force")) {
		ktest_skip("swiotlb=force");
		return;
	}
	EXPECT(bounce_reserve(memblock_end_of_DRAM() - 1));
	EXPECT_EQ(dma_bounce_pools(), before);
	dma_test_begin();
	*dma_test_device.dma_mask = memblock_end_of_DRAM() - 1;
	EXPECT_EQ(dma_max_mapping_size(&dma_test_device), SIZE_MAX);
	*dma_test_device.dma_mask -= 1;
	EXPECT_EQ(dma_max_mapping_size(&dma_test_device), bounce_max());
	dma_test_end();
}

/* A pool somebody uses stays when pools are freed; what cannot fit is no buffer. */
KTEST(dma_bounce, used_pools_stay)
{
	unsigned long before = dma_bounce_pools();
	struct dma_bounce_info info;
	phys_addr_t at;

	if (!pools_are_used())
		return;
	EXPECT_EQ(bounce_get(DMA_BIT_MASK(32), bounce_max() + 1), DMA_MAPPING_ERROR);
	ASSERT(bounce_reserve(DMA_BIT_MASK(24)));
	at = bounce_get(DMA_BIT_MASK(24), 3 * SLOT + 1);
	ASSERT(at != DMA_MAPPING_ERROR);
	EXPECT_EQ(dma_bounce_shrink(before) != 0 && dma_bounce_pools() == before, 0);
	memset(phys_to_virt(at), 0x5a, 3 * SLOT + 1);
	for (unsigned int i = 0; dma_bounce_pool(i, &info); i++)
		if (info.bytes && at >= info.start && at < info.start + info.bytes)
			EXPECT(info.used >= 4 * SLOT && info.peak >= info.used);
	bounce_put(at, 3 * SLOT + 1);
	dma_bounce_shrink(before);
	EXPECT_EQ(dma_bounce_pools(), before);
	EXPECT(!dma_bounce_pool(1000, &info));
}

/* swiotlb=force bounces what is in reach; swiotlb=noforce leaves what is not without a mapping. */
KTEST(dma_bounce, swiotlb_decides)
{
	struct dma_stats stats, now;
	dma_addr_t addr;
	u8 *near_buffer, *far_buffer;

	dma_test_begin();
	dma_get_stats(&stats);
	near_buffer = kmalloc(100, GFP_KERNEL | GFP_DMA);
	far_buffer = kmalloc(100, GFP_KERNEL);
	ASSERT(near_buffer && far_buffer);
	addr = dma_map_single(&dma_test_device, near_buffer, 100, DMA_TO_DEVICE);
	EXPECT(!dma_mapping_error(&dma_test_device, addr));
	EXPECT_EQ(addr != virt_to_phys(near_buffer), said("swiotlb=force"));
	dma_get_stats(&now);
	EXPECT(now.mapped > stats.mapped && now.mappings > stats.mappings);
	EXPECT_EQ(dma_need_sync(&dma_test_device, addr), said("swiotlb=force"));
	EXPECT_EQ(bounce_forced(), said("swiotlb=force"));
	dma_unmap_single(&dma_test_device, addr, 100, DMA_TO_DEVICE);
	addr = dma_map_single_attrs(&dma_test_device, far_buffer, 100, DMA_TO_DEVICE,
				    DMA_ATTR_NO_WARN);
	if (virt_to_phys(far_buffer) > DMA_BIT_MASK(24))
		EXPECT_EQ(dma_mapping_error(&dma_test_device, addr) != 0, said("swiotlb=noforce"));
	if (!dma_mapping_error(&dma_test_device, addr))
		dma_unmap_single(&dma_test_device, addr, 100, DMA_TO_DEVICE);
	dma_get_stats(&now);
	EXPECT(!said("swiotlb=noforce") || now.bounced == stats.bounced);
	kfree(near_buffer);
	kfree(far_buffer);
	dma_test_end();
}

/* What the command line says of bounce buffers is taken: said once more, it gets no line either. */
KTEST(dma_bounce, swiotlb_takes_its_words)
{
	const char *at = strstr(boot_info.cmdline, "swiotlb=");
	char again[32];

	if (!at) {
		ktest_skip("without swiotlb=");
		return;
	}
	strscpy(again, at, min(sizeof(again), strcspn(at, " ") + 1));
	EXPECT_NO_REPORT() {
		boot_params_set(again);
	}
	EXPECT_EQ(bounce_forced(), said("swiotlb=force"));
}

/* ---- Pages below an address ----------------------------------------------------------------- */

/* Below each power of two at which there is memory: no block reaches beyond. */
KTEST(dma_bounce, pages_below_each_address)
{
	for (unsigned int bits = PAGE_SHIFT + 1; bits < 41; bits++) {
		for (unsigned int order = 0; order < 4; order++) {
			u64 last = DMA_BIT_MASK(bits);
			struct page *page = alloc_pages_below(
				GFP_KERNEL | __GFP_NOWARN | __GFP_ZERO, order, last);

			if (!page) {
				EXPECT(bits <= 20 || memblock_end_of_DRAM() < (24ULL << 20));
				continue;
			}
			EXPECT(page_to_phys(page) + (PAGE_SIZE << order) - 1 <= last);
			EXPECT(!memchr_inv(page_to_virt(page), 0, PAGE_SIZE << order));
			memset(page_to_virt(page), 0xa5, PAGE_SIZE << order);
			free_pages_any(page, order);
		}
	}
	EXPECT(!alloc_pages_below(GFP_KERNEL | __GFP_NOWARN, 0, PAGE_SIZE / 2));
}

/* The limit says which memory, whatever zone the flags name; and pages are no compound. */
KTEST(dma_bounce, flags_that_do_not_matter_below_an_address)
{
	const gfp_t odd = GFP_KERNEL | __GFP_NOWARN | __GFP_COMP | __GFP_HIGHMEM;
	const u64 last[] = {DMA_BIT_MASK(24), DMA_BIT_MASK(28), DMA_BIT_MASK(32), ~0ULL};

	for (unsigned int i = 0; i < ARRAY_SIZE(last); i++) {
		struct page *page = alloc_pages_below(odd, 1, last[i]);

		if (!page)
			continue;
		EXPECT(!PageCompound(page) && !PageHighMem(page));
		free_pages_any(page, 1);
	}
}

/* When all below 4 GiB is used up, memory is made there for who must have it, as anywhere else. */
KTEST(dma_bounce, pages_below_4_gib_by_reclaim)
{
	static struct page_cache clean;
	struct page *chain, *page;

	if (memblock_end_of_DRAM() <= DMA_BIT_MASK(32)) {
		ktest_skip("all of RAM is low");
		return;
	}
	cache_open(&clean, 0, 0);
	cache_fill(&clean, 256, GFP_KERNEL | __GFP_DMA32);
	chain = take_all(take_all(NULL, __GFP_DMA32), __GFP_DMA);
	page = alloc_pages_below(GFP_KERNEL | __GFP_NOWARN, 0, DMA_BIT_MASK(32));
	EXPECT(page);
	if (page) {
		EXPECT(page_to_phys(page) <= DMA_BIT_MASK(32));
		__free_page(page);
	}
	free_chain(chain);
	cache_close(&clean);
}

/* To the last page below an address that is no zone's end: all are different, all come back. */
KTEST(dma_bounce, pages_below_until_there_are_none)
{
	const u64 last = (20ULL << 20) - 1;
	struct page *page, *chain = NULL;
	unsigned long n = 0;

	if (ktest_lacks_memory(64))
		return;
	while ((page = alloc_pages_below(GFP_ATOMIC | __GFP_NOWARN, 0, last))) {
		EXPECT(page_to_phys(page) <= last);
		page->private = (unsigned long)chain;
		chain = page;
		n++;
	}
	EXPECT(n > 0 && n <= (20UL << 20) / PAGE_SIZE);
	while ((page = chain)) {
		chain = (struct page *)page->private;
		page->private = 0;
		__free_page(page);
	}
}
