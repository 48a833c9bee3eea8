/* SPDX-License-Identifier: MIT */
/*
 * Caches come and go: from size, alignment and flags to the layout of a place,
 * and the list of all caches.
 *
 * A place holds, by mode:
 *
 *   fast    | object, its first word the tag while it is free |
 *   keep    | object                        | tag |              constructor or
 *                                                     SLAB_TYPESAFE_BY_RCU
 *   debug   | red zone | object | red zone | 2 tracks | padding |  slab_debug.c
 *
 * A cache is a struct slab_cache from a cache of its own.  The list of caches is
 * walked with nothing locked: a walker pins the cache where it stands, and
 * destruction waits until nobody does.
 */
#include <linux/cpumask.h>
#include <linux/errno.h>
#include <linux/kfence.h>
#include <linux/minmax.h>
#include <linux/percpu.h>
#include <linux/printk.h>
#include <linux/shrinker.h>
#include <linux/slab.h>
#include <linux/string.h>
#include "slab.h"

#define CACHE_LINE 64

/*
 * Bytes of objects that a magazine, and the depot, may hold.  All CPUs fill one depot, and
 * what it has no room for goes back to slabs one by one: it grows with their number.
 */
#define MAGAZINE_BYTES (64u << 10)
#define DEPOT_BYTES    (1u << 20)
#define DEPOT_OBJECTS  1024u
#define DEPOT_SCALE    16u

static DEFINE_SPINLOCK_RANK(slab_caches_lock, LOCK_RANK_SLAB_CACHES);
static LIST_HEAD(slab_caches);

/* Objects of the cache of caches, which lies here itself. */
static struct slab_cache cache_cache;

bool slab_is_cache_of_caches(const struct kmem_cache *cache)
{
	return cache == &cache_cache.hot;
}

/* ---- The list of caches ---------------------------------------------------------------- */

void slab_publish(struct slab_cache *c)
{
	unsigned long flags;

	spin_lock_irqsave(&slab_caches_lock, flags);
	list_add_tail(&c->caches, &slab_caches);
	spin_unlock_irqrestore(&slab_caches_lock, flags);
}

struct slab_cache *slab_next(struct slab_cache *c)
{
	struct list_head *next;
	unsigned long flags;

	spin_lock_irqsave(&slab_caches_lock, flags);
	next = c ? c->caches.next : slab_caches.next;
	if (c)
		c->pins--;
	c = next == &slab_caches ? NULL : list_entry(next, struct slab_cache, caches);
	if (c)
		c->pins++;
	spin_unlock_irqrestore(&slab_caches_lock, flags);
	return c;
}

void slab_unpin(struct slab_cache *c)
{
	unsigned long flags;

	spin_lock_irqsave(&slab_caches_lock, flags);
	c->pins--;
	spin_unlock_irqrestore(&slab_caches_lock, flags);
}

/*
 * Takes a cache off the list.  Return: 0; -EINVAL if it is on none (and may be
 * anything, so it is not read before); -EBUSY if the kernel needs it; -EAGAIN
 * while somebody walks over it.
 */
static int slab_unpublish(struct slab_cache *c)
{
	struct slab_cache *each;
	unsigned long flags;
	int err = -EINVAL;

	spin_lock_irqsave(&slab_caches_lock, flags);
	list_for_each_entry(each, &slab_caches, caches) {
		if (each != c)
			continue;
		err = c->kmalloc || c == &cache_cache ? -EBUSY : c->pins ? -EAGAIN : 0;
		break;
	}
	if (!err)
		list_del(&c->caches);
	spin_unlock_irqrestore(&slab_caches_lock, flags);
	return err;
}

/* ---- Layout ---------------------------------------------------------------------------- */

static u32 slab_align(size_t size, size_t align, slab_flags_t flags)
{
	size_t line = CACHE_LINE;

	if (flags & SLAB_MUST_HWCACHE_ALIGN)
		return (u32)max(align, line);
	if (flags & SLAB_HWCACHE_ALIGN) {
		while (line > 8 && size <= line / 2)
			line /= 2;
		align = max(align, line);
	}
	return (u32)max(align, (size_t)ARCH_SLAB_MINALIGN);
}

static enum slab_mode slab_mode_of(const struct slab_cache *c)
{
	if (c->flags & SLAB_DEBUG_FLAGS)
		return SLAB_MODE_DEBUG;
	if (c->hooks.ctor.kind || (c->flags & (SLAB_TYPESAFE_BY_RCU | SLAB_DEBUG_INITIAL)))
		return SLAB_MODE_KEEP;
	if (kasan_enabled() || want_init_on_alloc(0) || want_init_on_free() || fault_injecting)
		return SLAB_MODE_KEEP;
	return SLAB_MODE_FAST;
}

