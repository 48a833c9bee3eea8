/* SPDX-License-Identifier: MIT */
/*
 * The machine that a program's options ask for, which are the same in each:
 *
 *   -n CPUS	one, if nothing is said
 *   -m MIB	its memory, 512; with a hole from 3 to 4 GiB where there is that much
 *   -N NODES	the memory is spread over them, the CPUs by turns; from three nodes on
 *		the last has no memory, and distances differ
 */
#include <linux/cpumask.h>
#include <linux/kernel.h>
#include <cairn/acpi.h>
#include <cairn/multiboot2.h>
#include <cairn/start.h>
#include "hosted.h"

#define MIB	   (1ULL << 20)
#define HOLE_START (3ULL << 30)
#define HOLE_END   (4ULL << 30)

static unsigned int mib = 512, nodes;

/* Where memory is that begins @offset bytes after the first. */
static u64 beyond_hole(u64 offset)
{
	return offset < HOLE_START ? offset : offset + HOLE_END - HOLE_START;
}

static struct mb2_mmap_entry memory_of_machine[4] = {
	{0, 0x9fc00, 1, 0},
	{0xfffc0000, 0x40000, 2, 0},
};

static unsigned int describe_memory(void)
{
	u64 size = mib * MIB;

	memory_of_machine[2] = (struct mb2_mmap_entry){MIB, min(size, HOLE_START) - MIB, 1, 0};
	if (size <= HOLE_START)
		return 3;
	memory_of_machine[3] = (struct mb2_mmap_entry){HOLE_END, size - HOLE_START, 1, 0};
	return 4;
}

static unsigned int nodes_with_memory(void)
{
	return nodes > 2 ? nodes - 1 : nodes;
}

/* Bytes of each of them; the last has what is left, too. */
static u64 share_of_node(void)
{
	return round_down(mib * MIB / nodes_with_memory(), 128 * MIB);
}

/* As if the firmware had said so: SRAT and, for three nodes or more, SLIT. */
static void describe_nodes(void)
{
	struct acpi_srat *srat = &acpi_info.srat;
	struct acpi_slit *slit = &acpi_info.slit;
	unsigned int with_memory = nodes_with_memory();
	u64 share = share_of_node();

	for (u32 i = 0; i < nodes; i++)
		srat->domain[srat->nr_nodes++] = i;
	for (u32 i = 0; i < with_memory; i++)
		srat->memory[srat->nr_memory++] = (struct acpi_srat_memory){
			.start = beyond_hole(i * share),
			.end = i + 1 < with_memory ? beyond_hole((i + 1) * share - 1) + 1
						   : 1ULL << 40,
			.nid = i,
		};
	for (u32 i = 0; i < machine_cpus; i++) {
		srat->cpu[srat->nr_cpus].apic_id = i;
		srat->cpu[srat->nr_cpus++].nid = i % nodes;
	}
	slit->nr = nodes > 2 ? nodes : 0;
	for (u32 from = 0; from < slit->nr; from++)
		for (u32 to = 0; to < slit->nr; to++)
			slit->distance[from][to] = (u8)(from == to ? 10 : 10 + 7 * from + 3 * to);
}

bool machine_option(char letter, const char *value)
{
	switch (letter) {
	case 'n':
		return !kstrtouint(value, 10, &machine_cpus) && machine_cpus &&
		       machine_cpus <= NR_CPUS;
	case 'm':
		return !kstrtouint(value, 10, &mib) && mib >= 8;
	case 'N':
		return !kstrtouint(value, 10, &nodes) && nodes && nodes <= ACPI_MAX_NODES;
	default:
		return false;
	}
}

void machine_start_chosen(const char *cmdline)
{
	if (nodes) {
		if (!share_of_node()) {
			host_error("-N: each node with memory needs 128 MiB of it (-m)\n");
			host_exit(2);
		}
		machine_firmware = describe_nodes;
	}
	machine_start(machine_describe(cmdline, memory_of_machine, describe_memory()));
}
