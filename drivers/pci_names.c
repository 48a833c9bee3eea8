/* SPDX-License-Identifier: MIT */
/*
 * Names of a few devices, those that virtual machines have, and of classes.
 */
#include <cairn/pci.h>
#include <linux/kernel.h>

static const struct {
	u16 vendor, device;
	const char *name;
} devices[] = {
	{0x1013, 0x00b8, "Cirrus GD5446"},
	{0x1022, 0x2000, "AMD PCnet"},
	{0x1033, 0x0194, "NEC xHCI"},
	{0x10ec, 0x8139, "Realtek RTL8139"},
	{0x1234, 0x1111, "QEMU standard VGA"},
	{0x1234, 0x11e8, "QEMU edu"},
	{0x15ad, 0x0405, "VMware SVGA II"},
	{0x1af4, 0x1000, "virtio network (transitional)"},
	{0x1af4, 0x1001, "virtio block (transitional)"},
	{0x1af4, 0x1002, "virtio balloon (transitional)"},
	{0x1af4, 0x1003, "virtio console (transitional)"},
	{0x1af4, 0x1004, "virtio SCSI (transitional)"},
	{0x1af4, 0x1005, "virtio entropy (transitional)"},
	{0x1af4, 0x1041, "virtio network"},
	{0x1af4, 0x1042, "virtio block"},
	{0x1af4, 0x1044, "virtio entropy"},
	{0x1af4, 0x1050, "virtio GPU"},
	{0x1af4, 0x1110, "QEMU ivshmem"},
	{0x1b36, 0x0001, "QEMU PCI bridge"},
	{0x1b36, 0x0002, "QEMU serial port"},
	{0x1b36, 0x0005, "QEMU pci-testdev"},
	{0x1b36, 0x0008, "QEMU PCIe host bridge"},
	{0x1b36, 0x000b, "QEMU PCIe expander bridge"},
	{0x1b36, 0x000c, "QEMU PCIe root port"},
	{0x1b36, 0x000d, "QEMU xHCI"},
	{0x1b36, 0x000e, "QEMU PCIe-to-PCI bridge"},
	{0x1b36, 0x0010, "QEMU NVMe"},
	{0x1b36, 0x0100, "QEMU QXL"},
	{0x8086, 0x100e, "Intel 82540EM"},
	{0x8086, 0x10d3, "Intel 82574L"},
	{0x8086, 0x1237, "Intel 440FX"},
	{0x8086, 0x244e, "Intel 82801 PCI bridge"},
	{0x8086, 0x2415, "Intel 82801AA audio"},
	{0x8086, 0x2668, "Intel ICH6 HD audio"},
	{0x8086, 0x2918, "Intel ICH9 LPC"},
	{0x8086, 0x2922, "Intel ICH9 AHCI"},
	{0x8086, 0x2930, "Intel ICH9 SMBus"},
	{0x8086, 0x2934, "Intel ICH9 UHCI"},
	{0x8086, 0x293a, "Intel ICH9 EHCI"},
	{0x8086, 0x29c0, "Intel Q35 host bridge"},
	{0x8086, 0x7000, "Intel PIIX3 ISA"},
	{0x8086, 0x7010, "Intel PIIX3 IDE"},
	{0x8086, 0x7020, "Intel PIIX3 UHCI"},
	{0x8086, 0x7110, "Intel PIIX4 ISA"},
	{0x8086, 0x7111, "Intel PIIX4 IDE"},
	{0x8086, 0x7113, "Intel PIIX4 ACPI"},
};

/* The first whose class and mask fit. */
static const struct {
	u32 class, mask;
	const char *name;
} classes[] = {
	{0x010100, 0xffff00, "IDE controller"},
	{0x010600, 0xffff00, "SATA controller"},
	{0x010800, 0xffff00, "NVMe controller"},
	{0x010000, 0xff0000, "storage controller"},
	{0x020000, 0xffff00, "Ethernet controller"},
	{0x020000, 0xff0000, "network controller"},
	{0x030000, 0xffff00, "VGA display"},
	{0x030000, 0xff0000, "display controller"},
	{0x040000, 0xff0000, "multimedia controller"},
	{0x050000, 0xff0000, "memory controller"},
	{0x060000, 0xffff00, "host bridge"},
	{0x060100, 0xffff00, "ISA bridge"},
	{0x060400, 0xffff00, "PCI bridge"},
	{0x060700, 0xffff00, "CardBus bridge"},
	{0x060000, 0xff0000, "bridge"},
	{0x070000, 0xff0000, "communication controller"},
	{0x080000, 0xff0000, "system peripheral"},
	{0x090000, 0xff0000, "input device"},
	{0x0c0300, 0xffff00, "USB controller"},
	{0x0c0500, 0xffff00, "SMBus"},
	{0x0c0000, 0xff0000, "serial bus controller"},
	{0x0d0000, 0xff0000, "wireless controller"},
};

const char *pci_device_name(u16 vendor, u16 device)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(devices); i++)
		if (devices[i].vendor == vendor && devices[i].device == device)
			return devices[i].name;
	return NULL;
}

const char *pci_class_name(u32 class)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(classes); i++)
		if ((class & classes[i].mask) == classes[i].class)
			return classes[i].name;
	return "device";
}
