/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_SLAB_H
#define _LINUX_SLAB_H

/*
 * Small memory: kmalloc() for pieces of any size, caches for objects of one kind.
 * docs/slab.md tells how it works.
 */
#include <linux/types.h>
#include <linux/compiler.h>
#include <linux/align.h>
#include <linux/err.h>
#include <linux/gfp.h>
#include <linux/kasan.h>
#include <linux/mm_types.h>
#include <linux/overflow.h>
#include <linux/preempt.h>
#include <linux/slab_def.h>
#include <linux/string.h>

typedef struct kmem_cache kmem_cache_t;

/* ---- Flags of kmem_cache_create() ------------------------------------------------------ */
#define SLAB_CONSISTENCY_CHECKS 0x00000100u /* check the slab page on each operation */
#define SLAB_DEBUG_FREE		SLAB_CONSISTENCY_CHECKS
#define SLAB_DEBUG_INITIAL	0x00000200u /* on free have the constructor verify the object */
#define SLAB_RED_ZONE		0x00000400u /* guard bytes around each object */
#define SLAB_POISON		0x00000800u /* fill free objects, and check that on allocation */
#define SLAB_NO_REAP		0x00001000u /* free slabs stay when memory is short */
#define SLAB_HWCACHE_ALIGN	0x00002000u /* align to cache lines, small objects to parts of one */
#define SLAB_CACHE_DMA		0x00004000u /* memory below 16 MiB */
#define SLAB_CACHE_DMA32	0x00008000u /* memory below 4 GiB */
#define SLAB_STORE_USER		0x00010000u /* remember who allocated and who freed */
#define SLAB_RECLAIM_ACCOUNT	0x00020000u /* objects that a shrinker can free */
#define SLAB_PANIC		0x00040000u /* panic when the cache cannot be made */
#define SLAB_TYPESAFE_BY_RCU	0x00080000u /* a free object keeps its bytes; see below */
#define SLAB_MEM_SPREAD		0x00100000u /* accepted */
#define SLAB_TRACE		0x00200000u /* print each allocation and release */
#define SLAB_NOLEAKTRACE	0x00800000u /* kmemleak=on keeps nothing about its objects */
#define SLAB_MUST_HWCACHE_ALIGN 0x01000000u /* align to whole cache lines, whatever the waste */
#define SLAB_ACCOUNT		0x04000000u /* accepted */
#define SLAB_NO_MERGE		0x08000000u /* accepted: caches are never merged */
#define SLAB_DESTROY_BY_RCU	SLAB_TYPESAFE_BY_RCU
#define SLAB_TEMPORARY		SLAB_RECLAIM_ACCOUNT

/* What an old-style constructor is told. */
#define SLAB_CTOR_CONSTRUCTOR 1UL /* always set: construct, unless VERIFY is set too */
#define SLAB_CTOR_ATOMIC      2UL /* on behalf of a caller that must not sleep */
#define SLAB_CTOR_VERIFY      4UL /* the object was freed: check that it is as constructed */

/* Allocation flags as 2.4 and 2.6 spelled them for caches. */
#define SLAB_KERNEL  GFP_KERNEL
#define SLAB_ATOMIC  GFP_ATOMIC
#define SLAB_USER    GFP_USER
#define SLAB_NOFS    GFP_NOFS
#define SLAB_NOIO    GFP_NOIO
#define SLAB_DMA     GFP_DMA
#define SLAB_NO_GROW __GFP_NO_GROW

/* What kmalloc(0) returns: not NULL, and good for nothing but kfree(). */
#define ZERO_SIZE_PTR	    ((void *)16)
#define ZERO_OR_NULL_PTR(p) ((unsigned long)(p) <= (unsigned long)ZERO_SIZE_PTR)

#define ARCH_SLAB_MINALIGN  8
#define KMALLOC_SHIFT_LOW   3
#define KMALLOC_SHIFT_HIGH  13

/* ---- Caches ---------------------------------------------------------------------------- */

/* A constructor or destructor of any of Linux's eras. */
typedef union {
	void (*modern)(void *obj);
	void (*old)(void *obj, struct kmem_cache *cache, unsigned long flags);
	void (*middle)(struct kmem_cache *cache, void *obj); /* 2.6.24 .. 2.6.26 */
	void *none;
} slab_hook_fn __attribute__((__transparent_union__));

