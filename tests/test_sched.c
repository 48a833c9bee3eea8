/* SPDX-License-Identifier: MIT */
/*
 * Scenario: threads are started, sleep, wake each other through every kind of lock and
 * queue there is, and end.  Each test counts what must have happened and in which
 * order; the harness then finds every stack and task freed.  A mutex released by a
 * stranger must be reported and survived.
 */
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/interrupt.h>
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/ktime.h>
#include <linux/mutex.h>
#include <linux/rwsem.h>
#include <linux/semaphore.h>
#include <linux/slab.h>
#include <linux/timer.h>
#include <linux/wait.h>
#include <linux/workqueue.h>
#include <cairn/test.h>
#include <asm/processor.h>
#include <asm/traps.h>
#include "../kernel/sched.h"

/* start, join - a thread that ends by itself, and the wait until it has. */
static struct task_struct *start(struct task_struct *t)
{
	if (IS_ERR(t))
		return NULL;
	get_task_struct(t);
	wake_up_process(t);
	return t;
}

static void join(struct task_struct *t)
{
	if (!EXPECT(t))
		return;
	while (smp_load_acquire(&t->__state) != TASK_DEAD)
		msleep(1);
	put_task_struct(t);
}

static int return_seven(void *data)
{
	int *runs = data;

	WRITE_ONCE(*runs, *runs + 1);
	while (!kthread_should_stop())
		schedule_timeout_interruptible(1);
	return 7;
}

KTEST(sched, run_and_stop)
{
	int runs = 0;
	struct task_struct *t = kthread_run(return_seven, &runs, "t_%s", "seven");

	ASSERT(!IS_ERR(t));
	EXPECT(!strcmp(t->comm, "t_seven"));
	EXPECT(t->pid > 0 && t->tgid == t->pid && t != current);
	while (!READ_ONCE(runs)) /* another CPU may take its time to start it */
		msleep(1);
	EXPECT_EQ(kthread_stop(t), 7);
	EXPECT_EQ(runs, 1);
}

/* A thread that was never woken does not run its function when it is stopped. */
KTEST(sched, stop_before_start)
{
	int runs = 0;
	struct task_struct *t = kthread_create(return_seven, &runs, "t_never");

	ASSERT(!IS_ERR(t));
	EXPECT_EQ(kthread_stop(t), -EINTR);
	EXPECT_EQ(runs, 0);
}

static int count_and_end(void *data)
{
	atomic_inc(data);
	return 0;
}

/* Threads that nobody stops free themselves. */
KTEST(sched, many_threads_end_by_themselves)
{
	atomic_t count = ATOMIC_INIT(0);
	struct task_struct *t[50];

	for (int i = 0; i < 50; i++)
		t[i] = start(kthread_create(count_and_end, &count, "t_end%d", i));
	for (int i = 0; i < 50; i++)
		join(t[i]);
	EXPECT_EQ(atomic_read(&count), 50);
}

static int say_and_linger(void *data)
{
	complete(data);
	schedule_timeout_uninterruptible(HZ / 10);
	return 0;
}

/* The account at a test's end waits for threads that have said that they are done. */
KTEST(sched, who_ends_after_the_test_has_lost_nothing)
{
	static struct completion said;
	struct task_struct *t;

	init_completion(&said);
	t = kthread_run(say_and_linger, &said, "t_late");
	if (EXPECT(!IS_ERR(t)))
		wait_for_completion(&said);
}

struct ping {
	struct completion ping, pong;
	unsigned int rounds;
};

static int pong_thread(void *data)
{
	struct ping *p = data;

	for (unsigned int i = 0; i < 1000; i++) {
		wait_for_completion(&p->ping);
		p->rounds++;
		complete(&p->pong);
	}
	return 0;
}

KTEST(sched, completion_ping_pong)
{
	struct ping p = {.rounds = 0};
	struct task_struct *t;

	init_completion(&p.ping);
	init_completion(&p.pong);
	t = start(kthread_create(pong_thread, &p, "t_pong"));
	ASSERT(t);
	for (unsigned int i = 0; i < 1000; i++) {
		complete(&p.ping);
		wait_for_completion(&p.pong);
		if (!EXPECT_EQ(p.rounds, i + 1))
			break;
	}
	join(t);
}

