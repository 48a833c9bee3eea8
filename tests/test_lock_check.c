/* SPDX-License-Identifier: MIT */
/*
 * Scenario: each mistake that lockdep=1 finds is made, without two CPUs having to meet:
 * locks in the wrong order, one taken twice, one that a handler takes and that is
 * held elsewhere while the handler could come, one released that is not held.  Each
 * report names both places.  The right ways to do the same are silent.
 *
 * Checking is on from the start or never, so these tests need lockdep=1.
 */
#include <linux/interrupt.h>
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/mutex.h>
#include <linux/rwsem.h>
#include <linux/smp.h>
#include <linux/spinlock.h>
#include <cairn/test.h>

static bool checking(void)
{
	if (!lock_checking)
		ktest_skip("without lockdep=1");
	return lock_checking;
}

static DEFINE_SPINLOCK_RANK(outer, LOCK_RANK_QUEUE);
static DEFINE_SPINLOCK_RANK(inner, LOCK_RANK_TASKLIST);
static DEFINE_SPINLOCK(any);

static noinline void take_inner(void)
{
	spin_lock(&inner);
	barrier(); /* no tail call: this function is to be in the report */
}

static noinline void take_outer(void)
{
	spin_lock(&outer);
	barrier();
}

KTEST(lockdep, order_by_rank)
{
	if (!checking())
		return;
	EXPECT_NO_REPORT() {
		take_outer();
		spin_lock(&any);
		take_inner();
		spin_unlock(&outer);
		spin_unlock(&inner);
		spin_unlock(&any);
	}
	EXPECT_REPORT("BUG: lock order inversion: lock outer") {
		take_inner();
		take_outer();
		spin_unlock(&outer);
		spin_unlock(&inner);
	}
	EXPECT(ktest_reported("to be taken at take_outer"));
	EXPECT(ktest_reported("while holding lock inner+"));
	EXPECT(ktest_reported("taken at take_inner"));
	EXPECT_NO_REPORT() {
		take_inner();
		if (EXPECT(spin_trylock(&outer))) /* cannot wait, so cannot deadlock */
			spin_unlock(&outer);
		spin_unlock(&inner);
	}
}

static DEFINE_RWLOCK(rw);

KTEST(lockdep, recursion)
{
	if (!checking())
		return;
	EXPECT_REPORT("BUG: spinlock recursion: lock any") {
		spin_lock(&any);
		lock_check(&any.info, 0); /* spin_lock() would go on to wait for itself */
		spin_unlock(&any);
	}
	EXPECT(ktest_reported("while holding lock any+"));
	EXPECT(ktest_reported("taken at lockdep_recursion"));
	EXPECT_REPORT("BUG: spinlock recursion: lock rw") {
		read_lock(&rw);
		lock_check(&rw.info, 0);
		read_unlock(&rw);
	}
	EXPECT_REPORT("BUG: spinlock recursion: lock rw") {
		read_lock(&rw);
		lock_check(&rw.info, LOCK_READER);
		read_unlock(&rw);
	}
	EXPECT_NO_REPORT() {
		read_lock(&rw);
		if (EXPECT(read_trylock(&rw)))
			read_unlock(&rw);
		local_bh_disable(); /* counts as an interrupt */
		read_lock(&rw);
		read_unlock(&rw);
		local_bh_enable();
		read_unlock(&rw);
	}
}

/* ---- Handlers -------------------------------------------------------------------------------- */

static spinlock_t used;
static rwlock_t used_rw;

static void in_hardirq_take(void *info __unused)
{
	irq_enter(); /* as on the way into a handler; a cross-call to oneself does without */
	spin_lock(&used);
	spin_unlock(&used);
	preempt_count_sub(HARDIRQ_OFFSET);
}

static noinline void take_in_hardirq(void)
{
	smp_call_function_single(raw_smp_processor_id(), in_hardirq_take, NULL, 1);
}

static noinline void take_with_interrupts_on(void)
{
	spin_lock(&used);
	spin_unlock(&used);
}

static noinline void take_irqsave(void)
{
	unsigned long flags;

	spin_lock_irqsave(&used, flags);
	spin_unlock_irqrestore(&used, flags);
}

