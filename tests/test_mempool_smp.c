/* SPDX-License-Identifier: MIT */
/*
 * Memory pools with threads on every CPU, and no memory at all.
 *
 * All pages are taken, and all objects of the cache behind the pool.  Threads bound to
 * each CPU then work through the pool, more of them than it has elements: each takes
 * an element, writes its number all over it, lets others run, finds its number there
 * still, and gives the element back.  All of them finish, and then the pool holds
 * exactly its elements.  A second scenario changes the size of a pool that all CPUs
 * take from and give back to, a third looks at the order in which threads on several
 * CPUs are served, a fourth at what is refused.
 */
#include <cairn/test.h>
#include <linux/cpumask.h>
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/kfence.h>
#include <linux/kthread.h>
#include <linux/mempool.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/timer.h>
#include <linux/vmstat.h>
#include "../mm/vmscan.h"
#include "page_chain.h"

#define PER_CPU	 2
#define MAX_CPUS 16
#define WORKERS	 (PER_CPU * MAX_CPUS)
#define ROUNDS	 40
#define SIZE	 512
#define PATIENCE 20000 /* ticks that something may take that takes some */

/* struct worker - a thread that uses a pool */
struct worker {
	struct task_struct *task;
	mempool_t *pool;
	unsigned int number;
	unsigned int rounds; /* done */
	unsigned int place;  /* it was served as the how-manieth, from 1 */
	bool damaged;
	void *element;
};

static struct worker workers[WORKERS];
static atomic_t nr_done;

static void wait_for_stop(void)
{
	while (!kthread_should_stop())
		schedule_timeout_interruptible(1);
}

static bool all_done(unsigned int n)
{
	unsigned int ticks = PATIENCE;

	while (ticks-- && (unsigned int)atomic_read(&nr_done) < n)
		schedule_timeout_uninterruptible(1);
	return (unsigned int)atomic_read(&nr_done) >= n;
}

/* A thread of @fn on each of @n CPUs, in turn; they run when they are woken. */
static bool make_workers(unsigned int n, int (*fn)(void *), mempool_t *pool)
{
	unsigned int i, cpu = cpumask_first(cpu_online_mask);

	atomic_set(&nr_done, 0);
	for (i = 0; i < n; i++) {
		struct worker *w = &workers[i];

		*w = (struct worker){.pool = pool, .number = i};
		w->task = kthread_create_on_cpu(fn, w, cpu, "pool%u", i);
		if (IS_ERR(w->task))
			return false;
		cpu = cpumask_next((int)cpu, cpu_online_mask);
		if (cpu >= nr_cpu_ids)
			cpu = cpumask_first(cpu_online_mask);
	}
	return true;
}

static void stop_workers(unsigned int n)
{
	unsigned int i;

	for (i = 0; i < n; i++)
		kthread_stop(workers[i].task);
}

/* ---- No memory, all CPUs --------------------------------------------------------------------- */

static void one_round(struct worker *w)
{
	u8 *element = mempool_alloc(w->pool, GFP_NOIO & ~__GFP_KSWAPD_RECLAIM);

	memset(element, (int)w->number + 1, SIZE);
	if (w->rounds % 3)
		schedule_timeout_uninterruptible(1);
	else
		cond_resched();
	w->damaged |= memchr_inv(element, (int)w->number + 1, SIZE) != NULL;
	mempool_free(element, w->pool);
	w->rounds++;
}

static int use_pool(void *data)
{
	struct worker *w = data;

	while (w->rounds < ROUNDS)
		one_round(w);
	atomic_inc(&nr_done);
	wait_for_stop();
	return 0;
}

struct object {
	struct object *next;
};

static struct object *take_objects(struct kmem_cache *cache)
{
	struct object *objects = NULL, *object;

	while ((object = kmem_cache_alloc(cache, __GFP_MEMALLOC | __GFP_NOWARN))) {
		object->next = objects;
		objects = object;
	}
	return objects;
}

static void free_objects(struct kmem_cache *cache, struct object *objects)
{
	struct object *next;

	for (; objects; objects = next) {
		next = objects->next;
		kmem_cache_free(cache, objects);
	}
}

/* Neither a page nor an object is to be had, not even from the reserve. */
static void expect_no_memory(struct kmem_cache *cache)
{
	EXPECT(!alloc_page(GFP_ATOMIC | __GFP_MEMALLOC | __GFP_NOWARN));
	EXPECT(!kmem_cache_alloc(cache, GFP_ATOMIC | __GFP_MEMALLOC | __GFP_NOWARN));
}

