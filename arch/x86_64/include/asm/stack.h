/* SPDX-License-Identifier: MIT */
#ifndef _ASM_STACK_H
#define _ASM_STACK_H

/*
 * The kernel's stacks that exist from the start, each above a guard page that
 * paging_init() unmaps.  An overflow faults on the guard page; the CPU cannot
 * push that fault's frame either, and so takes a double fault, on a stack of
 * its own, where it is reported.
 */
#include <asm/page.h>
#include <linux/compiler.h>
#include <linux/types.h>

enum boot_stack_id {
	STACK_BOOT,
	STACK_DOUBLE_FAULT, /* this and the next ones are IST 1, 2, ... of the TSS */
	STACK_NMI,
	STACK_MACHINE_CHECK,
	STACK_DEBUG,
	NR_BOOT_STACKS,
};

struct guarded_stack {
	char guard[PAGE_SIZE];
	char stack[THREAD_SIZE];
};

extern struct guarded_stack boot_stacks[NR_BOOT_STACKS];

static inline unsigned long boot_stack_end(enum boot_stack_id id)
{
	return (unsigned long)&boot_stacks[id] + sizeof(struct guarded_stack);
}

/**
 * struct stack_info - a stack that an address belongs to
 * @name: as "boot"
 * @low: lowest address in use
 * @high: behind the highest
 * @in_guard: the address is in the guard page below it
 */
struct stack_info {
	const char *name;
	unsigned long low;
	unsigned long high;
	bool in_guard;
};

/* stack_find - which stack, or guard page of a stack, does an address lie in?  False: none. */
bool stack_find(unsigned long addr, struct stack_info *info);

#endif
