/* SPDX-License-Identifier: MIT */

/*
 * The kernel's log.
 *
 *	printk() --> text on the stack --> ring buffer --> consoles
 *		         |
 *		         '--> sink, while printk_capture() is on
 *
 * The ring holds records: a header with time, level and length, then the text,
 * both rounded up to RECORD_ALIGN.  Positions count bytes since the start of
 * time; a byte lies at its position modulo LOG_SIZE.
 *
 *	oldest <= newest < end,  end - oldest <= LOG_SIZE
 *
 * A record that lacks its newline is open: the next pr_cont() is added to it,
 * any other message closes it.
 *
 * Locking: the log has one owner at a time.  A message from a trap that hit the
 * owner itself, in a console driver say, goes straight to the consoles: better
 * an interleaved report than none.
 *
 * What it does not do: wake anyone, filter, or keep a message that is larger
 * than MESSAGE_MAX whole.
 */
#include <linux/kernel.h>
#include <linux/string.h>
#include <linux/ktime.h>
#include <cairn/console.h>
#include <cairn/init.h>

#define LOG_SIZE     (128 * 1024)
#define MESSAGE_MAX  1024
#define RECORD_ALIGN 8

struct record {
	u64 ns;
	u32 len; /* characters of text behind the header */
	s32 level;
};

int console_loglevel = CONSOLE_LOGLEVEL_DEFAULT;

static u8 log_buf[LOG_SIZE];
static u64 log_oldest, log_newest, log_end; /* positions; equal while the log is empty */
static bool line_open;			    /* the newest record lacks its newline */
static bool log_owned;

static void (*capture_sink)(void *ctx, const char *text, size_t n, int level);
static void *capture_ctx;

static void ring_write(u64 pos, const void *src, size_t n)
{
	size_t at = pos % LOG_SIZE, first = min(n, LOG_SIZE - at);

	memcpy(log_buf + at, src, first);
	memcpy(log_buf, (const u8 *)src + first, n - first);
}

static void ring_read(u64 pos, void *dst, size_t n)
{
	size_t at = pos % LOG_SIZE, first = min(n, LOG_SIZE - at);

	memcpy(dst, log_buf + at, first);
	memcpy((u8 *)dst + first, log_buf, n - first);
}

static u64 record_end(u64 pos, const struct record *r)
{
	return pos + sizeof(*r) + ALIGN(r->len, RECORD_ALIGN);
}

/* Drops old records until the ring reaches to @end. */
static void ring_make_room(u64 end)
{
	struct record r;

	while (end - log_oldest > LOG_SIZE) {
		ring_read(log_oldest, &r, sizeof(r));
		log_oldest = record_end(log_oldest, &r);
	}
}

static void log_append(int level, const char *text, size_t n)
{
	struct record r = {.ns = ktime_get_ns(), .len = (u32)n, .level = level};
	u64 end = record_end(log_end, &r);

	ring_make_room(end);
	ring_write(log_end, &r, sizeof(r));
	ring_write(log_end + sizeof(r), text, n);
	log_newest = log_end;
	log_end = end;
}

/* Adds @text to the newest record. */
static void log_extend(const char *text, size_t n)
{
	struct record r;
	u64 end;

	ring_read(log_newest, &r, sizeof(r));
	n = min(n, (size_t)MESSAGE_MAX - r.len);
	ring_write(log_newest, &(struct record){r.ns, r.len + (u32)n, r.level}, sizeof(r));
	end = log_newest + sizeof(r) + ALIGN(r.len + n, RECORD_ALIGN);
	ring_make_room(end);
	ring_write(log_newest + sizeof(r) + r.len, text, n);
	log_end = end;
}

static int newest_level(void)
{
	struct record r;

	if (log_end == log_oldest)
		return MESSAGE_LOGLEVEL_DEFAULT;
	ring_read(log_newest, &r, sizeof(r));
	return r.level;
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

	if (continued) {
		level = newest_level();
		log_extend(text, n);
	} else {
		if (line_open && newest_level() < console_loglevel)
			console_write("\n", 1, newest_level());
		if (cont)
			level = newest_level();
		log_append(level, text, n);
	}
	line_open = text[n - 1] != '\n';
	if (level < console_loglevel)
		show_message(level, text, n, ktime_get_ns(), continued);
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
	return text;
}

int vprintk(const char *fmt, va_list args)
{
	char buf[MESSAGE_MAX];
	const char *text;
	int level, n;
	bool cont;

	n = vscnprintf(buf, sizeof(buf), fmt, args);
	text = parse_level(buf, &level, &cont);
	n -= (int)(text - buf);
	if (n <= 0)
		return 0;
	if (capture_sink)
		capture_sink(capture_ctx, text, (size_t)n, level);
	else if (__atomic_exchange_n(&log_owned, true, __ATOMIC_ACQUIRE))
		console_write(text, (size_t)n, level);
	else {
		log_message(level, cont, text, (size_t)n);
		__atomic_store_n(&log_owned, false, __ATOMIC_RELEASE);
	}
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

void printk_read_log(void (*fn)(void *ctx, u64 ns, int level, const char *text, size_t n),
		     void *ctx)
{
	char text[MESSAGE_MAX];
	u64 end = log_end; /* what @fn prints is not read */
	struct record r;

	for (u64 pos = log_oldest; pos < end; pos = record_end(pos, &r)) {
		pos = max(pos, log_oldest);
		ring_read(pos, &r, sizeof(r));
		ring_read(pos + sizeof(r), text, r.len);
		fn(ctx, r.ns, r.level, text, r.len);
	}
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