KTEST(sched, completion_times_out)
{
	DECLARE_COMPLETION_ONSTACK(done);
	unsigned long before = jiffies;

	EXPECT_EQ(wait_for_completion_timeout(&done, 5), 0);
	EXPECT(jiffies - before >= 5);
	EXPECT(!try_wait_for_completion(&done));
	complete(&done);
	EXPECT(wait_for_completion_timeout(&done, 5) > 0);
	complete_all(&done);
	wait_for_completion(&done);
	wait_for_completion(&done);
	EXPECT(completion_done(&done));
	reinit_completion(&done);
	EXPECT(!completion_done(&done));
}

KTEST(sched, msleep_lasts)
{
	u64 before = ktime_get_ns();

	msleep(12);
	EXPECT(ktime_get_ns() - before >= 12 * NSEC_PER_MSEC);
	set_current_state(TASK_INTERRUPTIBLE);
	EXPECT_EQ(schedule_timeout(2), 0);
	EXPECT_EQ(current->__state, TASK_RUNNING);
}

/* ---- Wait queues ----------------------------------------------------------------------------- */

struct queue_test {
	wait_queue_head_t wq;
	int tickets;
	atomic_t waiting;
	int order[4];
	int woken;
};

struct queue_waiter {
	struct queue_test *q;
	int id;
};

static int take_ticket(void *data)
{
	struct queue_waiter *w = data;
	struct queue_test *q = w->q;

	atomic_inc(&q->waiting);
	wait_event_exclusive(q->wq, q->tickets > 0);
	q->tickets--;
	q->order[q->woken++] = w->id;
	return 0;
}

/* One wake-up wakes one exclusive waiter, the first that came. */
KTEST(sched, exclusive_waiters_wake_in_order)
{
	struct queue_test q = {.tickets = 0};
	struct queue_waiter w[4];
	struct task_struct *t[4];

	init_waitqueue_head(&q.wq);
	for (int i = 0; i < 4; i++) {
		w[i] = (struct queue_waiter){&q, i};
		t[i] = start(kthread_create_on_cpu(take_ticket, &w[i], 0, "t_wait%d", i));
		ASSERT(t[i]);
		while (atomic_read(&q.waiting) <= i)
			yield();
		msleep(1);
	}
	for (int i = 0; i < 4; i++) {
		EXPECT_EQ(q.woken, i);
		q.tickets = 1;
		EXPECT_EQ(wake_up(&q.wq), 1);
		for (int spins = 0; q.woken == i && spins < 1000; spins++)
			msleep(1);
	}
	for (int i = 0; i < 4; i++) {
		EXPECT_EQ(q.order[i], i);
		join(t[i]);
	}
	EXPECT(!waitqueue_active(&q.wq));
}

KTEST(sched, wait_event_timeout_tells)
{
	DECLARE_WAIT_QUEUE_HEAD(wq);

	EXPECT_EQ(wait_event_timeout(wq, false, 3), 0);
	EXPECT(wait_event_timeout(wq, true, 3) > 0);
	EXPECT_EQ(wait_event_interruptible(wq, true), 0);
	EXPECT(!waitqueue_active(&wq));
}

/* ---- Locks ----------------------------------------------------------------------------------- */

struct lock_test {
	struct mutex mutex;
	struct rw_semaphore rwsem;
	struct semaphore sem;
	unsigned int inside, most, total;
};

static void enter(struct lock_test *l)
{
	l->inside++;
	l->most = max(l->most, l->inside);
	yield(); /* lets the others try */
	l->total++;
	l->inside--;
}

static int use_mutex(void *data)
{
	struct lock_test *l = data;

	for (int i = 0; i < 200; i++) {
		mutex_lock(&l->mutex);
		enter(l);
		mutex_unlock(&l->mutex);
	}
	return 0;
}

