/* SPDX-License-Identifier: MIT */
/*
 * Slab caches.  The pure slab page first, against a model that divides and keeps
 * an array of flags; then caches: construction, alignment, contents, what
 * constructors see, zones and contexts.  slab_check() runs between steps.
 */
#include <cairn/test.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/kfence.h>
#include <linux/mm.h>
#include <linux/preempt.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/vmalloc.h>
#include <cairn/vfile.h>
#include "slab_test.h"

static u64 rng_state;

static u32 rng(void)
{
	rng_state = rng_state * 6364136223846793005ULL + 1442695040888963407ULL;
	return (u32)(rng_state >> 33);
}

/* ---- The slab page --------------------------------------------------------------------- */

/* Every offset of a slab of each geometry is compared with plain division. */
static bool index_agrees(const struct slab_geometry *g)
{
	u32 offset;

	for (offset = 0; offset <= g->mask; offset++) {
		int want = offset % g->stride || offset / g->stride >= g->nr
				   ? -1
				   : (int)(offset / g->stride);

		if (slab_index(g, offset) != want)
			return false;
		if (g->bound && (offset * g->recip < g->bound) != (want >= 0))
			return false;
	}
	return slab_index(g, (u32)-8) == -1;
}

/* The same for the distance of any address of the direct map, on either side. */
static bool distance_agrees(const struct slab_geometry *g)
{
	s64 distance, step = 1;

	for (distance = -(s64)DIRECT_MAP_SIZE; distance < (s64)DIRECT_MAP_SIZE; distance += step) {
		bool near = distance >= -(s64)2 * g->mask && distance <= (s64)2 * g->mask;
		bool want =
			distance >= 0 && distance <= g->mask && slab_index(g, (u32)distance) >= 0;

		if (((u64)distance * g->recip64 < g->bound64) != want)
			return false;
		step = near ? 1 : (s64)rng() << 10 | 1;
		if (!near && distance < 0 && distance + step > -(s64)g->mask)
			step = -(s64)g->mask - distance;
	}
	return true;
}

KTEST(slab, index_is_a_division)
{
	struct slab_geometry g;
	unsigned int stride;

	for (stride = 8; stride <= 20000; stride += stride < 600 ? 8 : 8 * (1 + rng() % 97)) {
		slab_geometry_init(&g, stride, slab_order(stride));
		ASSERT(g.nr >= 1 && g.nr * g.stride + g.words * 8 <= g.mask + 1);
		ASSERT(g.bound);
		if (!EXPECT(index_agrees(&g))) {
			pr_info("# stride %u order %u\n", stride, g.order);
			return;
		}
	}
	for (stride = 8; stride <= 20000; stride = (stride * 3 / 2 + 7) & ~7u) {
		slab_geometry_init(&g, stride, slab_order(stride));
		EXPECT(distance_agrees(&g));
	}
	slab_geometry_init(&g, 3 << 20, slab_order(3 << 20));
	EXPECT_EQ(g.bound, 0);
	EXPECT_EQ(slab_index(&g, 0), 0);
	EXPECT_EQ(slab_index(&g, 3 << 20), -1);
	EXPECT(slab_order(5 << 20) > SLAB_MAX_ORDER);
}

/* Takes and gives at random, against an array of flags. */
static void bitmap_against_model(u32 stride)
{
	static bool taken[512];
	struct slab_geometry g;
	unsigned int i, k, n, nr_free;
	void *base, *out[8];
	u64 word;

	slab_geometry_init(&g, stride, 0);
	base = (void *)__get_free_page(GFP_KERNEL);
	ASSERT(base);
	memset(taken, 0, sizeof(taken));
	slab_clear(&g, &word, base);
	nr_free = g.nr;
	for (i = 0; i < 4000; i++) {
		u32 at = rng() % g.nr;

		if (rng() % 2) {
			n = slab_take(&g, &word, base, 0, out, 1 + rng() % 8);
			nr_free -= n;
			for (k = 0; k < n; k++) {
				int index = slab_index(&g, (u32)((char *)out[k] - (char *)base));

				EXPECT(index >= 0 && !taken[index]);
				taken[index] = true;
			}
		} else {
			EXPECT_EQ(slab_give(&g, &word, base, at), taken[at]);
			nr_free += taken[at];
			taken[at] = false;
		}
		EXPECT_EQ(slab_is_free(&g, &word, base, at), !taken[at]);
		EXPECT_EQ(slab_nr_free(&g, &word, base), nr_free);
		EXPECT_EQ(slab_all_free(&g, &word, base), nr_free == g.nr);
		if (!EXPECT(!slab_bitmap_check(&g, &word, base)))
			break;
	}
	free_page((unsigned long)base);
}

