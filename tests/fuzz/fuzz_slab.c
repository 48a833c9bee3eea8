/* SPDX-License-Identifier: MIT */
/*
 * Caches of objects: made with any size, alignment and flags, used one by one and in bulk,
 * drained, shrunk, and destroyed in the end.
 *
 * A constructed object must be as the constructor left it whenever it is handed out; what
 * the model holds is what the cache counts as live.
 */
#include <linux/gfp.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include "fuzz_objects.h"

#define MAX_BULK  24
#define CTOR_BYTE 0xc5

static struct objects objects;
static struct kmem_cache *cache;
static unsigned int object_size;
static bool constructed;
static unsigned long live_before;

static void construct(void *p)
{
	memset(p, CTOR_BYTE, object_size);
}

static void took(void *p, bool zeroed, unsigned int align)
{
	fuzz_check(!((unsigned long)p & (max(align, 8u) - 1)));
	fuzz_check(!constructed || !memchr_inv(p, CTOR_BYTE, object_size));
	fuzz_check(!zeroed || !memchr_inv(p, 0, object_size));
	objects_add(&objects, p, object_size);
}

/* Who frees an object of a cache with a constructor leaves it as that had made it. */
static void *give(unsigned int i)
{
	struct object object = objects_take(&objects, i);

	if (constructed)
		construct(object.p);
	return object.p;
}

static unsigned int alignment;

static void op_alloc(struct fuzz_input *in)
{
	u8 how = fuzz_u8(in);
	bool zeroed = how & 1 && !constructed;
	void *p;

	if (objects.nr == MAX_OBJECTS)
		return;
	p = kmem_cache_alloc(cache,
			     (how & 2 ? GFP_ATOMIC : GFP_KERNEL) | (zeroed ? __GFP_ZERO : 0));
	fuzz_check(p);
	took(p, zeroed, alignment);
}

static void op_free(struct fuzz_input *in)
{
	if (objects.nr)
		kmem_cache_free(cache, give(fuzz_below(in, objects.nr)));
}

static void op_alloc_bulk(struct fuzz_input *in)
{
	void *p[MAX_BULK];
	size_t n = 1 + fuzz_below(in, MAX_BULK);

	if (objects.nr + n > MAX_OBJECTS)
		return;
	fuzz_check(kmem_cache_alloc_bulk(cache, GFP_KERNEL, n, p) == (int)n);
	for (size_t i = 0; i < n; i++)
		took(p[i], false, alignment);
}

static void op_free_bulk(struct fuzz_input *in)
{
	void *p[MAX_BULK];
	size_t n = 0, most = 1 + fuzz_below(in, MAX_BULK);

	while (n < most && objects.nr)
		p[n++] = give(fuzz_below(in, objects.nr));
	if (n)
		kmem_cache_free_bulk(cache, n, p);
}

static void op_shrink(struct fuzz_input *in)
{
	if (fuzz_u8(in) & 1)
		kmem_cache_shrink(cache);
	else
		kmem_cache_drain_all();
}

static bool make_cache(struct fuzz_input *in)
{
	u8 how = fuzz_u8(in);
	slab_flags_t flags = 0;

	object_size = fuzz_size(in, 9000);
	alignment = how & 1 ? 1u << (fuzz_u8(in) % 10) : 0;
	constructed = how & 2;
	if (how & 4)
		flags |= SLAB_HWCACHE_ALIGN;
	if (how & 8)
		flags |= SLAB_TYPESAFE_BY_RCU;
	if (how & 0x10)
		flags |= SLAB_RECLAIM_ACCOUNT;
	if (how & 0x20)
		flags |= SLAB_RED_ZONE;
	if (how & 0x40)
		flags |= SLAB_POISON;
	if (how & 0x80)
		flags |= SLAB_STORE_USER;
	cache = kmem_cache_create("fuzz", object_size, alignment, flags,
				  constructed ? construct : NULL);
	return cache;
}

static void run(const u8 *data, size_t size)
{
	static void (*const op[])(struct fuzz_input *) = {op_alloc,	 op_alloc,     op_free,
							  op_alloc_bulk, op_free_bulk, op_shrink};
	struct fuzz_holdings before = fuzz_holdings();
	struct fuzz_input in = {data, size};

	objects.nr = 0;
	if (!make_cache(&in))
		return;
	live_before = slab_live_objects();
	fuzz_check(kmem_cache_size(cache) == object_size);
	while (in.left) {
		op[fuzz_below(&in, ARRAY_SIZE(op))](&in);
		fuzz_sound(slab_check(cache));
		fuzz_check(slab_live_objects() == live_before + objects.nr);
	}
	while (objects.nr)
		kmem_cache_free(cache, give(0));
	kmem_cache_destroy(cache);
	fuzz_settled(&before);
}

const struct fuzz_target fuzz_slab = {.name = "slab", .max_len = 384, .run = run};
