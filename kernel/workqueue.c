/* SPDX-License-Identifier: MIT */
/*
 * Work queues: one list in the order of the times at which its work is due, and
 * one thread that runs what is due.
 *
 *   queue_work()          due at once: behind all that is due
 *   queue_delayed_work()  due later; the thread sleeps no longer than until then
 *
 * A work item is pending while it is in the list, and current while it runs; it
 * leaves the list before it runs, so it may queue itself or be freed by itself.
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

struct workqueue_struct {
	spinlock_t lock;
	struct list_head list;
	struct work_struct *current_work;
	wait_queue_head_t more; /* the thread waits */
	wait_queue_head_t done; /* who flushes waits */
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
	}
	spin_unlock_irqrestore(&wq->lock, flags);
	return work;
}

static void run_work(struct workqueue_struct *wq, struct work_struct *work)
{
	work_func_t func = work->func;
	unsigned long flags;

	func(work);
	if (WARN(in_atomic(), "workqueue: %pS left the preemption count at 0x%x\n", func,
		 preempt_count()))
		preempt_count_restore(0);
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

	work->wq = wq;
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
	bool was;

	spin_lock_irqsave(&wq->lock, flags);
	was = work->pending;
	if (was && again)
		list_del(&work->entry);
	if (!was || again)
		insert(wq, work, delay);
	spin_unlock_irqrestore(&wq->lock, flags);
	if (!was || again)
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

static bool is_busy(struct workqueue_struct *wq, struct work_struct *work)
{
	unsigned long flags;
	bool busy;

	spin_lock_irqsave(&wq->lock, flags);
	busy = work->pending || wq->current_work == work;
	spin_unlock_irqrestore(&wq->lock, flags);
	return busy;
}

bool flush_work(struct work_struct *work)
{
	struct workqueue_struct *wq = work->wq;

	might_sleep();
	if (!wq || sleep_forbidden() || !is_busy(wq, work))
		return false;
	wait_event(wq->done, !is_busy(wq, work));
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
	struct workqueue_struct *wq = work->work.wq;

	if (wq)
		hasten(wq, &work->work);
	return flush_work(&work->work);
}

bool cancel_work(struct work_struct *work)
{
	struct workqueue_struct *wq = work->wq;
	unsigned long flags;
	bool was;

	if (!wq)
		return false;
	spin_lock_irqsave(&wq->lock, flags);
	was = work->pending;
	if (was)
		list_del_init(&work->entry);
	WRITE_ONCE(work->pending, false);
	spin_unlock_irqrestore(&wq->lock, flags);
	wake_up_all(&wq->done);
	return was;
}

bool cancel_work_sync(struct work_struct *work)
{
	bool was = cancel_work(work);

	while (flush_work(work))
		was |= cancel_work(work); /* it has queued itself again */
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
	if (sleep_forbidden())
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
