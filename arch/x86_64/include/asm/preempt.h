/* SPDX-License-Identifier: MIT */
#ifndef _ASM_PREEMPT_H
#define _ASM_PREEMPT_H

/*
 * The preemption count as the machine keeps it: one per-CPU word, whose highest
 * bit is set while nobody wants this CPU.  Leaving the last section that forbids
 * a switch and finding that somebody waits is then the same thing: the word has
 * become 0.
 *
 * A section of depth d also notes where it began, in preempt_site[d], so that
 * who sleeps inside can be told both places.
 */
#include <linux/compiler.h>
#include <linux/percpu-defs.h>
#include <linux/types.h>

#define PREEMPT_NO_RESCHED 0x80000000u
#define PREEMPT_COUNT_MASK 0x7fffffffu
#define PREEMPT_SITES	   256

DECLARE_PER_CPU(u32, __preempt_count);
/* Code addresses, as distances from the lowest a kernel has. */
DECLARE_PER_CPU(u32, preempt_site[PREEMPT_SITES]);
DECLARE_PER_CPU(u32, bh_disable_site);

static __always_inline u32 arch_preempt_count(void)
{
	return this_cpu_read(__preempt_count) & PREEMPT_COUNT_MASK;
}

/* A test against memory and no more. */
static __always_inline bool arch_in_atomic(void)
{
	bool nonzero;

	asm volatile("testl %2, %%gs:%1"
		     : "=@ccnz"(nonzero)
		     : "m"(__preempt_count), "i"(PREEMPT_COUNT_MASK));
	return nonzero;
}

static __always_inline void arch_preempt_disable(void)
{
	unsigned long depth;

	asm volatile("incl %%gs:%1\n\t"
		     "movzbl %%gs:%1, %k0\n"
		     "1:\tmovl $(1b - 0xffffffff80000000), %%gs:%c2(,%0,4)"
		     : "=&r"(depth), "+m"(__preempt_count)
		     : "i"(preempt_site)
		     : "memory", "cc");
}

/* Return: somebody wants this CPU, and now may have it. */
static __always_inline bool arch_preempt_enable(void)
{
	bool zero;

	asm volatile("decl %%gs:%1" : "=@ccz"(zero), "+m"(__preempt_count) : : "memory", "cc");
	return zero;
}

/* Calls preempt_schedule() with every register kept, as the caller is inline everywhere. */
static __always_inline void arch_preempt_schedule(void)
{
	asm volatile("call preempt_schedule_thunk" : : : "memory", "cc");
}

static __always_inline void arch_set_need_resched(void)
{
	asm volatile("andl %1, %%gs:%0" : "+m"(__preempt_count) : "i"(PREEMPT_COUNT_MASK) : "cc");
}

static __always_inline void arch_clear_need_resched(void)
{
	asm volatile("orl %1, %%gs:%0" : "+m"(__preempt_count) : "i"(PREEMPT_NO_RESCHED) : "cc");
}

static __always_inline bool arch_need_resched(void)
{
	return !(this_cpu_read(__preempt_count) & PREEMPT_NO_RESCHED);
}

/* arch_bh_disable_note - here the section without soft interrupts begins */
static __always_inline void arch_bh_disable_note(void)
{
	asm volatile("1:\tmovl $(1b - 0xffffffff80000000), %%gs:%0" : "=m"(bh_disable_site));
}

/* arch_bh_disable_site - where it began */
static inline unsigned long arch_bh_disable_site(void)
{
	return 0xffffffff80000000UL + this_cpu_read(bh_disable_site);
}

/* arch_preempt_site - where the section of depth @depth of this CPU began */
static inline unsigned long arch_preempt_site(unsigned int depth)
{
	return 0xffffffff80000000UL + this_cpu_read(preempt_site[depth % PREEMPT_SITES]);
}

#endif
