/* SPDX-License-Identifier: MIT */
/*
 * What start-up knows about physical addresses, and /proc/iomem.
 *
 * In order: RAM with the kernel's image inside, ACPI's ranges, the local APIC, the HPET
 * (resource_init); the PCI code adds configuration space and BARs; then come the
 * firmware's reserved ranges, cut so that they hold whole devices or touch none
 * (resource_reserve_firmware).
 */
#include <asm/page.h>
#include <asm/processor.h>
#include <cairn/acpi.h>
#include <cairn/init.h>
#include <cairn/memory_map.h>
#include <cairn/resource.h>
#include <linux/kernel.h>
#include <linux/seq_file.h>
#include <linux/slab.h>

#define MSR_APIC_BASE	  0x1b
#define APIC_BASE_ENABLED 0x800
#define APIC_BASE_MASK	  0x000ffffffffff000ULL
#define APIC_SIZE	  0x1000

extern char _stext[], _etext[], __start_rodata[], __end_rodata[], _sdata[], _edata[];
extern char __bss_start[], __bss_end[];

static struct resource image[] = {
	{.name = "Kernel code"},
	{.name = "Kernel rodata"},
	{.name = "Kernel data"},
	{.name = "Kernel bss"},
};

static struct resource local_apic = {
	.name = "Local APIC",
	.flags = IORESOURCE_MEM | IORESOURCE_BUSY,
};

static struct resource hpet = {
	.name = "HPET 0",
	.flags = IORESOURCE_MEM | IORESOURCE_BUSY,
};

/* Ports of the chips that every PC has. */
static struct resource fixed_ports[] = {
	DEFINE_RES_NAMED(0x00, 0x20, "dma1", IORESOURCE_IO | IORESOURCE_BUSY),
	DEFINE_RES_NAMED(0x20, 0x02, "pic1", IORESOURCE_IO | IORESOURCE_BUSY),
	DEFINE_RES_NAMED(0x40, 0x04, "timer0", IORESOURCE_IO | IORESOURCE_BUSY),
	DEFINE_RES_NAMED(0x60, 0x01, "keyboard", IORESOURCE_IO | IORESOURCE_BUSY),
	DEFINE_RES_NAMED(0x64, 0x01, "keyboard", IORESOURCE_IO | IORESOURCE_BUSY),
	DEFINE_RES_NAMED(0x70, 0x02, "rtc", IORESOURCE_IO | IORESOURCE_BUSY),
	DEFINE_RES_NAMED(0x80, 0x10, "dma page reg", IORESOURCE_IO | IORESOURCE_BUSY),
	DEFINE_RES_NAMED(0xa0, 0x02, "pic2", IORESOURCE_IO | IORESOURCE_BUSY),
	DEFINE_RES_NAMED(0xc0, 0x20, "dma2", IORESOURCE_IO | IORESOURCE_BUSY),
	DEFINE_RES_NAMED(0xf0, 0x01, "fpu", IORESOURCE_IO | IORESOURCE_BUSY),
	DEFINE_RES_NAMED(0x3c0, 0x20, "vga+", IORESOURCE_IO),
	DEFINE_RES_NAMED(0x3f8, 0x08, "serial", IORESOURCE_IO | IORESOURCE_BUSY),
	DEFINE_RES_NAMED(0xcf8, 0x08, "PCI conf1", IORESOURCE_IO | IORESOURCE_BUSY),
};

/* The chip set's power-management block, 128 bytes where the FADT says. */
#define ACPI_PM_SIZE 0x80
static struct resource acpi_pm = {
	.name = "ACPI PM",
	.flags = IORESOURCE_IO | IORESOURCE_BUSY,
};

/* The names Linux gives them. */
static const char *name_of(u32 type)
{
	switch (type) {
	case MEM_USABLE:
	case MEM_BOOT_RECLAIM:
		return "System RAM";
	case MEM_ACPI_RECLAIM:
		return "ACPI Tables";
	case MEM_ACPI_NVS:
		return "ACPI Non-volatile Storage";
	case MEM_PERSISTENT:
		return "Persistent Memory";
	case MEM_UNUSABLE:
		return "Unusable memory";
	default:
		return "Reserved";
	}
}

/* Devices may be found inside these. */
static bool firmware_range(u32 type)
{
	return type == MEM_RESERVED || type == MEM_RUNTIME;
}

