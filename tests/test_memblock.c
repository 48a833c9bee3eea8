/* SPDX-License-Identifier: MIT */
/*
 * memblock: the core on private instances, and the calls of <linux/memblock.h>
 * on a private instance that stands in for the machine's while a test runs.
 *
 * Where memory is only added, reserved and searched, addresses are made up.
 * Where it is written to, when an allocation is zeroed or an array grows, the
 * instance is given a block of real pages.  After each step the invariants of
 * mm/memblock.c must hold; the last tests compare the core with a model that has
 * one byte for each unit of memory.
 */
#include <linux/errno.h>
#include <linux/gfp.h>
#include <linux/kernel.h>
#include <linux/memblock.h>
#include <linux/string.h>
#include <linux/vmalloc.h>
#include <cairn/test.h>
#include "guarded.h"
#include "memblock_instance.h"

#define K 1024ULL
#define M (1024 * K)
#define G (1024 * M)

static struct memblock_tables tables;

static void make_empty(struct memblock *mb)
{
	memblock_make_empty(mb, &tables);
}

/* The machine's instance while an empty one stands in for it. */
static struct memblock machine;

static void stand_in(void)
{
	machine = memblock;
	make_empty(&memblock);
}

static void stand_down(void)
{
	memblock = machine;
}

static bool region_is(const struct memblock_type *type, unsigned long i, u64 base, u64 size)
{
	return i < type->cnt && type->regions[i].base == base && type->regions[i].size == size;
}

static bool sound(void)
{
	const char *broken = memblock_core_check(&memblock);

	return ktest_check(!broken, broken ? broken : "", __FILE__, __LINE__);
}

KTEST(memblock, starts_empty)
{
	stand_in();
	EXPECT_EQ(memblock.memory.cnt, 1);
	EXPECT_EQ(memblock.memory.max, 128);
	EXPECT(!strcmp(memblock.memory.name, "memory"));
	EXPECT_EQ(memblock.reserved.cnt, 1);
	EXPECT_EQ(memblock.reserved.max, 128);
	EXPECT(!strcmp(memblock.reserved.name, "reserved"));
	EXPECT(!memblock_bottom_up());
	EXPECT_EQ(memblock_get_current_limit(), MEMBLOCK_ALLOC_ANYWHERE);
	EXPECT_EQ(memblock_phys_mem_size(), 0);
	EXPECT(!memblock_alloc(64, 64));
	sound();
	stand_down();
}

/* Two ranges, in every relation they can have, make one region or two. */
KTEST(memblock, add_pairs)
{
	static const struct {
		u64 base, size; /* added to [16 MiB, 20 MiB) */
		u64 cnt, first, first_size;
	} cases[] = {
		{1 * M, 1 * M, 2, 1 * M, 1 * M},     /* apart, below */
		{30 * M, 1 * M, 2, 16 * M, 4 * M},   /* apart, above */
		{14 * M, 3 * M, 1, 14 * M, 6 * M},   /* over the start */
		{19 * M, 3 * M, 1, 16 * M, 6 * M},   /* over the end */
		{17 * M, 1 * M, 1, 16 * M, 4 * M},   /* inside */
		{14 * M, 10 * M, 1, 14 * M, 10 * M}, /* around */
		{16 * M, 4 * M, 1, 16 * M, 4 * M},   /* twice */
		{12 * M, 4 * M, 1, 12 * M, 8 * M},   /* touching below */
		{20 * M, 4 * M, 1, 16 * M, 8 * M},   /* touching above */
		{1 * M, 0, 1, 16 * M, 4 * M},	     /* nothing */
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		stand_in();
		EXPECT_EQ(memblock_add(16 * M, 4 * M), 0);
		EXPECT_EQ(memblock_add(cases[i].base, cases[i].size), 0);
		EXPECT_EQ(memblock.memory.cnt, cases[i].cnt);
		EXPECT(region_is(&memblock.memory, 0, cases[i].first, cases[i].first_size));
		sound();
		EXPECT_EQ(memblock_reserve(16 * M, 4 * M), 0);
		EXPECT_EQ(memblock_reserve(cases[i].base, cases[i].size), 0);
		EXPECT_EQ(memblock.reserved.cnt, cases[i].cnt);
		EXPECT(region_is(&memblock.reserved, 0, cases[i].first, cases[i].first_size));
		sound();
		stand_down();
	}
}