enum slab_hook_kind { SLAB_HOOK_NONE, SLAB_HOOK_MODERN, SLAB_HOOK_OLD, SLAB_HOOK_MIDDLE };

struct slab_hook {
	slab_hook_fn fn;
	enum slab_hook_kind kind;
};

struct slab_hooks {
	struct slab_hook ctor;
	struct slab_hook dtor;
};

static inline struct slab_hook __slab_hook(slab_hook_fn fn, enum slab_hook_kind kind)
{
	return (struct slab_hook){.fn = fn, .kind = fn.none ? kind : SLAB_HOOK_NONE};
}

#define __SLAB_HOOK(f)                                                                 \
	__slab_hook(f, _Generic((f), void (*)(void *)                                  \
				: SLAB_HOOK_MODERN,                                    \
				  void (*)(void *, struct kmem_cache *, unsigned long) \
				: SLAB_HOOK_OLD, void (*)(struct kmem_cache *, void *) \
				: SLAB_HOOK_MIDDLE, default                            \
				: SLAB_HOOK_NONE))

struct kmem_cache *__kmem_cache_create(const char *name, size_t size, size_t align,
				       slab_flags_t flags, struct slab_hooks hooks);

/* 2.4 calls the third argument an offset and lets it be anything; it is no request then. */
#define __slab_old_align(a) (((a) & ((a)-1)) ? 0 : (a))

#define __kmem_cache_create_5(name, size, align, flags, c) \
	__kmem_cache_create(name, size, align, flags, (struct slab_hooks){.ctor = __SLAB_HOOK(c)})
#define __kmem_cache_create_6(name, size, offset, flags, c, d)           \
	__kmem_cache_create(name, size, __slab_old_align(offset), flags, \
			    (struct slab_hooks){.ctor = __SLAB_HOOK(c), .dtor = __SLAB_HOOK(d)})
#define __kmem_cache_create_pick(a, b, c, d, e, f, macro, ...) macro

/**
 * kmem_cache_create - make a cache of objects of one size
 * @name: for reports and /proc/slabinfo; copied
 * @size: bytes of an object, 1 .. KMALLOC_MAX_SIZE
 * @align: power of two, or 0 for the machine's word
 * @flags: SLAB_*
 * @ctor: called for each object when its slab page is allocated, or NULL.  Objects keep
 *	their state while they are free, so the last user has to leave them as constructed.
 *
 * A sixth argument is a destructor, as Linux had it up to 2.6.22: called for each
 * object before its slab page goes back.  @align is then the "offset" of that time.
 * Constructors and destructors may be of the form (obj), or (obj, cache, flags).
 *
 * SLAB_TYPESAFE_BY_RCU promises that the bytes of a free object stay as they were
 * until the object is allocated again or its page is freed, which waits for readers.
 *
 * Context: may sleep.
 * Return: the cache, or NULL (a panic with SLAB_PANIC) after a report.
 */
#define kmem_cache_create(...)                                                                    \
	__kmem_cache_create_pick(__VA_ARGS__, __kmem_cache_create_6, __kmem_cache_create_5, , , , \
				 , )(__VA_ARGS__)

#define kmem_cache_create_usercopy(name, size, align, flags, useroffset, usersize, ctor) \
	((void)(useroffset), (void)(usersize), kmem_cache_create(name, size, align, flags, ctor))

