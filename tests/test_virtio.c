/* SPDX-License-Identifier: MIT */
/*
 * The virtqueue against a device that the test plays: requests come back in any
 * order, the counters wrap, and answers that fit nothing break the queue and
 * nothing else.  Then a real disk, if the machine has one (QEMU -drive if=virtio).
 */
#include <cairn/block.h>
#include <cairn/test.h>
#include <linux/gfp.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>
#include "../drivers/virtio.h"

#define SIZE 8

struct rig {
	struct virtq vq;
	struct virtq_slot slots[SIZE];
	void *area;
};

static bool rig_make(struct rig *rig)
{
	rig->area = alloc_pages_exact(virtq_bytes(SIZE), GFP_KERNEL);
	if (rig->area)
		virtq_init(&rig->vq, SIZE, rig->area, rig->slots);
	return rig->area;
}

static void rig_free(struct rig *rig)
{
	free_pages_exact(rig->area, virtq_bytes(SIZE));
}

static int add(struct rig *rig, unsigned int n, u64 token)
{
	static const struct virtq_segment segments[SIZE + 1] = {{0x1000, 16, false}};

	return virtq_add(&rig->vq, segments, n, (void *)token);
}

/* The device's side: @head is done. */
static void answer(struct rig *rig, u32 head)
{
	struct virtq_used *used = rig->vq.used;

	used->ring[used->idx & (SIZE - 1)].id = head;
	used->idx++;
}

static u16 head_at(struct rig *rig, u16 i)
{
	return rig->vq.avail->ring[i & (SIZE - 1)];
}

/* Two requests that are done in the opposite order, over and over, past the wrap of the counters. */
KTEST(virtio, out_of_order)
{
	struct rig rig = {};
	unsigned int i;

	ASSERT(rig_make(&rig));
	for (i = 0; i < 70000; i++) {
		u16 at = rig.vq.avail_idx;
		bool ok = !add(&rig, 3, 1) && !add(&rig, 4, 2) && add(&rig, 2, 3) == -ENOSPC;

		answer(&rig, head_at(&rig, at + 1));
		answer(&rig, head_at(&rig, at));
		ok &= virtq_take(&rig.vq) == (void *)2 && virtq_take(&rig.vq) == (void *)1;
		if (!ok || virtq_take(&rig.vq) || virtq_check(&rig.vq))
			break;
	}
	EXPECT_EQ(i, 70000);
	EXPECT(!virtq_check(&rig.vq));
	rig_free(&rig);
}

/* Chains say what they should: all but the last go on, flags as asked for. */
KTEST(virtio, chain)
{
	static const struct virtq_segment segments[] = {
		{0x1000, 16, false}, {0x200000000, 4096, true}, {0x3000, 1, true}};
	const struct virtq_desc *d;
	struct rig rig;

	ASSERT(rig_make(&rig));
	EXPECT_EQ(virtq_add(&rig.vq, segments, 3, &rig), 0);
	d = &rig.vq.desc[head_at(&rig, 0)];
	EXPECT_EQ(d->addr, 0x1000);
	EXPECT_EQ(d->flags, VIRTQ_DESC_NEXT);
	d = &rig.vq.desc[d->next];
	EXPECT_EQ(d->addr, 0x200000000);
	EXPECT_EQ(d->flags, VIRTQ_DESC_NEXT | VIRTQ_DESC_WRITE);
	d = &rig.vq.desc[d->next];
	EXPECT_EQ(d->len, 1);
	EXPECT_EQ(d->flags, VIRTQ_DESC_WRITE);
	rig_free(&rig);
}

/* An index out of range, a head that is not in flight, more answers than requests. */
KTEST(virtio, nonsense)
{
	static const struct {
		u32 head;
		u16 count;
	} lies[] = {{SIZE, 1}, {~0u, 1}, {5, 1}, {0, 2}, {0, 0x8000}};
	struct rig rig;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(lies); i++) {
		ASSERT(rig_make(&rig));
		EXPECT_EQ(add(&rig, 3, 1), 0);
		rig.vq.used->ring[0].id = lies[i].head;
		rig.vq.used->idx = lies[i].count;
		EXPECT(!virtq_take(&rig.vq));
		EXPECT(rig.vq.broken);
		EXPECT_EQ(add(&rig, 1, 2), -EIO);
		EXPECT(!virtq_check(&rig.vq));
		EXPECT(virtq_take_any(&rig.vq) == (void *)1);
		EXPECT(!virtq_take_any(&rig.vq));
		EXPECT_EQ(rig.vq.nr_free, SIZE);
		rig_free(&rig);
	}
}

static struct block_device *need_disk(void)
{
	struct block_device *dev = block_find("vda");

	if (!dev)
		ktest_skip("no disk (QEMU adds one with -drive if=virtio)");
	else if (dev->read_only)
		ktest_skip("the disk is read-only");
	return dev && !dev->read_only ? dev : NULL;
}

/* The last block is written, flushed and read back, then gets its old content again. */
KTEST(disk, write_and_read)
{
	struct page *old, *page;
	struct block_device *dev = need_disk();
	u64 last;

	if (!dev)
		return;
	last = dev->blocks - 1;
	old = alloc_page(GFP_KERNEL);
	page = alloc_page(GFP_KERNEL);
	ASSERT(old && page);
	EXPECT_EQ(block_transfer(dev, BLOCK_READ, last, old), 0);
	memset(page_address(page), 0xa5, PAGE_SIZE);
	EXPECT_EQ(block_transfer(dev, BLOCK_WRITE, last, page), 0);
	EXPECT_EQ(block_transfer(dev, BLOCK_FLUSH, 0, NULL), 0);
	memset(page_address(page), 0, PAGE_SIZE);
	EXPECT_EQ(block_transfer(dev, BLOCK_READ, last, page), 0);
	EXPECT(!memchr_inv(page_address(page), 0xa5, PAGE_SIZE));
	EXPECT_EQ(block_transfer(dev, BLOCK_WRITE, last, old), 0);
	EXPECT_EQ(atomic_read(&dev->in_flight), 0);
	__free_page(page);
	__free_page(old);
}

/* A block behind the end is refused before the device sees it. */
KTEST(disk, behind_the_end)
{
	struct block_device *dev = need_disk();
	s64 errors;

	if (!dev)
		return;
	errors = atomic64_read(&dev->errors);
	EXPECT_EQ(block_transfer(dev, BLOCK_READ, dev->blocks, NULL), -EINVAL);
	EXPECT_EQ(block_transfer(dev, BLOCK_WRITE, ~0ULL, NULL), -EINVAL);
	EXPECT_EQ(atomic64_read(&dev->errors), errors + 2);
}

static void count_done(struct block_request *req)
{
	*(unsigned int *)req->private += !req->status;
	block_request_free(req);
}

/* More requests at once than the queue has room for: all are done, each exactly once. */
KTEST(disk, fuller_than_the_queue)
{
	struct block_device *dev = need_disk();
	static unsigned int done;
	struct page *page;
	unsigned int i;

	if (!dev)
		return;
	page = alloc_page(GFP_KERNEL);
	ASSERT(page);
	done = 0;
	for (i = 0; i < 1000; i++) {
		struct block_request *req = block_request_alloc(dev, BLOCK_READ);

		req->block = i % dev->blocks;
		req->page = page;
		req->done = count_done;
		req->private = &done;
		block_submit(req);
	}
	while (atomic_read(&dev->in_flight))
		block_poll(dev);
	EXPECT_EQ(done, 1000);
	__free_page(page);
}
