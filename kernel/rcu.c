/* SPDX-License-Identifier: MIT */
/*
 * Grace periods, by the simplest argument there is.
 *
 * A reader has preemption off from beginning to end.  So once a thread has run on a
 * CPU, every reader that had begun there before is through.  One thread, "rcu",
 * takes the callbacks that have gathered, visits every CPU that schedules, one
 * after the other, and then calls them: each was unlinked before the first visit.
 *
 * That costs a switch a CPU for a whole batch, and nothing at all for readers,
 * idle CPUs and those who call nobody.
 *
 * Who waits for a grace period with preemption off holds up that very period, so it is
 * reported and does not wait; nor does a callback that waits for all callbacks.
 *
 * Locking: rcu_lock, with interrupts off, guards the list, which is in the order of
 * the calls; callbacks run without it.
 */
#include <linux/completion.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include "sched.h"

static DEFINE_SPINLOCK(rcu_lock);
static struct rcu_head *first_head;
static struct rcu_head **last_link = &first_head;
static DECLARE_WAIT_QUEUE_HEAD(rcu_wait);
static struct task_struct *rcu_thread;

/* What kvfree_call_rcu() queues says where in its memory the head lies. */
#define MAX_OFFSET 4096

static struct rcu_head *take_all(void)
{
	struct rcu_head *head;
	unsigned long flags;

	spin_lock_irqsave(&rcu_lock, flags);
	head = first_head;
	WRITE_ONCE(first_head, NULL);
	last_link = &first_head;
	spin_unlock_irqrestore(&rcu_lock, flags);
	return head;
}

static void visit_all_cpus(void)
{
	struct cpumask mask;
	int cpu;

	for_each_online_cpu(cpu) {
		if (!cpu_active((unsigned int)cpu))
			continue;
		cpumask_clear(&mask);
		cpumask_set_cpu((unsigned int)cpu, &mask);
		set_cpus_allowed_ptr(current, &mask);
	}
	set_cpus_allowed_ptr(current, cpu_possible_mask);
}

static void call_back(struct rcu_head *head)
{
	unsigned long offset = (unsigned long)head->func;

	if (offset < MAX_OFFSET) {
		kvfree((char *)head - offset);
		return;
	}
	head->func(head);
	thread_tidy("rcu", offset);
}

static int rcu_main(void *data __unused)
{
	for (;;) {
		struct rcu_head *head, *next;

		wait_event_interruptible(rcu_wait, READ_ONCE(first_head));
		head = take_all();
		visit_all_cpus();
		for (; head; head = next) {
			next = head->next;
			call_back(head);
		}
	}
	return 0;
}

void call_rcu(struct rcu_head *head, rcu_callback_t func)
{
	unsigned long flags;

	head->func = func;
	head->next = NULL;
	spin_lock_irqsave(&rcu_lock, flags);
	WRITE_ONCE(*last_link, head);
	last_link = &head->next;
	spin_unlock_irqrestore(&rcu_lock, flags);
	wake_up(&rcu_wait);
}

struct rcu_waiter {
	struct rcu_head head;
	struct completion done;
};

static void wake_waiter(struct rcu_head *head)
{
	complete(&container_of(head, struct rcu_waiter, head)->done);
}

/* One thread, one list in order: when this one is called, so were all before it. */
void rcu_barrier(void)
{
	struct rcu_waiter waiter;

	might_sleep();
	if (!rcu_thread || sleep_forbidden() ||
	    WARN(current == rcu_thread, "rcu_barrier: a callback would wait for itself\n"))
		return; /* the only thread is in no section; or the wait could have no end */
	init_completion(&waiter.done);
	call_rcu(&waiter.head, wake_waiter);
	wait_for_completion(&waiter.done);
}

/* A callback that gets here is outside any section; it cannot wait for itself. */
void synchronize_rcu(void)
{
	if (rcu_thread && current == rcu_thread && !sleep_forbidden())
		visit_all_cpus();
	else
		rcu_barrier();
}

void kvfree_call_rcu(struct rcu_head *head, void *ptr)
{
	unsigned long offset = (unsigned long)head - (unsigned long)ptr;

	if (head && !WARN(offset >= MAX_OFFSET, "kfree_rcu: rcu_head at offset %lu\n", offset)) {
		call_rcu(head, (rcu_callback_t)offset);
		return;
	}
	synchronize_rcu();
	if (!sleep_forbidden()) /* else readers may have it still: it is lost */
		kvfree(ptr);
}

void __init rcu_init(void)
{
	rcu_thread = kthread_run(rcu_main, NULL, "rcu");
	if (IS_ERR(rcu_thread))
		panic("rcu: no memory");
}
