/* SPDX-License-Identifier: MIT */
/*
 * Traps on purpose: catching the one a function is expected to cause, and
 * stepping through a function to disturb it after each instruction, or stopping it
 * at one.
 */
#include <linux/preempt.h>
#include <linux/types.h>
#include <asm/irqflags.h>
#include <asm/ras.h>
#include <asm/traps.h>
#include "arch.h"

#define DR6_BREAKPOINT_0 0x0001UL
#define DR6_SINGLE_STEP	 0x4000UL
#define DR7_NOTHING	 0x0400UL /* a bit that is always set */
#define DR7_EXECUTE_0	 0x0402UL

/* Where control goes on when the function has trapped; written by vectors.S. */
struct trap_landing {
	unsigned long sp;
	unsigned long ip;
	unsigned long bp;
};

bool trap_catch_call(void (*fn)(void *arg), void *arg, struct trap_landing *landing);
void single_step_call(void (*fn)(void));

static struct trap_landing landing;
static struct trap_info *armed;

bool trap_catch(void (*fn)(void *arg), void *arg, struct trap_info *info)
{
	u32 preempt = preempt_count();
	bool trapped;

	armed = info;
	trapped = trap_catch_call(fn, arg, &landing);
	armed = NULL;
	preempt_count_restore(preempt);
	return trapped;
}

bool trap_catch_take(struct pt_regs *regs, unsigned long address)
{
	if (!armed)
		return false;
	*armed = (struct trap_info){
		.vector = (unsigned int)regs->vector,
		.error_code = regs->error_code,
		.ip = regs->ip,
		.address = address,
	};
	armed = NULL;
	regs->ip = landing.ip;
	regs->sp = landing.sp;
	regs->bp = landing.bp;
	regs->flags &= ~X86_EFLAGS_TF;
	return true;
}

static bool (*step_handler)(struct pt_regs *regs);
static unsigned long steps;

unsigned long single_step_run(void (*fn)(void), bool (*on_step)(struct pt_regs *regs))
{
	steps = 0;
	step_handler = on_step;
	single_step_call(fn);
	step_handler = NULL;
	return steps;
}

/* Was the debug exception, or one of its causes, this one?  Clears what the CPU noted. */
static bool was_caused_by(unsigned long cause)
{
	unsigned long dr6;

	asm volatile("movq %%dr6, %0" : "=r"(dr6));
	asm volatile("movq %0, %%dr6" : : "r"(dr6 & ~cause));
	return dr6 & cause;
}

bool single_step_trap(struct pt_regs *regs)
{
	if (!was_caused_by(DR6_SINGLE_STEP) || !step_handler)
		return false;
	steps++;
	if (step_handler(regs))
		regs->ip = ras_fixup(regs->ip);
	return true;
}

static void (*hit_handler)(struct pt_regs *regs);

void breakpoint_set(unsigned long ip, void (*on_hit)(struct pt_regs *regs))
{
	asm volatile("movq %0, %%dr7" : : "r"(DR7_NOTHING));
	hit_handler = on_hit;
	if (!ip)
		return;
	asm volatile("movq %0, %%dr0" : : "r"(ip));
	asm volatile("movq %0, %%dr7" : : "r"(DR7_EXECUTE_0) : "memory");
}

bool breakpoint_trap(struct pt_regs *regs)
{
	if (!was_caused_by(DR6_BREAKPOINT_0) || !hit_handler)
		return false;
	regs->flags |= X86_EFLAGS_RF; /* or it stops here again */
	hit_handler(regs);
	return true;
}
