/* SPDX-License-Identifier: MIT */
/*
 * Scenario: entries and tables of the vmalloc range are pinned and let go of one
 * by one, at addresses nobody uses, and the count of table pages must follow
 * exactly; then mappings that stay are made beside each other with both sizes of
 * page, where something is mapped already, and over the end of a table.
 */
#include <linux/errno.h>
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

/* Pins what a range of four slots needs, so that the mappings below find tables. */
static void pin_slots(bool pin, struct pt_gather *gather)
{
	for (unsigned long at = CORNER; at < CORNER + 4 * PMD_SIZE; at += PMD_SIZE) {
		bool leaf = at != CORNER + PMD_SIZE; /* the second is for a large page */

		if (pin && leaf)
			EXPECT(pt_pin_leaf(at));
		else if (pin)
			EXPECT(pt_pin_pmd(at));
		else if (leaf)
			pt_unpin_leaf(at, gather);
		else
			pt_unpin_pmd(at, gather);
	}
}

KTEST(page_table, ranges_mix_page_sizes)
{
	struct pt_gather gather = {0};
	unsigned long va = CORNER + PMD_SIZE - 2 * PAGE_SIZE, size = PMD_SIZE + 5 * PAGE_SIZE;
	phys_addr_t phys = 0x40000000 - 2 * PAGE_SIZE;
	struct page_walk walk;

	pin_slots(true, &gather);
	EXPECT_EQ(map_kernel_range(va, phys, size, PAGE_KERNEL_RO), 0);
	for (unsigned long at = 0; at < size; at += PAGE_SIZE) {
		ASSERT(page_walk(va + at + 5, &walk));
		ASSERT_EQ(walk.phys, phys + at + 5);
		ASSERT_EQ(walk.shift,
			  at < 2 * PAGE_SIZE || at >= PMD_SIZE + 2 * PAGE_SIZE ? 12 : 21);
	}
	EXPECT(!page_walk(va - 1, &walk));
	EXPECT(!page_walk(va + size, &walk));

	/* A second mapping over the end of the first changes nothing. */
	EXPECT_EQ(map_kernel_range(va - 3 * PAGE_SIZE, 0, 4 * PAGE_SIZE, PAGE_KERNEL), -EBUSY);
	EXPECT(!page_walk(va - 1, &walk));
	EXPECT_EQ(map_kernel_range(CORNER + PMD_SIZE + PAGE_SIZE, 0, PAGE_SIZE, PAGE_KERNEL),
		  -EBUSY);
	EXPECT(page_walk(va, &walk) && walk.phys == phys);

	unmap_kernel_range(va, size);
	flush_tlb_all();
	for (unsigned long at = 0; at < size; at += PAGE_SIZE)
		ASSERT(!page_walk(va + at, &walk));
	pin_slots(false, &gather);
	let_go(&gather);
}
