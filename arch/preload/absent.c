/* SPDX-License-Identifier: MIT */
/*
 * What a library has not got: stacks of its own to trace, and a scheduler's and a clock's
 * machinery, which mm/ names on the way to waiting but never reaches, since nothing here
 * asks it to wait.
 */
#include <linux/bug.h>
#include <linux/delay.h>
#include <linux/kernel.h>
#include <linux/sched.h>
#include <linux/stacktrace.h>
#include <linux/timer.h>
#include <asm/apic.h>
#include <asm/stacktrace.h>
#include <asm/switch_to.h>

/* The program's frames are compiled without pointers to each other. */
void dump_stack(void)
{
}

void dump_stack_lvl(const char *level __unused)
{
}

void print_call_trace(const char *level __unused, unsigned long bp __unused)
{
}

unsigned int stack_trace_save(unsigned long *store __unused, unsigned int size __unused,
			      unsigned int skip __unused)
{
	return 0;
}

void stack_trace_print(const unsigned long *entries __unused, unsigned int n __unused,
		       int spaces __unused)
{
}

struct task_struct *switch_context(unsigned long *save_sp __unused, unsigned long sp __unused,
				   struct task_struct *prev)
{
	panic("malloc: an allocation waits for another thread");
	return prev;
}

void apic_send_ipi(unsigned int cpu __unused, u8 vector __unused)
{
	panic("malloc: one CPU asks another");
}

void clock_event_set(u64 when __unused)
{
	panic("malloc: an allocation waits for a while");
}

void mdelay(unsigned long msecs __unused)
{
	panic("malloc: an allocation waits for a while");
}
