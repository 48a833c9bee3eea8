/* SPDX-License-Identifier: MIT */
#ifndef _DRIVERS_VIRTIO_H
#define _DRIVERS_VIRTIO_H

/*
 * Virtio: the queue that driver and device share (virtio_ring.c, pure) and the
 * PCI registers around it (virtio_pci.c).  Source of formats and numbers: OASIS,
 * Virtual I/O Device (VIRTIO) Version 1.1.
 */
#include <linux/types.h>
#include <linux/compiler.h>

/* ---- the split virtqueue: drivers/virtio_ring.c ----------------------- */

#define VIRTQ_ALIGN	   4096	 /* of the area, and of the used ring in it */
#define VIRTQ_MAX	   32768 /* entries; a power of two */

#define VIRTQ_DESC_NEXT	   1 /* the chain goes on */
#define VIRTQ_DESC_WRITE   2 /* for the device to write */

#define VIRTQ_NO_INTERRUPT 1 /* avail flags: the driver looks by itself */
#define VIRTQ_NO_NOTIFY	   1 /* used flags: the device looks by itself */

struct virtq_desc {
	u64 addr;
	u32 len;
	u16 flags;
	u16 next;
};

struct virtq_avail {
	u16 flags;
	u16 idx;
	u16 ring[];
};

struct virtq_used_elem {
	u32 id;
	u32 len;
};

struct virtq_used {
	u16 flags;
	u16 idx;
	struct virtq_used_elem ring[];
};

/* What the driver knows of a descriptor; the device cannot write here. */
struct virtq_slot {
	void *token; /* head of a chain in flight: the caller's; else NULL */
	u16 next;    /* of the free list or of the chain */
	u16 length;  /* head: descriptors in the chain */
};

/**
 * struct virtq - one split virtqueue
 * @size: entries, a power of two
 * @desc: descriptors; written by the driver
 * @avail: heads handed to the device
 * @used: heads that the device is done with
 * @slots: the driver's side of the descriptors
 * @nr_free: descriptors on the free list
 * @free_head: first of them
 * @avail_idx: heads handed over since the beginning, modulo 2^16
 * @used_idx: heads taken back
 * @broken: the device wrote nonsense; nothing is handed out or taken any more
 */
struct virtq {
	unsigned int size;
	struct virtq_desc *desc;
	struct virtq_avail *avail;
	struct virtq_used *used;
	struct virtq_slot *slots;
	unsigned int nr_free;
	u16 free_head;
	u16 avail_idx;
	u16 used_idx;
	bool broken;
};

/* A piece of a request. */
struct virtq_segment {
	phys_addr_t addr;
	u32 len;
	bool device_writes;
};

/* virtq_bytes - of the area that a queue of @size entries shares with the device. */
size_t virtq_bytes(unsigned int size);

/**
 * virtq_init - an empty queue
 * @vq: filled in
 * @size: entries, a power of two, at most VIRTQ_MAX
 * @area: virtq_bytes(@size) of memory, VIRTQ_ALIGN aligned; cleared
 * @slots: @size of them
 *
 * Context: any; pure.
 */
void virtq_init(struct virtq *vq, unsigned int size, void *area, struct virtq_slot *slots);

/**
 * virtq_add - hand a request to the device
 * @vq: the queue
 * @segments: pieces; those that the device writes come last
 * @n: how many, at least one
 * @token: what virtq_take() returns for it; not NULL
 *
 * The device sees it at once, but need not look before it is notified.
 *
 * Context: any; the caller keeps others away.
 * Return: 0, -ENOSPC with too few descriptors left, -EIO when the queue is broken.
 */
int virtq_add(struct virtq *vq, const struct virtq_segment *segments, unsigned int n, void *token);

/**
 * virtq_take - take back a request that the device is done with
 * @vq: the queue
 *
 * An answer that fits nothing in flight marks the queue broken.
 *
 * Return: its token, or NULL when there is none.
 */
void *virtq_take(struct virtq *vq);

/* virtq_take_any - with the device reset: take back a request whether done or not, or NULL. */
void *virtq_take_any(struct virtq *vq);

/* virtq_wants_notify - after virtq_add(): must the device be told? */
bool virtq_wants_notify(const struct virtq *vq);

/* virtq_pending - is there anything for virtq_take()?  Without the lock it may be too late. */
bool virtq_pending(const struct virtq *vq);

