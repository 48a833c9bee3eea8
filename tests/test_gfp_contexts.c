/* SPDX-License-Identifier: MIT */
/*
 * The table of contexts: where one runs, and which flags are right there.
 *
 *	process context, may sleep		GFP_KERNEL	GFP_KERNEL | GFP_DMA
 *	process context, may not sleep		GFP_ATOMIC	GFP_ATOMIC | GFP_DMA
 *	interrupt handler, softirq, tasklet,	GFP_ATOMIC	GFP_ATOMIC | GFP_DMA
 *	timer
 *
 * Each context is the real one: the local APIC interrupts the CPU, a tasklet is
 * scheduled, a timer expires, a spinlock is held.  In each of them the same
 * function allocates, first with memory at hand, then with memory used up and a
 * cache of pages standing by that only a sleeping allocation may have.  The
 * counters say what happened.  Flags that are wrong for the place are reported, and
 * the allocation goes on as one that does not sleep.
 */
#include <cairn/test.h>
#include <linux/completion.h>
#include <linux/gfp.h>
#include <linux/interrupt.h>
#include <linux/io.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/nodemask.h>
#include <linux/mutex.h>
#include <linux/rwsem.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/timer.h>
#include <linux/vmstat.h>
#include <linux/workqueue.h>
#include <asm/apic.h>
#include <asm/irq.h>
#include "../mm/internal.h"
#include "../mm/vmscan.h"
#include "../mm/zone.h"
#include "pressure.h"

#define CACHED 64
#define TICKS  2000

/* ---- What is done in each context ------------------------------------------------------------ */

/* One try: its flags, and what came of it.  A handler writes, the test reads afterwards. */
static struct {
	gfp_t gfp;
	bool done;
	bool atomic; /* what in_atomic() and irqs_disabled() said there */
	bool interrupt;
	struct page *page;
	void *small, *large, *object;
} try;

static struct kmem_cache *objects;

static void allocate(void)
{
	try.atomic = in_atomic() || irqs_disabled();
	try.interrupt = in_interrupt();
	try.page = alloc_page(try.gfp | __GFP_NOWARN);
	try.small = kmalloc(100, try.gfp | __GFP_NOWARN);
	try.large = kmalloc(3 * PAGE_SIZE, try.gfp | __GFP_NOWARN);
	try.object = kmem_cache_alloc(objects, (try.gfp & ~__GFP_DMA) | __GFP_NOWARN);
	WRITE_ONCE(try.done, true);
}

static void allocate_page(void)
{
	try.atomic = in_atomic() || irqs_disabled();
	try.interrupt = in_interrupt();
	try.page = alloc_page(try.gfp | __GFP_NOWARN);
	WRITE_ONCE(try.done, true);
}

static void release(void)
{
	if (try.page)
		__free_page(try.page);
	kfree(try.small);
	kfree(try.large);
	if (try.object)
		kmem_cache_free(objects, try.object);
	try.page = NULL;
	try.small = try.large = try.object = NULL;
}

static void (*work)(void);

/* ---- The contexts ---------------------------------------------------------------------------- */

static void in_process(void)
{
	work();
}

static void with_mutex(void)
{
	static DEFINE_MUTEX(lock);

	mutex_lock(&lock);
	work();
	mutex_unlock(&lock);
}

static void with_rwsem(void)
{
	static DECLARE_RWSEM(sem);

	down_read(&sem);
	work();
	up_read(&sem);
}

static void in_work(struct work_struct *item __unused)
{
	work();
}

static void in_workqueue(void)
{
	static DECLARE_WORK(item, in_work);

	schedule_work(&item);
	flush_scheduled_work();
}

static void under_spinlock(void)
{
	static DEFINE_SPINLOCK(lock);

	spin_lock(&lock);
	work();
	spin_unlock(&lock);
}

static void under_spinlock_irqsave(void)
{
	static DEFINE_SPINLOCK(lock);
	unsigned long flags;

	spin_lock_irqsave(&lock, flags);
	work();
	spin_unlock_irqrestore(&lock, flags);
}

static void with_preemption_off(void)
{
	preempt_disable();
	work();
	preempt_enable();
}

static void with_interrupts_off(void)
{
	local_irq_disable();
	work();
	local_irq_enable();
}

