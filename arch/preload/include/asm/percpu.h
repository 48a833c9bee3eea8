/* SPDX-License-Identifier: MIT */
#ifndef _ASM_PERCPU_H
#define _ASM_PERCPU_H

/*
 * Per-CPU data: a CPU is what a thread of the program uses for a while, alone
 * (arch/preload/cpus.c), so an operation written in plain C is whole to everybody.
 */
#include <linux/types.h>
#include <linux/compiler.h>

#define NR_CPUS 64

extern char __per_cpu_start[], __per_cpu_end[];
extern unsigned long __per_cpu_offset[NR_CPUS];
extern unsigned long __percpu this_cpu_off; /* a per-CPU variable: this CPU's distance */

extern __thread unsigned long preload_cpu_offset __attribute__((__tls_model__("initial-exec")));

/* percpu_set_base - make the CPU's copies at distance @offset the running CPU's own. */
static inline void percpu_set_base(unsigned long offset)
{
	preload_cpu_offset = offset;
}

static __always_inline unsigned long __pcpu_read_off(void)
{
	return preload_cpu_offset;
}

#include <asm/percpu_plain.h>

#endif