/* Thousandths of a slab that no object of a stride lies in. */
static unsigned long waste(u32 stride, unsigned int order)
{
	unsigned long bytes = PAGE_SIZE << order;
	struct slab_geometry g;

	slab_geometry_init(&g, stride, order);
	return (bytes - (unsigned long)g.nr * stride) * 1024 / bytes;
}

/* A slab wastes an eighth at most, or no more than any other up to 32 KiB. */
KTEST(slab, order_wastes_little)
{
	for (u32 stride = 8; stride <= 16384; stride += 8) {
		unsigned int order = slab_order(stride);

		if (order > 3 || waste(stride, order) <= 128)
			continue;
		for (unsigned int k = 0; k <= 3; k++)
			if (PAGE_SIZE << k >= stride)
				EXPECT(waste(stride, k) >= waste(stride, order));
	}
}

/*
 * An object that fills pages to the last byte has a slab of its own, no larger than it: it is to
 * be had as long as a block of its size is.
 */
KTEST(slab, an_object_of_whole_pages_takes_no_more)
{
	for (unsigned int order = 0; order <= SLAB_MAX_ORDER; order++)
		EXPECT_EQ(slab_order((u32)PAGE_SIZE << order), order);
}

/* Where the bitmap takes a second word, there is room for it. */
KTEST(slab, second_word_of_a_bitmap)
{
	struct slab_geometry g;

	slab_geometry_init(&g, 124, 1);
	EXPECT_EQ(g.nr, 65);
	EXPECT_EQ(g.words, 2);
	slab_geometry_init(&g, 62, 0);
	EXPECT_EQ(g.nr, 65);
	EXPECT_EQ(g.words, 2);
	slab_geometry_init(&g, 504, 3); /* 65 places leave eight bytes: one word too few */
	EXPECT_EQ(g.nr, 64);
	EXPECT_EQ(g.words, 0);
	slab_geometry_init(&g, 8, 0); /* with the bitmap not a byte is left */
	EXPECT_EQ(g.nr, 504);
	EXPECT_EQ(g.words, 8);
}

/* Objects of up to 64 KiB are kept at hand by each CPU. */
KTEST(slab, large_objects_are_kept_at_hand)
{
	struct kmem_cache *at_hand = kmem_cache_create("t_large", 64 << 10, 0, 0, NULL);
	struct kmem_cache *larger = kmem_cache_create("t_larger", (64 << 10) + 8, 0, 0, NULL);

	ASSERT(at_hand && larger);
	EXPECT(inside(at_hand)->magazine || inside(at_hand)->g.stride > 64 << 10);
	EXPECT(!inside(larger)->magazine);
	EXPECT(inside(at_hand)->depot_max >= inside(at_hand)->capacity);
	EXPECT_EQ(kmem_cache_destroy(at_hand), 0);
	EXPECT_EQ(kmem_cache_destroy(larger), 0);
}

/* A page may do if it has room for four objects, however little three would waste. */
KTEST(slab, a_slab_has_four_places_or_two_pages)
{
	EXPECT_EQ(slab_order(1024), 0);
	EXPECT_EQ(slab_order(1200), 1);
}

KTEST(slab, bitmap_agrees_with_a_model)
{
	bitmap_against_model(62);
	bitmap_against_model(8);
	bitmap_against_model(24);
	bitmap_against_model(32);
	bitmap_against_model(64);
	bitmap_against_model(96);
	bitmap_against_model(1024);
}

