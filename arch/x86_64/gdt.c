/* SPDX-License-Identifier: MIT */
/*
 * Segments: long mode needs one for code and one for the task state, which
 * holds nothing but the stacks that exceptions switch to.  Each CPU has its own.
 */
#include <linux/types.h>
#include <linux/compiler.h>
#include <linux/percpu-defs.h>
#include <linux/smp.h>
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

struct cpu_tables {
	u64 gdt[4];
	struct tss tss;
};

static DEFINE_PER_CPU_ALIGNED(struct cpu_tables, cpu_tables);

static void set_tss_descriptor(u64 *slot, const struct tss *t)
{
	u64 base = (u64)t;
	u64 limit = sizeof(*t) - 1;

	slot[0] = DESCRIPTOR_TSS | limit | (base & 0xffffff) << 16 | (base >> 24 & 0xff) << 56;
	slot[1] = base >> 32;
}

void gdt_init(void)
{
	struct cpu_tables *tables = this_cpu_ptr(&cpu_tables);
	struct table_pointer pointer = {sizeof(tables->gdt) - 1, (u64)tables->gdt};
	unsigned int i, cpu = raw_smp_processor_id();

	for (i = STACK_DOUBLE_FAULT; i < NR_BOOT_STACKS; i++)
		tables->tss.ist[i - STACK_DOUBLE_FAULT] = cpu_stack_top(cpu, i);
	tables->tss.io_map_base = sizeof(tables->tss);
	tables->gdt[KERNEL_CS / 8] = DESCRIPTOR_CODE64;
	set_tss_descriptor(&tables->gdt[KERNEL_TSS / 8], &tables->tss);

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