KTEST(memblock, adding_to_nodes)
{
	stand_in();
	EXPECT_EQ(memblock_add_node(1 * M, 1 * M, 1, MEMBLOCK_NONE), 0);
	EXPECT_EQ(memblock_add_node(2 * M, 1 * M, 2, MEMBLOCK_NONE), 0);
	EXPECT_EQ(memblock_add_node(3 * M, 1 * M, 2, MEMBLOCK_HOTPLUG), 0);
	EXPECT_EQ(memblock_add_node(1 * M, 4 * M, 2, MEMBLOCK_HOTPLUG), 0);
	EXPECT_EQ(memblock.memory.cnt, 3);
	EXPECT(region_is(&memblock.memory, 2, 3 * M, 2 * M));
	EXPECT_EQ(memblock.memory.regions[0].nid, 1);
	EXPECT_EQ(memblock.memory.regions[2].flags, MEMBLOCK_HOTPLUG);
	sound();
	EXPECT_EQ(memblock_clear_hotplug(0, 1 * G), 0);
	EXPECT_EQ(memblock.memory.cnt, 2);
	EXPECT_EQ(memblock_set_node(0, 1 * G, &memblock.memory, 5), 0);
	EXPECT_EQ(memblock.memory.cnt, 1);
	EXPECT_EQ(memblock_mark_nomap(2 * M, 1 * M), 0);
	EXPECT_EQ(memblock.memory.cnt, 3);
	EXPECT(memblock_is_memory(2 * M));
	EXPECT(!memblock_is_map_memory(2 * M));
	EXPECT_EQ(memblock_clear_nomap(2 * M, 1 * M), 0);
	EXPECT_EQ(memblock.memory.cnt, 1);
	sound();
	stand_down();
}

KTEST(memblock, wrap_is_cut)
{
	stand_in();
	EXPECT_EQ(memblock_add(~0ULL - 0xfff, 0x10000), 0);
	EXPECT(region_is(&memblock.memory, 0, ~0ULL - 0xfff, 0xfff));
	EXPECT_EQ(memblock_reserve(1 * M, ~0ULL), 0);
	EXPECT(region_is(&memblock.reserved, 0, 1 * M, ~0ULL - 1 * M));
	sound();
	stand_down();
}

KTEST(memblock, removing)
{
	static const struct {
		u64 base, size;
		u64 cnt, first, first_size;
	} cases[] = {
		{16 * M, 4 * M, 1, 0, 0},	   /* all */
		{17 * M, 1 * M, 2, 16 * M, 1 * M}, /* a hole */
		{14 * M, 3 * M, 1, 17 * M, 3 * M}, /* the start */
		{19 * M, 9 * M, 1, 16 * M, 3 * M}, /* the end */
		{1 * M, 1 * M, 1, 16 * M, 4 * M},  /* elsewhere */
		{20 * M, ~0ULL, 1, 16 * M, 4 * M}, /* behind */
		{0, ~0ULL, 1, 0, 0},		   /* everything */
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		stand_in();
		memblock_add(16 * M, 4 * M);
		EXPECT_EQ(memblock_remove(cases[i].base, cases[i].size), 0);
		EXPECT_EQ(memblock.memory.cnt, cases[i].cnt);
		EXPECT(region_is(&memblock.memory, 0, cases[i].first, cases[i].first_size));
		memblock_reserve(16 * M, 4 * M);
		EXPECT_EQ(memblock_phys_free(cases[i].base, cases[i].size), 0);
		EXPECT(region_is(&memblock.reserved, 0, cases[i].first, cases[i].first_size));
		sound();
		stand_down();
	}
}

