/* SPDX-License-Identifier: MIT */
/*
 * PCI drivers: registration, finding devices, enabling them, claiming BARs.
 *
 * A driver is offered every device that fits its table and that nobody drives.
 * Devices come and drivers register on one CPU during start-up and in the
 * monitor, so the list of drivers and dev->driver need no lock; reference
 * and enable counts are atomic.
 */
#include <cairn/dma.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include "pci.h"

static LIST_HEAD(pci_drivers);

/* ---- configuration space ---------------------------------------------- */

/* Is @where a register of @size bytes that the device has? */
static bool good_register(const struct pci_dev *dev, int where, int size)
{
	return where >= 0 && where <= dev->cfg_size - size && where % size == 0;
}

#define DEFINE_CONFIG_ACCESS(name, type, size)                                                  \
	int pci_read_config_##name(const struct pci_dev *dev, int where, type *value)           \
	{                                                                                       \
		*value = (type)~0u;                                                             \
		if (!good_register(dev, where, size))                                           \
			return PCIBIOS_BAD_REGISTER_NUMBER;                                     \
		*value = pci_config_read(pci_config_of(dev), pci_address_of(dev), where, size); \
		return PCIBIOS_SUCCESSFUL;                                                      \
	}                                                                                       \
	int pci_write_config_##name(const struct pci_dev *dev, int where, type value)           \
	{                                                                                       \
		if (!good_register(dev, where, size))                                           \
			return PCIBIOS_BAD_REGISTER_NUMBER;                                     \
		pci_config_write(pci_config_of(dev), pci_address_of(dev), where, size, value);  \
		return PCIBIOS_SUCCESSFUL;                                                      \
	}

DEFINE_CONFIG_ACCESS(byte, u8, 1)
DEFINE_CONFIG_ACCESS(word, u16, 2)
DEFINE_CONFIG_ACCESS(dword, u32, 4)

u8 pci_find_capability(struct pci_dev *dev, int cap)
{
	struct pci_function fn = pci_function_of(dev);

	return pci_cap_find(pci_config_of(dev), &fn, cap);
}

u8 pci_find_next_capability(struct pci_dev *dev, u8 pos, int cap)
{
	struct pci_function fn = pci_function_of(dev);

	return pci_cap_next(pci_config_of(dev), &fn, pos, cap);
}

u16 pci_find_ext_capability(struct pci_dev *dev, int cap)
{
	return pci_find_next_ext_capability(dev, 0, cap);
}

u16 pci_find_next_ext_capability(struct pci_dev *dev, u16 pos, int cap)
{
	struct pci_function fn = pci_function_of(dev);

	return pci_ext_cap_find(pci_config_of(dev), &fn, pos, cap);
}

/* ---- matching --------------------------------------------------------- */

static bool id_fits(const struct pci_device_id *id, const struct pci_dev *dev)
{
	const __u32 any = (__u32)PCI_ANY_ID;

	return (id->vendor == any || id->vendor == dev->vendor) &&
	       (id->device == any || id->device == dev->device) &&
	       (id->subvendor == any || id->subvendor == dev->subsystem_vendor) &&
	       (id->subdevice == any || id->subdevice == dev->subsystem_device) &&
	       !((id->class ^ dev->class) & id->class_mask);
}

const struct pci_device_id *pci_match_id(const struct pci_device_id *ids, struct pci_dev *dev)
{
	if (!ids)
		return NULL;
	for (; ids->vendor || ids->subvendor || ids->class_mask; ids++)
		if (id_fits(ids, dev))
			return ids;
	return NULL;
}

static void bind(struct pci_driver *drv, struct pci_dev *dev)
{
	const struct pci_device_id *id = pci_match_id(drv->id_table, dev);
	int err;

	if (!id || dev->driver)
		return;
	dev->driver = drv;
	dev->dev.driver = &drv->driver;
	err = drv->probe(dev, id);
	if (!err)
		return;
	if (err != -ENODEV && err != -ENXIO)
		pci_warn(dev, "probe failed with error %d\n", err);
	dev->driver = NULL;
	dev->dev.driver = NULL;
	devres_release_all(&dev->dev);
	pci_set_drvdata(dev, NULL);
}

static void unbind(struct pci_dev *dev)
{
	if (dev->driver->remove)
		dev->driver->remove(dev);
	devres_release_all(&dev->dev);
	dma_report_pending(&dev->dev);
	pci_set_drvdata(dev, NULL);
	dev->driver = NULL;
	dev->dev.driver = NULL;
}

