/* SPDX-License-Identifier: MIT */

/*
 * The list of consoles.  The serial port comes first and works without memory
 * or mappings; the screen joins when it can be mapped and is then shown the
 * log so far.
 */
#include <linux/kernel.h>
#include <cairn/console.h>

static struct console *consoles;

void console_write(const char *s, size_t n, int level)
{
	for (struct console *con = consoles; con; con = con->next) {
		if (con->write)
			con->write(s, n, level);
	}
}

void console_flush(void)
{
	for (struct console *con = consoles; con; con = con->next) {
		if (con->flush)
			con->flush();
	}
}

void console_printf(const char *fmt, ...)
{
	char text[512];
	va_list args;
	int n;

	va_start(args, fmt);
	n = vscnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	console_write(text, (size_t)n, CONSOLE_PLAIN);
}

int console_getc(void)
{
	for (struct console *con = consoles; con; con = con->next) {
		int c = con->getc ? con->getc() : -1;

		if (c >= 0)
			return c;
	}
	return -1;
}

/* Shows one logged message to a new console. */
static void replay_message(void *ctx, u64 ns, int level, const char *text, size_t n)
{
	struct console *con = ctx;
	char stamp[32];

	if (level >= console_loglevel)
		return;
	con->write(stamp, (size_t)printk_stamp(stamp, sizeof(stamp), ns), CONSOLE_STAMP);
	con->write(text, n, level);
	if (!n || text[n - 1] != '\n')
		con->write("\n", 1, level);
}

void console_register(struct console *con)
{
	struct console **link = &consoles;

	if (con->write)
		printk_read_log(replay_message, con);
	while (*link)
		link = &(*link)->next;
	*link = con;
}

void console_init_early(void)
{
	if (serial_init())
		console_register(&serial_console);
}
