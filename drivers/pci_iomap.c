/* SPDX-License-Identifier: MIT */
/*
 * Mapping BARs and ROMs, and the calls whose effects end with the driver.
 *
 * pcim_ calls keep a record among the device's managed resources (devres): one
 * for pcim_enable_device(), and one table of mappings, indexed by BAR, for
 * pcim_iomap() and its relatives.
 */
#include <linux/io.h>
#include <linux/kernel.h>
#include "pci.h"

/* The part of a BAR to map, or NULL if it cannot be mapped. */
static const struct resource *mappable(struct pci_dev *dev, int bar, unsigned long offset,
				       unsigned long *len)
{
	const struct resource *res;
	u64 size;

	if (bar < 0 || bar > PCI_STD_RESOURCE_END)
		return NULL;
	res = &dev->resource[bar];
	if (!pci_bar_usable(res))
		return NULL;
	size = resource_size(res);
	if (offset >= size || *len > size - offset)
		return NULL;
	if (!*len)
		*len = size - offset;
	return res;
}

static void __iomem *map_bar(struct pci_dev *dev, int bar, unsigned long offset, unsigned long len,
			     void __iomem *(*map)(resource_size_t, size_t))
{
	const struct resource *res = mappable(dev, bar, offset, &len);

	if (!res)
		return NULL;
	if (res->flags & IORESOURCE_IO)
		return ioport_map(res->start + offset, len);
	return map(res->start + offset, len);
}

void __iomem *pci_iomap_range(struct pci_dev *dev, int bar, unsigned long offset,
			      unsigned long maxlen)
{
	return map_bar(dev, bar, offset, maxlen, ioremap);
}

void __iomem *pci_iomap(struct pci_dev *dev, int bar, unsigned long maxlen)
{
	return map_bar(dev, bar, 0, maxlen, ioremap);
}

void __iomem *pci_iomap_wc(struct pci_dev *dev, int bar, unsigned long maxlen)
{
	return map_bar(dev, bar, 0, maxlen, ioremap_wc);
}

void __iomem *pci_ioremap_bar(struct pci_dev *dev, int bar)
{
	if (bar < 0 || bar > PCI_STD_RESOURCE_END || dev->resource[bar].flags & IORESOURCE_IO)
		return NULL;
	return pci_iomap(dev, bar, 0);
}

void pci_iounmap(struct pci_dev *dev, void __iomem *addr)
{
	(void)dev;
	if (!__io_is_port(addr))
		iounmap(addr);
}

/* ---- expansion ROM ---------------------------------------------------- */

static u8 read_rom(const void *rom, size_t offset)
{
	return readb((const void __force __iomem *)rom + offset);
}

static void decode_rom(struct pci_dev *dev, bool on)
{
	int where = dev->hdr_type == PCI_HEADER_TYPE_BRIDGE ? PCI_ROM_ADDRESS1 : PCI_ROM_ADDRESS;
	u32 value;

	pci_read_config_dword(dev, where, &value);
	value = on ? value | PCI_ROM_ADDRESS_ENABLE : value & ~PCI_ROM_ADDRESS_ENABLE;
	pci_write_config_dword(dev, where, value);
}

void __iomem *pci_map_rom(struct pci_dev *dev, size_t *size)
{
	const struct resource *res = &dev->resource[PCI_ROM_RESOURCE];
	void __iomem *rom;

	if (!pci_bar_usable(res))
		return NULL;
	rom = ioremap(res->start, resource_size(res));
	if (!rom)
		return NULL;
	decode_rom(dev, true);
	*size = pci_rom_image_size((void __force *)rom, resource_size(res), read_rom);
	return rom;
}

void pci_unmap_rom(struct pci_dev *dev, void __iomem *rom)
{
	iounmap(rom);
	decode_rom(dev, dev->resource[PCI_ROM_RESOURCE].flags & IORESOURCE_ROM_ENABLE);
}

/* ---- managed ---------------------------------------------------------- */

/* The table of mappings, and which BARs are claimed with them. */
struct managed_maps {
	void __iomem *table[PCI_STD_NUM_BARS];
	int claimed;
};

static void release_enable(struct device *device, void *res)
{
	struct pci_dev *dev = to_pci_dev(device);

	(void)res;
	dev->is_managed = false;
	pci_disable_device(dev);
}

