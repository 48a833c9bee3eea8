/* SPDX-License-Identifier: MIT */
/*
 * malloc() and its family over the kernel's allocators.
 *
 *   1 .. 8192 bytes    an object of the smallest class that holds it     classes.c
 *   .. 4 MiB           kmalloc_large(): a block of pages
 *   more               vmalloc(): an area
 *
 * The usual malloc() and free() are those of <linux/slab.h>: they pop and push this CPU's
 * magazine.  All else enters the CPU first (cpus.c), and then calls what any user of the
 * kernel calls.
 *
 * Memory comes from the host when it is touched.  It goes back: what vmalloc() had, at
 * once; of freed blocks from TRIM_BYTES on, what is more than KEEP_BYTES together.
 *
 * vmalloc() maps frames, and the host can show a private page in one place only.  So a
 * frame that vmalloc() takes is emptied, and the area gets fresh memory from the host;
 * the count of frames stays right, and what they held takes no memory meanwhile.  To
 * make an area larger, the host moves its pages, as mremap() does.
 *
 * Returned memory is aligned to MIN_ALIGN.  What is wrong (twice, of a foreign pointer, of
 * the middle of something) is reported on standard error, and refused: free() leaves all as
 * it was, and so does realloc(), which returns NULL.
 *
 * Contexts: any thread, before and after main(), in handlers of pthread_atfork(); as usual
 * not in signal handlers.
 */
#include <linux/kernel.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/vmalloc.h>
#include "../../mm/slab.h"
#include "../../mm/vmap.h"
#include "classes.h"
#include "malloc.h"
#include "preload.h"

/* Nobody reclaims here, and the caller learns of a failure by NULL. */
#define GFP	   __GFP_NOWARN

#define TRIM_BYTES (1UL << 20)
#define KEEP_BYTES (16L << 20)

#define EXPORT	   __attribute__((__visibility__("default"), __used__))

enum { NOT_STARTED, STARTED };
static unsigned int start_lock;
static int state = NOT_STARTED;

/* Bytes of free blocks that the host still has memory for, roughly. */
static long kept;

void preload_init(void)
{
	if (__atomic_load_n(&state, __ATOMIC_ACQUIRE) == STARTED)
		return;
	host_lock(&start_lock);
	if (state == NOT_STARTED) {
		preload_start();
		__atomic_store_n(&state, STARTED, __ATOMIC_RELEASE);
	}
	host_unlock(&start_lock);
}

/* ---- Areas of vmalloc(); all on an entered CPU ------------------------------------------ */

static struct vmap_area *area_of(const void *p)
{
	u64 key = (unsigned long)p | VMAP_ALLOC;
	struct vmap_area *va;
	unsigned long flags;

	if (unlikely(!PAGE_ALIGNED(p)))
		return NULL;
	va = vmap_lookup(key);
	if (likely(va))
		return va;
	spin_lock_irqsave(&vmap_lock, flags);
	va = vmap_lookup(key);
	spin_unlock_irqrestore(&vmap_lock, flags);
	return va;
}

static size_t area_bytes(const struct vmap_area *va)
{
	return (size_t)va->nr_pages << PAGE_SHIFT;
}

/* An area with frames, but nothing at its address yet. */
static void *area_alloc(size_t size, size_t align)
{
	void *p = __vmalloc_node(size, max(align, PAGE_SIZE), GFP, NUMA_NO_NODE, NULL);
	struct page *page;

	if (!p)
		return NULL;
	for (u32 pfn = area_of(p)->blocks; pfn != PFN_NONE; pfn = page->next) {
		page = pfn_to_page(pfn);
		host_discard((unsigned long)page_to_virt(page), PAGE_SIZE << page->order);
	}
	return p;
}

static void *big_alloc(size_t size, size_t align)
{
	void *p = area_alloc(size, align);

	if (p && host_map((unsigned long)p, PAGE_ALIGN(size))) {
		vfree(p);
		return NULL;
	}
	return p;
}

