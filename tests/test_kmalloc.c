/* SPDX-License-Identifier: MIT */
/*
 * kmalloc and what is made of it: every size class by size, alignment, zone and
 * contents; large blocks; each misuse of kfree() by its report; the arithmetic
 * of arrays; krealloc, kvmalloc and the copies of strings.
 */
#include <cairn/test.h>
#include <linux/kernel.h>
#include <linux/kmemleak.h>
#include <linux/log2.h>
#include <linux/malloc.h>
#include <linux/mm.h>
#include <linux/poison.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/vmalloc.h>
#include "slab_test.h"

static const unsigned int classes[] = {8,   16,	 32,   64,   96,   128, 192,
				       256, 512, 1024, 2048, 4096, 8192};

/* The class that a size must get: the smallest that holds it. */
static unsigned int class_of(size_t size)
{
	unsigned int i;

	for (i = 0; classes[i] < size; i++)
		;
	return classes[i];
}

/* Guard pages have objects of no class. */
static size_t size_of(const void *p, size_t size)
{
	return is_kfence_address(p) ? ALIGN(size, 8) : class_of(size);
}

KTEST(kmalloc, size_classes)
{
	size_t size;

	for (size = 1; size <= 8192; size++) {
		void *p = kmalloc(size, GFP_KERNEL);

		ASSERT(p);
		if (!EXPECT_EQ(ksize(p), size_of(p, size)))
			pr_info("# size %zu\n", size);
		EXPECT_EQ(kmalloc_size_roundup(size), class_of(size));
		EXPECT(size < 8 || kmalloc_class(size) < KMALLOC_NR_CLASSES);
		kfree(p);
	}
	EXPECT_EQ(ksize(NULL), 0);
	EXPECT_EQ(kmalloc_size_roundup(0), 0);
	EXPECT_EQ(kmalloc_size_roundup(8193), 16384);
	EXPECT_EQ(kmalloc_size_roundup(KMALLOC_MAX_SIZE + 1), KMALLOC_MAX_SIZE + 1);
	EXPECT(!slab_check_all());
}

/* The sizes that the compiler knows take another way to the same classes. */
#define CONSTANT_SIZE(size)                                \
	do {                                               \
		void *__p = kmalloc(size, GFP_KERNEL);     \
                                                           \
		ASSERT(__p);                               \
		EXPECT_EQ(ksize(__p), size_of(__p, size)); \
		kfree(__p);                                \
		__p = kzalloc(size, GFP_ATOMIC);           \
		EXPECT(__p && !memchr_inv(__p, 0, size));  \
		memset(__p, 0xff, size);                   \
		kfree(__p);                                \
	} while (0)

KTEST(kmalloc, constant_sizes)
{
	int i;

	for (i = 0; i < 3; i++) {
		CONSTANT_SIZE(1);
		CONSTANT_SIZE(8);
		CONSTANT_SIZE(9);
		CONSTANT_SIZE(32);
		CONSTANT_SIZE(33);
		CONSTANT_SIZE(60);
		CONSTANT_SIZE(64);
		CONSTANT_SIZE(65);
		CONSTANT_SIZE(97);
		CONSTANT_SIZE(100);
		CONSTANT_SIZE(129);
		CONSTANT_SIZE(193);
		CONSTANT_SIZE(1000);
		CONSTANT_SIZE(4096);
		CONSTANT_SIZE(8192);
	}
}

/* Blocks of each class are aligned, disjoint, and keep what is written to them. */
static void fill_class(size_t size, unsigned int n)
{
	unsigned long align = is_power_of_2(size) ? size : 8;
	u8 **p = kvcalloc(n, sizeof(*p), GFP_KERNEL);
	unsigned int i;

	ASSERT(p);
	for (i = 0; i < n; i++) {
		p[i] = kmalloc(size, GFP_KERNEL);
		ASSERT(p[i]);
		EXPECT_EQ((unsigned long)p[i] % align, 0);
		memset(p[i], (int)(i ^ 0x5a), size);
	}
	for (i = 0; i < n; i++)
		EXPECT(!memchr_inv(p[i], (int)((i ^ 0x5a) & 0xff), size));
	EXPECT(!slab_check_all());
	for (i = 0; i < n; i++)
		kfree(p[(i * 7 + 3) % n]);
	EXPECT(!slab_check_all());
	kvfree(p);
}

