/* SPDX-License-Identifier: MIT */
/*
 * The one task there is.
 *
 * Scheduling calls check that their caller may sleep, count, and return.
 */
#include <linux/delay.h>
#include <linux/sched.h>

struct task_struct init_task = {
	.comm = "cairn",
};

/* Nobody else is there to run. */
void preempt_schedule(void)
{
	clear_preempt_need_resched();
}

void preempt_schedule_irq(void)
{
	clear_preempt_need_resched();
}

void schedule(void)
{
	might_sleep();
	current->nvcsw++;
	set_current_state(TASK_RUNNING);
}

long schedule_timeout(long timeout)
{
	if (timeout > 0 && timeout != MAX_SCHEDULE_TIMEOUT)
		msleep(jiffies_to_msecs(timeout));
	schedule();
	return 0;
}
