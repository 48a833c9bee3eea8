/* SPDX-License-Identifier: MIT */
/*
 * Areas of the vmalloc range: who has which addresses, and how they come back.
 *
 *            vmap_area_new            (claim, unmap)         vmap_purge
 *   arena  ----------------->  live  ---------------> pending ---------> arena
 *                               ^                                 |
 *                               '---- cache of its size class <---'
 *
 * The arena (vmap_arena.c) deals in ranges of any size.  Ranges for up to 16
 * pages are kept after use, in eight size classes: a list for each CPU, popped
 * and pushed by restartable sequences, and a depot behind it.  Such a range
 * keeps its descriptor, its place in the hash and its pinned leaf table, so
 * that mapping it again takes nothing but writing entries.
 *
 * An area's key is its address with what it is in the low bits.  The hash is
 * searched for a whole key, without a lock; freeing exchanges the key for a
 * pending one atomically.  So a wrong address, a wrong kind of area and a
 * second free all fail to find their key, and of two frees at once one loses.
 * A search can miss while a chain changes under it; who misses looks again
 * under vmap_lock before calling it an error.  Descriptors are type-stable.
 *
 * Every range is at least a page longer than what may be mapped in it: the
 * guard.  Ranges below 2 MiB do not cross a leaf table's boundary.
 *
 * Invariants:
 *   a used segment's owner is its area, and the area's seg is that segment
 *   an area is in the hash exactly while it has a segment
 *   live:    entries 0 .. nr_pages - 1 are present
 *   cached:  no entry is present, and no TLB holds one
 *   areas pin the tables of their slots (page_table.c)
 *
 * Locking: vmap_lock for arena, hash writes and depots, interrupts off, because
 * an interrupt's vfree() that misses looks again under it.  Order: purge_lock
 * (vmap_purge.c), vmap_lock, pt_lock.  Contexts: allocation may sleep (for memory,
 * never under these locks); claiming and unmapping an area take no lock otherwise
 * and work in interrupts.
 *
 * Not done here: how areas come back (vmap_purge.c), pages (vmalloc.c, vmap_pages.c),
 * device memory (ioremap.c), what is printed (vmalloc_info.c).
 */
#include <linux/bug.h>
#include <linux/cpumask.h>
#include <linux/errno.h>
#include <linux/gfp.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/kmemleak.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include "percpu.h"
#include "vmap.h"

DEFINE_PER_CPU(struct vmap_cpu, vmap_cpu);
DEFINE_SPINLOCK_RANK(vmap_lock, LOCK_RANK_VMAP);

struct varena vmap_arena;
struct vmap_area **vmap_hash;
unsigned long vmap_hash_mask;

static struct kmem_cache *area_cache;
static struct kmem_cache *seg_cache;

/*
 * Ranges of which the CPU that freed them had enough.  What has no class finds
 * a depot that is full.
 */
struct vmap_depot vmap_depot[VMAP_CLASSES + 1] = {[VMAP_NO_CLASS].nr = VMAP_CACHE_MAX};

/* Ranges that go from the depot to a CPU at once. */
#define REFILL_BATCH 32

/* Spare tags kept for the next allocations. */
#define SPARE_TAGS 16

static const u8 class_pages[VMAP_CLASSES] = {1, 2, 3, 4, 6, 8, 12, 16};
const u8 vmap_class_of[VMAP_CACHED_PAGES + 1] = {
	0, 0, 1, 2, 3, 4, 4, 5, 5, 6, 6, 6, 6, 7, 7, 7, 7,
};

/* ---- hash, under vmap_lock ------------------------------------------------------------- */

static void hash_insert(struct vmap_area *va)
{
	struct vmap_area **bucket = vmap_bucket(va->key);

	WRITE_ONCE(va->hash_next, *bucket);
	smp_store_release(bucket, va);
}

static void hash_remove(struct vmap_area *va)
{
	struct vmap_area **link = vmap_bucket(va->key);

	while (*link != va)
		link = &(*link)->hash_next;
	WRITE_ONCE(*link, va->hash_next);
}

/* ---- tags ------------------------------------------------------------------------------ */

/* Stocks the arena for one allocation; returns with vmap_lock held, or false without it. */
static bool lock_with_tags(gfp_t gfp, unsigned long *flags)
{
	spin_lock_irqsave(&vmap_lock, *flags);
	while (vmap_arena.nr_spare < VARENA_TAGS_PER_ALLOC) {
		struct vseg *tag;

		spin_unlock_irqrestore(&vmap_lock, *flags);
		tag = kmem_cache_alloc(seg_cache, gfp);
		if (!tag)
			return false;
		spin_lock_irqsave(&vmap_lock, *flags);
		varena_give_tag(&vmap_arena, tag);
	}
	return true;
}

