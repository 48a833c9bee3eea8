/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_TIMER_H
#define _LINUX_TIMER_H

/*
 * Timers: a function to be called when jiffies reaches a value, in softirq context
 * on the CPU that started the timer.
 */
#include <linux/compiler.h>
#include <linux/container_of.h>
#include <linux/jiffies.h>
#include <linux/rbtree.h>
#include <linux/types.h>

/**
 * struct timer_list - a timer
 * @node: among its CPU's pending timers
 * @expires: jiffies at which it is due
 * @function: what is called; with the timer, or in the old form with @data
 * @flags: TIMER_*
 * @data: the old form's argument
 * @cpu: whose pending timer it is, or was last
 * @pending: it waits
 */
struct timer_list {
	struct rb_node node;
	unsigned long expires;
	void (*function)(struct timer_list *t);
	u32 flags;
	unsigned long data;
	unsigned int cpu;
	bool pending;
};

#define TIMER_OLD_FORM 0x80000000u /* function is called with data */

/* timer_setup - make @t a timer that calls @fn(@t).  It does not run yet. */
void timer_setup(struct timer_list *t, void (*fn)(struct timer_list *), unsigned int flags);
#define timer_setup_on_stack(t, fn, flags) timer_setup(t, fn, flags)
#define destroy_timer_on_stack(t)	   ((void)(t))
#define DEFINE_TIMER(_name, _function)	   struct timer_list _name = {.function = (_function)}
#define from_timer(var, callback_timer, timer_fieldname) \
	container_of(callback_timer, __typeof__(*var), timer_fieldname)

/* init_timer - the old form: the caller sets function, data and expires, then add_timer(). */
void init_timer(struct timer_list *t);
#define setup_timer(t, fn, d)                                                \
	do {                                                                 \
		init_timer(t);                                               \
		(t)->function = (void (*)(struct timer_list *))(void *)(fn); \
		(t)->data = (d);                                             \
	} while (0)

/**
 * mod_timer - start a timer, or change when it is due
 * @t: the timer
 * @expires: jiffies; one that has passed is due at once, or, while this CPU runs the function
 *	of a timer, a tick later
 *
 * Context: any.
 * Return: 1 if it was pending, else 0.
 */
int mod_timer(struct timer_list *t, unsigned long expires);

/* add_timer - start a timer that is not pending, for its expires. */
void add_timer(struct timer_list *t);

/* del_timer - stop it; 1 if it was pending.  Its function may be running. */
int del_timer(struct timer_list *t);

/* del_timer_sync - the same, and its function has returned.  Not from the function itself. */
int del_timer_sync(struct timer_list *t);
#define timer_delete(t)	     del_timer(t)
#define timer_delete_sync(t) del_timer_sync(t)

static inline int timer_pending(const struct timer_list *t)
{
	return READ_ONCE(t->pending);
}

/* timers_init - the timers' softirq.  Context: start-up, after irq_init(). */
void timers_init(void);

/* timer_interrupt - this CPU's clock event has come.  Context: hardware interrupt. */
void timer_interrupt(void);

/* clock_event_arm - a clock event of this CPU at @ns, unless one comes before.  Interrupts off. */
void clock_event_arm(u64 ns);

/**
 * clock_event_set - have timer_interrupt() called on this CPU
 * @ns: at this time of ktime_get_ns(), or soon after; sooner is no harm
 *
 * The machine's part.  Context: interrupts off.
 */
void clock_event_set(u64 ns);

#endif
