/* SPDX-License-Identifier: MIT */
#ifndef _ASM_PGTABLE_H
#define _ASM_PGTABLE_H

/*
 * Page tables of four levels: pgd -> pud -> pmd -> pte, 512 entries each.
 *
 * Every level has a type of its own around the same 64 bits, so that an entry
 * cannot be taken for one of another level.  A pud or a pmd entry is either a
 * table or a leaf (a page of 1 GiB or 2 MiB).  Tables are reached through the
 * direct map, and only kernel mappings exist.
 *
 * The cache type of a page is an index of three bits (PAT, PCD, PWT) into the
 * page attribute table as cpu_init() programs it:
 *
 *   0 write-back   1 write-through   2 uncached-         3 uncached
 *   4 write-back   5 write-protect   6 write-combining   7 uncached
 *
 * The first four are what a CPU without that table makes of the two bits it has.
 * There the PAT bit is dropped, as a bit that must be 0, and leaves the next stricter
 * type: uncached- for write-combining, write-through for write-protect.
 */
#include <linux/compiler.h>
#include <linux/types.h>
#include <asm/page.h>

typedef struct {
	u64 pte;
} pte_t;
typedef struct {
	u64 pmd;
} pmd_t;
typedef struct {
	u64 pud;
} pud_t;
typedef struct {
	u64 pgd;
} pgd_t;
typedef struct {
	u64 pgprot;
} pgprot_t;

#define PTRS_PER_PTE	PTRS_PER_TABLE
#define PTRS_PER_PMD	PTRS_PER_TABLE
#define PTRS_PER_PUD	PTRS_PER_TABLE
#define PTRS_PER_PGD	PTRS_PER_TABLE

#define PGDIR_SHIFT	PGD_SHIFT
#define PGDIR_SIZE	(1UL << PGD_SHIFT)
#define PMD_MASK	(~(PMD_SIZE - 1))
#define PUD_MASK	(~(PUD_SIZE - 1))
#define PGDIR_MASK	(~(PGDIR_SIZE - 1))

#define _PAGE_PRESENT	0x0000000000000001ULL
#define _PAGE_RW	0x0000000000000002ULL
#define _PAGE_USER	0x0000000000000004ULL
#define _PAGE_PWT	0x0000000000000008ULL
#define _PAGE_PCD	0x0000000000000010ULL
#define _PAGE_ACCESSED	0x0000000000000020ULL
#define _PAGE_DIRTY	0x0000000000000040ULL
#define _PAGE_PAT	0x0000000000000080ULL /* of a 4 KiB page */
#define _PAGE_PSE	0x0000000000000080ULL /* of a pud or pmd: a leaf */
#define _PAGE_GLOBAL	0x0000000000000100ULL
#define _PAGE_PAT_LARGE 0x0000000000001000ULL /* of a leaf */
#define _PAGE_NX	0x8000000000000000ULL
#define PTE_PFN_MASK	0x000ffffffffff000ULL

/* Bits an entry that points to a table has; the leaf below decides. */
#define _PAGE_TABLE	     (_PAGE_PRESENT | _PAGE_RW | _PAGE_ACCESSED)

#define _PAGE_CACHE_WB	     0ULL
#define _PAGE_CACHE_WT	     _PAGE_PWT
#define _PAGE_CACHE_UC_MINUS _PAGE_PCD
#define _PAGE_CACHE_UC	     (_PAGE_PCD | _PAGE_PWT)
#define _PAGE_CACHE_WP	     (_PAGE_PAT | _PAGE_PWT)
#define _PAGE_CACHE_WC	     (_PAGE_PAT | _PAGE_PCD)
#define _PAGE_CACHE_MASK     (_PAGE_PAT | _PAGE_PCD | _PAGE_PWT)

#define __pgprot(x)	     ((pgprot_t){(x)})
#define pgprot_val(x)	     ((x).pgprot)
#define __pte(x)	     ((pte_t){(x)})
#define __pmd(x)	     ((pmd_t){(x)})
#define __pud(x)	     ((pud_t){(x)})
#define __pgd(x)	     ((pgd_t){(x)})
#define pte_val(x)	     ((x).pte)
#define pmd_val(x)	     ((x).pmd)
#define pud_val(x)	     ((x).pud)
#define pgd_val(x)	     ((x).pgd)

#define __PAGE_KERNEL_BASE   (_PAGE_PRESENT | _PAGE_ACCESSED | _PAGE_DIRTY | _PAGE_GLOBAL)

/*
 * Protections, as a 4 KiB entry spells them; the leaf constructors move the PAT
 * bit.  NX, global and PAT are dropped where the CPU has no such bit.
 */
