/* SPDX-License-Identifier: MIT */
/*
 * Scenario: pages that somebody owns are mapped side by side, in any order,
 * read-only or writable, more than once.  Then everything that can be wrong
 * about a pointer given to vfree(), vunmap() or iounmap() is tried: each must be
 * reported, refused, and leave the area it hit as it was.
 */
#include <linux/io.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/vmalloc.h>
#include <cairn/test.h>
#include <asm/traps.h>
#include "../mm/vmap.h"

#define MANY   700	    /* more than one leaf table maps */
#define DEVICE 0xfec00000UL /* the I/O APIC: no RAM on any PC */

static struct page *pages[MANY];

static bool get_pages(unsigned int n)
{
	for (unsigned int i = 0; i < n; i++) {
		pages[i] = alloc_page(GFP_KERNEL);
		if (!EXPECT(pages[i]))
			return false;
		*(unsigned int *)page_address(pages[i]) = i;
	}
	return true;
}

static void put_pages(unsigned int n)
{
	for (unsigned int i = 0; i < n; i++)
		__free_page(pages[i]);
}

static void expect_sound(void)
{
	const char *wrong = vmap_check();

	EXPECT(!wrong);
	if (wrong)
		pr_info("vmap_check: %s\n", wrong);
}

static void write_byte(void *p)
{
	WRITE_ONCE(*(char *)p, 1);
}

/* ---- vmap ------------------------------------------------------------------------------ */

KTEST(vmap, pages_appear_in_the_order_given)
{
	static const unsigned int counts[] = {1, 2, 3, 5, 16, 17, 100, MANY};

	ASSERT(get_pages(MANY));
	for (unsigned int k = 0; k < ARRAY_SIZE(counts); k++) {
		unsigned int n = counts[k];
		char *p = vmap(pages, n, VM_MAP, PAGE_KERNEL);

		ASSERT(p);
		for (unsigned int i = 0; i < n; i++) {
			ASSERT_EQ(*(unsigned int *)(p + i * PAGE_SIZE), i);
			*(unsigned int *)(p + i * PAGE_SIZE + 8) = i + k;
			ASSERT_EQ(*(unsigned int *)(page_address(pages[i]) + 8), i + k);
			ASSERT(vmalloc_to_page(p + i * PAGE_SIZE) == pages[i]);
		}
		EXPECT(!vmalloc_entry((unsigned long)p + n * PAGE_SIZE));
		expect_sound();
		vunmap(p);
	}
	put_pages(MANY);
}

KTEST(vmap, one_page_many_times)
{
	struct page *same[8];
	unsigned int *p;

	ASSERT(get_pages(1));
	for (unsigned int i = 0; i < 8; i++)
		same[i] = pages[0];
	p = vmap(same, 8, VM_MAP, PAGE_KERNEL);
	ASSERT(p);
	p[5 * PAGE_SIZE / 4 + 1] = 77;
	for (unsigned int i = 0; i < 8; i++)
		EXPECT_EQ(p[i * PAGE_SIZE / 4 + 1], 77);
	vunmap(p);
	put_pages(1);
}

/*
 * So many ranges of a class come back that their CPU keeps only some of them: the others are at
 * hand, too, and none is lost or counted twice.
 */
KTEST(vmap, more_ranges_than_a_cpu_keeps)
{
	static void *maps[VMAP_CACHE_MAX + 100];

	ASSERT(get_pages(1));
	for (unsigned int round = 0; round < 2; round++) {
		for (unsigned int i = 0; i < ARRAY_SIZE(maps); i++)
			ASSERT((maps[i] = vmap(pages, 1, VM_MAP, PAGE_KERNEL)) != NULL);
		for (unsigned int i = 0; i < ARRAY_SIZE(maps); i++)
			vunmap(maps[i]);
		vm_unmap_aliases();
		expect_sound();
	}
	put_pages(1);
}

