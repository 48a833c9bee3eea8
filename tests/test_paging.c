/* SPDX-License-Identifier: MIT */
/*
 * Scenario: the machine is up; its page tables are read, entry by entry, as the
 * CPU would, and held against what was promised: nothing is mapped writable and
 * executable, nothing below the kernel's half is mapped at all, guard pages are
 * holes, the direct map covers RAM to the page and nothing else.
 */
#include <linux/kernel.h>
#include <linux/mm.h>
#include <cairn/memory_map.h>
#include <cairn/test.h>
#include <asm/pgtable.h>
#include <asm/processor.h>
#include <asm/sections.h>
#include <asm/stack.h>
#include "../mm/zone.h"

/* What an audit of all tables counts. */
struct audit {
	unsigned long leaves;
	unsigned long writable_executable;
	unsigned long first_bad; /* address of the first of them */
	unsigned long user;
	unsigned long unsupported; /* bits that this CPU has not */
};

/* The protection that the entry of a page of 2^@shift bytes has, as a 4 KiB entry spells it. */
static u64 protection_of(u64 entry, unsigned int shift)
{
	return pgprot_val(shift == PAGE_SHIFT ? pte_pgprot(__pte(entry))
					      : pmd_pgprot(__pmd(entry)));
}

static void audit_leaf(struct audit *a, u64 entry, unsigned long va, unsigned int shift)
{
	a->leaves++;
	if (entry & _PAGE_USER)
		a->user++;
	if (protection_of(entry, shift) & ~supported_pte_mask)
		a->unsupported++;
	if (!(entry & _PAGE_RW) || (entry & _PAGE_NX))
		return;
	if (!a->writable_executable++)
		a->first_bad = va;
}

/* Walks the table at @table; an entry of it covers 2^@shift bytes, the first @va. */
static void audit_table(struct audit *a, const u64 *table, unsigned long va, unsigned int shift)
{
	unsigned int i;

	for (i = 0; i < PTRS_PER_TABLE; i++, va += 1UL << shift) {
		if (!(table[i] & _PAGE_PRESENT))
			continue;
		if (shift == PAGE_SHIFT || (shift < PGD_SHIFT && (table[i] & _PAGE_PSE)))
			audit_leaf(a, table[i], va, shift);
		else
			audit_table(a, __va(table[i] & PTE_PFN_MASK), va, shift - 9);
	}
}

KTEST(paging, nothing_writable_and_executable)
{
	struct audit a = {.leaves = 0};
	unsigned int i;

	for (i = PTRS_PER_PGD / 2; i < PTRS_PER_PGD; i++) {
		u64 e = pgd_val(swapper_pg_dir[i]);

		if (e & _PAGE_PRESENT)
			audit_table(&a, __va(e & PTE_PFN_MASK),
				    0xffff000000000000 | (unsigned long)i << PGD_SHIFT, PUD_SHIFT);
	}
	EXPECT(a.leaves > 100);
	EXPECT_EQ(a.user, 0);
	EXPECT_EQ(a.unsupported, 0);
	if (!cpu_has(NX)) {
		ktest_skip("this CPU has no NX");
		return;
	}
	EXPECT_EQ(a.writable_executable, 0);
	EXPECT_EQ(a.first_bad, 0);
}

KTEST(paging, no_user_half)
{
	struct page_walk w;
	unsigned int i;

	for (i = 0; i < PTRS_PER_PGD / 2; i++)
		EXPECT_EQ(pgd_val(swapper_pg_dir[i]), 0);
	EXPECT(!page_walk(0, &w));
	EXPECT(!page_walk(0x100000, &w));
}

KTEST(paging, loaded_and_protected)
{
	EXPECT_EQ(read_cr3() & PAGE_MASK, __pa(swapper_pg_dir));
	EXPECT(read_cr0() & X86_CR0_WP);
	EXPECT_EQ(!!(read_cr4() & X86_CR4_PGE), cpu_has(PGE));
	EXPECT_EQ(!!(read_cr4() & X86_CR4_SMEP), cpu_has(SMEP));
	EXPECT_EQ(!!(read_cr4() & X86_CR4_SMAP), cpu_has(SMAP));
	if (cpu_has(NX))
		EXPECT(rdmsr(MSR_EFER) & EFER_NX);
}

/* Every page of [start, end) is mapped to itself, writable or not, executable or not. */
static void expect_image_part(const char *start, const char *end, bool write, bool exec)
{
	unsigned long va;
	struct page_walk w;

	for (va = (unsigned long)start; va < (unsigned long)end; va += PAGE_SIZE) {
		u64 leaf;

		ASSERT(page_walk(va, &w));
		leaf = w.entry[w.levels - 1];
		ASSERT_EQ(w.phys, va - KERNEL_BASE);
		ASSERT_EQ(!!(leaf & _PAGE_RW), write);
		if (cpu_has(NX))
			ASSERT_EQ(!(leaf & _PAGE_NX), exec);
	}
}

KTEST(paging, image)
{
	struct page_walk w;
	unsigned long va;

	expect_image_part(_stext, _etext, false, true);
	expect_image_part(__start_rodata, __end_rodata, false, false);
	expect_image_part(_sdata, _edata, true, false);
	expect_image_part(__symbols_start, __symbols_end, false, false);
	for (va = (unsigned long)_stext; va < (unsigned long)__end_rodata; va += PAGE_SIZE) {
		ASSERT(page_walk((unsigned long)__va(va - KERNEL_BASE), &w));
		ASSERT(!(w.entry[w.levels - 1] & _PAGE_RW));
	}
}

