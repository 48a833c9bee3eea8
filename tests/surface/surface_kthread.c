/* SPDX-License-Identifier: MIT */
/* Threads, from <linux/kthread.h> alone; it brings ktime_get() and current. */
#include <linux/kthread.h>

static int rounds;

static int surface_thread(void *data)
{
	while (!kthread_should_stop()) {
		rounds++;
		schedule_timeout_interruptible(1);
	}
	return *(int *)data + (current->pid > 0);
}

int init_module(void)
{
	static int number = 41;
	ktime_t begin = ktime_get();
	struct task_struct *thread = kthread_run(surface_thread, &number, "surface/%d", 1);
	struct task_struct *never = kthread_create(surface_thread, &number, "never");

	if (IS_ERR(thread) || IS_ERR(never))
		return PTR_ERR(thread);
	while (!READ_ONCE(rounds))
		schedule_timeout_uninterruptible(1);
	return kthread_stop(thread) == 42 && kthread_stop(never) == -EINTR && ktime_get() > begin
		       ? 0
		       : -1;
}
