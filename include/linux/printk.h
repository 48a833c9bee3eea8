/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_PRINTK_H
#define _LINUX_PRINTK_H

/*
 * The kernel's log: every message goes to a ring buffer with its time and
 * level, and to the consoles if its level is below console_loglevel.
 */
#include <linux/types.h>
#include <linux/compiler.h>
#include <linux/kern_levels.h>
#include <linux/sprintf.h>
#include <linux/hexdump.h>
#include <linux/stdarg.h>

struct va_format {
	const char *fmt;
	va_list *va;
};

#define CONSOLE_LOGLEVEL_QUIET	 4
#define CONSOLE_LOGLEVEL_DEFAULT 7
#define MESSAGE_LOGLEVEL_DEFAULT 4

extern int console_loglevel; /* messages of a lesser level number are shown */

/**
 * printk - log a message
 * @fmt: may begin with a KERN_* level; without one it is KERN_WARNING
 *
 * A text that does not end in a newline leaves its line open for pr_cont().
 *
 * Context: any, also traps and NMI.
 * Return: characters logged.
 */
int printk(const char *fmt, ...) __printf(1, 2);
int vprintk(const char *fmt, va_list args) __printf(1, 0);
#define _printk printk

static inline __printf(1, 2) int no_printk(const char *fmt __unused, ...)
{
	return 0;
}

/**
 * printk_capture - divert messages
 * @sink: called with each message's text, without level, instead of logging
 *	  it; NULL ends that
 * @ctx: handed to @sink
 *
 * A panic's messages are LOGLEVEL_EMERG: a sink that sees one shows what it has
 * kept back, and ends the diversion.
 *
 * Context: process context; @sink may be called in any.
 */
void printk_capture(void (*sink)(void *ctx, const char *text, size_t n, int level), void *ctx);

/**
 * printk_read_log - walk the ring buffer, oldest message first
 * @fn: called for each kept message; a text may hold newlines inside
 * @ctx: handed to @fn
 *
 * Context: process context; @fn may print.
 */
void printk_read_log(void (*fn)(void *ctx, u64 ns, int level, const char *text, size_t n),
		     void *ctx);

/* printk_stamp - the time in front of a message, as "[    0.123456] " */
int printk_stamp(char *buf, size_t size, u64 ns);

#ifndef pr_fmt
#define pr_fmt(fmt) fmt
#endif

#define pr_emerg(fmt, ...)  printk(KERN_EMERG pr_fmt(fmt), ##__VA_ARGS__)
#define pr_alert(fmt, ...)  printk(KERN_ALERT pr_fmt(fmt), ##__VA_ARGS__)
#define pr_crit(fmt, ...)   printk(KERN_CRIT pr_fmt(fmt), ##__VA_ARGS__)
#define pr_err(fmt, ...)    printk(KERN_ERR pr_fmt(fmt), ##__VA_ARGS__)
#define pr_warn(fmt, ...)   printk(KERN_WARNING pr_fmt(fmt), ##__VA_ARGS__)
#define pr_warning	    pr_warn
#define pr_notice(fmt, ...) printk(KERN_NOTICE pr_fmt(fmt), ##__VA_ARGS__)
#define pr_info(fmt, ...)   printk(KERN_INFO pr_fmt(fmt), ##__VA_ARGS__)
#define pr_cont(fmt, ...)   printk(KERN_CONT fmt, ##__VA_ARGS__)

/* pr_debug() compiles to nothing without DEBUG; its arguments are checked. */
#ifdef DEBUG
#define pr_debug(fmt, ...) printk(KERN_DEBUG pr_fmt(fmt), ##__VA_ARGS__)
#define pr_devel(fmt, ...) printk(KERN_DEBUG pr_fmt(fmt), ##__VA_ARGS__)
#else
#define pr_debug(fmt, ...)                                             \
	({                                                             \
		if (0)                                                 \
			printk(KERN_DEBUG pr_fmt(fmt), ##__VA_ARGS__); \
		0;                                                     \
	})
#define pr_devel(fmt, ...) pr_debug(fmt, ##__VA_ARGS__)
#endif

#define printk_once(fmt, ...)                       \
	({                                          \
		static bool __printed;              \
		bool __first = !__printed;          \
                                                    \
		if (__first) {                      \
			__printed = true;           \
			printk(fmt, ##__VA_ARGS__); \
		}                                   \
		__first;                            \
	})
#define pr_emerg_once(fmt, ...)	 printk_once(KERN_EMERG pr_fmt(fmt), ##__VA_ARGS__)
#define pr_alert_once(fmt, ...)	 printk_once(KERN_ALERT pr_fmt(fmt), ##__VA_ARGS__)
#define pr_crit_once(fmt, ...)	 printk_once(KERN_CRIT pr_fmt(fmt), ##__VA_ARGS__)
#define pr_err_once(fmt, ...)	 printk_once(KERN_ERR pr_fmt(fmt), ##__VA_ARGS__)
#define pr_warn_once(fmt, ...)	 printk_once(KERN_WARNING pr_fmt(fmt), ##__VA_ARGS__)
#define pr_notice_once(fmt, ...) printk_once(KERN_NOTICE pr_fmt(fmt), ##__VA_ARGS__)
#define pr_info_once(fmt, ...)	 printk_once(KERN_INFO pr_fmt(fmt), ##__VA_ARGS__)

/**
 * struct ratelimit_state - at most @burst messages in @interval_ns
 * @interval_ns: length of a window
 * @burst: messages let through in one
 * @printed: in the current window
 * @missed: suppressed in the current window
 * @begin: when it began
 */
struct ratelimit_state {
	u64 interval_ns;
	int burst;
	int printed;
	int missed;
	u64 begin;
};
#define RATELIMIT_STATE_INIT(name, seconds_, burst_)                       \
	{                                                                  \
		.interval_ns = (seconds_)*1000000000ULL, .burst = (burst_) \
	}
#define DEFINE_RATELIMIT_STATE(name, seconds_, burst_) \
	struct ratelimit_state name = RATELIMIT_STATE_INIT(name, seconds_, burst_)
#define DEFAULT_RATELIMIT_INTERVAL 5
#define DEFAULT_RATELIMIT_BURST	   10

/* Whether a message may go out now; says how many were kept back before. */
bool ___ratelimit(struct ratelimit_state *rs, const char *func);
#define __ratelimit(rs) ___ratelimit(rs, __func__)
bool __printk_ratelimit(const char *func);
#define printk_ratelimit() __printk_ratelimit(__func__)

#define printk_ratelimited(fmt, ...)                                            \
	({                                                                      \
		static DEFINE_RATELIMIT_STATE(__rs, DEFAULT_RATELIMIT_INTERVAL, \
					      DEFAULT_RATELIMIT_BURST);         \
                                                                                \
		if (__ratelimit(&__rs))                                         \
			printk(fmt, ##__VA_ARGS__);                             \
	})
#define pr_err_ratelimited(fmt, ...)	printk_ratelimited(KERN_ERR pr_fmt(fmt), ##__VA_ARGS__)
#define pr_warn_ratelimited(fmt, ...)	printk_ratelimited(KERN_WARNING pr_fmt(fmt), ##__VA_ARGS__)
#define pr_notice_ratelimited(fmt, ...) printk_ratelimited(KERN_NOTICE pr_fmt(fmt), ##__VA_ARGS__)
#define pr_info_ratelimited(fmt, ...)	printk_ratelimited(KERN_INFO pr_fmt(fmt), ##__VA_ARGS__)

void dump_stack(void);
void dump_stack_lvl(const char *level);

#endif
