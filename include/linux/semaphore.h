/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_SEMAPHORE_H
#define _LINUX_SEMAPHORE_H

/* Counting semaphores: down() takes one, sleeping while there is none; up() gives one. */
#include <linux/list.h>
#include <linux/sched.h>
#include <linux/spinlock.h>

struct semaphore {
	spinlock_t lock;
	unsigned int count;
	struct list_head wait_list;
};

#define __SEMAPHORE_INITIALIZER(name, n)                                 \
	{                                                                \
		.lock = __SPIN_LOCK_UNLOCKED((name).lock), .count = (n), \
		.wait_list = LIST_HEAD_INIT((name).wait_list)            \
	}
#define DEFINE_SEMAPHORE(name) struct semaphore name = __SEMAPHORE_INITIALIZER(name, 1)

static inline void sema_init(struct semaphore *sem, int value)
{
	spin_lock_init(&sem->lock);
	sem->count = (unsigned int)value;
	INIT_LIST_HEAD(&sem->wait_list);
}

/* down - take one.  Context: may sleep. */
void down(struct semaphore *sem);
/* down_timeout - give up after so many jiffies: -ETIME.  Context: may sleep. */
int down_timeout(struct semaphore *sem, long jiffies_left);
/* down_trylock - 0 if it took one, 1 if there was none.  Context: any. */
int down_trylock(struct semaphore *sem);
/* up - give one, to the longest waiting.  Context: any. */
void up(struct semaphore *sem);

static inline int down_interruptible(struct semaphore *sem)
{
	down(sem);
	return 0;
}
#define down_killable(sem) down_interruptible(sem)

#endif
