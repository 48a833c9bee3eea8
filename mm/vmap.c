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
 * Freeing clears the entries and puts the area on the CPU's pending list.  The
 * TLB may still hold the translations, so neither the range nor the pages are
 * used again before the purge, which takes all CPUs' lists, decides what is
 * kept, unpins what is not, flushes once, and only then releases pages, tables
 * and ranges.  A CPU purges when what it has pending weighs enough, in an interrupt
 * or under a lock by way of a worker; an allocation that finds no memory,
 * vm_unmap_aliases() and the shrinker purge too.
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
 * an interrupt's vfree() that misses looks again under it; purge_lock around a
 * whole purge, so that vm_unmap_aliases() returns after every earlier one, and
 * never in an interrupt.  Order: purge_lock, vmap_lock, pt_lock.  Contexts:
 * allocation may sleep (for memory, never under these locks); claiming,
 * unmapping and pending an area take no lock otherwise and work in interrupts.
 *
 * Not done here: pages (vmalloc.c), device memory (ioremap.c), what is printed
 * (vmalloc_info.c).
 */
#include <linux/bug.h>
#include <linux/cpumask.h>
#include <linux/errno.h>
#include <linux/gfp.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/kmemleak.h>
#include <linux/mm.h>
#include <linux/preempt.h>
#include <linux/smp.h>
#include <linux/shrinker.h>
#include <linux/slab.h>
#include <linux/workqueue.h>
#include <asm/tlbflush.h>
#include "percpu.h"
#include "vmap.h"

DEFINE_PER_CPU(struct vmap_cpu, vmap_cpu);
DEFINE_SPINLOCK_RANK(vmap_lock, LOCK_RANK_VMAP);
static DEFINE_SPINLOCK_RANK(purge_lock, LOCK_RANK_PURGE);

struct varena vmap_arena;
struct vmap_area **vmap_hash;
unsigned long vmap_hash_mask;
long vmap_pending_max = 8192;

static struct kmem_cache *area_cache;
static struct kmem_cache *seg_cache;

/*
 * Ranges of which the CPU that freed them had enough.  What has no class finds
 * a depot that is full.
 */
static struct {
	struct vmap_area *first;
	unsigned int nr;
} depot[VMAP_CLASSES + 1] = {[VMAP_NO_CLASS].nr = VMAP_CACHE_MAX};

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

/* ---- new areas ------------------------------------------------------------------------- */

static struct vseg *take_range(const struct vmap_request *req, struct vmap_area *va)
{
	struct varena_request range = {
		.size = (req->pages + 1) << PAGE_SHIFT,
		.align = req->align,
		.min = req->min,
		.max = req->max,
	};
	unsigned long flags;
	struct vseg *seg;

	if (req->pages < PMD_PAGES)
		range.nocross = PMD_SIZE;
	else if (range.align < PMD_SIZE)
		range.align = PMD_SIZE;

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

/* The opposite: takes @va's range back, its tables unpinned, and frees @va. */
static void give_range(struct vmap_area *va, unsigned int keep_tags)
{
	unsigned long flags;
	struct vseg *tags;

	if (kmemleak_enabled())
		kmemleak_free((void *)vmap_addr(va));
	spin_lock_irqsave(&vmap_lock, flags);
	hash_remove(va);
	varena_free(&vmap_arena, va->seg);
	tags = trim_tags(keep_tags);
	spin_unlock_irqrestore(&vmap_lock, flags);
	free_tags(tags);
	kmem_cache_free(area_cache, va);
}

/*
 * The slot of the small area that was released last, or 0; under purge_lock.  Its
 * pin outlives the area, so that allocating and freeing by turns does not make
 * and free a table each time.
 */
static unsigned long idle_slot;

/* Lets go of the idle slot if it lies in [start, end): a large page may want its place. */
static void unpin_idle_slot(unsigned long start, unsigned long end)
{
	struct pt_gather gather = {0};
	unsigned long slot;

	spin_lock(&purge_lock);
	slot = idle_slot >= start && idle_slot < end ? idle_slot : 0;
	if (slot)
		idle_slot = 0;
	spin_unlock(&purge_lock);
	if (!slot)
		return;
	pt_unpin_leaf(slot, &gather);
	if (gather.first)
		flush_tlb_all();
	pt_gather_free(&gather);
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
			give_range(va, SPARE_TAGS);
			return NULL;
		}
	} else {
		unpin_idle_slot(va->seg->start, va->seg->end);
	}
	return va;
}

static struct vmap_area *depot_pop(unsigned int class)
{
	struct vmap_area *va = depot[class].first;

	if (va) {
		depot[class].first = va->next;
		depot[class].nr--;
	}
	return va;
}

static void depot_push(struct vmap_area *va)
{
	va->next = depot[va->class].first;
	depot[va->class].first = va;
	depot[va->class].nr++;
}

/* A range out of the depot; some more go to this CPU. */
static struct vmap_area *take_from_depot(unsigned int class)
{
	struct vmap_area *va, *more;
	unsigned long flags;

