/* SPDX-License-Identifier: MIT */
/*
 * Disks that QEMU's -drive if=virtio attaches: one queue, a page a request.
 *
 *	descriptor 1	header: kind, first sector	device reads
 *	descriptor 2	the page			device reads or writes
 *	descriptor 3	status byte			device writes
 *
 * Header and status lie in the request (struct block_request.driver).  A request
 * that finds no room in the queue waits on a list; each one that is done makes
 * room for the next.
 *
 * A sector is 512 bytes, a block eight of them; sectors behind the last whole block
 * are out of reach.  A device that cannot take a page in one piece is refused.
 * Flush is sent where the device has it; without it there is no cache to flush, and
 * it is done at once.
 *
 * A device that answers nonsense (virtio_ring.c tells) is given up: it is reset, so
 * that it touches no memory any more, and every request fails with -EIO.
 *
 * A shared line (INTx) interrupts; where it cannot be had the disk is polled.
 *
 * Locking: disk->lock guards queue and list.  Without it are block_done() called and the disk
 * told, which takes long: it is the disk that runs meanwhile.
 * Contexts: submit and poll go anywhere.
 */
#include <cairn/block.h>
#include <linux/interrupt.h>
#include <linux/io.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/mm.h>
#include <linux/pci.h>
#include <linux/slab.h>
#include "virtio.h"

#define QUEUE_MAX	   256
#define SEGMENTS	   3

#define SECTOR_SHIFT	   9
#define SECTORS_A_BLOCK	   (1u << (BLOCK_SHIFT - SECTOR_SHIFT))

#define F_SIZE_MAX	   1
#define F_READ_ONLY	   5
#define F_FLUSH		   9

#define CONFIG_CAPACITY	   0
#define CONFIG_SIZE_MAX	   8

#define TYPE_IN		   0
#define TYPE_OUT	   1
#define TYPE_FLUSH	   4

#define STATUS_OK	   0
#define STATUS_UNSUPPORTED 2
#define STATUS_NONE	   0xff /* what is there before the device writes */

struct blk_header {
	u32 type;
	u32 reserved;
	u64 sector;
	u8 status;
};
_Static_assert(sizeof(struct blk_header) <= BLOCK_DRIVER_LEN, "it lies in the request");

#define HEADER_BYTES offsetof(struct blk_header, status)

struct disk {
	struct block_device dev;
	struct virtio_pci vdev;
	bool can_flush;

	spinlock_t lock;
	struct virtio_queue queue;
	struct list_head waiting; /* requests that found no room */
	bool dead;		  /* reset for good; requests fail */
};

static struct blk_header *header_of(struct block_request *req)
{
	return (struct blk_header *)req->driver;
}

static void fill_header(struct block_request *req)
{
	static const u32 types[] = {
		[BLOCK_READ] = TYPE_IN,
		[BLOCK_WRITE] = TYPE_OUT,
		[BLOCK_FLUSH] = TYPE_FLUSH,
	};

	*header_of(req) = (struct blk_header){
		.type = types[req->op],
		.sector = req->op == BLOCK_FLUSH ? 0 : req->block * SECTORS_A_BLOCK,
		.status = STATUS_NONE,
	};
}

/* Hands a request to the device if there is room. */
static int queue_request(struct disk *disk, struct block_request *req)
{
	struct blk_header *header = header_of(req);
	struct virtq_segment segments[SEGMENTS];
	unsigned int n = 0;

	segments[n++] = (struct virtq_segment){virt_to_phys(header), HEADER_BYTES, false};
	if (req->op != BLOCK_FLUSH)
		segments[n++] = (struct virtq_segment){page_to_phys(req->page), BLOCK_SIZE,
						       req->op == BLOCK_READ};
	segments[n++] = (struct virtq_segment){virt_to_phys(&header->status), 1, true};
	return virtq_add(&disk->queue.ring, segments, n, req);
}

/* Hands over as many of the requests that wait as there is room for; is the disk to be told? */
static bool feed_queue(struct disk *disk)
{
	bool any = false;

	while (!list_empty(&disk->waiting)) {
		struct block_request *req;

		req = list_first_entry(&disk->waiting, struct block_request, node);
		if (queue_request(disk, req))
			break;
		list_del(&req->node);
		any = true;
	}
	return any && virtq_wants_notify(&disk->queue.ring);
}

