/* SPDX-License-Identifier: MIT */
/*
 * The page tables of the vmalloc range, which come and go.
 *
 *   pgd ---> pud table ---> pmd table ---> leaf table ---> page
 *                               '------------------------> 2 MiB page
 *
 * An area pins the leaf table of every slot (2 MiB) it lies in, or the pmd table
 * where it uses a large page, for as long as it owns the addresses, mapped or not.
 * So the hot path writes entries through a pointer it has kept, without a walk and
 * without a lock, and a table is freed exactly when no area is left that could use it.
 *
 * The count is the private word of the table's descriptor:
 *   leaf table:  areas that pin it
 *   pmd table:   leaf tables under it + areas that pin it for large pages
 *   pud table:   pmd tables under it
 * A count that falls to 0 takes the table out of the tree and gathers it; it is
 * freed after the caller's TLB flush, because until then a CPU may still walk
 * through it.  The top-level table is never freed.
 *
 * Locking: pt_lock guards the tree above leaf level, and the counts.  Leaf
 * entries, and pmd entries of large pages, are written by the area's owner
 * alone.  Tables are allocated atomically under pt_lock, so only the page
 * allocator's locks nest inside it.  Any context.
 *
 * Not done here: flushing (the caller knows how much else to flush with it),
 * 1 GiB pages, splitting large pages; mappings that stay, which the architecture
 * (paging_init()) and memmap.c make.
 */
#include <linux/mm_types.h>
#include <linux/spinlock.h>
#include <asm/tlbflush.h>
#include "memmap.h"
#include "page_table.h"
#include "section.h"

static DEFINE_SPINLOCK_RANK(pt_lock, LOCK_RANK_PAGE_TABLE);

/* The descriptor of the table that holds an entry. */
static struct page *table_page(const void *entry)
{
	return direct_map_to_page((unsigned long)entry & PAGE_MASK);
}

/* ---- walking, with tables made on the way; @made says whether one was ------------------ */

static pud_t *pud_make(unsigned long va, bool *made)
{
	pgd_t *pgd = pgd_offset_k(va);

	*made = !pgd_present(*pgd);
	if (*made) {
		pud_t *table = pt_page_alloc();

		if (!table)
			return NULL;
		pgd_populate(pgd, table);
	}
	return pud_offset(pgd, va);
}

static pmd_t *pmd_make(pud_t *pud, unsigned long va, bool *made)
{
	*made = !pud_present(*pud);
	if (*made) {
		pmd_t *table = pt_page_alloc();

		if (!table)
			return NULL;
		pud_populate(pud, table);
	}
	return pud_leaf(*pud) ? NULL : pmd_offset(pud, va);
}

static pte_t *pte_make(pmd_t *pmd, unsigned long va, bool *made)
{
	*made = !pmd_present(*pmd);
	if (*made) {
		pte_t *table = pt_page_alloc();

		if (!table)
			return NULL;
		pmd_populate(pmd, table);
	}
	return pmd_leaf(*pmd) ? NULL : pte_offset_kernel(pmd, va);
}

pmd_t *pt_pmd(unsigned long va)
{
	pgd_t *pgd = pgd_offset_k(va);
	pud_t *pud;

	if (!pgd_present(*pgd))
		return NULL;
	pud = pud_offset(pgd, va);
	return pud_present(*pud) && !pud_leaf(*pud) ? pmd_offset(pud, va) : NULL;
}

/* ---- tables, counted ------------------------------------------------------------------- */

/* The count of the table that holds an entry. */
static unsigned long *table_users(const void *entry)
{
	return &table_page(entry)->private;
}

void __init pt_share(unsigned long start, unsigned long end)
{
	for (unsigned long i = PGD_INDEX(start); i <= PGD_INDEX(end); i++) {
		if (!pgd_present(swapper_pg_dir[i]))
			continue;
		memmap_open(pfn_to_section(pgd_pfn(swapper_pg_dir[i])));
		++*table_users(pud_offset(&swapper_pg_dir[i], 0));
	}
}

