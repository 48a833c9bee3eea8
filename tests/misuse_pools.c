/* SPDX-License-Identifier: MIT */
/*
 * Per-CPU memory and pools.
 */
#include <linux/errno.h>
#include <linux/gfp.h>
#include <linux/kernel.h>
#include <linux/mempool.h>
#include <linux/percpu.h>
#include <linux/slab.h>
#include "misuse.h"

/* ---- Per-CPU memory -------------------------------------------------------------------- */

MISUSE(percpu_free_null, NULL)
{
	MISTAKE(NULL) {
		free_percpu(NULL);
	}
}

MISUSE(percpu_free_twice, "BUG: free_percpu() of {px}: not live; freed already?",
       "{at:percpu_free_twice}")
{
	u64 __percpu *p = alloc_percpu(u64), *other = alloc_percpu(u64);

	ASSERT(p && other);
	free_percpu(p);
	MISTAKE((__force void *)p) { /* the other one keeps its page as it is */
		free_percpu(p);
	}
	free_percpu(other);
}

MISUSE(percpu_free_middle, "BUG: free_percpu() of {px}: in the middle of an object")
{
	void __percpu *p = __alloc_percpu(64, 8);
	char *middle = (__force char *)p + 8;

	ASSERT(p);
	MISTAKE(middle) {
		free_percpu((__force void __percpu *)middle);
	}
	free_percpu(p);
}

MISUSE(percpu_free_foreign, "BUG: free_percpu() of {px}: not an address of alloc_percpu()")
{
	void *p = kmalloc(64, GFP_KERNEL);

	ASSERT(p);
	MISTAKE(p) {
		free_percpu((__force void __percpu *)p);
	}
	kfree(p);
}

MISUSE(percpu_too_large,
       "BUG: illegal size (1048576) or align (8) for percpu allocation: too large")
{
	MISTAKE(NULL) {
		EXPECT(!__alloc_percpu(1 << 20, 8));
	}
}

MISUSE(percpu_odd_alignment,
       "BUG: illegal size (8) or align (24) for percpu allocation: alignment is no power of two",
       "{at:percpu_odd_alignment}")
{
	MISTAKE(NULL) {
		EXPECT(!__alloc_percpu(8, 24));
	}
}

/* ---- Pools ----------------------------------------------------------------------------- */

MISUSE(mempool_free_null, NULL)
{
	mempool_t *pool = mempool_create_kmalloc_pool(2, 100);

	ASSERT(pool);
	MISTAKE(NULL) {
		mempool_free(NULL, pool);
		mempool_destroy(NULL);
	}
	mempool_destroy(pool);
}

static bool nothing_left;

static void *alloc_unless_nothing_left(gfp_t gfp, void *size)
{
	return nothing_left ? NULL : mempool_kmalloc(gfp, size);
}

/* Two out of the reserve, with nothing to be had elsewhere; it takes them back first. */
static mempool_t *pool_in_use(void **first, void **second)
{
	mempool_t *pool = mempool_create(2, alloc_unless_nothing_left, mempool_kfree, (void *)100);

	if (!pool)
		return NULL;
	nothing_left = true;
	*first = mempool_alloc(pool, GFP_NOWAIT);
	*second = mempool_alloc(pool, GFP_NOWAIT);
	nothing_left = false;
	mempool_free(*first, pool);
	return pool;
}

MISUSE(mempool_free_twice, "BUG: mempool_free: element {p} is in the pool already",
       "{at:mempool_free_twice}")
{
	void *first, *second;
	mempool_t *pool = pool_in_use(&first, &second);

	ASSERT(pool);
	MISTAKE(first) {
		mempool_free(first, pool);
	}
	mempool_free(second, pool);
	mempool_destroy(pool);
}

MISUSE(mempool_free_of_the_reserve, "BUG: mempool: element {p} of the reserve was freed",
       "{at:mempool_destroy}")
{
	void *first, *second;
	mempool_t *pool = pool_in_use(&first, &second);

	ASSERT(pool);
	mempool_free(second, pool);
	MISTAKE(first) {
		mempool_free(first, pool); /* the reserve is full: it goes to kfree() */
		mempool_destroy(pool);
	}
}

MISUSE(mempool_free_twice_full, "BUG t_A: Object already free", IN_SLAB("t_A"), OBJECT)
{
	struct kmem_cache *a = cache_of("t_A");
	mempool_t *pool = mempool_create_slab_pool(2, a);
	void *p;

	ASSERT(pool);
	p = mempool_alloc(pool, GFP_KERNEL);
	mempool_free(p, pool);
	MISTAKE(p) {
		mempool_free(p, pool);
	}
	mempool_destroy(pool);
	EXPECT_EQ(kmem_cache_destroy(a), 0);
}

MISUSE(mempool_free_wrong_cache,
       "cache_from_obj: Wrong slab cache. t_A but object is from kmalloc-256",
       "{p} is slab kmalloc-256")
{
	struct kmem_cache *a = cache_of("t_A");
	mempool_t *pool = mempool_create_slab_pool(2, a);
	void *p = kmalloc(200, GFP_KERNEL);

	ASSERT(pool && p);
	MISTAKE(p) {
		mempool_free(p, pool);
	}
	kfree(p);
	mempool_destroy(pool);
	EXPECT_EQ(kmem_cache_destroy(a), 0);
}

MISUSE(mempool_of_nothing, "WARNING: CPU: {n} PID: {n} at mm/mempool.c:{n} {at}",
       "mempool: a pool of 0 elements, or without an allocator", "{at:mempool_of_nothing}")
{
	MISTAKE(NULL) {
		EXPECT(!mempool_create_kmalloc_pool(0, 100));
	}
}

MISUSE(mempool_resize_to_nothing, "WARNING: CPU: {n} PID: {n} at mm/mempool.c:{n} {at}",
       "mempool: resize to 0 elements", "{at:mempool_resize_to_nothing}")
{
	mempool_t *pool = mempool_create_kmalloc_pool(2, 100);

	ASSERT(pool);
	MISTAKE(NULL) {
		EXPECT_EQ(mempool_resize(pool, 0), -EINVAL);
	}
	mempool_destroy(pool);
}
