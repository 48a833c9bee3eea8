/* SPDX-License-Identifier: MIT */
/*
 * Scenario: timers are started, moved, stopped, and go off: in the order in which
 * they are due, never early, in softirq context; the old form gets its data.  A
 * timer that restarts itself is stopped for good by del_timer_sync().  While a
 * timer's function runs on one CPU, another one stops the timer, which takes until
 * the function has returned, or starts it again, which leaves it where it runs: a
 * function never meets itself.  Only lower bounds of time are looked at, and waits are
 * bounded by many seconds.
 */
#include <linux/atomic.h>
#include <linux/delay.h>
#include <linux/gfp.h>
#include <linux/interrupt.h>
#include <linux/kernel.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include <linux/timer.h>
#include <cairn/test.h>
#include <asm/processor.h>

#define PATIENCE (30 * HZ)

static unsigned int fired, went[3];
static bool early, context_ok, allocated;

static struct timer_list timers[3];

static void note(struct timer_list *t)
{
	void *p = kmalloc(100, GFP_ATOMIC);

	early |= time_before(jiffies, t->expires);
	context_ok &= in_serving_softirq() && !in_hardirq() && !irqs_disabled();
	allocated &= p != NULL;
	kfree(p);
	went[fired % 3] = (unsigned int)(t - timers);
	fired++;
}

static bool wait_fired(unsigned int n)
{
	unsigned long end = jiffies + PATIENCE;

	while (READ_ONCE(fired) < n && time_before(jiffies, end))
		cpu_relax();
	return READ_ONCE(fired) >= n;
}

static void reset(void)
{
	fired = 0;
	early = false;
	context_ok = allocated = true;
	for (unsigned int i = 0; i < 3; i++)
		timer_setup(&timers[i], note, 0);
}

KTEST(timer, go_off_in_order)
{
	unsigned long now = jiffies;

	reset();
	local_bh_disable(); /* none goes off before all are started, whatever time that takes */
	EXPECT_EQ(mod_timer(&timers[0], now + 30), 0);
	EXPECT_EQ(mod_timer(&timers[1], now + 10), 0);
	EXPECT_EQ(mod_timer(&timers[2], now + 50), 0);
	EXPECT_EQ(mod_timer(&timers[2], now + 20), 1);
	local_bh_enable();
	EXPECT(wait_fired(3));
	EXPECT(!early && context_ok && allocated);
	EXPECT_EQ(went[0], 1);
	EXPECT_EQ(went[1], 2);
	EXPECT_EQ(went[2], 0);
	EXPECT(!timer_pending(&timers[0]));
}

KTEST(timer, stopped_one_stays_quiet)
{
	reset();
	mod_timer(&timers[0], jiffies + 1000 * HZ);
	EXPECT(timer_pending(&timers[0]));
	EXPECT_EQ(del_timer(&timers[0]), 1);
	EXPECT_EQ(del_timer(&timers[0]), 0);
	EXPECT(!timer_pending(&timers[0]));
	mod_timer(&timers[1], jiffies - 5); /* has passed: at once */
	EXPECT(wait_fired(1));
	EXPECT_EQ(went[0], 1);
	EXPECT_EQ(fired, 1);
}

static void again(struct timer_list *t)
{
	fired++;
	mod_timer(t, jiffies);
}

KTEST(timer, del_timer_sync_ends_one_that_restarts_itself)
{
	unsigned int n;

	reset();
	timer_setup(&timers[0], again, 0);
	mod_timer(&timers[0], jiffies);
	EXPECT(wait_fired(5));
	del_timer_sync(&timers[0]);
	n = fired;
	mod_timer(&timers[1], jiffies + 3);
	while (timer_pending(&timers[1]))
		cpu_relax();
	del_timer_sync(&timers[1]); /* its function has returned, on whichever CPU */
	EXPECT_EQ(fired - n, 1);    /* the second one alone */
}

#define NR_LATE 20

/* Each starts the other one, for a time that has passed. */
static void start_the_other(struct timer_list *t)
{
	if (++fired < NR_LATE)
		mod_timer(&timers[t == &timers[0]], jiffies - 5);
}

/* Timers that are late again and again take turns with everything else: at most one a tick. */
KTEST(timer, late_ones_do_not_keep_the_cpu)
{
	unsigned long start = jiffies;

	reset();
	timer_setup(&timers[0], start_the_other, 0);
	timer_setup(&timers[1], start_the_other, 0);
	mod_timer(&timers[0], start - 5);
	EXPECT(wait_fired(NR_LATE));
	del_timer_sync(&timers[0]);
	del_timer_sync(&timers[1]);
	EXPECT(fired <= jiffies - start + 1);
}

static unsigned long old_data;

static void old_function(unsigned long data)
{
	old_data = data;
	fired++;
}

