/* SPDX-License-Identifier: MIT */
/*
 * From a vector to what serves it.
 *
 *	vector 0x20..0xef --vector_irq[]--> number of a line --> kernel/irq.c
 *	vector 0xf0..0xff --system_vectors[]--> a function of the kernel's own
 *
 * All CPUs share the two tables: a vector means the same wherever it arrives, so
 * a line can be moved to another CPU without being given another vector.
 *
 * An interrupt runs on the stack of what it interrupted, with interrupts off.
 * On the way out, and only there, two things are seen to that let the kernel's
 * fast paths do without disabling interrupts: an interrupted restartable
 * sequence goes back to its start (asm/ras.h), and if the interrupted thread may
 * be preempted and somebody else should run, that happens now.
 *
 * A vector that leads nowhere is counted and, the first time, reported: it is a
 * device's that was taken away, or a mistake.  So is a spurious interrupt: one that a
 * controller began to deliver and that was gone when the CPU asked for its vector.
 */
#include <linux/bitmap.h>
#include <linux/bitops.h>
#include <linux/cpumask.h>
#include <linux/hardirq.h>
#include <linux/init.h>
#include <linux/irq.h>
#include <linux/kernel.h>
#include <linux/seq_file.h>
#include <linux/smp.h>
#include <linux/spinlock.h>
#include <asm/apic.h>
#include <asm/irq.h>
#include <asm/irq_regs.h>
#include <asm/ras.h>
#include <asm/traps.h>
#include "arch.h"

#define NO_IRQ 0xffff

typedef void (*system_handler)(struct pt_regs *regs);

DEFINE_PER_CPU(struct pt_regs *, __irq_regs);

static DEFINE_SPINLOCK(vector_lock);
static u16 vector_irq[NR_VECTORS] = {[0 ... NR_VECTORS - 1] = NO_IRQ};
static system_handler system_vectors[NR_SYSTEM_VECTORS];
static DEFINE_PER_CPU(u32[NR_SYSTEM_VECTORS], system_counts);
static DEFINE_PER_CPU(u32, nmi_count);

atomic_t irq_err_count;

/* Vectors of which it has been said that they came for nothing. */
static DECLARE_BITMAP(said, NR_VECTORS);

static bool is_news(unsigned int vector)
{
	return !test_and_set_bit((long)vector, said);
}

void nmi_count_inc(void)
{
	this_cpu_inc(nmi_count);
}

void system_vector_set(u8 vector, system_handler handler)
{
	WARN_ON(vector < FIRST_SYSTEM_VECTOR);
	WRITE_ONCE(system_vectors[vector - FIRST_SYSTEM_VECTOR], handler);
	clear_bit(vector, said);
}

int irq_vector_alloc(unsigned int irq)
{
	unsigned long flags;
	int found = -ENOSPC;

	spin_lock_irqsave(&vector_lock, flags);
	for (int vector = FIRST_DEVICE_VECTOR; vector <= LAST_DEVICE_VECTOR; vector++) {
		if (vector_irq[vector] != NO_IRQ)
			continue;
		vector_irq[vector] = (u16)irq;
		found = vector;
		break;
	}
	spin_unlock_irqrestore(&vector_lock, flags);
	return found;
}

void irq_vector_free(unsigned int vector)
{
	WRITE_ONCE(vector_irq[vector], NO_IRQ);
	clear_bit((long)vector, said);
}

/* Nobody's vector: count it, and say so if it is news. */
static void stray_interrupt(unsigned int vector)
{
	atomic_inc(&irq_err_count);
	if (is_news(vector))
		pr_warn("irq: unexpected interrupt, vector 0x%x on CPU %u; more are counted only\n",
			vector, smp_processor_id());
}

static void spurious_interrupt(unsigned int vector)
{
	if (is_news(vector))
		pr_info("irq: spurious interrupt, vector 0x%x on CPU %u; more are counted only\n",
			vector, smp_processor_id());
}

