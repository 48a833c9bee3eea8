/* SPDX-License-Identifier: MIT */
/*
 * Virtio over PCI: where a device's registers are, and the steps that bring it up.
 *
 *	modern (virtio 1.x)			legacy
 *	vendor capabilities name a BAR,		BAR 0 is ports:
 *	an offset and a length each:		 0 device features   4 driver features
 *	 1 common configuration			 8 queue's page	    12 queue size
 *	 2 notify, and its multiplier		14 queue select	    16 notify
 *	 3 interrupt status			18 status	    19 interrupt status
 *	 4 the device's own configuration	20 the device's own, 24 with MSI-X on
 *
 * A transitional device (QEMU's -drive if=virtio) has both; the modern one is taken.
 *
 * Bringing it up: reset, ACKNOWLEDGE, DRIVER, features, FEATURES_OK (modern: the
 * device may take it back), queues, DRIVER_OK.  A step that fails ends in FAILED.
 *
 * A device interrupts by message where it has MSI-X, which tells by itself whose it
 * is; else by its line, and the interrupt status says whether it was this device.
 *
 * What the device claims is checked: a capability must lie inside a BAR that has
 * an address and be as long as what is read through it; a queue's notify offset must
 * lie inside the notify area; its size must be a power of two.
 *
 * Locking: none; a driver calls these while nobody else does, except
 * virtio_notify() and virtio_interrupted(), which are single accesses.  Contexts: opening
 * and setting up may sleep, those two go anywhere.  Not here: packed rings, the
 * configuration-space window (capability 5), an IOMMU.
 */
#include <linux/delay.h>
#include <linux/gfp.h>
#include <linux/io.h>
#include <linux/kernel.h>
#include <linux/log2.h>
#include <linux/pci.h>
#include <linux/slab.h>
#include "virtio.h"

#define STATUS_ACKNOWLEDGE 1
#define STATUS_DRIVER	   2
#define STATUS_DRIVER_OK   4
#define STATUS_FEATURES_OK 8
#define STATUS_FAILED	   128

/* Vendor capability. */
#define CAP_TYPE       3
#define CAP_BAR	       4
#define CAP_OFFSET     8
#define CAP_LENGTH     12
#define CAP_MULTIPLIER 16

#define CAP_COMMON     1
#define CAP_NOTIFY     2
#define CAP_ISR	       3
#define CAP_DEVICE     4

/* Common configuration. */
#define COMMON_DEVICE_FEATURE_SELECT 0
#define COMMON_DEVICE_FEATURE	     4
#define COMMON_DRIVER_FEATURE_SELECT 8
#define COMMON_DRIVER_FEATURE	     12
#define COMMON_CONFIG_VECTOR	     16
#define COMMON_NUM_QUEUES	     18
#define COMMON_STATUS		     20
#define COMMON_GENERATION	     21
#define COMMON_QUEUE_SELECT	     22
#define COMMON_QUEUE_SIZE	     24
#define COMMON_QUEUE_VECTOR	     26
#define COMMON_QUEUE_ENABLE	     28
#define COMMON_QUEUE_NOTIFY	     30
#define COMMON_QUEUE_DESC	     32
#define COMMON_QUEUE_AVAIL	     40
#define COMMON_QUEUE_USED	     48
#define COMMON_BYTES		     56

/* Legacy registers. */
#define LEGACY_DEVICE_FEATURES 0
#define LEGACY_DRIVER_FEATURES 4
#define LEGACY_QUEUE_PAGE      8
#define LEGACY_QUEUE_SIZE      12
#define LEGACY_QUEUE_SELECT    14
#define LEGACY_NOTIFY	       16
#define LEGACY_STATUS	       18
#define LEGACY_ISR	       19
#define LEGACY_CONFIG	       20
#define LEGACY_CONFIG_VECTOR   20 /* with MSI-X on */
#define LEGACY_QUEUE_VECTOR    22
#define LEGACY_CONFIG_MSIX     24

#define NO_VECTOR	       0xffff

#define RESET_MS	       1000
#define GENERATION_TRIES       16

/* ---- Finding the registers ------------------------------------------------------------------- */

struct region {
	u8 bar;
	u32 offset, length;
	u8 at; /* of the capability */
};

