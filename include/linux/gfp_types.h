/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_GFP_TYPES_H
#define _LINUX_GFP_TYPES_H

#include <linux/types.h>

/*
 * Allocation flags.
 *
 * Zone modifiers choose where the memory may lie, action modifiers choose how
 * far the allocator may go to find it, and the type flags at the end name the
 * usual combinations.  The three lowest bits are the zone modifiers, so that
 * (flags & GFP_ZONEMASK) indexes a table of zones.
 */
#define __GFP_DMA	     0x01u /* below 16 MiB */
#define __GFP_HIGHMEM	     0x02u /* memory without a permanent mapping will do */
#define __GFP_DMA32	     0x04u /* below 4 GiB */
#define GFP_ZONEMASK	     (__GFP_DMA | __GFP_HIGHMEM | __GFP_DMA32)

#define __GFP_DIRECT_RECLAIM 0x0008u   /* the caller may sleep and reclaim */
#define __GFP_HIGH	     0x0010u   /* may use the reserve below the min watermark */
#define __GFP_IO	     0x0020u   /* may start block I/O */
#define __GFP_FS	     0x0040u   /* may enter filesystem-level shrinkers */
#define __GFP_COLD	     0x0080u   /* prefers a page that no cache holds */
#define __GFP_NOWARN	     0x0100u   /* no report when it fails */
#define __GFP_RETRY_MAYFAIL  0x0200u   /* tries harder, may fail */
#define __GFP_NOFAIL	     0x0400u   /* retries for ever */
#define __GFP_NORETRY	     0x0800u   /* one pass only */
#define __GFP_NO_GROW	     0x1000u   /* a slab cache must not grow */
#define __GFP_COMP	     0x2000u   /* make a compound page */
#define __GFP_ZERO	     0x4000u   /* zeroed memory */
#define __GFP_NOMEMALLOC     0x8000u   /* never the emergency reserve */
#define __GFP_KSWAPD_RECLAIM 0x10000u  /* may wake the background reclaimer */
#define __GFP_ACCOUNT	     0x20000u  /* accounted to its owner */
#define __GFP_MEMALLOC	     0x40000u  /* all reserves, for freeing memory */
#define __GFP_THISNODE	     0x80000u  /* this node or none */
#define __GFP_RECLAIMABLE    0x100000u /* a shrinker can free it */
#define __GFP_MOVABLE	     0x200000u /* accepted; nothing moves pages */
#define __GFP_HARDWALL	     0x400000u /* accepted; there are no cpusets */
#define __GFP_WRITE	     0x800000u /* will be dirtied */

#define __GFP_RECLAIM	     (__GFP_DIRECT_RECLAIM | __GFP_KSWAPD_RECLAIM)

/* Older spellings. */
#define __GFP_WAIT	     __GFP_DIRECT_RECLAIM
#define __GFP_REPEAT	     __GFP_RETRY_MAYFAIL

#define GFP_ATOMIC	     (__GFP_HIGH | __GFP_KSWAPD_RECLAIM)
#define GFP_NOWAIT	     (__GFP_KSWAPD_RECLAIM)
#define GFP_NOIO	     (__GFP_RECLAIM)
#define GFP_NOFS	     (__GFP_RECLAIM | __GFP_IO)
#define GFP_KERNEL	     (__GFP_RECLAIM | __GFP_IO | __GFP_FS)
#define GFP_USER	     (GFP_KERNEL | __GFP_HARDWALL)
#define GFP_HIGHUSER	     (GFP_USER | __GFP_HIGHMEM)
#define GFP_HIGHUSER_MOVABLE (GFP_HIGHUSER | __GFP_MOVABLE)
#define GFP_KERNEL_ACCOUNT   (GFP_KERNEL | __GFP_ACCOUNT)
#define GFP_DMA		     __GFP_DMA
#define GFP_DMA32	     __GFP_DMA32

/* gfpflags_allow_blocking - may an allocation with these flags sleep? */
static inline bool gfpflags_allow_blocking(gfp_t flags)
{
	return flags & __GFP_DIRECT_RECLAIM;
}

#endif
