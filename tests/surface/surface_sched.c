/* SPDX-License-Identifier: MIT */
/* The running task. */
#include <linux/sched.h>

int init_module(void)
{
	unsigned long before = current->nvcsw;

	cond_resched();
	schedule();
	return current->nvcsw > before && !need_resched() && !current->tgid && current->comm[0]
		       ? 0
		       : -1;
}
