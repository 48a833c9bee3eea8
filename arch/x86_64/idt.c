/* SPDX-License-Identifier: MIT */
/*
 * The interrupt descriptor table: one gate for each stub of vectors.S.
 */
#include <linux/types.h>
#include <linux/compiler.h>
#include <asm/stack.h>
#include <asm/traps.h>
#include "arch.h"

#define GATE_INTERRUPT 0x8e /* present, ring 0, interrupts off */
#define STUB_SIZE      16

struct gate {
	u16 offset_low;
	u16 selector;
	u8 ist;
	u8 type;
	u16 offset_middle;
	u32 offset_high;
	u32 reserved;
};

struct table_pointer {
	u16 limit;
	u64 base;
} __packed;

static struct gate idt[NR_VECTORS] __aligned(16);

/* The exceptions that switch stacks, and to which IST entry. */
static const u8 vector_ist[NR_VECTORS] = {
	[TRAP_DF] = STACK_DOUBLE_FAULT,
	[TRAP_NMI] = STACK_NMI,
	[TRAP_MC] = STACK_MACHINE_CHECK,
	[TRAP_DB] = STACK_DEBUG,
};

static void set_gate(unsigned int vector)
{
	u64 handler = (u64)trap_stubs + vector * STUB_SIZE;

	idt[vector] = (struct gate){
		.offset_low = (u16)handler,
		.selector = KERNEL_CS,
		.ist = vector_ist[vector],
		.type = GATE_INTERRUPT,
		.offset_middle = (u16)(handler >> 16),
		.offset_high = (u32)(handler >> 32),
	};
}

void trap_load(void)
{
	struct table_pointer pointer = {sizeof(idt) - 1, (u64)idt};

	asm volatile("lidt %0" : : "m"(pointer) : "memory");
}

void trap_init(void)
{
	unsigned int vector;

	for (vector = 0; vector < NR_VECTORS; vector++)
		set_gate(vector);
	trap_load();
}
