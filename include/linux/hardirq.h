/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_HARDIRQ_H
#define _LINUX_HARDIRQ_H

/* Entering and leaving an interrupt, as the preemption count notes it. */
#include <linux/bug.h>
#include <linux/irqflags.h>
#include <linux/percpu-defs.h>
#include <linux/preempt.h>

/* irq_enter - a hardware interrupt begins. */
static __always_inline void irq_enter(void)
{
	this_cpu_add(__preempt_count, HARDIRQ_OFFSET);
	barrier();
}

/*
 * irq_exit - it ends; pending softirqs are served, if it did not come in between
 * others.  Interrupts are off before and after, and on while softirqs run.
 */
void irq_exit(void);

static __always_inline void nmi_enter(void)
{
	this_cpu_add(__preempt_count, NMI_OFFSET + HARDIRQ_OFFSET);
	barrier();
}

static __always_inline void nmi_exit(void)
{
	barrier();
	this_cpu_sub(__preempt_count, NMI_OFFSET + HARDIRQ_OFFSET);
}

#endif
