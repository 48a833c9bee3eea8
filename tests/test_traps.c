/* SPDX-License-Identifier: MIT */
/*
 * Scenario: code of the kernel does what must not be done, one thing at a time:
 * reads page 0, writes a constant, jumps into data, runs off its stack, divides by
 * zero.  Each must end in a report that names cause and address, and none may take
 * the machine down.  trap_catch() brings control back to the test.
 *
 * Then the faults that are expected (.ex_table), the words for every kind of
 * address, and backtraces and names.
 */
#include <linux/bug.h>
#include <linux/delay.h>
#include <linux/kernel.h>
#include <linux/stacktrace.h>
#include <linux/timex.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <linux/vmalloc.h>
#include <cairn/address.h>
#include <cairn/symbols.h>
#include <cairn/test.h>
#include <asm/pgtable.h>
#include <asm/processor.h>
#include <asm/sections.h>
#include <asm/stack.h>
#include <asm/traps.h>

static const unsigned long constant = 42;
static unsigned char code_in_data[16] = {0xc3}; /* ret */

static void read_address(void *arg)
{
	READ_ONCE(*(unsigned long *)arg);
}

static void write_address(void *arg)
{
	WRITE_ONCE(*(unsigned long *)arg, 1);
}

static void call_address(void *arg)
{
	((void (*)(void))arg)();
}

/* Runs @fn on @arg; it must page-fault on @arg itself with @error_code. */
static void expect_page_fault(void (*fn)(void *), const void *arg, unsigned long error_code)
{
	struct trap_info info = {.vector = 0};

	ASSERT(trap_catch(fn, (void *)arg, &info));
	EXPECT_EQ(info.vector, TRAP_PF);
	EXPECT_EQ(info.address, arg);
	EXPECT_EQ(info.error_code, error_code);
}

KTEST(traps, null_pointer)
{
	EXPECT_REPORT("BUG: kernel NULL pointer dereference, address: 0000000000000008") {
		expect_page_fault(read_address, (void *)8, 0);
	}
	EXPECT_REPORT("address is: NULL page, offset 8") {
		expect_page_fault(write_address, (void *)8, PF_WRITE);
	}
}

KTEST(traps, user_address)
{
	EXPECT_REPORT("BUG: unable to handle page fault for address: 0000000000400000") {
		expect_page_fault(read_address, (void *)0x400000, 0);
	}
	EXPECT_REPORT("address is: user range") {
		expect_page_fault(read_address, (void *)0x400000, 0);
	}
}

KTEST(traps, beyond_a_vmalloc_area)
{
	char *area = vmalloc(3 * PAGE_SIZE);
	const char *guard = area + 3 * PAGE_SIZE;

	ASSERT(area);
	EXPECT_REPORT("address is: guard page, 0 bytes behind vmalloc area of traps_beyond_a") {
		expect_page_fault(read_address, guard, 0);
	}
	vfree(area);
}

/* The descriptor of a frame that no RAM is behind: named, not followed. */
KTEST(traps, descriptor_of_nothing)
{
	const struct page *page = pfn_to_page(PHYS_PFN(DIRECT_MAP_SIZE) - 1);

	EXPECT_REPORT("address is: descriptor of page frame 0x3ffffffff") {
		expect_page_fault(read_address, page, 0);
	}
}

KTEST(traps, write_to_constant)
{
	EXPECT_REPORT("permissions violation") {
		expect_page_fault(write_address, &constant, PF_WRITE | PF_PROTECTION);
	}
	EXPECT_REPORT("kernel image, rodata: constant") {
		expect_page_fault(write_address, &constant, PF_WRITE | PF_PROTECTION);
	}
	EXPECT_EQ(READ_ONCE(constant), 42);
}

KTEST(traps, write_to_text_alias)
{
	EXPECT_REPORT("page walk of") {
		expect_page_fault(write_address, __va(__pa(_stext)), PF_WRITE | PF_PROTECTION);
	}
}