/* Reads the first capability of a type that makes sense. */
static bool find_region(struct pci_dev *pci, u8 type, u32 least, struct region *r)
{
	u8 at = pci_find_capability(pci, PCI_CAP_ID_VNDR);

	for (; at; at = pci_find_next_capability(pci, at, PCI_CAP_ID_VNDR)) {
		u8 found;

		pci_read_config_byte(pci, at + CAP_TYPE, &found);
		pci_read_config_byte(pci, at + CAP_BAR, &r->bar);
		pci_read_config_dword(pci, at + CAP_OFFSET, &r->offset);
		pci_read_config_dword(pci, at + CAP_LENGTH, &r->length);
		r->at = at;
		if (found == type && r->bar < PCI_STD_NUM_BARS && r->length >= least)
			return true;
	}
	return false;
}

/* pci_iomap_range() refuses what does not lie inside the BAR. */
static void __iomem *map_region(struct pci_dev *pci, u8 type, u32 least, struct region *r)
{
	if (!find_region(pci, type, least, r))
		return NULL;
	return pci_iomap_range(pci, r->bar, r->offset, r->length);
}

static void unmap(struct pci_dev *pci, void __iomem *p)
{
	if (p)
		pci_iounmap(pci, p);
}

static void unmap_all(struct virtio_pci *vdev)
{
	unmap(vdev->pci, vdev->common);
	unmap(vdev->pci, vdev->isr);
	unmap(vdev->pci, vdev->notify);
	unmap(vdev->pci, vdev->legacy);
	if (vdev->modern)
		unmap(vdev->pci, vdev->config);
}

static int open_modern(struct virtio_pci *vdev)
{
	struct pci_dev *pci = vdev->pci;
	struct region r;

	vdev->modern = true;
	vdev->common = map_region(pci, CAP_COMMON, COMMON_BYTES, &r);
	vdev->isr = map_region(pci, CAP_ISR, 1, &r);
	vdev->config = map_region(pci, CAP_DEVICE, 1, &r);
	vdev->notify = map_region(pci, CAP_NOTIFY, 2, &r);
	if (vdev->notify) {
		vdev->notify_len = r.length;
		pci_read_config_dword(pci, r.at + CAP_MULTIPLIER, &vdev->notify_multiplier);
	}
	if (vdev->common && vdev->isr && vdev->config && vdev->notify)
		return 0;
	unmap_all(vdev);
	return -ENODEV;
}

static int open_legacy(struct virtio_pci *vdev)
{
	if (!(pci_resource_flags(vdev->pci, 0) & IORESOURCE_IO))
		return -ENODEV;
	vdev->legacy = pci_iomap(vdev->pci, 0, 0);
	if (!vdev->legacy)
		return -ENODEV;
	vdev->config = vdev->legacy + LEGACY_CONFIG;
	return 0;
}

/* ---- Interrupts ------------------------------------------------------------------------------ */

static void drop_messages(struct virtio_pci *vdev)
{
	if (!vdev->msix)
		return;
	pci_free_irq_vectors(vdev->pci);
	vdev->msix = false;
	if (!vdev->modern)
		vdev->config = vdev->legacy + LEGACY_CONFIG;
}

/* With MSI-X on a legacy device's own configuration begins later. */
static void take_messages(struct virtio_pci *vdev)
{
	vdev->msix = pci_alloc_irq_vectors(vdev->pci, 1, 1, PCI_IRQ_MSIX) == 1;
	if (vdev->msix && !vdev->modern)
		vdev->config = vdev->legacy + LEGACY_CONFIG_MSIX;
}

/* The selected queue's messages are vector 0's, a change of the configuration has none. */
static void set_vectors(struct virtio_pci *vdev)
{
	void __iomem *of_config = vdev->modern ? vdev->common + COMMON_CONFIG_VECTOR
					       : vdev->legacy + LEGACY_CONFIG_VECTOR;
	void __iomem *of_queue = vdev->modern ? vdev->common + COMMON_QUEUE_VECTOR
					      : vdev->legacy + LEGACY_QUEUE_VECTOR;

	if (!vdev->msix)
		return;
	iowrite16(NO_VECTOR, of_config);
	iowrite16(0, of_queue);
	if (ioread16(of_queue) == NO_VECTOR)
		drop_messages(vdev); /* the device has no room for it; there is the line */
}

