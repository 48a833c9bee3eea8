/* SPDX-License-Identifier: MIT */
/*
 * Objects of a cache: allocated, released, and what is checked on the way.
 *
 * The inline kmem_cache_alloc() and kmalloc() pop this CPU's magazine, and
 * kmem_cache_free() and kfree() push on it: <asm/objstack.h>.  Everything
 * those do not handle comes here: slab_alloc() and slab_free() work in every
 * mode, start from nothing and check everything again.
 *
 * What is checked on each release, always:
 *
 *   the page       belongs to the cache (descriptor, one load)
 *   the place      is the start of an object (one multiplication: slab.c)
 *   the tag        is not that of a free object
 *
 * and on each allocation that the object still carries the tag: if not,
 * somebody wrote to it after freeing it, or it was freed twice with a write in
 * between.  It is reported and not handed out again, since in the second case
 * it has an owner.  Until that owner frees it, it counts as live.
 *
 * The tag is the object's first word.  Where bytes of a free object have to stay
 * as they are (a constructor's state, SLAB_TYPESAFE_BY_RCU) it lies behind the
 * object.  A tag in the right place is no proof, since a user may store that
 * value; so slab_object_is_free() then looks for the object in the bitmap, the
 * depot and the magazines.
 *
 * Double frees against interrupts.  The inline release tests and sets the tag and
 * pushes in one restartable sequence; an interrupt in the middle that frees the
 * same object sets the tag first, so the restarted sequence sees it and the
 * interrupted free is the one reported.  slab_free() tests the tag, sets it and
 * pushes in separate steps; an interrupt between them that frees the same object
 * leaves it in the magazine twice.  The first allocation clears the tag, so the
 * second finds it gone, reports, and drops the copy: no object is ever handed
 * out to two owners.
 *
 * Contexts: any; with __GFP_DIRECT_RECLAIM only where sleeping is allowed, which
 * is checked on each call.
 */
#include <linux/gfp.h>
#include <linux/kfence.h>
#include <linux/mm.h>
#include <linux/nodemask.h>
#include <linux/percpu.h>
#include <linux/printk.h>
#include <linux/string.h>
#include "fault_inject.h"
#include "kmemleak.h"
#include "slab.h"

u64 slab_floor;
DEFINE_PER_CPU(struct objstack, slab_closed) = {.used = MAGAZINE_USED(0), .slot = {&slab_floor}};

void slab_hook_call(struct slab_cache *c, struct slab_hook hook, void *obj, unsigned long flags)
{
	switch (hook.kind) {
	case SLAB_HOOK_MODERN:
		hook.fn.modern(obj);
		break;
	case SLAB_HOOK_OLD:
		hook.fn.old(obj, &c->hot, flags);
		break;
	case SLAB_HOOK_MIDDLE:
		hook.fn.middle(&c->hot, obj);
		break;
	case SLAB_HOOK_NONE:
		break;
	}
}

/* ---- Looking for objects --------------------------------------------------------------- */

static bool magazine_holds(const struct objstack *m, const void *obj)
{
	unsigned int i;

	for (i = 1; i <= magazine_objects_seen(m); i++) {
		if (data_race(m->slot[i]) == obj)
			return true;
	}
	return false;
}

bool slab_object_is_free(struct slab_cache *c, void *obj)
{
	unsigned long flags;
	unsigned int i, cpu;
	bool found;

	spin_lock_irqsave(&c->lock, flags);
	found = slab_in_bitmap(c, obj, (unsigned int)slab_object_index(c, obj));
	for (i = 0; !found && i < c->depot_used; i++)
		found = c->depot[i] == obj;
	if (!found && c->magazine) {
		for_each_possible_cpu(cpu)
			found |= magazine_holds(per_cpu_ptr(c->magazine, cpu), obj);
	}
	spin_unlock_irqrestore(&c->lock, flags);
	return found;
}

bool slab_was_freed(void *obj)
{
	struct slab_cache *c = slab_find(obj);

	if (is_kfence_address(obj))
		return !kfence_is_live(obj);
	if (!c || c == &kmalloc_large_cache || slab_object_index(c, obj) < 0)
		return false;
	return (c->mode == SLAB_MODE_DEBUG || slab_tagged(c, obj)) && slab_object_is_free(c, obj);
}

unsigned long slab_nr_cached(const struct slab_cache *c)
{
	unsigned long nr = data_race(c->depot_used);
	unsigned int cpu;

	if (!c->magazine)
		return nr;
	for_each_possible_cpu(cpu)
		nr += magazine_objects_seen(per_cpu_ptr(c->magazine, cpu));
	return nr;
}

/* Objects in use that lie in slabs. */
static unsigned long nr_live_in_slabs(const struct slab_cache *c)
{
	return slab_nr_slabs(c) * c->g.nr - data_race(c->nr_free) - slab_nr_cached(c);
}

unsigned long slab_nr_live(const struct slab_cache *c)
{
	return nr_live_in_slabs(c) + kfence_nr_live(c);
}

