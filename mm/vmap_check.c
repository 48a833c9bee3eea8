/* SPDX-License-Identifier: MIT */
/*
 * The checker of the vmalloc range: states the invariants of vmap.c as code and
 * walks everything.  Tests call it between steps.
 */
#include <linux/minmax.h>
#include <linux/spinlock.h>
#include "vmap.h"

/*
 * How many of the pages from @addr on are mapped, up to @left, by one slot of
 * the lowest table that exists for them.  @step: the pages that slot tells of.
 */
static unsigned long mapped_in_slot(unsigned long addr, unsigned long left, unsigned long *step)
{
	pmd_t *pmd = pt_pmd(addr);
	unsigned long size = pmd ? PMD_SIZE : PUD_SIZE;
	unsigned long n = 0;

	*step = min(left, (size - (addr & (size - 1))) >> PAGE_SHIFT);
	if (!pmd || !pmd_present(*pmd))
		return 0;
	if (pmd_leaf(*pmd))
		return *step;
	for (unsigned long i = 0; i < *step; i++)
		n += pte_present(ptep_get(pte_offset_kernel(pmd, addr + (i << PAGE_SHIFT))));
	return n;
}

/* How many of an area's pages [first, end) are mapped; a large page counts at once. */
static unsigned long mapped_pages(const struct vmap_area *va, unsigned long first,
				  unsigned long end)
{
	unsigned long n = 0, step;

	for (unsigned long i = first; i < end; i += step)
		n += mapped_in_slot(vmap_addr(va) + (i << PAGE_SHIFT), end - i, &step);
	return n;
}

static bool in_hash(const struct vmap_area *va)
{
	const struct vmap_area *at = *vmap_bucket(va->key);

	while (at && at != va)
		at = at->hash_next;
	return at;
}

static const char *check_area(const struct vmap_area *va, const struct vseg *seg)
{
	unsigned long pages = (seg->end - seg->start) >> PAGE_SHIFT;
	bool live = vmap_kind(va) != VMAP_CACHED && !(vmap_kind(va) & VMAP_PENDING);

	if (va->seg != seg || vmap_addr(va) != seg->start)
		return "an area and its segment disagree";
	if (!in_hash(va))
		return "an area is missing from the hash";
	if (vmap_kind(va) == VMAP_PERCPU)
		return NULL;
	if (live && va->nr_pages >= pages)
		return "an area has no guard page";
	if (va->pte && PTE_INDEX(seg->start) + pages > PTRS_PER_PTE)
		return "a small area crosses its table's boundary";
	if (live && mapped_pages(va, 0, va->nr_pages) != va->nr_pages)
		return "a live area is not mapped throughout";
	if (mapped_pages(va, live ? va->nr_pages : 0, pages))
		return "something is mapped where nothing should be";
	return NULL;
}

static const char *check_depots(void)
{
	for (unsigned int k = 0; k < VMAP_CLASSES; k++) {
		const struct vmap_depot *depot = &vmap_depot[k];
		unsigned int n = 0;

		for (const struct vmap_area *va = depot->first; va && n <= depot->nr; va = va->next)
			n++;
		if (n != depot->nr)
			return "the ranges of a depot are miscounted";
	}
	return NULL;
}

const char *vmap_check(void)
{
	const char *wrong;
	unsigned long flags;

	spin_lock_irqsave(&vmap_lock, flags);
	wrong = varena_check(&vmap_arena);
	if (!wrong)
		wrong = check_depots();
	for (const struct vseg *seg = vmap_arena.first; seg && !wrong; seg = seg->next)
		if (seg->kind == VSEG_USED)
			wrong = seg->owner ? check_area(seg->owner, seg) : "a range has no area";
	spin_unlock_irqrestore(&vmap_lock, flags);
	return wrong;
}
