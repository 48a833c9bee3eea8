/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_BUG_H
#define _LINUX_BUG_H

/*
 * Checks that report.
 *
 * BUG() stops the machine, with file and line: <asm/bug.h>.  WARN() prints file, line, caller,
 * message and backtrace, and goes on; it returns its condition.
 */
#include <linux/build_bug.h>
#include <linux/compiler.h>
#include <linux/types.h>
#include <asm/bug.h>

#define BUG_ON(cond)                \
	do {                        \
		if (unlikely(cond)) \
			BUG();      \
	} while (0)

/* warn_report - the report of a WARN(); @fmt NULL: no message. */
void warn_report(const char *file, int line, const char *fmt, ...) __printf(3, 4) __cold;

#define WARN(cond, ...)                                               \
	({                                                            \
		bool __warn = !!(cond);                               \
                                                                      \
		if (unlikely(__warn))                                 \
			warn_report(__FILE__, __LINE__, __VA_ARGS__); \
		unlikely(__warn);                                     \
	})
#define WARN_ON(cond) WARN(cond, NULL)

#define WARN_ONCE(cond, ...)                                          \
	({                                                            \
		static bool __warned;                                 \
		bool __warn_once = !!(cond);                          \
                                                                      \
		if (unlikely(__warn_once && !__warned)) {             \
			__warned = true;                              \
			warn_report(__FILE__, __LINE__, __VA_ARGS__); \
		}                                                     \
		unlikely(__warn_once);                                \
	})
#define WARN_ON_ONCE(cond)	      WARN_ONCE(cond, NULL)
#define WARN_TAINT(cond, t, ...)      WARN(cond, __VA_ARGS__)
#define WARN_TAINT_ONCE(cond, t, ...) WARN_ONCE(cond, __VA_ARGS__)

/**
 * panic - stop the machine with a report
 * @fmt: the reason, one line
 *
 * Prints reason, backtrace and a summary of memory, ends QEMU with status 85
 * where there is an isa-debug-exit device, and halts elsewhere.
 */
void panic(const char *fmt, ...) __printf(1, 2) __noreturn __cold;

/* dump_stack - print the backtrace of the caller. */
void dump_stack(void) __cold;

#endif
