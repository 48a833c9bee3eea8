/* SPDX-License-Identifier: MIT */
#ifndef _CAIRN_NUMA_H
#define _CAIRN_NUMA_H

/*
 * How the machine's nodes become known: who reads firmware's tables tells
 * mm/numa.c.  All of it is start-up's, between acpi_tables_init() and
 * setup_per_cpu_areas().
 */
#include <linux/types.h>
#include <linux/nodemask.h>

/* numa_init - nodes, distances and CPUs from SRAT and SLIT; one node without them. */
void numa_init(void);

/* numa_apic_node - the node of the CPU with a local APIC of that number. */
int numa_apic_node(u32 apic_id);

/* numa_add_cpus - a node exists, for firmware counts CPUs to it, be they started or not. */
void numa_add_cpus(int nid);

/**
 * numa_add_memory - memory of a range belongs to a node
 * @start: physical address
 * @end: one past the last
 * @nid: 0 .. MAX_NUMNODES - 1
 */
void numa_add_memory(u64 start, u64 end, int nid);

/* numa_set_distance - what SLIT says; 10 from a node to itself, 11 to 255 else. */
void numa_set_distance(int from, int to, u8 distance);

#endif
