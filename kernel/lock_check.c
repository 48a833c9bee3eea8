/* SPDX-License-Identifier: MIT */
/*
 * Checking locks as they are taken, with lockdep=1 on the kernel's command line.
 *
 * Each CPU keeps a list of the spinlocks it holds, with the place where each was
 * taken.  A lock about to be taken must not be in it, or the CPU would wait for
 * itself; and if it has a rank, every held one that has a rank must have a lower
 * one, or two CPUs could wait for each other.  Holding a spinlock forbids leaving the CPU,
 * so the list is the running thread's and its interrupts'.  A trylock cannot wait,
 * so its order is not checked; what it takes is noted.
 *
 * Contexts: any, interrupts off around each change.  Two words a lock are kept; more
 * than MAX_HELD at a time are not.
 */
#include <linux/irqflags.h>
#include <linux/kernel.h>
#include <linux/percpu.h>
#include <linux/string.h>
#include <linux/spinlock.h>
#include <cairn/init.h>

#define MAX_HELD 24

struct held_lock {
	const void *lock;
	unsigned long site;
	u32 rank;
};

struct held_locks {
	unsigned int n;
	struct held_lock held[MAX_HELD];
};

static DEFINE_PER_CPU(struct held_locks, held_locks);
bool lock_checking;

static int set_lockdep(const char *value)
{
	return kstrtobool(value, &lock_checking);
}
BOOT_PARAM("lockdep", set_lockdep, "check order and recursion of spinlocks");

static void report(const char *what, const struct held_lock *h, const void *lock,
		   unsigned long site)
{
	bool was = lock_checking;

	lock_checking = false; /* what prints takes locks */
	pr_err("BUG: %s: lock %pS, taken at %pS\n", what, lock, (void *)site);
	pr_err("while holding lock %pS, taken at %pS\n", h->lock, (void *)h->site);
	dump_stack();
	lock_checking = was;
}

void lock_check(const void *lock, u32 rank)
{
	unsigned long flags, site = _RET_IP_;
	struct held_locks *l;

	local_irq_save(flags);
	l = this_cpu_ptr(&held_locks);
	for (unsigned int i = 0; i < l->n; i++) {
		const struct held_lock *h = &l->held[i];

		if (h->lock == lock)
			report("spinlock recursion", h, lock, site);
		else if (rank && h->rank >= rank)
			report("lock order inversion", h, lock, site);
	}
	local_irq_restore(flags);
}

void lock_note(const void *lock, u32 rank)
{
	unsigned long flags, site = _RET_IP_;
	struct held_locks *l;

	local_irq_save(flags);
	l = this_cpu_ptr(&held_locks);
	if (l->n < MAX_HELD)
		l->held[l->n++] = (struct held_lock){lock, site, rank};
	local_irq_restore(flags);
}

void lock_forget(const void *lock)
{
	struct held_locks *l;
	unsigned long flags;

	local_irq_save(flags);
	l = this_cpu_ptr(&held_locks);
	for (unsigned int i = l->n; i-- > 0;) {
		if (l->held[i].lock != lock)
			continue;
		memmove(&l->held[i], &l->held[i + 1], (--l->n - i) * sizeof(l->held[0]));
		break;
	}
	local_irq_restore(flags);
}
