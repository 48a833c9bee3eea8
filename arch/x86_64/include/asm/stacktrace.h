/* SPDX-License-Identifier: MIT */
#ifndef _ASM_STACKTRACE_H
#define _ASM_STACKTRACE_H

#include <linux/types.h>
#include <asm/ptrace.h>

/**
 * struct unwind - a walk along a chain of frame pointers
 * @bp: frame pointer of the next frame
 * @steps: frames that may still come
 */
struct unwind {
	unsigned long bp;
	unsigned int steps;
};

/* unwind_start - begin with the frame that @bp points to. */
void unwind_start(struct unwind *u, unsigned long bp);

/* unwind_next - the next return address, or 0 at the end of what can be followed. */
unsigned long unwind_next(struct unwind *u);

/* print_call_trace - the callers of the frame at @bp, symbolised, under a heading. */
void print_call_trace(const char *level, unsigned long bp);

#endif