/* ---- Allocation ------------------------------------------------------------------------ */

/* Flags that ask for memory this cache has not got. */
static bool slab_refuses(struct slab_cache *c, gfp_t gfp)
{
	if (likely(!(gfp & GFP_ZONEMASK)))
		return false;
	if (gfp & __GFP_HIGHMEM) {
		slab_report(c, NULL, "__GFP_HIGHMEM asks for memory without an address");
		return true;
	}
	if (c->gfp & (__GFP_DMA | (gfp & __GFP_DMA32)))
		return false;
	slab_report(c, NULL, "the cache was not made for __GFP_DMA or __GFP_DMA32");
	return true;
}

/* From this CPU's magazine, by way of refills; drops what is damaged. */
static void *slab_get_cached(struct slab_cache *c, gfp_t gfp)
{
	void *obj;

	for (;;) {
		obj = objstack_take(c->magazine);
		if (unlikely(!obj)) {
			if (!slab_refill(c, gfp))
				return NULL;
			continue;
		}
		if (likely(slab_tagged(c, obj))) {
			slab_set_tag(c, obj, 0);
			return obj;
		}
		slab_report(c, obj, "Poison overwritten");
	}
}

static void *slab_get_single(struct slab_cache *c, gfp_t gfp, int nid)
{
	void *obj = nid == NUMA_NO_NODE ? slab_take_one(c, gfp) : slab_take_near(c, gfp, nid);

	if (obj && c->mode != SLAB_MODE_DEBUG)
		slab_set_tag(c, obj, 0);
	return obj;
}

static bool slab_keeps_state(const struct slab_cache *c)
{
	return c->hooks.ctor.kind || (c->flags & SLAB_TYPESAFE_BY_RCU);
}

/*
 * A constructor's state is never zeroed.  Poisoned objects show their poison, and those
 * of SLAB_TYPESAFE_BY_RCU what they held, unless zeroes are asked for.
 */
static bool slab_zeroes(const struct slab_cache *c, gfp_t gfp)
{
	if (c->hooks.ctor.kind)
		return false;
	if (c->flags & (SLAB_POISON | SLAB_TYPESAFE_BY_RCU))
		return gfp & __GFP_ZERO;
	return want_init_on_alloc(gfp);
}

/* An object between guard pages, if it is this allocation's turn. */
static noinline void *slab_get_sampled(struct slab_cache *c, size_t size, gfp_t gfp)
{
	void *obj = kfence_alloc(c, size);

	if (obj && (c->flags & SLAB_LEAK_RECORD) && !kmemleak_track_sampled(obj, size, gfp)) {
		kfence_free(obj, c, _RET_IP_); /* what it refers to would look lost */
		return NULL;
	}
	if (obj && slab_zeroes(c, gfp))
		memset(obj, 0, size);
	return obj;
}

static __always_inline void *alloc_object(struct slab_cache *c, size_t size, gfp_t gfp, int nid,
					  unsigned long caller)
{
	void *obj;

	if (unlikely((gfp & __GFP_DIRECT_RECLAIM) && in_atomic())) {
		might_alloc_failed_by(gfp, caller);
		gfp &= ~__GFP_DIRECT_RECLAIM; /* which is what comes of it; and it is said once */
	}
	if (unlikely(!c->g.nr || slab_refuses(c, gfp)) || fault_slab(&c->hot, gfp))
		return NULL;
	if (unlikely(READ_ONCE(kfence_due)) && nid == NUMA_NO_NODE) {
		obj = slab_get_sampled(c, size, gfp);
		if (obj)
			return obj;
	}
	obj = likely(c->magazine && nid == NUMA_NO_NODE) ? slab_get_cached(c, gfp)
							 : slab_get_single(c, gfp, nid);
	if (unlikely(!obj))
		return NULL;
	if (unlikely(c->mode == SLAB_MODE_DEBUG))
		slab_debug_alloc(c, obj, caller);
	kasan_slab_alloc(&c->hot, obj);
	if (unlikely(c->mode != SLAB_MODE_FAST || (gfp & __GFP_ZERO))) {
		if (slab_zeroes(c, gfp))
			memset(obj, 0, c->hot.object_size);
	}
	return obj;
}

void *slab_alloc(struct slab_cache *c, gfp_t gfp, unsigned long caller)
{
	return alloc_object(c, c->hot.object_size, gfp, NUMA_NO_NODE, caller);
}

void *slab_alloc_sized(struct slab_cache *c, size_t size, gfp_t gfp, unsigned long caller)
{
	return alloc_object(c, size, gfp, NUMA_NO_NODE, caller);
}

void *slab_alloc_node(struct slab_cache *c, gfp_t gfp, int nid, unsigned long caller)
{
	if (nr_node_ids == 1 || !node_online(nid))
		nid = NUMA_NO_NODE;
	return alloc_object(c, c->hot.object_size, gfp, nid, caller);
}

void *kmem_cache_alloc_slow(struct kmem_cache *cache, gfp_t gfp)
{
	return slab_alloc(slab_cache_of(cache), gfp, _RET_IP_);
}

