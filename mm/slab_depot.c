/* SPDX-License-Identifier: MIT */
/*
 * Where free objects lie, and how they move.
 *
 *   CPU 0  magazine  [floor|o|o|o|o|o|o| | ]   pops and pushes, no lock
 *   CPU 1  magazine  [floor|o| | | | | | | ]
 *                        ^ |  batch: three quarters of a magazine
 *                 refill | v  flush
 *            depot   [o|o|o|o|o|o|o|o|o| | | | ]   one flat stack a cache
 *                        ^ |
 *                        | v
 *            slabs   full, partial, empty: bitmaps
 *                        ^ |
 *                   grow | v  release
 *                    page allocator
 *
 * A magazine that runs empty gets a batch from the depot, or from slabs if that
 * has nothing; one that runs full gives a batch, its oldest objects, to the depot,
 * or to their slabs if that is full.  A batch is three quarters of a magazine, so
 * that a CPU that alternates between a few allocations and a few releases does
 * not come here each time; Bonwick and Adams (2001) exchange whole magazines, of
 * which a CPU holds two, to the same end.  Copying pointers in one flat array
 * costs an instruction each, and spares the magazines in between an allocator
 * of their own.
 *
 * An object in a magazine or in the depot counts as taken in its slab's bitmap,
 * but carries its free tag like those in slabs do.
 *
 * Slabs are taken from the partial list first, so that empty ones can go back.  A
 * few empty slabs stay with the cache until slab_drain(), which the shrinker
 * calls; slabs of a SLAB_TYPESAFE_BY_RCU cache always wait for it, since it runs
 * where sleeping is allowed, and so may wait until no reader is in the middle of one.
 *
 * Nodes: the depot and the magazines hold objects of any node, as they were freed.
 * A refill from slabs prefers those of its CPU's node among the first few, and a
 * cache grows there.  Who asks for a node goes past magazine and depot and gets
 * it (slab_take_near): the usual path compares nothing.
 *
 * Locking: slab_cache.lock with interrupts off guards lists, bitmaps and the
 * depot.  This CPU's magazine is moved in bulk under the same: what runs with
 * interrupts off cannot be interrupted by a pop or push on this CPU, and no
 * other CPU touches it.
 *
 * Contexts: any; slab_refill() may sleep if its flags say so.
 */
#include <linux/gfp.h>
#include <linux/minmax.h>
#include <linux/rcupdate.h>
#include <linux/smp.h>
#include <linux/topology.h>
#include "slab.h"

/* Pages of empty slabs that a cache keeps for the next allocation. */
#define EMPTY_PAGES_KEPT 16

/* Slabs that are looked at for one of a certain node. */
#define NEAR_SLABS 32

/* Empty slabs that wait for readers together. */
#define RELEASE_BATCH 16

/* ---- Lists of slabs -------------------------------------------------------------------- */

static void slab_list_add(struct slab_cache *c, enum slab_fill fill, struct page *page)
{
	struct slab_list *list = &c->list[fill];
	u32 pfn = (u32)page_to_pfn(page);

	page->prev = PFN_NONE;
	page->next = list->first;
	if (list->first)
		pfn_to_page(list->first)->prev = pfn;
	list->first = pfn;
	list->count++;
}

static void slab_list_del(struct slab_cache *c, enum slab_fill fill, struct page *page)
{
	struct slab_list *list = &c->list[fill];

	if (page->prev)
		pfn_to_page(page->prev)->next = page->next;
	else
		list->first = page->next;
	if (page->next)
		pfn_to_page(page->next)->prev = page->prev;
	list->count--;
}

static void slab_move(struct slab_cache *c, enum slab_fill from, enum slab_fill to,
		      struct page *page)
{
	if (from == to)
		return;
	slab_list_del(c, from, page);
	slab_list_add(c, to, page);
}

/* ---- Slabs come and go ----------------------------------------------------------------- */

static void slab_mark_pages(struct slab_cache *c, struct page *page, struct kmem_cache *owner)
{
	unsigned int i;

	for (i = 0; i < 1u << c->g.order; i++)
		page[i].slab_cache = owner;
}

