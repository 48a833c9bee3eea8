/* SPDX-License-Identifier: MIT */
#ifndef _DRIVERS_PCI_H
#define _DRIVERS_PCI_H

/* Private to drivers/pci_*.c: from a struct pci_dev to the pure cores. */
#include <cairn/pci.h>
#include <linux/cpumask.h>
#include <linux/pci.h>

extern struct list_head pci_root_buses;

static inline const struct pci_config *pci_config_of(const struct pci_dev *dev)
{
	return pci_host_config(dev->bus->host);
}

static inline struct pci_address pci_address_of(const struct pci_dev *dev)
{
	return (struct pci_address){dev->bus->number, dev->devfn};
}

/* pci_function_of - as much of the function as the pure cores look at. */
static inline struct pci_function pci_function_of(const struct pci_dev *dev)
{
	return (struct pci_function){
		.at = pci_address_of(dev),
		.vendor = dev->vendor,
		.device = dev->device,
		.class = dev->class,
		.revision = dev->revision,
		.header_type = dev->hdr_type,
	};
}

/**
 * pci_next_dev - walk all devices, a bus at a time, in the order of discovery
 * @dev: the last one, NULL from the start
 *
 * Return: the next, or NULL.  No reference is taken.
 */
struct pci_dev *pci_next_dev(struct pci_dev *dev);

/**
 * msi_address - where a device writes to interrupt a CPU
 * @apicid: the CPU's
 *
 * The address has eight bits for it, of which all set mean every CPU.
 *
 * Context: any; pure.
 * Return: the address, or 0 if a message cannot reach this CPU alone.
 */
u32 msi_address(u32 apicid);

/**
 * msi_cpu - a CPU that a message can reach
 * @apicid: of each CPU
 * @online: the CPUs to choose from
 *
 * Context: any; pure.
 * Return: the lowest such number, or -ENOSPC.
 */
int msi_cpu(const u32 *apicid, const struct cpumask *online);

/* pci_bar_usable - does the BAR have an address that is the device's alone? */
static inline bool pci_bar_usable(const struct resource *res)
{
	return res->flags && res->parent && !(res->flags & IORESOURCE_UNSET);
}

#endif
