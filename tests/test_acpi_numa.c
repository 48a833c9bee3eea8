/* SPDX-License-Identifier: MIT */
/*
 * SRAT and SLIT as firmware has left them: which node memory and CPUs are on, and how
 * far nodes are from each other.  Tables lie right before a guard page, so that any
 * read past one is a fault.
 */
#include <linux/kernel.h>
#include <cairn/test.h>
#include "acpi_table.h"

static bool parse_srat(void)
{
	return acpi_srat_parse(guarded_table(), f->len, &f->srat);
}

KTEST(acpi, srat)
{
	ASSERT(begin());
	start("SRAT", 3, 48);
	srat_cpu(0, 0);
	srat_cpu(7, 1);
	srat_memory(0, 0, 0xa0000, 1);
	srat_memory(0, 0x100000, 0x7ff00000, 1);
	srat_memory(7, 0x80000000, 0x80000000, 1);
	srat_memory(7, 0x200000000, 0x1000, 0); /* not enabled */
	srat_memory(7, 0x300000000, 0x1000, 3); /* hot-pluggable */
	EXPECT(parse_srat());
	EXPECT_EQ(f->srat.nr_nodes, 2);
	EXPECT_EQ(f->srat.domain[1], 7);
	EXPECT_EQ(f->srat.nr_memory, 4);
	EXPECT_EQ(f->srat.memory[2].nid, 1);
	EXPECT(f->srat.memory[3].hotplug);
	EXPECT_EQ(f->srat.nr_cpus, 2);
	EXPECT_EQ(f->srat.cpu[1].nid, 1);
	EXPECT_EQ(f->srat.found, 0);

	start("SRAT", 3, 48); /* local x2APICs: one in use, one that is not, one cut short */
	add((u8[24]){2, 24, 0, 0, 5, 0, 0, 0, 0, 1, 0, 0, 1}, 24);
	add((u8[24]){2, 24, 0, 0, 6, 0, 0, 0, 1, 1, 0, 0, 0}, 24);
	add((u8[23]){2, 23, 0, 0, 7, 0, 0, 0, 2, 1, 0, 0, 1}, 23);
	EXPECT(parse_srat());
	EXPECT_EQ(f->srat.nr_cpus, 1);
	EXPECT_EQ(f->srat.cpu[0].apic_id, 0x100);
	EXPECT_EQ(f->srat.nr_nodes, 1);
	EXPECT_EQ(f->srat.domain[0], 5);
	EXPECT_EQ(f->srat.found, BIT_OF(ACPI_SHORT_ITEM));

	start("SRAT", 3, 48); /* A35: a node of a CPU only */
	srat_memory(0, 0, 0x80000000, 1);
	srat_cpu(3, 1);
	EXPECT(parse_srat());
	EXPECT_EQ(f->srat.nr_nodes, 2);

	start("SRAT", 1, 48); /* A34: eight bits before revision 2 */
	srat_memory(0xabcdef01, 0, 0x80000000, 1);
	srat_cpu(0xabcdef01, 0);
	EXPECT(parse_srat());
	EXPECT_EQ(f->srat.nr_nodes, 1);
	EXPECT_EQ(f->srat.domain[0], 1);
	end();
}

KTEST(acpi, srat_refused)
{
	static const u8 short_memory[39] = {1, 39};
	unsigned int i;

	ASSERT(begin());
	start("SRAT", 3, 48); /* A30 */
	srat_memory(0, 0, 0x80000000, 1);
	add(short_memory, 39);
	EXPECT(!parse_srat());
	EXPECT_EQ(f->srat.nr_nodes, 0);
	EXPECT_EQ(f->srat.found, BIT_OF(ACPI_SHORT_ITEM));

	start("SRAT", 3, 48); /* A31: the items go, the table stays */
	srat_memory(0, 0, 0x80000000, 1);
	srat_memory(1, 0x80000000, 0, 1);
	srat_memory(1, 0xfffffffffffff000, 0x2000, 1);
	EXPECT(parse_srat());
	EXPECT_EQ(f->srat.nr_memory, 1);
	EXPECT_EQ(f->srat.nr_nodes, 1);
	EXPECT_EQ(f->srat.found, BIT_OF(ACPI_BAD_VALUE));

	start("SRAT", 3, 48); /* A33 */
	srat_memory(0xffffffff, 0, 0x80000000, 1);
	EXPECT(!parse_srat());
	start("SRAT", 3, 48);
	srat_cpu(0xffffffff, 0);
	EXPECT(!parse_srat());
	start("SRAT", 3, 48);
	for (i = 0; i <= ACPI_MAX_NODES; i++)
		srat_memory(i, i * 0x100000000ULL, 0x100000000ULL, 1);
	EXPECT(!parse_srat());
	EXPECT_EQ(f->srat.nr_nodes, 0);

	start("SRAT", 3, 47);
	EXPECT(!parse_srat());
	start("SRAT", 3, 48);
	EXPECT(!parse_srat()); /* nothing in it */
	end();
}

