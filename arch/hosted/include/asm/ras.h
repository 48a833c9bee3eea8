/* SPDX-License-Identifier: MIT */
#ifndef _ASM_RAS_H
#define _ASM_RAS_H

/*
 * Per-CPU stacks of pointers, in plain C: here nothing interrupts a CPU between two
 * instructions, so there is nothing to restart.  See <asm/irqflags.h>.
 */
#include <linux/types.h>
#include <linux/compiler.h>
#include <linux/percpu-defs.h>

/* used and limit count bytes, 8 a pointer; limit 0 makes every pop and push fail. */
struct pcpu_stack {
	u32 used;
	u32 limit;
	void *slot[];
};

/* pcpu_stack_pop - the top pointer of this CPU's stack, or NULL if it is empty */
static __always_inline void *pcpu_stack_pop(struct pcpu_stack __percpu *stack)
{
	struct pcpu_stack *s = raw_cpu_ptr(stack);

	if (!s->used)
		return NULL;
	s->used -= 8;
	return s->slot[s->used / 8];
}

/* pcpu_stack_push - put @item on top of this CPU's stack; false if that is full */
static __always_inline bool pcpu_stack_push(struct pcpu_stack __percpu *stack, void *item)
{
	struct pcpu_stack *s = raw_cpu_ptr(stack);

	if (s->used >= s->limit)
		return false;
	s->slot[s->used / 8] = item;
	s->used += 8;
	return true;
}

static inline unsigned long ras_fixup(unsigned long rip)
{
	return rip;
}

#endif
