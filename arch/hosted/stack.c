/* SPDX-License-Identifier: MIT */
/*
 * Stacks: which are there, and changing from one to another.
 *
 * The switch itself is a few instructions of assembly, switch.S; around it stands
 * what checkers of addresses and of races want to be told.
 */
#include <linux/init.h>
#include <linux/sched.h>
#include <asm/stack.h>
#include <asm/switch_to.h>
#include "hosted.h"

static unsigned long boot_low, boot_high;
static void *boot_fiber;

void __init stack_init(void)
{
	host_stack(&boot_low, &boot_high);
	boot_fiber = host_fiber_self();
}

bool stack_find(unsigned long addr, struct stack_info *info)
{
	if (addr - boot_low >= boot_high - boot_low)
		return thread_stack_find(addr, info);
	*info = (struct stack_info){.name = "boot", .low = boot_low, .high = boot_high};
	return true;
}

/* The top words of a prepared stack: registers, and where the first switch returns to. */
struct first_frame {
	unsigned long saved[6]; /* rbx and its like */
	unsigned long ip;
	unsigned long end[2]; /* calls are made with the stack aligned to 16 */
	void *fiber;	      /* what a checker of races knows the task by */
	void *pad;
};

unsigned long hosted_switch(unsigned long *save_sp, unsigned long sp, struct task_struct *prev);
void hosted_thread_start(void);

/* The stack that @sp is on; the boot thread's is not among those of tasks. */
static void find_stack(unsigned long sp, struct stack_info *info)
{
	if (!stack_find(sp, info))
		*info = (struct stack_info){.low = sp, .high = sp};
}

static void *fiber_of(const struct task_struct *task)
{
	if (!task->stack)
		return boot_fiber;
	return ((struct first_frame *)((char *)task->stack + THREAD_SIZE) - 1)->fiber;
}

/* A task that has ended leaves frames behind; what comes to their addresses is another's. */
static void left_by(const struct task_struct *prev)
{
	if (prev->__state != TASK_DEAD || prev->on_rq || !prev->stack)
		return;
	host_fresh((unsigned long)prev->stack, THREAD_SIZE);
	host_fiber_destroy(fiber_of(prev));
}

struct task_struct *switch_context(unsigned long *save_sp, unsigned long sp,
				   struct task_struct *prev)
{
	struct stack_info next;
	void *fake;

	find_stack(sp, &next);
	host_stack_leave(&fake, next.low, next.high - next.low, fiber_of(current));
	prev = (struct task_struct *)hosted_switch(save_sp, sp, prev);
	host_stack_enter(fake);
	left_by(prev);
	return prev;
}

/* On a new stack, called by switch.S; a CPU starts with the stack of its idle task. */
void hosted_thread_begin(struct task_struct *prev);
void __noreturn hosted_thread_begin(struct task_struct *prev)
{
	host_stack_enter(NULL);
	if (!prev)
		hosted_cpu_begin();
	left_by(prev);
	thread_begin(prev);
}

unsigned long switch_prepare(void *top)
{
	struct first_frame *frame = (struct first_frame *)top - 1;

	host_fresh((unsigned long)top - THREAD_SIZE, THREAD_SIZE);
	*frame = (struct first_frame){.ip = (unsigned long)hosted_thread_start,
				      .fiber = host_fiber_create()};
	return (unsigned long)frame;
}
