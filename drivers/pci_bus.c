/* SPDX-License-Identifier: MIT */
/*
 * The PCI devices of the machine: found, claimed, kept.
 *
 *	pci_root_buses -> bus 0 --devices--> host bridge, bridge, edu ...
 *			    `--children--> bus 1 --devices--> ...
 *
 * pci_init() walks each segment (pci_scan.c), makes a struct pci_bus and
 * struct pci_dev of what it finds, sizes the BARs (pci_bar.c), and claims them
 * in the resource trees: below the window of the bridge they are behind, else
 * at the root.  A BAR that overlaps RAM, the local APIC, configuration space or
 * another BAR is not claimed and cannot be used.  BARs without an address, and
 * those that a bridge's window covers by mistake, get one from a hole afterwards.
 *
 * Both lists are written at start-up only, so nobody locks them.
 */
#include <cairn/memory_map.h>
#include <cairn/resource.h>
#include <linux/interrupt.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include "pci.h"

/* Device memory below 4 GiB ends where the chip set's own registers begin. */
#define MMIO32_END 0xfec00000ULL
#define PCI_LINES  16 /* a line register counts the legacy controllers' lines */

LIST_HEAD(pci_root_buses);

static const struct bus_type pci_bus_type = {.name = "pci"};

int pci_domain_nr(const struct pci_bus *bus)
{
	return pci_host_segment(bus->host);
}

/* ---- walking ---------------------------------------------------------- */

/* The bus after @bus, parents before children; NULL after the last. */
static struct pci_bus *next_bus(struct pci_bus *bus)
{
	struct list_head *siblings;

	if (!bus)
		return list_first_entry_or_null(&pci_root_buses, struct pci_bus, node);
	if (!list_empty(&bus->children))
		return list_first_entry(&bus->children, struct pci_bus, node);
	for (; bus; bus = bus->parent) {
		siblings = bus->parent ? &bus->parent->children : &pci_root_buses;
		if (!list_is_last(&bus->node, siblings))
			return list_next_entry(bus, node);
	}
	return NULL;
}

struct pci_dev *pci_next_dev(struct pci_dev *dev)
{
	struct pci_bus *bus;

	if (dev && !list_is_last(&dev->bus_list, &dev->bus->devices))
		return list_next_entry(dev, bus_list);
	for (bus = next_bus(dev ? dev->bus : NULL); bus; bus = next_bus(bus))
		if (!list_empty(&bus->devices))
			return list_first_entry(&bus->devices, struct pci_dev, bus_list);
	return NULL;
}

struct pci_bus *pci_find_bus(int domain, int busnr)
{
	struct pci_bus *bus;

	for (bus = next_bus(NULL); bus; bus = next_bus(bus))
		if (pci_domain_nr(bus) == domain && bus->number == busnr)
			return bus;
	return NULL;
}

/* ---- making buses and devices ----------------------------------------- */

static struct pci_bus *new_bus(struct pci_host *host, struct pci_dev *bridge, u8 number, u8 last)
{
	struct pci_bus *bus = kzalloc(sizeof(*bus), GFP_KERNEL);

	if (!bus)
		return NULL;
	INIT_LIST_HEAD(&bus->children);
	INIT_LIST_HEAD(&bus->devices);
	bus->host = host;
	bus->self = bridge;
	bus->parent = bridge ? bridge->bus : NULL;
	bus->number = number;
	bus->busn_end = last;
	snprintf(bus->name, sizeof(bus->name), "PCI Bus %04x:%02x", pci_host_segment(host), number);
	list_add_tail(&bus->node, bridge ? &bridge->bus->children : &pci_root_buses);
	return bus;
}

static void release_device(struct device *dev)
{
	kfree(to_pci_dev(dev));
}

/*
 * The line that firmware has connected the device's pin to, by the number that the
 * legacy controllers give it; 255 stands for none, and 0 is the timer's.
 */
static unsigned int line_of(const struct pci_function *fn)
{
	if (!fn->interrupt_pin)
		return 0;
	if (!fn->interrupt_line || fn->interrupt_line >= PCI_LINES)
		return IRQ_NOTCONNECTED;
	return fn->interrupt_line;
}

static struct pci_dev *new_device(struct pci_bus *bus, const struct pci_function *fn)
{
	struct pci_dev *dev = kzalloc(sizeof(*dev), GFP_KERNEL);

