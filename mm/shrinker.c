/* SPDX-License-Identifier: MIT */
/*
 * Shrinkers: caches above the page allocator that can give memory back.
 *
 * When memory is short, every registered shrinker is asked how many objects it
 * could free and then, in batches, to free them: an eighth first, later a quarter,
 * half and all; those that cost nothing to make again are asked for all at
 * once.  Counting comes first, so a cache without anything to give is cheap to ask.
 *
 * What an allocation forbids (__GFP_IO, __GFP_FS missing) keeps it out of shrinkers
 * that declare that they need it; the others learn the flags and respect them.
 *
 * Shrinkers may allocate.  A task inside one has PF_MEMALLOC: its allocations do
 * not enter shrinkers again and may take the last page, being there to free others.
 *
 *     shrinkers --> A --> B --> C		B: users 2, leaving
 *			   ^			      |	      '-- no new ones
 *		two tasks are in its calls --'
 *
 * Locking: shrinkers_lock guards the list, users and leaving; nobody holds it
 * during a call.  A task in a call counts in users, and a shrinker with users
 * stays on the list, so the task finds the next one from there.  Several tasks
 * walk the list at once.
 *
 * Invariant: users != 0 or not leaving  =>  on the list.
 *
 * Contexts: shrink_caches() where the allocation may sleep.
 */
#include <linux/kernel.h>
#include <linux/bug.h>
#include <linux/list.h>
#include <linux/printk.h>
#include <linux/sched.h>
#include <linux/sched/mm.h>
#include <linux/shrinker.h>
#include <linux/spinlock.h>
#include <linux/vmstat.h>
#include "internal.h"
#include "vmscan.h"

#define SHRINK_BATCH 128

static LIST_HEAD(shrinkers);
static DEFINE_SPINLOCK_RANK(shrinkers_lock, LOCK_RANK_SHRINKERS);

bool in_reclaim(void)
{
	return (current->flags & PF_MEMALLOC) && !in_interrupt();
}

/* ---- The registry ---------------------------------------------------------------------------- */

int __register_shrinker(struct shrinker *shrinker, const char *name, ...)
{
	unsigned long flags;

	shrinker->name = name;
	shrinker->users = 0;
	shrinker->leaving = false;
	spin_lock_irqsave(&shrinkers_lock, flags);
	list_add_tail(&shrinker->list, &shrinkers);
	spin_unlock_irqrestore(&shrinkers_lock, flags);
	return 0;
}

/* Takes a shrinker off the list if nobody is inside. */
static bool try_unregister(struct shrinker *shrinker)
{
	unsigned long flags;
	bool gone;

	spin_lock_irqsave(&shrinkers_lock, flags);
	shrinker->leaving = true;
	gone = !shrinker->users;
	if (gone) {
		list_del(&shrinker->list);
		shrinker->list.next = NULL;
	}
	spin_unlock_irqrestore(&shrinkers_lock, flags);
	return gone;
}

void unregister_shrinker(struct shrinker *shrinker)
{
	if (!shrinker->list.next)
		return;
	if (WARN(in_reclaim(), "mem: a shrinker cannot be unregistered from inside one"))
		return;
	might_sleep();
	while (!try_unregister(shrinker))
		wait_a_tick();
}

/* Goes on to the next shrinker, which has us as a user until we go on again. */
static struct shrinker *next_shrinker(struct shrinker *last)
{
	struct list_head *at = last ? &last->list : &shrinkers;
	struct shrinker *next = NULL;
	unsigned long flags;

	spin_lock_irqsave(&shrinkers_lock, flags);
	if (last)
		last->users--;
	for (at = at->next; at != &shrinkers && !next; at = at->next) {
		struct shrinker *shrinker = list_entry(at, struct shrinker, list);

		if (!shrinker->leaving)
			next = shrinker;
	}
	if (next)
		next->users++;
	spin_unlock_irqrestore(&shrinkers_lock, flags);
	return next;
}

static void leave_shrinker(struct shrinker *shrinker)
{
	unsigned long flags;

	spin_lock_irqsave(&shrinkers_lock, flags);
	shrinker->users--;
	spin_unlock_irqrestore(&shrinkers_lock, flags);
}

/* ---- Shrinking ------------------------------------------------------------------------------- */

static bool may_enter(const struct shrinker *shrinker, gfp_t gfp)
{
	if ((shrinker->flags & SHRINKER_NEEDS_IO) && !(gfp & __GFP_IO))
		return false;
	return !(shrinker->flags & SHRINKER_NEEDS_FS) || (gfp & __GFP_FS);
}

/* How many objects to ask for of @count. */
static unsigned long scan_target(const struct shrinker *shrinker, unsigned long count,
				 unsigned int priority)
{
	unsigned long part = shrinker->seeks ? count >> priority : count;

	return max(part, min(count, (unsigned long)SHRINK_BATCH));
}

static void count_events(const struct shrinker *shrinker, unsigned long scanned,
			 unsigned long freed)
{
	if (!(shrinker->flags & SHRINKER_PAGES)) {
		count_vm_events(SLABS_SCANNED, scanned);
	} else if (current_is_kswapd()) {
		count_vm_events(PGSCAN_KSWAPD, scanned);
		count_vm_events(PGSTEAL_KSWAPD, freed);
	} else {
		count_vm_events(PGSCAN_DIRECT, scanned);
		count_vm_events(PGSTEAL_DIRECT, freed);
	}
}

static bool enough(const struct reclaim_control *rc)
{
	return rc->balance && node_balanced(rc->balance, rc->highest);
}

static void shrink_one(struct shrinker *shrinker, struct reclaim_control *rc)
{
	bool aware = shrinker->flags & SHRINKER_NUMA_AWARE;
	struct shrink_control sc = {.gfp_mask = rc->gfp, .nid = aware ? rc->nid : 0};
	unsigned long batch = shrinker->batch ? (unsigned long)shrinker->batch : SHRINK_BATCH;
	unsigned long count = shrinker->count_objects(shrinker, &sc);
	unsigned long left;

	if (!count || count == SHRINK_EMPTY)
		return;
	left = scan_target(shrinker, count, rc->priority);
	while (left && !enough(rc)) {
		unsigned long n;

		sc.nr_to_scan = sc.nr_scanned = min(left, batch);
		n = shrinker->scan_objects(shrinker, &sc);
		if (n == SHRINK_STOP)
			break;
		count_events(shrinker, sc.nr_scanned, n);
		rc->scanned += sc.nr_scanned;
		rc->freed += n;
		left -= min(left, max(sc.nr_scanned, 1UL));
		cond_resched();
	}
}

void shrink_caches(struct reclaim_control *rc)
{
	unsigned int old = memalloc_noreclaim_save();
	struct shrinker *shrinker = NULL;

	while ((shrinker = next_shrinker(shrinker))) {
		if (may_enter(shrinker, rc->gfp))
			shrink_one(shrinker, rc);
		if (enough(rc)) {
			leave_shrinker(shrinker);
			break;
		}
	}
	memalloc_noreclaim_restore(old);
}

void show_shrinkers(void)
{
	struct shrinker *shrinker = NULL;

	while ((shrinker = next_shrinker(shrinker))) {
		struct shrink_control sc = {.gfp_mask = GFP_KERNEL};
		unsigned long count = shrinker->count_objects(shrinker, &sc);

		if (count && count != SHRINK_EMPTY)
			pr_warn("  cache %s (%ps): %lu %s could be freed\n", shrinker->name,
				shrinker->count_objects, count,
				shrinker->flags & SHRINKER_PAGES ? "pages" : "objects");
	}
}
