/* SPDX-License-Identifier: MIT */
/*
 * Memory pools: the reserve is used when the allocator has nothing, filled again
 * first, and never exceeds what was asked for.  An allocator that fails on
 * command stands in for one that is out of memory; the last test takes all
 * memory there is.
 */
#include <cairn/test.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/kfence.h>
#include <linux/mempool.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include "../mm/internal.h"

/* An allocator of numbered elements that fails while @broken. */
static struct {
	bool broken;
	unsigned int allocated, freed;
	gfp_t last_gfp;
} fake;

static void *fake_alloc(gfp_t gfp, void *data)
{
	fake.last_gfp = gfp;
	if (fake.broken)
		return NULL;
	fake.allocated++;
	return kmalloc((size_t)data, GFP_KERNEL);
}

static void fake_free(void *element, void *data __unused)
{
	fake.freed++;
	kfree(element);
}

static mempool_t *fake_pool(int min_nr)
{
	memset(&fake, 0, sizeof(fake));
	return mempool_create(min_nr, fake_alloc, fake_free, (void *)32);
}

KTEST(mempools, reserve_comes_last_and_is_refilled_first)
{
	mempool_t *pool = fake_pool(3);
	void *a[3], *extra;
	int i;

	ASSERT(pool);
	EXPECT_EQ(fake.allocated, 3);
	EXPECT_EQ(pool->curr_nr, 3);
	extra = mempool_alloc(pool, GFP_KERNEL);
	EXPECT(extra);
	EXPECT_EQ(pool->curr_nr, 3);
	EXPECT(!(fake.last_gfp & __GFP_DIRECT_RECLAIM));
	EXPECT(fake.last_gfp & __GFP_NOWARN);
	fake.broken = true;
	for (i = 0; i < 3; i++) {
		a[i] = mempool_alloc(pool, i == 1 ? GFP_ATOMIC : GFP_KERNEL);
		EXPECT(a[i]);
	}
	EXPECT_EQ(pool->curr_nr, 0);
	EXPECT(!mempool_alloc(pool, GFP_ATOMIC));
	EXPECT(!mempool_alloc(pool, GFP_NOWAIT));
	mempool_free(extra, pool);
	EXPECT_EQ(pool->curr_nr, 1);
	EXPECT_EQ(fake.freed, 0);
	extra = mempool_alloc(pool, GFP_KERNEL);
	EXPECT(extra);
	fake.broken = false;
	for (i = 0; i < 3; i++)
		mempool_free(a[i], pool);
	EXPECT_EQ(pool->curr_nr, 3);
	mempool_free(extra, pool);
	EXPECT_EQ(fake.freed, 1);
	mempool_free(NULL, pool);
	mempool_destroy(pool);
	EXPECT_EQ(fake.freed, fake.allocated);
	mempool_destroy(NULL);
}

KTEST(mempools, creation_fails_whole)
{
	memset(&fake, 0, sizeof(fake));
	fake.broken = true;
	EXPECT(!mempool_create(4, fake_alloc, fake_free, (void *)32));
	EXPECT_REPORT("mempool: a pool of 0 elements") {
		EXPECT(!mempool_create(0, fake_alloc, fake_free, (void *)32));
	}
}

static mempool_t *refilled;
static void *given_back;

/* Nothing, but what it does to find something brings an element back to the pool. */
static void *fail_and_give_back(gfp_t gfp, void *data __unused)
{
	void *element = given_back;

	if (fake.broken && (gfp & __GFP_DIRECT_RECLAIM) && element) {
		given_back = NULL;
		mempool_free(element, refilled);
		return NULL;
	}
	return fake.broken && element ? NULL : kmalloc(32, GFP_KERNEL);
}

/* An element that comes back while the allocator is asked once more is taken without waiting. */
KTEST(mempools, an_element_back_before_the_queue_is_joined)
{
	void *held, *got;

	memset(&fake, 0, sizeof(fake));
	given_back = NULL;
	refilled = mempool_create(1, fail_and_give_back, fake_free, NULL);
	ASSERT(refilled);
	held = refilled->elements[0];
	given_back = held;
	fake.broken = true;
	EXPECT(mempool_alloc(refilled, GFP_NOWAIT) == held);
	EXPECT_EQ(refilled->curr_nr, 0);
	got = mempool_alloc(refilled, GFP_KERNEL);
	EXPECT(got == held);
	EXPECT(!given_back);
	fake.broken = false;
	mempool_free(got, refilled);
	mempool_destroy(refilled);
}

