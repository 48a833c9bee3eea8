/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_PCI_H
#define _LINUX_PCI_H

/*
 * PCI as drivers see it: finding devices, claiming and mapping their BARs,
 * reading and writing configuration space.  Devices are found once, at
 * start-up, and stay.
 */
#include <linux/types.h>
#include <linux/compiler.h>
#include <linux/device.h>
#include <linux/dmapool.h>
#include <linux/errno.h>
#include <linux/init.h>
#include <linux/io.h>
#include <linux/ioport.h>
#include <linux/list.h>
#include <linux/mod_devicetable.h>
#include <linux/pci_ids.h>
#include <linux/pci_regs.h>

/* A device number and a function number in one byte. */
#define PCI_DEVFN(slot, func) ((((slot)&0x1f) << 3) | ((func)&0x07))
#define PCI_SLOT(devfn)	      (((devfn) >> 3) & 0x1f)
#define PCI_FUNC(devfn)	      ((devfn)&0x07)

/* Indices into pci_dev.resource. */
enum {
	PCI_STD_RESOURCES,
	PCI_STD_RESOURCE_END = PCI_STD_RESOURCES + PCI_STD_NUM_BARS - 1,
	PCI_ROM_RESOURCE,
	PCI_BRIDGE_RESOURCES, /* windows: I/O, memory, prefetchable memory */
	PCI_BRIDGE_RESOURCE_END = PCI_BRIDGE_RESOURCES + 2,
	DEVICE_COUNT_RESOURCE,
};
#define PCI_BRIDGE_IO_WINDOW	   (PCI_BRIDGE_RESOURCES + 0)
#define PCI_BRIDGE_MEM_WINDOW	   (PCI_BRIDGE_RESOURCES + 1)
#define PCI_BRIDGE_PREF_MEM_WINDOW (PCI_BRIDGE_RESOURCES + 2)
#define PCI_BRIDGE_RESOURCE_NUM	   3

/* What the configuration accessors return beside 0 and -ENODEV. */
#define PCIBIOS_SUCCESSFUL	    0x00
#define PCIBIOS_DEVICE_NOT_FOUND    0x86
#define PCIBIOS_BAD_REGISTER_NUMBER 0x87

struct pci_host;
struct pci_dev;
struct pci_driver;

/**
 * struct pci_bus - one bus; immutable after start-up
 * @node: in its parent's children, or among the root buses
 * @parent: bus of the bridge that leads here; NULL for a root bus
 * @children: buses behind bridges on this one
 * @devices: struct pci_dev.bus_list
 * @self: the bridge that leads here
 * @host: the segment
 * @number: bus number
 * @busn_end: highest bus number behind it
 * @name: "PCI Bus 0000:01"
 */
struct pci_bus {
	struct list_head node;
	struct pci_bus *parent;
	struct list_head children;
	struct list_head devices;
	struct pci_dev *self;
	struct pci_host *host;
	unsigned char number;
	unsigned char busn_end;
	char name[24];
};

/**
 * struct pci_dev - one function of a device
 * @bus_list: among its bus's devices
 * @bus: the bus it is on
 * @subordinate: the bus behind it, if it is a bridge
 * @devfn: PCI_DEVFN()
 * @vendor: vendor id
 * @device: device id
 * @subsystem_vendor: subsystem vendor id
 * @subsystem_device: subsystem device id
 * @class: class, subclass and interface
 * @revision: revision
 * @hdr_type: header type without the multifunction bit
 * @multifunction: one of several functions
 * @pin: interrupt pin, 1..4, or 0
 * @irq: interrupt line as the firmware wrote it
 * @cfg_size: bytes of configuration space
 * @driver: its driver, or NULL
 * @dma_mask: bus addresses it can reach
 * @dev: the device part
 * @resource: BARs, ROM, bridge windows; flags 0: not there
 * @enable_cnt: pci_enable_device() calls not undone yet
 * @is_busmaster: may reach memory by itself
 * @is_managed: pcim_enable_device() was called
 * @msi: its message interrupt, or NULL
 */
struct pci_dev {
	struct list_head bus_list;
	struct pci_bus *bus;
	struct pci_bus *subordinate;
	unsigned int devfn;
	unsigned short vendor;
	unsigned short device;
	unsigned short subsystem_vendor;
	unsigned short subsystem_device;
	unsigned int class;
	u8 revision;
	u8 hdr_type;
	bool multifunction;
	u8 pin;
	unsigned int irq;
	int cfg_size;
	struct pci_driver *driver;
	u64 dma_mask;
	struct device dev;
	struct resource resource[DEVICE_COUNT_RESOURCE];