	if (!dev)
		return NULL;
	dev->bus = bus;
	dev->devfn = fn->at.devfn;
	dev->vendor = fn->vendor;
	dev->device = fn->device;
	dev->subsystem_vendor = fn->subsystem_vendor;
	dev->subsystem_device = fn->subsystem_device;
	dev->class = fn->class;
	dev->revision = fn->revision;
	dev->hdr_type = fn->header_type;
	dev->multifunction = fn->multifunction;
	dev->pin = fn->interrupt_pin;
	dev->irq = line_of(fn);
	dev->cfg_size = pci_host_config(bus->host)->size;
	dev->dma_mask = 0xffffffff;
	dev->dev.bus = &pci_bus_type;
	dev->dev.dma_mask = &dev->dma_mask;
	dev->dev.coherent_dma_mask = 0xffffffff;
	dev->dev.release = release_device;
	dev_set_name(&dev->dev, "%04x:%02x:%02x.%u", pci_domain_nr(bus), bus->number,
		     PCI_SLOT(dev->devfn), PCI_FUNC(dev->devfn));
	device_register(&dev->dev);
	list_add_tail(&dev->bus_list, &bus->devices);
	return dev;
}

/* ---- BARs and windows ------------------------------------------------- */

static void say_bar(const struct pci_dev *dev, unsigned int bar, const char *what)
{
	const struct resource *res = &dev->resource[bar];

	pci_warn(dev, "BAR %u [%s 0x%llx-0x%llx]: %s\n", bar,
		 res->flags & IORESOURCE_IO ? "io " : "mem", res->start, res->end, what);
}

static void set_bar(struct pci_dev *dev, unsigned int bar, const struct pci_bar *found)
{
	struct resource *res = &dev->resource[bar];

	res->name = pci_name(dev);
	switch (found->state) {
	case PCI_BAR_OK:
		res->start = found->base;
		res->end = found->base + found->size - 1;
		res->flags = found->flags | IORESOURCE_SIZEALIGN;
		break;
	case PCI_BAR_UNSIZED:
		pci_warn(dev, "BAR %u: cannot be sized, ignored\n", bar);
		break;
	case PCI_BAR_BAD_TYPE:
		pci_warn(dev, "BAR %u: type nobody defined, ignored\n", bar);
		break;
	case PCI_BAR_WRAPS:
		pci_warn(dev, "BAR %u: ends beyond the address space, ignored\n", bar);
		break;
	default:
		break;
	}
}

static void set_window(struct pci_dev *dev, unsigned int which, u64 base, u64 limit,
		       unsigned long flags)
{
	struct resource *res = &dev->resource[which];

	if (base > limit)
		return;
	res->name = dev->subordinate ? dev->subordinate->name : pci_name(dev);
	res->start = base;
	res->end = limit;
	res->flags = flags | IORESOURCE_WINDOW;
}

/* Reads what a bridge forwards.  A closed window has its base above its limit. */
static void read_windows(struct pci_dev *dev)
{
	const struct pci_config *cfg = pci_config_of(dev);
	struct pci_address at = pci_address_of(dev);
	u64 base, limit;
	u32 word;

	word = pci_config_read(cfg, at, PCI_IO_BASE, 2);
	base = (word & 0xf0) << 8;
	limit = (word & 0xf000) | 0xfff;
	if ((word & PCI_IO_RANGE_TYPE_MASK) == PCI_IO_RANGE_TYPE_32) {
		base |= (u64)pci_config_read(cfg, at, PCI_IO_BASE_UPPER16, 2) << 16;
		limit |= (u64)pci_config_read(cfg, at, PCI_IO_LIMIT_UPPER16, 2) << 16;
	}
	set_window(dev, PCI_BRIDGE_IO_WINDOW, base, limit, IORESOURCE_IO);

	word = pci_config_read(cfg, at, PCI_MEMORY_BASE, 4);
	set_window(dev, PCI_BRIDGE_MEM_WINDOW, (word & 0xfff0) << 16, word | 0xfffff,
		   IORESOURCE_MEM);

	word = pci_config_read(cfg, at, PCI_PREF_MEMORY_BASE, 4);
	base = (word & 0xfff0) << 16;
	limit = word | 0xfffff;
	if ((word & PCI_PREF_RANGE_TYPE_MASK) == PCI_PREF_RANGE_TYPE_64) {
		base |= (u64)pci_config_read(cfg, at, PCI_PREF_BASE_UPPER32, 4) << 32;
		limit |= (u64)pci_config_read(cfg, at, PCI_PREF_LIMIT_UPPER32, 4) << 32;
	}
	set_window(dev, PCI_BRIDGE_PREF_MEM_WINDOW, base, limit,
		   IORESOURCE_MEM | IORESOURCE_PREFETCH);
}

