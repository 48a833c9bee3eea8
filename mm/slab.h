/* SPDX-License-Identifier: MIT */
#ifndef _MM_SLAB_H
#define _MM_SLAB_H

/*
 * What the files of the slab allocator share.
 *
 *   slab.c         the slab page: places and a bitmap; pure
 *   slab_depot.c   free objects between magazines and slab pages
 *   slab_cache.c   allocation and release, misuse
 *   slab_check.c   the invariant checker
 *   slab_bulk.c    many objects in one call
 *   slab_create.c  creation and destruction of caches
 *   slab_debug.c   red zones, poison, tracks; slub_debug=
 *   slab_info.c    /proc/slabinfo, what a report says about an object
 *   kmalloc.c      size classes and large blocks
 *   kfence*.c      sampled objects between guard pages
 *
 * Lock order: slab_caches_lock -> slab_cache.lock -> (page allocator).  Both are
 * taken with interrupts off.  Constructors and destructors run, and pages are
 * allocated and freed, with neither held.
 */
#include <linux/kasan.h>
#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/percpu-defs.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <asm/extable.h>

/* ---- slab.c: the slab page ------------------------------------------------------------- */

/**
 * struct slab_geometry - how the pages of a slab are cut into places
 * @stride: bytes from one place to the next
 * @nr: places in a slab
 * @mask: bytes of the slab - 1
 * @order: of its pages
 * @words: of the bitmap at the slab's end; 0 if it has just the word in the descriptor
 * @recip: floor(2^32 / @stride) + 1
 * @bound: @nr * (@recip * @stride - 2^32); 0 if that is too much for 32 bits
 * @recip64: floor(2^64 / @stride) + 1, and @bound64 to match: the same for the
 *	     distance of any address from a slab
 * @bound64: @nr * (@recip64 * @stride - 2^64)
 * @all: the descriptor's word when every place is free
 */
struct slab_geometry {
	u32 stride;
	u32 nr;
	u32 mask;
	u16 order;
	u16 words;
	u32 recip;
	u32 bound;
	u64 recip64;
	u64 bound64;
	u64 all;
};

#define SLAB_MAX_ORDER (MAX_ORDER - 1)

/* slab_order - the order of pages that suits a stride; more than SLAB_MAX_ORDER if none does */
unsigned int slab_order(u32 stride);

/* slab_geometry_init - cut slabs of an order into places; one place at least has to fit */
void slab_geometry_init(struct slab_geometry *g, u32 stride, unsigned int order);

/* slab_index - number of the place that starts @offset bytes into the slab, or -1 */
int slab_index(const struct slab_geometry *g, u32 offset);

/*
 * The bitmap of a slab: @free is the descriptor's word, @base the slab's first byte.
 * slab_take() takes up to @n free places, lowest first, and stores their addresses
 * plus @lead; slab_take_at() takes one that is free.  slab_give() returns false if
 * the place was free already.
 */
void slab_clear(const struct slab_geometry *g, u64 *free, void *base);
unsigned int slab_take(const struct slab_geometry *g, u64 *free, void *base, u32 lead, void **out,
		       unsigned int n);
bool slab_give(const struct slab_geometry *g, u64 *free, void *base, unsigned int index);
void slab_take_at(const struct slab_geometry *g, u64 *free, void *base, unsigned int index);
bool slab_is_free(const struct slab_geometry *g, const u64 *free, const void *base,
		  unsigned int index);
bool slab_all_free(const struct slab_geometry *g, const u64 *free, const void *base);
unsigned int slab_nr_free(const struct slab_geometry *g, const u64 *free, const void *base);

/* slab_bitmap_check - NULL, or what is wrong with the bitmap */
const char *slab_bitmap_check(const struct slab_geometry *g, const u64 *free, const void *base);

/* ---- slab_cache.c ---------------------------------------------------------------------- */

/* Slabs by how many of their objects lie in them free. */
enum slab_fill { SLAB_FULL, SLAB_PARTIAL, SLAB_EMPTY, NR_SLAB_FILLS };

struct slab_list {
	u32 first; /* frame number of the head page, or PFN_NONE */
	u32 count;
};