/* ---- Status ---------------------------------------------------------------------------------- */

static u8 get_status(struct virtio_pci *vdev)
{
	return vdev->modern ? ioread8(vdev->common + COMMON_STATUS)
			    : ioread8(vdev->legacy + LEGACY_STATUS);
}

static void set_status(struct virtio_pci *vdev, u8 status)
{
	iowrite8(status,
		 vdev->modern ? vdev->common + COMMON_STATUS : vdev->legacy + LEGACY_STATUS);
}

static void add_status(struct virtio_pci *vdev, u8 bit)
{
	set_status(vdev, get_status(vdev) | bit);
}

bool virtio_interrupted(struct virtio_pci *vdev)
{
	if (vdev->msix)
		return true;
	return vdev->modern ? ioread8(vdev->isr) : ioread8(vdev->legacy + LEGACY_ISR);
}

int virtio_reset(struct virtio_pci *vdev)
{
	unsigned int ms;

	set_status(vdev, 0);
	for (ms = 0; get_status(vdev); ms++) {
		if (ms == RESET_MS)
			return -EIO;
		mdelay(1);
	}
	return 0;
}

int virtio_pci_open(struct virtio_pci *vdev, struct pci_dev *pci)
{
	int err;

	*vdev = (struct virtio_pci){.pci = pci};
	if (open_modern(vdev)) {
		*vdev = (struct virtio_pci){.pci = pci};
		err = open_legacy(vdev);
		if (err)
			return err;
	}
	err = virtio_reset(vdev);
	if (err) {
		unmap_all(vdev);
		return err;
	}
	take_messages(vdev);
	add_status(vdev, STATUS_ACKNOWLEDGE);
	add_status(vdev, STATUS_DRIVER);
	return 0;
}

void virtio_pci_close(struct virtio_pci *vdev)
{
	virtio_reset(vdev);
	drop_messages(vdev);
	unmap_all(vdev);
}

void virtio_ready(struct virtio_pci *vdev)
{
	add_status(vdev, STATUS_DRIVER_OK);
}

void virtio_fail(struct virtio_pci *vdev)
{
	add_status(vdev, STATUS_FAILED);
}

/* ---- Features and configuration -------------------------------------------------------------- */

static u64 device_features(struct virtio_pci *vdev)
{
	u64 features;

	if (!vdev->modern)
		return ioread32(vdev->legacy + LEGACY_DEVICE_FEATURES);
	iowrite32(1, vdev->common + COMMON_DEVICE_FEATURE_SELECT);
	features = (u64)ioread32(vdev->common + COMMON_DEVICE_FEATURE) << 32;
	iowrite32(0, vdev->common + COMMON_DEVICE_FEATURE_SELECT);
	return features | ioread32(vdev->common + COMMON_DEVICE_FEATURE);
}

static void accept_features(struct virtio_pci *vdev)
{
	if (!vdev->modern) {
		iowrite32((u32)vdev->features, vdev->legacy + LEGACY_DRIVER_FEATURES);
		return;
	}
	iowrite32(0, vdev->common + COMMON_DRIVER_FEATURE_SELECT);
	iowrite32((u32)vdev->features, vdev->common + COMMON_DRIVER_FEATURE);
	iowrite32(1, vdev->common + COMMON_DRIVER_FEATURE_SELECT);
	iowrite32((u32)(vdev->features >> 32), vdev->common + COMMON_DRIVER_FEATURE);
}

int virtio_negotiate(struct virtio_pci *vdev, u64 wanted)
{
	if (vdev->modern)
		wanted |= 1ULL << VIRTIO_F_VERSION_1;
	vdev->features = device_features(vdev) & wanted;
	if (vdev->modern && !virtio_has(vdev, VIRTIO_F_VERSION_1))
		return -EIO;
	accept_features(vdev);
	if (!vdev->modern)
		return 0;
	add_status(vdev, STATUS_FEATURES_OK);
	return get_status(vdev) & STATUS_FEATURES_OK ? 0 : -EIO;
}

static void read_bytes(const void __iomem *from, u8 *to, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		to[i] = ioread8(from + i);
}

