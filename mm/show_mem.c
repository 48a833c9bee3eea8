/* SPDX-License-Identifier: MIT */
/*
 * How much memory there is and who has it: counts, and the report that an
 * allocation failure and a panic print.
 *
 *     managed == free lists + per-CPU lists + pending + taken
 *     taken   == slab + vmalloc + page tables + per-CPU + others
 *
 * The uses are counted by those who take pages for them (mod_vm_stat); vmalloc and
 * the per-CPU allocator keep counts of their own.
 *
 * Contexts: any; counts of other CPUs may be out of date by what they do meanwhile.
 */
#include <linux/kernel.h>
#include <linux/atomic.h>
#include <linux/mm.h>
#include <linux/percpu.h>
#include <linux/printk.h>
#include <linux/vmalloc.h>
#include "internal.h"
#include "zone.h"

#define PAGES_TO_KIB(n) ((n) << (PAGE_SHIFT - 10))

static atomic64_t vm_stats[NR_VM_STAT_ITEMS];

void mod_vm_stat(enum vm_stat_item item, long pages)
{
	atomic64_add(pages, &vm_stats[item]);
}

unsigned long vm_stat(enum vm_stat_item item)
{
	if (item == NR_VMALLOC_PAGES)
		return vmalloc_nr_pages();
	if (item == NR_PERCPU_PAGES)
		return pcpu_nr_pages();
	return (unsigned long)atomic64_read(&vm_stats[item]);
}

unsigned long nr_free_pages(void)
{
	unsigned long pages = pcp_cached_pages(NULL);
	const struct zone *zone;

	for_each_zone(zone)
		pages += data_race(zone->buddy.free) + data_race(zone->pending_pages);
	return pages;
}

unsigned long nr_free_highpages(void)
{
	unsigned long pages = 0;
	const struct zone *zone;

	for_each_zone(zone)
		if (zone->idx == ZONE_HIGHMEM)
			pages += data_race(zone->buddy.free) + data_race(zone->pending_pages);
	return pages;
}

unsigned long totalram_pages(void)
{
	unsigned long pages = 0;
	const struct zone *zone;

	for_each_zone(zone)
		pages += zone->managed_pages;
	return pages;
}

static void show_zone(const struct zone *zone)
{
	unsigned int order;

	pr_warn("Node %d %s free:%lukB pending:%lukB cached:%lukB min:%lukB low:%lukB high:%lukB "
		"present:%lukB managed:%lukB\n",
		zone->pgdat->node_id, zone->name, PAGES_TO_KIB(data_race(zone->buddy.free)),
		PAGES_TO_KIB(zone->pending_pages), PAGES_TO_KIB(pcp_cached_pages(zone)),
		PAGES_TO_KIB(zone->watermark[WMARK_MIN]), PAGES_TO_KIB(zone->watermark[WMARK_LOW]),
		PAGES_TO_KIB(zone->watermark[WMARK_HIGH]), PAGES_TO_KIB(zone->present_pages),
		PAGES_TO_KIB(zone->managed_pages));
	pr_warn("Node %d %s:", zone->pgdat->node_id, zone->name);
	for (order = 0; order < MAX_ORDER; order++)
		pr_cont(" %lu*%lukB", zone->buddy.nr[order], PAGES_TO_KIB(1UL << order));
	pr_cont(" = %lukB\n", PAGES_TO_KIB(data_race(zone->buddy.free)));
}

void show_mem(void)
{
	const struct zone *zone;

	pr_warn("Mem-Info: total:%lukB free:%lukB slab:%lukB vmalloc:%lukB pagetables:%lukB "
		"percpu:%lukB\n",
		PAGES_TO_KIB(totalram_pages()), PAGES_TO_KIB(nr_free_pages()),
		PAGES_TO_KIB(vm_stat(NR_SLAB_PAGES)), PAGES_TO_KIB(vm_stat(NR_VMALLOC_PAGES)),
		PAGES_TO_KIB(vm_stat(NR_PAGETABLE_PAGES)), PAGES_TO_KIB(vm_stat(NR_PERCPU_PAGES)));
	for_each_zone(zone)
		show_zone(zone);
}
