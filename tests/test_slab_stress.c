/* SPDX-License-Identifier: MIT */
/*
 * Slab caches and kmalloc under load: random operations against a model, and memory
 * down to the last page.
 */
#include <cairn/test.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/preempt.h>
#include <linux/slab.h>
#include <linux/string.h>
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
	for (i = 0; i < ktest_rounds(60000) && !wrong; i++) {
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
