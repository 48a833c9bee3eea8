/* SPDX-License-Identifier: MIT */
/*
 * Shrinkers: caches above the page allocator that can give memory back.
 *
 * When an allocation that may sleep finds no memory, every registered shrinker is
 * asked how many objects it could free and then, in batches, to free them: an
 * eighth, or all of those that cost nothing to make again.  They learn the flags
 * of the allocation and respect them.  Counting comes first, so a cache without
 * anything to give is cheap to ask.
 *
 * Shrinkers may allocate.  Such an allocation does not enter them again and may
 * take the last page: it is there to free others.
 *
 * Locking: the list changes under its lock; it is walked without, which is safe
 * while there is one thread.  Contexts: where the allocation may sleep.
 */
#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/shrinker.h>
#include <linux/spinlock.h>
#include "internal.h"

#define SHRINK_BATCH 128

static LIST_HEAD(shrinkers);
static DEFINE_SPINLOCK(shrinkers_lock);
static bool reclaiming;

int __register_shrinker(struct shrinker *shrinker)
{
	unsigned long flags;

	spin_lock_irqsave(&shrinkers_lock, flags);
	list_add_tail(&shrinker->list, &shrinkers);
	spin_unlock_irqrestore(&shrinkers_lock, flags);
	return 0;
}

void unregister_shrinker(struct shrinker *shrinker)
{
	unsigned long flags;

	spin_lock_irqsave(&shrinkers_lock, flags);
	if (shrinker->list.next)
		list_del(&shrinker->list);
	shrinker->list.next = NULL;
	spin_unlock_irqrestore(&shrinkers_lock, flags);
}

bool in_reclaim(void)
{
	return reclaiming;
}

/* How many objects to ask for of @count. */
static unsigned long scan_target(const struct shrinker *shrinker, unsigned long count)
{
	unsigned long part = shrinker->seeks ? count / 8 : count;

	return max(part, min(count, (unsigned long)SHRINK_BATCH));
}

static unsigned long shrink_one(struct shrinker *shrinker, gfp_t gfp, int nid)
{
	struct shrink_control sc = {.gfp_mask = gfp, .nid = nid};
	unsigned long batch = shrinker->batch ? (unsigned long)shrinker->batch : SHRINK_BATCH;
	unsigned long count = shrinker->count_objects(shrinker, &sc);
	unsigned long freed = 0, left;

	if (!count || count == SHRINK_EMPTY)
		return 0;
	left = scan_target(shrinker, count);
	while (left) {
		unsigned long n;

		sc.nr_to_scan = sc.nr_scanned = min(left, batch);
		n = shrinker->scan_objects(shrinker, &sc);
		if (n == SHRINK_STOP)
			break;
		freed += n;
		left -= min(left, max(sc.nr_scanned, 1UL));
	}
	return freed;
}

unsigned long shrink_caches(gfp_t gfp, int nid)
{
	struct shrinker *shrinker, *next;
	unsigned long freed = 0;

	if (reclaiming)
		return 0;
	reclaiming = true;
	list_for_each_entry_safe(shrinker, next, &shrinkers, list)
		freed += shrink_one(shrinker, gfp, nid);
	reclaiming = false;
	return freed;
}
