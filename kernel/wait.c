/* SPDX-License-Identifier: MIT */
/*
 * Wait queues, and the completion built on one.
 *
 * A queue is a list of entries under a lock that interrupt handlers may take.
 * Those who must all know stand in front; exclusive waiters, of whom one is
 * enough, behind them in the order in which they came.
 */
#include <linux/completion.h>
#include <linux/kernel.h>
#include <linux/wait.h>

int default_wake_function(wait_queue_entry_t *entry, unsigned int mode, int flags __unused,
			  void *key __unused)
{
	return wake_up_state(entry->private, mode);
}

/* Off the queue only if it was woken: the next wake-up is for somebody else then. */
int autoremove_wake_function(wait_queue_entry_t *entry, unsigned int mode, int flags, void *key)
{
	int woken = default_wake_function(entry, mode, flags, key);

	if (woken)
		list_del_init(&entry->entry);
	return woken;
}

static void enqueue(wait_queue_head_t *wq, wait_queue_entry_t *entry)
{
	if (entry->flags & WQ_FLAG_EXCLUSIVE)
		list_add_tail(&entry->entry, &wq->head);
	else
		list_add(&entry->entry, &wq->head);
}

void add_wait_queue(wait_queue_head_t *wq, wait_queue_entry_t *entry)
{
	unsigned long flags;

	spin_lock_irqsave(&wq->lock, flags);
	entry->flags &= ~WQ_FLAG_EXCLUSIVE;
	enqueue(wq, entry);
	spin_unlock_irqrestore(&wq->lock, flags);
}

void add_wait_queue_exclusive(wait_queue_head_t *wq, wait_queue_entry_t *entry)
{
	unsigned long flags;

	spin_lock_irqsave(&wq->lock, flags);
	entry->flags |= WQ_FLAG_EXCLUSIVE;
	enqueue(wq, entry);
	spin_unlock_irqrestore(&wq->lock, flags);
}

void remove_wait_queue(wait_queue_head_t *wq, wait_queue_entry_t *entry)
{
	unsigned long flags;

	spin_lock_irqsave(&wq->lock, flags);
	list_del_init(&entry->entry);
	spin_unlock_irqrestore(&wq->lock, flags);
}

static void prepare(wait_queue_head_t *wq, wait_queue_entry_t *entry, int state)
{
	unsigned long flags;

	spin_lock_irqsave(&wq->lock, flags);
	if (list_empty(&entry->entry))
		enqueue(wq, entry);
	set_current_state((unsigned int)state);
	spin_unlock_irqrestore(&wq->lock, flags);
}

void prepare_to_wait(wait_queue_head_t *wq, wait_queue_entry_t *entry, int state)
{
	entry->flags &= ~WQ_FLAG_EXCLUSIVE;
	prepare(wq, entry, state);
}

void prepare_to_wait_exclusive(wait_queue_head_t *wq, wait_queue_entry_t *entry, int state)
{
	entry->flags |= WQ_FLAG_EXCLUSIVE;
	prepare(wq, entry, state);
}

void finish_wait(wait_queue_head_t *wq, wait_queue_entry_t *entry)
{
	__set_current_state(TASK_RUNNING);
	remove_wait_queue(wq, entry);
}

static int wake_locked(wait_queue_head_t *wq, unsigned int mode, int nr, void *key)
{
	wait_queue_entry_t *entry, *next;
	int woken = 0;

	list_for_each_entry_safe(entry, next, &wq->head, entry) {
		bool exclusive = entry->flags & WQ_FLAG_EXCLUSIVE;

		if (entry->func(entry, mode, 0, key) && exclusive && ++woken == nr)
			break;
	}
	return woken;
}

int __wake_up(wait_queue_head_t *wq, unsigned int mode, int nr, void *key)
{
	unsigned long flags;
	int woken;

	spin_lock_irqsave(&wq->lock, flags);
	woken = wake_locked(wq, mode, nr, key);
	spin_unlock_irqrestore(&wq->lock, flags);
	return woken;
}

/* ---- Completions ----------------------------------------------------------------------------- */

#define COMPLETE_FOR_ALL (UINT_MAX / 2)

void complete(struct completion *x)
{
	unsigned long flags;

	spin_lock_irqsave(&x->wait.lock, flags);
	if (x->done < COMPLETE_FOR_ALL)
		WRITE_ONCE(x->done, x->done + 1);
	wake_locked(&x->wait, TASK_NORMAL, 1, NULL);
	spin_unlock_irqrestore(&x->wait.lock, flags);
}

void complete_all(struct completion *x)
{
	unsigned long flags;

	spin_lock_irqsave(&x->wait.lock, flags);
	WRITE_ONCE(x->done, COMPLETE_FOR_ALL);
	wake_locked(&x->wait, TASK_NORMAL, 0, NULL);
	spin_unlock_irqrestore(&x->wait.lock, flags);
}

/* Takes one completion if there is one.  Context: locked. */
static bool take_done(struct completion *x)
{
	if (!x->done)
		return false;
	if (x->done < COMPLETE_FOR_ALL)
		WRITE_ONCE(x->done, x->done - 1);
	return true;
}

long wait_for_completion_state(struct completion *x, long timeout, unsigned int state)
{
	DEFINE_WAIT(wait);
	unsigned long flags;
	bool done;

	might_sleep();
	wait.flags = WQ_FLAG_EXCLUSIVE;
	spin_lock_irqsave(&x->wait.lock, flags);
	while (!(done = take_done(x)) && timeout) {
		if (list_empty(&wait.entry))
			enqueue(&x->wait, &wait);
		set_current_state(state);
		spin_unlock_irqrestore(&x->wait.lock, flags);
		timeout = wait_a_turn(timeout);
		spin_lock_irqsave(&x->wait.lock, flags);
	}
	list_del_init(&wait.entry);
	spin_unlock_irqrestore(&x->wait.lock, flags);
	__set_current_state(TASK_RUNNING);
	if (!done)
		return 0;
	return timeout ? timeout : 1;
}

/* complete() may have the lock yet: once it has not, @x may go. */
bool completion_done(struct completion *x)
{
	unsigned long flags;

	if (!READ_ONCE(x->done))
		return false;
	spin_lock_irqsave(&x->wait.lock, flags);
	spin_unlock_irqrestore(&x->wait.lock, flags);
	return true;
}

bool try_wait_for_completion(struct completion *x)
{
	unsigned long flags;
	bool done;

	spin_lock_irqsave(&x->wait.lock, flags);
	done = take_done(x);
	spin_unlock_irqrestore(&x->wait.lock, flags);
	return done;
}