/* Takes spare tags beyond @keep out of the arena; under vmap_lock. */
static struct vseg *trim_tags(unsigned int keep)
{
	struct vseg *list = NULL;

	while (vmap_arena.nr_spare > keep) {
		struct vseg *tag = varena_take_tag(&vmap_arena);

		tag->list_next = list;
		list = tag;
	}
	return list;
}

static void free_tags(struct vseg *list)
{
	while (list) {
		struct vseg *tag = list;

		list = tag->list_next;
		kmem_cache_free(seg_cache, tag);
	}
}

void vmap_free_tags(void)
{
	unsigned long flags;
	struct vseg *tags;

	spin_lock_irqsave(&vmap_lock, flags);
	tags = trim_tags(0);
	spin_unlock_irqrestore(&vmap_lock, flags);
	free_tags(tags);
}

/* ---- new areas ------------------------------------------------------------------------- */

static struct vseg *take_range(const struct vmap_request *req, struct vmap_area *va)
{
	struct varena_request range = {
		.size = (req->pages + 1) << PAGE_SHIFT,
		.align = req->align,
		.nocross = PMD_SIZE,
		.min = req->min,
		.max = req->max,
	};
	unsigned long flags;
	struct vseg *seg;

	if (!lock_with_tags(req->gfp, &flags))
		return NULL;
	seg = varena_alloc(&vmap_arena, &range);
	if (seg) {
		seg->owner = va;
		va->seg = seg;
		va->key = seg->start;
		hash_insert(va);
	}
	spin_unlock_irqrestore(&vmap_lock, flags);
	return seg;
}

void vmap_give_range(struct vmap_area *va)
{
	unsigned long flags;
	struct vseg *tags;

	if (kmemleak_enabled())
		kmemleak_free((void *)vmap_addr(va));
	spin_lock_irqsave(&vmap_lock, flags);
	hash_remove(va);
	varena_free(&vmap_arena, va->seg);
	tags = trim_tags(SPARE_TAGS);
	spin_unlock_irqrestore(&vmap_lock, flags);
	free_tags(tags);
	kmem_cache_free(area_cache, va);
}

struct vmap_area *vmap_area_new(const struct vmap_request *req)
{
	struct vmap_area *va = kmem_cache_zalloc(area_cache, req->gfp);

	if (!va)
		return NULL;
	va->class = req->class;
	if (!take_range(req, va)) {
		kmem_cache_free(area_cache, va);
		return NULL;
	}
	if (req->pages < PMD_PAGES) {
		va->pte = pt_pin_leaf(va->key);
		if (!va->pte) {
			vmap_give_range(va);
			return NULL;
		}
	} else {
		vmap_unpin_idle_slot(va->seg->start, va->seg->end);
	}
	return va;
}

struct vmap_area *vmap_depot_pop(unsigned int class)
{
	struct vmap_area *va = vmap_depot[class].first;

	if (va) {
		vmap_depot[class].first = va->next;
		vmap_depot[class].nr--;
	}
	return va;
}

void vmap_depot_push(struct vmap_area *va)
{
	va->next = vmap_depot[va->class].first;
	vmap_depot[va->class].first = va;
	vmap_depot[va->class].nr++;
}

/* A range out of the depot; some more go to this CPU. */
static struct vmap_area *take_from_depot(unsigned int class)
{
	struct vmap_area *va, *more;
	unsigned long flags;

	spin_lock_irqsave(&vmap_lock, flags);
	va = vmap_depot_pop(class);
	for (unsigned int i = 1; va && i < REFILL_BATCH; i++) {
		more = vmap_depot_pop(class);
		if (!more)
			break;
		vmap_cache_push(more, class);
	}
	spin_unlock_irqrestore(&vmap_lock, flags);
	return va;
}

struct vmap_area *vmap_area_refill(unsigned int class, gfp_t gfp)
{
	struct vmap_request req = {
		.pages = class_pages[class],
		.align = PAGE_SIZE,
		.min = vmap_arena.start,
		.max = vmap_arena.end,
		.gfp = gfp,
		.class = (u8) class,
	};
	struct vmap_area *va = take_from_depot(class);

	return va ? va : vmap_area_new(&req);
}