static bool registered(const struct pci_driver *drv)
{
	const struct pci_driver *have;

	list_for_each_entry(have, &pci_drivers, node)
		if (have == drv)
			return true;
	return false;
}

int pci_register_driver(struct pci_driver *drv)
{
	struct pci_dev *dev;

	if (!drv->name || !drv->id_table || !drv->probe)
		return -EINVAL;
	if (registered(drv))
		return -EBUSY;
	drv->driver.name = drv->name;
	list_add_tail(&drv->node, &pci_drivers);
	for (dev = pci_next_dev(NULL); dev; dev = pci_next_dev(dev))
		bind(drv, dev);
	return 0;
}

void pci_unregister_driver(struct pci_driver *drv)
{
	struct pci_dev *dev;

	if (!registered(drv)) {
		pr_err("BUG: pci_unregister_driver: %s is not registered\n",
		       drv->name ? drv->name : "(unnamed)");
		dump_stack();
		return;
	}
	for (dev = pci_next_dev(NULL); dev; dev = pci_next_dev(dev))
		if (dev->driver == drv)
			unbind(dev);
	list_del(&drv->node);
}

void pci_shutdown(void)
{
	struct pci_dev *dev;

	for (dev = pci_next_dev(NULL); dev; dev = pci_next_dev(dev))
		if (dev->driver && dev->driver->shutdown)
			dev->driver->shutdown(dev);
}

/* ---- finding devices -------------------------------------------------- */

struct pci_dev *pci_dev_get(struct pci_dev *dev)
{
	if (dev)
		get_device(&dev->dev);
	return dev;
}

void pci_dev_put(struct pci_dev *dev)
{
	if (dev)
		put_device(&dev->dev);
}

/* The next device behind @from that @id fits; takes its reference, drops @from's. */
static struct pci_dev *get_fitting(const struct pci_device_id *id, struct pci_dev *from)
{
	struct pci_dev *dev = pci_next_dev(from);

	while (dev && !id_fits(id, dev))
		dev = pci_next_dev(dev);
	pci_dev_get(dev);
	pci_dev_put(from);
	return dev;
}

struct pci_dev *pci_get_subsys(unsigned int vendor, unsigned int device, unsigned int subvendor,
			       unsigned int subdevice, struct pci_dev *from)
{
	const struct pci_device_id id = {
		.vendor = vendor,
		.device = device,
		.subvendor = subvendor,
		.subdevice = subdevice,
	};

	return get_fitting(&id, from);
}

struct pci_dev *pci_get_device(unsigned int vendor, unsigned int device, struct pci_dev *from)
{
	return pci_get_subsys(vendor, device, PCI_ANY_ID, PCI_ANY_ID, from);
}

struct pci_dev *pci_get_class(unsigned int class, struct pci_dev *from)
{
	const struct pci_device_id id = {PCI_DEVICE_CLASS(class, 0xffffff)};

	return get_fitting(&id, from);
}

struct pci_dev *pci_get_slot(struct pci_bus *bus, unsigned int devfn)
{
	struct pci_dev *dev;

	list_for_each_entry(dev, &bus->devices, bus_list)
		if (dev->devfn == devfn)
			return pci_dev_get(dev);
	return NULL;
}

struct pci_dev *pci_get_domain_bus_and_slot(int domain, unsigned int bus, unsigned int devfn)
{
	struct pci_bus *b = pci_find_bus(domain, bus);

	return b ? pci_get_slot(b, devfn) : NULL;
}

int pci_dev_present(const struct pci_device_id *ids)
{
	struct pci_dev *dev;

	for (dev = pci_next_dev(NULL); dev; dev = pci_next_dev(dev))
		if (pci_match_id(ids, dev))
			return 1;
	return 0;
}

/* ---- enabling --------------------------------------------------------- */

/* The command bits that the BARs of types @types need, or -EINVAL. */
static int decode_bits(struct pci_dev *dev, unsigned long types)
{
	int bits = 0;
	int bar;

	for (bar = 0; bar <= PCI_STD_RESOURCE_END; bar++) {
		const struct resource *res = &dev->resource[bar];

		if (!(res->flags & types))
			continue;
		if (!pci_bar_usable(res)) {
			pci_err(dev, "can't enable device: BAR %d has no usable address\n", bar);
			return -EINVAL;
		}
		bits |= res->flags & IORESOURCE_IO ? PCI_COMMAND_IO : PCI_COMMAND_MEMORY;
	}
	return bits;
}

