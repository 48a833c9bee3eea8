/* SPDX-License-Identifier: MIT */
#ifndef _ASM_TRAPS_H
#define _ASM_TRAPS_H

/* Exceptions: signals that a bad access raises, by the names the machine has for them. */
#include <linux/compiler.h>
#include <linux/types.h>
#include <asm/ptrace.h>

enum trap_vector {
	TRAP_DE = 0,
	TRAP_UD = 6,
	TRAP_DF = 8,
	TRAP_GP = 13,
	TRAP_PF = 14,
};

/* Error code of a page fault. */
#define PF_PROTECTION 0x01 /* the page is present, the access not allowed */
#define PF_WRITE      0x02
#define PF_USER	      0x04
#define PF_RESERVED   0x08
#define PF_FETCH      0x10

/* struct trap_info - what trap_catch() caught */
struct trap_info {
	unsigned int vector;
	unsigned long error_code;
	unsigned long ip;
	unsigned long address; /* that a page fault was about */
};

/**
 * trap_catch - run a function that is expected to fault
 * @fn: called with @arg, on this stack
 * @arg: for @fn
 * @info: filled in if a trap came
 *
 * The first trap that nothing fixes up is reported as usual, but then ends @fn
 * instead of the process.  What @fn held or had half done stays so.
 *
 * Context: tests; not nested.
 * Return: whether a trap ended @fn.
 */
bool trap_catch(void (*fn)(void *arg), void *arg, struct trap_info *info);

#endif
