/* SPDX-License-Identifier: MIT */
/*
 * Memory pools over an allocator that fails when the input says so.
 *
 * The model is a number: how many elements the pool has in hand.  The allocator is asked
 * first; when it fails the pool gives one of its own, and NULL only when it has none; an
 * element given back goes to the pool first.  Growing takes what it can get.
 */
#include <linux/errno.h>
#include <linux/gfp.h>
#include <linux/kernel.h>
#include <linux/mempool.h>
#include <linux/slab.h>
#include "fuzz_objects.h"

#define ELEMENT 48

static struct objects objects;
static unsigned int nr_out; /* of the allocator behind the pool */
static bool fails;

static void *behind_alloc(gfp_t gfp, void *data)
{
	fuzz_check(data == &objects);
	if (fails)
		return NULL;
	nr_out++;
	return kmalloc(ELEMENT, gfp | __GFP_NOWARN);
}

static void behind_free(void *element, void *data)
{
	fuzz_check(data == &objects);
	fuzz_check(nr_out--);
	kfree(element);
}

static mempool_t *pool;
static unsigned int in_hand, wanted;

static void check_pool(void)
{
	fuzz_check(pool->min_nr == (int)wanted && pool->curr_nr == (int)in_hand);
	fuzz_check(in_hand <= wanted);
	fuzz_check(nr_out == in_hand + objects.nr);
}

static void op_alloc(struct fuzz_input *in)
{
	u8 how = fuzz_u8(in);
	void *p;

	if (objects.nr == MAX_OBJECTS)
		return;
	fails = how & 1;
	/* With nothing in hand, who may sleep would wait for ever: there is nobody else. */
	p = mempool_alloc(pool, how & 2 && (!fails || in_hand) ? GFP_KERNEL : GFP_NOWAIT);
	if (fails)
		fuzz_check(!p == !in_hand);
	else
		fuzz_check(p);
	if (fails && p)
		in_hand--;
	fails = false;
	if (p)
		objects_add(&objects, p, ELEMENT);
}

static void op_free(struct fuzz_input *in)
{
	if (!objects.nr)
		return;
	mempool_free(objects_take(&objects, fuzz_below(in, objects.nr)).p, pool);
	if (in_hand < wanted)
		in_hand++;
}

static void op_resize(struct fuzz_input *in)
{
	unsigned int n = 1 + fuzz_below(in, 20);
	int err;

	fails = fuzz_u8(in) & 1;
	err = mempool_resize(pool, (int)n);
	fails = false;
	fuzz_check(!err || err == -ENOMEM);
	/* What there was stays, cut to the new number; what was missing came, or not. */
	fuzz_check(pool->curr_nr >= (int)min(in_hand, n) && pool->curr_nr <= pool->min_nr);
	fuzz_check(pool->min_nr == (int)n || (err && pool->min_nr == (int)wanted));
	wanted = (unsigned int)pool->min_nr;
	in_hand = (unsigned int)pool->curr_nr;
}

static void run(const u8 *data, size_t size)
{
	static void (*const op[])(struct fuzz_input *) = {op_alloc, op_alloc, op_free, op_resize};
	struct fuzz_holdings before = fuzz_holdings();
	struct fuzz_input in = {data, size};
	u8 first = fuzz_u8(&in);

	objects.nr = nr_out = 0;
	wanted = 1 + first % 20;
	fails = first & 0x80;
	pool = mempool_create((int)wanted, behind_alloc, behind_free, &objects);
	fuzz_check(!pool == fails);
	fails = false;
	fuzz_check(pool || !nr_out);
	if (!pool)
		return;
	in_hand = wanted;
	while (in.left) {
		check_pool();
		op[fuzz_below(&in, ARRAY_SIZE(op))](&in);
	}
	check_pool();
	while (objects.nr)
		op_free(&in);
	mempool_destroy(pool);
	fuzz_check(!nr_out);
	fuzz_settled(&before);
}

const struct fuzz_target fuzz_mempool = {.name = "mempool", .max_len = 256, .run = run};
