/* SPDX-License-Identifier: MIT */
/*
 * Scenario: with debug_preempt on, a thread that may run on any CPU asks in every
 * way which CPU it is on, and is reported where it could move; with preemption or
 * interrupts off, or bound to a CPU, it is not.  Then such a thread uses every
 * allocator, through short ways and long ones: no report.  Last, locks of mm/ are
 * taken in their order and against it, with lockdep on.
 */
#include <linux/completion.h>
#include <linux/gfp.h>
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/mempool.h>
#include <linux/mm.h>
#include <linux/percpu.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include <linux/topology.h>
#include <linux/vmalloc.h>
#include <cairn/test.h>
#include "../mm/percpu.h"
#include "../mm/vmap.h"
#include "../mm/zone.h"

static DEFINE_PER_CPU(unsigned int, counter);

static DECLARE_COMPLETION(part_done);

static int run_part(void *info)
{
	void (*part)(void) = info;

	part();
	complete(&part_done);
	while (!kthread_should_stop())
		schedule_timeout_uninterruptible(1);
	return 0;
}

/* Runs @part in a thread that may move, to its end. */
static bool in_a_thread(void (*part)(void))
{
	struct task_struct *thread = kthread_run(run_part, (void *)part, "contexts");

	if (IS_ERR(thread))
		return false;
	wait_for_completion(&part_done);
	kthread_stop(thread);
	return true;
}

static void ask_number(void)
{
	(void)smp_processor_id();
}

static void ask_pointer(void)
{
	WRITE_ONCE(*this_cpu_ptr(&counter), 0);
}

static void ask_operation(void)
{
	__this_cpu_inc(counter);
}

static void ask_safely(void)
{
	unsigned long flags;

	(void)get_cpu();
	ask_pointer();
	put_cpu();
	get_cpu_var(counter) = 1;
	put_cpu_var(counter);
	local_irq_save(flags);
	ask_number();
	ask_operation();
	local_irq_restore(flags);
	(void)raw_smp_processor_id();
	(void)raw_cpu_ptr(&counter);
	this_cpu_inc(counter);
}

static void ask_bound(void)
{
	struct cpumask one = {{1}};

	set_cpus_allowed_ptr(current, &one);
	ask_number();
	ask_pointer();
}

KTEST(contexts, which_cpu_is_asked_only_where_one_cannot_move)
{
	bool was = cpu_use_checking;

	if (cpumask_weight(cpu_possible_mask) == 1) {
		ktest_skip("one CPU");
		return;
	}
	cpu_use_checking = true;
	EXPECT_REPORT("BUG: using smp_processor_id() in preemptible [00000000] code: contexts/") {
		EXPECT(in_a_thread(ask_number));
	}
	EXPECT_REPORT("caller is ask_pointer") {
		EXPECT(in_a_thread(ask_pointer));
	}
	EXPECT_REPORT("BUG: using __this_cpu_inc() in preemptible") {
		EXPECT(in_a_thread(ask_operation));
	}
	EXPECT_NO_REPORT() {
		EXPECT(in_a_thread(ask_safely));
		EXPECT(in_a_thread(ask_bound));
	}
	EXPECT_REPORT("in preemptible [00000000] code: cairn/0") {
		ask_number(); /* bound, too, but who tests must not hide it */
	}
	cpu_use_checking = was;
}

/* A lock of mm/ inside one that comes later is reported, and in their order they are not. */
KTEST(contexts, locks_have_an_order)
{
	struct zone *zone = &node_data[numa_node_id()]->zones[0];
	unsigned long flags;

	if (!lock_checking) {
		ktest_skip("without lockdep=1");
		return;
	}
	local_irq_save(flags);
	EXPECT_REPORT("lock order inversion: lock vmap_lock") {
		spin_lock(&zone->lock);
		lock_check(&vmap_lock.info, 0);
		spin_unlock(&zone->lock);
	}
	EXPECT_NO_REPORT() {
		spin_lock(&vmap_lock);
		spin_lock(&pcpu_lock);
		spin_lock(&zone->lock);
		spin_unlock(&zone->lock);
		spin_unlock(&pcpu_lock);
		spin_unlock(&vmap_lock);
	}
	local_irq_restore(flags);
}

#define MANY 400

static void *object[MANY];

static void use_slab(void)
{
	struct kmem_cache *cache = kmem_cache_create("t_contexts", 700, 0, 0, NULL);
	unsigned int i;

	if (!cache)
		return;
	for (i = 0; i < MANY; i++)
		object[i] = kmem_cache_alloc(cache, GFP_KERNEL);
	for (i = 0; i < MANY; i++)
		kmem_cache_free(cache, object[i]);
	if (kmem_cache_alloc_bulk(cache, GFP_KERNEL, MANY, object))
		kmem_cache_free_bulk(cache, MANY, object);
	kmem_cache_shrink(cache);
	kmem_cache_destroy(cache);
	for (i = 0; i < MANY; i++)
		object[i] = kmalloc(8 << i % 14, GFP_KERNEL);
	for (i = 0; i < MANY; i++)
		kfree(object[i]);
}

static void use_pages(void)
{
	unsigned int i;

	for (i = 0; i < MANY; i++)
		object[i] = alloc_pages(GFP_KERNEL | __GFP_NOWARN, i % 5);
	for (i = 0; i < MANY; i++)
		if (object[i])
			__free_pages(object[i], i % 5);
	drain_all_pages();
}

static void use_ranges(void)
{
	unsigned int i;

	for (i = 0; i < MANY / 4; i++)
		object[i] = vmalloc(PAGE_SIZE * (1 + i % 40));
	for (i = 0; i < MANY / 4; i++)
		vfree(object[i]);
	vm_unmap_aliases();
	vmap_drain();
}

static void use_percpu(void)
{
	unsigned int i;

	for (i = 0; i < MANY; i++)
		object[i] = (void __force *)__alloc_percpu(8 << i % 9, 8);
	for (i = 0; i < MANY; i++)
		free_percpu((void __percpu __force *)object[i]);
	pcpu_drain();
}

static void use_pool(void)
{
	mempool_t *pool = mempool_create_kmalloc_pool(8, 100);
	unsigned int i;

	if (!pool)
		return;
	for (i = 0; i < 8; i++)
		object[i] = mempool_alloc(pool, GFP_KERNEL);
	for (i = 0; i < 8; i++)
		mempool_free(object[i], pool);
	mempool_destroy(pool);
}

static void use_everything(void)
{
	use_slab();
	use_pages();
	use_ranges();
	use_percpu();
	use_pool();
}

KTEST(contexts, allocators_ask_where_they_cannot_move)
{
	bool was = cpu_use_checking;

	cpu_use_checking = true;
	EXPECT_NO_REPORT() {
		EXPECT(in_a_thread(use_everything));
	}
	cpu_use_checking = was;
}
