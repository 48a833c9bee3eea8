/* SPDX-License-Identifier: MIT */
/*
 * Dynamic per-CPU memory: alloc_percpu() and free_percpu().
 *
 * A per-CPU pointer stands for one address in each CPU's unit (percpu-defs.h).
 * The pages of the units come from percpu_chunk.c; here they are cut up:
 *
 *   struct pcpu_page   use = class 96:  [obj][obj][obj] ... 42 objects
 *                      free bits, live bits
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
 * Invariants (percpu_check.c):
 *   free & live = 0 in every page
 *   nfree = number of free bits; a page is on its class's list iff nfree > 0
 *
 * Locking: pcpu_lock, interrupts off, guards pages and lists.  Contexts:
 * alloc_percpu() may sleep; free_percpu() works in any context, and so does
 * __alloc_percpu_gfp() without __GFP_DIRECT_RECLAIM.
 *
 * Not done here: objects larger than 32 KiB, alignment beyond a page.
 */
#include <linux/bug.h>
#include <linux/cpumask.h>
#include <linux/align.h>
#include <linux/init.h>
#include <linux/kasan.h>
#include <linux/kernel.h>
#include <linux/kmemleak.h>
#include <linux/mm.h>
#include <linux/preempt.h>
#include <linux/smp.h>
#include <asm/bitops.h>
#include <asm/ras.h>
#include "fault_inject.h"
#include "kmemleak.h"
#include "percpu.h"

#define PCPU_STACK_SLOTS 15 /* 128 bytes a stack */
#define PCPU_BATCH	 8  /* objects moved between a stack and its pages at once */

/* Object sizes: multiples of 8, and of 16 from 16 on but for 24. */
const u16 pcpu_class_size[PCPU_CLASSES] = {8,	16,  24,  32,  48,  64,	  96,	128, 192,
					   256, 384, 512, 672, 816, 1024, 1360, 2048};

/* By (size + 7) / 8: the smallest class that holds it; filled in at start-up. */
static u8 class_of[PCPU_SMALL_MAX / 8 + 1];

/* offset / class_size == (offset * class_reciprocal) >> 20 for offsets within a page. */
static u32 class_reciprocal[PCPU_CLASSES];

struct pcpu_cpu {
	u64 stack[PCPU_CLASSES][1 + PCPU_STACK_SLOTS];
};
static DEFINE_PER_CPU(struct pcpu_cpu, pcpu_cpu);

struct list_head pcpu_partial_pages[PCPU_CLASSES]; /* pages with free objects */

static struct pcpu_stack __percpu *stack_of(unsigned int class)
{
	return (struct pcpu_stack __percpu *)pcpu_cpu.stack[class];
}

void __init pcpu_init_classes(void)
{
	unsigned int k, cpu;

	for (k = 0; k < PCPU_CLASSES; k++) {
		INIT_LIST_HEAD(&pcpu_partial_pages[k]);
		class_reciprocal[k] = ((1u << 20) + pcpu_class_size[k] - 1) / pcpu_class_size[k];
		for_each_possible_cpu(cpu)
			((struct pcpu_stack *)per_cpu_ptr(&pcpu_cpu, cpu)->stack[k])->limit =
				fault_injecting || kmemleak_enabled()
					? 0
					: PCPU_STACK_SLOTS * sizeof(void *);
	}
	k = 0;
	for (unsigned int i = 0; i <= PCPU_SMALL_MAX / 8; i++) {
		k += i * 8 > pcpu_class_size[k];
		class_of[i] = (u8)k;
	}
}

/* ---- from a pointer to its object --------------------------------------------- */

static __always_inline unsigned int object_at(unsigned long offset, unsigned int class)
{
	return (unsigned int)(offset * class_reciprocal[class] >> 20);
}

/* Sets or clears the live bit; returns what it was. */
static __always_inline bool set_live(struct pcpu_page *page, unsigned int obj)
{
	return test_and_set_bitmap(page->live, obj);
}

static __always_inline bool clear_live(struct pcpu_page *page, unsigned int obj)
{
	return test_and_clear_bitmap(page->live, obj);
}

/* ---- objects of a page, under pcpu_lock ------------------------------------------------ */