/**
 * enum slab_mode - what an allocation and a release have to do
 * @SLAB_MODE_FAST: push and pop: the inline paths do it
 * @SLAB_MODE_KEEP: the tag lies outside the object, or a release does more: magazines,
 *		    but by way of the functions
 * @SLAB_MODE_DEBUG: no magazines: every object passes slab_debug.c
 */
enum slab_mode { SLAB_MODE_FAST, SLAB_MODE_KEEP, SLAB_MODE_DEBUG };

/**
 * struct slab_cache - a cache
 *
 * Immutable once it is on the list of caches:
 * @hot: what the inline paths read; the public name of a cache is its address
 * @g: the geometry of its slabs
 * @name: for reports
 * @flags: SLAB_*
 * @gfp: flags for its pages, besides the caller's
 * @mode: enum slab_mode
 * @align: of objects
 * @lead: bytes from a place to its object: the left red zone
 * @tag_at: bytes from an object to its tag
 * @track_at: bytes from an object to its two tracks
 * @record_at: bytes from an object to what kmemleak keeps of it
 * @inuse: bytes from an object to what lies behind its right red zone
 * @hooks: constructor and destructor
 * @magazine: per CPU, or NULL
 * @capacity: objects in a magazine
 * @batch: objects moved at a time between a magazine and the depot
 * @depot_max: objects in the depot
 * @kmalloc: a size class: kfree() takes its objects
 *
 * Under @lock:
 * @list: slabs
 * @nr_free: free objects in slabs, that is neither in the depot nor in magazines
 * @depot: array of @depot_max free objects, or NULL
 * @depot_used: objects in it
 * @nr_errors: reports about this cache
 * @grown, @shrunk: slabs ever allocated and released
 *
 * Under slab_caches_lock:
 * @caches: list of caches
 * @pins: walkers of the list that stand here
 *
 * objects in slabs = live + nr_free + depot_used + sum over CPUs of those in magazines
 */
struct slab_cache {
	struct kmem_cache hot;
	struct slab_geometry g;
	const char *name;
	slab_flags_t flags;
	gfp_t gfp;
	enum slab_mode mode;
	u32 align;
	u32 lead;
	u32 tag_at;
	u32 track_at;
	u32 record_at;
	u32 inuse;
	struct slab_hooks hooks;
	struct objstack __percpu *magazine;
	u32 capacity;
	u32 batch;
	u32 depot_max;
	bool kmalloc;

	spinlock_t lock;
	struct slab_list list[NR_SLAB_FILLS];
	unsigned long nr_free;
	void **depot;
	u32 depot_used;
	unsigned int nr_errors;
	unsigned long grown;
	unsigned long shrunk;

	struct list_head caches;
	unsigned int pins;
};

static inline struct slab_cache *slab_cache_of(struct kmem_cache *cache)
{
	return container_of(cache, struct slab_cache, hot);
}

extern struct slab_cache kmalloc_large_cache;  /* says that a page begins a large block */
DECLARE_PER_CPU(struct objstack, slab_closed); /* the front of caches that have none */
extern u64 slab_floor;			       /* lies at the bottom of each objstack */

static inline struct page *slab_page(const struct slab_cache *c, const void *obj)
{
	return direct_map_to_page((unsigned long)obj & ~(unsigned long)c->g.mask);
}

static inline void *slab_base(const struct slab_cache *c, const void *obj)
{
	return (void *)((unsigned long)obj & ~(unsigned long)c->g.mask);
}

/* Does @obj carry the tag of a free object? */
static __no_kasan_or_inline bool slab_tagged(const struct slab_cache *c, const void *obj)
{
	return *(const s64 *)((const char *)obj + c->tag_at) == OBJ_FREE_TAG;
}

static __no_kasan_or_inline void slab_set_tag(const struct slab_cache *c, void *obj, s64 tag)
{
	*(s64 *)((char *)obj + c->tag_at) = tag;
}

static inline unsigned long slab_nr_slabs(const struct slab_cache *c)
{
	return (unsigned long)data_race(c->list[SLAB_FULL].count) +
	       data_race(c->list[SLAB_PARTIAL].count) + data_race(c->list[SLAB_EMPTY].count);
}

