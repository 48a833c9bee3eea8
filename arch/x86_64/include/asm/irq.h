/* SPDX-License-Identifier: MIT */
#ifndef _ASM_IRQ_H
#define _ASM_IRQ_H

/* From a vector to what serves it. */
#include <linux/types.h>
#include <asm/irq_vectors.h>
#include <asm/ptrace.h>

/**
 * irq_init - from here on devices and CPUs can interrupt
 *
 * Brings up the local APIC and the I/O APICs, or the legacy controllers; gives
 * every line a number.  Interrupts stay off.
 *
 * Context: start-up, after vmalloc_init().
 */
void irq_init(void);

/* clock_event_init, clock_event_init_cpu - the clock event of the boot CPU, of another one */
void clock_event_init(void);
void clock_event_init_cpu(void);

/* clock_event_exact - can it come at any time, or with the tick only? */
bool clock_event_exact(void);

/* interrupt_dispatch - called by trap_dispatch() for vectors from IRQ_BASE on. */
void interrupt_dispatch(struct pt_regs *regs);

/* interrupt_return - last thing before going back to what @regs interrupted */
void interrupt_return(struct pt_regs *regs);

/**
 * system_vector_set - say who serves a vector of the last group
 * @vector: FIRST_SYSTEM_VECTOR or above
 * @handler: called with interrupts off and the local APIC acknowledged
 *
 * Context: start-up, and tests.
 */
void system_vector_set(u8 vector, void (*handler)(struct pt_regs *regs));

/**
 * irq_vector_alloc - a vector that leads to an interrupt number
 * @irq: the number
 *
 * Context: any.
 * Return: the vector, or -ENOSPC.
 */
int irq_vector_alloc(unsigned int irq);

/* irq_vector_free - @vector leads nowhere again */
void irq_vector_free(unsigned int vector);

/* nmi_count_inc - one more non-maskable interrupt, for /proc/interrupts */
void nmi_count_inc(void);

#endif