KTEST(slab, bitmap_check_sees_damage)
{
	u64 *base = (u64 *)__get_free_page(GFP_KERNEL);
	struct slab_geometry g;
	u64 word;

	ASSERT(base);
	slab_geometry_init(&g, 16, 0);
	slab_clear(&g, &word, base);
	EXPECT(!slab_bitmap_check(&g, &word, base));
	word ^= 2;
	EXPECT(slab_bitmap_check(&g, &word, base));
	word ^= 2;
	base[511] |= 1ULL << 63;
	EXPECT(slab_bitmap_check(&g, &word, base));
	free_page((unsigned long)base);
}

/* ---- Creation -------------------------------------------------------------------------- */

static unsigned int constructed, destructed, told_atomic, verified;
static struct kmem_cache *told_cache;

static void ctor_modern(void *obj)
{
	constructed++;
	memset(obj, 0xc7, 40);
}

static void ctor_old(void *obj, kmem_cache_t *cache, unsigned long flags)
{
	told_cache = cache;
	if (flags & SLAB_CTOR_VERIFY) {
		verified++;
		EXPECT(!memchr_inv(obj, 0xc7, 40));
		return;
	}
	EXPECT(flags & SLAB_CTOR_CONSTRUCTOR);
	told_atomic += !!(flags & SLAB_CTOR_ATOMIC);
	ctor_modern(obj);
}

static void ctor_middle(struct kmem_cache *cache, void *obj)
{
	told_cache = cache;
	ctor_modern(obj);
}

static void dtor_old(void *obj, kmem_cache_t *cache, unsigned long flags)
{
	EXPECT_EQ(flags, 0);
	EXPECT(!memchr_inv(obj, 0xc7, 40));
	told_cache = cache;
	destructed++;
}

/* A constructor runs once an object and slab page, a destructor when the page goes. */
static void construct_and_destroy(struct kmem_cache *cache, bool has_dtor)
{
	void *objs[100];
	unsigned int i;

	ASSERT(cache);
	constructed = destructed = 0;
	for (i = 0; i < 100; i++) {
		objs[i] = kmem_cache_alloc(cache, GFP_KERNEL);
		ASSERT(objs[i]);
		EXPECT(!memchr_inv(objs[i], 0xc7, 40));
	}
	EXPECT(constructed >= 100 && constructed % inside(cache)->g.nr == 0);
	EXPECT_CHECKED(cache);
	for (i = 0; i < 100; i++)
		kmem_cache_free(cache, objs[i]);
	EXPECT_CHECKED(cache);
	i = constructed;
	kmem_cache_free(cache, kmem_cache_alloc(cache, GFP_KERNEL));
	EXPECT_EQ(constructed, i);
	EXPECT_EQ(kmem_cache_destroy(cache), 0);
	EXPECT_EQ(destructed, has_dtor ? constructed : 0);
}

KTEST(slab, constructors_of_all_eras)
{
	construct_and_destroy(kmem_cache_create("t_modern", 40, 0, 0, ctor_modern), false);
	construct_and_destroy(kmem_cache_create("t_old", 40, 0, 0, ctor_old, NULL), false);
	construct_and_destroy(kmem_cache_create("t_offset", 40, 20, 0, ctor_old, dtor_old), true);
	construct_and_destroy(kmem_cache_create("t_middle", 40, 0, 0, ctor_middle), false);
	construct_and_destroy(kmem_cache_create("t_large", 5000, 0, 0, ctor_modern, dtor_old),
			      true);
}

KTEST(slab, atomic_constructor_is_told)
{
	kmem_cache_t *cache = kmem_cache_create("t_atomic", 40, 0, 0, ctor_old, NULL);
	void *obj;

	ASSERT(cache);
	told_atomic = 0;
	obj = kmem_cache_alloc(cache, SLAB_ATOMIC);
	EXPECT_EQ(told_atomic, inside(cache)->g.nr);
	EXPECT(told_cache == cache);
	kmem_cache_free(cache, obj);
	kmem_cache_shrink(cache);
	obj = kmem_cache_alloc(cache, SLAB_KERNEL);
	EXPECT_EQ(told_atomic, inside(cache)->g.nr);
	kmem_cache_free(cache, obj);
	EXPECT_EQ(kmem_cache_destroy(cache), 0);
}

