/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_PREEMPT_H
#define _LINUX_PREEMPT_H

/*
 * The preemption count: while it is not 0, this CPU must not give itself to
 * another thread.  Spinlocks count in it, so a caller that may sleep can say so
 * and be told when it must not.
 */
#include <linux/compiler.h>
#include <linux/percpu-defs.h>
#include <linux/types.h>

DECLARE_PER_CPU(u32, __preempt_count);

static __always_inline u32 preempt_count(void)
{
	return this_cpu_read(__preempt_count);
}

static __always_inline void preempt_disable(void)
{
	this_cpu_inc(__preempt_count);
	barrier();
}

static __always_inline void preempt_enable(void)
{
	barrier();
	this_cpu_dec(__preempt_count);
}

/* in_atomic - whether the caller must not sleep; a compare with memory and no more */
static __always_inline bool in_atomic(void)
{
	bool nonzero;

	asm("cmpl $0, %%gs:%1" : "=@ccnz"(nonzero) : "m"(__preempt_count));
	return nonzero;
}

#define preempt_enable_no_resched() preempt_enable()
#define preemptible()		    (preempt_count() == 0)
#define in_interrupt()		    0
#define in_irq()		    0
#define in_softirq()		    0
#define in_task()		    1
#define in_nmi()		    0

/* report_atomic_sleep - "BUG: sleeping function called from invalid context", out of line. */
void report_atomic_sleep(const char *file, int line) __cold;

/**
 * might_sleep - say that the caller may sleep here
 *
 * Reports, with a backtrace, a caller that holds a spinlock or has preemption
 * off.
 */
#define might_sleep()                                            \
	do {                                                     \
		if (unlikely(preempt_count()))                   \
			report_atomic_sleep(__FILE__, __LINE__); \
	} while (0)
#define might_sleep_if(cond)           \
	do {                           \
		if (cond)              \
			might_sleep(); \
	} while (0)

#endif
