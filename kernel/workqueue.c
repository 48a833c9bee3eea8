/* SPDX-License-Identifier: MIT */
/*
 * Work queues: one list in the order of the times at which its work is due, and
 * one thread that runs what is due.
 *
 *   queue_work()          due at once: behind all that is due
 *   queue_delayed_work()  due later; the thread sleeps no longer than until then
 *
 * A work item is pending while it is in the list, and current while it runs; it
 * leaves the list before it runs, so it may queue itself or be freed by itself.  Each
 * time that it comes into the list is a turn: who flushes waits for one of them, and not
 * for those that the work asks for itself.  Who cancels keeps it out of the list until it
 * does not run any more.
 *
 * Locking: wq->lock, with interrupts off, guards list, current and each item that
 * is or was queued here; items are not queued on two queues at a time.
 */
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/ktime.h>
#include <linux/slab.h>
#include <linux/workqueue.h>
#include "sched.h"

struct workqueue_struct {
	spinlock_t lock;
	struct list_head list;
	struct work_struct *current_work;
	unsigned int current_turn; /* of that */
	wait_queue_head_t more;	   /* the thread waits */
	wait_queue_head_t done;	   /* who flushes waits */
	struct task_struct *thread;
};

struct workqueue_struct *system_wq;

/* ---- The thread ------------------------------------------------------------------------------ */

static struct work_struct *first_work(struct workqueue_struct *wq)
{
	return list_first_entry_or_null(&wq->list, struct work_struct, entry);
}

/* Takes the first item if it is due, or whichever is first if @all. */
static struct work_struct *take_work(struct workqueue_struct *wq, bool all)
{
	struct work_struct *work;
	unsigned long flags;

	spin_lock_irqsave(&wq->lock, flags);
	work = first_work(wq);
	if (work && !all && work->due > ktime_get_ns())
		work = NULL;
	if (work) {
		list_del_init(&work->entry);
		WRITE_ONCE(work->pending, false);
		wq->current_work = work;
		wq->current_turn = work->turn;
	}
	spin_unlock_irqrestore(&wq->lock, flags);
	return work;
}

static void run_work(struct workqueue_struct *wq, struct work_struct *work)
{
	work_func_t func = work->func;
	unsigned long flags;

	func(work);
	thread_tidy("workqueue", (unsigned long)func);
	spin_lock_irqsave(&wq->lock, flags);
	wq->current_work = NULL;
	spin_unlock_irqrestore(&wq->lock, flags);
	wake_up_all(&wq->done);
}

/* Jiffies until the first item is due. */
static long time_to_first(struct workqueue_struct *wq)
{
	long timeout = MAX_SCHEDULE_TIMEOUT;
	struct work_struct *first;
	unsigned long flags;
	u64 now = ktime_get_ns();

	spin_lock_irqsave(&wq->lock, flags);
	first = first_work(wq);
	if (first)
		timeout = first->due <= now ? 0 : (long)((first->due - now) / TICK_NSEC) + 1;
	spin_unlock_irqrestore(&wq->lock, flags);
	return timeout;
}

static int worker(void *data)
{
	struct workqueue_struct *wq = data;
	struct work_struct *work;

	for (;;) {
		DEFINE_WAIT(wait);
		bool stop;

		prepare_to_wait(&wq->more, &wait, TASK_INTERRUPTIBLE);
		stop = kthread_should_stop();
		work = take_work(wq, stop);
		if (!work && !stop)
			schedule_timeout(time_to_first(wq));
		finish_wait(&wq->more, &wait);
		if (work)
			run_work(wq, work);
		else if (stop)
			return 0;
	}
}

/* ---- Queueing -------------------------------------------------------------------------------- */

/* Context: locked. */
static void insert(struct workqueue_struct *wq, struct work_struct *work, unsigned long delay)
{
	struct work_struct *other;

	WRITE_ONCE(work->wq, wq); /* who cancels or flushes looks without the lock */
	work->due = ktime_get_ns() + delay * TICK_NSEC;
	list_for_each_entry_reverse(other, &wq->list, entry)
	{
		if (other->due <= work->due)
			break;
	}
	list_add(&work->entry, &other->entry);
	WRITE_ONCE(work->pending, true);
}

static bool enqueue(struct workqueue_struct *wq, struct work_struct *work, unsigned long delay,
		    bool again)
{
	unsigned long flags;
	bool was, wanted;

	spin_lock_irqsave(&wq->lock, flags);
	was = work->pending || work->cancelling;
	wanted = !was || (again && !work->cancelling);
	if (wanted) {
		if (work->pending)
			list_del(&work->entry);
		else
			work->turn++;
		insert(wq, work, delay);
	}
	spin_unlock_irqrestore(&wq->lock, flags);
	if (wanted)
		wake_up(&wq->more);
	return was;
}

bool queue_work(struct workqueue_struct *wq, struct work_struct *work)
{
	return !enqueue(wq, work, 0, false);
}

bool queue_delayed_work(struct workqueue_struct *wq, struct delayed_work *work, unsigned long delay)
{
	return !enqueue(wq, &work->work, delay, false);
}

bool mod_delayed_work(struct workqueue_struct *wq, struct delayed_work *work, unsigned long delay)
{
	return enqueue(wq, &work->work, delay, true);
}

/* ---- Waiting and cancelling ------------------------------------------------------------------ */

