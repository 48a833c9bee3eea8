/* SPDX-License-Identifier: MIT */
/* Objects, from <linux/slab.h> alone; the string functions come with it. */
#include <linux/slab.h>

struct surface_object {
	int a, b;
};

static void construct(void *object)
{
	((struct surface_object *)object)->a = 7;
}

int init_module(void)
{
	struct kmem_cache *cache = KMEM_CACHE(surface_object, SLAB_HWCACHE_ALIGN);
	struct kmem_cache *plain =
		kmem_cache_create("surface", 40, 0, SLAB_POISON | SLAB_RED_ZONE, NULL);
	struct surface_object *object = kmem_cache_zalloc(cache, GFP_KERNEL);
	char *small = kmalloc(100, GFP_KERNEL), *zeroed = kcalloc(4, 25, GFP_KERNEL);
	char *large = kvmalloc(300000, GFP_KERNEL), *copy = kmemdup("surface", 8, GFP_KERNEL);
	void *many[8];
	int n = kmem_cache_alloc_bulk(plain, GFP_KERNEL, 8, many);
	void *far = kmalloc_node(3000, GFP_KERNEL, 0), *zeroed_far = kvzalloc(300000, GFP_KERNEL);
	void *rows = kvcalloc(70, 1000, GFP_KERNEL), *cells = kvmalloc_array(3, 5, GFP_KERNEL);
	struct kmem_cache *typesafe = kmem_cache_create(
		"surface_rcu", 32, 8, SLAB_TYPESAFE_BY_RCU | SLAB_PANIC, construct);
	struct kmem_cache *tracked =
		kmem_cache_create("surface_user", 32, 0, SLAB_STORE_USER, NULL);
	struct surface_object *kept = kmem_cache_alloc(typesafe, GFP_KERNEL);
	size_t product;
	int ok = far && zeroed_far && rows && cells && tracked && kept && kept->a == 7 && object &&
		 small && zeroed && large && copy && n == 8 && ksize(small) == 128 &&
		 !memchr(zeroed, 1, 100) && !memcmp(copy, "surface", 8) && !object->a &&
		 kmem_cache_size(cache) >= sizeof(struct surface_object) &&
		 check_mul_overflow((size_t)-1, (size_t)2, &product);

	if (small && copy) {
		memset(small, 1, 100);
		memcpy(small, copy, 8);
		small = krealloc(small, 5000, GFP_KERNEL);
	}
	kmem_cache_free_bulk(plain, 8, many);
	kmem_cache_free(cache, object);
	kmem_cache_shrink(cache);
	kmem_cache_destroy(cache);
	kmem_cache_destroy(plain);
	kmem_cache_free(typesafe, kept);
	kmem_cache_destroy(typesafe);
	kmem_cache_destroy(tracked);
	kfree(far);
	kvfree(zeroed_far);
	kvfree(rows);
	kvfree(cells);
	kvfree(large);
	kfree(zeroed);
	kfree(copy);
	kfree_sensitive(small);
	kfree(kmalloc_array(3, 7, GFP_KERNEL));
	return ok ? 0 : -1;
}
