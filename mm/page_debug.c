/* SPDX-License-Identifier: MIT */
/*
 * What can be known of a page besides its state, for those who look for a mistake.
 *
 *   page_owner=on     the stacks of who allocated it last and who freed it last; each
 *		       report of a misused page shows them
 *   page_poison=1     free pages are filled with a pattern, which is compared when they
 *		       are handed out again: who wrote to a free page is found then
 *   debug_pagealloc=on  free pages are not mapped: whoever touches one, by reading too,
 *		       is found at once.  The direct map has pages of 4 KiB then.
 *
 * A record of 64 bytes for each page of RAM is taken from boot memory, one array a
 * range of memory; a 64th of memory, and nothing without these parameters.  While
 * they are on the per-CPU lists are off, so that every page comes this way:
 *
 *     prepare()       handed out --> page_debug_alloc()   mapped, compared
 *     prepare_free()  given back --> page_debug_free()	   filled, unmapped
 *
 * Return addresses lie in the image, so their lower halves are enough.
 *
 * What debug_pagealloc=on promises: once a function that frees pages has returned, no
 * CPU reaches them through the direct map until they are allocated again.  The flush
 * waits for the other CPUs, as that of vfree() does, and serves them meanwhile, so
 * that pages may be freed with locks held, with interrupts off, and by interrupts.
 * Pages of ZONE_HIGHMEM have no address to be taken away.
 *
 * Pages that nobody has had yet are neither filled nor unmapped: start-up would take
 * long, and their sections have no descriptors until they are needed.
 *
 * Invariant: a record says unmapped  <=>  the page's entry in the direct map is not
 * present; such a page is free.
 *
 * Locking: none; a page's record is written by who has the page.  Contexts: any.
 */
#include <linux/highmem.h>
#include <linux/hexdump.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/memblock.h>
#include <linux/mm.h>
#include <linux/poison.h>
#include <linux/printk.h>
#include <linux/sched.h>
#include <linux/stacktrace.h>
#include <linux/string.h>
#include <cairn/init.h>
#include <asm/pgtable.h>
#include <asm/sections.h>
#include <asm/tlbflush.h>
#include "page_debug.h"

#define FRAMES	   7
#define MAX_RANGES 64

#define UPPER_HALF 0xffffffff00000000UL

struct page_record {
	u32 alloc[FRAMES];
	u32 freed[FRAMES];
	pid_t pid;
	u16 cpu;
	u8 order;
	u8 filled : 1;
	u8 unmapped : 1;
};

_Static_assert(sizeof(struct page_record) == 64, "a 64th of memory");

/* The records of the frames from @first. */
struct record_range {
	unsigned long first;
	unsigned long nr;
	struct page_record *record;
};

bool page_debugging;

static bool want_owner, want_poison, want_unmap;
static struct record_range ranges[MAX_RANGES];
static unsigned int nr_ranges;

static int set_page_owner(const char *value)
{
	return kstrtobool(value, &want_owner);
}
BOOT_PARAM("page_owner", set_page_owner, "on: remember who allocated and who freed each page");

static int set_page_poison(const char *value)
{
	return kstrtobool(value, &want_poison);
}
BOOT_PARAM("page_poison", set_page_poison, "1: fill free pages, and compare when they are taken");

static int set_debug_pagealloc(const char *value)
{
	return kstrtobool(value, &want_unmap);
}
BOOT_PARAM("debug_pagealloc", set_debug_pagealloc, "on: whoever touches a free page faults");

bool debug_pagealloc_enabled(void)
{
	return want_unmap;
}

bool page_debug_poisons(void)
{
	return page_debugging && want_poison;
}

bool page_debug_tracks(void)
{
	return page_debugging && want_owner;
}

static bool __init add_range(phys_addr_t start, phys_addr_t end)
{
	struct record_range *r = &ranges[nr_ranges];

	if (nr_ranges == MAX_RANGES)
		return false;
	r->first = PFN_DOWN(start);
	r->nr = PFN_UP(end) - r->first;
	r->record = memblock_alloc(r->nr * sizeof(*r->record), PAGE_SIZE);
	nr_ranges += !!r->record;
	return r->record;
}

void __init page_debug_init(void)
{
	phys_addr_t start, end;
	u64 i;

	if (!want_owner && !want_poison && !want_unmap)
		return;
	for_each_mem_range(i, &start, &end) {
		if (!add_range(start, end))
			pr_warn("page_debug: no records for %pa to %pa\n", &start, &end);
	}
	page_debugging = true;
}

static struct page_record *record_of(unsigned long pfn)
{
	for (unsigned int i = 0; i < nr_ranges; i++)
		if (pfn - ranges[i].first < ranges[i].nr)
			return &ranges[i].record[pfn - ranges[i].first];
	return NULL;
}

