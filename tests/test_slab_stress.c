/* SPDX-License-Identifier: MIT */
/*
 * Slab caches and kmalloc under load: random operations against a model, memory
 * down to the last page, and an "interrupt" after each single instruction of the
 * restartable paths that uses the same cache.
 */
#include <cairn/test.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/preempt.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <asm/traps.h>
#include "../mm/slab.h"

static u64 rng_state;

static u32 rng(void)
{
	rng_state = rng_state * 6364136223846793005ULL + 1442695040888963407ULL;
	return (u32)(rng_state >> 33);
}

static void construct(void *obj)
{
	memset(obj, 0, 16);
}

#define LIVE 512

static struct model {
	u8 *obj;
	u32 size;
	u8 fill;
	u8 from; /* cache, or kmalloc */
} model[LIVE];

static struct kmem_cache *caches[4];

static void model_alloc(struct model *m)
{
	m->from = (u8)(rng() % 5);
	m->fill = (u8)rng();
	if (m->from < 4) {
		m->obj = kmem_cache_alloc(caches[m->from], rng() % 2 ? GFP_KERNEL : GFP_ATOMIC);
		m->size = kmem_cache_size(caches[m->from]);
	} else {
		m->size = 1 + (rng() & ((8u << rng() % 14) - 1));
		m->obj = kmalloc(m->size, GFP_KERNEL);
	}
	ASSERT(m->obj);
	memset(m->obj, m->fill, m->size);
}

static void model_free(struct model *m)
{
	EXPECT(!memchr_inv(m->obj, m->fill, m->size));
	if (m->from < 4)
		kmem_cache_free(caches[m->from], m->obj);
	else
		kfree(m->obj);
	m->obj = NULL;
}

static void model_resize(struct model *m)
{
	u32 size = 1 + rng() % 3000;
	u8 *moved = krealloc(m->obj, size, GFP_KERNEL);

	ASSERT(moved);
	EXPECT(!memchr_inv(moved, m->fill, min(size, m->size)));
	m->obj = moved;
	m->size = size;
	memset(moved, m->fill, size);
}

/* Sixty thousand operations on four caches and kmalloc, contents compared, invariants checked. */
KTEST(slab_stress, random_operations)
{
	static const unsigned int sizes[4] = {12, 64, 328, 2100};
	const char *wrong = NULL;
	unsigned int i;

	rng_state = 1;
	for (i = 0; i < 4; i++) {
		caches[i] =
			kmem_cache_create("t_stress", sizes[i], 0, 0, i == 2 ? construct : NULL);
		ASSERT(caches[i]);
	}
	for (i = 0; i < 60000 && !wrong; i++) {
		struct model *m = &model[rng() % LIVE];

		if (!m->obj)
			model_alloc(m);
		else if (m->from == 4 && rng() % 4 == 0)
			model_resize(m);
		else
			model_free(m);
		if (i % 1000 == 0)
			wrong = slab_check_all();
		if (i % 7001 == 0)
			kmem_cache_drain_all();
	}
	EXPECT(!wrong);
	for (i = 0; i < LIVE; i++) {
		if (model[i].obj)
			model_free(&model[i]);
	}
	for (i = 0; i < 4; i++)
		EXPECT_EQ(kmem_cache_destroy(caches[i]), 0);
	EXPECT(!slab_check_all());
}

/* ---- The last page --------------------------------------------------------------------- */

struct link {
	struct link *next;
};

/* Takes blocks until little is left, so that the objects below are few enough. */
static struct link *take_most_pages(void)
{
	struct link *blocks = NULL, *block;
	unsigned int order;

	for (order = MAX_ORDER; order-- > 5;) {
		while (nr_free_pages() - nr_free_highpages() > 8192 &&
		       (block = (void *)__get_free_pages(GFP_ATOMIC | __GFP_NOWARN, order))) {
			block->next = blocks;
			((unsigned long *)block)[1] = order;
			blocks = block;
		}
	}
	return blocks;
}

