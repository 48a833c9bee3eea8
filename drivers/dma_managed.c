/* SPDX-License-Identifier: MIT */
/* Coherent memory and pools that go when the driver lets its device go. */
#include <linux/bug.h>
#include <linux/device.h>
#include <linux/dma-mapping.h>
#include <linux/dmapool.h>
#include <linux/kernel.h>

struct coherent {
	size_t size;
	void *vaddr;
	dma_addr_t handle;
};

static void release_coherent(struct device *dev, void *res)
{
	const struct coherent *c = res;

	dma_free_coherent(dev, c->size, c->vaddr, c->handle);
}

static int match_coherent(struct device *dev __unused, void *res, void *data)
{
	return ((struct coherent *)res)->vaddr == data;
}

void *dmam_alloc_coherent(struct device *dev, size_t size, dma_addr_t *handle, gfp_t gfp)
{
	struct coherent *c = devres_alloc(release_coherent, sizeof(*c), gfp);

	if (!c)
		return NULL;
	c->size = size;
	c->vaddr = dma_alloc_coherent(dev, size, &c->handle, gfp);
	if (!c->vaddr) {
		devres_free(c);
		return NULL;
	}
	*handle = c->handle;
	devres_add(dev, c);
	return c->vaddr;
}

void dmam_free_coherent(struct device *dev, size_t size __unused, void *vaddr,
			dma_addr_t handle __unused)
{
	WARN(devres_release(dev, release_coherent, match_coherent, vaddr),
	     "dmam_free_coherent: %p is not device %s's\n", vaddr, dev_name(dev));
}

static void release_pool(struct device *dev __unused, void *res)
{
	dma_pool_destroy(*(struct dma_pool **)res);
}

static int match_pool(struct device *dev __unused, void *res, void *data)
{
	return *(struct dma_pool **)res == data;
}

struct dma_pool *dmam_pool_create(const char *name, struct device *dev, size_t size, size_t align,
				  size_t boundary)
{
	struct dma_pool **res = devres_alloc(release_pool, sizeof(struct dma_pool *), GFP_KERNEL);

	if (!res)
		return NULL;
	*res = dma_pool_create(name, dev, size, align, boundary);
	if (!*res) {
		devres_free(res);
		return NULL;
	}
	devres_add(dev, res);
	return *res;
}

void dmam_pool_destroy(struct dma_pool *pool)
{
	struct device *dev = dma_pool_device(pool);

	WARN(devres_release(dev, release_pool, match_pool, pool),
	     "dmam_pool_destroy: a pool that is not device %s's\n", dev_name(dev));
}
