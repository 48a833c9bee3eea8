/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_SPINLOCK_H
#define _LINUX_SPINLOCK_H

/*
 * Ticket spinlocks: who finds the lock taken draws a number and waits until it is
 * served, so CPUs get the lock in the order in which they asked.  Not on virtual CPUs
 * (spin_lock_barging): there whoever runs when the lock comes free takes it, since the next
 * in line may not be running at all while the others wait for it.  A held lock counts in
 * the preemption count.  Waiting for ever is reported, once a lock, as a lockup.
 */
#include <linux/atomic.h>
#include <linux/bottom_half.h>
#include <linux/compiler.h>
#include <linux/irqflags.h>
#include <linux/preempt.h>
#include <linux/types.h>

typedef struct {
	union {
		u32 tickets; /* the lock is free when both halves are equal */
		struct {
			u16 serving; /* written by the holder only */
			u16 next;
		};
	};
} arch_spinlock_t;

/*
 * Ranks: the order in which locks may be held together.  A lock of a rank is taken
 * only while every other held lock that has one has a lower one; an interrupt's locks
 * count with those of what it interrupts.  docs/locking.md tells what each guards.
 */
enum lock_rank {
	LOCK_RANK_NONE, /* anywhere; only taking it twice is wrong */
	/* mutexes and rw_semaphores, which never wait under a spinlock */
	LOCK_RANK_LEAK_SCAN,
	LOCK_RANK_NAMES,
	LOCK_RANK_WRITEBACK,
	LOCK_RANK_DEVICE,
	/* mm, interrupts on */
	LOCK_RANK_PURGE,
	LOCK_RANK_MEMTYPE,
	/* mm, interrupts off */
	LOCK_RANK_VMAP,
	LOCK_RANK_DMA_POOLS,
	LOCK_RANK_DMA_POOL,
	LOCK_RANK_DMA_RECORD,
	LOCK_RANK_PERCPU,
	LOCK_RANK_MEMPOOL,
	LOCK_RANK_SHRINKERS,
	LOCK_RANK_SLAB_CACHES,
	LOCK_RANK_SLAB,
	LOCK_RANK_KMAP,
	LOCK_RANK_PAGE_TABLE,
	LOCK_RANK_ALLOC_QUEUE,
	LOCK_RANK_MEMMAP,
	LOCK_RANK_ZONE,
	/* waking and waiting */
	LOCK_RANK_QUEUE,
	LOCK_RANK_TASKLIST,
};

/**
 * struct lock_info - what lockdep=1 knows of a lock
 * @rank: its place in the order of locks
 * @uses: by handlers and elsewhere; for interrupts, for soft interrupts
 * @site: where: [for which kind][by a handler]
 * @last_site: where it was taken or released last
 */
struct lock_info {
	u8 rank;
	u8 uses[2];
	u32 site[2][2];
	u32 last_site;
};

typedef struct {
	struct lock_info info; /* first, so that it has the lock's address and name */
	arch_spinlock_t arch;
} spinlock_t;
typedef spinlock_t raw_spinlock_t;

#define __SPIN_LOCK_UNLOCKED(name)      \
	{                               \
		.arch = {.tickets = 0 } \
	}
/* SPIN_LOCK_UNLOCKED - the name of old, in an initialiser or assigned. */
#define SPIN_LOCK_UNLOCKED ((spinlock_t)__SPIN_LOCK_UNLOCKED(old))
/* DEFINE_SPINLOCK_RANK - DEFINE_SPINLOCK() with its place in the order of locks */
#define DEFINE_SPINLOCK_RANK(name, r) spinlock_t name = {.info = {.rank = (r)}}
#define DEFINE_SPINLOCK(name)	      spinlock_t name = __SPIN_LOCK_UNLOCKED(name)
#define DEFINE_RAW_SPINLOCK(name)     raw_spinlock_t name = __SPIN_LOCK_UNLOCKED(name)

/* How often this CPU has found a lock taken, and how many rounds it has waited for one. */
DECLARE_PER_CPU(unsigned long, spin_lock_waits);
DECLARE_PER_CPU(unsigned long, spin_lock_spins);

/* spin_lock_barging - who waits for a lock takes it when it can, out of turn. */
extern bool spin_lock_barging;

/* spin_lock_wait - take @lock, which was not free; the contended half of spin_lock(). */
void spin_lock_wait(arch_spinlock_t *lock) __cold;

/*
 * lock_checking - locks are checked as they are taken: boot parameter lockdep=1
 *
 * lock_check() looks at the lock about to be taken, lock_note() notes that it is,
 * lock_forget() that it is not any more; what is wrong is reported with both places.
 * lock_forget() is false for a lock that this CPU does not hold: that stays as it is.
 */
#define LOCK_READER 1u /* as a reader */
#define LOCK_TRIED  2u /* by a trylock */

extern bool lock_checking;
void lock_check(struct lock_info *lock, unsigned int how) __cold;
void lock_note(struct lock_info *lock, unsigned int how) __cold;
bool lock_forget(struct lock_info *lock) __cold;

static __always_inline bool arch_spin_trylock(arch_spinlock_t *lock)
{
	u32 old = READ_ONCE(lock->tickets);

	return (u16)old == old >> 16 && try_cmpxchg(&lock->tickets, &old, old + 0x10000);
}

static __always_inline void arch_spin_lock(arch_spinlock_t *lock)
{
	if (unlikely(!arch_spin_trylock(lock)))
		spin_lock_wait(lock);
	barrier();
}

static __always_inline void arch_spin_unlock(arch_spinlock_t *lock)
{
	smp_store_release(&lock->serving, (u16)(READ_ONCE(lock->serving) + 1));
}

/**
 * spin_lock_init - make @lock free
 * @lock: not in use by anyone
 */
