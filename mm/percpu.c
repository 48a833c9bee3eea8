/* SPDX-License-Identifier: MIT */
/*
 * Dynamic per-CPU memory: alloc_percpu() and free_percpu().
 *
 *   chunk       CPU 0's unit            CPU 1's unit           ...  one stride apart
 *            | page | page | page |  | page | page | page |
 *               |
 *            struct pcpu_page, one for all CPUs' copies of a page
 *               use = class 96:  [obj][obj][obj] ... 42 objects
 *               free bits, live bits
 *
 * A per-CPU pointer stands for one address in each CPU's unit (percpu-defs.h).
 * The first chunk comes from memblock (percpu_area.c); later ones lie in one
 * window of the vmalloc range, at the same stride, so the same offsets reach
 * them.  A page of a chunk gets memory, for every CPU at once, when it is first
 * needed, and gives it back in pcpu_drain().
 *
 * A page holds objects of one size class; larger objects take a run of whole
 * pages.  In front of the pages every CPU has a stack of free objects for each
 * class, popped and pushed by restartable sequences.  So an object is
 *
 *   free in its page (free bit) | on a CPU's stack (neither bit) | live (live bit)
 *
 * and a free is checked by finding the page from the pointer, the object by its
 * offset and the class's reciprocal, and by clearing the live bit atomically: if
 * it was not set, the pointer is no object, or was freed already.
 *
 * Invariants (pcpu_check()):
 *   free & live = 0 in every page
 *   nfree = number of free bits; a page is on its class's list iff nfree > 0
 *   nr_unused = pages of the chunk that are PCPU_ABSENT or PCPU_FREE, nr_free the latter
 *   a run's first page says how long it is; the rest are PCPU_RUN_REST
 *
 * Locking: pcpu_lock, interrupts off, guards pages and chunks.  Giving a page
 * memory happens outside it; meanwhile the page is PCPU_BUSY.  Contexts:
 * alloc_percpu() may sleep; free_percpu() works in any context, and so does
 * __alloc_percpu_gfp() without __GFP_DIRECT_RECLAIM.
 *
 * Not done here: objects larger than 32 KiB, alignment beyond a page.
 */
#include <linux/bitops.h>
#include <linux/bug.h>
#include <linux/cpumask.h>
#include <linux/gfp.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/preempt.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <asm/ras.h>
#include <asm/tlbflush.h>
#include "percpu.h"
#include "vmap.h"

#define PCPU_MAX_CHUNKS	 1024
#define PCPU_STACK_SLOTS 15 /* 128 bytes a stack */
#define PCPU_BATCH	 8  /* objects moved between a stack and its pages at once */

/* Object sizes: multiples of 8, and of 16 from 16 on but for 24. */
static const u16 class_size[PCPU_CLASSES] = {8,	  16,  24,  32,	 48,  64,   96,	  128, 192,
					     256, 384, 512, 672, 816, 1024, 1360, 2048};

/* By (size + 7) / 8: the smallest class that holds it; filled in at start-up. */
static u8 class_of[PCPU_SMALL_MAX / 8 + 1];

/* offset / class_size == (offset * class_reciprocal) >> 20 for offsets within a page. */
static u32 class_reciprocal[PCPU_CLASSES];

struct pcpu_cpu {
	u64 stack[PCPU_CLASSES][1 + PCPU_STACK_SLOTS];
};
static DEFINE_PER_CPU(struct pcpu_cpu, pcpu_cpu);

static DEFINE_SPINLOCK(pcpu_lock);
static struct list_head partial_pages[PCPU_CLASSES]; /* pages with free objects */
static struct pcpu_chunk *chunks[PCPU_MAX_CHUNKS];   /* those in the window */
static unsigned long window;			     /* its first address; 0: none yet */
static unsigned int chunk_shift;		     /* distance between chunks there */
static unsigned long nr_pages;			     /* frames behind dynamic pages */

static struct pcpu_stack __percpu *stack_of(unsigned int class)
{
	return (struct pcpu_stack __percpu *)pcpu_cpu.stack[class];
}

/* ---- from a pointer to its page and object --------------------------------------------- */

/* Per-CPU pointers of the first chunk: start, and bytes. */
static unsigned long first_ptr;
static unsigned long first_size;

