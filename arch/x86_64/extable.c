/* SPDX-License-Identifier: MIT */
/*
 * Faults that were expected: the table of instructions that may fault, and the
 * copies built on it.
 *
 * The table is in link order, not sorted, and has a few dozen entries; a fault
 * that is fixed up is rare, so it is searched from the start.
 */
#include <linux/errno.h>
#include <linux/uaccess.h>
#include <asm/extable.h>
#include <asm/page.h>
#include <asm/ptrace.h>

bool exception_fixup(struct pt_regs *regs)
{
	const struct exception_entry *e;

	for (e = __ex_table_start; e < __ex_table_end; e++) {
		if (e->from != regs->ip)
			continue;
		regs->ip = e->to;
		return true;
	}
	return false;
}

/* Copies until the first fault; returns the bytes that are left. */
static size_t copy_nofault(void *dst, const void *src, size_t size)
{
	asm volatile("1:\trep movsb\n"
		     "2:\n\t" EX_TABLE("1b", "2b")
		     : "+D"(dst), "+S"(src), "+c"(size)
		     :
		     : "memory");
	return size;
}

int copy_from_kernel_nofault(void *dst, const void *src, size_t size)
{
	if (!is_kernel_range(src, size))
		return -EFAULT;
	return copy_nofault(dst, src, size) ? -EFAULT : 0;
}

int copy_to_kernel_nofault(void *dst, const void *src, size_t size)
{
	if (!is_kernel_range(dst, size))
		return -EFAULT;
	return copy_nofault(dst, src, size) ? -EFAULT : 0;
}