#define PAGE_KERNEL	       __pgprot(__PAGE_KERNEL_BASE | _PAGE_RW | _PAGE_NX)
#define PAGE_KERNEL_RO	       __pgprot(__PAGE_KERNEL_BASE | _PAGE_NX)
#define PAGE_KERNEL_ROX	       __pgprot(__PAGE_KERNEL_BASE)
#define PAGE_KERNEL_EXEC       __pgprot(__PAGE_KERNEL_BASE | _PAGE_RW)
#define PAGE_KERNEL_NOCACHE    pgprot_noncached(PAGE_KERNEL)
#define PAGE_KERNEL_IO	       PAGE_KERNEL
#define PAGE_KERNEL_IO_NOCACHE PAGE_KERNEL_NOCACHE
#define PAGE_KERNEL_UC	       pgprot_uncached(PAGE_KERNEL)
#define PAGE_KERNEL_WC	       pgprot_writecombine(PAGE_KERNEL)
#define PAGE_KERNEL_WT	       pgprot_writethrough(PAGE_KERNEL)
#define PAGE_NONE	       __pgprot(0)

static __always_inline pgprot_t pgprot_with_cache(pgprot_t prot, u64 cache)
{
	return __pgprot((pgprot_val(prot) & ~_PAGE_CACHE_MASK) | cache);
}

/* pgprot_noncached - UC-: uncached, unless the firmware's MTRRs say write-combining. */
static __always_inline pgprot_t pgprot_noncached(pgprot_t prot)
{
	return pgprot_with_cache(prot, _PAGE_CACHE_UC_MINUS);
}

static __always_inline pgprot_t pgprot_uncached(pgprot_t prot)
{
	return pgprot_with_cache(prot, _PAGE_CACHE_UC);
}

static __always_inline pgprot_t pgprot_writecombine(pgprot_t prot)
{
	return pgprot_with_cache(prot, _PAGE_CACHE_WC);
}

static __always_inline pgprot_t pgprot_writethrough(pgprot_t prot)
{
	return pgprot_with_cache(prot, _PAGE_CACHE_WT);
}

#define pgprot_device(prot) pgprot_noncached(prot)

static __always_inline pgprot_t pgprot_nx(pgprot_t prot)
{
	return __pgprot(pgprot_val(prot) | _PAGE_NX);
}

/* Bits this CPU has in its 4 KiB entries: all, less NX, global and PAT where they are missing. */
extern u64 supported_pte_mask;

static __always_inline pgprot_t pgprot_supported(pgprot_t prot)
{
	return __pgprot(pgprot_val(prot) & supported_pte_mask);
}

static __always_inline u64 pgprot_leaf_bits(pgprot_t prot)
{
	u64 bits = pgprot_val(pgprot_supported(prot));

	return (bits & ~_PAGE_PAT) | _PAGE_PSE | ((bits & _PAGE_PAT) << 5);
}

/* pfn_pte - the entry that maps frame @pfn with protection @prot; likewise for leaves. */
static __always_inline pte_t pfn_pte(unsigned long pfn, pgprot_t prot)
{
	return __pte(PFN_PHYS(pfn) | pgprot_val(pgprot_supported(prot)));
}

/* pfn_pte_supported - pfn_pte() of a @prot that has been through pgprot_supported(). */
static __always_inline pte_t pfn_pte_supported(unsigned long pfn, pgprot_t prot)
{
	return __pte(PFN_PHYS(pfn) | pgprot_val(prot));
}

static __always_inline pmd_t pfn_pmd(unsigned long pfn, pgprot_t prot)
{
	return __pmd(PFN_PHYS(pfn) | pgprot_leaf_bits(prot));
}

static __always_inline pud_t pfn_pud(unsigned long pfn, pgprot_t prot)
{
	return __pud(PFN_PHYS(pfn) | pgprot_leaf_bits(prot));
}

static __always_inline bool pte_none(pte_t e)
{
	return !pte_val(e);
}

static __always_inline bool pmd_none(pmd_t e)
{
	return !pmd_val(e);
}

static __always_inline bool pud_none(pud_t e)
{
	return !pud_val(e);
}

static __always_inline bool pgd_none(pgd_t e)
{
	return !pgd_val(e);
}

static __always_inline bool pte_present(pte_t e)
{
	return pte_val(e) & _PAGE_PRESENT;
}

static __always_inline bool pmd_present(pmd_t e)
{
	return pmd_val(e) & _PAGE_PRESENT;
}

static __always_inline bool pud_present(pud_t e)
{
	return pud_val(e) & _PAGE_PRESENT;
}

static __always_inline bool pgd_present(pgd_t e)
{
	return pgd_val(e) & _PAGE_PRESENT;
}

/* pmd_leaf - does a present entry map a page itself, rather than point to a table? */
static __always_inline bool pmd_leaf(pmd_t e)
{
	return pmd_val(e) & _PAGE_PSE;
}