KTEST(timer, old_form)
{
	reset();
	setup_timer(&timers[0], old_function, 0x1234);
	timers[0].expires = jiffies + 2;
	add_timer(&timers[0]);
	EXPECT(wait_fired(1));
	EXPECT_EQ(old_data, 0x1234);
}

/* ---- Several CPUs -------------------------------------------------------------------------- */

/* A timer whose function takes its time, on @cpu: it goes on when it is let go, and then for @ms. */
static struct slow_timer {
	struct timer_list timer;
	unsigned int cpu, ms;
	bool let_go;
	atomic_t begun, ended, inside;
	bool met_itself, elsewhere, waited_in_vain;
} slow;

static bool wait_until(const bool *word)
{
	unsigned long end = jiffies + PATIENCE;

	while (!READ_ONCE(*word) && time_before(jiffies, end))
		cpu_relax();
	return READ_ONCE(*word);
}

static bool wait_count(atomic_t *count, int n)
{
	unsigned long end = jiffies + PATIENCE;

	while (atomic_read(count) < n && time_before(jiffies, end))
		cpu_relax();
	return atomic_read(count) >= n;
}

static void take_your_time(struct timer_list *t)
{
	struct slow_timer *s = container_of(t, struct slow_timer, timer);

	if (atomic_inc_return(&s->inside) != 1)
		WRITE_ONCE(s->met_itself, true);
	if (raw_smp_processor_id() != (int)s->cpu)
		WRITE_ONCE(s->elsewhere, true);
	atomic_inc(&s->begun);
	if (!wait_until(&s->let_go))
		WRITE_ONCE(s->waited_in_vain, true);
	mdelay(s->ms);
	atomic_dec(&s->inside);
	atomic_inc(&s->ended);
}

static void start_here(void *timer)
{
	mod_timer(timer, jiffies);
}

/* Has the function run on another CPU; false if there is none. */
static bool start_slow_elsewhere(void)
{
	unsigned int cpu, this = (unsigned int)raw_smp_processor_id();

	if (num_online_cpus() < 2) {
		ktest_skip("one CPU");
		return false;
	}
	slow = (struct slow_timer){.ms = 20};
	for_each_online_cpu(cpu)
		if (cpu != this)
			slow.cpu = cpu;
	timer_setup(&slow.timer, take_your_time, 0);
	EXPECT_EQ(smp_call_function_single((int)slow.cpu, start_here, &slow.timer, 1), 0);
	return EXPECT(wait_count(&slow.begun, 1));
}

static void expect_slow_ran(int times)
{
	EXPECT_EQ(atomic_read(&slow.begun), times);
	EXPECT_EQ(atomic_read(&slow.ended), times);
	EXPECT(!slow.met_itself && !slow.elsewhere && !slow.waited_in_vain);
}

/*
 * The function has returned when del_timer_sync() on another CPU does; del_timer() does not
 * wait.  Who waits may be moved meanwhile, or not.
 */
KTEST(timer, del_timer_sync_waits_for_another_cpu)
{
	struct cpumask here = {0};

	cpumask_set_cpu((unsigned int)raw_smp_processor_id(), &here);
	for (unsigned int round = 0; round < 3; round++) {
		if (!start_slow_elsewhere())
			return;
		EXPECT_EQ(del_timer(&slow.timer), 0);
		EXPECT_EQ(atomic_read(&slow.ended), 0);
		WRITE_ONCE(slow.let_go, true);
		set_cpus_allowed_ptr(current, round % 2 ? cpu_online_mask : &here);
		EXPECT_EQ(del_timer_sync(&slow.timer), 0);
		set_cpus_allowed_ptr(current, &here);
		expect_slow_ran(1);
	}
}

/* One that is started again meanwhile goes off where its function runs, and after it. */
KTEST(timer, stays_where_its_function_runs)
{
	for (unsigned int round = 0; round < 3; round++) {
		if (!start_slow_elsewhere())
			return;
		EXPECT_EQ(mod_timer(&slow.timer, jiffies), 0);
		EXPECT_EQ(mod_timer(&slow.timer, jiffies), 1);
		EXPECT_EQ(slow.timer.cpu, slow.cpu);
		mdelay(slow.ms); /* time to go off here */
		WRITE_ONCE(slow.let_go, true);
		EXPECT(wait_count(&slow.ended, 2));
		EXPECT_EQ(del_timer_sync(&slow.timer), 0);
		expect_slow_ran(2);
	}
}

/* One whose function does not run goes off where it was started last. */
KTEST(timer, moves_to_the_cpu_that_starts_it)
{
	unsigned int this = (unsigned int)raw_smp_processor_id();

	if (!start_slow_elsewhere())
		return;
	WRITE_ONCE(slow.let_go, true);
	del_timer_sync(&slow.timer);
	expect_slow_ran(1);
	slow.cpu = this;
	EXPECT_EQ(mod_timer(&slow.timer, jiffies), 0);
	EXPECT(wait_count(&slow.ended, 2));
	del_timer_sync(&slow.timer);
	expect_slow_ran(2);
}
