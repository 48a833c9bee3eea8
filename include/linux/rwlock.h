/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_RWLOCK_H
#define _LINUX_RWLOCK_H

/*
 * Spinning locks for many readers or one writer.  A writer that waits keeps new
 * readers out, except interrupt handlers: what they interrupted may be a reader,
 * so they wait for nobody but a writer that is inside.
 *
 * Included by <linux/spinlock.h>.
 */
#ifndef _LINUX_SPINLOCK_H
#include <linux/spinlock.h>
#endif

#define RWLOCK_WRITER  1u /* a writer is inside */
#define RWLOCK_WAITING 2u /* a writer waits */
#define RWLOCK_READER  4u /* times the readers inside */

typedef struct {
	struct lock_info info;
	u32 value;
	arch_spinlock_t queue; /* those wait here who may not go in at once */
} rwlock_t;

#define __RW_LOCK_UNLOCKED(name)         \
	{                                \
		.queue = {.tickets = 0 } \
	}
#define RW_LOCK_UNLOCKED    ((rwlock_t)__RW_LOCK_UNLOCKED(old))
#define DEFINE_RWLOCK(name) rwlock_t name = __RW_LOCK_UNLOCKED(name)

static __always_inline void rwlock_init(rwlock_t *lock)
{
	*lock = (rwlock_t){.value = 0};
}

/* read_lock_wait, write_lock_wait - the contended halves; the first counts as reader already. */
void read_lock_wait(rwlock_t *lock) __cold;
void write_lock_wait(rwlock_t *lock) __cold;

/**
 * read_lock - keep writers out
 * @lock: the lock; not held by this CPU, or as a reader by what an interrupt interrupted
 *
 * Context: any, but a lock that interrupt handlers take for writing needs
 * read_lock_irqsave().
 */
static __always_inline void read_lock(rwlock_t *lock) __acquires(lock)
{
	u32 old;

	preempt_disable();
	if (unlikely(lock_checking))
		lock_check(&lock->info, LOCK_READER);
	old = __atomic_fetch_add(&lock->value, RWLOCK_READER, __ATOMIC_ACQUIRE);
	if (unlikely(old & (RWLOCK_WRITER | RWLOCK_WAITING)))
		read_lock_wait(lock);
	if (unlikely(lock_checking))
		lock_note(&lock->info, LOCK_READER);
}

/**
 * write_lock - keep everybody else out
 * @lock: the lock; not held by this CPU
 *
 * Context: any, but a lock that interrupt handlers take in any way needs
 * write_lock_irqsave().
 */
static __always_inline void write_lock(rwlock_t *lock) __acquires(lock)
{
	u32 none = 0;

	preempt_disable();
	if (unlikely(lock_checking))
		lock_check(&lock->info, 0);
	if (unlikely(!try_cmpxchg(&lock->value, &none, RWLOCK_WRITER)))
		write_lock_wait(lock);
	if (unlikely(lock_checking))
		lock_note(&lock->info, 0);
}

static __always_inline bool read_trylock(rwlock_t *lock)
{
	u32 old = READ_ONCE(lock->value);

	preempt_disable();
	while (!(old & (RWLOCK_WRITER | RWLOCK_WAITING))) {
		if (!try_cmpxchg(&lock->value, &old, old + RWLOCK_READER))
			continue;
		if (unlikely(lock_checking))
			lock_note(&lock->info, LOCK_READER | LOCK_TRIED);
		return true;
	}
	preempt_enable();
	return false;
}

static __always_inline bool write_trylock(rwlock_t *lock)
{
	u32 none = 0;

	preempt_disable();
	if (try_cmpxchg(&lock->value, &none, RWLOCK_WRITER)) {
		if (unlikely(lock_checking))
			lock_note(&lock->info, LOCK_TRIED);
		return true;
	}
	preempt_enable();
	return false;
}

/* Releases it; false, after a report, if this CPU does not hold it. */
static __always_inline bool __read_unlock(rwlock_t *lock)
{
	if (unlikely(lock_checking) && !lock_forget(&lock->info))
		return false;
	__atomic_fetch_sub(&lock->value, RWLOCK_READER, __ATOMIC_RELEASE);
	return true;
}

static __always_inline bool __write_unlock(rwlock_t *lock)
{
	if (unlikely(lock_checking) && !lock_forget(&lock->info))
		return false;
	__atomic_fetch_sub(&lock->value, RWLOCK_WRITER, __ATOMIC_RELEASE);
	return true;
}

static __always_inline void read_unlock(rwlock_t *lock) __releases(lock)
{
	if (__read_unlock(lock))
		preempt_enable();
}

static __always_inline void write_unlock(rwlock_t *lock) __releases(lock)
{
	if (__write_unlock(lock))
		preempt_enable();
}

static __always_inline void read_lock_irq(rwlock_t *lock) __acquires(lock)
{
	local_irq_disable();
	read_lock(lock);
}

static __always_inline void write_lock_irq(rwlock_t *lock) __acquires(lock)
{
	local_irq_disable();
	write_lock(lock);
}

static __always_inline void read_unlock_irq(rwlock_t *lock) __releases(lock)
{
	if (!__read_unlock(lock))
		return;
	local_irq_enable();
	preempt_enable();
}

static __always_inline void write_unlock_irq(rwlock_t *lock) __releases(lock)
{
	if (!__write_unlock(lock))
		return;
	local_irq_enable();
	preempt_enable();
}

static __always_inline void read_unlock_irqrestore(rwlock_t *lock, unsigned long flags)
	__releases(lock)
{
	if (!__read_unlock(lock))
		return;
	local_irq_restore(flags);
	preempt_enable();
}

static __always_inline void write_unlock_irqrestore(rwlock_t *lock, unsigned long flags)
	__releases(lock)
{
	if (!__write_unlock(lock))
		return;
	local_irq_restore(flags);
	preempt_enable();
}

static __always_inline void read_lock_bh(rwlock_t *lock) __acquires(lock)
{
	local_bh_disable();
	read_lock(lock);
}

static __always_inline void write_lock_bh(rwlock_t *lock) __acquires(lock)
{
	local_bh_disable();
	write_lock(lock);
}

static __always_inline void read_unlock_bh(rwlock_t *lock) __releases(lock)
{
	read_unlock(lock);
	local_bh_enable();
}

static __always_inline void write_unlock_bh(rwlock_t *lock) __releases(lock)
{
	write_unlock(lock);
	local_bh_enable();
}

#define read_lock_irqsave(lock, flags) \
	do {                           \
		local_irq_save(flags); \
		read_lock(lock);       \
	} while (0)
#define write_lock_irqsave(lock, flags) \
	do {                            \
		local_irq_save(flags);  \
		write_lock(lock);       \
	} while (0)
#define write_trylock_irqsave(lock, flags)        \
	({                                        \
		bool __taken;                     \
                                                  \
		local_irq_save(flags);            \
		__taken = write_trylock(lock);    \
		if (!__taken)                     \
			local_irq_restore(flags); \
		__taken;                          \
	})

#endif
