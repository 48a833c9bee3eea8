/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_WAIT_H
#define _LINUX_WAIT_H

/*
 * Wait queues: tasks that sleep until a condition holds, and those who change it
 * and wake them.  The sleeper queues itself and sets its state before it looks at
 * the condition, so no wake-up falls between the look and the sleep.
 */
#include <linux/compiler.h>
#include <linux/list.h>
#include <linux/sched.h>
#include <linux/spinlock.h>
#include <linux/types.h>

#define WQ_FLAG_EXCLUSIVE 0x01

struct wait_queue_entry;
typedef struct wait_queue_entry wait_queue_entry_t;
typedef int (*wait_queue_func_t)(wait_queue_entry_t *entry, unsigned int mode, int flags,
				 void *key);

struct wait_queue_entry {
	unsigned int flags;
	void *private; /* the task */
	wait_queue_func_t func;
	struct list_head entry;
};
typedef struct wait_queue_entry wait_queue_t;

struct wait_queue_head {
	spinlock_t lock;
	struct list_head head; /* exclusive waiters behind all others */
};
typedef struct wait_queue_head wait_queue_head_t;

#define __WAIT_QUEUE_HEAD_INITIALIZER(name)                                                \
	{                                                                                  \
		.lock = __SPIN_LOCK_UNLOCKED(name.lock), .head = LIST_HEAD_INIT(name.head) \
	}
#define DECLARE_WAIT_QUEUE_HEAD(name)	      wait_queue_head_t name = __WAIT_QUEUE_HEAD_INITIALIZER(name)
#define DECLARE_WAIT_QUEUE_HEAD_ONSTACK(name) DECLARE_WAIT_QUEUE_HEAD(name)

static inline void init_waitqueue_head(wait_queue_head_t *wq)
{
	spin_lock_init(&wq->lock);
	INIT_LIST_HEAD(&wq->head);
}

/* What a wake-up does to an entry: wake; or wake and take it off the queue. */
int default_wake_function(wait_queue_entry_t *entry, unsigned int mode, int flags, void *key);
int autoremove_wake_function(wait_queue_entry_t *entry, unsigned int mode, int flags, void *key);

#define DEFINE_WAIT_FUNC(name, function) \
	wait_queue_entry_t name = {      \
		.private = current, .func = function, .entry = LIST_HEAD_INIT((name).entry)}
#define DEFINE_WAIT(name) DEFINE_WAIT_FUNC(name, autoremove_wake_function)
#define DECLARE_WAITQUEUE(name, task)                             \
	wait_queue_entry_t name = {.private = (task),             \
				   .func = default_wake_function, \
				   .entry = LIST_HEAD_INIT((name).entry)}

static inline void init_waitqueue_entry(wait_queue_entry_t *entry, struct task_struct *task)
{
	entry->flags = 0;
	entry->private = task;
	entry->func = default_wake_function;
	INIT_LIST_HEAD(&entry->entry);
}

/* waitqueue_active - does anybody wait?  Right only with a barrier after the condition's change. */
static inline int waitqueue_active(wait_queue_head_t *wq)
{
	return !list_empty(&wq->head);
}

static inline bool wq_has_sleeper(wait_queue_head_t *wq)
{
	smp_mb();
	return waitqueue_active(wq);
}

void add_wait_queue(wait_queue_head_t *wq, wait_queue_entry_t *entry);
void add_wait_queue_exclusive(wait_queue_head_t *wq, wait_queue_entry_t *entry);
void remove_wait_queue(wait_queue_head_t *wq, wait_queue_entry_t *entry);

/* prepare_to_wait - queue @entry unless it is, and set the caller's state. */
void prepare_to_wait(wait_queue_head_t *wq, wait_queue_entry_t *entry, int state);
void prepare_to_wait_exclusive(wait_queue_head_t *wq, wait_queue_entry_t *entry, int state);
/* finish_wait - the caller runs on; @entry leaves the queue. */
void finish_wait(wait_queue_head_t *wq, wait_queue_entry_t *entry);

