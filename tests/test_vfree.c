/* SPDX-License-Identifier: MIT */
/*
 * Scenario: threads make areas of the vmalloc range, and interrupt handlers, softirqs and
 * tasklets on all CPUs free them: more than may be put off, so that a worker has to
 * come for them.  Threads on all CPUs exchange areas, and what one finds in its place
 * the next CPU's interrupt frees.  Calls that are not for interrupts are reported
 * there.  Afterwards the harness counts.
 */
#include <linux/atomic.h>
#include <linux/interrupt.h>
#include <linux/io.h>
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/mm.h>
#include <linux/percpu.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include <linux/timer.h>
#include <linux/vmalloc.h>
#include <linux/workqueue.h>
#include <cairn/test.h>
#include <asm/apic.h>
#include <asm/irq.h>
#include <asm/traps.h>
#include "../mm/vmap.h"

/* ---- more than may be put off ---------------------------------------------------------- */

static void **areas; /* freed in the context under test */
static unsigned int nr_areas;
static bool context_ok;

/* Areas of one page, two more than a CPU puts off. */
static bool make_areas(void)
{
	nr_areas = (unsigned int)(vmap_pending_max / (1 + VMAP_AREA_WEIGHT)) + 2;
	areas = kcalloc(nr_areas, sizeof(*areas), GFP_KERNEL);
	if (!areas)
		return false;
	for (unsigned int i = 0; i < nr_areas; i++) {
		areas[i] = vmalloc(PAGE_SIZE);
		if (areas[i])
			*(unsigned long *)areas[i] = i;
	}
	return areas[nr_areas - 1];
}

static void free_areas(void)
{
	for (unsigned int i = 0; i < nr_areas; i++) {
		context_ok &= *(unsigned long *)areas[i] == i;
		vfree(areas[i]);
	}
}

static void in_handler(void *info __unused)
{
	context_ok = in_hardirq() && irqs_disabled();
	free_areas();
}

static void in_own_handler(struct pt_regs *regs __unused)
{
	in_handler(NULL);
}

static void in_soft_context(void)
{
	context_ok = in_serving_softirq() && !in_hardirq() && !irqs_disabled();
	free_areas();
}

static void in_tasklet(unsigned long data __unused)
{
	in_soft_context();
}
static DECLARE_TASKLET_OLD(free_tasklet, in_tasklet);

static bool timer_ran;

static void in_timer(struct timer_list *timer __unused)
{
	in_soft_context();
	WRITE_ONCE(timer_ran, true);
}

static void start_tasklet(void *info __unused)
{
	tasklet_schedule(&free_tasklet);
}

static void by_handler(int cpu)
{
	if (cpu != raw_smp_processor_id()) {
		smp_call_function_single(cpu, in_handler, NULL, 1);
		return;
	}
	system_vector_set(SELF_VECTOR, in_own_handler);
	apic_send_ipi_self(SELF_VECTOR);
	barrier();
}

/* It runs when the call's interrupt ends, or when soft interrupts are on again. */
static void by_tasklet(int cpu)
{
	local_bh_disable();
	smp_call_function_single(cpu, start_tasklet, NULL, 1);
	local_bh_enable();
	tasklet_kill(&free_tasklet);
}

static void by_timer(int cpu __unused)
{
	struct timer_list timer;

	timer_ran = false;
	timer_setup(&timer, in_timer, 0);
	mod_timer(&timer, jiffies + 1);
	while (!READ_ONCE(timer_ran))
		schedule_timeout_uninterruptible(1);
	del_timer_sync(&timer);
}

/* Frees more than may be put off: all are dead at once, and a worker settles the rest. */
static void check_deferred(int cpu, void (*by)(int cpu))
{
	unsigned long before = vmalloc_nr_areas();

	vm_unmap_aliases();
	ASSERT(make_areas());
	EXPECT_EQ(vmalloc_nr_areas(), before + nr_areas);
	context_ok = false;
	by(cpu);
	EXPECT(context_ok);
	EXPECT_EQ(vmalloc_nr_areas(), before);
	flush_scheduled_work();
	EXPECT(READ_ONCE(per_cpu_ptr(&vmap_cpu, cpu)->pending_room) > 0);
	kfree(areas);
}

KTEST(vfree, in_interrupt_handlers)
{
	int cpu;

	for_each_online_cpu(cpu) {
		if (apic_enabled() || cpu != raw_smp_processor_id())
			check_deferred(cpu, by_handler);
	}
}

KTEST(vfree, in_tasklets)
{
	int cpu;

	for_each_online_cpu(cpu)
		check_deferred(cpu, by_tasklet);
}

KTEST(vfree, in_a_timer)
{
	check_deferred(raw_smp_processor_id(), by_timer);
}

/* With a lock held nobody waits for a purge either. */
static void by_lock_holder(int cpu __unused)
{
	static DEFINE_SPINLOCK(lock);
	unsigned long flags;

	spin_lock_irqsave(&lock, flags);
	context_ok = true;
	free_areas();
	spin_unlock_irqrestore(&lock, flags);
}

