/* SPDX-License-Identifier: MIT */
/*
 * The checker of slab caches: the invariants of slab.h and slab_depot.c as code.  Tests
 * call it between steps.
 *
 * Invariants:
 *   a slab is on the list that the number of its free places names, and there once
 *   the count of free objects is the sum over the slabs' bitmaps
 *   an object in the depot or in this CPU's magazine is taken in its slab's bitmap,
 *   there once, and carries its free tag
 *   free objects <= places
 *
 * Locking: slab_cache.lock around all of it, which also keeps this CPU's magazine as
 * it is; other CPUs' magazines are not looked into.
 */
#include <linux/gfp.h>
#include <linux/spinlock.h>
#include "slab.h"

static const char *check_list(struct slab_cache *c, enum slab_fill fill, unsigned long *nr_free)
{
	u32 count = 0, prev = PFN_NONE;
	const char *wrong;
	struct page *page;

	slab_for_each_page(c, fill, page)
	{
		if (page->slab_cache != &c->hot || !(page->flags & PGF_SLAB))
			return "a page on a list is no slab of the cache";
		if (page->prev != prev)
			return "links of a list of slabs disagree";
		if (slab_fill_of(c, page) != fill)
			return "a slab is on the wrong list";
		wrong = slab_bitmap_check(&c->g, &page->slab_free, page_to_virt(page));
		if (wrong)
			return wrong;
		*nr_free += slab_nr_free(&c->g, &page->slab_free, page_to_virt(page));
		prev = (u32)page_to_pfn(page);
		count++;
	}
	return count == c->list[fill].count ? NULL : "a list of slabs is miscounted";
}

static const char *mark_cached_object(struct slab_cache *c, void *obj)
{
	struct page *page = slab_page(c, obj);
	int index = slab_object_index(c, obj);

	if (page->slab_cache != &c->hot || index < 0)
		return "a cached pointer is no object";
	if (!slab_tagged(c, obj))
		return "a free object has lost its tag";
	if (!slab_give(&c->g, &page->slab_free, page_to_virt(page), (u32)index))
		return "an object is free twice";
	return NULL;
}

static unsigned int mark_cached(struct slab_cache *c, void **objs, unsigned int n,
				const char **wrong)
{
	unsigned int i;

	for (i = 0; i < n && !*wrong; i++) {
		*wrong = mark_cached_object(c, objs[i]);
		if (*wrong)
			break;
	}
	return i;
}

static void unmark_cached(struct slab_cache *c, void **objs, unsigned int n)
{
	while (n--) {
		struct page *page = slab_page(c, objs[n]);

		slab_take_at(&c->g, &page->slab_free, page_to_virt(page),
			     (u32)slab_object_index(c, objs[n]));
	}
}

/*
 * Objects of the depot and the magazine are marked as free in their slabs for
 * the while, so that one that is there twice, or free already, shows.
 */
static const char *check_cached(struct slab_cache *c, struct objstack *m)
{
	unsigned int in_depot, in_magazine = 0;
	const char *wrong = NULL;

	in_depot = mark_cached(c, c->depot, c->depot_used, &wrong);
	if (m)
		in_magazine = mark_cached(c, &m->slot[1], magazine_objects(m), &wrong);
	unmark_cached(c, c->depot, in_depot);
	if (m)
		unmark_cached(c, &m->slot[1], in_magazine);
	return wrong;
}

static const char *check_locked(struct slab_cache *c) __must_hold(&c->lock)
{
	struct objstack *m = c->magazine ? this_cpu_ptr(c->magazine) : NULL;
	unsigned long nr_free = 0;
	const char *wrong;
	unsigned int fill;

	if (m && (m->slot[0] != &slab_floor || m->used < MAGAZINE_USED(0) || m->used > m->limit ||
		  m->used % sizeof(void *)))
		return "a magazine is damaged";
	for (fill = 0; fill < NR_SLAB_FILLS; fill++) {
		wrong = check_list(c, fill, &nr_free);
		if (wrong)
			return wrong;
	}
	if (nr_free != c->nr_free)
		return "the count of free objects is wrong";
	if (nr_free + slab_nr_cached(c) > slab_nr_slabs(c) * c->g.nr)
		return "more objects are free than exist";
	return check_cached(c, m);
}

const char *slab_check(struct kmem_cache *cache)
{
	struct slab_cache *c = slab_cache_of(cache);
	const char *wrong;
	unsigned long flags;

	spin_lock_irqsave(&c->lock, flags);
	wrong = check_locked(c);
	spin_unlock_irqrestore(&c->lock, flags);
	return wrong;
}

const char *slab_check_all(void)
{
	const char *wrong = NULL;
	struct slab_cache *c;

	for_each_slab_cache(c)
	{
		wrong = slab_check(&c->hot);
		if (wrong) {
			slab_unpin(c);
			break;
		}
	}
	return wrong;
}
