/* SPDX-License-Identifier: MIT */
/*
 * The legacy interrupt controllers and the interval timer, for idling only.
 *
 * Interrupts stay off while the kernel works.  Where it has nothing to do but
 * wait for a key, idle_wait() lets the timer's interrupt end a hlt, so that a
 * machine at its prompt sleeps instead of spinning.
 */
#include <linux/types.h>
#include <cairn/idle.h>
#include <asm/io.h>
#include <asm/traps.h>
#include "arch.h"

#define PIC1_COMMAND  0x20
#define PIC1_DATA     0x21
#define PIC2_COMMAND  0xa0
#define PIC2_DATA     0xa1
#define ICW1_INIT     0x11 /* edge triggered, cascade, with ICW4 */
#define ICW4_8086     0x01
#define OCW2_EOI      0x20
#define OCW3_READ_ISR 0x0b
#define CASCADE_IRQ   2
#define TIMER_IRQ     0

#define PIT_CHANNEL0  0x40
#define PIT_COMMAND   0x43
#define PIT_MODE2     0x34 /* channel 0, both bytes, rate generator */
#define PIT_HZ	      1193182
#define TICK_HZ	      100

static bool timer_started;

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
	outb(0xff, PIC1_DATA);
	outb(0xff, PIC2_DATA);
}

/* Is @irq really in service?  A line that drops too early raises 7 or 15 instead. */
static bool in_service(unsigned int irq)
{
	u16 port = irq < 8 ? PIC1_COMMAND : PIC2_COMMAND;

	outb(OCW3_READ_ISR, port);
	return inb(port) >> (irq % 8) & 1;
}

void pic_interrupt(unsigned int irq)
{
	if ((irq == 7 || irq == 15) && !in_service(irq)) {
		if (irq == 15)
			outb(OCW2_EOI, PIC1_COMMAND);
		return;
	}
	if (irq >= 8)
		outb(OCW2_EOI, PIC2_COMMAND);
	outb(OCW2_EOI, PIC1_COMMAND);
}

static void timer_start(void)
{
	u16 divisor = PIT_HZ / TICK_HZ;

	outb(PIT_MODE2, PIT_COMMAND);
	outb(divisor & 0xff, PIT_CHANNEL0);
	outb(divisor >> 8, PIT_CHANNEL0);
	outb((u8) ~(1 << TIMER_IRQ), PIC1_DATA);
	timer_started = true;
}

void idle_wait(void)
{
	if (!timer_started)
		timer_start();
	asm volatile("sti; hlt; cli" ::: "memory");
}