static __always_inline void spin_lock_init(spinlock_t *lock)
{
	*lock = (spinlock_t){.arch = {.tickets = 0}};
}

/* spin_lock_init_rank - spin_lock_init(), with a place in the order of locks */
static __always_inline void spin_lock_init_rank(spinlock_t *lock, enum lock_rank rank)
{
	*lock = (spinlock_t){.info = {.rank = (u8)rank}};
}

static __always_inline bool spin_is_locked(const spinlock_t *lock)
{
	u32 tickets = READ_ONCE(lock->arch.tickets);

	return (u16)tickets != tickets >> 16;
}

/**
 * spin_lock - take @lock
 * @lock: the lock; not held by this CPU
 *
 * Context: any, but a lock that interrupt handlers take needs spin_lock_irqsave().
 */
static __always_inline void spin_lock(spinlock_t *lock) __acquires(lock)
{
	preempt_disable();
	if (unlikely(lock_checking))
		lock_check(&lock->info, 0);
	arch_spin_lock(&lock->arch);
	if (unlikely(lock_checking))
		lock_note(&lock->info, 0);
}

static __always_inline bool spin_trylock(spinlock_t *lock)
{
	preempt_disable();
	if (arch_spin_trylock(&lock->arch)) {
		if (unlikely(lock_checking))
			lock_note(&lock->info, LOCK_TRIED);
		return true;
	}
	preempt_enable();
	return false;
}

static __always_inline void spin_unlock(spinlock_t *lock) __releases(lock)
{
	if (unlikely(lock_checking) && !lock_forget(&lock->info))
		return;
	arch_spin_unlock(&lock->arch);
	preempt_enable();
}

static __always_inline void spin_lock_irq(spinlock_t *lock) __acquires(lock)
{
	local_irq_disable();
	spin_lock(lock);
}

static __always_inline void spin_unlock_irq(spinlock_t *lock) __releases(lock)
{
	if (unlikely(lock_checking) && !lock_forget(&lock->info))
		return;
	arch_spin_unlock(&lock->arch);
	local_irq_enable();
	preempt_enable();
}

static __always_inline void spin_unlock_irqrestore(spinlock_t *lock, unsigned long flags)
	__releases(lock)
{
	if (unlikely(lock_checking) && !lock_forget(&lock->info))
		return;
	arch_spin_unlock(&lock->arch);
	local_irq_restore(flags);
	preempt_enable();
}

/* spin_lock_irqsave - interrupts off, their state kept in @flags, then spin_lock(). */
#define spin_lock_irqsave(lock, flags) \
	do {                           \
		local_irq_save(flags); \
		spin_lock(lock);       \
	} while (0)

#define spin_trylock_irqsave(lock, flags)         \
	({                                        \
		bool __taken;                     \
                                                  \
		local_irq_save(flags);            \
		__taken = spin_trylock(lock);     \
		if (!__taken)                     \
			local_irq_restore(flags); \
		__taken;                          \
	})

#define spin_trylock_irq(lock)                \
	({                                    \
		bool __taken;                 \
                                              \
		local_irq_disable();          \
		__taken = spin_trylock(lock); \
		if (!__taken)                 \
			local_irq_enable();   \
		__taken;                      \
	})

/* spin_lock_bh - no soft interrupts on this CPU, then spin_lock(); for what they take too. */
static __always_inline void spin_lock_bh(spinlock_t *lock) __acquires(lock)
{
	local_bh_disable();
	spin_lock(lock);
}

static __always_inline bool spin_trylock_bh(spinlock_t *lock)
{
	local_bh_disable();
	if (spin_trylock(lock))
		return true;
	local_bh_enable();
	return false;
}

/* spin_unlock_bh - release @lock; soft interrupts that have gathered run now.  Interrupts on. */
static __always_inline void spin_unlock_bh(spinlock_t *lock) __releases(lock)
{
	spin_unlock(lock);
	local_bh_enable();
}

/* spin_is_contended - is somebody in line for @lock, which the caller holds? */
static __always_inline bool spin_is_contended(const spinlock_t *lock)
{
	u32 tickets = READ_ONCE(lock->arch.tickets);

	return (u16)((tickets >> 16) - tickets) > 1;
}

/* The class of a lock taken inside another of its kind; ranks tell them apart here. */
#define spin_lock_nested(lock, class)		     spin_lock(lock)
#define spin_lock_irqsave_nested(lock, flags, class) spin_lock_irqsave(lock, flags)

#define raw_spin_lock_init(lock)		     spin_lock_init(lock)
#define raw_spin_lock(lock)			     spin_lock(lock)
#define raw_spin_trylock(lock)			     spin_trylock(lock)
#define raw_spin_unlock(lock)			     spin_unlock(lock)
#define raw_spin_lock_irq(lock)			     spin_lock_irq(lock)
#define raw_spin_unlock_irq(lock)		     spin_unlock_irq(lock)
#define raw_spin_lock_bh(lock)			     spin_lock_bh(lock)
#define raw_spin_unlock_bh(lock)		     spin_unlock_bh(lock)
#define raw_spin_trylock_irqsave(lock, flags)	     spin_trylock_irqsave(lock, flags)
#define raw_spin_is_locked(lock)		     spin_is_locked(lock)
#define raw_spin_lock_irqsave(lock, flags)	     spin_lock_irqsave(lock, flags)
#define raw_spin_unlock_irqrestore(lock, flags)	     spin_unlock_irqrestore(lock, flags)

#define assert_spin_locked(lock)		     BUG_ON(!spin_is_locked(lock))
#define lockdep_assert_held(lock)		     WARN_ON(!spin_is_locked(lock))

#include <linux/bug.h>
#include <linux/rwlock.h>

#endif
