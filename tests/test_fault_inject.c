/* SPDX-License-Identifier: MIT */
/*
 * Faults on purpose: when lib/fault_inject.c says that a call fails, what failslab= and
 * fail_page_alloc= read, and that allocations then fail, cleanly and with Linux's words.
 * The last needs a start with one of the parameters: without, the short ways ask nobody.
 */
#include <cairn/init.h>
#include <cairn/test.h>
#include <linux/fault-inject.h>
#include <linux/gfp.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/percpu.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/vmalloc.h>
#include "../mm/fault_inject.h"
#include "../mm/page_table.h"

#define CALLS 200

/* The calls of CALLS, from 0, that fail; a bit each of the first 64, and how many in all. */
static unsigned int run(const char *setting, ssize_t size, u32 random, u64 *first)
{
	DECLARE_FAULT_ATTR(attr);
	unsigned int failed = 0;

	*first = 0;
	EXPECT(setup_fault_attr(&attr, setting));
	for (unsigned int i = 0; i < CALLS; i++) {
		if (!fault_is_due(&attr, size, random))
			continue;
		failed++;
		if (i < 64)
			*first |= 1ULL << i;
	}
	return failed;
}

/* Interval, probability, space and times, each alone and together. */
KTEST(fault, when_a_call_fails)
{
	static const struct {
		const char *setting;
		ssize_t size;
		u32 random;
		unsigned int failed;
		u64 first;
	} rows[] = {
		{"1,100,0,-1", 1, 99, CALLS, ~0ULL},
		{"0,100,0,-1", 1, 99, CALLS, ~0ULL},
		{"1,100,0,1", 1, 99, 1, 1},
		{"1,100,0,3", 1, 0, 3, 7},
		{"1,0,0,-1", 1, 0, 0, 0},
		{"1,100,0,0", 1, 0, 0, 0},
		{"10,100,0,-1", 1, 50, CALLS / 10, 0x0802008020080200},
		{"10,100,0,2", 1, 50, 2, 1 << 9 | 1 << 19},
		{"1,50,0,-1", 1, 49, CALLS, ~0ULL},
		{"1,50,0,-1", 1, 50, 0, 0},
		{"1,50,0,-1", 1, 1050, 0, 0},
		{"1,50,0,-1", 1, 1049, CALLS, ~0ULL},
		/* 64 are granted to calls of 10: six, for the seventh finds 4. */
		{"1,100,64,-1", 10, 0, CALLS - 6, ~0ULL << 6},
		{"1,100,64,1", 64, 0, 1, 1},
		{"2,100,30,2", 10, 0, 2, 1 << 3 | 1 << 5},
	};
	u64 first;

	for (unsigned int i = 0; i < ARRAY_SIZE(rows); i++) {
		EXPECT_EQ(run(rows[i].setting, rows[i].size, rows[i].random, &first),
			  rows[i].failed);
		EXPECT_EQ(first, rows[i].first);
	}
}

/* A text that is no four numbers is named, and changes nothing. */
KTEST(fault, text_that_is_no_setting)
{
	static const char *const bad[] = {"",
					  "1",
					  "1,2,3",
					  "1,2,3,4,5",
					  "a,2,3,4",
					  "1,,3,4",
					  "1,2,3,4x",
					  "1 2 3 4",
					  "-1,2,3,4",
					  "1,-2,3,4",
					  "1,2,3,4,",
					  ",,,",
					  "1,2,99999999999,4"};
	DECLARE_FAULT_ATTR(attr);

	for (unsigned int i = 0; i < ARRAY_SIZE(bad); i++) {
		EXPECT_REPORT("FAULT_INJECTION: failed to parse arguments") {
			EXPECT_EQ(setup_fault_attr(&attr, bad[i]), 0);
		}
	}
	EXPECT_EQ(attr.interval, 1);
	EXPECT_EQ(attr.probability, 0);
	EXPECT_EQ(atomic_read(&attr.times), 1);
	EXPECT_EQ(attr.verbose, 2);
	EXPECT_EQ(setup_fault_attr(&attr, "7,60,500,-1"), 1);
	EXPECT_EQ(attr.interval, 7);
	EXPECT_EQ(attr.probability, 60);
	EXPECT_EQ(atomic_read(&attr.space), 500);
	EXPECT_EQ(atomic_read(&attr.times), -1);
}

/* About as often as the probability says, by the numbers that should_fail() draws. */
KTEST(fault, probability)
{
	DECLARE_FAULT_ATTR(attr);
	unsigned int failed = 0;

	ASSERT(setup_fault_attr(&attr, "1,25,0,-1"));
	attr.verbose = 0;
	for (unsigned int i = 0; i < 10000; i++)
		failed += should_fail(&attr, 1);
	EXPECT(failed > 2000 && failed < 3000);
}