/**
 * virtq_interrupts - ask for interrupts, or for none
 * @vq: the queue
 * @on: whether the device shall interrupt when it is done with a request
 *
 * Return: whether something was done already, which may have come without one.
 */
bool virtq_interrupts(struct virtq *vq, bool on);

/* virtq_check - are the invariants true?  NULL, or what is not. */
const char *virtq_check(const struct virtq *vq);

/* ---- the PCI transport: drivers/virtio_pci.c -------------------------- */

#define VIRTIO_F_VERSION_1 32

struct pci_dev;

/**
 * struct virtio_pci - a virtio device behind PCI
 * @pci: the device
 * @modern: registers found by capabilities; else those of legacy devices in BAR 0
 * @features: agreed on by virtio_negotiate()
 * @common: modern: the common configuration
 * @isr: modern: interrupt status
 * @config: the device's own configuration
 * @notify: modern: where queues are notified
 * @notify_len: bytes there
 * @notify_multiplier: modern: bytes from a queue's notify offset to the next one's
 * @legacy: registers of a legacy device
 * @msix: it interrupts by message, which moves a legacy device's configuration
 */
struct virtio_pci {
	struct pci_dev *pci;
	bool modern;
	u64 features;
	void __iomem *common;
	void __iomem *isr;
	void __iomem *config;
	void __iomem *notify;
	u32 notify_len;
	u32 notify_multiplier;
	void __iomem *legacy;
	bool msix;
};

/* A queue, its memory, and how the device is told to look at it. */
struct virtio_queue {
	struct virtq ring;
	unsigned int index;
	void *area;
	void __iomem *doorbell;
};

/**
 * virtio_pci_open - find a device's registers and reset it
 * @vdev: filled in
 * @pci: enabled and claimed by the caller
 *
 * The layout of virtio 1.x is taken where the device offers it.
 *
 * Context: may sleep.
 * Return: 0, -ENODEV when neither layout is there, -ENOMEM, or -EIO when the
 * device does not come out of reset.
 */
int virtio_pci_open(struct virtio_pci *vdev, struct pci_dev *pci);

/* virtio_reset - the device forgets everything and touches no memory; 0, or -EIO after a second. */
int virtio_reset(struct virtio_pci *vdev);

/* virtio_pci_close - reset the device and let go of its registers. */
void virtio_pci_close(struct virtio_pci *vdev);

/**
 * virtio_negotiate - agree on features
 * @vdev: open
 * @wanted: bits the driver can do; VIRTIO_F_VERSION_1 is added for a modern device
 *
 * Return: 0 with @vdev->features set, or -EIO when the device does not agree.
 */
int virtio_negotiate(struct virtio_pci *vdev, u64 wanted);

static inline bool virtio_has(const struct virtio_pci *vdev, unsigned int feature)
{
	return vdev->features >> feature & 1;
}

/* virtio_config_read - @n bytes of the device's own configuration at @offset. */
void virtio_config_read(const struct virtio_pci *vdev, unsigned int offset, void *to, size_t n);

/**
 * virtio_queue_setup - give the device a queue
 * @vdev: negotiated
 * @queue: filled in
 * @index: of the queue
 * @max: entries to use at most, a power of two; a legacy device has the last word
 *
 * Context: may sleep.
 * Return: 0, -ENOENT when the device has no such queue, -EINVAL when it asks for
 * an impossible size, -ENOMEM.
 */
int virtio_queue_setup(struct virtio_pci *vdev, struct virtio_queue *queue, unsigned int index,
		       unsigned int max);

/* virtio_queue_free - the memory of a queue whose device was reset. */
void virtio_queue_free(struct virtio_queue *queue);

/* virtio_ready - the driver is set up; from here on requests are served. */
void virtio_ready(struct virtio_pci *vdev);

/* virtio_fail - tell the device that the driver gave up. */
void virtio_fail(struct virtio_pci *vdev);

/* virtio_notify - let the device look at @queue. */
void virtio_notify(struct virtio_pci *vdev, struct virtio_queue *queue);

/*
 * virtio_interrupted - in an interrupt: was it this device?  Of a line's this is asked
 * once, since asking takes the line down.
 */
bool virtio_interrupted(struct virtio_pci *vdev);

#endif
