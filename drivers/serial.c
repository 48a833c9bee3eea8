/* SPDX-License-Identifier: MIT */

/*
 * The first serial port of a PC: a 16550 or its like at port 0x3f8, 115200
 * baud, 8 bits, polled.  A machine without one reads all ones there.
 */
#include <linux/kernel.h>
#include <cairn/console.h>
#include <asm/io.h>

#define COM1 0x3f8

enum {
	UART_DATA = 0, /* divisor's low byte while UART_LCR_DLAB is set */
	UART_IER = 1,  /* divisor's high byte while UART_LCR_DLAB is set */
	UART_FCR = 2,
	UART_LCR = 3,
	UART_MCR = 4,
	UART_LSR = 5,
	UART_SCRATCH = 7,
};

#define UART_LCR_8N1	0x03
#define UART_LCR_DLAB	0x80
#define UART_FCR_ENABLE 0x07 /* FIFOs on and emptied */
#define UART_MCR_READY	0x03 /* DTR, RTS */
#define UART_LSR_DATA	0x01
#define UART_LSR_EMPTY	0x20 /* room for a FIFO of characters */
#define UART_DIVISOR	1    /* 115200 baud */
#define UART_FIFO	16

/* Polls before a character is given up: far above the 90 us one takes. */
#define SERIAL_PATIENCE 100000

static u8 serial_read(u16 reg)
{
	return inb((u16)(COM1 + reg));
}

static void serial_set(u16 reg, u8 value)
{
	outb(value, (u16)(COM1 + reg));
}

/* The scratch register keeps what is written, where there is a port at all. */
static bool serial_present(void)
{
	serial_set(UART_SCRATCH, 0x5a);
	if (serial_read(UART_SCRATCH) != 0x5a)
		return false;
	serial_set(UART_SCRATCH, 0xa5);
	return serial_read(UART_SCRATCH) == 0xa5;
}

bool serial_init(void)
{
	if (!serial_present())
		return false;
	serial_set(UART_IER, 0);
	serial_set(UART_LCR, UART_LCR_DLAB);
	serial_set(UART_DATA, UART_DIVISOR);
	serial_set(UART_IER, 0);
	serial_set(UART_LCR, UART_LCR_8N1);
	serial_set(UART_FCR, UART_FCR_ENABLE);
	serial_set(UART_MCR, UART_MCR_READY);
	return true;
}

static unsigned int fifo_room; /* characters that may follow without a look at the port */

/* A port that stops taking characters must not stop the kernel. */
static void serial_put(char c)
{
	if (!fifo_room) {
		for (int i = 0; i < SERIAL_PATIENCE; i++) {
			if (serial_read(UART_LSR) & UART_LSR_EMPTY)
				break;
		}
		fifo_room = UART_FIFO;
	}
	fifo_room--;
	serial_set(UART_DATA, (u8)c);
}

static void serial_write(const char *s, size_t n, int level __unused)
{
	for (; n; n--, s++) {
		if (*s == '\n')
			serial_put('\r');
		serial_put(*s);
	}
}

static int serial_getc(void)
{
	return serial_read(UART_LSR) & UART_LSR_DATA ? serial_read(UART_DATA) : -1;
}

struct console serial_console = {
	.name = "ttyS0",
	.write = serial_write,
	.getc = serial_getc,
};
