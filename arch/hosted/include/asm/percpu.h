/* SPDX-License-Identifier: MIT */
#ifndef _ASM_PERCPU_H
#define _ASM_PERCPU_H

/*
 * Per-CPU data: a CPU is a thread of the process, and knows the distance from the
 * linked copy of the per-CPU section to its own.
 *
 * Interrupts come only where the CPU looks for them (<asm/irqflags.h>), so an
 * operation written in plain C is whole to everything else that runs on its CPU.
 */
#include <linux/types.h>
#include <linux/compiler.h>

#define NR_CPUS 64

extern char __per_cpu_start[], __per_cpu_end[];
extern unsigned long __per_cpu_offset[NR_CPUS];
extern unsigned long __percpu this_cpu_off; /* a per-CPU variable: this CPU's distance */

/* percpu_set_base - make the CPU's copies at distance @offset the running CPU's own. */
void percpu_set_base(unsigned long offset);

/* Read anew each time, for a task may go on in another thread than where it was. */
static __always_inline unsigned long __pcpu_read_off(void)
{
	unsigned long offset;

	asm volatile("movq hosted_cpu_offset@gottpoff(%%rip), %0\n\t"
		     "movq %%fs:(%0), %0"
		     : "=&r"(offset));
	return offset;
}

#include <asm/percpu_plain.h>

#endif
