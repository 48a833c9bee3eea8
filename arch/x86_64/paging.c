/* SPDX-License-Identifier: MIT */
/*
 * The kernel's own page tables.
 *
 * paging_init() replaces the boot tables, in which everything is writable and
 * executable, by these, which have no identity map:
 *
 *   direct map    each RAM-like range of the memory map, to the page; no-execute,
 *                 with the largest pages the CPU has, or with debug_pagealloc=on
 *                 those of 4 KiB; where it is an alias of the image's code or
 *                 constants, read-only
 *   image         text and init text read-execute, rodata and symbols read-only,
 *                 the rest read-write, no-execute; guard pages below the stacks
 *                 are not mapped
 *   early I/O     filled by early_ioremap(), for good
 *
 * So no page is both writable and executable through any of its addresses, once
 * the CPU has NX.  vmalloc and the page descriptors add their ranges later with
 * the helpers of <asm/pgtable.h>.
 *
 * All entries of one table are filled in a run, so that a machine's start costs
 * a few instructions for each entry: one for 1 GiB of RAM where the CPU can do
 * that, one for 2 MiB elsewhere.
 *
 * Context: start-up, one CPU, boot page tables that map 4 GiB of physical memory;
 * tables therefore come from below that until the new ones are loaded.
 */
#include <linux/bug.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/memblock.h>
#include <linux/mm.h>
#include <cairn/highmem.h>
#include <cairn/memory_map.h>
#include <asm/pgtable.h>
#include <asm/processor.h>
#include <asm/sections.h>
#include <asm/stack.h>
#include <asm/tlbflush.h>

#define BOOT_MAP_END 0x100000000ULL

pgd_t swapper_pg_dir[PTRS_PER_PGD] __aligned(PAGE_SIZE) __section(".bss..page_aligned");

static unsigned long early_io_next = EARLY_IO_START;

/* struct map_run - a stretch of addresses still to be mapped; filling moves it on */
struct map_run {
	unsigned long va;
	unsigned long end;
	phys_addr_t phys;
	pgprot_t prot;
	unsigned int max_shift; /* largest page to use */
};

static void run_advance(struct map_run *run, unsigned long size)
{
	run->va += size;
	run->phys += size;
}

/* Can the next page of @run have 2^@shift bytes? */
static bool run_fits(const struct map_run *run, unsigned int shift)
{
	unsigned long size = 1UL << shift;

	return shift <= run->max_shift && ((run->va | run->phys) & (size - 1)) == 0 &&
	       run->end - run->va >= size;
}

/* Each of these fills entries until the run or the table that holds them ends. */
static void fill_ptes(pmd_t *pmd, struct map_run *run)
{
	pte_t *pte = pte_offset_kernel(pmd, run->va);
	unsigned long n =
		min((run->end - run->va) >> PAGE_SHIFT, PTRS_PER_PTE - PTE_INDEX(run->va));
	pte_t entry = pfn_pte(PHYS_PFN(run->phys), run->prot);
	unsigned long i;

	for (i = 0; i < n; i++, entry.pte += PAGE_SIZE)
		set_pte(&pte[i], entry);
	run_advance(run, n << PAGE_SHIFT);
}

static void fill_pmd_leaves(pmd_t *pmd, struct map_run *run)
{
	unsigned long n = min((run->end - run->va) >> PMD_SHIFT, PTRS_PER_PMD - PMD_INDEX(run->va));
	pmd_t entry = pfn_pmd(PHYS_PFN(run->phys), run->prot);
	unsigned long i;

	for (i = 0; i < n; i++, entry.pmd += PMD_SIZE)
		set_pmd(&pmd[i], entry);
	run_advance(run, n << PMD_SHIFT);
}

static void *table_or_panic(void)
{
	void *table = pt_page_alloc();

	if (!table)
		panic("out of memory for page tables (%lu so far)", pt_pages_boot());
	return table;
}

static void fill_pmds(pud_t *pud, struct map_run *run)
{
	unsigned long end = pud_addr_end(run->va, run->end);
	pmd_t *pmd;

	while (run->va < end) {
		pmd = pmd_offset(pud, run->va);
		if (run_fits(run, PMD_SHIFT)) {
			fill_pmd_leaves(pmd, run);
			continue;
		}
		if (pmd_none(*pmd))
			pmd_populate(pmd, table_or_panic());
		fill_ptes(pmd, run);
	}
}

static void fill_puds(pgd_t *pgd, struct map_run *run)
{
	unsigned long end = pgd_addr_end(run->va, run->end);
	pud_t *pud;

	while (run->va < end) {
		pud = pud_offset(pgd, run->va);
		if (run_fits(run, PUD_SHIFT)) {
			set_pud(pud, pfn_pud(PHYS_PFN(run->phys), run->prot));
			run_advance(run, PUD_SIZE);
			continue;
		}
		if (pud_none(*pud))
			pud_populate(pud, table_or_panic());
		fill_pmds(pud, run);
	}
}

static void map_run(struct map_run run)
{
	pgd_t *pgd;

	while (run.va < run.end) {
		pgd = pgd_offset_k(run.va);
		if (pgd_none(*pgd))
			pgd_populate(pgd, table_or_panic());
		fill_puds(pgd, &run);
	}
}

/* The largest pages of the direct map. */
static unsigned int __init direct_map_shift(void)
{
	if (debug_pagealloc_enabled())
		return PAGE_SHIFT;
	return cpu_has(GBPAGES) ? PUD_SHIFT : PMD_SHIFT;
}

