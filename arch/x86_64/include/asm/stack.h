/* SPDX-License-Identifier: MIT */
#ifndef _ASM_STACK_H
#define _ASM_STACK_H

/*
 * The kernel's stacks that no thread owns: the boot CPU's, which exist from the
 * start, each above a guard page that paging_init() unmaps, and for each other
 * CPU the same set from vmalloc().  An overflow faults on the guard page; the CPU
 * cannot push that fault's frame either, and so takes a double fault, on a stack
 * of its own, where it is reported.
 */
#include <asm/page.h>
#include <linux/compiler.h>
#include <linux/types.h>

enum boot_stack_id {
	STACK_BOOT,	    /* the idle thread's, on other CPUs */
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

/**
 * cpu_stacks_alloc - stacks for a CPU that is about to be started
 * @cpu: not the boot CPU
 *
 * Context: may sleep.
 * Return: false, and none allocated, without memory.
 */
bool cpu_stacks_alloc(unsigned int cpu);

/* cpu_stacks_free - give the stacks of a CPU that did not start back. */
void cpu_stacks_free(unsigned int cpu);

/* cpu_stack_top - where CPU @cpu's stack @id begins, growing down; at any time. */
unsigned long cpu_stack_top(unsigned int cpu, enum boot_stack_id id);

/* thread_stack_find - the same among the stacks of threads. */
bool thread_stack_find(unsigned long addr, struct stack_info *info);

/* stack_find - which stack, or guard page of a stack, does an address lie in?  False: none. */
bool stack_find(unsigned long addr, struct stack_info *info);

#endif
