/* SPDX-License-Identifier: MIT */
/*
 * make KASAN=1: mistakes that the allocators do not see, each made on purpose, and what
 * the report says of it.  The access is made all the same, and nothing is lost.
 *
 * In other builds these are skipped.  The port to a process has tests/hosted/kasan.c
 * in their place, since there each mistake is the last.
 */
#include <linux/align.h>
#include <linux/gfp.h>
#include <linux/kasan.h>
#include <linux/kernel.h>
#include <linux/mempool.h>
#include <linux/mm.h>
#include <linux/percpu.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/vmalloc.h>
#include <cairn/test.h>
#include "../mm/slab.h"

#define NEEDS_KASAN()                                            \
	do {                                                     \
		if (!kasan_enabled()) {                          \
			ktest_skip("not built by make KASAN=1"); \
			return;                                  \
		}                                                \
	} while (0)

/* What the compiler must not know. */
static void *hide(void *p)
{
	OPTIMIZER_HIDE_VAR(p);
	return p;
}

static size_t hide_size(size_t size)
{
	OPTIMIZER_HIDE_VAR(size);
	return size;
}

#define LOAD(type, p, at)	  READ_ONCE(((type *)hide(p))[at])
#define STORE(type, p, at, value) WRITE_ONCE(((type *)hide(p))[at], value)

#define EXPECT_KASAN(kind)	  EXPECT_REPORT("BUG: KASAN: " kind " in kasan_")

/* ---- Objects --------------------------------------------------------------------------- */

/* The report names the access, who made it, the object, and who allocated and freed that. */
KTEST(kasan, use_after_kfree)
{
	char line[80];
	u64 *p;

	NEEDS_KASAN();
	p = kmalloc(64, GFP_KERNEL);
	ASSERT(p);
	p[3] = 0x1234;
	kfree(p);
	EXPECT_KASAN("slab-use-after-free")
	{
		EXPECT_EQ(LOAD(u64, p, 3), 0x1234);
	}
	EXPECT(ktest_reported("slab-use-after-free in kasan_use_after_kfree+0x"));
	snprintf(line, sizeof(line), "Read of size 8 at addr %px by task ", &p[3]);
	EXPECT(ktest_reported(line));
	EXPECT(ktest_reported("Allocated by task "));
	EXPECT(ktest_reported("Freed by task "));
	EXPECT(ktest_reported(" kfree+0x"));
	EXPECT(ktest_reported(" which belongs to the cache kmalloc-64 of size 64"));
	EXPECT(ktest_reported("The buggy address is located 24 bytes inside of\n"));
	EXPECT(ktest_reported(": fb fb fb fb"));
	EXPECT_KASAN("slab-use-after-free")
	{
		STORE(u8, p, 63, 1);
	}
	EXPECT(ktest_reported("Write of size 1 at addr "));
}

/* One byte more than was asked for, however much more the object has. */
KTEST(kasan, one_byte_behind_kmalloc)
{
	static const size_t sizes[] = {1, 7, 8, 13, 64, 100, 192, 4096, 8192, 8193, 70000};
	unsigned int i;

	NEEDS_KASAN();
	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		u8 *p = kmalloc(hide_size(sizes[i]), GFP_KERNEL);

		ASSERT(p);
		EXPECT_NO_REPORT() {
			STORE(u8, p, 0, 1);
			STORE(u8, p, sizes[i] - 1, 1);
		}
		EXPECT_KASAN("slab-out-of-bounds")
		{
			(void)LOAD(u8, p, sizes[i]);
		}
		kfree(p);
	}
}

/* The same where the size is a constant, and across the end, and in front. */
KTEST(kasan, around_kmalloc_of_a_constant)
{
	u8 *p, *q;

	NEEDS_KASAN();
	p = kmalloc(20, GFP_KERNEL);
	q = kzalloc(20, GFP_KERNEL);
	ASSERT(p && q);
	EXPECT_KASAN("slab-out-of-bounds")
	{
		(void)LOAD(u8, p, 20);
	}
	EXPECT_KASAN("slab-out-of-bounds")
	{
		(void)LOAD(u32, p + 18, 0);
	}
	EXPECT(ktest_reported("Read of size 4 at addr "));
	EXPECT_KASAN("slab-out-of-bounds")
	{
		STORE(u64, q + 16, 0, 0);
	}
	EXPECT_KASAN("slab-out-of-bounds")
	{
		(void)LOAD(u8, max(p, q), -1);
	}
	EXPECT_NO_REPORT() {
		(void)LOAD(u32, p + 16, 0);
	}
	kfree(p);
	kfree(q);
}

