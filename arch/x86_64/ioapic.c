/* SPDX-License-Identifier: MIT */
/*
 * I/O APICs: from the devices' lines to the local APICs.
 *
 *	input, GSI --redirection entry: vector, whom, trigger--> local APIC
 *
 * They are used where MADT names one and there is a local APIC; the legacy
 * controllers are then masked and their wire is cut.  Interrupt numbers:
 *
 *	0 .. 15			the legacy lines, at the inputs that MADT's overrides say
 *	16 .. MAX_GSI - 1	inputs, by their GSI, unless a legacy line is there;
 *				level, active low, as PCI's
 *
 * PCI devices ask through the line that firmware wrote into their line register.
 * The chip sets that the kernel runs on drive the input of that number with it,
 * which its override or the edge/level registers make a level.  ICH9 drives one of
 * inputs 16 to 23 besides, which nobody has asked for and so is masked; which one
 * it is only byte code in the firmware's tables could tell, and that is not run.
 * Devices that can use messages (drivers/pci_msi.c) have no need of any of it.
 *
 * A vector means the same on all CPUs, so moving a line to another CPU is one write
 * of the entry's upper half, and no edge is lost between two.
 *
 * Locking: selecting a register and reaching it are two steps; ioapic_lock keeps
 * them together.  The lines' own locks are outside of it.
 */
#include <linux/init.h>
#include <linux/interrupt.h>
#include <linux/io.h>
#include <linux/irq.h>
#include <linux/kernel.h>
#include <linux/printk.h>
#include <linux/spinlock.h>
#include <cairn/init.h>
#include <asm/apic.h>
#include <asm/ioapic.h>
#include <asm/irq.h>
#include <asm/page.h>
#include "arch.h"

#define MAX_GSI		64 /* message interrupts' numbers begin there */
#define MAX_INPUTS	240

#define REG_SELECT	0x00
#define REG_WINDOW	0x10
#define REG_VERSION	0x01
#define REG_ENTRY	0x10 /* two registers an input */

#define ENTRY_LOW	0x02000
#define ENTRY_LEVEL	0x08000
#define ENTRY_MASKED	0x10000
#define ENTRY_CPU_SHIFT 24
#define ENTRY_ALL_CPUS	0xff

struct ioapic {
	void __iomem *regs;
	u32 gsi_base;
	u32 nr; /* inputs */
};

/* Immutable after ioapic_init(). */
static struct ioapic ioapics[ACPI_MAX_IOAPIC];
static unsigned int nr_ioapics;
static bool input_low[MAX_GSI];

static DEFINE_SPINLOCK(ioapic_lock);

static bool want_ioapic = true;

static int set_noapic(const char *value __unused)
{
	want_ioapic = false;
	return 0;
}
BOOT_PARAM("noapic", set_noapic, "leave the I/O APICs alone; legacy interrupt controllers");

/* ---- Registers ------------------------------------------------------------------------- */

static u32 ioapic_read(const struct ioapic *io, u32 reg)
{
	writel(reg, io->regs + REG_SELECT);
	return readl(io->regs + REG_WINDOW);
}

static void ioapic_write(const struct ioapic *io, u32 reg, u32 value)
{
	writel(reg, io->regs + REG_SELECT);
	writel(value, io->regs + REG_WINDOW);
}

static const struct ioapic *ioapic_of(u32 gsi)
{
	for (unsigned int i = 0; i < nr_ioapics; i++) {
		if (gsi - ioapics[i].gsi_base < ioapics[i].nr)
			return &ioapics[i];
	}
	return NULL;
}

/* Writes one half of the entry of a line. */
static void write_entry(const struct irq_desc *desc, unsigned int half, u32 value)
{
	const struct ioapic *io = desc->chip_data;
	unsigned long flags;

	spin_lock_irqsave(&ioapic_lock, flags);
	ioapic_write(io, REG_ENTRY + 2 * (desc->hw - io->gsi_base) + half, value);
	spin_unlock_irqrestore(&ioapic_lock, flags);
}

static u32 lower_half(const struct irq_desc *desc)
{
	return desc->vector | (desc->level ? ENTRY_LEVEL : 0) |
	       (input_low[desc->hw] ? ENTRY_LOW : 0);
}

/* ---- The lines' functions -------------------------------------------------------------- */

static void ioapic_mask(struct irq_desc *desc)
{
	write_entry(desc, 0, lower_half(desc) | ENTRY_MASKED);
}

static void ioapic_unmask(struct irq_desc *desc)
{
	write_entry(desc, 0, lower_half(desc));
}

/* The entry has room for an id of eight bits, of which all set mean every CPU. */
static int ioapic_set_affinity(struct irq_desc *desc, unsigned int cpu)
{
	if (cpu_apicid[cpu] >= ENTRY_ALL_CPUS)
		return -EINVAL;
	desc->cpu = cpu;
	write_entry(desc, 1, cpu_apicid[cpu] << ENTRY_CPU_SHIFT);
	return 0;
}

