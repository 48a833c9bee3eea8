/* SPDX-License-Identifier: MIT */
/*
 * The block cache and the names over it, on a disk that is memory and does what the
 * test says: it keeps requests until it is polled, and fails those of one block.
 * Then memory is filled with dirty pages of a real disk, if there is one larger than
 * memory, and allocations with each flag show by the counters what they may do.
 */
#include <cairn/blockcache.h>
#include <cairn/names.h>
#include <cairn/test.h>
#include <linux/gfp.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/vmalloc.h>
#include "../block/cache.h"
#include "../mm/vmscan.h"

#define BLOCKS	 256
#define NO_BLOCK (~0ULL)

static struct memory_disk {
	struct block_device dev;
	u8 *content;
	struct list_head waiting;
	u64 bad_block;
} ram;

static void ram_submit(struct block_device *dev __unused, struct block_request *req)
{
	list_add_tail(&req->node, &ram.waiting);
}

static int ram_transfer(struct block_request *req)
{
	u8 *at = ram.content + req->block * BLOCK_SIZE;

	if (req->op == BLOCK_FLUSH)
		return 0;
	if (req->block == ram.bad_block)
		return -EIO;
	if (req->op == BLOCK_READ)
		memcpy(page_address(req->page), at, BLOCK_SIZE);
	else
		memcpy(at, page_address(req->page), BLOCK_SIZE);
	return 0;
}

static unsigned int ram_poll(struct block_device *dev __unused)
{
	struct block_request *req;

	if (list_empty(&ram.waiting))
		return 0;
	req = list_first_entry(&ram.waiting, struct block_request, node);
	list_del(&req->node);
	block_done(req, ram_transfer(req));
	return 1;
}

static const struct block_device_ops ram_ops = {.submit = ram_submit, .poll = ram_poll};

static struct block_device *ram_make(void)
{
	ram = (struct memory_disk){
		.dev = {.name = "ram", .blocks = BLOCKS, .polled = true, .ops = &ram_ops},
		.content = vzalloc(BLOCKS * BLOCK_SIZE),
		.bad_block = NO_BLOCK,
	};
	INIT_LIST_HEAD(&ram.waiting);
	if (!EXPECT(ram.content) || !EXPECT_EQ(block_register(&ram.dev), 0))
		return NULL;
	return &ram.dev;
}

static void ram_free(void)
{
	const char *wrong = block_cache_check();

	EXPECT(!wrong);
	names_drop();
	EXPECT_EQ(block_drop(&ram.dev), 0);
	block_unregister(&ram.dev);
	vfree(ram.content);
}

static bool write_block(struct block_device *dev, u64 block, u8 value, gfp_t gfp)
{
	struct block_page *bp = block_page_new(dev, block, gfp);

	if (IS_ERR(bp))
		return false;
	memset(block_page_data(bp), value, BLOCK_SIZE);
	block_page_dirty(bp);
	block_page_put(bp);
	return true;
}

/* What is written is in the cache first, on the disk after a sync, and survives being dropped. */
KTEST(blockcache, write_sync_read)
{
	struct block_device *dev = ram_make();
	struct block_page *bp;
	u64 i;

	if (!dev)
		return;
	for (i = 0; i < 50; i++)
		EXPECT(write_block(dev, i, (u8)(i + 1), GFP_KERNEL));
	EXPECT_EQ(ram.content[0], 0);
	EXPECT_EQ(block_drop(dev), 50);
	EXPECT_EQ(block_sync(dev), 0);
	for (i = 0; i < 50; i++)
		EXPECT(!memchr_inv(ram.content + i * BLOCK_SIZE, (int)i + 1, BLOCK_SIZE));
	EXPECT_EQ(block_drop(dev), 0);
	bp = block_page_get(dev, 7, GFP_KERNEL);
	ASSERT(!IS_ERR(bp));
	EXPECT(!memchr_inv(block_page_data(bp), 8, BLOCK_SIZE));
	EXPECT_EQ(block_drop(dev), 1); /* pinned */
	block_page_put(bp);
	EXPECT_EQ(atomic64_read(&dev->done[BLOCK_WRITE]), 50);
	EXPECT_EQ(atomic64_read(&dev->done[BLOCK_READ]), 1);
	ram_free();
}

