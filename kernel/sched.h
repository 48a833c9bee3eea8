/* SPDX-License-Identifier: MIT */
#ifndef KERNEL_SCHED_H
#define KERNEL_SCHED_H

/* What the files of the scheduler tell each other and nobody else. */
#include <linux/sched.h>

/* A thread: its task, and what kthread_stop() needs. */
struct task_struct *task_create(const char *name, unsigned int flags);

/* task_die - @task has been switched away from for the last time.  Context: any. */
void task_die(struct task_struct *task);

/* do_exit - the end of the running thread; its result is with its struct kthread. */
void __noreturn do_exit(void);

/*
 * thread_tidy - @fn has returned to a thread of @kind, which must be able to sleep
 *
 * If @fn has left preemption or interrupts off, that is reported and undone.
 */
void thread_tidy(const char *kind, unsigned long fn);

/* thread_dying - the running thread is about to tell others that it has ended */
void thread_dying(void);

/* kthread_main - what a new thread runs */
void __noreturn kthread_main(void);
void kthread_free(struct task_struct *task);

/* threads_init - the cache that tasks come from, and the boot task in their list */
void threads_init(void);

/**
 * task_runtime - how long a task has run, nanoseconds
 * @task: referenced
 *
 * With what it has run since it was last switched to, if it runs now.
 *
 * Context: any.
 */
u64 task_runtime(struct task_struct *task);

/* For ps: the task with the lowest number of at least @pid, or NULL; with a reference. */
struct task_struct *task_from(pid_t pid);

/* task_get_listed - a reference to @task if it is a task that lives; it need not be memory */
bool task_get_listed(struct task_struct *task);

#endif
