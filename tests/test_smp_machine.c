/* SPDX-License-Identifier: MIT */
/* What CPUs do to each other by interrupts that only the machine has, and their stacks. */
#include <linux/kernel.h>
#include <linux/smp.h>
#include <linux/string.h>
#include <linux/vmalloc.h>
#include <cairn/test.h>
#include <asm/stack.h>
#include <asm/tlbflush.h>

static void flush_some(void *info)
{
	unsigned long at = (unsigned long)info;

	flush_tlb_kernel_range(at, at + PAGE_SIZE);
	flush_tlb_all();
}

/* Every CPU asks all others to flush and waits, with interrupts off, at the same time. */
KTEST(smp, flushes_cross)
{
	struct tlb_counts before, after;
	char *area = vmalloc(PAGE_SIZE);
	int round;

	ASSERT(area);
	tlb_counts_sum(&before);
	for (round = 0; round < 20; round++)
		on_each_cpu(flush_some, area, 1);
	tlb_counts_sum(&after);
	EXPECT(after.all + after.one > before.all + before.one);
	vfree(area);
}

static void frame_here(void *info)
{
	*(unsigned long *)info = (unsigned long)__builtin_frame_address(0);
}

/* A call runs on a stack of its CPU that reports can name. */
KTEST(smp, stacks_are_known)
{
	struct stack_info stack;
	unsigned long at = 0;
	int cpu;

	for_each_online_cpu(cpu) {
		smp_call_function_single(cpu, frame_here, &at, 1);
		EXPECT(stack_find(at, &stack) && !stack.in_guard);
		at = cpu_stack_top((unsigned int)cpu, STACK_NMI) - 8;
		EXPECT(stack_find(at, &stack) && stack.cpu == (unsigned int)cpu);
		EXPECT(!strcmp(stack.name, "NMI"));
	}
}