KTEST(memblock, trim)
{
	stand_in();
	memblock_add(1 * M, 1 * M);	      /* aligned: stays */
	memblock_add(4 * M + 4 * K, 2 * M);   /* loses both ends */
	memblock_add(8 * M + 4 * K, 512 * K); /* vanishes */
	memblock_trim_memory(1 * M);
	EXPECT_EQ(memblock.memory.cnt, 2);
	EXPECT(region_is(&memblock.memory, 0, 1 * M, 1 * M));
	EXPECT(region_is(&memblock.memory, 1, 5 * M, 1 * M));
	sound();
	memblock_trim_memory(1 * G);
	EXPECT_EQ(memblock.memory.cnt, 1);
	EXPECT_EQ(memblock_phys_mem_size(), 0);
	sound();
	stand_down();
}

KTEST(memblock, limits)
{
	stand_in();
	memblock_add(1 * M, 3 * M);
	memblock_add(8 * M, 8 * M);
	memblock_reserve(2 * M, 12 * M);
	memblock_enforce_memory_limit(5 * M);
	EXPECT_EQ(memblock_phys_mem_size(), 5 * M);
	EXPECT_EQ(memblock_end_of_DRAM(), 10 * M);
	EXPECT_EQ(memblock_start_of_DRAM(), 1 * M);
	EXPECT_EQ(memblock_reserved_size(), 8 * M);
	memblock_enforce_memory_limit(0);    /* no limit, and not all of it */
	memblock_cap_memory_range(3 * M, 0); /* says nothing */
	EXPECT_EQ(memblock_phys_mem_size(), 5 * M);
	memblock_cap_memory_range(3 * M, 6 * M);
	EXPECT(region_is(&memblock.memory, 0, 3 * M, 1 * M));
	EXPECT(region_is(&memblock.memory, 1, 8 * M, 1 * M));
	EXPECT(region_is(&memblock.reserved, 0, 3 * M, 6 * M));
	sound();
	stand_down();
}

/* From its first byte on, when memory begins at 0. */
KTEST(memblock, cap_of_memory_from_0)
{
	stand_in();
	memblock_add(0, 8 * M);
	memblock_reserve(0, 8 * M);
	memblock_cap_memory_range(1 * M, 2 * M);
	EXPECT_EQ(memblock.memory.cnt, 1);
	EXPECT(region_is(&memblock.memory, 0, 1 * M, 2 * M));
	EXPECT_EQ(memblock.reserved.cnt, 1);
	EXPECT(region_is(&memblock.reserved, 0, 1 * M, 2 * M));
	sound();
	stand_down();
}

KTEST(memblock, questions)
{
	unsigned long start, last;

	stand_in();
	memblock_add_node(1 * M, 3 * M, 3, MEMBLOCK_NONE);
	memblock_reserve(2 * M, 1 * M);
	EXPECT(memblock_is_memory(1 * M));
	EXPECT(!memblock_is_memory(4 * M));
	EXPECT(memblock_is_region_memory(1 * M, 3 * M));
	EXPECT(!memblock_is_region_memory(1 * M, 3 * M + 1));
	EXPECT(memblock_is_reserved(3 * M - 1));
	EXPECT(!memblock_is_reserved(3 * M));
	EXPECT(memblock_is_region_reserved(1 * M, 1 * M + 1));
	EXPECT(!memblock_is_region_reserved(1 * M, 1 * M));
	EXPECT(memblock_overlaps_region(&memblock.memory, 0, 1 * M + 1));
	EXPECT(!memblock_overlaps_region(&memblock.memory, 0, 1 * M));
	EXPECT(!memblock_overlaps_region(&memblock.memory, 4 * M, ~0ULL));
	EXPECT_EQ(memblock_search_pfn_nid(2 * M / PAGE_SIZE, &start, &last), 3);
	EXPECT_EQ(start, 1 * M / PAGE_SIZE);
	EXPECT_EQ(last, 4 * M / PAGE_SIZE);
	EXPECT_EQ(memblock_search_pfn_nid(0, &start, &last), NUMA_NO_NODE);
	stand_down();
}

