/* SPDX-License-Identifier: MIT */
/*
 * Where the legacy lines are: overrides that move a line, that contradict each
 * other, or that drive another line out.  Then a real line: the edu device is told
 * to interrupt by its line, a hundred times, and where an I/O APIC leads the line to
 * a CPU of choice, a hundred times on each.
 */
#include <linux/interrupt.h>
#include <linux/io.h>
#include <linux/irq.h>
#include <linux/kernel.h>
#include <linux/pci.h>
#include <linux/smp.h>
#include <linux/string.h>
#include <cairn/test.h>
#include <asm/ioapic.h>
#include <asm/processor.h>
#include "../drivers/edu.h"

/* ---- Routes ---------------------------------------------------------------------------- */

static struct acpi_madt madt;
static struct ioapic_route routes[ACPI_ISA_IRQS];

static void override(u32 line, u32 gsi, enum acpi_polarity polarity, enum acpi_trigger trigger)
{
	madt.override[line] = (struct acpi_override){true, gsi, polarity, trigger};
}

static bool route_is(u32 line, u32 gsi, bool level, bool low)
{
	const struct ioapic_route *route = &routes[line];

	return route->present && route->gsi == gsi && route->level == level && route->low == low;
}

KTEST(ioapic, lines_without_overrides)
{
	memset(&madt, 0, sizeof(madt));
	ioapic_routes(&madt, 1 << 11, routes);
	for (u32 i = 0; i < ACPI_ISA_IRQS; i++)
		EXPECT(i == 2 ? !routes[i].present : route_is(i, i, i == 11, false));
}

/* As QEMU's firmware has it, and one that is active low. */
KTEST(ioapic, overrides)
{
	memset(&madt, 0, sizeof(madt));
	override(0, 2, ACPI_ACTIVE_CONFORMING, ACPI_TRIGGER_CONFORMING);
	override(5, 5, ACPI_ACTIVE_HIGH, ACPI_TRIGGER_LEVEL);
	override(9, 20, ACPI_ACTIVE_LOW, ACPI_TRIGGER_LEVEL);
	override(10, 10, ACPI_ACTIVE_HIGH, ACPI_TRIGGER_EDGE);
	ioapic_routes(&madt, 1 << 10 | 1 << 12, routes);
	EXPECT(route_is(0, 2, false, false));
	EXPECT(!routes[2].present);
	EXPECT(route_is(5, 5, true, false));
	EXPECT(route_is(9, 20, true, true));
	EXPECT(route_is(10, 10, false, false));
	EXPECT(route_is(12, 12, true, false));
}

/* No input is two lines': an override outranks a number, a lower line a higher. */
KTEST(ioapic, contradicting_overrides)
{
	memset(&madt, 0, sizeof(madt));
	override(3, 5, ACPI_ACTIVE_HIGH, ACPI_TRIGGER_EDGE);
	override(4, 5, ACPI_ACTIVE_LOW, ACPI_TRIGGER_LEVEL);
	override(6, ~0u, ACPI_ACTIVE_LOW, ACPI_TRIGGER_LEVEL);
	override(7, 8, ACPI_ACTIVE_HIGH, ACPI_TRIGGER_EDGE);
	override(8, 7, ACPI_ACTIVE_HIGH, ACPI_TRIGGER_EDGE);
	ioapic_routes(&madt, 0, routes);
	EXPECT(route_is(3, 5, false, false));
	EXPECT(!routes[4].present && !routes[5].present);
	EXPECT(route_is(6, ~0u, true, true));
	EXPECT(route_is(7, 8, false, false) && route_is(8, 7, false, false));
}

/* ---- A real line ----------------------------------------------------------------------- */

#define EDU_CAUSE 0x24
#define EDU_RAISE 0x60
#define EDU_ACK	  0x64
#define ROUNDS	  100
#define PATIENCE  100000000
#define NOBODYS	  0x40000000 /* a cause that the driver of the device does not know */

static void __iomem *regs;
static u32 came, came_to;

static irqreturn_t served(int irq __unused, void *dev __unused)
{
	if (!(readl(regs + EDU_CAUSE) & NOBODYS))
		return IRQ_NONE;
	writel(NOBODYS, regs + EDU_ACK);
	came_to = smp_processor_id();
	came++;
	return IRQ_HANDLED;
}

static void raise_many(void)
{
	came = 0;
	for (u32 i = 1; i <= ROUNDS; i++) {
		writel(NOBODYS, regs + EDU_RAISE);
		for (unsigned int n = 0; READ_ONCE(came) < i && n < PATIENCE; n++)
			cpu_relax();
		if (!EXPECT_EQ(came, i))
			break;
	}
}

static void raise_on_each_cpu(unsigned int irq)
{
	struct cpumask mask;
	int cpu;

	for_each_online_cpu(cpu) {
		cpumask_clear(&mask);
		cpumask_set_cpu((unsigned int)cpu, &mask);
		EXPECT_EQ(irq_set_affinity(irq, &mask), 0);
		raise_many();
		EXPECT_EQ(came_to, cpu);
	}
	cpumask_clear(&mask);
	cpumask_set_cpu(0, &mask);
	irq_set_affinity(irq, &mask);
}

/* While it is disabled a level waits at the device, and comes when it is enabled. */
static void raise_while_disabled(unsigned int irq)
{
	came = 0;
	disable_irq(irq);
	writel(NOBODYS, regs + EDU_RAISE);
	readl(regs + EDU_CAUSE);
	for (unsigned int n = 0; n < 10000; n++)
		cpu_relax();
	EXPECT_EQ(came, 0);
	enable_irq(irq);
	for (unsigned int n = 0; !READ_ONCE(came) && n < PATIENCE; n++)
		cpu_relax();
	EXPECT_EQ(came, 1);
}

KTEST(ioapic, edu_interrupts_by_its_line)
{
	struct pci_dev *dev = pci_get_device(0x1234, 0x11e8, NULL);

	if (!dev || !dev->pin || !irq_to_desc(dev->irq)) {
		ktest_skip("no edu device, or its line is not connected");
		pci_dev_put(dev);
		return;
	}
	edu_use_interrupt(0); /* the driver polls meanwhile */
	regs = pci_iomap(dev, 0, 0);
	if (EXPECT_EQ(request_irq(dev->irq, served, IRQF_SHARED, "test", &came), 0)) {
		raise_many();
		raise_while_disabled(dev->irq);
		if (irq_to_desc(dev->irq)->chip->irq_set_affinity)
			raise_on_each_cpu(dev->irq);
		free_irq(dev->irq, &came);
	}
	pci_iounmap(dev, regs);
	edu_use_interrupt(PCI_IRQ_ALL_TYPES);
	pci_dev_put(dev);
}
