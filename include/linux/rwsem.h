/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_RWSEM_H
#define _LINUX_RWSEM_H

/*
 * Locks for many readers or one writer, whose waiters sleep.  First come, first
 * served: a reader does not overtake a waiting writer.
 */
#include <linux/list.h>
#include <linux/sched.h>
#include <linux/spinlock.h>

struct rw_semaphore {
	spinlock_t wait_lock;
	int count; /* readers; -1: a writer */
	struct list_head waiters;
	u8 rank; /* immutable: enum lock_rank */
};

#define __RWSEM_INITIALIZER(name)                                    \
	{                                                            \
		.wait_lock = __SPIN_LOCK_UNLOCKED((name).wait_lock), \
		.waiters = LIST_HEAD_INIT((name).waiters)            \
	}
#define DECLARE_RWSEM(name) struct rw_semaphore name = __RWSEM_INITIALIZER(name)
/* DECLARE_RWSEM_RANK - DECLARE_RWSEM() with its place in the order of locks */
#define DECLARE_RWSEM_RANK(name, r)                                            \
	struct rw_semaphore name = {.wait_lock = __SPIN_LOCK_UNLOCKED(unused), \
				    .waiters = LIST_HEAD_INIT((name).waiters), \
				    .rank = (r)}

static inline void init_rwsem(struct rw_semaphore *sem)
{
	spin_lock_init(&sem->wait_lock);
	sem->count = 0;
	INIT_LIST_HEAD(&sem->waiters);
	sem->rank = LOCK_RANK_NONE;
}

static inline int rwsem_is_locked(struct rw_semaphore *sem)
{
	return READ_ONCE(sem->count) != 0;
}

/* Context of those that take it: may sleep; of the others: process. */
void down_read(struct rw_semaphore *sem) __acquires(sem);
int down_read_trylock(struct rw_semaphore *sem);
void up_read(struct rw_semaphore *sem) __releases(sem);
void down_write(struct rw_semaphore *sem) __acquires(sem);
int down_write_trylock(struct rw_semaphore *sem);
void up_write(struct rw_semaphore *sem) __releases(sem);
/* downgrade_write - the writer becomes a reader, with no other writer between. */
void downgrade_write(struct rw_semaphore *sem);

static inline int down_read_killable(struct rw_semaphore *sem)
{
	down_read(sem);
	return 0;
}

static inline int down_write_killable(struct rw_semaphore *sem)
{
	down_write(sem);
	return 0;
}

#define down_read_interruptible(sem)  down_read_killable(sem)
#define down_read_nested(sem, class)  down_read(sem)
#define down_write_nested(sem, class) down_write(sem)

#endif