static void *needs_reclaim(gfp_t gfp, void *data __unused)
{
	return fake.broken && !(gfp & __GFP_DIRECT_RECLAIM) ? NULL : kmalloc(32, GFP_KERNEL);
}

/* With the reserve in use, reclaim finds memory for one more: that is taken without waiting. */
KTEST(mempools, what_reclaim_finds_is_taken)
{
	mempool_t *pool;
	void *held, *got;

	memset(&fake, 0, sizeof(fake));
	pool = mempool_create(1, needs_reclaim, fake_free, NULL);
	ASSERT(pool);
	fake.broken = true;
	held = mempool_alloc(pool, GFP_KERNEL);
	EXPECT(held);
	EXPECT_EQ(pool->curr_nr, 0);
	got = mempool_alloc(pool, GFP_KERNEL);
	EXPECT(got && got != held);
	mempool_free(held, pool);
	EXPECT_EQ(fake.freed, 0);
	mempool_free(got, pool);
	EXPECT_EQ(fake.freed, 1);
	mempool_destroy(pool);
}

static mempool_t *both_pool;
static void *comes_back;
static unsigned int asked_hard;

/* Finds memory when it is asked hard a second time, just after an element has come back. */
static void *find_too_late(gfp_t gfp, void *data __unused)
{
	if (!fake.broken)
		return kmalloc(32, GFP_KERNEL);
	if (!(gfp & __GFP_DIRECT_RECLAIM) || !asked_hard++)
		return NULL;
	mempool_free(comes_back, both_pool);
	return kmalloc(32, GFP_KERNEL);
}

/* Who waits is handed an element while the allocator finds it another: the first goes back. */
KTEST(mempools, an_element_handed_over_beside_another_goes_back)
{
	void *got;

	memset(&fake, 0, sizeof(fake));
	asked_hard = 0;
	both_pool = mempool_create(1, find_too_late, fake_free, NULL);
	ASSERT(both_pool);
	fake.broken = true;
	comes_back = mempool_alloc(both_pool, GFP_NOWAIT);
	EXPECT_EQ(both_pool->curr_nr, 0);
	got = mempool_alloc(both_pool, GFP_KERNEL);
	EXPECT_EQ(asked_hard, 2);
	EXPECT(got && got != comes_back);
	EXPECT_EQ(both_pool->curr_nr, 1);
	mempool_free(got, both_pool);
	EXPECT_EQ(fake.freed, 1);
	mempool_destroy(both_pool);
	EXPECT_EQ(fake.freed, 2);
}

static gfp_t first_gfp;

static void *note_first_flags(gfp_t gfp, void *data __unused)
{
	if (!first_gfp)
		first_gfp = gfp;
	return kmalloc(32, GFP_KERNEL);
}

/* The reserve is there for whoever comes: the allocator is asked to leave its own alone. */
KTEST(mempools, the_allocator_keeps_its_reserves)
{
	mempool_t *pool;
	void *got;

	memset(&fake, 0, sizeof(fake));
	pool = mempool_create(1, note_first_flags, fake_free, NULL);
	ASSERT(pool);
	first_gfp = 0;
	got = mempool_alloc(pool, GFP_KERNEL | __GFP_MEMALLOC);
	EXPECT(got);
	EXPECT_EQ(first_gfp, (GFP_KERNEL & ~(__GFP_DIRECT_RECLAIM | __GFP_IO)) | __GFP_MEMALLOC |
				     __GFP_NOMEMALLOC | __GFP_NORETRY | __GFP_NOWARN);
	mempool_free(got, pool);
	mempool_destroy(pool);
}

