/* SPDX-License-Identifier: MIT */
#ifndef _ASM_PTRACE_H
#define _ASM_PTRACE_H

/*
 * The registers of an interrupted instruction stream, in the order in which
 * vectors.S and the CPU push them.
 */
#include <linux/types.h>

struct pt_regs {
	unsigned long r15, r14, r13, r12, r11, r10, r9, r8;
	unsigned long bp, di, si, dx, cx, bx, ax;
	unsigned long vector;
	unsigned long error_code; /* 0 where the exception has none */
	unsigned long ip, cs, flags, sp, ss;
};

#endif