KTEST(kmalloc, alignment_and_contents)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(classes); i++)
		fill_class(classes[i], classes[i] <= 512 ? 2000 : 400);
	fill_class(100, 2000);
}

KTEST(kmalloc, zero_size)
{
	size_t none = 0;

	EXPECT(kmalloc(0, GFP_KERNEL) == ZERO_SIZE_PTR);
	EXPECT(kmalloc(none, GFP_KERNEL) == ZERO_SIZE_PTR);
	EXPECT(kzalloc(none, GFP_KERNEL) == ZERO_SIZE_PTR);
	EXPECT(kcalloc(none, 8, GFP_KERNEL) == ZERO_SIZE_PTR);
	EXPECT_EQ(ksize(ZERO_SIZE_PTR), 0);
	EXPECT_NO_REPORT() {
		kfree(ZERO_SIZE_PTR);
		kfree(NULL);
		kfree_sensitive(NULL);
		kfree_sensitive(ZERO_SIZE_PTR);
		kvfree(NULL);
	}
}

KTEST(kmalloc, large_blocks)
{
	unsigned long live = slab_live_objects();
	size_t size;

	if (ktest_lacks_memory(14)) /* in which there is a block of 4 MiB */
		return;
	for (size = 8193; size <= KMALLOC_MAX_SIZE; size = size * 2 - 1) {
		u8 *p = kmalloc(size, GFP_KERNEL);

		ASSERT(p);
		EXPECT(PAGE_ALIGNED(p));
		EXPECT_EQ(ksize(p), roundup_pow_of_two(size));
		EXPECT_EQ(slab_live_objects(), live + 1 + kmemleak_enabled()); /* its record */
		memset(p, 0x77, size);
		kfree(p);
		p = kzalloc(size, GFP_KERNEL);
		EXPECT(p && !memchr_inv(p, 0, size));
		kfree(p);
	}
	EXPECT_EQ(slab_live_objects(), live);
	EXPECT_REPORT("kmalloc: 4194305 bytes are more than") {
		EXPECT(!kmalloc(KMALLOC_MAX_SIZE + 1, GFP_KERNEL));
	}
	EXPECT_NO_REPORT() {
		EXPECT(!kmalloc(~0UL, GFP_KERNEL | __GFP_NOWARN));
		EXPECT(!kmalloc(5 << 20, GFP_KERNEL | __GFP_NOWARN));
	}
}

KTEST(kmalloc, dma_memory)
{
	size_t size;

	for (size = 8; size <= 1 << 20; size *= 2) {
		void *p = kmalloc(size, GFP_KERNEL | GFP_DMA);

		ASSERT(p);
		EXPECT(virt_to_phys(p) + size <= 16 << 20);
		EXPECT_EQ(ksize(p), size);
		memset(p, 0xd0, size);
		kfree(p);
	}
	EXPECT(!slab_check_all());
}

KTEST(kmalloc, highmem_is_refused)
{
	EXPECT_REPORT("__GFP_HIGHMEM") {
		EXPECT(!kmalloc(64, GFP_KERNEL | __GFP_HIGHMEM));
	}
	EXPECT_REPORT("__GFP_HIGHMEM") {
		EXPECT(!kmalloc(100000, GFP_HIGHUSER));
	}
}

KTEST(kmalloc, sleeping_where_it_must_not)
{
	void *p = NULL;

	preempt_disable();
	EXPECT_REPORT("sleeping function called from invalid context") {
		p = kmalloc(64, GFP_KERNEL);
	}
	preempt_enable();
	kfree(p);
	preempt_disable();
	EXPECT_NO_REPORT() {
		p = kmalloc(64, GFP_ATOMIC);
	}
	preempt_enable();
	kfree(p);
}

