/* SPDX-License-Identifier: MIT */
/*
 * What a user of slab caches can get wrong: each mistake has to be reported,
 * refused, and leave the cache as it was, which slab_check() confirms.
 */
#include <cairn/test.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/topology.h>
#include "slab_test.h"

static void construct(void *obj)
{
	memset(obj, 0xc7, 16);
}

/* The objects that keep a cache alive are listed up to a number, and the rest is counted. */
KTEST(slab_misuse, objects_that_remain_are_counted)
{
	struct kmem_cache *cache = kmem_cache_create("t_remain", 64, 0, 0, NULL);
	static void *objs[40];

	ASSERT(cache);
	for (unsigned int i = 0; i < ARRAY_SIZE(objs); i++)
		ASSERT((objs[i] = kmem_cache_alloc(cache, GFP_KERNEL)));
	EXPECT_REPORT("Objects remaining in t_remain") {
		EXPECT_EQ(kmem_cache_destroy(cache), -EBUSY);
	}
	if (!is_debugged(cache)) /* their tracks are more than is kept of a report */
		EXPECT(ktest_reported("... and 8 more"));
	for (unsigned int i = 0; i < ARRAY_SIZE(objs); i++)
		kmem_cache_free(cache, objs[i]);
	EXPECT_EQ(kmem_cache_destroy(cache), 0);
}

KTEST(slab_misuse, wrong_cache)
{
	struct kmem_cache *a = kmem_cache_create("t_A", 64, 0, 0, NULL);
	struct kmem_cache *b = kmem_cache_create("t_B", 64, 0, 0, construct);
	void *from_a, *from_b, *plain;

	ASSERT(a && b);
	from_a = kmem_cache_alloc(a, GFP_KERNEL);
	from_b = kmem_cache_alloc(b, GFP_KERNEL);
	plain = kmalloc(64, GFP_KERNEL);
	EXPECT_REPORT("cache_from_obj: Wrong slab cache. t_A but object is from t_B") {
		kmem_cache_free(a, from_b);
	}
	EXPECT_REPORT("cache_from_obj: Wrong slab cache. t_B but object is from t_A") {
		kmem_cache_free(b, from_a);
	}
	EXPECT_REPORT("cache_from_obj: Wrong slab cache. t_A but object is from kmalloc-64") {
		kmem_cache_free(a, plain);
	}
	EXPECT_REPORT("BUG: kfree: ") {
		kfree(from_a);
	}
	EXPECT_CHECKED(a);
	EXPECT_CHECKED(b);
	kmem_cache_free(a, from_a);
	kmem_cache_free(b, from_b);
	kfree(plain);
	EXPECT_EQ(kmem_cache_destroy(a), 0);
	EXPECT_EQ(kmem_cache_destroy(b), 0);
}

/*
 * Among many objects that are released in one call is one of another cache, whose objects are
 * as large and lie at the same distances: it alone is refused, first, in the middle and last.
 */
KTEST(slab_misuse, wrong_cache_in_bulk)
{
	struct kmem_cache *a = kmem_cache_create("t_A", 64, 0, 0, NULL);
	struct kmem_cache *b = kmem_cache_create("t_B", 64, 0, 0, NULL);
	void *objs[9], *foreign;

	ASSERT(a && b);
	foreign = kmem_cache_alloc(b, GFP_KERNEL);
	ASSERT(foreign);
	for (unsigned int at = 0; at < ARRAY_SIZE(objs); at++) {
		ASSERT_EQ(kmem_cache_alloc_bulk(a, GFP_KERNEL, ARRAY_SIZE(objs) - 1, objs),
			  ARRAY_SIZE(objs) - 1);
		objs[ARRAY_SIZE(objs) - 1] = objs[at];
		objs[at] = foreign;
		EXPECT_REPORT("cache_from_obj: Wrong slab cache. t_A but object is from t_B") {
			kmem_cache_free_bulk(a, ARRAY_SIZE(objs), objs);
		}
		EXPECT_EQ(slab_nr_live(inside(a)), 0);
		EXPECT_EQ(slab_nr_live(inside(b)), 1);
		EXPECT_CHECKED(a);
		EXPECT_CHECKED(b);
	}
	kmem_cache_free(b, foreign);
	EXPECT_EQ(kmem_cache_destroy(a), 0);
	EXPECT_EQ(kmem_cache_destroy(b), 0);
}

/* Unless its page has gone back: that is another report. */
static void free_again(struct kmem_cache *cache, void *obj, const char *report)
{
	if (slab_page(inside(cache), obj)->slab_cache != cache)
		return;
	EXPECT_REPORT(report) {
		kmem_cache_free(cache, obj);
	}
}

