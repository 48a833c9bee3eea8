/* SPDX-License-Identifier: MIT */
/*
 * The stress test's disk: a thread writes and reads blocks by way of the block cache,
 * while memory is short, with stress.disk=1.
 *
 * The words of a block are a function of its number, of how often it was written and of
 * their place, so an old block, another block or a part of one is found when it is read.
 * At the end everything is written, dropped from the cache, and read from the disk.
 *
 * Locking: none; the thread alone writes, and after its end who ended it.
 */
#include <cairn/blockcache.h>
#include <cairn/init.h>
#include <cairn/test.h>
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/sched.h>
#include <linux/string.h>
#include <linux/vmalloc.h>
#include "stress.h"

static bool use_disk;

static int set_disk(const char *value)
{
	return kstrtobool(value, &use_disk);
}
BOOT_PARAM("stress.disk", set_disk, "1: the stress test writes to the first disk");

#define DISK_BLOCKS 4096

static struct {
	struct block_device *dev;
	u32 blocks;
	u8 *version; /* of each block; 0: not written yet */
	struct stress_actor actor;
	struct task_struct *task;
	unsigned long written, read;
} disk;

static u64 disk_word(u32 block, unsigned int i)
{
	u64 x = (stress_seed ^ (u64)block << 32 ^ (u64)disk.version[block] << 16 ^ i) *
		0x9e3779b97f4a7c15ULL;

	return x ^ x >> 29;
}

static void disk_write(u32 block)
{
	struct block_page *bp = block_page_new(disk.dev, block, GFP_KERNEL | __GFP_NOWARN);
	u64 *words;

	if (IS_ERR(bp))
		return;
	disk.version[block] = (u8)(disk.version[block] % 255 + 1);
	words = block_page_data(bp);
	for (unsigned int i = 0; i < BLOCK_SIZE / 8; i++)
		words[i] = disk_word(block, i);
	block_page_dirty(bp);
	block_page_put(bp);
	disk.written++;
}

static void disk_read(u32 block)
{
	struct block_page *bp = block_page_get(disk.dev, block, GFP_KERNEL | __GFP_NOWARN);
	u64 *words;

	if (IS_ERR(bp))
		return;
	words = block_page_data(bp);
	for (unsigned int i = 0; disk.version[block] && i < BLOCK_SIZE / 8; i++) {
		if (words[i] == disk_word(block, i))
			continue;
		stress_failed("disk: word %u of block %u, version %u, is 0x%016llx", i, block,
			      disk.version[block], words[i]);
		break;
	}
	block_page_put(bp);
	disk.read++;
}

static int disk_fn(void *unused __unused)
{
	while (!kthread_should_stop()) {
		u32 block = stress_random(&disk.actor, disk.blocks);

		if (stress_random(&disk.actor, 2))
			disk_write(block);
		else
			disk_read(block);
		if (stress_random(&disk.actor, 2048) == 0)
			block_sync(disk.dev);
		if (stress_random(&disk.actor, 16) == 0)
			schedule_timeout_uninterruptible(1);
	}
	return 0;
}

bool stress_disk_init(void)
{
	memset(&disk, 0, sizeof(disk));
	disk.dev = block_next(NULL);
	if (!use_disk || !disk.dev || disk.dev->read_only)
		return true;
	disk.blocks = (u32)min_t(u64, disk.dev->blocks, DISK_BLOCKS);
	disk.version = vzalloc(disk.blocks);
	if (!disk.version)
		return false;
	stress_actor_init(&disk.actor, 4000, true);
	disk.task = kthread_create(disk_fn, NULL, "stress/disk");
	return !IS_ERR(disk.task);
}

void stress_disk_start(void)
{
	if (disk.task)
		wake_up_process(disk.task);
}

/* All that was written is on the disk, and as it was written. */
void stress_disk_stop(void)
{
	if (!disk.task)
		return;
	kthread_stop(disk.task);
	EXPECT_EQ(block_sync(disk.dev), 0);
	EXPECT_EQ(block_drop(disk.dev), 0);
	for (u32 block = 0; block < disk.blocks; block++) {
		if (disk.version[block])
			disk_read(block);
	}
	EXPECT(!block_cache_check());
	EXPECT_EQ(block_drop(disk.dev), 0);
	vfree(disk.version);
	pr_info("stress: %lu blocks written, %lu read\n", disk.written, disk.read);
}