/* Iterators on memory in two nodes with reservations at, over and between edges. */
KTEST(memblock, iteration)
{
	static const struct {
		u64 start, end;
		int nid;
	} want[] = {
		{1 * M, 2 * M, 0},
		{3 * M, 4 * M, 0},
		{4 * M, 5 * M, 1},
		{11 * M, 12 * M, 1},
	};
	phys_addr_t start, end;
	unsigned long start_pfn, end_pfn;
	unsigned int n = 0;
	int nid, k;
	u64 i;

	stand_in();
	for_each_mem_range(i, &start, &end)
		n++;
	EXPECT_EQ(n, 0);
	memblock_add_node(1 * M, 3 * M, 0, MEMBLOCK_NONE);
	memblock_add_node(4 * M, 2 * M, 1, MEMBLOCK_NONE);
	memblock_add_node(10 * M, 2 * M, 1, MEMBLOCK_NONE);
	memblock_reserve(0, 512 * K);
	memblock_reserve(2 * M, 1 * M);
	memblock_reserve(5 * M, 6 * M);
	for_each_free_mem_range(i, NUMA_NO_NODE, MEMBLOCK_NONE, &start, &end, &nid)
	{
		EXPECT(n < ARRAY_SIZE(want) && start == want[n].start && end == want[n].end &&
		       nid == want[n].nid);
		n++;
	}
	EXPECT_EQ(n, ARRAY_SIZE(want));
	for_each_free_mem_range_reverse(i, NUMA_NO_NODE, MEMBLOCK_NONE, &start, &end, &nid)
	{
		n--;
		EXPECT(start == want[n].start && end == want[n].end && nid == want[n].nid);
	}
	EXPECT_EQ(n, 0);
	for_each_free_mem_range(i, 1, MEMBLOCK_NONE, &start, &end, NULL) n++;
	EXPECT_EQ(n, 2);
	for_each_reserved_mem_range(i, &start, &end) n++;
	EXPECT_EQ(n, 5);
	memblock_remove(10 * M, 1 * K);
	for_each_mem_pfn_range(k, MAX_NUMNODES, &start_pfn, &end_pfn, &nid) n++;
	EXPECT_EQ(n, 8);
	EXPECT_EQ(start_pfn, (10 * M + 4 * K) / PAGE_SIZE);
	EXPECT_EQ(end_pfn, 12 * M / PAGE_SIZE);
	memblock_add(20 * M, 1 * K); /* no page of it is whole */
	n = 0;
	for_each_mem_pfn_range(k, MAX_NUMNODES, &start_pfn, &end_pfn, &nid) n++;
	EXPECT_EQ(n, 3);
	for_each_mem_range_rev(i, &start, &end) n++;
	EXPECT_EQ(n, 7);
	EXPECT_EQ(start, 1 * M);
	memblock_mark_nomap(1 * M, 3 * M); /* there, and not to be touched */
	for_each_mem_range_rev(i, &start, &end) n++;
	EXPECT_EQ(n, 10);
	EXPECT_EQ(start, 4 * M);
	stand_down();
}

/* Physical allocation: direction, bounds, alignment, node, exhaustion. */
/* Memory that begins at address 0 is free from there, forwards and backwards. */
KTEST(memblock, free_from_the_first_byte)
{
	phys_addr_t start, end;
	unsigned int n = 0;
	u64 i;

	stand_in();
	memblock_add(0, 1 * M);
	memblock_reserve(64, 64);
	for_each_free_mem_range(i, NUMA_NO_NODE, MEMBLOCK_NONE, &start, &end, NULL)
	{
		EXPECT_EQ(start, n ? 128 : 0);
		EXPECT_EQ(end, n ? 1 * M : 64);
		n++;
	}
	EXPECT_EQ(n, 2);
	for_each_free_mem_range_reverse(i, NUMA_NO_NODE, MEMBLOCK_NONE, &start, &end, NULL)
	{
		n--;
		EXPECT_EQ(start, n ? 128 : 0);
		EXPECT_EQ(end, n ? 1 * M : 64);
	}
	EXPECT_EQ(n, 0);
	stand_down();
}

