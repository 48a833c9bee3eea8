/* SPDX-License-Identifier: MIT */
/*
 * The legacy interrupt controllers: two 8259A of eight lines each, the second
 * one behind line 2 of the first.
 *
 * They deliver interrupts where there is no I/O APIC or none is wanted (noapic).
 * With local APICs their output comes in through LINT0 of the boot CPU's.
 *
 * A line is masked and acknowledged before its handlers run and unmasked after
 * them, which is right for edges and for levels.  A line that drops before the
 * CPU asks which one it was shows up as 7 or 15, without being in service:
 * counted, and otherwise ignored.
 *
 * The masks are in a variable as well as in the controllers; pic_lock guards
 * both, since lines have locks of their own but share a mask register.
 */
#include <linux/interrupt.h>
#include <linux/irq.h>
#include <linux/kernel.h>
#include <linux/sched.h>
#include <linux/spinlock.h>
#include <linux/timer.h>
#include <linux/types.h>
#include <cairn/idle.h>
#include <asm/io.h>
#include <asm/tlbflush.h>
#include <asm/irq.h>
#include "arch.h"

#define PIC1_COMMAND  0x20
#define PIC1_DATA     0x21
#define PIC2_COMMAND  0xa0
#define PIC2_DATA     0xa1
#define ICW1_INIT     0x11 /* edge triggered, cascade, with ICW4 */
#define ICW4_8086     0x01
#define OCW2_EOI_LINE 0x60 /* + line of the controller */
#define OCW3_READ_ISR 0x0b
#define ELCR1	      0x4d0 /* which lines are level triggered */
#define ELCR2	      0x4d1
#define CASCADE_IRQ   2

static DEFINE_SPINLOCK(pic_lock);
static u16 pic_mask = 0xffff;

unsigned int pic_spurious_count;

static void write_masks(void)
{
	outb(pic_mask & 0xff, PIC1_DATA);
	outb(pic_mask >> 8, PIC2_DATA);
}

void pic_init(void)
{
	outb(ICW1_INIT, PIC1_COMMAND);
	outb(ICW1_INIT, PIC2_COMMAND);
	outb(IRQ_BASE, PIC1_DATA);
	outb(IRQ_BASE + 8, PIC2_DATA);
	outb(1 << CASCADE_IRQ, PIC1_DATA);
	outb(CASCADE_IRQ, PIC2_DATA);
	outb(ICW4_8086, PIC1_DATA);
	outb(ICW4_8086, PIC2_DATA);
	write_masks();
}

static void set_mask(unsigned int irq, bool masked)
{
	unsigned long flags;

	spin_lock_irqsave(&pic_lock, flags);
	if (masked)
		pic_mask |= (u16)(1 << irq);
	else
		pic_mask &= (u16) ~(1 << irq);
	if (!masked && irq >= 8)
		pic_mask &= (u16) ~(1 << CASCADE_IRQ);
	write_masks();
	spin_unlock_irqrestore(&pic_lock, flags);
}

static void send_eoi(unsigned int irq)
{
	if (irq >= 8) {
		outb((u8)(OCW2_EOI_LINE + irq - 8), PIC2_COMMAND);
		irq = CASCADE_IRQ;
	}
	outb((u8)(OCW2_EOI_LINE + irq), PIC1_COMMAND);
}

static bool in_service(unsigned int irq)
{
	u16 port = irq < 8 ? PIC1_COMMAND : PIC2_COMMAND;

	outb(OCW3_READ_ISR, port);
	return inb(port) >> (irq % 8) & 1;
}

bool pic_spurious(unsigned int irq)
{
	unsigned long flags;
	bool spurious;

	if (irq != 7 && irq != 15)
		return false;
	spin_lock_irqsave(&pic_lock, flags);
	spurious = !in_service(irq);
	if (spurious && irq == 15)
		send_eoi(CASCADE_IRQ);
	pic_spurious_count += spurious;
	spin_unlock_irqrestore(&pic_lock, flags);
	return spurious;
}

static void pic_mask_line(struct irq_desc *desc)
{
	set_mask(desc->hw, true);
}

static void pic_unmask_line(struct irq_desc *desc)
{
	set_mask(desc->hw, false);
}

static void pic_ack(struct irq_desc *desc)
{
	unsigned long flags;

	set_mask(desc->hw, true);
	spin_lock_irqsave(&pic_lock, flags);
	send_eoi(desc->hw);
	spin_unlock_irqrestore(&pic_lock, flags);
}

static void pic_end(struct irq_desc *desc)
{
	if (!desc->masked)
		set_mask(desc->hw, false);
}

static const struct irq_chip pic_chip = {
	.name = "XT-PIC",
	.irq_mask = pic_mask_line,
	.irq_unmask = pic_unmask_line,
	.irq_ack = pic_ack,
	.irq_eoi = pic_end,
};

u16 pic_levels(void)
{
	unsigned int levels = inb(ELCR1) | (unsigned int)inb(ELCR2) << 8;

	return levels == 0xffff ? 0 : (u16)levels; /* all ones: no such registers */
}

void pic_irq_init(void)
{
	unsigned int levels = pic_levels();

	for (unsigned int irq = 0; irq < NR_LEGACY_IRQS; irq++) {
		if (irq != CASCADE_IRQ)
			irq_set_chip(irq, &pic_chip, NULL, irq, levels >> irq & 1);
	}
}

/* ---- The tick -------------------------------------------------------------------------- */

#define PIT_CHANNEL0 0x40
#define PIT_COMMAND  0x43
#define PIT_MODE2    0x34 /* channel 0, both bytes, rate generator */
#define PIT_HZ	     1193182
#define TICK_HZ	     100
#define TIMER_IRQ    0

static irqreturn_t tick(int irq __unused, void *dev __unused)
{
	timer_interrupt();
	return IRQ_HANDLED;
}

void tick_start(void)
{
	u16 divisor = PIT_HZ / TICK_HZ;

	if (clock_event_exact() || request_irq(TIMER_IRQ, tick, 0, "timer", NULL))
		return;
	pr_info("clock: no local APIC timer; the legacy timer, %u times a second\n", TICK_HZ);
	outb(PIT_MODE2, PIT_COMMAND);
	outb(divisor & 0xff, PIT_CHANNEL0);
	outb(divisor >> 8, PIT_CHANNEL0);
}

void idle_wait(void)
{
	tlb_enter_lazy();
	asm volatile("sti; hlt" ::: "memory");
	tlb_wake();
}