static bool needs_injection(void)
{
	if (!fault_injecting)
		ktest_skip("starts without failslab= and fail_page_alloc=");
	return fault_injecting;
}

/* Sets a filter for the while of a test; returns what to put back. */
static struct fault_filter fault_set(struct fault_filter *f, const char *setting)
{
	struct fault_filter old = *f;

	setup_fault_attr(&f->attr, setting);
	f->ignore_gfp_wait = false;
	f->ignore_gfp_highmem = true;
	f->min_order = 1;
	f->attr.verbose = 2;
	return old;
}

/* Objects fail by every call there is; the message is Linux's, and silent for __GFP_NOWARN. */
KTEST(fault, objects_fail)
{
	struct kmem_cache *cache = kmem_cache_create("t_fail", 200, 0, 0, NULL);
	struct fault_filter old;
	void *objs[8] = {NULL};

	ASSERT(cache);
	if (!needs_injection()) {
		kmem_cache_destroy(cache);
		return;
	}
	old = fault_set(&failslab, "1,100,0,-1");
	EXPECT_NO_REPORT() {
		EXPECT(!kmalloc(64, GFP_KERNEL));
	}
	EXPECT(ktest_reported("FAULT_INJECTION: forcing a failure.\n"
			      "name failslab, interval 1, probability 100, space 0, times -1\n"));
	EXPECT(ktest_reported("Call Trace:"));
	EXPECT_NO_REPORT() {
		EXPECT(!kmalloc(64, GFP_ATOMIC | __GFP_NOWARN));
	}
	EXPECT(!ktest_reported("FAULT_INJECTION"));
	EXPECT_EQ(setup_fault_attr(&failslab.attr, "1,100,0,1"), 1);
	EXPECT_NO_REPORT() {
		EXPECT(!kmalloc(64, GFP_KERNEL));
	}
	EXPECT(ktest_reported("space 0, times 1\n")); /* this one, and no more after it */
	EXPECT_EQ(atomic_read(&failslab.attr.times), 0);
	EXPECT_EQ(setup_fault_attr(&failslab.attr, "1,100,0,-1"), 1);
	failslab.attr.verbose = 0;
	EXPECT(!kmalloc(64, GFP_ATOMIC));
	EXPECT(!kzalloc(8192, GFP_KERNEL));
	EXPECT(!kmem_cache_alloc(cache, GFP_KERNEL));
	EXPECT_EQ(kmem_cache_alloc_bulk(cache, GFP_KERNEL, 8, objs), 0);
	EXPECT(!kstrdup("text", GFP_KERNEL));
	objs[0] = kmalloc(64, GFP_KERNEL | __GFP_NOFAIL);
	EXPECT(objs[0]);
	objs[1] = kmalloc(16384, GFP_KERNEL); /* pages */
	EXPECT(objs[1]);
	setup_fault_attr(&failslab.attr, "5,100,0,-1");
	EXPECT_EQ(kmem_cache_alloc_bulk(cache, GFP_KERNEL, 8, objs + 2), 0);
	failslab = old;
	kfree(objs[0]);
	kfree(objs[1]);
	EXPECT_EQ(kmem_cache_destroy(cache), 0);
}

/* What the filters leave out, by their defaults: who may wait, small blocks, high memory. */
KTEST(fault, filters)
{
	static const struct {
		gfp_t gfp;
		unsigned int order;
		bool fails;
	} rows[] = {
		{GFP_ATOMIC, 1, true},	{GFP_NOWAIT, 1, true},
		{GFP_ATOMIC, 0, false}, {GFP_KERNEL, 1, false},
		{GFP_NOIO, 3, false},	{GFP_ATOMIC | __GFP_HIGHMEM, 1, false},
		{GFP_NOWAIT, 3, true},	{GFP_NOWAIT | __GFP_NOFAIL, 1, false},
	};
	struct fault_filter old_pages = fail_page_alloc, old_slabs = failslab;

	if (!needs_injection())
		return;
	fault_set(&fail_page_alloc, "1,100,0,-1");
	fault_set(&failslab, "1,100,0,-1");
	fail_page_alloc.ignore_gfp_wait = failslab.ignore_gfp_wait = true;
	fail_page_alloc.attr.verbose = failslab.attr.verbose = 0;
	for (unsigned int i = 0; i < ARRAY_SIZE(rows); i++) {
		struct page *page = alloc_pages(rows[i].gfp, rows[i].order);

		EXPECT_EQ(!page, rows[i].fails);
		if (page)
			__free_pages(page, rows[i].order);
	}
	for (unsigned int atomic = 0; atomic < 2; atomic++) {
		void *obj = kmalloc(100, atomic ? GFP_ATOMIC : GFP_KERNEL);

		EXPECT_EQ(!obj, atomic);
		kfree(obj);
	}
	fail_page_alloc = old_pages;
	failslab = old_slabs;
}

