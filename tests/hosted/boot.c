/* SPDX-License-Identifier: MIT */
/*
 * cairn-boot FILE - start the kernel on a machine that FILE describes
 *
 * Lines of FILE; numbers are hexadecimal:
 *
 *	magic VALUE			what the loader leaves in EAX
 *	info ADDRESS			and in EBX
 *	bits N				the CPU's physical addresses have so many, decimal
 *	at ADDRESS BYTES		what is in memory; without blanks in BYTES
 *	function BUS DEVICE FUNCTION	of PCI; its registers follow
 *	reg OFFSET VALUE WRITABLE	which bits a write changes
 *	vanish N			after so many reads all of PCI reads as ones, decimal
 *	run COMMANDS			monitor commands, once it is up
 *
 * A message has its level in front, in <>, and no time.  When the kernel is up, the
 * program asks of a device 1af4:bad0 what a driver would, looks whether all that was in
 * use is still kept, and says
 *
 *	up: N pages free of M
 *
 * The status is 0 then, 85 if the kernel stopped with a line.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/memblock.h>
#include <linux/mm.h>
#include <linux/pci.h>
#include <linux/string.h>
#include <cairn/acpi.h>
#include <cairn/boot_info.h>
#include <cairn/console.h>
#include <cairn/memory_map.h>
#include <cairn/monitor.h>
#include <cairn/multiboot2.h>
#include <cairn/start.h>
#include <asm/io.h>
#include <asm/processor.h>
#include "../../arch/hosted/hosted.h"
#include "../../drivers/pci.h"

#define MAX_FILE       (8UL << 20)
#define MAX_FUNCTIONS  300
#define MAX_REGS       16

#define CONFIG_ADDRESS 0xcf8
#define CONFIG_DATA    0xcfc

static char text[MAX_FILE + 1];
static u64 info = 0x10000;
static u32 magic = MB2_BOOT_MAGIC;
static const char *commands;

static struct function {
	u32 at; /* as in bits 8 to 23 of the address register */
	unsigned int nr;
	struct {
		u32 where, value, writable;
	} reg[MAX_REGS];
} functions[MAX_FUNCTIONS];
static unsigned int nr_functions;
static unsigned long reads_left = ~0UL;
static u32 config_address;

/* ---- PCI, by ports ----------------------------------------------------------------------- */

static struct function *selected(void)
{
	unsigned int i;

	for (i = 0; i < nr_functions; i++) {
		if (functions[i].at == (config_address & 0xffff00))
			return &functions[i];
	}
	return NULL;
}

static u32 read_register(void)
{
	const struct function *fn = selected();
	unsigned int i;

	if (!fn || !reads_left)
		return ~0u;
	reads_left--;
	for (i = 0; i < fn->nr; i++) {
		if (fn->reg[i].where == (config_address & 0xfc))
			return fn->reg[i].value;
	}
	return 0;
}

static void write_register(u32 value, u32 mask)
{
	struct function *fn = selected();
	unsigned int i;

	for (i = 0; fn && i < fn->nr; i++) {
		if (fn->reg[i].where != (config_address & 0xfc))
			continue;
		mask &= fn->reg[i].writable;
		fn->reg[i].value = (fn->reg[i].value & ~mask) | (value & mask);
	}
}

static u32 port_read(u16 port, unsigned int size)
{
	if (!nr_functions)
		return ~0u;
	if (port == CONFIG_ADDRESS && size == 4)
		return config_address;
	if (port >= CONFIG_DATA && port < CONFIG_DATA + 4)
		return read_register() >> (port - CONFIG_DATA) * 8;
	return ~0u;
}

static void port_write(u16 port, unsigned int size, u32 value)
{
	unsigned int shift = (unsigned int)(port - CONFIG_DATA) * 8;
	u32 mask = size == 4 ? ~0u : (1u << size * 8) - 1;

	if (port == CONFIG_ADDRESS && size == 4)
		config_address = value;
	else if (port >= CONFIG_DATA && port < CONFIG_DATA + 4)
		write_register(value << shift, mask << shift);
}

static const struct hosted_ports ports = {port_read, port_write};

/* ---- The file ---------------------------------------------------------------------------- */

static bool take(char **line, unsigned int base, u64 *value)
{
	char *word = strsep(line, " ");

	return word && !kstrtou64(word, base, value);
}

static bool take_memory(char *line)
{
	char byte[3] = {};
	u64 phys;
	u8 value;

	if (!take(&line, 16, &phys) || !line)
		return false;
	for (; line[0] && line[1]; line += 2) {
		memcpy(byte, line, 2);
		if (kstrtou8(byte, 16, &value))
			return false;
		*(u8 *)__va(phys++) = value;
	}
	return !*line;
}

static bool take_function(char *line)
{
	u64 bus, device, function;

	if (!take(&line, 16, &bus) || !take(&line, 16, &device) || !take(&line, 16, &function) ||
	    nr_functions == MAX_FUNCTIONS)
		return false;
	functions[nr_functions++].at = (u32)(bus << 16 | device << 11 | function << 8);
	return true;
}

static bool take_register(char *line)
{
	struct function *fn = &functions[nr_functions - 1];
	u64 where, value, writable;

	if (!nr_functions || fn->nr == MAX_REGS || !take(&line, 16, &where) ||
	    !take(&line, 16, &value) || !take(&line, 16, &writable))
		return false;
	fn->reg[fn->nr].where = (u32)where;
	fn->reg[fn->nr].value = (u32)value;
	fn->reg[fn->nr++].writable = (u32)writable;
	return true;
}

