/* SPDX-License-Identifier: MIT */
/*
 * The machine's ACPI tables: policy around the parsers in acpi_root.c,
 * acpi_parse.c and acpi_power.c.
 *
 * Twice in start-up: acpi_reserve_tables() keeps tables that firmware left in
 * memory it calls usable, before that memory is given out, and while the boot
 * page tables still show all of the first 4 GiB; acpi_tables_init() reads them
 * when the kernel's own page tables stand.  Those show RAM only, so what lies in
 * reserved memory, where SeaBIOS puts its tables, is mapped as it is needed.
 *
 * Firmware's addresses are not followed just anywhere: a table must lie in RAM of
 * any kind, in the BIOS area below 1 MiB, or in a reserved range that continues
 * RAM.  Elsewhere there may be a device that minds being read.
 */
#include <linux/init.h>
#include <linux/io.h>
#include <linux/kernel.h>
#include <linux/memblock.h>
#include <linux/printk.h>
#include <linux/string.h>
#include <cairn/acpi.h>
#include <cairn/boot_info.h>
#include <cairn/highmem.h>
#include <cairn/memory_map.h>
#include <asm/page.h>
#include <asm/pgtable.h>
#include <asm/unaligned.h>

#define BOOT_MAPPED  (4ULL << 30)
#define EBDA_SEGMENT 0x40eUL
#define EBDA_SIZE    1024
#define EBDA_LOWEST  0x400
#define EBDA_LIMIT   0xa0000
#define BIOS_START   0xe0000
#define BIOS_END     0x100000

struct acpi_info acpi_info;

/* continues_ram - is there RAM below this range, with nothing but other ranges between? */
static bool __init continues_ram(const struct mem_range *range)
{
	for (; range > memory_map && range[-1].end == range->start; range--) {
		if (mem_type_is_ram(range[-1].type))
			return true;
	}
	return false;
}

/* may_read - is all of [@start, @end) memory that a table can lie in? */
static bool __init may_read(u64 start, u64 end)
{
	if (end <= start)
		return false;
	while (start < end) {
		const struct mem_range *range = memory_map_find(memory_map, nr_memory_map, start);

		if (!range)
			return false;
		if (!mem_type_is_ram(range->type) && range->end > BIOS_END && !continues_ram(range))
			return false;
		start = range->end;
	}
	return true;
}

static const u8 *__init map_early(void *ctx __unused, u64 phys, u64 len)
{
	return phys + len <= BOOT_MAPPED && may_read(phys, phys + len) ? __va(phys) : NULL;
}

static const u8 *__init map_final(void *ctx __unused, u64 phys, u64 len)
{
	if (!may_read(phys, phys + len))
		return NULL;
	if (memory_map_is_ram(phys, phys + len))
		return __va(phys);
	return (const u8 __force *)early_ioremap(phys, len, PAGE_KERNEL_RO);
}

/* find_rsdp - where the loader passed none, in the places a BIOS may put it. */
static void __init find_rsdp(void)
{
	u64 ebda = (u64)get_unaligned_le16(__va(EBDA_SEGMENT)) << 4, area = BIOS_START;
	struct acpi_rsdp rsdp;
	long at = -1;

	if (boot_info.rsdp_len || boot_info.efi)
		return;
	if (ebda >= EBDA_LOWEST && ebda + EBDA_SIZE <= EBDA_LIMIT) {
		at = acpi_rsdp_search(__va(ebda), EBDA_SIZE);
		area = at < 0 ? area : ebda;
	}
	if (at < 0)
		at = acpi_rsdp_search(__va(BIOS_START), BIOS_END - BIOS_START);
	if (at < 0)
		return;
	boot_info.rsdp_len = acpi_rsdp_parse(__va(area + at), sizeof(boot_info.rsdp), &rsdp);
	memcpy(boot_info.rsdp, __va(area + at), boot_info.rsdp_len);
}

void __init acpi_reserve_tables(void)
{
	struct acpi_memory mem = {.map = map_early};
	struct acpi_rsdp rsdp;
	unsigned int i;

	find_rsdp();
	if (!acpi_rsdp_parse(boot_info.rsdp, boot_info.rsdp_len, &rsdp))
		return;
	acpi_root_parse(&rsdp, &mem, &acpi_info.root);
	for (i = 0; i < acpi_info.root.nr; i++) {
		const struct acpi_table *table = &acpi_info.root.table[i];
		u64 start = table->phys & PAGE_MASK;
		u64 end = PAGE_ALIGN(table->phys + table->length);

		if (memory_map_type(start) == MEM_USABLE || memory_map_type(end - 1) == MEM_USABLE)
			memblock_reserve(start, end - start);
	}
}

static const char *__init finding_text(unsigned int finding)
{
	static const char *const text[ACPI_NR_FINDINGS] = {
		[ACPI_BAD_LENGTH] = "a length that cannot be; ignored",
		[ACPI_BAD_CHECKSUM] = "a wrong checksum; used all the same",
		[ACPI_BAD_ITEM] = "an item of impossible length; ignored it and the rest",
		[ACPI_SHORT_ITEM] = "an item too short for its type; ignored it",
		[ACPI_DUPLICATE] = "a duplicate; took the first",
		[ACPI_SURPLUS] = "more than there is room for; ignored the surplus",
		[ACPI_BAD_POINTER] = "an address outside of memory; ignored it",
		[ACPI_BAD_VALUE] = "a value that cannot be; ignored it",
		[ACPI_TAIL] = "part of an entry at its end; ignored that",
	};

	return text[finding];
}

