/* SPDX-License-Identifier: MIT */
/*
 * Memory without an address: what it is allocated by, and how it is looked at.
 * Without highmem=SIZE there is none, the calls give the direct map's addresses,
 * and the tests that need it are skipped.
 */
#include <cairn/boot_info.h>
#include <cairn/highmem.h>
#include <cairn/test.h>
#include <linux/gfp.h>
#include <linux/err.h>
#include <linux/highmem.h>
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include <linux/string.h>
#include <linux/topology.h>
#include <linux/vmalloc.h>
#include <asm/extable.h>
#include "../mm/internal.h"
#include "../mm/zone.h"

/* The node that has most of it, or any. */
static int high_node(void)
{
	unsigned long most = 0;
	int nid, best = NUMA_NO_NODE;

	for_each_online_node(nid)
	{
		unsigned long pages = node_data[nid]->zones[ZONE_HIGHMEM].managed_pages;

		if (pages > most) {
			most = pages;
			best = nid;
		}
	}
	return best;
}

static struct page *high_page(gfp_t gfp)
{
	struct page *page = alloc_pages_node(high_node(), GFP_HIGHUSER | gfp, 0);

	if (page && !PageHighMem(page)) {
		__free_page(page);
		page = NULL;
		ktest_skip("without highmem=");
	}
	return page;
}

/* In the direct map nothing is there: not even a read finds it. */
KTEST(highmem, has_no_address_until_mapped)
{
	struct page *page = high_page(0);
	char *va, *again;
	u64 word;

	if (!page)
		return;
	EXPECT(page_address(page) == NULL);
	EXPECT(!load_u64_nofault(page_to_virt(page), &word));
	EXPECT(!virt_addr_valid(page_to_virt(page)));
	va = kmap(page);
	ASSERT(va != NULL);
	EXPECT(page_address(page) == va);
	memset(va, 0x5a, PAGE_SIZE);
	again = kmap(page);
	EXPECT(again == va);
	kunmap(page);
	EXPECT(page_address(page) == va);
	kunmap(page);
	EXPECT(page_address(page) == NULL);
	EXPECT(!load_u64_nofault(va, &word));
	EXPECT_REPORT("is not mapped by kmap()") {
		kunmap(page);
	}
	va = kmap_local_page(page);
	EXPECT_EQ(va[4095], 0x5a);
	kunmap_local(va);
	EXPECT(!load_u64_nofault(va, &word));
	__free_page(page);
}

KTEST(highmem, local_mappings_nest)
{
	struct page *page[8];
	char *va[8];
	int i;

	for (i = 0; i < 8; i++) {
		page[i] = alloc_page(GFP_HIGHUSER);
		ASSERT(page[i] != NULL);
	}
	for (i = 0; i < 8; i++) {
		va[i] = i % 2 ? kmap_atomic(page[i]) : kmap_local_page(page[i]);
		memset(va[i], i, PAGE_SIZE);
	}
	for (i = 7; i >= 0; i--) {
		EXPECT_EQ(va[i][17], i);
		if (i % 2)
			kunmap_atomic(va[i]);
		else
			kunmap_local(va[i]);
	}
	EXPECT(!in_atomic());
	copy_highpage(page[3], page[7]);
	clear_highpage(page[7]);
	va[3] = kmap_local_page(page[3]);
	va[7] = kmap_local_page(page[7]);
	EXPECT_EQ(va[3][4095], 7);
	EXPECT_EQ(va[7][4095], 0);
	kunmap_local(va[7]);
	kunmap_local(va[3]);
	for (i = 0; i < 8; i++)
		__free_page(page[i]);
}

#define NESTED 16
static struct page *nested[NESTED];

/* As deep as it may be; no byte of any page is another's. */
static void nest_here(void *ok)
{
	char *va[NESTED];
	int i;

	for (i = 0; i < NESTED; i++) {
		va[i] = kmap_local_page(nested[i]);
		memset(va[i], i, PAGE_SIZE);
	}
	for (i = NESTED; i-- > 0;) {
		*(bool *)ok &= !memchr_inv(va[i], i, PAGE_SIZE);
		kunmap_local(va[i]);
	}
}

/* Each CPU fills its stack of mappings while every slot of kmap() is in use: they do not meet. */
KTEST(highmem, stacks_of_cpus_lie_apart)
{
	static struct page *page[64];
	bool ok = true;
	int i, cpu;

	for (i = 0; i < NESTED + 64; i++) {
		struct page **p = i < NESTED ? &nested[i] : &page[i - NESTED];

		*p = high_page(0);
		if (!*p)
			return;
	}
	for (i = 0; i < 64; i++)
		memset(kmap(page[i]), 0x40 + i, PAGE_SIZE);
	for_each_online_cpu(cpu)
		smp_call_function_single(cpu, nest_here, &ok, 1);
	EXPECT(ok);
	for (i = 0; i < 64; i++) {
		EXPECT(!memchr_inv(page_address(page[i]), 0x40 + i, PAGE_SIZE));
		kunmap(page[i]);
		__free_page(page[i]);
	}
	for (i = 0; i < NESTED; i++)
		__free_page(nested[i]);
}