/* In both orders; the second use is the one that is reported, and only once. */
KTEST(lockdep, lock_of_a_handler_with_interrupts_on)
{
	if (!checking())
		return;
	spin_lock_init(&used);
	EXPECT_NO_REPORT() {
		take_in_hardirq();
		take_irqsave();
		take_in_hardirq();
	}
	EXPECT_REPORT("BUG: lock taken by a handler and with interrupts on: lock used") {
		take_with_interrupts_on();
	}
	EXPECT(ktest_reported("by a handler at in_hardirq_take"));
	EXPECT(ktest_reported("here at take_with_interrupts_on"));
	EXPECT_NO_REPORT() {
		take_with_interrupts_on();
	}
	spin_lock_init(&used);
	EXPECT_NO_REPORT() {
		take_with_interrupts_on();
	}
	EXPECT_REPORT("BUG: lock taken by a handler and with interrupts on: lock used") {
		take_in_hardirq();
	}
	EXPECT(ktest_reported("by a handler at in_hardirq_take"));
	EXPECT(ktest_reported("elsewhere at take_with_interrupts_on"));
}

static void tasklet_takes(struct tasklet_struct *t __unused)
{
	spin_lock(&used);
	spin_unlock(&used);
}

static noinline void take_bh(void)
{
	spin_lock_bh(&used);
	spin_unlock_bh(&used);
}

KTEST(lockdep, lock_of_a_tasklet_with_softirqs_on)
{
	DECLARE_TASKLET(tasklet, tasklet_takes);

	if (!checking())
		return;
	spin_lock_init(&used);
	EXPECT_NO_REPORT() {
		take_bh();
		tasklet_schedule(&tasklet);
		tasklet_kill(&tasklet);
		take_irqsave();
	}
	EXPECT_REPORT("BUG: lock taken by a handler and with soft interrupts on: lock used") {
		take_with_interrupts_on();
	}
	EXPECT(ktest_reported("by a handler at tasklet_takes"));
	EXPECT(ktest_reported("here at take_with_interrupts_on"));
}

static void in_hardirq_read(void *info __unused)
{
	irq_enter();
	read_lock(&used_rw);
	read_unlock(&used_rw);
	preempt_count_sub(HARDIRQ_OFFSET);
}

/* A handler that reads waits for writers only. */
KTEST(lockdep, readers_in_handlers)
{
	if (!checking())
		return;
	rwlock_init(&used_rw);
	EXPECT_NO_REPORT() {
		smp_call_function_single(raw_smp_processor_id(), in_hardirq_read, NULL, 1);
		read_lock(&used_rw);
		read_unlock(&used_rw);
		write_lock_irq(&used_rw);
		write_unlock_irq(&used_rw);
	}
	EXPECT_REPORT("BUG: lock taken by a handler and with interrupts on: lock used_rw") {
		write_lock(&used_rw);
		write_unlock(&used_rw);
	}
	EXPECT(ktest_reported("by a handler at in_hardirq_read"));
	EXPECT(ktest_reported("here at lockdep_readers_in_handlers"));
}

/* ---- Locks that sleep ------------------------------------------------------------------------ */

static DEFINE_MUTEX_RANK(outer_mutex, LOCK_RANK_NAMES);
static DEFINE_MUTEX_RANK(inner_mutex, LOCK_RANK_DEVICE);
static DECLARE_RWSEM_RANK(inner_sem, LOCK_RANK_DEVICE);
static DEFINE_MUTEX(any_mutex);

static noinline void lock_inner_mutex(void)
{
	mutex_lock(&inner_mutex);
	barrier();
}

static noinline void lock_outer_mutex(void)
{
	mutex_lock(&outer_mutex);
	barrier();
}

static noinline void read_inner_sem(void)
{
	down_read(&inner_sem);
	barrier();
}

KTEST(lockdep, order_of_mutexes)
{
	if (!checking())
		return;
	EXPECT_NO_REPORT() {
		lock_outer_mutex();
		mutex_lock(&any_mutex);
		lock_inner_mutex();
		mutex_unlock(&outer_mutex);
		mutex_unlock(&inner_mutex);
		lock_outer_mutex();
		mutex_unlock(&outer_mutex);
		mutex_unlock(&any_mutex);
		lock_inner_mutex();
		EXPECT(mutex_trylock(&outer_mutex)); /* which does not wait */
		mutex_unlock(&inner_mutex);
		lock_inner_mutex();
		mutex_unlock(&inner_mutex);
		mutex_unlock(&outer_mutex);
	}
	EXPECT_REPORT("BUG: lock order inversion: lock outer_mutex") {
		lock_inner_mutex();
		lock_outer_mutex();
		mutex_unlock(&outer_mutex);
		mutex_unlock(&inner_mutex);
	}
	EXPECT(ktest_reported("to be taken at lock_outer_mutex"));
	EXPECT(ktest_reported("while holding lock inner_mutex+"));
	EXPECT(ktest_reported("taken at lock_inner_mutex"));
}

