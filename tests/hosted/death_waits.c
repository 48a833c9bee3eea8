/* SPDX-License-Identifier: MIT */
/*
 * Waits that nobody can end, on the only CPU.
 */
#include <linux/completion.h>
#include <linux/irqflags.h>
#include <linux/kernel.h>
#include <linux/semaphore.h>
#include "death.h"

DEATH(wait_with_interrupts_off)
{
	struct completion never;

	init_completion(&never);
	mistake_with(&never);
	local_irq_disable();
	wait_for_completion(&never);
}

DEATH(down_with_interrupts_off)
{
	struct semaphore none;

	sema_init(&none, 0);
	mistake_with(&none);
	local_irq_disable();
	down(&none);
}
