/* SPDX-License-Identifier: MIT */
#ifndef KERNEL_RQ_H
#define KERNEL_RQ_H

/*
 * Run queues: what sched.c, who runs next, and balance.c, on which CPU, share.
 *
 * A run queue is locked with interrupts off.
 */
#include <linux/percpu.h>
#include <linux/rbtree.h>
#include <linux/sched.h>
#include <linux/smp.h>
#include <linux/spinlock.h>

/* All of it under @lock; @nr_running, @idle and @next_rotation are read without it too. */
struct rq {
	arch_spinlock_t lock;
	unsigned int nr_running;
	struct task_struct *curr;
	struct task_struct *idle;
	struct rb_root_cached tree;
	u64 min_vruntime; /* never runs backwards */
	u64 next_balance;
	u64 next_rotation; /* others set it too */
	bool wanted;	   /* the running task shall give way: for who is told by interrupt */
};

DECLARE_PER_CPU_ALIGNED(struct rq, runqueues);

#define cpu_rq(cpu) per_cpu_ptr(&runqueues, cpu)
#define this_rq()   this_cpu_ptr(&runqueues)

/* leftmost - who waits with the least vruntime, or NULL.  Context: @rq locked. */
static inline struct task_struct *leftmost(struct rq *rq)
{
	return rb_entry_safe(rb_first_cached(&rq->tree), struct task_struct, run_node);
}

/* count_running - others look at how many there are without the lock.  Context: @rq locked. */
static inline void count_running(struct rq *rq, int change)
{
	WRITE_ONCE(rq->nr_running, rq->nr_running + (unsigned int)change);
}

/* may_run_on - is @cpu one of its, and does it schedule? */
static inline bool may_run_on(const struct task_struct *p, unsigned int cpu)
{
	return cpumask_test_cpu(cpu, &p->cpus_mask) && cpu_active(cpu);
}

/* ---- sched.c ---- */

/* rq_update - count the running task's time, and @rq->min_vruntime, up to now.  Context: @rq locked. */
void rq_update(struct rq *rq);

/*
 * rq_attach - put @p, in no tree, in that of @rq, and see that it gets its turn.  Its vruntime
 * is one of @rq, after rq_update().  Context: @rq locked.
 */
void rq_attach(struct rq *rq, struct task_struct *p);

/* rq_remove - take @p out of the tree of @rq.  Context: @rq locked. */
void rq_remove(struct rq *rq, struct task_struct *p);

/* ---- balance.c ---- */

/* rq_select_cpu - where a task that wakes should run; a guess, from counts that change.  Context: any. */
unsigned int rq_select_cpu(const struct task_struct *p);

/* rq_steal - a task that waits elsewhere, to run here, or NULL.  Context: @rq, this CPU's, locked. */
struct task_struct *rq_steal(struct rq *rq);

/*
 * rq_balance, rq_rotate - at the end of a slice, now and then: give a task away where there
 * are fewer, or pass one on where there is one fewer.  Context: @rq, this CPU's, locked.
 */
void rq_balance(struct rq *rq, u64 now);
void rq_rotate(struct rq *rq, u64 now);

#endif
