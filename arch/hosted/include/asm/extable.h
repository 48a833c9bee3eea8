/* SPDX-License-Identifier: MIT */
#ifndef _ASM_EXTABLE_H
#define _ASM_EXTABLE_H

/*
 * Loads that may fault: one instruction with an entry in .ex_table, which the
 * handler of SIGSEGV looks up.  The compiler's checks do not see them.
 */
#include <linux/compiler.h>
#include <linux/types.h>
#include <asm/page.h>

struct pt_regs;

struct exception_entry {
	u64 from;
	u64 to;
};

extern const struct exception_entry __ex_table_start[], __ex_table_end[];

#define EX_TABLE(from, to) \
	".pushsection .ex_table,\"aw\"\n\t.quad " from ", " to "\n\t.popsection\n\t"

/* exception_fixup - continue behind the fault if the instruction has an entry; true if so. */
bool exception_fixup(struct pt_regs *regs);

/* load_u64_nofault - read 8 bytes from an address that may not be mapped; were they readable? */
static __always_inline bool load_u64_nofault(const void *src, u64 *value)
{
	u64 loaded;
	u8 failed = 1;

	asm volatile("1:\tmovq (%[src]), %[loaded]\n\t"
		     "movb $0, %[failed]\n"
		     "2:\n\t" EX_TABLE("1b", "2b")
		     : [loaded] "=&r"(loaded), [failed] "+&q"(failed)
		     : [src] "r"(src)
		     : "memory");
	*value = loaded;
	return !failed;
}

/* u64_equals_nofault - compare 8 bytes that may not be mapped; equal? */
static __always_inline bool u64_equals_nofault(const void *src, u64 value)
{
	u64 word;

	return load_u64_nofault(src, &word) && word == value;
}

/* u64_nonzero_nofault - look at 8 bytes that may not be mapped; readable and not all zero? */
static __always_inline bool u64_nonzero_nofault(const void *src)
{
	u64 word;

	return load_u64_nofault(src, &word) && word;
}

/* Addresses of all the process are the kernel's; a range must not wrap. */
static inline bool is_kernel_range(const void *p, size_t size)
{
	unsigned long start = (unsigned long)p;

	return start >= PAGE_SIZE && start + size >= start;
}

#endif