static int ioapic_startup(struct irq_desc *desc)
{
	int vector = irq_vector_alloc(desc->irq);

	if (vector < 0)
		return vector;
	desc->vector = (u8)vector;
	ioapic_mask(desc);
	return ioapic_set_affinity(desc, desc->cpu);
}

static void ioapic_shutdown(struct irq_desc *desc)
{
	irq_vector_free(desc->vector);
	desc->vector = 0;
}

static void ioapic_ack(struct irq_desc *desc)
{
	if (!desc->level)
		apic_eoi();
}

/* For a level this also tells the I/O APIC, which asks again if the line is still up. */
static void ioapic_end(struct irq_desc *desc)
{
	if (desc->level)
		apic_eoi();
}

static const struct irq_chip ioapic_chip = {
	.name = "IO-APIC",
	.irq_startup = ioapic_startup,
	.irq_shutdown = ioapic_shutdown,
	.irq_mask = ioapic_mask,
	.irq_unmask = ioapic_unmask,
	.irq_ack = ioapic_ack,
	.irq_eoi = ioapic_end,
	.irq_set_affinity = ioapic_set_affinity,
};

/* ---- Start-up -------------------------------------------------------------------------- */

static bool __init overlaps(u32 gsi_base, u32 nr)
{
	for (unsigned int i = 0; i < nr_ioapics; i++) {
		if (gsi_base < ioapics[i].gsi_base + ioapics[i].nr &&
		    ioapics[i].gsi_base < gsi_base + nr)
			return true;
	}
	return false;
}

static void __init mask_inputs(const struct ioapic *io, u32 inputs)
{
	for (u32 i = 0; i < inputs; i++)
		ioapic_write(io, REG_ENTRY + 2 * i, ENTRY_MASKED);
}

/* Maps one and masks its inputs; it counts if it answers and has numbers of its own. */
static void __init add_ioapic(u32 phys, u32 gsi_base)
{
	struct ioapic *io = &ioapics[nr_ioapics];
	void __iomem *page = ioremap(phys & PAGE_MASK, PAGE_SIZE);
	u32 version, inputs;

	if (!page) {
		pr_warn("ioapic: registers at 0x%x cannot be mapped\n", phys);
		return;
	}
	io->regs = page + (phys & ~PAGE_MASK);
	io->gsi_base = gsi_base;
	version = ioapic_read(io, REG_VERSION);
	inputs = (version >> 16 & 0xff) + 1;
	if (version == ~0u || !(version & 0xff) || inputs > MAX_INPUTS || gsi_base >= MAX_GSI ||
	    overlaps(gsi_base, inputs)) {
		pr_warn("ioapic: at 0x%x, version 0x%x, first input %u: left alone\n", phys,
			version, gsi_base);
		iounmap(page);
		return;
	}
	mask_inputs(io, inputs);
	io->nr = min(inputs, MAX_GSI - gsi_base);
	nr_ioapics++;
	pr_info("ioapic: at 0x%x, version 0x%x, inputs %u to %u\n", phys, version & 0xff, gsi_base,
		gsi_base + inputs - 1);
}

static void __init find_ioapics(const struct acpi_madt *madt)
{
	for (unsigned int i = 0; i < madt->nr_ioapics; i++) {
		u32 phys = madt->ioapic[i].phys;

		/* All of the registers lie in one page. */
		if ((phys & ~PAGE_MASK) + REG_WINDOW + sizeof(u32) <= PAGE_SIZE)
			add_ioapic(phys, madt->ioapic[i].gsi_base);
	}
}

static void __init add_line(u32 irq, u32 gsi, bool level, bool low)
{
	input_low[gsi] = low;
	irq_set_chip(irq, &ioapic_chip, (void *)ioapic_of(gsi), gsi, level);
}

static void __init add_lines(const struct ioapic_route *routes)
{
	bool taken[MAX_GSI] = {false};
	u32 i;

	for (i = 0; i < ACPI_ISA_IRQS; i++) {
		if (!routes[i].present || !ioapic_of(routes[i].gsi))
			continue;
		taken[routes[i].gsi] = true;
		add_line(i, routes[i].gsi, routes[i].level, routes[i].low);
	}
	for (i = ACPI_ISA_IRQS; i < MAX_GSI; i++) {
		if (!taken[i] && ioapic_of(i))
			add_line(i, i, true, true);
	}
}

bool __init ioapic_init(void)
{
	struct ioapic_route routes[ACPI_ISA_IRQS];

	if (!want_ioapic || !apic_enabled() || cpu_apicid[0] >= ENTRY_ALL_CPUS)
		return false;
	find_ioapics(&acpi_info.madt);
	ioapic_routes(&acpi_info.madt, pic_levels(), routes);
	/* Without the timer's line these are not the I/O APICs of the legacy lines. */
	if (!routes[0].present || !ioapic_of(routes[0].gsi)) {
		nr_ioapics = 0;
		return false;
	}
	add_lines(routes);
	apic_legacy_wire(false);
	return true;
}
