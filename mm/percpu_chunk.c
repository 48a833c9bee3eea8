/* SPDX-License-Identifier: MIT */
/*
 * Chunks of per-CPU memory, and the pages they are made of.
 *
 *   chunk       CPU 0's unit            CPU 1's unit           ...  one stride apart
 *            | page | page | page |  | page | page | page |
 *               |
 *            struct pcpu_page, one for all CPUs' copies of a page
 *
 * The first chunk comes from memblock (percpu_area.c); later ones lie in one
 * window of the vmalloc range, at the same stride, so the same offsets reach
 * them.  The window's addresses are taken at start-up; a chunk costs its
 * descriptors, and a page of it gets frames, for every CPU at once, when it is
 * first needed.  pcpu_drain_chunks() takes them back.
 *
 *   PCPU_ABSENT --frames--> PCPU_BUSY --> a size class, or PCPU_RUN [PCPU_RUN_REST ...]
 *        ^                      ^                 |
 *        '------- drained ------'-- PCPU_FREE <---'
 *
 * Invariants (percpu_check.c):
 *   nr_unused = pages of the chunk that are PCPU_ABSENT or PCPU_FREE, nr_free the latter
 *   a run's first page says how long it is; the rest are PCPU_RUN_REST
 *
 * A request that may not sleep is given pages that have frames already.  When there
 * are none it fails, and the work ready_pages() gives the next one some.
 *
 * Locking: pcpu_lock, interrupts off, guards the use of pages, and the chunks.
 * Giving a page frames happens outside it; meanwhile the page is PCPU_BUSY.
 */
#include <linux/bitops.h>
#include <linux/bug.h>
#include <linux/cpumask.h>
#include <linux/gfp.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/kmemleak.h>
#include <linux/mm.h>
#include <linux/string.h>
#include <linux/topology.h>
#include <linux/workqueue.h>
#include <asm/tlbflush.h>
#include "percpu.h"
#include "vmap.h"

DEFINE_SPINLOCK_RANK(pcpu_lock, LOCK_RANK_PERCPU);

static struct pcpu_chunk *chunks[PCPU_MAX_CHUNKS + 1]; /* those in the window; the last is NULL */
static unsigned int chunk_shift;		       /* distance between chunks there */
static unsigned long nr_pages;			       /* frames behind pages of the window */

/* ---- from a pointer to its page -------------------------------------------------------- */

struct pcpu_chunk *pcpu_chunk(int i)
{
	return i < 0 ? pcpu_layout.first_chunk : chunks[i];
}

/* Does what is @at bytes from the start of the window lie in it? */
static bool in_window(unsigned long at)
{
	return at < pcpu_layout.window_size;
}

struct pcpu_page *pcpu_page_of(unsigned long ptr)
{
	unsigned long at = ptr + __per_cpu_offset[0] - pcpu_layout.window;
	struct pcpu_page *page = pcpu_first_page(ptr);
	struct pcpu_chunk *chunk;

	if (page)
		return page;
	if (!in_window(at))
		return NULL;
	chunk = READ_ONCE(chunks[at >> chunk_shift]);
	at &= (1UL << chunk_shift) - 1;
	if (!chunk || at >> pcpu_layout.unit_shift)
		return NULL;
	return &chunk->page[at >> PAGE_SHIFT];
}

unsigned long pcpu_ptr_of(unsigned long addr)
{
	unsigned long unit = (addr - pcpu_layout.base) >> pcpu_layout.unit_shift;
	unsigned long at = addr - pcpu_layout.window;

	if (in_window(at))
		unit = (at & ((1UL << chunk_shift) - 1)) >> pcpu_layout.unit_shift;
	if (unit >= nr_cpu_ids)
		return addr;
	return addr - (unit << pcpu_layout.unit_shift) - __per_cpu_offset[0];
}

struct pcpu_chunk *pcpu_chunk_of(const struct pcpu_page *page)
{
	if (pcpu_page_ptr(page) - pcpu_layout.first_ptr < pcpu_layout.first_size)
		return pcpu_layout.first_chunk;
	return chunks[(pcpu_page_ptr(page) + __per_cpu_offset[0] - pcpu_layout.window) >>
		      chunk_shift];
}

