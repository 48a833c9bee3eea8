/* SPDX-License-Identifier: MIT */
#ifndef _ASM_BUG_H
#define _ASM_BUG_H

/*
 * BUG(): a ud2 instruction with an entry in __bug_table that tells the trap handler
 * file and line.
 */
#include <linux/compiler.h>
#include <linux/types.h>

struct bug_entry {
	u64 rip;
	const char *file;
	u64 line;
};

extern const struct bug_entry __bug_table_start[], __bug_table_end[];

#define BUG()                                                     \
	do {                                                      \
		asm volatile("1:\tud2\n\t"                        \
			     ".pushsection __bug_table,\"a\"\n\t" \
			     ".quad 1b, %c0, %c1\n\t"             \
			     ".popsection"                        \
			     :                                    \
			     : "i"(__FILE__), "i"(__LINE__));     \
		unreachable();                                    \
	} while (0)

#endif
