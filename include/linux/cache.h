/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_CACHE_H
#define _LINUX_CACHE_H

/* Cache lines of x86_64. */
#include <linux/align.h>
#include <linux/compiler.h>

#define L1_CACHE_SHIFT	  6
#define L1_CACHE_BYTES	  (1 << L1_CACHE_SHIFT)
#define L1_CACHE_ALIGN(x) ALIGN(x, L1_CACHE_BYTES)
#ifndef SMP_CACHE_BYTES
#define SMP_CACHE_BYTES L1_CACHE_BYTES
#endif

#define ____cacheline_aligned	     __aligned(L1_CACHE_BYTES)
#define ____cacheline_aligned_in_smp ____cacheline_aligned
#define __cacheline_aligned	     ____cacheline_aligned
#define __cacheline_aligned_in_smp   ____cacheline_aligned
#define __read_mostly
#ifndef __ro_after_init
#define __ro_after_init
#endif

static inline int cache_line_size(void)
{
	return L1_CACHE_BYTES;
}

#endif
