/* SPDX-License-Identifier: MIT */
#ifndef _CAIRN_PANIC_H
#define _CAIRN_PANIC_H

/* Ends: with a report, or without. */
#include <linux/compiler.h>
#include <linux/bug.h>
#include <asm/ptrace.h>

/* What cairn_exit() writes; QEMU's status is twice that plus one. */
#define EXIT_CODE_PANIC 0x2a /* QEMU ends with status 85 */

/**
 * cairn_exit - end QEMU through its isa-debug-exit device, or halt
 * @code: QEMU's exit status is @code * 2 + 1
 *
 * Context: any.
 */
void __noreturn cairn_exit(unsigned int code);

/* panic_reported - panic() after a report that already has registers and backtrace. */
void __noreturn panic_reported(const char *reason);

/**
 * panic_memory_summary - prints how memory is used, once the page allocator can tell
 *
 * Set by the page allocator when it is up; takes no lock, as panic() may come
 * at any time.
 */
extern void (*panic_memory_summary)(void);

/* panic_in_progress - has panic() begun? */
extern bool panic_in_progress;

#endif
