/* SPDX-License-Identifier: MIT */
/*
 * The local APIC of each CPU.
 *
 * Two ways lead to its registers: a page of memory, the same address on every
 * CPU and each CPU's own behind it (xAPIC), or model-specific registers (x2APIC),
 * which need no mapping, take one write to send an interrupt, and know ids above
 * 255.  x2APIC is used where CPUID offers it.
 *
 * Set up alike on every CPU: switched on, no interrupt class held back, errors and
 * spurious interrupts on vectors of their own, LINT1 for NMIs.  LINT0 of the boot
 * CPU lets the legacy controllers' interrupts in while no I/O APIC takes their
 * place; everywhere else it is masked.
 *
 * Interrupts from CPU to CPU are sent with physical ids, one CPU at a time: the
 * shorthand for "all" would also reach CPUs that are not the kernel's yet.
 * Sending an interrupt takes two writes in xAPIC mode, so it happens with
 * interrupts off; nothing else here is shared, so there is no lock.
 */
#include <linux/compiler.h>
#include <linux/init.h>
#include <linux/io.h>
#include <linux/irq.h>
#include <linux/irqflags.h>
#include <linux/printk.h>
#include <linux/smp.h>
#include <cairn/init.h>
#include <asm/apic.h>
#include <asm/irq.h>
#include <asm/pgtable.h>
#include <asm/processor.h>
#include "arch.h"

#define MSR_APIC_BASE	   0x1b
#define APIC_BASE_X2	   0x400
#define APIC_BASE_ENABLE   0x800
#define APIC_BASE_ADDRESS  0x000ffffffffff000ULL
#define MSR_X2APIC	   0x800 /* + register / 16 */

#define APIC_ID		   0x020
#define APIC_VERSION	   0x030
#define APIC_TASK_PRIORITY 0x080
#define APIC_EOI	   0x0b0
#define APIC_SPURIOUS	   0x0f0
#define APIC_IN_SERVICE	   0x100 /* eight registers of 32 bits, 16 bytes apart */
#define APIC_ERROR	   0x280
#define APIC_COMMAND	   0x300
#define APIC_COMMAND_HIGH  0x310
#define APIC_SELF	   0x3f0 /* x2APIC only */
#define APIC_LVT_TIMER	   0x320
#define APIC_LVT_LINT0	   0x350
#define APIC_LVT_LINT1	   0x360
#define APIC_LVT_ERROR	   0x370

#define SPURIOUS_ENABLE	   0x100
#define LVT_NMI		   0x00400
#define LVT_EXTINT	   0x00700
#define LVT_MASKED	   0x10000

#define COMMAND_FIXED	   0x00000
#define COMMAND_NMI	   0x00400
#define COMMAND_INIT	   0x00500
#define COMMAND_STARTUP	   0x00600
#define COMMAND_BUSY	   0x01000
#define COMMAND_ASSERT	   0x04000
#define COMMAND_LEVEL	   0x08000
#define COMMAND_SELF	   0x40000

/* Sending takes microseconds; a bus that hangs must not hang the sender. */
#define SEND_PATIENCE 100000

u32 cpu_apicid[NR_CPUS];

/* How to reach the registers; immutable after apic_init(). */
static void __iomem *apic_regs;
static bool x2apic;
static bool enabled;
static bool legacy_wire; /* LINT0 of the boot CPU serves the legacy controllers */

static bool want_apic = true, want_x2apic = true;

static int set_nolapic(const char *value __unused)
{
	want_apic = false;
	return 0;
}
BOOT_PARAM("nolapic", set_nolapic, "leave the local APIC alone; one CPU, legacy interrupts");

static int set_nox2apic(const char *value __unused)
{
	want_x2apic = false;
	return 0;
}
BOOT_PARAM("nox2apic", set_nox2apic, "reach the local APIC through memory");

u32 apic_read(u32 reg)
{
	if (x2apic)
		return (u32)rdmsr(MSR_X2APIC + reg / 16);
	return readl(apic_regs + reg);
}

void apic_write(u32 reg, u32 value)
{
	if (x2apic)
		wrmsr(MSR_X2APIC + reg / 16, value);
	else
		writel(value, apic_regs + reg);
}

bool apic_enabled(void)
{
	return enabled;
}

u32 apic_id(void)
{
	return x2apic ? apic_read(APIC_ID) : apic_read(APIC_ID) >> 24;
}

void apic_eoi(void)
{
	apic_write(APIC_EOI, 0);
}

bool apic_in_service(u8 vector)
{
	return apic_read(APIC_IN_SERVICE + vector / 32 * 16) >> vector % 32 & 1;
}

/* ---- Interrupts for CPUs --------------------------------------------------------------- */

static void wait_sent(void)
{
	for (unsigned int i = 0; i < SEND_PATIENCE && apic_read(APIC_COMMAND) & COMMAND_BUSY; i++)
		cpu_relax();
}

