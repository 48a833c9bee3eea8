/* SPDX-License-Identifier: MIT */
/*
 * vmap(): pages that the caller has, side by side at addresses of the vmalloc range.
 *
 * The pages stay the caller's; with VM_MAP_PUT_PAGES they become the area's, as if
 * vmalloc() had taken them, and vfree() frees them.
 *
 * Protection: an entry is never both writable and executable.
 *
 * Contexts: vmap() may sleep.  vunmap() would work in any context, as vfree() does, but
 * Linux's does not: in interrupts it is reported.
 */
#include <linux/bug.h>
#include <linux/gfp.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/preempt.h>
#include "memmap.h"
#include "vmap.h"

static bool __cold report_vmap(const char *why)
{
	pr_err("BUG: vmap: %s\n", why);
	dump_stack();
	return false;
}

/*
 * Can vfree() free these one by one one day?  One that stands there twice cannot;
 * it has lost its mark when it is come upon again.
 */
static bool can_own_pages(struct page **pages, unsigned int count)
{
	const u32 mark = ~PFN_NONE;
	bool ok = true;

	for (unsigned int i = 0; ok && i < count; i++) {
		ok = page_valid(pages[i]) && pages[i]->state == PAGE_ALLOCATED &&
		     !pages[i]->order && !pages[i]->flags;
		if (ok)
			pages[i]->next = mark;
	}
	for (unsigned int i = 0; ok && i < count; i++) {
		ok = pages[i]->next == mark;
		pages[i]->next = PFN_NONE;
	}
	return ok || report_vmap("one of the pages cannot be freed by vfree()");
}

/*
 * Maps up to VMAP_CACHED_PAGES pages, wherever they are.  The load that finds a page
 * absent finds what is not mapped, too.  Other memory is told from descriptors at the
 * end, by all distances from the first descriptor or-ed together, since until then
 * nobody knows the area's address.
 */
static __always_inline bool map_few_pages(struct vmap_area *va, struct page **pages,
					  unsigned int count, u64 bits)
{
	unsigned long seen = 0;

	va->nr_pages = count; /* clearing what is clear already does no harm */
	for (pte_t *pte = va->pte, *end = pte + count; pte != end; pte++, pages++) {
		unsigned long offset = (unsigned long)*pages - VMEMMAP_START;

		if (unlikely(!u64_nonzero_nofault(*pages)))
			return false;
		seen |= offset;
		set_pte(pte, __pte((offset << (PAGE_SHIFT - 5)) + bits));
	}
	return likely(seen < MAX_FRAMES * sizeof(struct page) && !(seen % sizeof(struct page)));
}

/* Maps any number of pages, runs of neighbours together: 0, -EINVAL for no page, -ENOMEM. */
static int map_many_pages(struct vmap_area *va, struct page **pages, unsigned int count,
			  pgprot_t prot)
{
	for (unsigned int i = 0, run; i < count; i += run) {
		if (!page_valid(pages[i]))
			return -EINVAL;
		for (run = 1; i + run < count && pages[i + run] == pages[i] + run &&
			      page_valid(pages[i + run]);
		     run++)
			;
		if (vmap_map(va, page_to_pfn(pages[i]), run, prot))
			return -ENOMEM;
	}
	return 0;
}

/* The pages become the area's, as if vmalloc() had taken them. */
static void own_pages(struct vmap_area *va, struct page **pages, unsigned int count)
{
	for (unsigned int i = 0; i < count; i++)
		vmap_add_block(va, pages[i]);
	this_cpu_add(vmap_cpu.nr_pages, (long)count);
}

/* One of the pages is none: @va is given up. */
static noinline void *vmap_refuse(struct vmap_area *va)
{
	vmap_area_drop(va, VMAP_MAP);
	report_vmap("one of the pages is no page");
	return NULL;
}

/* The long way: many pages, pages that change owner, or no range at hand. */
static noinline void *vmap_many(struct page **pages, unsigned int count, unsigned long flags,
				pgprot_t prot, const void *caller)
{
	struct vmap_area *va;
	int err;

	might_sleep();
	if (!vmap_prot_ok("vmap", prot))
		return NULL;
	if (!count || !pages) {
		report_vmap("no pages");
		return NULL;
	}
	if (flags & VM_MAP_PUT_PAGES && !can_own_pages(pages, count))
		return NULL;
	va = vmap_area_get_any(count, GFP_KERNEL);
	if (!va)
		return NULL;
	va->blocks = PFN_NONE;
	va->nr_pages = 0;
	va->flags = VM_MAP | (unsigned int)flags;
	va->caller = caller;
	err = map_many_pages(va, pages, count, pgprot_supported(prot));
	if (err == -EINVAL)
		return vmap_refuse(va);
	if (err) {
		vmap_area_drop(va, VMAP_MAP);
		return NULL;
	}
	if (!(flags & VM_MAP_PUT_PAGES))
		return vmap_area_live(va, VMAP_MAP);
	own_pages(va, pages, count);
	return vmap_area_live(va, VMAP_ALLOC);
}

/* The short way is a few pages, into a range from this CPU's cache; it calls nothing. */
void *vmap(struct page **pages, unsigned int count, unsigned long flags, pgprot_t prot)
{
	const void *caller = __builtin_return_address(0);
	struct vmap_area *va;

	if (unlikely(count - 1 >= VMAP_CACHED_PAGES) || unlikely(!pages) ||
	    unlikely(flags & VM_MAP_PUT_PAGES) || unlikely(vmap_prot_is_wx(prot)) ||
	    unlikely(!may_sleep_here()))
		return vmap_many(pages, count, flags, prot, caller);
	va = vmap_cache_pop(vmap_class_of[count]);
	if (unlikely(!va))
		return vmap_many(pages, count, flags, prot, caller);
	va->flags = VM_MAP | (unsigned int)flags;
	va->caller = caller;
	if (unlikely(!map_few_pages(va, pages, count, pgprot_val(pgprot_supported(prot)))))
		return vmap_refuse(va);
	return vmap_area_live(va, VMAP_MAP);
}

void vunmap(const void *addr)
{
	if (unlikely(in_interrupt()))
		vmap_report_interrupt("vunmap");
	vmap_area_free("vunmap", addr, VMAP_MAP);
}