/* Is the bus's bridge one that forwards what nobody else answers to? */
static bool subtractive(const struct pci_bus *bus)
{
	return (bus->self->class & 0xff) == 1;
}

/* Where a resource of a device on @bus belongs: a window that holds it, or the root. */
static struct resource *parent_of(const struct pci_bus *bus, const struct resource *res)
{
	unsigned int i;

	for (; bus->self; bus = bus->parent) {
		for (i = 0; i < PCI_BRIDGE_RESOURCE_NUM; i++) {
			struct resource *window = &bus->self->resource[PCI_BRIDGE_RESOURCES + i];

			if (window->parent && resource_contains(window, res))
				return window;
		}
		if (!subtractive(bus))
			return NULL;
	}
	return res->flags & IORESOURCE_IO ? &ioport_resource : &iomem_resource;
}

static void claim(struct pci_dev *dev, unsigned int bar)
{
	struct resource *res = &dev->resource[bar];
	struct resource *parent, *conflict;

	if (!res->flags || res->flags & IORESOURCE_UNSET)
		return;
	parent = parent_of(dev->bus, res);
	if (!parent) {
		if (!(res->flags & IORESOURCE_WINDOW))
			say_bar(dev, bar, "outside the windows of its bridge, not used");
		return;
	}
	conflict = request_resource_conflict(parent, res);
	if (!conflict)
		return;
	if (res->flags & IORESOURCE_WINDOW) {
		/* One that starts at 0 is one that nobody programmed. */
		if (res->start)
			say_bar(dev, bar, "window collides, closed");
		return;
	}
	pci_warn(dev, "BAR %u [%s 0x%llx-0x%llx]: in the way is %s [0x%llx-0x%llx], not used\n",
		 bar, res->flags & IORESOURCE_IO ? "io " : "mem", res->start, res->end,
		 conflict->name, conflict->start, conflict->end);
	/* Firmware opened a bridge too wide; the BAR goes elsewhere. */
	if (conflict->flags & IORESOURCE_WINDOW) {
		res->flags |= IORESOURCE_UNSET;
		res->end -= res->start;
		res->start = 0;
	}
}

/* ---- the walk --------------------------------------------------------- */

struct scan {
	struct pci_host *host;
	unsigned int devices;
};

static bool found(void *ctx, const struct pci_function *fn)
{
	struct scan *scan = ctx;
	struct pci_bus *bus = pci_find_bus(pci_host_segment(scan->host), fn->at.bus);
	struct pci_bar bars[PCI_NR_BARS];
	struct pci_dev *dev;
	unsigned int i;

	if (!bus)
		return true;
	if (pci_size_bars(pci_host_config(scan->host), fn, bars)) {
		pr_warn("pci: %04x:%02x:%02x.%u: went away while it was looked at, skipped\n",
			pci_host_segment(scan->host), fn->at.bus, PCI_SLOT(fn->at.devfn),
			PCI_FUNC(fn->at.devfn));
		return true;
	}
	dev = new_device(bus, fn);
	if (!dev)
		return false;
	for (i = 0; i < PCI_NR_BARS; i++)
		set_bar(dev, i, &bars[i]);
	if (fn->secondary)
		dev->subordinate = new_bus(scan->host, dev, fn->secondary, fn->subordinate);
	if (fn->header_type == PCI_HEADER_TYPE_BRIDGE)
		read_windows(dev);
	scan->devices++;
	return true;
}

static void note(void *ctx, struct pci_address at, enum pci_scan_note what)
{
	static const char *const text[] = {
		[PCI_NOTE_NOT_READY] = "still not ready, skipped",
		[PCI_NOTE_UNKNOWN_HEADER] = "header type nobody defined, skipped",
		[PCI_NOTE_BAD_BRIDGE] = "bridge configuration invalid, not entered",
		[PCI_NOTE_BUS_SEEN] = "leads to a bus that another bridge leads to, not entered",
	};
	const struct scan *scan = ctx;

	pr_warn("pci: %04x:%02x:%02x.%u: %s\n", pci_host_segment(scan->host), at.bus,
		PCI_SLOT(at.devfn), PCI_FUNC(at.devfn), text[what]);
}

static void scan_host(struct pci_host *host)
{
	const struct pci_config *cfg = pci_host_config(host);
	struct scan scan = {.host = host};
	const struct pci_visitor visitor = {found, note, &scan};

	if (!new_bus(host, NULL, cfg->first_bus, cfg->last_bus))
		return;
	pci_scan(cfg, &visitor);
	pr_info("pci: segment %04x by %s: %u devices\n", pci_host_segment(host),
		pci_host_method(host), scan.devices);
}