static void send_command(u32 apicid, u32 command)
{
	unsigned long flags;

	if (x2apic) {
		/* The write may pass earlier stores; the receiver must see them. */
		asm volatile("mfence; lfence" ::: "memory");
		wrmsr(MSR_X2APIC + APIC_COMMAND / 16, (u64)apicid << 32 | command);
		return;
	}
	local_irq_save(flags);
	wait_sent();
	apic_write(APIC_COMMAND_HIGH, apicid << 24);
	apic_write(APIC_COMMAND, command);
	local_irq_restore(flags);
}

void apic_send_ipi(unsigned int cpu, u8 vector)
{
	send_command(cpu_apicid[cpu], COMMAND_FIXED | COMMAND_ASSERT | vector);
}

void apic_send_ipi_self(u8 vector)
{
	if (x2apic)
		apic_write(APIC_SELF, vector);
	else
		send_command(0, COMMAND_SELF | COMMAND_ASSERT | vector);
}

void apic_send_nmi(unsigned int cpu)
{
	send_command(cpu_apicid[cpu], COMMAND_NMI | COMMAND_ASSERT);
}

void apic_send_init(u32 apicid)
{
	send_command(apicid, COMMAND_INIT | COMMAND_LEVEL | COMMAND_ASSERT);
	if (!x2apic)
		wait_sent();
}

void apic_send_startup(u32 apicid, u8 page)
{
	send_command(apicid, COMMAND_STARTUP | COMMAND_ASSERT | page);
	if (!x2apic)
		wait_sent();
}

/* ---- Setting up ------------------------------------------------------------------------ */

static void apic_error(struct pt_regs *regs __unused)
{
	u32 errors;

	apic_write(APIC_ERROR, 0); /* latches what has happened so far */
	errors = apic_read(APIC_ERROR);
	atomic_inc(&irq_err_count);
	pr_warn("apic: error 0x%x on CPU %u\n", errors, smp_processor_id());
}

/* What firmware or an earlier kernel left in service would hold back the rest for ever. */
static void acknowledge_leftovers(void)
{
	for (unsigned int i = 0; i < 8; i++) {
		u32 left = apic_read(APIC_IN_SERVICE + i * 16);

		for (; left; left &= left - 1)
			apic_eoi();
	}
}

static void set_modes(bool boot_cpu)
{
	apic_write(APIC_TASK_PRIORITY, 0);
	apic_write(APIC_LVT_TIMER, LVT_MASKED | TIMER_VECTOR);
	apic_write(APIC_LVT_LINT0, boot_cpu && legacy_wire ? LVT_EXTINT : LVT_MASKED);
	apic_write(APIC_LVT_LINT1, LVT_NMI);
	apic_write(APIC_LVT_ERROR, APIC_ERROR_VECTOR);
	apic_write(APIC_SPURIOUS, SPURIOUS_ENABLE | APIC_SPURIOUS_VECTOR);
	acknowledge_leftovers();
	apic_write(APIC_ERROR, 0);
	apic_write(APIC_ERROR, 0);
}

/* x2APIC mode cannot be left again without a reset; firmware may have chosen it. */
static u64 wanted_base(u64 base)
{
	base |= APIC_BASE_ENABLE;
	return x2apic ? base | APIC_BASE_X2 : base;
}

void apic_legacy_wire(bool on)
{
	legacy_wire = on;
	if (enabled)
		apic_write(APIC_LVT_LINT0, on ? LVT_EXTINT : LVT_MASKED);
}

void __init apic_init(void)
{
	u64 base;

	if (!cpu_has(APIC) || !want_apic)
		return;
	base = rdmsr(MSR_APIC_BASE);
	x2apic = (cpu_has(X2APIC) && want_x2apic) || base & APIC_BASE_X2;
	if (!x2apic) {
		apic_regs = ioremap(base & APIC_BASE_ADDRESS, PAGE_SIZE);
		if (!apic_regs) {
			pr_err("apic: no memory to map its registers\n");
			return;
		}
	}
	wrmsr(MSR_APIC_BASE, wanted_base(base));
	legacy_wire = true;
	enabled = true;
	set_modes(true);
	cpu_apicid[0] = apic_id();
	system_vector_set(APIC_ERROR_VECTOR, apic_error);
	pr_info("apic: boot CPU has id %u, %s mode, version 0x%x\n", cpu_apicid[0],
		x2apic ? "x2APIC" : "xAPIC", apic_read(APIC_VERSION) & 0xff);
}

void apic_init_secondary(void)
{
	u64 base = rdmsr(MSR_APIC_BASE), wanted = wanted_base(base);

	if (base != wanted)
		wrmsr(MSR_APIC_BASE, wanted);
	set_modes(false);
}
