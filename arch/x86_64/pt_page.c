/* SPDX-License-Identifier: MIT */
/*
 * The pages that page tables are made of: memblock's until there is a page
 * allocator, then its, flagged and counted.
 */
#include <linux/gfp.h>
#include <linux/memblock.h>
#include <linux/mm.h>
#include <asm/pgtable.h>

static bool use_buddy;
static unsigned long boot_table_pages;

static void *pt_page_alloc_boot(void)
{
	void *table = memblock_alloc(PAGE_SIZE, PAGE_SIZE);

	if (table)
		boot_table_pages++;
	return table;
}

void *pt_page_alloc(void)
{
	struct page *page;

	if (unlikely(!use_buddy))
		return pt_page_alloc_boot();
	page = alloc_page(GFP_ATOMIC | __GFP_ZERO);
	if (!page)
		return NULL;
	page->flags |= PGF_TABLE;
	mod_vm_stat(NR_PAGETABLE_PAGES, 1);
	return page_to_virt(page);
}

void pt_page_free(void *table)
{
	struct page *page = virt_to_page(table);

	page->flags &= (u8)~PGF_TABLE;
	mod_vm_stat(NR_PAGETABLE_PAGES, -1);
	__free_page(page);
}

void pt_page_use_buddy(void)
{
	use_buddy = true;
}

unsigned long pt_pages_boot(void)
{
	return boot_table_pages;
}
