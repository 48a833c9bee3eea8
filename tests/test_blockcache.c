/* SPDX-License-Identifier: MIT */
/*
 * The block cache and the names over it, on a disk that is memory and does what the
 * test says: it keeps requests until it is polled, and fails those of one block.
 * Then memory is filled with dirty pages of a real disk, if there is one larger than
 * memory, and allocations with each flag show by the counters what they may do.  Last,
 * threads on two CPUs write and read a part of that disk that has no room in the memory
 * that is left; they know what must be in each block.  The harness compares the image.
 */
#include <cairn/blockcache.h>
#include <cairn/names.h>
#include <cairn/test.h>
#include <linux/cpumask.h>
#include <linux/gfp.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/mm.h>
#include <linux/prandom.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/vmalloc.h>
#include "../block/cache.h"
#include "../mm/vmscan.h"
#include "../mm/zone.h"
#include "page_chain.h"

#define BLOCKS	 256
#define NO_BLOCK (~0ULL)

static struct memory_disk {
	struct block_device dev;
	u8 *content;
	spinlock_t lock; /* guards waiting */
	struct list_head waiting;
	u64 bad_block;
	unsigned long age; /* of the cache, before the test */
} ram;

static void ram_submit(struct block_device *dev __unused, struct block_request *req)
{
	unsigned long flags;

	spin_lock_irqsave(&ram.lock, flags);
	list_add_tail(&req->node, &ram.waiting);
	spin_unlock_irqrestore(&ram.lock, flags);
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
	unsigned long flags;

	spin_lock_irqsave(&ram.lock, flags);
	req = list_first_entry_or_null(&ram.waiting, struct block_request, node);
	if (req)
		list_del(&req->node);
	spin_unlock_irqrestore(&ram.lock, flags);
	if (!req)
		return 0;
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
	spin_lock_init(&ram.lock);
	INIT_LIST_HEAD(&ram.waiting);
	ram.age = block_writeback_age(0);
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
	block_writeback_age(ram.age);
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

/* Who looks for where memory went is told of the cache, and of nothing when it is empty. */
KTEST(blockcache, out_of_memory_report_names_it)
{
	struct block_device *dev = ram_make();

	if (!dev)
		return;
	EXPECT(write_block(dev, 1, 1, GFP_KERNEL));
	EXPECT_REPORT("cache block-cache ") {
		show_memory_holders();
	}
	EXPECT_EQ(block_sync(dev), 0);
	ram_free();
}

/* Waits for so many pages in a state. */
static bool reaches(enum block_state state, unsigned long nr)
{
	unsigned int ticks = 2000;

	while (ticks-- && block_cache_stats().nr[state] != nr)
		schedule_timeout_uninterruptible(1);
	return block_cache_stats().nr[state] == nr;
}

/*
 * Pages that have been dirty for long are written by themselves, younger ones are not, and a
 * page that is used meanwhile becomes no younger.
 */
KTEST(blockcache, old_pages_are_written)
{
	struct block_device *dev = ram_make();
	struct block_cache_stats before, now;
	struct block_page *bp;
	u64 i;

	if (!dev)
		return;
	before = block_cache_stats();
	for (i = 0; i < 100; i++)
		EXPECT(write_block(dev, i, (u8)(i + 1), GFP_KERNEL));
	block_writeback_age(3600 * HZ);
	schedule_timeout_uninterruptible(20);
	EXPECT_EQ(block_cache_stats().writes, before.writes);
	bp = block_page_get(dev, 0, GFP_KERNEL);
	ASSERT(!IS_ERR(bp));
	block_page_put(bp);
	block_writeback_age(2);
	EXPECT(reaches(BLOCK_DIRTY, 0) && reaches(BLOCK_CLEAN, 100));
	now = block_cache_stats();
	EXPECT_EQ(now.aged - before.aged, 100);
	EXPECT_EQ(now.writes - before.writes, 100);
	for (i = 0; i < RECLAIM_NR; i++)
		EXPECT_EQ(now.written[i], before.written[i]);
	for (i = 0; i < 100; i++)
		EXPECT(!memchr_inv(ram.content + i * BLOCK_SIZE, (int)i + 1, BLOCK_SIZE));
	block_writeback_age(3600 * HZ);
	EXPECT(write_block(dev, 5, 0xee, GFP_KERNEL)); /* dirty again, written again */
	block_writeback_age(2);
	EXPECT(reaches(BLOCK_CLEAN, 100));
	EXPECT_EQ(ram.content[5 * BLOCK_SIZE], 0xee);
	EXPECT_EQ(atomic64_read(&dev->done[BLOCK_WRITE]), 101);
	block_writeback_age(0);
	EXPECT(write_block(dev, 6, 0xdd, GFP_KERNEL));
	schedule_timeout_uninterruptible(20);
	EXPECT_EQ(block_cache_stats().nr[BLOCK_DIRTY], 1);
	EXPECT_EQ(block_sync(dev), 0);
	ram_free();
}

/* A page that is changed while the thread writes it is not lost to a sync. */
KTEST(blockcache, sync_writes_what_changed_while_it_was_written)
{
	struct block_device *dev = ram_make();
	struct block_page *bp;
	unsigned long limit;

	if (!dev)
		return;
	bp = block_page_new(dev, 3, GFP_KERNEL);
	ASSERT(!IS_ERR(bp));
	limit = block_dirty_limit(0);
	block_page_dirty(bp); /* above the limit: its write starts */
	block_dirty_limit(limit);
	EXPECT_EQ(bp->state, BLOCK_WRITING);
	memset(block_page_data(bp), 0x33, BLOCK_SIZE);
	block_page_dirty(bp);
	block_page_put(bp);
	EXPECT_EQ(block_sync(dev), 0);
	EXPECT_EQ(block_cache_stats().nr[BLOCK_DIRTY], 0);
	EXPECT_EQ(ram.content[3 * BLOCK_SIZE], 0x33);
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

/* Flags that start nothing, with memory full of dirty pages, and the pages that they get. */
static const struct {
	gfp_t gfp;
	unsigned int got;
} quiet_flags[] = {
	{GFP_NOWAIT, 0},
	{GFP_NOIO, 0},
	{GFP_NOIO | __GFP_NORETRY, 0},
	{GFP_NOIO | __GFP_RETRY_MAYFAIL, 0},
	{GFP_NOIO | __GFP_RECLAIMABLE, 0},
	{GFP_ATOMIC, 4}, /* has its reserve and asks nobody */
};

static void try_quiet_flags(void)
{
	struct block_cache_stats before = block_cache_stats(), now;

	for (unsigned int i = 0; i < ARRAY_SIZE(quiet_flags); i++) {
		EXPECT_EQ(try_pages(quiet_flags[i].gfp, 4), quiet_flags[i].got);
		now = block_cache_stats();
		EXPECT(!memcmp(&now, &before, sizeof(now)));
	}
}

/* Flags that may enter everything: they write, and drop names. */
static const gfp_t full_flags[] = {GFP_KERNEL, GFP_USER, GFP_HIGHUSER, GFP_KERNEL | __GFP_NORETRY};

static void remember_names(struct block_device *dev)
{
	struct name_info info;
	char name[16];

	for (unsigned int i = 0; i < NAMES; i++) {
		snprintf(name, sizeof(name), "name-%u", i);
		EXPECT_EQ(names_lookup(dev, name, &info), 0);
	}
	EXPECT(names_cached() > 0);
}

/* Has names cached, and memory full, before each; the number of the next block. */
static u64 try_full_flags(struct block_device *dev, u64 next)
{
	struct block_cache_stats before, now;

	for (unsigned int i = 0; i < ARRAY_SIZE(full_flags); i++) {
		remember_names(dev);
		next = fill(dev, next);
		before = block_cache_stats();
		EXPECT_EQ(try_pages(full_flags[i], 1), 1);
		now = block_cache_stats();
		EXPECT(now.written[RECLAIM_FULL] > before.written[RECLAIM_FULL]);
		EXPECT(now.names[RECLAIM_FULL] > before.names[RECLAIM_FULL]);
		EXPECT_EQ(now.written[RECLAIM_NOFS], before.written[RECLAIM_NOFS]);
		EXPECT_EQ(now.written[RECLAIM_NOIO], 0);
	}
	return next;
}

KTEST(blockcache, each_flag_under_pressure)
{
	struct block_device *dev = block_find("vda");
	struct block_cache_stats before, now;
	unsigned long limit, age;
	u64 next;

	if (!large_disk(dev)) {
		ktest_skip("no disk larger than memory (QEMU: -drive if=virtio)");
		return;
	}
	kswapd_hold(true);
	limit = block_dirty_limit(ULONG_MAX);
	age = block_writeback_age(0);
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
	try_quiet_flags();

	/* GFP_NOFS writes, and leaves the names alone. */
	before = now;
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

	/* GFP_KERNEL and its like enter the names too. */
	next = try_full_flags(dev, next);

	/* With memory empty again, everything is still written: requests come from their pool. */
	next = fill(dev, next);
	EXPECT_EQ(block_sync(dev), 0);
	EXPECT(!block_cache_check());
	pr_info("blockcache: blocks 1 to %llu hold the pattern\n", next - 1);
	names_drop();
	EXPECT_EQ(block_drop(dev), 0);
	block_dirty_limit(limit);
	block_writeback_age(age);
	kswapd_hold(false);
	block_requests_settle();
}

/* ---- Several CPUs, on a real disk ------------------------------------------------------------ */

#define STRESS_BLOCKS  1536
#define STRESS_ROUNDS  2000 /* of all threads together */
#define STRESS_THREADS 8    /* at most */
#define STRESS_FREE    256  /* pages that are left above the high watermarks */

/* What a block holds: its number, the how-manieth of its words, and a generation above. */
#define GENERATION_SHIFT 56

/* struct stresser - a thread, and the blocks that it alone writes: every @step-th from @first */
struct stresser {
	struct task_struct *task;
	struct block_device *dev;
	u8 *generation; /* what was last written to each block */
	u64 base;
	unsigned int first, step;
	unsigned int wrong, no_memory;
	bool done;
};

static struct stresser stressers[STRESS_THREADS];

static u64 word_of(u64 block, u8 generation, u64 i)
{
	return (u64)generation << GENERATION_SHIFT | block << 16 | i;
}

static bool holds(const struct block_page *bp, u64 block, u8 generation)
{
	const u64 *words = block_page_data(bp);
	u64 i;

	for (i = 0; i < BLOCK_SIZE / sizeof(u64); i++) {
		if (words[i] != word_of(block, generation, i))
			return false;
	}
	return true;
}

static bool write_generation(struct stresser *s, unsigned int n, u8 generation, gfp_t gfp)
{
	u64 block = s->base + n, *words, i;
	struct block_page *bp = block_page_new(s->dev, block, gfp | __GFP_NOWARN);

	if (IS_ERR(bp)) {
		s->no_memory++;
		return false;
	}
	words = block_page_data(bp);
	for (i = 0; i < BLOCK_SIZE / sizeof(u64); i++)
		words[i] = word_of(block, generation, i);
	block_page_dirty(bp);
	block_page_put(bp);
	s->generation[n] = generation;
	return true;
}

/* Under this pressure an allocation may fail; what must be written is tried again. */
static void write_all_blocks(struct stresser *s, u8 generation)
{
	unsigned int n;

	for (n = s->first; n < STRESS_BLOCKS; n += s->step) {
		while (!write_generation(s, n, generation, GFP_KERNEL))
			schedule_timeout_uninterruptible(1);
	}
}

static void read_generation(struct stresser *s, unsigned int n, gfp_t gfp)
{
	struct block_page *bp = block_page_get(s->dev, s->base + n, gfp | __GFP_NOWARN);

	if (IS_ERR(bp)) {
		s->no_memory++;
		return;
	}
	s->wrong += !holds(bp, s->base + n, s->generation[n]);
	block_page_put(bp);
}

static int stress(void *data)
{
	static const gfp_t gfp[] = {GFP_KERNEL, GFP_NOFS};
	struct stresser *s = data;
	struct rnd_state rnd;
	unsigned int i, n;

	prandom_seed_state(&rnd, s->first + 1);
	write_all_blocks(s, 1);
	for (i = 0; i < STRESS_ROUNDS / s->step; i++) {
		u32 r = prandom_u32_state(&rnd);

		n = s->first + r % (STRESS_BLOCKS / s->step) * s->step;
		if (r >> 31)
			write_generation(s, n, (u8)(s->generation[n] + 1), gfp[i % 2]);
		else
			read_generation(s, n, gfp[i % 2]);
	}
	write_all_blocks(s, 0);
	WRITE_ONCE(s->done, true);
	while (!kthread_should_stop())
		schedule_timeout_interruptible(1);
	return 0;
}

static bool start_stress(struct block_device *dev, u8 *generation, u64 base, unsigned int n)
{
	unsigned int i, cpu = cpumask_first(cpu_online_mask);

	for (i = 0; i < n; i++) {
		struct stresser *s = &stressers[i];

		*s = (struct stresser){
			.dev = dev,
			.generation = generation,
			.base = base,
			.first = i,
			.step = n,
		};
		s->task = kthread_create_on_cpu(stress, s, cpu, "blocks%u", i);
		if (!EXPECT(!IS_ERR(s->task)))
			return false;
		cpu = cpumask_next((int)cpu, cpu_online_mask);
		if (cpu >= nr_cpu_ids)
			cpu = cpumask_first(cpu_online_mask);
	}
	return true;
}

static void end_stress(unsigned int n)
{
	unsigned int i;

	for (i = 0; i < n; i++) {
		while (!READ_ONCE(stressers[i].done))
			schedule_timeout_uninterruptible(1);
		kthread_stop(stressers[i].task);
		EXPECT_EQ(stressers[i].wrong, 0);
		EXPECT(stressers[i].no_memory < STRESS_ROUNDS / 4);
	}
}

/* Takes memory until little more than the high watermarks is free. */
static struct page *leave_little(void)
{
	unsigned long keep = STRESS_FREE;
	struct page *chain = NULL, *page;
	const struct zone *zone;
	int order;

	for_each_zone(zone)
		keep += zone->watermark[WMARK_HIGH];
	for (order = 3; order >= 0; order -= 3) {
		while (nr_free_pages() > keep &&
		       (page = alloc_pages(GFP_NOWAIT | __GFP_NOWARN, (unsigned int)order)))
			chain = push_page(chain, page);
	}
	return chain;
}

/*
 * Threads on all CPUs, two at least, write and read blocks, each its own, with more blocks than pages:
 * reclaim, by them and by the nodes' threads, and write-back by age drop and write pages all the time.
 */
KTEST(blockcache, threads_on_all_cpus_under_pressure)
{
	unsigned int n = clamp(num_online_cpus(), 2u, (unsigned int)STRESS_THREADS), i;
	struct block_device *dev = block_find("vda");
	struct block_cache_stats before, now;
	struct page *chain;
	unsigned long age;
	u8 *generation;
	u64 base;

	if (!large_disk(dev)) {
		ktest_skip("no disk larger than memory (QEMU: -drive if=virtio)");
		return;
	}
	base = dev->blocks - CLEAN_PAGES - STRESS_BLOCKS;
	generation = vzalloc(STRESS_BLOCKS);
	ASSERT(generation);
	ASSERT(start_stress(dev, generation, base, n));
	block_drop(dev);
	age = block_writeback_age(HZ / 20);
	before = block_cache_stats();
	chain = leave_little();
	for (i = 0; i < n; i++)
		wake_up_process(stressers[i].task);
	end_stress(n);
	free_chain(chain);
	block_writeback_age(age);
	EXPECT_EQ(block_sync(dev), 0);
	now = block_cache_stats();
	EXPECT(now.dropped[RECLAIM_NOFS] + now.dropped[RECLAIM_FULL] -
		       before.dropped[RECLAIM_NOFS] - before.dropped[RECLAIM_FULL] >
	       STRESS_BLOCKS / 8);
	EXPECT(now.writes - before.writes > STRESS_BLOCKS);
	EXPECT(!block_cache_check());
	pr_info("blockcache: blocks %llu to %llu hold the pattern\n", base,
		base + STRESS_BLOCKS - 1);
	EXPECT_EQ(block_drop(dev), 0);
	block_requests_settle();
	vfree(generation);
}
