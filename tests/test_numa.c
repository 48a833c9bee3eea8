/* SPDX-License-Identifier: MIT */
/*
 * Nodes: what is asked for from a node comes from it, and from the nearest other
 * one when it has no more; with __GFP_THISNODE it fails instead.  On a machine of
 * one node the same tests say that nothing is different there; those that need a
 * second one are skipped.
 *
 * Numbers come from the counters of zones: each block that leaves a zone's lists
 * is a hit or a miss of its node, and local or not to the CPU that took it.
 */
#include <cairn/test.h>
#include <cairn/vfile.h>
#include <linux/gfp.h>
#include <linux/kernel.h>
#include <linux/kfence.h>
#include <linux/mm.h>
#include <linux/percpu.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/topology.h>
#include <linux/vmalloc.h>
#include "../mm/internal.h"
#include "../mm/slab.h"
#include "../mm/zone.h"
#include "page_chain.h"

static struct numa_stats stats_of(int nid)
{
	struct numa_stats stats = {0};
	unsigned int idx;

	for (idx = 0; idx < MAX_NR_ZONES; idx++)
		zone_add_numa_stats(&node_data[nid]->zones[idx], &stats);
	return stats;
}

/* A node with memory that is not this CPU's, or NUMA_NO_NODE; the test is skipped then. */
static int other_node(void)
{
	int nid;

	for_each_node_state(nid, N_NORMAL_MEMORY) if (nid != numa_mem_id() &&
						      nid != numa_node_id()) return nid;
	ktest_skip("there is one node with memory");
	return NUMA_NO_NODE;
}

static unsigned long node_free(int nid)
{
	unsigned long pages = 0;
	unsigned int idx;

	for (idx = 0; idx < MAX_NR_ZONES; idx++)
		pages += data_race(node_data[nid]->zones[idx].buddy.free) +
			 data_race(node_data[nid]->zones[idx].pending_pages);
	return pages;
}

/* Each list begins at its node, gets no nearer again, and has each zone once. */
KTEST(numa, zonelists_go_by_distance)
{
	int nid;

	for_each_online_node(nid)
	{
		struct zone *const *at = node_data[nid]->zonelist.zones;
		int last = 0, node = NUMA_NO_NODE;
		unsigned int n = 0, zones = 0;
		const struct zone *zone;

		for (; *at; at++, n++) {
			int d = node_distance(nid, (*at)->pgdat->node_id);

			EXPECT(d >= last);
			if (node == (*at)->pgdat->node_id)
				EXPECT((*at)->idx < at[-1]->idx);
			node = (*at)->pgdat->node_id;
			last = d;
		}
		for_each_zone(zone)
			zones++;
		EXPECT_EQ(n, zones);
		if (node_state(nid, N_MEMORY))
			EXPECT_EQ(node_data[nid]->zonelist.zones[0]->pgdat->node_id, nid);
	}
}

KTEST(numa, topology_is_consistent)
{
	unsigned int cpu;
	int a, b;

	EXPECT(node_online(0));
	EXPECT_EQ(numa_node_id(), cpu_to_node(0));
	for_each_possible_cpu(cpu) {
		EXPECT(node_online(cpu_to_node(cpu)));
		EXPECT(node_state(cpu_to_node(cpu), N_CPU));
	}
	for_each_online_node(a)
	{
		EXPECT(a < (int)nr_node_ids);
		EXPECT(node_state(local_memory_node(a), N_NORMAL_MEMORY));
		if (node_state(a, N_NORMAL_MEMORY))
			EXPECT_EQ(local_memory_node(a), a);
		for_each_online_node(b)
		{
			EXPECT((node_distance(a, b) == LOCAL_DISTANCE) == (a == b));
			EXPECT(node_distance(a, b) >= LOCAL_DISTANCE);
		}
	}
	EXPECT_EQ(node_distance(63, 62), REMOTE_DISTANCE);
	EXPECT_EQ(node_distance(63, 63), LOCAL_DISTANCE);
}