static void disk_submit(struct block_device *dev, struct block_request *req)
{
	struct disk *disk = dev->private;
	bool dead, tell = false;
	unsigned long flags;

	if (req->op == BLOCK_FLUSH && !disk->can_flush) {
		block_done(req, 0);
		return;
	}
	fill_header(req);
	spin_lock_irqsave(&disk->lock, flags);
	dead = disk->dead;
	if (!dead) {
		list_add_tail(&req->node, &disk->waiting);
		tell = feed_queue(disk);
	}
	spin_unlock_irqrestore(&disk->lock, flags);
	if (tell)
		virtio_notify(&disk->vdev, &disk->queue);
	if (dead)
		block_done(req, -EIO);
}

/* After this the device reaches no memory; whatever it had is on the list. */
static void stop_device(struct disk *disk)
{
	struct block_request *req;

	disk->dead = true;
	virtio_reset(&disk->vdev);
	while ((req = virtq_take_any(&disk->queue.ring)))
		list_add(&req->node, &disk->waiting);
}

static int status_of(const struct blk_header *header)
{
	switch (READ_ONCE(header->status)) {
	case STATUS_OK:
		return 0;
	case STATUS_UNSUPPORTED:
		return -EOPNOTSUPP;
	default:
		return -EIO;
	}
}

/*
 * Moves what the device is done with, or all if it is given up, to @done, which makes room;
 * is the disk to be told of what came there?
 */
static bool collect(struct disk *disk, struct list_head *done)
{
	struct block_request *req;

	while ((req = virtq_take(&disk->queue.ring)))
		list_add_tail(&req->node, done);
	if (disk->queue.ring.broken && !disk->dead) {
		pr_err("virtio_blk: %s answers what nobody asked; it is given up\n",
		       disk->dev.name);
		stop_device(disk);
	}
	if (!disk->dead)
		return feed_queue(disk);
	list_splice_tail_init(&disk->waiting, done);
	return false;
}

static unsigned int disk_poll(struct block_device *dev)
{
	struct disk *disk = dev->private;
	struct block_request *req, *next;
	unsigned long flags;
	unsigned int n = 0;
	LIST_HEAD(done);
	bool tell;

	if (!virtq_pending(&disk->queue.ring)) /* many poll; the lock is for who finds something */
		return 0;
	spin_lock_irqsave(&disk->lock, flags);
	tell = collect(disk, &done);
	spin_unlock_irqrestore(&disk->lock, flags);
	if (tell)
		virtio_notify(&disk->vdev, &disk->queue);
	list_for_each_entry_safe(req, next, &done, node) {
		list_del(&req->node);
		block_done(req, status_of(header_of(req)));
		n++;
	}
	return n;
}

static irqreturn_t disk_interrupt(int irq __unused, void *data)
{
	struct disk *disk = data;

	if (!virtio_interrupted(&disk->vdev))
		return IRQ_NONE;
	disk_poll(&disk->dev);
	return IRQ_HANDLED;
}

static const struct block_device_ops disk_ops = {
	.submit = disk_submit,
	.poll = disk_poll,
};

/* ---- Setting up ------------------------------------------------------------------------------ */

static int read_config(struct disk *disk)
{
	struct virtio_pci *vdev = &disk->vdev;
	u64 sectors;
	u32 size_max = BLOCK_SIZE;

	virtio_config_read(vdev, CONFIG_CAPACITY, &sectors, sizeof(sectors));
	if (virtio_has(vdev, F_SIZE_MAX))
		virtio_config_read(vdev, CONFIG_SIZE_MAX, &size_max, sizeof(size_max));
	if (size_max < BLOCK_SIZE) {
		pci_err(vdev->pci, "it takes %u bytes at most in one piece\n", size_max);
		return -EINVAL;
	}
	disk->dev = (struct block_device){
		.name = "vd?",
		.blocks = sectors / SECTORS_A_BLOCK,
		.read_only = virtio_has(vdev, F_READ_ONLY),
		.polled = true,
		.ops = &disk_ops,
		.private = disk,
	};
	disk->can_flush = virtio_has(vdev, F_FLUSH);
	return 0;
}