void pcpu_set_unused(struct pcpu_page *page, enum pcpu_use use)
{
	struct pcpu_chunk *chunk = pcpu_chunk_of(page);

	page->use = (u8)use;
	chunk->nr_unused++;
	chunk->nr_free += use == PCPU_FREE;
}

/* A page that held none is being given one; returns whether it has no memory. */
static bool set_busy(struct pcpu_page *page)
{
	struct pcpu_chunk *chunk = pcpu_chunk_of(page);
	bool absent = page->use == PCPU_ABSENT;

	page->use = PCPU_BUSY;
	chunk->nr_unused--;
	chunk->nr_free -= !absent;
	return absent;
}

/* ---- memory for pages ------------------------------------------------------------------ */

static unsigned long page_addr(const struct pcpu_page *page, unsigned int cpu)
{
	return pcpu_page_ptr(page) + __per_cpu_offset[cpu];
}

/* Takes away CPU copies 0 .. @cpus - 1 of a page; the TLB is flushed before frames go. */
static void unmap_page(struct pcpu_page *page, unsigned int cpus)
{
	struct pt_gather gather = {0};
	u32 frames = PFN_NONE;

	for (unsigned int cpu = 0; cpu < cpus; cpu++) {
		unsigned long at = page_addr(page, cpu);
		pte_t *pte = pte_offset_kernel(pt_pmd(at), at);
		struct page *frame = pfn_to_page(pte_pfn(*pte));

		pte_clear(pte);
		frame->next = frames;
		frames = (u32)page_to_pfn(frame);
		pt_unpin_leaf(at, &gather);
	}
	flush_tlb_all();
	pt_gather_free(&gather);
	while (frames != PFN_NONE) {
		struct page *frame = pfn_to_page(frames);

		frames = frame->next;
		__free_page(frame);
	}
}

/* A frame for every CPU's copy of a page, from its own node, or none at all. */
static bool map_page(struct pcpu_page *page, gfp_t gfp)
{
	for (unsigned int cpu = 0; cpu < nr_cpu_ids; cpu++) {
		unsigned long at = page_addr(page, cpu);
		struct page *frame = alloc_pages_node(cpu_to_node(cpu), gfp, 0);
		pte_t *pte = frame ? pt_pin_leaf(at) : NULL;

		if (!pte) {
			if (frame)
				__free_page(frame);
			unmap_page(page, cpu);
			return false;
		}
		if (kmemleak_enabled())
			frame->flags |= PGF_TRACKED; /* with the objects in it */
		set_pte(pte, pfn_pte(page_to_pfn(frame), PAGE_KERNEL));
	}
	return true;
}

static void init_chunk(struct pcpu_chunk *chunk, unsigned long base)
{
	chunk->nr_unused = pcpu_unit_pages();
	chunk->nr_free = 0;
	for (unsigned int i = 0; i < pcpu_unit_pages(); i++) {
		struct pcpu_page *page = &chunk->page[i];

		memset(page, 0, sizeof(*page));
		page->use = PCPU_ABSENT;
		page->number = (base + i * PAGE_SIZE - __per_cpu_offset[0]) >> PAGE_SHIFT;
	}
}

void __init pcpu_init_first_chunk(void)
{
	struct pcpu_chunk *chunk = pcpu_layout.first_chunk;
	unsigned long i, first = pcpu_layout.static_bytes >> PAGE_SHIFT;

	pcpu_layout.first_ptr = pcpu_layout.base - __per_cpu_offset[0];
	pcpu_layout.first_size = 1UL << pcpu_layout.unit_shift;
	init_chunk(chunk, pcpu_layout.base);
	for (i = 0; i < pcpu_unit_pages(); i++)
		chunk->page[i].use = PCPU_STATIC;
	for (i = first; i < pcpu_layout.first_bytes >> PAGE_SHIFT; i++)
		chunk->page[i].use = PCPU_FREE;
	chunk->nr_unused = chunk->nr_free = PCPU_FIRST_DYNAMIC >> PAGE_SHIFT;
	pcpu_init_classes();
}

