/* SPDX-License-Identifier: MIT */
/*
 * Message-signalled interrupts: the device writes a value to an address, and the
 * local APIC that listens there takes the value for a vector.
 *
 *	address 0xfee00000 | apic id << 12	value: the vector, as an edge
 *
 * One vector a device, by MSI-X where it has that (entry 0 of the table; the others
 * stay masked), else by MSI; else, if the caller takes it, the line.  Messages are
 * edges: nothing can be shared or lost.  The capability registers are written by
 * the calls below, which a driver makes one at a time, and by the line's functions
 * under its lock.
 *
 * Without a local APIC there are no messages.  The address has room for APIC ids
 * below 255, so a message goes to a CPU with such an id; where no CPU has one, the
 * line is all there is.
 */
#include <linux/errno.h>
#include <linux/interrupt.h>
#include <linux/irq.h>
#include <linux/io.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <asm/apic.h>
#include <asm/irq.h>
#include "pci.h"

#define MSI_ADDRESS	  0xfee00000u
#define MSI_ALL_CPUS	  0xff /* as an APIC id in the address */
#define MSI_ADDRESS_LOW	  4
#define MSI_ADDRESS_HIGH  8
#define MSI_DATA_32	  8
#define MSI_DATA_64	  12
#define MSIX_MASK_ALL	  0x4000
#define MSIX_ENTRY_LOW	  0
#define MSIX_ENTRY_HIGH	  4
#define MSIX_ENTRY_DATA	  8
#define MSIX_ENTRY_MASK	  12
#define FIRST_MESSAGE_IRQ 64 /* above any I/O APIC's pins */

/**
 * struct pci_msi - a device's message interrupt
 * @dev: the device
 * @irq: its number
 * @cap: where the capability is
 * @table: MSI-X: the mapped table; NULL: MSI
 */
struct pci_msi {
	struct pci_dev *dev;
	unsigned int irq;
	u8 cap;
	void __iomem *table;
};

static DEFINE_SPINLOCK(msi_numbers); /* from finding a number to taking it */

u32 msi_address(u32 apicid)
{
	return apicid < MSI_ALL_CPUS ? MSI_ADDRESS | apicid << 12 : 0;
}

int msi_cpu(const u32 *apicid, const struct cpumask *online)
{
	int cpu;

	for (cpu = 0; cpu < NR_CPUS; cpu++) {
		if (cpumask_test_cpu((unsigned int)cpu, online) && msi_address(apicid[cpu]))
			return cpu;
	}
	return -ENOSPC;
}

static void write_message(struct irq_desc *desc)
{
	struct pci_msi *msi = desc->chip_data;
	u32 address = msi_address(cpu_apicid[desc->cpu]);
	u16 flags;

	if (msi->table) {
		writel(address, msi->table + MSIX_ENTRY_LOW);
		writel(0, msi->table + MSIX_ENTRY_HIGH);
		writel(desc->vector, msi->table + MSIX_ENTRY_DATA);
		return;
	}
	pci_read_config_word(msi->dev, msi->cap + PCI_MSI_FLAGS, &flags);
	pci_write_config_dword(msi->dev, msi->cap + MSI_ADDRESS_LOW, address);
	if (flags & PCI_MSI_FLAGS_64BIT)
		pci_write_config_dword(msi->dev, msi->cap + MSI_ADDRESS_HIGH, 0);
	pci_write_config_word(msi->dev,
			      msi->cap + (flags & PCI_MSI_FLAGS_64BIT ? MSI_DATA_64 : MSI_DATA_32),
			      desc->vector);
}

static void set_enabled(struct pci_msi *msi, bool on)
{
	u16 bit = msi->table ? PCI_MSIX_FLAGS_ENABLE : PCI_MSI_FLAGS_ENABLE;
	u16 flags;

	pci_read_config_word(msi->dev, msi->cap + PCI_MSI_FLAGS, &flags);
	flags = on ? flags | bit : flags & ~bit;
	if (msi->table)
		flags &= (u16)~MSIX_MASK_ALL;
	else
		flags &= (u16)~PCI_MSI_FLAGS_QSIZE; /* one vector */
	pci_write_config_word(msi->dev, msi->cap + PCI_MSI_FLAGS, flags);
}

static int msi_startup(struct irq_desc *desc)
{
	int vector = irq_vector_alloc(desc->irq);

	if (vector < 0)
		return vector;
	desc->vector = (u8)vector;
	write_message(desc);
	return 0;
}

static void msi_shutdown(struct irq_desc *desc)
{
	irq_vector_free(desc->vector);
	desc->vector = 0;
}

static void msi_mask(struct irq_desc *desc)
{
	struct pci_msi *msi = desc->chip_data;

	if (msi->table)
		writel(1, msi->table + MSIX_ENTRY_MASK);
	else
		set_enabled(msi, false);
}

static void msi_unmask(struct irq_desc *desc)
{
	struct pci_msi *msi = desc->chip_data;

	if (msi->table)
		writel(0, msi->table + MSIX_ENTRY_MASK);
	else
		set_enabled(msi, true);
}