KTEST(memblock, physical)
{
	stand_in();
	memblock_add_node(16 * M, 16 * M, 0, MEMBLOCK_NONE);
	memblock_add_node(64 * M, 16 * M, 1, MEMBLOCK_NONE);
	EXPECT_EQ(memblock_phys_alloc(1 * M, 64), 79 * M);
	EXPECT_EQ(memblock_phys_alloc(64, 1 * M), 78 * M);
	EXPECT_EQ(memblock_phys_alloc_range(1 * M, 64, 16 * M, 24 * M), 23 * M);
	EXPECT_EQ(memblock_phys_alloc_range(9 * M, 64, 16 * M, 24 * M), 0);
	EXPECT_EQ(memblock_phys_alloc_try_nid(1 * M, 64, 0), 31 * M);
	EXPECT_EQ(memblock_phys_alloc_try_nid(15 * M, 64, 0), 0);
	memblock_set_bottom_up(true);
	EXPECT_EQ(memblock_phys_alloc(1 * M, 64), 16 * M);
	EXPECT_EQ(memblock_phys_alloc_try_nid(1 * M, 64, 1), 64 * M);
	memblock_set_current_limit(32 * M);
	EXPECT_EQ(memblock_phys_alloc(9 * M, 64), 0);
	EXPECT_EQ(memblock_phys_alloc_range(9 * M, 64, 0, MEMBLOCK_ALLOC_ANYWHERE), 65 * M);
	EXPECT_EQ(memblock_phys_alloc(7 * M, 64), 24 * M);
	EXPECT_EQ(memblock_phys_alloc(6 * M, 64), 17 * M);
	EXPECT_EQ(memblock_phys_alloc(64, 64), 0);
	sound();
	stand_down();
}

/* From both ends: what fits to the last byte is found, with and without a gap; one more is not. */
KTEST(memblock, exact_fits)
{
	for (int up = 0; up < 2; up++) {
		stand_in();
		memblock_set_bottom_up(up);
		memblock_add(16 * M, 4 * M);
		memblock_add(32 * M + 4 * K,
			     4 * M - 4 * K); /* 3 MiB from the first aligned place */
		EXPECT_EQ(memblock_phys_alloc(4 * M + 1, 64), 0);
		EXPECT_EQ(memblock_phys_alloc(~0ULL - 1 * M, 64), 0);
		EXPECT_EQ(memblock_phys_alloc_range(64, 1 * G, 0, MEMBLOCK_ALLOC_ANYWHERE), 0);
		EXPECT_EQ(memblock_phys_alloc_range(3 * M + 1, 1 * M, 32 * M, 36 * M), 0);
		EXPECT_EQ(memblock_phys_alloc_range(3 * M, 1 * M, 32 * M, 36 * M), 33 * M);
		EXPECT_EQ(memblock_phys_alloc(4 * M, 1 * M), 16 * M);
		EXPECT_EQ(memblock_phys_alloc(1 * M, 64), 0);
		sound();
		stand_down();
	}
}

