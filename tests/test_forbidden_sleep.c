/* SPDX-License-Identifier: MIT */
/*
 * Scenario: a thread sleeps, waits, moves or ends where sleeping is forbidden.  Each time
 * there is a report that names both places, and then the call does what it can
 * without giving up the CPU: nothing, or less, or it looks until what it waits for is there.
 */
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/mutex.h>
#include <linux/rwsem.h>
#include <linux/semaphore.h>
#include <linux/smp.h>
#include <linux/timer.h>
#include <linux/wait.h>
#include <linux/workqueue.h>
#include <cairn/test.h>
#include <asm/processor.h>

static DEFINE_SPINLOCK(held);

/* Both places: the function that took the lock, and the file that slept. */
KTEST(sched, sleep_under_spinlock_names_both_places)
{
	EXPECT_REPORT("Preemption disabled at sched_sleep_under_spinlock_names_both_places") {
		spin_lock(&held);
		might_sleep();
		spin_unlock(&held);
	}
	EXPECT_REPORT("BUG: sleeping function called from invalid context at kernel/timeout.c") {
		preempt_disable();
		preempt_disable();
		preempt_enable();
		msleep(0);
		preempt_enable();
	}
}

KTEST(sched, schedule_in_atomic_context_is_refused)
{
	EXPECT_REPORT("BUG: scheduling while atomic: cairn") {
		preempt_disable();
		set_current_state(TASK_UNINTERRUPTIBLE);
		schedule();
		EXPECT_EQ(current->__state, TASK_RUNNING);
		preempt_enable();
	}
	EXPECT_EQ(preempt_count(), 0);
}

/* Interrupts that are off forbid it too, and a wait for a time is over at once. */
KTEST(sched, schedule_with_interrupts_off_is_refused)
{
	EXPECT_REPORT("BUG: scheduling while atomic: cairn") {
		local_irq_disable();
		schedule();
		EXPECT(irqs_disabled());
		local_irq_enable();
	}
	EXPECT(ktest_reported("in_atomic(): 0, irqs_disabled(): 1"));
	EXPECT_REPORT("BUG: scheduling while atomic: cairn") {
		local_irq_disable();
		EXPECT_EQ(schedule_timeout_uninterruptible(2), 0);
		EXPECT_EQ(current->__state, TASK_RUNNING);
		local_irq_enable();
	}
}

static DECLARE_WAIT_QUEUE_HEAD(nobody_wakes);
static DECLARE_COMPLETION(late);

static void do_nothing(struct work_struct *work __unused)
{
}
static DECLARE_DELAYED_WORK(never, do_nothing);

static int never_runs(void *data __unused)
{
	return 0;
}

/* Waits with an end are over at once, and threads are not waited for. */
KTEST(sched, waits_are_over_where_sleeping_is_forbidden)
{
	struct task_struct *t = kthread_create(never_runs, NULL, "t_stays");
	struct semaphore sem;

	ASSERT(!IS_ERR(t));
	sema_init(&sem, 0);
	reinit_completion(&late);
	schedule_delayed_work(&never, 1000 * HZ);
	EXPECT_REPORT("Preemption disabled at sched_waits_are_over_where_sleeping_is_forbidden+") {
		spin_lock(&held);
		EXPECT_EQ(wait_event_timeout(nobody_wakes, false, 1000 * HZ), 0);
		EXPECT_EQ(wait_for_completion_timeout(&late, 1000 * HZ), 0);
		EXPECT_EQ(down_timeout(&sem, 1000 * HZ), -ETIME);
		EXPECT(!flush_work(&never.work));
		EXPECT_EQ(kthread_stop(t), -EINVAL);
		flush_scheduled_work();
		destroy_workqueue(system_wq);
		msleep(1000000);
		spin_unlock(&held);
	}
	EXPECT(cancel_delayed_work_sync(&never));
	EXPECT_EQ(kthread_stop(t), -EINTR);
}

static void complete_late(struct timer_list *t __unused)
{
	complete(&late);
}

