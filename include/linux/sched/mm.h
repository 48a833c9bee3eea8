/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_SCHED_MM_H
#define _LINUX_SCHED_MM_H

/*
 * What a task has said about its allocations.  A task that holds a lock which
 * block I/O or a filesystem takes says so once, and every allocation that it makes
 * meanwhile, however deep in other people's code, loses __GFP_IO or __GFP_FS.
 */
#include <linux/compiler.h>
#include <linux/gfp_types.h>
#include <linux/sched.h>

#define PF_MEMALLOC	 0x00000800 /* frees memory: may take the last page */
#define PF_KSWAPD	 0x00020000 /* a node's reclaim thread */
#define PF_MEMALLOC_NOFS 0x00040000 /* its allocations lack __GFP_FS */
#define PF_MEMALLOC_NOIO 0x00080000 /* and __GFP_IO */

/* memalloc_flags_save - set PF_* flags of this task; the answer says which were set before. */
static inline unsigned int memalloc_flags_save(unsigned int flags)
{
	unsigned int old = current->flags & flags;

	current->flags |= flags;
	return old;
}

static inline void memalloc_flags_restore(unsigned int flags, unsigned int old)
{
	current->flags = (current->flags & ~flags) | old;
}

/**
 * memalloc_noio_save - from here on this task's allocations start no block I/O
 *
 * memalloc_nofs_save() is the same for entering filesystems, and
 * memalloc_noreclaim_save() lets the task take the last page and reclaim nothing,
 * for work that frees memory in the end.
 *
 * Context: process.
 * Return: what memalloc_noio_restore() wants, so that the scopes nest.
 */
static inline unsigned int memalloc_noio_save(void)
{
	return memalloc_flags_save(PF_MEMALLOC_NOIO);
}

static inline void memalloc_noio_restore(unsigned int old)
{
	memalloc_flags_restore(PF_MEMALLOC_NOIO, old);
}

static inline unsigned int memalloc_nofs_save(void)
{
	return memalloc_flags_save(PF_MEMALLOC_NOFS);
}

static inline void memalloc_nofs_restore(unsigned int old)
{
	memalloc_flags_restore(PF_MEMALLOC_NOFS, old);
}

static inline unsigned int memalloc_noreclaim_save(void)
{
	return memalloc_flags_save(PF_MEMALLOC);
}

static inline void memalloc_noreclaim_restore(unsigned int old)
{
	memalloc_flags_restore(PF_MEMALLOC, old);
}

/* current_gfp_context - @gfp as far as this task's scopes allow it. */
static inline gfp_t current_gfp_context(gfp_t gfp)
{
	unsigned int flags = READ_ONCE(current->flags);

	if (likely(!(flags & (PF_MEMALLOC_NOIO | PF_MEMALLOC_NOFS))) || in_interrupt())
		return gfp;
	return gfp & ~(flags & PF_MEMALLOC_NOIO ? __GFP_IO | __GFP_FS : __GFP_FS);
}

/* current_is_kswapd - is this a node's reclaim thread? */
static inline bool current_is_kswapd(void)
{
	return current->flags & PF_KSWAPD;
}

#endif