/* say - a line for each kind of finding in a table, where the first is, and what follows from it. */
static void __init say(const char *table, u32 found, const struct acpi_findings *where,
		       const char *so)
{
	unsigned int i;

	for (i = 0; i < ACPI_NR_FINDINGS; i++) {
		if (found & 1u << i)
			pr_warn("ACPI: %s, byte %llu: %s%s\n", table, where->at[i], finding_text(i),
				so);
	}
}

/* say_root - the same for the list of tables; @lost: nothing is left of it. */
static void __init say_root(const struct acpi_root *root, bool lost)
{
	unsigned int i;

	for (i = 0; i < ACPI_NR_FINDINGS; i++) {
		if (root->found & 1u << i)
			pr_warn("ACPI: table at %#llx: %s%s\n", root->where.at[i], finding_text(i),
				lost ? "; going on without ACPI" : "");
	}
}

/* the_table - a table by signature; a second one of that name gets a line. */
static const struct acpi_table *__init the_table(const char *signature)
{
	const struct acpi_table *table = acpi_find(&acpi_info.root, signature), *other;

	for (other = table + 1; table && other < acpi_info.root.table + acpi_info.root.nr;
	     other++) {
		if (!strcmp(other->signature, signature))
			pr_warn("ACPI: a second %s at %#llx; took the first, at %#llx\n", signature,
				other->phys, table->phys);
	}
	return table;
}

static void __init read_topology(void)
{
	const struct acpi_table *madt = the_table("APIC"), *srat = the_table("SRAT");
	const struct acpi_table *slit = the_table("SLIT");

	if (madt) {
		acpi_madt_parse(madt->data, madt->length, &acpi_info.madt);
		say("MADT", acpi_info.madt.found, &acpi_info.madt.where, "");
	}
	if (srat) {
		bool nodes = acpi_srat_parse(srat->data, srat->length, &acpi_info.srat);

		say("SRAT", acpi_info.srat.found, &acpi_info.srat.where,
		    nodes ? "" : "; going on with one node");
	}
	if (slit) {
		acpi_slit_parse(slit->data, slit->length, &acpi_info.slit);
		say("SLIT", acpi_info.slit.found, &acpi_info.slit.where,
		    "; going on without distances");
	}
}

static void __init read_devices(void)
{
	const struct acpi_table *mcfg = the_table("MCFG"), *fadt = the_table("FACP");
	const struct acpi_table *dsdt = acpi_find(&acpi_info.root, "DSDT");
	const struct acpi_table *hpet = acpi_find(&acpi_info.root, "HPET");

	if (mcfg) {
		acpi_mcfg_parse(mcfg->data, mcfg->length, &acpi_info.mcfg);
		acpi_mcfg_drop_ram(&acpi_info.mcfg, memory_map, nr_memory_map);
		say("MCFG", acpi_info.mcfg.found, &acpi_info.mcfg.where,
		    acpi_info.mcfg.nr ? "" : "; using ports 0xcf8/0xcfc");
	}
	if (hpet) {
		acpi_hpet_parse(hpet->data, hpet->length, &acpi_info.hpet);
		say("HPET", acpi_info.hpet.found, &acpi_info.hpet.where, "; going on without it");
	}
	if (fadt) {
		acpi_fadt_parse(fadt->data, fadt->length, &acpi_info.fadt);
		say("FADT", acpi_info.fadt.found, &acpi_info.fadt.where,
		    "; going on without power-off");
	}
	if (fadt && dsdt)
		acpi_s5_find(dsdt->data, dsdt->length, &acpi_info.fadt);
}

static void __init print_summary(u8 revision)
{
	unsigned int i, cpus;

	pr_info("ACPI: revision %u:", revision);
	for (i = 0; i < acpi_info.root.nr; i++)
		pr_cont(" %s", acpi_info.root.table[i].signature);
	cpus = max(acpi_info.madt.nr_cpus, 1u);
	pr_cont("; %u CPU%s", cpus, cpus == 1 ? "" : "s");
	if (acpi_info.srat.nr_nodes)
		pr_cont(", %u nodes", acpi_info.srat.nr_nodes);
	if (acpi_info.mcfg.nr)
		pr_cont(", ECAM at %#llx", acpi_info.mcfg.ecam[0].base);
	pr_cont("\n");
}

void __init acpi_tables_init(void)
{
	struct acpi_memory mem = {.map = map_final};
	struct acpi_rsdp rsdp;

	memblock_set_current_limit(lowmem_end());
	if (!acpi_rsdp_parse(boot_info.rsdp, boot_info.rsdp_len, &rsdp)) {
		pr_info("ACPI: none\n");
		return;
	}
	acpi_info.present = acpi_root_parse(&rsdp, &mem, &acpi_info.root);
	say_root(&acpi_info.root, !acpi_info.present);
	if (!acpi_info.present)
		return;
	read_topology();
	read_devices();
	print_summary(rsdp.revision);
}
