/* SPDX-License-Identifier: MIT */
/*
 * The page allocator's virtual files, in Linux's formats: /proc/buddyinfo,
 * pagetypeinfo, zoneinfo, meminfo and vmstat.
 *
 * What Cairn has no notion of (swap, user memory, a file cache) reads 0, so that
 * programs which expect the line find it.  There is one migrate type: nothing
 * moves pages.  pgalloc_* and pgfree count pages that left or entered a zone's
 * free lists; what per-CPU lists serve by themselves is not counted.
 *
 * Contexts: process; each zone is read under its lock, one after the other.
 */
#include <linux/kernel.h>
#include <linux/cpumask.h>
#include <linux/mm.h>
#include <linux/seq_file.h>
#include <linux/spinlock.h>
#include <linux/vmstat.h>
#include <cairn/init.h>
#include "internal.h"
#include "memmap.h"
#include "zone.h"

static unsigned long kib(unsigned long pages)
{
	return pages << (PAGE_SHIFT - 10);
}

/* The free blocks of a zone by order, per-CPU lists not included, as of one moment. */
static void read_blocks(struct zone *zone, unsigned long nr[MAX_ORDER])
{
	unsigned long flags;
	unsigned int order;

	spin_lock_irqsave(&zone->lock, flags);
	for (order = 0; order < MAX_ORDER; order++)
		nr[order] = zone->buddy.nr[order];
	spin_unlock_irqrestore(&zone->lock, flags);
	nr[MAX_ORDER - 1] += zone->pending_pages >> (MAX_ORDER - 1);
}

static int show_buddyinfo(struct seq_file *m)
{
	unsigned long nr[MAX_ORDER];
	struct zone *zone;
	unsigned int order;

	for_each_zone(zone) {
		read_blocks(zone, nr);
		seq_printf(m, "Node %d, zone %8s ", zone->pgdat->node_id, zone->name);
		for (order = 0; order < MAX_ORDER; order++)
			seq_printf(m, "%6lu ", nr[order]);
		seq_putc(m, '\n');
	}
	return 0;
}
VIRTUAL_FILE("buddyinfo", show_buddyinfo);

static const char *const migrate_types[] = {"Unmovable", "Movable", "Reclaimable", "HighAtomic"};

static void show_type(struct seq_file *m, struct zone *zone, unsigned int type)
{
	unsigned long nr[MAX_ORDER] = {0};
	unsigned int order;

	if (type == 0)
		read_blocks(zone, nr);
	seq_printf(m, "Node %4d, zone %8s, type %12s ", zone->pgdat->node_id, zone->name,
		   migrate_types[type]);
	for (order = 0; order < MAX_ORDER; order++)
		seq_printf(m, "%6lu ", nr[order]);
	seq_putc(m, '\n');
}

static int show_pagetypeinfo(struct seq_file *m)
{
	struct zone *zone;
	unsigned int i;

	seq_printf(m, "Page block order: %d\nPages per block:  %lu\n\n", pageblock_order,
		   pageblock_nr_pages);
	seq_printf(m, "%-43s ", "Free pages count per migrate type at order");
	for (i = 0; i < MAX_ORDER; i++)
		seq_printf(m, "%6u ", i);
	seq_putc(m, '\n');
	for_each_zone(zone)
		for (i = 0; i < ARRAY_SIZE(migrate_types); i++)
			show_type(m, zone, i);
	seq_printf(m, "\n%-23s", "Number of blocks type ");
	for (i = 0; i < ARRAY_SIZE(migrate_types); i++)
		seq_printf(m, "%12s ", migrate_types[i]);
	seq_putc(m, '\n');
	for_each_zone(zone) {
		seq_printf(m, "Node %d, zone %8s ", zone->pgdat->node_id, zone->name);
		for (i = 0; i < ARRAY_SIZE(migrate_types); i++)
			seq_printf(m, "%12lu ", i ? 0 : zone->present_pages >> pageblock_order);
		seq_putc(m, '\n');
	}
	return 0;
}
VIRTUAL_FILE("pagetypeinfo", show_pagetypeinfo);

static unsigned long zone_free(const struct zone *zone)
{
	return data_race(zone->buddy.free) + data_race(zone->pending_pages);
}

