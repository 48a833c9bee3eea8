/* SPDX-License-Identifier: MIT */
/*
 * What is told about the vmalloc range: /proc/vmallocinfo has a line for each area, a
 * table says whose they are, and any address is described, for reports.
 */
#include <linux/gfp.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/vmalloc.h>
#include <cairn/test.h>
#include <cairn/vfile.h>
#include "../mm/percpu.h"
#include "../mm/vmap.h"
#include "../mm/vmscan.h"

KTEST(vmalloc, vmallocinfo_has_a_line_for_each)
{
	static char text[16384];
	char want[96];
	char *p = vmalloc(3 * PAGE_SIZE);

	ASSERT(p);
	EXPECT(vfile_read("vmallocinfo", text, sizeof(text)) > 0);
	snprintf(want, sizeof(want), "0x%px-0x%px %7lu ", p, p + 4 * PAGE_SIZE, 4 * PAGE_SIZE);
	EXPECT(strstr(text, want));
	EXPECT(strstr(text, "vmalloc_vmallocinfo_has_a_line_for_each+"));
	EXPECT(strstr(text, " pages=3 vmalloc N0=3\n"));
	vfree(p);
	EXPECT(vfile_read("vmallocinfo", text, sizeof(text)) > 0);
	EXPECT(strstr(text, " unpurged vm_area\n"));
	vm_unmap_aliases();
	EXPECT(vfile_read("vmallocinfo", text, sizeof(text)) >= 0);
	EXPECT(!strstr(text, want));
}

/* There are more areas than the file copies at a time: each has one line. */
KTEST(vmalloc, vmallocinfo_has_many_lines)
{
	static char text[32768];
	static void *areas[40];
	char want[32], *at;

	for (unsigned int i = 0; i < ARRAY_SIZE(areas); i++)
		ASSERT((areas[i] = vmalloc(PAGE_SIZE)) != NULL);
	EXPECT(vfile_read("vmallocinfo", text, sizeof(text)) > 0);
	for (unsigned int i = 0; i < ARRAY_SIZE(areas); i++) {
		snprintf(want, sizeof(want), "0x%px-", areas[i]);
		at = strstr(text, want);
		EXPECT(at && !strstr(at + 1, want));
		vfree(areas[i]);
	}
}

/* Whichever call it was: an area is its caller's. */
KTEST(vmalloc, areas_are_named_by_their_callers)
{
	void *areas[] = {
		vmalloc(PAGE_SIZE),
		vzalloc(PAGE_SIZE),
		vmalloc_huge(PAGE_SIZE, GFP_KERNEL),
		vmalloc_node(PAGE_SIZE, 0),
		vzalloc_node(PAGE_SIZE, 0),
		vmalloc_32(PAGE_SIZE),
		vmalloc_user(PAGE_SIZE),
		vmalloc_32_user(PAGE_SIZE),
		__vmalloc(PAGE_SIZE, GFP_KERNEL),
	};
	char text[192];

	for (unsigned int i = 0; i < ARRAY_SIZE(areas); i++) {
		EXPECT(areas[i] && vmalloc_describe((unsigned long)areas[i], text, sizeof(text)));
		EXPECT(strstr(text, "vmalloc area of vmalloc_areas_are_named_by_their_callers+"));
		vfree(areas[i]);
	}
}

/* The line of an area, of those in a text. */
static const char *line_of(const char *text, const void *p)
{
	char want[32];

	snprintf(want, sizeof(want), "0x%px-", p);
	return strstr(text, want) ?: "none";
}

static bool line_ends(const char *line, const char *end)
{
	const char *found = strstr(line, end);

	return found && found < strchr(line, '\n');
}

KTEST(vmalloc, vmallocinfo_says_what_areas_are_for)
{
	static char text[16384];
	struct page *page = alloc_page(GFP_KERNEL);
	void *shown = vmalloc_user(PAGE_SIZE), *mapped = NULL;

	if (page) { /* one that is at hand on this CPU, from another use, is named no less */
		vunmap(vmap(&page, 1, VM_MAP, PAGE_KERNEL));
		vm_unmap_aliases();
		mapped = vmap(&page, 1, VM_DMA_COHERENT, PAGE_KERNEL);
	}
	if (EXPECT(shown && mapped)) {
		EXPECT(vfile_read("vmallocinfo", text, sizeof(text)) > 0);
		EXPECT(line_ends(line_of(text, shown), " pages=1 vmalloc user N0=1\n"));
		EXPECT(line_ends(line_of(text, mapped), " vmap dma-coherent\n"));
	}
	vunmap(mapped);
	vfree(shown);
	if (page)
		__free_page(page);
}

