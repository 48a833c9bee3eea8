/* SPDX-License-Identifier: MIT */
/*
 * Scenario: work is queued, delayed, flushed and cancelled, and has run just as often
 * and in just the order that was asked for.  Who waits for it goes on when it has finished.
 */
#include <linux/cpumask.h>
#include <linux/delay.h>
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/slab.h>
#include <linux/workqueue.h>
#include <cairn/test.h>

struct job {
	struct work_struct work;
	int runs, number;
	bool atomic;
	struct task_struct *until_sleeps;
};

static int order[8], nr_order;

static void do_job(struct work_struct *work)
{
	struct job *job = container_of(work, struct job, work);

	job->runs++;
	job->atomic = in_atomic();
	do {
		msleep(1); /* work may sleep */
	} while (job->until_sleeps && READ_ONCE(job->until_sleeps->__state) == TASK_RUNNING);
	if (nr_order < 8)
		order[nr_order++] = job->number;
}

static DECLARE_COMPLETION(gate_opens);

static void wait_at_gate(struct work_struct *work __unused)
{
	wait_for_completion(&gate_opens);
}

KTEST(workqueue, runs_once_in_order_in_a_thread)
{
	struct workqueue_struct *wq = alloc_workqueue("t_wq%d", 0, 1, 7);
	DECLARE_WORK(gate, wait_at_gate);
	struct job job[3];

	ASSERT(wq);
	nr_order = 0;
	reinit_completion(&gate_opens);
	queue_work(wq, &gate);
	for (int i = 0; i < 3; i++) {
		job[i] = (struct job){.number = i};
		INIT_WORK(&job[i].work, do_job);
		EXPECT(queue_work(wq, &job[i].work));
		EXPECT(!queue_work(wq, &job[i].work));
	}
	complete(&gate_opens);
	flush_workqueue(wq);
	for (int i = 0; i < 3; i++) {
		EXPECT_EQ(job[i].runs, 1);
		EXPECT_EQ(order[i], i);
		EXPECT(!job[i].atomic && !work_pending(&job[i].work));
	}
	job[0].until_sleeps = current; /* there is something to wait for, whoever is first */
	EXPECT(queue_work(wq, &job[0].work));
	EXPECT(flush_work(&job[0].work));
	EXPECT(!flush_work(&job[0].work));
	EXPECT_EQ(job[0].runs, 2);
	destroy_workqueue(wq);
}

struct delayed_job {
	struct delayed_work work;
	u64 ran;
	int runs;
};

static void do_delayed(struct work_struct *work)
{
	struct delayed_job *job = container_of(to_delayed_work(work), struct delayed_job, work);

	job->ran = ktime_get_ns();
	job->runs++;
}

KTEST(workqueue, delayed_work_waits)
{
	struct delayed_job job = {.runs = 0};
	u64 before;

	INIT_DELAYED_WORK(&job.work, do_delayed);
	EXPECT(schedule_delayed_work(&job.work, 100 * HZ));
	EXPECT(!schedule_delayed_work(&job.work, 5));
	EXPECT(delayed_work_pending(&job.work));
	before = ktime_get_ns();
	EXPECT(mod_delayed_work(system_wq, &job.work, 5));
	flush_work(&job.work.work);
	EXPECT_EQ(job.runs, 1);
	EXPECT(job.ran - before >= 5 * TICK_NSEC);
}

KTEST(workqueue, cancelled_work_does_not_run)
{
	struct delayed_job job = {.runs = 0};

	INIT_DELAYED_WORK(&job.work, do_delayed);
	EXPECT(schedule_delayed_work(&job.work, 10 * HZ));
	EXPECT(cancel_delayed_work_sync(&job.work));
	EXPECT(!cancel_delayed_work_sync(&job.work));
	EXPECT(schedule_delayed_work(&job.work, 10 * HZ));
	EXPECT(mod_delayed_work(system_wq, &job.work, 1));
	flush_delayed_work(&job.work);
	EXPECT_EQ(job.runs, 1);
}

#define LONG_MS 20

struct long_job {
	struct delayed_work work;
	struct completion started;
	bool finished;
};

/* Goes from the test's CPU, 0, to another. */
static bool move_away(void)
{
	unsigned int cpu = cpumask_next(0, cpu_online_mask);
	struct cpumask mask = {{0}};

	if (cpu >= nr_cpu_ids)
		return false;
	cpumask_set_cpu(cpu, &mask);
	return !set_cpus_allowed_ptr(current, &mask);
}

/* Busy, unless that is where the test has to run. */
static void do_long(struct work_struct *work)
{
	struct long_job *job = container_of(to_delayed_work(work), struct long_job, work);
	bool away = move_away();

	complete(&job->started);
	if (away)
		mdelay(LONG_MS);
	else
		msleep(LONG_MS);
	WRITE_ONCE(job->finished, true);
}

static void flush(struct long_job *job)
{
	flush_work(&job->work.work);
}

static void flush_delayed(struct long_job *job)
{
	flush_delayed_work(&job->work);
}

