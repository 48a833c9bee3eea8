/* SPDX-License-Identifier: MIT */
/*
 * Checking spinlocks as they are taken and released, with lockdep=1 on the kernel's
 * command line.
 *
 *	per CPU:  held_locks: the locks it holds, and where each was taken
 *	per lock: struct lock_info: rank, how it has been used, and where
 *
 * Four mistakes are found when they are made, not when two CPUs happen to meet:
 *
 *	recursion	a lock that is to be taken is in this CPU's list
 *	order		it has a rank, and the list has one that is not lower
 *	unsafe use	it is taken by an interrupt handler, and elsewhere with interrupts
 *			on: the handler could come and wait for what it interrupted.  The
 *			same with soft interrupts, each kind for itself
 *	false release	a lock that is to be released is not in the list
 *
 * A handler may read a rwlock_t that its CPU reads already; a thread may not, since a
 * writer could have come to wait between.
 * A trylock cannot wait: its order is not checked, nor is it unsafe in a handler.
 *
 * Holding a spinlock forbids leaving the CPU, so the list is the running thread's and
 * its interrupts'.  Checking is on from the start or never, so every lock in force is
 * in a list.  What a report itself takes is left out (reporting).
 *
 * Contexts: any but NMI, where nothing is checked; interrupts off around each change.
 * A lock's record is written without a lock of its own: a note lost to another CPU is
 * made again next time.  Locks that sleep are followed by sleep_lock_check.c.
 */
#include <linux/irqflags.h>
#include <linux/kernel.h>
#include <linux/percpu.h>
#include <linux/smp.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <cairn/init.h>

#define MAX_HELD 24

/* Places are kept as distances from the lowest address that a kernel has. */
#define CODE_BASE 0xffffffff80000000UL

struct held_lock {
	const struct lock_info *lock;
	unsigned long site;
	bool reader;
};

struct held_locks {
	unsigned int n;
	unsigned int lost; /* beyond MAX_HELD */
	bool reporting;
	struct held_lock held[MAX_HELD];
};

static DEFINE_PER_CPU(struct held_locks, held_locks);
bool lock_checking;

static int set_lockdep(const char *value)
{
	return kstrtobool(value, &lock_checking);
}
BOOT_PARAM("lockdep", set_lockdep, "check locks: order, recursion, interrupts, release");

/* This CPU's list, or NULL where nothing is checked.  Context: interrupts off. */
static struct held_locks *list_begin(void)
{
	struct held_locks *l = this_cpu_ptr(&held_locks);

	return in_nmi() || l->reporting ? NULL : l;
}

/* A report of one mistake and two places; what it prints takes locks itself. */
static void report(const struct lock_info *lock, const char *what, const char *first,
		   unsigned long first_site, const char *second, unsigned long second_site)
{
	struct held_locks *l = this_cpu_ptr(&held_locks);

	l->reporting = true;
	pr_err("BUG: %s: lock %pS, CPU %d\n", what, lock, raw_smp_processor_id());
	pr_err("%s at %pS\n", first, (void *)first_site);
	pr_err("%s at %pS\n", second, (void *)second_site);
	dump_stack();
	l->reporting = false;
}

/* ---- Order and recursion --------------------------------------------------------------------- */

static void check_against(const struct held_lock *h, const struct lock_info *lock,
			  unsigned long site, bool reader)
{
	char holding[80];

	snprintf(holding, sizeof(holding), "while holding lock %pS, taken", h->lock);
	if (h->lock == lock && !(reader && h->reader && in_interrupt()))
		report(lock, "spinlock recursion", "to be taken", site, holding, h->site);
	else if (h->lock != lock && lock->rank && h->lock->rank >= lock->rank)
		report(lock, "lock order inversion", "to be taken", site, holding, h->site);
}

