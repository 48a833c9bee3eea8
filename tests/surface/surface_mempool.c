/* SPDX-License-Identifier: MIT */
/* Memory pools, from <linux/mempool.h> alone. */
#include <linux/mempool.h>

int init_module(void)
{
	mempool_t *pool = mempool_create_kmalloc_pool(4, 128);
	void *p = pool ? mempool_alloc(pool, GFP_KERNEL) : NULL;
	int ok = p && !mempool_resize(pool, 8);

	if (p)
		mempool_free(p, pool);
	mempool_destroy(pool);
	return ok ? 0 : -1;
}
