/* SPDX-License-Identifier: MIT */
/*
 * The first C code: a way to say something before there is a console, and the
 * step into start_kernel().
 */
#include <linux/types.h>
#include <cairn/start.h>
#include <asm/io.h>
#include "arch.h"

#define COM1		0x3f8
#define LSR_THR_EMPTY	0x20
#define SERIAL_PATIENCE 65536

void __noreturn arch_halt(void)
{
	for (;;)
		asm volatile("cli; hlt" ::: "memory");
}

static void early_putc(char c)
{
	unsigned int i;

	for (i = 0; i < SERIAL_PATIENCE && !(inb(COM1 + 5) & LSR_THR_EMPTY); i++)
		;
	outb((u8)c, COM1);
}

void early_puts(const char *text)
{
	for (; *text; text++) {
		if (*text == '\n')
			early_putc('\r');
		early_putc(*text);
	}
}

void __noreturn x86_64_start(u32 magic, u64 info_phys)
{
	clock_start();
	start_kernel(magic, info_phys);
}
