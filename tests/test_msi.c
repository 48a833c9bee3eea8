/* SPDX-License-Identifier: MIT */
/*
 * Scenario: the edu device is told to interrupt, a hundred times, by message; each
 * time the handler sees why and acknowledges it; and a hundred times on each CPU that
 * the message is sent to.  Nothing comes after its vector
 * has been given back, and the line it has otherwise is as before.
 */
#include <linux/interrupt.h>
#include <linux/io.h>
#include <linux/kernel.h>
#include <linux/pci.h>
#include <linux/smp.h>
#include <cairn/test.h>
#include <asm/apic.h>
#include <asm/processor.h>
#include "../drivers/edu.h"

#define EDU_CAUSE 0x24
#define EDU_RAISE 0x60
#define EDU_ACK	  0x64
#define PATIENCE  100000000

static void __iomem *regs;
static u32 came, cause, came_to;

static irqreturn_t served(int irq __unused, void *dev __unused)
{
	cause = readl(regs + EDU_CAUSE);
	writel(cause, regs + EDU_ACK);
	came_to = smp_processor_id();
	came++;
	return IRQ_HANDLED;
}

static void raise_many(void)
{
	came = 0;
	for (u32 i = 1; i <= 100; i++) {
		writel(i, regs + EDU_RAISE);
		for (unsigned int n = 0; READ_ONCE(came) < i && n < PATIENCE; n++)
			cpu_relax();
		EXPECT_EQ(came, i);
		EXPECT_EQ(cause, i);
	}
}

static void raise_on(unsigned int irq, unsigned int cpu)
{
	struct cpumask mask;

	cpumask_clear(&mask);
	cpumask_set_cpu(cpu, &mask);
	EXPECT_EQ(irq_set_affinity(irq, &mask), 0);
	raise_many();
	EXPECT_EQ(came_to, cpu);
}

KTEST(msi, edu_interrupts_by_message)
{
	struct pci_dev *dev = pci_get_device(0x1234, 0x11e8, NULL);
	int irq, cpu;

	if (!dev || !apic_enabled()) {
		ktest_skip("no edu device or no local APIC");
		pci_dev_put(dev);
		return;
	}
	edu_use_interrupt(0); /* the driver polls meanwhile */
	regs = pci_iomap(dev, 0, 0);
	EXPECT_EQ(pci_alloc_irq_vectors(dev, 2, 4, PCI_IRQ_MSI), -ENOSPC);
	EXPECT_EQ(pci_alloc_irq_vectors(dev, 1, 1, PCI_IRQ_MSI), 1);
	irq = pci_irq_vector(dev, 0);
	EXPECT((unsigned int)irq != dev->irq);
	EXPECT_EQ(request_irq((unsigned int)irq, served, 0, "edu", dev), 0);
	pci_set_master(dev);
	raise_many();
	for_each_online_cpu(cpu)
		raise_on((unsigned int)irq, (unsigned int)cpu);
	free_irq((unsigned int)irq, dev);
	pci_free_irq_vectors(dev);
	EXPECT_EQ(pci_irq_vector(dev, 0), dev->irq);
	pci_iounmap(dev, regs);
	edu_use_interrupt(PCI_IRQ_ALL_TYPES);
	pci_dev_put(dev);
}