/* The second free comes while the object is in the magazine, in the depot, in its slab. */
static void free_twice(struct kmem_cache *cache, const char *report)
{
	static void *objs[300];
	unsigned int i;

	ASSERT(cache);
	ASSERT_EQ(kmem_cache_alloc_bulk(cache, GFP_KERNEL, 300, objs), 300);
	kmem_cache_free_bulk(cache, 300, objs);
	for (i = 0; i < 300; i += 13)
		free_again(cache, objs[i], report);
	EXPECT_CHECKED(cache);
	ASSERT_EQ(kmem_cache_alloc_bulk(cache, GFP_KERNEL, 300, objs), 300);
	for (i = 1; i < 300; i++)
		kmem_cache_free(cache, objs[i]);
	kmem_cache_shrink(cache);
	for (i = 1; i < 300; i++)
		free_again(cache, objs[i], report);
	EXPECT_CHECKED(cache);
	kmem_cache_free(cache, objs[0]);
	EXPECT_EQ(slab_nr_live(inside(cache)), 0);
	EXPECT_EQ(kmem_cache_destroy(cache), 0);
}

KTEST(slab_misuse, double_free)
{
	free_twice(kmem_cache_create("t_twice", 120, 0, 0, NULL),
		   "BUG t_twice: Object already free");
	free_twice(kmem_cache_create("t_twice", 120, 0, 0, construct),
		   "BUG t_twice: Object already free");
	free_twice(kmem_cache_create("t_twice", 16, 0, 0, NULL),
		   "BUG t_twice: Object already free");
}

KTEST(slab_misuse, middle_of_an_object)
{
	static const unsigned int sizes[] = {8, 16, 40, 64, 96, 1000, 4096, 5000};
	unsigned int i, at;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		struct kmem_cache *cache = kmem_cache_create("t_mid", sizes[i], 0, 0, NULL);
		char *obj;

		ASSERT(cache);
		obj = kmem_cache_alloc(cache, GFP_KERNEL);
		ASSERT(obj);
		for (at = 1; at < sizes[i]; at += 1 + at / 3) {
			EXPECT_REPORT("BUG t_mid: Invalid object pointer") {
				kmem_cache_free(cache, obj + at);
			}
		}
		EXPECT_CHECKED(cache);
		kmem_cache_free(cache, obj);
		EXPECT_EQ(kmem_cache_destroy(cache), 0);
	}
}

/* The end of a slab: behind the last object there may be room, or a bitmap. */
KTEST(slab_misuse, behind_the_last_object)
{
	static const unsigned int sizes[] = {8, 16, 24, 96, 1000};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		struct kmem_cache *cache = kmem_cache_create("t_end", sizes[i], 0, 0, NULL);
		struct slab_cache *c;
		char *obj, *p;

		ASSERT(cache);
		c = inside(cache);
		obj = kmem_cache_alloc(cache, GFP_KERNEL);
		ASSERT(obj);
		for (p = (char *)slab_base(c, obj) + c->g.nr * c->g.stride + c->lead;
		     p <= (char *)slab_base(c, obj) + c->g.mask; p += c->g.stride) {
			EXPECT_REPORT("BUG t_end: Invalid object pointer") {
				kmem_cache_free(cache, p);
			}
		}
		EXPECT_CHECKED(cache);
		kmem_cache_free(cache, obj);
		EXPECT_EQ(kmem_cache_destroy(cache), 0);
	}
}

KTEST(slab_misuse, foreign_pointers)
{
	struct kmem_cache *cache = kmem_cache_create("t_foreign", 64, 0, 0, NULL);
	unsigned long page = __get_free_page(GFP_KERNEL);
	unsigned int i;
	static u64 in_image;
	u64 on_stack[8];
	const void *wild[] = {
		&in_image,
		on_stack,
		(void *)page,
		direct_map_to_page(page),
		(void *)8,
		(void *)0x7fff12345678,
		(void *)0x0000800000000000,
		(void *)0xff00000000000000,
		(void *)0xffc4440000001000, /* its descriptor address lies in the direct map */
		(void *)0xffff7fffffffff00,
		(void *)PAGE_OFFSET,
		(void *)(PAGE_OFFSET + DIRECT_MAP_SIZE - 64),
		(void *)VMALLOC_START,
		(void *)0xffffffffffffffc0,
	};

	ASSERT(cache && page);
	for (i = 0; i < ARRAY_SIZE(wild); i++) {
		EXPECT_REPORT("BUG: kmem_cache_free: ") {
			kmem_cache_free(cache, wild[i]);
		}
	}
	EXPECT_NO_REPORT() {
		kmem_cache_free(cache, NULL);
	}
	EXPECT_CHECKED(cache);
	free_page(page);
	EXPECT_EQ(kmem_cache_destroy(cache), 0);
}