static void add_range(u64 start, u64 end, const char *name, unsigned long flags)
{
	struct resource *res = kzalloc(sizeof(*res), GFP_KERNEL);

	if (!res)
		return;
	res->start = start;
	res->end = end - 1;
	res->name = name;
	res->flags = IORESOURCE_MEM | flags;
	if (!insert_resource(&iomem_resource, res))
		return;
	pr_warn("iomem: %s 0x%llx-0x%llx does not fit\n", name, start, end - 1);
	kfree(res);
}

static void add_memory(void)
{
	unsigned int i;

	for (i = 0; i < nr_memory_map; i++) {
		const struct mem_range *range = &memory_map[i];
		unsigned long flags = IORESOURCE_BUSY;

		if (range->type == MEM_USABLE || range->type == MEM_BOOT_RECLAIM)
			flags |= IORESOURCE_SYSRAM;
		if (range->type != MEM_NONE && !firmware_range(range->type))
			add_range(range->start, range->end, name_of(range->type), flags);
	}
}

static void add_image(unsigned int which, const char *start, const char *end)
{
	struct resource *res = &image[which];

	res->start = __pa(start);
	res->end = __pa(end) - 1;
	res->flags = IORESOURCE_SYSTEM_RAM | IORESOURCE_BUSY;
	if (insert_resource(&iomem_resource, res))
		pr_warn("iomem: %s 0x%llx-0x%llx does not fit\n", res->name, res->start, res->end);
}

static void add_local_apic(void)
{
	u64 base;

	if (!cpu_has(APIC))
		return;
	base = rdmsr(MSR_APIC_BASE);
	if (!(base & APIC_BASE_ENABLED))
		return;
	local_apic.start = base & APIC_BASE_MASK;
	local_apic.end = local_apic.start + APIC_SIZE - 1;
	insert_resource(&iomem_resource, &local_apic);
}

/* No BAR may be placed where its registers are. */
static void add_hpet(void)
{
	if (!acpi_info.hpet.phys || memory_map_type(acpi_info.hpet.phys) == MEM_USABLE)
		return;
	hpet.start = acpi_info.hpet.phys;
	hpet.end = hpet.start + ACPI_HPET_SIZE - 1;
	insert_resource(&iomem_resource, &hpet);
}

void resource_init(void)
{
	unsigned int i;

	iomem_resource.end = (1ULL << cpu_info.phys_bits) - 1;
	add_memory();
	add_image(0, _stext, _etext);
	add_image(1, __start_rodata, __end_rodata);
	add_image(2, _sdata, _edata);
	add_image(3, __bss_start, __bss_end);
	add_local_apic();
	add_hpet();
	for (i = 0; i < ARRAY_SIZE(fixed_ports); i++)
		request_resource(&ioport_resource, &fixed_ports[i]);
	if (acpi_info.fadt.pm1a_control) {
		acpi_pm.start = acpi_info.fadt.pm1a_control & ~(ACPI_PM_SIZE - 1);
		acpi_pm.end = acpi_pm.start + ACPI_PM_SIZE - 1;
		request_resource(&ioport_resource, &acpi_pm);
	}
}

/* Adds what is left of start..end when resources that stick out of it have cut it. */
static void reserve(u64 start, u64 end, const char *name)
{
	const struct resource *res;

	for (res = iomem_resource.child; res && start < end; res = res->sibling) {
		if (res->start <= start && res->end >= end - 1)
			return;
		if (res->start < start && res->end >= start)
			start = res->end + 1;
		else if (res->start < end && res->end > end - 1)
			end = res->start;
	}
	if (start < end && end - 1 <= iomem_resource.end)
		add_range(start, end, name, 0);
}

void resource_reserve_firmware(void)
{
	unsigned int i;

	for (i = 0; i < nr_memory_map; i++)
		if (firmware_range(memory_map[i].type))
			reserve(memory_map[i].start, memory_map[i].end,
				name_of(memory_map[i].type));
}

/* ---- /proc/iomem, /proc/ioports --------------------------------------- */

void resource_show(struct seq_file *m, const struct resource *root, int digits)
{
	const struct resource *res = root;
	unsigned int depth = 0;

	while ((res = resource_next(root, res, &depth)))
		seq_printf(m, "%*s%0*llx-%0*llx : %s\n", 2 * ((int)depth - 1), "", digits,
			   res->start, digits, res->end, res->name ? res->name : "<BAD>");
}

static int show_iomem(struct seq_file *m)
{
	resource_show(m, &iomem_resource, 8);
	return 0;
}
VIRTUAL_FILE("iomem", show_iomem);

static int show_ioports(struct seq_file *m)
{
	resource_show(m, &ioport_resource, 4);
	return 0;
}
VIRTUAL_FILE("ioports", show_ioports);