int pcim_enable_device(struct pci_dev *dev)
{
	void *res;
	int err;

	if (dev->is_managed)
		return 0;
	res = devres_alloc(release_enable, 0, GFP_KERNEL);
	if (!res)
		return -ENOMEM;
	err = pci_enable_device(dev);
	if (err) {
		devres_free(res);
		return err;
	}
	dev->is_managed = true;
	devres_add(&dev->dev, res);
	return 0;
}

static void release_maps(struct device *device, void *res)
{
	struct pci_dev *dev = to_pci_dev(device);
	struct managed_maps *maps = res;
	int bar;

	for (bar = 0; bar < PCI_STD_NUM_BARS; bar++)
		if (maps->table[bar])
			pci_iounmap(dev, maps->table[bar]);
	pci_release_selected_regions(dev, maps->claimed);
}

static struct managed_maps *find_maps(struct pci_dev *dev)
{
	return devres_find(&dev->dev, release_maps, NULL, NULL);
}

static struct managed_maps *make_maps(struct pci_dev *dev)
{
	struct managed_maps *maps = find_maps(dev);

	if (maps)
		return maps;
	maps = devres_alloc(release_maps, sizeof(*maps), GFP_KERNEL);
	if (maps)
		devres_add(&dev->dev, maps);
	return maps;
}

void __iomem *const *pcim_iomap_table(struct pci_dev *dev)
{
	struct managed_maps *maps = make_maps(dev);

	return maps ? maps->table : NULL;
}

void __iomem *pcim_iomap(struct pci_dev *dev, int bar, unsigned long maxlen)
{
	struct managed_maps *maps;

	if (bar < 0 || bar > PCI_STD_RESOURCE_END)
		return NULL;
	maps = make_maps(dev);
	if (!maps || maps->table[bar])
		return NULL;
	maps->table[bar] = pci_iomap(dev, bar, maxlen);
	return maps->table[bar];
}

void pcim_iounmap(struct pci_dev *dev, void __iomem *addr)
{
	struct managed_maps *maps = find_maps(dev);
	int bar;

	for (bar = 0; maps && addr && bar < PCI_STD_NUM_BARS; bar++) {
		if (maps->table[bar] != addr)
			continue;
		maps->table[bar] = NULL;
		pci_iounmap(dev, addr);
		return;
	}
	WARN(1, "pcim_iounmap: %p is not device %s's\n", addr, pci_name(dev));
}

static int map_and_claim(struct pci_dev *dev, struct managed_maps *maps, int bar, const char *name)
{
	int err;

	if (!pci_resource_len(dev, bar))
		return -EINVAL;
	err = pci_request_region(dev, bar, name);
	if (err)
		return err;
	if (pcim_iomap(dev, bar, 0)) {
		maps->claimed |= 1 << bar;
		return 0;
	}
	pci_release_region(dev, bar);
	return -ENOMEM;
}

int pcim_iomap_regions(struct pci_dev *dev, int mask, const char *name)
{
	struct managed_maps *maps = make_maps(dev);
	int bar, err;

	if (!maps)
		return -ENOMEM;
	for (bar = 0; bar < PCI_STD_NUM_BARS; bar++) {
		err = mask & 1 << bar ? map_and_claim(dev, maps, bar, name) : 0;
		if (!err)
			continue;
		pcim_iounmap_regions(dev, mask & ((1 << bar) - 1));
		return err;
	}
	return 0;
}

int pcim_iomap_regions_request_all(struct pci_dev *dev, int mask, const char *name)
{
	int rest = ((1 << PCI_STD_NUM_BARS) - 1) & ~mask;
	int err = pci_request_selected_regions(dev, rest, name);
	struct managed_maps *maps;

	if (err)
		return err;
	err = pcim_iomap_regions(dev, mask, name);
	if (err) {
		pci_release_selected_regions(dev, rest);
		return err;
	}
	maps = find_maps(dev);
	maps->claimed |= rest;
	return 0;
}

void pcim_iounmap_regions(struct pci_dev *dev, int mask)
{
	struct managed_maps *maps = find_maps(dev);
	int bar;

	for (bar = 0; maps && bar < PCI_STD_NUM_BARS; bar++) {
		if (!(mask & 1 << bar) || !maps->table[bar])
			continue;
		pcim_iounmap(dev, maps->table[bar]);
		if (maps->claimed & 1 << bar)
			pci_release_region(dev, bar);
		maps->claimed &= ~(1 << bar);
	}
}
