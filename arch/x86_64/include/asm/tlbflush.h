/* SPDX-License-Identifier: MIT */
#ifndef _ASM_TLBFLUSH_H
#define _ASM_TLBFLUSH_H

/*
 * Forgetting what TLBs cache of the kernel's page tables.
 *
 * flush_tlb_*() are about all CPUs: when they return, no CPU uses a translation
 * that was changed before the call.  local_flush_tlb_*() are about this CPU only.
 */
#include <linux/compiler.h>
#include <linux/percpu-defs.h>
#include <asm/page.h>
#include <asm/processor.h>

/* More pages than this are flushed together with everything else. */
#define TLB_FLUSH_SINGLE_MAX 32

/* local_flush_tlb_one - the page at @va, and what the walk of its tables left cached. */
static __always_inline void local_flush_tlb_one(unsigned long va)
{
	asm volatile("invlpg (%0)" : : "r"(va) : "memory");
}

/* local_flush_tlb_all - everything, global pages too. */
static inline void local_flush_tlb_all(void)
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
 * flush_tlb_kernel_range - what TLBs hold of a range
 * @start: first address
 * @end: behind the last one
 *
 * Waits for the other CPUs, and meanwhile serves what they ask of this one.
 *
 * Context: any but NMI; locks may be held and interrupts be off.
 */
void flush_tlb_kernel_range(unsigned long start, unsigned long end);

/* flush_tlb_all - everything that any TLB holds; otherwise as above. */
void flush_tlb_all(void);

/*
 * tlb_serve - do here what others have asked for, if anything
 *
 * For loops that wait for another CPU, maybe with interrupts off.  Takes no lock.
 *
 * Context: any but NMI.
 */
void tlb_serve(void);

/* tlb_init_cpu - the calling CPU is about to go online. */
void tlb_init_cpu(void);

DECLARE_PER_CPU(u32, tlb_lazy); /* this CPU sleeps, and flushes when it wakes */

/* tlb_enter_lazy - this CPU goes to sleep: from here to the wake-up it uses nothing unmappable. */
void tlb_enter_lazy(void);
void tlb_leave_lazy(void);

/* tlb_wake - for the entry of interrupts: if a sleep ends here, catch up first. */
static __always_inline void tlb_wake(void)
{
	if (unlikely(this_cpu_read(tlb_lazy)))
		tlb_leave_lazy();
}

#endif
