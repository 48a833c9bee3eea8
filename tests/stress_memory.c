/* SPDX-License-Identifier: MIT */
/*
 * The stress test's shortage of memory.
 *
 *	free pages
 *	|-- ballast: taken at the start, more than the test needs
 *	|-- eaten: taken by a thread until none is to be had without reclaim
 *	'-- the test's: 48 MiB, less what is eaten
 *
 * A thread eats in meals and gives half back in between.  What is eaten is a cache for
 * reclaim, so others get pages of it when they need some.  Each eighth round is a famine:
 * the thread eats what only GFP_ATOMIC gets too, and gives nothing back for a while.
 *
 * Who does what must not fail for want of memory says so, and no famine begins until it is
 * done (stress_plenty_begin()).
 *
 * Locking: eater.lock guards the chain of pages; a semaphore keeps famines out.
 */
#include <linux/err.h>
#include <linux/gfp.h>
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/mm.h>
#include <linux/rwsem.h>
#include <linux/sched.h>
#include <linux/shrinker.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include "page_chain.h"
#include "stress.h"

#define FREE_FOR_TEST (48UL << (20 - PAGE_SHIFT))
#define EATEN_AT_ONCE 4096
#define MEALS	      8
#define FAMINE	      8 /* jiffies */

/* Pages are chained through their descriptors. */
static struct {
	spinlock_t lock;
	struct page *chain;
	unsigned long nr;    /* pages */
	unsigned long given; /* pages reclaimed, ever */
	unsigned int famines;
	struct page *ballast; /* what the test has too much of */
	struct task_struct *task;
} eater;

/* Readers: those for whom there must be memory.  Writer: a famine. */
static DECLARE_RWSEM(plenty);
static bool famine;

bool stress_plenty_begin(struct stress_actor *a)
{
	return a->may_sleep && down_read_trylock(&plenty);
}

void stress_plenty_end(void)
{
	up_read(&plenty);
}

static unsigned long eater_count(struct shrinker *s __unused, struct shrink_control *sc __unused)
{
	return READ_ONCE(famine) ? 0 : data_race(eater.nr);
}

static bool give_page_back(void)
{
	struct page *page;

	spin_lock(&eater.lock);
	page = eater.chain;
	if (page) {
		eater.chain = (struct page *)page->private;
		eater.nr--;
	}
	spin_unlock(&eater.lock);
	if (page)
		__free_page(page);
	return page;
}

static unsigned long eater_scan(struct shrinker *s __unused, struct shrink_control *sc)
{
	unsigned long n = 0;

	while (!READ_ONCE(famine) && n < sc->nr_to_scan && give_page_back())
		n++;
	__atomic_fetch_add(&eater.given, n, __ATOMIC_RELAXED);
	return n ? n : SHRINK_STOP;
}

static struct shrinker eater_shrinker = {
	.count_objects = eater_count,
	.scan_objects = eater_scan,
	.seeks = DEFAULT_SEEKS,
};

/* Takes pages until there are none to be had without reclaim. */
static void eat(gfp_t gfp)
{
	struct page *page;
	unsigned int n;

	for (n = 0; n < EATEN_AT_ONCE; n++) {
		page = alloc_page(gfp | __GFP_NOWARN);
		if (!page)
			return;
		spin_lock(&eater.lock);
		eater.chain = push_page(eater.chain, page);
		eater.nr++;
		spin_unlock(&eater.lock);
	}
}

/* Gives half back of its own accord: memory is not always low. */
static void give_half_back(void)
{
	unsigned long n = data_race(eater.nr) / 2;

	while (n--)
		give_page_back();
}

/* For a while there is nothing to be had by reclaim either. */
static void have_famine(void)
{
	down_write(&plenty);
	WRITE_ONCE(famine, true);
	eat(GFP_ATOMIC);
	schedule_timeout_uninterruptible(FAMINE);
	eater.famines++;
	WRITE_ONCE(famine, false);
	up_write(&plenty);
}

static int eater_fn(void *unused __unused)
{
	unsigned int meals, rounds = 0;

	while (!kthread_should_stop()) {
		if (++rounds % 8 == 0)
			have_famine();
		for (meals = 0; meals < MEALS && !kthread_should_stop(); meals++) {
			eat(GFP_NOWAIT);
			schedule_timeout_uninterruptible(2);
		}
		give_half_back();
		schedule_timeout_uninterruptible(MEALS * 4);
	}
	return 0;
}

bool stress_memory_init(void)
{
	struct page *page;

	memset(&eater, 0, sizeof(eater));
	spin_lock_init(&eater.lock);
	while (nr_free_pages() > FREE_FOR_TEST + (1UL << (MAX_ORDER - 1))) {
		page = alloc_pages(GFP_HIGHUSER | __GFP_NORETRY | __GFP_NOWARN, MAX_ORDER - 1);
		if (!page)
			break;
		eater.ballast = push_page(eater.ballast, page);
	}
	if (register_shrinker(&eater_shrinker, "stress"))
		return false;
	eater.task = kthread_create(eater_fn, NULL, "stress/eater");
	return !IS_ERR(eater.task);
}

void stress_memory_start(void)
{
	wake_up_process(eater.task);
}

void stress_memory_stop(void)
{
	kthread_stop(eater.task);
	unregister_shrinker(&eater_shrinker);
	free_chain(eater.chain);
	free_chain(eater.ballast);
}

unsigned long stress_memory_given(void)
{
	return data_race(eater.given);
}

unsigned int stress_famines(void)
{
	return data_race(eater.famines);
}