/* ---- Misuse of kfree() ----------------------------------------------------------------- */

KTEST(kmalloc, double_free)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(classes); i++) {
		void *p = kmalloc_in_slab(classes[i]), *other;
		char report[64];

		ASSERT(p);
		snprintf(report, sizeof(report), "BUG kmalloc-%u: Object already free", classes[i]);
		kfree(p);
		EXPECT_REPORT(report) {
			kfree(p);
		}
		other = kmalloc(classes[i], GFP_KERNEL);
		kfree(other);
		EXPECT_REPORT("Object already free") {
			kfree_sensitive(p);
		}
		EXPECT(!slab_check_all());
	}
}

KTEST(kmalloc, double_free_of_a_large_block)
{
	void *p = kmalloc(100000, GFP_KERNEL);

	ASSERT(p);
	kfree(p);
	EXPECT_REPORT("is free already") {
		kfree(p);
	}
}

KTEST(kmalloc, middle_of_an_object)
{
	unsigned int i, at;

	for (i = 0; i < ARRAY_SIZE(classes); i++) {
		char *p = kmalloc_in_slab(classes[i]);

		ASSERT(p);
		for (at = 1; at < classes[i]; at = at * 2 + 1) {
			EXPECT_REPORT("Invalid object pointer") {
				kfree(p + at);
			}
		}
		EXPECT(!slab_check_all());
		kfree(p);
	}
}

KTEST(kmalloc, middle_of_a_large_block)
{
	char *p = kmalloc(100000, GFP_KERNEL);

	ASSERT(p);
	EXPECT_REPORT("lies in the middle of a large block") {
		kfree(p + 8);
	}
	EXPECT_REPORT("lies in the middle of a large block") {
		kfree(p + 8192);
	}
	kfree(p);
}

KTEST(kmalloc, never_given)
{
	unsigned long page = __get_free_page(GFP_KERNEL), i;
	void *area = vmalloc(PAGE_SIZE);
	static u64 in_image;
	u64 on_stack[8];
	const void *wild[] = {
		&in_image,
		on_stack,
		(void *)page,
		(void *)(page + 64),
		area,
		direct_map_to_page(page),
		(void *)24,
		(void *)0x7fff12345678,
		(void *)0x0000800000000000,
		(void *)0x4000000000000000,
		(void *)0xff00000000000000,
		(void *)0xffc4440000001000, /* its descriptor address lies in the direct map */
		(void *)0xffff7fffffffff00,
		(void *)PAGE_OFFSET,
		(void *)(PAGE_OFFSET + DIRECT_MAP_SIZE - 64),
		(void *)0xffffffffffffffc0,
	};

	ASSERT(page && area);
	for (i = 0; i < ARRAY_SIZE(wild); i++) {
		EXPECT_REPORT("BUG: kfree: kmalloc() never gave 0x") {
			kfree(wild[i]);
		}
	}
	EXPECT_REPORT("BUG: ksize: kmalloc() never gave") {
		EXPECT_EQ(ksize((void *)page), 0);
	}
	EXPECT(!slab_check_all());
	vfree(area);
	free_page(page);
}

KTEST(kmalloc, live_object_that_looks_free)
{
	s64 *p = kmalloc(64, GFP_KERNEL);

	ASSERT(p);
	p[0] = OBJ_FREE_TAG;
	EXPECT_NO_REPORT() {
		kfree(p);
	}
	EXPECT(!slab_check_all());
}

/* ---- Arrays, krealloc ------------------------------------------------------------------ */

