// SPDX-License-Identifier: MIT
/*
 * CPUs are threads of the process.
 *
 *   cpus_find()    before per-CPU areas: CPU 0 .. machine_cpus - 1 are possible
 *   cpus_start()   when vmalloc() works: for each but the first a thread, which sets
 *                  its per-CPU distance, changes to its idle task's stack, goes online
 *                  and idles
 *
 * They ask each other for things by a bit in a per-CPU word, irq.c, and take them
 * where they look for interrupts.  A CPU whose thread the host does not run is one
 * that is slow; who waits for it yields the host's CPU, cpu_relax(), and locks are
 * taken out of turn.
 *
 * When the machine stops, the others stay in cpus_stop_if_asked() until the process
 * ends.
 */
#include <linux/cpumask.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/sched.h>
#include <linux/smp.h>
#include <linux/spinlock.h>
#include <linux/topology.h>
#include <cairn/numa.h>
#include <asm/irqflags.h>
#include <asm/processor.h>
#include <asm/switch_to.h>
#include "hosted.h"

unsigned int machine_cpus = 1;
static int stopped_by = -1;

void __init cpus_find(void)
{
	while (nr_cpu_ids < min(machine_cpus, (unsigned int)NR_CPUS)) {
		set_cpu_numa_node(nr_cpu_ids, numa_apic_node(nr_cpu_ids));
		cpumask_set_cpu(nr_cpu_ids++, &__cpu_possible_mask);
	}
}

/* On the new thread's own stack, which it leaves for good. */
static void enter_cpu(void *data)
{
	struct task_struct *idle = data;
	unsigned long sp;

	percpu_set_base(__per_cpu_offset[idle->cpu]);
	this_cpu_write(current_task, idle);
	switch_context(&sp, idle->sp, NULL);
}

void __noreturn hosted_cpu_begin(void)
{
	struct task_struct *idle = current;

	interrupts_start_cpu();
	set_cpu_online(idle->cpu, true);
	sched_init_secondary(idle);
	cpu_startup_entry();
}

void __init cpus_start(void)
{
	spin_lock_barging = nr_cpu_ids > 1;
	for (unsigned int cpu = 1; cpu < nr_cpu_ids; cpu++) {
		struct task_struct *idle = idle_task_create(cpu);

		if (!idle || host_thread(enter_cpu, idle))
			panic("smp: no thread for CPU %u", cpu);
		while (!cpu_active(cpu))
			cpu_relax();
	}
}

/* ---- The end --------------------------------------------------------------------------- */

void smp_send_stop(void)
{
	WRITE_ONCE(stopped_by, raw_smp_processor_id());
}

void cpus_stop_if_asked(void)
{
	int by = READ_ONCE(stopped_by);

	while (unlikely(by >= 0 && by != raw_smp_processor_id()))
		host_yield();
}