	atomic_t enable_cnt;
	bool is_busmaster;
	bool is_managed;
	struct pci_msi *msi;
};

static inline struct pci_dev *to_pci_dev(const struct device *dev)
{
	/* cppcheck-suppress nullPointer */
	return container_of(dev, struct pci_dev, dev);
}

/**
 * struct pci_driver - a driver
 * @node: among the registered drivers
 * @name: its name
 * @id_table: devices it is for; a line of zeroes ends it
 * @probe: takes a device over; 0 if it did, else the device stays free
 * @remove: gives it up
 * @shutdown: called before the machine is switched off; may be NULL
 * @driver: filled in by pci_register_driver()
 */
struct pci_driver {
	struct list_head node;
	const char *name;
	const struct pci_device_id *id_table;
	int (*probe)(struct pci_dev *dev, const struct pci_device_id *id);
	void (*remove)(struct pci_dev *dev);
	void (*shutdown)(struct pci_dev *dev);
	struct device_driver driver;
};

/* Lines of an id table. */
#define PCI_DEVICE(vend, dev)                                              \
	.vendor = (vend), .device = (dev), .subvendor = (__u32)PCI_ANY_ID, \
	.subdevice = (__u32)PCI_ANY_ID
#define PCI_DEVICE_SUB(vend, dev, subvend, subdev) \
	.vendor = (vend), .device = (dev), .subvendor = (subvend), .subdevice = (subdev)
#define PCI_DEVICE_CLASS(dev_class, dev_class_mask)                                        \
	.class = (dev_class), .class_mask = (dev_class_mask), .vendor = (__u32)PCI_ANY_ID, \
	.device = (__u32)PCI_ANY_ID, .subvendor = (__u32)PCI_ANY_ID,                       \
	.subdevice = (__u32)PCI_ANY_ID
#define PCI_VDEVICE(vend, dev)                                                           \
	.vendor = PCI_VENDOR_ID_##vend, .device = (dev), .subvendor = (__u32)PCI_ANY_ID, \
	.subdevice = (__u32)PCI_ANY_ID, 0, 0
#define PCI_DEVICE_DATA(vend, dev, data)                                        \
	.vendor = PCI_VENDOR_ID_##vend, .device = PCI_DEVICE_ID_##vend##_##dev, \
	.subvendor = (__u32)PCI_ANY_ID, .subdevice = (__u32)PCI_ANY_ID, 0, 0,   \
	.driver_data = (kernel_ulong_t)(data)

static inline const char *pci_name(const struct pci_dev *dev)
{
	return dev_name(&dev->dev);
}

int pci_domain_nr(const struct pci_bus *bus);

static inline bool pci_is_root_bus(const struct pci_bus *bus)
{
	return !bus->parent;
}

static inline bool pci_is_bridge(const struct pci_dev *dev)
{
	return dev->hdr_type != PCI_HEADER_TYPE_NORMAL;
}

static inline void *pci_get_drvdata(const struct pci_dev *dev)
{
	return dev_get_drvdata(&dev->dev);
}

static inline void pci_set_drvdata(struct pci_dev *dev, void *data)
{
	dev_set_drvdata(&dev->dev, data);
}

/* ---- drivers ---------------------------------------------------------- */

/**
 * pci_register_driver - offer a driver to every device it is for
 * @drv: the driver; it stays until pci_unregister_driver()
 *
 * Context: may sleep; probe functions run before this returns.
 * Return: 0, -EINVAL without a name, a table or a probe function, -EBUSY if it
 * is registered already.
 */
int pci_register_driver(struct pci_driver *drv);
#define __pci_register_driver(drv, owner, name) pci_register_driver(drv)

/* pci_unregister_driver - take a driver off its devices and forget it. */
void pci_unregister_driver(struct pci_driver *drv);