/* ksize() gives all of an object to who asks; krealloc() takes the rest away again. */
KTEST(kasan, the_size_follows_krealloc)
{
	u8 *p;

	NEEDS_KASAN();
	p = kmalloc(40, GFP_KERNEL);
	ASSERT(p);
	EXPECT_EQ(ksize(p), 64);
	EXPECT_NO_REPORT() {
		STORE(u8, p, 63, 1);
	}
	p = krealloc(p, 50, GFP_KERNEL);
	EXPECT_NO_REPORT() {
		STORE(u8, p, 49, 1);
	}
	EXPECT_KASAN("slab-out-of-bounds")
	{
		STORE(u8, p, 50, 1);
	}
	EXPECT_NO_REPORT() {
		p = krealloc(p, 500, GFP_KERNEL);
		STORE(u8, p, 499, 1);
	}
	kfree(p);
}

KTEST(kasan, objects_of_a_cache)
{
	struct kmem_cache *cache;
	u8 *p;

	NEEDS_KASAN();
	cache = kmem_cache_create("t_kasan", 24, 0, 0, NULL);
	ASSERT(cache);
	p = kmem_cache_alloc(cache, GFP_KERNEL);
	ASSERT(p);
	EXPECT_KASAN("slab-out-of-bounds")
	{
		(void)LOAD(u8, p, 24);
	}
	kmem_cache_free(cache, p);
	EXPECT_KASAN("slab-use-after-free")
	{
		(void)LOAD(u8, p, 0);
	}
	EXPECT(ktest_reported("the cache t_kasan of size 24"));
	kmem_cache_destroy(cache);
	EXPECT_KASAN("use-after-free")
	{
		(void)LOAD(u8, p, 0);
	}
}

/* Behind the last object of a slab, too, there is nothing of anybody's. */
KTEST(kasan, the_end_of_a_slab)
{
	const struct slab_geometry *g;
	struct kmem_cache *cache;
	u8 *p, *behind;

	NEEDS_KASAN();
	cache = kmem_cache_create("t_kasan_end", 5000, 0, 0, NULL);
	ASSERT(cache);
	g = &slab_cache_of(cache)->g;
	p = kmem_cache_alloc(cache, GFP_KERNEL);
	ASSERT(p);
	behind = (u8 *)ALIGN_DOWN((unsigned long)p, g->mask + 1UL) + (size_t)g->nr * g->stride;
	ASSERT((size_t)g->nr * g->stride + 8 < g->mask);
	EXPECT_KASAN("slab-out-of-bounds")
	{
		(void)LOAD(u8, behind, 8);
	}
	kmem_cache_free(cache, p);
	EXPECT_EQ(kmem_cache_destroy(cache), 0);
}

/* What SLAB_TYPESAFE_BY_RCU promises its readers is no mistake. */
KTEST(kasan, type_stable_objects_may_be_read)
{
	struct kmem_cache *cache;
	u64 *p;

	NEEDS_KASAN();
	cache = kmem_cache_create("t_stable", 32, 0, SLAB_TYPESAFE_BY_RCU, NULL);
	ASSERT(cache);
	p = kmem_cache_alloc(cache, GFP_KERNEL);
	ASSERT(p);
	p[2] = 7;
	kmem_cache_free(cache, p);
	EXPECT_NO_REPORT() {
		EXPECT_EQ(LOAD(u64, p, 2), 7);
	}
	EXPECT_KASAN("slab-out-of-bounds")
	{
		(void)LOAD(u64, p, 4);
	}
	EXPECT_EQ(kmem_cache_destroy(cache), 0);
}

KTEST(kasan, elements_in_a_pool)
{
	mempool_t *pool;
	u64 *element;

	NEEDS_KASAN();
	pool = mempool_create_kmalloc_pool(1, 48);
	ASSERT(pool);
	element = pool->elements[0];
	EXPECT_KASAN("slab-use-after-free")
	{
		(void)LOAD(u64, element, 5);
	}
	mempool_destroy(pool);
}

