/* SPDX-License-Identifier: MIT */
#ifndef _CAIRN_CONSOLE_H
#define _CAIRN_CONSOLE_H

/*
 * Consoles: where text goes and where keys come from.
 */
#include <linux/types.h>
#include <linux/compiler.h>

/* Text that is no kernel message: the monitor's, test results. */
#define CONSOLE_PLAIN (-1)
/* The time in front of a message. */
#define CONSOLE_STAMP (-2)

/**
 * struct console - a device that shows text, or gives characters
 * @name: for messages
 * @write: shows @n characters; @level is a message's or CONSOLE_PLAIN; may put
 *	   off drawing until @flush
 * @flush: draws what is put off; NULL if nothing ever is
 * @getc: the next character typed, or -1; NULL if there is no keyboard
 * @next: the console list's
 */
struct console {
	const char *name;
	void (*write)(const char *s, size_t n, int level);
	void (*flush)(void);
	int (*getc)(void);
	struct console *next;
};

/* Characters of keys that ASCII has none for, as getc returns them. */
enum console_key {
	KEY_UP = 0x100,
	KEY_DOWN,
	KEY_LEFT,
	KEY_RIGHT,
	KEY_HOME,
	KEY_END,
	KEY_DELETE,
	KEY_PAGE_UP,
	KEY_PAGE_DOWN,
};

/* The first text the machine shows: sets up the serial port. No memory needed. */
void console_init_early(void);

/*
 * The screen, from boot_info.fb: linear framebuffer or VGA text. What was
 * printed before appears on it. Needs early_ioremap().
 */
void console_init_framebuffer(void);

/*
 * The screen at once, for a last message before console_init_framebuffer().
 * Only the end of the machine may follow: its mapping may not last.
 */
void console_emergency(void);

/**
 * console_register - add a console and show it the messages so far
 * @con: filled in; stays registered for ever
 */
void console_register(struct console *con);

/**
 * console_take - become the one who writes to consoles and the log
 * @flags: the state of interrupts, which are off now
 *
 * Waits while another CPU is, but not in a panic.
 *
 * Context: any.
 * Return: true, or false if this CPU is already, or the other one may have been stopped.
 */
bool console_take(unsigned long *flags);

/* console_give - the end of that; @taken and @flags are console_take()'s. */
void console_give(bool taken, unsigned long flags);

/**
 * console_write - show text on every console
 * @s: characters; lines end in '\n'
 * @n: how many
 * @level: the message's level or CONSOLE_PLAIN
 *
 * Nobody else's text comes in between, if it is short.
 *
 * Context: any.
 */
void console_write(const char *s, size_t n, int level);
void console_flush(void);

/* console_printf - formatted text on every console, not in the log */
void console_printf(const char *fmt, ...) __printf(1, 2);

/* console_getc - a character or enum console_key from any console, or -1 */
int console_getc(void);

extern struct console serial_console;
/* Sets up the first serial port; false if there is none. */
bool serial_init(void);

#endif