#define LARGEST_BLOCK 14 /* MiB of memory in which there is one */

/* Without a wish, memory is this CPU's node's, by the lists and past them. */
KTEST(numa, memory_is_local)
{
	struct page *page;
	unsigned int order;

	if (ktest_lacks_memory(LARGEST_BLOCK))
		return;
	for (order = 0; order < MAX_ORDER; order++) {
		page = alloc_pages(GFP_KERNEL, order);
		ASSERT(page != NULL);
		EXPECT_EQ(page_to_nid(page), numa_mem_id());
		__free_pages(page, order);
	}
}

/* A block of each order from each node, which counts it as what it is. */
KTEST(numa, a_node_is_served_from_its_own_memory)
{
	int nid;

	if (ktest_lacks_memory(LARGEST_BLOCK))
		return;
	for_each_node_state(nid, N_NORMAL_MEMORY)
	{
		struct numa_stats before = stats_of(nid), after;
		unsigned int order;

		for (order = 0; order < MAX_ORDER; order++) {
			struct page *page =
				alloc_pages_node(nid, GFP_KERNEL | __GFP_THISNODE, order);

			ASSERT(page != NULL);
			EXPECT_EQ(page_to_nid(page), nid);
			__free_pages(page, order);
		}
		after = stats_of(nid);
		EXPECT_EQ(after.item[NUMA_HIT] - before.item[NUMA_HIT], MAX_ORDER);
		EXPECT_EQ(after.item[NUMA_MISS], before.item[NUMA_MISS]);
		EXPECT_EQ(after.foreign, before.foreign);
		order = nid == numa_node_id() ? NUMA_LOCAL : NUMA_OTHER;
		EXPECT_EQ(after.item[order] - before.item[order], MAX_ORDER);
	}
}

/* A node without memory: nothing of its own, and the nearest node's for who does not insist. */
KTEST(numa, a_node_without_memory)
{
	struct page *page;
	int nid;

	for_each_online_node(nid) if (!node_state(nid, N_MEMORY)) break;
	if (nid == MAX_NUMNODES) {
		ktest_skip("every node has memory");
		return;
	}
	EXPECT(alloc_pages_node(nid, GFP_KERNEL | __GFP_THISNODE | __GFP_NOWARN, 0) == NULL);
	page = alloc_pages_node(nid, GFP_KERNEL, 0);
	ASSERT(page != NULL);
	EXPECT_EQ(page_to_nid(page), local_memory_node(nid));
	__free_page(page);
}

/* Takes what a node has above its watermarks; others are not touched. */
static struct page *take_node(int nid)
{
	struct page *chain = NULL, *page;
	int order;

	for (order = MAX_ORDER - 1; order >= 0; order--)
		while ((page = alloc_pages_node(nid, GFP_NOWAIT | __GFP_THISNODE | __GFP_NOWARN,
						(unsigned int)order)))
			chain = push_page(chain, page);
	return chain;
}

/*
 * A node is emptied.  The next block comes from the nearest of the others that has
 * one: a miss there, and foreign here.  Who insists on the node gets nothing.
 */
KTEST(numa, an_empty_node_falls_back_to_the_nearest)
{
	struct numa_stats here, there, before;
	int nid = other_node(), nearest;
	struct page *chain, *page;
	struct zone *const *zone;

	if (nid == NUMA_NO_NODE)
		return;
	drain_all_pages();
	chain = take_node(nid);
	for (zone = node_data[nid]->zonelist.zones; (*zone)->pgdat->node_id == nid;)
		zone++;
	nearest = (*zone)->pgdat->node_id;
	here = stats_of(nid);
	there = stats_of(nearest);
	page = alloc_pages_node(nid, GFP_NOWAIT, 3);
	EXPECT(page != NULL);
	if (page) {
		EXPECT_EQ(page_to_nid(page), nearest);
		__free_pages(page, 3);
	}
	EXPECT(!alloc_pages_node(nid, GFP_NOWAIT | __GFP_THISNODE | __GFP_NOWARN, 3));
	before = here;
	here = stats_of(nid);
	EXPECT_EQ(here.foreign - before.foreign, 1);
	EXPECT_EQ(here.item[NUMA_HIT], before.item[NUMA_HIT]);
	before = there;
	there = stats_of(nearest);
	EXPECT_EQ(there.item[NUMA_MISS] - before.item[NUMA_MISS], 1);
	free_chain(chain);
}