static __always_inline bool pud_leaf(pud_t e)
{
	return pud_val(e) & _PAGE_PSE;
}

static __always_inline unsigned long pte_pfn(pte_t e)
{
	return (pte_val(e) & PTE_PFN_MASK) >> PAGE_SHIFT;
}

/* pmd_pfn, pud_pfn - first frame of a leaf, or the frame of the table. */
static __always_inline unsigned long pmd_pfn(pmd_t e)
{
	u64 mask = pmd_leaf(e) ? PTE_PFN_MASK & PMD_MASK : PTE_PFN_MASK;

	return (pmd_val(e) & mask) >> PAGE_SHIFT;
}

static __always_inline unsigned long pud_pfn(pud_t e)
{
	u64 mask = pud_leaf(e) ? PTE_PFN_MASK & PUD_MASK : PTE_PFN_MASK;

	return (pud_val(e) & mask) >> PAGE_SHIFT;
}

static __always_inline unsigned long pgd_pfn(pgd_t e)
{
	return (pgd_val(e) & PTE_PFN_MASK) >> PAGE_SHIFT;
}

static __always_inline pgprot_t pte_pgprot(pte_t e)
{
	return __pgprot(pte_val(e) & ~PTE_PFN_MASK);
}

/* leaf_bits_pgprot - the protection of a leaf, as a 4 KiB entry spells it. */
static __always_inline pgprot_t leaf_bits_pgprot(u64 bits)
{
	u64 flags = bits & ~(PTE_PFN_MASK | _PAGE_PSE);

	return __pgprot(flags | ((bits & _PAGE_PAT_LARGE) >> 5));
}

static __always_inline pgprot_t pmd_pgprot(pmd_t e)
{
	return leaf_bits_pgprot(pmd_val(e));
}

static __always_inline pgprot_t pud_pgprot(pud_t e)
{
	return leaf_bits_pgprot(pud_val(e));
}

static __always_inline bool pte_write(pte_t e)
{
	return pte_val(e) & _PAGE_RW;
}

/* pte_exec - may code run there?  Always, on a CPU without NX. */
static __always_inline bool pte_exec(pte_t e)
{
	return !(pte_val(e) & _PAGE_NX);
}

static __always_inline bool pte_dirty(pte_t e)
{
	return pte_val(e) & _PAGE_DIRTY;
}

static __always_inline bool pte_young(pte_t e)
{
	return pte_val(e) & _PAGE_ACCESSED;
}

/* Entries are written whole: the CPU reads them at any time. */
static __always_inline void set_pte(pte_t *p, pte_t e)
{
	WRITE_ONCE(p->pte, e.pte);
}

static __always_inline void set_pmd(pmd_t *p, pmd_t e)
{
	WRITE_ONCE(p->pmd, e.pmd);
}

static __always_inline void set_pud(pud_t *p, pud_t e)
{
	WRITE_ONCE(p->pud, e.pud);
}

static __always_inline void set_pgd(pgd_t *p, pgd_t e)
{
	WRITE_ONCE(p->pgd, e.pgd);
}

#define pte_clear(p) set_pte(p, __pte(0))
#define pmd_clear(p) set_pmd(p, __pmd(0))
#define pud_clear(p) set_pud(p, __pud(0))
#define pgd_clear(p) set_pgd(p, __pgd(0))

static __always_inline pte_t ptep_get(const pte_t *p)
{
	return __pte(READ_ONCE(p->pte));
}

/* pmd_populate - hang the table at @table, an address in the direct map, under an entry. */
static __always_inline void pmd_populate(pmd_t *p, pte_t *table)
{
	set_pmd(p, __pmd(__pa(table) | _PAGE_TABLE));
}

static __always_inline void pud_populate(pud_t *p, pmd_t *table)
{
	set_pud(p, __pud(__pa(table) | _PAGE_TABLE));
}

static __always_inline void pgd_populate(pgd_t *p, pud_t *table)
{
	set_pgd(p, __pgd(__pa(table) | _PAGE_TABLE));
}

/* The kernel's root table; paging_init() fills it and loads it into %cr3. */
extern pgd_t swapper_pg_dir[PTRS_PER_PGD];

static __always_inline pgd_t *pgd_offset_k(unsigned long va)
{
	return &swapper_pg_dir[PGD_INDEX(va)];
}

/* pud_offset - the entry for @va in the table that @p, a present entry, points to. */
static __always_inline pud_t *pud_offset(const pgd_t *p, unsigned long va)
{
	return (pud_t *)__va(p->pgd & PTE_PFN_MASK) + PUD_INDEX(va);
}

