/* SPDX-License-Identifier: MIT */
/*
 * What is told about nodes: /proc/numastat, the table that Linux's numastat prints
 * of /sys/devices/system/node/nodeN/numastat, and /proc/nodes.
 *
 *                            node0           node1
 *     numa_hit                1021              64
 *     ...
 *
 * Counts are of blocks that left a zone's free lists.  What a per-CPU list hands
 * out and takes back by itself is not counted; the blocks that fill it are.
 *
 * Contexts: process; counts of other CPUs may be a moment old.
 */
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/seq_file.h>
#include <linux/topology.h>
#include <cairn/console.h>
#include <cairn/init.h>
#include <cairn/monitor.h>
#include <cairn/vfile.h>
#include "internal.h"
#include "zone.h"

static void node_stats(int nid, struct numa_stats *stats)
{
	unsigned int idx;

	*stats = (struct numa_stats){.foreign = 0};
	for (idx = 0; idx < MAX_NR_ZONES; idx++)
		zone_add_numa_stats(&node_data[nid]->zones[idx], stats);
}

static void show_row(struct seq_file *m, const char *name, int item)
{
	struct numa_stats stats;
	int nid;

	seq_printf(m, "%-16s", name);
	for_each_online_node(nid)
	{
		unsigned long value = 0;

		node_stats(nid, &stats);
		if (item == NR_NUMA_STAT_ITEMS)
			value = stats.foreign;
		else if (item >= 0)
			value = stats.item[item];
		seq_printf(m, "%16lu", value);
	}
	seq_putc(m, '\n');
}

static int show_numastat(struct seq_file *m)
{
	int nid;

	seq_printf(m, "%-16s", "");
	for_each_online_node(nid) seq_printf(m, "%*snode%d", nid < 10 ? 11 : 10, "", nid);
	seq_putc(m, '\n');
	show_row(m, "numa_hit", NUMA_HIT);
	show_row(m, "numa_miss", NUMA_MISS);
	show_row(m, "numa_foreign", NR_NUMA_STAT_ITEMS);
	show_row(m, "interleave_hit", -1);
	show_row(m, "local_node", NUMA_LOCAL);
	show_row(m, "other_node", NUMA_OTHER);
	return 0;
}
VIRTUAL_FILE("numastat", show_numastat);

static void show_cpus(struct seq_file *m, int nid)
{
	unsigned int cpu;

	seq_printf(m, "node %d cpus:", nid);
	for_each_possible_cpu(cpu)
		if (cpu_to_node(cpu) == nid)
			seq_printf(m, " %u", cpu);
	seq_putc(m, '\n');
}

static void show_memory(struct seq_file *m, int nid)
{
	unsigned long size = 0, free = 0;
	unsigned int idx;

	for (idx = 0; idx < MAX_NR_ZONES; idx++) {
		const struct zone *zone = &node_data[nid]->zones[idx];

		size += zone->managed_pages;
		free += data_race(zone->buddy.free) + data_race(zone->pending_pages) +
			pcp_cached_pages(zone);
	}
	seq_printf(m, "node %d size: %lu MB\n", nid, size >> (20 - PAGE_SHIFT));
	seq_printf(m, "node %d free: %lu MB\n", nid, free >> (20 - PAGE_SHIFT));
}

static void show_distances(struct seq_file *m)
{
	int from, to;

	seq_puts(m, "node distances:\nnode ");
	for_each_online_node(to) seq_printf(m, "%4d", to);
	for_each_online_node(from)
	{
		seq_printf(m, "\n%4d:", from);
		for_each_online_node(to) seq_printf(m, "%4d", node_distance(from, to));
	}
	seq_putc(m, '\n');
}

/* As numactl --hardware prints it. */
static int show_nodes(struct seq_file *m)
{
	int nid;

	seq_printf(m, "available: %d nodes\n", num_online_nodes());
	for_each_online_node(nid)
	{
		show_cpus(m, nid);
		show_memory(m, nid);
	}
	show_distances(m);
	return 0;
}
VIRTUAL_FILE("nodes", show_nodes);

static int cmd_numastat(int argc __unused, char **argv __unused)
{
	vfile_show("nodes");
	return vfile_show("numastat");
}
MONITOR_COMMAND("numastat", "", "nodes, distances, and whose memory went where", cmd_numastat);