static void put_object(struct pcpu_page *page, unsigned int obj)
{
	page->free[obj / 64] |= 1ULL << (obj % 64);
	if (!page->nfree++)
		list_add(&page->partial, &pcpu_partial_pages[page->use]);
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

/* Makes a page with memory into one of objects of @class, all free. */
static void page_to_class(struct pcpu_page *page, unsigned int class)
{
	unsigned int n = pcpu_objects_a_page(class);

	page->use = (u8) class;
	for (unsigned int word = 0; word < 8; word++) {
		unsigned int here = n > word * 64 ? n - word * 64 : 0;

		page->free[word] = here >= 64 ? ~0ULL : (1ULL << here) - 1;
		page->live[word] = 0;
	}
	page->nfree = (u16)n;
	kasan_poison_percpu(pcpu_page_ptr(page), PAGE_SIZE);
	list_add(&page->partial, &pcpu_partial_pages[class]);
}

/* A page all of whose objects are free holds none any more. */
static void page_from_class(struct pcpu_page *page)
{
	list_del(&page->partial);
	page->nfree = 0;
	pcpu_set_unused(page, PCPU_FREE);
}

/* ---- allocation ------------------------------------------------------------------------ */

static __always_inline void zero_object(unsigned long ptr, size_t size)
{
	unsigned int cpu = 0;

	do
		clear_words(ptr + __per_cpu_offset[cpu], (size + 7) / 8);
	while (++cpu < nr_cpu_ids);
}

/* Refills this CPU's stack from a page of @class with free objects; one of them, or 0. */
static unsigned long refill(unsigned int class)
{
	unsigned long ptr = 0, flags;
	struct pcpu_page *page;

	spin_lock_irqsave(&pcpu_lock, flags);
	page = list_first_entry_or_null(&pcpu_partial_pages[class], struct pcpu_page, partial);
	for (unsigned int i = 0; page && page->nfree && i < PCPU_BATCH; i++) {
		unsigned int obj = take_object(page);

		if (i && !pcpu_stack_push(stack_of(class), (void *)ptr)) {
			put_object(page, obj);
			break;
		}
		ptr = pcpu_page_ptr(page) + (unsigned long)obj * pcpu_class_size[class];
	}
	spin_unlock_irqrestore(&pcpu_lock, flags);
	return ptr;
}

static unsigned long get_small_slow(unsigned int class, gfp_t gfp)
{
	unsigned long ptr, flags;
	struct pcpu_page *page;

	while (!(ptr = refill(class))) {
		page = pcpu_get_pages(1, gfp);
		if (!page)
			return 0;
		spin_lock_irqsave(&pcpu_lock, flags);
		page_to_class(page, class);
		spin_unlock_irqrestore(&pcpu_lock, flags);
	}
	return ptr;
}

/* An object that was taken becomes live, and zero. */
static __always_inline void __percpu *hand_out_of(struct pcpu_page *page, unsigned long ptr,
						  unsigned int class, size_t size)
{
	set_live(page, object_at(ptr & ~PAGE_MASK, class));
	/* Whole words are zeroed; the last may end in bytes that are not the object's. */
	kasan_unpoison_percpu(ptr, ALIGN(size, 8));
	zero_object(ptr, size);
	if (size % 8)
		kasan_poison_percpu(ptr + ALIGN_DOWN(size, 8), 8);
	kasan_unpoison_percpu(ptr, size);
	return (void __percpu *)ptr;
}

static noinline void __percpu *hand_out(unsigned long ptr, unsigned int class, size_t size)
{
	return hand_out_of(pcpu_page_of(ptr), ptr, class, size);
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
	struct pcpu_page *page = pcpu_get_pages(n, gfp);
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
	kasan_unpoison_percpu(pcpu_page_ptr(page), n * PAGE_SIZE);
	zero_object(pcpu_page_ptr(page), n * PAGE_SIZE);
	kasan_poison_percpu(pcpu_page_ptr(page) + ALIGN(size, 8), n * PAGE_SIZE - ALIGN(size, 8));
	kasan_unpoison_percpu(pcpu_page_ptr(page), size);
	return (void __percpu *)pcpu_page_ptr(page);
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
	if (fault_percpu(gfp))
		return NULL;
	if (size > PCPU_SMALL_MAX || align > PCPU_SMALL_MAX) {
		ptr = get_run(size, gfp);
	} else {
		class = class_of[(size + 7) / 8];
		while (pcpu_class_size[class] & (align - 1))
			class += 1;
		ptr = get_small(size, class, gfp);
	}
	if (ptr && kmemleak_enabled() && !kmemleak_track_percpu((unsigned long)ptr, size, gfp)) {
		free_percpu(ptr);
		ptr = NULL;
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
	struct pcpu_page *page;
	unsigned long ptr;
	unsigned int class;

	if (unlikely(size - 1 >= PCPU_SMALL_MAX) || unlikely(align - 1 >= 8) ||
	    unlikely(align & (align - 1)) || unlikely(preempt_count()))
		return alloc_any(size, align, GFP_KERNEL);
	class = class_of[(size + 7) / 8];
	ptr = (unsigned long)pcpu_stack_pop(stack_of(class));
	if (unlikely(!ptr))
		return alloc_any(size, align, GFP_KERNEL);
	page = pcpu_first_page(ptr);
	return likely(page) ? hand_out_of(page, ptr, class, size) : hand_out(ptr, class, size);
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

	if (kmemleak_enabled())
		kmemleak_untrack_percpu(ptr);
	spin_lock_irqsave(&pcpu_lock, flags);
	for (unsigned int i = 0; ptr && i <= PCPU_BATCH; i++) {
		struct pcpu_page *page = pcpu_page_of(ptr);

		put_object(page, object_at(ptr & ~PAGE_MASK, class));
		if (page->nfree == pcpu_objects_a_page(class))
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
	ok = page->use == PCPU_RUN && ptr == pcpu_page_ptr(page);
	if (ok && kmemleak_enabled())
		kmemleak_untrack_percpu(ptr);
	if (ok)
		kasan_poison_percpu(ptr, page->run * PAGE_SIZE);
	if (ok)
		pcpu_drop_run(page, page->run, 0);
	spin_unlock_irqrestore(&pcpu_lock, flags);
	if (!ok)
		report_free(ptr, page->use <= PCPU_FREE ? "freed already"
							: "in the middle of an object");
}

/* @page: the page that @ptr lies in, or NULL */
static __always_inline void free_in(struct pcpu_page *page, unsigned long ptr)
{
	unsigned long offset = ptr & ~PAGE_MASK;
	unsigned int class, obj;

	if (unlikely(!page) || unlikely(page->use >= PCPU_CLASSES)) {
		free_other(page, ptr);
		return;
	}
	class = page->use;
	obj = object_at(offset, class);
	if (unlikely(obj * pcpu_class_size[class] != offset)) {
		report_free(ptr, "in the middle of an object");
		return;
	}
	if (unlikely(!clear_live(page, obj))) {
		report_free(ptr, "not live; freed already?");
		return;
	}
	kasan_poison_percpu(ptr, pcpu_class_size[class]);
	if (unlikely(!pcpu_stack_push(stack_of(class), (void *)ptr)))
		flush_stack(class, ptr);
}

static noinline void free_anywhere(unsigned long ptr)
{
	free_in(pcpu_page_of(ptr), ptr);
}

void free_percpu(void __percpu *pcpu_ptr)
{
	unsigned long ptr = (unsigned long)pcpu_ptr;
	struct pcpu_page *page;

	if (!ptr)
		return;
	page = pcpu_first_page(ptr);
	if (likely(page))
		free_in(page, ptr);
	else
		free_anywhere(ptr);
}

/* ---- giving back ----------------------------------------------------------------------- */

static bool cpu_has_objects(int cpu, void *info __unused)
{
	struct pcpu_cpu *stacks = per_cpu_ptr(&pcpu_cpu, cpu);

	for (unsigned int k = 0; k < PCPU_CLASSES; k++) {
		if (data_race(((struct pcpu_stack *)stacks->stack[k])->used))
			return true;
	}
	return false;
}

static void drain_stacks(void *info __unused)
{
	for (unsigned int k = 0; k < PCPU_CLASSES; k++) {
		void *ptr;

		while ((ptr = pcpu_stack_pop(stack_of(k))))
			flush_stack(k, (unsigned long)ptr);
	}
}

void pcpu_drain(void)
{
	drain_each_cpu(cpu_has_objects, drain_stacks, NULL);
	pcpu_drain_chunks();
}
