/* SPDX-License-Identifier: MIT */
/*
 * Debugging of slab caches: overwritten red zones, poison and padding are reported
 * by Linux's words, once, and mended; reports say who allocated and who freed;
 * slub_debug= picks caches by name.
 */
#include <cairn/test.h>
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/mm.h>
#include <linux/poison.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include <linux/string.h>
#include "slab_test.h"

#define ALL_DEBUG (SLAB_RED_ZONE | SLAB_POISON | SLAB_STORE_USER | SLAB_CONSISTENCY_CHECKS)

static struct kmem_cache *make(size_t size, slab_flags_t flags)
{
	return kmem_cache_create("t_debug", size, 0, flags, NULL);
}

KTEST(slab_debug, right_redzone)
{
	struct kmem_cache *cache = make(61, SLAB_RED_ZONE);
	u8 *obj;

	ASSERT(cache);
	obj = kmem_cache_alloc(cache, GFP_KERNEL);
	ASSERT(obj);
	obj[61] = 0x12;
	EXPECT_REPORT("BUG t_debug: Right Redzone overwritten") {
		kmem_cache_free(cache, obj);
	}
	EXPECT_NO_REPORT() {
		obj = kmem_cache_alloc(cache, GFP_KERNEL);
		memset(obj, 0xff, 61);
		kmem_cache_free(cache, obj);
	}
	EXPECT_EQ(kmem_cache_destroy(cache), 0);
}

/* The red zone behind an object is eight bytes, and what is missing to the next eight. */
KTEST(slab_debug, redzone_is_no_larger_than_it_must)
{
	for (unsigned int size = 57; size <= 65; size++) {
		struct kmem_cache *cache = make(size, SLAB_RED_ZONE);

		ASSERT(cache);
		EXPECT_EQ(inside(cache)->inuse, ALIGN(size, 8) + 8);
		EXPECT(inside(cache)->g.stride >= inside(cache)->lead + inside(cache)->inuse);
		EXPECT_EQ(kmem_cache_destroy(cache), 0);
	}
}

KTEST(slab_debug, left_redzone)
{
	struct kmem_cache *cache = make(64, SLAB_RED_ZONE);
	u8 *obj;

	ASSERT(cache);
	obj = kmem_cache_alloc(cache, GFP_KERNEL);
	ASSERT(obj);
	obj[-1] = 0x12;
	EXPECT_REPORT("BUG t_debug: Left Redzone overwritten") {
		kmem_cache_free(cache, obj);
	}
	EXPECT_EQ(kmem_cache_destroy(cache), 0);
}

KTEST(slab_debug, poison)
{
	struct kmem_cache *cache = make(64, SLAB_POISON);
	u8 *obj, *again = NULL;

	ASSERT(cache);
	obj = kmem_cache_alloc(cache, GFP_KERNEL);
	ASSERT(obj);
	memset(obj, 0, 64);
	kmem_cache_free(cache, obj);
	EXPECT(!memchr_inv(obj, POISON_FREE, 63) && obj[63] == POISON_END);
	obj[20] = 0;
	EXPECT_REPORT("BUG t_debug: Poison overwritten") {
		again = kmem_cache_alloc(cache, GFP_KERNEL);
	}
	EXPECT(again == obj);
	EXPECT_EQ(obj[20], POISON_FREE);
	kmem_cache_free(cache, obj);
	obj[63] = 0;
	EXPECT_REPORT("BUG t_debug: End Poison overwritten") {
		kmem_cache_shrink(cache);
	}
	EXPECT_EQ(kmem_cache_destroy(cache), 0);
}

KTEST(slab_debug, padding)
{
	struct kmem_cache *cache =
		kmem_cache_create("t_debug", 64, 256, SLAB_POISON | SLAB_RED_ZONE, NULL);
	u8 *obj;

	ASSERT(cache);
	obj = kmem_cache_alloc(cache, GFP_KERNEL);
	ASSERT(obj);
	EXPECT_EQ((unsigned long)obj % 256, 0);
	obj[inside(cache)->g.stride - inside(cache)->lead - 1] = 1;
	EXPECT_REPORT("BUG t_debug: Object padding overwritten") {
		kmem_cache_free(cache, obj);
	}
	EXPECT_EQ(kmem_cache_destroy(cache), 0);
}

