/* SPDX-License-Identifier: MIT */
/*
 * Nodes: which there are, how far they are from each other, and which CPU and
 * which memory belongs to which.
 *
 *     SRAT  CPU -> domain, memory -> domain        drivers/acpi_numa.c
 *     SLIT  domain x domain -> distance                 |
 *                                                       v
 *     node_states[]      one bit a node            this file
 *     distance[][]       10 is near
 *     memblock.memory    each region has its node --> zones, section by section
 *     numa_node          per CPU
 *
 * A node is online if it has memory or CPUs; one with CPUs only has zones without
 * pages, and its CPUs allocate from the nearest node that has some.  A machine
 * that says nothing is one node, 0.  Node 0 is online in any case: it is where
 * memory and CPUs go that nothing is said about.
 *
 * Invariants, when numa_init() is over:
 *     every region of memblock.memory has the number of a node that is online
 *     cpu_to_node() of each possible CPU is a node that is online
 *     distance[a][b] >= 10, and 10 exactly where a == b
 *
 * Locking: none; nothing changes after start-up.  Contexts: any.
 *
 * Not done: memory and nodes that are plugged in later; migration of pages.
 */
#include <linux/kernel.h>
#include <linux/init.h>
#include <linux/memblock.h>
#include <linux/printk.h>
#include <linux/topology.h>
#include <cairn/numa.h>
#include "zone.h"

nodemask_t node_states[NR_NODE_STATES] = {
	[N_POSSIBLE] = {1},
	[N_ONLINE] = {1},
};
unsigned int nr_node_ids = 1;

DEFINE_PER_CPU(int, numa_node);
static u8 node_of_cpu[NR_CPUS];
_Static_assert(MAX_NUMNODES <= 256, "a node fits in a byte");

/* 0: nothing is known. */
static u8 distance[MAX_NUMNODES][MAX_NUMNODES];

int node_distance(int from, int to)
{
	if (from < 0 || to < 0 || from >= MAX_NUMNODES || to >= MAX_NUMNODES || !distance[from][to])
		return from == to ? LOCAL_DISTANCE : REMOTE_DISTANCE;
	return distance[from][to];
}

int cpu_to_node(unsigned int cpu)
{
	return cpu < NR_CPUS ? node_of_cpu[cpu] : 0;
}

void cpumask_of_node_copy(int nid, struct cpumask *mask)
{
	unsigned int cpu;

	cpumask_clear(mask);
	for_each_possible_cpu(cpu)
		if (cpu_to_node(cpu) == nid)
			cpumask_set_cpu(cpu, mask);
}

int local_memory_node(int nid)
{
	const struct zone *zone = first_lowmem_zone(&node_data[nid]->zonelist);

	return zone ? zone->pgdat->node_id : nid;
}

static void __init set_online(int nid)
{
	node_set(nid, node_states[N_POSSIBLE]);
	node_set(nid, node_states[N_ONLINE]);
	nr_node_ids = max(nr_node_ids, (unsigned int)nid + 1);
}

void set_cpu_numa_node(unsigned int cpu, int nid)
{
	node_of_cpu[cpu] = (u8)nid;
	node_set(nid, node_states[N_CPU]);
}

void __init numa_add_cpus(int nid)
{
	set_online(nid);
}

void __init numa_add_memory(u64 start, u64 end, int nid)
{
	set_online(nid);
	if (memblock_set_node(start, end - start, &memblock.memory, nid))
		panic("numa: no room to note the node of [mem %#llx-%#llx]", start, end - 1);
}

void __init numa_set_distance(int from, int to, u8 value)
{
	distance[from][to] = value;
}