KTEST(kmalloc, arrays)
{
	size_t half = ~0UL / 2 + 1;
	u32 *a = kcalloc(10, sizeof(*a), GFP_KERNEL);

	ASSERT(a);
	EXPECT(!memchr_inv(a, 0, 40));
	EXPECT_EQ(ksize(a), size_of(a, 40));
	kfree(a);
	EXPECT(!kmalloc_array(half, 2, GFP_KERNEL));
	EXPECT(!kcalloc(half, half, GFP_KERNEL));
	EXPECT(!kvcalloc(half, 2, GFP_KERNEL));
	EXPECT(!krealloc_array(NULL, half, 2, GFP_KERNEL));
	EXPECT(!kmalloc(array_size(half, 2), GFP_KERNEL | __GFP_NOWARN));
	EXPECT_EQ(size_add(~0UL, 1), ~0UL);
}

KTEST(kmalloc, krealloc)
{
	u8 *p = krealloc(NULL, 10, GFP_KERNEL), *q;
	void *freed;

	ASSERT(p);
	memset(p, 0x3c, 10);
	q = krealloc(p, 16, GFP_KERNEL);
	EXPECT(q == p);
	q = krealloc(p, 17, GFP_KERNEL);
	ASSERT(q && q != p);
	EXPECT(!memchr_inv(q, 0x3c, 10));
	p = krealloc(q, 20000, GFP_KERNEL);
	ASSERT(p);
	EXPECT(!memchr_inv(p, 0x3c, 10));
	EXPECT(!krealloc(p, 8 << 20, GFP_KERNEL | __GFP_NOWARN));
	EXPECT(!memchr_inv(p, 0x3c, 10));
	EXPECT(krealloc(p, 0, GFP_KERNEL) == ZERO_SIZE_PTR);
	freed = kmalloc_in_slab(64);
	kfree(freed);
	EXPECT_REPORT("Object already free") {
		EXPECT(!krealloc(freed, 128, GFP_KERNEL));
	}
}

KTEST(kmalloc, sensitive_memory_is_wiped)
{
	u64 *p = kmalloc_in_slab(128);

	ASSERT(p);
	memset(p, 0xee, 128);
	kfree_sensitive(p);
	if (is_debugged(direct_map_to_page(p)->slab_cache))
		return;
	for (unsigned int i = 1; i < 128 / 8; i++)
		EXPECT_EQ(ktest_peek(p + i), 0);
}

/* ---- kvmalloc, copies ------------------------------------------------------------------ */

/* More than an int can say is refused with a report; memory of either kind is wiped, or kept. */
KTEST(kmalloc, kvmalloc_limits)
{
	u8 *p = NULL;

	EXPECT_REPORT("kvmalloc: 3221225472 bytes are more than 2147483647") {
		p = kvmalloc(3UL << 30, GFP_KERNEL);
	}
	EXPECT(!p);
	if (totalram_pages() < 1UL << (31 - PAGE_SHIFT)) {
		EXPECT_REPORT("vmalloc error: size 2147483647") { /* said, but not there */
			EXPECT(!kvmalloc(INT_MAX, GFP_KERNEL));
		}
	}
	p = kvmalloc(5 << 20, GFP_KERNEL);
	ASSERT(p);
	EXPECT(kvrealloc(p, 5 << 20, 100, GFP_KERNEL) == p);
	EXPECT(!kvrealloc(p, 5 << 20, 3UL << 30, GFP_KERNEL | __GFP_NOWARN));
	memset(p, 0xee, 5 << 20);
	kvfree_sensitive(p, 5 << 20);
	kvfree_sensitive(NULL, 100);
	kvfree_sensitive(ZERO_SIZE_PTR, 100);
}

