/* SPDX-License-Identifier: MIT */
/*
 * Scenario: timers are started, moved, stopped, and go off: in the order in which
 * they are due, never early, in softirq context; the old form gets its data.  A
 * timer that restarts itself is stopped for good by del_timer_sync().  Only lower
 * bounds of time are looked at, and waits are bounded by many seconds.
 */
#include <linux/gfp.h>
#include <linux/interrupt.h>
#include <linux/kernel.h>
#include <linux/slab.h>
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
	EXPECT_EQ(mod_timer(&timers[0], now + 30), 0);
	EXPECT_EQ(mod_timer(&timers[1], now + 10), 0);
	EXPECT_EQ(mod_timer(&timers[2], now + 50), 0);
	EXPECT_EQ(mod_timer(&timers[2], now + 20), 1);
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
	EXPECT_EQ(fired - n, 1); /* the second one alone */
	del_timer_sync(&timers[1]);
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