/* The page of a later chunk that a per-CPU pointer lies in, or NULL. */
static noinline struct pcpu_page *page_in_window(unsigned long ptr)
{
	unsigned long at = ptr + __per_cpu_offset[0] - window;
	struct pcpu_chunk *chunk;

	if (!window || at >> chunk_shift >= PCPU_MAX_CHUNKS)
		return NULL;
	chunk = READ_ONCE(chunks[at >> chunk_shift]);
	at &= (1UL << chunk_shift) - 1;
	if (!chunk || at >> pcpu_layout.unit_shift)
		return NULL;
	return &chunk->page[at >> PAGE_SHIFT];
}

/* The page a per-CPU pointer lies in, or NULL. */
static __always_inline struct pcpu_page *page_of(unsigned long ptr)
{
	unsigned long at = ptr - first_ptr;

	if (unlikely(at >= first_size))
		return page_in_window(ptr);
	return &pcpu_layout.first_chunk->page[at >> PAGE_SHIFT];
}

static __always_inline unsigned int object_at(unsigned long offset, unsigned int class)
{
	return (unsigned int)(offset * class_reciprocal[class] >> 20);
}

static unsigned int objects_a_page(unsigned int class)
{
	return (unsigned int)PAGE_SIZE / class_size[class];
}

/* Sets or clears the live bit; returns what it was. */
static __always_inline bool set_live(struct pcpu_page *page, unsigned int obj)
{
	bool was;

	asm volatile("lock btsl %2, %1" : "=@ccc"(was), "+m"(page->live) : "r"(obj) : "memory");
	return was;
}

static __always_inline bool clear_live(struct pcpu_page *page, unsigned int obj)
{
	bool was;

	asm volatile("lock btrl %2, %1" : "=@ccc"(was), "+m"(page->live) : "r"(obj) : "memory");
	return was;
}

/* ---- objects of a page, under pcpu_lock ------------------------------------------------ */

static void put_object(struct pcpu_page *page, unsigned int obj)
{
	page->free[obj / 64] |= 1ULL << (obj % 64);
	if (!page->nfree++)
		list_add(&page->partial, &partial_pages[page->use]);
}

/* The lowest free object of @page, which has one. */
static unsigned int take_object(struct pcpu_page *page)
{
	unsigned int word = 0, bit;

	while (!page->free[word])
		word++;
	bit = (unsigned int)__builtin_ctzll(page->free[word]);
	page->free[word] &= page->free[word] - 1;
	if (!--page->nfree)
		list_del(&page->partial);
	return word * 64 + bit;
}

static struct pcpu_chunk *chunk_of(const struct pcpu_page *page)
{
	if (page->ptr - first_ptr < first_size)
		return pcpu_layout.first_chunk;
	return chunks[(page->ptr + __per_cpu_offset[0] - window) >> chunk_shift];
}

/* A page that holds no object any more, with memory or without. */
static void set_unused(struct pcpu_chunk *chunk, struct pcpu_page *page, enum pcpu_use use)
{
	page->use = (u8)use;
	chunk->nr_unused++;
	chunk->nr_free += use == PCPU_FREE;
}

/* A page that held none is being given one; returns whether it has no memory. */
static bool set_busy(struct pcpu_chunk *chunk, struct pcpu_page *page)
{
	bool absent = page->use == PCPU_ABSENT;

	page->use = PCPU_BUSY;
	chunk->nr_unused--;
	chunk->nr_free -= !absent;
	return absent;
}

/* Makes a page with memory into one of objects of @class, all free. */
static void page_to_class(struct pcpu_page *page, unsigned int class)
{
	unsigned int n = objects_a_page(class);

	page->use = (u8) class;
	for (unsigned int word = 0; word < 8; word++) {
		unsigned int here = n > word * 64 ? n - word * 64 : 0;

		page->free[word] = here >= 64 ? ~0ULL : (1ULL << here) - 1;
		page->live[word] = 0;
	}
	page->nfree = (u16)n;
	list_add(&page->partial, &partial_pages[class]);
}

/* A page all of whose objects are free holds none any more. */
static void page_from_class(struct pcpu_page *page)
{
	list_del(&page->partial);
	page->nfree = 0;
	set_unused(chunk_of(page), page, PCPU_FREE);
}

/* ---- memory for pages ------------------------------------------------------------------ */

