/* SPDX-License-Identifier: MIT */
#ifndef _ASM_PCPU_LIST_H
#define _ASM_PCPU_LIST_H

/*
 * Per-CPU lists: objects linked through a word of their own, pushed and popped
 * at the front by restartable sequences (asm/ras.h).  Unlike a struct pcpu_stack
 * such a list has no end, and needs memory that its objects have anyway.
 *
 * A pop reads the link of an object that an interrupt may have taken meanwhile;
 * then the sequence starts again and the value is not used.  The object's memory
 * must stay readable, so what it is allocated from must be type-stable.
 */
#include <linux/compiler.h>
#include <linux/types.h>
#include <asm/ras.h>

struct pcpu_list {
	void *first;
};

/**
 * pcpu_list_pop - take the first object of this CPU's list
 * @list: a per-CPU address
 * @link: offset of the link in an object, a constant
 *
 * Context: any, with interrupts and preemption on or off.
 * Return: the object, or NULL if there is none.
 */
static __always_inline void *pcpu_list_pop(struct pcpu_list __percpu *list, const size_t link)
{
	void *top = NULL, *next;

	asm_goto_output(RAS_RECORD(RAS_LIST_POP, "1f", "2f") "1:\tmovq %%gs:(%[list]), %[top]\n\t"
							     "testq %[top], %[top]\n\t"
							     "jz %l[empty]\n\t"
							     "movq %c[link](%[top]), %[next]\n\t"
							     "movq %[next], %%gs:(%[list])\n"
							     "2:"
			: [top] "=&r"(top), [next] "=&r"(next)
			: [list] "r"(list), [link] "i"(link)
			: "memory", "cc"
			: empty);
	if (!top)
		unreachable();
	return top;
empty:
	asm_goto_landing();
	return NULL;
}

/**
 * pcpu_list_push - put an object in front of this CPU's list
 * @list: a per-CPU address
 * @item: the object, the caller's alone
 * @link: offset of the link in it
 *
 * Context: any.
 */
static __always_inline void pcpu_list_push(struct pcpu_list __percpu *list, void *item,
					   const size_t link)
{
	void *next;

	asm volatile(RAS_RECORD(RAS_LIST_PUSH, "1f", "2f") "1:\tmovq %%gs:(%[list]), %[next]\n\t"
							   "movq %[next], %c[link](%[item])\n\t"
							   "movq %[item], %%gs:(%[list])\n"
							   "2:"
		     : [next] "=&r"(next)
		     : [list] "r"(list), [item] "r"(item), [link] "i"(link)
		     : "memory");
}

#endif