/* A page changed while it is being written is written once more. */
KTEST(blockcache, changed_while_writing)
{
	struct block_device *dev = ram_make();
	struct block_page *bp;
	unsigned long limit;

	if (!dev)
		return;
	bp = block_page_new(dev, 3, GFP_KERNEL);
	ASSERT(!IS_ERR(bp));
	EXPECT_EQ(bp->state, BLOCK_DIRTY);
	limit = block_dirty_limit(0);
	block_page_dirty(bp); /* above the limit: its write starts */
	block_dirty_limit(limit);
	EXPECT_EQ(bp->state, BLOCK_WRITING);
	memset(block_page_data(bp), 0x11, BLOCK_SIZE);
	block_page_dirty(bp);
	block_poll(dev);
	EXPECT_EQ(bp->state, BLOCK_DIRTY);
	memset(block_page_data(bp), 0x22, BLOCK_SIZE);
	block_page_put(bp);
	EXPECT_EQ(block_sync(dev), 0);
	EXPECT_EQ(ram.content[3 * BLOCK_SIZE], 0x22);
	EXPECT_EQ(atomic64_read(&dev->done[BLOCK_WRITE]), 2);
	ram_free();
}

/* A block that cannot be written is kept and told by each sync until it can be. */
KTEST(blockcache, write_error)
{
	struct block_device *dev = ram_make();

	if (!dev)
		return;
	ram.bad_block = 9;
	EXPECT(write_block(dev, 8, 1, GFP_KERNEL));
	EXPECT(write_block(dev, 9, 2, GFP_KERNEL));
	EXPECT_EQ(block_sync(dev), -EIO);
	EXPECT_EQ(block_sync(dev), -EIO);
	EXPECT_EQ(block_drop(dev), 1);
	EXPECT_EQ(block_cache_stats().nr[BLOCK_FAILED], 1);
	ram.bad_block = NO_BLOCK;
	EXPECT_EQ(block_sync(dev), 0);
	EXPECT_EQ(ram.content[9 * BLOCK_SIZE], 2);
	ram_free();
}

/* A block that cannot be read is an error and stays no longer than that. */
KTEST(blockcache, read_error)
{
	struct block_device *dev = ram_make();
	struct block_page *bp;

	if (!dev)
		return;
	ram.bad_block = 9;
	EXPECT_EQ(PTR_ERR(block_page_get(dev, 9, GFP_KERNEL)), -EIO);
	EXPECT_EQ(PTR_ERR(block_page_get(dev, BLOCKS, GFP_KERNEL)), -EINVAL);
	EXPECT_EQ(block_drop(dev), 0);
	ram.bad_block = NO_BLOCK;
	bp = block_page_get(dev, 9, GFP_KERNEL);
	ASSERT(!IS_ERR(bp));
	block_page_put(bp);
	ram_free();
}

/* The least recently used page goes first. */
KTEST(blockcache, lru)
{
	struct block_device *dev = ram_make();
	struct block_page *bp;
	s64 reads;
	u64 i;

	if (!dev)
		return;
	for (i = 0; i < 10; i++) {
		bp = block_page_get(dev, i % 9, GFP_KERNEL); /* 0 once more at the end */
		ASSERT(!IS_ERR(bp));
		block_page_put(bp);
	}
	reads = atomic64_read(&dev->done[BLOCK_READ]);
	EXPECT_EQ(reads, 9);
	EXPECT_EQ(block_drop_clean(dev, 8), 8);
	bp = block_page_get(dev, 0, GFP_KERNEL);
	ASSERT(!IS_ERR(bp));
	block_page_put(bp);
	EXPECT_EQ(atomic64_read(&dev->done[BLOCK_READ]), reads);
	ram_free();
}