/* Every place becomes a free object: constructed, or laid out for debugging, and tagged. */
static void slab_make_objects(struct slab_cache *c, char *base, unsigned long ctor_flags)
{
	char *obj = base + c->lead;
	u32 i;

	for (i = 0; i < c->g.nr; i++, obj += c->g.stride) {
		if (c->mode == SLAB_MODE_DEBUG)
			slab_debug_init_object(c, obj);
		if (c->hooks.ctor.kind)
			slab_hook_call(c, c->hooks.ctor, obj, ctor_flags);
		if (c->mode != SLAB_MODE_DEBUG)
			slab_set_tag(c, obj, OBJ_FREE_TAG);
	}
	kasan_poison_slab(&c->hot, base);
}

static bool slab_grow_node(struct slab_cache *c, gfp_t gfp, int nid)
{
	unsigned long flags, ctor_flags = SLAB_CTOR_CONSTRUCTOR;
	struct page *page;

	if (gfp & __GFP_NO_GROW)
		return false;
	page = alloc_pages_node(nid, (gfp & ~(GFP_ZONEMASK | __GFP_ZERO | __GFP_COMP)) | c->gfp,
				c->g.order);
	if (!page)
		return false;
	slab_mark_pages(c, page, &c->hot);
	page->flags |= PGF_SLAB;
	slab_clear(&c->g, &page->slab_free, page_to_virt(page));
	if (!gfpflags_allow_blocking(gfp))
		ctor_flags |= SLAB_CTOR_ATOMIC;
	slab_make_objects(c, page_to_virt(page), ctor_flags);
	mod_vm_stat(NR_SLAB_PAGES, 1L << c->g.order);

	spin_lock_irqsave(&c->lock, flags);
	slab_list_add(c, SLAB_EMPTY, page);
	c->nr_free += c->g.nr;
	c->grown++;
	spin_unlock_irqrestore(&c->lock, flags);
	return true;
}

static bool slab_grow(struct slab_cache *c, gfp_t gfp)
{
	return slab_grow_node(c, gfp, NUMA_NO_NODE);
}

/* Gives a slab that is off every list back to the page allocator. */
static void slab_release(struct slab_cache *c, struct page *page)
{
	char *obj = (char *)page_to_virt(page) + c->lead;
	u32 i;

	kasan_unpoison_slab(&c->hot, page_to_virt(page));
	for (i = 0; i < c->g.nr; i++, obj += c->g.stride) {
		if (c->mode == SLAB_MODE_DEBUG)
			slab_debug_check(c, obj, true);
		if (c->hooks.dtor.kind)
			slab_hook_call(c, c->hooks.dtor, obj, 0);
	}
	slab_mark_pages(c, page, NULL);
	page->flags &= (u8)~PGF_SLAB;
	mod_vm_stat(NR_SLAB_PAGES, -(1L << c->g.order));
	__free_pages(page, c->g.order);
}

/* Takes an empty slab off the list if there are more than @keep; c->lock is held. */
static struct page *slab_detach_empty(struct slab_cache *c, u32 keep)
{
	struct slab_list *list = &c->list[SLAB_EMPTY];
	struct page *page;

	if (list->count <= keep)
		return NULL;
	page = pfn_to_page(list->first);
	slab_list_del(c, SLAB_EMPTY, page);
	c->nr_free -= c->g.nr;
	c->shrunk++;
	return page;
}

static void slab_release_beyond(struct slab_cache *c, u32 keep)
{
	unsigned long flags;
	struct page *page;

	do {
		spin_lock_irqsave(&c->lock, flags);
		page = slab_detach_empty(c, keep);
		spin_unlock_irqrestore(&c->lock, flags);
		if (page)
			slab_release(c, page);
	} while (page);
}

/* Empty slabs leave the cache, and are free memory when all readers have left them. */
static void slab_release_after_readers(struct slab_cache *c)
{
	struct page *batch[RELEASE_BATCH];
	unsigned long flags;
	unsigned int n;

	do {
		spin_lock_irqsave(&c->lock, flags);
		for (n = 0; n < RELEASE_BATCH && (batch[n] = slab_detach_empty(c, 0)); n++)
			;
		spin_unlock_irqrestore(&c->lock, flags);
		if (n)
			synchronize_rcu();
		for (unsigned int i = 0; i < n; i++)
			slab_release(c, batch[i]);
	} while (n == RELEASE_BATCH);
}

static u32 slab_empty_kept(const struct slab_cache *c)
{
	if (c->flags & (SLAB_TYPESAFE_BY_RCU | SLAB_NO_REAP))
		return ~0u;
	return max(EMPTY_PAGES_KEPT >> c->g.order, 1);
}

/* ---- Objects between slabs and anywhere; c->lock is held ------------------------------- */

