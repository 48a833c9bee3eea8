/* SPDX-License-Identifier: MIT */
/*
 * cairn-kasan [CASE] - touch memory that is nobody's, so that AddressSanitizer ends the process
 *
 * Without a case, the names of all, each with the access it makes: "r" or "w", and
 * its bytes; "-" if it is none of AddressSanitizer's business.  tests/hosted/kasan.py
 * runs each and reads the report.
 */
#include <linux/align.h>
#include <linux/gfp.h>
#include <linux/kernel.h>
#include <linux/mempool.h>
#include <linux/mm.h>
#include <linux/percpu.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/vmalloc.h>
#include <cairn/start.h>
#include "../../arch/hosted/hosted.h"
#include "../../mm/slab.h"

/* What the compiler must not know. */
static void *hide(void *p)
{
	OPTIMIZER_HIDE_VAR(p);
	return p;
}

#define LOAD(type, p, at)	  ((void)READ_ONCE(((type *)hide(p))[at]))
#define STORE(type, p, at, value) WRITE_ONCE(((type *)hide(p))[at], value)

/* ---- Objects --------------------------------------------------------------------------- */

static noinline void read_after_kfree(void)
{
	u64 *p = kmalloc(64, GFP_KERNEL);

	kfree(p);
	LOAD(u64, p, 3);
}

static noinline void write_after_kfree(void)
{
	u32 *p = kzalloc(100, GFP_KERNEL);

	kfree(p);
	STORE(u32, p, 0, 1);
}

static noinline void read_behind_kmalloc(void)
{
	u8 *p = kmalloc(13, GFP_KERNEL);

	LOAD(u8, p, 12);
	LOAD(u8, p, 13);
}

static noinline void write_behind_kmalloc_of_its_class(void)
{
	u8 *p = kmalloc(64, GFP_KERNEL);

	STORE(u8, p, 63, 1);
	STORE(u8, p, 64, 1);
}

static noinline void write_before_kmalloc(void)
{
	u8 *first = kmalloc(64, GFP_KERNEL), *p = kmalloc(64, GFP_KERNEL);

	STORE(u8, max(first, p), -1, 1);
}

static noinline void read_behind_variable_size(void)
{
	size_t size = (size_t)hide((void *)200);
	u8 *p = kmalloc(size, GFP_ATOMIC);

	LOAD(u8, p, 199);
	LOAD(u8, p, 200);
}

static noinline void read_behind_large_kmalloc(void)
{
	u8 *p = kmalloc(10000, GFP_KERNEL);

	LOAD(u8, p, 9999);
	LOAD(u8, p, 10000);
}

static noinline void read_after_shrinking(void)
{
	u8 *p = kmalloc(64, GFP_KERNEL);

	p = krealloc(p, 20, GFP_KERNEL);
	LOAD(u8, p, 19);
	LOAD(u8, p, 20);
}

static noinline void memset_behind_kmalloc(void)
{
	void *p = kmalloc(100, GFP_KERNEL);

	memset(hide(p), 0, (size_t)hide((void *)100));
	memset(hide(p), 0, (size_t)hide((void *)101));
}

static noinline void memcpy_from_freed(void)
{
	char copy[40];
	void *p = kmalloc(40, GFP_KERNEL);

	kfree(p);
	memcpy(hide(copy), hide(p), (size_t)hide((void *)40));
}

static noinline void read_after_kmem_cache_free(void)
{
	struct kmem_cache *cache = kmem_cache_create("t_kasan", 24, 0, 0, NULL);
	u16 *p = kmem_cache_alloc(cache, GFP_KERNEL);

	kmem_cache_free(cache, p);
	LOAD(u16, p, 11);
}

static noinline void read_behind_last_object_of_slab(void)
{
	struct kmem_cache *cache = kmem_cache_create("t_kasan", 5000, 0, 0, NULL);
	const struct slab_geometry *g = &slab_cache_of(cache)->g;
	unsigned long p = (unsigned long)kmem_cache_alloc(cache, GFP_KERNEL);

	LOAD(u8, (void *)ALIGN_DOWN(p, g->mask + 1UL), g->nr * g->stride + 8);
}

static noinline void read_behind_object(void)
{
	struct kmem_cache *cache = kmem_cache_create("t_kasan", 24, 0, 0, NULL);
	u8 *p = kmem_cache_alloc(cache, GFP_KERNEL);

	LOAD(u8, p, 23);
	LOAD(u8, p, 24);
}

static noinline void read_element_in_pool(void)
{
	mempool_t *pool = mempool_create_kmalloc_pool(1, 48);
	u64 *p = mempool_alloc(pool, GFP_KERNEL), *q;

	pool->alloc(GFP_KERNEL, pool->pool_data);
	q = pool->elements[0];
	LOAD(u64, p, 0);
	LOAD(u64, q, 0);
}