/* The device is quiet before its handler goes. */
static void stop_interrupts(struct disk *disk)
{
	virtio_reset(&disk->vdev);
	if (!disk->dev.polled)
		free_irq((unsigned int)pci_irq_vector(disk->vdev.pci, 0), disk);
}

static int start_disk(struct disk *disk)
{
	int err;

	err = virtio_negotiate(&disk->vdev,
			       1ULL << F_SIZE_MAX | 1ULL << F_READ_ONLY | 1ULL << F_FLUSH);
	if (err)
		return err;
	err = read_config(disk);
	if (err)
		return err;
	err = virtio_queue_setup(&disk->vdev, &disk->queue, 0, QUEUE_MAX);
	if (err)
		return err;
	disk->dev.polled = request_irq((unsigned int)pci_irq_vector(disk->vdev.pci, 0),
				       disk_interrupt, IRQF_SHARED, "virtio_blk", disk) != 0;
	virtq_interrupts(&disk->queue.ring, !disk->dev.polled);
	virtio_ready(&disk->vdev);
	err = block_register(&disk->dev);
	if (err) {
		stop_interrupts(disk);
		virtio_queue_free(&disk->queue);
	}
	return err;
}

static void announce(struct disk *disk)
{
	struct block_device *dev = &disk->dev;

	pci_info(disk->vdev.pci, "%s: %llu blocks (%llu MiB)%s, %s virtio, queue of %u, %s%s\n",
		 dev->name, dev->blocks, dev->blocks >> (20 - BLOCK_SHIFT),
		 dev->read_only ? ", read-only" : "", disk->vdev.modern ? "modern" : "legacy",
		 disk->queue.ring.size,
		 dev->polled	   ? "polled"
		 : disk->vdev.msix ? "messages"
				   : "interrupts",
		 disk->can_flush ? ", flush" : "");
}

static int claim_device(struct pci_dev *pci)
{
	int err = pci_enable_device(pci);

	if (err)
		return err;
	err = pci_request_regions(pci, "virtio_blk");
	if (err)
		pci_disable_device(pci);
	else
		pci_set_master(pci);
	return err;
}

static void release_device(struct pci_dev *pci)
{
	pci_release_regions(pci);
	pci_disable_device(pci);
}

static int disk_probe(struct pci_dev *pci, const struct pci_device_id *id __unused)
{
	struct disk *disk = kzalloc(sizeof(*disk), GFP_KERNEL);
	int err;

	if (!disk)
		return -ENOMEM;
	spin_lock_init(&disk->lock);
	INIT_LIST_HEAD(&disk->waiting);
	err = claim_device(pci);
	if (err)
		goto out_free;
	err = virtio_pci_open(&disk->vdev, pci);
	if (err)
		goto out_release;
	err = start_disk(disk);
	if (err)
		goto out_close;
	pci_set_drvdata(pci, disk);
	announce(disk);
	return 0;

out_close:
	virtio_fail(&disk->vdev);
	virtio_pci_close(&disk->vdev);
out_release:
	release_device(pci);
out_free:
	kfree(disk);
	return err;
}

static void disk_remove(struct pci_dev *pci)
{
	struct disk *disk = pci_get_drvdata(pci);

	block_unregister(&disk->dev);
	stop_interrupts(disk);
	virtio_pci_close(&disk->vdev);
	virtio_queue_free(&disk->queue);
	release_device(pci);
	kfree(disk);
}

/* The next kernel's memory is not for this one's device to write into. */
static void disk_shutdown(struct pci_dev *pci)
{
	struct disk *disk = pci_get_drvdata(pci);

	virtio_reset(&disk->vdev);
}

static const struct pci_device_id disk_ids[] = {
	{PCI_DEVICE(PCI_VENDOR_ID_REDHAT_QUMRANET, 0x1001)},
	{PCI_DEVICE(PCI_VENDOR_ID_REDHAT_QUMRANET, 0x1042)},
	{},
};

static struct pci_driver disk_driver = {
	.name = "virtio_blk",
	.id_table = disk_ids,
	.probe = disk_probe,
	.remove = disk_remove,
	.shutdown = disk_shutdown,
};
builtin_pci_driver(disk_driver);
