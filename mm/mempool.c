/* SPDX-License-Identifier: MIT */
/*
 * Memory pools: elements in hand for the time when there is no memory.
 *
 *   mempool_alloc --> allocator --(none)--> elements[--curr_nr] --(none)--> wait
 *   mempool_free  --> elements[curr_nr++] if curr_nr < min_nr, else allocator
 *
 * The allocator is asked first, so the reserve is whole as long as there is
 * memory; it is asked not to dig into reserves of its own and not to try hard,
 * because the pool is there for that.  An element that comes back while the pool
 * is not full goes to the pool.  So with min_nr elements out and none of them
 * ever lost, whoever waits gets one in the end: progress needs min_nr elements,
 * not memory.
 *
 * Invariants, under pool->lock: 0 <= curr_nr <= min_nr, but for what mempool_resize() is
 * about to take out; somebody waits => curr_nr == 0; pool->open is the cache if and only if
 * the pool is on one and curr_nr >= min_nr.
 *
 * Elements in the pool are live objects for the allocator behind it.  A pool on
 * a slab cache uses the cache's inline paths: pool->open is that cache, so a
 * release to it finds that the page belongs to it and pushes.  While the pool is
 * short of elements it is a cache that no page belongs to, so every release takes
 * the slow path and fills the pool.  It is read without the lock: whoever frees
 * an element that was taken out of the pool got it after the pool was closed.
 *
 * Who finds neither joins the pool's queue.  An element that comes back while
 * somebody waits is handed to who has waited longest, and not put into the pool, so
 * nobody who comes later gets in between.  It is looked for and the queue joined under
 * one lock, so no element comes unseen.  Because other users of the allocator free
 * memory without telling the pool, who waits also asks the allocator now and then,
 * without giving up its place.
 *
 *	waiters --> [first] --> [second]	each on the stack of its task, which
 *		       ^			the lock keeps there until it is woken
 *	mempool_free: element
 *
 * All pools are on a list, for who looks for where memory is; a pool joins it when it is
 * whole and leaves it before it gives anything back.
 *
 * Contexts: mempool_free() any; mempool_alloc() as its flags say.  Flags that allow
 * sleeping where that is forbidden are reported, and then it does not wait but returns
 * NULL.  Before there are threads nobody can free an element while a sleeping
 * mempool_alloc() waits, so it panics, with the reason.
 */
#include <linux/bug.h>
#include <linux/errno.h>
#include <linux/gfp.h>
#include <linux/kasan.h>
#include <linux/mempool.h>
#include <linux/mm.h>
#include <linux/printk.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>
#include "internal.h"
#include "slab.h"

/* What a waiter sleeps at most before it asks the allocator again. */
#define LOOK_AGAIN (HZ / 2)

/* Stands for the cache of pools that have none: no page belongs to it. */
static struct kmem_cache no_cache = {.front = &slab_closed, .kfree_front = &slab_closed};

/* Nothing but a cache, so that its inline paths do what the pool's allocator would. */
static bool is_direct(const mempool_t *pool)
{
	return pool->alloc == mempool_alloc_slab && pool->free == mempool_free_slab;
}

/* After each change of curr_nr or min_nr. */
static void pool_update(mempool_t *pool) __must_hold(&pool->lock)
{
	WRITE_ONCE(pool->open,
		   is_direct(pool) && pool->curr_nr >= pool->min_nr ? pool->pool_data : &no_cache);
}

/* ---- The reserve ----------------------------------------------------------------------- */

/* Bytes of an element; 0 if that is the allocator's secret. */
static size_t element_size(const mempool_t *pool)
{
	if (pool->alloc == mempool_alloc_slab)
		return kmem_cache_size(pool->pool_data);
	if (pool->alloc == mempool_kmalloc)
		return (size_t)pool->pool_data;
	return 0;
}

/* An element in the pool is nobody's to touch. */
static void poison_element(const mempool_t *pool, void *element)
{
	if (element_size(pool))
		kasan_mempool_poison_object(element, element_size(pool));
	else if (pool->alloc == mempool_alloc_pages)
		kasan_poison_pages(element, (unsigned int)(unsigned long)pool->pool_data);
}

