/* SPDX-License-Identifier: MIT */
#ifndef _CAIRN_BLOCK_H
#define _CAIRN_BLOCK_H

/*
 * Block devices: disks as numbered blocks of a page each, and the requests that
 * move them.  block/device.c.
 */
#include <linux/types.h>
#include <linux/atomic.h>
#include <linux/list.h>
#include <linux/mm_types.h>
#include <linux/spinlock.h>
#include <asm/page.h>

#define BLOCK_SHIFT	 PAGE_SHIFT
#define BLOCK_SIZE	 PAGE_SIZE
#define BLOCK_NAME_LEN	 8
#define BLOCK_DRIVER_LEN 32

struct block_device;

enum block_op {
	BLOCK_READ,
	BLOCK_WRITE,
	BLOCK_FLUSH, /* what was written before stays, whatever happens to the power */
	BLOCK_NR_OPS,
};

/**
 * struct block_request - one transfer
 * @node: the driver's, while it waits for room
 * @dev: the device
 * @op: what to do
 * @block: number of the block; not for BLOCK_FLUSH
 * @page: the memory; not for BLOCK_FLUSH
 * @status: once done: 0 or a negative errno
 * @done: called once when it is done, in any context, with interrupts off
 * @private: the submitter's
 * @driver: the driver's; devices reach it, as it is never on a stack
 */
struct block_request {
	struct list_head node;
	struct block_device *dev;
	enum block_op op;
	u64 block;
	struct page *page;
	int status;
	void (*done)(struct block_request *req);
	void *private;
	u8 driver[BLOCK_DRIVER_LEN] __aligned(8);
};

/**
 * struct block_device_ops - what a driver does
 * @submit: start a request, or keep it until there is room; it ends in
 *	    block_done(), perhaps before this returns
 * @poll: look for requests that are done; how many were.  Works at any time,
 *	  with interrupts or without.
 *
 * Both are called in any context.
 */
struct block_device_ops {
	void (*submit)(struct block_device *dev, struct block_request *req);
	unsigned int (*poll)(struct block_device *dev);
};

/**
 * struct block_device - a disk
 * @name: "vda"
 * @blocks: how many whole blocks it has
 * @read_only: writes fail with -EROFS
 * @polled: no interrupt says that a request is done: whoever waits polls
 * @ops: the driver's functions
 * @private: the driver's
 * @node: among the devices
 * @in_flight: requests submitted and not done
 * @writing: the block cache's pages of it that are being written; under that cache's lock
 * @done: requests done, by kind
 * @errors: of those, how many failed
 *
 * The first six are set before registration and do not change; @node is
 * block/device.c's, the rest is statistics.
 */
struct block_device {
	char name[BLOCK_NAME_LEN];
	u64 blocks;
	bool read_only;
	bool polled;
	const struct block_device_ops *ops;
	void *private;

	struct list_head node;
	atomic_t in_flight;
	unsigned long writing;
	atomic64_t done[BLOCK_NR_OPS];
	atomic64_t errors;
};

/**
 * block_register - make a device known
 * @dev: filled in as far as @private; it stays until block_unregister()
 *
 * A @name that ends in '?' gets the first free letter in its place.
 *
 * Context: may sleep.
 * Return: 0, -EINVAL for a device without blocks or functions, -EBUSY for a name
 * that is taken.
 */
int block_register(struct block_device *dev);

/* block_unregister - forget a device that has no request in flight.  Context: may sleep. */
void block_unregister(struct block_device *dev);

/* block_find - the device of a name, or NULL. */
struct block_device *block_find(const char *name);

/* block_next - walk the devices, in the order of registration; NULL begins and ends. */
struct block_device *block_next(struct block_device *dev);

#define for_each_block_device(dev) for ((dev) = NULL; ((dev) = block_next(dev));)

/**
 * block_request_alloc - a request to fill in and submit
 * @dev: the device that it is for
 * @op: what to do
 *
 * Requests come from a pool, so one is to be had with memory empty: at the latest
 * when another one is done.
 *
 * Context: may sleep.  Starts no reclaim that would need a request (GFP_NOIO).
 * Return: the request; never NULL.
 */
struct block_request *block_request_alloc(struct block_device *dev, enum block_op op);

/* block_request_free - give a request back.  Context: any. */
void block_request_free(struct block_request *req);

/**
 * block_submit - start a request
 * @req: with @done set
 *
 * A block beyond the end is -EINVAL, a write to a read-only device -EROFS; @done is
 * told like any other status.
 *
 * Context: any.
 */
void block_submit(struct block_request *req);

/**
 * block_done - a driver's: a request is done
 * @req: the request; not to be touched afterwards
 * @status: 0 or a negative errno
 *
 * Context: any.
 */
void block_done(struct block_request *req, int status);

/* block_poll - if nobody else says so: look for requests that are done; how many were. */
unsigned int block_poll(struct block_device *dev);

/**
 * block_transfer - read, write or flush, and wait for it
 * @dev: the device
 * @op: what to do
 * @block: number of the block
 * @page: the memory
 *
 * Past every cache: block/cache.c is what to use for data that others may have cached.
 *
 * Context: may sleep.
 * Return: 0 or a negative errno: -EIO, -EINVAL, -EROFS.
 */
int block_transfer(struct block_device *dev, enum block_op op, u64 block, struct page *page);

#endif