KTEST(mempools, progress_on_every_cpu_without_memory)
{
	unsigned int n = min(num_online_cpus() * PER_CPU, (unsigned int)WORKERS), i;
	struct kmem_cache *cache = kmem_cache_create("t_pool", SIZE, 0, SLAB_NO_REAP, NULL);
	struct page *pages;
	struct object *objects;
	mempool_t *pool;

	if (kfence_enabled()) {
		kmem_cache_destroy(cache);
		ktest_skip("kfence has objects where there is no memory");
		return;
	}
	ASSERT(cache);
	pool = mempool_create_slab_pool(max(n / 2, 1u), cache);
	ASSERT(pool);
	ASSERT(make_workers(n, use_pool, pool));
	kswapd_hold(true);
	pages = take_all(NULL, __GFP_MEMALLOC);
	objects = take_objects(cache);
	expect_no_memory(cache);
	for (i = 0; i < n; i++)
		wake_up_process(workers[i].task);
	EXPECT(all_done(n));
	EXPECT_EQ(pool->curr_nr, pool->min_nr);
	expect_no_memory(cache);
	free_objects(cache, objects);
	free_chain(pages);
	kswapd_hold(false);
	stop_workers(n);
	for (i = 0; i < n; i++) {
		EXPECT_EQ(workers[i].rounds, ROUNDS);
		EXPECT(!workers[i].damaged);
	}
	EXPECT(!slab_check_all());
	mempool_destroy(pool);
	EXPECT_EQ(kmem_cache_destroy(cache), 0);
}

/* ---- Another size, all CPUs ------------------------------------------------------------------ */

#define RESIZES 300

static bool keep_using;

/* All there is, from the cache and out of the pool, and then everything back. */
static void drain_and_return(struct worker *w)
{
	struct object *objects = NULL, *object, *next;

	while ((object = mempool_alloc(w->pool, GFP_NOWAIT & ~__GFP_KSWAPD_RECLAIM))) {
		memset(object, (int)w->number + 1, SIZE);
		object->next = objects;
		objects = object;
	}
	for (object = objects; object; object = next) {
		next = object->next;
		w->damaged |=
			memchr_inv(object + 1, (int)w->number + 1, SIZE - sizeof(*object)) != NULL;
		mempool_free(object, w->pool);
	}
}

static int drain_pool(void *data)
{
	struct worker *w = data;

	do {
		drain_and_return(w);
		w->rounds++;
		cond_resched();
	} while (READ_ONCE(keep_using));
	atomic_inc(&nr_done);
	wait_for_stop();
	return 0;
}

/* What is in the pool, what it keeps, and the way that a release takes, agree. */
static bool pool_agrees(mempool_t *pool)
{
	unsigned long flags;
	bool agrees;

	spin_lock_irqsave(&pool->lock, flags);
	agrees = pool->curr_nr >= 0 && pool->curr_nr <= pool->min_nr &&
		 (pool->open == pool->pool_data) == (pool->curr_nr == pool->min_nr);
	spin_unlock_irqrestore(&pool->lock, flags);
	return agrees;
}

/* How often the pool did not agree after a change of size. */
static unsigned int resize_often(mempool_t *pool)
{
	unsigned int i, wrong = 0;

	for (i = 0; i < ktest_rounds(RESIZES); i++) {
		EXPECT_EQ(mempool_resize(pool, i % 2 ? 2 : 8), 0);
		wrong += !pool_agrees(pool);
		if (i % 16 == 15)
			cond_resched();
	}
	return wrong;
}

/*
 * Only who changes the size finds memory, in the pages kept for those who free some.  The
 * others have but the objects that come out of the pool, so that they empty it all the time.
 */
