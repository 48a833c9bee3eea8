/* SPDX-License-Identifier: MIT */
/*
 * The stacks of start-up and of the exceptions that must not trust any other:
 * guarded, in the image's bss.
 */
#include <asm/stack.h>

struct guarded_stack boot_stacks[NR_BOOT_STACKS] __aligned(PAGE_SIZE)
	__section(".bss..page_aligned");

/* boot/entry.S starts there. */
asm(".globl boot_stack_top\n\t.set boot_stack_top, boot_stacks + 0x5000");
_Static_assert(sizeof(struct guarded_stack) == 0x5000, "boot_stack_top says so");

static const char *const stack_name[NR_BOOT_STACKS] = {
	[STACK_BOOT] = "boot",	 [STACK_DOUBLE_FAULT] = "double-fault",
	[STACK_NMI] = "NMI",	 [STACK_MACHINE_CHECK] = "machine-check",
	[STACK_DEBUG] = "debug",
};

bool stack_find(unsigned long addr, struct stack_info *info)
{
	unsigned long offset = addr - (unsigned long)boot_stacks;
	unsigned long i = offset / sizeof(struct guarded_stack);

	if (offset >= sizeof(boot_stacks))
		return false;
	info->name = stack_name[i];
	info->low = (unsigned long)boot_stacks[i].stack;
	info->high = info->low + THREAD_SIZE;
	info->in_guard = addr < info->low;
	return true;
}