static int use_writer(void *data)
{
	struct lock_test *l = data;

	for (int i = 0; i < 200; i++) {
		down_write(&l->rwsem);
		enter(l);
		up_write(&l->rwsem);
		down_read(&l->rwsem);
		EXPECT_EQ(l->inside, 0);
		yield();
		EXPECT_EQ(l->inside, 0);
		up_read(&l->rwsem);
	}
	return 0;
}

static int use_semaphore(void *data)
{
	struct lock_test *l = data;

	for (int i = 0; i < 200; i++) {
		down(&l->sem);
		enter(l);
		up(&l->sem);
	}
	return 0;
}

static struct lock_test lock_test;

static void run_lock_test(int (*fn)(void *data))
{
	struct lock_test *l = &lock_test;
	struct task_struct *t[4];

	memset(l, 0, sizeof(*l));
	mutex_init(&l->mutex);
	init_rwsem(&l->rwsem);
	sema_init(&l->sem, 1);
	for (int i = 0; i < 4; i++)
		t[i] = start(kthread_create(fn, l, "t_lock%d", i));
	for (int i = 0; i < 4; i++)
		join(t[i]);
	EXPECT_EQ(l->total, 800);
	EXPECT_EQ(l->most, 1);
	EXPECT(!mutex_is_locked(&l->mutex) && !rwsem_is_locked(&l->rwsem));
}

KTEST(sched, mutex_excludes)
{
	run_lock_test(use_mutex);
}

KTEST(sched, rwsem_excludes_writers)
{
	run_lock_test(use_writer);
}

KTEST(sched, semaphore_excludes)
{
	run_lock_test(use_semaphore);
}

KTEST(sched, rwsem_admits_readers_together)
{
	DECLARE_RWSEM(sem);

	down_read(&sem);
	EXPECT(down_read_trylock(&sem));
	EXPECT(!down_write_trylock(&sem));
	up_read(&sem);
	up_read(&sem);
	EXPECT(down_write_trylock(&sem));
	EXPECT(!down_read_trylock(&sem));
	downgrade_write(&sem);
	EXPECT(down_read_trylock(&sem));
	up_read(&sem);
	up_read(&sem);
	EXPECT(!rwsem_is_locked(&sem));
	EXPECT_REPORT("no writer holds it") {
		up_write(&sem);
	}
	EXPECT_EQ(sem.count, 0);
}

struct rwsem_queue {
	struct rw_semaphore sem;
	char served[3]; /* in this order: 'w', 'r' */
	atomic_t nr_served;
};

static void note_served(struct rwsem_queue *q, char who)
{
	q->served[atomic_inc_return(&q->nr_served) - 1] = who;
}

static int queued_writer(void *data)
{
	struct rwsem_queue *q = data;

	down_write(&q->sem);
	note_served(q, 'w');
	msleep(2); /* time for a reader to come too early */
	EXPECT_EQ(atomic_read(&q->nr_served), 1);
	up_write(&q->sem);
	return 0;
}

static int queued_reader(void *data)
{
	struct rwsem_queue *q = data;

	down_read(&q->sem);
	note_served(q, 'r');
	up_read(&q->sem);
	return 0;
}

static int nr_queued(struct rw_semaphore *sem)
{
	struct list_head *at;
	unsigned long flags;
	int n = 0;

	spin_lock_irqsave(&sem->wait_lock, flags);
	list_for_each(at, &sem->waiters)
		n++;
	spin_unlock_irqrestore(&sem->wait_lock, flags);
	return n;
}

/* Until @n tasks wait, or somebody was let in. */
static bool queue_grows_to(struct rwsem_queue *q, int n)
{
	while (nr_queued(&q->sem) < n && !atomic_read(&q->nr_served))
		msleep(1);
	return nr_queued(&q->sem) == n;
}

