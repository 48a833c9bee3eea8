/* SPDX-License-Identifier: MIT */
/* What CPUs do to each other by interrupts that only the machine has, and their stacks. */
#include <linux/kernel.h>
#include <linux/smp.h>
#include <linux/string.h>
#include <cairn/test.h>
#include <asm/stack.h>

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
