/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_INTERRUPT_H
#define _LINUX_INTERRUPT_H

/*
 * Interrupts as drivers see them: handlers for lines, softirqs, tasklets.
 */
#include <linux/atomic.h>
#include <linux/bitops.h>
#include <linux/bottom_half.h>
#include <linux/compiler.h>
#include <linux/hardirq.h>
#include <linux/irqflags.h>
#include <linux/irqreturn.h>
#include <linux/types.h>

#define IRQF_TRIGGER_NONE    0x00000000
#define IRQF_TRIGGER_RISING  0x00000001
#define IRQF_TRIGGER_FALLING 0x00000002
#define IRQF_TRIGGER_HIGH    0x00000004
#define IRQF_TRIGGER_LOW     0x00000008
#define IRQF_SHARED	     0x00000080
#define IRQF_NO_AUTOEN	     0x00080000

#define IRQ_NOTCONNECTED     (1U << 31) /* number of a line that a device does not have */

typedef irqreturn_t (*irq_handler_t)(int irq, void *dev);

/**
 * struct irqaction - a handler of a line
 * @handler: the handler
 * @dev_id: its argument, and what free_irq() knows it by
 * @flags: IRQF_*
 * @irq: the line
 * @name: for /proc/interrupts
 * @next: another handler of the line
 */
struct irqaction {
	irq_handler_t handler;
	void *dev_id;
	unsigned long flags;
	unsigned int irq;
	const char *name;
	struct irqaction *next;
};

/**
 * request_irq - have a function called on a line's interrupts
 * @irq: the line, as in pci_dev.irq or from pci_irq_vector()
 * @handler: called with interrupts off; says whether it was its device
 * @flags: IRQF_SHARED if others may have the line too
 * @name: for /proc/interrupts; stays the caller's
 * @dev: for @handler; not NULL, and different for each, on a shared line
 *
 * The first handler of a line also switches it on.
 *
 * Context: may sleep.
 * Return: 0, -EINVAL for a line that does not exist or bad arguments, -EBUSY if it is
 * taken and not shared, -ENOMEM, -ENOSPC without a vector left.
 */
int __must_check request_irq(unsigned int irq, irq_handler_t handler, unsigned long flags,
			     const char *name, void *dev);

/**
 * free_irq - take a handler off its line
 * @irq: the line
 * @dev: as given to request_irq()
 *
 * When it returns the handler does not run and will not.
 *
 * Context: may sleep; not from a handler of the line.
 * Return: the name it had, or NULL if there was no such handler, which is reported.
 */
const void *free_irq(unsigned int irq, void *dev);

/* disable_irq - no more handlers on this line, and none is running; calls nest. */
void disable_irq(unsigned int irq);
/* disable_irq_nosync - the same without waiting for one that runs.  Context: any. */
void disable_irq_nosync(unsigned int irq);
/* enable_irq - undo one disable_irq(); an edge that came meanwhile is served now. */
void enable_irq(unsigned int irq);

/* synchronize_irq - wait until no handler of the line runs.  Context: may sleep. */
void synchronize_irq(unsigned int irq);

/* irq_set_affinity - let the line interrupt the first CPU of @mask that is online. */
struct cpumask;
int irq_set_affinity(unsigned int irq, const struct cpumask *mask);

/* ---- softirqs -------------------------------------------------------------------------- */

enum {
	HI_SOFTIRQ,
	TIMER_SOFTIRQ,
	NET_TX_SOFTIRQ,
	NET_RX_SOFTIRQ,
	BLOCK_SOFTIRQ,
	TASKLET_SOFTIRQ = 6,
	SCHED_SOFTIRQ,
	RCU_SOFTIRQ = 9,
	NR_SOFTIRQS,
};

struct softirq_action {
	void (*action)(struct softirq_action *h);
};

DECLARE_PER_CPU(u32, __softirq_pending);

#define local_softirq_pending() this_cpu_read(__softirq_pending)

/* open_softirq - say what softirq @nr does.  Context: start-up. */
void open_softirq(int nr, void (*action)(struct softirq_action *h));

/* softirq_init - the tasklets' softirqs.  Context: start-up. */
void softirq_init(void);

/*
 * raise_softirq - have softirq @nr run soon on this CPU: before this returns in a thread with
 * interrupts and softirqs on, else when they are.  Context: any.
 */
void raise_softirq(unsigned int nr);
/* raise_softirq_irqoff - the same.  Context: interrupts off. */
void raise_softirq_irqoff(unsigned int nr);

/* do_softirq - run what is pending, unless an interrupt or another softirq is served. */
void do_softirq(void);

/* ---- tasklets -------------------------------------------------------------------------- */

/**
 * struct tasklet_struct - a function to be called once, soon, outside of the handler
 * @next: on its CPU's list
 * @state: bit 0: scheduled; bit 1: running
 * @count: tasklet_disable() calls not undone
 * @use_callback: @callback counts, not @func
 * @func: called with @data
 * @callback: called with the tasklet
 * @data: for @func
 *
 * It never runs on two CPUs at once.
 */
struct tasklet_struct {
	struct tasklet_struct *next;
	unsigned long state;
	atomic_t count;
	bool use_callback;
	union {
		void (*func)(unsigned long data);
		void (*callback)(struct tasklet_struct *t);
	};
	unsigned long data;
};

enum {
	TASKLET_STATE_SCHED,
	TASKLET_STATE_RUN,
};

#define DECLARE_TASKLET(_name, _callback) \
	struct tasklet_struct _name = {.use_callback = true, .callback = (_callback)}
#define DECLARE_TASKLET_OLD(_name, _func) struct tasklet_struct _name = {.func = (_func)}
#define from_tasklet(var, callback_tasklet, field) \
	container_of(callback_tasklet, __typeof__(*var), field)

/* tasklet_init, tasklet_setup - make @t one that calls a function, in its two forms. */
void tasklet_init(struct tasklet_struct *t, void (*func)(unsigned long), unsigned long data);
void tasklet_setup(struct tasklet_struct *t, void (*callback)(struct tasklet_struct *));

/*
 * tasklet_schedule - have it run once on this CPU, if it is not waiting already.  While it
 * is disabled it waits, and is looked at again each tick.  Context: any.
 */
void tasklet_schedule(struct tasklet_struct *t);
/* tasklet_hi_schedule - the same, before the others. */
void tasklet_hi_schedule(struct tasklet_struct *t);

/*
 * tasklet_kill - wait until it neither waits nor runs, even one that schedules itself
 *
 * Where interrupts or softirqs are off, or one is served, it is reported and does not wait:
 * the tasklet stays.  Context: may sleep; not while the tasklet is disabled.
 */
void tasklet_kill(struct tasklet_struct *t);

static inline void tasklet_disable_nosync(struct tasklet_struct *t)
{
	atomic_inc(&t->count);
}

/* tasklet_disable - keep it from running, and wait while it does. */
void tasklet_disable(struct tasklet_struct *t);

/* tasklet_enable - undo one tasklet_disable(); if it waits, on whichever CPU, it runs within a tick. */
static inline void tasklet_enable(struct tasklet_struct *t)
{
	atomic_dec(&t->count);
}

#endif