/* Block operations are checked from their first byte to their last. */
KTEST(kasan, block_operations)
{
	char *p, *q;

	NEEDS_KASAN();
	p = kmalloc(1000, GFP_KERNEL);
	q = kmalloc(1000, GFP_KERNEL);
	ASSERT(p && q);
	EXPECT_NO_REPORT() {
		memset(hide(p), 1, hide_size(1000));
		memcpy(hide(q), hide(p), hide_size(1000));
	}
	EXPECT_KASAN("slab-out-of-bounds")
	{
		memset(hide(p), 1, hide_size(1001));
	}
	EXPECT(ktest_reported("Write of size 1001 at addr "));
	/* It names who called this test: to a compiler, who asks. */
	EXPECT_REPORT("BUG: KASAN: slab-out-of-bounds in ") {
		kasan_check_write(p, 1UL << 46);
	}
	EXPECT_REPORT("BUG: KASAN: out-of-bounds in ") {
		kasan_check_write(p, hide_size((size_t)-1));
	}
	EXPECT(ktest_reported("Write of size 18446744073709551615 at addr "));
	kfree(p);
	EXPECT_KASAN("slab-use-after-free")
	{
		memcpy(hide(q), hide(p), hide_size(1000));
	}
	EXPECT(ktest_reported("Read of size 1000 at addr "));
	EXPECT_KASAN("slab-use-after-free")
	{
		memmove(hide(p), hide(q), hide_size(100));
	}
	kfree(q);
}

/* ---- Pages, vmalloc(), per-CPU --------------------------------------------------------- */

KTEST(kasan, pages)
{
	struct page *page;
	u8 *p;

	NEEDS_KASAN();
	p = (u8 *)__get_free_page(GFP_KERNEL);
	ASSERT(p);
	free_page((unsigned long)p);
	EXPECT_KASAN("use-after-free")
	{
		(void)LOAD(u8, p, 4095);
	}
	page = alloc_pages(GFP_KERNEL, 6);
	ASSERT(page);
	p = page_address(page);
	EXPECT_NO_REPORT() {
		STORE(u8, p, (PAGE_SIZE << 6) - 1, 1);
	}
	__free_pages(page, 6);
	EXPECT_KASAN("use-after-free")
	{
		STORE(u64, p, 0, 1);
	}
}

KTEST(kasan, vmalloc)
{
	u8 *p;

	NEEDS_KASAN();
	p = vmalloc(hide_size(5000));
	ASSERT(p);
	EXPECT_NO_REPORT() {
		memset(hide(p), 1, hide_size(5000));
	}
	EXPECT_KASAN("vmalloc-out-of-bounds")
	{
		(void)LOAD(u8, p, 5000);
	}
	vfree(p);
	p = vmalloc_user(5000);
	ASSERT(p);
	EXPECT_NO_REPORT() {
		(void)LOAD(u8, p, 8191);
	}
	vfree(p);
}

KTEST(kasan, percpu)
{
	u8 __percpu *all;
	unsigned int cpu;
	u8 *p = NULL;

	NEEDS_KASAN();
	all = __alloc_percpu(20, 4);
	ASSERT(all);
	for_each_possible_cpu(cpu) {
		p = per_cpu_ptr(all, cpu);
		EXPECT_NO_REPORT() {
			STORE(u8, p, 19, 1);
		}
		EXPECT_KASAN("percpu-out-of-bounds")
		{
			(void)LOAD(u8, p, 20);
		}
	}
	free_percpu(all);
	EXPECT_KASAN("percpu-out-of-bounds")
	{
		(void)LOAD(u8, p, 0);
	}
}

/* ---- Variables ------------------------------------------------------------------------- */

static u8 variable[13];

KTEST(kasan, variables)
{
	NEEDS_KASAN();
	EXPECT_NO_REPORT() {
		STORE(u8, variable, 12, 1);
	}
	EXPECT_KASAN("global-out-of-bounds")
	{
		(void)LOAD(u8, variable, 13);
	}
	EXPECT(ktest_reported("variable+0xd"));
}
