/* SPDX-License-Identifier: MIT */
/*
 * Timers, without a tick.
 *
 *	timer_bases (per CPU): tree of pending timers by expiry --+
 *	scheduler: end of the running thread's slice -------------+--> arm(the earliest)
 *	softirqs that were not served yet: a tick from now -------+
 *	clock event -> timer_interrupt() -+-> sched_tick()
 *	                                  +-> TIMER_SOFTIRQ -> functions of timers due
 *
 * The clock event is set for the first timer of the CPU, for the end of a slice while
 * other threads wait, for softirqs left over, and for nothing else: a CPU with nothing to
 * do at a known time is not interrupted.  A clock that can only count so far comes early; nothing is
 * due then and it is set anew.
 *
 * Invariants, under base->lock:
 *	t->pending	<=>  t is in the tree of timer_bases of CPU t->cpu
 *	tree not empty	 =>  that CPU's event is set for the first timer or earlier,
 *			     or its TIMER_SOFTIRQ is pending
 *	base->running	     the timer whose function runs now, without the lock
 *
 * A timer that is started on another CPU than the one it was on last moves there,
 * unless its function is running, which must stay on one CPU for del_timer_sync().
 * Locking: base->lock with interrupts off; at most one base's at a time.
 */
#include <linux/interrupt.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/percpu-defs.h>
#include <linux/processor.h>
#include <linux/sched.h>
#include <linux/smp.h>
#include <linux/spinlock.h>
#include <linux/timer.h>

/* The clock event comes after a day at the latest: nanoseconds do not wrap, and it is set anew. */
#define FAR_AWAY (86400L * HZ)

struct timer_base {
	spinlock_t lock;
	struct rb_root timers;
	struct timer_list *running;
	unsigned long now; /* jiffies: what is due by then is being run */
};

static DEFINE_PER_CPU(struct timer_base, timer_bases);

/* When this CPU's clock event will come.  Its own, interrupts off. */
static DEFINE_PER_CPU(u64, next_event) = U64_MAX;

void timer_setup(struct timer_list *t, void (*fn)(struct timer_list *), unsigned int flags)
{
	*t = (struct timer_list){.function = fn, .flags = flags};
}

void init_timer(struct timer_list *t)
{
	*t = (struct timer_list){.flags = TIMER_OLD_FORM};
}

/* Takes the lock of the base that @t is on; it may move until then. */
static struct timer_base *lock_base(struct timer_list *t, unsigned long *flags)
{
	for (;;) {
		unsigned int cpu = READ_ONCE(t->cpu);
		struct timer_base *base = per_cpu_ptr(&timer_bases, cpu);

		spin_lock_irqsave(&base->lock, *flags);
		if (t->cpu == cpu)
			return base;
		spin_unlock_irqrestore(&base->lock, *flags);
	}
}

static struct timer_list *first_timer(const struct timer_base *base)
{
	struct rb_node *node = rb_first(&base->timers);

	return node ? rb_entry(node, struct timer_list, node) : NULL;
}

void clock_event_arm(u64 ns)
{
	if (ns >= this_cpu_read(next_event))
		return;
	this_cpu_write(next_event, ns);
	clock_event_set(ns);
}

/* Has this CPU's event come when its first timer is due. */
static void set_event(const struct timer_base *base)
{
	struct timer_list *first = first_timer(base);
	unsigned long now = jiffies;

	if (!first)
		return;
	now += (unsigned long)clamp((long)(first->expires - now), 0L, FAR_AWAY);
	clock_event_arm(jiffies_to_nsecs(now));
}

static void enqueue(struct timer_base *base, struct timer_list *t)
{
	struct rb_node **link = &base->timers.rb_node, *parent = NULL;

	while (*link) {
		parent = *link;
		if (time_before(t->expires, rb_entry(parent, struct timer_list, node)->expires))
			link = &parent->rb_left;
		else
			link = &parent->rb_right;
	}
	rb_link_node(&t->node, parent, link);
	rb_insert_color(&t->node, &base->timers);
	WRITE_ONCE(t->pending, true);
}

static bool dequeue(struct timer_base *base, struct timer_list *t)
{
	if (!t->pending)
		return false;
	rb_erase(&t->node, &base->timers);
	WRITE_ONCE(t->pending, false);
	return true;
}

/*
 * lock_base() of the CPU this is, with @t, not pending, moved there; or, while its
 * function runs on another CPU, of that one, which sets its event when it returns.
 */
static struct timer_base *lock_base_here(struct timer_list *t, unsigned long *flags, bool *was)
{
	for (;;) {
		struct timer_base *base = lock_base(t, flags);
		bool here = base == this_cpu_ptr(&timer_bases);

		*was |= dequeue(base, t);
		if (here || base->running == t)
			return base;
		WRITE_ONCE(t->cpu, smp_processor_id());
		spin_unlock_irqrestore(&base->lock, *flags);
	}
}

int mod_timer(struct timer_list *t, unsigned long expires)
{
	bool was = false;
	unsigned long flags;
	struct timer_base *base = lock_base_here(t, &flags, &was);

	/* Those that start one another for what has passed must not keep the CPU for themselves. */
	if (base->running && time_before_eq(expires, base->now))
		expires = base->now + 1;
	t->expires = expires;
	enqueue(base, t);
	if (base == this_cpu_ptr(&timer_bases) && first_timer(base) == t)
		set_event(base);
	spin_unlock_irqrestore(&base->lock, flags);
	return was;
}

void add_timer(struct timer_list *t)
{
	if (WARN(timer_pending(t), "add_timer: timer %pS is pending\n", t->function))
		return;
	mod_timer(t, t->expires);
}

int del_timer(struct timer_list *t)
{
	unsigned long flags;
	struct timer_base *base = lock_base(t, &flags);
	bool was = dequeue(base, t);

	spin_unlock_irqrestore(&base->lock, flags);
	return was;
}

int del_timer_sync(struct timer_list *t)
{
	int was = 0;

	if (WARN(in_hardirq(), "del_timer_sync: from an interrupt handler\n"))
		return del_timer(t);
	for (;;) {
		struct timer_base *base;
		unsigned long flags;
		bool running;

		base = lock_base(t, &flags);
		was |= dequeue(base, t);
		running = base->running == t;
		spin_unlock_irqrestore(&base->lock, flags);
		if (!running)
			return was;
		if (WARN(in_serving_softirq() && base == this_cpu_ptr(&timer_bases),
			 "del_timer_sync: from the timer's own function\n"))
			return was;
		spin_cpu_relax();
	}
}

static void call(struct timer_list *t, void (*function)(struct timer_list *))
{
	note_softirq_function(function);
	if (t->flags & TIMER_OLD_FORM)
		((void (*)(unsigned long))(void *)function)(t->data);
	else
		function(t);
}

static void run_timers(struct softirq_action *h __unused)
{
	struct timer_base *base = this_cpu_ptr(&timer_bases);
	struct timer_list *t;

	spin_lock_irq(&base->lock);
	base->now = jiffies;
	while ((t = first_timer(base)) && time_after_eq(base->now, t->expires)) {
		dequeue(base, t);
		base->running = t;
		spin_unlock_irq(&base->lock);
		call(t, t->function);
		spin_lock_irq(&base->lock);
		base->running = NULL;
	}
	set_event(base);
	spin_unlock_irq(&base->lock);
}

void timer_interrupt(void)
{
	this_cpu_write(next_event, U64_MAX);
	sched_tick();
	raise_softirq_irqoff(TIMER_SOFTIRQ);
}

void timers_init(void)
{
	open_softirq(TIMER_SOFTIRQ, run_timers);
}
