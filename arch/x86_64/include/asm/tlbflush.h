/* SPDX-License-Identifier: MIT */
#ifndef _ASM_TLBFLUSH_H
#define _ASM_TLBFLUSH_H

/* Forgetting what the TLB caches of the kernel's page tables, on this CPU. */
#include <linux/compiler.h>
#include <asm/page.h>
#include <asm/processor.h>

/* More pages than this are flushed together with everything else. */
#define TLB_FLUSH_SINGLE_MAX 32

/* flush_tlb_one - the page at @va, and what the walk of its tables left cached. */
static __always_inline void flush_tlb_one(unsigned long va)
{
	asm volatile("invlpg (%0)" : : "r"(va) : "memory");
}

/* flush_tlb_all - everything, global pages too. */
static inline void flush_tlb_all(void)
{
	unsigned long cr4 = read_cr4();

	if (cr4 & X86_CR4_PGE) {
		write_cr4(cr4 & ~X86_CR4_PGE);
		write_cr4(cr4);
	} else {
		write_cr3(read_cr3());
	}
}

/**
 * flush_tlb_kernel_range - what the TLB holds of a range
 * @start: first address
 * @end: behind the last one
 *
 * Context: any.
 */
static inline void flush_tlb_kernel_range(unsigned long start, unsigned long end)
{
	unsigned long va;

	if (end - start > TLB_FLUSH_SINGLE_MAX * PAGE_SIZE) {
		flush_tlb_all();
		return;
	}
	for (va = start & PAGE_MASK; va < end; va += PAGE_SIZE)
		flush_tlb_one(va);
}

#endif
