/* SPDX-License-Identifier: MIT */
/*
 * Single pages of the direct map, taken away and put back by those who look for
 * mistakes: debug_pagealloc= for free pages, kfence for the pages between objects.
 *
 *   entry    frame | protection | P=1    reached
 *	      frame | protection | P=0    not reached; all else stays as it was
 *
 * An entry that is not present is in no TLB, so only taking away needs a flush, which
 * is the caller's: it knows what else to flush with it.  Intermediate entries stay as
 * they are, so walks through them need none.
 *
 * Large pages are split where the small ones are wanted: all of them by paging_init()
 * with debug_pagealloc=on, those of a range by direct_map_split(), which replaces a
 * leaf by a table that says the same.
 *
 * Locking: none; an entry is written by who owns the frame.  direct_map_split() is for
 * start-up, while nobody else changes the direct map.
 */
#include <linux/compiler.h>
#include <linux/types.h>
#include <asm/pgtable.h>
#include <asm/tlbflush.h>

/* The entry for a page of the direct map; NULL if it is part of a large page, or there is none. */
static pte_t *direct_map_pte(unsigned long va)
{
	pgd_t *pgd = pgd_offset_k(va);
	pud_t *pud;
	pmd_t *pmd;

	if (!pgd_present(*pgd))
		return NULL;
	pud = pud_offset(pgd, va);
	if (!pud_present(*pud) || pud_leaf(*pud))
		return NULL;
	pmd = pmd_offset(pud, va);
	return pmd_present(*pmd) && !pmd_leaf(*pmd) ? pte_offset_kernel(pmd, va) : NULL;
}

bool direct_map_set_valid(unsigned long va, unsigned long nr, bool valid)
{
	for (; nr--; va += PAGE_SIZE) {
		pte_t *pte = direct_map_pte(va);
		u64 e;

		if (!pte)
			return false;
		e = pte_val(ptep_get(pte));
		set_pte(pte, __pte(valid ? e | _PAGE_PRESENT : e & ~_PAGE_PRESENT));
	}
	return true;
}

static bool split_pud(pud_t *pud)
{
	pmd_t *table = pt_page_alloc();
	unsigned long pfn = pud_pfn(*pud);

	if (!table)
		return false;
	for (unsigned int i = 0; i < PTRS_PER_PMD; i++, pfn += PTRS_PER_PTE)
		set_pmd(&table[i], pfn_pmd(pfn, pud_pgprot(*pud)));
	pud_populate(pud, table);
	return true;
}

static bool split_pmd(pmd_t *pmd)
{
	pte_t *table = pt_page_alloc();
	unsigned long pfn = pmd_pfn(*pmd);

	if (!table)
		return false;
	for (unsigned int i = 0; i < PTRS_PER_PTE; i++)
		set_pte(&table[i], pfn_pte(pfn + i, pmd_pgprot(*pmd)));
	pmd_populate(pmd, table);
	return true;
}

bool direct_map_split(unsigned long va)
{
	pgd_t *pgd = pgd_offset_k(va);
	pud_t *pud = pgd_present(*pgd) ? pud_offset(pgd, va) : NULL;
	pmd_t *pmd;

	if (!pud || !pud_present(*pud) || (pud_leaf(*pud) && !split_pud(pud)))
		return false;
	pmd = pmd_offset(pud, va);
	if (!pmd_present(*pmd) || (pmd_leaf(*pmd) && !split_pmd(pmd)))
		return false;
	flush_tlb_all();
	return true;
}
