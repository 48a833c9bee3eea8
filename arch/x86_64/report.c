/* SPDX-License-Identifier: MIT */
/*
 * The report of an exception: cause, what the address is, the page-table walk,
 * registers, code bytes, backtrace.
 */
#include <linux/bug.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/smp.h>
#include <linux/uaccess.h>
#include <cairn/address.h>
#include <cairn/symbols.h>
#include <asm/pgtable.h>
#include <asm/processor.h>
#include <asm/sections.h>
#include <asm/stack.h>
#include <asm/stacktrace.h>
#include <asm/traps.h>
#include "arch.h"

#define CODE_BEFORE	24
#define CODE_AFTER	16
#define DESCRIPTION_MAX 160

static unsigned int nr_reports;

static void show_code(const char *level, unsigned long ip)
{
	u8 byte;
	int i;

	printk("%sCode:", level);
	for (i = -CODE_BEFORE; i < CODE_AFTER; i++) {
		if (copy_from_kernel_nofault(&byte, (const void *)(ip + i), 1))
			pr_cont(" ??");
		else
			pr_cont(" %s%02x%s", i ? "" : "<", byte, i ? "" : ">");
	}
	pr_cont("\n");
}

static void show_ip(const char *level, struct pt_regs *regs)
{
	unsigned int line;
	const char *file = symbol_line(regs->ip, &line);

	printk("%sRIP: %04lx:%pS", level, regs->cs, (void *)regs->ip);
	if (file)
		pr_cont(" (%s:%u)", file, line);
	pr_cont("\n");
}

/* Is there a call instruction just before @address? */
static bool follows_call(unsigned long address)
{
	u8 code[7];

	if (!is_kernel_text(address) ||
	    copy_from_kernel_nofault(code, (const void *)(address - sizeof(code)), sizeof(code)))
		return false;
	return code[2] == 0xe8 || code[5] == 0xff || code[4] == 0xff || code[1] == 0xff;
}

/*
 * A function that has not yet made its frame, or makes none, and a call of a bad
 * address leave the return address on top of the stack: the frames do not show it.
 */
static void show_frameless_caller(const char *level, struct pt_regs *regs)
{
	unsigned long caller;

	if (!copy_from_kernel_nofault(&caller, (const void *)regs->sp, sizeof(caller)) &&
	    follows_call(caller))
		printk("%scalled from %pB\n", level, (void *)caller);
}

static void show_all(const char *level, struct pt_regs *regs, unsigned long cr2)
{
	printk("%sCPU: %d PID: 0 Comm: kernel\n", level, raw_smp_processor_id());
	show_ip(level, regs);
	show_code(level, regs->ip);
	printk("%sRSP: %04lx:%016lx EFLAGS: %08lx\n", level, regs->ss, regs->sp, regs->flags);
	printk("%sRAX: %016lx RBX: %016lx RCX: %016lx\n", level, regs->ax, regs->bx, regs->cx);
	printk("%sRDX: %016lx RSI: %016lx RDI: %016lx\n", level, regs->dx, regs->si, regs->di);
	printk("%sRBP: %016lx R08: %016lx R09: %016lx\n", level, regs->bp, regs->r8, regs->r9);
	printk("%sR10: %016lx R11: %016lx R12: %016lx\n", level, regs->r10, regs->r11, regs->r12);
	printk("%sR13: %016lx R14: %016lx R15: %016lx\n", level, regs->r13, regs->r14, regs->r15);
	printk("%sCR0: %016lx CR2: %016lx CR3: %016lx CR4: %016lx\n", level, read_cr0(), cr2,
	       read_cr3(), read_cr4());
	show_frameless_caller(level, regs);
	print_call_trace(level, regs->bp);
}

void show_regs(const char *level, struct pt_regs *regs)
{
	show_all(level, regs, read_cr2());
}

static const struct bug_entry *find_bug(unsigned long ip)
{
	const struct bug_entry *b;

	for (b = __bug_table_start; b < __bug_table_end; b++) {
		if (b->rip == ip)
			return b;
	}
	return NULL;
}

/* Bits of an error code that selects a descriptor. */
static void show_selector_error(struct pt_regs *regs)
{
	static const char *const table[] = {"GDT", "IDT", "LDT", "IDT"};
	unsigned long e = regs->error_code;

	if (e)
		pr_alert("error_code(0x%04lx) - %s index %lu%s\n", e, table[e >> 1 & 3], e >> 3,
			 e & 1 ? ", external" : "");
	else
		pr_alert("error_code(0x0000) - no descriptor: a non-canonical address or a"
			 " forbidden operand\n");
}

