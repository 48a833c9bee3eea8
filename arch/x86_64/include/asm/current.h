/* SPDX-License-Identifier: MIT */
#ifndef _ASM_CURRENT_H
#define _ASM_CURRENT_H

/* The running task. */
#include <linux/compiler.h>
#include <linux/percpu-defs.h>

struct task_struct;
DECLARE_PER_CPU(struct task_struct *, current_task);

/* Not volatile: however often a task changes its CPU, it stays itself. */
static __always_inline struct task_struct *get_current(void)
{
	struct task_struct *task;

	asm("movq %%gs:%1, %0" : "=r"(task) : "m"(current_task));
	return task;
}

#define current get_current()

#endif
