/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_KASAN_H
#define _LINUX_KASAN_H

/*
 * Which memory may be touched, told to who checks each access: the compiler's
 * address sanitizer, whose checks look a byte up for each eight bytes of memory.
 *
 *   make KASAN=1             the kernel; mm/kasan_shadow.c keeps those bytes
 *   the port to a process    its variants with AddressSanitizer, which keeps them
 *
 * In all other builds everything here is empty.  The allocators call it at each
 * change of hands; docs/kasan.md says when a mistake is seen.
 */
#include <linux/types.h>
#include <linux/compiler.h>

struct kmem_cache;
struct page;

#ifdef CONFIG_KASAN

/*
 * __no_kasan_or_inline - a function whose accesses are not checked, for an
 * allocator's own of memory that it keeps free.  A checked function cannot take in one that is not.
 */
#define __no_kasan_or_inline noinline __maybe_unused __no_sanitize_address

/* kasan_enabled - is this a build that checks?  A constant. */
static __always_inline bool kasan_enabled(void)
{
	return true;
}

/**
 * kasan_poison - nobody may touch [@addr, @addr + @size)
 * @addr: a multiple of 8
 * @size: rounded up to a multiple of 8
 * @why: KASAN_*: what a report says of it
 *
 * Context: any.
 */
void kasan_poison(const void *addr, size_t size, u8 why);

/* kasan_unpoison - everybody may; @size need not be a multiple of 8. */
void kasan_unpoison(const void *addr, size_t size);

/* As Linux has them. */
#define KASAN_PAGE_FREE	      0xff /* of the page allocator, free */
#define KASAN_PAGE_REDZONE    0xfe /* behind a large block of kmalloc() */
#define KASAN_SLAB_REDZONE    0xfc /* between objects, and behind what kmalloc() was asked for */
#define KASAN_SLAB_FREE	      0xfb /* an object that is free */
#define KASAN_GLOBAL_REDZONE  0xf9 /* behind a variable */
#define KASAN_VMALLOC_INVALID 0xf8 /* vmalloc(): behind what was asked for, or freed */
#define KASAN_PERCPU_FREE     0xf7 /* alloc_percpu(): the same; Linux has none */

/* ---- Pages ----------------------------------------------------------------------------- */

/* kasan_unpoison_pages - a block was handed out; kasan_poison_pages - it came back. */
void kasan_unpoison_pages(struct page *page, unsigned int order);
void kasan_poison_pages(struct page *page, unsigned int order);

/* kasan_poison_frames - frames that the page allocator gets to give away. */
void kasan_poison_frames(unsigned long start_pfn, unsigned long end_pfn);

/* ---- Objects --------------------------------------------------------------------------- */

/* kasan_metadata_size - bytes behind each object that nobody may touch, and who had it is in. */
size_t kasan_metadata_size(void);

/* kasan_poison_slab - a slab's objects are made, and free; kasan_unpoison_slab - it goes. */
void kasan_poison_slab(struct kmem_cache *cache, void *base);
void kasan_unpoison_slab(struct kmem_cache *cache, void *base);

/* kasan_slab_alloc - an object is its caller's; kasan_slab_free - and is free again. */
void kasan_slab_alloc(struct kmem_cache *cache, void *obj);
void kasan_slab_free(struct kmem_cache *cache, void *obj);

/**
 * kasan_kmalloc - of an object that was allocated, no more than was asked for is the caller's
 * @obj: the object, or NULL, or ZERO_SIZE_PTR
 * @size: what was asked for
 *
 * Return: @obj.
 */
void *kasan_kmalloc(void *obj, size_t size);

/* kasan_unpoison_range - all of an object is: its user asked how large it is. */
void kasan_unpoison_range(const void *addr, size_t size);

/* An element that lies in a pool of @size bytes, and one that is taken from it. */
void kasan_mempool_poison_object(void *obj, size_t size);
void kasan_mempool_unpoison_object(void *obj, size_t size);

/* ---- vmalloc() and alloc_percpu() ------------------------------------------------------ */

void kasan_unpoison_vmalloc(const void *start, unsigned long size);
void kasan_poison_vmalloc(const void *start, unsigned long size);

/* By per-CPU address, in the units of all CPUs. */
void kasan_unpoison_percpu(unsigned long ptr, size_t size);
void kasan_poison_percpu(unsigned long ptr, size_t size);

/* ---- Accesses that the compiler does not see ------------------------------------------- */

/* kasan_check_range - report if part of [@p, @p + @size) is nobody's; @ip: who touches it */
void kasan_check_range(const volatile void *p, size_t size, bool write, unsigned long ip);

/* The same on behalf of the caller of the function that this stands in. */
#define kasan_check_read(p, size) \
	kasan_check_range(p, size, false, (unsigned long)__builtin_return_address(0))
#define kasan_check_write(p, size) \
	kasan_check_range(p, size, true, (unsigned long)__builtin_return_address(0))

/* kasan_init - accesses are checked from here on.  Start-up, when the page tables are loaded. */
void kasan_init(void);

#else

#define __no_kasan_or_inline __always_inline

static __always_inline bool kasan_enabled(void)
{
	return false;
}

static __always_inline void kasan_unpoison_pages(struct page *page __unused,
						 unsigned int order __unused)
{
}

static __always_inline void kasan_poison_pages(struct page *page __unused,
					       unsigned int order __unused)
{
}

static __always_inline void kasan_poison_frames(unsigned long start_pfn __unused,
						unsigned long end_pfn __unused)
{
}

static __always_inline size_t kasan_metadata_size(void)
{
	return 0;
}

static __always_inline void kasan_poison_slab(struct kmem_cache *cache __unused,
					      void *base __unused)
{
}

static __always_inline void kasan_unpoison_slab(struct kmem_cache *cache __unused,
						void *base __unused)
{
}

static __always_inline void kasan_slab_alloc(struct kmem_cache *cache __unused, void *obj __unused)
{
}

static __always_inline void kasan_slab_free(struct kmem_cache *cache __unused, void *obj __unused)
{
}

static __always_inline void *kasan_kmalloc(void *obj, size_t size __unused)
{
	return obj;
}

static __always_inline void kasan_unpoison_range(const void *addr __unused, size_t size __unused)
{
}

static __always_inline void kasan_mempool_poison_object(void *obj __unused, size_t size __unused)
{
}

static __always_inline void kasan_mempool_unpoison_object(void *obj __unused, size_t size __unused)
{
}

static __always_inline void kasan_unpoison_vmalloc(const void *start __unused,
						   unsigned long size __unused)
{
}

static __always_inline void kasan_poison_vmalloc(const void *start __unused,
						 unsigned long size __unused)
{
}

static __always_inline void kasan_unpoison_percpu(unsigned long ptr __unused, size_t size __unused)
{
}

static __always_inline void kasan_poison_percpu(unsigned long ptr __unused, size_t size __unused)
{
}

static __always_inline void kasan_init(void)
{
}

static __always_inline void kasan_check_read(const volatile void *p __unused, size_t size __unused)
{
}

static __always_inline void kasan_check_write(const volatile void *p __unused, size_t size __unused)
{
}

#endif
#endif