/* On a node, and in memory of the caller's: the same pools. */
KTEST(mempools, on_a_node)
{
	mempool_t *pool, inside;

	memset(&fake, 0, sizeof(fake));
	pool = mempool_create_node(4, fake_alloc, fake_free, (void *)32, GFP_KERNEL, 0);
	ASSERT(pool);
	EXPECT_EQ(pool->curr_nr, 4);
	mempool_destroy(pool);
	EXPECT_EQ(mempool_init_node(&inside, 3, fake_alloc, fake_free, (void *)32, GFP_KERNEL, 0),
		  0);
	EXPECT_EQ(inside.curr_nr, 3);
	mempool_exit(&inside);
	EXPECT_EQ(fake.freed, fake.allocated);
	fake.broken = true;
	EXPECT(!mempool_create_node(4, fake_alloc, fake_free, (void *)32, GFP_KERNEL, 0));
	EXPECT_EQ(mempool_init_node(&inside, 3, fake_alloc, fake_free, (void *)32, GFP_KERNEL, 0),
		  -ENOMEM);
	EXPECT_EQ(fake.freed, fake.allocated);
}

KTEST(mempools, resize)
{
	mempool_t *pool = fake_pool(4);
	void *a;

	ASSERT(pool);
	EXPECT_EQ(mempool_resize(pool, 10), 0);
	EXPECT_EQ(pool->min_nr, 10);
	EXPECT_EQ(pool->curr_nr, 10);
	EXPECT_EQ(mempool_resize(pool, 2), 0);
	EXPECT_EQ(pool->curr_nr, 2);
	EXPECT_EQ(fake.freed, 8);
	fake.broken = true;
	a = mempool_alloc(pool, GFP_KERNEL);
	EXPECT_EQ(mempool_resize(pool, 5), -ENOMEM);
	EXPECT_EQ(pool->min_nr, 5);
	mempool_free(a, pool);
	EXPECT_EQ(pool->curr_nr, 2);
	EXPECT_REPORT("mempool: resize to 0") {
		EXPECT_EQ(mempool_resize(pool, 0), -EINVAL);
	}
	mempool_destroy(pool);
	EXPECT_EQ(fake.freed, fake.allocated);
}

static void use_pool(mempool_t *pool, size_t size)
{
	static u8 *e[300];
	unsigned int i, n = size < PAGE_SIZE ? ARRAY_SIZE(e) : ARRAY_SIZE(e) / 4;

	ASSERT(pool);
	for (i = 0; i < n; i++) {
		e[i] = mempool_alloc(pool, i % 2 ? GFP_KERNEL : GFP_ATOMIC);
		ASSERT(e[i]);
		memset(e[i], (int)i, size);
	}
	EXPECT_EQ(pool->curr_nr, pool->min_nr);
	for (i = 0; i < n; i++)
		EXPECT(!memchr_inv(e[i], (int)(i & 0xff), size));
	for (i = 0; i < n; i++)
		mempool_free(e[i], pool);
	EXPECT(!slab_check_all());
	mempool_destroy(pool);
}

KTEST(mempools, slab_and_kmalloc_pools)
{
	struct kmem_cache *cache = kmem_cache_create("t_pool", 200, 0, 0, NULL);
	mempool_t inside;

	ASSERT(cache);
	use_pool(mempool_create_slab_pool(16, cache), 200);
	use_pool(mempool_create_kmalloc_pool(16, 500), 500);
	use_pool(mempool_create_kmalloc_pool(2, 20000), 20000);
	EXPECT_EQ(mempool_init_slab_pool(&inside, 3, cache), 0);
	EXPECT(mempool_initialized(&inside));
	mempool_free(mempool_alloc(&inside, GFP_KERNEL), &inside);
	mempool_exit(&inside);
	EXPECT_EQ(kmem_cache_destroy(cache), 0);
}

static unsigned int own_allocs, own_frees;

static void *own_alloc(gfp_t gfp, void *cache)
{
	own_allocs++;
	return mempool_alloc_slab(gfp, cache);
}

static void own_free(void *element, void *cache)
{
	own_frees++;
	mempool_free_slab(element, cache);
}

