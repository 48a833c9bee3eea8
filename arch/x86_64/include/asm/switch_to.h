/* SPDX-License-Identifier: MIT */
#ifndef _ASM_SWITCH_TO_H
#define _ASM_SWITCH_TO_H

/* Leaving one stack for another. */
struct task_struct;

/**
 * switch_context - go on where another task left off
 * @save_sp: where to put this stack's pointer
 * @sp: what that task's switch_context() put there, or switch_prepare() returned
 * @prev: the task that calls
 *
 * Context: interrupts off.
 * Return: when somebody switches back: the task that was running then.
 */
struct task_struct *switch_context(unsigned long *save_sp, unsigned long sp,
				   struct task_struct *prev);

/**
 * switch_prepare - a stack on which nothing has run yet
 * @top: its end
 *
 * The first switch to it calls thread_begin() with the task that was left.
 *
 * Return: the stack pointer for switch_context().
 */
unsigned long switch_prepare(void *top);

/* thread_begin - the first C function of a new task; kernel/sched.c. */
void __attribute__((__noreturn__)) thread_begin(struct task_struct *prev);

#endif
