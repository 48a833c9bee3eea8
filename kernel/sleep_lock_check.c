/* SPDX-License-Identifier: MIT */
/*
 * Checking mutexes and rw_semaphores as they are taken, with lockdep=1.
 *
 *	per task:  what it holds, in the order in which it was taken, and where
 *	per lock:  a rank, below those of all spinlocks; 0 for none
 *
 * As with spinlocks (lock_check.c) the order is wrong when a lock of a rank is taken
 * while the task holds one whose rank is not lower, whether or not another task waits
 * the other way round at that time.  A lock that the task holds already is reported
 * too, for readers as well: a writer could have come to wait between.  A trylock does
 * not wait, so it is noted only.
 *
 * That no lock which sleeps is taken under a spinlock is might_sleep()'s to report, so
 * ranks of the two kinds never meet.  Semaphores have no owner and are not followed; nor
 * is a rw_semaphore that one task takes and another releases.
 *
 * Only the task itself reads and writes its list: no lock.  Context: where sleeping is
 * allowed, or for a trylock process context.
 */
#include <linux/kernel.h>
#include <linux/printk.h>
#include <linux/sched.h>
#include <linux/string.h>
#include <cairn/sleep_lock.h>

static void report(const void *lock, const char *what, unsigned long site,
		   const struct sleep_lock *held)
{
	pr_err("BUG: %s: lock %pS, task %s\n", what, lock, current->comm);
	pr_err("to be taken at %pS\n", (void *)site);
	pr_err("while holding lock %pS, taken at %pS\n", held->lock, (void *)held->site);
	dump_stack();
}

void sleep_lock_check(const void *lock, u8 rank, unsigned long site)
{
	const struct task_struct *task = current;

	for (unsigned int i = 0; i < task->nr_sleep_locks; i++) {
		const struct sleep_lock *held = &task->sleep_locks[i];

		if (held->lock == lock)
			report(lock, "recursion", site, held);
		else if (rank && held->rank >= rank)
			report(lock, "lock order inversion", site, held);
	}
}

/* What does not fit in is not checked against. */
void sleep_lock_note(const void *lock, u8 rank, unsigned long site)
{
	struct task_struct *task = current;

	if (task->nr_sleep_locks < SLEEP_LOCKS_MAX)
		task->sleep_locks[task->nr_sleep_locks++] = (struct sleep_lock){lock, site, rank};
}

void sleep_lock_forget(const void *lock)
{
	struct task_struct *task = current;
	struct sleep_lock *held = task->sleep_locks;

	for (unsigned int i = task->nr_sleep_locks; i-- > 0;) {
		if (held[i].lock != lock)
			continue;
		task->nr_sleep_locks--;
		memmove(&held[i], &held[i + 1], (task->nr_sleep_locks - i) * sizeof(*held));
		return;
	}
}
