/* SPDX-License-Identifier: MIT */
/*
 * Misuses that end in a panic, so that no kernel can go on with other tests: a cache that
 * must be and cannot, and waits that nobody can end, on the only CPU.
 */
#include <linux/completion.h>
#include <linux/irqflags.h>
#include <linux/kernel.h>
#include <linux/semaphore.h>
#include "../misuse.h"

MISUSE_FATAL(cache_must_be, "BUG: kmem_cache_create t_A: objects of 4194305 bytes",
	     "Kernel panic - not syncing: Cannot create slab t_A size=4194305")
{
	MISTAKE(NULL) {
		kmem_cache_create("t_A", KMALLOC_MAX_SIZE + 1, 0, SLAB_PANIC, NULL);
	}
}

MISUSE_FATAL(
	wait_with_interrupts_off,
	"BUG: sleeping function called from invalid context at kernel/wait.c:{n}",
	"irqs_disabled(): 1", "{at:wait_with_interrupts_off}",
	"Kernel panic - not syncing: cairn waits with interrupts off, and there is no other CPU")
{
	struct completion never;

	init_completion(&never);
	MISTAKE(&never) {
		local_irq_disable();
		wait_for_completion(&never);
	}
}

MISUSE_FATAL(down_with_interrupts_off,
	     "BUG: sleeping function called from invalid context at kernel/mutex.c:{n}",
	     "irqs_disabled(): 1", "{at:down_with_interrupts_off}", "Kernel panic - not syncing: ")
{
	struct semaphore none;

	sema_init(&none, 0);
	MISTAKE(&none) {
		local_irq_disable();
		down(&none);
	}
}
