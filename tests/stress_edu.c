/* SPDX-License-Identifier: MIT */
/*
 * The edu device as a source of interrupts in the stress test: threads have it compute, and
 * while they sleep until it is done its handlers run, of which one is the stress test's.
 * What comes out must be right whatever goes on beside.
 *
 * Without a device, or one that interrupts, there is nothing of this.
 */
#include <linux/atomic.h>
#include <linux/interrupt.h>
#include <linux/kernel.h>
#include <linux/pci.h>
#include <cairn/init.h>
#include <cairn/test.h>
#include "../drivers/edu.h"
#include "stress.h"

static int edu_irq = -1;
static atomic_t came, jobs, wrong;

/* Beside the driver's own handler, which says whether the interrupt was the device's. */
static irqreturn_t handler(int irq __unused, void *dev __unused)
{
	stress_in_interrupt(2);
	atomic_inc(&came);
	return IRQ_NONE;
}

static bool edu_start(void)
{
	struct device *dev = edu_device();
	int irq;

	atomic_set(&came, 0);
	atomic_set(&jobs, 0);
	atomic_set(&wrong, 0);
	if (!dev || edu_use_interrupt(PCI_IRQ_ALL_TYPES))
		return true;
	irq = pci_irq_vector(to_pci_dev(dev), 0);
	if (request_irq((unsigned int)irq, handler, IRQF_SHARED, "stress", &came))
		return false;
	edu_irq = irq;
	return true;
}

static void edu_stop(void)
{
	if (edu_irq < 0)
		return;
	free_irq((unsigned int)edu_irq, &came);
	edu_irq = -1;
	pr_info("stress: %d jobs and %d interrupts of the edu device\n", atomic_read(&jobs),
		atomic_read(&came));
	EXPECT(atomic_read(&came) >= atomic_read(&jobs));
	EXPECT_EQ(atomic_read(&wrong), 0);
}

static void edu_job(void)
{
	u32 result = 0;

	if (edu_irq < 0)
		return;
	atomic_inc(&jobs);
	if (edu_factorial(12, &result) || result != 479001600)
		atomic_inc(&wrong);
}

static const struct stress_device edu = {
	.start = edu_start,
	.stop = edu_stop,
	.job = edu_job,
};

static int __init stress_edu_init(void)
{
	stress_device = &edu;
	return 0;
}
device_initcall(stress_edu_init);