/**
 * __wake_up - wake who waits in a queue
 * @wq: the queue
 * @mode: only those in these states
 * @nr: how many of the exclusive ones, the longest waiting first; 0 for all
 * @key: for the entries' functions
 *
 * Context: any.
 * Return: how many exclusive ones were woken.
 */
int __wake_up(wait_queue_head_t *wq, unsigned int mode, int nr, void *key);

#define wake_up(wq)			 __wake_up(wq, TASK_NORMAL, 1, NULL)
#define wake_up_nr(wq, nr)		 __wake_up(wq, TASK_NORMAL, nr, NULL)
#define wake_up_all(wq)			 __wake_up(wq, TASK_NORMAL, 0, NULL)
#define wake_up_interruptible(wq)	 __wake_up(wq, TASK_INTERRUPTIBLE, 1, NULL)
#define wake_up_interruptible_nr(wq, nr) __wake_up(wq, TASK_INTERRUPTIBLE, nr, NULL)
#define wake_up_interruptible_all(wq)	 __wake_up(wq, TASK_INTERRUPTIBLE, 0, NULL)

/* Sleeps with @how until @cond; @prepare queues the caller. */
#define ___wait_event(wq, cond, state, prepare, how)      \
	do {                                              \
		DEFINE_WAIT(__wait);                      \
                                                          \
		for (;;) {                                \
			prepare(&(wq), &__wait, (state)); \
			if (cond)                         \
				break;                    \
			how;                              \
		}                                         \
		finish_wait(&(wq), &__wait);              \
	} while (0)

#define __wait_event_forever(wq, cond, state, prepare)                    \
	do {                                                              \
		might_sleep();                                            \
		if (!(cond))                                              \
			___wait_event(wq, cond, state, prepare,           \
				      wait_a_turn(MAX_SCHEDULE_TIMEOUT)); \
	} while (0)

/* Jiffies left, at least 1 where @cond holds; 0: it does not, and the time is over. */
#define __wait_event_until(wq, cond, timeout, state)                                   \
	({                                                                             \
		long __left = (timeout);                                               \
		bool __met = false;                                                    \
                                                                                       \
		might_sleep();                                                         \
		___wait_event(wq, (__met = (cond)) || !__left, state, prepare_to_wait, \
			      __left = wait_a_turn(__left));                           \
		__met && !__left ? 1 : __met ? __left : 0;                             \
	})

/**
 * wait_event - sleep until a condition holds
 * @wq: the queue that whoever makes it hold wakes
 * @cond: looked at after each wake-up
 *
 * The _timeout forms give up after so many jiffies and return 0 then; the others
 * return 0 when @cond holds.  Where sleeping is forbidden the _timeout forms give up at
 * once, after a report, and the others look at @cond until it holds.
 *
 * Context: may sleep.
 */
#define wait_event(wq, cond) __wait_event_forever(wq, cond, TASK_UNINTERRUPTIBLE, prepare_to_wait)
#define wait_event_interruptible(wq, cond)                                           \
	({                                                                           \
		__wait_event_forever(wq, cond, TASK_INTERRUPTIBLE, prepare_to_wait); \
		0;                                                                   \
	})
#define wait_event_killable(wq, cond)                                                  \
	({                                                                             \
		__wait_event_forever(wq, cond, TASK_UNINTERRUPTIBLE, prepare_to_wait); \
		0;                                                                     \
	})
#define wait_event_idle(wq, cond) wait_event(wq, cond)
#define wait_event_exclusive(wq, cond) \
	__wait_event_forever(wq, cond, TASK_UNINTERRUPTIBLE, prepare_to_wait_exclusive)
#define wait_event_interruptible_exclusive(wq, cond)                                           \
	({                                                                                     \
		__wait_event_forever(wq, cond, TASK_INTERRUPTIBLE, prepare_to_wait_exclusive); \
		0;                                                                             \
	})
#define wait_event_timeout(wq, cond, timeout) \
	__wait_event_until(wq, cond, timeout, TASK_UNINTERRUPTIBLE)
#define wait_event_interruptible_timeout(wq, cond, timeout) \
	__wait_event_until(wq, cond, timeout, TASK_INTERRUPTIBLE)

#endif
