/* SPDX-License-Identifier: MIT */
/*
 * Pools of small blocks for a device: each lies where the device reaches it, aligned,
 * within its boundary and apart from all others; mistakes are reported and refused; the
 * memory comes back when blocks are freed, and with the device.
 */
#include <cairn/dma.h>
#include <cairn/test.h>
#include <linux/dma-mapping.h>
#include <linux/dmapool.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include "dma_test.h"

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
	struct dma_pool *pool =
		dma_pool_create("case", &dma_test_device, c->size, c->align, c->boundary);
	u32 align = max(c->align, 1u);

	ASSERT(pool);
	for (unsigned int i = 0; i < BLOCKS; i++) {
		dma_addr_t last;

		blocks[i] = dma_pool_zalloc(pool, GFP_KERNEL, &handles[i]);
		ASSERT(blocks[i]);
		last = handles[i] + c->size - 1;
		EXPECT(dma_test_bus(handles[i]) == blocks[i]);
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
		{512, 512, 512}, {2049, 1, 4096},    {100, 64, 0},    {3, 0, 0},
	};

	dma_test_begin();
	for (unsigned int i = 0; i < ARRAY_SIZE(cases); i++)
		try_pool(&cases[i]);
	dma_test_end();
}

/* Numbers that no pool can have. */
KTEST(dma_pool, impossible_pools)
{
	dma_test_begin();
	EXPECT(!dma_pool_create("bad", &dma_test_device, 0, 0, 0));
	EXPECT(!dma_pool_create("bad", &dma_test_device, 64, 3, 0));
	EXPECT(!dma_pool_create("bad", &dma_test_device, 64, 8, 100));
	EXPECT(!dma_pool_create("bad", &dma_test_device, 64, 8, 32));
	EXPECT(!dma_pool_create("bad", &dma_test_device, 40, 64, 32));
	EXPECT(!dma_pool_create("bad", &dma_test_device, 64UL << 20, 8, 0));
	dma_pool_destroy(NULL);
	dma_test_end();
}

/* Whatever is not one of its live blocks is refused; so is destroying it while one lives. */
KTEST(dma_pool, misuse)
{
	dma_addr_t handle, second;
	struct dma_pool *pool;
	u8 *p, *q;

	dma_test_begin();
	pool = dma_pool_create("misused", &dma_test_device, 100, 4, 256);
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
	dma_test_end();
}

/* Chunks without blocks are given back before the pool is destroyed. */
KTEST(dma_pool, shrinks)
{
	struct dma_stats before, full, after;
	struct dma_pool *pool;

	dma_test_begin();
	pool = dma_pool_create("shrinks", &dma_test_device, 1024, 0, 0);
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
	dma_test_end();
}

/* A block that comes again is zeroed where all memory is, without being asked for. */
KTEST(dma_pool, init_on_alloc)
{
	struct dma_pool *pool;
	dma_addr_t handle;
	void *p, *q;

	if (!want_init_on_alloc(0)) {
		ktest_skip("without init_on_alloc=1");
		return;
	}
	dma_test_begin();
	pool = dma_pool_create("zeroed", &dma_test_device, 64, 0, 0);
	ASSERT(pool);
	p = dma_pool_alloc(pool, GFP_KERNEL, &handle);
	ASSERT(p);
	memset(p, 0xa5, 64);
	dma_pool_free(pool, p, handle);
	q = dma_pool_alloc(pool, GFP_KERNEL, &handle);
	EXPECT(q == p && !memchr_inv(q, 0, 64));
	dma_pool_free(pool, q, handle);
	dma_pool_destroy(pool);
	dma_test_end();
}

/* What belongs to a device goes with it. */
KTEST(dma_pool, goes_with_its_device)
{
	dma_addr_t handle;
	void *p;

	dma_test_begin();
	EXPECT(dmam_pool_create("managed", &dma_test_device, 64, 8, 0));
	EXPECT(dmam_alloc_coherent(&dma_test_device, 5000, &handle, GFP_KERNEL));
	p = dmam_alloc_coherent(&dma_test_device, 64, &handle, GFP_KERNEL);
	dmam_free_coherent(&dma_test_device, 64, p, handle);
	dmam_pool_destroy(dmam_pool_create("gone", &dma_test_device, 64, 8, 0));
	devres_release_all(&dma_test_device);
	dma_test_end();
}
