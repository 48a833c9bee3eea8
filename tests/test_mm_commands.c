/* SPDX-License-Identifier: MIT */
/*
 * Scenario: somebody types the monitor's commands about memory and reads its files: what is
 * set holds, what is wrong is refused and changes nothing, what is shown is so.  What they
 * print is caught by a console of the tests' own, which shows it to nobody.
 */
#include <linux/errno.h>
#include <linux/fault-inject.h>
#include <linux/kernel.h>
#include <linux/kfence.h>
#include <linux/kmemleak.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/topology.h>
#include <linux/vmalloc.h>
#include <cairn/boot_info.h>
#include <cairn/console.h>
#include <cairn/monitor.h>
#include <cairn/test.h>
#include <cairn/vfile.h>
#include "../mm/fault_inject.h"
#include "../mm/vmap.h"
#include "../mm/zone.h"
#include "pressure.h"

static char printed[4096];
static size_t nr_printed;
static bool catching;

static void catch_text(const char *s, size_t n, int level)
{
	if (!catching || level != CONSOLE_PLAIN)
		return;
	n = min(n, sizeof(printed) - 1 - nr_printed);
	memcpy(printed + nr_printed, s, n);
	nr_printed += n;
	printed[nr_printed] = '\0';
}

/* Runs a command; what it printed is in printed[]. */
static int type_command(const char *line)
{
	static struct console catcher = {.name = "test", .write = catch_text};
	static bool registered;
	int err;

	if (!registered)
		console_register(&catcher);
	registered = true;
	nr_printed = 0;
	printed[0] = '\0';
	catching = true;
	err = monitor_execute(line);
	catching = false;
	return err;
}

static unsigned long last_number(void)
{
	char *end = printed + nr_printed;

	while (end > printed && end[-1] == '\n')
		end--;
	while (end > printed && end[-1] >= '0' && end[-1] <= '9')
		end--;
	return simple_strtoul(end, NULL, 10);
}

static unsigned long min_pages(enum zone_type last)
{
	const struct zone *zone;
	unsigned long pages = 0;

	for_each_zone(zone)
		pages += zone->idx <= last ? zone->watermark[WMARK_MIN] : 0;
	return pages;
}

/* What is to stay free is spread over the zones, and goes back to what it was. */
KTEST(mm_commands, min_free_kbytes)
{
	const char *said = strstr(boot_info.cmdline, "min_free_kbytes=");
	unsigned long kib = min_free_kbytes, pages = min_pages(ZONE_HIGHMEM);
	unsigned long slack =
		3 * MAX_NR_ZONES * nr_node_ids; /* each zone rounds, and has its least */

	if (said)
		EXPECT_EQ(kib, simple_strtoul(said + strlen("min_free_kbytes="), NULL, 10));
	EXPECT_EQ(type_command("min_free_kbytes"), 0);
	EXPECT_EQ(last_number(), pages << (PAGE_SHIFT - 10));
	EXPECT_EQ(type_command("min_free_kbytes 1600"), 0);
	EXPECT_EQ(min_free_kbytes, 1600);
	EXPECT(min_pages(ZONE_NORMAL) + slack >= 400 && min_pages(ZONE_NORMAL) <= 400 + slack);
	EXPECT_EQ(last_number(), min_pages(ZONE_HIGHMEM) << (PAGE_SHIFT - 10));
	EXPECT_EQ(type_command("min_free_kbytes much"), -EINVAL);
	EXPECT_EQ(type_command("min_free_kbytes 1 2"), -EINVAL);
	EXPECT_EQ(min_free_kbytes, 1600);
	min_free_kbytes = kib;
	zones_setup_watermarks();
	EXPECT_EQ(min_pages(ZONE_HIGHMEM), pages);
}

/* Every cache is asked, and gives all that it can. */
KTEST(mm_commands, drop_caches)
{
	static struct page_cache cache;
	struct kmem_cache *objects = kmem_cache_create("t_drop", 256, 0, 0, NULL);
	static void *objs[200];
	const char *looked;

	ASSERT(objects);
	for (unsigned int i = 0; i < ARRAY_SIZE(objs); i++)
		objs[i] = kmem_cache_alloc(objects, GFP_KERNEL);
	for (unsigned int i = 0; i < ARRAY_SIZE(objs); i++)
		kmem_cache_free(objects, objs[i]);
	cache_open(&cache, 0, 100);
	EXPECT_EQ(type_command("drop_caches"), 0);
	looked = strstr(printed, " objects freed of ");
	ASSERT(looked);
	looked += strlen(" objects freed of ");
	EXPECT(simple_strtoul(looked, NULL, 10) >= cache.freed);
	EXPECT(simple_strtoul(looked, NULL, 10) < totalram_pages() * 64);
	EXPECT(simple_strtoul(printed, NULL, 10) >= cache.freed);
	EXPECT(simple_strtoul(printed, NULL, 10) < totalram_pages() * 64);
	EXPECT_EQ(kmem_cache_destroy(objects), 0);
	EXPECT(cache.freed > 0);
	EXPECT_EQ(cache.freed + cache.nr, 100);
	cache_close(&cache);
}

