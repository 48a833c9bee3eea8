/* SPDX-License-Identifier: MIT */
/*
 * QEMU's educational PCI device: a few registers behind BAR 0.
 *
 *	0x00	identification: 0xMMmm00ed, version MM.mm
 *	0x04	liveness: reads back the inverse of what was written
 *	0x08	factorial: write n, wait, read n! modulo 2^32
 *	0x20	status: bit 0 is set while it computes
 *
 * It computes by itself, so the driver polls the status register, for a bounded
 * time.  Interrupts and DMA are not used yet.  Source: QEMU, docs/specs/edu.
 */
#include <asm/processor.h>
#include <cairn/monitor.h>
#include <linux/io.h>
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/module.h>
#include <linux/pci.h>
#include "edu.h"

#define EDU_ID		 0x00
#define EDU_LIVENESS	 0x04
#define EDU_FACTORIAL	 0x08
#define EDU_STATUS	 0x20

#define EDU_COMPUTING	 0x01
#define EDU_ID_MASK	 0x0000ffff
#define EDU_ID_VALUE	 0x000000ed

#define LIVENESS_PATTERN 0x12345678u
#define TIMEOUT_NS	 (2 * NSEC_PER_SEC)

static void __iomem *edu_regs; /* of the first edu found; NULL without one */

u32 edu_liveness(u32 x)
{
	writel(x, edu_regs + EDU_LIVENESS);
	return readl(edu_regs + EDU_LIVENESS);
}

bool edu_present(void)
{
	return edu_regs;
}

int edu_factorial(u32 n, u32 *result)
{
	u64 start = ktime_get_ns();

	if (!edu_regs)
		return -ENODEV;
	writel(n, edu_regs + EDU_FACTORIAL);
	while (readl(edu_regs + EDU_STATUS) & EDU_COMPUTING) {
		if (ktime_get_ns() - start > TIMEOUT_NS)
			return -ETIMEDOUT;
		cpu_relax();
	}
	*result = readl(edu_regs + EDU_FACTORIAL);
	return 0;
}

/* Reads what can be read and says so; an edu that does not answer right is refused. */
static int try_registers(struct pci_dev *dev)
{
	u32 id = readl(edu_regs + EDU_ID);
	u32 alive = edu_liveness(LIVENESS_PATTERN);
	u32 factorial;

	if ((id & EDU_ID_MASK) != EDU_ID_VALUE) {
		pci_err(dev, "identification 0x%08x is not an edu's\n", id);
		return -EIO;
	}
	pci_info(dev, "identification 0x%08x, version %u.%u\n", id, id >> 24, id >> 16 & 0xff);
	pci_info(dev, "liveness: wrote 0x%08x, read 0x%08x%s\n", LIVENESS_PATTERN, alive,
		 alive == ~LIVENESS_PATTERN ? ", its inverse" : ": WRONG");
	if (alive != ~LIVENESS_PATTERN)
		return -EIO;
	if (edu_factorial(10, &factorial)) {
		pci_err(dev, "factorial: no answer\n");
		return -EIO;
	}
	pci_info(dev, "factorial: 10! = %u\n", factorial);
	return 0;
}

static int edu_probe(struct pci_dev *dev, const struct pci_device_id *id)
{
	phys_addr_t phys = pci_resource_start(dev, 0);
	int err;

	(void)id;
	if (edu_regs)
		return -ENODEV;
	err = pci_enable_device(dev);
	if (err)
		return err;
	err = pci_request_regions(dev, "edu");
	if (err)
		goto out_disable;
	err = -ENOMEM;
	edu_regs = ioremap(phys, pci_resource_len(dev, 0));
	if (!edu_regs)
		goto out_release;
	pci_info(dev, "BAR 0: physical 0x%llx, %llu KiB, mapped at 0x%px\n", phys,
		 pci_resource_len(dev, 0) >> 10, edu_regs);
	err = try_registers(dev);
	if (!err)
		return 0;
	iounmap(edu_regs);
	edu_regs = NULL;
out_release:
	pci_release_regions(dev);
out_disable:
	pci_disable_device(dev);
	return err;
}

static void edu_remove(struct pci_dev *dev)
{
	iounmap(edu_regs);
	edu_regs = NULL;
	pci_release_regions(dev);
	pci_disable_device(dev);
}

static const struct pci_device_id edu_ids[] = {
	{PCI_DEVICE(PCI_VENDOR_ID_QEMU, 0x11e8)},
	{},
};

struct pci_driver edu_driver = {
	.name = "edu",
	.id_table = edu_ids,
	.probe = edu_probe,
	.remove = edu_remove,
};

static int __init edu_init(void)
{
	int err = pci_register_driver(&edu_driver);

	if (!err && !pci_dev_present(edu_ids))
		pr_info("edu: no device 1234:11e8 here (QEMU adds one with -device edu)\n");
	return err;
}
device_initcall(edu_init);

/* The product takes a step a factor, and is 0 modulo 2^32 from 34! on. */
#define EDU_COMMAND_MAX 1000000
#define EDU_EXACT_MAX	12

static int cmd_edu(int argc, char **argv)
{
	u32 result;
	u64 n;
	int err;

	if (argc != 2 || monitor_number(argv[1], &n))
		return -EINVAL;
	if (n > EDU_COMMAND_MAX) {
		monitor_printf("edu: N is at most %u\n", EDU_COMMAND_MAX);
		return -EINVAL;
	}
	err = edu_factorial(n, &result);
	if (err == -ENODEV)
		monitor_printf("edu: there is no edu device (QEMU: -device edu)\n");
	else if (err)
		monitor_printf("edu: no answer within two seconds\n");
	else
		monitor_printf("%llu! = %u%s\n", n, result,
			       n > EDU_EXACT_MAX ? " modulo 2^32" : "");
	return err;
}
MONITOR_COMMAND("edu", "N", "let the edu device compute N!", cmd_edu);
