/* SPDX-License-Identifier: MIT */
/*
 * What each CPU has of its own: segments, task state, and the stacks that exceptions switch
 * to, as the CPU itself names them; exceptions on CPUs that were started later are taken on
 * those, mended, and reported with the right number.
 */
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/mm.h>
#include <linux/percpu.h>
#include <linux/smp.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <cairn/test.h>
#include <asm/stack.h>
#include <asm/traps.h>

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

/* ---- Tables ------------------------------------------------------------------------------ */

#define TSS_IST	 0x24 /* bytes into the task state: IST 1, then the others */
#define TSS_SIZE 0x68
#define NR_IST	 (NR_BOOT_STACKS - STACK_DOUBLE_FAULT)

/* What a CPU says of itself. */
struct tables {
	unsigned long gdt, tss;
	unsigned int gdt_limit, tss_limit;
	unsigned long ist[NR_IST];
};

static void read_tables(void *info)
{
	struct tables *t = info;
	struct {
		u16 limit;
		u64 base;
	} __packed gdtr;
	const u64 *descriptor;
	u16 selector;

	asm volatile("sgdt %0" : "=m"(gdtr));
	asm volatile("str %0" : "=m"(selector));
	descriptor = (const u64 *)(gdtr.base + (selector & ~7U));
	t->gdt = gdtr.base;
	t->gdt_limit = gdtr.limit;
	t->tss = (descriptor[0] >> 16 & 0xffffff) | (descriptor[0] >> 56) << 24 |
		 descriptor[1] << 32;
	t->tss_limit = (descriptor[0] & 0xffff) | (descriptor[0] >> 48 & 0xf) << 16;
	memcpy(t->ist, (const void *)(t->tss + TSS_IST), sizeof(t->ist));
}

static bool is_mapped(unsigned long at)
{
	u8 byte;

	return !copy_from_kernel_nofault(&byte, (const void *)at, sizeof(byte));
}

/* @top is where @cpu's stack @id begins; it is mapped down to its end, and the page below is not. */
static void check_stack(unsigned long top, int cpu, unsigned int id)
{
	struct stack_info stack = {.cpu = -1};

	EXPECT_EQ(top, cpu_stack_top((unsigned int)cpu, id));
	ASSERT(stack_find(top - 8, &stack));
	EXPECT_EQ(stack.cpu, cpu);
	EXPECT_EQ(stack.high, top);
	EXPECT_EQ(stack.high - stack.low, THREAD_SIZE);
	for (unsigned long at = stack.low; at < stack.high; at += PAGE_SIZE)
		EXPECT(is_mapped(at));
	EXPECT(!is_mapped(stack.low - 1) && !is_mapped(stack.low - PAGE_SIZE));
	EXPECT(stack_find(stack.low - 1, &stack) && stack.in_guard);
}

static void check_distinct(const struct tables *a, const struct tables *b)
{
	EXPECT(a->gdt != b->gdt && a->tss != b->tss);
	for (unsigned int i = 0; i < NR_IST; i++)
		EXPECT(a->ist[i] != b->ist[i]);
}

KTEST(smp, segments_and_stacks_of_each_cpu)
{
	static struct tables of[NR_CPUS];
	int cpu, other;

	for_each_online_cpu(cpu) {
		struct tables *t = &of[cpu];

		ASSERT_EQ(smp_call_function_single(cpu, read_tables, t, 1), 0);
		EXPECT(t->gdt_limit >= 31 && t->tss_limit >= TSS_SIZE - 1);
		EXPECT(t->tss >= t->gdt + t->gdt_limit + 1 || t->tss + t->tss_limit < t->gdt);
		for (unsigned int i = 0; i < NR_IST; i++)
			check_stack(t->ist[i], cpu, STACK_DOUBLE_FAULT + i);
		for_each_online_cpu(other) {
			if (other < cpu)
				check_distinct(t, &of[other]);
		}
	}
}

/* ---- Exceptions -------------------------------------------------------------------------- */

#define NOT_CANONICAL 0xdead000000000100UL
#define NOT_MAPPED    0x400000UL

static struct trap_info caught;
static bool was_caught, was_mended, on_debug_stack;
static unsigned int steps;

static void touch(void *arg)
{
	READ_ONCE(*(unsigned long *)arg);
}

static noinline void some_instructions(void)
{
	asm volatile("nop; nop; nop");
}

/* The debug exception has switched to this CPU's own stack for it. */
static bool look_at_stack(struct pt_regs *regs)
{
	struct stack_info stack;

	steps++;
	on_debug_stack &= stack_find((unsigned long)regs, &stack) &&
			  stack.cpu == (unsigned int)raw_smp_processor_id() &&
			  !strcmp(stack.name, "debug");
	return false;
}

static int take_exceptions(void *data __unused)
{
	u64 byte;

	was_mended = copy_from_kernel_nofault(&byte, (const void *)NOT_MAPPED, 8) == -EFAULT &&
		     copy_from_kernel_nofault(&byte, (const void *)NOT_CANONICAL, 8) == -EFAULT;
	on_debug_stack = true;
	steps = 0;
	single_step_run(some_instructions, look_at_stack);
	was_caught = trap_catch(touch, (void *)NOT_MAPPED, &caught);
	while (!kthread_should_stop())
		schedule_timeout_interruptible(1);
	return 0;
}

/* Faults that are mended, steps, and a fault that is reported, on each CPU in turn. */
KTEST(smp, exceptions_on_each_cpu)
{
	struct task_struct *t;
	char want[32];
	int cpu;

	for_each_online_cpu(cpu) {
		was_caught = was_mended = on_debug_stack = false;
		scnprintf(want, sizeof(want), "CPU: %d PID", cpu);
		t = kthread_create_on_cpu(take_exceptions, NULL, (unsigned int)cpu, "faulty");
		ASSERT(!IS_ERR(t));
		EXPECT_REPORT(want) {
			wake_up_process(t);
			while (!READ_ONCE(was_caught))
				schedule_timeout_uninterruptible(1);
		}
		EXPECT(ktest_reported("page fault for address: 0000000000400000"));
		EXPECT(ktest_reported("touch+0x"));
		kthread_stop(t);
		EXPECT(was_mended);
		EXPECT(on_debug_stack && steps >= 4);
		EXPECT_EQ(caught.vector, TRAP_PF);
		EXPECT_EQ(caught.address, NOT_MAPPED);
	}
}