KTEST(mempools, another_size_while_every_cpu_uses_it)
{
	unsigned int n = min(num_online_cpus() * PER_CPU, (unsigned int)WORKERS), i, old;
	struct kmem_cache *cache = kmem_cache_create("t_pool", SIZE, 0, SLAB_NO_REAP, NULL);
	struct page *pages;
	mempool_t *pool;

	ASSERT(cache);
	pool = mempool_create_slab_pool(2, cache);
	ASSERT(pool);
	ASSERT(make_workers(n, drain_pool, pool));
	kswapd_hold(true);
	pages = take_all(NULL, 0);
	old = memalloc_noreclaim_save();
	keep_using = true;
	for (i = 0; i < n; i++)
		wake_up_process(workers[i].task);
	EXPECT_EQ(resize_often(pool), 0);
	WRITE_ONCE(keep_using, false);
	memalloc_noreclaim_restore(old);
	EXPECT(all_done(n));
	free_chain(pages);
	kswapd_hold(false);
	stop_workers(n);
	for (i = 0; i < n; i++) {
		EXPECT(workers[i].rounds);
		EXPECT(!workers[i].damaged);
	}
	EXPECT(pool_agrees(pool));
	EXPECT_EQ(pool->min_nr, 2);
	EXPECT_EQ(pool->curr_nr, 2);
	EXPECT(!slab_check_all());
	mempool_destroy(pool);
	EXPECT_EQ(kmem_cache_destroy(cache), 0);
}

/* ---- In order -------------------------------------------------------------------------------- */

static bool broken;

static void *fails_if_broken(gfp_t gfp, void *data)
{
	return READ_ONCE(broken) ? NULL : kmalloc((size_t)data, gfp);
}

static void give_back(void *element, void *data __unused)
{
	kfree(element);
}

static int take_one(void *data)
{
	struct worker *w = data;

	w->element = mempool_alloc(w->pool, GFP_KERNEL);
	w->place = (unsigned int)atomic_inc_return(&nr_done);
	wait_for_stop();
	return 0;
}

static unsigned int nr_waiting(mempool_t *pool)
{
	struct list_head *at;
	unsigned long flags;
	unsigned int n = 0;

	spin_lock_irqsave(&pool->lock, flags);
	list_for_each(at, &pool->waiters)
		n++;
	spin_unlock_irqrestore(&pool->lock, flags);
	return n;
}

static bool queued(mempool_t *pool, unsigned int n)
{
	unsigned int ticks = PATIENCE;

	while (ticks-- && nr_waiting(pool) < n)
		schedule_timeout_uninterruptible(1);
	return nr_waiting(pool) == n;
}

#define SLEEPERS 8

/*
 * Threads on several CPUs join the queue one after the other, and wait for longer than
 * it takes them to ask the allocator again.  Each element that comes back goes to the
 * first of them, and an atomic allocation that comes in between gets nothing.
 */
KTEST(mempools, sleepers_on_several_cpus_are_served_in_order)
{
	mempool_t *pool = mempool_create(2, fails_if_broken, give_back, (void *)64);
	void *held[2];
	unsigned int i;

	ASSERT(pool);
	ASSERT(make_workers(SLEEPERS, take_one, pool));
	broken = true;
	held[0] = mempool_alloc(pool, GFP_KERNEL);
	held[1] = mempool_alloc(pool, GFP_ATOMIC);
	EXPECT(held[0] && held[1]);
	for (i = 0; i < SLEEPERS; i++) {
		wake_up_process(workers[i].task);
		EXPECT(queued(pool, i + 1));
	}
	schedule_timeout_uninterruptible(HZ);
	EXPECT_EQ(atomic_read(&nr_done), 0);
	EXPECT_EQ(nr_waiting(pool), SLEEPERS);
	mempool_free(held[0], pool);
	for (i = 0; i < SLEEPERS; i++) {
		EXPECT(!mempool_alloc(pool, GFP_ATOMIC));
		EXPECT(all_done(i + 1));
		EXPECT_EQ(workers[i].place, i + 1);
		EXPECT_EQ(nr_waiting(pool), SLEEPERS - 1 - i);
		mempool_free(workers[i].element, pool);
	}
	mempool_free(held[1], pool);
	EXPECT_EQ(pool->curr_nr, 2);
	broken = false;
	stop_workers(SLEEPERS);
	mempool_destroy(pool);
}

/* Memory that others free without telling the pool ends the wait too. */
KTEST(mempools, who_waits_asks_the_allocator_again)
{
	mempool_t *pool = mempool_create(1, fails_if_broken, give_back, (void *)64);
	void *held;

	ASSERT(pool);
	ASSERT(make_workers(1, take_one, pool));
	broken = true;
	held = mempool_alloc(pool, GFP_KERNEL);
	wake_up_process(workers[0].task);
	EXPECT(queued(pool, 1));
	broken = false;
	EXPECT(all_done(1));
	EXPECT_EQ(nr_waiting(pool), 0);
	mempool_free(workers[0].element, pool);
	mempool_free(held, pool);
	EXPECT_EQ(pool->curr_nr, 1);
	stop_workers(1);
	mempool_destroy(pool);
}