/* Without pages, caches and vmalloc() fail whole, and what they had is free again. */
KTEST(fault, pages_fail)
{
	struct fault_filter old = fail_page_alloc;
	void *area = NULL;

	if (!needs_injection())
		return;
	fault_set(&fail_page_alloc, "1,100,0,-1");
	fail_page_alloc.min_order = 0;
	fail_page_alloc.ignore_gfp_highmem = false;
	EXPECT_NO_REPORT() {
		EXPECT(!alloc_page(GFP_KERNEL));
	}
	EXPECT(ktest_reported(
		"name fail_page_alloc, interval 1, probability 100, space 0, times -1\n"));
	EXPECT(ktest_reported("fault_pages_fail"));
	fail_page_alloc.attr.verbose = 0;
	EXPECT(!alloc_pages(GFP_KERNEL, 3));
	EXPECT(!alloc_pages(GFP_DMA, 0));
	EXPECT(!__get_free_page(GFP_ATOMIC));
	EXPECT(!kmalloc(65536, GFP_KERNEL));
	EXPECT_REPORT("vmalloc error: size 65536, failed to allocate pages") {
		area = vmalloc(65536);
	}
	EXPECT(!area);
	/* The 40th of single pages: those that came before it go back. */
	setup_fault_attr(&fail_page_alloc.attr, "40,100,0,1");
	EXPECT_REPORT("vmalloc error") {
		area = __vmalloc(64 * PAGE_SIZE, GFP_KERNEL);
		if (area) /* in larger blocks than one */
			pr_err("vmalloc error: none\n");
	}
	vfree(area);
	fail_page_alloc = old;
}

/* Of the tables above a page the second or third cannot be had: those that were made go again. */
KTEST(fault, page_tables_fail)
{
	unsigned long at = VMALLOC_START + 40 * PGDIR_SIZE, before = vm_stat(NR_PAGETABLE_PAGES);

	if (!needs_injection())
		return;
	for (unsigned int n = 1; n <= 3; n++) {
		fault_nth_begin(n, 1, false);
		EXPECT(!pt_pin_leaf(at));
		EXPECT_EQ(fault_nth_end(), n);
		EXPECT_EQ(vm_stat(NR_PAGETABLE_PAGES), before);
		EXPECT(!pgd_present(*pgd_offset_k(at)));
	}
}

/* However far vmap() got with many pages: it has no addresses then, and no page tables. */
KTEST(fault, vmap_fails)
{
	unsigned int count = 4 * PTRS_PER_PTE, n = 0;
	struct page **pages = kmalloc_array(count, sizeof(*pages), GFP_KERNEL);
	struct page *page = alloc_page(GFP_KERNEL);
	void *p = NULL;

	if (!needs_injection())
		goto free;
	ASSERT(pages && page);
	memset64((u64 *)pages, (u64)page, count);
	while (!p && n++ < 20) {
		fault_nth_begin(n, 1, false);
		p = vmap(pages, count, VM_MAP, PAGE_KERNEL);
		EXPECT_EQ(fault_nth_end() < n, p != NULL);
	}
	EXPECT(p && n > 3);
	vunmap(p);
free:
	if (page)
		__free_page(page);
	kfree(pages);
}

/* The n-th allocation fails, once, of whatever kind it is; __GFP_NOFAIL is not counted. */
KTEST(fault, the_nth)
{
	void *a, *b, *c, *d;
	u32 __percpu *p;

	if (!needs_injection())
		return;
	fault_nth_begin(2, 1, false);
	a = kmalloc(64, GFP_KERNEL | __GFP_NOFAIL);
	b = kmalloc(64, GFP_KERNEL);
	c = (void *)__get_free_page(GFP_KERNEL);
	d = kmalloc(64, GFP_KERNEL);
	EXPECT(fault_nth_passed());
	EXPECT(!fault_nth_passed());
	EXPECT(fault_nth_end() >= 3);
	EXPECT(a && b && d);
	EXPECT(!c);
	fault_nth_begin(1, 1, false);
	p = alloc_percpu(u32);
	fault_nth_end();
	EXPECT(!p);
	/* Three in a row, and four that are over when the second is noticed. */
	fault_nth_begin(1, 3, false);
	for (unsigned int i = 0; i < 3; i++)
		EXPECT(!alloc_page(GFP_KERNEL));
	c = (void *)__get_free_page(GFP_KERNEL);
	fault_nth_begin(1, 4, false);
	for (unsigned int i = 0; i < 2; i++)
		EXPECT(!alloc_page(GFP_KERNEL));
	EXPECT(fault_nth_passed());
	EXPECT(c);
	free_page((unsigned long)c);
	c = (void *)__get_free_page(GFP_KERNEL);
	fault_nth_end();
	EXPECT(c);
	free_page((unsigned long)c);
	kfree(a);
	kfree(b);
	kfree(d);
}