static u32 slab_place_bytes(struct slab_cache *c)
{
	u32 size = ALIGN(c->hot.object_size, 8);

	if (c->mode == SLAB_MODE_DEBUG)
		return slab_debug_layout(c);
	if (!c->hooks.ctor.kind && !(c->flags & SLAB_TYPESAFE_BY_RCU))
		return size + (u32)kasan_metadata_size();
	c->tag_at = size;
	return size + 8 + (u32)kasan_metadata_size();
}

/* Makes every CPU's copy an empty magazine. */
static void magazines_set_up(struct objstack __percpu *magazine, unsigned int capacity)
{
	unsigned int cpu;

	for_each_possible_cpu(cpu) {
		struct objstack *m = per_cpu_ptr(magazine, cpu);

		magazine_set_objects(m, 0);
		m->limit = MAGAZINE_USED(capacity);
		m->slot[0] = &slab_floor;
	}
}

static void slab_size_stacks(struct slab_cache *c)
{
	u32 stride = c->g.stride, scale = min(nr_cpu_ids, DEPOT_SCALE);

	if (c->mode == SLAB_MODE_DEBUG || stride > MAGAZINE_BYTES)
		return;
	c->capacity = clamp(MAGAZINE_BYTES / stride, 4u, (u32)OBJSTACK_MAX);
	c->batch = c->capacity * 3 / 4;
	c->depot_max = clamp(DEPOT_BYTES / stride * scale, c->capacity, DEPOT_OBJECTS * scale);
}

int slab_setup(struct slab_cache *c, size_t align)
{
	unsigned int order;
	u32 stride;

	spin_lock_init_rank(&c->lock, LOCK_RANK_SLAB);
	c->flags = slab_debug_flags(c->name, c->flags);
	c->mode = slab_mode_of(c);
	c->align = slab_align(c->hot.object_size, align, c->flags);
	stride = ALIGN(slab_place_bytes(c), c->align);
	order = slab_order(stride);
	if (order > SLAB_MAX_ORDER)
		return -E2BIG;
	slab_geometry_init(&c->g, stride, order);
	if (c->flags & SLAB_CACHE_DMA)
		c->gfp |= __GFP_DMA;
	if (c->flags & SLAB_CACHE_DMA32)
		c->gfp |= __GFP_DMA32;
	if (c->flags & SLAB_RECLAIM_ACCOUNT)
		c->gfp |= __GFP_RECLAIMABLE;
	c->hot.front = &slab_closed;
	c->hot.kfree_front = &slab_closed;
	c->hot.mask = c->g.mask;
	c->hot.recip = c->g.recip;
	slab_size_stacks(c);
	return 0;
}

/* Gives the cache magazines, which the fast paths use if its mode lets them. */
static void slab_open(struct slab_cache *c, struct objstack __percpu *magazine)
{
	magazines_set_up(magazine, c->capacity);
	c->magazine = magazine;
	if (c->mode == SLAB_MODE_FAST && c->g.bound) {
		c->hot.bound = c->g.bound;
		c->hot.front = magazine;
	}
}

/* ---- Creation and destruction ---------------------------------------------------------- */

static bool slab_arguments_ok(const char *name, size_t size, size_t align)
{
	if (!name || !*name)
		pr_err("BUG: kmem_cache_create: no name\n");
	else if (!size || size > KMALLOC_MAX_SIZE)
		pr_err("BUG: kmem_cache_create %s: objects of %zu bytes\n", name, size);
	else if (align & (align - 1) || align > KMALLOC_MAX_SIZE)
		pr_err("BUG: kmem_cache_create %s: alignment %zu is no power of two\n", name,
		       align);
	else
		return true;
	dump_stack();
	return false;
}

static int slab_create(struct slab_cache *c, const char *name, size_t align)
{
	struct objstack __percpu *magazine;
	int err;

	c->name = kstrdup(name, GFP_KERNEL);
	if (!c->name)
		return -ENOMEM;
	err = slab_setup(c, align);
	if (err || !c->capacity)
		return err;
	magazine = __alloc_percpu(OBJSTACK_SIZE(c->capacity), 8);
	if (!magazine)
		return -ENOMEM;
	slab_open(c, magazine);
	return 0;
}

static void slab_destroy(struct slab_cache *c)
{
	free_percpu(c->magazine);
	kfree(c->name);
	kmem_cache_free(&cache_cache.hot, c);
}