/* Names: made, found on disk and then in the cache, refused when wrong, removed. */
KTEST(names, directory)
{
	struct block_device *dev = ram_make();
	struct name_info info = {10, 5};
	char name[NAME_LEN_MAX + 2];
	unsigned int i;

	if (!dev)
		return;
	EXPECT_EQ(names_lookup(dev, "a", &info), -EPROTO);
	EXPECT_EQ(names_format(dev), 0);
	EXPECT_EQ(names_create(dev, "a", &info), 0);
	EXPECT_EQ(names_create(dev, "a", &info), -EEXIST);
	EXPECT_EQ(names_create(dev, "", &info), -EINVAL);
	EXPECT_EQ(names_create(dev, "far", &(struct name_info){BLOCKS - 1, 2}), -EINVAL);
	memset(name, 'x', sizeof(name));
	name[NAME_LEN_MAX + 1] = '\0';
	EXPECT_EQ(names_create(dev, name, &info), -EINVAL);
	name[NAME_LEN_MAX] = '\0';
	EXPECT_EQ(names_create(dev, name, &info), 0);
	for (i = 2; i < 63; i++) {
		snprintf(name, sizeof(name), "n%u", i);
		EXPECT_EQ(names_create(dev, name, &info), 0);
	}
	EXPECT_EQ(names_create(dev, "more", &info), -ENOSPC);
	info = (struct name_info){0, 0};
	EXPECT_EQ(names_lookup(dev, "a", &info), 0);
	EXPECT_EQ(info.first, 10);
	EXPECT_EQ(info.blocks, 5);
	EXPECT_EQ(names_lookup(dev, "a", &info), 0);
	EXPECT_EQ(names_cached(), 1);
	EXPECT_EQ(names_remove(dev, "a"), 0);
	EXPECT_EQ(names_cached(), 0);
	EXPECT_EQ(names_lookup(dev, "a", &info), -ENOENT);
	EXPECT_EQ(block_sync(dev), 0);
	EXPECT(!memcmp(ram.content, "CairnDir", 8));
	ram_free();
}

/* What a disk says is checked: a range beyond its end is not handed out. */
KTEST(names, bad_range_on_disk)
{
	struct block_device *dev = ram_make();
	struct name_info info = {1, 1};
	struct block_page *bp;

	if (!dev)
		return;
	EXPECT_EQ(names_format(dev), 0);
	EXPECT_EQ(names_create(dev, "a", &info), 0);
	bp = block_page_get(dev, 0, GFP_KERNEL);
	ASSERT(!IS_ERR(bp));
	memset(block_page_data(bp) + 64 + 40, 0xff, 16);
	block_page_put(bp);
	EXPECT_EQ(names_lookup(dev, "a", &info), -EPROTO);
	EXPECT_EQ(block_sync(dev), 0);
	ram_free();
}

/* ---- Pressure, on a real disk ---------------------------------------------------------------- */

#define CLEAN_PAGES 64
#define NAMES	    60
#define QUIET	    __GFP_NOWARN

/* Dirty pages until not one more is to be had without I/O; the number of the next block. */
static u64 fill(struct block_device *dev, u64 block)
{
	while (block < dev->blocks - CLEAN_PAGES) {
		struct block_page *bp = block_page_new(dev, block, GFP_NOIO | QUIET);
		u64 *words, i;

		if (IS_ERR(bp))
			break;
		words = block_page_data(bp);
		for (i = 0; i < BLOCK_SIZE / sizeof(u64); i++)
			words[i] = block << 16 | i;
		block_page_dirty(bp);
		block_page_put(bp);
		block++;
	}
	return block;
}

static void read_clean(struct block_device *dev)
{
	u64 i;

	for (i = 1; i <= CLEAN_PAGES; i++) {
		struct block_page *bp = block_page_get(dev, dev->blocks - i, GFP_KERNEL);

		if (EXPECT(!IS_ERR(bp)))
			block_page_put(bp);
	}
}

static void fill_names(struct block_device *dev)
{
	struct name_info info = {1, 1};
	char name[16];
	unsigned int i;

	EXPECT_EQ(names_format(dev), 0);
	for (i = 0; i < NAMES; i++) {
		snprintf(name, sizeof(name), "name-%u", i);
		EXPECT_EQ(names_create(dev, name, &info), 0);
		EXPECT_EQ(names_lookup(dev, name, &info), 0);
	}
	EXPECT_EQ(names_cached(), NAMES);
}

