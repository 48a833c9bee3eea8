/* SPDX-License-Identifier: MIT */
#ifndef _ASM_IRQFLAGS_H
#define _ASM_IRQFLAGS_H

/*
 * The interrupt flag of this CPU.  Switching it off notes where, for who sleeps all
 * the same: in irq_disable_site, as long as the flag was on.
 */
#include <linux/compiler.h>
#include <linux/percpu-defs.h>
#include <linux/types.h>

DECLARE_PER_CPU(unsigned long, irq_disable_site);

#define X86_EFLAGS_TF 0x00000100UL /* trap after each instruction */
#define X86_EFLAGS_IF 0x00000200UL /* interrupts on */
#define X86_EFLAGS_RF 0x00010000UL /* no instruction breakpoint on the next instruction */
#define X86_EFLAGS_AC 0x00040000UL /* lets the kernel read user pages under SMAP */
#define X86_EFLAGS_ID 0x00200000UL /* can be changed: CPUID exists */

static __always_inline unsigned long arch_local_save_flags(void)
{
	unsigned long flags;

	asm volatile("pushfq; popq %0" : "=rm"(flags) : : "memory");
	return flags;
}

static __always_inline void arch_local_irq_disable(void)
{
	asm volatile("cli\n"
		     "1:\tmovq $1b, %%gs:%0"
		     : "=m"(irq_disable_site)
		     :
		     : "memory");
}

static __always_inline void arch_local_irq_enable(void)
{
	asm volatile("sti" ::: "memory");
}

static __always_inline bool arch_irqs_disabled_flags(unsigned long flags)
{
	return !(flags & X86_EFLAGS_IF);
}

static __always_inline unsigned long arch_local_irq_save(void)
{
	unsigned long flags;

	asm volatile("pushfq\n\t"
		     "popq %0\n\t"
		     "cli\n\t"
		     "testl %2, %k0\n\t"
		     "jz 2f\n"
		     "1:\tmovq $1b, %%gs:%1\n"
		     "2:"
		     : "=&r"(flags), "+m"(irq_disable_site)
		     : "i"(X86_EFLAGS_IF)
		     : "memory", "cc");
	return flags;
}

static __always_inline void arch_local_irq_restore(unsigned long flags)
{
	if (!arch_irqs_disabled_flags(flags))
		arch_local_irq_enable();
}

#endif