/* A node without room falls back, except where it is asked for exactly; page 0 is never given. */
KTEST(memblock, nodes_and_page_zero)
{
	struct memblock_request req = {.size = 2 * M, .align = 64, .nid = 0};
	struct memblock mb;

	make_empty(&mb);
	EXPECT_EQ(memblock_core_add(&mb, &mb.memory,
				    &(struct memblock_region){.base = 0, .size = 1 * M, .nid = 0}),
		  0);
	EXPECT_EQ(memblock_core_add(
			  &mb, &mb.memory,
			  &(struct memblock_region){.base = 8 * M, .size = 4 * M, .nid = 1}),
		  0);
	req.exact = true;
	EXPECT_EQ(memblock_core_alloc(&mb, &req), 0);
	req.exact = false;
	EXPECT_EQ(memblock_core_alloc(&mb, &req), 10 * M);
	req.size = 1 * M;
	req.exact = true;
	EXPECT_EQ(memblock_core_alloc(&mb, &req), 0);
	req.size = 1 * M - PAGE_SIZE;
	EXPECT_EQ(memblock_core_alloc(&mb, &req), PAGE_SIZE);
	EXPECT(!memblock_core_check(&mb));
}

KTEST(memblock, mirrored_memory_first)
{
	stand_in();
	memblock_add(16 * M, 16 * M);
	memblock_mark_mirror(16 * M, 1 * M);
	EXPECT_EQ(memblock_phys_alloc(1 * M, 64), 16 * M);
	EXPECT_EQ(memblock_phys_alloc(1 * M, 64), 31 * M);
	stand_down();
}

#define REAL_ORDER 7 /* 512 KiB of real pages */
#define REAL_SIZE  (PAGE_SIZE << REAL_ORDER)

/* real_pages - as many, every byte 0xaa; 0 if there are none. */
static unsigned long real_pages(unsigned int order)
{
	unsigned long pages = __get_free_pages(GFP_KERNEL, order);

	if (pages)
		memset((void *)pages, 0xaa, PAGE_SIZE << order);
	return pages;
}

/* Virtual allocation: zeroed or raw, bounds given up, limits kept. */
KTEST(memblock, virt_alloc)
{
	unsigned long pages = real_pages(REAL_ORDER);
	phys_addr_t base = virt_to_phys((void *)pages);
	u8 *p;

	ASSERT(pages);
	stand_in();
	memblock_add(base, REAL_SIZE);
	p = memblock_alloc(1000, 64);
	EXPECT_EQ(virt_to_phys(p), base + REAL_SIZE - 1024);
	EXPECT(!memchr_inv(p, 0, 1000));
	EXPECT_EQ(p[1000], 0xaa);
	p = memblock_alloc_raw(1000, 64);
	EXPECT(!memchr_inv(p, 0xaa, 1000));
	p = memblock_alloc_from(64, 64, base + 64 * K);
	EXPECT(p && virt_to_phys(p) >= base + 64 * K);
	p = memblock_alloc_try_nid(64, 64, base + REAL_SIZE, 0, NUMA_NO_NODE);
	EXPECT(p); /* nothing there: taken from lower down */
	p = memblock_alloc_exact_nid_raw(64, 64, 0, 0, 7);
	EXPECT(!p);
	p = memblock_alloc_exact_nid_raw(64, 64, 0, 0, MAX_NUMNODES); /* any, in older words */
	EXPECT(p);
	memblock_set_current_limit(base + 4 * K);
	p = memblock_alloc_try_nid(64, 64, 0, MEMBLOCK_ALLOC_ANYWHERE, NUMA_NO_NODE);
	EXPECT(p && virt_to_phys(p) + 64 <= base + 4 * K);
	EXPECT(!memblock_alloc(4 * K, 64));
	memblock_free(p, 64);
	EXPECT_EQ(virt_to_phys(memblock_alloc(4 * K, 64)), base);
	sound();
	stand_down();
	free_pages(pages, REAL_ORDER);
}

KTEST(memblock, misuse)
{
	void *p = NULL;
	unsigned long pages = real_pages(0);

	ASSERT(pages);
	stand_in();
	memblock_add(virt_to_phys((void *)pages), PAGE_SIZE);
	EXPECT_REPORT("memblock: alignment 0 is no power of two") {
		p = memblock_alloc(64, 0);
	}
	EXPECT(p && !((unsigned long)p & (SMP_CACHE_BYTES - 1)));
	memblock_retire();
	EXPECT_REPORT("after the page allocator started") {
		p = memblock_alloc(64, 64);
	}
	EXPECT(!p);
	stand_down();
	free_pages(pages, 0);
}

