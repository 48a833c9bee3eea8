/* SPDX-License-Identifier: MIT */
#ifndef _ASM_BARRIER_H
#define _ASM_BARRIER_H

/*
 * Memory barriers.  x86 reorders only a store with a later load, so between
 * CPUs everything but the full barrier is a compiler barrier; towards devices
 * (write-combining mappings) the fences are real.
 */
#include <linux/compiler.h>

#define mb()			asm volatile("mfence" ::: "memory")
#define rmb()			asm volatile("lfence" ::: "memory")
#define wmb()			asm volatile("sfence" ::: "memory")

#define smp_mb()		asm volatile("lock; addl $0, -4(%%rsp)" ::: "memory", "cc")
#define smp_rmb()		barrier()
#define smp_wmb()		barrier()

#define dma_rmb()		barrier()
#define dma_wmb()		barrier()

#define smp_mb__before_atomic() barrier()
#define smp_mb__after_atomic()	barrier()

#define smp_store_release(p, v)      \
	do {                         \
		barrier();           \
		WRITE_ONCE(*(p), v); \
	} while (0)

#define smp_load_acquire(p)                                    \
	({                                                     \
		__typeof__(*(p)) __acquired = READ_ONCE(*(p)); \
		barrier();                                     \
		__acquired;                                    \
	})

#define smp_store_mb(var, value)        \
	do {                            \
		WRITE_ONCE(var, value); \
		smp_mb();               \
	} while (0)

#endif