/* Windows first, from the root down: what lies inside them comes later. */
static void claim_all(void)
{
	struct pci_dev *dev;
	unsigned int i;

	for (dev = pci_next_dev(NULL); dev; dev = pci_next_dev(dev))
		for (i = PCI_BRIDGE_RESOURCES; i <= PCI_BRIDGE_RESOURCE_END; i++)
			claim(dev, i);
	for (dev = pci_next_dev(NULL); dev; dev = pci_next_dev(dev))
		for (i = 0; i <= PCI_ROM_RESOURCE; i++)
			claim(dev, i);
}

/* ---- BARs that the firmware left without an address -------------------- */

int pci_place_bar(struct resource *root, struct resource *res, u64 size, u64 low_floor,
		  u64 high_floor)
{
	int err = -EBUSY;

	if (res->flags & IORESOURCE_IO)
		return allocate_resource(root, res, size, 0x1000, 0xffff, size, NULL, NULL);
	if (low_floor < MMIO32_END)
		err = allocate_resource(root, res, size, low_floor, MMIO32_END - 1, size, NULL,
					NULL);
	if (err && res->flags & IORESOURCE_MEM_64)
		err = allocate_resource(root, res, size, high_floor, ~0ULL, size, NULL, NULL);
	return err;
}

/* Where RAM that ends at or below @limit ends; at least @floor. */
static u64 end_of_ram(u64 floor, u64 limit)
{
	unsigned int i;

	for (i = 0; i < nr_memory_map; i++)
		if (mem_type_is_ram(memory_map[i].type) && memory_map[i].end <= limit)
			floor = max(floor, memory_map[i].end);
	return floor;
}

/* The tree to place a BAR in: the root, or a window of its bridge that suits it. */
static struct resource *place_for(const struct pci_bus *bus, const struct resource *res)
{
	struct resource *window;

	if (!bus->self)
		return res->flags & IORESOURCE_IO ? &ioport_resource : &iomem_resource;
	if (res->flags & IORESOURCE_IO)
		window = &bus->self->resource[PCI_BRIDGE_IO_WINDOW];
	else if (res->flags & IORESOURCE_PREFETCH &&
		 bus->self->resource[PCI_BRIDGE_PREF_MEM_WINDOW].parent)
		window = &bus->self->resource[PCI_BRIDGE_PREF_MEM_WINDOW];
	else
		window = &bus->self->resource[PCI_BRIDGE_MEM_WINDOW];
	return window->parent ? window : NULL;
}

static void assign(struct pci_dev *dev, unsigned int bar)
{
	struct pci_function fn = pci_function_of(dev);
	struct resource *res = &dev->resource[bar];
	u64 size = resource_size(res);
	struct resource *root;

	if (!(res->flags & IORESOURCE_UNSET) || bar == PCI_ROM_RESOURCE)
		return;
	root = place_for(dev->bus, res);
	if (!root || pci_place_bar(root, res, size, end_of_ram(0x100000, 1ULL << 32),
				   end_of_ram(1ULL << 32, ~0ULL))) {
		res->start = 0;
		res->end = size - 1;
		pci_warn(dev, "BAR %u: no address assigned, and no room for 0x%llx bytes\n", bar,
			 size);
		return;
	}
	res->flags &= ~IORESOURCE_UNSET;
	pci_write_bar(pci_config_of(dev), &fn, bar, res->flags, res->start);
	say_bar(dev, bar, "assigned here");
}

static void assign_all(void)
{
	struct pci_dev *dev;
	unsigned int i;

	for (dev = pci_next_dev(NULL); dev; dev = pci_next_dev(dev))
		for (i = 0; i <= PCI_STD_RESOURCE_END; i++)
			assign(dev, i);
}

static void print_device(const struct pci_dev *dev)
{
	const char *name = pci_device_name(dev->vendor, dev->device);

	pci_info(dev, "[%04x:%04x] %s%s%s\n", dev->vendor, dev->device, pci_class_name(dev->class),
		 name ? ": " : "", name ? name : "");
}

void pci_init(void)
{
	struct pci_host *host;
	struct pci_dev *dev;

	if (!pci_hosts_find()) {
		pr_info("pci: this machine has none\n");
		resource_reserve_firmware();
		return;
	}
	for (host = pci_host_next(NULL); host; host = pci_host_next(host))
		scan_host(host);
	claim_all();
	resource_reserve_firmware();
	assign_all();
	for (dev = pci_next_dev(NULL); dev; dev = pci_next_dev(dev))
		print_device(dev);
}
