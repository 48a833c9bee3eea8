/* SPDX-License-Identifier: MIT */
/*
 * Checking who asks for "this CPU", with debug_preempt=1 on the kernel's command line.
 *
 * smp_processor_id(), this_cpu_ptr() and the __this_cpu operations give an answer that is
 * right for as long as the caller cannot move to another CPU: with preemption or
 * interrupts off, or in a thread that may run on one CPU only, but for the boot thread,
 * which runs the tests.  Anywhere else a call is reported, with its place.
 *
 * Who does not care which CPU it is asks with raw_smp_processor_id() or raw_cpu_ptr(),
 * and this_cpu_read() and its kind are one instruction, on whichever CPU that runs.
 *
 * Without the switch a check is a test and a branch.  Contexts: any.
 */
#include <linux/cpumask.h>
#include <linux/kernel.h>
#include <linux/percpu-defs.h>
#include <linux/preempt.h>
#include <linux/sched.h>
#include <cairn/init.h>

bool cpu_use_checking;

static int set_debug_preempt(const char *value)
{
	return kstrtobool(value, &cpu_use_checking);
}
BOOT_PARAM("debug_preempt", set_debug_preempt,
	   "report code that asks which CPU it is while it may move to another");

/* The boot thread is bound for what tests and commands look at; what they call does without. */
static const struct cpumask *may_be_on(void)
{
	return current == &init_task ? cpu_possible_mask : &current->cpus_mask;
}

static bool may_move(void)
{
	return preemptible() && scheduler_running && !(current->flags & PF_IDLE) &&
	       cpumask_weight(may_be_on()) > 1;
}

void check_cpu_use(const char *what)
{
	unsigned long caller = (unsigned long)__builtin_return_address(0);

	if (!may_move())
		return;
	preempt_disable(); /* what prints asks, too */
	pr_err("BUG: using %s in preemptible [%08x] code: %s/%d\n", what, preempt_count() - 1,
	       current->comm, current->pid);
	pr_err("caller is %pS\n", (void *)caller);
	dump_stack();
	preempt_enable();
}