/* A spurious one is not in service, so there is nothing to acknowledge; unless somebody sent it. */
static void apic_spurious_interrupt(void)
{
	if (!apic_in_service(APIC_SPURIOUS_VECTOR)) {
		this_cpu_inc(system_counts[APIC_SPURIOUS_VECTOR - FIRST_SYSTEM_VECTOR]);
		spurious_interrupt(APIC_SPURIOUS_VECTOR);
		return;
	}
	apic_eoi();
	stray_interrupt(APIC_SPURIOUS_VECTOR);
}

static void system_interrupt(struct pt_regs *regs, unsigned int vector)
{
	unsigned int i = vector - FIRST_SYSTEM_VECTOR;

	if (vector == APIC_SPURIOUS_VECTOR) {
		apic_spurious_interrupt();
		return;
	}
	this_cpu_inc(system_counts[i]);
	apic_eoi();
	note_hardirq_function(system_vectors[i]);
	if (system_vectors[i])
		system_vectors[i](regs);
	else
		stray_interrupt(vector);
}

static void device_interrupt(unsigned int vector)
{
	unsigned int irq = READ_ONCE(vector_irq[vector]);

	if (irq != NO_IRQ && !generic_handle_irq(irq))
		return;
	if (vector >= FIRST_DEVICE_VECTOR)
		apic_eoi();
	stray_interrupt(vector);
}

static void dispatch(struct pt_regs *regs, unsigned int vector)
{
	if (vector >= FIRST_SYSTEM_VECTOR)
		system_interrupt(regs, vector);
	else if (vector < FIRST_DEVICE_VECTOR && pic_spurious(vector - IRQ_BASE))
		spurious_interrupt(vector);
	else
		device_interrupt(vector);
}

void interrupt_dispatch(struct pt_regs *regs)
{
	struct pt_regs *outer = this_cpu_read(__irq_regs);

	this_cpu_write(__irq_regs, regs);
	irq_enter();
	dispatch(regs, (unsigned int)regs->vector);
	irq_exit();
	this_cpu_write(__irq_regs, outer);
	interrupt_return(regs);
}

void interrupt_return(struct pt_regs *regs)
{
	regs->ip = ras_fixup(regs->ip);
	if (regs->flags & X86_EFLAGS_IF && !this_cpu_read(__preempt_count))
		preempt_schedule_irq();
}

/* ---- /proc/interrupts ------------------------------------------------------------------ */

struct system_row {
	u8 vector;
	const char *label;
	const char *text;
};

static const struct system_row system_rows[] = {
	{TIMER_VECTOR, "LOC", "Local timer interrupts"},
	{APIC_SPURIOUS_VECTOR, "SPU", "Spurious interrupts"},
	{RESCHEDULE_VECTOR, "RES", "Rescheduling interrupts"},
	{CALL_FUNCTION_VECTOR, "CAL", "Function call interrupts"},
	{TLB_FLUSH_VECTOR, "TLB", "TLB shootdowns"},
};

void arch_show_interrupts(struct seq_file *m)
{
	int cpu;

	seq_printf(m, "%3s:", "NMI");
	for_each_online_cpu(cpu)
		seq_printf(m, " %10u", per_cpu(nmi_count, cpu));
	seq_puts(m, "   Non-maskable interrupts\n");
	for (unsigned int i = 0; i < ARRAY_SIZE(system_rows); i++) {
		const struct system_row *row = &system_rows[i];

		seq_printf(m, "%3s:", row->label);
		for_each_online_cpu(cpu)
			seq_printf(m, " %10u",
				   per_cpu(system_counts, cpu)[row->vector - FIRST_SYSTEM_VECTOR]);
		seq_printf(m, "   %s\n", row->text);
	}
	seq_printf(m, "%3s: %10u\n", "ERR", atomic_read(&irq_err_count));
	seq_printf(m, "%3s: %10u\n", "MIS", pic_spurious_count);
}

/* ---- Start-up -------------------------------------------------------------------------- */

static void __init legacy_init(void)
{
	for (unsigned int irq = 0; irq < NR_LEGACY_IRQS; irq++)
		vector_irq[IRQ_BASE + irq] = (u16)irq;
	pic_irq_init();
	pr_info("irq: no I/O APIC in use; %u lines of the legacy controllers\n", NR_LEGACY_IRQS);
}

void __init irq_init(void)
{
	apic_init();
	if (!ioapic_init())
		legacy_init();
}
