/* SPDX-License-Identifier: MIT */
/*
 * Exceptions, which here are signals.
 *
 * One is, in this order: an access that the page tables have an answer for
 * (arch/hosted/mmu.c); fixed up, if the instruction has an entry in .ex_table;
 * taken by a test's trap_catch(); or reported, and the end.
 */
#include <linux/bug.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/kfence.h>
#include <linux/mm.h>
#include <linux/preempt.h>
#include <linux/sched.h>
#include <linux/uaccess.h>
#include <cairn/address.h>
#include <cairn/panic.h>
#include <asm/extable.h>
#include <asm/pgtable.h>
#include <asm/stack.h>
#include <asm/stacktrace.h>
#include <asm/traps.h>
#include "hosted.h"

static struct trap_info *armed;
static const struct task_struct *armed_by;
static unsigned int nr_reports;

/* ---- Reports --------------------------------------------------------------------------- */

/* Below the stack: there the machine has a double fault, for it has nowhere to put the first. */
static bool report_guard(unsigned long address)
{
	struct stack_info stack;
	bool hit = stack_find(address, &stack) && stack.in_guard;

	if (hit)
		pr_alert("BUG: %s stack guard page was hit at %px (stack is %px..%px)\n",
			 stack.name, (void *)address, (void *)stack.low, (void *)(stack.high - 1));
	return hit;
}

/* Nothing that mm/ maps is for the host's CPU to run. */
static bool is_fetch(const struct host_fault *f)
{
	return f->error_code & PF_FETCH || f->ip == f->address;
}

static void report_fault(struct host_fault *f)
{
	char what[160];

	if (f->vector == TRAP_PF) {
		bool below = report_guard(f->address);

		pr_alert("BUG: %s: %016lx\n",
			 f->address < PAGE_SIZE ? "kernel NULL pointer dereference, address"
						: "unable to handle page fault for address",
			 f->address);
		pr_alert("#PF: supervisor %s in kernel mode\n", is_fetch(f) ? "instruction fetch"
								: f->error_code & PF_WRITE
									? "write access"
									: "read access");
		address_describe(f->address, what, sizeof(what));
		pr_alert("address is: %s\n", what);
		page_report_touched(f->address);
		f->vector = below ? TRAP_DF : TRAP_PF;
	} else {
		pr_alert("%s\n", f->vector == TRAP_GP	? "general protection fault"
				 : f->vector == TRAP_DE ? "divide error"
							: "invalid opcode");
	}
	pr_alert("Oops: %04lx [#%u]\n", f->error_code, ++nr_reports);
	pr_alert("RIP: %pS RSP: %016lx\n", (void *)f->ip, f->sp);
	print_call_trace(KERN_ALERT, f->bp);
}

/* Ends the function that a test has armed trap_catch() for, or the process. */
static void __noreturn end_of_road(const struct trap_info *info)
{
	if (!armed || armed_by != current)
		panic_reported("Fatal exception");
	*armed = *info;
	armed = NULL;
	host_try_end();
}

void hosted_fault(struct host_fault *f)
{
	struct pt_regs regs = {.ip = f->ip};

	if (f->vector == TRAP_PF && !is_fetch(f) && mmu_fill(f->address, f->error_code & PF_WRITE))
		return;
	if (exception_fixup(&regs)) {
		f->ip = regs.ip;
		return;
	}
	if (f->vector == TRAP_PF &&
	    kfence_handle_page_fault(f->address, f->error_code & PF_WRITE, f->ip, f->bp))
		return;
	report_fault(f);
	end_of_road(&(struct trap_info){
		.vector = f->vector,
		.error_code = f->error_code,
		.ip = f->ip,
		.address = f->address,
	});
}

void hosted_bug(const char *file, int line)
{
	pr_alert("------------[ cut here ]------------\n");
	pr_alert("kernel BUG at %s:%d!\n", file, line);
	print_call_trace(KERN_ALERT, (unsigned long)__builtin_frame_address(0));
	end_of_road(&(struct trap_info){
		.vector = TRAP_UD,
		.ip = (unsigned long)__builtin_return_address(0),
	});
}

bool trap_catch(void (*fn)(void *arg), void *arg, struct trap_info *info)
{
	u32 preempt = preempt_count();
	bool trapped;

	armed_by = current;
	armed = info;
	trapped = host_try(fn, arg);
	armed = NULL;
	preempt_count_restore(preempt);
	return trapped;
}
