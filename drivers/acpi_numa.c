/* SPDX-License-Identifier: MIT */
/*
 * Nodes from ACPI: the policy around the parsers of SRAT and SLIT.
 *
 * Firmware numbers proximity domains with 32 bits, in any order and with gaps; a
 * node's number is its domain's place among those that SRAT names, lowest first,
 * so that it does not depend on the order of the table.  SLIT counts by domain,
 * not by place.
 *
 * A node is made for each domain that has a CPU or RAM in memblock; one that only
 * has room for memory to be plugged in is left out.  Memory that SRAT does not
 * cover belongs to the first domain of the table, a CPU it does not name to node 0.
 *
 * Context: start-up.  Source: ACPI Specification 6.5, 5.2.16 and 5.2.17.
 */
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/memblock.h>
#include <linux/printk.h>
#include <linux/topology.h>
#include <cairn/acpi.h>
#include <cairn/numa.h>
#include <asm/processor.h>

/* The node of the @i-th domain that SRAT names. */
static int __init node_of_domain(unsigned int i)
{
	const struct acpi_srat *srat = &acpi_info.srat;
	unsigned int j;
	int nid = 0;

	for (j = 0; j < srat->nr_nodes; j++)
		nid += srat->domain[j] < srat->domain[i];
	return nid;
}

int __init numa_apic_node(u32 apic_id)
{
	const struct acpi_srat *srat = &acpi_info.srat;
	unsigned int i;

	for (i = 0; i < srat->nr_cpus; i++)
		if (srat->cpu[i].apic_id == apic_id)
			return node_of_domain(srat->cpu[i].nid);
	return 0;
}

/* Memory may be cut into more regions than before, so it is walked by address. */
static void __init set_memory(void)
{
	const struct acpi_srat *srat = &acpi_info.srat;
	u64 start, end, at = 0, last = memblock_end_of_DRAM();
	int nid;

	while (at < last) {
		end = last;
		nid = srat->nr_nodes ? (int)acpi_srat_node(srat, at, &end) : 0;
		nid = srat->nr_nodes ? node_of_domain((unsigned int)nid) : 0;
		start = at;
		at = end;
		if (memblock_overlaps_region(&memblock.memory, start, end - start))
			numa_add_memory(start, end, nid);
	}
}

static void __init set_cpus(void)
{
	const struct acpi_srat *srat = &acpi_info.srat;
	unsigned int i;

	for (i = 0; i < srat->nr_cpus; i++)
		numa_add_cpus(node_of_domain(srat->cpu[i].nid));
	set_cpu_numa_node(0, numa_apic_node(boot_apic_id()));
}

/* The rows of SLIT are domains; false if it lacks one that there is. */
static bool __init set_distances(void)
{
	const struct acpi_srat *srat = &acpi_info.srat;
	const struct acpi_slit *slit = &acpi_info.slit;
	unsigned int i, j;

	for (i = 0; i < srat->nr_nodes; i++)
		if (srat->domain[i] >= slit->nr)
			return false;
	for (i = 0; i < srat->nr_nodes; i++)
		for (j = 0; j < srat->nr_nodes; j++)
			numa_set_distance(node_of_domain(i), node_of_domain(j),
					  slit->distance[srat->domain[i]][srat->domain[j]]);
	return true;
}

static void __init print_distances(void)
{
	int from, to;

	for_each_online_node(from)
	{
		pr_info("numa: node %d: distances", from);
		for_each_online_node(to) pr_cont(" %d", node_distance(from, to));
		pr_cont("\n");
	}
}

void __init numa_init(void)
{
	bool known;

	set_memory();
	set_cpus();
	if (num_online_nodes() == 1)
		return;
	known = set_distances();
	if (known)
		print_distances();
	else
		pr_info("numa: %d nodes; %s SLIT, so distances are 10 within a node and 20 between\n",
			num_online_nodes(),
			acpi_info.slit.found || acpi_info.slit.nr ? "no usable" : "no");
}