/* Readers count as writers do: either may wait for the other kind. */
KTEST(lockdep, order_of_rw_semaphores)
{
	if (!checking())
		return;
	EXPECT_NO_REPORT() {
		lock_outer_mutex();
		read_inner_sem();
		up_read(&inner_sem);
		down_write(&inner_sem);
		downgrade_write(&inner_sem);
		up_read(&inner_sem);
		mutex_unlock(&outer_mutex);
		EXPECT(down_write_trylock(&inner_sem));
		up_write(&inner_sem);
	}
	EXPECT_REPORT("BUG: lock order inversion: lock outer_mutex") {
		read_inner_sem();
		lock_outer_mutex();
		up_read(&inner_sem);
		mutex_unlock(&outer_mutex);
	}
	EXPECT(ktest_reported("taken at read_inner_sem"));
	EXPECT_REPORT("BUG: recursion: lock inner_sem") {
		read_inner_sem();
		read_inner_sem();
		up_read(&inner_sem);
		up_read(&inner_sem);
	}
	EXPECT(!rwsem_is_locked(&inner_sem) && !mutex_is_locked(&outer_mutex));
}

static int hold_inner_mutex(void *data __unused)
{
	lock_inner_mutex();
	while (!kthread_should_stop())
		schedule_timeout_interruptible(1);
	mutex_unlock(&inner_mutex);
	return 0;
}

/* What another task holds is its own business. */
KTEST(lockdep, mutexes_of_another_task)
{
	struct task_struct *t;

	if (!checking())
		return;
	t = kthread_run(hold_inner_mutex, NULL, "t_hold");
	ASSERT(!IS_ERR(t));
	while (!mutex_is_locked(&inner_mutex))
		schedule_timeout_uninterruptible(1);
	EXPECT_NO_REPORT() {
		lock_outer_mutex();
		mutex_unlock(&outer_mutex);
	}
	kthread_stop(t);
	EXPECT(!mutex_is_locked(&inner_mutex));
}

/* ---- Release --------------------------------------------------------------------------------- */

static noinline void release_any(void)
{
	spin_unlock(&any);
}

KTEST(lockdep, release_of_what_is_not_held)
{
	if (!checking())
		return;
	spin_lock(&any);
	release_any();
	EXPECT_REPORT("BUG: release of a lock that this CPU does not hold: lock any") {
		release_any();
	}
	EXPECT(ktest_reported("released at release_any"));
	EXPECT(ktest_reported("last taken or released at release_any"));
	EXPECT(!spin_is_locked(&any) && !in_atomic());
	EXPECT_REPORT("BUG: release of a lock that this CPU does not hold: lock rw") {
		read_unlock(&rw);
	}
	EXPECT_EQ(rw.value, 0);
	EXPECT(!in_atomic());
}

static bool holding, let_go;

static int hold_any(void *data __unused)
{
	spin_lock(&any);
	WRITE_ONCE(holding, true);
	while (!READ_ONCE(let_go))
		cpu_relax();
	spin_unlock(&any);
	return 0;
}

/* What another CPU holds is not released for it. */
KTEST(lockdep, release_of_what_another_cpu_holds)
{
	struct task_struct *t;

	if (!checking())
		return;
	if (num_online_cpus() < 2) {
		ktest_skip("one CPU");
		return;
	}
	holding = let_go = false;
	t = kthread_create_on_cpu(hold_any, NULL, 1, "t_hold");
	ASSERT(!IS_ERR(t));
	get_task_struct(t);
	wake_up_process(t);
	while (!READ_ONCE(holding))
		schedule_timeout_uninterruptible(1);
	EXPECT_REPORT("BUG: release of a lock that this CPU does not hold: lock any") {
		release_any();
	}
	EXPECT(ktest_reported("last taken or released at hold_any"));
	EXPECT(spin_is_locked(&any));
	WRITE_ONCE(let_go, true);
	while (smp_load_acquire(&t->__state) != TASK_DEAD)
		schedule_timeout_uninterruptible(1);
	put_task_struct(t);
	EXPECT(!spin_is_locked(&any));
}
