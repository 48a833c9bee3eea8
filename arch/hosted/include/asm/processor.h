/* SPDX-License-Identifier: MIT */
#ifndef _ASM_PROCESSOR_H
#define _ASM_PROCESSOR_H

/* The CPU: a thread of a process, with the features that page tables show. */
#include <linux/compiler.h>
#include <linux/types.h>

struct cpu_info {
	char vendor[13];
	unsigned int phys_bits;
};

extern struct cpu_info cpu_info;

/* cpu_has - is the feature there? */
#define cpu_has(x)	  HOSTED_HAS_##x
#define HOSTED_HAS_NX	  1
#define HOSTED_HAS_PAT	  1
#define HOSTED_HAS_APIC	  0
#define HOSTED_HAS_RDSEED 0
#define HOSTED_HAS_RDRAND 0

/* A count that goes up with time. */
static __always_inline u64 rdtsc(void)
{
	u32 low, high;

	asm volatile("rdtsc" : "=a"(low), "=d"(high));
	return (u64)high << 32 | low;
}

/* There are no model-specific registers. */
static inline u64 rdmsr(u32 msr)
{
	(void)msr;
	return 0;
}

/* cpu_relax - a CPU that waits takes its interrupts, and lets other threads run. */
void cpu_relax(void);

/* boot_apic_id - number of the CPU that start-up runs on */
static inline u32 boot_apic_id(void)
{
	return 0;
}

/* write_back_caches - what has been written reaches memory */
static inline void write_back_caches(void)
{
	barrier();
}

#endif
