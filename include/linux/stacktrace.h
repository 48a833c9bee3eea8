/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_STACKTRACE_H
#define _LINUX_STACKTRACE_H

/* Return addresses of the callers, kept for later. */
#include <linux/types.h>

/**
 * stack_trace_save - the return addresses on the caller's stack
 * @store: where to put them, innermost first
 * @size: room in @store
 * @skipnr: callers to leave out; 0 begins with the caller of this function
 *
 * Context: any.
 * Return: how many were stored.
 */
unsigned int stack_trace_save(unsigned long *store, unsigned int size, unsigned int skipnr);

/**
 * stack_trace_print - print what stack_trace_save() stored, one line each
 * @entries: return addresses
 * @nr_entries: how many
 * @spaces: to indent by
 */
void stack_trace_print(const unsigned long *entries, unsigned int nr_entries, int spaces);

#endif
