/* SPDX-License-Identifier: MIT */
#ifndef _ASM_PAGE_H
#define _ASM_PAGE_H

/*
 * The kernel's address space, 4-level paging:
 *
 *   ffff8880 00000000   64 TiB   direct map of all RAM       PAGE_OFFSET
 *   ffffc900 00000000   32 TiB   vmalloc, vmap and ioremap   VMALLOC_START
 *   ffffea00 00000000   64 MiB   pages of ZONE_HIGHMEM       KMAP_START
 *   ffffec00 00000000   16 TiB   what may be touched         KASAN_SHADOW_START, make KASAN=1
 *   ffffff11 00000000  512 GiB   page descriptors            VMEMMAP_START
 *   ffffffff 80000000    1 GiB   the kernel image            KERNEL_BASE
 *   ffffffff c0000000  512 MiB   early device mappings       EARLY_IO_START
 *
 * A descriptor has 32 bytes, and VMEMMAP_START is chosen so that the descriptor
 * of the frame behind a direct-map address is the address shifted, sign and
 * all: page = (va >> 12) << 5, and va = page << 7.
 */
#define PAGE_SHIFT 12
#ifdef __ASSEMBLER__
#define PAGE_SIZE 4096
#else
#define PAGE_SIZE (1UL << PAGE_SHIFT)
#endif
#define PAGE_MASK	(~(PAGE_SIZE - 1))
#define PAGE_OFFSET	0xffff888000000000
#define DIRECT_MAP_SIZE 0x0000400000000000
#define VMALLOC_START	0xffffc90000000000
#define VMALLOC_END	0xffffe8ffffffffff
#define KMAP_START	0xffffea0000000000
#define KMAP_SIZE	0x0000000004000000
#define VMEMMAP_START	0xffffff1100000000
#define VMEMMAP_SIZE	0x0000008000000000
#define KERNEL_BASE	0xffffffff80000000
#define KERNEL_PHYS	0x0000000000100000
#define EARLY_IO_START	0xffffffffc0000000
#define EARLY_IO_SIZE	0x0000000020000000

#define PMD_SHIFT	21
#define PUD_SHIFT	30
#define PGD_SHIFT	39
#define PMD_SIZE	0x0000000000200000
#define PUD_SIZE	0x0000000040000000

/* Index of an address in the table of each level. */
#define PTRS_PER_TABLE 512
#define PTE_INDEX(va)  (((va) >> PAGE_SHIFT) & (PTRS_PER_TABLE - 1))
#define PMD_INDEX(va)  (((va) >> PMD_SHIFT) & (PTRS_PER_TABLE - 1))
#define PUD_INDEX(va)  (((va) >> PUD_SHIFT) & (PTRS_PER_TABLE - 1))
#define PGD_INDEX(va)  (((va) >> PGD_SHIFT) & (PTRS_PER_TABLE - 1))

/* The kernel's stacks: 16 KiB, above a guard page. */
#define THREAD_SHIFT 14
#define THREAD_SIZE  (1UL << THREAD_SHIFT)
#define THREAD_ALIGN THREAD_SIZE

#ifndef __ASSEMBLER__
#include <linux/types.h>

struct page;

#define PAGE_ALIGN(x)	(((x) + PAGE_SIZE - 1) & PAGE_MASK)
#define PFN_UP(x)	(((x) + PAGE_SIZE - 1) >> PAGE_SHIFT)
#define PFN_DOWN(x)	((x) >> PAGE_SHIFT)
#define PFN_PHYS(pfn)	((phys_addr_t)(pfn) << PAGE_SHIFT)
#define PHYS_PFN(pa)	((unsigned long)((pa) >> PAGE_SHIFT))
#define PAGE_ALIGNED(x) (((unsigned long)(x) & (PAGE_SIZE - 1)) == 0)

/* __pa - physical address of a direct-map or kernel-image address. */
#define __pa(va)                                                              \
	((unsigned long)(va) >= KERNEL_BASE ? (unsigned long)(va)-KERNEL_BASE \
					    : (unsigned long)(va)-PAGE_OFFSET)
#define __va(pa) ((void *)((unsigned long)(pa) + PAGE_OFFSET))

static inline phys_addr_t virt_to_phys(const volatile void *va)
{
	return __pa(va);
}

static inline void *phys_to_virt(phys_addr_t pa)
{
	return __va(pa);
}

/* Descriptor <-> direct-map address <-> frame number; see the head of the file. */
#define virt_to_page(va)  ((struct page *)(((long)__va(__pa(va)) >> 12) << 5))
#define page_to_virt(pg)  ((void *)((unsigned long)(pg) << 7))
#define pfn_to_page(pfn)  ((struct page *)(VMEMMAP_START + ((unsigned long)(pfn) << 5)))
#define page_to_pfn(pg)	  (((unsigned long)(pg)-VMEMMAP_START) >> 5)
#define page_to_phys(pg)  PFN_PHYS(page_to_pfn(pg))
#define phys_to_page(pa)  pfn_to_page(PHYS_PFN(pa))
#define pfn_to_kaddr(pfn) __va(PFN_PHYS(pfn))
#define virt_to_pfn(va)	  PHYS_PFN(__pa(va))

/* direct_map_to_page - virt_to_page() where @va is known to lie in the direct map. */
#define direct_map_to_page(va) ((struct page *)(((long)(va) >> 12) << 5))

#define clear_page(va)	       __clear_page(va)
#define copy_page(to, from)    __builtin_memcpy(to, from, PAGE_SIZE)

static inline void __clear_page(void *va)
{
	unsigned long count = PAGE_SIZE / 8;

	asm volatile("rep stosq" : "+D"(va), "+c"(count) : "a"(0UL) : "memory");
}

/* clear_pages - zero 2^order pages. */
static inline void clear_pages(void *va, unsigned int order)
{
	unsigned long count = PAGE_SIZE / 8 << order;

	asm volatile("rep stosq" : "+D"(va), "+c"(count) : "a"(0UL) : "memory");
}

/*
 * copy_words - copy @count words, the lowest first
 *
 * With @to a little above @from, what lies between is repeated.
 */
static inline void copy_words(void *to, const void *from, unsigned long count)
{
	asm volatile("rep movsq" : "+D"(to), "+S"(from), "+c"(count) : : "memory");
}
#endif
#endif
