/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_WORKQUEUE_H
#define _LINUX_WORKQUEUE_H

/*
 * Work queues: functions that a thread will run, where they may sleep.  Each queue
 * has one thread and runs its work in the order in which it came.  Work that is
 * queued already is not queued again; work that runs may be.
 */
#include <linux/compiler.h>
#include <linux/list.h>
#include <linux/sched.h>
#include <linux/types.h>

struct work_struct;
struct workqueue_struct;
typedef void (*work_func_t)(struct work_struct *work);

struct work_struct {
	struct list_head entry;
	work_func_t func;
	struct workqueue_struct *wq; /* where it is queued, or was last */
	bool pending;		     /* under the queue's lock: in its list */
	unsigned int turn;	     /* how often it has been put there */
	unsigned int cancelling;     /* calls of cancel_work_sync(): it cannot be queued */
	u64 due;		     /* nanoseconds since start-up */
};

struct delayed_work {
	struct work_struct work;
};

#define __WORK_INITIALIZER(n, f)                                \
	{                                                       \
		.entry = LIST_HEAD_INIT((n).entry), .func = (f) \
	}
#define DECLARE_WORK(n, f)	   struct work_struct n = __WORK_INITIALIZER(n, f)
#define DECLARE_DELAYED_WORK(n, f) struct delayed_work n = {.work = __WORK_INITIALIZER((n).work, f)}

#define INIT_WORK(w, f)                                                                        \
	do {                                                                                   \
		*(w) = (struct work_struct){.entry = LIST_HEAD_INIT((w)->entry), .func = (f)}; \
	} while (0)
#define INIT_WORK_ONSTACK(w, f) INIT_WORK(w, f)
#define INIT_DELAYED_WORK(w, f) INIT_WORK(&(w)->work, f)
#define work_pending(w)		READ_ONCE((w)->pending)
#define delayed_work_pending(w) work_pending(&(w)->work)
#define destroy_work_on_stack(w) \
	do {                     \
		(void)(w);       \
	} while (0)

static inline struct delayed_work *to_delayed_work(struct work_struct *work)
{
	return container_of(work, struct delayed_work, work);
}

#define WQ_UNBOUND     0x02
#define WQ_FREEZABLE   0x04
#define WQ_MEM_RECLAIM 0x08
#define WQ_HIGHPRI     0x10

extern struct workqueue_struct *system_wq;
#define system_unbound_wq system_wq
#define system_long_wq	  system_wq
#define system_highpri_wq system_wq

/**
 * workqueue_create - a queue with a thread of its own
 * @fmt: its name, and what belongs to that
 *
 * Context: may sleep.
 * Return: the queue, or NULL without memory.
 */
struct workqueue_struct *workqueue_create(const char *fmt, ...) __printf(1, 2);
#define alloc_workqueue(fmt, flags, max_active, ...) \
	((void)(flags), (void)(max_active), workqueue_create(fmt, ##__VA_ARGS__))
#define alloc_ordered_workqueue(fmt, flags, ...) alloc_workqueue(fmt, flags, 1, ##__VA_ARGS__)
#define create_workqueue(name)			 workqueue_create("%s", name)
#define create_singlethread_workqueue(name)	 workqueue_create("%s", name)

/*
 * What waits for work waits for a thread, which may need this CPU.  So where sleeping is
 * forbidden none of it waits, after a report: flush_work() returns false, and the queue that
 * destroy_workqueue() is given stays.
 */
/* destroy_workqueue - end it, with all its work done, delayed work at once.  May sleep. */
void destroy_workqueue(struct workqueue_struct *wq);

/* queue_work - false: it is queued already.  Context: any. */
bool queue_work(struct workqueue_struct *wq, struct work_struct *work);
bool queue_delayed_work(struct workqueue_struct *wq, struct delayed_work *work,
			unsigned long delay);
/* mod_delayed_work - the same, but a queued one gets the new time; true: it was queued. */
bool mod_delayed_work(struct workqueue_struct *wq, struct delayed_work *work, unsigned long delay);
#define queue_work_on(cpu, wq, work)	   queue_work(wq, work)
#define schedule_work(work)		   queue_work(system_wq, work)
#define schedule_delayed_work(work, delay) queue_delayed_work(system_wq, work, delay)

/*
 * flush_work - wait until it has run as it was queued last; false: it was neither queued nor running
 *
 * Work that queues itself is waited for once.  Each queue has one thread, so work cannot wait for
 * its own queue: that is reported, and returns at once.  May sleep.
 */
bool flush_work(struct work_struct *work);
bool flush_delayed_work(struct delayed_work *work);
/* flush_workqueue - wait for all that is queued, except what waits for its time.  May sleep. */
void flush_workqueue(struct workqueue_struct *wq);
#define flush_scheduled_work() flush_workqueue(system_wq)

/*
 * cancel_work_sync - take it off its queue, and wait until it does not run; false: it was not queued
 *
 * Nobody, itself included, can queue it meanwhile.  May sleep.
 */
bool cancel_work_sync(struct work_struct *work);
bool cancel_delayed_work_sync(struct delayed_work *work);
/* cancel_delayed_work - take it off its queue; it may be running.  Context: any. */
bool cancel_delayed_work(struct delayed_work *work);
bool cancel_work(struct work_struct *work);

/* workqueue_init - system_wq.  Context: start-up, after sched_init(). */
void workqueue_init(void);

#endif
