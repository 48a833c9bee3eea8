/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_COMPLETION_H
#define _LINUX_COMPLETION_H

/*
 * Completions: "it is done", said once and heard by one, or said for all.  Saying
 * it first and waiting later works too.  The last thing complete() does with a
 * completion is to drop its lock, which the waiter takes; so it may live on the
 * waiter's stack.
 */
#include <linux/wait.h>

struct completion {
	unsigned int done;
	wait_queue_head_t wait;
};

#define COMPLETION_INITIALIZER(work)                                          \
	{                                                                     \
		.done = 0, .wait = __WAIT_QUEUE_HEAD_INITIALIZER((work).wait) \
	}
#define DECLARE_COMPLETION(work)	 struct completion work = COMPLETION_INITIALIZER(work)
#define DECLARE_COMPLETION_ONSTACK(work) DECLARE_COMPLETION(work)

static inline void init_completion(struct completion *x)
{
	x->done = 0;
	init_waitqueue_head(&x->wait);
}

static inline void reinit_completion(struct completion *x)
{
	x->done = 0;
}

/* complete - one waiter, the longest waiting or the next to come, goes on.  Context: any. */
void complete(struct completion *x);
/* complete_all - everybody goes on, until reinit_completion().  Context: any. */
void complete_all(struct completion *x);

/* completion_done - true if it was done, and who said so is through with @x.  Context: any. */
bool completion_done(struct completion *x);

/* try_wait_for_completion - true if it was done; does not wait.  Context: any. */
bool try_wait_for_completion(struct completion *x);

/* wait_for_completion_state - the others, by state and time; jiffies left, 0: not done. */
long wait_for_completion_state(struct completion *x, long timeout, unsigned int state);

/**
 * wait_for_completion - sleep until it is done
 * @x: the completion
 *
 * wait_for_completion_timeout() gives up after so many jiffies, and returns 0
 * then, else what is left, at least 1.
 *
 * Context: may sleep.
 */
static inline void wait_for_completion(struct completion *x)
{
	wait_for_completion_state(x, MAX_SCHEDULE_TIMEOUT, TASK_UNINTERRUPTIBLE);
}

static inline int wait_for_completion_interruptible(struct completion *x)
{
	wait_for_completion_state(x, MAX_SCHEDULE_TIMEOUT, TASK_INTERRUPTIBLE);
	return 0;
}

static inline int wait_for_completion_killable(struct completion *x)
{
	wait_for_completion(x);
	return 0;
}

static inline unsigned long wait_for_completion_timeout(struct completion *x, unsigned long timeout)
{
	return (unsigned long)wait_for_completion_state(x, (long)timeout, TASK_UNINTERRUPTIBLE);
}

static inline long wait_for_completion_interruptible_timeout(struct completion *x,
							     unsigned long timeout)
{
	return wait_for_completion_state(x, (long)timeout, TASK_INTERRUPTIBLE);
}

#endif
