/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_KTHREAD_H
#define _LINUX_KTHREAD_H

/* Threads of the kernel: started, asked to stop, waited for. */
#include <linux/compiler.h>
#include <linux/completion.h>
#include <linux/err.h>
#include <linux/sched.h>

/**
 * kthread_create_thread - make a thread that does not run yet
 * @fn: what it runs; its result is kthread_stop()'s
 * @data: for @fn
 * @cpu: the only CPU it may run on, or -1 for any
 * @fmt: its name, and what belongs to that
 *
 * The first wake_up_process() starts it.  A thread that nobody will stop may
 * return from @fn; one that somebody stops returns only after
 * kthread_should_stop().
 *
 * Context: may sleep.
 * Return: the thread, or ERR_PTR(-ENOMEM).
 */
struct task_struct *kthread_create_thread(int (*fn)(void *data), void *data, int cpu,
					  const char *fmt, ...) __printf(4, 5);

#define kthread_create(fn, data, ...) kthread_create_thread(fn, data, -1, __VA_ARGS__)
#define kthread_create_on_node(fn, data, node, ...) \
	((void)(node), kthread_create_thread(fn, data, -1, __VA_ARGS__))
#define kthread_create_on_cpu(fn, data, cpu, ...) \
	kthread_create_thread(fn, data, (int)(cpu), __VA_ARGS__)

/* kthread_run - kthread_create(), and let it run. */
#define kthread_run(fn, data, ...)                                                 \
	({                                                                         \
		struct task_struct *__new = kthread_create(fn, data, __VA_ARGS__); \
                                                                                   \
		if (!IS_ERR(__new))                                                \
			wake_up_process(__new);                                    \
		__new;                                                             \
	})

/* kthread_bind - @thread, not started yet, runs on @cpu and nowhere else. */
void kthread_bind(struct task_struct *thread, unsigned int cpu);

/**
 * kthread_stop - ask a thread to end, and wait until it has
 * @thread: from kthread_create() or kthread_run()
 *
 * A thread that is gone, the caller itself and the boot thread are refused, after a report;
 * so is every thread where sleeping is forbidden, and goes on.
 *
 * Context: may sleep.
 * Return: what its function returned; -EINTR if it had never been started, -EINVAL if refused.
 */
int kthread_stop(struct task_struct *thread);

/* kthread_should_stop - has kthread_stop() been called for this thread? */
bool kthread_should_stop(void);

/* kthread_exit - end the running thread with @result. */
void __attribute__((__noreturn__)) kthread_exit(long result);
#define kthread_complete_and_exit(done, result) \
	do {                                    \
		complete(done);                 \
		kthread_exit(result);           \
	} while (0)

/* kthread_data - the pointer that the thread was created with. */
void *kthread_data(struct task_struct *thread);

#endif
