/* SPDX-License-Identifier: MIT */
/*
 * Sleeping for a time: a timer on the sleeper's stack that wakes it.
 *
 * Whoever is woken by something else takes its timer back before it goes on, so the
 * timer never outlives the call.  Who must not sleep does not: for it the time is over at once.
 */
#include <linux/delay.h>
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/processor.h>
#include <linux/sched.h>
#include <linux/timer.h>

struct sleeper {
	struct timer_list timer;
	struct task_struct *task;
};

static void wake_sleeper(struct timer_list *t)
{
	struct sleeper *sleeper = from_timer(sleeper, t, timer);

	wake_up_process(sleeper->task);
}

long schedule_timeout(long timeout)
{
	struct sleeper sleeper = {.task = current};
	unsigned long end;

	if (timeout == MAX_SCHEDULE_TIMEOUT) {
		schedule();
		return timeout;
	}
	if (WARN_ON(timeout < 0) || !scheduler_running) {
		mdelay(timeout > 0 ? jiffies_to_msecs((unsigned long)timeout) : 0);
		__set_current_state(TASK_RUNNING);
		return 0;
	}
	if (unlikely(sleep_forbidden())) {
		schedule(); /* reports it */
		return 0;
	}
	end = jiffies + (unsigned long)min_t(long, timeout, MAX_JIFFY_OFFSET);
	timer_setup(&sleeper.timer, wake_sleeper, 0);
	mod_timer(&sleeper.timer, end);
	schedule();
	del_timer_sync(&sleeper.timer);
	return max_t(long, (long)(end - jiffies), 0);
}

long wait_a_turn(long timeout)
{
	if (likely(!sleep_forbidden()))
		return schedule_timeout(timeout);
	__set_current_state(TASK_RUNNING);
	if (timeout != MAX_SCHEDULE_TIMEOUT)
		return 0;
	if (irqs_disabled() && num_online_cpus() == 1)
		panic("%s waits with interrupts off, and there is no other CPU: nobody can end that",
		      current->comm);
	spin_cpu_relax();
	return timeout;
}

void wait_a_tick(void)
{
	__set_current_state(TASK_UNINTERRUPTIBLE);
	wait_a_turn(sleep_forbidden() ? MAX_SCHEDULE_TIMEOUT : 1);
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
