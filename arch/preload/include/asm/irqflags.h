/* SPDX-License-Identifier: MIT */
#ifndef _ASM_IRQFLAGS_H
#define _ASM_IRQFLAGS_H

/* There are no interrupts: they are on, always, and never come. */
#include <linux/compiler.h>
#include <linux/types.h>

#define X86_EFLAGS_IF 0x00000200UL

static __always_inline unsigned long arch_local_save_flags(void)
{
	return X86_EFLAGS_IF;
}

static __always_inline void arch_local_irq_disable(void)
{
	barrier();
}

static __always_inline void arch_local_irq_enable(void)
{
	barrier();
}

static __always_inline bool arch_irqs_disabled_flags(unsigned long flags)
{
	return !(flags & X86_EFLAGS_IF);
}

static __always_inline unsigned long arch_local_irq_save(void)
{
	barrier();
	return X86_EFLAGS_IF;
}

static __always_inline void arch_local_irq_restore(unsigned long flags)
{
	(void)flags;
	barrier();
}

#endif
