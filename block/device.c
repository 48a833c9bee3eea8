/* SPDX-License-Identifier: MIT */
/*
 * Block devices and requests.
 *
 *	block cache, tests			 driver (virtio-blk)
 *	block_request_alloc() <-- pool
 *	block_submit() ---- checked ----------> ops->submit()
 *						     |
 *	req->done(), in any context <---- block_done(status)
 *	block_request_free()  --> pool
 *
 * A block is a page.  A request moves one block and lies in the direct map, so that
 * a driver can put what its device reads and writes next to it.
 *
 * Requests come from a mempool: with memory empty a request is to be had as soon
 * as another one is done, and the allocation itself starts no I/O (GFP_NOIO), or
 * freeing memory by writing it back would wait for itself.  Each that is freed wakes one of
 * those who wait for one.
 *
 * Locking: the list of devices has a lock of its own, innermost.  Who has waited for long, or
 * for a disk that does not interrupt, polls devices of the list, in an RCU section, and
 * a device that goes waits for those.  A
 * device's counters are atomic.  Contexts: submitting and completing go anywhere; allocating a
 * request and block_transfer() may sleep.  Not here: merging, ordering and
 * priorities; requests reach the device in the order in which they are submitted.
 */
#include <asm/processor.h>
#include <cairn/block.h>
#include <linux/bug.h>
#include <linux/completion.h>
#include <linux/errno.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/mempool.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/wait.h>
#include "cache.h"

#define REQUESTS_KEPT 32
#define MOMENT	      1		/* jiffies: no interrupt will come */
#define TOO_LONG      (HZ / 10) /* it should have come */

static LIST_HEAD(devices);
static DEFINE_SPINLOCK(devices_lock);
static mempool_t *requests;
static struct kmem_cache *request_cache;

static unsigned int nr_polled;		       /* devices; under devices_lock to change */
static DECLARE_WAIT_QUEUE_HEAD(request_freed); /* who waits for one, in order */

/* ---- Devices --------------------------------------------------------------------------------- */

static struct block_device *find_locked(const char *name)
{
	struct block_device *dev;

	list_for_each_entry(dev, &devices, node) {
		if (!strcmp(dev->name, name))
			return dev;
	}
	return NULL;
}

/* Makes "vda" of "vd?"; false when the name, or every letter, is taken. */
static bool choose_name(struct block_device *dev)
{
	size_t last = strlen(dev->name) - 1;
	int letter;

	if (dev->name[last] != '?')
		return !find_locked(dev->name);
	for (letter = 'a'; letter <= 'z'; letter++) {
		dev->name[last] = (char)letter;
		if (!find_locked(dev->name))
			return true;
	}
	return false;
}

int block_register(struct block_device *dev)
{
	unsigned long flags;
	int err = -EBUSY;

	if (!dev->blocks || !dev->ops || !dev->name[0])
		return -EINVAL;
	spin_lock_irqsave(&devices_lock, flags);
	if (choose_name(dev)) {
		list_add_tail(&dev->node, &devices);
		WRITE_ONCE(nr_polled, nr_polled + dev->polled);
		err = 0;
	}
	spin_unlock_irqrestore(&devices_lock, flags);
	return err;
}

void block_unregister(struct block_device *dev)
{
	unsigned long flags;

	WARN(atomic_read(&dev->in_flight), "block: %s goes with %d requests in flight", dev->name,
	     atomic_read(&dev->in_flight));
	spin_lock_irqsave(&devices_lock, flags);
	__list_del_entry(&dev->node); /* who has come as far as this device goes on from it */
	WRITE_ONCE(nr_polled, nr_polled - dev->polled);
	spin_unlock_irqrestore(&devices_lock, flags);
	synchronize_rcu();
}

struct block_device *block_find(const char *name)
{
	struct block_device *dev;
	unsigned long flags;

	spin_lock_irqsave(&devices_lock, flags);
	dev = find_locked(name);
	spin_unlock_irqrestore(&devices_lock, flags);
	return dev;
}

struct block_device *block_next(struct block_device *dev)
{
	struct list_head *next;
	unsigned long flags;

	spin_lock_irqsave(&devices_lock, flags);
	next = dev ? dev->node.next : devices.next;
	spin_unlock_irqrestore(&devices_lock, flags);
	return next == &devices ? NULL : list_entry(next, struct block_device, node);
}

