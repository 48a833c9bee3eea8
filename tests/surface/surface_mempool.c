/* SPDX-License-Identifier: MIT */
/* Memory pools, from <linux/mempool.h>, and the cache of one from <linux/slab.h>. */
#include <linux/mempool.h>
#include <linux/slab.h>

int init_module(void)
{
	struct kmem_cache *cache = kmem_cache_create("surface_pool", 64, 0, 0, NULL);
	mempool_t *slabs = mempool_create_slab_pool(2, cache);
	mempool_t *own = mempool_create(2, mempool_kmalloc, mempool_kfree, (void *)64);
	mempool_t *pages = mempool_create_page_pool(2, 0);
	mempool_t *pool = mempool_create_kmalloc_pool(4, 128);
	void *p = pool ? mempool_alloc(pool, GFP_KERNEL) : NULL;
	void *object = mempool_alloc(slabs, GFP_NOIO), *q = mempool_alloc(own, GFP_ATOMIC);
	int ok = object && q && pages && p && !mempool_resize(pool, 8);

	if (p)
		mempool_free(p, pool);
	mempool_free(object, slabs);
	mempool_free(q, own);
	mempool_destroy(slabs);
	mempool_destroy(own);
	mempool_destroy(pages);
	mempool_destroy(pool);
	kmem_cache_destroy(cache);
	return ok ? 0 : -1;
}
