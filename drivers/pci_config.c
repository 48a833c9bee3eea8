/* SPDX-License-Identifier: MIT */
/*
 * Configuration space of the machine: by two I/O ports, or in memory.
 *
 *	ports	write 0x80000000 | bus << 16 | devfn << 8 | offset to 0xcf8,
 *		then read or write 0xcfc; 256 bytes a function, segment 0 only
 *	ECAM	base + bus << 20 | devfn << 12 | offset is the register;
 *		4096 bytes a function; the base comes from ACPI's MCFG table
 *
 * A bus's megabyte of ECAM is mapped when the bus is first touched.  ECAM is
 * used where MCFG describes it and it agrees with the ports about what sits at
 * the root bus's first function; a segment 0 without one falls back to the ports.
 *
 * Locking: config_lock makes the two port accesses one, and guards the
 * table of mappings.
 */
#include <asm/io.h>
#include <cairn/acpi.h>
#include <cairn/pci.h>
#include <cairn/resource.h>
#include <linux/delay.h>
#include <linux/io.h>
#include <linux/kernel.h>
#include <linux/spinlock.h>

#define CONFIG_ADDRESS 0xcf8
#define CONFIG_DATA    0xcfc
#define CONFIG_ENABLE  0x80000000u

#define ECAM_BUS_SHIFT 20
#define ECAM_BUS_SIZE  (1UL << ECAM_BUS_SHIFT)

#define MAX_HOSTS      ACPI_MAX_ECAM

struct pci_host {
	struct pci_config config;
	u64 ecam_base; /* of bus 0; 0: by ports */
	u16 segment;
	char method[32];
	struct resource window;
	void __iomem *bus[256]; /* under config_lock: ECAM of each bus touched so far */
};

static struct pci_host hosts[MAX_HOSTS];
static unsigned int nr_hosts;
static DEFINE_SPINLOCK(config_lock);

static u32 all_ones(unsigned int size)
{
	return size == 4 ? ~0u : (1u << size * 8) - 1;
}

static void wait_ms(void *ctx, unsigned int ms)
{
	(void)ctx;
	mdelay(ms);
}

/* ---- ports ------------------------------------------------------------ */

static void select_register(struct pci_address at, unsigned int where)
{
	outl(CONFIG_ENABLE | (u32)at.bus << 16 | (u32)at.devfn << 8 | (where & 0xfc),
	     CONFIG_ADDRESS);
}

static u32 port_read(void *ctx, struct pci_address at, unsigned int where, unsigned int size)
{
	unsigned long flags;
	u32 value;

	(void)ctx;
	if (where >= PCI_CFG_SPACE_SIZE)
		return all_ones(size);
	spin_lock_irqsave(&config_lock, flags);
	select_register(at, where);
	if (size == 1)
		value = inb(CONFIG_DATA + (where & 3));
	else if (size == 2)
		value = inw(CONFIG_DATA + (where & 2));
	else
		value = inl(CONFIG_DATA);
	spin_unlock_irqrestore(&config_lock, flags);
	return value;
}

static void port_write(void *ctx, struct pci_address at, unsigned int where, unsigned int size,
		       u32 value)
{
	unsigned long flags;

	(void)ctx;
	if (where >= PCI_CFG_SPACE_SIZE)
		return;
	spin_lock_irqsave(&config_lock, flags);
	select_register(at, where);
	if (size == 1)
		outb(value, CONFIG_DATA + (where & 3));
	else if (size == 2)
		outw(value, CONFIG_DATA + (where & 2));
	else
		outl(value, CONFIG_DATA);
	spin_unlock_irqrestore(&config_lock, flags);
}

static const struct pci_config_ops port_ops = {port_read, port_write, wait_ms};

/* Does the address register hold what is written to it?  Nothing else sits there. */
static bool ports_work(void)
{
	u32 held = inl(CONFIG_ADDRESS);
	bool works;

	outl(CONFIG_ENABLE, CONFIG_ADDRESS);
	works = inl(CONFIG_ADDRESS) == CONFIG_ENABLE;
	outl(held, CONFIG_ADDRESS);
	return works;
}

/* ---- memory ----------------------------------------------------------- */

/* The mapping of a bus, made at first use; NULL if it cannot be mapped. */
static void __iomem *ecam_bus(struct pci_host *host, u8 bus)
{
	void __iomem *map = READ_ONCE(host->bus[bus]);
	void __iomem *other;
	unsigned long flags;

	if (map)
		return map;
	map = ioremap(host->ecam_base + ((u64)bus << ECAM_BUS_SHIFT), ECAM_BUS_SIZE);
	if (!map)
		return NULL;
	spin_lock_irqsave(&config_lock, flags);
	other = host->bus[bus];
	if (!other)
		host->bus[bus] = map;
	spin_unlock_irqrestore(&config_lock, flags);
	if (!other)
		return map;
	iounmap(map);
	return other;
}