static void big_free(void *p)
{
	struct vmap_area *va = area_of(p);

	if (va)
		host_unmap((unsigned long)p, area_bytes(va));
	vfree(p);
}

/* The same bytes in an area of another size; NULL: nothing has changed. */
static void *big_resize(void *p, size_t old, size_t size)
{
	void *moved = area_alloc(size, PAGE_SIZE);

	if (!moved)
		return NULL;
	size = PAGE_ALIGN(size);
	if (host_move((unsigned long)p, old, (unsigned long)moved, size)) {
		vfree(moved);
		return NULL;
	}
	vfree(p);
	return moved;
}

/* ---- Blocks of pages -------------------------------------------------------------------- */

static size_t block_bytes(const struct page *page)
{
	return PAGE_SIZE << page->order;
}

/* The whole block counts, as it will in block_trim(): by @size, what is kept would only grow. */
static void *block_alloc(size_t size)
{
	void *p = kmalloc_large(size, GFP);
	long bytes;

	if (!p || READ_ONCE(kept) <= 0)
		return p;
	bytes = (long)block_bytes(direct_map_to_page(p));
	if (bytes >= (long)TRIM_BYTES)
		__atomic_sub_fetch(&kept, bytes, __ATOMIC_RELAXED);
	return p;
}

static bool is_block(const struct page *page)
{
	return page->slab_cache == &kmalloc_large_cache.hot;
}

/* A block is about to be freed: its memory goes back if there is enough of that. */
static void block_trim(void *p)
{
	struct page *page = direct_map_to_page(p);
	long bytes = (long)block_bytes(page);

	if (!is_block(page) || bytes < (long)TRIM_BYTES || !PAGE_ALIGNED(p))
		return;
	if (READ_ONCE(kept) + bytes > KEEP_BYTES)
		host_discard((unsigned long)p, (unsigned long)bytes);
	else
		__atomic_add_fetch(&kept, bytes, __ATOMIC_RELAXED);
}

/* ---- Any size; on an entered CPU -------------------------------------------------------- */

static bool in_direct_map(const void *p)
{
	return (unsigned long)p - PAGE_OFFSET < DIRECT_MAP_SIZE;
}

static void *get_once(size_t size)
{
	if (size <= CLASS_MAX)
		return slab_alloc(&classes[class_of[(size + MIN_ALIGN - 1) / MIN_ALIGN]], GFP, 0);
	if (size <= KMALLOC_MAX_SIZE)
		return block_alloc(size);
	return big_alloc(size, PAGE_SIZE);
}

/* The smallest class whose objects all are so aligned; NR_CLASSES: none. */
static unsigned int aligned_class(size_t size, size_t align)
{
	unsigned int class = class_of[(size + MIN_ALIGN - 1) / MIN_ALIGN];

	while (class < NR_CLASSES && classes[class].hot.object_size % align)
		class ++;
	return class;
}

/* Slabs and blocks are aligned to their own size. */
static void *get_aligned(size_t size, size_t align)
{
	if (max(size, align) <= CLASS_MAX && aligned_class(size, align) < NR_CLASSES)
		return slab_alloc(&classes[aligned_class(size, align)], GFP, 0);
	if (max(size, align) <= KMALLOC_MAX_SIZE)
		return block_alloc(max3(size, align, CLASS_MAX + 1));
	return big_alloc(max(size, 1UL), align);
}

/* What caches and pending areas hold of free memory becomes free for everybody. */
static void drain(void)
{
	kmem_cache_drain_all();
	vmap_purge();
	drain_all_pages();
}

static void *get(size_t size, size_t align)
{
	void *p = align > MIN_ALIGN ? get_aligned(size, align) : get_once(size);

	if (likely(p))
		return p;
	if (size > totalram_pages() << PAGE_SHIFT)
		return NULL;
	drain();
	return align > MIN_ALIGN ? get_aligned(size, align) : get_once(size);
}

