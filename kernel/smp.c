/* SPDX-License-Identifier: MIT */
/*
 * Cross-calls: running a function on other CPUs.
 *
 *   caller                                  target
 *   fills a call_single_data  --> queue --> takes one after the other,
 *   interrupts the target if                runs it, marks it done
 *   its queue was empty
 *   waits, serving its own queue
 *
 * A call that is waited for lives on the caller's stack, any other in the caller's
 * per-CPU data, where a second one waits until the first has been taken.  Calls to
 * many CPUs use an array with a slot for each target.
 *
 * A target takes calls singly, so that a function which itself waits for another
 * CPU does not keep the calls behind it from being served by that wait.
 *
 * Locking: each queue has a lock of its own, taken with interrupts off for a few
 * stores, and innermost: nothing is called with it held.
 *
 * Contexts: any but NMI.  Functions run with interrupts off.
 */
#include <linux/atomic.h>
#include <linux/bug.h>
#include <linux/cpumask.h>
#include <linux/errno.h>
#include <linux/init.h>
#include <linux/irqflags.h>
#include <linux/kernel.h>
#include <linux/percpu.h>
#include <linux/preempt.h>
#include <linux/smp.h>
#include <linux/spinlock.h>
#include <cairn/panic.h>
#include <asm/apic.h>
#include <asm/barrier.h>
#include <asm/processor.h>
#include <asm/tlbflush.h>

#define CSD_BUSY 1u /* queued, or running if it is waited for */
#define CSD_SYNC 2u /* waited for: done when the function has returned */

struct call_queue {
	arch_spinlock_t lock;
	call_single_data_t *first;
	call_single_data_t **last; /* NULL: &first */
};

static DEFINE_PER_CPU_ALIGNED(struct call_queue, call_queue);
static DEFINE_PER_CPU(call_single_data_t, own_csd);
static call_single_data_t __percpu *many_csd; /* nr_cpu_ids of them */

void __init smp_call_init(void)
{
	many_csd = (call_single_data_t __percpu *)__alloc_percpu(
		nr_cpu_ids * sizeof(call_single_data_t), __alignof__(call_single_data_t));
	if (!many_csd)
		panic("smp: no memory for cross-calls");
}

/* ---- queues; interrupts are off -------------------------------------------------------- */

static void enqueue(int cpu, call_single_data_t *csd)
{
	struct call_queue *q = per_cpu_ptr(&call_queue, cpu);
	bool was_empty;

	csd->next = NULL;
	arch_spin_lock(&q->lock);
	was_empty = !q->first;
	if (was_empty)
		WRITE_ONCE(q->first, csd);
	else
		*q->last = csd;
	q->last = &csd->next;
	arch_spin_unlock(&q->lock);
	if (was_empty)
		apic_send_ipi((unsigned int)cpu, CALL_FUNCTION_VECTOR);
}

static call_single_data_t *dequeue(struct call_queue *q)
{
	call_single_data_t *csd;

	if (!READ_ONCE(q->first))
		return NULL;
	arch_spin_lock(&q->lock);
	csd = q->first;
	if (csd)
		WRITE_ONCE(q->first, csd->next);
	arch_spin_unlock(&q->lock);
	return csd;
}

static void run(call_single_data_t *csd)
{
	smp_call_func_t func = csd->func;
	void *info = csd->info;

	if (READ_ONCE(csd->flags) & CSD_SYNC) {
		func(info);
		smp_store_release(&csd->flags, 0);
	} else {
		smp_store_release(&csd->flags, 0);
		func(info);
	}
}

void smp_call_run(void)
{
	struct call_queue *q = this_cpu_ptr(&call_queue);
	call_single_data_t *csd;

	while ((csd = dequeue(q)))
		run(csd);
}

void smp_serve(void)
{
	unsigned long flags;

	local_irq_save(flags);
	tlb_serve();
	smp_call_run();
	local_irq_restore(flags);
}

/* Waits until @csd is nobody's; in a panic the others do not answer any more. */
static void csd_wait(call_single_data_t *csd)
{
	while (smp_load_acquire(&csd->flags) & CSD_BUSY) {
		if (unlikely(READ_ONCE(panic_in_progress)))
			return;
		smp_serve();
		cpu_relax();
	}
}

