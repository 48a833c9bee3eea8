/* SPDX-License-Identifier: MIT */
/*
 * What happens on each exception; <asm/traps.h> gives the order.
 */
#include <linux/bug.h>
#include <linux/hardirq.h>
#include <linux/kfence.h>
#include <linux/preempt.h>
#include <linux/printk.h>
#include <cairn/panic.h>
#include <cairn/start.h>
#include <asm/extable.h>
#include <asm/irq.h>
#include <asm/irqflags.h>
#include <asm/processor.h>
#include <asm/ras.h>
#include <asm/tlbflush.h>
#include <asm/traps.h>
#include "arch.h"

#define MAX_NESTED_REPORTS 2

static const char *const exception_names[NR_EXCEPTIONS] = {
	[0] = "divide error",
	[1] = "debug",
	[2] = "NMI",
	[3] = "int3",
	[4] = "overflow",
	[5] = "bounds",
	[6] = "invalid opcode",
	[7] = "device not available",
	[8] = "double fault",
	[9] = "coprocessor segment overrun",
	[10] = "invalid TSS",
	[11] = "segment not present",
	[12] = "stack segment",
	[13] = "general protection fault",
	[14] = "page fault",
	[16] = "x87 floating-point exception",
	[17] = "alignment check",
	[18] = "machine check",
	[19] = "SIMD exception",
	[20] = "virtualization exception",
	[21] = "control protection exception",
	[28] = "hypervisor injection exception",
	[29] = "VMM communication exception",
	[30] = "security exception",
};

const char *exception_name(unsigned int vector)
{
	if (vector >= NR_EXCEPTIONS || !exception_names[vector])
		return "reserved exception";
	return exception_names[vector];
}

/* A report that faults is tried once more, in case it was about the report; then this is all. */
static void check_nesting(unsigned int depth)
{
	if (depth <= MAX_NESTED_REPORTS)
		return;
	early_puts("\ncairn: fault while reporting a fault\n");
	cairn_exit(EXIT_CODE_PANIC);
}

/* An exception that nothing explains: report it; end what a test has armed, or the machine. */
static void fatal_exception(struct pt_regs *regs)
{
	static unsigned int depth;
	unsigned long address = read_cr2();

	check_nesting(++depth);
	if (regs->vector == TRAP_PF)
		report_page_fault(regs, address);
	else
		report_exception(regs, address);
	if (!trap_catch_take(regs, address))
		panic_reported("Fatal exception");
	depth = 0;
}

static void handle_nmi(struct pt_regs *regs)
{
	smp_stop_if_asked();
	nmi_enter();
	nmi_count_inc();
	pr_alert("NMI received for unknown reason\n");
	show_regs(KERN_ALERT, regs);
	nmi_exit();
}

static void handle_debug(struct pt_regs *regs)
{
	if (single_step_trap(regs) || breakpoint_trap(regs))
		return;
	report_exception(regs, read_cr2());
	regs->flags &= ~X86_EFLAGS_TF;
}

static bool guard_page_fault(struct pt_regs *regs)
{
	return regs->vector == TRAP_PF &&
	       kfence_handle_page_fault(read_cr2(), regs->error_code & PF_WRITE, regs->ip,
					regs->bp);
}

static void handle_exception(struct pt_regs *regs)
{
	switch (regs->vector) {
	case TRAP_DB:
		handle_debug(regs);
		break;
	case TRAP_NMI:
		handle_nmi(regs);
		break;
	case TRAP_BP:
		report_exception(regs, read_cr2());
		break;
	case TRAP_DF:
	case TRAP_MC:
		fatal_exception(regs);
		break;
	default:
		if (!exception_fixup(regs) && !guard_page_fault(regs))
			fatal_exception(regs);
	}
}

void trap_dispatch(struct pt_regs *regs)
{
	tlb_wake();
	if (regs->vector >= IRQ_BASE) {
		interrupt_dispatch(regs);
		return;
	}
	handle_exception(regs);
	if (regs->vector == TRAP_NMI)
		regs->ip = ras_fixup(regs->ip);
}
