/* SPDX-License-Identifier: MIT */
#ifndef _ASM_PREEMPT_H
#define _ASM_PREEMPT_H

/*
 * The preemption count: one per-CPU word, whose highest bit is set while nobody
 * wants this CPU, so that it is 0 when a switch is both wanted and allowed.
 *
 * A section of depth d also notes where it began, in preempt_site[d].
 */
#include <linux/compiler.h>
#include <linux/irqflags.h>
#include <linux/percpu-defs.h>
#include <linux/types.h>
#include <asm/page.h>

#define PREEMPT_NO_RESCHED 0x80000000u
#define PREEMPT_COUNT_MASK 0x7fffffffu
#define PREEMPT_SITES	   256

DECLARE_PER_CPU(u32, __preempt_count);
/* Code addresses, as distances from the lowest of the image. */
DECLARE_PER_CPU(u32, preempt_site[PREEMPT_SITES]);
DECLARE_PER_CPU(u32, bh_disable_site);

void preempt_schedule(void);

static __always_inline u32 arch_preempt_count(void)
{
	return this_cpu_read(__preempt_count) & PREEMPT_COUNT_MASK;
}

static __always_inline bool arch_in_atomic(void)
{
	return arch_preempt_count() != 0;
}

/* Where the caller is, as a distance from the lowest address of the image. */
static __always_inline u32 arch_site_here(void)
{
	unsigned long here;

	asm volatile("leaq 0(%%rip), %0" : "=r"(here));
	return (u32)(here - KERNEL_BASE);
}

static __always_inline void arch_preempt_disable(void)
{
	u32 depth = this_cpu_inc_return(__preempt_count);

	this_cpu_write(preempt_site[depth % PREEMPT_SITES], arch_site_here());
}

/* Return: somebody wants this CPU, and now may have it. */
static __always_inline bool arch_preempt_enable(void)
{
	if (arch_local_save_flags())
		hosted_take_interrupts();
	return this_cpu_dec_return(__preempt_count) == 0;
}

static __always_inline void arch_preempt_schedule(void)
{
	preempt_schedule();
}

static __always_inline void arch_set_need_resched(void)
{
	this_cpu_and(__preempt_count, PREEMPT_COUNT_MASK);
}

static __always_inline void arch_clear_need_resched(void)
{
	this_cpu_or(__preempt_count, PREEMPT_NO_RESCHED);
}

static __always_inline bool arch_need_resched(void)
{
	return !(this_cpu_read(__preempt_count) & PREEMPT_NO_RESCHED);
}

/* arch_bh_disable_note - here the section without soft interrupts begins */
static __always_inline void arch_bh_disable_note(void)
{
	this_cpu_write(bh_disable_site, arch_site_here());
}

/* arch_bh_disable_site - where it began */
static inline unsigned long arch_bh_disable_site(void)
{
	return KERNEL_BASE + this_cpu_read(bh_disable_site);
}

/* arch_preempt_site - where the section of depth @depth of this CPU began */
static inline unsigned long arch_preempt_site(unsigned int depth)
{
	return KERNEL_BASE + this_cpu_read(preempt_site[depth % PREEMPT_SITES]);
}

#endif
