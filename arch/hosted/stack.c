/* SPDX-License-Identifier: MIT */
/*
 * Stacks: which are there, and changing from one to another.
 *
 * The switch itself is a few instructions of assembly, switch.S; around it stands
 * what a checker of addresses wants to be told.
 */
#include <linux/init.h>
#include <linux/sched.h>
#include <asm/stack.h>
#include <asm/switch_to.h>
#include "hosted.h"

static unsigned long boot_low, boot_high;

void __init stack_init(void)
{
	host_stack(&boot_low, &boot_high);
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
};

unsigned long hosted_switch(unsigned long *save_sp, unsigned long sp, struct task_struct *prev);
void hosted_thread_start(void);

/* The stack that @sp is on; the boot thread's is not among those of tasks. */
static void find_stack(unsigned long sp, struct stack_info *info)
{
	if (!stack_find(sp, info))
		*info = (struct stack_info){.low = sp, .high = sp};
}

/* A task that has ended leaves frames behind; what comes to their addresses is another's. */
static void left_by(const struct task_struct *prev)
{
	if (prev->__state == TASK_DEAD && prev->stack)
		host_fresh((unsigned long)prev->stack, THREAD_SIZE);
}

struct task_struct *switch_context(unsigned long *save_sp, unsigned long sp,
				   struct task_struct *prev)
{
	struct stack_info next;
	void *fake;

	find_stack(sp, &next);
	host_stack_leave(&fake, next.low, next.high - next.low);
	prev = (struct task_struct *)hosted_switch(save_sp, sp, prev);
	host_stack_enter(fake);
	left_by(prev);
	return prev;
}

/* On a new stack, called by switch.S. */
void hosted_thread_begin(struct task_struct *prev);
void __noreturn hosted_thread_begin(struct task_struct *prev)
{
	host_stack_enter(NULL);
	left_by(prev);
	thread_begin(prev);
}

unsigned long switch_prepare(void *top)
{
	struct first_frame *frame = (struct first_frame *)top - 1;

	host_fresh((unsigned long)top - THREAD_SIZE, THREAD_SIZE);
	*frame = (struct first_frame){.ip = (unsigned long)hosted_thread_start};
	return (unsigned long)frame;
}