/* A write after release, in the object's first word, is found when the object is next in turn. */
KTEST(slab_misuse, write_after_free)
{
	struct kmem_cache *cache = kmem_cache_create("t_late", 64, 0, 0, NULL);
	u64 *obj, *other = NULL;

	ASSERT(cache);
	if (is_debugged(cache)) {
		kmem_cache_destroy(cache);
		ktest_skip("slub_debug finds it in its own way");
		return;
	}
	obj = kmem_cache_alloc(cache, GFP_KERNEL);
	kmem_cache_free(cache, obj);
	ktest_poke(obj, 1);
	EXPECT_REPORT("BUG t_late: Poison overwritten") {
		other = kmem_cache_alloc(cache, GFP_KERNEL);
	}
	EXPECT(other && other != obj);
	kmem_cache_free(cache, other);
	/* Freed, written to and freed again: in the magazine twice, handed out once. */
	kmem_cache_free(cache, obj);
	ktest_poke(obj, 1);
	kmem_cache_free(cache, obj);
	EXPECT(slab_check(cache));
	EXPECT(kmem_cache_alloc(cache, GFP_KERNEL) == obj);
	EXPECT_REPORT("BUG t_late: Poison overwritten") {
		other = kmem_cache_alloc(cache, GFP_KERNEL);
	}
	EXPECT(other && other != obj);
	kmem_cache_free(cache, other);
	kmem_cache_free(cache, obj);
	EXPECT_CHECKED(cache);
	EXPECT_EQ(kmem_cache_destroy(cache), 0);
}

/*
 * An object was freed twice, and one copy has gone back to its slab while the other lies in the
 * magazine.  Who asks for a node's memory gets it from the slab; the copy is not handed out.
 */
KTEST(slab, freed_twice_and_taken_by_node)
{
	struct kmem_cache *cache = kmem_cache_create("t_near", 64, 0, 0, NULL);
	void *obj, *other = NULL;
	static void *near[300];
	unsigned int n = 0;

	ASSERT(cache);
	if (is_debugged(cache) || nr_node_ids == 1) {
		kmem_cache_destroy(cache);
		ktest_skip("one node, or no magazines");
		return;
	}
	obj = kmem_cache_alloc(cache, GFP_KERNEL);
	ASSERT(obj);
	kmem_cache_free(cache, obj);
	slab_give_one(inside(cache), obj);
	EXPECT_REPORT("BUG t_near: Object already free") {
		slab_give_one(inside(cache), obj);
	}
	do {
		near[n] = kmem_cache_alloc_node(cache, GFP_KERNEL, page_to_nid(virt_to_page(obj)));
		ASSERT(near[n]);
	} while (near[n++] != obj && n < ARRAY_SIZE(near));
	EXPECT(near[n - 1] == obj);
	EXPECT_REPORT("BUG t_near: Poison overwritten") {
		other = kmem_cache_alloc(cache, GFP_KERNEL);
	}
	EXPECT(other && other != obj);
	kmem_cache_free(cache, other);
	kmem_cache_free_bulk(cache, n, near);
	EXPECT_CHECKED(cache);
	EXPECT_EQ(kmem_cache_destroy(cache), 0);
}

/* A live object may hold the tag's value: that is a detour, no error. */
KTEST(slab_misuse, live_object_that_looks_free)
{
	struct kmem_cache *cache = kmem_cache_create("t_looks", 64, 0, 0, NULL);
	s64 *obj;

	ASSERT(cache);
	obj = kmem_cache_alloc(cache, GFP_KERNEL);
	ASSERT(obj);
	obj[0] = OBJ_FREE_TAG;
	EXPECT_NO_REPORT() {
		kmem_cache_free(cache, obj);
	}
	EXPECT_REPORT("BUG t_looks: Object already free") {
		kmem_cache_free(cache, obj);
	}
	EXPECT_CHECKED(cache);
	EXPECT_EQ(kmem_cache_destroy(cache), 0);
}

KTEST(slab_misuse, caches_the_kernel_needs)
{
	void *p = kmalloc_in_slab(64);

	ASSERT(p);
	EXPECT_REPORT("BUG kmalloc-64: kmem_cache_destroy of a cache that the kernel needs") {
		EXPECT_EQ(kmem_cache_destroy(&slab_find(p)->hot), -EBUSY);
	}
	kfree(p);
	EXPECT(!slab_check_all());
}

KTEST(slab_misuse, destroy_with_live_objects)
{
	struct kmem_cache *cache = kmem_cache_create("t_live", 64, 0, 0, NULL);
	char name[64];
	void *obj;

	ASSERT(cache);
	obj = kmem_cache_alloc(cache, GFP_KERNEL);
	EXPECT_REPORT("BUG t_live: Objects remaining in t_live on kmem_cache_destroy()") {
		EXPECT_EQ(kmem_cache_destroy(cache), -EBUSY);
	}
	snprintf(name, sizeof(name), "Object 0x%px @offset=", obj);
	EXPECT_REPORT(name) {
		kmem_cache_destroy(cache);
	}
	kmem_cache_free(cache, obj);
	EXPECT_EQ(kmem_cache_destroy(cache), 0);
	EXPECT_REPORT("is no cache") {
		EXPECT_EQ(kmem_cache_destroy(cache), -EINVAL);
	}
	EXPECT_EQ(kmem_cache_destroy(NULL), 0);
}