/* The first slab with free objects that lies on a node, among the first few; or NULL. */
static struct page *slab_near(struct slab_cache *c, enum slab_fill fill, int nid)
{
	unsigned int left = NEAR_SLABS;
	struct page *page;

	slab_for_each_page(c, fill, page)
	{
		if (page->nid == nid)
			return page;
		if (!--left)
			break;
	}
	return NULL;
}

/* The slab to take objects from next, of this CPU's node if one is at hand; or NULL. */
static struct page *slab_best(struct slab_cache *c, enum slab_fill *fill)
{
	struct page *page = NULL;

	*fill = c->list[SLAB_PARTIAL].first ? SLAB_PARTIAL : SLAB_EMPTY;
	if (!c->list[*fill].first)
		return NULL;
	if (unlikely(nr_node_ids > 1))
		page = slab_near(c, *fill, numa_node_id());
	return page ? page : pfn_to_page(c->list[*fill].first);
}

static unsigned int slab_take_from(struct slab_cache *c, enum slab_fill fill, struct page *page,
				   void **out, unsigned int n)
{
	unsigned int taken =
		slab_take(&c->g, &page->slab_free, page_to_virt(page), c->lead, out, n);

	slab_move(c, fill, page->slab_free ? SLAB_PARTIAL : SLAB_FULL, page);
	c->nr_free -= taken;
	return taken;
}

static unsigned int slab_take_objects(struct slab_cache *c, void **out, unsigned int n)
{
	unsigned int taken = 0;
	enum slab_fill fill;
	struct page *page;

	while (taken < n && (page = slab_best(c, &fill)))
		taken += slab_take_from(c, fill, page, out + taken, n - taken);
	return taken;
}

/* One object of a slab on @nid; NULL if none is at hand. */
static void *slab_take_on(struct slab_cache *c, int nid)
{
	enum slab_fill fill = SLAB_PARTIAL;
	struct page *page = slab_near(c, fill, nid);
	void *obj = NULL;

	if (!page) {
		fill = SLAB_EMPTY;
		page = slab_near(c, fill, nid);
	}
	if (page)
		slab_take_from(c, fill, page, &obj, 1);
	return obj;
}

static void slab_give_object(struct slab_cache *c, void *obj)
{
	struct page *page = slab_page(c, obj);
	enum slab_fill was = page->slab_free ? SLAB_PARTIAL : SLAB_FULL;

	if (unlikely(!slab_give(&c->g, &page->slab_free, page_to_virt(page),
				(unsigned int)slab_object_index(c, obj)))) {
		slab_report(c, obj, "Object already free");
		return;
	}
	c->nr_free++;
	slab_move(c, was, slab_fill_of(c, page), page);
}

/* ---- The depot; c->lock is held -------------------------------------------------------- */

/* The array is made when it is first needed, and missing it does no harm. */
static bool depot_exists(struct slab_cache *c)
{
	struct page *page;

	if (likely(c->depot))
		return true;
	if (!c->depot_max)
		return false;
	page = alloc_pages(GFP_NOWAIT | __GFP_NOWARN, get_order(c->depot_max * sizeof(void *)));
	if (page)
		c->depot = page_to_virt(page);
	return page;
}

static void depot_put(struct slab_cache *c, void **objs, unsigned int n)
{
	unsigned int room = 0;

	if (depot_exists(c))
		room = min(n, c->depot_max - c->depot_used);
	copy_words(c->depot + c->depot_used, objs, room);
	c->depot_used += room;
	for (; room < n; room++)
		slab_give_object(c, objs[room]);
}

static unsigned int depot_get(struct slab_cache *c, void **out, unsigned int n)
{
	n = min(n, c->depot_used);
	c->depot_used -= n;
	copy_words(out, c->depot + c->depot_used, n);
	return n;
}

static void depot_drain(struct slab_cache *c)
{
	while (c->depot_used)
		slab_give_object(c, c->depot[--c->depot_used]);
	if (c->depot)
		free_pages((unsigned long)c->depot, get_order(c->depot_max * sizeof(void *)));
	c->depot = NULL;
}

/* ---- Magazines ------------------------------------------------------------------------- */

/* True if there is an object now; the magazine may have been filled, even full, meanwhile. */
static bool magazine_fill(struct slab_cache *c)
{
	struct objstack *m = this_cpu_ptr(c->magazine);
	unsigned int had = magazine_objects(m), n = min(c->batch, magazine_room(m));
	void **slot = &m->slot[had + 1];

	n = c->depot_used ? depot_get(c, slot, n) : slab_take_objects(c, slot, n);
	magazine_set_objects(m, had + n);
	return had + n;
}