KTEST(vfree, under_a_lock)
{
	check_deferred(raw_smp_processor_id(), by_lock_holder);
}

/* ---- areas that go from CPU to CPU ----------------------------------------------------- */

#define PLACES 64
#define ROUNDS 480 /* of all CPUs together */

struct marked_area {
	unsigned long mark;
	unsigned long words; /* the last of them is the mark, too */
};

static struct marked_area *place[PLACES];
static atomic_t damaged, running;

static void free_marked(void *info)
{
	struct marked_area *area = info;

	if (area->mark != (unsigned long)area ||
	    ((unsigned long *)area)[area->words - 1] != area->mark)
		atomic_inc(&damaged);
	vfree(area);
}

static struct marked_area *make_marked(unsigned int pages)
{
	struct marked_area *area = vmalloc(pages * PAGE_SIZE);

	if (!area)
		return NULL;
	area->mark = (unsigned long)area;
	area->words = pages * PAGE_SIZE / 8;
	((unsigned long *)area)[area->words - 1] = area->mark;
	return area;
}

/* Puts areas of 1 to 20 pages into places; the next CPU frees what was there. */
static int exchange_areas(void *info)
{
	unsigned int next = (unsigned int)(unsigned long)info, turn = next * 7919 + 1;

	for (unsigned int i = 0; i < ROUNDS / num_online_cpus(); i++) {
		struct marked_area *area = make_marked(1 + turn % 20);

		turn = turn * 1103515245 + 12345;
		area = xchg(&place[turn >> 16 & (PLACES - 1)], area);
		if (area && (i & 1))
			smp_call_function_single((int)next, free_marked, area, 0);
		else if (area)
			free_marked(area);
	}
	atomic_dec(&running);
	while (!kthread_should_stop())
		schedule_timeout_uninterruptible(1);
	return 0;
}

static void nothing(void *info __unused)
{
}

KTEST(vfree, areas_change_cpus)
{
	struct task_struct *thread[NR_CPUS] = {0};
	int cpu;

	atomic_set(&damaged, 0);
	atomic_set(&running, (int)num_online_cpus());
	for_each_online_cpu(cpu) {
		unsigned int next = (unsigned int)cpumask_next(cpu, cpu_online_mask);

		if (next >= nr_cpu_ids)
			next = 0;
		thread[cpu] = kthread_create(exchange_areas, (void *)(unsigned long)next,
					     "areas/%d", cpu);
		ASSERT(!IS_ERR(thread[cpu]));
		kthread_bind(thread[cpu], (unsigned int)cpu);
		wake_up_process(thread[cpu]);
	}
	while (atomic_read(&running))
		schedule_timeout_uninterruptible(1);
	for_each_online_cpu(cpu)
		kthread_stop(thread[cpu]);
	on_each_cpu(nothing, NULL, 1); /* what was sent has come */
	for (unsigned int i = 0; i < PLACES; i++) {
		if (place[i])
			free_marked(place[i]);
		place[i] = NULL;
	}
	EXPECT_EQ(atomic_read(&damaged), 0);
	EXPECT(!vmap_check());
}

/* ---- what interrupts must not ---------------------------------------------------------- */

static void *victim;
static void (*misuse)(void);

static void run_misuse(struct pt_regs *regs __unused)
{
	misuse();
}

static void call_vmalloc(void)
{
	victim = vmalloc(PAGE_SIZE);
}

static void call_vunmap(void)
{
	vunmap(victim);
}

static void call_iounmap(void)
{
	iounmap((void __iomem *)victim);
}

static void call_vfree_again(void)
{
	vfree(victim);
}

static void in_interrupt_do(void (*what)(void))
{
	misuse = what;
	system_vector_set(SELF_VECTOR, run_misuse);
	apic_send_ipi_self(SELF_VECTOR);
	barrier();
}

KTEST(vfree, misuse_in_interrupts_is_reported)
{
	struct page *page;

	if (!apic_enabled()) {
		ktest_skip("no local APIC");
		return;
	}
	EXPECT_REPORT("Inside an interrupt") {
		in_interrupt_do(call_vmalloc);
	}
	EXPECT_NO_REPORT() {
		in_interrupt_do(call_vfree_again);
	}
	EXPECT_REPORT("nonexistent vm area") {
		in_interrupt_do(call_vfree_again);
	}
	page = alloc_page(GFP_KERNEL);
	ASSERT(page);
	victim = vmap(&page, 1, VM_MAP, PAGE_KERNEL);
	EXPECT_REPORT("BUG: vunmap() in an interrupt") {
		in_interrupt_do(call_vunmap);
	}
	__free_page(page);
	victim = (void __force *)ioremap(0xfee00000, PAGE_SIZE);
	EXPECT_REPORT("BUG: iounmap() in an interrupt") {
		in_interrupt_do(call_iounmap);
	}
}
