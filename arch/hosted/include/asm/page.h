/* SPDX-License-Identifier: MIT */
#ifndef _ASM_PAGE_H
#define _ASM_PAGE_H

/*
 * The kernel's address space inside a process:
 *
 *   110000000000   64 TiB   direct map of all RAM       PAGE_OFFSET
 *   518000000000  512 GiB   page descriptors            VMEMMAP_START
 *   530000000000   64 MiB   pages of ZONE_HIGHMEM       KMAP_START
 *   540000000000  512 MiB   early device mappings       EARLY_IO_START
 *   650000000000    8 TiB   vmalloc, vmap and ioremap   VMALLOC_START
 *
 * These are places where neither the program, nor the C library, nor the shadow
 * memory and the heap of AddressSanitizer lie.  ThreadSanitizer watches few ranges
 * only: there everything is within 1.5 TiB from 550000000000 on.  valgrind's programs
 * have 128 GiB, the upper half of which is its own: there all is below 60 GiB.
 *
 * The image, which is the program, stands for 1 MiB of physical memory and up, and is
 * never reached through the direct map.
 */
#define PAGE_SHIFT 12
#define PAGE_SIZE  (1UL << PAGE_SHIFT)
#define PAGE_MASK  (~(PAGE_SIZE - 1))
#if !defined(HOSTED_TSAN) && !defined(HOSTED_VALGRIND)
#define PAGE_OFFSET 0x0000110000000000
#ifndef DIRECT_MAP_SIZE /* libcairn-malloc.so needs less of it */
#define DIRECT_MAP_SIZE 0x0000400000000000
#endif
#define VMEMMAP_START  0x0000518000000000
#define VMEMMAP_SIZE   0x0000008000000000
#define KMAP_START     0x0000530000000000
#define EARLY_IO_START 0x0000540000000000
#define VMALLOC_START  0x0000650000000000
#define VMALLOC_END    0x00006cffffffffff
#elif defined(HOSTED_TSAN)
#define PAGE_OFFSET	0x0000550000000000
#define DIRECT_MAP_SIZE 0x0000004000000000
#define VMEMMAP_START	0x0000554000000000
#define VMEMMAP_SIZE	0x0000000080000000
#define KMAP_START	0x0000558000000000
#define EARLY_IO_START	0x0000559000000000
#define VMALLOC_START	0x0000560800000000
#define VMALLOC_END	0x0000567fffffffff
#else
#define PAGE_OFFSET	0x0000000200000000
#define DIRECT_MAP_SIZE 0x0000000200000000
#define VMEMMAP_START	0x0000000500000000
#define VMEMMAP_SIZE	0x0000000008000000
#define KMAP_START	0x0000000540000000
#define EARLY_IO_START	0x0000000580000000
#define VMALLOC_START	0x00000005c0000000
#define VMALLOC_END	0x0000000effffffff
#endif
#define KMAP_SIZE     0x0000000004000000
#define EARLY_IO_SIZE 0x0000000020000000
#define KERNEL_PHYS   0x0000000000100000
#define KERNEL_BASE   ((unsigned long)__executable_start - KERNEL_PHYS)

/* The page tables are those of x86-64. */
#define PMD_SHIFT      21
#define PUD_SHIFT      30
#define PGD_SHIFT      39
#define PMD_SIZE       0x0000000000200000
#define PUD_SIZE       0x0000000040000000
#define PTRS_PER_TABLE 512
#define PTE_INDEX(va)  (((va) >> PAGE_SHIFT) & (PTRS_PER_TABLE - 1))
#define PMD_INDEX(va)  (((va) >> PMD_SHIFT) & (PTRS_PER_TABLE - 1))
#define PUD_INDEX(va)  (((va) >> PUD_SHIFT) & (PTRS_PER_TABLE - 1))
#define PGD_INDEX(va)  (((va) >> PGD_SHIFT) & (PTRS_PER_TABLE - 1))

/* Threads' stacks: 128 KiB, for sanitizers make large frames. */
#define THREAD_SHIFT 17
#define THREAD_SIZE  (1UL << THREAD_SHIFT)
#define THREAD_ALIGN THREAD_SIZE

#include <linux/types.h>

struct page;

extern const char __executable_start[];

#define PAGE_ALIGN(x)	(((x) + PAGE_SIZE - 1) & PAGE_MASK)
#define PFN_UP(x)	(((x) + PAGE_SIZE - 1) >> PAGE_SHIFT)
#define PFN_DOWN(x)	((x) >> PAGE_SHIFT)
#define PFN_PHYS(pfn)	((phys_addr_t)(pfn) << PAGE_SHIFT)
#define PHYS_PFN(pa)	((unsigned long)((pa) >> PAGE_SHIFT))
#define PAGE_ALIGNED(x) (((unsigned long)(x) & (PAGE_SIZE - 1)) == 0)

/* __pa - physical address of a direct-map or image address. */
#define __pa(va)                                                                \
	((unsigned long)(va) >= PAGE_OFFSET && !__in_image((unsigned long)(va)) \
		 ? (unsigned long)(va)-PAGE_OFFSET                              \
		 : (unsigned long)(va)-KERNEL_BASE)
#define __va(pa) ((void *)((unsigned long)(pa) + PAGE_OFFSET))

/* The program itself, which as a library may lie anywhere. */
extern char _end[];

static inline bool __in_image(unsigned long va)
{
	return va >= (unsigned long)__executable_start && va <= (unsigned long)_end;
}

static inline phys_addr_t virt_to_phys(const volatile void *va)
{
	return __pa(va);
}

static inline void *phys_to_virt(phys_addr_t pa)
{
	return __va(pa);
}

/* direct_map_to_page - of an address of the direct map; 0 has no page */
static inline struct page *__direct_map_to_page(unsigned long va)
{
	return va ? (struct page *)(VMEMMAP_START + ((va - PAGE_OFFSET) >> 12 << 5))
		  : (struct page *)0;
}
#define direct_map_to_page(va) __direct_map_to_page((unsigned long)(va))

#define virt_to_page(va)       pfn_to_page(__pa(va) >> PAGE_SHIFT)
#define page_to_virt(pg)       ((void *)(PAGE_OFFSET + (((unsigned long)(pg)-VMEMMAP_START) << 7)))
#define pfn_to_page(pfn)       ((struct page *)(VMEMMAP_START + ((unsigned long)(pfn) << 5)))
#define page_to_pfn(pg)	       (((unsigned long)(pg)-VMEMMAP_START) >> 5)
#define page_to_phys(pg)       PFN_PHYS(page_to_pfn(pg))
#define phys_to_page(pa)       pfn_to_page(PHYS_PFN(pa))
#define pfn_to_kaddr(pfn)      __va(PFN_PHYS(pfn))
#define virt_to_pfn(va)	       PHYS_PFN(__pa(va))

#define clear_page(va)	       __builtin_memset(va, 0, PAGE_SIZE)
#define copy_page(to, from)    __builtin_memcpy(to, from, PAGE_SIZE)

/* clear_pages - zero 2^order pages. */
static inline void clear_pages(void *va, unsigned int order)
{
	__builtin_memset(va, 0, PAGE_SIZE << order);
}

/*
 * copy_words - copy @count words, the lowest first
 *
 * With @to a little above @from, what lies between is repeated.
 */
static inline void copy_words(void *to, const void *from, unsigned long count)
{
	volatile u64 *t = to;
	const volatile u64 *f = from;

	while (count--)
		*t++ = *f++;
}

#endif
