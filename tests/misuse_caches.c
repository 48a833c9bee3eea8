/* SPDX-License-Identifier: MIT */
/*
 * Caches and their objects: freed twice, to another cache, written to when they are not one's own.
 */
#include <linux/errno.h>
#include <linux/gfp.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/string.h>
#include "../mm/slab.h"
#include "misuse.h"

/* ---- Objects --------------------------------------------------------------------------- */

MISUSE(cache_free_null, NULL)
{
	struct kmem_cache *a = cache_of("t_A");

	ASSERT(a);
	MISTAKE(NULL) {
		kmem_cache_free(a, NULL);
		kmem_cache_destroy(NULL);
	}
	EXPECT_EQ(kmem_cache_destroy(a), 0);
}

static noinline void free_twice(struct kmem_cache *a)
{
	void *p;

	ASSERT(a);
	p = kmem_cache_alloc(a, GFP_KERNEL);
	kmem_cache_free(a, p);
	MISTAKE(p) {
		kmem_cache_free(a, p);
	}
	EXPECT_EQ(kmem_cache_destroy(a), 0);
}

MISUSE(cache_free_twice, "BUG t_A: Object already free", IN_SLAB("t_A"), OBJECT, "{at:free_twice}")
{
	free_twice(cache_of("t_A"));
}

MISUSE(cache_rcu_free_twice, "BUG t_A: Object already free", IN_SLAB("t_A"), OBJECT)
{
	free_twice(kmem_cache_create("t_A", 96, 0, SLAB_TYPESAFE_BY_RCU, NULL));
}

MISUSE(cache_free_middle, "BUG t_A: Invalid object pointer {p}", IN_SLAB("t_A"),
       "Object 0x{addr} @offset={n}")
{
	struct kmem_cache *a = cache_of("t_A");
	char *p;

	ASSERT(a);
	p = kmem_cache_alloc(a, GFP_KERNEL);
	MISTAKE(p + 1) {
		kmem_cache_free(a, p + 1);
	}
	kmem_cache_free(a, p);
	EXPECT_EQ(kmem_cache_destroy(a), 0);
}

MISUSE(cache_free_foreign, "BUG: kmem_cache_free: {p} is no object of t_A",
       "{p} is in a page of no slab")
{
	struct kmem_cache *a = cache_of("t_A");
	unsigned long page = __get_free_page(GFP_KERNEL);

	ASSERT(a && page);
	MISTAKE(page) {
		kmem_cache_free(a, (void *)page);
	}
	free_page(page);
	EXPECT_EQ(kmem_cache_destroy(a), 0);
}

MISUSE(cache_wrong, "cache_from_obj: Wrong slab cache. t_A but object is from t_B",
       "{p} is slab t_B start {px} pointer offset 0 size 96", "{at:cache_wrong}")
{
	struct kmem_cache *a = cache_of("t_A"), *b = cache_of("t_B");
	void *p;

	ASSERT(a && b);
	p = kmem_cache_alloc(b, GFP_KERNEL);
	MISTAKE(p) {
		kmem_cache_free(a, p);
	}
	kmem_cache_free(b, p);
	EXPECT_EQ(kmem_cache_destroy(a), 0);
	EXPECT_EQ(kmem_cache_destroy(b), 0);
}

MISUSE(cache_wrong_kmalloc, "cache_from_obj: Wrong slab cache. t_A but object is from kmalloc-96",
       "{p} is slab kmalloc-96 start {px}")
{
	struct kmem_cache *a = cache_of("t_A");
	void *p = kmalloc(96, GFP_KERNEL);

	ASSERT(a && p);
	MISTAKE(p) {
		kmem_cache_free(a, p);
	}
	kfree(p);
	EXPECT_EQ(kmem_cache_destroy(a), 0);
}

MISUSE(cache_free_bulk_twice, "BUG t_A: Object already free", IN_SLAB("t_A"), OBJECT,
       "{at:cache_free_bulk_twice}")
{
	struct kmem_cache *a = cache_of("t_A");
	void *objs[3];

	ASSERT(a);
	ASSERT_EQ(kmem_cache_alloc_bulk(a, GFP_KERNEL, 2, objs), 2);
	objs[2] = objs[0];
	MISTAKE(objs[0]) {
		kmem_cache_free_bulk(a, 3, objs);
	}
	EXPECT_EQ(kmem_cache_destroy(a), 0);
}

/* ---- Writes where they do not belong, to objects that are looked at ------------------------------ */

