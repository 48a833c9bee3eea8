/* SPDX-License-Identifier: MIT */
/*
 * The page allocator's virtual files, parsed as Linux's own tools parse them, and
 * what they say compared with the allocator's counters.
 */
#include <cairn/test.h>
#include <cairn/vfile.h>
#include <linux/gfp.h>
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/smp.h>
#include <linux/string.h>
#include "../mm/memmap.h"
#include "../mm/zone.h"

static char text[8192];

static bool read_file(const char *name)
{
	int n = vfile_read(name, text, sizeof(text));

	return n > 0 && (size_t)n < sizeof(text) && text[n - 1] == '\n';
}

/* The number behind the line that begins with a name, or ~0. */
static unsigned long value_of(const char *name)
{
	const char *line = text;
	size_t n = strlen(name);

	for (; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (!strncmp(line, name, n) && (line[n] == ' ' || line[n] == ':'))
			return simple_strtoul(skip_spaces(line + n + 1), NULL, 10);
	}
	return ~0UL;
}

static unsigned int count_of(const char *what)
{
	unsigned int n = 0;
	const char *at;

	for (at = text; (at = strstr(at, what)); at += strlen(what))
		n++;
	return n;
}

static unsigned int nr_zones(void)
{
	unsigned int n = 0;
	const struct zone *zone;

	for_each_zone(zone)
		n++;
	return n;
}

KTEST(page_files, meminfo)
{
	static const char *const names[] = {
		"MemTotal",	"MemFree",  "MemAvailable", "Buffers",	"Cached", "SwapCached",
		"Active",	"Inactive", "SwapTotal",    "SwapFree", "Slab",	  "SReclaimable",
		"VmallocTotal", "Percpu",   "PageTables",   "Shmem"};
	const struct zone *zone;
	unsigned long low = 0;
	unsigned int i;

	ASSERT(read_file("/proc/meminfo"));
	for (i = 0; i < ARRAY_SIZE(names); i++)
		EXPECT(value_of(names[i]) != ~0UL);
	EXPECT_EQ(value_of("MemTotal"), totalram_pages() * 4);
	EXPECT_EQ(value_of("MemFree"), nr_free_pages() * 4);
	for_each_zone(zone)
		low += zone->watermark[WMARK_LOW];
	EXPECT(nr_free_pages() > low); /* nobody presses */
	EXPECT_EQ(value_of("MemAvailable") + low * 4, value_of("MemFree"));
	EXPECT_EQ(count_of(" kB\n"), count_of("\n"));
}

static int do_nothing(void *data __unused)
{
	return 0;
}

/* A thread's stack is counted from its creation until what it left is freed. */
KTEST(page_files, stacks_of_threads_are_counted)
{
	unsigned long before, each = THREAD_SIZE >> PAGE_SHIFT;
	struct task_struct *thread;

	threads_reap();
	before = vm_stat(NR_KERNEL_STACK_PAGES);
	EXPECT(before >= each);
	thread = kthread_create(do_nothing, NULL, "t_stack");
	ASSERT(!IS_ERR(thread));
	EXPECT_EQ(vm_stat(NR_KERNEL_STACK_PAGES), before + each);
	kthread_stop(thread);
	threads_reap();
	EXPECT_EQ(vm_stat(NR_KERNEL_STACK_PAGES), before);
}

/* "Node 0, zone DMA n n n ...": eleven counts a line, which sum to the free pages. */
KTEST(page_files, buddyinfo)
{
	unsigned long pages = 0, free = 0;
	const struct zone *zone;
	char *rest = text, *line;

	drain_all_pages();
	ASSERT(read_file("/proc/buddyinfo"));
	EXPECT_EQ(count_of("Node "), nr_zones());
	while ((line = strsep(&rest, "\n")) && *line) {
		char *at = strstr(line, "zone");
		unsigned int order;

		ASSERT(at != NULL);
		at = (char *)skip_spaces(at + 4);
		at += strcspn(at, " ");
		for (order = 0; order < MAX_ORDER; order++)
			pages += simple_strtoul(skip_spaces(at), &at, 10) << order;
		EXPECT(*skip_spaces(at) == '\0');
	}
	for_each_zone(zone)
		free += zone->buddy.free + (zone->pending_pages & -MAX_ORDER_NR_PAGES);
	EXPECT_EQ(pages, free);
}

KTEST(page_files, zoneinfo)
{
	ASSERT(read_file("zoneinfo"));
	EXPECT_EQ(count_of("\n  pages free     "), nr_zones());
	EXPECT_EQ(count_of("\n        min      "), nr_zones());
	EXPECT_EQ(count_of("\n        protection: ("), nr_zones());
	EXPECT_EQ(count_of("\n  pagesets\n    cpu: 0\n"), nr_zones());
	EXPECT_EQ(count_of("\n  start_pfn:"), nr_zones());
}

