/* SPDX-License-Identifier: MIT */
/*
 * Scenario: work is left for later on a CPU that has nothing else to do and that nobody
 * interrupts: a tasklet that schedules itself more often than one interrupt serves, one
 * that is enabled by another CPU after it was scheduled, one that a thread schedules
 * with interrupts off.  All of it runs.  Then tasklets are killed: one that schedules itself
 * each time it runs is gone for good, and where that cannot be waited for, there is a report.
 */
#include <linux/delay.h>
#include <linux/interrupt.h>
#include <linux/irqflags.h>
#include <linux/kernel.h>
#include <linux/smp.h>
#include <cairn/test.h>
#include <asm/processor.h>

#define OTHER_CPU   1
#define PATIENCE_MS 3000
#define TIMES	    25 /* more than one interrupt looks at */

static struct tasklet_struct tasklet;
static unsigned int ran, wanted;

static bool other_cpu_idles(void)
{
	if (num_online_cpus() < 2) {
		ktest_skip("one CPU");
		return false;
	}
	msleep(20); /* for what others have left it to do */
	return true;
}

static void run(unsigned long data __unused)
{
	WRITE_ONCE(ran, ran + 1);
	if (ran < wanted)
		tasklet_schedule(&tasklet);
}

static void schedule_tasklet(void *info __unused)
{
	tasklet_schedule(&tasklet);
}

static void begin(unsigned int times)
{
	tasklet_init(&tasklet, run, 0);
	ran = 0;
	wanted = times;
}

static void nothing(void *info __unused)
{
}

/* Waits without a call that could interrupt @cpu, unless that is in vain. */
static void expect_runs(int cpu)
{
	for (unsigned int ms = 0; ms < PATIENCE_MS && READ_ONCE(ran) < wanted; ms++)
		mdelay(1);
	EXPECT_EQ(READ_ONCE(ran), wanted);
	while (READ_ONCE(ran) < wanted) {
		smp_call_function_single(cpu, nothing, NULL, 1);
		do_softirq();
	}
	tasklet_kill(&tasklet);
}

KTEST(softirq, tasklet_reschedules_itself_on_an_idle_cpu)
{
	if (!other_cpu_idles())
		return;
	begin(TIMES);
	smp_call_function_single(OTHER_CPU, schedule_tasklet, NULL, 1);
	expect_runs(OTHER_CPU);
}

KTEST(softirq, tasklet_of_an_idle_cpu_enabled_by_another)
{
	if (!other_cpu_idles())
		return;
	begin(1);
	tasklet_disable(&tasklet);
	smp_call_function_single(OTHER_CPU, schedule_tasklet, NULL, 1);
	mdelay(20);
	EXPECT_EQ(READ_ONCE(ran), 0);
	tasklet_enable(&tasklet);
	expect_runs(OTHER_CPU);
}

/* The thread goes on with interrupts on, and nothing else comes. */
KTEST(softirq, tasklet_scheduled_with_interrupts_off)
{
	begin(1);
	local_irq_disable();
	tasklet_schedule(&tasklet);
	EXPECT_EQ(ran, 0);
	local_irq_enable();
	expect_runs(raw_smp_processor_id());
}

/* ---- Killed ---------------------------------------------------------------------------- */

#define SELF_RUNS 1000 /* at most, so that it ends in any case */

static unsigned int begun;

static void schedule_itself(unsigned long data __unused)
{
	WRITE_ONCE(begun, begun + 1);
	mdelay(1);
	if (begun < SELF_RUNS)
		tasklet_schedule(&tasklet);
}

/* It runs on the other CPU, over and over, until it is killed; afterwards it can be used anew. */
KTEST(softirq, killed_tasklet_does_not_schedule_itself)
{
	unsigned int n;

	if (!other_cpu_idles())
		return;
	for (unsigned int round = 0; round < 5; round++) {
		tasklet_init(&tasklet, schedule_itself, 0);
		WRITE_ONCE(begun, 0);
		smp_call_function_single(OTHER_CPU, schedule_tasklet, NULL, 1);
		while (!READ_ONCE(begun))
			cpu_relax();
		tasklet_kill(&tasklet);
		n = READ_ONCE(begun);
		EXPECT_EQ(tasklet.state, 0);
		mdelay(5);
		EXPECT_EQ(READ_ONCE(begun), n);
	}
	begin(1);
	tasklet_schedule(&tasklet);
	expect_runs(raw_smp_processor_id());
}

static void kill_itself(unsigned long data __unused)
{
	tasklet_kill(&tasklet);
}

KTEST(softirq, killing_where_it_cannot_be_waited_for)
{
	begin(1);
	EXPECT_REPORT("BUG: sleeping function called from invalid context at kernel/softirq.c") {
		local_irq_disable();
		tasklet_schedule(&tasklet);
		tasklet_kill(&tasklet);
		EXPECT_EQ(ran, 0);
		local_irq_enable();
	}
	expect_runs(raw_smp_processor_id());
	begin(1);
	EXPECT_REPORT("BUG: sleeping function called from invalid context at kernel/softirq.c") {
		local_bh_disable();
		tasklet_schedule(&tasklet);
		tasklet_kill(&tasklet);
		local_bh_enable();
	}
	EXPECT(ktest_reported("Soft interrupts disabled at softirq_killing_where_it_cannot"));
	EXPECT_EQ(ran, 1);
	tasklet_init(&tasklet, kill_itself, 0);
	EXPECT_REPORT("Inside a soft interrupt, which runs kill_itself") {
		tasklet_schedule(&tasklet);
	}
	EXPECT_EQ(tasklet.state, 0);
}
