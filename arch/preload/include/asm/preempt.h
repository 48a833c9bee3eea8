/* SPDX-License-Identifier: MIT */
#ifndef _ASM_PREEMPT_H
#define _ASM_PREEMPT_H

/*
 * Preemption: a CPU belongs to one thread of the program while an allocator runs on it
 * (arch/preload/cpus.c), so that sections in which it must not be taken away need not
 * be counted.
 */
#include <linux/compiler.h>
#include <linux/percpu-defs.h>
#include <linux/types.h>

#define PREEMPT_NO_RESCHED 0x80000000u
#define PREEMPT_SITES	   1

DECLARE_PER_CPU(u32, __preempt_count);
DECLARE_PER_CPU(u32, preempt_site[PREEMPT_SITES]);
DECLARE_PER_CPU(u32, bh_disable_site);

static __always_inline u32 arch_preempt_count(void)
{
	return 0;
}

static __always_inline bool arch_in_atomic(void)
{
	return false;
}

static __always_inline void arch_preempt_disable(void)
{
}

static __always_inline bool arch_preempt_enable(void)
{
	return false;
}

static __always_inline void arch_preempt_schedule(void)
{
}

static __always_inline void arch_set_need_resched(void)
{
}

static __always_inline void arch_clear_need_resched(void)
{
}

static __always_inline bool arch_need_resched(void)
{
	return false;
}

static __always_inline void arch_bh_disable_note(void)
{
}

static inline unsigned long arch_bh_disable_site(void)
{
	return 0;
}

static inline unsigned long arch_preempt_site(unsigned int depth)
{
	(void)depth;
	return 0;
}

#endif
