/* SPDX-License-Identifier: MIT */
/*
 * Capability lists.
 *
 * Bytes 0x40..0xff hold a singly linked list of capabilities, four bytes or
 * more each and four-byte aligned; 0x100..0xfff hold a second one, eight bytes
 * or more each.  Links are offsets, so a list can point into the header, at
 * itself or round in a circle: as many steps are taken as capabilities fit,
 *
 *	(256 - 64) / 4 = 48 and (4096 - 256) / 8 = 480
 *
 * and offsets outside the list's own range end it.  Pure.
 */
#include <cairn/pci.h>
#include <linux/errno.h>

static u8 first_pointer(const struct pci_config *cfg, const struct pci_function *fn)
{
	u16 status = pci_config_read(cfg, fn->at, PCI_STATUS, 2);

	if (!(status & PCI_STATUS_CAP_LIST))
		return 0;
	return pci_config_read(cfg, fn->at,
			       fn->header_type == PCI_HEADER_TYPE_CARDBUS ? PCI_CB_CAPABILITY_LIST
									  : PCI_CAPABILITY_LIST,
			       1);
}

/* Follows the list from offset @pos, which is looked at first. */
static u8 find_from(const struct pci_config *cfg, const struct pci_function *fn, u8 pos, u8 id)
{
	unsigned int steps;

	for (steps = 0; steps < PCI_CAP_STEPS; steps++) {
		u16 header;

		pos &= ~3;
		if (pos < PCI_STD_HEADER_SIZEOF)
			return 0;
		header = pci_config_read(cfg, fn->at, pos, 2);
		if ((header & 0xff) == 0xff)
			return 0;
		if ((header & 0xff) == id)
			return pos;
		pos = header >> 8;
	}
	return 0;
}

u8 pci_cap_find(const struct pci_config *cfg, const struct pci_function *fn, u8 id)
{
	return find_from(cfg, fn, first_pointer(cfg, fn), id);
}

u8 pci_cap_next(const struct pci_config *cfg, const struct pci_function *fn, u8 pos, u8 id)
{
	pos &= ~3;
	if (pos < PCI_STD_HEADER_SIZEOF)
		return 0;
	return find_from(cfg, fn, pci_config_read(cfg, fn->at, pos + PCI_CAP_LIST_NEXT, 1), id);
}

u16 pci_ext_cap_find(const struct pci_config *cfg, const struct pci_function *fn, u16 start, u16 id)
{
	unsigned int steps, pos = start ? start : PCI_CFG_SPACE_SIZE;

	for (steps = 0; steps < PCI_EXT_CAP_STEPS; steps++) {
		u32 header;

		if (pos < PCI_CFG_SPACE_SIZE || pos + 4 > cfg->size)
			return 0;
		header = pci_config_read(cfg, fn->at, pos, 4);
		if (!header || header == 0xffffffff)
			return 0;
		if (PCI_EXT_CAP_ID(header) == id && pos != start)
			return pos;
		pos = PCI_EXT_CAP_NEXT(header);
	}
	return 0;
}

int pci_msix_parse(const struct pci_config *cfg, const struct pci_function *fn,
		   const struct pci_bar bars[PCI_NR_BARS], struct pci_msix_table *table)
{
	u8 pos = pci_cap_find(cfg, fn, PCI_CAP_ID_MSIX);
	u32 where;

	if (!pos)
		return -ENOENT;
	if (pos + 12 > PCI_CFG_SPACE_SIZE)
		return -EINVAL;
	table->entries =
		1 + (pci_config_read(cfg, fn->at, pos + PCI_MSIX_FLAGS, 2) & PCI_MSIX_FLAGS_QSIZE);
	where = pci_config_read(cfg, fn->at, pos + PCI_MSIX_TABLE, 4);
	table->bar = where & PCI_MSIX_TABLE_BIR;
	table->offset = where & PCI_MSIX_TABLE_OFFSET;
	if (table->bar >= PCI_STD_NUM_BARS)
		return -EINVAL;
	if (bars[table->bar].state != PCI_BAR_OK || !(bars[table->bar].flags & IORESOURCE_MEM))
		return -EINVAL;
	if ((u64)table->offset + table->entries * PCI_MSIX_ENTRY_SIZE > bars[table->bar].size)
		return -EINVAL;
	return 0;
}

int pci_msi_vectors(const struct pci_config *cfg, const struct pci_function *fn)
{
	u8 pos = pci_cap_find(cfg, fn, PCI_CAP_ID_MSI);
	unsigned int size, log2;
	u16 flags;

	if (!pos)
		return 0;
	flags = pci_config_read(cfg, fn->at, pos + PCI_MSI_FLAGS, 2);
	size = flags & PCI_MSI_FLAGS_64BIT ? 14 : 10;
	if (flags & PCI_MSI_FLAGS_MASKBIT)
		size += 10;
	log2 = (flags & PCI_MSI_FLAGS_QMASK) >> 1;
	if (pos + size > PCI_CFG_SPACE_SIZE || log2 > 5)
		return -EINVAL;
	return 1 << log2;
}