static noinline void *malloc_slow(size_t size, size_t align)
{
	int saved = host_errno_save();
	unsigned int cpu;
	void *p;

	preload_init();
	cpu = cpu_enter();
	p = get(size, align);
	cpu_leave(cpu);
	if (likely(p))
		host_errno_restore(saved);
	else
		host_error_memory();
	return p;
}

static noinline void free_slow(void *p)
{
	int saved;
	unsigned int cpu;

	if (!p)
		return;
	saved = host_errno_save();
	preload_init();
	cpu = cpu_enter();
	if (is_vmalloc_addr(p)) {
		big_free(p);
	} else if (ZERO_OR_NULL_PTR(p)) {
		slab_report_address(p, "BUG: free: malloc() never gives 0x%px", p);
	} else {
		if (in_direct_map(p))
			block_trim(p);
		kfree(p);
	}
	cpu_leave(cpu);
	host_errno_restore(saved);
}

/* What @p has of a slab object or a block, if one starts there; 0: none does. */
static size_t direct_bytes(void *p)
{
	struct page *page = direct_map_to_page(p);
	struct kmem_cache *cache = page->slab_cache;

	if (is_block(page))
		return PAGE_ALIGNED(p) ? block_bytes(page) : 0;
	if (!cache || !slab_cache_of(cache)->kmalloc ||
	    slab_object_index(slab_cache_of(cache), p) < 0)
		return 0;
	return cache->object_size;
}

/* How much there is for who got @p from here; 0 for any other address. */
static size_t usable(void *p)
{
	struct vmap_area *va;
	unsigned int cpu;
	size_t bytes;

	preload_init();
	if (in_direct_map(p))
		return direct_bytes(p);
	cpu = cpu_enter();
	va = area_of(p);
	bytes = va ? area_bytes(va) : 0;
	cpu_leave(cpu);
	return bytes;
}

/* ---- malloc, free ----------------------------------------------------------------------- */

EXPORT void *malloc(size_t size);
void *malloc(size_t size)
{
	struct objstack *m;
	void *top;

	if (unlikely(size > CLASS_MAX || !preload_cpu_offset))
		return malloc_slow(size, MIN_ALIGN);
	m = raw_cpu_ptr(
		(struct objstack __percpu *)((char *)magazines +
					     magazine_of[(size + MIN_ALIGN - 1) / MIN_ALIGN]));
	top = *objstack_slot(m, m->used);
	if (unlikely(*(s64 *)top != OBJ_FREE_TAG))
		return malloc_slow(size, MIN_ALIGN);
	m->used -= 8;
	*(u64 *)top = 0;
	return top;
}

static noinline void free_full(void *p)
{
	int saved = host_errno_save();
	unsigned int cpu = cpu_enter();

	kfree(p);
	cpu_leave(cpu);
	host_errno_restore(saved);
}

EXPORT void free(void *p);
void free(void *p)
{
	if (unlikely(!preload_cpu_offset))
		goto slow;
	OBJ_FREE_ANY(p, kfree_front, full, slow);
	return;
full:
	free_full(p);
	return;
slow:
	free_slow(p);
}

EXPORT void cfree(void *p);
void cfree(void *p)
{
	free(p);
}

EXPORT void *calloc(size_t n, size_t size);
void *calloc(size_t n, size_t size)
{
	size_t bytes;
	void *p;

	if (check_mul_overflow(n, size, &bytes)) {
		host_error_memory();
		return NULL;
	}
	p = malloc(bytes);
	if (likely(p) && in_direct_map(p)) /* areas are fresh */
		host_zero(p, bytes);
	return p;
}

/* ---- realloc ---------------------------------------------------------------------------- */

/* Does a block of @old bytes do for @size, and is not twice of what is needed? */
static bool fits(size_t old, size_t size)
{
	return size <= old && (size > old / 2 || old <= 4 * MIN_ALIGN);
}

