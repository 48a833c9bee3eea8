/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_SMP_H
#define _LINUX_SMP_H

/* Which CPU this is, and the others. */
#include <linux/types.h>
#include <linux/cpumask.h>
#include <linux/percpu-defs.h>
#include <linux/preempt.h>

DECLARE_PER_CPU(int, cpu_number);

/* smp_processor_id - this CPU; stays right only while the caller cannot migrate. */
#define raw_smp_processor_id() this_cpu_read(cpu_number)
#define smp_processor_id()     raw_smp_processor_id()

/* get_cpu - this CPU, with preemption off until put_cpu(). */
#define get_cpu()                   \
	({                          \
		preempt_disable();  \
		smp_processor_id(); \
	})
#define put_cpu() preempt_enable()

/**
 * smp_find_cpus - number the CPUs that the firmware tells of
 *
 * Sets nr_cpu_ids and takes the memory that starting them needs.
 *
 * Context: start-up, once, after acpi_tables_init() and before
 * setup_per_cpu_areas().
 */
void smp_find_cpus(void);

/**
 * smp_init - start the other CPUs
 *
 * Context: start-up, once, when vmalloc() works and before free_initmem().
 */
void smp_init(void);

#endif
