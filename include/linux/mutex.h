/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_MUTEX_H
#define _LINUX_MUTEX_H

/*
 * Mutexes: locks whose waiters sleep, first come, first served, and that only the
 * task that took them may release.
 */
#include <linux/list.h>
#include <linux/sched.h>
#include <linux/spinlock.h>

struct mutex {
	struct task_struct *owner; /* changed with the lock held, or from and to NULL at once */
	spinlock_t wait_lock;
	struct list_head waiters;
	u8 rank; /* immutable: enum lock_rank */
};

#define __MUTEX_INITIALIZER(name)                                                   \
	{                                                                           \
		.owner = NULL, .wait_lock = __SPIN_LOCK_UNLOCKED((name).wait_lock), \
		.waiters = LIST_HEAD_INIT((name).waiters)                           \
	}
#define DEFINE_MUTEX(name) struct mutex name = __MUTEX_INITIALIZER(name)
/* DEFINE_MUTEX_RANK - DEFINE_MUTEX() with its place in the order of locks */
#define DEFINE_MUTEX_RANK(name, r)                                      \
	struct mutex name = {.wait_lock = __SPIN_LOCK_UNLOCKED(unused), \
			     .waiters = LIST_HEAD_INIT((name).waiters), \
			     .rank = (r)}

static inline void mutex_init(struct mutex *lock)
{
	lock->owner = NULL;
	spin_lock_init(&lock->wait_lock);
	INIT_LIST_HEAD(&lock->waiters);
	lock->rank = LOCK_RANK_NONE;
}

static inline void mutex_destroy(struct mutex *lock __unused)
{
}

static inline bool mutex_is_locked(struct mutex *lock)
{
	return READ_ONCE(lock->owner) != NULL;
}

/**
 * mutex_lock - take @lock, sleeping until it is free
 * @lock: not held by the caller, which is checked
 *
 * Context: may sleep.
 */
void mutex_lock(struct mutex *lock) __acquires(lock);
/* mutex_trylock - 1 if it took @lock, 0 if somebody holds it.  Context: process. */
int __mutex_trylock(struct mutex *lock);
#define mutex_trylock(lock) __cond_lock(lock, __mutex_trylock(lock))
/* mutex_unlock - release @lock, to the longest waiting.  Context: process, the task that took it. */
void mutex_unlock(struct mutex *lock) __releases(lock);

static inline int mutex_lock_interruptible(struct mutex *lock)
{
	mutex_lock(lock);
	return 0;
}
#define mutex_lock_killable(lock)      mutex_lock_interruptible(lock)
#define mutex_lock_nested(lock, class) mutex_lock(lock)

#endif