/* Who holds memory is named: a cache, an area, and what takes pages by itself. */
KTEST(mm_commands, holders)
{
	void *area = vmalloc(300 * PAGE_SIZE);

	EXPECT_REPORT("mm_commands_holders") {
		EXPECT_EQ(type_command("holders"), 0);
	}
	EXPECT(ktest_reported("pages taken directly"));
	vfree(area);
}

#define NR_AREAS 11

/* Each by a call of its own, which makes it one more holder. */
static noinline void hold_areas(void **area)
{
	area[0] = vmalloc(21 * PAGE_SIZE);
	area[1] = vmalloc(23 * PAGE_SIZE);
	area[2] = vmalloc(25 * PAGE_SIZE);
	area[3] = vmalloc(27 * PAGE_SIZE);
	area[4] = vmalloc(29 * PAGE_SIZE);
	area[5] = vmalloc(31 * PAGE_SIZE);
	area[6] = vmalloc(33 * PAGE_SIZE);
	area[7] = vmalloc(35 * PAGE_SIZE);
	area[8] = vmalloc(37 * PAGE_SIZE);
	area[9] = vmalloc(39 * PAGE_SIZE);
	area[10] = vmalloc(41 * PAGE_SIZE);
}

static struct vmalloc_holder take_largest(struct vmalloc_holder *table, unsigned int n)
{
	struct vmalloc_holder *most = table, one;

	for (unsigned int i = 1; i < n; i++)
		if (table[i].pages > most->pages)
			most = &table[i];
	one = *most;
	most->pages = 0;
	return one;
}

/* Of eleven and more who hold areas, the report names the ten that hold most. */
KTEST(mm_commands, ten_holders_of_areas)
{
	struct vmalloc_holder table[24];
	void *area[NR_AREAS];
	char line[160];

	hold_areas(area);
	vmalloc_holders(table, ARRAY_SIZE(table));
	EXPECT_REPORT("Memory holders:") {
		EXPECT_EQ(type_command("holders"), 0);
	}
	for (unsigned int i = 0; i <= 10; i++) {
		struct vmalloc_holder one = take_largest(table, ARRAY_SIZE(table));

		snprintf(line, sizeof(line), "vmalloc %8lukB in %lu areas by %pS\n",
			 one.pages << (PAGE_SHIFT - 10), one.areas, one.caller);
		EXPECT(one.pages);
		EXPECT_EQ(ktest_reported(line), i < 10);
	}
	for (unsigned int i = 0; i < NR_AREAS; i++)
		vfree(area[i]);
}

static void try_fault_settings(void)
{
	EXPECT_EQ(type_command("fault failslab interval=70 probability=0 space=5 times=3 verbose=0 "
			       "ignore-gfp-wait=n"),
		  0);
	EXPECT(strstr(printed, "failslab: interval=70 probability=0 space=5 times=3 verbose=0 "
			       "ignore-gfp-wait=N"));
	EXPECT(!strstr(printed, "fail_page_alloc"));
	EXPECT_EQ(type_command(
			  "fault fail_page_alloc probability=0 min-order=2 ignore-gfp-highmem=1"),
		  0);
	EXPECT(strstr(printed, "fail_page_alloc: ") && !strstr(printed, "failslab: "));
	EXPECT(strstr(printed, "ignore-gfp-highmem=Y min-order=2"));
	EXPECT_EQ(type_command("fault failslab min-order=-1"), -EINVAL);
	EXPECT_EQ(type_command("fault failslab interval=-1"), -EINVAL);
	EXPECT_EQ(type_command("fault failslab interval=7x"), -EINVAL);
	EXPECT_EQ(type_command("fault failslab interval"), -EINVAL);
	EXPECT_EQ(type_command("fault failslab nonsense=1"), -EINVAL);
	EXPECT_EQ(type_command("fault nonsense"), -EINVAL);
	EXPECT_EQ(type_command("fault"), 0);
	EXPECT(strstr(printed, "failslab: interval=7") && strstr(printed, "min-order=2"));
}