static void __iomem *ecam_register(void *ctx, struct pci_address at, unsigned int where)
{
	struct pci_host *host = ctx;
	void __iomem *map;

	if (at.bus < host->config.first_bus || at.bus > host->config.last_bus ||
	    where >= PCI_CFG_SPACE_EXP_SIZE)
		return NULL;
	map = ecam_bus(host, at.bus);
	return map ? map + ((unsigned long)at.devfn << 12) + where : NULL;
}

static u32 ecam_read(void *ctx, struct pci_address at, unsigned int where, unsigned int size)
{
	void __iomem *reg = ecam_register(ctx, at, where);

	if (!reg)
		return all_ones(size);
	if (size == 1)
		return readb(reg);
	return size == 2 ? readw(reg) : readl(reg);
}

static void ecam_write(void *ctx, struct pci_address at, unsigned int where, unsigned int size,
		       u32 value)
{
	void __iomem *reg = ecam_register(ctx, at, where);

	if (!reg)
		return;
	if (size == 1)
		writeb(value, reg);
	else if (size == 2)
		writew(value, reg);
	else
		writel(value, reg);
}

static const struct pci_config_ops ecam_ops = {ecam_read, ecam_write, wait_ms};

/* ---- the segments of the machine -------------------------------------- */

static struct pci_host *host_of_segment(u16 segment)
{
	unsigned int i;

	for (i = 0; i < nr_hosts; i++)
		if (hosts[i].segment == segment)
			return &hosts[i];
	return NULL;
}

/* Do both ways lead to the same device? */
static bool ecam_agrees(struct pci_host *host)
{
	struct pci_address at = {.bus = host->config.first_bus};

	return ecam_read(host, at, PCI_VENDOR_ID, 4) == port_read(NULL, at, PCI_VENDOR_ID, 4);
}

static bool add_ecam(const struct acpi_ecam *ecam, bool ports)
{
	struct pci_host *host = &hosts[nr_hosts];
	u64 first = ecam->base + ((u64)ecam->start_bus << ECAM_BUS_SHIFT);
	u64 end = ecam->base + ((u64)(ecam->end_bus + 1) << ECAM_BUS_SHIFT);

	if (nr_hosts == MAX_HOSTS || host_of_segment(ecam->segment))
		return false;
	*host = (struct pci_host){
		.config = {&ecam_ops, host, PCI_CFG_SPACE_EXP_SIZE, ecam->start_bus, ecam->end_bus},
		.ecam_base = ecam->base,
		.segment = ecam->segment,
		.window = DEFINE_RES_NAMED(first, end - first, "PCI MMCONFIG",
					   IORESOURCE_MEM | IORESOURCE_BUSY),
	};
	snprintf(host->method, sizeof(host->method), "ECAM at 0x%llx", ecam->base);
	if (insert_resource(&iomem_resource, &host->window)) {
		pr_warn("pci: ECAM at 0x%llx collides with memory, not used\n", ecam->base);
		return false;
	}
	if (ports && ecam->segment == 0 && !ecam_agrees(host)) {
		pr_warn("pci: ECAM at 0x%llx and ports 0xcf8/0xcfc disagree, ECAM not used\n",
			ecam->base);
		release_resource(&host->window);
		return false;
	}
	nr_hosts++;
	return true;
}

unsigned int pci_hosts_find(void)
{
	bool ports = ports_work();
	unsigned int i;

	for (i = 0; i < acpi_info.mcfg.nr; i++)
		add_ecam(&acpi_info.mcfg.ecam[i], ports);
	if (ports && nr_hosts < MAX_HOSTS && !host_of_segment(0)) {
		struct pci_host *host = &hosts[nr_hosts++];

		host->config = (struct pci_config){&port_ops, host, PCI_CFG_SPACE_SIZE, 0, 255};
		host->ecam_base = 0;
		host->segment = 0;
		snprintf(host->method, sizeof(host->method), "ports 0xcf8/0xcfc");
	}
	return nr_hosts;
}

struct pci_host *pci_host_next(struct pci_host *prev)
{
	struct pci_host *next = prev ? prev + 1 : hosts;

	return next < hosts + nr_hosts ? next : NULL;
}

const struct pci_config *pci_host_config(const struct pci_host *host)
{
	return &host->config;
}

unsigned int pci_host_segment(const struct pci_host *host)
{
	return host->segment;
}

const char *pci_host_method(const struct pci_host *host)
{
	return host->method;
}
