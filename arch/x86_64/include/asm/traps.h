/* SPDX-License-Identifier: MIT */
#ifndef _ASM_TRAPS_H
#define _ASM_TRAPS_H

/*
 * Exceptions.  Interrupts: <asm/irq.h>.
 *
 * An exception is, in this order: fixed up, if the instruction has an entry in
 * .ex_table; taken by the facility that a test has armed (trap_catch,
 * single_step_run); or reported in full and, since there is nobody else to run,
 * the end.  NMIs and debug exceptions are reported and survived.
 */
#include <linux/compiler.h>
#include <linux/types.h>
#include <asm/irq_vectors.h>
#include <asm/ptrace.h>

enum trap_vector {
	TRAP_DE = 0,
	TRAP_DB = 1,
	TRAP_NMI = 2,
	TRAP_BP = 3,
	TRAP_UD = 6,
	TRAP_DF = 8,
	TRAP_TS = 10,
	TRAP_NP = 11,
	TRAP_SS = 12,
	TRAP_GP = 13,
	TRAP_PF = 14,
	TRAP_AC = 17,
	TRAP_MC = 18,
	TRAP_CP = 21,
	NR_EXCEPTIONS = 32,
};

/* Error code of a page fault. */
#define PF_PROTECTION 0x01 /* the page is present, the access not allowed */
#define PF_WRITE      0x02
#define PF_USER	      0x04
#define PF_RESERVED   0x08 /* an entry has a reserved bit set */
#define PF_FETCH      0x10

/* trap_init - load the IDT; NMI, #DF, #MC and #DB get stacks of their own. */
void trap_init(void);

/* trap_load - make the running CPU use the IDT that trap_init() filled. */
void trap_load(void);

/* trap_dispatch - called by vectors.S for each exception and interrupt. */
void trap_dispatch(struct pt_regs *regs);

/* exception_name - "page fault", as the manuals name it. */
const char *exception_name(unsigned int vector);

/* show_regs - print registers, code bytes and symbolised backtrace. */
void show_regs(const char *level, struct pt_regs *regs);

/* struct trap_info - what trap_catch() caught */
struct trap_info {
	unsigned int vector;
	unsigned long error_code;
	unsigned long ip;
	unsigned long address; /* %cr2 of a page fault or a double fault */
};

/**
 * trap_catch - run a function that is expected to fault
 * @fn: called with @arg, on this stack
 * @arg: for @fn
 * @info: filled in if a trap came
 *
 * The first trap that nothing fixes up is reported as usual, but then ends @fn
 * instead of the machine: control comes back here with the callee-saved
 * registers of the call.  What @fn held or had half done stays so.
 *
 * Context: tests; not nested.
 * Return: whether a trap ended @fn.
 */
bool trap_catch(void (*fn)(void *arg), void *arg, struct trap_info *info);

/**
 * single_step_run - run a function one instruction at a time
 * @fn: the function
 * @on_step: called after each instruction, as an interrupt handler would be,
 *	     with the registers; true means that it ran something that @fn must
 *	     not notice, and so @fn goes on at ras_fixup(ip)
 *
 * Context: tests; not nested.
 * Return: the number of instructions stepped.
 */
unsigned long single_step_run(void (*fn)(void), bool (*on_step)(struct pt_regs *regs));

/**
 * breakpoint_set - have a function called each time this CPU comes to an instruction
 * @ip: its address; 0: no longer
 * @on_hit: called before the instruction runs, as an interrupt handler would be; it
 *	    may send this CPU an interrupt, which is then taken before the instruction
 *
 * Uses the CPU's first debug register.
 *
 * Context: tests, on one CPU at a time.
 */
void breakpoint_set(unsigned long ip, void (*on_hit)(struct pt_regs *regs));

#endif