bool slab_refill(struct slab_cache *c, gfp_t gfp)
{
	unsigned long flags;
	bool got;

	for (;;) {
		spin_lock_irqsave(&c->lock, flags);
		got = magazine_fill(c);
		spin_unlock_irqrestore(&c->lock, flags);
		if (likely(got))
			return true;
		if (!slab_grow(c, gfp))
			return false;
	}
}

void slab_flush(struct slab_cache *c)
{
	struct objstack *m;
	unsigned long flags;
	unsigned int n;

	spin_lock_irqsave(&c->lock, flags);
	m = this_cpu_ptr(c->magazine);
	n = min(c->batch, magazine_objects(m));
	depot_put(c, &m->slot[1], n);
	magazine_set_objects(m, magazine_objects(m) - n);
	copy_words(&m->slot[1], &m->slot[1 + n], magazine_objects(m));
	spin_unlock_irqrestore(&c->lock, flags);
	if (unlikely(data_race(c->list[SLAB_EMPTY].count) > slab_empty_kept(c)))
		slab_release_beyond(c, slab_empty_kept(c));
}

static void empty_stack(struct slab_cache *c)
{
	struct objstack *m;
	unsigned long flags;

	spin_lock_irqsave(&c->lock, flags);
	m = this_cpu_ptr(c->magazine);
	if (magazine_objects(m))
		depot_put(c, &m->slot[1], magazine_objects(m));
	magazine_set_objects(m, 0);
	spin_unlock_irqrestore(&c->lock, flags);
}

void slab_empty_stacks(void)
{
	struct slab_cache *c;

	for_each_slab_cache(c)
	{
		if (c->magazine)
			empty_stack(c);
	}
}

void *slab_take_one(struct slab_cache *c, gfp_t gfp)
{
	unsigned long flags;
	void *obj = NULL;

	for (;;) {
		spin_lock_irqsave(&c->lock, flags);
		slab_take_objects(c, &obj, 1);
		spin_unlock_irqrestore(&c->lock, flags);
		if (obj || !slab_grow(c, gfp))
			return obj;
	}
}

void *slab_take_near(struct slab_cache *c, gfp_t gfp, int nid)
{
	unsigned long flags;
	void *obj;
	bool grown = false;

	for (;;) {
		spin_lock_irqsave(&c->lock, flags);
		obj = slab_take_on(c, nid);
		spin_unlock_irqrestore(&c->lock, flags);
		if (obj || grown || !slab_grow_node(c, gfp, nid))
			break;
		grown = true;
	}
	return obj || (gfp & __GFP_THISNODE) ? obj : slab_take_one(c, gfp);
}

void slab_give_one(struct slab_cache *c, void *obj)
{
	unsigned long flags;

	spin_lock_irqsave(&c->lock, flags);
	slab_give_object(c, obj);
	spin_unlock_irqrestore(&c->lock, flags);
	if (unlikely(data_race(c->list[SLAB_EMPTY].count) > slab_empty_kept(c)))
		slab_release_beyond(c, slab_empty_kept(c));
}

/* Puts this CPU's magazine into the slabs; interrupts are off. */
static void drain_magazine(void *info)
{
	struct slab_cache *c = info;
	struct objstack *m;
	unsigned int n;

	spin_lock(&c->lock);
	m = this_cpu_ptr(c->magazine);
	for (n = magazine_objects(m); n; n--) {
		magazine_set_objects(m, n - 1);
		slab_give_object(c, m->slot[n]);
	}
	spin_unlock(&c->lock);
}

static bool magazine_holds_any(int cpu, void *info)
{
	struct slab_cache *c = info;

	return magazine_objects_seen(per_cpu_ptr(c->magazine, cpu));
}

void slab_drain(struct slab_cache *c)
{
	unsigned long flags;

	if (c->magazine)
		drain_each_cpu(magazine_holds_any, drain_magazine, c);
	spin_lock_irqsave(&c->lock, flags);
	depot_drain(c);
	spin_unlock_irqrestore(&c->lock, flags);
	if (!(c->flags & SLAB_TYPESAFE_BY_RCU))
		slab_release_beyond(c, 0);
	else if (may_sleep_here())
		slab_release_after_readers(c);
}