static void with_softirqs_off(void)
{
	local_bh_disable();
	work();
	local_bh_enable();
}

static void handler(struct pt_regs *regs __unused)
{
	work();
}

static void in_hardirq_handler(void)
{
	system_vector_set(SELF_VECTOR, handler);
	apic_send_ipi_self(SELF_VECTOR);
	while (!READ_ONCE(try.done))
		cpu_relax();
}

static void softirq(struct softirq_action *action __unused)
{
	work();
}

static void in_softirq_handler(void)
{
	open_softirq(NET_RX_SOFTIRQ, softirq);
	raise_softirq(NET_RX_SOFTIRQ);
	while (!READ_ONCE(try.done))
		cpu_relax();
}

static void raise_from_handler(struct pt_regs *regs __unused)
{
	raise_softirq(NET_RX_SOFTIRQ);
}

/* The softirq runs on the way out of the interrupt, on the interrupted stack. */
static void in_softirq_after_interrupt(void)
{
	open_softirq(NET_RX_SOFTIRQ, softirq);
	system_vector_set(SELF_VECTOR, raise_from_handler);
	apic_send_ipi_self(SELF_VECTOR);
	while (!READ_ONCE(try.done))
		cpu_relax();
}

static void tasklet(unsigned long data __unused)
{
	work();
}

static void in_tasklet(void)
{
	static DECLARE_TASKLET_OLD(t, tasklet);

	tasklet_schedule(&t);
	while (!READ_ONCE(try.done))
		cpu_relax();
	tasklet_kill(&t);
}

static void timer_fn(struct timer_list *t __unused)
{
	work();
}

static void in_timer(void)
{
	struct timer_list t;

	timer_setup_on_stack(&t, timer_fn, 0);
	mod_timer(&t, jiffies + 1);
	while (!READ_ONCE(try.done))
		cpu_relax();
	del_timer_sync(&t);
}

static const struct context {
	const char *name;
	void (*run)(void);
	bool may_sleep;
	bool interrupt;
	bool needs_apic;
} contexts[] = {
	{.name = "process", .run = in_process, .may_sleep = true},
	{.name = "process with a mutex", .run = with_mutex, .may_sleep = true},
	{.name = "process with an rwsem", .run = with_rwsem, .may_sleep = true},
	{.name = "workqueue", .run = in_workqueue, .may_sleep = true},
	{.name = "spinlock", .run = under_spinlock},
	{.name = "spinlock, interrupts off", .run = under_spinlock_irqsave},
	{.name = "preemption off", .run = with_preemption_off},
	{.name = "interrupts off", .run = with_interrupts_off},
	{.name = "softirqs off", .run = with_softirqs_off, .interrupt = true},
	{.name = "interrupt handler",
	 .run = in_hardirq_handler,
	 .interrupt = true,
	 .needs_apic = true},
	{.name = "softirq", .run = in_softirq_handler, .interrupt = true},
	{.name = "softirq after an interrupt",
	 .run = in_softirq_after_interrupt,
	 .interrupt = true,
	 .needs_apic = true},
	{.name = "tasklet", .run = in_tasklet, .interrupt = true},
	{.name = "timer", .run = in_timer, .interrupt = true},
};

/* Runs @fn in a context with flags; false, with the name of the context, if it was another one. */
static bool run_in(const struct context *context, void (*fn)(void), gfp_t gfp)
{
	work = fn;
	try.gfp = gfp;
	try.done = false;
	context->run();
	return EXPECT(READ_ONCE(try.done)) && EXPECT_EQ(try.atomic, !context->may_sleep) &&
	       EXPECT_EQ(try.interrupt, context->interrupt);
}

static bool possible(const struct context *context)
{
	return !context->needs_apic || apic_enabled();
}

#define for_each_context(c)                                          \
	for (c = contexts; c < contexts + ARRAY_SIZE(contexts); c++) \
		if (possible(c))

/* ---- Memory at hand -------------------------------------------------------------------------- */

static bool below_16m(const void *p)
{
	return virt_to_phys((void *)p) < 16 << 20;
}