void __init pcpu_init_window(void)
{
	unsigned int cpus_shift =
		nr_cpu_ids > 1 ? 32 - (unsigned int)__builtin_clz(nr_cpu_ids - 1) : 0;
	struct vmap_request req = {
		.align = PMD_SIZE,
		.min = vmap_arena.start,
		.max = vmap_arena.end,
		.gfp = GFP_KERNEL,
		.class = VMAP_NO_CLASS,
	};
	struct vmap_area *va;

	chunk_shift = pcpu_layout.unit_shift + cpus_shift;
	req.pages = (unsigned long)PCPU_MAX_CHUNKS << (chunk_shift - PAGE_SHIFT);
	va = vmap_area_new(&req);
	if (!va)
		panic("percpu: no address range for further chunks");
	va->caller = __builtin_return_address(0);
	va->flags = VM_PERCPU;
	pcpu_layout.window = (unsigned long)vmap_area_live(va, VMAP_PERCPU);
	pcpu_layout.window_size = req.pages << PAGE_SHIFT;
}

/* A chunk at a free place of the window, not yet known to anyone, or NULL. */
static struct pcpu_chunk *new_chunk(gfp_t gfp)
{
	struct pcpu_chunk *chunk =
		pcpu_layout.window_size ? alloc_pages_exact(pcpu_chunk_struct_size(), gfp) : NULL;
	unsigned long flags;
	unsigned int i;

	if (!chunk)
		return NULL;
	spin_lock_irqsave(&pcpu_lock, flags);
	for (i = 0; chunks[i]; i++)
		;
	if (i < PCPU_MAX_CHUNKS) {
		init_chunk(chunk, pcpu_layout.window + ((unsigned long)i << chunk_shift));
		WRITE_ONCE(chunks[i], chunk);
	}
	spin_unlock_irqrestore(&pcpu_lock, flags);
	if (i < PCPU_MAX_CHUNKS)
		return chunk;
	free_pages_exact(chunk, pcpu_chunk_struct_size());
	return NULL;
}

/* ---- runs of pages, under pcpu_lock ---------------------------------------------------- */

/* The first of @n unused pages side by side in @chunk, or NULL. */
static struct pcpu_page *find_run_in(struct pcpu_chunk *chunk, unsigned int n, bool absent_too)
{
	unsigned int have = 0;

	if ((absent_too ? chunk->nr_unused : chunk->nr_free) < n)
		return NULL;
	for (unsigned int i = 0; i < pcpu_unit_pages(); i++) {
		have = pcpu_page_unused(&chunk->page[i], absent_too) ? have + 1 : 0;
		if (have == n)
			return &chunk->page[i + 1 - n];
	}
	return NULL;
}

static struct pcpu_page *find_run(unsigned int n, bool absent_too)
{
	struct pcpu_page *page = find_run_in(pcpu_layout.first_chunk, n, absent_too);

	for (unsigned int i = 0; !page && i < PCPU_MAX_CHUNKS; i++)
		if (chunks[i])
			page = find_run_in(chunks[i], n, absent_too);
	return page;
}

void pcpu_drop_run(struct pcpu_page *page, unsigned int n, u32 absent)
{
	for (unsigned int i = 0; i < n; i++)
		pcpu_set_unused(&page[i], absent >> i & 1 ? PCPU_ABSENT : PCPU_FREE);
}

/* ---- getting pages --------------------------------------------------------------------- */

/* Gives memory to those of @n busy pages that have none; all or nothing. */
static bool populate(struct pcpu_page *page, unsigned int n, u32 absent, gfp_t gfp)
{
	unsigned long flags;
	u32 still = absent;

	for (unsigned int i = 0; i < n; i++) {
		if (!(absent >> i & 1))
			continue;
		if (!map_page(&page[i], gfp))
			break;
		still &= ~(1u << i);
	}
	spin_lock_irqsave(&pcpu_lock, flags);
	nr_pages += (unsigned long)hweight32(absent & ~still) * nr_cpu_ids;
	if (still)
		pcpu_drop_run(page, n, still);
	spin_unlock_irqrestore(&pcpu_lock, flags);
	return !still;
}

