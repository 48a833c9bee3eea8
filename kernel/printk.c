/* SPDX-License-Identifier: MIT */

/*
 * The kernel's log.
 *
 *	printk() --> text on the stack --> ring buffer --> consoles
 *			 |
 *			 '--> sink, while printk_capture() is on
 *
 * A message that lacks its newline is open: the next pr_cont() is added to it,
 * any other message closes it.
 *
 * Locking: who has the consoles, console_take(), has the log.  A message from a trap that hit
 * the owner itself goes straight to the consoles.
 *
 * What it does not do: wake anyone, or keep a message that is larger than
 * LOG_MESSAGE_MAX whole.
 */
#include <linux/kernel.h>
#include <linux/irqflags.h>
#include <linux/ktime.h>
#include <linux/string.h>
#include <cairn/console.h>
#include <cairn/init.h>
#include <cairn/log_ring.h>

#define LOG_SIZE (128 * 1024)

int console_loglevel = CONSOLE_LOGLEVEL_DEFAULT;

static u8 log_buf[LOG_SIZE];
static struct log_ring log = {.buf = log_buf, .size = LOG_SIZE};
static bool line_open; /* the newest message lacks its newline */

static void (*capture_sink)(void *ctx, const char *text, size_t n, int level);
static void *capture_ctx;

static int newest_level(void)
{
	struct log_record r;

	return log_ring_last(&log, &r) ? r.level : MESSAGE_LOGLEVEL_DEFAULT;
}

int printk_stamp(char *buf, size_t size, u64 ns)
{
	u64 us = ns / 1000;

	return scnprintf(buf, size, "[%5llu.%06llu] ", us / 1000000, us % 1000000);
}

/* Every line of a message begins with its time, except where it goes on with an open line. */
static void show_message(int level, const char *text, size_t n, u64 ns, bool continued)
{
	char stamp[32];
	size_t stamp_len = (size_t)printk_stamp(stamp, sizeof(stamp), ns);

	while (n) {
		const char *newline = memchr(text, '\n', n);
		size_t len = newline ? (size_t)(newline - text) + 1 : n;

		if (!continued)
			console_write(stamp, stamp_len, CONSOLE_STAMP);
		console_write(text, len, level);
		continued = false;
		text += len;
		n -= len;
	}
}

/* Logs and shows a message. The caller owns the log. */
static void log_message(int level, bool cont, const char *text, size_t n)
{
	bool continued = cont && line_open;
	u64 now = ktime_get_ns();

	if (continued) {
		level = newest_level();
		log_ring_extend(&log, text, n);
	} else {
		if (line_open && newest_level() < console_loglevel)
			console_write("\n", 1, newest_level());
		if (cont)
			level = newest_level();
		log_ring_add(&log, now, level, text, n);
	}
	line_open = text[n - 1] != '\n';
	if (level < console_loglevel)
		show_message(level, text, n, now, continued);
}

/* Takes the level off the front of a message. */
static const char *parse_level(const char *text, int *level, bool *cont)
{
	*level = MESSAGE_LOGLEVEL_DEFAULT;
	*cont = false;
	while (text[0] == KERN_SOH_ASCII && text[1]) {
		if (text[1] == 'c')
			*cont = true;
		else if (text[1] >= '0' && text[1] <= '7')
			*level = text[1] - '0';
		text += 2;
	}
	if (text[0] == '<' && text[1] >= '0' && text[1] <= '7' && text[2] == '>') {
		*level = text[1] - '0'; /* as levels were written in Linux 2 */
		text += 3;
	}
	return text;
}

/* Hands a message on, one at a time but for those that are told without the log. */
static void deliver(int level, bool cont, const char *text, size_t n)
{
	unsigned long flags;
	bool taken = console_take(&flags);

	if (capture_sink)
		capture_sink(capture_ctx, text, n, level);
	else if (taken)
		log_message(level, cont, text, n);
	else
		console_write(text, n, level);
	console_give(taken, flags);
}

int vprintk(const char *fmt, va_list args)
{
	char buf[LOG_MESSAGE_MAX];
	const char *text;
	int level, n;
	bool cont;

	n = vscnprintf(buf, sizeof(buf), fmt, args);
	text = parse_level(buf, &level, &cont);
	n -= (int)(text - buf);
	if (n <= 0)
		return 0;
	if (level == LOGLEVEL_EMERG)
		console_emergency();
	deliver(level, cont, text, (size_t)n);
	return n;
}

int printk(const char *fmt, ...)
{
	va_list args;
	int n;

	va_start(args, fmt);
	n = vprintk(fmt, args);
	va_end(args);
	return n;
}

void printk_capture(void (*sink)(void *ctx, const char *text, size_t n, int level), void *ctx)
{
	capture_ctx = ctx;
	barrier();
	capture_sink = sink;
}

/* The oldest message from @pos on, as log_ring_read(); others may be added meanwhile. */
static bool read_message(u64 *pos, struct log_record *r, char *text)
{
	unsigned long flags;
	bool taken = console_take(&flags), found = log_ring_read(&log, pos, r, text);

	console_give(taken, flags);
	return found;
}

void printk_read_log(void (*fn)(void *ctx, u64 ns, int level, const char *text, size_t n),
		     void *ctx)
{
	char text[LOG_MESSAGE_MAX];
	u64 pos = 0, end = data_race(log.end); /* what @fn prints is not read */
	struct log_record r;

	while (pos < end && read_message(&pos, &r, text))
		fn(ctx, r.ns, r.level, text, r.len);
}

bool ___ratelimit(struct ratelimit_state *rs, const char *func)
{
	u64 now = ktime_get_ns();

	if (!rs->interval_ns)
		return true;
	if (!rs->begin || now - rs->begin >= rs->interval_ns) {
		if (rs->missed)
			printk(KERN_WARNING "%s: %d callbacks suppressed\n", func, rs->missed);
		rs->begin = now ? now : 1;
		rs->printed = 0;
		rs->missed = 0;
	}
	if (rs->printed >= rs->burst) {
		rs->missed++;
		return false;
	}
	rs->printed++;
	return true;
}

bool __printk_ratelimit(const char *func)
{
	static DEFINE_RATELIMIT_STATE(shared, DEFAULT_RATELIMIT_INTERVAL, DEFAULT_RATELIMIT_BURST);

	return ___ratelimit(&shared, func);
}

static int set_loglevel(const char *value)
{
	int level, err = kstrtoint(value, 0, &level);

	if (err || level < 0 || level > 15)
		return -EINVAL;
	console_loglevel = level;
	return 0;
}
BOOT_PARAM("loglevel", set_loglevel, "show messages of a lesser level only, 0 to 15");

static int set_quiet(const char *value)
{
	if (*value)
		return -EINVAL;
	console_loglevel = CONSOLE_LOGLEVEL_QUIET;
	return 0;
}
BOOT_PARAM("quiet", set_quiet, "show warnings and errors only");

static int set_debug(const char *value)
{
	if (*value)
		return -EINVAL;
	console_loglevel = LOGLEVEL_DEBUG + 1;
	return 0;
}
BOOT_PARAM("debug", set_debug, "show all messages");