KTEST(slab, debug_initial_verifies_on_free)
{
	kmem_cache_t *cache =
		kmem_cache_create("t_verify", 40, 0, SLAB_DEBUG_INITIAL, ctor_old, NULL);
	void *obj;

	ASSERT(cache);
	obj = kmem_cache_alloc(cache, GFP_KERNEL);
	verified = 0;
	kmem_cache_free(cache, obj);
	EXPECT_EQ(verified, 1);
	EXPECT_EQ(kmem_cache_destroy(cache), 0);
}

KTEST(slab, constructed_state_survives)
{
	struct kmem_cache *cache = kmem_cache_create("t_state", 64, 0, 0, ctor_modern);
	unsigned int i, kept = 0;
	u32 *objs[20];

	ASSERT(cache);
	for (i = 0; i < 20; i++) {
		objs[i] = kmem_cache_alloc(cache, GFP_KERNEL);
		ASSERT(objs[i]);
		objs[i][0] = 0x5eed0000 + i;
		objs[i][10] = i;
	}
	for (i = 0; i < 20; i++)
		kmem_cache_free(cache, objs[i]);
	for (i = 0; i < 20; i++) {
		EXPECT_EQ((u32)ktest_peek(objs[i]), 0x5eed0000 + i);
		objs[i] = kmem_cache_alloc(cache, GFP_KERNEL);
		if (objs[i][0] >> 16 == 0x5eed)
			kept += objs[i][10] == (objs[i][0] & 0xffff);
		else
			EXPECT(!memchr_inv(objs[i], 0xc7, 40));
	}
	EXPECT(kept > 10);
	EXPECT_REPORT("kmem_cache_zalloc of constructed objects") {
		EXPECT(!kmem_cache_zalloc(cache, GFP_KERNEL));
	}
	kmem_cache_free_bulk(cache, 20, (void **)objs);
	EXPECT_EQ(kmem_cache_destroy(cache), 0);
}

struct sample {
	u64 a[5];
	u8 b;
} __aligned(32);

static void expect_alignment(struct kmem_cache *cache, unsigned long align)
{
	void *objs[40];
	unsigned int i;

	ASSERT(cache);
	for (i = 0; i < 40; i++) {
		objs[i] = kmem_cache_alloc(cache, GFP_KERNEL);
		ASSERT(objs[i]);
		EXPECT_EQ((unsigned long)objs[i] % align, 0);
		memset(objs[i], 0x11, kmem_cache_size(cache));
	}
	for (i = 0; i < 40; i++)
		kmem_cache_free(cache, objs[i]);
	EXPECT_CHECKED(cache);
	EXPECT_EQ(kmem_cache_destroy(cache), 0);
}

KTEST(slab, alignment)
{
	struct kmem_cache *cache = KMEM_CACHE(sample, 0);
	unsigned long align;

	EXPECT_EQ((unsigned long)cache % 64, 0); /* what the fast paths read is one cache line */
	expect_alignment(cache, 32);
	expect_alignment(kmem_cache_create("t_a", 3, 0, 0, NULL), 8);
	expect_alignment(kmem_cache_create("t_a", 100, 0, SLAB_HWCACHE_ALIGN, NULL), 64);
	expect_alignment(kmem_cache_create("t_a", 20, 0, SLAB_HWCACHE_ALIGN, NULL), 32);
	expect_alignment(kmem_cache_create("t_a", 20, 0, SLAB_MUST_HWCACHE_ALIGN, NULL), 64);
	for (align = 8; align <= 16384; align *= 2)
		expect_alignment(kmem_cache_create("t_a", 40, align, 0, ctor_modern), align);
}