#define module_pci_driver(__pci_driver)                      \
	static int __init __pci_driver##_init(void)          \
	{                                                    \
		return pci_register_driver(&(__pci_driver)); \
	}                                                    \
	module_init(__pci_driver##_init);                    \
	static void __exit __pci_driver##_exit(void)         \
	{                                                    \
		pci_unregister_driver(&(__pci_driver));      \
	}                                                    \
	module_exit(__pci_driver##_exit)
#define builtin_pci_driver(__pci_driver)                     \
	static int __init __pci_driver##_init(void)          \
	{                                                    \
		return pci_register_driver(&(__pci_driver)); \
	}                                                    \
	device_initcall(__pci_driver##_init)

/* pci_match_id - the line of a table that fits a device, or NULL. */
const struct pci_device_id *pci_match_id(const struct pci_device_id *ids, struct pci_dev *dev);

static inline struct pci_driver *pci_dev_driver(const struct pci_dev *dev)
{
	return dev->driver;
}

/* ---- finding devices; each one returned carries a reference ----------- */

/**
 * pci_get_device - the next device with these ids
 * @vendor: vendor id, or PCI_ANY_ID
 * @device: device id, or PCI_ANY_ID
 * @from: the one found last, whose reference is dropped; NULL from the start
 *
 * Return: the device, to be given back with pci_dev_put(), or NULL.
 */
struct pci_dev *pci_get_device(unsigned int vendor, unsigned int device, struct pci_dev *from);
struct pci_dev *pci_get_subsys(unsigned int vendor, unsigned int device, unsigned int subvendor,
			       unsigned int subdevice, struct pci_dev *from);
struct pci_dev *pci_get_class(unsigned int class, struct pci_dev *from);
struct pci_dev *pci_get_domain_bus_and_slot(int domain, unsigned int bus, unsigned int devfn);
struct pci_dev *pci_get_slot(struct pci_bus *bus, unsigned int devfn);
struct pci_bus *pci_find_bus(int domain, int busnr);

/* pci_dev_present - is there a device that fits a table? */
int pci_dev_present(const struct pci_device_id *ids);

struct pci_dev *pci_dev_get(struct pci_dev *dev);
void pci_dev_put(struct pci_dev *dev);

#define for_each_pci_dev(d) while ((d = pci_get_device(PCI_ANY_ID, PCI_ANY_ID, d)) != NULL)

/* ---- configuration space ---------------------------------------------- */

/**
 * pci_read_config_dword - read four bytes of configuration space
 * @dev: the device
 * @where: offset, a multiple of four below dev->cfg_size
 * @value: what was read; all ones when the call fails
 *
 * Context: any.
 * Return: 0, or PCIBIOS_BAD_REGISTER_NUMBER.
 */
int pci_read_config_dword(const struct pci_dev *dev, int where, u32 *value);
int pci_read_config_word(const struct pci_dev *dev, int where, u16 *value);
int pci_read_config_byte(const struct pci_dev *dev, int where, u8 *value);
int pci_write_config_dword(const struct pci_dev *dev, int where, u32 value);
int pci_write_config_word(const struct pci_dev *dev, int where, u16 value);
int pci_write_config_byte(const struct pci_dev *dev, int where, u8 value);

u8 pci_find_capability(struct pci_dev *dev, int cap);
u8 pci_find_next_capability(struct pci_dev *dev, u8 pos, int cap);
u16 pci_find_ext_capability(struct pci_dev *dev, int cap);
u16 pci_find_next_ext_capability(struct pci_dev *dev, u16 pos, int cap);

/* ---- enabling --------------------------------------------------------- */

/**
 * pci_enable_device - let a device answer at its BARs
 * @dev: the device
 *
 * Calls count; the device is not a bus master yet.
 *
 * Return: 0, or -EINVAL when a BAR has no address or collides with something.
 */
int __must_check pci_enable_device(struct pci_dev *dev);
int __must_check pci_enable_device_mem(struct pci_dev *dev);
int __must_check pci_enable_device_io(struct pci_dev *dev);

/* pci_disable_device - undo pci_enable_device(); the last one ends bus mastering. */
void pci_disable_device(struct pci_dev *dev);

static inline int pci_is_enabled(struct pci_dev *dev)
{
	return atomic_read(&dev->enable_cnt) > 0;
}

void pci_set_master(struct pci_dev *dev);
void pci_clear_master(struct pci_dev *dev);

/* ---- interrupts ------------------------------------------------------- */

#define PCI_IRQ_LEGACY	  1 /* the line */
#define PCI_IRQ_MSI	  2
#define PCI_IRQ_MSIX	  4
#define PCI_IRQ_ALL_TYPES (PCI_IRQ_LEGACY | PCI_IRQ_MSI | PCI_IRQ_MSIX)

/**
 * pci_alloc_irq_vectors - get a device an interrupt
 * @dev: the device
 * @min: the fewest that will do
 * @max: the most that are of use
 * @flags: PCI_IRQ_*: which kinds will do; MSI-X is preferred, then MSI
 *
 * Context: may sleep.
 * Return: the number of vectors, which is 1; -ENOSPC if @min cannot be met.
 */
int pci_alloc_irq_vectors(struct pci_dev *dev, unsigned int min, unsigned int max,
			  unsigned int flags);

/* pci_irq_vector - what request_irq() takes for vector @nr of the device */
int pci_irq_vector(struct pci_dev *dev, unsigned int nr);

/* pci_free_irq_vectors - undo pci_alloc_irq_vectors(); the handler is gone. */
void pci_free_irq_vectors(struct pci_dev *dev);

/* ---- BARs ------------------------------------------------------------- */

#define pci_resource_n(dev, bar)     (&(dev)->resource[(bar)])
#define pci_resource_start(dev, bar) (pci_resource_n(dev, bar)->start)
#define pci_resource_end(dev, bar)   (pci_resource_n(dev, bar)->end)
#define pci_resource_flags(dev, bar) (pci_resource_n(dev, bar)->flags)
#define pci_resource_len(dev, bar) \
	(pci_resource_end((dev), (bar)) ? resource_size(pci_resource_n((dev), (bar))) : 0)

/**
 * pci_request_region - claim a BAR
 * @dev: the device
 * @bar: 0..5
 * @name: the driver's name, for /proc/iomem
 *
 * Return: 0 (also for a BAR that is not there), -EBUSY when it is taken or has
 * no usable address, -EINVAL for a BAR number that does not exist.
 */
int __must_check pci_request_region(struct pci_dev *dev, int bar, const char *name);
void pci_release_region(struct pci_dev *dev, int bar);

/* pci_request_regions - claim all BARs, or none. */
int __must_check pci_request_regions(struct pci_dev *dev, const char *name);
void pci_release_regions(struct pci_dev *dev);

int __must_check pci_request_selected_regions(struct pci_dev *dev, int bars, const char *name);
void pci_release_selected_regions(struct pci_dev *dev, int bars);
#define pci_request_mem_regions(dev, name) \
	pci_request_selected_regions(dev, pci_select_bars(dev, IORESOURCE_MEM), name)
#define pci_release_mem_regions(dev) \
	pci_release_selected_regions(dev, pci_select_bars(dev, IORESOURCE_MEM))

/* pci_select_bars - a bit for each BAR of these IORESOURCE_* types. */
int pci_select_bars(struct pci_dev *dev, unsigned long flags);

/**
 * pci_iomap - map a BAR for the ioread and iowrite functions
 * @dev: the device
 * @bar: 0..5
 * @maxlen: bytes to map from its start; 0: all of it
 *
 * Return: the cookie, or NULL when the BAR is not there, has no usable address,
 * or is shorter than @maxlen.
 */
void __iomem *pci_iomap(struct pci_dev *dev, int bar, unsigned long maxlen);
void __iomem *pci_iomap_wc(struct pci_dev *dev, int bar, unsigned long maxlen);
void __iomem *pci_iomap_range(struct pci_dev *dev, int bar, unsigned long offset,
			      unsigned long maxlen);
void pci_iounmap(struct pci_dev *dev, void __iomem *addr);
void __iomem *pci_ioremap_bar(struct pci_dev *dev, int bar);

/**
 * pci_map_rom - map and enable the expansion ROM
 * @dev: the device
 * @size: bytes of the images in it
 *
 * Return: the address, or NULL when there is none or it has no address.
 */
void __iomem *pci_map_rom(struct pci_dev *dev, size_t *size);
void pci_unmap_rom(struct pci_dev *dev, void __iomem *rom);

/* ---- the same, undone when the driver lets the device go --------------- */

int __must_check pcim_enable_device(struct pci_dev *dev);
int pcim_iomap_regions(struct pci_dev *dev, int mask, const char *name);
int pcim_iomap_regions_request_all(struct pci_dev *dev, int mask, const char *name);
void pcim_iounmap_regions(struct pci_dev *dev, int mask);
void __iomem *pcim_iomap(struct pci_dev *dev, int bar, unsigned long maxlen);
void pcim_iounmap(struct pci_dev *dev, void __iomem *addr);

/* pcim_iomap_table - the mappings of pcim_iomap(), indexed by BAR; or NULL. */
void __iomem *const *pcim_iomap_table(struct pci_dev *dev);

#include <linux/pci-dma-compat.h>

#define pci_printk(level, pdev, fmt, arg...) dev_printk(level, &(pdev)->dev, fmt, ##arg)
#define pci_emerg(pdev, fmt, arg...)	     dev_emerg(&(pdev)->dev, fmt, ##arg)
#define pci_err(pdev, fmt, arg...)	     dev_err(&(pdev)->dev, fmt, ##arg)
#define pci_warn(pdev, fmt, arg...)	     dev_warn(&(pdev)->dev, fmt, ##arg)
#define pci_notice(pdev, fmt, arg...)	     dev_notice(&(pdev)->dev, fmt, ##arg)
#define pci_info(pdev, fmt, arg...)	     dev_info(&(pdev)->dev, fmt, ##arg)
#define pci_dbg(pdev, fmt, arg...)	     dev_dbg(&(pdev)->dev, fmt, ##arg)

#endif
