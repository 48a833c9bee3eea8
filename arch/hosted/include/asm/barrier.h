/* SPDX-License-Identifier: MIT */
#ifndef _ASM_BARRIER_H
#define _ASM_BARRIER_H

/*
 * Memory barriers between CPUs that are threads.  Acquire and release are the
 * language's, which a checker of races understands; it knows nothing of the barriers
 * that stand alone.
 */
#include <linux/compiler.h>

#define mb()			 smp_mb()
#define rmb()			 barrier()
#define wmb()			 barrier()

#define smp_mb()		 asm volatile("lock; addl $0, -4(%%rsp)" ::: "memory", "cc")
#define smp_rmb()		 barrier()
#define smp_wmb()		 barrier()

#define dma_rmb()		 barrier()
#define dma_wmb()		 barrier()

#define smp_mb__before_atomic()	 barrier()
#define smp_mb__after_atomic()	 barrier()

#define smp_store_release(p, v)	 __atomic_store_n(p, v, __ATOMIC_RELEASE)
#define smp_load_acquire(p)	 __atomic_load_n(p, __ATOMIC_ACQUIRE)

#define smp_store_mb(var, value) ((void)__atomic_exchange_n(&(var), value, __ATOMIC_SEQ_CST))

#endif