KTEST(page_files, vmstat)
{
	static const char *const names[] = {"pgpgin", "pgpgout", "pswpin", "pswpout"};
	unsigned long freed;
	struct page *page;
	unsigned int i, order = 8;

	ASSERT(read_file("/proc/vmstat"));
	for (i = 0; i < ARRAY_SIZE(names); i++)
		EXPECT_EQ(value_of(names[i]), 0);
	EXPECT_EQ(value_of("nr_free_pages"), nr_free_pages());
	if (num_online_cpus() == 1) /* there is nobody to ask */
		EXPECT_EQ(value_of("nr_tlb_remote_flush"), 0);
	freed = value_of("pgfree");
	page = alloc_pages(GFP_KERNEL, order);
	ASSERT(page != NULL);
	__free_pages(page, order);
	ASSERT(read_file("/proc/vmstat"));
	EXPECT_EQ(value_of("pgfree"), freed + (1UL << order));
}

/* What /proc/vmstat tells is what the kernel counts, each line once, and the zeroes are there. */
KTEST(page_files, vmstat_lines)
{
	static const char *const always_zero[] = {
		"nr_inactive_anon",    "nr_active_anon", "nr_inactive_file", "nr_active_file",
		"nr_mapped",	       "nr_file_pages",	 "nr_dirty",	     "nr_writeback",
		"nr_slab_reclaimable", "numa_interleave"};
	static const char *const counts[] = {
		"pgalloc_dma", "pgalloc_dma32", "pgalloc_normal", "pgalloc_high", "pgfree",
		"numa_hit",    "numa_miss",	"numa_foreign",	  "numa_local",	  "numa_other"};
	unsigned long open, meta;
	unsigned int i;

	ASSERT(read_file("/proc/vmstat"));
	open = memmap_sections_open(&meta);
	EXPECT_EQ(value_of("nr_open_sections"), open);
	EXPECT_EQ(value_of("nr_descriptor_pages"), meta);
	EXPECT_EQ(value_of("nr_slab_unreclaimable"), vm_stat(NR_SLAB_PAGES));
	EXPECT_EQ(value_of("nr_page_table_pages"), vm_stat(NR_PAGETABLE_PAGES));
	EXPECT_EQ(value_of("nr_kernel_stack"), vm_stat(NR_KERNEL_STACK_PAGES) << (PAGE_SHIFT - 10));
	for (i = 0; i < ARRAY_SIZE(always_zero); i++)
		EXPECT_EQ(value_of(always_zero[i]), 0);
	for (i = 0; i < ARRAY_SIZE(counts); i++)
		EXPECT(value_of(counts[i]) != ~0UL);
}

static unsigned long pages_allocated(void)
{
	return value_of("pgalloc_dma") + value_of("pgalloc_dma32") + value_of("pgalloc_normal") +
	       value_of("pgalloc_high");
}

/* Pages counted as allocated, less those counted as freed, are those that are taken. */
KTEST(page_files, vmstat_counts_balance)
{
	static struct page *small[100], *large[10];
	unsigned long allocated, freed, free;
	unsigned int i;

	drain_all_pages();
	free = nr_free_pages();
	ASSERT(read_file("vmstat"));
	allocated = pages_allocated();
	freed = value_of("pgfree");
	for (i = 0; i < ARRAY_SIZE(small); i++)
		small[i] = alloc_page(GFP_KERNEL);
	for (i = 0; i < ARRAY_SIZE(large); i++)
		large[i] = alloc_pages(GFP_KERNEL, 6);
	drain_all_pages();
	ASSERT(read_file("vmstat"));
	EXPECT_EQ((pages_allocated() - allocated) - (value_of("pgfree") - freed),
		  free - nr_free_pages());
	EXPECT(pages_allocated() - allocated >= 740 && pages_allocated() - allocated < 740 + 4096);
	for (i = 0; i < ARRAY_SIZE(small); i++)
		__free_page(small[i]);
	for (i = 0; i < ARRAY_SIZE(large); i++)
		__free_pages(large[i], 6);
	ASSERT(read_file("meminfo"));
	EXPECT_EQ(value_of("VmallocTotal"), (VMALLOC_END - VMALLOC_START + 1) >> 10);
}

/* The counts that end a line of /proc/pagetypeinfo, in pages. */
static unsigned long pages_in_line(const char *line, const char *after)
{
	char *at = strstr(line, after);
	unsigned long pages = 0;

	if (!EXPECT(at))
		return 0;
	at += strlen(after);
	for (unsigned int order = 0; order < MAX_ORDER; order++)
		pages += simple_strtoul(skip_spaces(at), &at, 10) << order;
	return pages;
}

/* No page can be moved or taken back: all that are free are of the type that is not. */
KTEST(page_files, pagetypeinfo)
{
	unsigned long free = 0;
	char *rest = text, *line;

	ASSERT(read_file("/proc/pagetypeinfo"));
	EXPECT(!strncmp(text, "Page block order: 9\nPages per block:  512\n\n", 42));
	EXPECT_EQ(count_of("type    Unmovable"), nr_zones());
	EXPECT_EQ(count_of("Number of blocks type"), 1);
	while ((line = strsep(&rest, "\n")) && !strstr(line, "Number of blocks")) {
		if (strstr(line, "type    Unmovable"))
			free += pages_in_line(line, "Unmovable");
		else if (strstr(line, "type      Movable"))
			EXPECT_EQ(pages_in_line(line, "Movable"), 0);
	}
	EXPECT(free > 0);
}