void lock_check(struct lock_info *lock, unsigned int how)
{
	unsigned long flags, site = _RET_IP_;
	struct held_locks *l;

	local_irq_save(flags);
	l = list_begin();
	for (unsigned int i = 0; l && i < l->n; i++)
		check_against(&l->held[i], lock, site, how & LOCK_READER);
	local_irq_restore(flags);
}

/* ---- Interrupts ------------------------------------------------------------------------------ */

/* Uses that bear on each other, of either kind of interrupt; and where in a lock's record. */
enum { HANDLER_WRITES = 1, HANDLER_READS = 2, OPEN_WRITES = 4, OPEN_READS = 8 };

static const char *const kind_name[] = {"interrupts", "soft interrupts"};

/* What @use, one of the above, must not meet. */
static u8 enemies_of(u8 use)
{
	switch (use) {
	case HANDLER_WRITES:
		return OPEN_WRITES | OPEN_READS;
	case HANDLER_READS:
		return OPEN_WRITES;
	case OPEN_WRITES:
		return HANDLER_WRITES | HANDLER_READS;
	default:
		return HANDLER_WRITES;
	}
}

static void note_use(struct lock_info *lock, unsigned int kind, bool handler, bool reader,
		     unsigned long site)
{
	u8 use = (u8)((reader ? 2 : 1) << (handler ? 0 : 2)), *uses = &lock->uses[kind];
	char what[80];
	unsigned long other;

	if (*uses & use)
		return;
	if (*uses & enemies_of(use)) {
		snprintf(what, sizeof(what), "lock taken by a handler and with %s on",
			 kind_name[kind]);
		other = CODE_BASE + lock->site[kind][!handler];
		report(lock, what, "by a handler", handler ? site : other,
		       handler ? "elsewhere" : "here", handler ? other : site);
	}
	*uses |= use;
	lock->site[kind][handler] = (u32)(site - CODE_BASE);
}

/* @flags: the interrupt flag that the taker had. */
static void note_uses(struct lock_info *lock, unsigned int how, unsigned long flags,
		      unsigned long site)
{
	bool open = !irqs_disabled_flags(flags), reader = how & LOCK_READER;

	if (in_hardirq()) {
		if (!(how & LOCK_TRIED))
			note_use(lock, 0, true, reader, site);
		return;
	}
	if (open)
		note_use(lock, 0, false, reader, site);
	if (in_serving_softirq() && !(how & LOCK_TRIED))
		note_use(lock, 1, true, reader, site);
	else if (open && !in_softirq())
		note_use(lock, 1, false, reader, site);
}

/* ---- Taken and released ---------------------------------------------------------------------- */

void lock_note(struct lock_info *lock, unsigned int how)
{
	unsigned long flags, site = _RET_IP_;
	struct held_locks *l;

	local_irq_save(flags);
	l = list_begin();
	if (l) {
		note_uses(lock, how, flags, site);
		lock->last_site = (u32)(site - CODE_BASE);
		if (l->n < MAX_HELD)
			l->held[l->n++] = (struct held_lock){lock, site, how & LOCK_READER};
		else
			l->lost++;
	}
	local_irq_restore(flags);
}

static bool drop(struct held_locks *l, const struct lock_info *lock)
{
	for (unsigned int i = l->n; i-- > 0;) {
		if (l->held[i].lock != lock)
			continue;
		memmove(&l->held[i], &l->held[i + 1], (--l->n - i) * sizeof(l->held[0]));
		return true;
	}
	if (!l->lost)
		return false;
	l->lost--;
	return true;
}

bool lock_forget(struct lock_info *lock)
{
	unsigned long flags, site = _RET_IP_;
	struct held_locks *l;
	bool held = true;

	local_irq_save(flags);
	l = list_begin();
	if (l)
		held = drop(l, lock);
	if (!held)
		report(lock, "release of a lock that this CPU does not hold", "released", site,
		       "last taken or released", CODE_BASE + data_race(lock->last_site));
	else if (l)
		lock->last_site = (u32)(site - CODE_BASE);
	local_irq_restore(flags);
	return held;
}