KTEST(slab_debug, already_free)
{
	struct kmem_cache *cache = make(64, ALL_DEBUG);
	u8 *obj;

	ASSERT(cache);
	obj = kmem_cache_alloc(cache, GFP_KERNEL);
	ASSERT(obj);
	kmem_cache_free(cache, obj);
	EXPECT_REPORT("BUG t_debug: Object already free") {
		kmem_cache_free(cache, obj);
	}
	EXPECT_REPORT("BUG t_debug: Invalid object pointer") {
		kmem_cache_free(cache, obj + 8);
	}
	EXPECT_CHECKED(cache);
	EXPECT_EQ(kmem_cache_destroy(cache), 0);
}

static noinline void *allocate_here(struct kmem_cache *cache)
{
	void *obj = kmem_cache_alloc(cache, GFP_KERNEL);

	barrier();
	return obj;
}

static noinline void free_here(struct kmem_cache *cache, void *obj)
{
	kmem_cache_free(cache, obj);
	barrier();
}

static void *object_of_there;

static int allocate_on_cpu(void *cache)
{
	void *object = allocate_here(cache);

	while (is_kfence_address(object)) { /* has another report */
		kmem_cache_free(cache, object);
		object = allocate_here(cache);
	}
	WRITE_ONCE(object_of_there, object);
	while (!kthread_should_stop())
		schedule_timeout_uninterruptible(1);
	return 0;
}

/* A report tells which CPU and which thread allocated the object. */
KTEST(slab_debug, tracks_of_another_cpu)
{
	struct kmem_cache *cache;
	struct task_struct *task;

	if (num_online_cpus() < 2) {
		ktest_skip("one CPU");
		return;
	}
	cache = make(64, SLAB_STORE_USER);
	ASSERT(cache);
	object_of_there = NULL;
	task = kthread_create_on_cpu(allocate_on_cpu, cache, 1, "t_track");
	ASSERT(!IS_ERR(task));
	wake_up_process(task);
	while (!READ_ONCE(object_of_there))
		schedule_timeout_uninterruptible(1);
	EXPECT_REPORT("cpu=1") {
		EXPECT_EQ(kmem_cache_destroy(cache), -EBUSY);
	}
	kthread_stop(task);
	kmem_cache_free(cache, object_of_there);
	EXPECT_EQ(kmem_cache_destroy(cache), 0);
}

static noinline void *allocate_by_way_of_here(struct kmem_cache *cache)
{
	void *obj = allocate_here(cache);

	barrier();
	return obj;
}

/*
 * A report names the function that allocated the object, with those that called it, and the one
 * that freed it.
 */
KTEST(slab_debug, tracks)
{
	struct kmem_cache *cache = make(64, SLAB_STORE_USER);
	void *obj;

	ASSERT(cache);
	obj = allocate_by_way_of_here(cache);
	EXPECT_REPORT("Allocated in allocate_here+") {
		EXPECT_EQ(kmem_cache_destroy(cache), -EBUSY);
	}
	EXPECT(ktest_reported("\n allocate_by_way_of_here+"));
	free_here(cache, obj);
	EXPECT_REPORT("Freed in free_here+") {
		kmem_cache_free(cache, obj);
	}
	EXPECT_EQ(kmem_cache_destroy(cache), 0);
}

static void construct(void *obj)
{
	memset(obj, 0xc7, 64);
}