/* A reader holds it, a writer waits: who comes to read now comes after the writer. */
KTEST(sched, readers_do_not_overtake_a_writer)
{
	struct rwsem_queue q = {.nr_served = ATOMIC_INIT(0)};
	struct task_struct *writer, *reader;

	init_rwsem(&q.sem);
	down_read(&q.sem);
	writer = start(kthread_create(queued_writer, &q, "t_writer"));
	EXPECT(queue_grows_to(&q, 1));
	if (!EXPECT(!down_read_trylock(&q.sem)))
		up_read(&q.sem);
	reader = start(kthread_create(queued_reader, &q, "t_reader"));
	EXPECT(queue_grows_to(&q, 2));
	EXPECT_EQ(atomic_read(&q.nr_served), 0);
	up_read(&q.sem);
	join(writer);
	join(reader);
	EXPECT(!strcmp(q.served, "wr"));
	EXPECT(!rwsem_is_locked(&q.sem));
}

KTEST(sched, semaphore_counts)
{
	struct semaphore sem;

	sema_init(&sem, 2);
	down(&sem);
	EXPECT_EQ(down_trylock(&sem), 0);
	EXPECT_EQ(down_trylock(&sem), 1);
	EXPECT_EQ(down_timeout(&sem, 2), -ETIME);
	up(&sem);
	EXPECT_EQ(down_timeout(&sem, 2), 0);
}

static int release_foreign(void *data)
{
	mutex_unlock(data);
	return 0;
}

KTEST(sched, mutex_misuse_is_reported)
{
	static DEFINE_MUTEX(mutex);

	mutex_lock(&mutex);
	EXPECT(!mutex_trylock(&mutex));
	EXPECT_REPORT("takes it again") {
		mutex_lock(&mutex);
	}
	EXPECT_REPORT("released by t_foreign, which does not hold it") {
		join(start(kthread_create(release_foreign, &mutex, "t_foreign")));
	}
	EXPECT(mutex_is_locked(&mutex));
	mutex_unlock(&mutex);
	EXPECT(!mutex_is_locked(&mutex));
}

/* ---- Preemption and affinity ----------------------------------------------------------------- */

static int set_flag(void *data)
{
	WRITE_ONCE(*(bool *)data, true);
	return 0;
}

static int spin_until(void *data)
{
	while (!READ_ONCE(*(bool *)data))
		cpu_relax();
	return 0;
}

/* A thread that never gives up the CPU loses it to one that wakes. */
KTEST(sched, endless_loop_is_preempted)
{
	bool stop = false;
	struct task_struct *t = start(kthread_create_on_cpu(spin_until, &stop, 0, "t_spin"));

	ASSERT(t);
	for (unsigned int i = 0; i < 500 && !READ_ONCE(t->nivcsw); i++)
		msleep(20);
	EXPECT(t->nivcsw > 0);
	EXPECT_EQ(t->nvcsw, 0);
	WRITE_ONCE(stop, true);
	join(t);
}

/* A wish to switch that comes while preemption is off is granted when it is on again. */
KTEST(sched, preempt_enable_switches)
{
	struct task_struct *t;
	bool ran = false;

	t = kthread_create_on_cpu(set_flag, &ran, 0, "t_preempt");
	ASSERT(!IS_ERR(t));
	get_task_struct(t);
	preempt_disable();
	wake_up_process(t);
	set_preempt_need_resched();
	EXPECT(need_resched());
	mdelay(3); /* by now the other one has the better claim */
	EXPECT(!ran);
	preempt_enable();
	join(t);
	EXPECT(ran);
	EXPECT(current->nivcsw > 0);
}

#define SOON_NS (2 * NSEC_PER_SEC)

static DECLARE_COMPLETION(called);

static int answer_call(void *data)
{
	wait_for_completion(&called);
	WRITE_ONCE(*(bool *)data, true);
	return 0;
}

static void call_with_interrupts_off(void)
{
	unsigned long flags;

	local_irq_save(flags);
	complete(&called);
	local_irq_restore(flags);
}

static void complete_in_tasklet(struct tasklet_struct *t __unused)
{
	complete(&called);
}

