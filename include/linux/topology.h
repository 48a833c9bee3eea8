/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_TOPOLOGY_H
#define _LINUX_TOPOLOGY_H

/* Which CPU is near which memory; docs/numa.md tells where that is known from. */
#include <linux/types.h>
#include <linux/compiler.h>
#include <linux/cpumask.h>
#include <linux/nodemask.h>
#include <linux/numa.h>
#include <linux/percpu-defs.h>

DECLARE_PER_CPU(int, numa_node);

/* numa_node_id - the node of this CPU; one load. */
#define numa_node_id()	   this_cpu_read(numa_node)
#define raw_numa_node_id() numa_node_id()

/* cpu_to_node - the node of a possible CPU, right before per-CPU areas exist too. */
int cpu_to_node(unsigned int cpu);
#define early_cpu_to_node(cpu) cpu_to_node(cpu)

/* set_cpu_numa_node - start-up: the CPU of that number belongs to a node that exists. */
void set_cpu_numa_node(unsigned int cpu, int nid);

/**
 * local_memory_node - the node whose memory is nearest to a node
 * @nid: a node that is online
 *
 * Context: any, once zones are built.
 * Return: @nid itself if it has memory in the direct map.
 */
int local_memory_node(int nid);
#define numa_mem_id()	local_memory_node(numa_node_id())
#define cpu_to_mem(cpu) local_memory_node(cpu_to_node(cpu))

/* cpumask_of_node - fill in the possible CPUs of a node. */
void cpumask_of_node_copy(int nid, struct cpumask *mask);

#define LOCAL_DISTANCE	10
#define REMOTE_DISTANCE 20

/**
 * node_distance - how far the memory of a node is from another
 * @from: a node
 * @to: another
 *
 * As ACPI counts: 10 is near, 20 takes twice as long.
 *
 * Return: LOCAL_DISTANCE to REMOTE_DISTANCE where nothing is known.
 */
int node_distance(int from, int to);

#endif