/* Which list a slab belongs on. */
static inline enum slab_fill slab_fill_of(const struct slab_cache *c, const struct page *page)
{
	if (!page->slab_free)
		return SLAB_FULL;
	if (slab_all_free(&c->g, &page->slab_free, page_to_virt(page)))
		return SLAB_EMPTY;
	return SLAB_PARTIAL;
}

/* Number of the object's place, or -1 if no object of @c starts there. */
static inline int slab_object_index(const struct slab_cache *c, const void *obj)
{
	return slab_index(&c->g, (u32)((unsigned long)obj & c->g.mask) - c->lead);
}

static inline bool slab_in_bitmap(const struct slab_cache *c, const void *obj, unsigned int index)
{
	return slab_is_free(&c->g, &slab_page(c, obj)->slab_free, slab_base(c, obj), index);
}

/*
 * slab_find - the cache whose page an address lies in
 *
 * Good for any address: one outside the direct map, or without RAM behind it, has
 * no descriptor or an empty one.  Return: the cache, &kmalloc_large_cache, or NULL.
 */
static __always_inline struct slab_cache *slab_find(const void *p)
{
	u64 cache;

	if (unlikely((unsigned long)p - PAGE_OFFSET >= DIRECT_MAP_SIZE))
		return NULL;
	if (unlikely(!load_u64_nofault(&direct_map_to_page(p)->slab_cache, &cache) || !cache))
		return NULL;
	return slab_cache_of((struct kmem_cache *)cache);
}

/* slab_alloc, slab_free - by way of the functions, in every mode; @caller is for tracks */
void *slab_alloc(struct slab_cache *c, gfp_t gfp, unsigned long caller);

/* slab_alloc_sized - slab_alloc() for who needs no more than @size bytes of the object */
void *slab_alloc_sized(struct slab_cache *c, size_t size, gfp_t gfp, unsigned long caller);

/* slab_alloc_node - the same with memory of @nid, past the magazine if there are several nodes */
void *slab_alloc_node(struct slab_cache *c, gfp_t gfp, int nid, unsigned long caller);
void slab_free(struct slab_cache *c, void *obj, unsigned long caller);

/* slab_object_is_free - look for @obj in the bitmap, the depot and every magazine */
bool slab_object_is_free(struct slab_cache *c, void *obj);

/* slab_was_freed - is @obj, which may be any address, the start of a free object? */
bool slab_was_freed(void *obj);

/* slab_nr_cached - free objects in magazines and the depot; slab_nr_live - objects in use */
unsigned long slab_nr_cached(const struct slab_cache *c);
unsigned long slab_nr_live(const struct slab_cache *c);

void slab_hook_call(struct slab_cache *c, struct slab_hook hook, void *obj, unsigned long flags);

/* ---- slab_depot.c ---------------------------------------------------------------------- */

/*
 * A magazine has its objects in slot[1] .. slot[magazine_objects()], the newest last, on the
 * floor in slot[0].  What it counts are bytes of slots, as <asm/objstack.h> wants them.
 */
#define MAGAZINE_USED(objects) (((objects) + 1) * (u32)sizeof(void *))

static inline unsigned int magazine_objects(const struct objstack *m)
{
	return m->used / (u32)sizeof(void *) - 1;
}

/* magazine_objects_seen - the same of another CPU's, which goes on using it */
static inline unsigned int magazine_objects_seen(const struct objstack *m)
{
	return data_race(m->used) / (u32)sizeof(void *) - 1;
}

static inline void magazine_set_objects(struct objstack *m, unsigned int objects)
{
	m->used = MAGAZINE_USED(objects);
}

static inline unsigned int magazine_room(const struct objstack *m)
{
	return (m->limit - m->used) / (u32)sizeof(void *);
}

/* slab_refill - get objects into this CPU's magazine, growing the cache if need be */
bool slab_refill(struct slab_cache *c, gfp_t gfp);

/* slab_flush - make room in this CPU's magazine */
void slab_flush(struct slab_cache *c);

/* slab_make_room - slab_flush(), if @front really is a magazine and not closed */
static inline bool slab_make_room(struct kmem_cache *cache, struct objstack __percpu *front)
{
	if (unlikely(front == &slab_closed))
		return false;
	slab_flush(slab_cache_of(cache));
	return true;
}