static struct kmem_cache *checked_cache(void)
{
	return kmem_cache_create(
		"t_A", 64, 0,
		SLAB_RED_ZONE | SLAB_POISON | SLAB_STORE_USER | SLAB_CONSISTENCY_CHECKS, NULL);
}

/* Writes a byte @at bytes from an object in use, and frees it. */
static noinline void overflow(long at)
{
	struct kmem_cache *a = checked_cache();
	char *p;

	ASSERT(a);
	p = kmem_cache_alloc(a, GFP_KERNEL);
	flip(p + at, 0x55);
	MISTAKE(p) {
		kmem_cache_free(a, p);
	}
	EXPECT_EQ(kmem_cache_destroy(a), 0);
}

MISUSE(cache_overflow_by_one, "BUG t_A: Right Redzone overwritten", IN_SLAB("t_A"), OBJECT,
       "Allocated in {at:overflow}")
{
	overflow(64);
}

MISUSE(cache_underflow_by_one, "BUG t_A: Left Redzone overwritten", IN_SLAB("t_A"), OBJECT,
       "Allocated in {at:overflow}")
{
	overflow(-1);
}

/* Writes to a free object, and allocates it again. */
static noinline void late_write(size_t at)
{
	struct kmem_cache *a = checked_cache();
	char *p, *again = NULL;

	ASSERT(a);
	p = kmem_cache_alloc(a, GFP_KERNEL);
	kmem_cache_free(a, p);
	flip(p + at, 0x55);
	MISTAKE(p) {
		again = kmem_cache_alloc(a, GFP_KERNEL);
	}
	kmem_cache_free(a, again);
	EXPECT_EQ(kmem_cache_destroy(a), 0);
}

MISUSE(cache_write_after_free_middle, "BUG t_A: Poison overwritten", IN_SLAB("t_A"), OBJECT,
       "Freed in {at:late_write}")
{
	late_write(33);
}

MISUSE(cache_write_after_free_last_byte, "BUG t_A: End Poison overwritten", IN_SLAB("t_A"), OBJECT,
       "Freed in {at:late_write}")
{
	late_write(63);
}

/* ---- Caches ---------------------------------------------------------------------------- */

MISUSE(cache_destroy_busy, "BUG t_A: Objects remaining in t_A on kmem_cache_destroy()", OBJECT)
{
	struct kmem_cache *a = cache_of("t_A");
	void *p;

	ASSERT(a);
	p = kmem_cache_alloc(a, GFP_KERNEL);
	MISTAKE(p) {
		EXPECT_EQ(kmem_cache_destroy(a), -EBUSY);
	}
	kmem_cache_free(a, p);
	EXPECT_EQ(kmem_cache_destroy(a), 0);
}

MISUSE(cache_destroy_twice, "BUG: kmem_cache_destroy: {p} is no cache",
       "{p} is slab kmem_cache start {px}")
{
	struct kmem_cache *a = cache_of("t_A");

	ASSERT(a);
	EXPECT_EQ(kmem_cache_destroy(a), 0);
	MISTAKE(a) {
		EXPECT_EQ(kmem_cache_destroy(a), -EINVAL);
	}
}

MISUSE(cache_destroy_kmalloc, "BUG kmalloc-64: kmem_cache_destroy of a cache that the kernel needs")
{
	void *p = kmalloc(64, GFP_KERNEL);

	ASSERT(p);
	MISTAKE(NULL) {
		EXPECT_EQ(kmem_cache_destroy(&slab_find(p)->hot), -EBUSY);
	}
	kfree(p);
}

MISUSE(cache_without_a_name, "BUG: kmem_cache_create: no name", "{at:cache_without_a_name}")
{
	MISTAKE(NULL) {
		EXPECT(!kmem_cache_create(NULL, 8, 0, 0, NULL));
	}
}

MISUSE(cache_odd_alignment, "BUG: kmem_cache_create t_A: alignment 24 is no power of two")
{
	MISTAKE(NULL) {
		EXPECT(!kmem_cache_create("t_A", 8, 24, 0, NULL));
	}
}

static void construct(void *obj)
{
	memset(obj, 1, 8);
}

MISUSE(cache_zalloc_constructed, "BUG t_A: kmem_cache_zalloc of constructed objects")
{
	struct kmem_cache *a = kmem_cache_create("t_A", 96, 0, 0, construct);
	void *p = NULL;

	ASSERT(a);
	MISTAKE(NULL) {
		p = kmem_cache_zalloc(a, GFP_KERNEL);
	}
	kmem_cache_free(a, p);
	EXPECT_EQ(kmem_cache_destroy(a), 0);
}
