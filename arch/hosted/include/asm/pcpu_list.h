/* SPDX-License-Identifier: MIT */
#ifndef _ASM_PCPU_LIST_H
#define _ASM_PCPU_LIST_H

/* Per-CPU lists: objects linked through a word of their own; see <asm/ras.h>. */
#include <linux/compiler.h>
#include <linux/percpu-defs.h>
#include <linux/types.h>

struct pcpu_list {
	void *first;
};

/* pcpu_list_pop - the first object of this CPU's list, or NULL; @link: offset of the link */
static __always_inline void *pcpu_list_pop(struct pcpu_list __percpu *list, const size_t link)
{
	struct pcpu_list *l = raw_cpu_ptr(list);
	void *top = l->first;

	if (top)
		l->first = *(void **)((char *)top + link);
	return top;
}

/* pcpu_list_push - put an object in front of this CPU's list */
static __always_inline void pcpu_list_push(struct pcpu_list __percpu *list, void *item,
					   const size_t link)
{
	struct pcpu_list *l = raw_cpu_ptr(list);

	*(void **)((char *)item + link) = l->first;
	l->first = item;
}

#endif