static int enable(struct pci_dev *dev, unsigned long types)
{
	u16 command;
	int bits;

	if (atomic_inc_return(&dev->enable_cnt) > 1)
		return 0;
	bits = decode_bits(dev, types);
	if (bits < 0) {
		atomic_dec(&dev->enable_cnt);
		return bits;
	}
	pci_read_config_word(dev, PCI_COMMAND, &command);
	if ((command | bits) != command)
		pci_write_config_word(dev, PCI_COMMAND, command | bits);
	return 0;
}

int pci_enable_device(struct pci_dev *dev)
{
	return enable(dev, IORESOURCE_MEM | IORESOURCE_IO);
}

int pci_enable_device_mem(struct pci_dev *dev)
{
	return enable(dev, IORESOURCE_MEM);
}

int pci_enable_device_io(struct pci_dev *dev)
{
	return enable(dev, IORESOURCE_IO);
}

void pci_disable_device(struct pci_dev *dev)
{
	if (!atomic_add_unless(&dev->enable_cnt, -1, 0)) {
		pci_err(dev, "BUG: disabling already-disabled device\n");
		dump_stack();
		return;
	}
	if (!pci_is_enabled(dev))
		pci_clear_master(dev);
}

static void write_master(struct pci_dev *dev, bool on)
{
	u16 command, wanted;

	pci_read_config_word(dev, PCI_COMMAND, &command);
	wanted = on ? command | PCI_COMMAND_MASTER : command & ~PCI_COMMAND_MASTER;
	if (wanted != command)
		pci_write_config_word(dev, PCI_COMMAND, wanted);
	dev->is_busmaster = on;
}

void pci_set_master(struct pci_dev *dev)
{
	write_master(dev, true);
}

void pci_clear_master(struct pci_dev *dev)
{
	write_master(dev, false);
}

/* ---- claiming BARs ---------------------------------------------------- */

int pci_select_bars(struct pci_dev *dev, unsigned long flags)
{
	int bar, bars = 0;

	for (bar = 0; bar <= PCI_ROM_RESOURCE; bar++)
		if (dev->resource[bar].flags & flags)
			bars |= 1 << bar;
	return bars;
}

int pci_request_region(struct pci_dev *dev, int bar, const char *name)
{
	struct resource *res, *root;

	if (bar < 0 || bar > PCI_ROM_RESOURCE)
		return -EINVAL;
	res = &dev->resource[bar];
	if (!res->flags)
		return 0;
	root = res->flags & IORESOURCE_IO ? &ioport_resource : &iomem_resource;
	if (pci_bar_usable(res) && __request_region(root, res->start, resource_size(res), name, 0))
		return 0;
	pci_warn(dev, "BAR %d: can't reserve [%s 0x%llx-0x%llx]\n", bar,
		 res->flags & IORESOURCE_IO ? "io " : "mem", res->start, res->end);
	return -EBUSY;
}

void pci_release_region(struct pci_dev *dev, int bar)
{
	struct resource *res, *root;

	if (bar < 0 || bar > PCI_ROM_RESOURCE || !pci_bar_usable(&dev->resource[bar]))
		return;
	res = &dev->resource[bar];
	root = res->flags & IORESOURCE_IO ? &ioport_resource : &iomem_resource;
	__release_region(root, res->start, resource_size(res));
}

void pci_release_selected_regions(struct pci_dev *dev, int bars)
{
	int bar;

	for (bar = 0; bar <= PCI_ROM_RESOURCE; bar++)
		if (bars & 1 << bar)
			pci_release_region(dev, bar);
}

int pci_request_selected_regions(struct pci_dev *dev, int bars, const char *name)
{
	int bar, err;

	for (bar = 0; bar <= PCI_ROM_RESOURCE; bar++) {
		err = bars & 1 << bar ? pci_request_region(dev, bar, name) : 0;
		if (!err)
			continue;
		pci_release_selected_regions(dev, bars & ((1 << bar) - 1));
		return err;
	}
	return 0;
}

#define ALL_BARS ((1 << PCI_STD_NUM_BARS) - 1)

int pci_request_regions(struct pci_dev *dev, const char *name)
{
	return pci_request_selected_regions(dev, ALL_BARS, name);
}

void pci_release_regions(struct pci_dev *dev)
{
	pci_release_selected_regions(dev, ALL_BARS);
}