static unsigned int poll_devices(bool all)
{
	struct block_device *dev;
	unsigned int n = 0;

	rcu_read_lock();
	for_each_block_device(dev)
	{
		if (all || dev->polled)
			n += block_poll(dev);
	}
	rcu_read_unlock();
	return n;
}

unsigned int block_poll_silent(void)
{
	return READ_ONCE(nr_polled) ? poll_devices(false) : 0;
}

void block_poll_all(void)
{
	poll_devices(true);
}

long block_patience(void)
{
	return READ_ONCE(nr_polled) ? MOMENT : TOO_LONG;
}

/* ---- Requests -------------------------------------------------------------------------------- */

/* With an element in the pool there is no need to sleep; without, freeing one wakes. */
static void wait_for_request(void)
{
	bool over = false;
	DEFINE_WAIT(wait);

	prepare_to_wait_exclusive(&request_freed, &wait, TASK_UNINTERRUPTIBLE);
	if (!READ_ONCE(requests->curr_nr))
		over = !wait_a_turn(block_patience());
	finish_wait(&request_freed, &wait);
	if (over)
		block_poll_all();
}

struct block_request *block_request_alloc(struct block_device *dev, enum block_op op)
{
	struct block_request *req;

	might_sleep();
	while (!(req = mempool_alloc(requests, GFP_NOWAIT | __GFP_NOWARN))) {
		if (!block_poll_silent())
			wait_for_request();
	}
	*req = (struct block_request){.dev = dev, .op = op};
	return req;
}

void block_request_free(struct block_request *req)
{
	mempool_free(req, requests);
	if (wq_has_sleeper(&request_freed))
		wake_up(&request_freed);
}

static int check(const struct block_request *req)
{
	if (req->op == BLOCK_FLUSH)
		return 0;
	if (req->block >= req->dev->blocks)
		return -EINVAL;
	return req->op == BLOCK_WRITE && req->dev->read_only ? -EROFS : 0;
}

/* The request may be done, and its device go, before submit() returns. */
static void start(struct block_request *req)
{
	struct block_device *dev = req->dev;

	rcu_read_lock();
	dev->ops->submit(dev, req);
	rcu_read_unlock();
}

void block_submit(struct block_request *req)
{
	int err = check(req);

	atomic_inc(&req->dev->in_flight);
	if (err)
		block_done(req, err);
	else
		start(req);
}

void block_done(struct block_request *req, int status)
{
	struct block_device *dev = req->dev;
	unsigned long flags;

	req->status = status;
	atomic64_inc(&dev->done[req->op]);
	if (status)
		atomic64_inc(&dev->errors);
	atomic_dec(&dev->in_flight);
	local_irq_save(flags);
	req->done(req);
	local_irq_restore(flags);
}

unsigned int block_poll(struct block_device *dev)
{
	unsigned int n = dev->ops->poll(dev);

	if (!n)
		cpu_relax();
	return n;
}

static void transfer_done(struct block_request *req)
{
	complete(req->private);
}

int block_transfer(struct block_device *dev, enum block_op op, u64 block, struct page *page)
{
	struct block_request *req = block_request_alloc(dev, op);
	DECLARE_COMPLETION_ONSTACK(done);
	int status;

	req->block = block;
	req->page = page;
	req->done = transfer_done;
	req->private = &done;
	block_submit(req);
	while (!try_wait_for_completion(&done)) {
		if (block_poll_silent())
			continue;
		if (wait_for_completion_timeout(&done, (unsigned long)block_patience()))
			break;
		block_poll_all();
	}
	status = req->status;
	block_request_free(req);
	return status;
}

void block_requests_settle(void)
{
	mempool_resize(requests, 1);
	kmem_cache_shrink(request_cache);
	if (mempool_resize(requests, REQUESTS_KEPT))
		pr_warn("block: there is no memory for %d requests\n", REQUESTS_KEPT);
}

static int __init block_init(void)
{
	request_cache = KMEM_CACHE(block_request, SLAB_PANIC);
	requests = mempool_create_slab_pool(REQUESTS_KEPT, request_cache);
	if (!requests)
		panic("block: no memory for %d requests", REQUESTS_KEPT);
	return 0;
}
core_initcall(block_init);
