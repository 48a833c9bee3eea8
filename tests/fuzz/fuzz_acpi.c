/* SPDX-License-Identifier: MIT */
/*
 * ACPI, two ways.
 *
 *   acpi_root	 the input is physical memory from address 0 on: search it for a root
 *		 pointer, list the tables, parse each of those that are known
 *   acpi_tables	 its first byte chooses a parser, the rest is the table
 *
 * What the parsers give to the rest of the kernel must be usable as it is: counts
 * within the arrays, nodes that exist, ranges and buses in order.
 */
#include <linux/kernel.h>
#include <cairn/acpi.h>
#include <cairn/memory_map.h>
#include "fuzz.h"

static const struct mem_range ram[] = {
	{0, 0x80000000, MEM_USABLE, 1},
	{0x100000000, 0x200000000, MEM_USABLE, 1},
};

static union {
	struct acpi_madt madt;
	struct acpi_srat srat;
	struct acpi_slit slit;
	struct acpi_mcfg mcfg;
	struct acpi_hpet hpet;
	struct acpi_fadt fadt;
} out;

static void madt(const u8 *table, u32 length)
{
	if (!acpi_madt_parse(table, length, &out.madt))
		return;
	fuzz_check(out.madt.nr_cpus <= ACPI_MAX_CPUS);
	fuzz_check(out.madt.nr_ioapics <= ACPI_MAX_IOAPIC);
}

/* Every address has one node, and asking for one after the other ends. */
static void walk_nodes(u64 start, u64 end)
{
	unsigned int steps = 0;

	while (start < end) {
		u64 to = end;
		u32 nid = acpi_srat_node(&out.srat, start, &to);

		fuzz_check(nid < max(out.srat.nr_nodes, 1u));
		fuzz_check(to > start && to <= end);
		fuzz_check(++steps <= 2 * ACPI_MAX_MEMORY + 1);
		start = to;
	}
}

static void srat(const u8 *table, u32 length)
{
	if (!acpi_srat_parse(table, length, &out.srat))
		return;
	fuzz_check(out.srat.nr_nodes <= ACPI_MAX_NODES);
	fuzz_check(out.srat.nr_memory <= ACPI_MAX_MEMORY);
	fuzz_check(out.srat.nr_cpus <= ACPI_MAX_CPUS);
	for (unsigned int i = 0; i < out.srat.nr_memory; i++) {
		fuzz_check(out.srat.memory[i].nid < out.srat.nr_nodes);
		fuzz_check(out.srat.memory[i].start < out.srat.memory[i].end);
	}
	for (unsigned int i = 0; i < out.srat.nr_cpus; i++)
		fuzz_check(out.srat.cpu[i].nid < out.srat.nr_nodes);
	walk_nodes(0, ~0ULL);
}

static void slit(const u8 *table, u32 length)
{
	if (!acpi_slit_parse(table, length, &out.slit))
		return;
	fuzz_check(out.slit.nr <= ACPI_MAX_NODES);
	for (unsigned int i = 0; i < out.slit.nr; i++)
		fuzz_check(out.slit.distance[i][i] == 10);
}

static void mcfg(const u8 *table, u32 length)
{
	if (!acpi_mcfg_parse(table, length, &out.mcfg))
		return;
	fuzz_check(out.mcfg.nr <= ACPI_MAX_ECAM);
	acpi_mcfg_drop_ram(&out.mcfg, ram, ARRAY_SIZE(ram));
	fuzz_check(out.mcfg.nr <= ACPI_MAX_ECAM);
	for (unsigned int i = 0; i < out.mcfg.nr; i++) {
		const struct acpi_ecam *e = &out.mcfg.ecam[i];
		u64 first = e->base + ((u64)e->start_bus << 20);
		u64 end = e->base + ((u64)(e->end_bus + 1) << 20);

		fuzz_check(e->start_bus <= e->end_bus);
		fuzz_check(first < end);
		for (unsigned int k = 0; k < ARRAY_SIZE(ram); k++)
			fuzz_check(end <= ram[k].start || first >= ram[k].end);
	}
}

static void fadt(const u8 *table, u32 length)
{
	acpi_fadt_parse(table, length, &out.fadt);
}

static void dsdt(const u8 *table, u32 length)
{
	memset(&out.fadt, 0, sizeof(out.fadt));
	if (acpi_s5_find(table, length, &out.fadt))
		fuzz_check(out.fadt.s5_known);
}

static void hpet(const u8 *table, u32 length)
{
	if (acpi_hpet_parse(table, length, &out.hpet))
		fuzz_check(out.hpet.phys && out.hpet.phys + ACPI_HPET_SIZE > out.hpet.phys);
	else
		fuzz_check(out.hpet.found && !out.hpet.phys);
}

static const struct {
	char signature[5];
	void (*parse)(const u8 *table, u32 length);
} parsers[] = {
	{"APIC", madt}, {"SRAT", srat}, {"SLIT", slit}, {"MCFG", mcfg},
	{"FACP", fadt}, {"DSDT", dsdt}, {"HPET", hpet},
};

static void run_tables(const u8 *data, size_t size)
{
	if (size)
		parsers[data[0] % ARRAY_SIZE(parsers)].parse(data + 1, (u32)(size - 1));
}

const struct fuzz_target fuzz_acpi_tables = {
	.name = "acpi_tables", .max_len = 1024, .run = run_tables};

/* ---- from the root pointer on ---------------------------------------------------------- */

static const u8 *map(void *ctx, u64 phys, u64 len)
{
	const struct fuzz_input *memory = ctx;

	if (phys > memory->left || len > memory->left - phys)
		return NULL;
	return memory->at + phys;
}

static void parse_known(const struct acpi_table *table)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(parsers); i++) {
		if (!strcmp(table->signature, parsers[i].signature))
			parsers[i].parse(table->data, table->length);
	}
}

static void run_root(const u8 *data, size_t size)
{
	static struct acpi_root root;
	struct fuzz_input memory = {data, size};
	struct acpi_memory mem = {map, &memory};
	long at = acpi_rsdp_search(data, size);
	struct acpi_rsdp rsdp;
	unsigned int length;

	if (at < 0)
		return;
	fuzz_check((u64)at < size && !(at & 15));
	length = acpi_rsdp_parse(data + at, size - (u64)at, &rsdp);
	fuzz_check(length == 20 || length == 36);
	if (!acpi_root_parse(&rsdp, &mem, &root))
		return;
	fuzz_check(root.nr && root.nr <= ACPI_MAX_TABLES);
	for (unsigned int i = 0; i < root.nr; i++) {
		const struct acpi_table *t = &root.table[i];

		fuzz_check(!t->signature[4] && t->length >= 36);
		fuzz_check(t->data == data + t->phys && t->phys + t->length <= size);
		fuzz_check(acpi_find(&root, t->signature));
		parse_known(t);
	}
}

const struct fuzz_target fuzz_acpi_root = {.name = "acpi_root", .max_len = 1536, .run = run_root};