/* Two reads with the same generation before and after saw one state. */
void virtio_config_read(const struct virtio_pci *vdev, unsigned int offset, void *to, size_t n)
{
	unsigned int tries;
	u8 generation;

	if (!vdev->modern) {
		read_bytes(vdev->config + offset, to, n);
		return;
	}
	for (tries = 0; tries < GENERATION_TRIES; tries++) {
		generation = ioread8(vdev->common + COMMON_GENERATION);
		read_bytes(vdev->config + offset, to, n);
		if (generation == ioread8(vdev->common + COMMON_GENERATION))
			return;
	}
}

/* ---- Queues ---------------------------------------------------------------------------------- */

static unsigned int queue_size(struct virtio_pci *vdev, unsigned int index)
{
	if (!vdev->modern) {
		iowrite16((u16)index, vdev->legacy + LEGACY_QUEUE_SELECT);
		return ioread16(vdev->legacy + LEGACY_QUEUE_SIZE);
	}
	if (index >= ioread16(vdev->common + COMMON_NUM_QUEUES))
		return 0;
	iowrite16((u16)index, vdev->common + COMMON_QUEUE_SELECT);
	return ioread16(vdev->common + COMMON_QUEUE_SIZE);
}

static int queue_alloc(struct virtio_queue *queue, unsigned int size)
{
	struct virtq_slot *slots = kmalloc_array(size, sizeof(*slots), GFP_KERNEL);

	queue->area = alloc_pages_exact(virtq_bytes(size), GFP_KERNEL);
	if (!queue->area || !slots) {
		kfree(slots);
		if (queue->area)
			free_pages_exact(queue->area, virtq_bytes(size));
		return -ENOMEM;
	}
	virtq_init(&queue->ring, size, queue->area, slots);
	return 0;
}

void virtio_queue_free(struct virtio_queue *queue)
{
	free_pages_exact(queue->area, virtq_bytes(queue->ring.size));
	kfree(queue->ring.slots);
}

static void write_address(void __iomem *at, const void *virt)
{
	phys_addr_t phys = virt_to_phys((void *)virt);

	iowrite32((u32)phys, at);
	iowrite32((u32)(phys >> 32), at + 4);
}

static int start_modern(struct virtio_pci *vdev, struct virtio_queue *queue)
{
	u64 offset = (u64)ioread16(vdev->common + COMMON_QUEUE_NOTIFY) * vdev->notify_multiplier;
	struct virtq *vq = &queue->ring;

	if (offset + 2 > vdev->notify_len)
		return -EINVAL;
	queue->doorbell = vdev->notify + offset;
	iowrite16((u16)vq->size, vdev->common + COMMON_QUEUE_SIZE);
	write_address(vdev->common + COMMON_QUEUE_DESC, vq->desc);
	write_address(vdev->common + COMMON_QUEUE_AVAIL, vq->avail);
	write_address(vdev->common + COMMON_QUEUE_USED, vq->used);
	iowrite16(1, vdev->common + COMMON_QUEUE_ENABLE);
	return 0;
}

static int start_legacy(struct virtio_pci *vdev, struct virtio_queue *queue)
{
	u64 page = virt_to_phys(queue->area) / VIRTQ_ALIGN;

	if (page > U32_MAX)
		return -ENOMEM;
	queue->doorbell = vdev->legacy + LEGACY_NOTIFY;
	iowrite32((u32)page, vdev->legacy + LEGACY_QUEUE_PAGE);
	return 0;
}

int virtio_queue_setup(struct virtio_pci *vdev, struct virtio_queue *queue, unsigned int index,
		       unsigned int max)
{
	unsigned int size = queue_size(vdev, index);
	int err;

	if (!size)
		return -ENOENT;
	if (size > VIRTQ_MAX || !is_power_of_2(size))
		return -EINVAL;
	if (vdev->modern)
		size = min(size, max);
	*queue = (struct virtio_queue){.index = index};
	err = queue_alloc(queue, size);
	if (err)
		return err;
	set_vectors(vdev);
	err = vdev->modern ? start_modern(vdev, queue) : start_legacy(vdev, queue);
	if (err)
		virtio_queue_free(queue);
	return err;
}

void virtio_notify(struct virtio_pci *vdev __unused, struct virtio_queue *queue)
{
	iowrite16((u16)queue->index, queue->doorbell);
}