KTEST(slab, refuses_to_create)
{
	EXPECT_REPORT("kmem_cache_create: no name") {
		EXPECT(!kmem_cache_create(NULL, 8, 0, 0, NULL));
	}
	EXPECT_REPORT("kmem_cache_create t_x: objects of 0 bytes") {
		EXPECT(!kmem_cache_create("t_x", 0, 0, 0, NULL));
	}
	EXPECT_REPORT("objects of 4194305 bytes") {
		EXPECT(!kmem_cache_create("t_x", KMALLOC_MAX_SIZE + 1, 0, 0, NULL));
	}
	EXPECT_REPORT("kmem_cache_create(t_x) failed with error -7") { /* with the zone behind it */
		EXPECT(!kmem_cache_create("t_x", KMALLOC_MAX_SIZE, 0, SLAB_RED_ZONE, NULL));
	}
	EXPECT_REPORT("alignment 24 is no power of two") {
		EXPECT(!kmem_cache_create("t_x", 8, 24, 0, NULL));
	}
}

/* ---- Contents -------------------------------------------------------------------------- */

/* Every byte of thousands of objects is the owner's, and nobody else's. */
static void fill_and_compare(unsigned int size, unsigned int n)
{
	struct kmem_cache *cache = kmem_cache_create("t_fill", size, 0, 0, NULL);
	u8 **objs = kmalloc_array(n, sizeof(*objs), GFP_KERNEL);
	unsigned int i;

	ASSERT(cache && objs);
	EXPECT_EQ(kmem_cache_size(cache), size);
	for (i = 0; i < n; i++) {
		objs[i] = kmem_cache_alloc(cache, GFP_KERNEL);
		ASSERT(objs[i]);
		memset(objs[i], (int)(i * 7 + 1), size);
	}
	EXPECT_CHECKED(cache);
	EXPECT_EQ(slab_nr_live(inside(cache)), n);
	for (i = 0; i < n; i++)
		EXPECT(!memchr_inv(objs[i], (int)(i * 7 + 1), size));
	for (i = 0; i < n; i += 2)
		kmem_cache_free(cache, objs[i]);
	EXPECT_CHECKED(cache);
	for (i = 1; i < n; i += 2)
		EXPECT(!memchr_inv(objs[i], (int)(i * 7 + 1), size));
	for (i = 1; i < n; i += 2)
		kmem_cache_free(cache, objs[i]);
	EXPECT_EQ(slab_nr_live(inside(cache)), 0);
	EXPECT_CHECKED(cache);
	EXPECT_EQ(kmem_cache_destroy(cache), 0);
	kfree(objs);
}

KTEST(slab, contents_of_thousands)
{
	fill_and_compare(1, 5000);
	fill_and_compare(24, 3000);
	fill_and_compare(64, 3000);
	fill_and_compare(200, 2000);
	fill_and_compare(1000, 1000);
	fill_and_compare(3000, 300);
	fill_and_compare(9000, 100);
	fill_and_compare(100000, 8);
	fill_and_compare(3 << 19, 2); /* a block of 2 MiB each */
}

static void zalloc_from(slab_flags_t flags)
{
	struct kmem_cache *cache = kmem_cache_create("t_zero", 200, 0, flags, NULL);
	unsigned int i;
	void *obj;

	ASSERT(cache);
	for (i = 0; i < 100; i++) {
		obj = kmem_cache_alloc(cache, GFP_KERNEL);
		ASSERT(obj);
		memset(obj, 0xff, 200);
		kmem_cache_free(cache, obj);
		if (i % 3 == 0)
			obj = kmem_cache_zalloc(cache, GFP_KERNEL);
		else if (i % 3 == 1)
			obj = kmem_cache_alloc(cache, GFP_KERNEL | __GFP_ZERO);
		else
			obj = kmem_cache_alloc_node(cache, GFP_KERNEL | __GFP_ZERO, 0);
		EXPECT(!memchr_inv(obj, 0, 200));
		kmem_cache_free(cache, obj);
	}
	EXPECT_EQ(kmem_cache_destroy(cache), 0);
}

/* Zeroes that are asked for are there, from a cache too whose free objects keep their bytes. */
KTEST(slab, zalloc_zeroes)
{
	zalloc_from(0);
	zalloc_from(SLAB_TYPESAFE_BY_RCU);
}

