/* SPDX-License-Identifier: MIT */
/*
 * The contended halves of spin_lock(), read_lock() and write_lock(), and the
 * preemption count that locks raise.
 *
 * Waiting in line is fair, and each that waits knows that it is next but so many.  On
 * virtual CPUs it is slow: the hypervisor runs some of them at a time, every hand-over
 * waits until the next in line is among those, and the others spin meanwhile, which
 * makes it later still.  With eight CPUs on two it took 20 ms a hand-over.  There, as the CPU
 * says of itself, whoever runs takes the lock.  Both may be used on one lock at once.
 *
 * Readers and writers that may not go in at once stand in one queue, a spinlock, so
 * in the order in which they came, where spinlocks have one.  The first one waits for the state it needs while
 * it holds the queue; a writer there also sets RWLOCK_WAITING, which sends who comes
 * now to the queue.
 *
 * Who waits serves requests for TLB flushes: the holder may be waiting for one.
 */
#include <linux/compiler.h>
#include <linux/preempt.h>
#include <linux/printk.h>
#include <linux/processor.h>
#include <linux/smp.h>
#include <linux/spinlock.h>

bool spin_lock_barging;

/* Longer than any holder keeps a lock; then the wait is reported, and goes on. */
#define LOCKUP_SPINS (1u << 24)

DEFINE_PER_CPU(u32, __preempt_count) = PREEMPT_NO_RESCHED;
DEFINE_PER_CPU(u32, preempt_site[PREEMPT_SITES]);
DEFINE_PER_CPU(u32, bh_disable_site);
DEFINE_PER_CPU(unsigned long, spin_lock_waits);
DEFINE_PER_CPU(unsigned long, spin_lock_spins);

/* One round of waiting for @lock. */
static void wait_round(const void *lock, unsigned int *spins)
{
	this_cpu_inc(spin_lock_spins);
	spin_cpu_relax();
	if (++*spins != LOCKUP_SPINS)
		return;
	pr_emerg("BUG: spinlock lockup suspected on CPU#%d, lock %pS\n", raw_smp_processor_id(),
		 lock);
	dump_stack();
}

static void wait_for_turn(arch_spinlock_t *lock)
{
	u32 old = __atomic_fetch_add(&lock->tickets, 0x10000, __ATOMIC_ACQUIRE);
	unsigned int spins = 0;

	while (smp_load_acquire(&lock->serving) != old >> 16)
		wait_round(lock, &spins);
}

static void wait_until_free(arch_spinlock_t *lock)
{
	unsigned int spins = 0;

	do {
		wait_round(lock, &spins);
	} while (!arch_spin_trylock(lock));
}

void spin_lock_wait(arch_spinlock_t *lock)
{
	this_cpu_inc(spin_lock_waits);
	if (READ_ONCE(spin_lock_barging))
		wait_until_free(lock);
	else
		wait_for_turn(lock);
}

void read_lock_wait(rwlock_t *lock)
{
	bool queued = !in_interrupt();
	unsigned int spins = 0;

	this_cpu_inc(spin_lock_waits);
	if (queued) {
		__atomic_fetch_sub(&lock->value, RWLOCK_READER, __ATOMIC_RELAXED);
		arch_spin_lock(&lock->queue);
		__atomic_fetch_add(&lock->value, RWLOCK_READER, __ATOMIC_RELAXED);
	}
	while (__atomic_load_n(&lock->value, __ATOMIC_ACQUIRE) & RWLOCK_WRITER)
		wait_round(lock, &spins);
	if (queued)
		arch_spin_unlock(&lock->queue);
}

void write_lock_wait(rwlock_t *lock)
{
	u32 mine = RWLOCK_WAITING;
	unsigned int spins = 0;

	this_cpu_inc(spin_lock_waits);
	arch_spin_lock(&lock->queue);
	__atomic_fetch_or(&lock->value, RWLOCK_WAITING, __ATOMIC_RELAXED);
	while (!try_cmpxchg(&lock->value, &mine, RWLOCK_WRITER)) {
		mine = RWLOCK_WAITING;
		wait_round(lock, &spins);
	}
	arch_spin_unlock(&lock->queue);
}
