/* SPDX-License-Identifier: MIT */
/*
 * Scenario: a handler or tasklet is inside its function on another CPU, and a driver takes
 * it away: free_irq(), disable_irq(), tasklet_kill(), tasklet_disable().  When the call
 * returns it is not inside any more.  It stays there until the driver has had time to
 * return too early.  Then a tasklet is scheduled on this CPU while it runs on
 * the other: it runs once more, afterwards, and never on both.  Last, what is inside waits for
 * every CPU to flush its TLB, and the driver waits for it with interrupts off: both go on.
 */
#include <linux/atomic.h>
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/err.h>
#include <linux/interrupt.h>
#include <linux/irq.h>
#include <linux/irqflags.h>
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/ktime.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include <linux/timer.h>
#include <cairn/test.h>
#include <cairn/vfile.h>
#include <asm/processor.h>
#include <asm/tlbflush.h>

#define OTHER_CPU 1
#define STAY_NS	  (20 * NSEC_PER_MSEC)
#define ROUNDS	  3 /* in one of which this CPU surely comes in time */

static atomic_t inside, times;
static bool leave, overlapped;
static bool flush_inside, interrupts_off; /* the latter: of who waits */

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
	WRITE_ONCE(flush_inside, false);
	WRITE_ONCE(interrupts_off, false);
}

static void stay_inside(void)
{
	u64 until = ktime_get_ns() + STAY_NS;

	if (atomic_inc_return(&inside) > 1)
		WRITE_ONCE(overlapped, true);
	if (READ_ONCE(flush_inside)) {
		while (!READ_ONCE(interrupts_off))
			cpu_relax();
		flush_tlb_all();
	}
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

/* Has the handler run on the other CPU; NULL: it does not. */
static struct task_struct *start_handler(unsigned int *line, bool flush)
{
	struct task_struct *thread;

	begin();
	flush_inside = flush;
	if (!EXPECT(!request_irq(*line, handler, 0, "test", &inside)))
		return NULL;
	thread = kthread_create_on_cpu(raise_line, line, OTHER_CPU, "raise_line");
	if (!EXPECT(!IS_ERR(thread)))
		return NULL;
	wake_up_process(thread);
	wait_until_inside();
	return thread;
}

static void check_line(unsigned int line, void (*end)(unsigned int line))
{
	struct task_struct *thread = start_handler(&line, false);

	ASSERT(thread);
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

#define COMINGS 10000

static DECLARE_COMPLETION(coming_done);

static int come_and_go(void *line)
{
	for (unsigned int i = 0; i < COMINGS; i++) {
		if (EXPECT(!request_irq(*(unsigned int *)line, handler, 0, "comes and goes",
					&times)))
			free_irq(*(unsigned int *)line, &times);
	}
	complete(&coming_done);
	return 0;
}

/* /proc/interrupts is read while a handler comes and goes: nothing of it is looked at too late. */
KTEST(irq_sync, handlers_come_and_go_while_they_are_listed)
{
	char *text = kmalloc(PAGE_SIZE * 4, GFP_KERNEL);
	struct task_struct *thread;
	int line = irq_alloc_range(16, 1);

	ASSERT(line > 0 && text);
	reinit_completion(&coming_done);
	irq_set_chip((unsigned int)line, &chip, NULL, 0, false);
	thread = kthread_run(come_and_go, &line, "come_and_go");
	if (EXPECT(!IS_ERR(thread)))
		while (!completion_done(&coming_done))
			EXPECT(vfile_read("interrupts", text, PAGE_SIZE * 4) > 0);
	wait_for_completion(&coming_done);
	irq_free_number((unsigned int)line);
	kfree(text);
}

/* An interrupt that was on its way when its line went finds nobody, and does no harm. */
KTEST(irq_sync, line_is_gone)
{
	int line = irq_alloc_range(16, 1);

	ASSERT(line > 0);
	irq_set_chip((unsigned int)line, &chip, NULL, 0, false);
	irq_free_number((unsigned int)line);
	local_irq_disable();
	irq_enter();
	EXPECT_EQ(generic_handle_irq((unsigned int)line), -EINVAL);
	irq_exit();
	local_irq_enable();
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
static void start_tasklet(bool flush)
{
	begin();
	flush_inside = flush;
	tasklet_setup(&tasklet, tasklet_function);
	smp_call_function_single(OTHER_CPU, schedule_tasklet, NULL, 1);
	wait_until_inside();
}

static void check_tasklet(void (*end)(struct tasklet_struct *t))
{
	start_tasklet(false);
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
		start_tasklet(false);
		tasklet_schedule(&tasklet);
		mdelay(5);
		WRITE_ONCE(leave, true);
		tasklet_kill(&tasklet);
		EXPECT(!READ_ONCE(overlapped));
		EXPECT_EQ(atomic_read(&inside), 0);
		EXPECT_EQ(atomic_read(&times), 2);
	}
}

/* ---- With interrupts off ------------------------------------------------------------------- */

/* The function is inside, and flushes when this CPU has its interrupts off. */
static void check_wait(void (*wait)(void))
{
	local_irq_disable();
	WRITE_ONCE(interrupts_off, true);
	wait();
	EXPECT_EQ(atomic_read(&inside), 0);
	local_irq_enable();
	EXPECT_EQ(atomic_read(&times), 1);
}

static struct timer_list timer;

static void timer_function(struct timer_list *t __unused)
{
	stay_inside();
}

static void start_timer(void *info __unused)
{
	mod_timer(&timer, jiffies);
}

static void stop_timer(void)
{
	del_timer_sync(&timer);
}

static void disable_tasklet(void)
{
	tasklet_disable(&tasklet);
}

static unsigned int flushing_line;

static void disable_flushing_line(void)
{
	disable_irq(flushing_line);
}

KTEST(irq_sync, timers_function_flushes)
{
	if (!two_cpus())
		return;
	begin();
	flush_inside = true;
	timer_setup(&timer, timer_function, 0);
	smp_call_function_single(OTHER_CPU, start_timer, NULL, 1);
	wait_until_inside();
	check_wait(stop_timer);
}

KTEST(irq_sync, tasklet_flushes)
{
	if (!two_cpus())
		return;
	start_tasklet(true);
	check_wait(disable_tasklet);
	tasklet_enable(&tasklet);
	tasklet_kill(&tasklet);
}

KTEST(irq_sync, handler_flushes)
{
	struct task_struct *thread;
	int line;

	if (!two_cpus())
		return;
	line = irq_alloc_range(16, 1);
	ASSERT(line > 0);
	flushing_line = (unsigned int)line;
	irq_set_chip(flushing_line, &chip, NULL, 0, false);
	thread = start_handler(&flushing_line, true);
	ASSERT(thread);
	check_wait(disable_flushing_line);
	kthread_stop(thread);
	free_irq(flushing_line, &inside);
	irq_free_number(flushing_line);
}