static noinline void read_page_in_pool(void)
{
	mempool_t *pool = mempool_create_page_pool(1, 0);

	LOAD(u8, page_address(pool->elements[0]), 100);
}

/* ---- Pages, vmalloc(), per-CPU --------------------------------------------------------- */

static noinline void read_after_free_page(void)
{
	u8 *p = (u8 *)__get_free_page(GFP_KERNEL);

	LOAD(u8, p, 4095);
	free_page((unsigned long)p);
	LOAD(u8, p, 4095);
}

static noinline void write_after_free_pages(void)
{
	struct page *block = alloc_pages(GFP_KERNEL, 5);
	u64 *p = page_address(block);

	__free_pages(block, 5);
	STORE(u64, p, 512, 1);
}

static noinline void read_behind_vmalloc(void)
{
	u8 *p = vmalloc(5000);

	LOAD(u8, p, 4999);
	LOAD(u8, p, 5000);
}

static noinline void read_after_vfree(void)
{
	u32 *p = vmalloc(4096);

	vfree(p);
	LOAD(u32, p, 0);
}

static noinline void read_behind_percpu(void)
{
	u8 *p = per_cpu_ptr((u8 *)__alloc_percpu(20, 4), 0);

	LOAD(u8, p, 19);
	LOAD(u8, p, 20);
}

static noinline void read_after_free_percpu(void)
{
	u64 __percpu *all = alloc_percpu(u64);
	u64 *p = per_cpu_ptr(all, 0);

	free_percpu(all);
	LOAD(u64, p, 0);
}

/* ---- What is all right, and what others see to ----------------------------------------- */

/* The allocator itself says so, and refuses, on every machine. */
static noinline void free_twice(void)
{
	void *p = kmalloc(64, GFP_KERNEL);

	kfree(p);
	kfree(hide(p));
}

static void fill(void *p, size_t size)
{
	memset(p, 0x5a, (size_t)hide((void *)size));
}

/* Objects that go through caches, depots and slabs, and blocks that are split and merged. */
static noinline void no_mistake(void)
{
	static void *p[4000];

	for (unsigned int round = 0; round < 3; round++) {
		for (unsigned int i = 0; i < ARRAY_SIZE(p); i++) {
			p[i] = kmalloc(1 + i * 7 % 9000, GFP_KERNEL);
			fill(p[i], 1 + i * 7 % 9000);
			if (i % 3 == 0)
				p[i] = krealloc(p[i], 1 + i * 5 % 9000, GFP_KERNEL);
			if (i % 5 == 0)
				fill(p[i], ksize(p[i]));
		}
		for (unsigned int i = 0; i < ARRAY_SIZE(p); i++)
			kfree(p[i]);
		kmem_cache_drain_all();
	}
}

#define CASE(name, access)          \
	{                           \
#name, access, name \
	}
static const struct {
	const char *name, *access;
	void (*fn)(void);
} cases[] = {
	CASE(read_after_kfree, "r8"),
	CASE(write_after_kfree, "w4"),
	CASE(read_behind_kmalloc, "r1"),
	CASE(write_behind_kmalloc_of_its_class, "w1"),
	CASE(write_before_kmalloc, "w1"),
	CASE(read_behind_variable_size, "r1"),
	CASE(read_behind_large_kmalloc, "r1"),
	CASE(read_after_shrinking, "r1"),
	CASE(memset_behind_kmalloc, "w101"),
	CASE(memcpy_from_freed, "r40"),
	CASE(read_after_kmem_cache_free, "r2"),
	CASE(read_behind_object, "r1"),
	CASE(read_behind_last_object_of_slab, "r1"),
	CASE(read_element_in_pool, "r8"),
	CASE(read_page_in_pool, "r1"),
	CASE(read_after_free_page, "r1"),
	CASE(write_after_free_pages, "w8"),
	CASE(read_behind_vmalloc, "r1"),
	CASE(read_after_vfree, "r4"),
	CASE(read_behind_percpu, "r1"),
	CASE(read_after_free_percpu, "r8"),
	CASE(free_twice, "-"),
	CASE(no_mistake, "-"),
};

int hosted_program(int argc, char **argv)
{
	machine_start(machine_describe("", NULL, 0));
	for (unsigned int i = 0; i < ARRAY_SIZE(cases); i++) {
		if (argc < 2)
			pr_info("case %s %s\n", cases[i].name, cases[i].access);
		else if (!strcmp(argv[1], cases[i].name))
			cases[i].fn();
	}
	return 0;
}
