/* SPDX-License-Identifier: MIT */
#ifndef _ASM_IRQ_REGS_H
#define _ASM_IRQ_REGS_H

/* What the interrupt being served on this CPU interrupted. */
#include <linux/percpu-defs.h>
#include <asm/ptrace.h>

DECLARE_PER_CPU(struct pt_regs *, __irq_regs);

/* get_irq_regs - registers of the interrupted code, NULL outside of interrupts */
static inline struct pt_regs *get_irq_regs(void)
{
	return this_cpu_read(__irq_regs);
}

#endif
