/* SPDX-License-Identifier: MIT */
/*
 * Caches whose objects readers may still look at after their release
 * (SLAB_TYPESAFE_BY_RCU): what is in an object stays, and its page goes when no reader
 * can be in the middle of it.
 */
#include <cairn/test.h>
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/mm.h>
#include <linux/preempt.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include <linux/string.h>
#include "slab_test.h"

/* Readers may still look at a typesafe object after its release. */
KTEST(slab, typesafe_objects_stay_intact)
{
	struct kmem_cache *cache = kmem_cache_create("t_rcu", 56, 0, SLAB_TYPESAFE_BY_RCU, NULL);
	unsigned int i;
	u8 *objs[100];

	ASSERT(cache);
	for (i = 0; i < 100; i++) {
		objs[i] = kmem_cache_alloc(cache, GFP_KERNEL);
		ASSERT(objs[i]);
		memset(objs[i], (int)i, 56);
	}
	for (i = 0; i < 100; i++)
		kmem_cache_free(cache, objs[i]);
	for (i = 0; i < 100; i++)
		EXPECT(!memchr_inv(objs[i], (int)i, 56));
	EXPECT_REPORT("BUG t_rcu: Object already free") {
		kmem_cache_free(cache, objs[3]);
	}
	EXPECT_EQ(kmem_cache_destroy(cache), 0);
}

/* Their slabs wait until no reader can be in the middle of one, and the cache for its slabs. */
KTEST(slab, typesafe_cache_outlives_readers)
{
	struct kmem_cache *cache = kmem_cache_create("t_rcu", 56, 0, SLAB_TYPESAFE_BY_RCU, NULL);

	ASSERT(cache);
	kmem_cache_free(cache, kmem_cache_alloc(cache, GFP_KERNEL));
	preempt_disable();
	EXPECT_REPORT("BUG t_rcu: kmem_cache_destroy where sleeping is not allowed") {
		EXPECT_EQ(kmem_cache_destroy(cache), -EBUSY);
	}
	preempt_enable();
	EXPECT_EQ(kmem_cache_destroy(cache), 0);
}

/* Whether each object's page is the cache's; what lies between guard pages is in none. */
static bool pages_are_of(const struct kmem_cache *cache, void *const *objs, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (!is_kfence_address(objs[i]) && virt_to_page(objs[i])->slab_cache != cache)
			return false;
	}
	return true;
}

/*
 * A reader looks at objects, more than CPUs and depot keep, and then they are released: many slabs
 * are empty.  Another cache would give most of those back; of this, not one page goes before the
 * reader is through.
 */
KTEST(slab, typesafe_empty_slabs_wait_for_readers)
{
	struct kmem_cache *cache = kmem_cache_create("t_rcu", 512, 0, SLAB_TYPESAFE_BY_RCU, NULL);
	void **objs;
	size_t n;

	ASSERT(cache);
	n = inside(cache)->depot_max + 1000;
	objs = kvmalloc(n * sizeof(*objs), GFP_KERNEL);
	ASSERT(objs);
	ASSERT_EQ(kmem_cache_alloc_bulk(cache, GFP_KERNEL, n, objs), n);
	rcu_read_lock();
	kmem_cache_free_bulk(cache, n, objs);
	EXPECT(pages_are_of(cache, objs, n));
	rcu_read_unlock();
	EXPECT_EQ(kmem_cache_destroy(cache), 0);
	EXPECT(!pages_are_of(cache, objs, n));
	kvfree(objs);
}

static struct kmem_cache *read_cache;
static void *read_object;
static bool reading, shrinking;
static unsigned int pages_lost;

/* Looks for some milliseconds after somebody wants the page back. */
static int read_for_a_while(void *data __unused)
{
	const struct page *page = virt_to_page(read_object);
	unsigned long until;

	rcu_read_lock();
	WRITE_ONCE(reading, true);
	while (!READ_ONCE(shrinking))
		cpu_relax();
	for (until = jiffies + msecs_to_jiffies(20); time_before(jiffies, until); cpu_relax())
		pages_lost += READ_ONCE(page->slab_cache) != read_cache;
	rcu_read_unlock();
	while (!kthread_should_stop())
		schedule_timeout_uninterruptible(1);
	return 0;
}

/*
 * A reader on another CPU still looks at an object that was released, when the cache has to give
 * back what it does not need: the page remains the cache's until the reader is through.
 */
KTEST(slab, typesafe_pages_wait_for_readers)
{
	struct task_struct *task;

	if (num_online_cpus() < 2) {
		ktest_skip("one CPU");
		return;
	}
	read_cache = kmem_cache_create("t_rcu", 56, 0, SLAB_TYPESAFE_BY_RCU, NULL);
	ASSERT(read_cache);
	read_object = kmem_cache_alloc(read_cache, GFP_KERNEL);
	ASSERT(read_object);
	kmem_cache_free(read_cache, read_object);
	reading = shrinking = false;
	pages_lost = 0;
	task = kthread_create_on_cpu(read_for_a_while, NULL, raw_smp_processor_id() ? 0 : 1,
				     "t_reader");
	ASSERT(!IS_ERR(task));
	wake_up_process(task);
	while (!READ_ONCE(reading))
		schedule_timeout_uninterruptible(1);
	WRITE_ONCE(shrinking, true);
	EXPECT_EQ(kmem_cache_shrink(read_cache), 0);
	kthread_stop(task);
	EXPECT_EQ(pages_lost, 0);
	EXPECT(virt_to_page(read_object)->slab_cache != read_cache);
	EXPECT_EQ(kmem_cache_destroy(read_cache), 0);
}
