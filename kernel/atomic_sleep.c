/* SPDX-License-Identifier: MIT */
/*
 * The report of a call that may sleep where sleeping is forbidden.
 *
 * It names two places: where it happened, which the caller gives, and where the
 * atomic section began.  The latter is the site of the outermost
 * preempt_disable() or spin_lock() that is still in force, which those note per
 * CPU (<asm/preempt.h>); an interrupt or soft interrupt names itself.
 */
#include <linux/irqflags.h>
#include <linux/kernel.h>
#include <linux/preempt.h>
#include <linux/sched.h>
#include <linux/smp.h>
#include <linux/string.h>
#include <cairn/symbols.h>

bool interrupts_expected;

/* The line of an inline function in a header tells nothing that the name does not. */
static void print_site(const char *what, unsigned long address)
{
	unsigned int line;
	const char *file = symbol_line(address, &line);

	if (file && strcmp(file + strlen(file) - 2, ".h"))
		pr_err("%s at %pS (%s:%u)\n", what, (void *)address, file, line);
	else
		pr_err("%s at %pS\n", what, (void *)address);
}

void print_atomic_context(void)
{
	u32 count = preempt_count();

	pr_err("in_atomic(): %d, irqs_disabled(): %d, preempt_count: %x, expected: 0, pid: %d, "
	       "name: %s\n",
	       in_atomic(), irqs_disabled(), count, current->pid, current->comm);
	if (count & NMI_MASK)
		pr_err("inside an NMI\n");
	else if (count & HARDIRQ_MASK)
		pr_err("inside an interrupt handler\n");
	else if (count & SOFTIRQ_OFFSET)
		pr_err("inside a soft interrupt\n");
	else if (count & SOFTIRQ_MASK)
		print_site("Soft interrupts disabled", arch_bh_disable_site());
	if (count & PREEMPT_MASK)
		print_site("Preemption disabled", arch_preempt_site(1));
}

void report_atomic_sleep(const char *file, int line)
{
	if (!in_atomic() && !interrupts_expected)
		return;
	pr_err("BUG: sleeping function called from invalid context at %s:%d\n", file, line);
	print_atomic_context();
	dump_stack();
}
