/* SPDX-License-Identifier: MIT */
/* A PCI driver, from <linux/module.h> and <linux/pci.h>: it reads what host bridges are there. */
#include <linux/module.h>
#include <linux/pci.h>

static int bridges;

static int surface_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	u16 vendor;
	u8 type;

	if (pci_read_config_word(pdev, PCI_VENDOR_ID, &vendor) || vendor != pdev->vendor)
		return -EIO;
	if (pci_read_config_byte(pdev, PCI_HEADER_TYPE, &type) || pcim_enable_device(pdev))
		return -EIO;
	pci_set_drvdata(pdev, devm_kzalloc(&pdev->dev, 64, GFP_KERNEL));
	dev_info(&pdev->dev, "host bridge, data %lu\n", id->driver_data);
	bridges++;
	return pci_get_drvdata(pdev) ? 0 : -ENOMEM;
}

static void surface_remove(struct pci_dev *pdev)
{
	bridges--;
}

static const struct pci_device_id surface_ids[] = {
	{PCI_DEVICE_CLASS(PCI_CLASS_BRIDGE_HOST << 8, ~0), .driver_data = 7},
	{PCI_VDEVICE(INTEL, 0x1237), 3},
	{
		0,
	}};
MODULE_DEVICE_TABLE(pci, surface_ids);

static struct pci_driver surface_driver = {
	.name = "surface_pci",
	.id_table = surface_ids,
	.probe = surface_probe,
	.remove = surface_remove,
};
module_pci_driver(surface_driver);
MODULE_LICENSE("Dual MIT/GPL");
