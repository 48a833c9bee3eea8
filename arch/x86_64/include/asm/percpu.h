/* SPDX-License-Identifier: MIT */
#ifndef _ASM_PERCPU_H
#define _ASM_PERCPU_H

/*
 * Per-CPU data: %gs holds the distance from the linked copy of the per-CPU
 * section to this CPU's own, so %gs:symbol is this CPU's variable.  The boot
 * CPU starts on the linked copy itself, with a distance of 0.
 */
#include <linux/types.h>
#include <linux/compiler.h>

#define NR_CPUS 256

extern char __per_cpu_start[], __per_cpu_end[];
extern unsigned long __per_cpu_offset[NR_CPUS];
extern unsigned long __percpu this_cpu_off; /* a per-CPU variable: this CPU's distance */

/* percpu_set_base - make the CPU's copies at distance @offset the running CPU's own. */
static inline void percpu_set_base(unsigned long offset)
{
	asm volatile("wrmsr"
		     :
		     : "c"(0xc0000101), "a"((u32)offset), "d"((u32)(offset >> 32))
		     : "memory");
}

#define __pcpu_access(var) (*(__seg_gs __typeof__(var) *)(unsigned long)&(var))

#endif
