/* SPDX-License-Identifier: MIT */
/* Locks. */
#include <linux/spinlock.h>

static spinlock_t lock;
static DEFINE_SPINLOCK(other);

int init_module(void)
{
	unsigned long flags;

	spin_lock_init(&lock);
	spin_lock(&lock);
	spin_unlock(&lock);
	spin_lock_irqsave(&lock, flags);
	spin_unlock_irqrestore(&lock, flags);
	return spin_trylock(&other) ? (spin_unlock(&other), 0) : -1;
}