/* Pages of another node never stay on this CPU's lists: they go straight to their zone. */
KTEST(numa, remote_pages_go_home)
{
	int nid = other_node();
	unsigned long before;
	struct page *page;

	if (nid == NUMA_NO_NODE)
		return;
	page = alloc_pages_node(nid, GFP_KERNEL | __GFP_THISNODE, 0);
	ASSERT(page != NULL);
	before = node_free(nid);
	__free_page(page);
	EXPECT_EQ(node_free(nid) - before, 1);
}

#define OBJECTS 300

/*
 * A thread that is moved to a CPU of another node while it frees a page puts it on that CPU's
 * list.  Blocks of the list go back together, but that page goes to its own zone.
 */
KTEST(numa, a_page_freed_on_the_way_to_another_node)
{
	int nid = other_node();
	struct page *page;
	unsigned long free;
	bool put;

	if (nid == NUMA_NO_NODE)
		return;
	page = alloc_pages_node(nid, GFP_KERNEL | __GFP_THISNODE, 0);
	ASSERT(page);
	drain_all_pages();
	__free_page(alloc_page(GFP_KERNEL)); /* this CPU's lists are in use */
	free = node_free(nid);
	preempt_disable();
	put = pcpu_stack_push(pcp_stack(0), page);
	if (put)
		page->state = PAGE_CACHED;
	preempt_enable();
	if (!put) {
		ktest_skip("per-CPU lists are off");
		__free_page(page);
		return;
	}
	drain_all_pages();
	EXPECT_EQ(node_free(nid), free + 1);
	EXPECT(!zone_check(page_zone(page)));
	EXPECT(!zone_check(first_lowmem_zone(&node_data[numa_node_id()]->zonelist)));
}

KTEST(numa, objects_come_from_the_node_asked_for)
{
	struct kmem_cache *cache = kmem_cache_create("numa-test", 200, 0, 0, NULL);
	void *obj[OBJECTS];
	int nid;
	unsigned int i;

	ASSERT(cache != NULL);
	for_each_node_state(nid, N_NORMAL_MEMORY)
	{
		for (i = 0; i < OBJECTS; i++) {
			obj[i] = i % 2 ? kmem_cache_alloc_node(cache, GFP_KERNEL, nid)
				       : kmalloc_node(96, GFP_KERNEL, nid);
			ASSERT(obj[i] != NULL);
			if (nr_node_ids > 1)
				EXPECT_EQ(virt_to_page(obj[i])->nid, nid);
			memset(obj[i], nid + 1, 96);
		}
		for (i = 0; i < OBJECTS; i++) {
			EXPECT_EQ(((u8 *)obj[i])[95], nid + 1);
			if (i % 2)
				kmem_cache_free(cache, obj[i]);
			else
				kfree(obj[i]);
		}
		obj[0] = kmalloc_node(KMALLOC_MAX_CACHE_SIZE, GFP_KERNEL, nid);
		ASSERT(obj[0] != NULL);
		EXPECT(kmem_valid_obj(obj[0])); /* not a block of its own */
		EXPECT_EQ(virt_to_page(obj[0])->nid, nid);
		kfree(obj[0]);
		obj[0] = kmalloc_node(100000, GFP_KERNEL, nid);
		ASSERT(obj[0] != NULL);
		EXPECT_EQ(virt_to_page(obj[0])->nid, nid);
		kfree(obj[0]);
		EXPECT_REPORT("kmalloc: 4194305 bytes are more than") {
			EXPECT(!kmalloc_node(KMALLOC_MAX_SIZE + 1, GFP_KERNEL, nid));
		}
		EXPECT(!slab_check(cache));
	}
	EXPECT_EQ(kmem_cache_destroy(cache), 0);
}