static unsigned long page_addr(const struct pcpu_page *page, unsigned int cpu)
{
	return page->ptr + __per_cpu_offset[cpu];
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

/* A frame for every CPU's copy of a page, or none at all. */
static bool map_page(struct pcpu_page *page, gfp_t gfp)
{
	for (unsigned int cpu = 0; cpu < nr_cpu_ids; cpu++) {
		unsigned long at = page_addr(page, cpu);
		struct page *frame = alloc_page(gfp);
		pte_t *pte = frame ? pt_pin_leaf(at) : NULL;

		if (!pte) {
			if (frame)
				__free_page(frame);
			unmap_page(page, cpu);
			return false;
		}
		set_pte(pte, pfn_pte(page_to_pfn(frame), PAGE_KERNEL));
	}
	return true;
}

static void init_chunk(struct pcpu_chunk *chunk, unsigned long base)
{
	chunk->base = base;
	chunk->nr_unused = pcpu_unit_pages();
	chunk->nr_free = 0;
	for (unsigned int i = 0; i < pcpu_unit_pages(); i++) {
		struct pcpu_page *page = &chunk->page[i];

		memset(page, 0, sizeof(*page));
		page->use = PCPU_ABSENT;
		page->ptr = base + i * PAGE_SIZE - __per_cpu_offset[0];
	}
}

void __init pcpu_init_first_chunk(void)
{
	struct pcpu_chunk *chunk = pcpu_layout.first_chunk;
	unsigned long i, first = pcpu_layout.static_bytes >> PAGE_SHIFT;
	unsigned int class, cpu;

	first_ptr = pcpu_layout.base - __per_cpu_offset[0];
	first_size = 1UL << pcpu_layout.unit_shift;
	init_chunk(chunk, pcpu_layout.base);
	for (i = 0; i < pcpu_unit_pages(); i++)
		chunk->page[i].use = PCPU_STATIC;
	for (i = first; i < pcpu_layout.first_bytes >> PAGE_SHIFT; i++)
		chunk->page[i].use = PCPU_FREE;
	chunk->nr_unused = chunk->nr_free = PCPU_FIRST_DYNAMIC >> PAGE_SHIFT;

	for (class = 0; class < PCPU_CLASSES; class += 1) {
		INIT_LIST_HEAD(&partial_pages[class]);
		class_reciprocal[class] = ((1u << 20) + class_size[class] - 1) / class_size[class];
		for_each_possible_cpu(cpu)
			((struct pcpu_stack *)per_cpu_ptr(&pcpu_cpu, cpu)->stack[class])->limit =
				PCPU_STACK_SLOTS * sizeof(void *);
	}
	for (i = 0, class = 0; i <= PCPU_SMALL_MAX / 8; i++) {
		class += i * 8 > class_size[class];
		class_of[i] = (u8) class;
	}
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
	window = (unsigned long)vmap_area_live(va, VMAP_PERCPU);
}

/* A chunk at a free place of the window, not yet known to anyone, or NULL. */
static struct pcpu_chunk *new_chunk(gfp_t gfp)
{
	struct pcpu_chunk *chunk = window ? alloc_pages_exact(pcpu_chunk_struct_size(), gfp) : NULL;
	unsigned long flags;
	unsigned int i;

	if (!chunk)
		return NULL;
	spin_lock_irqsave(&pcpu_lock, flags);
	for (i = 0; i < PCPU_MAX_CHUNKS && chunks[i]; i++)
		;
	if (i < PCPU_MAX_CHUNKS) {
		init_chunk(chunk, window + ((unsigned long)i << chunk_shift));
		WRITE_ONCE(chunks[i], chunk);
	}
	spin_unlock_irqrestore(&pcpu_lock, flags);
	if (i < PCPU_MAX_CHUNKS)
		return chunk;
	free_pages_exact(chunk, pcpu_chunk_struct_size());
	return NULL;
}

/* ---- runs of pages, under pcpu_lock ---------------------------------------------------- */

static bool page_unused(const struct pcpu_page *page, bool absent_too)
{
	return page->use == PCPU_FREE || (absent_too && page->use == PCPU_ABSENT);
}

/* The first of @n unused pages side by side in @chunk, or NULL. */
static struct pcpu_page *find_run_in(struct pcpu_chunk *chunk, unsigned int n, bool absent_too)
{
	unsigned int have = 0;

	if ((absent_too ? chunk->nr_unused : chunk->nr_free) < n)
		return NULL;
	for (unsigned int i = 0; i < pcpu_unit_pages(); i++) {
		have = page_unused(&chunk->page[i], absent_too) ? have + 1 : 0;
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

/* Gives back pages of a run; @absent bit k: page k has no memory. */
static void drop_run(struct pcpu_page *page, unsigned int n, u32 absent)
{
	for (unsigned int i = 0; i < n; i++)
		set_unused(chunk_of(page), &page[i], absent >> i & 1 ? PCPU_ABSENT : PCPU_FREE);
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
		drop_run(page, n, still);
	spin_unlock_irqrestore(&pcpu_lock, flags);
	return !still;
}

/* @n pages side by side with memory, PCPU_BUSY, or NULL. */
static struct pcpu_page *get_pages(unsigned int n, gfp_t gfp)
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
			absent |= (u32)set_busy(chunk_of(page), &page[i]) << i;
		spin_unlock_irqrestore(&pcpu_lock, flags);
	} while (!page && may_populate && new_chunk(gfp));
	return page && populate(page, n, absent, gfp) ? page : NULL;
}

/* ---- allocation ------------------------------------------------------------------------ */

static __always_inline void zero_object(unsigned long ptr, size_t size)
{
	unsigned int cpu = 0;

	do {
		unsigned long at = ptr + __per_cpu_offset[cpu], words = (size + 7) / 8;

		asm volatile("rep stosq" : "+D"(at), "+c"(words) : "a"(0UL) : "memory");
	} while (++cpu < nr_cpu_ids);
}

/* Refills this CPU's stack from a page of @class with free objects; one of them, or 0. */
static unsigned long refill(unsigned int class)
{
	unsigned long ptr = 0, flags;
	struct pcpu_page *page;

	spin_lock_irqsave(&pcpu_lock, flags);
	page = list_first_entry_or_null(&partial_pages[class], struct pcpu_page, partial);
	for (unsigned int i = 0; page && page->nfree && i < PCPU_BATCH; i++) {
		unsigned int obj = take_object(page);

		if (i && !pcpu_stack_push(stack_of(class), (void *)ptr)) {
			put_object(page, obj);
			break;
		}
		ptr = page->ptr + (unsigned long)obj * class_size[class];
	}
	spin_unlock_irqrestore(&pcpu_lock, flags);
	return ptr;
}

static unsigned long get_small_slow(unsigned int class, gfp_t gfp)
{
	unsigned long ptr, flags;
	struct pcpu_page *page;

	while (!(ptr = refill(class))) {
		page = get_pages(1, gfp);
		if (!page)
			return 0;
		spin_lock_irqsave(&pcpu_lock, flags);
		page_to_class(page, class);
		spin_unlock_irqrestore(&pcpu_lock, flags);
	}
	return ptr;
}

/* An object of @class that was taken becomes live, and zero. */
static __always_inline void __percpu *hand_out(unsigned long ptr, unsigned int class, size_t size)
{
	set_live(page_of(ptr), object_at(ptr & ~PAGE_MASK, class));
	zero_object(ptr, size);
	return (void __percpu *)ptr;
}

static void __percpu *get_small(size_t size, unsigned int class, gfp_t gfp)
{
	unsigned long ptr = (unsigned long)pcpu_stack_pop(stack_of(class));

	if (!ptr)
		ptr = get_small_slow(class, gfp);
	return ptr ? hand_out(ptr, class, size) : NULL;
}

/* An object of whole pages. */
static void __percpu *get_run(size_t size, gfp_t gfp)
{
	unsigned int n = (unsigned int)PFN_UP(size);
	struct pcpu_page *page = get_pages(n, gfp);
	unsigned long flags;

	if (!page)
		return NULL;
	spin_lock_irqsave(&pcpu_lock, flags);
	for (unsigned int i = 1; i < n; i++)
		page[i].use = PCPU_RUN_REST;
	page->run = (u8)n;
	page->live[0] = 1;
	WRITE_ONCE(page->use, PCPU_RUN);
	spin_unlock_irqrestore(&pcpu_lock, flags);
	zero_object(page->ptr, n * PAGE_SIZE);
	return (void __percpu *)page->ptr;
}

static bool __cold report_request(size_t size, size_t align, const char *why)
{
	pr_warn("BUG: illegal size (%zu) or align (%zu) for percpu allocation: %s\n", size, align,
		why);
	dump_stack();
	return false;
}

static bool request_ok(size_t size, size_t align)
{
	if (!size)
		return report_request(size, align, "zero size");
	if (size > PCPU_MIN_UNIT_SIZE)
		return report_request(size, align, "too large");
	if (!align || align & (align - 1))
		return report_request(size, align, "alignment is no power of two");
	if (align > PAGE_SIZE)
		return report_request(size, align, "alignment above a page");
	return true;
}

static void __cold report_failure(size_t size, size_t align, gfp_t gfp)
{
	if (gfp & __GFP_NOWARN)
		return;
	pr_warn("percpu: allocation failed, size=%zu align=%zu atomic=%d\n", size, align,
		!(gfp & __GFP_DIRECT_RECLAIM));
	dump_stack();
}

static noinline void __percpu *alloc_any(size_t size, size_t align, gfp_t gfp)
{
	void __percpu *ptr;
	unsigned int class;

	might_sleep_if(gfpflags_allow_blocking(gfp));
	if (!request_ok(size, align))
		return NULL;
	if (size > PCPU_SMALL_MAX || align > PCPU_SMALL_MAX) {
		ptr = get_run(size, gfp);
	} else {
		class = class_of[(size + 7) / 8];
		while (class_size[class] & (align - 1))
			class += 1;
		ptr = get_small(size, class, gfp);
	}
	if (!ptr)
		report_failure(size, align, gfp);
	return ptr;
}

void __percpu *__alloc_percpu_gfp(size_t size, size_t align, gfp_t gfp)
{
	return alloc_any(size, align, gfp);
}

/* The short way calls nothing, so that the compiler saves no registers. */
void __percpu *__alloc_percpu(size_t size, size_t align)
{
	unsigned long ptr;
	unsigned int class;

	if (unlikely(size - 1 >= PCPU_SMALL_MAX) || unlikely(align - 1 >= 8) ||
	    unlikely(align & (align - 1)) || unlikely(preempt_count()))
		return alloc_any(size, align, GFP_KERNEL);
	class = class_of[(size + 7) / 8];
	ptr = (unsigned long)pcpu_stack_pop(stack_of(class));
	if (unlikely(!ptr))
		return alloc_any(size, align, GFP_KERNEL);
	return hand_out(ptr, class, size);
}

/* ---- release --------------------------------------------------------------------------- */

static noinline void __cold report_free(unsigned long ptr, const char *why)
{
	pr_err("BUG: free_percpu() of %px: %s\n", (void *)ptr, why);
	dump_stack();
}

/* Moves objects from this CPU's full stack into their pages, and @ptr too. */
static noinline void flush_stack(unsigned int class, unsigned long ptr)
{
	unsigned long flags;

	spin_lock_irqsave(&pcpu_lock, flags);
	for (unsigned int i = 0; ptr && i <= PCPU_BATCH; i++) {
		struct pcpu_page *page = page_of(ptr);

		put_object(page, object_at(ptr & ~PAGE_MASK, class));
		if (page->nfree == objects_a_page(class))
			page_from_class(page);
		if (i < PCPU_BATCH)
			ptr = (unsigned long)pcpu_stack_pop(stack_of(class));
	}
	spin_unlock_irqrestore(&pcpu_lock, flags);
}

/* What is no object of a size class: a run, or a mistake. */
static noinline void free_other(struct pcpu_page *page, unsigned long ptr)
{
	unsigned long flags;
	bool ok;

	if (!page || page->use == PCPU_STATIC) {
		report_free(ptr, "not an address of alloc_percpu()");
		return;
	}
	spin_lock_irqsave(&pcpu_lock, flags);
	ok = page->use == PCPU_RUN && ptr == page->ptr;
	if (ok)
		drop_run(page, page->run, 0);
	spin_unlock_irqrestore(&pcpu_lock, flags);
	if (!ok)
		report_free(ptr, page->use <= PCPU_FREE ? "freed already"
							: "in the middle of an object");
}

void free_percpu(void __percpu *pcpu_ptr)
{
	unsigned long ptr = (unsigned long)pcpu_ptr, offset = ptr & ~PAGE_MASK;
	struct pcpu_page *page;
	unsigned int class, obj;

	if (!ptr)
		return;
	page = page_of(ptr);
	if (unlikely(!page) || unlikely(page->use >= PCPU_CLASSES)) {
		free_other(page, ptr);
		return;
	}
	class = page->use;
	obj = object_at(offset, class);
	if (unlikely(obj * class_size[class] != offset)) {
		report_free(ptr, "in the middle of an object");
		return;
	}
	if (unlikely(!clear_live(page, obj))) {
		report_free(ptr, "not live; freed already?");
		return;
	}
	if (unlikely(!pcpu_stack_push(stack_of(class), (void *)ptr)))
		flush_stack(class, ptr);
}

/* ---- giving back ----------------------------------------------------------------------- */

static void drain_stacks(void)
{
	for (unsigned int k = 0; k < PCPU_CLASSES; k++) {
		void *ptr;

		while ((ptr = pcpu_stack_pop(stack_of(k))))
			flush_stack(k, (unsigned long)ptr);
	}
}

/* A page with memory but no object in @chunk becomes busy; NULL if there is none. */
static struct pcpu_page *grab_free_page(struct pcpu_chunk *chunk)
{
	for (unsigned int i = 0; i < pcpu_unit_pages(); i++) {
		struct pcpu_page *page = &chunk->page[i];

		if (page->use == PCPU_FREE) {
			set_busy(chunk, page);
			return page;
		}
	}
	return NULL;
}

static void depopulate(struct pcpu_chunk *chunk)
{
	struct pcpu_page *page;
	unsigned long flags;

	spin_lock_irqsave(&pcpu_lock, flags);
	while ((page = grab_free_page(chunk))) {
		spin_unlock_irqrestore(&pcpu_lock, flags);
		unmap_page(page, nr_cpu_ids);
		spin_lock_irqsave(&pcpu_lock, flags);
		set_unused(chunk, page, PCPU_ABSENT);
		nr_pages -= nr_cpu_ids;
	}
	spin_unlock_irqrestore(&pcpu_lock, flags);
}

void pcpu_drain(void)
{
	unsigned long flags;

	drain_stacks();
	for (unsigned int i = 0; i < PCPU_MAX_CHUNKS; i++) {
		struct pcpu_chunk *chunk = chunks[i];
		bool empty;

		if (!chunk)
			continue;
		depopulate(chunk);
		spin_lock_irqsave(&pcpu_lock, flags);
		empty = chunk->nr_unused == pcpu_unit_pages();
		if (empty)
			WRITE_ONCE(chunks[i], NULL);
		spin_unlock_irqrestore(&pcpu_lock, flags);
		if (empty)
			free_pages_exact(chunk, pcpu_chunk_struct_size());
	}
}

unsigned long pcpu_nr_pages(void)
{
	return nr_pages + nr_cpu_ids * (pcpu_layout.first_bytes >> PAGE_SHIFT);
}

/* ---- checking -------------------------------------------------------------------------- */

static const char *check_page(const struct pcpu_page *page)
{
	unsigned int nfree = 0;

	if (page->use >= PCPU_CLASSES)
		return NULL;
	for (unsigned int word = 0; word < 8; word++) {
		if (page->free[word] & page->live[word])
			return "an object is both free and live";
		nfree += hweight64(page->free[word]);
	}
	if (nfree != page->nfree)
		return "a page's count of free objects is wrong";
	return nfree <= objects_a_page(page->use) ? NULL : "a page has too many objects";
}

static const char *check_chunk(const struct pcpu_chunk *chunk)
{
	unsigned int unused = 0, free = 0, rest = 0;
	const char *wrong;

	for (unsigned int i = 0; i < pcpu_unit_pages(); i++) {
		const struct pcpu_page *page = &chunk->page[i];

		if ((page->use == PCPU_RUN_REST) != (rest > 0))
			return "a run of pages has the wrong length";
		rest = page->use == PCPU_RUN ? page->run - 1u : rest ? rest - 1 : 0;
		unused += page_unused(page, true);
		free += page_unused(page, false);
		wrong = check_page(page);
		if (wrong)
			return wrong;
	}
	if (unused != chunk->nr_unused || free != chunk->nr_free)
		return "a chunk's count of unused pages is wrong";
	return NULL;
}

static const char *check_lists(void)
{
	struct pcpu_page *page;

	for (unsigned int k = 0; k < PCPU_CLASSES; k++)
		list_for_each_entry(page, &partial_pages[k], partial)
			if (page->use != k || !page->nfree)
				return "a page is on the wrong list";
	return NULL;
}

const char *pcpu_check(void)
{
	const char *wrong = check_chunk(pcpu_layout.first_chunk);

	for (unsigned int i = 0; !wrong && i < PCPU_MAX_CHUNKS; i++)
		if (chunks[i])
			wrong = check_chunk(chunks[i]);
	return wrong ? wrong : check_lists();
}
