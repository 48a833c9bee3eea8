/* SPDX-License-Identifier: MIT */
/*
 * Scenario: entries and tables of the vmalloc range are pinned and let go of one
 * by one, at addresses nobody uses, and the count of table pages must follow
 * exactly, also where a large page leaves no room for a table.
 */
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/vmalloc.h>
#include <cairn/test.h>
#include <asm/tlbflush.h>
#include "../mm/page_table.h"

/* A corner of the vmalloc range far from where the arena begins, a pgd entry of its own. */
#define CORNER (VMALLOC_START + 40 * PGDIR_SIZE)

static unsigned long tables(void)
{
	return vm_stat(NR_PAGETABLE_PAGES);
}

static void let_go(struct pt_gather *gather)
{
	flush_tlb_all();
	pt_gather_free(gather);
}

KTEST(page_table, pins_make_and_free_tables)
{
	struct pt_gather gather = {0};
	unsigned long before = tables();
	pte_t *a, *b, *c;
	pmd_t *large;

	a = pt_pin_leaf(CORNER);
	EXPECT_EQ(tables(), before + 3); /* pud, pmd, leaf */
	b = pt_pin_leaf(CORNER + 7 * PAGE_SIZE);
	EXPECT_EQ(tables(), before + 3);
	EXPECT(a && b == a + 7);
	c = pt_pin_leaf(CORNER + PMD_SIZE);
	EXPECT_EQ(tables(), before + 4);
	large = pt_pin_pmd(CORNER + PUD_SIZE);
	EXPECT(c && large);
	EXPECT_EQ(tables(), before + 5); /* another pmd table */

	pt_unpin_leaf(CORNER, &gather);
	EXPECT_EQ(gather.first, 0);
	pt_unpin_leaf(CORNER + 7 * PAGE_SIZE, &gather);
	EXPECT(gather.first);
	EXPECT(!pmd_present(*pt_pmd(CORNER)));
	let_go(&gather);
	EXPECT_EQ(tables(), before + 4);
	pt_unpin_leaf(CORNER + PMD_SIZE, &gather);
	let_go(&gather);
	EXPECT_EQ(tables(), before + 2);
	EXPECT(!pt_pmd(CORNER));
	pt_unpin_pmd(CORNER + PUD_SIZE, &gather);
	let_go(&gather);
	EXPECT_EQ(tables(), before);
	EXPECT(!pgd_present(*pgd_offset_k(CORNER)));
}

KTEST(page_table, entries_count_up)
{
	struct pt_gather gather = {0};
	pte_t *pte = pt_pin_leaf(CORNER);

	ASSERT(pte);
	for (unsigned int n = 0; n < 40; n++) {
		set_ptes(pte, 0x5000, n);
		for (unsigned int i = 0; i < n; i++)
			EXPECT_EQ(pte_val(pte[i]), 0x5000 + i * PAGE_SIZE);
		EXPECT_EQ(pte_val(pte[n]), 0);
		clear_ptes(pte, n);
		for (unsigned int i = 0; i < n; i++)
			EXPECT_EQ(pte_val(pte[i]), 0);
	}
	pt_unpin_leaf(CORNER, &gather);
	let_go(&gather);
}

/* Where a large page is mapped there is no leaf table to pin, and none is left behind. */
KTEST(page_table, a_large_page_has_no_leaf)
{
	struct pt_gather gather = {0};
	unsigned long before = tables();
	pmd_t *pmd = pt_pin_pmd(CORNER);

	ASSERT(pmd);
	set_pmd(pmd, pfn_pmd(0, PAGE_KERNEL_RO));
	EXPECT(!pt_pin_leaf(CORNER + PAGE_SIZE));
	EXPECT_EQ(tables(), before + 2);
	pmd_clear(pmd);
	pt_unpin_pmd(CORNER, &gather);
	let_go(&gather);
	EXPECT_EQ(tables(), before);
}
