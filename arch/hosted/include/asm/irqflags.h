/* SPDX-License-Identifier: MIT */
#ifndef _ASM_IRQFLAGS_H
#define _ASM_IRQFLAGS_H

/*
 * The interrupt flag of this CPU, and its interrupts.
 *
 * They are calls: a CPU takes what is due wherever it switches its interrupts on
 * or restores them, in cpu_relax(), and when it idles.  So a test that runs on one
 * CPU runs the same way each time.
 */
#include <linux/compiler.h>
#include <linux/types.h>

#define X86_EFLAGS_IF 0x00000200UL /* interrupts on */

/*
 * Thread-local, and a task may go on in another thread than where it was: so its
 * address is never kept, as a compiler may do over a call.
 */
static __always_inline unsigned long hosted_flags(void)
{
	unsigned long flags;

	asm volatile("movq hosted_flags_word@gottpoff(%%rip), %0\n\t"
		     "movq %%fs:(%0), %0"
		     : "=&r"(flags)
		     :
		     : "memory");
	return flags;
}

static __always_inline void hosted_set_flags(unsigned long flags)
{
	unsigned long at;

	asm volatile("movq hosted_flags_word@gottpoff(%%rip), %0\n\t"
		     "movq %1, %%fs:(%0)"
		     : "=&r"(at)
		     : "r"(flags)
		     : "memory");
}

/* hosted_take_interrupts - what is due now.  Context: interrupts on. */
void hosted_take_interrupts(void);

static __always_inline unsigned long arch_local_save_flags(void)
{
	return hosted_flags();
}

static __always_inline void arch_local_irq_disable(void)
{
	hosted_set_flags(0);
}

static __always_inline void arch_local_irq_enable(void)
{
	hosted_set_flags(X86_EFLAGS_IF);
	hosted_take_interrupts();
}

static __always_inline bool arch_irqs_disabled_flags(unsigned long flags)
{
	return !(flags & X86_EFLAGS_IF);
}

static __always_inline unsigned long arch_local_irq_save(void)
{
	unsigned long flags = arch_local_save_flags();

	arch_local_irq_disable();
	return flags;
}

static __always_inline void arch_local_irq_restore(unsigned long flags)
{
	if (!arch_irqs_disabled_flags(flags))
		arch_local_irq_enable();
}

#endif