static void call_by_tasklet(void)
{
	static DECLARE_TASKLET(tasklet, complete_in_tasklet);

	tasklet_schedule(&tasklet);
}

/* Who is woken with interrupts off, or by a softirq, runs although the waker never lets go. */
KTEST(sched, the_woken_run_without_the_wakers_help)
{
	static void (*const ways[])(void) = {call_with_interrupts_off, call_by_tasklet};

	for (unsigned int i = 0; i < ARRAY_SIZE(ways); i++) {
		struct task_struct *t;
		bool answered = false;
		u64 begin;

		reinit_completion(&called);
		t = start(kthread_create_on_cpu(answer_call, &answered, 0, "t_woken"));
		ASSERT(t);
		while (!READ_ONCE(t->nvcsw))
			msleep(1);
		mdelay(5); /* now it has the better claim */
		ways[i]();
		begin = ktime_get_ns();
		while (!READ_ONCE(answered) && ktime_get_ns() - begin < SOON_NS)
			cpu_relax();
		EXPECT(answered);
		join(t);
	}
}

static int note_cpu(void *data)
{
	*(int *)data = raw_smp_processor_id();
	return 0;
}

/* Time counts while it passes, not only when the task is switched away from. */
KTEST(sched, time_counts_while_a_task_runs)
{
	u64 start, begin, before, ran, passed;

	preempt_disable();
	start = ktime_get_ns(); /* the machine may be stopped between any two looks at the clock */
	before = task_runtime(current);
	begin = ktime_get_ns();
	do {
		cpu_relax();
		passed = ktime_get_ns() - begin;
	} while (passed < 3 * NSEC_PER_MSEC);
	ran = task_runtime(current) - before;
	preempt_enable();
	EXPECT(ran >= passed);
	EXPECT(ran <= ktime_get_ns() - start);
}

KTEST(sched, bound_threads_run_where_they_are_bound)
{
	struct cpumask none = {{0}};
	int cpu;

	for_each_online_cpu(cpu) {
		int seen = -1;
		struct task_struct *t;

		if (!cpu_active((unsigned int)cpu))
			continue;
		t = kthread_create(note_cpu, &seen, "t_bound%d", cpu);
		ASSERT(!IS_ERR(t));
		kthread_bind(t, (unsigned int)cpu);
		join(start(t));
		EXPECT_EQ(seen, cpu);
	}
	EXPECT_EQ(set_cpus_allowed_ptr(current, &none), -EINVAL);
	EXPECT_EQ(raw_smp_processor_id(), 0);
}

/* The test thread visits every CPU and comes home. */
KTEST(sched, current_moves)
{
	struct cpumask mask;
	int cpu;

	for_each_online_cpu(cpu) {
		if (!cpu_active((unsigned int)cpu))
			continue;
		cpumask_clear(&mask);
		cpumask_set_cpu((unsigned int)cpu, &mask);
		EXPECT_EQ(set_cpus_allowed_ptr(current, &mask), 0);
		EXPECT_EQ(raw_smp_processor_id(), cpu);
	}
	cpumask_clear(&mask);
	cpumask_set_cpu(0, &mask);
	EXPECT_EQ(set_cpus_allowed_ptr(current, &mask), 0);
	EXPECT_EQ(raw_smp_processor_id(), 0);
}

/* ---- Stacks ---------------------------------------------------------------------------------- */

static noinline unsigned long recurse(unsigned long depth)
{
	volatile char frame[512];

	frame[0] = (char)depth;
	return depth ? recurse(depth - 1) + (unsigned long)frame[0] : 0;
}

static void overflow(void *arg __unused)
{
	recurse(1000000);
}

static int overflow_thread(void *data)
{
	EXPECT(trap_catch(overflow, NULL, data));
	return 0;
}

KTEST(sched, stack_overflow_names_the_thread)
{
	struct trap_info info = {0};

	EXPECT_REPORT("t_deep stack guard page was hit") {
		join(start(kthread_create(overflow_thread, &info, "t_deep")));
	}
	EXPECT_EQ(info.vector, TRAP_DF);
}