static void msi_ack(struct irq_desc *desc __unused)
{
	apic_eoi();
}

/*
 * A vector is the same on all CPUs, so only one word of the message changes, and the
 * device cannot read half of it.
 */
static int msi_set_affinity(struct irq_desc *desc, unsigned int cpu)
{
	if (!msi_address(cpu_apicid[cpu]))
		return -EINVAL;
	desc->cpu = cpu;
	if (desc->vector)
		write_message(desc);
	return 0;
}

static const struct irq_chip msi_chip = {
	.name = "PCI-MSI",
	.irq_startup = msi_startup,
	.irq_shutdown = msi_shutdown,
	.irq_mask = msi_mask,
	.irq_unmask = msi_unmask,
	.irq_ack = msi_ack,
	.irq_set_affinity = msi_set_affinity,
};

/* While messages are masked by switching them off, the device must not fall back to its line. */
static void set_line(struct pci_dev *dev, bool on)
{
	u16 command;

	pci_read_config_word(dev, PCI_COMMAND, &command);
	command = on ? command & ~PCI_COMMAND_INTX_DISABLE : command | PCI_COMMAND_INTX_DISABLE;
	pci_write_config_word(dev, PCI_COMMAND, command);
}

/* Takes a number for @msi, and a CPU that its message goes to. */
static int take_number(struct pci_msi *msi)
{
	int irq, cpu = msi_cpu(cpu_apicid, cpu_online_mask);
	unsigned long flags;

	if (cpu < 0) {
		pci_warn(msi->dev, "no CPU has an APIC id below 255: no interrupt by message\n");
		return cpu;
	}
	spin_lock_irqsave(&msi_numbers, flags);
	irq = irq_alloc_range(FIRST_MESSAGE_IRQ, 1);
	if (irq >= 0) {
		msi->irq = (unsigned int)irq;
		irq_set_chip(msi->irq, &msi_chip, msi, 0, false);
		irq_to_desc(msi->irq)->cpu = (unsigned int)cpu;
	}
	spin_unlock_irqrestore(&msi_numbers, flags);
	return irq < 0 ? irq : 0;
}

/* Maps the MSI-X table's first entry. */
static int map_table(struct pci_msi *msi)
{
	u32 where;
	u64 start;

	pci_read_config_dword(msi->dev, msi->cap + PCI_MSIX_TABLE, &where);
	if ((where & PCI_MSIX_TABLE_BIR) >= PCI_STD_NUM_BARS ||
	    !pci_bar_usable(&msi->dev->resource[where & PCI_MSIX_TABLE_BIR]))
		return -ENXIO;
	start = pci_resource_start(msi->dev, where & PCI_MSIX_TABLE_BIR);
	msi->table = ioremap(start + (where & PCI_MSIX_TABLE_OFFSET), PCI_MSIX_ENTRY_SIZE);
	return msi->table ? 0 : -ENOMEM;
}

static int set_up(struct pci_dev *dev, u8 cap, bool msix)
{
	struct pci_msi *msi = kzalloc(sizeof(*msi), GFP_KERNEL);
	int err;

	if (!msi)
		return -ENOMEM;
	msi->dev = dev;
	msi->cap = cap;
	err = msix ? map_table(msi) : 0;
	if (!err)
		err = take_number(msi);
	if (err) {
		if (msi->table)
			iounmap(msi->table);
		kfree(msi);
		return err;
	}
	dev->msi = msi;
	set_line(dev, false);
	if (msix) {
		writel(1, msi->table + MSIX_ENTRY_MASK);
		set_enabled(msi, true);
	}
	return 1;
}

int pci_alloc_irq_vectors(struct pci_dev *dev, unsigned int min, unsigned int max,
			  unsigned int flags)
{
	u8 msix = pci_find_capability(dev, PCI_CAP_ID_MSIX);
	u8 msi = pci_find_capability(dev, PCI_CAP_ID_MSI);
	int err = -ENOSPC;

	if (!min || max < min || dev->msi)
		return -EINVAL;
	if (min > 1)
		return -ENOSPC;
	if (apic_enabled() && flags & PCI_IRQ_MSIX && msix)
		err = set_up(dev, msix, true);
	if (err < 0 && apic_enabled() && flags & PCI_IRQ_MSI && msi)
		err = set_up(dev, msi, false);
	if (err < 0 && flags & PCI_IRQ_LEGACY && dev->pin && irq_to_desc(dev->irq))
		err = 1;
	return err;
}

int pci_irq_vector(struct pci_dev *dev, unsigned int nr)
{
	if (nr)
		return -EINVAL;
	return (int)(dev->msi ? dev->msi->irq : dev->irq);
}

void pci_free_irq_vectors(struct pci_dev *dev)
{
	struct pci_msi *msi = dev->msi;

	if (!msi)
		return;
	set_enabled(msi, false);
	set_line(msi->dev, true);
	irq_free_number(msi->irq);
	if (msi->table)
		iounmap(msi->table);
	dev->msi = NULL;
	kfree(msi);
}
