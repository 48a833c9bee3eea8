/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_MOD_DEVICETABLE_H
#define _LINUX_MOD_DEVICETABLE_H

/* Tables by which a driver says what devices it is for. */
#include <linux/types.h>

typedef unsigned long kernel_ulong_t;

#define PCI_ANY_ID (~0)

/**
 * struct pci_device_id - one line of a PCI driver's table
 * @vendor: vendor id, or PCI_ANY_ID
 * @device: device id, or PCI_ANY_ID
 * @subvendor: subsystem vendor id, or PCI_ANY_ID
 * @subdevice: subsystem device id, or PCI_ANY_ID
 * @class: class, subclass and interface
 * @class_mask: bits of @class that count
 * @driver_data: the driver's own
 * @override_only: accepted and not used
 *
 * A table ends with a line of zeroes.
 */
struct pci_device_id {
	__u32 vendor, device;
	__u32 subvendor, subdevice;
	__u32 class, class_mask;
	kernel_ulong_t driver_data;
	__u32 override_only;
};

#endif
