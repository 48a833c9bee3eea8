/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_SCHED_H
#define _LINUX_SCHED_H

/*
 * The running task.  There is one, the boot thread, so giving up the CPU comes
 * back at once; it is still checked that the caller may.
 */
#include <linux/types.h>
#include <linux/compiler.h>
#include <linux/errno.h>
#include <linux/jiffies.h>
#include <linux/percpu.h>
#include <linux/preempt.h>
#include <linux/smp.h>
#include <linux/spinlock.h>
#include <linux/timex.h>

#define TASK_COMM_LEN	     16

#define TASK_RUNNING	     0x0000
#define TASK_INTERRUPTIBLE   0x0001
#define TASK_UNINTERRUPTIBLE 0x0002
#define TASK_KILLABLE	     0x0102

#define MAX_SCHEDULE_TIMEOUT LONG_MAX

/**
 * struct task_struct - a task
 * @__state: TASK_*
 * @flags: PF_*
 * @pid: number of the task
 * @tgid: number of its process
 * @comm: its name
 * @nvcsw: times it gave up the CPU
 * @nivcsw: times the CPU was taken from it
 * @min_flt: page faults without reading
 * @maj_flt: page faults with reading
 */
struct task_struct {
	unsigned int __state;
	unsigned int flags;
	pid_t pid;
	pid_t tgid;
	char comm[TASK_COMM_LEN];
	unsigned long nvcsw;
	unsigned long nivcsw;
	unsigned long min_flt;
	unsigned long maj_flt;
};

extern struct task_struct init_task;

#define current			   (&init_task)
#define get_current()		   current

#define set_current_state(state)   WRITE_ONCE(current->__state, (state))
#define __set_current_state(state) set_current_state(state)

static inline pid_t task_pid_nr(struct task_struct *task)
{
	return task->pid;
}

static inline int signal_pending(struct task_struct *task __unused)
{
	return 0;
}

static inline int fatal_signal_pending(struct task_struct *task __unused)
{
	return 0;
}

/* schedule - give up the CPU.  Context: may sleep. */
void schedule(void);
#define yield() schedule()

/**
 * schedule_timeout - let time pass
 * @timeout: jiffies, at most MAX_SCHEDULE_TIMEOUT
 *
 * Nobody can wake the only task, so all of the time passes; without an end to
 * it, it returns at once.
 *
 * Context: may sleep.
 * Return: 0, what is left of @timeout.
 */
long schedule_timeout(long timeout);
#define schedule_timeout_interruptible(timeout)	  schedule_timeout(timeout)
#define schedule_timeout_uninterruptible(timeout) schedule_timeout(timeout)
#define schedule_timeout_killable(timeout)	  schedule_timeout(timeout)

/* cond_resched - give up the CPU if somebody waits for it; 1 if it did. */
#define cond_resched()         \
	({                     \
		might_sleep(); \
		0;             \
	})

#endif
