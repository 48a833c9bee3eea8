/* SPDX-License-Identifier: MIT */
/*
 * Segments: long mode needs one for code and one for the task state, which
 * holds nothing but the stacks that exceptions switch to.
 */
#include <linux/types.h>
#include <linux/compiler.h>
#include <asm/stack.h>
#include "arch.h"

#define DESCRIPTOR_CODE64 0x00209b0000000000ULL
#define DESCRIPTOR_TSS	  0x0000890000000000ULL

struct tss {
	u32 reserved0;
	u64 rsp[3];
	u64 reserved1;
	u64 ist[7];
	u64 reserved2;
	u16 reserved3;
	u16 io_map_base;
} __packed;

struct table_pointer {
	u16 limit;
	u64 base;
} __packed;

static struct tss tss __aligned(16);
static u64 gdt[4] __aligned(16);

static void set_tss_descriptor(u64 *slot, const struct tss *t)
{
	u64 base = (u64)t;
	u64 limit = sizeof(*t) - 1;

	slot[0] = DESCRIPTOR_TSS | limit | (base & 0xffffff) << 16 | (base >> 24 & 0xff) << 56;
	slot[1] = base >> 32;
}

void gdt_init(void)
{
	struct table_pointer pointer = {sizeof(gdt) - 1, (u64)gdt};
	unsigned int i;

	for (i = STACK_DOUBLE_FAULT; i < NR_BOOT_STACKS; i++)
		tss.ist[i - STACK_DOUBLE_FAULT] = boot_stack_end(i);
	tss.io_map_base = sizeof(tss);
	gdt[KERNEL_CS / 8] = DESCRIPTOR_CODE64;
	set_tss_descriptor(&gdt[KERNEL_TSS / 8], &tss);

	asm volatile("lgdt %0\n\t"
		     "pushq %1\n\t"
		     "leaq 1f(%%rip), %%rax\n\t"
		     "pushq %%rax\n\t"
		     "lretq\n"
		     "1:\tltr %w2"
		     :
		     : "m"(pointer), "i"(KERNEL_CS), "r"(KERNEL_TSS)
		     : "rax", "memory");
}
