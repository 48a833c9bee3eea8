/* SPDX-License-Identifier: MIT */
/*
 * Objects: kfree() and krealloc(), writes where they do not belong, caches.
 */
#include <linux/gfp.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/percpu.h>
#include <linux/preempt.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/vmalloc.h>
#include "../../mm/slab.h"
#include "death.h"

/* ---- kfree() and krealloc() ------------------------------------------------------------------ */

static noinline void kfree_it(void *p)
{
	mistake_with(p);
	kfree(p);
}

DEATH(kfree_null)
{
	kfree_it(NULL);
	kfree(ZERO_SIZE_PTR);
}

DEATH(kfree_twice)
{
	void *p = kmalloc(60, GFP_KERNEL);

	kfree(p);
	kfree_it(p);
}

DEATH(kfree_twice_with_one_between)
{
	void *p = kmalloc(60, GFP_KERNEL), *other = kmalloc(60, GFP_KERNEL);

	kfree(p);
	kfree(other);
	kfree_it(p);
}

DEATH(kfree_twice_large)
{
	void *p = kmalloc(65536, GFP_KERNEL);

	kfree(p);
	kfree_it(p);
}

DEATH(kfree_middle)
{
	kfree_it((char *)kmalloc(128, GFP_KERNEL) + 8);
}

DEATH(kfree_middle_large)
{
	kfree_it((char *)kmalloc(65536, GFP_KERNEL) + PAGE_SIZE);
}

DEATH(kfree_page)
{
	kfree_it((void *)__get_free_page(GFP_KERNEL));
}

DEATH(kfree_static)
{
	static u64 not_allocated;

	kfree_it(&not_allocated);
}

DEATH(kfree_stack)
{
	u64 local = 0;

	kfree_it(&local);
}

DEATH(kfree_user_address)
{
	kfree_it((void *)0x7fff12345678);
}

DEATH(kfree_small_number)
{
	kfree_it((void *)24);
}

DEATH(kfree_vmalloc)
{
	kfree_it(vmalloc(5000));
}

DEATH(kfree_object_of_a_cache)
{
	kfree_it(kmem_cache_alloc(cache_of("t_A"), GFP_KERNEL));
}

DEATH(kfree_percpu)
{
	kfree_it((__force void *)alloc_percpu(u64));
}

DEATH(ksize_of_free)
{
	void *p = kmalloc(100, GFP_KERNEL);

	kfree(p);
	mistake_with(p);
	ksize(p);
}

DEATH(krealloc_of_free)
{
	void *p = kmalloc(100, GFP_KERNEL);

	kfree(p);
	mistake_with(p);
	(void)!krealloc(p, 1000, GFP_KERNEL);
}

DEATH(kmalloc_too_large)
{
	mistake_with(NULL);
	(void)!kmalloc(KMALLOC_MAX_SIZE + 1, GFP_KERNEL);
}

DEATH(kmalloc_highmem)
{
	mistake_with(NULL);
	(void)!kmalloc(100, GFP_KERNEL | __GFP_HIGHMEM);
}

DEATH(sleeping_under_a_lock)
{
	mistake_with(NULL);
	preempt_disable();
	kfree(kmalloc(100, GFP_KERNEL));
	preempt_enable();
}

/* ---- Writes where they do not belong ------------------------------------------------------------- */

/* Writes a byte @at bytes from an object in use, and frees it. */
static noinline void overflow(size_t size, long at)
{
	volatile char *p = kmalloc(size, GFP_KERNEL);

	mistake_with((void *)p);
	p[at] ^= 0x55;
	kfree((void *)p);
}

DEATH_WITH(overflow_by_one, DEBUG)
{
	overflow(64, 64);
}

DEATH_WITH(overflow_by_one_in_the_class, DEBUG)
{
	overflow(1000, 1024);
}

DEATH_WITH(underflow_by_one, DEBUG)
{
	overflow(64, -1);
}

/* Writes to a free object, and allocates until it is in turn. */
static noinline void late_write(size_t at)
{
	volatile char *p = kmalloc(64, GFP_KERNEL);

	kfree((void *)p);
	mistake_with((void *)p);
	p[at] ^= 0x55;
	(void)!kmalloc(64, GFP_KERNEL);
}

DEATH(write_after_kfree_first_word)
{
	late_write(0);
}

