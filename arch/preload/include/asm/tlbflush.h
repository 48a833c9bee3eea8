/* SPDX-License-Identifier: MIT */
#ifndef _ASM_TLBFLUSH_H
#define _ASM_TLBFLUSH_H

/*
 * There is nothing to flush: the host shows a page frame either in the direct map or, while
 * vmalloc() has it, where that mapped it; arch/preload/malloc.c sees to both.
 */
#include <linux/compiler.h>

#define TLB_FLUSH_SINGLE_MAX 32

static inline void flush_tlb_kernel_range(unsigned long start, unsigned long end)
{
	(void)start, (void)end;
}

static inline void flush_tlb_all(void)
{
}

static inline void local_flush_tlb_one(unsigned long va)
{
	(void)va;
}

static inline void local_flush_tlb_all(void)
{
}

static inline void tlb_serve(void)
{
}

#endif