static void unpoison_element(const mempool_t *pool, void *element)
{
	if (element_size(pool))
		kasan_mempool_unpoison_object(element, element_size(pool));
	else if (pool->alloc == mempool_alloc_pages)
		kasan_unpoison_pages(element, (unsigned int)(unsigned long)pool->pool_data);
}

/* The last one put in; there is one, and the lock is held. */
static void *get_locked(mempool_t *pool) __must_hold(&pool->lock)
{
	void *element = pool->elements[--pool->curr_nr];

	unpoison_element(pool, element);
	pool_update(pool);
	return element;
}

/* One of more than @keep, or NULL. */
static void *pool_take(mempool_t *pool, int keep)
{
	unsigned long flags;
	void *element = NULL;

	spin_lock_irqsave(&pool->lock, flags);
	if (likely(pool->curr_nr > keep))
		element = get_locked(pool);
	spin_unlock_irqrestore(&pool->lock, flags);
	return element;
}

/*
 * Takes one of more than @keep out of the pool, or NULL.  One that was freed while it lay
 * there is named, and not handed out: it may have another owner soon.
 */
static void *pool_get_above(mempool_t *pool, int keep)
{
	void *element;

	while ((element = pool_take(pool, keep)) && unlikely(slab_was_freed(element))) {
		pr_err("BUG: mempool: element 0x%px of the reserve was freed\n", element);
		dump_stack();
	}
	return element;
}

static void *pool_get(mempool_t *pool)
{
	return pool_get_above(pool, 0);
}

static bool pool_holds(const mempool_t *pool, const void *element)
{
	int i;

	for (i = 0; i < pool->curr_nr; i++) {
		if (pool->elements[i] == element)
			return true;
	}
	return false;
}

/* A task that waits; on its stack.  All but @task is under the pool's lock. */
struct pool_waiter {
	struct list_head list; /* empty once it was served */
	struct task_struct *task;
	void *element;
};

/* Hands an element to who has waited longest; false if nobody waits. */
static bool serve_locked(mempool_t *pool, void *element) __must_hold(&pool->lock)
{
	struct pool_waiter *first;

	first = list_first_entry_or_null(&pool->waiters, struct pool_waiter, list);
	if (!first)
		return false;
	list_del_init(&first->list);
	WRITE_ONCE(first->element, element);
	wake_up_process(first->task);
	return true;
}

static __cold void report_twice(const void *element)
{
	pr_err("BUG: mempool_free: element 0x%px is in the pool already\n", element);
	dump_stack();
}

/* Takes an element back, or returns false if the pool is full.  One that is in already is refused. */
static bool pool_put(mempool_t *pool, void *element)
{
	bool room, twice = false;
	unsigned long flags;

	spin_lock_irqsave(&pool->lock, flags);
	room = pool->curr_nr < pool->min_nr;
	if (room && likely(!serve_locked(pool, element))) {
		twice = pool_holds(pool, element);
		if (likely(!twice)) {
			poison_element(pool, element);
			pool->elements[pool->curr_nr++] = element;
			pool_update(pool);
		}
	}
	spin_unlock_irqrestore(&pool->lock, flags);
	if (unlikely(twice))
		report_twice(element);
	return room;
}

/* Whoever uses the pool meanwhile fills it too: one too many goes back. */
static int pool_fill(mempool_t *pool, gfp_t gfp)
{
	while (data_race(pool->curr_nr) < pool->min_nr) {
		void *element = pool->alloc(gfp, pool->pool_data);

		if (unlikely(!element))
			return -ENOMEM;
		if (!pool_put(pool, element))
			pool->free(element, pool->pool_data);
	}
	return 0;
}

/* ---- The list of pools ------------------------------------------------------------------ */

static LIST_HEAD(pools);
static DEFINE_SPINLOCK(pools_lock);

static void list_pool(mempool_t *pool, unsigned long caller)
{
	unsigned long flags;

	pool->caller = (void *)caller;
	spin_lock_irqsave(&pools_lock, flags);
	list_add_tail(&pool->list, &pools);
	spin_unlock_irqrestore(&pools_lock, flags);
}