/* The addresses of per-CPU memory are one area, with a guard page, although few have pages. */
KTEST(vmalloc, vmallocinfo_shows_per_cpu_addresses)
{
	static char text[16384];
	unsigned long end = pcpu_layout.window + pcpu_layout.window_size + PAGE_SIZE;
	char want[96];

	EXPECT(vfile_read("vmallocinfo", text, sizeof(text)) > 0);
	snprintf(want, sizeof(want), "0x%px-0x%px %7lu ", (void *)pcpu_layout.window, (void *)end,
		 end - pcpu_layout.window);
	EXPECT(strstr(text, want));
	EXPECT(line_ends(line_of(text, (void *)pcpu_layout.window), " percpu\n"));
}

/* Those who find no place in the table of holders share the last one, which names nobody. */
KTEST(vmalloc, holders_beyond_the_table)
{
	struct vmalloc_holder one, two[2];
	void *p = vmalloc(3 * PAGE_SIZE), *q = vmalloc(5 * PAGE_SIZE);

	if (EXPECT(p && q)) {
		vmalloc_holders(&one, 1);
		vmalloc_holders(two, 2);
		EXPECT(!one.caller && one.areas >= 2 && one.pages >= 8);
		EXPECT(two[0].caller && !two[1].caller);
		EXPECT(two[0].pages + two[1].pages >= 8);
	}
	vfree(p);
	vfree(q);
}

/* What waits to be purged could be freed: its pages, and what an area weighs itself. */
KTEST(vmalloc, what_is_pending_could_be_freed)
{
	bool told = false;
	char want[96];

	snprintf(want, sizeof(want), "cache vmalloc (count_pending): %d objects could be freed",
		 3 + VMAP_AREA_WEIGHT);
	for (unsigned int i = 0; i < 10 && !told; i++) { /* another CPU may free an area, too */
		void *p = vmalloc(3 * PAGE_SIZE);

		ASSERT(p);
		vm_unmap_aliases();
		vfree(p);
		EXPECT_REPORT("cache vmalloc (count_pending)") {
			show_shrinkers();
		}
		told = ktest_reported(want);
	}
	EXPECT(told);
	vm_unmap_aliases();
}

/* A report from under the lock of the records does without them, and says so. */
KTEST(vmalloc, addresses_are_described_under_the_lock)
{
	unsigned long flags;
	char text[192];
	bool known;

	spin_lock_irqsave(&vmap_lock, flags);
	known = vmalloc_describe(VMALLOC_START, text, sizeof(text));
	spin_unlock_irqrestore(&vmap_lock, flags);
	EXPECT(known && strstr(text, "records are in use"));
}

KTEST(vmalloc, addresses_are_described)
{
	char *p = vmalloc(5 * PAGE_SIZE);
	char text[192];

	ASSERT(p);
	EXPECT(vmalloc_describe((unsigned long)p + 10, text, sizeof(text)));
	EXPECT(strstr(text, "vmalloc area of vmalloc_addresses_are_described"));
	EXPECT(strstr(text, "offset 10 of 20480"));
	EXPECT(vmalloc_describe((unsigned long)p + 5 * PAGE_SIZE + 3, text, sizeof(text)));
	EXPECT(strstr(text, "guard page, 3 bytes behind vmalloc area of"));
	vfree(p);
	EXPECT(vmalloc_describe((unsigned long)p, text, sizeof(text)));
	EXPECT(strstr(text, "freed vmalloc area of"));
	EXPECT(vmalloc_describe(VMALLOC_END - 5 * PAGE_SIZE, text, sizeof(text)));
	EXPECT(strstr(text, "no area"));
	EXPECT(!vmalloc_describe((unsigned long)vmalloc_describe, text, sizeof(text)));
	EXPECT_EQ(text[0], 0);
}