KTEST(slab, bulk)
{
	struct kmem_cache *cache = kmem_cache_create("t_bulk", 256, 0, 0, NULL);
	static void *objs[1000];
	unsigned int i, n;

	ASSERT(cache);
	for (n = 1; n <= 1000; n = n * 3 + 1) {
		ASSERT_EQ(kmem_cache_alloc_bulk(cache, GFP_KERNEL, n, objs), n);
		for (i = 0; i < n; i++)
			memset(objs[i], (int)i, 256);
		for (i = 0; i < n; i++)
			EXPECT(!memchr_inv(objs[i], (int)i, 256));
		EXPECT_EQ(slab_nr_live(inside(cache)), n);
		EXPECT_CHECKED(cache);
		kmem_cache_free_bulk(cache, n, objs);
		EXPECT_EQ(slab_nr_live(inside(cache)), 0);
		EXPECT_CHECKED(cache);
	}
	/* Those behind the ones it is given stay in use, however often it starts anew. */
	ASSERT_EQ(kmem_cache_alloc_bulk(cache, GFP_KERNEL, 1000, objs), 1000);
	for (n = 0; n < 1000; n += 250) {
		kmem_cache_free_bulk(cache, 250, objs + n);
		EXPECT_EQ(slab_nr_live(inside(cache)), 750 - n);
	}
	ASSERT_EQ(kmem_cache_alloc_bulk(cache, GFP_KERNEL, 20, objs), 20);
	objs[20] = objs[5];
	objs[21] = (void *)0xff00000000000000;
	EXPECT_REPORT("BUG t_bulk: Object already free") {
		kmem_cache_free_bulk(cache, 21, objs);
	}
	EXPECT_REPORT("BUG: kmem_cache_free: 0xff00000000000000 is no object of t_bulk") {
		kmem_cache_free_bulk(cache, 1, objs + 21);
	}
	objs[0] = kmalloc(128, GFP_KERNEL);
	kmem_cache_free_bulk(NULL, 1, objs);
	EXPECT_CHECKED(cache);
	EXPECT_EQ(kmem_cache_destroy(cache), 0);
}

KTEST(slab, shrink_gives_pages_back)
{
	struct kmem_cache *cache = kmem_cache_create("t_shrink", 512, 0, 0, NULL);
	unsigned long before, slabs;
	static void *objs[400];
	void *one;

	ASSERT(cache);
	drain_all_pages();
	before = nr_free_pages();
	slabs = vm_stat(NR_SLAB_PAGES);
	ASSERT_EQ(kmem_cache_alloc_bulk(cache, GFP_KERNEL, 400, objs), 400);
	EXPECT(nr_free_pages() <= before - 50);
	EXPECT(vm_stat(NR_SLAB_PAGES) >= slabs + 50);
	kmem_cache_free_bulk(cache, 400, objs);
	one = kmem_cache_alloc(cache, GFP_KERNEL);
	EXPECT_EQ(kmem_cache_shrink(cache), 1);
	kmem_cache_free(cache, one);
	EXPECT_EQ(kmem_cache_shrink(cache), 0);
	/* Where objects are sampled, other caches may have put theirs away meanwhile. */
	EXPECT(nr_free_pages() == before || kfence_enabled());
	EXPECT_EQ(vm_stat(NR_SLAB_PAGES), slabs);
	EXPECT_EQ(kmem_cache_destroy(cache), 0);
}

/*
 * While an empty magazine waits for a new slab, others free so many objects that it is
 * full afterwards: here a constructor does, else a shrinker or an interrupt.
 */
static struct kmem_cache *filled;
static void *spare[512];
static unsigned int nr_spare;

static void ctor_that_frees(void *obj __unused)
{
	unsigned int n = filled ? inside(filled)->capacity : 0;

	while (n--)
		kmem_cache_free(filled, spare[--nr_spare]);
	filled = NULL;
}