static void unlist_pool(mempool_t *pool)
{
	unsigned long flags;

	spin_lock_irqsave(&pools_lock, flags);
	list_del_init(&pool->list);
	spin_unlock_irqrestore(&pools_lock, flags);
}

static size_t bytes_of(const mempool_t *pool)
{
	if (pool->alloc == mempool_alloc_pages)
		return PAGE_SIZE << (unsigned long)pool->pool_data;
	return element_size(pool);
}

/* Keeps the table sorted, the most bytes first; what has no room falls out. */
static void add_holder(struct mempool_holder *table, unsigned int n, unsigned int used,
		       const struct mempool_holder *one)
{
	unsigned int i = min(used, n);

	while (i > 0 && one->kept * one->size > table[i - 1].kept * table[i - 1].size) {
		if (i < n)
			table[i] = table[i - 1];
		i--;
	}
	if (i < n)
		table[i] = *one;
}

unsigned int mempool_holders(struct mempool_holder *table, unsigned int n)
{
	const mempool_t *pool;
	unsigned int nr = 0;
	unsigned long flags;

	spin_lock_irqsave(&pools_lock, flags);
	list_for_each_entry(pool, &pools, list) {
		struct mempool_holder one = {
			.caller = pool->caller,
			.kept = READ_ONCE(pool->curr_nr),
			.wanted = READ_ONCE(pool->min_nr),
			.size = bytes_of(pool),
		};

		add_holder(table, n, nr++, &one);
	}
	spin_unlock_irqrestore(&pools_lock, flags);
	return nr;
}

/* ---- Pools come and go ----------------------------------------------------------------- */

static void pool_exit(mempool_t *pool)
{
	void *element;

	if (!pool->elements ||
	    WARN(!list_empty(&pool->waiters), "mempool: a pool that threads wait for cannot go"))
		return;
	unlist_pool(pool);
	while ((element = pool_get(pool)))
		pool->free(element, pool->pool_data);
	kfree(pool->elements);
	pool->elements = NULL;
}

void mempool_exit(mempool_t *pool)
{
	might_sleep();
	pool_exit(pool);
}

void mempool_destroy(mempool_t *pool)
{
	might_sleep();
	if (unlikely(!pool))
		return;
	pool_exit(pool);
	if (likely(!pool->elements))
		kfree(pool);
}

/* How a pool is to be made, and who asks for it. */
struct pool_request {
	int min_nr;
	mempool_alloc_t *alloc;
	mempool_free_t *free;
	void *data;
	gfp_t gfp;
	int node;
	unsigned long caller;
};

static int pool_init(mempool_t *pool, const struct pool_request *req)
{
	memset(pool, 0, sizeof(*pool));
	if (WARN(req->min_nr < 1 || !req->alloc || !req->free,
		 "mempool: a pool of %d elements, or without an allocator", req->min_nr))
		return -EINVAL;
	spin_lock_init_rank(&pool->lock, LOCK_RANK_MEMPOOL);
	INIT_LIST_HEAD(&pool->waiters);
	INIT_LIST_HEAD(&pool->list);
	pool->min_nr = req->min_nr;
	pool->alloc = req->alloc;
	pool->free = req->free;
	pool->pool_data = req->data;
	pool->open = &no_cache;
	pool->front = &slab_closed;
	if (is_direct(pool))
		pool->front = ((struct kmem_cache *)req->data)->front;
	pool->elements =
		kmalloc_array_node((size_t)req->min_nr, sizeof(void *), req->gfp, req->node);
	if (!pool->elements)
		return -ENOMEM;
	if (pool_fill(pool, req->gfp)) {
		pool_exit(pool);
		return -ENOMEM;
	}
	list_pool(pool, req->caller);
	return 0;
}

static mempool_t *pool_create(const struct pool_request *req)
{
	mempool_t *pool = kmalloc_node(sizeof(*pool), req->gfp, req->node);

	if (!pool)
		return NULL;
	if (pool_init(pool, req)) {
		kfree(pool);
		return NULL;
	}
	return pool;
}