static bool take_number(const char *key, char *line)
{
	u64 value;

	if (!take(&line, *key == 'b' || *key == 'v' ? 10 : 16, &value))
		return false;
	if (!strcmp(key, "magic"))
		magic = (u32)value;
	else if (!strcmp(key, "info"))
		info = value;
	else if (!strcmp(key, "bits"))
		cpu_info.phys_bits = (unsigned int)value;
	else if (!strcmp(key, "vanish"))
		reads_left = value;
	else
		return false;
	return true;
}

static bool take_line(char *line)
{
	char *key = strsep(&line, " ");

	if (!*key)
		return true;
	if (!line)
		return false;
	if (!strcmp(key, "at"))
		return take_memory(line);
	if (!strcmp(key, "function"))
		return take_function(line);
	if (!strcmp(key, "reg"))
		return take_register(line);
	if (strcmp(key, "run"))
		return take_number(key, line);
	commands = line;
	return true;
}

/* ---- What it prints ---------------------------------------------------------------------- */

static void write_with_level(const char *s, size_t n, int level)
{
	static bool at_start;
	char mark[] = "<0>";

	if (level == CONSOLE_STAMP) {
		at_start = true;
		return;
	}
	if (at_start && level >= 0) {
		mark[1] = (char)('0' + level);
		host_write(mark, 3);
	}
	at_start = false;
	host_write(s, n);
}

/* expect_kept - no page of [start, end) is free. */
static void expect_kept(const char *what, u64 start, u64 end)
{
	u64 at;

	for (at = start & PAGE_MASK; at < end; at += PAGE_SIZE) {
		if (memory_map_type(at) == MEM_USABLE && pfn_valid(at >> PAGE_SHIFT) &&
		    !PageReserved(pfn_to_page(at >> PAGE_SHIFT)))
			console_printf("LOST: %s, at %llx, is not kept\n", what, at);
	}
}

/* try_device - what a driver would ask of a device: capabilities, vectors, its ROM, BARs. */
static void try_device(struct pci_dev *dev)
{
	const struct pci_config *cfg = pci_config_of(dev);
	struct pci_function fn = pci_function_of(dev);
	struct pci_msix_table table = {};
	struct pci_bar bars[PCI_NR_BARS];
	void __iomem *rom;
	size_t size = 0;

	console_printf(
		"device: capabilities %d %d, extended %d; MSI %d, MSI-X %d\n",
		pci_find_capability(dev, PCI_CAP_ID_VNDR), pci_find_capability(dev, PCI_CAP_ID_EXP),
		pci_find_ext_capability(dev, PCI_EXT_CAP_ID_ERR), pci_msi_vectors(cfg, &fn),
		pci_size_bars(cfg, &fn, bars) ? -ENODEV : pci_msix_parse(cfg, &fn, bars, &table));
	console_printf("device: BAR -1 %d, BAR 6 %d, BAR 1 %d, too long %d\n",
		       pci_iomap(dev, -1, 0) != NULL, pci_iomap(dev, 6, 0) != NULL,
		       pci_iomap(dev, 1, 0) != NULL,
		       pci_iomap(dev, 0, pci_resource_len(dev, 0) + 1) != NULL);
	if (!pci_resource_len(dev, PCI_ROM_RESOURCE))
		return;
	rom = pci_map_rom(dev, &size);
	console_printf("device: ROM of %zu bytes\n", size);
	if (rom)
		pci_unmap_rom(dev, rom);
}

static void look_around(void)
{
	struct pci_dev *dev = pci_get_device(0x1af4, 0xbad0, NULL);
	unsigned int i;

	if (dev)
		try_device(dev);
	pci_dev_put(dev);
	expect_kept("page 0", 0, PAGE_SIZE);
	for (i = 0; i < boot_info.nr_modules; i++)
		expect_kept("a module", max(boot_info.modules[i].start, boot_info.image_end),
			    boot_info.modules[i].end);
	for (i = 0; i < boot_info.nr_sections; i++)
		expect_kept("an ELF section", boot_info.sections[i].start,
			    boot_info.sections[i].end);
	for (i = 0; i < acpi_info.root.nr; i++)
		expect_kept("a table", acpi_info.root.table[i].phys,
			    acpi_info.root.table[i].phys + acpi_info.root.table[i].length);
	console_printf("up: %lu pages free of %llu\n", nr_free_pages(),
		       (u64)memblock_phys_mem_size() >> PAGE_SHIFT);
}

int hosted_program(int argc, char **argv)
{
	long n = argc == 2 ? host_read_file(argv[1], text, MAX_FILE) : -EINVAL;
	char *rest = text, *line;

	while (n >= 0 && (line = strsep(&rest, "\n"))) {
		if (!take_line(line))
			n = -EINVAL;
	}
	if (n < 0) {
		host_error(
			"usage: cairn-boot FILE; the head of tests/hosted/boot.c says what is in it\n");
		return 2;
	}
	serial_console.write = write_with_level;
	hosted_ports = &ports;
	machine_magic = magic;
	machine_start(info);
	look_around();
	if (commands)
		monitor_execute(commands);
	return 0;
}