KTEST(slab, magazine_filled_while_growing)
{
	struct kmem_cache *cache = kmem_cache_create("t_filled", 64, 0, 0, ctor_that_frees);
	struct slab_cache *c = inside(cache);
	unsigned long grown;
	void *obj;

	ASSERT(cache);
	for (nr_spare = 0; nr_spare < c->capacity; nr_spare++)
		ASSERT((spare[nr_spare] = kmem_cache_alloc(cache, GFP_KERNEL)) != NULL);
	while ((obj = kmem_cache_alloc(cache, GFP_KERNEL | SLAB_NO_GROW))) {
		spare[nr_spare++] = obj;
		ASSERT(nr_spare < ARRAY_SIZE(spare));
	}
	grown = c->grown;
	filled = cache;
	obj = kmem_cache_alloc(cache, GFP_KERNEL | __GFP_NOWARN);
	EXPECT(obj);
	EXPECT_EQ(c->grown, grown + 1);
	EXPECT_CHECKED(cache);
	kmem_cache_free(cache, obj);
	kmem_cache_free_bulk(cache, nr_spare, spare);
	EXPECT_EQ(kmem_cache_destroy(cache), 0);
}

KTEST(slab, no_grow)
{
	struct kmem_cache *cache = kmem_cache_create("t_nogrow", 64, 0, 0, NULL);
	void *obj;

	ASSERT(cache);
	EXPECT(!kmem_cache_alloc(cache, GFP_KERNEL | SLAB_NO_GROW));
	kmem_cache_free(cache, kmem_cache_alloc(cache, GFP_KERNEL));
	obj = kmem_cache_alloc(cache, GFP_KERNEL | SLAB_NO_GROW);
	EXPECT(obj);
	kmem_cache_free(cache, obj);
	EXPECT_EQ(kmem_cache_destroy(cache), 0);
}

KTEST(slab, zones)
{
	struct kmem_cache *dma = kmem_cache_create("t_dma", 700, 0, SLAB_CACHE_DMA, NULL);
	struct kmem_cache *any = kmem_cache_create("t_any", 700, 0, 0, NULL);
	unsigned int i;
	void *objs[20];

	ASSERT(dma && any);
	for (i = 0; i < 20; i++) {
		objs[i] = kmem_cache_alloc(dma, GFP_KERNEL | (i % 2 ? GFP_DMA : 0));
		ASSERT(objs[i]);
		EXPECT(virt_to_phys(objs[i]) + 700 <= 16 << 20);
	}
	kmem_cache_free_bulk(dma, 20, objs);
	EXPECT_REPORT("BUG t_any: the cache was not made for __GFP_DMA") {
		EXPECT(!kmem_cache_alloc(any, GFP_KERNEL | GFP_DMA));
	}
	EXPECT_REPORT("BUG t_any: __GFP_HIGHMEM") {
		EXPECT(!kmem_cache_alloc(any, GFP_HIGHUSER));
	}
	EXPECT_EQ(kmem_cache_destroy(dma), 0);
	EXPECT_EQ(kmem_cache_destroy(any), 0);
}

/* A cache of SLAB_CACHE_DMA32 has objects below 4 GiB only. */
KTEST(slab, zone_below_4_gib)
{
	struct kmem_cache *cache = kmem_cache_create("t_dma32", 700, 0, SLAB_CACHE_DMA32, NULL);
	void *objs[40];

	ASSERT(cache);
	for (unsigned int i = 0; i < ARRAY_SIZE(objs); i++) {
		objs[i] = kmem_cache_alloc(cache, GFP_KERNEL);
		ASSERT(objs[i]);
		EXPECT(virt_to_phys(objs[i]) + 700 <= 1ULL << 32);
	}
	kmem_cache_free_bulk(cache, ARRAY_SIZE(objs), objs);
	EXPECT_EQ(kmem_cache_destroy(cache), 0);
}

/* A sleeping allocation under a spinlock is reported each time, served or not. */
KTEST(slab, sleeping_where_it_must_not)
{
	struct kmem_cache *cache = kmem_cache_create("t_sleep", 64, 0, 0, NULL);
	void *obj = NULL;

	ASSERT(cache);
	kmem_cache_free(cache, kmem_cache_alloc(cache, GFP_KERNEL));
	preempt_disable();
	EXPECT_REPORT("sleeping function called from invalid context") {
		obj = kmem_cache_alloc(cache, GFP_KERNEL);
	}
	kmem_cache_free(cache, obj);
	EXPECT_NO_REPORT() {
		obj = kmem_cache_alloc(cache, GFP_ATOMIC);
	}
	kmem_cache_free(cache, obj);
	preempt_enable();
	EXPECT_EQ(kmem_cache_destroy(cache), 0);
}

