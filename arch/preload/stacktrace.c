/* SPDX-License-Identifier: MIT */
/*
 * What a library has not got: stacks of its own to trace.  The program's frames are
 * compiled without pointers to each other.
 */
#include <linux/compiler.h>
#include <linux/printk.h>
#include <linux/stacktrace.h>
#include <asm/stacktrace.h>

void dump_stack(void)
{
}

void dump_stack_lvl(const char *level __unused)
{
}

void print_call_trace(const char *level __unused, unsigned long bp __unused)
{
}

unsigned int stack_trace_save(unsigned long *store __unused, unsigned int size __unused,
			      unsigned int skip __unused)
{
	return 0;
}

void stack_trace_print(const unsigned long *entries __unused, unsigned int n __unused,
		       int spaces __unused)
{
}