KTEST(vmap, a_page_inside_a_block_stays_inside)
{
	struct page *block = alloc_pages(GFP_KERNEL, 3), *part[2];
	char *p;

	ASSERT(block);
	part[0] = block + 5;
	part[1] = block + 2;
	p = vmap(part, 2, VM_MAP, PAGE_KERNEL);
	ASSERT(p);
	EXPECT(vmalloc_to_page(p) == block + 5); /* and the block is not split for it */
	EXPECT_EQ(block->order, 3);
	vunmap(p);
	__free_pages(block, 3);
}

KTEST(vmap, read_only_means_it)
{
	struct trap_info info = {0};
	char *p;

	ASSERT(get_pages(1));
	p = vmap(pages, 1, VM_MAP, PAGE_KERNEL_RO);
	ASSERT(p);
	EXPECT_REPORT("vmap area of") {
		EXPECT(trap_catch(write_byte, p, &info));
	}
	EXPECT_EQ(info.address, p);
	EXPECT_EQ(*p, 0);
	vunmap(p);
	put_pages(1);
}

KTEST(vmap, pages_can_change_owner)
{
	char *p;

	ASSERT(get_pages(20));
	p = vmap(pages, 20, VM_MAP | VM_MAP_PUT_PAGES, PAGE_KERNEL);
	ASSERT(p);
	EXPECT_EQ(*(unsigned int *)(p + 19 * PAGE_SIZE), 19);
	vfree(p); /* the leak check at the end sees whether the pages went too */
}

KTEST(vmap, what_is_no_page_is_refused)
{
	struct page *bad[3], *many[40];

	ASSERT(get_pages(40));
	EXPECT_REPORT("BUG: vmap: no pages") {
		EXPECT(!vmap(pages, 0, VM_MAP, PAGE_KERNEL));
	}
	EXPECT_REPORT("BUG: vmap: no pages") {
		EXPECT(!vmap(NULL, 3, VM_MAP, PAGE_KERNEL));
	}
	memcpy(bad, pages, sizeof(bad));
	bad[1] = NULL;
	EXPECT_REPORT("one of the pages is no page") {
		EXPECT(!vmap(bad, 3, VM_MAP, PAGE_KERNEL));
	}
	bad[1] = pfn_to_page(1UL << 31); /* no such RAM */
	EXPECT_REPORT("one of the pages is no page") {
		EXPECT(!vmap(bad, 3, VM_MAP, PAGE_KERNEL));
	}
	bad[1] = pfn_to_page(0xa0000 >> PAGE_SHIFT); /* a hole in RAM */
	EXPECT_REPORT("one of the pages is no page") {
		EXPECT(!vmap(bad, 3, VM_MAP, PAGE_KERNEL));
	}
	bad[1] = (struct page *)bad; /* memory, but no descriptor */
	EXPECT_REPORT("one of the pages is no page") {
		EXPECT(!vmap(bad, 3, VM_MAP, PAGE_KERNEL));
	}
	bad[1] = (struct page *)((char *)pages[1] + sizeof(u32)); /* in the middle of one */
	EXPECT_REPORT("one of the pages is no page") {
		EXPECT(!vmap(bad, 3, VM_MAP, PAGE_KERNEL));
	}
	bad[1] = (struct page *)(1UL << 63); /* no address at all */
	EXPECT_REPORT("one of the pages is no page") {
		EXPECT(!vmap(bad, 3, VM_MAP, PAGE_KERNEL));
	}
	memcpy(many, pages, sizeof(many)); /* too many for the short way */
	many[39] = (struct page *)many;
	EXPECT_REPORT("one of the pages is no page") {
		EXPECT(!vmap(many, 40, VM_MAP, PAGE_KERNEL));
	}
	bad[1] = pfn_to_page(__pa(&pages[0]) >> PAGE_SHIFT); /* RAM, but not the allocator's */
	EXPECT_REPORT("cannot be freed by vfree()") {
		EXPECT(!vmap(bad, 3, VM_MAP | VM_MAP_PUT_PAGES, PAGE_KERNEL));
	}
	bad[1] = bad[0]; /* would be freed twice */
	EXPECT_REPORT("cannot be freed by vfree()") {
		EXPECT(!vmap(bad, 3, VM_MAP | VM_MAP_PUT_PAGES, PAGE_KERNEL));
	}
	put_pages(40);
	expect_sound();
}