/* ---- calls ----------------------------------------------------------------------------- */

static void call_here(smp_call_func_t func, void *info)
{
	unsigned long flags;

	local_irq_save(flags);
	func(info);
	local_irq_restore(flags);
}

/* Sends a call by way of @csd, which may still be busy with another; interrupts are off. */
static void send(int cpu, call_single_data_t *csd, smp_call_func_t func, void *info, bool wait)
{
	csd_wait(csd);
	csd->func = func;
	csd->info = info;
	csd->flags = CSD_BUSY | (wait ? CSD_SYNC : 0);
	enqueue(cpu, csd);
}

/* @cpu is not this one; preemption is off. */
static int call_there(int cpu, smp_call_func_t func, void *info, bool wait)
{
	call_single_data_t on_stack = {0}, *csd = wait ? &on_stack : this_cpu_ptr(&own_csd);
	unsigned long flags;

	if (!cpu_online(cpu))
		return -ENXIO;
	local_irq_save(flags);
	send(cpu, csd, func, info, wait);
	local_irq_restore(flags);
	if (wait)
		csd_wait(csd);
	return 0;
}

int smp_call_function_single(int cpu, smp_call_func_t func, void *info, int wait)
{
	int err = 0;

	WARN_ON_ONCE(in_nmi());
	if (get_cpu() == cpu)
		call_here(func, info);
	else
		err = call_there(cpu, func, info, wait);
	put_cpu();
	return err;
}

int smp_call_function_single_async(int cpu, call_single_data_t *csd)
{
	u32 flags = 0;
	int err = 0;

	if (!cpu_online(cpu))
		return -ENXIO;
	if (!try_cmpxchg(&csd->flags, &flags, CSD_BUSY))
		return -EBUSY;
	if (get_cpu() == cpu) {
		csd->flags = 0;
		call_here(csd->func, csd->info);
	} else {
		unsigned long irq;

		local_irq_save(irq);
		enqueue(cpu, csd);
		local_irq_restore(irq);
	}
	put_cpu();
	return err;
}

/* Preemption is off, so that the slots stay this CPU's. */
static void call_many(const struct cpumask *mask, smp_call_func_t func, void *info, bool wait)
{
	call_single_data_t *slot = this_cpu_ptr(many_csd);
	int cpu, this = raw_smp_processor_id();
	struct cpumask called = {{0}};
	unsigned long flags;

	local_irq_save(flags);
	for_each_cpu(cpu, mask)
	{
		if (cpu == this || !cpu_online(cpu))
			continue;
		send(cpu, &slot[cpu], func, info, wait);
		cpumask_set_cpu((unsigned int)cpu, &called);
	}
	local_irq_restore(flags);
	if (!wait)
		return;
	for_each_cpu(cpu, &called) csd_wait(&slot[cpu]);
}

void smp_call_function_many(const struct cpumask *mask, smp_call_func_t func, void *info, bool wait)
{
	preempt_disable();
	if (num_online_cpus() > 1)
		call_many(mask, func, info, wait);
	preempt_enable();
}

void smp_call_function(smp_call_func_t func, void *info, int wait)
{
	smp_call_function_many(cpu_online_mask, func, info, wait);
}

void on_each_cpu_mask(const struct cpumask *mask, smp_call_func_t func, void *info, bool wait)
{
	int this = get_cpu();

	smp_call_function_many(mask, func, info, wait);
	if (cpumask_test_cpu((unsigned int)this, mask))
		call_here(func, info);
	put_cpu();
}

void on_each_cpu(smp_call_func_t func, void *info, int wait)
{
	on_each_cpu_mask(cpu_online_mask, func, info, wait);
}

void drain_each_cpu(bool (*has)(int cpu, void *info), smp_call_func_t func, void *info)
{
	struct cpumask mask = {{0}};
	int cpu;

	if (num_online_cpus() == 1 || !preemptible()) {
		call_here(func, info);
		return;
	}
	for_each_online_cpu(cpu) {
		if (!has || has(cpu, info))
			cpumask_set_cpu((unsigned int)cpu, &mask);
	}
	on_each_cpu_mask(&mask, func, info, true);
}

void smp_send_reschedule(unsigned int cpu)
{
	apic_send_ipi(cpu, RESCHEDULE_VECTOR);
}
