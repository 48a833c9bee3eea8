/* SPDX-License-Identifier: MIT */

/*
 * The list of consoles.  The serial port comes first and works without memory
 * or mappings; the screen joins when it can be mapped and is then shown the
 * log so far.
 *
 * Locking: consoles and the log have one owner at a time, a CPU with interrupts off; the
 * others wait, but not in a panic, when the owner may have been stopped.  A trap that hit
 * the owner itself, in a console's driver say, writes at once: better an interleaved
 * report than none.
 */
#include <linux/atomic.h>
#include <linux/irqflags.h>
#include <linux/kernel.h>
#include <linux/processor.h>
#include <linux/smp.h>
#include <cairn/console.h>
#include <cairn/panic.h>

#define TURN 128 /* characters with interrupts off, which take 11 ms on a serial port */

static struct console *consoles;
static int owner; /* number of a CPU, from 1; 0: nobody */

/* False if this CPU is the owner already, or cannot wait.  Interrupts are off. */
static bool become_owner(void)
{
	int this = raw_smp_processor_id() + 1, nobody = 0;

	while (!try_cmpxchg(&owner, &nobody, this)) {
		if (nobody == this || READ_ONCE(panic_in_progress))
			return false;
		nobody = 0;
		spin_cpu_relax();
	}
	return true;
}

bool console_take(unsigned long *flags)
{
	local_irq_save(*flags);
	return become_owner();
}

void console_give(bool taken, unsigned long flags)
{
	if (taken)
		smp_store_release(&owner, 0);
	local_irq_restore(flags);
}

static void write_turn(const char *s, size_t n, int level)
{
	unsigned long flags;
	bool taken = console_take(&flags);

	for (struct console *con = consoles; con; con = con->next) {
		if (con->write)
			con->write(s, n, level);
	}
	console_give(taken, flags);
}

void console_write(const char *s, size_t n, int level)
{
	for (size_t len; n; s += len, n -= len) {
		len = min(n, (size_t)TURN);
		write_turn(s, len, level);
	}
}

void console_flush(void)
{
	unsigned long flags;
	bool taken = console_take(&flags);

	for (struct console *con = consoles; con; con = con->next) {
		if (con->flush)
			con->flush();
	}
	console_give(taken, flags);
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
