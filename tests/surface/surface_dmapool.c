/* SPDX-License-Identifier: MIT */
/* Pools of small blocks, from <linux/device.h> and <linux/dmapool.h>. */
#include <linux/device.h>
#include <linux/dmapool.h>

static void surface_release(struct device *dev)
{
}

int init_module(void)
{
	static struct device dev;
	static u64 mask;
	dma_addr_t handles[3];
	struct dma_pool *pool;
	char *a, *b, *c;
	int ok;

	dev.release = surface_release;
	dev.dma_mask = &mask;
	dev.coherent_dma_mask = 0xffffffff;
	if (dev_set_name(&dev, "surface_pool") || device_register(&dev))
		return -1;
	pool = dma_pool_create("surface", &dev, 68, 32, 4096);
	a = dma_pool_alloc(pool, GFP_KERNEL, &handles[0]);
	b = dma_pool_zalloc(pool, GFP_ATOMIC, &handles[1]);
	ok = pool && a && b && handles[0] % 32 == 0 && handles[1] % 32 == 0 && !b[67];
	dma_pool_free(pool, a, handles[0]);
	dma_pool_free(pool, b, handles[1]);
	dma_pool_destroy(pool);
	pool = dmam_pool_create("surface_managed", &dev, 16, 16, 0);
	c = dma_pool_alloc(pool, GFP_KERNEL, &handles[2]);
	dma_pool_free(pool, c, handles[2]);
	device_unregister(&dev);
	return ok && c ? 0 : -1;
}