static unsigned long take_all(struct link **list, size_t size)
{
	unsigned long n = 0;
	struct link *obj;

	while ((obj = kmalloc(size, GFP_ATOMIC | __GFP_MEMALLOC | __GFP_NOWARN))) {
		memset(obj, 0xa7, size);
		obj->next = *list;
		*list = obj;
		n++;
	}
	return n;
}

/* Kmalloc of falling sizes until each returns NULL; then everything comes back. */
KTEST(slab_stress, down_to_the_last_page)
{
	struct link *blocks, *objs = NULL, *next;
	unsigned long got = 0, again;
	size_t size;

	kmem_cache_drain_all();
	drain_all_pages();
	blocks = take_most_pages();
	for (size = 8192; size >= 64; size /= 2)
		got += take_all(&objs, size);
	EXPECT(got > 100);
	drain_all_pages();
	EXPECT_EQ(nr_free_pages(), nr_free_highpages());
	EXPECT(!kmalloc(8192, GFP_ATOMIC | __GFP_NOWARN));
	EXPECT(!kzalloc(64, GFP_ATOMIC | __GFP_NOWARN));
	EXPECT(!slab_check_all());
	for (; objs; objs = next) {
		next = objs->next;
		kfree(objs);
	}
	EXPECT(!slab_check_all());
	kmem_cache_drain_all();
	again = take_all(&objs, 4096);
	EXPECT(again > 100);
	for (; objs; objs = next) {
		next = objs->next;
		kfree(objs);
	}
	for (; blocks; blocks = next) {
		next = blocks->next;
		free_pages((unsigned long)blocks, (unsigned int)((unsigned long *)blocks)[1]);
	}
}

/* A sleeping allocation gets at what other caches keep: the shrinker empties them. */
KTEST(slab_stress, shrinker_empties_caches)
{
	struct kmem_cache *cache = kmem_cache_create("t_reap", 512, 0, 0, NULL);
	struct kmem_cache *kept = kmem_cache_create("t_keep", 512, 0, SLAB_NO_REAP, NULL);
	struct link *blocks, *pages = NULL, *page, *next;
	static void *objs[1000], *kept_objs[100];

	ASSERT(cache && kept);
	ASSERT_EQ(kmem_cache_alloc_bulk(cache, GFP_KERNEL, 1000, objs), 1000);
	ASSERT_EQ(kmem_cache_alloc_bulk(kept, GFP_KERNEL, 100, kept_objs), 100);
	blocks = take_most_pages();
	kmem_cache_free_bulk(cache, 1000, objs);
	kmem_cache_free_bulk(kept, 100, kept_objs);
	while ((page = (void *)__get_free_page(GFP_KERNEL | __GFP_NOWARN))) {
		page->next = pages;
		pages = page;
	}
	EXPECT_EQ(slab_nr_slabs(container_of(cache, struct slab_cache, hot)), 0);
	EXPECT(slab_nr_slabs(container_of(kept, struct slab_cache, hot)) > 0);
	for (; pages; pages = next) {
		next = pages->next;
		free_page((unsigned long)pages);
	}
	for (; blocks; blocks = next) {
		next = blocks->next;
		free_pages((unsigned long)blocks, (unsigned int)((unsigned long *)blocks)[1]);
	}
	EXPECT_EQ(kmem_cache_destroy(cache), 0);
	EXPECT_EQ(kmem_cache_destroy(kept), 0);
}

/* ---- Interrupted after each instruction ------------------------------------------------ */

static struct kmem_cache *stepped;
static u64 *step_objs[8];
static unsigned int step_kind;
static unsigned long step_at; /* counts down to the step to disturb; 0: one in sixteen */
static unsigned long disturbed;
static u64 *handler_objs[64];
static unsigned int handler_used;
static bool step_wrong;

static u64 *step_alloc(gfp_t gfp)
{
	switch (step_kind) {
	case 0:
		return kmalloc(64, gfp);
	case 1:
		return kmem_cache_alloc(stepped, gfp);
	default:
		return __kmalloc(64, gfp);
	}
}

