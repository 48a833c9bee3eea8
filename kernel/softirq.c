/* SPDX-License-Identifier: MIT */
/*
 * Softirqs and tasklets: work that an interrupt handler leaves for a moment later,
 * when interrupts are on again but before the interrupted thread goes on.
 *
 *	__softirq_pending  this CPU's bits, set by raise_softirq()
 *	served by	   irq_exit() of the outermost interrupt, and the last
 *			   local_bh_enable()
 *
 * A softirq counts as 1 in its bits of the preemption count while it is served, and
 * local_bh_disable() as 2: either keeps others from being served on this CPU, so
 * softirqs of one CPU never come between one another.
 *
 * At most MAX_ROUNDS times what was raised meanwhile is looked at, so that threads get
 * on; work that is raised again and again, such as a tasklet that is disabled, waits for
 * the next interrupt.  The clock event brings one a tick later, also to an idle CPU.
 * What a thread raises is served at once with softirqs allowed, and with interrupts
 * off as soon as they are on, by a clock event that is due.
 *
 * Invariant, interrupts on, in a thread with softirqs allowed:
 *	__softirq_pending != 0	=>  this CPU's clock event is set, within a tick
 *
 * Tasklets are lists of functions on two softirqs.  TASKLET_STATE_SCHED: on a list;
 * _RUN: running, on one CPU.  Locking: lists are a CPU's own, touched with
 * interrupts off.
 */
#include <linux/interrupt.h>
#include <linux/irqflags.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/percpu-defs.h>
#include <linux/preempt.h>
#include <linux/processor.h>
#include <linux/timer.h>

#define MAX_ROUNDS 10

DEFINE_PER_CPU(u32, __softirq_pending);

static struct softirq_action softirqs[NR_SOFTIRQS];

void open_softirq(int nr, void (*action)(struct softirq_action *h))
{
	softirqs[nr].action = action;
}

/* Has what is pending on this CPU served.  An interrupt or softirq does so when it ends. */
static void serve_soon(void)
{
	if (in_interrupt())
		return;
	if (irqs_disabled())
		clock_event_arm(ktime_get_ns());
	else
		do_softirq();
}

void raise_softirq_irqoff(unsigned int nr)
{
	this_cpu_or(__softirq_pending, 1u << nr);
	serve_soon();
}

void raise_softirq(unsigned int nr)
{
	this_cpu_or(__softirq_pending, 1u << nr);
	serve_soon();
}

static void serve(u32 pending)
{
	for (; pending; pending &= pending - 1) {
		struct softirq_action *h = &softirqs[__builtin_ctz(pending)];
		u32 before = preempt_count();

		note_softirq_function(h->action);
		if (h->action)
			h->action(h);
		if (WARN(preempt_count() != before,
			 "softirq %pS: preemption count 0x%x before, 0x%x after\n", h->action,
			 before, preempt_count()))
			preempt_count_restore(before);
	}
}

/* Interrupts are off before and after, on in between. */
static void serve_pending(void)
{
	u32 pending;

	preempt_count_add(SOFTIRQ_OFFSET);
	for (unsigned int round = 0; round < MAX_ROUNDS; round++) {
		pending = this_cpu_read(__softirq_pending);
		if (!pending)
			break;
		this_cpu_write(__softirq_pending, 0);
		local_irq_enable();
		serve(pending);
		local_irq_disable();
	}
	if (local_softirq_pending())
		clock_event_arm(ktime_get_ns() + TICK_NSEC);
	preempt_count_sub(SOFTIRQ_OFFSET);
}

void do_softirq(void)
{
	unsigned long flags;

	if (in_interrupt())
		return;
	local_irq_save(flags);
	if (local_softirq_pending())
		serve_pending();
	local_irq_restore(flags);
	preempt_check_resched(); /* they may have woken somebody */
}

void irq_exit(void)
{
	preempt_count_sub(HARDIRQ_OFFSET);
	if (!in_interrupt() && local_softirq_pending())
		serve_pending();
}

