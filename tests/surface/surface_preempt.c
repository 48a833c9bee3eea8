/* SPDX-License-Identifier: MIT */
/* What kind of code is running, from <linux/preempt.h> alone. */
#include <linux/preempt.h>

int init_module(void)
{
	int ok = !in_atomic() && !in_interrupt() && !in_irq() && !in_softirq() && !in_nmi() &&
		 in_task() && preemptible();

	might_sleep();
	preempt_disable();
	preempt_disable();
	ok = ok && in_atomic() && preempt_count() == 2 && !in_interrupt() && !preemptible();
	preempt_enable_no_resched();
	preempt_enable();
	might_sleep_if(1);
	return ok && !preempt_count() ? 0 : -1;
}