static void step_free(u64 *obj)
{
	if (step_kind == 1)
		kmem_cache_free(stepped, obj);
	else
		kfree(obj);
}

/* What the interrupted code does: each object is marked as its own while it has it. */
static void step_body(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(step_objs); i++) {
		step_objs[i] = step_alloc(GFP_ATOMIC);
		if (step_objs[i])
			step_objs[i][1] = 0x1111000000000000ULL + i;
	}
	for (i = 0; i < ARRAY_SIZE(step_objs); i++) {
		if (!step_objs[i] || step_objs[i][1] != 0x1111000000000000ULL + i)
			step_wrong = true;
		else
			step_free(step_objs[i]);
	}
}

/*
 * The "interrupt": allocates or frees, so that the magazine under the sequence
 * changes in both directions, or is emptied or filled by a transfer.  While a
 * spinlock is held real interrupts are off, so it does nothing then.
 */
static bool step_interrupt(struct pt_regs *regs __unused)
{
	unsigned int i, n = 1 + rng() % 3;

	if (in_atomic() || (step_at ? --step_at != 0 : rng() % 16 != 0))
		return false;
	disturbed++;
	for (i = 0; i < n; i++) {
		if (handler_used == ARRAY_SIZE(handler_objs) || (handler_used && rng() % 2)) {
			u64 *obj = handler_objs[--handler_used];

			if (obj[1] != 0x2222000000000000ULL + (unsigned long)obj)
				step_wrong = true;
			step_free(obj);
		} else {
			u64 *obj = step_alloc(GFP_ATOMIC);

			if (!obj)
				continue;
			obj[1] = 0x2222000000000000ULL + (unsigned long)obj;
			handler_objs[handler_used++] = obj;
		}
	}
	return true;
}

/* Each step in turn, and then some at random. */
static void step_through(void)
{
	unsigned long at, steps = 1;

	/* Each one on the fast paths, some of the many that debugging takes. */
	for (at = 1; at <= steps && !step_wrong; at += 1 + steps * steps / 2000000) {
		step_at = at;
		steps = single_step_run(step_body, step_interrupt);
		step_at = 0;
	}
	for (at = 0; at < 100000 / steps && !step_wrong; at++)
		single_step_run(step_body, step_interrupt);
	while (handler_used)
		step_free(handler_objs[--handler_used]);
	EXPECT(!slab_check_all());
}

KTEST(slab_stress, interrupted_after_each_instruction)
{
	stepped = kmem_cache_create("t_step", 64, 0, 0, NULL);
	ASSERT(stepped);
	rng_state = 7;
	step_wrong = false;
	disturbed = 0;
	for (step_kind = 0; step_kind < 3; step_kind++)
		step_through();
	EXPECT(!step_wrong);
	EXPECT(disturbed > 1000);
	EXPECT_EQ(kmem_cache_destroy(stepped), 0);
}

/* The interrupt frees the very object that is being freed: one of the two is reported. */
static u64 *raced;
static unsigned int race_step, race_at;

static void race_body(void)
{
	kfree(raced);
}

static bool race_interrupt(struct pt_regs *regs __unused)
{
	if (in_atomic() || race_step++ != race_at)
		return false;
	kfree(raced);
	return true;
}

KTEST(slab_stress, double_free_by_an_interrupt)
{
	u64 *a, *b;

	for (race_at = 0; race_at < 60; race_at++) {
		raced = kmalloc(64, GFP_KERNEL);
		ASSERT(raced);
		race_step = 0;
		EXPECT_REPORT("BUG kmalloc-64: Object already free") {
			single_step_run(race_body, race_interrupt);
			if (race_step <= race_at)
				kfree(raced);
		}
		a = kmalloc(64, GFP_KERNEL);
		b = kmalloc(64, GFP_KERNEL);
		EXPECT(a && b && a != b);
		kfree(a);
		kfree(b);
	}
	EXPECT(!slab_check_all());
}