/* Allocates a few pages and frees them; how many there were. */
static unsigned int try_pages(gfp_t gfp, unsigned int n)
{
	struct page *pages[8];
	unsigned int got = 0;

	while (got < n && (pages[got] = __alloc_pages(gfp | QUIET, 0, NUMA_NO_NODE)))
		got++;
	for (n = 0; n < got; n++)
		__free_page(pages[n]);
	return got;
}

static bool large_disk(struct block_device *dev)
{
	return dev && !dev->read_only && dev->blocks > totalram_pages();
}

KTEST(blockcache, each_flag_under_pressure)
{
	struct block_device *dev = block_find("vda");
	struct block_cache_stats before, now;
	unsigned long limit;
	u64 next;

	if (!large_disk(dev)) {
		ktest_skip("no disk larger than memory (QEMU: -drive if=virtio)");
		return;
	}
	kswapd_hold(true);
	limit = block_dirty_limit(ULONG_MAX);
	fill_names(dev);
	EXPECT_EQ(block_sync(dev), 0);
	block_drop(dev);
	read_clean(dev);

	/* GFP_NOIO takes every clean page, and starts nothing. */
	before = block_cache_stats();
	next = fill(dev, 1);
	now = block_cache_stats();
	EXPECT_EQ(now.nr[BLOCK_CLEAN], 0);
	EXPECT_EQ(now.dropped[RECLAIM_NOIO] - before.dropped[RECLAIM_NOIO], CLEAN_PAGES);
	EXPECT_EQ(now.writes, before.writes);
	EXPECT_EQ(now.nr[BLOCK_DIRTY], next - 1);
	EXPECT_EQ(try_pages(GFP_NOIO, 1), 0);
	EXPECT_EQ(try_pages(GFP_NOIO | __GFP_RETRY_MAYFAIL, 1), 0);

	/* GFP_ATOMIC has its reserve and asks nobody. */
	before = block_cache_stats();
	EXPECT_EQ(try_pages(GFP_ATOMIC, 4), 4);
	now = block_cache_stats();
	EXPECT(!memcmp(&now, &before, sizeof(now)));

	/* GFP_NOFS writes, and leaves the names alone. */
	EXPECT_EQ(try_pages(GFP_NOFS, 1), 1);
	now = block_cache_stats();
	EXPECT(now.written[RECLAIM_NOFS] > before.written[RECLAIM_NOFS]);
	EXPECT_EQ(now.writes - before.writes,
		  now.written[RECLAIM_NOFS] - before.written[RECLAIM_NOFS]);
	EXPECT_EQ(now.dropped[RECLAIM_NOFS] - before.dropped[RECLAIM_NOFS],
		  now.written[RECLAIM_NOFS] - before.written[RECLAIM_NOFS]);
	EXPECT_EQ(now.names[RECLAIM_NOFS], before.names[RECLAIM_NOFS]);
	EXPECT_EQ(now.dropped[RECLAIM_NOIO], before.dropped[RECLAIM_NOIO]);
	EXPECT_EQ(names_cached(), NAMES);

	/* GFP_KERNEL enters the names too. */
	next = fill(dev, next);
	before = block_cache_stats();
	EXPECT_EQ(try_pages(GFP_KERNEL, 1), 1);
	now = block_cache_stats();
	EXPECT(now.written[RECLAIM_FULL] > before.written[RECLAIM_FULL]);
	EXPECT(now.names[RECLAIM_FULL] > before.names[RECLAIM_FULL]);
	EXPECT_EQ(now.written[RECLAIM_NOFS], before.written[RECLAIM_NOFS]);

	/* With memory empty again, everything is still written: requests come from their pool. */
	next = fill(dev, next);
	EXPECT_EQ(block_sync(dev), 0);
	EXPECT(!block_cache_check());
	pr_info("blockcache: blocks 1 to %llu hold the pattern\n", next - 1);
	names_drop();
	EXPECT_EQ(block_drop(dev), 0);
	block_dirty_limit(limit);
	kswapd_hold(false);
}
