/* SPDX-License-Identifier: MIT */
/*
 * The report of a call that may sleep where sleeping is forbidden.
 *
 * It names two places: where it happened, which the caller gives, and where the
 * atomic section began.  The latter is the site of the outermost preempt_disable(),
 * spin_lock(), local_bh_disable() or local_irq_disable() that is still in force, which
 * those note per CPU (<asm/preempt.h>); or the function that an interrupt or a soft
 * interrupt runs, which is noted as it is called.
 */
#include <linux/irqflags.h>
#include <linux/kernel.h>
#include <linux/preempt.h>
#include <linux/sched.h>
#include <linux/smp.h>
#include <linux/string.h>
#include <cairn/symbols.h>

bool interrupts_expected;
DEFINE_PER_CPU(unsigned long, irq_disable_site);
DEFINE_PER_CPU(unsigned long, hardirq_function);
DEFINE_PER_CPU(unsigned long, softirq_function);

/* The line of an inline function in a header tells nothing that the name does not. */
static void print_site(const char *what, unsigned long address)
{
	unsigned int line;
	const char *file = symbol_line(address, &line);

	if (file && strcmp(file + strlen(file) - 2, ".h"))
		pr_err("%s %pS (%s:%u)\n", what, (void *)address, file, line);
	else
		pr_err("%s %pS\n", what, (void *)address);
}

void print_atomic_context(void)
{
	u32 count = preempt_count();

	pr_err("in_atomic(): %d, irqs_disabled(): %d, preempt_count: %x, expected: 0, pid: %d, "
	       "name: %s\n",
	       in_atomic(), irqs_disabled(), count, current->pid, current->comm);
	if (count & NMI_MASK)
		pr_err("Inside an NMI\n");
	else if (count & HARDIRQ_MASK)
		print_site("Inside an interrupt, which runs", this_cpu_read(hardirq_function));
	else if (irqs_disabled())
		print_site("Interrupts disabled at", this_cpu_read(irq_disable_site));
	if (count & SOFTIRQ_OFFSET)
		print_site("Inside a soft interrupt, which runs", this_cpu_read(softirq_function));
	else if (count & SOFTIRQ_MASK)
		print_site("Soft interrupts disabled at", arch_bh_disable_site());
	if (count & PREEMPT_MASK)
		print_site("Preemption disabled at", arch_preempt_site(1));
}

void report_atomic_sleep(const char *file, int line)
{
	if (!sleep_forbidden())
		return;
	pr_err("BUG: sleeping function called from invalid context at %s:%d\n", file, line);
	print_atomic_context();
	dump_stack();
}
