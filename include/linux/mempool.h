/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_MEMPOOL_H
#define _LINUX_MEMPOOL_H

/*
 * Memory pools: elements kept in hand, so that work which frees memory in the end
 * can go on when there is none.  mm/mempool.c tells how.
 */
#include <linux/types.h>
#include <linux/compiler.h>
#include <linux/gfp_types.h>
#include <linux/list.h>
#include <linux/spinlock.h>

struct kmem_cache;
struct objstack;

typedef void *(mempool_alloc_t)(gfp_t gfp, void *pool_data);
typedef void(mempool_free_t)(void *element, void *pool_data);

/**
 * struct mempool - a pool
 * @lock: guards @min_nr, @curr_nr, @elements, @open and @waiters
 * @min_nr: elements that the pool keeps
 * @curr_nr: elements in it now
 * @elements: they
 * @pool_data: handed to @alloc and @free
 * @alloc: the allocator behind the pool
 * @free: and its opposite
 * @open: the slab cache behind the pool while @curr_nr is @min_nr; else, and
 *	  behind other pools, a cache that has no objects
 * @front: the cache's magazine, or a closed one
 * @waiters: tasks that wait for an element, in order
 * @list: among the pools
 * @caller: who made it
 */
typedef struct mempool {
	struct kmem_cache *open;
	struct objstack __percpu *front;
	int min_nr;
	int curr_nr;
	spinlock_t lock;
	void **elements;
	void *pool_data;
	mempool_alloc_t *alloc;
	mempool_free_t *free;
	struct list_head waiters;
	struct list_head list;
	const void *caller;
} mempool_t;

static inline bool mempool_initialized(mempool_t *pool)
{
	return pool->elements != NULL;
}

/**
 * mempool_create - make a pool
 * @min_nr: elements to keep in hand, at least 1; allocated at once
 * @alloc_fn: allocates an element
 * @free_fn: frees one
 * @pool_data: handed to both
 *
 * Context: may sleep.
 * Return: the pool, or NULL.
 */
mempool_t *mempool_create(int min_nr, mempool_alloc_t *alloc_fn, mempool_free_t *free_fn,
			  void *pool_data);
mempool_t *mempool_create_node(int min_nr, mempool_alloc_t *alloc_fn, mempool_free_t *free_fn,
			       void *pool_data, gfp_t gfp, int node);

/* mempool_init, mempool_exit - the same for a pool in the caller's memory.  May sleep. */
int mempool_init(mempool_t *pool, int min_nr, mempool_alloc_t *alloc_fn, mempool_free_t *free_fn,
		 void *pool_data);
int mempool_init_node(mempool_t *pool, int min_nr, mempool_alloc_t *alloc_fn,
		      mempool_free_t *free_fn, void *pool_data, gfp_t gfp, int node);
void mempool_exit(mempool_t *pool);

/**
 * mempool_destroy - give up a pool; every element has to be back, or is reported missing
 * @pool: the pool, or NULL
 *
 * Context: may sleep.
 */
void mempool_destroy(mempool_t *pool);

/**
 * mempool_resize - change how many elements a pool keeps
 * @pool: the pool
 * @new_min_nr: at least 1
 *
 * Others may take from the pool and give back meanwhile.
 *
 * Context: may sleep; not from two places at once.
 * Return: 0; or -ENOMEM, with the pool as it was or its elements fewer than asked for.
 */
int mempool_resize(mempool_t *pool, int new_min_nr);

/**
 * mempool_alloc - take an element
 * @pool: the pool
 * @gfp: how to ask the allocator behind the pool
 *
 * Asks the allocator first, without letting it dig into reserves, then the pool.  With
 * __GFP_DIRECT_RECLAIM it never fails: with both empty it waits for an element to be
 * freed.  Without, it returns NULL then; so it does, after a report, where sleeping is
 * forbidden although @gfp allows it.  __GFP_ZERO is reported: what an element of the
 * reserve holds nobody knows.
 *
 * Context: as @gfp says.
 * Return: the element.
 */
void *mempool_alloc(mempool_t *pool, gfp_t gfp) __malloc;

/**
 * mempool_free - give an element back: to the pool if that is short of any, else on
 * @element: from mempool_alloc(), or NULL
 * @pool: the pool it is from
 *
 * Context: any that the allocator behind the pool frees in.
 */
void mempool_free(void *element, mempool_t *pool);

/* Elements are objects of a cache, which is @pool_data. */
void *mempool_alloc_slab(gfp_t gfp, void *pool_data);
void mempool_free_slab(void *element, void *pool_data);

/* Elements are memory of kmalloc(); @pool_data is their size. */
void *mempool_kmalloc(gfp_t gfp, void *pool_data);
void mempool_kfree(void *element, void *pool_data);

/* Elements are struct page *, of blocks of pages; @pool_data is their order. */
void *mempool_alloc_pages(gfp_t gfp, void *pool_data);
void mempool_free_pages(void *element, void *pool_data);

static inline mempool_t *mempool_create_slab_pool(int min_nr, struct kmem_cache *cache)
{
	return mempool_create(min_nr, mempool_alloc_slab, mempool_free_slab, (void *)cache);
}

static inline mempool_t *mempool_create_kmalloc_pool(int min_nr, size_t size)
{
	return mempool_create(min_nr, mempool_kmalloc, mempool_kfree, (void *)size);
}

static inline mempool_t *mempool_create_page_pool(int min_nr, int order)
{
	return mempool_create(min_nr, mempool_alloc_pages, mempool_free_pages,
			      (void *)(unsigned long)order);
}

static inline int mempool_init_slab_pool(mempool_t *pool, int min_nr, struct kmem_cache *cache)
{
	return mempool_init(pool, min_nr, mempool_alloc_slab, mempool_free_slab, (void *)cache);
}

static inline int mempool_init_kmalloc_pool(mempool_t *pool, int min_nr, size_t size)
{
	return mempool_init(pool, min_nr, mempool_kmalloc, mempool_kfree, (void *)size);
}

static inline int mempool_init_page_pool(mempool_t *pool, int min_nr, int order)
{
	return mempool_init(pool, min_nr, mempool_alloc_pages, mempool_free_pages,
			    (void *)(unsigned long)order);
}

#endif