/* ---- Misuse ---------------------------------------------------------------------------------- */

KTEST(mempools, a_pool_that_is_waited_for_cannot_go)
{
	mempool_t *pool = mempool_create(1, fails_if_broken, give_back, (void *)64);
	void *held;

	ASSERT(pool);
	ASSERT(make_workers(1, take_one, pool));
	broken = true;
	held = mempool_alloc(pool, GFP_KERNEL);
	wake_up_process(workers[0].task);
	EXPECT(queued(pool, 1));
	EXPECT_REPORT("mempool: a pool that threads wait for cannot go") {
		mempool_destroy(pool);
	}
	mempool_free(held, pool);
	EXPECT(all_done(1));
	EXPECT(workers[0].element == held);
	mempool_free(held, pool);
	broken = false;
	stop_workers(1);
	mempool_destroy(pool);
}

/* What the allocator behind a pool finds wrong is reported through the pool too. */
KTEST(mempools, wrong_frees_and_contexts)
{
	static DEFINE_SPINLOCK(lock);
	mempool_t *bytes = mempool_create_kmalloc_pool(1, 100);
	mempool_t *pages = mempool_create_page_pool(1, 1);
	struct page *page;
	void *a;

	ASSERT(bytes && pages);
	a = mempool_alloc(bytes, GFP_KERNEL);
	mempool_free(a, bytes);
	EXPECT_REPORT("already free") {
		mempool_free(a, bytes);
	}
	page = mempool_alloc(pages, GFP_KERNEL);
	mempool_free(page, pages);
	EXPECT_REPORT("is free already: double free") {
		mempool_free(page, pages);
	}
	spin_lock(&lock);
	EXPECT_REPORT("sleeping function called from invalid context") {
		a = mempool_alloc(bytes, GFP_NOIO);
	}
	EXPECT_NO_REPORT() {
		page = mempool_alloc(pages, GFP_ATOMIC);
	}
	spin_unlock(&lock);
	EXPECT(a && page);
	mempool_free(a, bytes);
	mempool_free(page, pages);
	EXPECT_EQ(bytes->curr_nr, 1);
	EXPECT_EQ(pages->curr_nr, 1);
	mempool_destroy(bytes);
	mempool_destroy(pages);
}

/* struct later - gives an element back some time, so that no mistake here waits for ever */
struct later {
	struct timer_list timer;
	mempool_t *pool;
	void *element;
};

static void give_later(struct timer_list *t)
{
	struct later *later = from_timer(later, t, timer);

	mempool_free(later->element, later->pool);
}

/* Takes an element by way of @in_context while there is none: that must fail at once. */
static void expect_refusal(mempool_t *pool, void *(*in_context)(mempool_t *pool), const char *place)
{
	struct later later = {.pool = pool, .element = mempool_alloc(pool, GFP_KERNEL)};
	unsigned long switches = current->nvcsw;
	void *element = NULL;

	timer_setup(&later.timer, give_later, 0);
	mod_timer(&later.timer, jiffies + 2 * HZ);
	EXPECT_REPORT("BUG: sleeping function called from invalid context") {
		element = in_context(pool);
	}
	EXPECT(ktest_reported(place));
	EXPECT(!element);
	EXPECT_EQ(current->nvcsw, switches);
	if (del_timer_sync(&later.timer))
		mempool_free(later.element, pool);
	if (element)
		mempool_free(element, pool);
}

static noinline void *take_locked(mempool_t *pool)
{
	static DEFINE_SPINLOCK(lock);
	void *element;

	spin_lock(&lock);
	element = mempool_alloc(pool, GFP_KERNEL);
	spin_unlock(&lock);
	return element;
}

static noinline void *take_uninterrupted(mempool_t *pool)
{
	void *element;

	local_irq_disable();
	element = mempool_alloc(pool, GFP_KERNEL);
	local_irq_enable();
	return element;
}

/* Who must not wait does not, whatever its flags say: it is told so, and gets nothing. */
KTEST(mempools, nobody_waits_where_sleeping_is_forbidden)
{
	mempool_t *pool = mempool_create(1, fails_if_broken, give_back, (void *)64);

	ASSERT(pool);
	broken = true;
	expect_refusal(pool, take_locked, "Preemption disabled at take_locked+");
	expect_refusal(pool, take_uninterrupted, "in_atomic(): 0, irqs_disabled(): 1");
	EXPECT_EQ(pool->curr_nr, 1);
	broken = false;
	mempool_destroy(pool);
}