/* Each setting of a filter by its name, of the filter that is named. */
KTEST(mm_commands, fault)
{
	struct fault_filter objects = failslab, pages = fail_page_alloc;

	EXPECT_EQ(fault_injecting, strstr(boot_info.cmdline, "failslab=") ||
					   strstr(boot_info.cmdline, "fail_page_alloc="));
	if (!fault_injecting) {
		EXPECT_EQ(type_command("fault"), -EOPNOTSUPP);
		EXPECT(strstr(printed, "start with failslab="));
		return;
	}
	try_fault_settings();
	failslab = objects;
	fail_page_alloc = pages;
}

/* Objects that were lost are counted, listed and, once known, no longer spoken of. */
KTEST(mm_commands, kmemleak)
{
	if (!kmemleak_enabled()) {
		EXPECT_EQ(type_command("kmemleak scan"), -ENODEV);
		EXPECT(strstr(printed, "kmemleak=on was not given"));
		return;
	}
	EXPECT_EQ(type_command("kmemleak scan"), 0);
	EXPECT(strstr(printed, "new suspected memory leaks"));
	EXPECT_EQ(type_command("kmemleak list"), 0);
	EXPECT(strstr(printed, "unreferenced objects"));
	EXPECT_EQ(type_command("kmemleak clear"), 0);
	EXPECT_EQ(type_command("kmemleak list"), 0);
	EXPECT_EQ(simple_strtoul(printed, NULL, 10), 0);
	EXPECT_EQ(type_command("kmemleak nonsense"), -EINVAL);
	EXPECT_EQ(type_command("kmemleak"), -EINVAL);
}

/* /proc/kfence counts what is sampled and given back. */
KTEST(mm_commands, kfence_file)
{
	static char text[1024];

	ASSERT(vfile_read("kfence", text, sizeof(text)) > 0);
	EXPECT_EQ(simple_strtoul(text + strlen("enabled: "), NULL, 10), kfence_enabled());
	EXPECT(strstr(text, "total bugs: ") && strstr(text, "skipped allocations (capacity): "));
}

/* numastat shows both files of the nodes. */
KTEST(mm_commands, numastat)
{
	EXPECT_EQ(type_command("numastat"), 0);
	EXPECT(strstr(printed, "node distances:") && strstr(printed, "numa_hit"));
}

/* Types "page" with a frame's number; is @what in the answer? */
static bool page_says(const struct page *page, const char *what)
{
	char line[32];

	snprintf(line, sizeof(line), "page 0x%lx", page_to_pfn(page));
	return !type_command(line) && strstr(printed, what);
}

/* A page in the middle of a block is told with its block, whatever that is used for. */
KTEST(mm_commands, page)
{
	struct page *page = alloc_pages(GFP_KERNEL | __GFP_COMP, 3);
	void *object = kmalloc(8192, GFP_KERNEL);
	char block[64];

	ASSERT(page && object);
	snprintf(block, sizeof(block), "inside the block at 0x%lx (allocated, order 3)",
		 page_to_pfn(page));
	EXPECT(page_says(page, "state allocated, order 3\n  references 1, flags compound"));
	EXPECT(page_says(page + 5, "state interior, inside"));
	EXPECT(strstr(printed, block) && strstr(printed, "references 1, flags compound"));
	EXPECT(page_says(page, zone_names[page->zone]));
	EXPECT(page_says(virt_to_head_page(object), " slab, cache kmalloc-8"));
	EXPECT(page_says(pfn_to_page(boot_info.image_start >> PAGE_SHIFT), "state reserved\n"));
	kfree(object);
	__free_pages(page, 3);
	EXPECT(!page_says(page, "references"));
	EXPECT_EQ(type_command("page 0xffffffff"), 0);
	EXPECT(strstr(printed, "no descriptor"));
	for (unsigned int bit = 52; bit < 64; bit++) { /* none of them is lost on the way */
		snprintf(block, sizeof(block), "page 0x%lx", page_to_pfn(page) | 1UL << bit);
		EXPECT_EQ(type_command(block), 0);
		EXPECT(strstr(printed, "no descriptor"));
	}
	EXPECT_EQ(type_command("page"), -EINVAL);
	EXPECT_EQ(type_command("page 1 2"), -EINVAL);
}

/* A walk is of one address, in hexadecimal. */
KTEST(mm_commands, pagewalk)
{
	char *p = vmalloc(PAGE_SIZE), line[64];

	ASSERT(p);
	snprintf(line, sizeof(line), "pagewalk %lx", (unsigned long)p);
	EXPECT_REPORT("mm_commands_pagewalk") {
		EXPECT_EQ(type_command(line), 0);
	}
	vfree(p);
	EXPECT_EQ(type_command("pagewalk"), -EINVAL);
	EXPECT_EQ(type_command("pagewalk here"), -EINVAL);
	EXPECT_EQ(type_command("pagewalk 1 2"), -EINVAL);
}