KTEST(traps, execute_data)
{
	if (!cpu_has(NX)) {
		ktest_skip("this CPU has no NX");
		return;
	}
	EXPECT_REPORT("instruction fetch") {
		expect_page_fault(call_address, code_in_data, PF_FETCH | PF_PROTECTION);
	}
}

KTEST(traps, execute_user_address)
{
	EXPECT_REPORT("#PF: supervisor instruction fetch") {
		struct trap_info info = {.vector = 0};

		ASSERT(trap_catch(call_address, (void *)0x400000, &info));
		EXPECT_EQ(info.vector, TRAP_PF);
		EXPECT_EQ(info.ip, 0x400000);
	}
}

KTEST(traps, non_canonical_address)
{
	struct trap_info info = {.vector = 0};

	EXPECT_REPORT("general protection fault, probably for non-canonical address") {
		ASSERT(trap_catch(read_address, (void *)0xdead000000000100, &info));
	}
	EXPECT_EQ(info.vector, TRAP_GP);
}

static unsigned long overflow_depth;

/* Not a tail call, and a frame of some size. */
static noinline unsigned long overflow(unsigned long depth)
{
	volatile char frame[200];

	frame[depth % sizeof(frame)] = (char)depth;
	overflow_depth = depth;
	if (depth == ~0UL)
		return 0;
	return overflow(depth + 1) + (unsigned long)frame[depth % sizeof(frame)];
}

static void overflow_stack(void *arg)
{
	overflow((unsigned long)arg);
}

KTEST(traps, stack_overflow)
{
	struct trap_info info = {.vector = 0};
	struct stack_info stack;

	EXPECT_REPORT("BUG: boot stack guard page was hit at") {
		ASSERT(trap_catch(overflow_stack, NULL, &info));
	}
	EXPECT_EQ(info.vector, TRAP_DF);
	EXPECT(stack_find(info.address, &stack) && stack.in_guard);
	EXPECT(overflow_depth > 10);

	/* And once more: the double-fault stack is as good as new. */
	EXPECT_REPORT("double fault: 0000") {
		ASSERT(trap_catch(overflow_stack, NULL, &info));
	}
}

static void divide(void *arg)
{
	asm volatile("divq %0" : : "r"(arg), "a"(1UL), "d"(0UL) : "cc");
}

static void run_bug(void *arg)
{
	BUG_ON(!arg);
}

static void load_bad_segment(void *arg)
{
	asm volatile("movw %w0, %%ds" : : "r"(arg));
}

static const struct {
	void (*fn)(void *arg);
	unsigned long arg;
	unsigned int vector;
	const char *report;
} natural_traps[] = {
	{divide, 0, 0, "divide error: 0000"},
	{run_bug, 0, TRAP_UD, "kernel BUG at tests/test_traps.c:"},
	{load_bad_segment, 0x1238, TRAP_GP, "error_code(0x1238) - GDT index 583"},
};

KTEST(traps, natural)
{
	struct trap_info info = {.vector = 0};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(natural_traps); i++) {
		EXPECT_REPORT(natural_traps[i].report) {
			ASSERT(trap_catch(natural_traps[i].fn, (void *)natural_traps[i].arg,
					  &info));
		}
		EXPECT_EQ(info.vector, natural_traps[i].vector);
	}
}

/* software_trap[v] raises vector v; not for those with an error code, which int does not push. */
asm(".pushsection .text\n"
    "software_traps:\n"
    ".set trap_number, 0\n"
    ".rept 32\n"
    ".balign 4\n"
    ".byte 0xcd, trap_number, 0xc3\n" /* int number; ret */
    ".set trap_number, trap_number + 1\n"
    ".endr\n"
    ".popsection\n");
extern char software_traps[];

static void raise_trap(void *arg)
{
	((void (*)(void))(software_traps + (unsigned long)arg * 4))();
}

