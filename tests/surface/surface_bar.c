/* SPDX-License-Identifier: MIT */
/* A driver that maps a BAR and would take interrupts: QEMU's display, which nobody else drives. */
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/interrupt.h>

#define REGISTERS 2

static int probed, removed;

static irqreturn_t surface_interrupt(int irq, void *data)
{
	return IRQ_NONE;
}

static int surface_vectors(struct pci_dev *pdev)
{
	int n = pci_alloc_irq_vectors(pdev, 1, 1, PCI_IRQ_ALL_TYPES);

	if (n == 1 && !pdev->irq)
		return -EINVAL; /* line 0 is the timer's */
	if (n == 1) {
		int irq = pci_irq_vector(pdev, 0);

		if (!request_irq(irq, surface_interrupt, IRQF_SHARED, "surface_bar", pdev))
			free_irq(irq, pdev);
		pci_free_irq_vectors(pdev);
	}
	return pci_alloc_irq_vectors(pdev, 1, 1, PCI_IRQ_MSI | PCI_IRQ_MSIX) < 0 ? 0 : -EINVAL;
}

static int surface_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	void __iomem *registers;
	dma_addr_t handle;
	void *ring;
	u32 ids, bar;
	u8 latency;
	int err = pci_enable_device_mem(pdev);

	if (err)
		return err;
	err = pci_request_region(pdev, REGISTERS, "surface_bar");
	if (err)
		goto disable;
	registers = pci_iomap(pdev, REGISTERS, 0);
	ring = dma_alloc_coherent(&pdev->dev, 4096, &handle, GFP_KERNEL);
	pci_read_config_dword(pdev, PCI_VENDOR_ID, &ids);
	pci_read_config_dword(pdev, PCI_BASE_ADDRESS_2, &bar);
	pci_read_config_byte(pdev, PCI_LATENCY_TIMER, &latency);
	pci_write_config_byte(pdev, PCI_LATENCY_TIMER, latency);
	pci_write_config_word(pdev, PCI_STATUS, 0);
	pci_write_config_dword(pdev, PCI_BASE_ADDRESS_2, bar);
	pci_set_master(pdev);
	pci_clear_master(pdev);
	err = registers && ring && ids == (pdev->vendor | (u32)pdev->device << 16) &&
			      pci_resource_flags(pdev, REGISTERS) & IORESOURCE_MEM &&
			      pci_resource_start(pdev, REGISTERS) == (bar & ~15U) &&
			      pci_resource_end(pdev, REGISTERS) -
					      pci_resource_start(pdev, REGISTERS) + 1 ==
				      pci_resource_len(pdev, REGISTERS)
		      ? surface_vectors(pdev)
		      : -EIO;
	probed += !err && ioread32(registers) == readl(registers);
	dma_free_coherent(&pdev->dev, 4096, ring, handle);
	pci_iounmap(pdev, registers);
	pci_release_region(pdev, REGISTERS);
	if (!err)
		return pci_request_regions(pdev, "surface_bar");
disable:
	pci_disable_device(pdev);
	return err;
}

static void surface_remove(struct pci_dev *pdev)
{
	pci_release_regions(pdev);
	pci_disable_device(pdev);
	removed++;
}

static const struct pci_device_id surface_ids[] = {{PCI_DEVICE(0x1234, 0x1111)}, {}};
MODULE_DEVICE_TABLE(pci, surface_ids);

static struct pci_driver surface_driver = {
	.name = "surface_bar",
	.id_table = surface_ids,
	.probe = surface_probe,
	.remove = surface_remove,
};

/* Twice, for what the first time leaves behind would be in the way of the second. */
static int __init surface_init(void)
{
	for (int i = 0; i < 2; i++) {
		int err = pci_register_driver(&surface_driver);

		if (err)
			return err;
		pci_unregister_driver(&surface_driver);
	}
	return probed == 2 && removed == 2 ? 0 : -ENODEV;
}
module_init(surface_init);
MODULE_LICENSE("Dual MIT/GPL");
