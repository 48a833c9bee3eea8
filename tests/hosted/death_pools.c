/* SPDX-License-Identifier: MIT */
/*
 * Per-CPU memory and pools.
 */
#include <linux/gfp.h>
#include <linux/kernel.h>
#include <linux/mempool.h>
#include <linux/percpu.h>
#include <linux/slab.h>
#include "../../mm/fault_inject.h"
#include "death.h"

/* ---- Per-CPU memory -------------------------------------------------------------------- */

DEATH(percpu_free_null)
{
	mistake_with(NULL);
	free_percpu(NULL);
}

DEATH(percpu_free_twice)
{
	u64 __percpu *p = alloc_percpu(u64);

	free_percpu(p);
	mistake_with((__force void *)p);
	free_percpu(p);
}

DEATH(percpu_free_middle)
{
	char __percpu *p = __alloc_percpu(64, 8);

	mistake_with((__force char *)p + 8);
	free_percpu((void __percpu *)((__force char *)p + 8));
}

DEATH(percpu_free_foreign)
{
	void *p = kmalloc(64, GFP_KERNEL);

	mistake_with(p);
	free_percpu((__force void __percpu *)p);
}

DEATH(percpu_too_large)
{
	mistake_with(NULL);
	(void)!__alloc_percpu(1 << 20, 8);
}

DEATH(percpu_odd_alignment)
{
	mistake_with(NULL);
	(void)!__alloc_percpu(8, 24);
}

/* ---- Pools ----------------------------------------------------------------------------- */

DEATH(mempool_free_null)
{
	mempool_t *pool = mempool_create_kmalloc_pool(2, 100);

	mistake_with(NULL);
	mempool_free(NULL, pool);
	mempool_destroy(NULL);
}

/* Two out of the reserve, with nothing to be had elsewhere; it takes them back first. */
static mempool_t *pool_in_use(void **first, void **second)
{
	mempool_t *pool = mempool_create_kmalloc_pool(2, 100);

	setup_fault_attr(&failslab.attr, "1,100,0,-1");
	*first = mempool_alloc(pool, GFP_NOWAIT);
	*second = mempool_alloc(pool, GFP_NOWAIT);
	setup_fault_attr(&failslab.attr, "1,0,0,0");
	mempool_free(*first, pool);
	return pool;
}

DEATH_WITH(mempool_free_twice, "failslab=1,0,0,0")
{
	void *first, *second;
	mempool_t *pool = pool_in_use(&first, &second);

	mistake_with(first);
	mempool_free(first, pool);
}

DEATH_WITH(mempool_free_of_the_reserve, "failslab=1,0,0,0")
{
	void *first, *second;
	mempool_t *pool = pool_in_use(&first, &second);

	mempool_free(second, pool);
	mistake_with(first);
	mempool_free(first, pool); /* the reserve is full: it goes to kfree() */
	mempool_destroy(pool);
}

DEATH(mempool_free_twice_full)
{
	mempool_t *pool = mempool_create_slab_pool(2, cache_of("t_A"));
	void *p = mempool_alloc(pool, GFP_KERNEL);

	mempool_free(p, pool);
	mistake_with(p);
	mempool_free(p, pool);
}

DEATH(mempool_free_wrong_cache)
{
	mempool_t *pool = mempool_create_slab_pool(2, cache_of("t_A"));
	void *p = kmalloc(200, GFP_KERNEL);

	mistake_with(p);
	mempool_free(p, pool);
}

DEATH(mempool_of_nothing)
{
	mistake_with(NULL);
	mempool_create_kmalloc_pool(0, 100);
}

DEATH(mempool_resize_to_nothing)
{
	mempool_t *pool = mempool_create_kmalloc_pool(2, 100);

	mistake_with(NULL);
	(void)!mempool_resize(pool, 0);
}
