/* SPDX-License-Identifier: MIT */
/*
 * Where shadow memory is mapped.
 *
 *   shadow of                          is
 *   RAM in the direct map, the image   pages of its own, an eighth of RAM, from memblock
 *   the vmalloc range                  missing, until an area is first used: then pages of
 *                                      its own, for good
 *   everything else                    missing
 *
 * Shadow of the vmalloc range, and tables, come from a part of RAM that is set aside, so
 * that mapping an area takes no memory of the allocators that are being watched.  When
 * that is used up, areas at addresses never used before have one page of zeroes in common,
 * and are not watched.  Shadow is missing rather than zero before, because a TLB remembers
 * what it saw, but not what it did not see.
 *
 * Locking: shadow_lock, interrupts off, for entries of the vmalloc range's shadow and the
 * pool.  Contexts: start-up; kasan_back_shadow() any.
 */
#include <linux/align.h>
#include <linux/bug.h>
#include <linux/init.h>
#include <linux/kasan.h>
#include <linux/kernel.h>
#include <linux/memblock.h>
#include <linux/mm.h>
#include <linux/spinlock.h>
#include <cairn/highmem.h>
#include <cairn/memory_map.h>
#include <asm/kasan.h>
#include <asm/pgtable.h>
#include <asm/sections.h>
#include <asm/tlbflush.h>

/* RAM set aside for shadow of the vmalloc range: a part of it, and at least so much. */
#define POOL_SHARE 16
#define POOL_LEAST (256UL << 10)

static u8 zero_page[PAGE_SIZE] __aligned(PAGE_SIZE) __section(".bss..page_aligned");

static DEFINE_SPINLOCK(shadow_lock);
static unsigned long nr_pages;

/* ---- Memory ---------------------------------------------------------------------------- */

/* What is left of the part of RAM that was set aside. */
static struct {
	char *next, *end;
} pool;

static void __init pool_init(void)
{
	phys_addr_t size = ALIGN(memblock_phys_mem_size() / POOL_SHARE, PAGE_SIZE) + POOL_LEAST;

	pool.next = memblock_alloc_raw(size, PAGE_SIZE);
	if (!pool.next)
		panic("kasan: no memory for shadow of the vmalloc range");
	pool.end = pool.next + size;
	nr_pages += size >> PAGE_SHIFT;
}

/* A page of zeroes, or NULL. */
static void *pool_page(void)
{
	void *page = pool.next;

	if (pool.next == pool.end)
		return NULL;
	pool.next += PAGE_SIZE;
	clear_page(page);
	return page;
}

/* ---- Tables ---------------------------------------------------------------------------- */

/* The entry for a page of shadow; NULL if a large page is there, or there is no memory. */
static pmd_t *shadow_pmd(unsigned long va)
{
	pgd_t *pgd = pgd_offset_k(va);
	void *table = NULL;
	pud_t *pud;

	if (pgd_none(*pgd) && (table = pool_page()))
		pgd_populate(pgd, table);
	if (pgd_none(*pgd))
		return NULL;
	pud = pud_offset(pgd, va);
	if (pud_none(*pud) && (table = pool_page()))
		pud_populate(pud, table);
	return pud_none(*pud) ? NULL : pmd_offset(pud, va);
}

static pte_t *shadow_pte(unsigned long va)
{
	pmd_t *pmd = shadow_pmd(va);
	void *table = NULL;

	if (!pmd || (pmd_present(*pmd) && pmd_leaf(*pmd)))
		return NULL;
	if (pmd_none(*pmd) && (table = pool_page()))
		pmd_populate(pmd, table);
	return pmd_none(*pmd) ? NULL : pte_offset_kernel(pmd, va);
}

/* ---- RAM and the image ----------------------------------------------------------------- */

/* The frame of memory for shadow, zeroed. */
static unsigned long __init memory_pfn(unsigned long size)
{
	void *memory = memblock_alloc(size, size);

	if (!memory)
		panic("kasan: no memory for shadow");
	nr_pages += size >> PAGE_SHIFT;
	return virt_to_pfn(memory);
}

static void __init map_small(unsigned long va)
{
	pte_t *pte = shadow_pte(va);

	if (pte && !pte_present(ptep_get(pte)))
		set_pte(pte, pfn_pte(memory_pfn(PAGE_SIZE), PAGE_KERNEL));
}

/* True if a large page serves. */
static bool __init map_large(unsigned long va, unsigned long end)
{
	pmd_t *pmd;

	if (va & (PMD_SIZE - 1) || end - va < PMD_SIZE)
		return false;
	pmd = shadow_pmd(va);
	if (!pmd || !pmd_none(*pmd))
		return false;
	set_pmd(pmd, pfn_pmd(memory_pfn(PMD_SIZE), PAGE_KERNEL));
	return true;
}

static void __init map_shadow_of(const void *start, const void *end)
{
	unsigned long va = (unsigned long)kasan_mem_to_shadow(start) & PAGE_MASK;
	unsigned long last = PAGE_ALIGN((unsigned long)kasan_mem_to_shadow((const char *)end + 7));

	while (va < last) {
		bool large = map_large(va, last);

		if (!large)
			map_small(va);
		va += large ? PMD_SIZE : PAGE_SIZE;
	}
}

/* As paging_init() maps it. */
static phys_addr_t __init mapped_end(const struct mem_range *range)
{
	phys_addr_t end = min(range->end, (phys_addr_t)DIRECT_MAP_SIZE);

	return range->type == MEM_USABLE ? min(end, lowmem_end()) : end;
}

static void __init map_ram(void)
{
	for (unsigned int i = 0; i < nr_memory_map; i++) {
		phys_addr_t start = memory_map[i].start, end = mapped_end(&memory_map[i]);

		if (mem_type_is_ram(memory_map[i].type) && start < end)
			map_shadow_of(__va(start), __va(end));
	}
}

void __init kasan_init_shadow(void)
{
	pool_init();
	map_ram();
	map_shadow_of(_stext, _end);
	flush_tlb_all();
}

unsigned long kasan_shadow_pages(void)
{
	return nr_pages;
}

/* ---- The vmalloc range ----------------------------------------------------------------- */

bool kasan_shadow_backed(const u8 *shadow)
{
	unsigned long va = (unsigned long)shadow;
	pgd_t *pgd = pgd_offset_k(va);
	pud_t *pud = pgd_present(*pgd) ? pud_offset(pgd, va) : NULL;
	pmd_t *pmd = pud && pud_present(*pud) ? pmd_offset(pud, va) : NULL;

	return pmd && pmd_present(*pmd) && pte_write(ptep_get(pte_offset_kernel(pmd, va)));
}

/* Under shadow_lock. */
static void enter(unsigned long va)
{
	pte_t *pte = shadow_pte(va);
	void *page;

	if (!pte || pte_present(ptep_get(pte)))
		return;
	page = pool_page();
	set_pte(pte, page ? pfn_pte(virt_to_pfn(page), PAGE_KERNEL)
			  : pfn_pte(virt_to_pfn(zero_page), PAGE_KERNEL_RO));
}

void kasan_back_shadow(const void *addr, size_t size)
{
	unsigned long va = (unsigned long)kasan_mem_to_shadow(addr) & PAGE_MASK;
	unsigned long end = (unsigned long)kasan_mem_to_shadow((const char *)addr + size + 7);
	unsigned long flags;

	for (; va < end; va += PAGE_SIZE) {
		if (kasan_shadow_backed((const u8 *)va))
			continue;
		spin_lock_irqsave(&shadow_lock, flags);
		enter(va);
		spin_unlock_irqrestore(&shadow_lock, flags);
	}
}