static __always_inline pmd_t *pmd_offset(const pud_t *p, unsigned long va)
{
	return (pmd_t *)__va(p->pud & PTE_PFN_MASK) + PMD_INDEX(va);
}

static __always_inline pte_t *pte_offset_kernel(const pmd_t *p, unsigned long va)
{
	return (pte_t *)__va(p->pmd & PTE_PFN_MASK) + PTE_INDEX(va);
}

static __always_inline unsigned long pmd_page_vaddr(pmd_t e)
{
	return (unsigned long)__va(pmd_val(e) & PTE_PFN_MASK);
}

static __always_inline unsigned long pud_page_vaddr(pud_t e)
{
	return (unsigned long)__va(pud_val(e) & PTE_PFN_MASK);
}

static __always_inline unsigned long pgd_page_vaddr(pgd_t e)
{
	return (unsigned long)__va(pgd_val(e) & PTE_PFN_MASK);
}

/* p*_addr_end - where the part of [addr, end) ends that one entry of that level covers. */
#define __table_addr_end(addr, end, size)                                                  \
	({                                                                                 \
		unsigned long __boundary = ((addr) + (size)) & ~((unsigned long)(size)-1); \
		(__boundary - 1 < (end)-1) ? __boundary : (end);                           \
	})
#define pgd_addr_end(addr, end) __table_addr_end(addr, end, PGDIR_SIZE)
#define pud_addr_end(addr, end) __table_addr_end(addr, end, PUD_SIZE)
#define pmd_addr_end(addr, end) __table_addr_end(addr, end, PMD_SIZE)

/* struct page_walk - where a walk of the kernel's tables for one address ended */
struct page_walk {
	u64 entry[4];	    /* pgd, pud, pmd, pte as far as they exist */
	int levels;	    /* entries read: 1 to 4 */
	bool present;	    /* all of them present */
	unsigned int shift; /* of the page found: 12, 21 or 30 */
	phys_addr_t phys;   /* what the address maps to, offset included */
};

/**
 * page_walk - look an address up in the kernel's page tables
 * @va: any address, canonical or not
 * @walk: filled in
 *
 * Context: any; the tables must not change meanwhile.
 * Return: whether @va is mapped.
 */
bool page_walk(unsigned long va, struct page_walk *walk);

/**
 * page_walk_print - print the walk for @va, one line an entry
 * @level: KERN_* level
 * @va: any address
 */
void page_walk_print(const char *level, unsigned long va);

/**
 * pt_page_alloc - a zeroed page for a page table
 *
 * From memblock until pt_page_use_buddy() has been called, then from the page
 * allocator, flagged PGF_TABLE.
 *
 * Context: any (GFP_ATOMIC).
 * Return: its direct-map address, or NULL.
 */
void *pt_page_alloc(void);

/**
 * pt_page_free - give a table's page back
 * @table: from pt_page_alloc(); no entry points to it and no TLB caches it
 *
 * Context: any.
 */
void pt_page_free(void *table);

/* pt_page_use_buddy - from now on tables come from the page allocator. */
void pt_page_use_buddy(void);

/* pt_pages_boot - table pages taken from memblock so far, those in the image not counted. */
unsigned long pt_pages_boot(void);

/**
 * paging_init - the kernel's own page tables
 *
 * Text read-execute, rodata read-only, everything else no-execute; direct map
 * of all RAM with the largest pages the CPU has; no identity map any more.
 *
 * Context: start-up, once, after memory_map_init(); panics without memory.
 */
void paging_init(void);

/* paging_free_initmem - the .init pages become ordinary memory: writable, not executable. */
void paging_free_initmem(void);

/**
 * direct_map_set_valid - take pages out of the direct map, or put them back
 * @va: address of the first in the direct map
 * @nr: how many
 * @valid: whether they can be reached
 *
 * Taken away, they can still be in TLBs: the caller flushes.  They keep their protection.
 *
 * Context: any; the pages are the caller's.
 * Return: false if one of them is part of a large page.
 */
bool direct_map_set_valid(unsigned long va, unsigned long nr, bool valid);

/**
 * direct_map_split - have small pages where there is a large one
 * @va: the 2 MiB to split, an address of the direct map
 *
 * Context: start-up, before there are other CPUs.
 * Return: false without memory for tables, or if nothing is mapped there.
 */
bool direct_map_split(unsigned long va);

/**
 * early_ioremap - map device memory for good, before vmalloc exists
 * @phys: any alignment
 * @size: bytes, not 0
 * @prot: PAGE_KERNEL_NOCACHE, PAGE_KERNEL_WC, ...
 *
 * Context: start-up, from paging_init() on.
 * Return: the address of @phys, or NULL when the window or memory is used up.
 */
void __iomem *early_ioremap(phys_addr_t phys, unsigned long size, pgprot_t prot);

#endif
