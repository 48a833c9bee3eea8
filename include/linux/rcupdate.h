/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_RCUPDATE_H
#define _LINUX_RCUPDATE_H

/*
 * Read-copy update: readers take no lock; whoever unlinks something waits, before
 * freeing it, until every reader that may have seen it is through.
 *
 * A read-side section has preemption off, so a CPU that runs another thread than
 * before, or the same one outside any section, is through with all it had begun.
 */
#include <linux/atomic.h>
#include <linux/bottom_half.h>
#include <linux/compiler.h>
#include <linux/container_of.h>
#include <linux/list.h>
#include <linux/preempt.h>
#include <linux/types.h>

typedef void (*rcu_callback_t)(struct rcu_head *head);

static __always_inline void rcu_read_lock(void)
{
	preempt_disable();
}

static __always_inline void rcu_read_unlock(void)
{
	preempt_enable();
}

/* rcu_read_lock_bh - the same, with no soft interrupts on this CPU meanwhile */
static __always_inline void rcu_read_lock_bh(void)
{
	local_bh_disable();
}

static __always_inline void rcu_read_unlock_bh(void)
{
	local_bh_enable();
}

#define rcu_read_lock_sched()		rcu_read_lock()
#define rcu_read_unlock_sched()		rcu_read_unlock()
#define rcu_read_lock_held()		in_atomic()

#define rcu_dereference(p)		smp_load_acquire(&(p))
#define rcu_dereference_protected(p, c) (p)
#define rcu_dereference_raw(p)		READ_ONCE(p)
#define rcu_access_pointer(p)		READ_ONCE(p)
#define rcu_assign_pointer(p, v)	smp_store_release(&(p), v)
#define RCU_INIT_POINTER(p, v)		WRITE_ONCE(p, v)
#define __rcu

/**
 * synchronize_rcu - wait until all readers that have begun are through
 *
 * Where sleeping is forbidden it is reported and does not wait, nor does rcu_barrier(): the
 * caller may hold up what it would wait for.  kvfree_rcu(ptr) then frees nothing.
 *
 * Context: may sleep; not in a read-side section.
 */
void synchronize_rcu(void);
#define synchronize_rcu_expedited() synchronize_rcu()
#define synchronize_net()	    synchronize_rcu()

/**
 * call_rcu - have a function called when all readers that have begun are through
 * @head: part of what is to be freed, untouched until then
 * @func: called with it, in a thread; must not sleep for long
 *
 * Context: any.
 */
void call_rcu(struct rcu_head *head, rcu_callback_t func);

/*
 * rcu_barrier - wait until every function that call_rcu() has been given was called
 *
 * Not from such a function, which is reported and does not wait.  May sleep.
 */
void rcu_barrier(void);

/* kvfree_call_rcu - kvfree() @ptr later; @head lies in it, or is NULL: then now, after a wait. */
void kvfree_call_rcu(struct rcu_head *head, void *ptr);

/*
 * kfree_rcu(ptr, field) - free what kmalloc() or vmalloc() gave when all readers are
 * through; field is its struct rcu_head.  kfree_rcu(ptr) does without, but may sleep.
 */
#define __kvfree_rcu_2(ptr, field)                                             \
	do {                                                                   \
		__typeof__(ptr) __rcu_ptr = (ptr);                             \
                                                                               \
		if (__rcu_ptr)                                                 \
			kvfree_call_rcu(&__rcu_ptr->field, (void *)__rcu_ptr); \
	} while (0)
#define __kvfree_rcu_1(ptr)		     kvfree_call_rcu(NULL, (void *)(ptr))
#define __kvfree_rcu_pick(_1, _2, name, ...) name
#define kvfree_rcu(...) \
	__kvfree_rcu_pick(__VA_ARGS__, __kvfree_rcu_2, __kvfree_rcu_1, )(__VA_ARGS__)
#define kfree_rcu(...)		 kvfree_rcu(__VA_ARGS__)
#define kfree_rcu_mightsleep(p)	 __kvfree_rcu_1(p)
#define kvfree_rcu_mightsleep(p) __kvfree_rcu_1(p)

/* rcu_init - the thread that does the waiting.  Context: start-up, after sched_init(). */
void rcu_init(void);

#endif
