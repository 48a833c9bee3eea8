/* SPDX-License-Identifier: MIT */
/*
 * The order of start-up.
 *
 * x86_64_start() runs start_kernel() on the boot stack, with the boot page
 * tables and interrupts off.  One line a subsystem, in the order in which each
 * can rely on those before it.
 */
#include <linux/types.h>
#include <linux/compiler.h>
#include <cairn/start.h>

void __noreturn start_kernel(u32 magic, u64 info_phys)
{
	(void)magic;
	(void)info_phys;
	early_puts("cairn: in C, in the higher half\n");
	arch_halt();
}