/* Arrays grow, as Linux's do, and not before that is allowed. */
KTEST(memblock, arrays_grow)
{
	unsigned long pages = real_pages(REAL_ORDER);
	phys_addr_t base = virt_to_phys((void *)pages);
	phys_addr_t of256 = PAGE_ALIGN(256 * sizeof(struct memblock_region));
	phys_addr_t of512 = PAGE_ALIGN(512 * sizeof(struct memblock_region));
	unsigned int i;

	ASSERT(pages);
	stand_in();
	memblock_add(base, REAL_SIZE);
	memblock_set_current_limit(base + REAL_SIZE); /* the rest is made up */
	for (i = 0; i < INIT_MEMBLOCK_REGIONS - 1; i++)
		EXPECT_EQ(memblock_add((i + 0x10000) * G, 1 * M), 0);
	EXPECT_EQ(memblock.memory.cnt, 128);
	EXPECT_EQ(memblock_add(0x18000 * G, 1 * M), -ENOMEM);
	EXPECT_EQ(memblock.memory.cnt, 128);
	memblock_allow_resize();
	EXPECT_EQ(memblock_add(0x18000 * G, 1 * M), 0);
	EXPECT_EQ(memblock.memory.cnt, 129);
	EXPECT_EQ(memblock.memory.max, 256);
	EXPECT_EQ(memblock_reserved_size(), of256);
	for (i = 0; i < 300; i++)
		EXPECT_EQ(memblock_reserve((i + 0x10000) * G, 1 * K), 0);
	EXPECT_EQ(memblock.reserved.max, 512);
	EXPECT_EQ(memblock_reserved_size(), 300 * K + of256 + of512);
	for (i = 0; i < 300; i++)
		EXPECT_EQ(memblock_add((i + 0x20000) * G, 1 * M), 0);
	EXPECT_EQ(memblock.memory.max, 512);
	EXPECT_EQ(memblock_reserved_size(), 300 * K + 2 * of512);
	sound();
	for (i = 0; i < 300; i++)
		EXPECT_EQ(memblock_phys_free((i + 0x10000) * G, 1 * K), 0);
	EXPECT_EQ(memblock_reserved_size(), 2 * of512);
	sound();
	stand_down();
	free_pages(pages, REAL_ORDER);
}

/* Without a place for a larger array what is there stays as it is. */
KTEST(memblock, arrays_cannot_grow)
{
	unsigned int i;

	stand_in();
	memblock_allow_resize();
	for (i = 1; i <= INIT_MEMBLOCK_REGIONS; i++)
		EXPECT_EQ(memblock_add(i * G, PAGE_SIZE), 0);
	EXPECT_EQ(memblock_add(i * G, PAGE_SIZE), -ENOMEM);
	EXPECT_EQ(memblock_remove(1 * G + 1 * K, 1 * K), -ENOMEM);
	EXPECT_EQ(memblock_mark_hotplug(1 * G + 1 * K, 1 * K), -ENOMEM);
	EXPECT_EQ(memblock_set_node(1 * G + 1 * K, 1 * K, &memblock.memory, 1), -ENOMEM);
	EXPECT_EQ(memblock.memory.cnt, INIT_MEMBLOCK_REGIONS);
	EXPECT_EQ(memblock_phys_mem_size(), INIT_MEMBLOCK_REGIONS * PAGE_SIZE);
	sound();
	stand_down();
}

/* ---- against a model ------------------------------------------------------------------- */

#define UNITS 512
#define UNIT  64ULL
#define BASE  (1 * M)

static struct model {
	u8 memory[UNITS], reserved[UNITS];
	struct memblock mb;
	u64 state;
} model;