struct vmap_area *vmap_area_get_any(unsigned long pages, gfp_t gfp)
{
	struct vmap_request req = {
		.pages = pages,
		.align = PAGE_SIZE,
		.min = vmap_arena.start,
		.max = vmap_arena.end,
		.gfp = gfp,
		.class = VMAP_NO_CLASS,
	};

	return pages <= VMAP_CACHED_PAGES ? vmap_area_get(pages, gfp) : vmap_area_new(&req);
}

/* ---- mapping --------------------------------------------------------------------------- */

/* Maps what of @n frames falls into the slot of @at; the number, or -ENOMEM. */
static long map_slot(unsigned long at, unsigned long pfn, unsigned long n, pgprot_t prot)
{
	unsigned long offset = PTE_INDEX(at);
	pte_t *pte;

	if (!offset && n >= PMD_PAGES && !(pfn % PMD_PAGES)) {
		pmd_t *pmd = pt_pin_pmd(at);

		if (!pmd)
			return -ENOMEM;
		set_pmd(pmd, pfn_pmd(pfn, prot));
		return PMD_PAGES;
	}
	pte = offset ? pte_offset_kernel(pt_pmd(at), at) : pt_pin_leaf(at);
	if (!pte)
		return -ENOMEM;
	n = min(n, PMD_PAGES - offset);
	set_ptes(pte, pte_val(pfn_pte_supported(pfn, prot)), n);
	return (long)n;
}

int vmap_map(struct vmap_area *va, unsigned long pfn, unsigned long n, pgprot_t prot)
{
	if (va->pte) {
		set_ptes(va->pte + va->nr_pages, pte_val(pfn_pte_supported(pfn, prot)), n);
		va->nr_pages += (u32)n;
		return 0;
	}
	while (n) {
		unsigned long at = vmap_addr(va) + ((unsigned long)va->nr_pages << PAGE_SHIFT);
		long step = map_slot(at, pfn, n, prot);

		if (step < 0)
			return (int)step;
		va->nr_pages += (u32)step;
		pfn += (unsigned long)step;
		n -= (unsigned long)step;
	}
	return 0;
}

void vmap_unmap_many(struct vmap_area *va)
{
	unsigned long end = vmap_mapped_end(va), next;

	for (unsigned long at = vmap_addr(va); at < end; at = next) {
		pmd_t *pmd = pt_pmd(at);

		next = pmd_addr_end(at, end);
		if (pmd_leaf(*pmd))
			pmd_clear(pmd);
		else
			clear_ptes(pte_offset_kernel(pmd, at), (next - at) >> PAGE_SHIFT);
	}
}

/* ---- counts, and start-up -------------------------------------------------------------- */

unsigned long vmalloc_nr_areas(void)
{
	long n = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		n += READ_ONCE(per_cpu_ptr(&vmap_cpu, cpu)->nr_areas);
	return (unsigned long)n;
}

/* A bucket for 64 pages of RAM: chains stay short however small the areas are. */
static void __init hash_init(void)
{
	unsigned long buckets = 512;

	while (buckets < 16384 && buckets * 64 < totalram_pages())
		buckets *= 2;
	vmap_hash = (void *)__get_free_pages(GFP_KERNEL | __GFP_ZERO,
					     (unsigned int)get_order(buckets * sizeof(*vmap_hash)));
	if (!vmap_hash)
		panic("vmalloc: no memory for %lu hash buckets", buckets);
	vmap_hash_mask = buckets - 1;
}

void __init vmalloc_init(void)
{
	struct vseg *whole;

	area_cache = kmem_cache_create("vmap_area", sizeof(struct vmap_area), 0,
				       SLAB_PANIC | SLAB_TYPESAFE_BY_RCU | SLAB_NOLEAKTRACE, NULL);
	seg_cache = kmem_cache_create("vmap_segment", sizeof(struct vseg), 0,
				      SLAB_PANIC | SLAB_NOLEAKTRACE, NULL);
	whole = kmem_cache_alloc(seg_cache, GFP_KERNEL);
	if (!whole)
		panic("vmalloc: no memory for its first segment");
	varena_init(&vmap_arena, VMALLOC_START, VMALLOC_END + 1, whole);
	pt_share(VMALLOC_START, VMALLOC_END);
	hash_init();
	pcpu_init_window();
	vmap_purge_init();
	pr_info("vmalloc: %px-%px, %lu hash buckets\n", (void *)VMALLOC_START, (void *)VMALLOC_END,
		vmap_hash_mask + 1);
}