static void show_address(unsigned long address)
{
	char what[DESCRIPTION_MAX];

	address_describe(address, what, sizeof(what));
	pr_alert("address is: %s\n", what);
}

static void show_double_fault(unsigned long address)
{
	struct stack_info stack;

	if (stack_find(address, &stack) && stack.in_guard) {
		pr_alert("BUG: %s stack guard page was hit at %px (stack is %px..%px)\n",
			 stack.name, (void *)address, (void *)stack.low, (void *)(stack.high - 1));
		return;
	}
	pr_alert("CR2: %016lx\n", address);
	show_address(address);
	page_walk_print(KERN_ALERT, address);
}

static const char *fault_kind(unsigned long error_code)
{
	if (error_code & PF_RESERVED)
		return "reserved bit violation";
	return error_code & PF_PROTECTION ? "permissions violation" : "not-present page";
}

/* A CPU without NX does not say that it was fetching, but then it was at that address. */
static const char *fault_access(const struct pt_regs *regs, unsigned long address)
{
	if ((regs->error_code & PF_FETCH) || regs->ip == address)
		return "instruction fetch";
	return regs->error_code & PF_WRITE ? "write access" : "read access";
}

void report_page_fault(struct pt_regs *regs, unsigned long address)
{
	unsigned long e = regs->error_code;

	if (address < PAGE_SIZE)
		pr_alert("BUG: kernel NULL pointer dereference, address: %016lx\n", address);
	else
		pr_alert("BUG: unable to handle page fault for address: %016lx\n", address);
	pr_alert("#PF: %s %s in kernel mode\n", e & PF_USER ? "user" : "supervisor",
		 fault_access(regs, address));
	pr_alert("#PF: error_code(0x%04lx) - %s\n", e, fault_kind(e));
	show_address(address);
	page_walk_print(KERN_ALERT, address);
	page_report_touched(address);
	pr_alert("Oops: %04lx [#%u]\n", e, ++nr_reports);
	show_all(KERN_ALERT, regs, address);
}

static bool is_canonical(unsigned long value)
{
	return (unsigned long)((long)(value << 16) >> 16) == value;
}

/* The CPU does not tell which address a #GP is about; a register often does. */
static const unsigned long *find_non_canonical(const struct pt_regs *regs)
{
	const unsigned long *reg;

	for (reg = &regs->r15; reg <= &regs->ax; reg++) {
		if (!is_canonical(*reg))
			return reg;
	}
	return NULL;
}

static void show_general_protection(struct pt_regs *regs)
{
	const unsigned long *reg = find_non_canonical(regs);

	if (regs->error_code || !reg) {
		pr_alert("general protection fault: %04lx [#%u]\n", regs->error_code, ++nr_reports);
		show_selector_error(regs);
		return;
	}
	pr_alert("general protection fault, probably for non-canonical address %#lx: %04lx [#%u]\n",
		 *reg, regs->error_code, ++nr_reports);
	show_address(*reg);
}

#define MCI_STATUS_VALID      (1ULL << 63)
#define MCI_STATUS_ADDR_VALID (1ULL << 58)

/* What the banks of the machine-check architecture have noted. */
static void show_machine_check(void)
{
	unsigned int bank, banks = cpu_has(MCA) ? rdmsr(MSR_MCG_CAP) & 0xff : 0;
	u64 status;

	for (bank = 0; bank < banks; bank++) {
		status = rdmsr(MSR_MC0_STATUS + 4 * bank);
		if (!(status & MCI_STATUS_VALID))
			continue;
		pr_alert("machine check: bank %u, status %016llx", bank, status);
		if (status & MCI_STATUS_ADDR_VALID)
			pr_cont(", physical address %#llx", rdmsr(MSR_MC0_ADDR + 4 * bank));
		pr_cont("\n");
	}
}

void report_exception(struct pt_regs *regs, unsigned long address)
{
	const struct bug_entry *bug;

	if (regs->vector == TRAP_UD && (bug = find_bug(regs->ip))) {
		pr_alert("------------[ cut here ]------------\n");
		pr_alert("kernel BUG at %s:%llu!\n", bug->file, bug->line);
	}
	if (regs->vector == TRAP_DF)
		show_double_fault(address);
	if (regs->vector == TRAP_MC)
		show_machine_check();
	if (regs->vector == TRAP_GP)
		show_general_protection(regs);
	else
		pr_alert("%s: %04lx [#%u]\n", exception_name((unsigned int)regs->vector),
			 regs->error_code, ++nr_reports);
	if (regs->vector >= TRAP_TS && regs->vector <= TRAP_SS)
		show_selector_error(regs);
	show_all(KERN_ALERT, regs, address);
}
