/* SPDX-License-Identifier: MIT */
/*
 * Scenario: one CPU takes and drops locks and looks at what they leave behind: the
 * ticket pair, the preemption count, the interrupt flag.  Then it says that it may
 * sleep with a lock held, and must be told off.  Atomic operations are held against
 * plain arithmetic.
 */
#include <linux/atomic.h>
#include <linux/kernel.h>
#include <linux/spinlock.h>
#include <cairn/test.h>

static DEFINE_SPINLOCK(lock);

KTEST(locks, spin_lock_counts_preemption)
{
	u32 before = preempt_count();

	EXPECT(!spin_is_locked(&lock));
	spin_lock(&lock);
	EXPECT(spin_is_locked(&lock));
	EXPECT_EQ(preempt_count(), before + 1);
	EXPECT(in_atomic());
	EXPECT(!spin_trylock(&lock));
	EXPECT_EQ(preempt_count(), before + 1);
	spin_unlock(&lock);
	EXPECT(!spin_is_locked(&lock));
	EXPECT_EQ(preempt_count(), before);
	EXPECT(spin_trylock(&lock));
	spin_unlock(&lock);
}

/* Sixteen bits of tickets wrap around without harm. */
KTEST(locks, tickets_wrap)
{
	unsigned int i;

	for (i = 0; i < 70000; i++) {
		spin_lock(&lock);
		spin_unlock(&lock);
	}
	EXPECT(!spin_is_locked(&lock));
	EXPECT(spin_trylock(&lock));
	EXPECT(spin_is_locked(&lock));
	spin_unlock(&lock);
}

KTEST(locks, irqsave_restores)
{
	unsigned long flags, inner;

	EXPECT(!irqs_disabled());
	spin_lock_irqsave(&lock, flags);
	EXPECT(irqs_disabled());
	EXPECT(!spin_trylock_irqsave(&lock, inner));
	EXPECT(irqs_disabled());
	spin_unlock_irqrestore(&lock, flags);
	EXPECT(!irqs_disabled());
	local_save_flags(flags);
	EXPECT(!irqs_disabled_flags(flags));
}

KTEST(locks, might_sleep_reports)
{
	EXPECT_NO_REPORT() {
		might_sleep();
	}
	EXPECT_REPORT("BUG: sleeping function called from invalid context at tests/test_locks.c:") {
		spin_lock(&lock);
		might_sleep();
		spin_unlock(&lock);
	}
	EXPECT_NO_REPORT() {
		spin_lock(&lock);
		might_sleep_if(false);
		spin_unlock(&lock);
	}
}

KTEST(locks, atomics)
{
	atomic_t v = ATOMIC_INIT(5);
	atomic64_t w = ATOMIC64_INIT(1LL << 40);
	unsigned long word = 7;

	atomic_inc(&v);
	atomic_add(4, &v);
	atomic_sub(3, &v);
	EXPECT_EQ(atomic_read(&v), 7);
	EXPECT_EQ(atomic_add_return(3, &v), 10);
	EXPECT_EQ(atomic_fetch_sub(4, &v), 10);
	EXPECT_EQ(atomic_xchg(&v, 1), 6);
	EXPECT(atomic_dec_and_test(&v));
	EXPECT(!atomic_inc_not_zero(&v));
	EXPECT(atomic_add_unless(&v, 2, 1));
	EXPECT(!atomic_add_unless(&v, 1, 2));
	EXPECT_EQ(atomic_cmpxchg(&v, 2, 9), 2);
	EXPECT_EQ(atomic_cmpxchg(&v, 2, 1), 9);
	EXPECT(atomic_add_negative(-10, &v));

	atomic64_add(1LL << 41, &w);
	EXPECT_EQ(atomic64_read(&w), 3LL << 40);
	EXPECT_EQ(atomic64_fetch_and(1LL << 40, &w), 3LL << 40);
	EXPECT_EQ(atomic64_dec_return(&w), (1LL << 40) - 1);

	EXPECT_EQ(xchg(&word, 8), 7);
	EXPECT_EQ(cmpxchg(&word, 8, 9), 8);
	EXPECT_EQ(cmpxchg(&word, 8, 10), 9);
	EXPECT_EQ(word, 9);
}
