/* SPDX-License-Identifier: MIT */
/* The monitor's lspci: PCI devices, their drivers and what of the address space is theirs. */
#include <cairn/monitor.h>
#include <cairn/pci.h>
#include <linux/kernel.h>
#include <linux/pci.h>

/* A size in the largest unit that divides it. */
static void print_size(u64 size)
{
	static const char *const units[] = {"bytes", "KiB", "MiB", "GiB", "TiB"};
	unsigned int unit = 0;

	while (unit + 1 < ARRAY_SIZE(units) && size >= 1024 && size % 1024 == 0) {
		size /= 1024;
		unit++;
	}
	monitor_printf("%llu %s", size, units[unit]);
}

static void print_resource(const struct pci_dev *dev, int i)
{
	const struct resource *res = &dev->resource[i];

	if (!res->flags)
		return;
	if (i == PCI_ROM_RESOURCE)
		monitor_printf("\tROM  ");
	else if (i >= PCI_BRIDGE_RESOURCES)
		monitor_printf("\twindow ");
	else
		monitor_printf("\tBAR %d ", i);
	monitor_printf("%s 0x%llx-0x%llx (", res->flags & IORESOURCE_IO ? "I/O" : "memory",
		       res->start, res->end);
	print_size(resource_size(res));
	monitor_printf(")%s%s%s\n", res->flags & IORESOURCE_MEM_64 ? " 64-bit" : "",
		       res->flags & IORESOURCE_PREFETCH ? " prefetchable" : "",
		       res->flags & IORESOURCE_UNSET ? " unassigned"
		       : res->parent		     ? ""
						     : " not claimed");
}

static void print_device(const struct pci_dev *dev)
{
	const char *name = pci_device_name(dev->vendor, dev->device);
	int i;

	monitor_printf("%s %04x:%04x %s%s%s", pci_name(dev), dev->vendor, dev->device,
		       pci_class_name(dev->class), name ? ": " : "", name ? name : "");
	if (dev->revision)
		monitor_printf(" (rev %02x)", dev->revision);
	if (dev->driver)
		monitor_printf(" [%s]", dev->driver->name);
	monitor_printf("\n");
	if (dev->subordinate)
		monitor_printf("\tbuses %02x-%02x\n", dev->subordinate->number,
			       dev->subordinate->busn_end);
	for (i = 0; i < DEVICE_COUNT_RESOURCE; i++)
		print_resource(dev, i);
}

static int cmd_lspci(int argc, char **argv)
{
	struct pci_dev *dev = NULL;
	unsigned int n = 0;

	(void)argv;
	if (argc > 1)
		return -EINVAL;
	for_each_pci_dev(dev) {
		print_device(dev);
		n++;
	}
	if (!n)
		monitor_printf("no PCI devices\n");
	return 0;
}
MONITOR_COMMAND("lspci", "", "list the PCI devices and their BARs", cmd_lspci);
