/* SPDX-License-Identifier: MIT */
#ifndef CAIRN_MEMBLOCK_PAGE_H
#define CAIRN_MEMBLOCK_PAGE_H

/* Physical addresses are those of the program: memory that it has got is what it may add. */
#include <linux/types.h>

#define PAGE_SHIFT    12
#define PAGE_SIZE     (1UL << PAGE_SHIFT)
#define PAGE_MASK     (~(PAGE_SIZE - 1))
#define PAGE_ALIGN(x) (((x) + PAGE_SIZE - 1) & PAGE_MASK)
#define PFN_UP(x)     (((x) + PAGE_SIZE - 1) >> PAGE_SHIFT)
#define PFN_DOWN(x)   ((x) >> PAGE_SHIFT)
#define PFN_PHYS(pfn) ((phys_addr_t)(pfn) << PAGE_SHIFT)
#define PHYS_PFN(pa)  ((unsigned long)((pa) >> PAGE_SHIFT))
#define __va(pa)      phys_to_virt(pa)
#define __pa(va)      virt_to_phys((const void *)(va))

static inline void *phys_to_virt(phys_addr_t pa)
{
	return (void *)(uintptr_t)pa;
}

static inline phys_addr_t virt_to_phys(const volatile void *va)
{
	return (uintptr_t)va;
}

#endif