/* More CPUs and pieces of memory than there is room for: the first ones are kept, and the table. */
KTEST(acpi, srat_surplus)
{
	unsigned int i;

	ASSERT(begin());
	start("SRAT", 3, 48);
	for (i = 0; i <= ACPI_MAX_CPUS; i++)
		srat_cpu(i % 2, (u8)i);
	EXPECT(parse_srat());
	EXPECT_EQ(f->srat.nr_cpus, ACPI_MAX_CPUS);
	EXPECT_EQ(f->srat.cpu[ACPI_MAX_CPUS - 1].nid, 1);
	EXPECT_EQ(f->srat.found, BIT_OF(ACPI_SURPLUS));

	start("SRAT", 3, 48);
	for (i = 0; i <= ACPI_MAX_MEMORY; i++)
		srat_memory(i % 2, i * 0x100000000ULL, 0x100000000ULL, 1);
	EXPECT(parse_srat());
	EXPECT_EQ(f->srat.nr_memory, ACPI_MAX_MEMORY);
	EXPECT_EQ(f->srat.memory[ACPI_MAX_MEMORY - 1].end, ACPI_MAX_MEMORY * 0x100000000ULL);
	EXPECT_EQ(f->srat.found, BIT_OF(ACPI_SURPLUS));
	end();
}

/* A32: every address has one node, whatever the items do; pieces join without a gap. */
KTEST(acpi, memory_has_one_node)
{
	static const struct {
		u64 start, end;
		u32 nid;
	} want[] = {
		{0, 0x100000, 0},	 /* uncovered */
		{0x100000, 0x300000, 0}, /* the first item wins */
		{0x300000, 0x500000, 1}, /* the rest of the second */
		{0x500000, 0x600000, 0}, /* uncovered */
		{0x600000, 0x700000, 1}, /* up to where an earlier item begins */
		{0x700000, 0x800000, 0}, /* that item, inside the other */
		{0x800000, 0x900000, 1}, {0x900000, 0x1000000, 0},
	};
	u64 at = 0, last;
	unsigned int i;

	ASSERT(begin());
	start("SRAT", 3, 48);
	srat_memory(0, 0x100000, 0x200000, 1);
	srat_memory(1, 0x200000, 0x300000, 1);
	srat_memory(0, 0x700000, 0x100000, 1);
	srat_memory(1, 0x600000, 0x300000, 1);
	EXPECT(parse_srat());
	for (i = 0; i < ARRAY_SIZE(want); i++) {
		last = 0x1000000;
		EXPECT_EQ(at, want[i].start);
		EXPECT_EQ(acpi_srat_node(&f->srat, at, &last), want[i].nid);
		EXPECT_EQ(last, want[i].end);
		at = last;
	}
	end();
}

/* A36, A37 */
KTEST(acpi, slit)
{
	static const struct {
		u64 count;
		u8 matrix[4];
		u8 n;
		bool taken;
	} cases[] = {
		{2, {10, 20, 20, 10}, 4, true},
		{1, {10}, 1, true},
		{2, {10, 20, 20}, 3, false},
		{0, {10, 20, 20, 10}, 4, false},
		{0x100000000, {10, 20, 20, 10}, 4, false},
		{~0ULL, {10, 20, 20, 10}, 4, false},
		{65, {10, 20, 20, 10}, 4, false},
		{2, {11, 20, 20, 10}, 4, false},
		{2, {10, 10, 20, 10}, 4, false},
		{2, {10, 20, 0, 10}, 4, false},
	};
	unsigned int i;

	ASSERT(begin());
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		start("SLIT", 1, 44);
		put_unaligned_le64(cases[i].count, f->table + 36);
		add(cases[i].matrix, cases[i].n);
		EXPECT_EQ(acpi_slit_parse(guarded_table(), f->len, &f->slit), cases[i].taken);
		EXPECT_EQ(f->slit.nr, cases[i].taken ? cases[i].count : 0);
	}
	start("SLIT", 1, 40);
	EXPECT(!acpi_slit_parse(guarded_table(), f->len, &f->slit));
	end();
}