/* ---- Poison ---------------------------------------------------------------------------------- */

static void fill(struct page *page)
{
	void *va = kmap_local_page(page);

	memset(va, PAGE_POISON, PAGE_SIZE);
	kunmap_local(va);
}

static __cold void report_corruption(struct page *page, const u8 *first, const u8 *bytes)
{
	const u8 *last = bytes + PAGE_SIZE - 1;

	while (*last == PAGE_POISON)
		last--;
	if (first == last && is_power_of_2(*first ^ PAGE_POISON))
		pr_err("pagealloc: single bit error\n");
	else
		pr_err("pagealloc: memory corruption\n");
	print_hex_dump(KERN_ERR, "", DUMP_PREFIX_ADDRESS, 16, 1, first,
		       min_t(size_t, (size_t)(last - first) + 1, 64), true);
	dump_page(page, "pagealloc: corrupted page details");
	dump_stack();
}

static void compare(struct page *page)
{
	u8 *va = kmap_local_page(page);
	const u8 *wrong = memchr_inv(va, PAGE_POISON, PAGE_SIZE);

	if (wrong)
		report_corruption(page, wrong, va);
	kunmap_local(va);
}

/* ---- The direct map -------------------------------------------------------------------------- */

/* Maps a page again; there is nothing to flush, for no TLB remembers what was not there. */
static void map_page(struct page *page, struct page_record *r)
{
	if (r->unmapped)
		direct_map_set_valid((unsigned long)page_to_virt(page), 1, true);
	r->unmapped = false;
}

static void unmap_page(struct page *page, struct page_record *r)
{
	direct_map_set_valid((unsigned long)page_to_virt(page), 1, false);
	r->unmapped = true;
}

/* ---- Both ways ------------------------------------------------------------------------------- */

/* The callers, without the two functions of this file and the one that called it. */
static noinline void save_stack(u32 *frames)
{
	unsigned long full[FRAMES] = {0};

	stack_trace_save(full, FRAMES, 3);
	for (unsigned int i = 0; i < FRAMES; i++)
		frames[i] = (u32)full[i];
}

static void note_alloc(struct page *page, struct page_record *r, const u32 *stack,
		       unsigned int order)
{
	map_page(page, r);
	if (r->filled)
		compare(page);
	r->filled = false;
	memcpy(r->alloc, stack, sizeof(r->alloc));
	r->pid = current->pid;
	r->cpu = (u16)raw_smp_processor_id();
	r->order = (u8)order;
}

static bool unmaps(const struct page *page)
{
	return want_unmap && !PageHighMem(page);
}

static void note_free(struct page *page, struct page_record *r, const u32 *stack)
{
	memcpy(r->freed, stack, sizeof(r->freed));
	if (want_poison)
		fill(page);
	r->filled = want_poison;
	if (unmaps(page))
		unmap_page(page, r);
}

noinline void page_debug_alloc(struct page *page, unsigned int order)
{
	unsigned long pfn = page_to_pfn(page);
	u32 stack[FRAMES] = {0};

	if (want_owner)
		save_stack(stack);
	for (unsigned long i = 0; i < 1UL << order; i++) {
		struct page_record *r = record_of(pfn + i);

		if (r)
			note_alloc(page + i, r, stack, order);
	}
}

noinline void page_debug_free(struct page *page, unsigned int order)
{
	unsigned long pfn = page_to_pfn(page), va = (unsigned long)page_to_virt(page);
	u32 stack[FRAMES] = {0};

	if (want_owner)
		save_stack(stack);
	for (unsigned long i = 0; i < 1UL << order; i++) {
		struct page_record *r = record_of(pfn + i);

		if (r)
			note_free(page + i, r, stack);
	}
	if (unmaps(page))
		flush_tlb_kernel_range(va, va + (PAGE_SIZE << order));
}

static void print_stack(const u32 *frames)
{
	unsigned long full[FRAMES];
	unsigned int n;

	for (n = 0; n < FRAMES && frames[n]; n++)
		full[n] = ((unsigned long)_stext & UPPER_HALF) | frames[n];
	stack_trace_print(full, n, 1);
}

void page_debug_print(const struct page *page)
{
	const struct page_record *r = record_of(page_to_pfn(page));

	if (!want_owner || !r)
		return;
	if (!r->alloc[0]) {
		pr_err("page_owner: nobody has allocated this page\n");
		return;
	}
	pr_err("page last allocated via order %u, pid %d, cpu %u\n", r->order, r->pid, r->cpu);
	print_stack(r->alloc);
	if (!r->freed[0]) {
		pr_err("page_owner: it was never freed\n");
		return;
	}
	pr_err("page last free stack trace:\n");
	print_stack(r->freed);
}