int mempool_init_node(mempool_t *pool, int min_nr, mempool_alloc_t *alloc_fn,
		      mempool_free_t *free_fn, void *pool_data, gfp_t gfp, int node)
{
	return pool_init(pool, &(struct pool_request){min_nr, alloc_fn, free_fn, pool_data, gfp,
						      node, RET_IP});
}

int mempool_init(mempool_t *pool, int min_nr, mempool_alloc_t *alloc_fn, mempool_free_t *free_fn,
		 void *pool_data)
{
	return pool_init(pool, &(struct pool_request){min_nr, alloc_fn, free_fn, pool_data,
						      GFP_KERNEL, NUMA_NO_NODE, RET_IP});
}

mempool_t *mempool_create_node(int min_nr, mempool_alloc_t *alloc_fn, mempool_free_t *free_fn,
			       void *pool_data, gfp_t gfp, int node)
{
	return pool_create(
		&(struct pool_request){min_nr, alloc_fn, free_fn, pool_data, gfp, node, RET_IP});
}

mempool_t *mempool_create(int min_nr, mempool_alloc_t *alloc_fn, mempool_free_t *free_fn,
			  void *pool_data)
{
	return pool_create(&(struct pool_request){min_nr, alloc_fn, free_fn, pool_data, GFP_KERNEL,
						  NUMA_NO_NODE, RET_IP});
}

/* From the new size on nothing is put in beyond it, so what is too much only gets less. */
static void pool_shrink(mempool_t *pool, int new_min_nr)
{
	unsigned long flags;
	void *element;

	spin_lock_irqsave(&pool->lock, flags);
	pool->min_nr = new_min_nr;
	pool_update(pool);
	spin_unlock_irqrestore(&pool->lock, flags);
	while ((element = pool_get_above(pool, new_min_nr)))
		pool->free(element, pool->pool_data);
}

int mempool_resize(mempool_t *pool, int new_min_nr)
{
	unsigned long flags;
	void **elements, **old;

	might_sleep();
	if (WARN(new_min_nr < 1, "mempool: resize to %d elements", new_min_nr))
		return -EINVAL;
	if (new_min_nr <= pool->min_nr) {
		pool_shrink(pool, new_min_nr);
		return 0;
	}
	elements = kmalloc_array((size_t)new_min_nr, sizeof(void *), GFP_KERNEL);
	if (!elements)
		return -ENOMEM;
	spin_lock_irqsave(&pool->lock, flags);
	memcpy(elements, pool->elements, (size_t)pool->curr_nr * sizeof(void *));
	old = pool->elements;
	pool->elements = elements;
	pool->min_nr = new_min_nr;
	pool_update(pool);
	spin_unlock_irqrestore(&pool->lock, flags);
	kfree(old);
	return pool_fill(pool, GFP_KERNEL);
}

/* ---- Elements -------------------------------------------------------------------------- */

/* An element of the pool, or else a place in the queue and NULL. */
static void *pool_join(mempool_t *pool, struct pool_waiter *waiter)
{
	unsigned long flags;
	void *element = NULL;

	waiter->task = current;
	waiter->element = NULL;
	INIT_LIST_HEAD(&waiter->list);
	spin_lock_irqsave(&pool->lock, flags);
	if (pool->curr_nr)
		element = get_locked(pool);
	else
		list_add_tail(&waiter->list, &pool->waiters);
	spin_unlock_irqrestore(&pool->lock, flags);
	return element;
}

/* Gives up the place; the element that was handed over meanwhile, or NULL. */
static void *pool_leave(mempool_t *pool, struct pool_waiter *waiter)
{
	unsigned long flags;

	spin_lock_irqsave(&pool->lock, flags);
	list_del_init(&waiter->list);
	spin_unlock_irqrestore(&pool->lock, flags);
	return waiter->element;
}

static void sleep_until_served(const struct pool_waiter *waiter, long timeout)
{
	while (timeout) {
		set_current_state(TASK_UNINTERRUPTIBLE);
		if (READ_ONCE(waiter->element))
			break;
		timeout = schedule_timeout(timeout);
	}
	__set_current_state(TASK_RUNNING);
}