KTEST(paging, guard_pages)
{
	struct page_walk w;
	unsigned int i;

	for (i = 0; i < NR_BOOT_STACKS; i++) {
		EXPECT(!page_walk((unsigned long)boot_stacks[i].guard, &w));
		EXPECT(!page_walk((unsigned long)boot_stacks[i].guard + PAGE_SIZE - 1, &w));
		EXPECT(page_walk((unsigned long)boot_stacks[i].stack, &w));
		EXPECT(page_walk(boot_stack_end(i) - 1, &w));
	}
}

/* Is the direct map's page for @phys there if it should be, and not otherwise? */
static void expect_direct(phys_addr_t phys, bool mapped)
{
	struct page_walk w;

	if (debug_pagealloc_enabled() && page_is_free(PHYS_PFN(phys)))
		return;
	ASSERT_EQ(page_walk((unsigned long)__va(phys), &w), mapped);
	if (mapped)
		EXPECT_EQ(w.phys, phys);
}

KTEST(paging, direct_map_is_exact)
{
	unsigned int i;

	for (i = 0; i < nr_memory_map; i++) {
		bool ram = mem_type_is_ram(memory_map[i].type);
		phys_addr_t first = memory_map[i].start, last = memory_map[i].end - PAGE_SIZE;

		if (first >= DIRECT_MAP_SIZE)
			continue;
		expect_direct(first, ram && PHYS_PFN(first) < highmem_start_pfn);
		expect_direct(last, ram && PHYS_PFN(last) < highmem_start_pfn);
	}
}

KTEST(paging, direct_map_uses_large_pages)
{
	struct page_walk w;
	unsigned int i;

	if (debug_pagealloc_enabled()) {
		ktest_skip("debug_pagealloc=on wants small ones");
		return;
	}
	for (i = 0; i < nr_memory_map; i++) {
		u64 first = (memory_map[i].start + PUD_SIZE - 1) & PUD_MASK;

		if (memory_map[i].type != MEM_USABLE || first + PUD_SIZE > memory_map[i].end)
			continue;
		ASSERT(page_walk((unsigned long)__va(first), &w));
		EXPECT_EQ(w.shift, cpu_has(GBPAGES) ? PUD_SHIFT : PMD_SHIFT);
		return;
	}
	ktest_skip("no aligned GiB of usable memory");
}

KTEST(paging, walk_of_bad_addresses)
{
	struct page_walk w;

	EXPECT(!page_walk(0x0000800000000000, &w));
	EXPECT_EQ(w.levels, 0);
	EXPECT(!page_walk(0xdeadbeefdeadbeef, &w));
	EXPECT(!page_walk(PAGE_OFFSET + DIRECT_MAP_SIZE - 1, &w));
	EXPECT(!page_walk(~0UL, &w));
}

/*
 * What a type of @cache becomes: itself, or on a CPU without a page attribute table the next
 * stricter one of the four that PCD and PWT stand for there, with the PAT bit 0.
 */
static u64 offered(u64 cache)
{
	if (cpu_has(PAT))
		return cache;
	return cache == _PAGE_CACHE_WC	 ? _PAGE_CACHE_UC_MINUS
	       : cache == _PAGE_CACHE_WP ? _PAGE_CACHE_WT
					 : cache;
}

/* The cache type survives the different places of the PAT bit in pages and leaves. */
KTEST(paging, cache_types)
{
	static const u64 types[] = {_PAGE_CACHE_WB, _PAGE_CACHE_WC, _PAGE_CACHE_UC_MINUS,
				    _PAGE_CACHE_UC, _PAGE_CACHE_WP, _PAGE_CACHE_WT};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(types); i++) {
		pgprot_t prot = pgprot_supported(pgprot_with_cache(PAGE_KERNEL, types[i]));

		EXPECT_EQ(pgprot_val(prot) & _PAGE_CACHE_MASK, offered(types[i]));
		EXPECT_EQ(pgprot_val(pte_pgprot(pfn_pte(0x200, prot))), pgprot_val(prot));
		EXPECT_EQ(pgprot_val(pmd_pgprot(pfn_pmd(0x200, prot))), pgprot_val(prot));
		EXPECT_EQ(pgprot_val(pud_pgprot(pfn_pud(0x40000, prot))), pgprot_val(prot));
		EXPECT_EQ(pmd_pfn(pfn_pmd(0x200, prot)), 0x200);
		EXPECT_EQ(pud_pfn(pfn_pud(0x40000, prot)), 0x40000);
		EXPECT(pmd_leaf(pfn_pmd(0x200, prot)));
	}
	if (cpu_has(PAT))
		EXPECT_EQ(rdmsr(MSR_PAT), 0x0001050600070406);
}

KTEST(paging, early_ioremap_refuses)
{
	EXPECT(!early_ioremap(0xfee00000, 0, PAGE_KERNEL_NOCACHE));
	EXPECT(!early_ioremap(0xfee00000, EARLY_IO_SIZE + 1, PAGE_KERNEL_NOCACHE));
	EXPECT(!early_ioremap(0xfee00fff, ~0UL, PAGE_KERNEL_NOCACHE));
}
