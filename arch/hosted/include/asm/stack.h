/* SPDX-License-Identifier: MIT */
#ifndef _ASM_STACK_H
#define _ASM_STACK_H

/* The stacks: the process's own, on which start-up runs, and those of threads. */
#include <asm/page.h>
#include <linux/compiler.h>
#include <linux/types.h>

/**
 * struct stack_info - a stack that an address belongs to
 * @name: as "boot"
 * @low: lowest address in use
 * @high: behind the highest
 * @cpu: whose it is
 * @in_guard: the address is in the guard page below it
 */
struct stack_info {
	const char *name;
	unsigned long low;
	unsigned long high;
	unsigned int cpu;
	bool in_guard;
};

/* thread_stack_find - which thread's stack, or its guard page, is it?  False: no one's. */
bool thread_stack_find(unsigned long addr, struct stack_info *info);

/* stack_find - the same among all stacks. */
bool stack_find(unsigned long addr, struct stack_info *info);

#endif
