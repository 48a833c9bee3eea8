/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_IRQ_H
#define _LINUX_IRQ_H

/*
 * Interrupt lines, from the side of the controllers.  Drivers see
 * <linux/interrupt.h>; kernel/irq.c tells how the two meet.
 */
#include <linux/cpumask.h>
#include <linux/interrupt.h>
#include <linux/spinlock.h>
#include <linux/types.h>

/* Numbers: 0..15 legacy lines, then the I/O APICs' pins, then message interrupts. */
#define NR_IRQS 256

struct irq_desc;

/**
 * struct irq_chip - a kind of interrupt controller's input
 * @name: for /proc/interrupts
 * @irq_startup: get a line ready that has got its first handler; masked yet; or NULL
 * @irq_shutdown: its last handler is gone, it is masked; or NULL
 * @irq_mask: no interrupt from it
 * @irq_unmask: interrupts from it
 * @irq_ack: at the start of service
 * @irq_eoi: at the end of service; or NULL
 * @irq_set_affinity: from now on interrupt CPU @cpu; or NULL
 *
 * All are called with the line's lock held and interrupts off.
 */
struct irq_chip {
	const char *name;
	int (*irq_startup)(struct irq_desc *desc);
	void (*irq_shutdown)(struct irq_desc *desc);
	void (*irq_mask)(struct irq_desc *desc);
	void (*irq_unmask)(struct irq_desc *desc);
	void (*irq_ack)(struct irq_desc *desc);
	void (*irq_eoi)(struct irq_desc *desc);
	int (*irq_set_affinity)(struct irq_desc *desc, unsigned int cpu);
};

/**
 * struct irq_desc - one line
 * @irq: its number; immutable
 * @chip: its controller's functions, NULL: there is no such line
 * @chip_data: the controller's
 * @hw: pin, or entry, at the controller
 * @level: level triggered, so it goes on asking until it is served
 * @lock: guards what follows
 * @vector: where it arrives at the CPU; 0: nowhere yet
 * @cpu: whom it interrupts
 * @depth: disable_irq() calls not undone; 1 or more also without a handler
 * @masked: the controller keeps it back
 * @pending: it came while it was disabled or being served
 * @in_progress: its handlers run
 * @action: the handlers
 * @threads: handler threads that are at work
 * @window: interrupts since @unhandled was last reset
 * @unhandled: of them, those that no handler wanted
 * @total_unhandled: of all that ever came
 * @stuck: switched off because nobody cared
 */
struct irq_desc {
	unsigned int irq;
	const struct irq_chip *chip;
	void *chip_data;
	u32 hw;
	bool level;

	spinlock_t lock;
	u8 vector;
	unsigned int cpu;
	unsigned int depth;
	bool masked;
	bool pending;
	bool in_progress;
	struct irqaction *action;
	atomic_t threads;
	unsigned int window;
	unsigned int unhandled;
	unsigned long total_unhandled;
	bool stuck;
};

/* irq_to_desc - the line with a number, or NULL */
struct irq_desc *irq_to_desc(unsigned int irq);

/**
 * irq_set_chip - a line exists from now on
 * @irq: its number, free so far
 * @chip: its controller
 * @hw: its place there
 * @level: see struct irq_desc
 *
 * Context: before its first request_irq().
 */
void irq_set_chip(unsigned int irq, const struct irq_chip *chip, void *data, u32 hw, bool level);

/**
 * irq_alloc_range - find numbers that are free, one after the other
 * @from: the lowest acceptable
 * @n: how many
 *
 * The caller holds what keeps others from the same; pci_msi.c does.
 *
 * Return: the first one, or -ENOSPC.
 */
int irq_alloc_range(unsigned int from, unsigned int n);

/* irq_free_number - the line is no more; it has no handler. */
void irq_free_number(unsigned int irq);

/**
 * generic_handle_irq - an interrupt has come from a line
 * @irq: its number
 *
 * Context: hardware interrupt, interrupts off.
 * Return: 0, or -EINVAL if there is no such line any more: then it is not acknowledged.
 */
int generic_handle_irq(unsigned int irq);

/* irq_count_of - how often it came on a CPU */
unsigned int irq_count_of(unsigned int irq, unsigned int cpu);

/* arch_show_interrupts - the rows of /proc/interrupts that belong to no line */
struct seq_file;
void arch_show_interrupts(struct seq_file *m);

/* irq_err_count - interrupts from vectors that nobody serves */
extern atomic_t irq_err_count;

#endif