/*
 * A cache has a slab on each of two nodes, with one object in use.  Of as many as go into a
 * magazine at once, those of this CPU's slab are taken, all of them if need be.
 */
static void expect_local_objects(int first, int second)
{
	struct kmem_cache *cache = kmem_cache_create("t_near", 64, 0, 0, NULL);
	unsigned int n, wanted, local = 0;
	void *held[2], *obj[OBJSTACK_MAX];
	const struct slab_cache *c;

	ASSERT(cache);
	c = slab_cache_of(cache);
	held[0] = kmem_cache_alloc_node(cache, GFP_KERNEL, first);
	held[1] = kmem_cache_alloc_node(cache, GFP_KERNEL, second);
	ASSERT(held[0] && held[1]);
	n = c->magazine ? c->batch : 8;
	wanted = min(n, c->g.nr - 1);
	if (virt_to_page(held[0])->nid != first || virt_to_page(held[1])->nid != second)
		wanted = 0; /* a node had no page, and the other one's slab did */
	for (unsigned int i = 0; i < n; i++) {
		obj[i] = kmem_cache_alloc(cache, GFP_KERNEL);
		ASSERT(obj[i]);
		local += is_kfence_address(obj[i]) || virt_to_page(obj[i])->nid == numa_node_id();
	}
	EXPECT(local >= wanted);
	kmem_cache_free_bulk(cache, n, obj);
	kmem_cache_free_bulk(cache, ARRAY_SIZE(held), held);
	EXPECT_EQ(kmem_cache_destroy(cache), 0);
}

/* Without a wish objects come from this CPU's node, whichever slab was used last. */
KTEST(numa, objects_are_local)
{
	int nid = other_node();

	if (nid == NUMA_NO_NODE)
		return;
	if (numa_mem_id() != numa_node_id()) {
		ktest_skip("this CPU's node has no memory");
		return;
	}
	expect_local_objects(nid, numa_node_id());
	expect_local_objects(numa_node_id(), nid);
}

KTEST(numa, vmalloc_node_takes_the_nodes_pages)
{
	unsigned long bytes = 37 * PAGE_SIZE, at;
	int nid;

	for_each_node_state(nid, N_NORMAL_MEMORY)
	{
		char *p = vmalloc_node(bytes, nid);

		ASSERT(p != NULL);
		for (at = 0; at < bytes; at += PAGE_SIZE)
			EXPECT_EQ(page_to_nid(vmalloc_to_page(p + at)), nid);
		vfree(p);
	}
}

/*
 * Of a node on which only single pages are left, to the last of its reserves, an area takes those:
 * near is better than large.
 */
KTEST(numa, vmalloc_node_takes_single_pages_that_are_near)
{
	unsigned long bytes = 64 * PAGE_SIZE;
	struct page *page, *held, *spare = NULL;
	int nid = other_node();
	char *p;

	if (nid == NUMA_NO_NODE)
		return;
	for (int i = 0; i < 8; i++) {
		page = alloc_pages_node(nid, GFP_KERNEL | __GFP_THISNODE, 9);
		ASSERT(page);
		spare = push_page(spare, page);
	}
	held = take_all_of_node(NULL, nid, __GFP_MEMALLOC);
	free_chain(spare);
	spare = NULL;
	while ((page = alloc_pages_node(nid, __GFP_THISNODE | __GFP_MEMALLOC | __GFP_NOWARN, 0))) {
		if (page_to_pfn(page) % 2)
			held = push_page(held, page);
		else
			spare = push_page(spare, page);
	}
	free_chain(spare);
	p = vmalloc_node(bytes, nid);
	ASSERT(p);
	for (unsigned long at = 0; at < bytes; at += PAGE_SIZE)
		EXPECT_EQ(page_to_nid(vmalloc_to_page(p + at)), nid);
	vfree(p);
	free_chain(held);
}