static void cancel(struct long_job *job)
{
	EXPECT(!cancel_work_sync(&job->work.work));
}

static void cancel_delayed(struct long_job *job)
{
	EXPECT(!cancel_delayed_work_sync(&job->work));
}

/* It has been queued again while it runs: that is undone, and what runs is waited for. */
static void cancel_queued_again(struct long_job *job)
{
	EXPECT(queue_delayed_work(job->work.work.wq, &job->work, 100 * HZ));
	EXPECT(cancel_delayed_work_sync(&job->work));
}

static void flush_queue(struct long_job *job)
{
	flush_workqueue(job->work.work.wq);
}

/* An item that runs on another CPU is no longer in the queue, and yet is waited for. */
KTEST(workqueue, what_runs_is_waited_for)
{
	static void (*const wait[])(struct long_job * job) = {
		flush, flush_delayed, cancel, cancel_delayed, cancel_queued_again, flush_queue};
	struct workqueue_struct *wq = alloc_workqueue("t_wq%d", 0, 1, 7);
	struct long_job job;

	ASSERT(wq);
	for (unsigned int i = 0; i < ARRAY_SIZE(wait); i++) {
		job.finished = false;
		init_completion(&job.started);
		INIT_DELAYED_WORK(&job.work, do_long);
		EXPECT(queue_work(wq, &job.work.work));
		wait_for_completion(&job.started);
		EXPECT(!work_pending(&job.work.work));
		wait[i](&job);
		EXPECT(READ_ONCE(job.finished));
		flush_workqueue(wq);
		EXPECT(!work_pending(&job.work.work));
	}
	destroy_workqueue(wq);
}

#define AGAIN_MAX 300

struct restless {
	struct delayed_work work;
	struct completion started;
	unsigned long delay;
	int runs;
};

/* Queues itself each time, so it is over only when it is cancelled; or after many times. */
static void queue_again(struct work_struct *work)
{
	struct restless *r = container_of(to_delayed_work(work), struct restless, work);

	WRITE_ONCE(r->runs, r->runs + 1);
	complete(&r->started);
	msleep(1);
	if (r->runs < AGAIN_MAX)
		schedule_delayed_work(&r->work, r->delay);
}

static void start_restless(struct restless *r, unsigned long delay)
{
	r->runs = 0;
	r->delay = delay;
	init_completion(&r->started);
	INIT_DELAYED_WORK(&r->work, queue_again);
	schedule_delayed_work(&r->work, 0);
	wait_for_completion(&r->started);
}

/* What queues itself is cancelled for good, whether it is just running or not. */
KTEST(workqueue, work_that_queues_itself_is_cancelled)
{
	struct restless r;

	for (unsigned int i = 0; i < 8; i++) {
		int runs;

		start_restless(&r, i % 2);
		if (i >= 4)
			msleep(i - 4);
		cancel_delayed_work_sync(&r.work);
		runs = READ_ONCE(r.runs);
		EXPECT(runs < AGAIN_MAX);
		EXPECT(!delayed_work_pending(&r.work));
		msleep(3);
		EXPECT_EQ(READ_ONCE(r.runs), runs);
	}
	EXPECT(schedule_delayed_work(&r.work, 1000 * HZ)); /* and can be queued again */
	EXPECT(cancel_delayed_work_sync(&r.work));
}

/* It is flushed when it has run once more. */
KTEST(workqueue, work_that_queues_itself_is_flushed_once)
{
	struct restless r;

	for (unsigned int i = 0; i < 4; i++) {
		start_restless(&r, i % 2);
		EXPECT(flush_work(&r.work.work));
		EXPECT(READ_ONCE(r.runs) < AGAIN_MAX);
		cancel_delayed_work_sync(&r.work);
	}
}

static void flush_myself(struct work_struct *work)
{
	EXPECT(!flush_work(work));
	flush_scheduled_work();
	EXPECT(!cancel_work_sync(work));
	destroy_workqueue(system_wq);
}

KTEST(workqueue, work_does_not_wait_for_its_own_queue)
{
	DECLARE_WORK(work, flush_myself);

	EXPECT_REPORT("workqueue: flush_myself waits for its own queue, events") {
		schedule_work(&work);
		flush_work(&work);
	}
	EXPECT(!work.cancelling);
}

static void unbalanced(struct work_struct *work __unused)
{
	preempt_disable();
}

static void leaves_interrupts_off(struct work_struct *work __unused)
{
	local_irq_disable();
}

KTEST(workqueue, unbalanced_work_is_reported)
{
	DECLARE_WORK(work, unbalanced);
	DECLARE_WORK(other, leaves_interrupts_off);

	EXPECT_REPORT("unbalanced left the preemption count at 0x1, interrupts on") {
		schedule_work(&work);
		flush_work(&work);
	}
	EXPECT_REPORT("leaves_interrupts_off left the preemption count at 0x0, interrupts off") {
		schedule_work(&other);
		flush_work(&other);
	}
}
