/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_PREEMPT_H
#define _LINUX_PREEMPT_H

/*
 * The preemption count: while it is not 0, this CPU must not give itself to
 * another thread.
 *
 *	bits  0-7   preempt_disable() and held spinlocks
 *	bits  8-15  soft interrupts: 1 while one is served, 2 for each local_bh_disable()
 *	bits 16-19  interrupts being served
 *	bits 20-23  NMIs being served
 *
 * So a caller that may sleep can say so and be told when it must not.
 */
#include <linux/compiler.h>
#include <linux/irqflags.h>
#include <linux/percpu-defs.h>
#include <linux/types.h>
#include <asm/preempt.h>

#define PREEMPT_SHIFT	       0
#define SOFTIRQ_SHIFT	       8
#define HARDIRQ_SHIFT	       16
#define NMI_SHIFT	       20

#define PREEMPT_MASK	       0x000000ffu
#define SOFTIRQ_MASK	       0x0000ff00u
#define HARDIRQ_MASK	       0x000f0000u
#define NMI_MASK	       0x00f00000u

#define PREEMPT_OFFSET	       (1u << PREEMPT_SHIFT)
#define SOFTIRQ_OFFSET	       (1u << SOFTIRQ_SHIFT)
#define HARDIRQ_OFFSET	       (1u << HARDIRQ_SHIFT)
#define NMI_OFFSET	       (1u << NMI_SHIFT)
#define SOFTIRQ_DISABLE_OFFSET (2 * SOFTIRQ_OFFSET)

static __always_inline u32 preempt_count(void)
{
	return arch_preempt_count();
}

/* preempt_count_add, preempt_count_sub - for entry and exit of interrupts; no switch follows. */
static __always_inline void preempt_count_add(u32 offset)
{
	this_cpu_add(__preempt_count, offset);
	barrier();
}

static __always_inline void preempt_count_sub(u32 offset)
{
	barrier();
	this_cpu_sub(__preempt_count, offset);
}

/*
 * Whom a report names: the function that this CPU's interrupt, or soft interrupt, runs.
 * Right only while one is being served.
 */
DECLARE_PER_CPU(unsigned long, hardirq_function);
DECLARE_PER_CPU(unsigned long, softirq_function);

#define note_hardirq_function(fn) this_cpu_write(hardirq_function, (unsigned long)(fn))
#define note_softirq_function(fn) this_cpu_write(softirq_function, (unsigned long)(fn))

/* preempt_count_restore - set the count to what preempt_count() was; the wish to switch stays. */
static inline void preempt_count_restore(u32 count)
{
	preempt_count_add(count - preempt_count());
}

static __always_inline void preempt_disable(void)
{
	arch_preempt_disable();
	barrier();
}

/* preempt_enable - end a section; gives the CPU up here if somebody waits for it. */
static __always_inline void preempt_enable(void)
{
	barrier();
	if (unlikely(arch_preempt_enable()))
		arch_preempt_schedule();
}

static __always_inline void preempt_enable_no_resched(void)
{
	barrier();
	this_cpu_dec(__preempt_count);
}

/* preempt_check_resched - give the CPU up if somebody waits for it and it is allowed. */
static __always_inline void preempt_check_resched(void)
{
	if (unlikely(!this_cpu_read(__preempt_count)))
		arch_preempt_schedule();
}

/* in_atomic - whether the caller must not sleep; a test of memory and no more */
static __always_inline bool in_atomic(void)
{
	return arch_in_atomic();
}

#define hardirq_count()	     (preempt_count() & HARDIRQ_MASK)
#define softirq_count()	     (preempt_count() & SOFTIRQ_MASK)
#define irq_count()	     (preempt_count() & (NMI_MASK | HARDIRQ_MASK | SOFTIRQ_MASK))

#define in_nmi()	     ((preempt_count() & NMI_MASK) != 0)
#define in_hardirq()	     (hardirq_count() != 0)
#define in_irq()	     in_hardirq()
#define in_softirq()	     (softirq_count() != 0)
#define in_serving_softirq() ((softirq_count() & SOFTIRQ_OFFSET) != 0)
#define in_interrupt()	     (irq_count() != 0)
#define in_task()	     (!(preempt_count() & (NMI_MASK | HARDIRQ_MASK | SOFTIRQ_OFFSET)))
#define preemptible()	     (!in_atomic() && !irqs_disabled())

/* set_preempt_need_resched - this CPU is wanted by another thread */
#define set_preempt_need_resched()   arch_set_need_resched()
#define clear_preempt_need_resched() arch_clear_need_resched()

/* need_resched - whether another thread waits for this CPU */
static __always_inline bool need_resched(void)
{
	return arch_need_resched();
}

/* preempt_schedule - what preempt_enable() calls: switch, or with interrupts off once they are on. */
void preempt_schedule(void);

/**
 * preempt_schedule_irq - switch on the way out of an interrupt
 *
 * For the exit of an interrupt that came while interrupts were on, the count was
 * 0 and need_resched() is true.
 *
 * Context: interrupts off, preemption count 0; the same when it returns.
 */
void preempt_schedule_irq(void);

/* report_atomic_sleep - "BUG: sleeping function called from invalid context", out of line. */
void report_atomic_sleep(const char *file, int line) __cold;

/* print_atomic_context - the lines of such a report that tell where the section began. */
void print_atomic_context(void) __cold;

/*
 * interrupts_expected - interrupts have been switched on for good
 *
 * Before that, having them off is no reason not to sleep.
 */
extern bool interrupts_expected;

/* may_sleep_here - whether the caller may sleep: nothing forbids it and interrupts are on */
static __always_inline bool may_sleep_here(void)
{
	return likely(!in_atomic() && !irqs_disabled());
}

/* sleep_forbidden - whether a thread must not be switched away from here; for slow paths */
static inline bool sleep_forbidden(void)
{
	return in_atomic() || (interrupts_expected && irqs_disabled());
}

/**
 * might_sleep - say that the caller may sleep here
 *
 * Reports, with both places and a backtrace, a caller that holds a spinlock, has
 * preemption or interrupts off, or serves an interrupt.
 */
#define might_sleep()                                            \
	do {                                                     \
		if (!may_sleep_here())                           \
			report_atomic_sleep(__FILE__, __LINE__); \
	} while (0)
#define might_sleep_if(cond)           \
	do {                           \
		if (cond)              \
			might_sleep(); \
	} while (0)

#endif
