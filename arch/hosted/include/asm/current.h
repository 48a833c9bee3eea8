/* SPDX-License-Identifier: MIT */
#ifndef _ASM_CURRENT_H
#define _ASM_CURRENT_H

/* The running task. */
#include <linux/compiler.h>
#include <linux/percpu-defs.h>

struct task_struct;
DECLARE_PER_CPU(struct task_struct *, current_task);

#define current this_cpu_read(current_task)

#endif
