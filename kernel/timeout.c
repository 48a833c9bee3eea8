/* SPDX-License-Identifier: MIT */
/*
 * Sleeping for a time.
 *
 * Sleepers stand in one list, the first to wake in front, each on its own stack.
 * timeouts_run() wakes those whose time has come: the timer interrupt calls it,
 * an idle CPU, and whoever gives up the CPU.
 *
 * Locking: timeouts_lock, outside the run queues' locks.
 */
#include <linux/delay.h>
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/list.h>
#include "sched.h"

struct timeout {
	struct list_head node;
	u64 due; /* nanoseconds since start-up */
	struct task_struct *task;
};

static DEFINE_SPINLOCK_RANK(timeouts_lock, LOCK_RANK_TIMEOUTS);
static LIST_HEAD(timeouts);
static u64 next_due = U64_MAX;

u64 timeouts_next(void)
{
	return READ_ONCE(next_due);
}

static void note_next(void)
{
	struct timeout *first = list_first_entry_or_null(&timeouts, struct timeout, node);

	WRITE_ONCE(next_due, first ? first->due : U64_MAX);
}

static void timeout_add(struct timeout *t)
{
	struct timeout *other;
	unsigned long flags;

	spin_lock_irqsave(&timeouts_lock, flags);
	list_for_each_entry_reverse(other, &timeouts, node)
	{
		if (other->due <= t->due)
			break;
	}
	list_add(&t->node, &other->node);
	note_next();
	spin_unlock_irqrestore(&timeouts_lock, flags);
}

static void timeout_del(struct timeout *t)
{
	unsigned long flags;

	spin_lock_irqsave(&timeouts_lock, flags);
	list_del_init(&t->node);
	note_next();
	spin_unlock_irqrestore(&timeouts_lock, flags);
}

void timeouts_run(void)
{
	unsigned long flags;
	struct timeout *t;

	if (likely(timeouts_next() > ktime_get_ns()))
		return;
	spin_lock_irqsave(&timeouts_lock, flags);
	while ((t = list_first_entry_or_null(&timeouts, struct timeout, node)) &&
	       t->due <= ktime_get_ns()) {
		list_del_init(&t->node);
		wake_up_process(t->task);
	}
	note_next();
	spin_unlock_irqrestore(&timeouts_lock, flags);
}

/* Nanoseconds from now, without running over. */
static u64 due_after(long jiffies_ahead)
{
	return ktime_get_ns() + (u64)min(jiffies_ahead, LONG_MAX / 4 / TICK_NSEC) * TICK_NSEC;
}

long schedule_timeout(long timeout)
{
	struct timeout t = {.task = current};
	u64 now;

	if (timeout == MAX_SCHEDULE_TIMEOUT) {
		schedule();
		return timeout;
	}
	if (WARN_ON(timeout < 0) || !scheduler_running) {
		mdelay(timeout > 0 ? jiffies_to_msecs((unsigned long)timeout) : 0);
		__set_current_state(TASK_RUNNING);
		return 0;
	}
	t.due = due_after(timeout);
	timeout_add(&t);
	schedule();
	timeout_del(&t);
	now = ktime_get_ns();
	return now >= t.due ? 0 : (long)((t.due - now + TICK_NSEC - 1) / TICK_NSEC);
}

long schedule_timeout_interruptible(long timeout)
{
	__set_current_state(TASK_INTERRUPTIBLE);
	return schedule_timeout(timeout);
}

long schedule_timeout_uninterruptible(long timeout)
{
	__set_current_state(TASK_UNINTERRUPTIBLE);
	return schedule_timeout(timeout);
}

void msleep(unsigned int msecs)
{
	long left = (long)msecs_to_jiffies(msecs) + 1;

	might_sleep();
	while (left)
		left = schedule_timeout_uninterruptible(left);
}

void usleep_range(unsigned long min_us, unsigned long max_us)
{
	might_sleep();
	if (max_us >= 2 * USEC_PER_MSEC)
		msleep((unsigned int)DIV_ROUND_UP(min_us, USEC_PER_MSEC));
	else
		udelay(min_us);
}

void ssleep(unsigned int seconds)
{
	msleep(seconds * 1000);
}
