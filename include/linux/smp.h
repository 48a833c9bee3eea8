/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_SMP_H
#define _LINUX_SMP_H

/* Which CPU this is, and asking others to do something. */
#include <linux/types.h>
#include <linux/cpumask.h>
#include <linux/percpu-defs.h>
#include <linux/preempt.h>

DECLARE_PER_CPU(int, cpu_number);

/*
 * smp_processor_id - this CPU; stays right only while the caller cannot migrate, as
 * debug_preempt=1 checks; raw_smp_processor_id() is for those who do not mind
 */
#define raw_smp_processor_id() this_cpu_read(cpu_number)
#define smp_processor_id()                           \
	({                                           \
		cpu_use_check("smp_processor_id()"); \
		raw_smp_processor_id();              \
	})

/* get_cpu - this CPU, with preemption off until put_cpu(). */
#define get_cpu()                   \
	({                          \
		preempt_disable();  \
		smp_processor_id(); \
	})
#define put_cpu() preempt_enable()

typedef void (*smp_call_func_t)(void *info);

/* struct __call_single_data - a call on its way; func and info for smp_call_function_single_async() */
typedef struct __call_single_data {
	struct __call_single_data *next;
	smp_call_func_t func;
	void *info;
	u32 flags;
} call_single_data_t;

#define INIT_CSD(csd, f, i) (*(csd) = (call_single_data_t){.func = (f), .info = (i)})

/**
 * smp_call_function_single - run a function on a CPU
 * @cpu: which; the caller's own is fine
 * @func: called there with interrupts off; must not sleep
 * @info: passed to it
 * @wait: come back when it has run; without, it may run later than the return
 *
 * While it waits, the caller serves what other CPUs ask of it, even with
 * interrupts off: it must hold no lock that a called function takes.
 *
 * Context: any but NMI.
 * Return: 0, or -ENXIO if @cpu is not online.
 */
int smp_call_function_single(int cpu, smp_call_func_t func, void *info, int wait);

/**
 * smp_call_function_single_async - the same without waiting, with the caller's memory
 * @cpu: which
 * @csd: set up with INIT_CSD(); busy until the function runs
 *
 * Return: 0, -EBUSY if @csd still is on its way, -ENXIO if @cpu is not online.
 */
int smp_call_function_single_async(int cpu, call_single_data_t *csd);

/**
 * smp_call_function_many - run a function on all online CPUs of a mask but the caller's
 * @mask: which
 * @func: as above
 * @info: as above
 * @wait: as above
 *
 * Context: any but NMI.
 */
void smp_call_function_many(const struct cpumask *mask, smp_call_func_t func, void *info,
			    bool wait);

/* smp_call_function - on all online CPUs but this one. */
void smp_call_function(smp_call_func_t func, void *info, int wait);

/* on_each_cpu - on all online CPUs, this one last; on_each_cpu_mask - on those of a mask. */
void on_each_cpu(smp_call_func_t func, void *info, int wait);
void on_each_cpu_mask(const struct cpumask *mask, smp_call_func_t func, void *info, bool wait);

/**
 * drain_each_cpu - run a function on each online CPU that has something to give back
 * @has: does @cpu?  May be out of date; NULL: all do
 * @func: empties the calling CPU's caches; interrupts are off
 * @info: for both
 *
 * Where the caller may not wait for others, holding a lock or with interrupts
 * off, only its own CPU's are emptied.
 *
 * Context: any.
 */
void drain_each_cpu(bool (*has)(int cpu, void *info), smp_call_func_t func, void *info);

/* smp_send_reschedule - have @cpu look at its run queue. */
void smp_send_reschedule(unsigned int cpu);

/* smp_send_stop - stop all other CPUs for good; the machine ends. */
void smp_send_stop(void);

/* smp_serve - do what other CPUs ask of this one; for loops that wait for another CPU. */
void smp_serve(void);

/* smp_call_run - run what is queued for this CPU; the interrupt's handler. Interrupts off. */
void smp_call_run(void);

/* smp_call_init - start-up: memory for calls to many CPUs. */
void smp_call_init(void);

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
 * Context: start-up, once, when interrupts work and before free_initmem().
 */
void smp_init(void);

#endif