/* In each context everything is to be had with the right flags, and nothing is reported. */
KTEST(gfp_contexts, the_right_flags_everywhere)
{
	const struct context *c;

	objects = kmem_cache_create("t_contexts", 200, 0, 0, NULL);
	ASSERT(objects);
	for_each_context(c)
	{
		gfp_t gfp = c->may_sleep ? GFP_KERNEL : GFP_ATOMIC;

		EXPECT(run_in(c, allocate, gfp));
		EXPECT(try.page && try.small && try.large && try.object);
		release();
		EXPECT(run_in(c, allocate, gfp | GFP_DMA));
		EXPECT(try.page && try.small && try.large && try.object);
		EXPECT(below_16m(page_address(try.page)));
		EXPECT(below_16m(try.small) && below_16m(try.large));
		release();
	}
	EXPECT_EQ(kmem_cache_destroy(objects), 0);
}

/* ---- Memory used up -------------------------------------------------------------------------- */

static struct page_cache clean;

/* What a try did, by the counters. */
struct effect {
	unsigned long stalled, stolen, waited, reserve, woken;
};

static struct effect effect_now(void)
{
	struct effect e = {
		.stolen = vm_events(PGSTEAL_DIRECT),
		.waited = vm_events(ALLOC_WAIT),
		.reserve = vm_events(ALLOC_RESERVE),
		.woken = vm_events(KSWAPD_WOKEN),
	};
	unsigned int zone;

	for (zone = 0; zone < MAX_NR_ZONES; zone++)
		e.stalled += vm_events((enum vm_event_item)(ALLOCSTALL + zone));
	return e;
}

/* One page; the counters before and after. */
static struct effect run_counted(const struct context *context, gfp_t gfp)
{
	struct effect before = effect_now(), e;

	EXPECT(run_in(context, allocate_page, gfp));
	e = effect_now();
	e.stalled -= before.stalled;
	e.stolen -= before.stolen;
	e.waited -= before.waited;
	e.reserve -= before.reserve;
	e.woken -= before.woken;
	return e;
}

/* Takes memory to the min watermark, while a cache has pages of the zone that @gfp wants. */
static struct page *pressure(gfp_t zone)
{
	kswapd_hold(true);
	shrink_all();
	cache_open(&clean, 0, 0);
	cache_fill(&clean, CACHED, GFP_KERNEL | zone);
	return take_all(take_all(NULL, zone), 0);
}

static void no_pressure(struct page *chain)
{
	free_chain(chain);
	cache_close(&clean);
	kswapd_hold(false);
}

/* Sleeps and reclaims what the cache has; leaves the reserve alone. */
static void expect_reclaim(const struct context *c, gfp_t gfp)
{
	struct page *chain = pressure(gfp & GFP_ZONEMASK);
	struct effect e = run_counted(c, gfp);

	EXPECT(try.page);
	EXPECT_EQ(e.stalled, 1);
	EXPECT(e.stolen > 0 && e.stolen == clean.freed);
	EXPECT_EQ(e.reserve, 0);
	EXPECT(e.woken > 0 && e.woken <= (unsigned int)num_online_nodes()); /* once a node */
	release();
	no_pressure(chain);
}

/* Takes one page from the reserve, and asks nobody. */
static void expect_reserve(const struct context *c, gfp_t gfp)
{
	struct page *chain = pressure(gfp & GFP_ZONEMASK);
	struct effect e = run_counted(c, gfp);

	EXPECT(try.page);
	EXPECT(!try.page || !(gfp & GFP_DMA) || below_16m(page_address(try.page)));
	EXPECT_EQ(e.stalled + e.stolen + e.waited, 0);
	EXPECT_EQ(e.reserve, 1);
	EXPECT(e.woken > 0 && e.woken <= (unsigned int)num_online_nodes()); /* once a node */
	EXPECT_EQ(clean.asked, 0);
	release();
	no_pressure(chain);
}

/* Neither: there is nothing for it. */
static void expect_nothing(const struct context *c, gfp_t gfp)
{
	struct page *chain = pressure(gfp & GFP_ZONEMASK);
	struct effect e = run_counted(c, gfp);

	EXPECT(!try.page);
	EXPECT_EQ(e.stalled + e.stolen + e.waited + e.reserve, 0);
	EXPECT_EQ(e.woken > 0, (gfp & __GFP_KSWAPD_RECLAIM) != 0);
	EXPECT_EQ(clean.asked, 0);
	release();
	no_pressure(chain);
}