/* A pool of which half is its user's own: no allocation, and no release, passes that by. */
KTEST(mempools, half_of_a_slab_pool)
{
	struct kmem_cache *cache = kmem_cache_create("t_pool", 200, 0, 0, NULL);
	mempool_t *pool;

	ASSERT(cache);
	own_allocs = own_frees = 0;
	pool = mempool_create(1, own_alloc, mempool_free_slab, cache);
	ASSERT(pool);
	for (unsigned int i = 0; i < 10; i++)
		mempool_free(mempool_alloc(pool, GFP_KERNEL), pool);
	mempool_destroy(pool);
	EXPECT(own_allocs >= 11); /* those that failed too */
	pool = mempool_create(1, mempool_alloc_slab, own_free, cache);
	ASSERT(pool);
	for (unsigned int i = 0; i < 10; i++)
		mempool_free(mempool_alloc(pool, GFP_KERNEL), pool);
	mempool_destroy(pool);
	EXPECT(own_frees >= 10); /* one may have been of the reserve */
	EXPECT_EQ(kmem_cache_destroy(cache), 0);
}

/* Flags that are wrong are reported, though an object of the cache lies ready. */
KTEST(mempools, wrong_flags_with_objects_at_hand)
{
	struct kmem_cache *cache = kmem_cache_create("t_pool", 200, 0, 0, NULL);
	static DEFINE_SPINLOCK(lock);
	mempool_t *pool;
	void *a = NULL;

	ASSERT(cache);
	pool = mempool_create_slab_pool(1, cache);
	ASSERT(pool);
	mempool_free(mempool_alloc(pool, GFP_KERNEL), pool);
	spin_lock(&lock);
	EXPECT_REPORT("sleeping function called from invalid context") {
		a = mempool_alloc(pool, GFP_NOIO);
	}
	spin_unlock(&lock);
	EXPECT(a);
	mempool_free(a, pool);
	EXPECT_REPORT("mempool_alloc: __GFP_ZERO") {
		a = mempool_alloc(pool, GFP_KERNEL | __GFP_ZERO);
	}
	EXPECT(a);
	mempool_free(a, pool);
	mempool_destroy(pool);
	EXPECT_EQ(kmem_cache_destroy(cache), 0);
}

KTEST(mempools, page_pool)
{
	mempool_t *pool = mempool_create_page_pool(4, 2);
	struct page *page;

	ASSERT(pool);
	page = mempool_alloc(pool, GFP_KERNEL);
	ASSERT(page);
	memset(page_address(page), 0x5c, PAGE_SIZE << 2);
	EXPECT_EQ((unsigned long)page_address(page) % (PAGE_SIZE << 2), 0);
	mempool_free(page, pool);
	mempool_destroy(pool);
}

/* An object that is in the pool already is refused; so is one of another cache. */
KTEST(mempools, misuse)
{
	struct kmem_cache *cache = kmem_cache_create("t_pool", 200, 0, 0, NULL);
	mempool_t *pool;
	void *a, *other;

	ASSERT(cache);
	pool = mempool_create_slab_pool(2, cache);
	ASSERT(pool);
	a = mempool_alloc(pool, GFP_KERNEL);
	mempool_free(a, pool);
	EXPECT_REPORT("BUG t_pool: Object already free") {
		mempool_free(a, pool);
	}
	other = kmalloc(200, GFP_KERNEL);
	EXPECT_REPORT("cache_from_obj: Wrong slab cache. t_pool but object is from kmalloc-256") {
		mempool_free(other, pool);
	}
	kfree(other);
	mempool_destroy(pool);
	EXPECT_EQ(kmem_cache_destroy(cache), 0);
}

KTEST(mempools, element_freed_twice_into_the_reserve)
{
	mempool_t *pool = fake_pool(2);
	void *a, *b;

	ASSERT(pool);
	fake.broken = true;
	a = mempool_alloc(pool, GFP_KERNEL);
	b = mempool_alloc(pool, GFP_KERNEL);
	mempool_free(a, pool);
	EXPECT_REPORT("BUG: mempool_free: ") {
		mempool_free(a, pool);
	}
	EXPECT_EQ(pool->curr_nr, 1);
	mempool_free(b, pool);
	mempool_destroy(pool);
}

/* The reserve was full again when it came a second time, and so it was freed. */
KTEST(mempools, element_of_the_reserve_is_freed)
{
	mempool_t *pool = mempool_create_kmalloc_pool(2, 100);
	void *element;

	ASSERT(pool);
	element = pool->elements[1];
	kfree(element);
	EXPECT_REPORT("of the reserve was freed") {
		mempool_destroy(pool);
	}
	EXPECT(!slab_check_all());
}