/* Debugging leaves objects alone that keep their state. */
KTEST(slab_debug, constructed_and_typesafe_objects)
{
	struct kmem_cache *cache = kmem_cache_create("t_debug", 64, 0, ALL_DEBUG, construct);
	u8 *obj;

	ASSERT(cache);
	obj = kmem_cache_alloc(cache, GFP_KERNEL);
	EXPECT(obj && !memchr_inv(obj, 0xc7, 64));
	obj[5] = 1;
	kmem_cache_free(cache, obj);
	EXPECT_EQ(obj[5], 1);
	EXPECT_EQ(kmem_cache_destroy(cache), 0);
	cache = make(64, ALL_DEBUG | SLAB_TYPESAFE_BY_RCU);
	ASSERT(cache);
	obj = kmem_cache_alloc(cache, GFP_KERNEL);
	ASSERT(obj);
	memset(obj, 0x99, 64);
	kmem_cache_free(cache, obj);
	EXPECT(!memchr_inv(obj, 0x99, 64));
	EXPECT_EQ(kmem_cache_destroy(cache), 0);
}

/* Thousands of well-behaved operations with everything on: not one report. */
KTEST(slab_debug, no_false_reports)
{
	static const unsigned int sizes[] = {1, 8, 13, 64, 100, 1000, 4096, 9000};
	static void *objs[100];
	unsigned int i, k, round;

	EXPECT_NO_REPORT() {
		for (i = 0; i < ARRAY_SIZE(sizes); i++) {
			struct kmem_cache *cache = make(sizes[i], ALL_DEBUG);

			ASSERT(cache);
			for (round = 0; round < 3; round++) {
				for (k = 0; k < 100; k++) {
					objs[k] = kmem_cache_alloc(cache, GFP_KERNEL);
					ASSERT(objs[k]);
					memset(objs[k], (int)k, sizes[i]);
				}
				for (k = 0; k < 100; k++)
					kmem_cache_free(cache, objs[(k * 37) % 100]);
				EXPECT_CHECKED(cache);
			}
			EXPECT_EQ(kmem_cache_destroy(cache), 0);
		}
	}
}

KTEST(slab_debug, command_line)
{
	EXPECT_EQ(slab_debug_parse("", "any"), ALL_DEBUG);
	EXPECT_EQ(slab_debug_parse("FZ", "any"), SLAB_CONSISTENCY_CHECKS | SLAB_RED_ZONE);
	EXPECT_EQ(slab_debug_parse("FZPU", "any"), ALL_DEBUG);
	EXPECT_EQ(slab_debug_parse("fzput", "any"), ALL_DEBUG | SLAB_TRACE);
	EXPECT_EQ(slab_debug_parse("-", "any"), 0);
	EXPECT_EQ(slab_debug_parse("P,dentry,kmalloc-*", "kmalloc-64"), SLAB_POISON);
	EXPECT_EQ(slab_debug_parse("P,dentry,kmalloc-*", "dentry"), SLAB_POISON);
	EXPECT_EQ(slab_debug_parse("P,dentry,kmalloc-*", "inode"), 0);
	EXPECT_EQ(slab_debug_parse(",dentry", "dentry"), ALL_DEBUG);
	EXPECT_EQ(slab_debug_parse(",dentry", "other"), 0);
	EXPECT_EQ(slab_debug_parse("P,a;Z,b", "b"), SLAB_RED_ZONE);
	EXPECT_EQ(slab_debug_parse("P;Z,b", "b"), SLAB_RED_ZONE);
	EXPECT_EQ(slab_debug_parse("P;Z,b", "c"), SLAB_POISON);
	EXPECT_EQ(slab_debug_parse("FZ;-,b", "b"), 0);
	/* As in Linux: the first block that names the cache, else the last one without names. */
	EXPECT_EQ(slab_debug_parse("P,b;Z,b", "b"), SLAB_POISON);
	EXPECT_EQ(slab_debug_parse("P;Z", "b"), SLAB_RED_ZONE);
	EXPECT_EQ(slab_debug_parse("P;Z,b;FU;-,d", "c"), SLAB_CONSISTENCY_CHECKS | SLAB_STORE_USER);
	EXPECT_EQ(slab_debug_parse("P;-", "b"), 0);
}