/* ---- wrong pointers -------------------------------------------------------------------- */

/* Gives @p to all three; each must report. */
static void expect_refused_by_all(void *p)
{
	EXPECT_REPORT("BUG: Trying to vfree()") {
		vfree(p);
	}
	EXPECT_REPORT("BUG: Trying to vunmap()") {
		vunmap(p);
	}
	EXPECT_REPORT("BUG: Trying to iounmap()") {
		iounmap((void __iomem *)p);
	}
}

KTEST(vmap, addresses_of_nothing_are_refused)
{
	unsigned long local = 0;
	char *object = kmalloc(8192, GFP_KERNEL);

	ASSERT(object);
	expect_refused_by_all(object);
	expect_refused_by_all(&local);
	expect_refused_by_all(pages);
	expect_refused_by_all((void *)8);
	expect_refused_by_all((void *)PAGE_SIZE);
	expect_refused_by_all((void *)0x4141414141414000UL);
	expect_refused_by_all((void *)(VMALLOC_END - PAGE_SIZE + 1));
	expect_refused_by_all((void *)-PAGE_SIZE);
	kfree(object);
	expect_sound();
}

KTEST(vmap, the_middle_of_an_area_is_refused)
{
	char *p = vmalloc(5 * PAGE_SIZE), *big = vmalloc(3 << 20);

	ASSERT(p && big);
	for (unsigned int offset = 1; offset < 16; offset++)
		expect_refused_by_all(p + offset);
	EXPECT_REPORT("offset 4096 of 20480") {
		vfree(p + PAGE_SIZE);
	}
	EXPECT_REPORT("guard page, 0 bytes behind") {
		vfree(p + 5 * PAGE_SIZE);
	}
	EXPECT_REPORT("offset 2097152 of 3145728") {
		vfree(big + PMD_SIZE);
	}
	memset(p, 1, 5 * PAGE_SIZE); /* still there */
	memset(big, 1, 3 << 20);
	vfree(p);
	vfree(big);
	expect_sound();
}

KTEST(vmap, twice_is_refused)
{
	unsigned long areas = vmalloc_nr_areas();
	char *p = vmalloc(2 * PAGE_SIZE), *q = vmalloc(1 << 20);

	ASSERT(p && q);
	vfree(p);
	vfree(q);
	EXPECT_REPORT("freed vmalloc area of") /* waits for the flush */
	{
		vfree(p);
	}
	EXPECT_REPORT("freed vmalloc area of") {
		vfree(q);
	}
	vm_unmap_aliases();
	EXPECT_REPORT("no area") /* its range is cached */
	{
		vfree(p);
	}
	EXPECT_REPORT("BUG: Trying to vfree() nonexistent vm area") {
		vfree(q);
	}
	vmap_drain();
	EXPECT_REPORT("BUG: Trying to vfree() nonexistent vm area") {
		vfree(p);
	}
	EXPECT_EQ(vmalloc_nr_areas(), areas);
	expect_sound();
}

KTEST(vmap, each_kind_of_area_has_its_own_free)
{
	char *alloc = vmalloc(PAGE_SIZE), *map;
	void __iomem *io = ioremap(DEVICE, PAGE_SIZE);

	ASSERT(get_pages(1));
	map = vmap(pages, 1, VM_MAP, PAGE_KERNEL);
	ASSERT(alloc && map && io);
	EXPECT_REPORT("Trying to vfree() nonexistent vm area") {
		vfree(map);
	}
	EXPECT_REPORT("ioremap area of") {
		vfree((void __force *)io);
	}
	EXPECT_REPORT("Trying to vunmap()") {
		vunmap(alloc);
	}
	EXPECT_REPORT("Trying to vunmap()") {
		vunmap((void __force *)io);
	}
	EXPECT_REPORT("vmalloc area of") {
		iounmap((void __iomem *)alloc);
	}
	EXPECT_REPORT("vmap area of") {
		iounmap((void __iomem *)map);
	}
	*alloc = *map = 1; /* all of them live on */
	readl(io);
	vfree(alloc);
	vunmap(map);
	iounmap(io);
	put_pages(1);
	expect_sound();
}