/* slab_take_one, slab_give_one - an object from, or to, the slabs, without a magazine */
void *slab_take_one(struct slab_cache *c, gfp_t gfp);

/* slab_take_near - slab_take_one() from slabs of @nid; of others only without __GFP_THISNODE */
void *slab_take_near(struct slab_cache *c, gfp_t gfp, int nid);

void slab_give_one(struct slab_cache *c, void *obj);

/* slab_empty_stacks - this CPU's magazines to the depots: its next allocations go the long way */
void slab_empty_stacks(void);

/* slab_drain - magazines and depot to the slabs, free slabs to the page allocator */
void slab_drain(struct slab_cache *c);

/* ---- slab_create.c --------------------------------------------------------------------- */

/* slab_setup - prepare a zeroed cache whose name, object_size, flags, gfp, hooks are set */
int slab_setup(struct slab_cache *c, size_t align);

/* slab_is_cache_of_caches - are its objects caches? */
bool slab_is_cache_of_caches(const struct kmem_cache *cache);

/* slab_publish - put a cache on the list */
void slab_publish(struct slab_cache *c);

/* slab_boot_cache - set up and publish a static cache; @magazine is its, or NULL */
void slab_boot_cache(struct slab_cache *c, struct objstack __percpu *magazine);

/* slab_next - walk all caches; @c NULL begins.  A walk that stops early calls slab_unpin(). */
struct slab_cache *slab_next(struct slab_cache *c);
void slab_unpin(struct slab_cache *c);
#define for_each_slab_cache(c) for (c = slab_next(NULL); c; c = slab_next(c))

/* ---- slab_debug.c ---------------------------------------------------------------------- */

/* Set in each cache with kmemleak=on. */
#define SLAB_LEAK_RECORD 0x80000000u

/* Flags that need SLAB_MODE_DEBUG. */
#define SLAB_DEBUG_FLAGS                                                                        \
	(SLAB_CONSISTENCY_CHECKS | SLAB_RED_ZONE | SLAB_POISON | SLAB_STORE_USER | SLAB_TRACE | \
	 SLAB_LEAK_RECORD)

/* slab_debug_parse - the flags that a value of slub_debug= gives the cache called @name */
slab_flags_t slab_debug_parse(const char *setting, const char *name);

/* slab_debug_flags - @flags of a cache and what slub_debug= adds */
slab_flags_t slab_debug_flags(const char *name, slab_flags_t flags);

/* slab_debug_layout - set lead, inuse and track_at; the bytes of a place before alignment */
u32 slab_debug_layout(struct slab_cache *c);

void slab_debug_init_object(struct slab_cache *c, void *obj);
void slab_debug_alloc(struct slab_cache *c, void *obj, unsigned long caller);
void slab_debug_free(struct slab_cache *c, void *obj, unsigned long caller);

/* slab_debug_check - compare red zones and poison; reports; false if something was wrong */
bool slab_debug_check(struct slab_cache *c, void *obj, bool is_free);

/* ---- slab_info.c ----------------------------------------------------------------------- */

/*
 * slab_report - "BUG <cache>: <what>", and what is known about @obj
 *
 * slab_report_address - the same where there is no cache.
 */
void slab_report(struct slab_cache *c, void *obj, const char *fmt, ...) __printf(3, 4) __cold;
void slab_report_address(const void *p, const char *fmt, ...) __printf(2, 3) __cold;
void slab_describe_object(struct slab_cache *c, void *obj);
void slab_print_tracks(struct slab_cache *c, void *obj);

/* slab_list_live - name the objects of a cache that are in use, at most @max; how many are */
unsigned long slab_list_live(struct slab_cache *c, unsigned int max);

/* Walks the slabs of a list; its lock is held, or nobody else uses the cache. */
#define slab_for_each_page(c, fill, page)                                                    \
	for (page = (c)->list[fill].first ? pfn_to_page((c)->list[fill].first) : NULL; page; \
	     page = page->next ? pfn_to_page(page->next) : NULL)

/* ---- kmalloc.c ------------------------------------------------------------------------- */

void kmalloc_init(void);
unsigned long kmalloc_nr_large(void);

#endif
