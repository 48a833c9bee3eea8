/* SPDX-License-Identifier: MIT */
/* Wait queues, from <linux/wait.h> alone, woken by a thread of <linux/kthread.h>. */
#include <linux/wait.h>
#include <linux/kthread.h>

static DECLARE_WAIT_QUEUE_HEAD(queue);
static int ready;

static int waker(void *data)
{
	wait_queue_head_t *wq = data;

	WRITE_ONCE(ready, 1);
	wake_up(wq);
	wake_up_all(wq);
	wake_up_interruptible(wq);
	return 0;
}

int init_module(void)
{
	wait_queue_head_t other;
	struct task_struct *thread;
	DEFINE_WAIT(wait);
	long left;

	init_waitqueue_head(&other);
	thread = kthread_run(waker, &queue, "surface_wait");
	if (IS_ERR(thread))
		return -1;
	wait_event(queue, READ_ONCE(ready));
	left = wait_event_interruptible(queue, ready) ? 0 : wait_event_timeout(queue, ready, HZ);
	prepare_to_wait(&other, &wait, TASK_UNINTERRUPTIBLE);
	left = left && waitqueue_active(&other);
	schedule_timeout(1);
	finish_wait(&other, &wait);
	return left && !waitqueue_active(&other) && !wait_event_timeout(other, !ready, 1) ? 0 : -1;
}
