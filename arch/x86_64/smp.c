/* SPDX-License-Identifier: MIT */
/*
 * The interrupts that CPUs send each other, and stopping them all.
 *
 *   CALL_FUNCTION_VECTOR   run what is queued (kernel/smp.c)
 *   TLB_FLUSH_VECTOR       forget translations (tlb.c)
 *   RESCHEDULE_VECTOR      look at the run queue on the way out
 *   NMI                    stop, when the machine panics: it also reaches a CPU
 *                          that spins with interrupts off
 */
#include <linux/cpumask.h>
#include <linux/delay.h>
#include <linux/init.h>
#include <linux/sched.h>
#include <linux/smp.h>
#include <cairn/start.h>
#include <asm/apic.h>
#include <asm/barrier.h>
#include <asm/irq.h>
#include <asm/processor.h>
#include <asm/tlbflush.h>
#include "arch.h"

/* How long a panic waits for the others, in microseconds. */
#define STOP_PATIENCE 100000

static bool stopping;

static void call_function_interrupt(struct pt_regs *regs __unused)
{
	smp_call_run();
}

static void tlb_interrupt(struct pt_regs *regs __unused)
{
	tlb_serve();
}

static void reschedule_interrupt(struct pt_regs *regs __unused)
{
	scheduler_ipi();
}

void __init smp_set_vectors(void)
{
	system_vector_set(CALL_FUNCTION_VECTOR, call_function_interrupt);
	system_vector_set(TLB_FLUSH_VECTOR, tlb_interrupt);
	system_vector_set(RESCHEDULE_VECTOR, reschedule_interrupt);
}

void smp_stop_if_asked(void)
{
	if (likely(!READ_ONCE(stopping)))
		return;
	set_cpu_online((unsigned int)raw_smp_processor_id(), false);
	arch_halt();
}

void smp_send_stop(void)
{
	int cpu, this = raw_smp_processor_id();
	unsigned int us;

	WRITE_ONCE(stopping, true);
	smp_mb();
	for_each_online_cpu(cpu) {
		if (cpu != this)
			apic_send_nmi((unsigned int)cpu);
	}
	for (us = 0; us < STOP_PATIENCE && num_online_cpus() > 1; us += 10)
		udelay(10);
}
