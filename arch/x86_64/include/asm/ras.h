/* SPDX-License-Identifier: MIT */
#ifndef _ASM_RAS_H
#define _ASM_RAS_H

/*
 * Restartable atomic sequences: per-CPU stacks popped and pushed with a few
 * plain instructions, no disabled interrupts, no atomics, no preempt counter.
 *
 * Each expansion records {start, end, kind} in the table __ras_table.  Whoever
 * interrupts the kernel and may run other code before returning (interrupt,
 * NMI, #DB, context switch) calls ras_fixup(): if the interrupted RIP lies in
 * (start, end) it is set back to start.  The last instruction of a sequence
 * commits it with a single store; before that it has changed nothing that
 * matters, and everything it read is read again after a restart.  So a
 * sequence takes effect as a whole on the CPU that commits it, and an
 * interrupting handler may itself use the same stack.
 *
 * The idea is NetBSD's ras(9) and Linux's rseq(2), used by the kernel on itself.
 */
#include <linux/stringify.h>
#include <linux/types.h>
#include <linux/compiler.h>

/*
 * A per-CPU stack of pointers.  used and limit count bytes (8 a pointer), which
 * saves an instruction.  limit 0 makes every pop and push take the slow path.
 */
struct pcpu_stack {
	u32 used;
	u32 limit;
	void *slot[];
};

/* The sequences there are; a table's entry is one place where one of them was expanded. */
#define RAS_POP_TAGGED 0 /* an object with its tag, of a magazine: 5 instructions */
#define RAS_POP_ANY    1 /* what is on top of a stack: 5 */
#define RAS_PUSH       2 /* onto a stack: 5 */
#define RAS_LIST_POP   3 /* 5 */
#define RAS_LIST_PUSH  4 /* 3 */
#define RAS_FREE       5 /* an object, with its tag, onto its cache's magazine: 8 */
#define RAS_NR_KINDS   6

struct ras_range {
	u64 start; /* first instruction: where an interrupted sequence restarts */
	u64 end;   /* first instruction behind the committing store */
	u64 kind;  /* RAS_* */
};

extern const struct ras_range __ras_table_start[], __ras_table_end[];

#define RAS_RECORD(kind, start, end)                             \
	".pushsection .ras_table,\"a\"\n\t.quad " start ", " end \
	", " __stringify(kind) "\n\t.popsection\n\t"

/*
 * RAS_POP - the body of a function that pops a pointer from a per-CPU stack
 * @_code: the sequence: sets %[top], not to NULL, or jumps to %l[none] with nothing
 *	changed; %[at] is scratch
 * @...: its inputs
 */
#define RAS_POP(_code, ...)                                    \
	unsigned long used_;                                   \
	void *top_;                                            \
                                                               \
	asm_goto_output(_code                                  \
			: [at] "=&r"(used_), [top] "=&r"(top_) \
			: __VA_ARGS__                          \
			: "memory", "cc"                       \
			: none);                               \
	if (!top_)                                             \
		unreachable(); /* spares the caller a test */  \
	return top_;                                           \
	none:                                                  \
	asm_goto_landing();                                    \
	return NULL

/* Bytes in use, less one pointer; jumps to none on the condition @_empty; the pointer; commit. */
#define RAS_POP_LAST(_empty)                             \
	RAS_RECORD(RAS_POP_ANY, "1f", "2f")              \
	"1:\tmovl %%gs:%c[used](%[stack]), %k[at]\n\t"   \
	"subl $8, %k[at]\n\t" _empty " %l[none]\n\t"     \
	"movq %%gs:%c[slot](%[stack],%[at]), %[top]\n\t" \
	"movl %k[at], %%gs:%c[used](%[stack])\n"         \
	"2:"

/**
 * pcpu_stack_pop - take the top pointer of this CPU's stack
 * @stack: a per-CPU address (linked or from alloc_percpu), not this CPU's copy
 *
 * Context: any, with interrupts and preemption on or off.
 * Return: the pointer, or NULL if the stack is empty.
 */
static __always_inline void *pcpu_stack_pop(struct pcpu_stack __percpu *stack)
{
	RAS_POP(RAS_POP_LAST("jb"), [stack] "r"(stack),
		[used] "i"(__builtin_offsetof(struct pcpu_stack, used)),
		[slot] "i"(__builtin_offsetof(struct pcpu_stack, slot)));
}

/**
 * pcpu_stack_push - put a pointer on top of this CPU's stack
 * @stack: a per-CPU address, as for pcpu_stack_pop()
 * @item: what to push; not NULL
 *
 * Context: any.
 * Return: false, and nothing pushed, if the stack is full.
 */
static __always_inline bool pcpu_stack_push(struct pcpu_stack __percpu *stack, void *item)
{
	unsigned long used;

	asm volatile goto(
		RAS_RECORD(RAS_PUSH, "1f", "2f") "1:\tmovl %%gs:%c[used](%[stack]), %k[at]\n\t"
						 "cmpl %%gs:%c[limit](%[stack]), %k[at]\n\t"
						 "jae %l[full]\n\t"
						 "movq %[item], %%gs:%c[slot](%[stack],%[at])\n\t"
						 "addl $8, %%gs:%c[used](%[stack])\n"
						 "2:"
		: [at] "=&r"(used)
		: [stack] "r"(stack), [item] "r"(item),
		  [used] "i"(__builtin_offsetof(struct pcpu_stack, used)),
		  [limit] "i"(__builtin_offsetof(struct pcpu_stack, limit)),
		  [slot] "i"(__builtin_offsetof(struct pcpu_stack, slot))
		: "memory", "cc"
		: full);
	return true;
full:
	return false;
}

/* ras_init - put the table in order.  Context: start-up, before the first interrupt. */
void ras_init(void);

/* ras_find - the sequence of a table of @n, in order, that @rip lies inside, or NULL. */
const struct ras_range *ras_find(const struct ras_range *table, size_t n, unsigned long rip);

/* ras_sort - put a table of @n in order of addresses, as ras_find() needs it. */
void ras_sort(struct ras_range *table, size_t n);

/**
 * ras_fixup - where an interrupted instruction stream must go on
 * @rip: where it was interrupted
 *
 * Return: the start of the restartable sequence that @rip lies inside, else @rip.
 */
unsigned long ras_fixup(unsigned long rip);

#endif
