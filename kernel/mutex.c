/* SPDX-License-Identifier: MIT */
/*
 * Locks whose waiters sleep: mutex, rw_semaphore, semaphore.
 *
 * Each has a spinlock and a queue of waiters, who stand on their own stacks.  Who
 * releases hands the lock over to the first in the queue (all leading readers
 * together), so it is never free while somebody waits, and nobody overtakes.  A
 * waiter learns under the spinlock that it was granted; the granter touches it no
 * more after dropping that.
 *
 * Only mutex_lock() has a way around the spinlock: an owner of NULL, which only a
 * mutex without waiters has, is exchanged for the caller.
 *
 * With lockdep=1 each task's mutexes and rw_semaphores are noted and their order is
 * checked: sleep_lock_check.c.
 */
#include <linux/bug.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/mutex.h>
#include <linux/rwsem.h>
#include <linux/semaphore.h>
#include <cairn/sleep_lock.h>

struct waiter {
	struct list_head node;
	struct task_struct *task;
	bool granted;
	bool writer;
};

/*
 * Sleeps until @w is granted or the time is over; then it is off the queue.
 * Context: @lock held by spin_lock_irqsave() with *@flags, also when it returns.
 * Return: granted.
 */
static bool wait_for_grant(spinlock_t *lock, unsigned long *flags, struct list_head *queue,
			   struct waiter *w, long timeout)
{
	w->task = current;
	w->granted = false;
	list_add_tail(&w->node, queue);
	while (!w->granted && timeout) {
		set_current_state(TASK_UNINTERRUPTIBLE);
		spin_unlock_irqrestore(lock, *flags);
		timeout = wait_a_turn(timeout);
		spin_lock_irqsave(lock, *flags);
	}
	if (!w->granted)
		list_del(&w->node);
	return w->granted;
}

static void grant(struct waiter *w)
{
	list_del(&w->node);
	w->granted = true;
	wake_up_process(w->task);
}

static struct waiter *first_waiter(struct list_head *queue)
{
	return list_first_entry_or_null(queue, struct waiter, node);
}

/* ---- Mutexes --------------------------------------------------------------------------------- */

static __always_inline bool mutex_take(struct mutex *lock)
{
	struct task_struct *none = NULL;

	return try_cmpxchg(&lock->owner, &none, current);
}

int __mutex_trylock(struct mutex *lock)
{
	bool taken = mutex_take(lock);

	if (unlikely(lock_checking) && taken)
		sleep_lock_note(lock, lock->rank, _RET_IP_);
	return taken;
}

static void mutex_lock_slow(struct mutex *lock)
{
	unsigned long flags;
	struct waiter w = {.writer = true};

	spin_lock_irqsave(&lock->wait_lock, flags);
	if (!mutex_take(lock))
		wait_for_grant(&lock->wait_lock, &flags, &lock->waiters, &w, MAX_SCHEDULE_TIMEOUT);
	spin_unlock_irqrestore(&lock->wait_lock, flags);
}

void mutex_lock(struct mutex *lock)
{
	might_sleep();
	if (unlikely(lock_checking) && READ_ONCE(lock->owner) != current)
		sleep_lock_check(lock, lock->rank, _RET_IP_);
	if (unlikely(!mutex_take(lock))) {
		if (WARN(READ_ONCE(lock->owner) == current, "mutex %pS: %s takes it again\n", lock,
			 current->comm))
			return;
		mutex_lock_slow(lock);
	}
	if (unlikely(lock_checking))
		sleep_lock_note(lock, lock->rank, _RET_IP_);
}

void mutex_unlock(struct mutex *lock)
{
	unsigned long flags;
	struct waiter *w;

	if (WARN(READ_ONCE(lock->owner) != current,
		 "mutex %pS: released by %s, which does not hold it\n", lock, current->comm))
		return;
	if (unlikely(lock_checking))
		sleep_lock_forget(lock);
	spin_lock_irqsave(&lock->wait_lock, flags);
	w = first_waiter(&lock->waiters);
	smp_store_release(&lock->owner, w ? w->task : NULL);
	if (w)
		grant(w);
	spin_unlock_irqrestore(&lock->wait_lock, flags);
}

/* ---- Readers and writers --------------------------------------------------------------------- */

/* Lets in whom the count allows.  Context: locked. */
static void rwsem_grant(struct rw_semaphore *sem)
{
	struct waiter *w;

	while ((w = first_waiter(&sem->waiters))) {
		if (w->writer ? sem->count != 0 : sem->count < 0)
			return;
		sem->count = w->writer ? -1 : sem->count + 1;
		grant(w);
	}
}

