/* SPDX-License-Identifier: MIT */
#ifndef _ASM_EXTABLE_H
#define _ASM_EXTABLE_H

/*
 * Instructions that may fault: EX_TABLE("1b", "2b") inside an asm statement
 * makes a fault of the instruction at label 1 continue at label 2.
 */
#include <linux/compiler.h>
#include <linux/types.h>

struct pt_regs;

struct exception_entry {
	u64 from;
	u64 to;
};

extern const struct exception_entry __ex_table_start[], __ex_table_end[];

#define EX_TABLE(from, to) \
	".pushsection .ex_table,\"a\"\n\t.quad " from ", " to "\n\t.popsection\n\t"

/* exception_fixup - continue behind the fault if the instruction has an entry; true if so. */
bool exception_fixup(struct pt_regs *regs);

/**
 * load_u64_nofault - read 8 bytes from an address that may not be mapped
 * @src: any address
 * @value: where to put them
 *
 * Context: any, from cpu_init() on.
 * Return: whether it was readable.
 */
static __always_inline bool load_u64_nofault(const void *src, u64 *value)
{
	u64 loaded = 0;

	asm_goto_output("1:\tmovq (%[src]), %[loaded]\n\t" EX_TABLE("1b", "%l[fault]")
			: [loaded] "=r"(loaded)
			: [src] "r"(src)
			: "memory"
			: fault);
	*value = loaded;
	return true;
fault:
	asm_goto_landing();
	return false;
}

/**
 * u64_equals_nofault - compare 8 bytes that may not be mapped
 * @src: any address
 * @value: what they are expected to be
 *
 * Context: any, from cpu_init() on.
 * Return: whether they are readable and equal.
 */
static __always_inline bool u64_equals_nofault(const void *src, u64 value)
{
	asm goto("1:\tcmpq %[value], (%[src])\n\t" EX_TABLE("1b", "%l[unequal]") "jne %l[unequal]"
		 :
		 : [value] "re"(value), [src] "r"(src)
		 : "memory", "cc"
		 : unequal);
	return true;
unequal:
	return false;
}

/**
 * u64_nonzero_nofault - look at 8 bytes that may not be mapped
 * @src: any address
 *
 * Context: any, from cpu_init() on.
 * Return: whether they are readable and not all zero.
 */
static __always_inline bool u64_nonzero_nofault(const void *src)
{
	asm goto("1:\tcmpq $0, (%[src])\n\t" EX_TABLE("1b", "%l[zero]") "je %l[zero]"
		 :
		 : [src] "r"(src)
		 : "memory", "cc"
		 : zero);
	return true;
zero:
	return false;
}

/* Kernel addresses are the upper half; a range must not leave it. */
static inline bool is_kernel_range(const void *p, size_t size)
{
	unsigned long start = (unsigned long)p;

	return (long)start < 0 && start + size >= start;
}

#endif