	spin_lock_irqsave(&vmap_lock, flags);
	va = depot_pop(class);
	for (unsigned int i = 1; va && i < REFILL_BATCH; i++) {
		more = depot_pop(class);
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

static unsigned long mapped_end(const struct vmap_area *va)
{
	return vmap_addr(va) + ((unsigned long)va->nr_pages << PAGE_SHIFT);
}

void vmap_unmap_many(struct vmap_area *va)
{
	unsigned long end = mapped_end(va), next;

	for (unsigned long at = vmap_addr(va); at < end; at = next) {
		pmd_t *pmd = pt_pmd(at);

		next = pmd_addr_end(at, end);
		if (pmd_leaf(*pmd))
			pmd_clear(pmd);
		else
			clear_ptes(pte_offset_kernel(pmd, at), (next - at) >> PAGE_SHIFT);
	}
}

/* Unpins the tables of an unmapped area.  An entry that is clear now was a large page. */
static void unpin_tables(struct vmap_area *va, struct pt_gather *gather)
{
	unsigned long end = mapped_end(va);

	if (va->pte) {
		pt_unpin_leaf(vmap_addr(va), gather);
		return;
	}
	for (unsigned long at = vmap_addr(va); at < end; at += PMD_SIZE) {
		if (pmd_present(*pt_pmd(at)))
			pt_unpin_leaf(at, gather);
		else
			pt_unpin_pmd(at, gather);
	}
}

/* Lets go of a released area's tables, or hands its pin on to be the idle slot's. */
static void retire_tables(struct vmap_area *va, struct pt_gather *gather)
{
	unsigned long slot = vmap_addr(va) & PMD_MASK, last = idle_slot;

	if (!va->pte || slot == last) {
		unpin_tables(va, gather);
		return;
	}
	idle_slot = slot;
	if (last)
		pt_unpin_leaf(last, gather);
}

/* ---- the way back ---------------------------------------------------------------------- */

static void purge_later(struct work_struct *work __unused)
{
	vmap_purge();
}
static DECLARE_WORK(purge_work, purge_later);

/* A thread purges at once; whoever may not be held up has a worker do it. */
void vmap_pending_full(void)
{
	if (may_sleep_here())
		vmap_purge();
	else if (system_wq)
		schedule_work(&purge_work);
}

/* What one purge settles. */
struct purge {
	struct vmap_area *keep;	  /* their ranges go back into a cache */
	struct vmap_area *retire; /* theirs to the arena */
	long weight;		  /* of all of them, roughly */
	struct pt_gather tables;  /* that nothing uses any more */
};

/* Takes a CPU's pending areas. */
static void collect_from(struct vmap_cpu *from, struct purge *p)
{
	struct vmap_area *va = __atomic_exchange_n(&from->pending, NULL, __ATOMIC_SEQ_CST), *next;
	struct vmap_area *keep = p->keep;

	p->weight += vmap_pending_max - READ_ONCE(from->pending_room);
	WRITE_ONCE(from->pending_room, vmap_pending_max);
	for (; va; va = next) {
		next = va->next;
		if (likely(depot[va->class].nr < VMAP_CACHE_MAX)) {
			va->next = keep;
			keep = va;
		} else {
			va->next = p->retire;
			p->retire = va;
		}
	}
	p->keep = keep;
}

static void flush_areas(const struct vmap_area *va)
{
	for (; va; va = va->next)
		flush_tlb_kernel_range(vmap_addr(va), mapped_end(va));
}

/* One small area page by page, more with everything else. */
static void flush(struct purge *p)
{
	if (p->tables.first || p->weight > VMAP_AREA_WEIGHT + TLB_FLUSH_SINGLE_MAX) {
		flush_tlb_all();
		return;
	}
	flush_areas(p->keep);
	flush_areas(p->retire);
}

/* What an area held goes; the range stays its own. */
static __always_inline void release_contents(struct vmap_area *va)
{
	unsigned int kind = vmap_kind(va) & VMAP_KIND_MASK;

	if (kind == VMAP_ALLOC)
		vmap_release_blocks(va);
	else if (kind == VMAP_IO)
		vmap_forget_io(va);
	va->key &= PAGE_MASK;
}

/* Puts a clean range where the next allocation of its class looks first. */
static __always_inline void keep_range(struct vmap_area *va)
{
	unsigned int class = va->class;
	unsigned long flags;

	if (likely(this_cpu_read(vmap_cpu.cache[class].nr) < VMAP_CACHE_MAX)) {
		vmap_cache_push(va, class);
		return;
	}
	spin_lock_irqsave(&vmap_lock, flags);
	depot_push(va);
	spin_unlock_irqrestore(&vmap_lock, flags);
}

static void release_areas(struct purge *p)
{
	struct vmap_area *va, *next;

	for (va = p->keep; va; va = next) {
		next = va->next;
		release_contents(va);
		keep_range(va);
	}
	for (va = p->retire; va; va = next) {
		next = va->next;
		release_contents(va);
		give_range(va, SPARE_TAGS);
	}
}

bool vmap_purge(void)
{
	struct purge p = {0};
	int cpu;

	spin_lock(&purge_lock);
	for_each_possible_cpu(cpu)
		collect_from(per_cpu_ptr(&vmap_cpu, cpu), &p);
	if (p.keep || p.retire) {
		for (struct vmap_area *va = p.retire; va; va = va->next)
			retire_tables(va, &p.tables);
		flush(&p);
		pt_gather_free(&p.tables);
		release_areas(&p);
	}
	spin_unlock(&purge_lock);
	return p.keep || p.retire;
}

void vm_unmap_aliases(void)
{
	vmap_purge();
}

void vmap_area_drop(struct vmap_area *va, enum vmap_kind kind)
{
	WRITE_ONCE(va->key, vmap_addr(va) | kind | VMAP_PENDING);
	this_cpu_inc(vmap_cpu.nr_areas);
	vmap_unmap(va);
	vmap_pend(va);
	vmap_purge();
}

/* Adds the ranges that no CPU has at hand to @all. */
static struct vmap_area *collect_depot(struct vmap_area *all)
{
	struct vmap_area *va;

	for (unsigned int k = 0; k < VMAP_CLASSES; k++) {
		while ((va = depot_pop(k))) {
			va->next = all;
			all = va;
		}
	}
	return all;
}

struct cached_ranges {
	spinlock_t lock;
	struct vmap_area *all;
};

static bool cpu_has_ranges(int cpu, void *info __unused)
{
	const struct vmap_cpu *v = per_cpu_ptr(&vmap_cpu, cpu);

	for (unsigned int k = 0; k < VMAP_CLASSES; k++) {
		if (data_race(v->cache[k].list.first))
			return true;
	}
	return false;
}

/* Adds what the running CPU has at hand; vmap_lock may be held by what this interrupts. */
static void collect_here(void *info)
{
	struct cached_ranges *c = info;
	struct vmap_area *va;

	spin_lock(&c->lock);
	for (unsigned int k = 0; k < VMAP_CLASSES; k++) {
		while ((va = vmap_cache_pop(k))) {
			va->next = c->all;
			c->all = va;
		}
	}
	spin_unlock(&c->lock);
}

void vmap_drain(void)
{
	struct cached_ranges cached = {0};
	struct pt_gather gather = {0};
	struct vmap_area *all, *va;
	unsigned long flags;
	struct vseg *tags;

	pcpu_drain();
	vmap_purge();
	drain_each_cpu(cpu_has_ranges, collect_here, &cached);
	spin_lock_irqsave(&vmap_lock, flags);
	all = collect_depot(cached.all);
	spin_unlock_irqrestore(&vmap_lock, flags);
	for (va = all; va; va = va->next)
		unpin_tables(va, &gather);
	unpin_idle_slot(vmap_arena.start, vmap_arena.end);
	if (gather.first)
		flush_tlb_all();
	pt_gather_free(&gather);
	while ((va = all)) {
		all = va->next;
		give_range(va, SPARE_TAGS);
	}
	spin_lock_irqsave(&vmap_lock, flags);
	tags = trim_tags(0);
	spin_unlock_irqrestore(&vmap_lock, flags);
	free_tags(tags);
}

/* ---- memory pressure ------------------------------------------------------------------- */

static unsigned long count_pending(struct shrinker *shrinker, struct shrink_control *sc)
{
	long weight = 0;
	int cpu;

	(void)shrinker;
	(void)sc;
	for_each_possible_cpu(cpu)
		weight += vmap_pending_max - READ_ONCE(per_cpu_ptr(&vmap_cpu, cpu)->pending_room);
	return weight > 0 ? (unsigned long)weight : 0;
}

/* All at once: the flush costs the same for one as for all. */
static unsigned long scan_pending(struct shrinker *shrinker, struct shrink_control *sc)
{
	unsigned long weight = count_pending(shrinker, sc);

	vmap_drain();
	return weight ? weight : SHRINK_STOP;
}

static struct shrinker vmap_shrinker = {
	.count_objects = count_pending,
	.scan_objects = scan_pending,
};

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
	int cpu;

	area_cache = kmem_cache_create("vmap_area", sizeof(struct vmap_area), 0,
				       SLAB_PANIC | SLAB_TYPESAFE_BY_RCU | SLAB_NOLEAKTRACE, NULL);
	seg_cache = kmem_cache_create("vmap_segment", sizeof(struct vseg), 0,
				      SLAB_PANIC | SLAB_NOLEAKTRACE, NULL);
	whole = kmem_cache_alloc(seg_cache, GFP_KERNEL);
	if (!whole)
		panic("vmalloc: no memory for its first segment");
	varena_init(&vmap_arena, VMALLOC_START, (VMALLOC_END + 1) & PAGE_MASK, whole);
	hash_init();
	pcpu_init_window();
	vmap_pending_max = clamp((long)totalram_pages() / 32, 512L, 8192L);
	register_shrinker(&vmap_shrinker, "vmalloc");
	for_each_possible_cpu(cpu)
		per_cpu_ptr(&vmap_cpu, cpu)->pending_room = vmap_pending_max;
	pr_info("vmalloc: %px-%px, %lu hash buckets\n", (void *)VMALLOC_START, (void *)VMALLOC_END,
		vmap_hash_mask + 1);
}