static bool rwsem_try(struct rw_semaphore *sem, bool writer)
{
	if (!list_empty(&sem->waiters) || (writer ? sem->count != 0 : sem->count < 0))
		return false;
	sem->count = writer ? -1 : sem->count + 1;
	return true;
}

static void rwsem_down(struct rw_semaphore *sem, bool writer, unsigned long site)
{
	struct waiter w = {.writer = writer};
	unsigned long flags;

	might_sleep();
	if (unlikely(lock_checking))
		sleep_lock_check(sem, sem->rank, site);
	spin_lock_irqsave(&sem->wait_lock, flags);
	if (!rwsem_try(sem, writer))
		wait_for_grant(&sem->wait_lock, &flags, &sem->waiters, &w, MAX_SCHEDULE_TIMEOUT);
	spin_unlock_irqrestore(&sem->wait_lock, flags);
	if (unlikely(lock_checking))
		sleep_lock_note(sem, sem->rank, site);
}

static int rwsem_trylock(struct rw_semaphore *sem, bool writer, unsigned long site)
{
	unsigned long flags;
	bool taken;

	spin_lock_irqsave(&sem->wait_lock, flags);
	taken = rwsem_try(sem, writer);
	spin_unlock_irqrestore(&sem->wait_lock, flags);
	if (unlikely(lock_checking) && taken)
		sleep_lock_note(sem, sem->rank, site);
	return taken;
}

/* Changes the count from what @writer must have left there by @change. */
static void rwsem_up(struct rw_semaphore *sem, bool writer, int change)
{
	unsigned long flags;

	spin_lock_irqsave(&sem->wait_lock, flags);
	if (!WARN(writer ? sem->count != -1 : sem->count <= 0,
		  "rw_semaphore %pS: released by %s, but no %s holds it\n", sem, current->comm,
		  writer ? "writer" : "reader")) {
		sem->count += change;
		rwsem_grant(sem);
	}
	spin_unlock_irqrestore(&sem->wait_lock, flags);
}

void down_read(struct rw_semaphore *sem)
{
	rwsem_down(sem, false, _RET_IP_);
}

void down_write(struct rw_semaphore *sem)
{
	rwsem_down(sem, true, _RET_IP_);
}

int down_read_trylock(struct rw_semaphore *sem)
{
	return rwsem_trylock(sem, false, _RET_IP_);
}

int down_write_trylock(struct rw_semaphore *sem)
{
	return rwsem_trylock(sem, true, _RET_IP_);
}

void up_read(struct rw_semaphore *sem)
{
	if (unlikely(lock_checking))
		sleep_lock_forget(sem);
	rwsem_up(sem, false, -1);
}

void up_write(struct rw_semaphore *sem)
{
	if (unlikely(lock_checking))
		sleep_lock_forget(sem);
	rwsem_up(sem, true, 1);
}

void downgrade_write(struct rw_semaphore *sem)
{
	rwsem_up(sem, true, 2);
}

/* ---- Semaphores ------------------------------------------------------------------------------ */

int down_timeout(struct semaphore *sem, long jiffies_left)
{
	struct waiter w = {.writer = true};
	unsigned long flags;
	bool taken = true;

	might_sleep();
	spin_lock_irqsave(&sem->lock, flags);
	if (sem->count)
		sem->count--;
	else
		taken = wait_for_grant(&sem->lock, &flags, &sem->wait_list, &w, jiffies_left);
	spin_unlock_irqrestore(&sem->lock, flags);
	return taken ? 0 : -ETIME;
}

void down(struct semaphore *sem)
{
	down_timeout(sem, MAX_SCHEDULE_TIMEOUT);
}

int down_trylock(struct semaphore *sem)
{
	unsigned long flags;
	bool taken;

	spin_lock_irqsave(&sem->lock, flags);
	taken = sem->count != 0;
	if (taken)
		sem->count--;
	spin_unlock_irqrestore(&sem->lock, flags);
	return !taken;
}

void up(struct semaphore *sem)
{
	unsigned long flags;
	struct waiter *w;

	spin_lock_irqsave(&sem->lock, flags);
	w = first_waiter(&sem->wait_list);
	if (w)
		grant(w);
	else
		sem->count++;
	spin_unlock_irqrestore(&sem->lock, flags);
}