/* A place in the queue; the allocator, now with reclaim; and what comes first of the two. */
static void *mempool_wait(mempool_t *pool, gfp_t gfp)
{
	gfp_t hard = (gfp & ~__GFP_NOFAIL) | __GFP_NOWARN | __GFP_NOMEMALLOC | __GFP_NORETRY;
	void *element = pool->alloc(hard, pool->pool_data), *handed;
	struct pool_waiter waiter;

	if (element)
		return element;
	element = pool_join(pool, &waiter);
	if (element)
		return element;
	if (!scheduler_running || !interrupts_expected)
		panic("mempool: all %d elements are in use, there is no memory, and nobody else "
		      "runs who could free one",
		      pool->min_nr);
	do {
		sleep_until_served(&waiter, LOOK_AGAIN);
		if (!READ_ONCE(waiter.element))
			element = pool->alloc(hard, pool->pool_data);
	} while (!element && !READ_ONCE(waiter.element));
	handed = pool_leave(pool, &waiter);
	if (!element)
		return handed;
	if (handed)
		mempool_free(handed, pool);
	return element;
}

/* The caller must not sleep: might_alloc() has reported a held lock, but not interrupts off. */
static __cold void *refuse_to_wait(void)
{
	if (!in_atomic())
		might_sleep();
	return NULL;
}

/* The allocator without trying hard, the pool, the allocator trying hard, then waiting. */
static noinline void *mempool_alloc_slow(mempool_t *pool, gfp_t gfp)
{
	void *element;

	might_alloc(gfp);
	WARN(gfp & __GFP_ZERO, "mempool_alloc: __GFP_ZERO, but the reserve is not zeroed");
	element = pool->alloc((gfp & ~(__GFP_DIRECT_RECLAIM | __GFP_IO | __GFP_NOFAIL)) |
				      __GFP_NOMEMALLOC | __GFP_NORETRY | __GFP_NOWARN,
			      pool->pool_data);
	if (unlikely(!element))
		element = pool_get(pool);
	if (likely(element || !gfpflags_allow_blocking(gfp)))
		return element;
	if (unlikely(sleep_forbidden()))
		return refuse_to_wait();
	return mempool_wait(pool, gfp);
}

void *mempool_alloc(mempool_t *pool, gfp_t gfp)
{
	void *element;

	if (likely(!(gfp & SLAB_SLOW_GFP) && slab_may_sleep_here(gfp))) {
		element = objstack_pop(pool->front);
		if (likely(element)) {
			*(u64 *)element = 0;
			return element;
		}
	}
	return mempool_alloc_slow(pool, gfp);
}

static noinline void mempool_free_slow(void *element, mempool_t *pool)
{
	if (unlikely(!element))
		return;
	if (data_race(pool->curr_nr) >= data_race(pool->min_nr) || !pool_put(pool, element))
		pool->free(element, pool->pool_data);
}

void mempool_free(void *element, mempool_t *pool)
{
	struct kmem_cache *cache = data_race(pool->open);

	OBJ_FREE_TO(element, cache, front, full, slow);
	return;
full:
slow:
	mempool_free_slow(element, pool);
}

/* ---- The usual allocators -------------------------------------------------------------- */

void *mempool_alloc_slab(gfp_t gfp, void *pool_data)
{
	return kmem_cache_alloc(pool_data, gfp);
}

void mempool_free_slab(void *element, void *pool_data)
{
	kmem_cache_free(pool_data, element);
}

void *mempool_kmalloc(gfp_t gfp, void *pool_data)
{
	return kmalloc((size_t)pool_data, gfp);
}

void mempool_kfree(void *element, void *pool_data __unused)
{
	kfree(element);
}

void *mempool_alloc_pages(gfp_t gfp, void *pool_data)
{
	return alloc_pages(gfp, (unsigned int)(unsigned long)pool_data);
}

void mempool_free_pages(void *element, void *pool_data)
{
	__free_pages(element, (unsigned int)(unsigned long)pool_data);
}