KTEST(traps, every_vector_reports)
{
	static const u32 has_error_code = 0x60227d00;
	static const u32 survived = 1u << TRAP_DB | 1u << TRAP_NMI | 1u << TRAP_BP;
	struct trap_info info = {.vector = 0};
	unsigned long v;
	bool caught = false;

	for (v = 0; v < NR_EXCEPTIONS; v++) {
		if (has_error_code >> v & 1)
			continue;
		EXPECT_REPORT(v == TRAP_NMI ? "NMI received" : exception_name((unsigned int)v)) {
			caught = trap_catch(raise_trap, (void *)v, &info);
		}
		EXPECT_EQ(caught, !(survived >> v & 1));
		if (caught)
			EXPECT_EQ(info.vector, v);
	}
}

struct gate { /* of the interrupt descriptor table: SDM 3A, 6.14.1 */
	u16 offset_low;
	u16 selector;
	u16 options;
	u16 offset_middle;
	u32 offset_high;
	u32 reserved;
};

static unsigned long handler_of(unsigned long vector)
{
	struct {
		u16 limit;
		const struct gate *gates;
	} __packed idt;
	const struct gate *gate;

	asm volatile("sidt %0" : "=m"(idt));
	gate = &idt.gates[vector];
	return (unsigned long)gate->offset_high << 32 | (unsigned long)gate->offset_middle << 16 |
	       gate->offset_low;
}

/* Leaves on the stack what the CPU does, an error code on top, and goes where it would. */
static void deliver_trap(void *vector)
{
	unsigned long cs, ss;

	asm("movq %%cs, %0" : "=r"(cs));
	asm("movq %%ss, %0" : "=r"(ss));
	asm volatile("movq %%rsp, %%rax\n\t"
		     "andq $-16, %%rsp\n\t"
		     "pushq %[ss]\n\t"
		     "pushq %%rax\n\t"
		     "pushfq\n\t"
		     "pushq %[cs]\n\t"
		     "leaq 1f(%%rip), %%rax\n\t"
		     "pushq %%rax\n\t"
		     "pushq $0x10\n\t"
		     "jmp *%[handler]\n"
		     "1:"
		     :
		     : [handler] "r"(handler_of((unsigned long)vector)), [ss] "r"(ss), [cs] "r"(cs)
		     : "rax", "memory", "cc");
}

/* Those with an error code that no instruction here can raise; the others have tests of their own. */
KTEST(traps, every_vector_with_an_error_code_reports)
{
	static const unsigned long vectors[] = {TRAP_TS, TRAP_NP, TRAP_SS, TRAP_AC,
						TRAP_CP, 29,	  30};
	struct trap_info info = {.vector = 0};
	char first[80];

	for (unsigned int i = 0; i < ARRAY_SIZE(vectors); i++) {
		snprintf(first, sizeof(first), "%s: 0010 ",
			 exception_name((unsigned int)vectors[i]));
		EXPECT_REPORT(first) {
			ASSERT(trap_catch(deliver_trap, (void *)vectors[i], &info));
		}
		EXPECT_EQ(info.vector, vectors[i]);
		EXPECT_EQ(info.error_code, 0x10);
	}
}

KTEST(traps, nofault_copies)
{
	unsigned long word = 0;

	EXPECT_EQ(copy_from_kernel_nofault(&word, &constant, sizeof(word)), 0);
	EXPECT_EQ(word, 42);
	EXPECT_EQ(copy_from_kernel_nofault(&word, NULL, sizeof(word)), -EFAULT);
	EXPECT_EQ(copy_from_kernel_nofault(&word, (void *)0x400000, sizeof(word)), -EFAULT);
	EXPECT_EQ(copy_from_kernel_nofault(&word, (void *)VMEMMAP_START - 4096, 8), -EFAULT);
	EXPECT_EQ(copy_from_kernel_nofault(&word, (void *)0xdead000000000000, 8), -EFAULT);
	EXPECT_EQ(copy_from_kernel_nofault(&word, boot_stacks[0].guard, 8), -EFAULT);
	EXPECT_EQ(copy_from_kernel_nofault(&word, (void *)-4UL, 8), -EFAULT);
	EXPECT_EQ(copy_to_kernel_nofault((void *)&constant, &word, 8), -EFAULT);
	EXPECT_EQ(copy_to_kernel_nofault(&word, &constant, 8), 0);
}