void local_bh_enable(void)
{
	if (WARN(softirq_count() < SOFTIRQ_DISABLE_OFFSET, "local_bh_enable: not disabled\n"))
		return;
	preempt_disable(); /* so that nobody comes in between */
	preempt_count_sub(SOFTIRQ_DISABLE_OFFSET);
	if (local_softirq_pending())
		serve_soon();
	preempt_enable();
}

/* ---- Tasklets -------------------------------------------------------------------------- */

static DEFINE_PER_CPU(struct tasklet_struct *, tasklets);
static DEFINE_PER_CPU(struct tasklet_struct *, hi_tasklets);

void tasklet_init(struct tasklet_struct *t, void (*func)(unsigned long), unsigned long data)
{
	*t = (struct tasklet_struct){.func = func, .data = data};
}

void tasklet_setup(struct tasklet_struct *t, void (*callback)(struct tasklet_struct *))
{
	*t = (struct tasklet_struct){.use_callback = true, .callback = callback};
}

/* Puts @t last: tasklets run in the order in which they were scheduled. */
static void append(struct tasklet_struct *__percpu *list, struct tasklet_struct *t, unsigned int nr)
{
	struct tasklet_struct **link;
	unsigned long flags;

	local_irq_save(flags);
	t->next = NULL;
	for (link = this_cpu_ptr(list); *link; link = &(*link)->next)
		;
	*link = t;
	this_cpu_or(__softirq_pending, 1u << nr);
	local_irq_restore(flags);
	serve_soon();
}

void tasklet_schedule(struct tasklet_struct *t)
{
	if (!test_and_set_bit(TASKLET_STATE_SCHED, &t->state))
		append(&tasklets, t, TASKLET_SOFTIRQ);
}

void tasklet_hi_schedule(struct tasklet_struct *t)
{
	if (!test_and_set_bit(TASKLET_STATE_SCHED, &t->state))
		append(&hi_tasklets, t, HI_SOFTIRQ);
}

/* False: it is disabled, or runs on another CPU. */
static bool run_tasklet(struct tasklet_struct *t)
{
	if (test_and_set_bit(TASKLET_STATE_RUN, &t->state))
		return false;
	if (atomic_read(&t->count)) {
		clear_bit(TASKLET_STATE_RUN, &t->state);
		return false;
	}
	clear_bit(TASKLET_STATE_SCHED, &t->state);
	note_softirq_function(t->func);
	if (t->use_callback)
		t->callback(t);
	else
		t->func(t->data);
	clear_bit_unlock(TASKLET_STATE_RUN, &t->state);
	return true;
}

static void run_tasklets(struct tasklet_struct *__percpu *list, unsigned int nr)
{
	struct tasklet_struct *t, *next;

	local_irq_disable();
	t = this_cpu_read(*list);
	this_cpu_write(*list, NULL);
	local_irq_enable();
	for (; t; t = next) {
		next = t->next;
		if (!run_tasklet(t))
			append(list, t, nr);
	}
}

static void tasklet_softirq(struct softirq_action *h __unused)
{
	run_tasklets(&tasklets, TASKLET_SOFTIRQ);
}

static void hi_tasklet_softirq(struct softirq_action *h __unused)
{
	run_tasklets(&hi_tasklets, HI_SOFTIRQ);
}

static void wait_while_running(const struct tasklet_struct *t)
{
	while (test_bit_acquire(TASKLET_STATE_RUN, &t->state))
		spin_cpu_relax();
}

void tasklet_disable(struct tasklet_struct *t)
{
	tasklet_disable_nosync(t);
	wait_while_running(t);
}

/* While it is marked as scheduled here it cannot schedule itself, if it is running now. */
void tasklet_kill(struct tasklet_struct *t)
{
	might_sleep();
	if (in_interrupt() || irqs_disabled())
		return; /* it may wait for this very CPU */
	while (test_and_set_bit(TASKLET_STATE_SCHED, &t->state)) {
		do_softirq();
		spin_cpu_relax();
	}
	wait_while_running(t);
	clear_bit(TASKLET_STATE_SCHED, &t->state);
}

void softirq_init(void)
{
	open_softirq(TASKLET_SOFTIRQ, tasklet_softirq);
	open_softirq(HI_SOFTIRQ, hi_tasklet_softirq);
}