/* One without an end goes on when an interrupt brings what it waits for, and reports once. */
KTEST(sched, a_wait_without_an_end_looks_again)
{
	struct timer_list timer;

	reinit_completion(&late);
	timer_setup(&timer, complete_late, 0);
	EXPECT_REPORT("BUG: sleeping function called from invalid context at kernel/wait.c") {
		spin_lock(&held);
		mod_timer(&timer, jiffies + 2);
		wait_for_completion(&late);
		mod_timer(&timer, jiffies + 2);
		wait_event(nobody_wakes, completion_done(&late));
		spin_unlock(&held);
	}
	EXPECT(!ktest_reported("scheduling while atomic"));
	EXPECT(!in_atomic());
	del_timer_sync(&timer);
}

static int move_to(unsigned int cpu)
{
	struct cpumask mask;

	cpumask_clear(&mask);
	cpumask_set_cpu(cpu, &mask);
	return set_cpus_allowed_ptr(current, &mask);
}

/* Who moves itself while it must not sleep is told so, and moves when it may. */
KTEST(sched, a_move_waits_for_the_end_of_the_section)
{
	unsigned int here = (unsigned int)raw_smp_processor_id();
	unsigned int there = cpumask_next((int)here, cpu_online_mask);

	if (there >= nr_cpu_ids || !cpu_active(there)) {
		ktest_skip("one CPU");
		return;
	}
	EXPECT_REPORT("BUG: scheduling while atomic: cairn") {
		preempt_disable();
		EXPECT_EQ(move_to(there), 0);
		EXPECT_EQ((unsigned int)raw_smp_processor_id(), here);
		preempt_enable();
	}
	EXPECT_EQ((unsigned int)raw_smp_processor_id(), there);
	EXPECT_EQ(move_to(here), 0);
	EXPECT_EQ((unsigned int)raw_smp_processor_id(), here);
}

/* ---- Locks -------------------------------------------------------------------------------- */

static DEFINE_MUTEX(mutex);
static DECLARE_RWSEM(rwsem);
static struct semaphore sem;
static bool holds, may_let_go;

/* Takes all of them, and lets go when it is told to, after a while. */
static int hold_locks(void *data __unused)
{
	mutex_lock(&mutex);
	down_write(&rwsem);
	down(&sem);
	WRITE_ONCE(holds, true);
	while (!READ_ONCE(may_let_go))
		cpu_relax();
	mdelay(2);
	mutex_unlock(&mutex);
	mdelay(2);
	up_write(&rwsem);
	mdelay(2);
	up(&sem);
	return 0;
}

/* Another CPU has what is waited for: each is had in the end, and the first wait is reported. */
KTEST(sched, locks_are_had_where_sleeping_is_forbidden)
{
	struct task_struct *t;

	if (num_online_cpus() < 2) {
		ktest_skip("one CPU");
		return;
	}
	sema_init(&sem, 1);
	holds = may_let_go = false;
	t = kthread_create_on_cpu(hold_locks, NULL, 1, "t_holder");
	ASSERT(!IS_ERR(t));
	get_task_struct(t);
	wake_up_process(t);
	while (!READ_ONCE(holds))
		msleep(1);
	EXPECT_REPORT("Preemption disabled at sched_locks_are_had_where_sleeping_is_forbidden+") {
		spin_lock(&held);
		WRITE_ONCE(may_let_go, true);
		mutex_lock(&mutex);
		down_read(&rwsem);
		down(&sem);
		spin_unlock(&held);
	}
	EXPECT(!ktest_reported("scheduling while atomic"));
	EXPECT(!mutex_trylock(&mutex) && !down_write_trylock(&rwsem) && down_trylock(&sem));
	mutex_unlock(&mutex);
	up_read(&rwsem);
	up(&sem);
	while (smp_load_acquire(&t->__state) != TASK_DEAD)
		msleep(1);
	put_task_struct(t);
}

/* ---- Ends ---------------------------------------------------------------------------------- */

static int ends_badly(void *data __unused)
{
	preempt_disable();
	local_irq_disable();
	return 0;
}

/* A thread that must not sleep could not end: it is told so, and ends. */
KTEST(sched, a_thread_ends_although_it_must_not_sleep)
{
	struct task_struct *t = kthread_create(ends_badly, NULL, "t_bad");

	ASSERT(!IS_ERR(t));
	get_task_struct(t);
	EXPECT_REPORT("kthread: ends_badly left the preemption count at 0x1, interrupts off") {
		wake_up_process(t);
		while (smp_load_acquire(&t->__state) != TASK_DEAD)
			msleep(1);
	}
	put_task_struct(t);
}
