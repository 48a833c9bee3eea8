/* SPDX-License-Identifier: MIT */
/*
 * The split virtqueue: a table of descriptors and two rings in memory that driver
 * and device share.
 *
 *	descriptors   |addr len flags next| |addr len flags next| ...	 driver writes
 *	avail	      flags idx [head] [head] [head] ...		 driver writes
 *	used	      flags idx [head, len] [head, len] ...		 device writes
 *
 * A request is a chain of descriptors.  Its head goes into the next place of the
 * avail ring; when the device is done, into the next of the used ring.  Both
 * counters run modulo 2^16 and never stop.
 *
 * The device is not trusted.  Nothing that it can write is used without a check:
 * the links of chains are kept a second time in slots[], a used head must be one
 * that is in flight, and no more may come back than went out.  Whatever fails this
 * marks the queue broken, and it stays so.
 *
 * Invariants (virtq_check):
 *	nr_free + sum of the lengths of the chains in flight = size
 *	avail_idx - used_idx = number of chains in flight (mod 2^16)
 *	a slot has a token exactly while it heads a chain in flight
 *
 * Ordering: stores to descriptors come before the one to avail.idx, the load of
 * used.idx before those of its ring; x86 keeps both orders, dma_wmb() and
 * dma_rmb() keep the compiler to them.  Between a store to avail and the load of
 * used.flags stands a full barrier.
 *
 * Pure.  Locking: the caller's.  Contexts: any.  It knows no registers and never waits.
 */
#include <asm/barrier.h>
#include <linux/align.h>
#include <linux/errno.h>
#include <linux/string.h>
#include "virtio.h"

static size_t used_offset(unsigned int size)
{
	size_t bytes = size * sizeof(struct virtq_desc) + sizeof(struct virtq_avail);

	/* Behind either ring lies the word of a feature that is not used here. */
	bytes += size * sizeof(u16) + sizeof(u16);
	return ALIGN(bytes, VIRTQ_ALIGN);
}

size_t virtq_bytes(unsigned int size)
{
	return used_offset(size) + sizeof(struct virtq_used) +
	       size * sizeof(struct virtq_used_elem) + sizeof(u16);
}

void virtq_init(struct virtq *vq, unsigned int size, void *area, struct virtq_slot *slots)
{
	unsigned int i;

	memset(area, 0, virtq_bytes(size));
	*vq = (struct virtq){
		.size = size,
		.desc = area,
		.avail = area + size * sizeof(struct virtq_desc),
		.used = area + used_offset(size),
		.slots = slots,
		.nr_free = size,
	};
	for (i = 0; i < size; i++)
		slots[i] = (struct virtq_slot){.next = (u16)(i + 1)};
}

int virtq_add(struct virtq *vq, const struct virtq_segment *segments, unsigned int n, void *token)
{
	u16 head = vq->free_head, at = head;
	unsigned int i;

	if (vq->broken)
		return -EIO;
	if (n > vq->nr_free)
		return -ENOSPC;
	for (i = 0; i < n; i++) {
		u16 flags = segments[i].device_writes ? VIRTQ_DESC_WRITE : 0;

		if (i + 1 < n)
			flags |= VIRTQ_DESC_NEXT;
		vq->desc[at] = (struct virtq_desc){
			.addr = segments[i].addr,
			.len = segments[i].len,
			.flags = flags,
			.next = i + 1 < n ? vq->slots[at].next : 0,
		};
		at = vq->slots[at].next;
	}
	vq->free_head = at;
	vq->nr_free -= n;
	vq->slots[head].token = token;
	vq->slots[head].length = (u16)n;
	vq->avail->ring[vq->avail_idx & (vq->size - 1)] = head;
	dma_wmb();
	WRITE_ONCE(vq->avail->idx, ++vq->avail_idx);
	return 0;
}

/* Puts a chain back on the free list. */
static void *release(struct virtq *vq, u16 head)
{
	void *token = vq->slots[head].token;
	unsigned int left = vq->slots[head].length;
	u16 at = head;

	vq->slots[head].token = NULL;
	vq->nr_free += left;
	while (--left)
		at = vq->slots[at].next;
	vq->slots[at].next = vq->free_head;
	vq->free_head = head;
	return token;
}

void *virtq_take(struct virtq *vq)
{
	u16 done = READ_ONCE(vq->used->idx) - vq->used_idx;
	u16 in_flight = vq->avail_idx - vq->used_idx;
	u32 head;

	if (!done || vq->broken)
		return NULL;
	dma_rmb();
	head = READ_ONCE(vq->used->ring[vq->used_idx & (vq->size - 1)].id);
	if (done > in_flight || head >= vq->size || !vq->slots[head].token) {
		vq->broken = true;
		return NULL;
	}
	vq->used_idx++;
	return release(vq, (u16)head);
}

void *virtq_take_any(struct virtq *vq)
{
	unsigned int head;

	for (head = 0; head < vq->size; head++) {
		if (!vq->slots[head].token)
			continue;
		vq->used_idx++;
		return release(vq, (u16)head);
	}
	return NULL;
}

bool virtq_wants_notify(const struct virtq *vq)
{
	mb();
	return !(READ_ONCE(vq->used->flags) & VIRTQ_NO_NOTIFY);
}

bool virtq_pending(const struct virtq *vq)
{
	return READ_ONCE(vq->used->idx) != READ_ONCE(vq->used_idx);
}

bool virtq_interrupts(struct virtq *vq, bool on)
{
	WRITE_ONCE(vq->avail->flags, on ? 0 : VIRTQ_NO_INTERRUPT);
	mb();
	return virtq_pending(vq);
}

const char *virtq_check(const struct virtq *vq)
{
	unsigned int in_flight = 0, busy = 0, nr_free = 0, i;
	u16 at = vq->free_head;

	for (i = 0; i < vq->size; i++) {
		if (!vq->slots[i].token)
			continue;
		in_flight++;
		busy += vq->slots[i].length;
	}
	while (nr_free < vq->nr_free && at < vq->size && !vq->slots[at].token) {
		nr_free++;
		at = vq->slots[at].next;
	}
	if (nr_free != vq->nr_free)
		return "the free list is shorter than nr_free";
	if (vq->nr_free + busy != vq->size)
		return "nr_free + chains in flight is not size";
	if ((u16)(vq->avail_idx - vq->used_idx) != in_flight)
		return "avail_idx - used_idx is not the number of chains in flight";
	return NULL;
}