/* Finds the last turn of @work that is not over; false if there is none. */
static bool find_turn(struct workqueue_struct *wq, struct work_struct *work, unsigned int *turn)
{
	unsigned long flags;
	bool found;

	spin_lock_irqsave(&wq->lock, flags);
	found = work->pending || wq->current_work == work;
	*turn = work->pending ? work->turn : wq->current_turn;
	spin_unlock_irqrestore(&wq->lock, flags);
	return found;
}

static bool turn_is_over(struct workqueue_struct *wq, struct work_struct *work, unsigned int turn)
{
	unsigned long flags;
	bool over;

	spin_lock_irqsave(&wq->lock, flags);
	over = !(work->pending && work->turn == turn) &&
	       !(wq->current_work == work && wq->current_turn == turn);
	spin_unlock_irqrestore(&wq->lock, flags);
	return over;
}

/* Would the caller, which is work of @wq, wait for itself? */
static bool waits_for_itself(struct workqueue_struct *wq)
{
	return WARN(current == wq->thread, "workqueue: %ps waits for its own queue, %s\n",
		    wq->current_work->func, current->comm);
}

bool flush_work(struct work_struct *work)
{
	struct workqueue_struct *wq = READ_ONCE(work->wq);
	unsigned int turn;

	might_sleep();
	if (!wq || sleep_forbidden() || !find_turn(wq, work, &turn) || waits_for_itself(wq))
		return false;
	wait_event(wq->done, turn_is_over(wq, work, turn));
	return true;
}

/* Makes a queued item due at once; one that its thread has taken is left alone. */
static void hasten(struct workqueue_struct *wq, struct work_struct *work)
{
	unsigned long flags;
	bool was;

	spin_lock_irqsave(&wq->lock, flags);
	was = work->pending;
	if (was) {
		list_del(&work->entry);
		insert(wq, work, 0);
	}
	spin_unlock_irqrestore(&wq->lock, flags);
	if (was)
		wake_up(&wq->more);
}

bool flush_delayed_work(struct delayed_work *work)
{
	struct workqueue_struct *wq = READ_ONCE(work->work.wq);

	if (wq)
		hasten(wq, &work->work);
	return flush_work(&work->work);
}

/* Takes it off its queue, and has @change more callers keep it off. */
static bool take_off(struct workqueue_struct *wq, struct work_struct *work, int change)
{
	unsigned long flags;
	bool was;

	spin_lock_irqsave(&wq->lock, flags);
	was = work->pending;
	if (was)
		list_del_init(&work->entry);
	WRITE_ONCE(work->pending, false);
	work->cancelling += (unsigned int)change;
	spin_unlock_irqrestore(&wq->lock, flags);
	wake_up_all(&wq->done);
	return was;
}

bool cancel_work(struct work_struct *work)
{
	struct workqueue_struct *wq = READ_ONCE(work->wq);

	return wq && take_off(wq, work, 0);
}

bool cancel_work_sync(struct work_struct *work)
{
	struct workqueue_struct *wq = READ_ONCE(work->wq);
	bool was;

	if (!wq)
		return false;
	was = take_off(wq, work, 1);
	flush_work(work);
	take_off(wq, work, -1);
	return was;
}

bool cancel_delayed_work(struct delayed_work *work)
{
	return cancel_work(&work->work);
}

bool cancel_delayed_work_sync(struct delayed_work *work)
{
	return cancel_work_sync(&work->work);
}

struct barrier_work {
	struct work_struct work;
	struct completion done;
};

static void barrier_func(struct work_struct *work)
{
	complete(&container_of(work, struct barrier_work, work)->done);
}

/* The list is in order, so a new item that is due now comes behind all that are. */
void flush_workqueue(struct workqueue_struct *wq)
{
	struct barrier_work barrier;

	might_sleep();
	if (sleep_forbidden() || waits_for_itself(wq))
		return; /* the thread may need this CPU */
	INIT_WORK(&barrier.work, barrier_func);
	init_completion(&barrier.done);
	queue_work(wq, &barrier.work);
	wait_for_completion(&barrier.done);
	flush_work(&barrier.work); /* until the thread has forgotten it */
}

/* ---- Queues ---------------------------------------------------------------------------------- */

struct workqueue_struct *workqueue_create(const char *fmt, ...)
{
	struct workqueue_struct *wq = kzalloc(sizeof(*wq), GFP_KERNEL);
	char name[TASK_COMM_LEN];
	va_list args;

	if (!wq)
		return NULL;
	va_start(args, fmt);
	vsnprintf(name, sizeof(name), fmt, args);
	va_end(args);
	spin_lock_init_rank(&wq->lock, LOCK_RANK_QUEUE);
	INIT_LIST_HEAD(&wq->list);
	init_waitqueue_head(&wq->more);
	init_waitqueue_head(&wq->done);
	wq->thread = kthread_run(worker, wq, "%s", name);
	if (IS_ERR(wq->thread)) {
		kfree(wq);
		return NULL;
	}
	return wq;
}

void destroy_workqueue(struct workqueue_struct *wq)
{
	if (sleep_forbidden()) {
		might_sleep();
		return;
	}
	if (waits_for_itself(wq))
		return;
	flush_workqueue(wq); /* the thread has started, so stopping it lets it finish */
	kthread_stop(wq->thread);
	kfree(wq);
}

void __init workqueue_init(void)
{
	system_wq = workqueue_create("events");
	if (!system_wq)
		panic("workqueue: no memory");
}