/* The text agrees with the counters, and has what numastat prints. */
KTEST(numa, numastat)
{
	static const char *const rows[] = {"numa_hit",	     "numa_miss",  "numa_foreign",
					   "interleave_hit", "local_node", "other_node"};
	static char text[4096];
	unsigned int i;
	char *at;

	EXPECT(vfile_read("/proc/numastat", text, sizeof(text)) > 0);
	for (i = 0; i < ARRAY_SIZE(rows); i++)
		EXPECT(strstr(text, rows[i]) != NULL);
	at = strstr(text, "numa_hit");
	ASSERT(at != NULL);
	EXPECT_EQ(simple_strtoul(skip_spaces(at + 8), NULL, 10),
		  stats_of(first_online_node).item[NUMA_HIT]);
}

/* /proc/nodes has a row for each node: its CPUs, its memory, how far it is from each. */
KTEST(numa, nodes_file)
{
	static char text[4096];
	char want[128], *at;
	int nid, to;

	EXPECT(vfile_read("/proc/nodes", text, sizeof(text)) > 0);
	snprintf(want, sizeof(want), "available: %d nodes\n", num_online_nodes());
	EXPECT(strstarts(text, want));
	at = strstr(text, "node distances:");
	ASSERT(at);
	for_each_online_node(nid)
	{
		unsigned long pages = 0;
		int n, cpu;

		n = snprintf(want, sizeof(want), "node %d cpus:", nid);
		for_each_possible_cpu(cpu)
			if (cpu_to_node(cpu) == nid)
				n += scnprintf(want + n, sizeof(want) - (size_t)n, " %d", cpu);
		snprintf(want + n, sizeof(want) - (size_t)n, "\n");
		EXPECT(strstr(text, want) != NULL);
		for (unsigned int idx = 0; idx < MAX_NR_ZONES; idx++)
			pages += node_data[nid]->zones[idx].managed_pages;
		snprintf(want, sizeof(want), "node %d size: %lu MB\n", nid,
			 pages >> (20 - PAGE_SHIFT));
		EXPECT(strstr(text, want) != NULL);
		n = snprintf(want, sizeof(want), "\n%4d:", nid);
		for_each_online_node(to) n += scnprintf(want + n, sizeof(want) - (size_t)n, "%4d",
							node_distance(nid, to));
		snprintf(want + n, sizeof(want) - (size_t)n, "\n");
		EXPECT(strstr(at, want) != NULL);
	}
}

/* Each CPU is in the mask of one node, its own; beyond the nodes there are none, and all is far. */
KTEST(numa, masks_and_distances)
{
	struct cpumask mask;
	unsigned int cpu, found = 0;
	int nid;

	for_each_online_node(nid)
	{
		cpumask_of_node_copy(nid, &mask);
		EXPECT_EQ(node_state(nid, N_CPU), !cpumask_empty(&mask));
		for_each_possible_cpu(cpu) {
			EXPECT_EQ(cpumask_test_cpu(cpu, &mask), cpu_to_node(cpu) == nid);
			found += cpumask_test_cpu(cpu, &mask);
		}
	}
	EXPECT_EQ(found, num_possible_cpus());
	EXPECT_EQ(cpu_to_node(NR_CPUS), 0);
	EXPECT_EQ(node_distance(-1, 0), REMOTE_DISTANCE);
	EXPECT_EQ(node_distance(0, -1), REMOTE_DISTANCE);
	EXPECT_EQ(node_distance(-1, -1), LOCAL_DISTANCE);
	EXPECT_EQ(node_distance(MAX_NUMNODES, 0), REMOTE_DISTANCE);
	EXPECT_EQ(node_distance(0, MAX_NUMNODES), REMOTE_DISTANCE);
}

/* A node that does not exist is refused by name. */
KTEST(numa, a_node_that_does_not_exist)
{
	EXPECT_REPORT("there is no node 63") {
		EXPECT(alloc_pages_node(63, GFP_KERNEL, 0) == NULL);
	}
}
