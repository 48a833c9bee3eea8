/* SPDX-License-Identifier: MIT */
/*
 * Many objects in one call: straight between this CPU's magazine and the caller's
 * array, with interrupts off for one magazine's worth at a time.
 *
 * Every object is checked as in a single release.  Neighbours in the array mostly
 * come from one slab, so an object is compared with the slab of the one before:
 * its distance from that slab, multiplied as in <asm/objstack.h> but with 64
 * bits, is below bound64 exactly if it is an object of it.  Only when it is not is
 * the page descriptor looked at again.
 *
 * Objects that fail a check, and caches of other modes, go one by one through
 * kmem_cache_alloc() and kmem_cache_free().
 *
 * Contexts: any; kmem_cache_alloc_bulk() as its flags say.
 */
#include <linux/irqflags.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/percpu-defs.h>
#include <linux/slab.h>
#include "slab.h"

#define FREE_TAG ((u64)(s64)OBJ_FREE_TAG)

static bool takes_bulk(const struct kmem_cache *cache)
{
	return cache && cache->front != &slab_closed;
}

/* ---- Allocation ------------------------------------------------------------------------ */

static __always_inline bool take_one(u64 *obj, void **out)
{
	if (unlikely(*obj != FREE_TAG))
		return false;
	*obj = 0;
	*out = obj;
	return true;
}

/* The top @n objects of the magazine; stops above a damaged one.  Four at a time. */
static size_t take_from_magazine(struct slab_cache *c, size_t n, void **objs)
{
	struct objstack *m;
	unsigned long flags;
	void **slot;
	size_t i;

	local_irq_save(flags);
	m = this_cpu_ptr(c->magazine);
	n = min(n, (size_t)m->used / 8 - 1);
	slot = &m->slot[m->used / 8];
	for (i = 0; i + 4 <= n; i += 4, slot -= 4) {
		if (!take_one(slot[-1], &objs[i]) || (i++, !take_one(slot[-2], &objs[i])) ||
		    (i++, !take_one(slot[-3], &objs[i])) || (i++, !take_one(slot[-4], &objs[i])))
			goto stop;
		i -= 3;
	}
	while (i < n && take_one(*--slot, &objs[i]))
		i++;
stop:
	m->used -= (u32)i * 8;
	local_irq_restore(flags);
	return i;
}

int kmem_cache_alloc_bulk(struct kmem_cache *cache, gfp_t gfp, size_t n, void **objs)
{
	bool bulk = takes_bulk(cache) && !(gfp & SLAB_SLOW_GFP);
	size_t done = 0;

	might_alloc(gfp);
	for (;;) {
		if (likely(bulk))
			done += take_from_magazine(slab_cache_of(cache), n - done, objs + done);
		if (likely(done == n))
			return (int)n;
		objs[done] = kmem_cache_alloc(cache, gfp);
		if (unlikely(!objs[done])) {
			kmem_cache_free_bulk(cache, done, objs);
			return 0;
		}
		done++;
	}
}

/* ---- Release --------------------------------------------------------------------------- */

/* Minus the address of the slab that @obj is an object of; 0 if it is none of the cache's. */
static noinline u64 minus_slab_of(struct slab_cache *c, void *obj)
{
	u64 base = (u64)slab_base(c, obj);

	if (slab_find(obj) != c || ((u64)obj - base) * c->g.recip64 >= c->g.bound64)
		return 0;
	return -base;
}

/* Puts @obj into @slot if it may be freed; @minus_slab is kept for the next one. */
static __always_inline bool put_one(struct slab_cache *c, u64 *minus_slab, u64 *obj, void **slot)
{
	if (unlikely(((u64)obj + *minus_slab) * c->g.recip64 >= c->g.bound64)) {
		*minus_slab = minus_slab_of(c, obj);
		if (unlikely(!*minus_slab))
			return false;
	}
	OBJ_TAG_CLEAR(obj, tagged);
	*obj = FREE_TAG;
	*slot = obj;
	return true;
tagged:
	return false;
}

/* As many as the magazine has room for; stops before one that fails a check.  Four at a time. */
static size_t put_on_magazine(struct slab_cache *c, size_t n, void **objs)
{
	u64 at = minus_slab_of(c, objs[0]);
	struct objstack *m;
	unsigned long flags;
	void **slot;
	size_t i;

	if (unlikely(!at))
		return 0;
	local_irq_save(flags);
	m = this_cpu_ptr(c->magazine);
	n = min(n, (size_t)(m->limit - m->used) / 8);
	slot = &m->slot[m->used / 8];
	for (i = 0; i + 4 <= n; i += 4) {
		if (!put_one(c, &at, objs[i], &slot[i]) ||
		    (i++, !put_one(c, &at, objs[i], &slot[i])) ||
		    (i++, !put_one(c, &at, objs[i], &slot[i])) ||
		    (i++, !put_one(c, &at, objs[i], &slot[i])))
			goto stop;
		i -= 3;
	}
	while (i < n && put_one(c, &at, objs[i], &slot[i]))
		i++;
stop:
	m->used += (u32)i * 8;
	local_irq_restore(flags);
	return i;
}

void kmem_cache_free_bulk(struct kmem_cache *cache, size_t n, void **objs)
{
	bool bulk = takes_bulk(cache);
	size_t done = 0;

	while (done < n) {
		if (likely(bulk))
			done += put_on_magazine(slab_cache_of(cache), n - done, objs + done);
		if (likely(done == n))
			break;
		if (cache)
			kmem_cache_free(cache, objs[done]);
		else
			kfree(objs[done]);
		done++;
	}
}