static unsigned int wanted_pages; /* side by side, by a request that could not wait */

static void ready_pages(struct work_struct *work __unused)
{
	unsigned int n = xchg(&wanted_pages, 0);
	struct pcpu_page *page = n ? pcpu_get_pages(n, GFP_KERNEL | __GFP_NOWARN) : NULL;
	unsigned long flags;

	if (!page)
		return;
	spin_lock_irqsave(&pcpu_lock, flags);
	pcpu_drop_run(page, n, 0);
	spin_unlock_irqrestore(&pcpu_lock, flags);
}

static DECLARE_WORK(ready_work, ready_pages);

static void __cold want_pages(unsigned int n)
{
	if (READ_ONCE(wanted_pages) < n)
		WRITE_ONCE(wanted_pages, n);
	if (system_wq)
		schedule_work(&ready_work);
}

struct pcpu_page *pcpu_get_pages(unsigned int n, gfp_t gfp)
{
	bool may_populate = gfp & __GFP_DIRECT_RECLAIM;
	struct pcpu_page *page;
	unsigned long flags;
	u32 absent = 0;

	do {
		spin_lock_irqsave(&pcpu_lock, flags);
		page = find_run(n, false);
		if (!page && may_populate)
			page = find_run(n, true);
		for (unsigned int i = 0; page && i < n; i++)
			absent |= (u32)set_busy(&page[i]) << i;
		spin_unlock_irqrestore(&pcpu_lock, flags);
	} while (!page && may_populate && new_chunk(gfp));
	if (!page && !may_populate)
		want_pages(n);
	return page && populate(page, n, absent, gfp) ? page : NULL;
}

/* ---- giving memory back ---------------------------------------------------------------- */

/* A page with memory but no object in @chunk becomes busy; NULL if there is none. */
static struct pcpu_page *grab_free_page(struct pcpu_chunk *chunk)
{
	for (unsigned int i = 0; chunk && i < pcpu_unit_pages(); i++) {
		struct pcpu_page *page = &chunk->page[i];

		if (page->use == PCPU_FREE) {
			set_busy(page);
			return page;
		}
	}
	return NULL;
}

/*
 * Takes back the unused memory at a place of the window; a chunk with nothing left
 * is the caller's.  Others may do the same meanwhile: a chunk with a busy page stays.
 */
static struct pcpu_chunk *drain_place(unsigned int i)
{
	struct pcpu_chunk *chunk;
	struct pcpu_page *page;
	unsigned long flags;

	spin_lock_irqsave(&pcpu_lock, flags);
	while ((page = grab_free_page(chunks[i]))) {
		spin_unlock_irqrestore(&pcpu_lock, flags);
		unmap_page(page, nr_cpu_ids);
		spin_lock_irqsave(&pcpu_lock, flags);
		pcpu_set_unused(page, PCPU_ABSENT);
		nr_pages -= nr_cpu_ids;
	}
	chunk = chunks[i];
	if (chunk && chunk->nr_unused < pcpu_unit_pages())
		chunk = NULL;
	if (chunk)
		WRITE_ONCE(chunks[i], NULL);
	spin_unlock_irqrestore(&pcpu_lock, flags);
	return chunk;
}

void pcpu_drain_chunks(void)
{
	for (unsigned int i = 0; i < PCPU_MAX_CHUNKS; i++) {
		struct pcpu_chunk *chunk = READ_ONCE(chunks[i]) ? drain_place(i) : NULL;

		if (chunk)
			free_pages_exact(chunk, pcpu_chunk_struct_size());
	}
}

unsigned long pcpu_nr_pages(void)
{
	return nr_pages + nr_cpu_ids * (pcpu_layout.first_bytes >> PAGE_SHIFT);
}
