/* SPDX-License-Identifier: MIT */
/*
 * The way back of an area of the vmalloc range: from its free to where the next
 * allocation finds its addresses.
 *
 * Freeing clears the entries and puts the area on the CPU's pending list.  The
 * TLB may still hold the translations, so neither the range nor the pages are
 * used again before the purge, which takes all CPUs' lists, decides what is
 * kept, unpins what is not, flushes once, and only then releases pages, tables
 * and ranges.  A CPU purges when what it has pending weighs enough, in an interrupt
 * or under a lock by way of a worker; an allocation that finds no memory,
 * vm_unmap_aliases() and the shrinker purge too.
 *
 * A drain goes further: clean ranges, and the tables that they pin, go as well.
 *
 * Locking: purge_lock around a whole purge, so that vm_unmap_aliases() returns
 * after every earlier one, and never in an interrupt.  vmap_lock is taken inside
 * it.  Contexts: pending an area takes no lock and works in interrupts; a purge
 * and a drain do not.
 */
#include <linux/cpumask.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/preempt.h>
#include <linux/shrinker.h>
#include <linux/smp.h>
#include <linux/workqueue.h>
#include <asm/tlbflush.h>
#include "percpu.h"
#include "vmap.h"

static DEFINE_SPINLOCK_RANK(purge_lock, LOCK_RANK_PURGE);

long vmap_pending_max = 8192;

/* ---- tables ---------------------------------------------------------------------------- */

/* Unpins the tables of an unmapped area.  An entry that is clear now was a large page. */
static void unpin_tables(struct vmap_area *va, struct pt_gather *gather)
{
	unsigned long end = vmap_mapped_end(va);

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

/* Tables that nothing uses any more are free memory when no TLB leads to them. */
static void free_tables(struct pt_gather *gather)
{
	if (gather->first) {
		flush_tlb_all();
		pt_gather_free(gather);
	}
}

/*
 * The slot of the small area that was released last, or 0; under purge_lock.  Its
 * pin outlives the area, so that allocating and freeing by turns does not make
 * and free a table each time.
 */
static unsigned long idle_slot;

void vmap_unpin_idle_slot(unsigned long start, unsigned long end)
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
	free_tables(&gather);
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

/* ---- a free ---------------------------------------------------------------------------- */

void vmap_free_claimed(struct vmap_area *va)
{
	vmap_unmap(va);
	vmap_pend(va);
}

void vmap_free_again(const char *call, const void *addr, enum vmap_kind kind)
{
	struct vmap_area *va;
	unsigned long flags;

	if (!addr)
		return;
	spin_lock_irqsave(&vmap_lock, flags);
	va = vmap_area_claim((unsigned long)addr, kind);
	spin_unlock_irqrestore(&vmap_lock, flags);
	if (va)
		vmap_free_claimed(va);
	else
		vmap_report_bad(call, addr);
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
		if (likely(vmap_depot[va->class].nr < VMAP_CACHE_MAX)) {
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
		flush_tlb_kernel_range(vmap_addr(va), vmap_mapped_end(va));
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
	WRITE_ONCE(va->key, va->key & PAGE_MASK); /* lookups pass by in the chain */
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
	vmap_depot_push(va);
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
		vmap_give_range(va);
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
		while ((va = vmap_depot_pop(k))) {
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

	pcpu_drain();
	vmap_purge();
	drain_each_cpu(cpu_has_ranges, collect_here, &cached);
	spin_lock_irqsave(&vmap_lock, flags);
	all = collect_depot(cached.all);
	spin_unlock_irqrestore(&vmap_lock, flags);
	for (va = all; va; va = va->next)
		unpin_tables(va, &gather);
	vmap_unpin_idle_slot(vmap_arena.start, vmap_arena.end);
	free_tables(&gather);
	while ((va = all)) {
		all = va->next;
		vmap_give_range(va);
	}
	vmap_free_tags();
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

void __init vmap_purge_init(void)
{
	int cpu;

	vmap_pending_max = clamp((long)totalram_pages() / 32, 512L, 8192L);
	for_each_possible_cpu(cpu)
		per_cpu_ptr(&vmap_cpu, cpu)->pending_room = vmap_pending_max;
	register_shrinker(&vmap_shrinker, "vmalloc");
}
