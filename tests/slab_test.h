/* SPDX-License-Identifier: MIT */
#ifndef _TESTS_SLAB_TEST_H
#define _TESTS_SLAB_TEST_H

/* What the white-box tests of the slab allocator share. */
#include <cairn/test.h>
#include <linux/kfence.h>
#include <linux/printk.h>
#include <linux/slab.h>
#include "../mm/slab.h"

#define EXPECT_CHECKED(cache)                            \
	do {                                             \
		const char *__wrong = slab_check(cache); \
                                                         \
		EXPECT(!__wrong);                        \
		if (__wrong)                             \
			pr_info("# %s\n", __wrong);      \
	} while (0)

static inline struct slab_cache *inside(struct kmem_cache *cache)
{
	return container_of(cache, struct slab_cache, hot);
}

/* Some tests are about what the undebugged allocator does; slub_debug= changes that. */
static inline bool is_debugged(struct kmem_cache *cache)
{
	return inside(cache)->mode == SLAB_MODE_DEBUG;
}

/* An object of a slab: for what lies between guard pages kfence has reports of its own. */
static inline void *kmalloc_in_slab(size_t size)
{
	void *sampled, *p = kmalloc(size, GFP_KERNEL);

	while (is_kfence_address(p)) {
		sampled = p;
		p = kmalloc(size, GFP_KERNEL);
		kfree(sampled);
	}
	return p;
}

#endif