/* So many bytes as highmem= says, of RAM and not of what lies between; or all from 32 MiB on. */
KTEST(highmem, has_the_size_asked_for)
{
	const char *asked = strstr(boot_info.cmdline, "highmem=");
	unsigned long wanted = asked ? memparse(asked + 8, NULL) >> PAGE_SHIFT : 0, pages = 0;
	int nid;

	for_each_online_node(nid)
	{
		pages += node_data[nid]->zones[ZONE_HIGHMEM].present_pages;
	}
	EXPECT(pages <= wanted);
	if (pages < wanted)
		EXPECT(highmem_start_pfn <= PHYS_PFN(32 << 20) || highmem_start_pfn == ~0UL);
}

KTEST(highmem, zeroed_where_asked)
{
	struct page *page = high_page(0);
	bool zero = true;
	char *va;
	int i;

	if (!page)
		return;
	va = kmap(page);
	memset(va, 0xcc, PAGE_SIZE);
	kunmap(page);
	__free_page(page);
	page = high_page(__GFP_ZERO);
	ASSERT(page != NULL);
	va = kmap(page);
	for (i = 0; i < (int)PAGE_SIZE; i++)
		zero &= !va[i];
	EXPECT(zero);
	kunmap(page);
	__free_page(page);
}

/* Nobody who wants an address gets it. */
/* A block is cleared to its end, and no further. */
KTEST(highmem, a_block_is_cleared_whole)
{
	struct page *page = alloc_pages(GFP_HIGHUSER | __GFP_NOWARN, 2);
	char *va;

	if (!page || !PageHighMem(page)) {
		ktest_skip("no high memory");
		goto free;
	}
	for (unsigned int i = 0; i < 4; i++) {
		va = kmap(page + i);
		memset(va, 0xcc, PAGE_SIZE);
		kunmap(page + i);
	}
	clear_block(page, 1);
	for (unsigned int i = 0; i < 4; i++) {
		va = kmap(page + i);
		EXPECT(!memchr_inv(va, i < 2 ? 0 : 0xcc, PAGE_SIZE));
		kunmap(page + i);
	}
free:
	if (page)
		__free_pages(page, 2);
}

KTEST(highmem, only_pages_come_from_there)
{
	unsigned long addr = __get_free_pages(GFP_HIGHUSER, 0);
	struct page *page;
	char *p;
	int i;

	ASSERT(addr != 0);
	EXPECT(!PageHighMem(virt_to_page(addr)));
	free_page(addr);
	EXPECT_REPORT("__GFP_HIGHMEM") {
		EXPECT(kmalloc(64, GFP_KERNEL | __GFP_HIGHMEM) == NULL);
	}
	page = alloc_page(GFP_KERNEL);
	EXPECT(page && !PageHighMem(page));
	__free_page(page);
	p = __vmalloc_node(40 * PAGE_SIZE, 1, GFP_KERNEL | __GFP_HIGHMEM, high_node(), NULL);
	ASSERT(p != NULL);
	memset(p, 0x33, 40 * PAGE_SIZE);
	page = high_page(0);
	for (i = 0; page && i < 40; i++)
		EXPECT(PageHighMem(vmalloc_to_page(p + i * PAGE_SIZE)));
	if (page)
		__free_page(page);
	vfree(p);
}

static void *mapped_late;

static int map_one_more(void *page)
{
	WRITE_ONCE(mapped_late, kmap(page));
	kunmap(page);
	return 0;
}

/* With every slot in use a thread waits, and goes on when one is given up. */
KTEST(highmem, kmap_waits_for_a_slot)
{
	struct task_struct *thread;
	struct page *page[65];
	int i, n;

	for (n = 0; n < 65; n++) {
		page[n] = high_page(0);
		if (!page[n])
			break;
	}
	for (i = 0; i < min(n, 64); i++)
		EXPECT(kmap(page[i]) != NULL);
	if (n == 65) {
		mapped_late = NULL;
		thread = kthread_create(map_one_more, page[64], "kmap-test");
		ASSERT(!IS_ERR(thread));
		get_task_struct(thread); /* it ends by itself */
		wake_up_process(thread);
		for (i = 0; i < 100; i++)
			yield();
		EXPECT(!READ_ONCE(mapped_late));
		kunmap(page[0]);
		for (i = 0; i < 1000000 && !READ_ONCE(mapped_late); i++)
			yield();
		EXPECT(READ_ONCE(mapped_late));
		kthread_stop(thread);
		put_task_struct(thread);
		EXPECT(kmap(page[0]) != NULL);
		EXPECT_REPORT("is not mapped by kmap()") {
			kunmap(page[64]);
		}
	}
	for (i = 0; i < n; i++) {
		if (i < 64)
			kunmap(page[i]);
		__free_page(page[i]);
	}
}