static void *resize_area(void *p, size_t old, size_t size)
{
	int saved = host_errno_save();
	unsigned int cpu = cpu_enter();
	void *moved = big_resize(p, old, size);

	cpu_leave(cpu);
	host_errno_restore(saved);
	return moved;
}

/* Was this object freed before?  Cheap where it was not: only its first word is looked at. */
static bool was_freed(void *p)
{
	unsigned int cpu;
	bool freed;

	if (!in_direct_map(p) || likely(*(s64 *)p != OBJ_FREE_TAG))
		return false;
	cpu = cpu_enter();
	freed = slab_was_freed(p);
	cpu_leave(cpu);
	return freed;
}

EXPORT void *realloc(void *p, size_t size);
void *realloc(void *p, size_t size)
{
	void *moved = NULL;
	size_t old;

	if (!p)
		return malloc(size);
	if (!size) {
		free(p);
		return NULL;
	}
	old = usable(p);
	if (!old || was_freed(p)) {
		free(p); /* says what is wrong */
		host_error_memory();
		return NULL;
	}
	if (fits(old, size))
		return p;
	if (size > KMALLOC_MAX_SIZE && is_vmalloc_addr(p))
		moved = resize_area(p, old, size);
	if (moved)
		return moved;
	moved = malloc(size);
	if (!moved)
		return size <= old ? p : NULL;
	host_copy(moved, p, min(old, size));
	free(p);
	return moved;
}

EXPORT void *reallocarray(void *p, size_t n, size_t size);
void *reallocarray(void *p, size_t n, size_t size)
{
	size_t bytes;

	if (check_mul_overflow(n, size, &bytes)) {
		host_error_memory();
		return NULL;
	}
	return realloc(p, bytes);
}

/* ---- Aligned ---------------------------------------------------------------------------- */

static void *aligned(size_t align, size_t size)
{
	return align <= MIN_ALIGN ? malloc(size) : malloc_slow(size, align);
}

EXPORT void *memalign(size_t align, size_t size);
void *memalign(size_t align, size_t size)
{
	if (align > 1UL << 62) {
		host_error_memory();
		return NULL;
	}
	return aligned(align > 1 ? roundup_pow_of_two(align) : 1, size);
}

EXPORT void *aligned_alloc(size_t align, size_t size);
void *aligned_alloc(size_t align, size_t size)
{
	return memalign(align, size);
}

EXPORT int posix_memalign(void **at, size_t align, size_t size);
int posix_memalign(void **at, size_t align, size_t size)
{
	int saved = host_errno_save();
	void *p;

	if (!align || align % sizeof(void *) || align & (align - 1))
		return host_error_invalid();
	p = aligned(align, size);
	if (!p) {
		int error = host_errno_save();

		host_errno_restore(saved);
		return error;
	}
	*at = p;
	return 0;
}

EXPORT void *valloc(size_t size);
void *valloc(size_t size)
{
	return aligned(PAGE_SIZE, size);
}

EXPORT void *pvalloc(size_t size);
void *pvalloc(size_t size)
{
	if (size > SIZE_MAX - PAGE_SIZE) {
		host_error_memory();
		return NULL;
	}
	return aligned(PAGE_SIZE, size ? PAGE_ALIGN(size) : PAGE_SIZE);
}

EXPORT size_t malloc_usable_size(void *p);
size_t malloc_usable_size(void *p)
{
	return p ? usable(p) : 0;
}

/* malloc_trim - what is free and can be given back is; @pad bytes or not. */
EXPORT int malloc_trim(size_t pad);
int malloc_trim(size_t pad __unused)
{
	int saved = host_errno_save();
	unsigned int cpu;

	preload_init();
	cpu = cpu_enter();
	drain();
	cpu_leave(cpu);
	host_errno_restore(saved);
	return 1;
}
