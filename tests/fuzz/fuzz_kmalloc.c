/* SPDX-License-Identifier: MIT */
/*
 * kmalloc() and its relatives: sizes from 0 to some pages, zeroed or not, grown and shrunk.
 *
 * A block must be aligned, not overlap another, hold what was written to it until it is
 * freed, read as zeroes where that was asked for, and be no smaller than asked.
 */
#include <linux/gfp.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include "fuzz_objects.h"

#define MAX_SIZE (96u << 10)

static struct objects objects;

static gfp_t read_gfp(struct fuzz_input *in, bool *zeroed)
{
	u8 how = fuzz_u8(in);

	*zeroed = how & 1;
	return (how & 2 ? GFP_ATOMIC : GFP_KERNEL) | (how & 1 ? __GFP_ZERO : 0) |
	       (how & 4 ? GFP_DMA32 : 0) | (how & 8 ? __GFP_RECLAIMABLE : 0) | __GFP_NOWARN;
}

static void took(void *p, size_t asked, bool zeroed)
{
	fuzz_check(p); /* memory for all of it is there */
	if (!asked) {
		fuzz_check(p == ZERO_SIZE_PTR && !ksize(p));
		kfree(p);
		return;
	}
	fuzz_check(!((unsigned long)p & (ARCH_KMALLOC_MINALIGN - 1)));
	fuzz_check(ksize(p) >= asked);
	if (!(asked & (asked - 1)))
		fuzz_check(!((unsigned long)p & (min_t(size_t, asked, PAGE_SIZE) - 1)));
	if (zeroed)
		fuzz_check(!memchr_inv(p, 0, asked));
	objects_add(&objects, p, asked);
}

static void op_alloc(struct fuzz_input *in)
{
	bool zeroed;
	gfp_t gfp = read_gfp(in, &zeroed);
	size_t size = fuzz_size(in, MAX_SIZE) - 1;

	if (objects.nr < MAX_OBJECTS)
		took(kmalloc(size, gfp), size, zeroed);
}

static void op_alloc_array(struct fuzz_input *in)
{
	size_t n = fuzz_size(in, 300), size = fuzz_u8(in) ? fuzz_size(in, 300) : ~0UL / 2;
	void *p;

	if (objects.nr == MAX_OBJECTS)
		return;
	p = kcalloc(n, size, GFP_KERNEL | __GFP_NOWARN);
	if (size > 300 && n > 1)
		fuzz_check(ZERO_OR_NULL_PTR(p) || n * size / n == size);
	if (p || size <= 300)
		took(p, n * size, true);
}

static void op_free(struct fuzz_input *in)
{
	struct object object;

	if (!objects.nr)
		return;
	object = objects_take(&objects, fuzz_below(in, objects.nr));
	kfree(object.p);
}

static void op_resize(struct fuzz_input *in)
{
	bool zeroed;
	gfp_t gfp = read_gfp(in, &zeroed);
	size_t size = fuzz_size(in, MAX_SIZE), kept;
	struct object object;
	void *p;

	if (!objects.nr)
		return;
	object = objects_take(&objects, fuzz_below(in, objects.nr));
	p = krealloc(object.p, size, gfp & ~__GFP_ZERO);
	fuzz_check(p);
	kept = min3(size, object.size, (size_t)64);
	for (size_t i = 0; i < kept; i++) {
		fuzz_check(((u8 *)p)[i] == fuzz_pattern(object.id, i));
		/* Its other end is there still, unless the block was cut. */
		if (size >= object.size)
			fuzz_check(((u8 *)p)[object.size - 1 - i] ==
				   fuzz_pattern(object.id, object.size - 1 - i));
	}
	fuzz_check(ksize(p) >= size);
	objects_add(&objects, p, size);
}

static void op_drain(struct fuzz_input *in)
{
	(void)in;
	kmem_cache_drain_all();
}

static void run(const u8 *data, size_t size)
{
	static void (*const op[])(struct fuzz_input *) = {op_alloc,	  op_alloc, op_alloc,
							  op_free,	  op_free,  op_resize,
							  op_alloc_array, op_drain};
	struct fuzz_holdings before = fuzz_holdings();
	struct fuzz_input in = {data, size};

	objects.nr = 0;
	while (in.left) {
		op[fuzz_below(&in, ARRAY_SIZE(op))](&in);
		fuzz_sound(slab_check_all());
	}
	while (objects.nr)
		kfree(objects_take(&objects, 0).p);
	fuzz_sound(slab_check_all());
	fuzz_settled(&before);
}

const struct fuzz_target fuzz_kmalloc = {.name = "kmalloc", .max_len = 512, .run = run};