static void __init map_direct(phys_addr_t start, phys_addr_t end, pgprot_t prot)
{
	if (start >= end)
		return;
	map_run((struct map_run){
		.va = PAGE_OFFSET + start,
		.end = PAGE_OFFSET + end,
		.phys = start,
		.prot = prot,
		.max_shift = direct_map_shift(),
	});
}

/* What of the image must not be written through the direct map, by address. */
static const struct {
	const char *start, *end;
} image_constant[] = {
	{_stext, __end_rodata},
	{__init_text_start, __init_text_end},
	{__symbols_start, __symbols_end},
};

static void __init map_direct_range(phys_addr_t start, phys_addr_t end)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(image_constant); i++) {
		phys_addr_t from = clamp((phys_addr_t)__pa(image_constant[i].start), start, end);
		phys_addr_t to = clamp((phys_addr_t)__pa(image_constant[i].end), start, end);

		map_direct(start, from, PAGE_KERNEL);
		map_direct(from, to, PAGE_KERNEL_RO);
		start = max(start, to);
	}
	map_direct(start, end, PAGE_KERNEL);
}

/* Where the part of a range that has an address ends; 0 for none of it: mm/highmem.c */
static phys_addr_t __init mapped_end(const struct mem_range *range)
{
	if (range->type != MEM_USABLE || range->end <= lowmem_end())
		return range->end;
	return range->start < lowmem_end() ? lowmem_end() : 0;
}

/* Adjacent RAM-like ranges are mapped as one, so that their seams need no small pages. */
static void __init map_all_ram(void)
{
	unsigned int i = 0;

	while (i < nr_memory_map) {
		phys_addr_t start = memory_map[i].start;
		phys_addr_t end = start;

		for (; i < nr_memory_map && memory_map[i].start == end; i++) {
			if (!mem_type_is_ram(memory_map[i].type) || !mapped_end(&memory_map[i]))
				break;
			end = mapped_end(&memory_map[i]);
		}
		if (start == end)
			i++;
		else
			map_direct_range(start, min(end, (phys_addr_t)DIRECT_MAP_SIZE));
	}
}

static void __init map_image_part(const char *start, const char *end, pgprot_t prot)
{
	map_run((struct map_run){
		.va = (unsigned long)start,
		.end = (unsigned long)end,
		.phys = __pa(start),
		.prot = prot,
		.max_shift = PAGE_SHIFT,
	});
}

static pte_t *image_pte(unsigned long va)
{
	pud_t *pud = pud_offset(pgd_offset_k(va), va);

	return pte_offset_kernel(pmd_offset(pud, va), va);
}

static void __init map_image(void)
{
	unsigned int i;

	map_image_part(_stext, (char *)PAGE_ALIGN((unsigned long)_etext), PAGE_KERNEL_ROX);
	map_image_part(__start_rodata, __end_rodata, PAGE_KERNEL_RO);
	map_image_part(_sdata, __init_begin, PAGE_KERNEL);
	map_image_part(__init_text_start, __init_text_end, PAGE_KERNEL_ROX);
	map_image_part(__init_text_end, __bss_end, PAGE_KERNEL);
	map_image_part(__symbols_start, __symbols_end, PAGE_KERNEL_RO);
	for (i = 0; i < NR_BOOT_STACKS; i++)
		pte_clear(image_pte((unsigned long)boot_stacks[i].guard));
}

void __init paging_init(void)
{
	static const char *const size_name[] = {"4 KiB", "2 MiB", "1 GiB"};

	memblock_set_current_limit(min((phys_addr_t)BOOT_MAP_END, lowmem_end()));
	map_image();
	map_all_ram();
	write_cr3(__pa(swapper_pg_dir));
	flush_tlb_all();
	memblock_set_current_limit(lowmem_end());
	pr_info("paging: direct map with %s pages, %lu KiB of tables%s\n",
		size_name[(direct_map_shift() - PAGE_SHIFT) / 9],
		pt_pages_boot() * (PAGE_SIZE / 1024),
		cpu_has(NX) ? "" : "; no NX: all of it is executable");
}

void paging_free_initmem(void)
{
	unsigned long va;

	for (va = (unsigned long)__init_begin; va < (unsigned long)__init_end; va += PAGE_SIZE)
		pte_clear(image_pte(va));
	for (va = (unsigned long)__init_text_start; va < (unsigned long)__init_text_end;
	     va += PAGE_SIZE) {
		/* Firmware may call the image's memory reserved: then it is not in the direct map. */
		if (memory_map_is_ram(__pa(va), __pa(va) + PAGE_SIZE))
			set_pte(image_pte((unsigned long)__va(__pa(va))),
				pfn_pte(PHYS_PFN(__pa(va)), PAGE_KERNEL));
	}
	flush_tlb_all();
}

void __iomem *early_ioremap(phys_addr_t phys, unsigned long size, pgprot_t prot)
{
	unsigned long offset = phys & ~PAGE_MASK;
	unsigned long length = PAGE_ALIGN(offset + size);
	unsigned long va = early_io_next;

	if (!size || length < size)
		return NULL;
	if (length >= PMD_SIZE) /* the same offset in a large page lets it have some */
		va = ((va + PMD_SIZE - 1) & PMD_MASK) + ((phys - offset) & (PMD_SIZE - 1));
	if (length > EARLY_IO_SIZE || va + length > EARLY_IO_START + EARLY_IO_SIZE)
		return NULL;
	early_io_next = va + length;
	map_run((struct map_run){
		.va = va,
		.end = va + length,
		.phys = phys - offset,
		.prot = prot,
		.max_shift = PMD_SHIFT,
	});
	return (void __iomem *)(va + offset);
}