/* Pools that keep something, each of another size, and how often a list of pools names them. */
static const struct mempool_holder some_pools[] = {
	{.kept = 3, .wanted = 3, .size = 72},  {.kept = 7, .wanted = 7, .size = 1000},
	{.kept = 5, .wanted = 5, .size = 200}, {.kept = 2, .wanted = 2, .size = PAGE_SIZE << 1},
	{.kept = 9, .wanted = 9, .size = 0},
};

static mempool_t *pool_like(const struct mempool_holder *like)
{
	if (!like->size)
		return fake_pool(like->wanted);
	if (like->size > PAGE_SIZE)
		return mempool_create_page_pool(like->wanted, 1);
	return mempool_create_kmalloc_pool(like->wanted, like->size);
}

static size_t kept_bytes(const struct mempool_holder *one)
{
	return (size_t)one->kept * one->size;
}

static unsigned int times_named(const struct mempool_holder *like,
				const struct mempool_holder *table, unsigned int n)
{
	unsigned int found = 0;

	for (unsigned int i = 0; i < n; i++)
		found += table[i].kept == like->kept && table[i].wanted == like->wanted &&
			 table[i].size == like->size;
	return found;
}

/* Pools are listed by the bytes they keep, the most first; where nobody knows those, last. */
KTEST(mempools, who_keeps_the_most)
{
	static struct mempool_holder table[64], first[2];
	mempool_t *pool[ARRAY_SIZE(some_pools)];
	unsigned int i, n;

	for (i = 0; i < ARRAY_SIZE(some_pools); i++) {
		pool[i] = pool_like(&some_pools[i]);
		ASSERT(pool[i]);
	}
	n = mempool_holders(table, ARRAY_SIZE(table));
	ASSERT(n >= ARRAY_SIZE(some_pools) && n <= ARRAY_SIZE(table));
	for (i = 0; i < ARRAY_SIZE(some_pools); i++)
		EXPECT_EQ(times_named(&some_pools[i], table, n), 1);
	for (i = 1; i < n; i++)
		EXPECT(kept_bytes(&table[i]) <= kept_bytes(&table[i - 1]));
	EXPECT_EQ(mempool_holders(first, 2), n);
	for (i = 0; i < 2; i++)
		EXPECT_EQ(kept_bytes(&first[i]), kept_bytes(&table[i]));
	for (i = 0; i < ARRAY_SIZE(some_pools); i++)
		mempool_destroy(pool[i]);
}

struct link {
	struct link *next;
	unsigned long order;
};

/* With every page and every object of the cache gone, work through the pool goes on. */
KTEST(mempools, progress_without_memory)
{
	struct kmem_cache *cache = kmem_cache_create("t_pool", 512, 0, 0, NULL);
	struct link *blocks = NULL, *objs = NULL, *p;
	unsigned int order, round, i;
	mempool_t *pool;
	void *e[4];

	if (kfence_enabled()) {
		kmem_cache_destroy(cache);
		ktest_skip("kfence has objects where there is no memory");
		return;
	}
	ASSERT(cache);
	pool = mempool_create_slab_pool(4, cache);
	ASSERT(pool);
	for (order = MAX_ORDER; order-- > 0;) {
		while ((p = (void *)__get_free_pages(GFP_ATOMIC | __GFP_NOWARN, order))) {
			p->next = blocks;
			p->order = order;
			blocks = p;
		}
	}
	while ((p = kmem_cache_alloc(cache, GFP_ATOMIC | __GFP_NOWARN))) {
		p->next = objs;
		objs = p;
	}
	for (round = 0; round < 100; round++) {
		for (i = 0; i < 4; i++) {
			e[i] = mempool_alloc(pool, GFP_KERNEL);
			ASSERT(e[i]);
		}
		EXPECT(!mempool_alloc(pool, GFP_ATOMIC));
		for (i = 0; i < 4; i++)
			mempool_free(e[i], pool);
	}
	for (; objs; objs = p) {
		p = objs->next;
		kmem_cache_free(cache, objs);
	}
	for (; blocks; blocks = p) {
		p = blocks->next;
		free_pages((unsigned long)blocks, (unsigned int)blocks->order);
	}
	mempool_destroy(pool);
	EXPECT_EQ(kmem_cache_destroy(cache), 0);
}