/* Does address_describe(@addr) begin with @want? */
static bool described_as(unsigned long addr, const char *want)
{
	char text[160];

	address_describe(addr, text, sizeof(text));
	if (!strncmp(text, want, strlen(want)))
		return true;
	pr_info("%016lx is described as \"%s\", not \"%s\"\n", addr, text, want);
	return false;
}

KTEST(traps, describe_addresses)
{
	EXPECT(described_as(0, "NULL page, offset 0"));
	EXPECT(described_as(4096, "user range"));
	EXPECT(described_as(0x00007fffffffffff, "user range"));
	EXPECT(described_as(0x0000800000000000, "non-canonical"));
	EXPECT(described_as(0xffff7fffffffffff, "non-canonical"));
	EXPECT(described_as(0xffff800000000000, "between the kernel's areas"));
	EXPECT(described_as(PAGE_OFFSET + 0x200000, "direct map of physical 0x200000, usable, zone"
						    " DMA"));
	EXPECT(described_as(PAGE_OFFSET + DIRECT_MAP_SIZE - 1, "direct map of physical"));
	EXPECT(described_as(VMEMMAP_START + 32 * 0x1234, "descriptor of page frame 0x1234"));
	EXPECT(described_as((unsigned long)_stext, "kernel image, text"));
	EXPECT(described_as((unsigned long)&constant, "kernel image, rodata: constant"));
	EXPECT(described_as((unsigned long)code_in_data, "kernel image, data: code_in_data"));
	EXPECT(described_as((unsigned long)&overflow_depth, "kernel image, bss: overflow_depth"));
	EXPECT(described_as((unsigned long)boot_stacks[STACK_NMI].guard,
			    "guard page below the NMI stack"));
	EXPECT(described_as((unsigned long)__builtin_frame_address(0), "boot stack"));
	EXPECT(described_as(EARLY_IO_START, "device memory"));
	EXPECT(described_as(~0UL, "between the kernel's areas"));
}

static noinline unsigned int save_trace(unsigned long *store, unsigned int size)
{
	unsigned int n = stack_trace_save(store, size, 0);

	barrier();
	return n;
}

KTEST(traps, backtrace)
{
	unsigned long trace[8], offset, size;
	const char *name, *file;
	unsigned int n, line = 0;

	n = save_trace(trace, ARRAY_SIZE(trace));
	ASSERT(n >= 3);
	name = symbol_lookup(trace[0], &offset, &size);
	EXPECT(name && !strncmp(name, "save_trace", 10));
	EXPECT(offset < size);
	name = symbol_lookup(trace[1], &offset, &size);
	EXPECT(name && !strncmp(name, "traps_backtrace", 15));
	file = symbol_line(trace[1] - 1, &line);
	EXPECT(file && !strcmp(file, "tests/test_traps.c"));
	EXPECT(line > 100 && line < 1000);
	EXPECT_EQ(symbol_find("start_kernel") != 0, true);
	EXPECT_EQ(symbol_find("no_such_symbol"), 0);
	EXPECT(!symbol_lookup(0, &offset, &size));
	EXPECT(!symbol_lookup(PAGE_OFFSET, &offset, &size));
}

KTEST(traps, warnings)
{
	EXPECT_REPORT("WARNING: CPU: 0 PID: 0 at tests/test_traps.c:") {
		EXPECT(WARN(1, "one of %d\n", 2));
	}
	EXPECT_REPORT("one of 2") {
		EXPECT(WARN(1, "one of %d\n", 2));
	}
	EXPECT_NO_REPORT() {
		EXPECT(!WARN_ON(0));
	}
}

KTEST(traps, clock)
{
	u64 before = ktime_get_ns();

	udelay(50);
	EXPECT(ktime_get_ns() - before >= 50000);
	EXPECT(tsc_khz > 1000);
}