/* model_find - where the core must allocate @n units, or -1. */
static int model_find(unsigned int n, unsigned int align)
{
	int i, k;

	for (k = 0; k < UNITS; k++) {
		unsigned int u, at = model.mb.bottom_up ? k : UNITS - 1 - k;

		if (at % align || at + n > UNITS)
			continue;
		for (u = 0; u < n && model.memory[at + u] && !model.reserved[at + u]; u++)
			;
		i = (int)at;
		if (u == n)
			return i;
	}
	return -1;
}

static bool model_agrees(void)
{
	u8 seen[UNITS] = {};
	phys_addr_t start, end, at;
	unsigned int u;
	u64 i;

	__for_each_mem_range(i, &model.mb.memory, &model.mb.reserved, NUMA_NO_NODE, MEMBLOCK_NONE,
			     &start, &end, NULL)
	{
		for (at = start; at < end; at += UNIT)
			seen[(at - BASE) / UNIT]++;
	}
	__for_each_mem_range_rev(i, &model.mb.memory, &model.mb.reserved, NUMA_NO_NODE,
				 MEMBLOCK_NONE, &start, &end, NULL)
	{
		for (at = start; at < end; at += UNIT)
			seen[(at - BASE) / UNIT]++;
	}
	for (u = 0; u < UNITS; u++) {
		if (seen[u] != 2 * (model.memory[u] && !model.reserved[u]))
			return false;
	}
	return !memblock_core_check(&model.mb);
}

static bool model_allocate(unsigned int n, unsigned int align)
{
	struct memblock_request req = {
		.size = n * UNIT, .align = align * UNIT, .nid = NUMA_NO_NODE};
	phys_addr_t place = memblock_core_alloc(&model.mb, &req);
	int want = model_find(n, align);

	if (!place)
		return want < 0;
	memset(model.reserved + (place - BASE) / UNIT, 1, n);
	return want >= 0 && place == BASE + (u64)want * UNIT;
}

static bool model_step(void)
{
	u64 r = guarded_random(&model.state);
	unsigned int at = r % UNITS, n = (r >> 16) % 40;
	struct memblock_region range = {.base = BASE + at * UNIT, .nid = MAX_NUMNODES};
	bool memory = r >> 40 & 1, add = r >> 41 & 1;
	struct memblock_type *type = memory ? &model.mb.memory : &model.mb.reserved;

	if ((r >> 42) % 3 == 0)
		return model_allocate(1 + n / 4, 1u << (r >> 44) % 4);
	n = min(n, UNITS - at);
	range.size = n * UNIT;
	if (add ? memblock_core_add(&model.mb, type, &range)
		: memblock_core_remove(&model.mb, type, range.base, range.size))
		return false;
	memset((memory ? model.memory : model.reserved) + at, add, n);
	return true;
}

KTEST(memblock, random_steps)
{
	unsigned int round, step;

	for (round = 0; round < 8; round++) {
		memset(&model, 0, sizeof(model));
		make_empty(&model.mb);
		model.mb.bottom_up = round & 1;
		model.state = 88172645463325252ULL + round;
		for (step = 0; step < 150; step++) {
			if (!EXPECT(model_step() && model_agrees()))
				return;
		}
	}
}

/* Memory that may be unplugged is a region of its own, and used; what there is can be printed. */
KTEST(memblock, hotplug_and_dump)
{
	stand_in();
	memblock_add(16 * M, 16 * M);
	EXPECT_EQ(memblock_mark_hotplug(24 * M, 8 * M), 0);
	EXPECT_EQ(memblock.memory.cnt, 2);
	EXPECT(memblock_is_hotpluggable(&memblock.memory.regions[1]));
	EXPECT_EQ(memblock_phys_alloc(1 * M, 64), 31 * M);
	EXPECT_EQ(memblock_clear_hotplug(24 * M, 8 * M), 0);
	EXPECT_EQ(memblock.memory.cnt, 1);
	EXPECT_EQ(memblock_phys_alloc(1 * M, 64), 30 * M);
	memblock_dump_all();
	sound();
	stand_down();
}