KTEST(kmalloc, kvmalloc)
{
	u8 *p = kvmalloc(64, GFP_KERNEL);

	EXPECT(p && !is_vmalloc_addr(p));
	kvfree(p);
	p = kvzalloc(100000, GFP_KERNEL);
	EXPECT(p && !memchr_inv(p, 0, 100000));
	kvfree(p);
	p = kvmalloc(5 << 20, GFP_KERNEL);
	EXPECT(p && is_vmalloc_addr(p));
	if (p)
		memset(p, 0x44, 5 << 20);
	kvfree(p);
	EXPECT(!kvmalloc(3UL << 30, GFP_KERNEL | __GFP_NOWARN));
	EXPECT(!kvmalloc(5 << 20, GFP_ATOMIC | __GFP_NOWARN));
	p = kvmalloc(100, GFP_KERNEL);
	ASSERT(p);
	memset(p, 0x12, 100);
	p = kvrealloc(p, 100, 5 << 20, GFP_KERNEL);
	EXPECT(p && is_vmalloc_addr(p) && !memchr_inv(p, 0x12, 100));
	kvfree(p);
	EXPECT_REPORT("BUG: kfree: kmalloc() never gave") {
		p = vmalloc(PAGE_SIZE);
		kfree(p);
	}
	vfree(p);
}

KTEST(kmalloc, copies)
{
	static const char text[] = "a string";
	char *s = kstrdup(text, GFP_KERNEL);
	const char *same;

	EXPECT(s && s != text && !strcmp(s, text));
	kfree(s);
	s = kstrndup(text, 3, GFP_KERNEL);
	EXPECT(s && !strcmp(s, "a s"));
	kfree(s);
	s = kmemdup(text, sizeof(text), GFP_KERNEL);
	EXPECT(s && !memcmp(s, text, sizeof(text)));
	same = kstrdup_const(s, GFP_KERNEL);
	EXPECT(same && same != s);
	kfree_const(same);
	kfree(s);
	same = kstrdup_const(text, GFP_KERNEL);
	EXPECT(same == text);
	kfree_const(same);
	s = kmemdup_nul(text, 4, GFP_KERNEL);
	EXPECT(s && !strcmp(s, "a st"));
	kfree(s);
	s = kmemdup_nul(text, 7, GFP_KERNEL); /* with its NUL it is as large as an object */
	EXPECT(s && !strcmp(s, "a strin"));
	EXPECT(ksize(s) <= kmalloc_size_roundup(8));
	kfree(s);
	EXPECT(!kstrdup(NULL, GFP_KERNEL));
	EXPECT(!kmemdup_nul(text, SIZE_MAX, GFP_KERNEL)); /* no room for the NUL in a size */
}

/* ---- init_on_alloc=, init_on_free= ----------------------------------------------------- */

static void construct(void *obj)
{
	memset(obj, 0xc7, 64);
}

/* Does slub_debug= have kmalloc()'s objects poisoned? */
static bool kmalloc_poisons(void)
{
	u8 *p = kzalloc(512, GFP_KERNEL);

	kfree(p);
	return p && p[256] == POISON_FREE;
}

KTEST(kmalloc, init_on_alloc)
{
	struct kmem_cache *cache = kmem_cache_create("t_ctor", 64, 0, 0, construct);
	unsigned int i;
	u8 *p;

	ASSERT(cache);
	p = kmem_cache_alloc(cache, GFP_KERNEL);
	EXPECT(p && !memchr_inv(p, 0xc7, 64));
	kmem_cache_free(cache, p);
	EXPECT_EQ(kmem_cache_destroy(cache), 0);
	if (!want_init_on_alloc(0) || kmalloc_poisons()) {
		ktest_skip("without init_on_alloc=1, or with poison, which outranks it");
		return;
	}
	for (i = 0; i < 200; i++) {
		p = kmalloc(64, GFP_KERNEL);
		EXPECT(p && !memchr_inv(p, 0, 64));
		memset(p, 0xff, 64);
		kfree(p);
		p = kmalloc(i * 50, GFP_KERNEL);
		EXPECT(p && (!i || !memchr_inv(p, 0, i * 50)));
		kfree(p);
	}
}

KTEST(kmalloc, init_on_free)
{
	u8 *p;

	if (!want_init_on_free() || kmalloc_poisons()) {
		ktest_skip("without init_on_free=1, or with poison, which outranks it");
		return;
	}
	p = kmalloc(512, GFP_KERNEL);
	ASSERT(p);
	memset(p, 0xff, 512);
	kfree(p);
	EXPECT(!memchr_inv(p + 8, 0, 504));
}
