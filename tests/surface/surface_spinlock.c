/* SPDX-License-Identifier: MIT */
/* Locks that spin. */
#include <linux/spinlock.h>

static spinlock_t lock;
static DEFINE_SPINLOCK(other);
static DEFINE_RAW_SPINLOCK(raw);
static DEFINE_RWLOCK(rw);
static rwlock_t rw_other;

static int spin(void)
{
	unsigned long flags;

	spin_lock_init(&lock);
	spin_lock(&lock);
	spin_unlock(&lock);
	spin_lock_irqsave(&lock, flags);
	spin_unlock_irqrestore(&lock, flags);
	spin_lock_irq(&lock);
	spin_unlock_irq(&lock);
	spin_lock_bh(&lock);
	if (!spin_is_locked(&lock) || spin_is_contended(&lock) || spin_trylock_bh(&lock))
		return -1;
	spin_unlock_bh(&lock);
	if (!spin_trylock_irq(&lock))
		return -1;
	spin_unlock_irq(&lock);
	if (!spin_trylock_irqsave(&lock, flags))
		return -1;
	spin_unlock_irqrestore(&lock, flags);
	raw_spin_lock_irqsave(&raw, flags);
	raw_spin_unlock_irqrestore(&raw, flags);
	return spin_trylock(&other) ? (spin_unlock(&other), 0) : -1;
}

static int read_and_write(void)
{
	unsigned long flags;

	rwlock_init(&rw_other);
	read_lock(&rw);
	if (!read_trylock(&rw) || write_trylock(&rw))
		return -1;
	read_unlock(&rw);
	read_unlock(&rw);
	write_lock(&rw);
	if (read_trylock(&rw))
		return -1;
	write_unlock(&rw);
	read_lock_bh(&rw_other);
	read_unlock_bh(&rw_other);
	write_lock_bh(&rw_other);
	write_unlock_bh(&rw_other);
	read_lock_irq(&rw);
	read_unlock_irq(&rw);
	write_lock_irq(&rw);
	write_unlock_irq(&rw);
	read_lock_irqsave(&rw, flags);
	read_unlock_irqrestore(&rw, flags);
	write_lock_irqsave(&rw, flags);
	write_unlock_irqrestore(&rw, flags);
	return 0;
}

int init_module(void)
{
	return spin() || read_and_write() ? -1 : 0;
}