static void show_zone_numa(struct seq_file *m, const struct zone *zone)
{
	struct numa_stats stats = {0};

	zone_add_numa_stats(zone, &stats);
	seq_printf(m,
		   "\n      numa_hit     %lu"
		   "\n      numa_miss    %lu"
		   "\n      numa_foreign %lu"
		   "\n      numa_interleave 0"
		   "\n      numa_local   %lu"
		   "\n      numa_other   %lu",
		   stats.item[NUMA_HIT], stats.item[NUMA_MISS], stats.foreign,
		   stats.item[NUMA_LOCAL], stats.item[NUMA_OTHER]);
}

static void show_pagesets(struct seq_file *m, const struct zone *zone)
{
	unsigned int cpu;

	seq_puts(m, "\n  pagesets");
	for_each_possible_cpu(cpu)
		seq_printf(m,
			   "\n    cpu: %u"
			   "\n              count: %lu"
			   "\n              high:  %u"
			   "\n              batch: %u",
			   cpu, cpu ? 0 : pcp_cached_pages(zone), pcp_limit_blocks(cpu, 0), 64);
}

static void show_zone(struct seq_file *m, const struct zone *zone)
{
	unsigned int i;

	seq_printf(m, "Node %d, zone %8s", zone->pgdat->node_id, zone->name);
	seq_printf(m,
		   "\n  pages free     %lu"
		   "\n        boost    0"
		   "\n        min      %lu"
		   "\n        low      %lu"
		   "\n        high     %lu"
		   "\n        spanned  %lu"
		   "\n        present  %lu"
		   "\n        managed  %lu"
		   "\n        cma      0",
		   zone_free(zone), zone->watermark[WMARK_MIN], zone->watermark[WMARK_LOW],
		   zone->watermark[WMARK_HIGH], zone->spanned_pages, zone->present_pages,
		   zone->managed_pages);
	seq_printf(m, "\n        protection: (%lu", zone->lowmem_reserve[0]);
	for (i = 1; i < MAX_NR_ZONES; i++)
		seq_printf(m, ", %lu", zone->lowmem_reserve[i]);
	seq_printf(m, ")\n      nr_free_pages %lu", zone_free(zone));
	seq_printf(m, "\n      nr_pending_pages %lu", zone->pending_pages);
	show_zone_numa(m, zone);
	show_pagesets(m, zone);
	seq_printf(m, "\n  node_unreclaimable:  0\n  start_pfn:           %lu\n", zone->start_pfn);
}

static int show_zoneinfo(struct seq_file *m)
{
	const struct zone *zone;

	for_each_zone(zone)
		show_zone(m, zone);
	return 0;
}
VIRTUAL_FILE("zoneinfo", show_zoneinfo);

/* What can be had without pressing anyone: free memory above the low watermarks. */
static unsigned long available_pages(void)
{
	unsigned long pages = nr_free_pages(), reserve = 0;
	const struct zone *zone;

	for_each_zone(zone)
		reserve += zone->watermark[WMARK_LOW];
	return pages > reserve ? pages - reserve : 0;
}

static void meminfo_line(struct seq_file *m, const char *name, unsigned long value)
{
	seq_printf(m, "%-15s %8lu kB\n", name, value);
}

static void meminfo_zero(struct seq_file *m, const char *const *names)
{
	while (*names)
		meminfo_line(m, *names++, 0);
}