struct kmem_cache *__kmem_cache_create(const char *name, size_t size, size_t align,
				       slab_flags_t flags, struct slab_hooks hooks)
{
	struct slab_cache *c = NULL;
	int err = -EINVAL;

	if (slab_arguments_ok(name, size, align)) {
		c = kmem_cache_zalloc(&cache_cache.hot, GFP_KERNEL);
		err = -ENOMEM;
	}
	if (c) {
		c->hot.object_size = (u32)size;
		c->flags = flags;
		c->hooks = hooks;
		err = slab_create(c, name, align);
		if (err)
			slab_destroy(c);
	}
	if (!err) {
		slab_publish(c);
		return &c->hot;
	}
	if (flags & SLAB_PANIC)
		panic("Cannot create slab %s size=%zu flags=0x%x: error %d", name, size, flags,
		      -err);
	if (err != -EINVAL)
		pr_warn("kmem_cache_create(%s) failed with error %d\n", name, err);
	return NULL;
}

int kmem_cache_destroy(struct kmem_cache *cache)
{
	struct slab_cache *c;
	int err;

	might_sleep();
	if (!cache)
		return 0;
	c = slab_cache_of(cache);
	while ((err = slab_unpublish(c)) == -EAGAIN)
		wait_a_tick();
	if (err == -EINVAL)
		slab_report_address(cache, "BUG: kmem_cache_destroy: 0x%px is no cache", cache);
	else if (err)
		slab_report(c, NULL, "kmem_cache_destroy of a cache that the kernel needs");
	if (err)
		return err;
	slab_drain(c);
	if (slab_nr_live(c)) {
		slab_report(c, NULL, "Objects remaining in %s on kmem_cache_destroy()", c->name);
		slab_list_live(c, 32);
		slab_publish(c);
		return -EBUSY;
	}
	if (slab_nr_slabs(c)) {
		slab_report(c, NULL, "kmem_cache_destroy where sleeping is not allowed");
		slab_publish(c);
		return -EBUSY;
	}
	slab_destroy(c);
	return 0;
}

int kmem_cache_shrink(struct kmem_cache *cache)
{
	struct slab_cache *c = slab_cache_of(cache);

	slab_drain(c);
	return slab_nr_slabs(c) != 0;
}

const char *kmem_cache_name(struct kmem_cache *cache)
{
	return slab_cache_of(cache)->name;
}

/* ---- When memory is short -------------------------------------------------------------- */

static unsigned long slab_count(struct shrinker *shrinker __unused,
				struct shrink_control *sc __unused)
{
	unsigned long nr = 0;
	struct slab_cache *c;

	for_each_slab_cache(c)
	{
		if (!(c->flags & SLAB_NO_REAP))
			nr += slab_nr_cached(c) +
			      (unsigned long)data_race(c->list[SLAB_EMPTY].count) * c->g.nr;
	}
	return nr;
}

/* Counts what goes back to the page allocator, in objects. */
static unsigned long slab_scan(struct shrinker *shrinker __unused,
			       struct shrink_control *sc __unused)
{
	unsigned long nr = 0;
	struct slab_cache *c;

	for_each_slab_cache(c)
	{
		unsigned long before = slab_nr_slabs(c);

		if (c->flags & SLAB_NO_REAP)
			continue;
		slab_drain(c);
		nr += (before - slab_nr_slabs(c)) * c->g.nr;
	}
	return nr ? nr : SHRINK_STOP;
}

static struct shrinker slab_shrinker = {
	.count_objects = slab_count,
	.scan_objects = slab_scan,
	.seeks = 0,
	.batch = 1L << 30,
};

/* ---- Start-up -------------------------------------------------------------------------- */

static bool slab_up;

bool slab_is_available(void)
{
	return slab_up;
}

void slab_boot_cache(struct slab_cache *c, struct objstack __percpu *magazine)
{
	if (slab_setup(c, c->align))
		panic("slab: no layout for %s", c->name);
	/* A static magazine is one that the inline kmalloc() pops. */
	if (c->mode == SLAB_MODE_KEEP)
		magazine = __alloc_percpu(OBJSTACK_SIZE(c->capacity), 8);
	if (c->capacity && magazine)
		slab_open(c, magazine);
	slab_publish(c);
}

void kmem_cache_init(void)
{
	cache_cache.name = "kmem_cache";
	cache_cache.hot.object_size = sizeof(struct slab_cache);
	cache_cache.flags = SLAB_HWCACHE_ALIGN;
	slab_boot_cache(&cache_cache, NULL);
	kmalloc_init();
	register_shrinker(&slab_shrinker, "slab");
	slab_up = true;
	kfence_init();
	pr_info("slab: %u size classes of kmalloc, %lu to %lu bytes; magazines of up to %u objects\n",
		KMALLOC_NR_CLASSES, (unsigned long)KMALLOC_MIN_SIZE, KMALLOC_MAX_CACHE_SIZE,
		OBJSTACK_MAX);
}