static void gather_table(struct pt_gather *gather, void *table)
{
	struct page *page = table_page(table);

	page->next = gather->first;
	gather->first = (u32)page_to_pfn(page);
}

/*
 * One user less of the pmd table that @pmd lies in.  The tables that this
 * empties are gathered.
 */
static void put_pmd_table(pmd_t *pmd, unsigned long va, struct pt_gather *gather)
{
	pgd_t *pgd = pgd_offset_k(va);
	pud_t *pud = pud_offset(pgd, va);

	if (--*table_users(pmd))
		return;
	pud_clear(pud);
	gather_table(gather, pmd);
	if (--*table_users(pud))
		return;
	pgd_clear(pgd);
	gather_table(gather, pud);
}

/* The pmd entry for @va with one more user of its table. */
static pmd_t *get_pmd_table(unsigned long va, struct pt_gather *gather)
{
	bool made;
	pud_t *pud = pud_make(va, &made);
	pmd_t *pmd;

	if (!pud)
		return NULL;
	if (made)
		*table_users(pud) = 0;
	pmd = pmd_make(pud, va, &made);
	if (pmd && made) {
		*table_users(pmd) = 0;
		++*table_users(pud);
	}
	if (pmd) {
		++*table_users(pmd);
	} else if (!*table_users(pud)) {
		pgd_clear(pgd_offset_k(va));
		gather_table(gather, pud);
	}
	return pmd;
}

/* Frees tables that were hung into the tree a moment ago and not used. */
static void free_unused(struct pt_gather *gather)
{
	if (gather->first) {
		flush_tlb_all();
		pt_gather_free(gather);
	}
}

pmd_t *pt_pin_pmd(unsigned long va)
{
	struct pt_gather gather = {0};
	unsigned long flags;
	pmd_t *pmd;

	spin_lock_irqsave(&pt_lock, flags);
	pmd = get_pmd_table(va, &gather);
	spin_unlock_irqrestore(&pt_lock, flags);
	free_unused(&gather);
	return pmd;
}

pte_t *pt_pin_leaf(unsigned long va)
{
	struct pt_gather gather = {0};
	bool made = false;
	pte_t *pte = NULL;
	unsigned long flags;
	pmd_t *pmd;

	spin_lock_irqsave(&pt_lock, flags);
	pmd = get_pmd_table(va, &gather);
	if (pmd)
		pte = pte_make(pmd, va, &made);
	if (pte && made)
		*table_users(pte) = 0;
	if (pte)
		++*table_users(pte);
	if (pmd && !(pte && made))
		put_pmd_table(pmd, va, &gather); /* the leaf table is counted once only */
	spin_unlock_irqrestore(&pt_lock, flags);
	free_unused(&gather);
	return pte;
}

void pt_unpin_pmd(unsigned long va, struct pt_gather *gather)
{
	unsigned long flags;

	spin_lock_irqsave(&pt_lock, flags);
	put_pmd_table(pt_pmd(va), va, gather);
	spin_unlock_irqrestore(&pt_lock, flags);
}

void pt_unpin_leaf(unsigned long va, struct pt_gather *gather)
{
	unsigned long flags;
	pmd_t *pmd;
	pte_t *pte;

	spin_lock_irqsave(&pt_lock, flags);
	pmd = pt_pmd(va);
	pte = pte_offset_kernel(pmd, va);
	if (!--*table_users(pte)) {
		pmd_clear(pmd);
		gather_table(gather, pte);
		put_pmd_table(pmd, va, gather);
	}
	spin_unlock_irqrestore(&pt_lock, flags);
}

void pt_gather_free(struct pt_gather *gather)
{
	while (gather->first) {
		struct page *page = pfn_to_page(gather->first);

		gather->first = page->next;
		pt_page_free(page_to_virt(page));
	}
}
