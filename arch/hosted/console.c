/* SPDX-License-Identifier: MIT */
/*
 * A process's console: the standard output of its host, in the place of the first
 * serial port. There is no screen to fall back on.
 */
#include <linux/string.h>
#include <cairn/console.h>
#include <cairn/start.h>
#include "host.h"

static void host_console_write(const char *s, size_t n, int level __unused)
{
	host_write(s, n);
}

struct console serial_console = {.name = "host", .write = host_console_write};

bool serial_init(void)
{
	return true;
}

void console_emergency(void)
{
}

void early_puts(const char *text)
{
	host_write(text, strlen(text));
}