/* ---- /proc/slabinfo -------------------------------------------------------------------- */

KTEST(slab, slabinfo)
{
	struct kmem_cache *cache = kmem_cache_create("t_info", 128, 0, 0, NULL);
	static char text[8192];
	char *line;
	void *obj;

	ASSERT(cache);
	obj = kmem_cache_alloc(cache, GFP_KERNEL);
	EXPECT(vfile_read("slabinfo", text, sizeof(text)) > 0);
	EXPECT(strstarts(text, "slabinfo - version: 2.1\n# name            <active_objs>"));
	line = strstr(text, "\nt_info ");
	ASSERT(line);
	if (!is_debugged(cache) && !kasan_enabled())
		EXPECT(strstarts(line,
				 "\nt_info                 1     32    128   32    1 : "
				 "tunables  128   96    0 : slabdata      1      1      0\n"));
	kmem_cache_free(cache, obj);
	EXPECT_EQ(kmem_cache_destroy(cache), 0);
}

/* Each place of a slab, the first and the last as well, is known to be free, or not. */
KTEST(slab, which_objects_are_free)
{
	struct kmem_cache *cache = kmem_cache_create("t_free", 256, 0, 0, NULL);
	void *objs[32];

	ASSERT(cache);
	ASSERT_EQ(kmem_cache_alloc_bulk(cache, GFP_KERNEL, ARRAY_SIZE(objs), objs),
		  ARRAY_SIZE(objs));
	for (unsigned int i = 0; i < ARRAY_SIZE(objs); i++)
		EXPECT(!slab_was_freed(objs[i]));
	kmem_cache_free_bulk(cache, ARRAY_SIZE(objs), objs);
	for (unsigned int i = 0; i < ARRAY_SIZE(objs); i++) {
		EXPECT(slab_was_freed(objs[i]));
		EXPECT(is_kfence_address(objs[i]) || !slab_was_freed(objs[i] + 8));
	}
	EXPECT_EQ(kmem_cache_destroy(cache), 0);
}

/* Which object an address belongs to, whatever the address is. */
KTEST(slab, whose_is_an_address)
{
	struct kmem_cache *cache = kmem_cache_create("whose", 100, 0, 0, NULL);
	u8 *p, *large = kmalloc(64 << 10, GFP_KERNEL), *far = vmalloc(PAGE_SIZE);
	unsigned long page = __get_free_page(GFP_KERNEL);
	void *places[5];

	ASSERT(cache && large && far && page);
	p = kmem_cache_alloc(cache, GFP_KERNEL);
	ASSERT(p);
	EXPECT(!strcmp(kmem_cache_name(cache), "whose"));
	EXPECT(slab_is_available());
	EXPECT(kmem_valid_obj(p) && kmem_valid_obj(p + 99));
	EXPECT(!kmem_valid_obj(large) && !kmem_valid_obj(far) && !kmem_valid_obj((void *)page));
	places[0] = p + 10;
	places[1] = large + 100;
	places[2] = far;
	places[3] = (void *)page;
	places[4] = (void *)8;
	EXPECT_REPORT("slab whose start") {
		for (unsigned int i = 0; i < ARRAY_SIZE(places); i++) {
			pr_warn("address %u:", i);
			kmem_dump_obj(places[i]);
		}
	}
	EXPECT(ktest_reported("in a block of kmalloc, 65536 bytes"));
	EXPECT(ktest_reported("in the vmalloc range"));
	EXPECT(ktest_reported("in a page of no slab"));
	EXPECT(ktest_reported("outside the direct map"));
	kmem_cache_free(cache, p);
	kmem_cache_destroy(cache);
	free_page(page);
	vfree(far);
	kfree(large);
}