static int show_meminfo(struct seq_file *m)
{
	static const char *const user[] = {
		"Buffers:",	   "Cached:",	    "SwapCached:",     "Active:",
		"Inactive:",	   "Active(anon):", "Inactive(anon):", "Active(file):",
		"Inactive(file):", "Unevictable:",  "Mlocked:",	       "SwapTotal:",
		"SwapFree:",	   "Dirty:",	    "Writeback:",      "AnonPages:",
		"Mapped:",	   "Shmem:",	    "KReclaimable:",   NULL};
	static const char *const backing[] = {"NFS_Unstable:", "Bounce:", "WritebackTmp:", NULL};
	unsigned long total = totalram_pages(), free = nr_free_pages();

	meminfo_line(m, "MemTotal:", kib(total));
	meminfo_line(m, "MemFree:", kib(free));
	meminfo_line(m, "MemAvailable:", kib(available_pages()));
	meminfo_zero(m, user);
	meminfo_line(m, "Slab:", kib(vm_stat(NR_SLAB_PAGES)));
	meminfo_line(m, "SReclaimable:", 0);
	meminfo_line(m, "SUnreclaim:", kib(vm_stat(NR_SLAB_PAGES)));
	meminfo_line(m, "KernelStack:", kib(vm_stat(NR_KERNEL_STACK_PAGES)));
	meminfo_line(m, "PageTables:", kib(vm_stat(NR_PAGETABLE_PAGES)));
	meminfo_zero(m, backing);
	meminfo_line(m, "CommitLimit:", kib(total) / 2);
	meminfo_line(m, "Committed_AS:", 0);
	meminfo_line(m, "VmallocTotal:", (VMALLOC_END - VMALLOC_START + 1) >> 10);
	meminfo_line(m, "VmallocUsed:", kib(vm_stat(NR_VMALLOC_PAGES)));
	meminfo_line(m, "VmallocChunk:", 0);
	meminfo_line(m, "Percpu:", kib(vm_stat(NR_PERCPU_PAGES)));
	return 0;
}
VIRTUAL_FILE("meminfo", show_meminfo);

static void vmstat_line(struct seq_file *m, const char *name, unsigned long value)
{
	seq_printf(m, "%s %lu\n", name, value);
}

static void vmstat_zone_events(struct seq_file *m)
{
	static const char *const alloc_names[MAX_NR_ZONES] = {"pgalloc_dma", "pgalloc_dma32",
							      "pgalloc_normal", "pgalloc_high"};
	unsigned long allocated[MAX_NR_ZONES] = {0}, freed = 0;
	const struct zone *zone;
	unsigned int i;

	for_each_zone(zone) {
		allocated[zone->idx] += zone->nr_alloc;
		freed += zone->nr_freed;
	}
	for (i = 0; i < MAX_NR_ZONES; i++)
		vmstat_line(m, alloc_names[i], allocated[i]);
	vmstat_line(m, "pgfree", freed);
}

static void vmstat_numa(struct seq_file *m)
{
	struct numa_stats stats = {0};
	const struct zone *zone;

	for_each_zone(zone)
		zone_add_numa_stats(zone, &stats);
	vmstat_line(m, "numa_hit", stats.item[NUMA_HIT]);
	vmstat_line(m, "numa_miss", stats.item[NUMA_MISS]);
	vmstat_line(m, "numa_foreign", stats.foreign);
	vmstat_line(m, "numa_interleave", 0);
	vmstat_line(m, "numa_local", stats.item[NUMA_LOCAL]);
	vmstat_line(m, "numa_other", stats.item[NUMA_OTHER]);
}

static int show_vmstat(struct seq_file *m)
{
	static const char *const zero[] = {"nr_inactive_anon",
					   "nr_active_anon",
					   "nr_inactive_file",
					   "nr_active_file",
					   "nr_mapped",
					   "nr_file_pages",
					   "nr_dirty",
					   "nr_writeback",
					   "nr_slab_reclaimable",
					   NULL};
	static const char *const io[] = {"pgpgin", "pgpgout", "pswpin", "pswpout", NULL};
	const char *const *name;
	unsigned long meta, open;

	vmstat_line(m, "nr_free_pages", nr_free_pages());
	for (name = zero; *name; name++)
		vmstat_line(m, *name, 0);
	vmstat_line(m, "nr_slab_unreclaimable", vm_stat(NR_SLAB_PAGES));
	vmstat_line(m, "nr_kernel_stack", kib(vm_stat(NR_KERNEL_STACK_PAGES)));
	vmstat_line(m, "nr_page_table_pages", vm_stat(NR_PAGETABLE_PAGES));
	for (name = io; *name; name++)
		vmstat_line(m, *name, 0);
	vmstat_numa(m);
	vmstat_zone_events(m);
	vmstat_show_events(m);
	open = memmap_sections_open(&meta);
	vmstat_line(m, "nr_open_sections", open);
	vmstat_line(m, "nr_descriptor_pages", meta);
	return 0;
}
VIRTUAL_FILE("vmstat", show_vmstat);