DEATH_WITH(write_after_kfree_middle, DEBUG)
{
	late_write(33);
}

DEATH_WITH(write_after_kfree_last_byte, DEBUG)
{
	late_write(63);
}

/* Flips @bits in a free page, which is then handed out again. */
static void late_write_page(char bits)
{
	volatile char *p = (void *)__get_free_page(GFP_KERNEL);

	if (!p)
		return;
	free_page((unsigned long)p);
	mistake_with((void *)p);
	p[100] ^= bits;
	for (int i = 0; i < 100; i++)
		(void)!__get_free_page(GFP_KERNEL);
}

DEATH_WITH(write_after_free_page, POISON)
{
	late_write_page(0x55);
}

DEATH_WITH(flipped_bit_in_a_free_page, POISON)
{
	late_write_page(0x10);
}

/* ---- Caches ---------------------------------------------------------------------------- */

DEATH(cache_free_null)
{
	mistake_with(NULL);
	kmem_cache_free(cache_of("t_A"), NULL);
	kmem_cache_destroy(NULL);
}

DEATH(cache_free_twice)
{
	struct kmem_cache *a = cache_of("t_A");
	void *p = kmem_cache_alloc(a, GFP_KERNEL);

	kmem_cache_free(a, p);
	mistake_with(p);
	kmem_cache_free(a, p);
}

DEATH(cache_free_middle)
{
	struct kmem_cache *a = cache_of("t_A");
	char *p = kmem_cache_alloc(a, GFP_KERNEL);

	mistake_with(p + 1);
	kmem_cache_free(a, p + 1);
}

DEATH(cache_free_foreign)
{
	void *page = (void *)__get_free_page(GFP_KERNEL);

	mistake_with(page);
	kmem_cache_free(cache_of("t_A"), page);
}

DEATH(cache_wrong)
{
	struct kmem_cache *a = cache_of("t_A");
	void *p = kmem_cache_alloc(cache_of("t_B"), GFP_KERNEL);

	mistake_with(p);
	kmem_cache_free(a, p);
}

DEATH(cache_wrong_kmalloc)
{
	void *p = kmalloc(96, GFP_KERNEL);

	mistake_with(p);
	kmem_cache_free(cache_of("t_A"), p);
}

DEATH(cache_free_bulk_twice)
{
	struct kmem_cache *a = cache_of("t_A");
	void *objs[3] = {NULL};

	kmem_cache_alloc_bulk(a, GFP_KERNEL, 2, objs);
	objs[2] = objs[0];
	mistake_with(objs[0]);
	kmem_cache_free_bulk(a, 3, objs);
}

DEATH(cache_destroy_busy)
{
	struct kmem_cache *a = cache_of("t_A");

	mistake_with(kmem_cache_alloc(a, GFP_KERNEL));
	kmem_cache_destroy(a);
}

DEATH(cache_destroy_twice)
{
	struct kmem_cache *a = cache_of("t_A");

	kmem_cache_destroy(a);
	mistake_with(a);
	kmem_cache_destroy(a);
}

DEATH(cache_destroy_kmalloc)
{
	mistake_with(NULL);
	kmem_cache_destroy(&slab_find(kmalloc(64, GFP_KERNEL))->hot);
}

DEATH(cache_without_a_name)
{
	mistake_with(NULL);
	kmem_cache_create(NULL, 8, 0, 0, NULL);
}

DEATH(cache_odd_alignment)
{
	mistake_with(NULL);
	kmem_cache_create("t_A", 8, 24, 0, NULL);
}

DEATH(cache_must_be)
{
	mistake_with(NULL);
	kmem_cache_create("t_A", KMALLOC_MAX_SIZE + 1, 0, SLAB_PANIC, NULL);
}

static void construct(void *obj)
{
	memset(obj, 1, 8);
}

DEATH(cache_zalloc_constructed)
{
	mistake_with(NULL);
	(void)!kmem_cache_zalloc(kmem_cache_create("t_A", 96, 0, 0, construct), GFP_KERNEL);
}

DEATH(cache_rcu_free_twice)
{
	struct kmem_cache *a = kmem_cache_create("t_A", 96, 0, SLAB_TYPESAFE_BY_RCU, NULL);
	void *p = kmem_cache_alloc(a, GFP_KERNEL);

	kmem_cache_free(a, p);
	mistake_with(p);
	kmem_cache_free(a, p);
}
