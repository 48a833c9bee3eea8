/* SPDX-License-Identifier: MIT */
#ifndef _ASM_TLBFLUSH_H
#define _ASM_TLBFLUSH_H

/*
 * The host's mappings are the TLB: arch/hosted/mmu.c fills them from the kernel's
 * page tables when an access faults, and a flush takes them away.  All CPUs are
 * threads of one process, so one flush is about all of them.
 */
#include <linux/compiler.h>
#include <asm/page.h>

/* More pages than this are better flushed together with everything else. */
#define TLB_FLUSH_SINGLE_MAX 32

/* flush_tlb_kernel_range - forget what is cached of a range, on all CPUs */
void flush_tlb_kernel_range(unsigned long start, unsigned long end);

/* flush_tlb_all - forget everything */
void flush_tlb_all(void);

static inline void local_flush_tlb_one(unsigned long va)
{
	flush_tlb_kernel_range(va & PAGE_MASK, (va & PAGE_MASK) + PAGE_SIZE);
}

static inline void local_flush_tlb_all(void)
{
	flush_tlb_all();
}

/* tlb_serve - nobody asks a thread to flush what is shared */
static inline void tlb_serve(void)
{
}

#endif
