/* SPDX-License-Identifier: MIT */
/*
 * Scenario: drivers of thirty years call the same kernel.  One of 1999 hands sizes and
 * priorities over as integers, one of 2004 makes caches with six arguments and pools of
 * its own functions, one of today uses the names of today; flags that were renamed mean
 * the same, and the types that documents list are made of what they say.
 */
#include <linux/bitops.h>
#include <linux/kernel.h>
#include <linux/malloc.h>
#include <linux/mempool.h>
#include <linux/mm.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <cairn/test.h>

/* ---- Flags ----------------------------------------------------------------------------- */

#define WAIT_IO_FS (__GFP_WAIT | __GFP_IO | __GFP_FS)

KTEST(eras, flags_have_both_names)
{
	EXPECT_EQ(__GFP_WAIT, __GFP_DIRECT_RECLAIM);
	EXPECT_EQ(__GFP_REPEAT, __GFP_RETRY_MAYFAIL);
	EXPECT(__GFP_RECLAIM & __GFP_WAIT);
	EXPECT_EQ(SLAB_KERNEL, GFP_KERNEL);
	EXPECT_EQ(SLAB_ATOMIC, GFP_ATOMIC);
	EXPECT_EQ(SLAB_NO_GROW, __GFP_NO_GROW);
	EXPECT_EQ(SLAB_DESTROY_BY_RCU, SLAB_TYPESAFE_BY_RCU);
}

/* The table of types: which of the three rights, which zone, and the reserve. */
KTEST(eras, types_are_made_of_modifiers)
{
	EXPECT_EQ(GFP_ATOMIC & (WAIT_IO_FS | __GFP_HIGH), __GFP_HIGH);
	EXPECT_EQ(GFP_NOIO & (WAIT_IO_FS | __GFP_HIGH), __GFP_WAIT);
	EXPECT_EQ(GFP_NOFS & (WAIT_IO_FS | __GFP_HIGH), __GFP_WAIT | __GFP_IO);
	EXPECT_EQ(GFP_KERNEL & (WAIT_IO_FS | __GFP_HIGH), WAIT_IO_FS);
	EXPECT_EQ(GFP_USER & (WAIT_IO_FS | __GFP_HIGH), WAIT_IO_FS);
	EXPECT_EQ(GFP_HIGHUSER & ~__GFP_HIGHMEM, GFP_USER);
	EXPECT_EQ(GFP_HIGHUSER & GFP_ZONEMASK, __GFP_HIGHMEM);
	EXPECT_EQ(GFP_DMA, __GFP_DMA);
	EXPECT_EQ((GFP_KERNEL | GFP_ATOMIC | GFP_USER) & GFP_ZONEMASK, 0);
}

/* No two modifiers share a bit. */
KTEST(eras, modifiers_are_different_bits)
{
	static const gfp_t modifiers[] = {
		__GFP_WAIT,
		__GFP_HIGH,
		__GFP_IO,
		__GFP_FS,
		__GFP_COLD,
		__GFP_NOWARN,
		__GFP_REPEAT,
		__GFP_NOFAIL,
		__GFP_NORETRY,
		__GFP_NO_GROW,
		__GFP_COMP,
		__GFP_ZERO,
		__GFP_ACCOUNT,
		__GFP_NOMEMALLOC,
		__GFP_MEMALLOC,
		__GFP_DMA,
		__GFP_DMA32,
		__GFP_HIGHMEM,
		__GFP_KSWAPD_RECLAIM,
	};
	gfp_t seen = 0;

	for (unsigned int i = 0; i < ARRAY_SIZE(modifiers); i++) {
		EXPECT_EQ(hweight32(modifiers[i]), 1);
		EXPECT_EQ(seen & modifiers[i], 0);
		seen |= modifiers[i];
	}
}

/* ---- Calls ----------------------------------------------------------------------------- */

/* Arguments as 1999 declared them, and the flags spelled out as the documents do. */
KTEST(eras, sizes_and_priorities_are_integers)
{
	static DEFINE_SPINLOCK(lock);
	unsigned int size = 1000;
	int priority = __GFP_WAIT | __GFP_IO | __GFP_FS;
	unsigned long order = 2, page;
	void *p = kmalloc(size, priority);

	ASSERT(p);
	EXPECT(ksize(p) >= size);
	kfree(p);
	priority = GFP_KERNEL | GFP_DMA;
	p = kmalloc(size, priority);
	ASSERT(p);
	EXPECT(virt_to_phys(p) + size <= 16 << 20);
	kfree(p);
	page = __get_free_pages(priority, order);
	ASSERT(page);
	free_pages(page, order);
	page = get_free_page(priority);
	ASSERT(page);
	EXPECT(!memchr_inv((void *)page, 0, PAGE_SIZE));
	free_page(page);
	spin_lock(&lock);
	EXPECT_REPORT("sleeping function called from invalid context") {
		p = kmalloc(size, __GFP_WAIT);
	}
	spin_unlock(&lock);
	kfree(p);
}

/* A cache that is checked on each release, as 2.4 could ask for. */
KTEST(eras, a_cache_with_checks_on_free)
{
	kmem_cache_t *cache = kmem_cache_create("t_checked", 48, 0, SLAB_DEBUG_FREE, NULL, NULL);
	char *a, *b;

	ASSERT(cache);
	a = kmem_cache_alloc(cache, SLAB_KERNEL);
	b = kmem_cache_alloc(cache, SLAB_KERNEL);
	ASSERT(a && b);
	EXPECT_REPORT("BUG t_checked: Invalid object pointer") {
		kmem_cache_free(cache, a + 8);
	}
	kmem_cache_free(cache, a);
	EXPECT_REPORT("BUG t_checked: Object already free") {
		kmem_cache_free(cache, a);
	}
	kmem_cache_free(cache, b);
	EXPECT_EQ(kmem_cache_destroy(cache), 0);
}

/* A pool over the functions that documents name, by hand; its reserve is its cache's objects. */
static void use_pool_of(mempool_alloc_t *alloc, mempool_free_t *give_back, void *data)
{
	mempool_t *pool = mempool_create(3, alloc, give_back, data);
	void *e[4];

	ASSERT(pool);
	for (unsigned int i = 0; i < 4; i++) {
		e[i] = mempool_alloc(pool, i ? GFP_ATOMIC : GFP_KERNEL);
		ASSERT(e[i]);
		memset(e[i], (int)i, 96);
	}
	for (unsigned int i = 0; i < 4; i++) {
		EXPECT(!memchr_inv(e[i], (int)i, 96));
		mempool_free(e[i], pool);
	}
	mempool_destroy(pool);
}

KTEST(eras, pools_over_named_functions)
{
	kmem_cache_t *cache = kmem_cache_create("t_named", 96, 0, 0, NULL, NULL);

	ASSERT(cache);
	use_pool_of(mempool_alloc_slab, mempool_free_slab, cache);
	use_pool_of(mempool_kmalloc, mempool_kfree, (void *)96);
	EXPECT_EQ(kmem_cache_destroy(cache), 0);
}