void *kmem_cache_zalloc(struct kmem_cache *cache, gfp_t gfp)
{
	struct slab_cache *c = slab_cache_of(cache);
	void *obj;

	if (unlikely(c->hooks.ctor.kind)) {
		slab_report(c, NULL, "kmem_cache_zalloc of constructed objects");
		return NULL;
	}
	obj = kmem_cache_alloc(cache, gfp);
	if (likely(obj))
		memset(__builtin_assume_aligned(obj, 8), 0, cache->object_size);
	return obj;
}

void *kmem_cache_alloc_node(struct kmem_cache *cache, gfp_t gfp, int node)
{
	if (likely(node == NUMA_NO_NODE || nr_node_ids == 1))
		return kmem_cache_alloc(cache, gfp);
	return slab_alloc_node(slab_cache_of(cache), gfp, node, _RET_IP_);
}

/* ---- Release --------------------------------------------------------------------------- */

/* Whether @obj is an object of @c that is in use; reports if not. */
static bool slab_may_free(struct slab_cache *c, void *obj)
{
	int index = slab_object_index(c, obj);

	if (unlikely(index < 0)) {
		slab_report(c, obj, "Invalid object pointer 0x%px", obj);
		return false;
	}
	if (likely(c->mode != SLAB_MODE_DEBUG && !slab_tagged(c, obj) &&
		   !slab_in_bitmap(c, obj, (unsigned int)index)))
		return true;
	if (likely(!slab_object_is_free(c, obj)))
		return true;
	slab_report(c, obj, "Object already free");
	return false;
}

static void slab_put(struct slab_cache *c, void *obj)
{
	slab_set_tag(c, obj, OBJ_FREE_TAG);
	if (unlikely(!c->magazine)) {
		slab_give_one(c, obj);
		return;
	}
	while (unlikely(!objstack_put(c->magazine, obj)))
		slab_flush(c);
}

void slab_free(struct slab_cache *c, void *obj, unsigned long caller)
{
	if (unlikely(!slab_may_free(c, obj)))
		return;
	if (unlikely(c->flags & SLAB_DEBUG_INITIAL) && c->hooks.ctor.kind == SLAB_HOOK_OLD)
		slab_hook_call(c, c->hooks.ctor, obj, SLAB_CTOR_CONSTRUCTOR | SLAB_CTOR_VERIFY);
	if (unlikely(c->mode == SLAB_MODE_DEBUG)) {
		slab_debug_free(c, obj, caller);
		slab_give_one(c, obj);
		return;
	}
	if (unlikely(c->mode != SLAB_MODE_FAST && want_init_on_free() && !slab_keeps_state(c)))
		memset(obj, 0, c->hot.object_size);
	kasan_slab_free(&c->hot, obj);
	slab_put(c, obj);
}

/* The cache that @obj is really from must be @c. */
static bool cache_from_obj(struct slab_cache *c, const void *obj)
{
	struct slab_cache *from = slab_find(obj);

	if (likely(from == c))
		return true;
	if (from)
		slab_report_address(obj,
				    "cache_from_obj: Wrong slab cache. %s but object is from %s",
				    c->name, from->name);
	else
		slab_report_address(obj, "BUG: kmem_cache_free: 0x%px is no object of %s", obj,
				    c->name);
	return false;
}

static noinline void kmem_cache_free_slow(struct kmem_cache *cache, void *obj, unsigned long caller)
{
	struct slab_cache *c = slab_cache_of(cache);

	if (is_kfence_address(obj))
		kfence_free(obj, c, caller);
	else if (obj && cache_from_obj(c, obj))
		slab_free(c, obj, caller);
}

static noinline void kmem_cache_free_full(struct kmem_cache *cache, void *obj, unsigned long caller)
{
	if (slab_make_room(cache, cache->front))
		kmem_cache_free(cache, obj);
	else
		kmem_cache_free_slow(cache, obj, caller);
}

void kmem_cache_free(struct kmem_cache *cache, const void *obj)
{
	OBJ_FREE_TO(obj, cache, front, full, slow);
	return;
full:
	kmem_cache_free_full(cache, (void *)obj, _RET_IP_);
	return;
slow:
	kmem_cache_free_slow(cache, (void *)obj, _RET_IP_);
}

/* ---- Accounting ------------------------------------------------------------------------ */

unsigned long slab_live_objects(void)
{
	unsigned long live = kmalloc_nr_large();
	struct slab_cache *c;

	for_each_slab_cache(c) live += slab_nr_live(c);
	return live;
}

unsigned long slab_loose_pages(void)
{
	unsigned long loose = 0;
	struct slab_cache *c;

	for_each_slab_cache(c)
	{
		if (c->g.nr)
			loose += (slab_nr_slabs(c) - DIV_ROUND_UP(nr_live_in_slabs(c), c->g.nr))
				 << c->g.order;
	}
	return loose;
}

void kmem_cache_drain_all(void)
{
	struct slab_cache *c;

	for_each_slab_cache(c) slab_drain(c);
}
