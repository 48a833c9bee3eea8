/* SPDX-License-Identifier: MIT */
/*
 * Threads with a beginning and an end.
 *
 * A thread's struct kthread lives as long as its task.  kthread_stop() holds a
 * reference to the task, sets should_stop, wakes it and waits for `exited'; the
 * thread completes that as the last thing it does on behalf of others.
 */
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/slab.h>
#include "sched.h"

struct kthread {
	int (*fn)(void *data);
	void *data;
	bool should_stop;
	int result;
	struct completion exited;
};

struct task_struct *kthread_create_thread(int (*fn)(void *data), void *data, int cpu,
					  const char *fmt, ...)
{
	struct kthread *k = kzalloc(sizeof(*k), GFP_KERNEL);
	char name[TASK_COMM_LEN];
	struct task_struct *task;
	va_list args;

	if (!k)
		return ERR_PTR(-ENOMEM);
	va_start(args, fmt);
	vsnprintf(name, sizeof(name), fmt, args);
	va_end(args);
	task = task_create(name, PF_KTHREAD);
	if (!task) {
		kfree(k);
		return ERR_PTR(-ENOMEM);
	}
	k->fn = fn;
	k->data = data;
	init_completion(&k->exited);
	task->kthread = k;
	if (cpu >= 0)
		kthread_bind(task, (unsigned int)cpu);
	return task;
}

void kthread_free(struct task_struct *task)
{
	kfree(task->kthread);
}

void kthread_bind(struct task_struct *thread, unsigned int cpu)
{
	if (WARN(READ_ONCE(thread->on_rq) || thread->nvcsw || thread->nivcsw,
		 "kthread_bind: %s has started\n", thread->comm))
		return;
	cpumask_clear(&thread->cpus_mask);
	cpumask_set_cpu(cpu, &thread->cpus_mask);
}

void kthread_exit(long result)
{
	struct kthread *k = current->kthread;

	thread_tidy("kthread", (unsigned long)k->fn);
	thread_dying();
	k->result = (int)result;
	complete_all(&k->exited);
	do_exit();
}

void kthread_main(void)
{
	struct kthread *k = current->kthread;

	if (current->flags & PF_IDLE) {
		preempt_disable();
		cpu_startup_entry();
	}
	kthread_exit(READ_ONCE(k->should_stop) ? -EINTR : k->fn(k->data));
}

/* A reference to @thread, or NULL, with a report, if it is none that can be stopped. */
static struct task_struct *get_stoppable(struct task_struct *thread)
{
	if (WARN(IS_ERR_OR_NULL(thread) || !task_get_listed(thread),
		 "kthread_stop: %p is no thread, or one that has ended\n", thread))
		return NULL;
	if (!WARN(thread == current, "kthread_stop: %s wants to stop itself\n", thread->comm) &&
	    !WARN(!thread->kthread, "kthread_stop: %s was not made to be stopped\n", thread->comm))
		return thread;
	put_task_struct(thread);
	return NULL;
}

int kthread_stop(struct task_struct *thread)
{
	struct kthread *k;
	int result;

	might_sleep();
	if (sleep_forbidden() || !get_stoppable(thread))
		return -EINVAL;
	k = thread->kthread;
	WRITE_ONCE(k->should_stop, true);
	wake_up_process(thread);
	wait_for_completion(&k->exited);
	result = k->result;
	put_task_struct(thread);
	threads_reap();
	return result;
}

bool kthread_should_stop(void)
{
	return current->kthread && READ_ONCE(current->kthread->should_stop);
}

void *kthread_data(struct task_struct *thread)
{
	return thread->kthread->data;
}