KTEST(gfp_contexts, sleepers_reclaim_where_they_may_sleep)
{
	const struct context *c;

	for_each_context(c)
	{
		if (!c->may_sleep)
			continue;
		expect_reclaim(c, GFP_KERNEL);
		expect_reclaim(c, GFP_NOIO);
		expect_reclaim(c, GFP_KERNEL | GFP_DMA);
	}
}

KTEST(gfp_contexts, GFP_ATOMIC_takes_the_reserve_everywhere)
{
	const struct context *c;

	for_each_context(c)
	{
		expect_reserve(c, GFP_ATOMIC);
		expect_reserve(c, GFP_ATOMIC | GFP_DMA);
	}
}

KTEST(gfp_contexts, GFP_NOWAIT_and_GFP_DMA_alone_take_nothing)
{
	const struct context *c;

	for_each_context(c)
	{
		expect_nothing(c, GFP_NOWAIT);
		expect_nothing(c, GFP_DMA);
	}
}

/* ---- Flags that are wrong for the place ------------------------------------------------------ */

static void expect_refusal(const struct context *c, gfp_t gfp, const char *report)
{
	EXPECT_REPORT(report) {
		run_in(c, allocate_page, gfp);
	}
	EXPECT(try.page); /* there is memory, and it was not needed to sleep */
	release();
}

/* Flags that may sleep are reported on each call where nobody may, though there is memory. */
KTEST(gfp_contexts, sleeping_flags_are_reported_where_nobody_may_sleep)
{
	const struct context *c;

	for_each_context(c)
	{
		if (c->may_sleep)
			continue;
		if (c->run == with_interrupts_off) /* found by the long way only */
			continue;
		expect_refusal(c, GFP_KERNEL, "invalid context: allocation with GFP_KERNEL");
		expect_refusal(c, GFP_NOFS, "invalid context: allocation with GFP_NOFS");
		expect_refusal(c, GFP_NOIO, "invalid context: allocation with GFP_NOIO");
		expect_refusal(c, GFP_USER | GFP_DMA, "allocation with GFP_USER|GFP_DMA");
	}
}

/* With interrupts off the long way tells, by which a page comes when this CPU has none left. */
KTEST(gfp_contexts, interrupts_off_are_reported_by_the_long_way)
{
	unsigned int limit = pcp_limit_blocks((unsigned int)raw_smp_processor_id(), 0);
	struct page *chain = NULL;

	if (!limit) {
		ktest_skip("boot parameters keep the lists off");
		return;
	}
	EXPECT_REPORT("allocation with GFP_KERNEL") {
		local_irq_disable();
		for (unsigned int i = 0; i <= limit; i++)
			chain = push_page(chain, alloc_page(GFP_KERNEL));
		local_irq_enable();
	}
	free_chain(chain);
}

/* With memory used up they do not sleep there, not even to get what a cache could spare. */
KTEST(gfp_contexts, sleeping_flags_do_not_sleep_where_nobody_may)
{
	const struct context *c;

	for_each_context(c)
	{
		struct effect e = {0};
		struct page *chain;

		if (c->may_sleep)
			continue;
		chain = pressure(0);
		EXPECT_REPORT("allocation with GFP_KERNEL") {
			e = run_counted(c, GFP_KERNEL);
		}
		EXPECT(!try.page);
		EXPECT_EQ(e.stalled + e.stolen + e.waited + e.reserve, 0);
		EXPECT_EQ(clean.asked, 0);
		release();
		no_pressure(chain);
	}
}

static struct page *atomic_page;

static void allocate_twice(void)
{
	try.gfp = GFP_KERNEL;
	allocate_page();
	atomic_page = alloc_page(GFP_ATOMIC);
}

/* After a report the context is what it was: GFP_ATOMIC works on. */
KTEST(gfp_contexts, a_report_changes_nothing)
{
	const struct context *c;

	for_each_context(c)
	{
		if (c->may_sleep || c->run == with_interrupts_off)
			continue;
		EXPECT_REPORT("sleeping function called from invalid context") {
			run_in(c, allocate_twice, 0);
		}
		EXPECT(try.page && atomic_page);
		release();
		if (atomic_page)
			__free_page(atomic_page);
		EXPECT(!in_atomic() && !irqs_disabled());
	}
}