/* KMEM_CACHE - a cache of struct @type, named and aligned like it. */
#define KMEM_CACHE(type, flags) \
	kmem_cache_create(#type, sizeof(struct type), __alignof__(struct type), flags, NULL)
#define KMEM_CACHE_USERCOPY(type, flags, field) KMEM_CACHE(type, flags)

/**
 * kmem_cache_destroy - give up a cache
 * @cache: the cache, or NULL
 *
 * A cache with objects still allocated stays, and they are listed.  So does one of
 * SLAB_TYPESAFE_BY_RCU, with a report, where its slabs cannot go yet: in atomic context.
 *
 * Context: may sleep.
 * Return: 0, or -EBUSY.
 */
int kmem_cache_destroy(struct kmem_cache *cache);

/* kmem_cache_shrink - give free slab pages back; 0 if none is left, else 1 */
int kmem_cache_shrink(struct kmem_cache *cache);

/* kmem_cache_size - bytes of an object, as asked for. */
static inline unsigned int kmem_cache_size(struct kmem_cache *cache)
{
	return cache->object_size;
}

const char *kmem_cache_name(struct kmem_cache *cache);

/* The rest of an allocation or a release, where the fast path below does not serve. */
void *kmem_cache_alloc_slow(struct kmem_cache *cache, gfp_t gfp) __malloc;

/* Flags that choose where memory comes from, and zeroing: not for the fast paths. */
#define SLAB_SLOW_GFP (GFP_ZONEMASK | __GFP_ZERO)

/* slab_may_sleep_here - whether @gfp asks to sleep where that is allowed, or does not ask */
static __always_inline bool slab_may_sleep_here(gfp_t gfp)
{
	return likely(!in_atomic()) || !(gfp & __GFP_DIRECT_RECLAIM);
}

/*
 * slab_zero - clear @size bytes of a new object, rounded up to words unless those are watched
 *
 * In two halves: up to four words compilers write out as stores, beyond that they call
 * or set up a string instruction.
 */
static __always_inline void slab_zero(void *obj, size_t size)
{
	const size_t bytes = kasan_enabled() ? size : ALIGN(size, 8);
	const size_t half = bytes < 32 ? bytes : 32;

	if (!__builtin_constant_p(size) || size > 64) {
		memset(__builtin_assume_aligned(obj, 8), 0, size);
		return;
	}
	__builtin_memset(__builtin_assume_aligned(obj, 8), 0, half);
	__builtin_memset(__builtin_assume_aligned(obj + half, 8), 0, bytes - half);
}

/**
 * kmem_cache_alloc - allocate an object
 * @cache: from kmem_cache_create()
 * @gfp: flags for the pages if the cache has to grow
 *
 * Context: as @gfp says; a sleeping allocation where sleeping is forbidden is reported.
 * Return: the object, or NULL.
 */
static __always_inline void *kmem_cache_alloc(struct kmem_cache *cache, gfp_t gfp)
{
	void *obj;

	if (likely(!(gfp & SLAB_SLOW_GFP) && slab_may_sleep_here(gfp))) {
		obj = objstack_pop(cache->front);
		if (likely(obj)) {
			*(u64 *)obj = 0;
			return obj;
		}
	}
	return kmem_cache_alloc_slow(cache, gfp);
}

/* kmem_cache_zalloc - kmem_cache_alloc(), zeroed; not for caches with a constructor. */
void *kmem_cache_zalloc(struct kmem_cache *cache, gfp_t gfp) __malloc;

/* kmem_cache_alloc_node - from the memory of @node first, or any with NUMA_NO_NODE. */
void *kmem_cache_alloc_node(struct kmem_cache *cache, gfp_t gfp, int node) __malloc;

/**
 * kmem_cache_free - release an object
 * @cache: the cache it is from
 * @obj: the object, or NULL
 *
 * An object of another cache, an address inside one or outside all, and an object
 * that is free already are reported and left alone.
 *
 * Context: any.
 */
void kmem_cache_free(struct kmem_cache *cache, const void *obj);

/**
 * kmem_cache_alloc_bulk - allocate many objects
 * @cache: the cache
 * @gfp: as for kmem_cache_alloc()
 * @n: how many
 * @objs: gets them
 *
 * Return: @n, or 0 if there is not memory for all of them.
 */
int kmem_cache_alloc_bulk(struct kmem_cache *cache, gfp_t gfp, size_t n, void **objs);

/* kmem_cache_free_bulk - kmem_cache_free() of @n objects. */
void kmem_cache_free_bulk(struct kmem_cache *cache, size_t n, void **objs);

/* ---- kmalloc --------------------------------------------------------------------------- */

/* Sizes that are not known at compile time, flags that are not plain; and above 8192 bytes. */
void *__kmalloc(size_t size, gfp_t gfp) __malloc;
void *kmalloc_large(size_t size, gfp_t gfp) __malloc;
void *kmalloc_slow(size_t size, gfp_t gfp) __malloc;

/* kmalloc_adopt - make a block of pages that @gfp got one of kmalloc(), and return its address */
void *kmalloc_adopt(struct page *page, gfp_t gfp);

static __always_inline void *kmalloc_block(size_t size, gfp_t gfp)
{
	struct page *page = alloc_pages(gfp, (unsigned int)get_order(size));

	return likely(page) ? kasan_kmalloc(kmalloc_adopt(page, gfp), size) : NULL;
}

static __always_inline void *kmalloc_small(size_t size, gfp_t gfp)
{
	void *obj;

	if (likely(slab_may_sleep_here(gfp))) {
		obj = objstack_pop_static(&kmalloc_magazines[kmalloc_class(size)]);
		if (likely(obj)) {
			*(u64 *)obj = 0;
			return obj;
		}
	}
	return kmalloc_slow(size, gfp);
}

/**
 * kmalloc - allocate memory
 * @size: bytes; 0 gives ZERO_SIZE_PTR, more than 4 MiB NULL
 * @gfp: GFP_KERNEL, GFP_ATOMIC, ...; with GFP_DMA memory below 16 MiB; __GFP_HIGHMEM is
 *	refused
 *
 * Physically contiguous, aligned to 8 bytes at least, and to its size if that is a
 * power of two.
 *
 * Context: as @gfp says; a sleeping allocation where sleeping is forbidden is reported.
 * Return: the memory, or NULL.
 */
static __always_inline void *kmalloc(size_t size, gfp_t gfp)
{
	if (__builtin_constant_p(size) && __builtin_constant_p(gfp) && !(gfp & SLAB_SLOW_GFP)) {
		if (size && size <= KMALLOC_MAX_CACHE_SIZE)
			return kasan_kmalloc(kmalloc_small(size, gfp), size);
		if (size && size <= KMALLOC_MAX_SIZE)
			return kmalloc_block(size, gfp);
	}
	return __kmalloc(size, gfp);
}

/* kzalloc - kmalloc(), zeroed. */
static __always_inline void *kzalloc(size_t size, gfp_t gfp)
{
	if (__builtin_constant_p(size) && size <= KMALLOC_MAX_CACHE_SIZE) {
		void *obj = kmalloc(size, gfp);

		if (likely(obj) && size)
			slab_zero(obj, size);
		return obj;
	}
	return __kmalloc(size, gfp | __GFP_ZERO);
}

/* kmalloc_array, kcalloc - an array of @n elements; NULL if its size overflows. */
static __always_inline void *kmalloc_array(size_t n, size_t size, gfp_t gfp)
{
	size_t bytes;

	if (unlikely(check_mul_overflow(n, size, &bytes)))
		return NULL;
	return kmalloc(bytes, gfp);
}

static __always_inline void *kcalloc(size_t n, size_t size, gfp_t gfp)
{
	return kmalloc_array(n, size, gfp | __GFP_ZERO);
}

/* The same, from the memory of @node first. */
void *kmalloc_node(size_t size, gfp_t gfp, int node) __malloc;

static inline void *kzalloc_node(size_t size, gfp_t gfp, int node)
{
	return kmalloc_node(size, gfp | __GFP_ZERO, node);
}

static inline void *kmalloc_array_node(size_t n, size_t size, gfp_t gfp, int node)
{
	size_t bytes;

	if (unlikely(check_mul_overflow(n, size, &bytes)))
		return NULL;
	return kmalloc_node(bytes, gfp, node);
}

static inline void *kcalloc_node(size_t n, size_t size, gfp_t gfp, int node)
{
	return kmalloc_array_node(n, size, gfp | __GFP_ZERO, node);
}

#define __kmalloc_node(size, gfp, node)	   kmalloc_node(size, gfp, node)
#define kmalloc_track_caller(size, gfp)	   __kmalloc(size, gfp)
#define kmalloc_node_track_caller(s, g, n) kmalloc_node(s, g, n)

/**
 * kfree - release memory of kmalloc()
 * @p: what kmalloc() gave; NULL and ZERO_SIZE_PTR are fine
 *
 * Anything else is reported and left alone: an address that kmalloc() never gave, the
 * middle of an object, an object that is free already.
 *
 * Context: any.
 */
void kfree(const void *p);
void kfree_sensitive(const void *p); /* overwritten with zeroes first */
#define kzfree(p) kfree_sensitive(p)

/**
 * ksize - bytes that belong to an object, of which kmalloc() was asked for no more
 * @p: from kmalloc(); 0 for NULL and ZERO_SIZE_PTR
 *
 * Return: the size of its class, or of its pages.
 */
size_t ksize(const void *p);
size_t kmalloc_size_roundup(size_t size);

/**
 * krealloc - change the size of an object
 * @p: from kmalloc(), or NULL to allocate
 * @size: new size; 0 frees and returns ZERO_SIZE_PTR
 * @gfp: as for kmalloc(); with __GFP_ZERO bytes beyond the old object are zeroed
 *
 * Context: as @gfp says, whether the object has to move or not.
 * Return: the object, moved or not; NULL, and @p untouched, if there is no memory.
 */
void *krealloc(const void *p, size_t size, gfp_t gfp) __must_check;

static inline void *__must_check krealloc_array(void *p, size_t n, size_t size, gfp_t gfp)
{
	size_t bytes;

	if (unlikely(check_mul_overflow(n, size, &bytes)))
		return NULL;
	return krealloc(p, bytes, gfp);
}

/* ---- kmalloc() if it is small, vmalloc() if not or if there is no such block ------------ */

void *kvmalloc_node(size_t size, gfp_t gfp, int node) __malloc;
void kvfree(const void *p);
void kvfree_sensitive(const void *p, size_t size);
void *kvrealloc(const void *p, size_t old_size, size_t new_size, gfp_t gfp) __must_check;

/* Above a page vmalloc() serves as well, so kmalloc() need not go out of its way. */
static __always_inline gfp_t kvmalloc_try_flags(gfp_t gfp)
{
	if (!gfpflags_allow_blocking(gfp))
		return gfp;
	gfp |= __GFP_NOWARN;
	return gfp & __GFP_RETRY_MAYFAIL ? gfp : (gfp | __GFP_NORETRY) & ~__GFP_NOFAIL;
}

/**
 * kvmalloc - allocate memory that need not be physically contiguous
 * @size: bytes
 * @gfp: GFP_KERNEL, perhaps with modifiers; other kinds get kmalloc() only
 *
 * Context: as @gfp says.
 * Return: the memory, for kvfree(), or NULL.
 */
static __always_inline void *kvmalloc(size_t size, gfp_t gfp)
{
	if (__builtin_constant_p(size) && __builtin_constant_p(gfp)) {
		bool small = size <= KMALLOC_MAX_CACHE_SIZE;
		void *p = NULL;

		if (size <= KMALLOC_MAX_SIZE)
			p = kmalloc(size, small ? gfp : kvmalloc_try_flags(gfp));
		if (likely(p) || small)
			return p;
	}
	return kvmalloc_node(size, gfp, NUMA_NO_NODE);
}

static __always_inline void *kvzalloc(size_t size, gfp_t gfp)
{
	return kvmalloc(size, gfp | __GFP_ZERO);
}

static inline void *kvzalloc_node(size_t size, gfp_t gfp, int node)
{
	return kvmalloc_node(size, gfp | __GFP_ZERO, node);
}

static inline void *kvmalloc_array(size_t n, size_t size, gfp_t gfp)
{
	size_t bytes;

	if (unlikely(check_mul_overflow(n, size, &bytes)))
		return NULL;
	return kvmalloc(bytes, gfp);
}

static inline void *kvcalloc(size_t n, size_t size, gfp_t gfp)
{
	return kvmalloc_array(n, size, gfp | __GFP_ZERO);
}

/* ---- Start-up, accounting, tests ------------------------------------------------------- */

/* kmem_cache_init - kmalloc() and caches work from here on. Context: start-up, once. */
void kmem_cache_init(void);
bool slab_is_available(void);

/* kmem_cache_drain_all - give every free object and every free slab page back. Context: any. */
void kmem_cache_drain_all(void);

/* slab_live_objects - objects allocated and not freed, of all caches and large blocks. */
unsigned long slab_live_objects(void);

/* slab_loose_pages - pages that caches would not need if their live objects lay close together. */
unsigned long slab_loose_pages(void);

/**
 * slab_check - compare a cache with its invariants
 * @cache: any cache
 *
 * Context: any; nobody else may be using the cache.
 * Return: NULL, or what is wrong.
 */
const char *slab_check(struct kmem_cache *cache);
const char *slab_check_all(void);

/* kmem_dump_obj - say which object an address belongs to; kmem_valid_obj(): whether to any. */
void kmem_dump_obj(void *addr);
bool kmem_valid_obj(void *addr);

#endif
