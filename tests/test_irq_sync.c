/* SPDX-License-Identifier: MIT */
/*
 * Scenario: a handler or tasklet is inside its function on another CPU, and a driver takes
 * it away: free_irq(), disable_irq(), tasklet_kill(), tasklet_disable().  When the call
 * returns it is not inside any more.  It stays there until the driver has had time to
 * return too early.  Then a tasklet is scheduled on this CPU while it runs on
 * the other: it runs once more, afterwards, and never on both.
 */
#include <linux/atomic.h>
#include <linux/delay.h>
#include <linux/err.h>
#include <linux/interrupt.h>
#include <linux/irq.h>
#include <linux/irqflags.h>
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/ktime.h>
#include <linux/sched.h>
#include <linux/smp.h>
#include <cairn/test.h>
#include <asm/processor.h>

#define OTHER_CPU 1
#define STAY_NS	  (20 * NSEC_PER_MSEC)
#define ROUNDS	  3 /* in one of which this CPU surely comes in time */

static atomic_t inside, times;
static bool leave, overlapped;

static bool two_cpus(void)
{
	if (num_online_cpus() < 2)
		ktest_skip("one CPU");
	return num_online_cpus() > 1;
}

static void begin(void)
{
	atomic_set(&inside, 0);
	atomic_set(&times, 0);
	WRITE_ONCE(leave, false);
	WRITE_ONCE(overlapped, false);
}

static void stay_inside(void)
{
	u64 until = ktime_get_ns() + STAY_NS;

	if (atomic_inc_return(&inside) > 1)
		WRITE_ONCE(overlapped, true);
	while (!READ_ONCE(leave) && ktime_get_ns() < until)
		cpu_relax();
	atomic_dec(&inside);
	atomic_inc(&times);
}

/* Or until it has been and gone. */
static void wait_until_inside(void)
{
	while (!atomic_read(&inside) && !atomic_read(&times))
		cpu_relax();
}

/* ---- Handlers -------------------------------------------------------------------------- */

static void no_op(struct irq_desc *desc __unused)
{
}

static const struct irq_chip chip = {
	.name = "test",
	.irq_mask = no_op,
	.irq_unmask = no_op,
	.irq_ack = no_op,
};

static irqreturn_t handler(int irq __unused, void *dev __unused)
{
	stay_inside();
	return IRQ_HANDLED;
}

/* A thread of the other CPU, as its interrupt controller would. */
static int raise_line(void *line)
{
	local_irq_disable();
	irq_enter();
	generic_handle_irq(*(unsigned int *)line);
	irq_exit();
	local_irq_enable();
	while (!kthread_should_stop())
		schedule_timeout_interruptible(1);
	return 0;
}

static void free_the_handler(unsigned int line)
{
	free_irq(line, &inside);
}

static void disable_the_line(unsigned int line)
{
	disable_irq(line);
	EXPECT_EQ(atomic_read(&inside), 0);
	free_irq(line, &inside);
}

static void check_line(unsigned int line, void (*end)(unsigned int line))
{
	struct task_struct *thread;

	begin();
	ASSERT(!request_irq(line, handler, 0, "test", &inside));
	thread = kthread_create_on_cpu(raise_line, &line, OTHER_CPU, "raise_line");
	ASSERT(!IS_ERR(thread));
	wake_up_process(thread);
	wait_until_inside();
	end(line);
	EXPECT_EQ(atomic_read(&inside), 0);
	kthread_stop(thread);
	EXPECT_EQ(atomic_read(&times), 1);
}

KTEST(irq_sync, line_freed_or_disabled)
{
	static void (*const ends[])(unsigned int line) = {free_the_handler, disable_the_line};
	int line;

	if (!two_cpus())
		return;
	line = irq_alloc_range(16, 1);
	ASSERT(line > 0);
	for (unsigned int i = 0; i < ROUNDS * ARRAY_SIZE(ends); i++) {
		irq_set_chip((unsigned int)line, &chip, NULL, 0, false);
		check_line((unsigned int)line, ends[i % ARRAY_SIZE(ends)]);
	}
	irq_free_number((unsigned int)line);
}

/* ---- Tasklets -------------------------------------------------------------------------- */

static struct tasklet_struct tasklet;

static void tasklet_function(struct tasklet_struct *t __unused)
{
	stay_inside();
}

static void schedule_tasklet(void *info __unused)
{
	tasklet_schedule(&tasklet);
}

/* On the other CPU. */
static void start_tasklet(void)
{
	begin();
	tasklet_setup(&tasklet, tasklet_function);
	smp_call_function_single(OTHER_CPU, schedule_tasklet, NULL, 1);
	wait_until_inside();
}

static void check_tasklet(void (*end)(struct tasklet_struct *t))
{
	start_tasklet();
	end(&tasklet);
	EXPECT_EQ(atomic_read(&inside), 0);
	tasklet_kill(&tasklet);
	EXPECT_EQ(atomic_read(&times), 1);
}

KTEST(irq_sync, tasklet_killed)
{
	for (unsigned int i = 0; i < ROUNDS && two_cpus(); i++)
		check_tasklet(tasklet_kill);
}

KTEST(irq_sync, tasklet_disabled)
{
	for (unsigned int i = 0; i < ROUNDS && two_cpus(); i++)
		check_tasklet(tasklet_disable);
}

/* Scheduled here while it runs there, it waits, although this CPU looks at it each tick. */
KTEST(irq_sync, tasklet_runs_on_one_cpu_at_a_time)
{
	for (unsigned int i = 0; i < ROUNDS && two_cpus(); i++) {
		start_tasklet();
		tasklet_schedule(&tasklet);
		mdelay(5);
		WRITE_ONCE(leave, true);
		tasklet_kill(&tasklet);
		EXPECT(!READ_ONCE(overlapped));
		EXPECT_EQ(atomic_read(&inside), 0);
		EXPECT_EQ(atomic_read(&times), 2);
	}
}
