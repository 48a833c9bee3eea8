/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_BOTTOM_HALF_H
#define _LINUX_BOTTOM_HALF_H

/* Keeping softirqs off this CPU. */
#include <linux/preempt.h>

static __always_inline void local_bh_disable(void)
{
	if (!in_softirq())
		arch_bh_disable_note();
	preempt_count_add(SOFTIRQ_DISABLE_OFFSET);
}

/* local_bh_enable - undo one local_bh_disable(); the last one runs what is pending. */
void local_bh_enable(void);

#endif
