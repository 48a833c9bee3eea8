/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_MM_TYPES_H
#define _LINUX_MM_TYPES_H

#include <linux/types.h>
#include <linux/compiler.h>

struct kmem_cache;

/**
 * enum page_state - the lifecycle of a page frame
 * @PAGE_ABSENT:    no RAM behind this descriptor; all-zero descriptors say this
 * @PAGE_RESERVED:  RAM that the page allocator never owned: image, firmware,
 *		    boot allocations, the descriptors themselves
 * @PAGE_INTERIOR:  any but the first page of a free or an allocated block
 * @PAGE_FREE:	    first page of a block on a zone's free list
 * @PAGE_CACHED:    first page of a block on a per-CPU list
 * @PAGE_ALLOCATED: first page of an allocated block
 *
 * Exactly the pages that begin a block carry its order, so a free with a wrong
 * order, of an interior page, or of a page that is free already shows at once.
 */
enum page_state {
	PAGE_ABSENT,
	PAGE_RESERVED,
	PAGE_INTERIOR,
	PAGE_FREE,
	PAGE_CACHED,
	PAGE_ALLOCATED,
};

/* What an allocated page is used for; page->flags. */
#define PGF_COMPOUND 0x01 /* head of a compound page */
#define PGF_TAIL     0x02 /* tail of a compound page; head_pfn is valid */
#define PGF_LARGE    0x04 /* a kmalloc too large for any slab cache */
#define PGF_SLAB     0x08 /* page of a slab; slab_cache is valid */
#define PGF_TABLE    0x10 /* page table */
#define PGF_VMALLOC  0x20 /* mapped by vmalloc */
#define PGF_PERCPU   0x40 /* per-CPU chunk */
#define PGF_TRACKED  0x80 /* kmemleak=on: of an object that is watched, and no root */

/**
 * struct page - descriptor of one page frame
 *
 * Thirty-two bytes, found from an address by two shifts; see <asm/page.h>.
 * state, order, zone and nid are written only by mm/page_state.h helpers.
 * slab_cache is NULL in every page that belongs to no slab, at all times:
 * kfree() reads it first.
 */
struct page {
	union {
		struct {
			u8 state;	    /* enum page_state */
			u8 order;	    /* of the block this page begins */
			u8 flags;	    /* PGF_* */
			u8 zone : 2,	    /* enum zone_type */
				nid : 6;    /* NUMA node */
			atomic_t _refcount; /* of an allocated block; its last put frees it */
		};
		u16 block; /* state and order */
		u64 word;  /* all of these, compared at once; PAGE_WORD() */
	};
	struct kmem_cache *slab_cache;
	union {
		struct { /* on a list of blocks or of slabs: frame numbers */
			u32 next;
			u32 prev;
		};
		u32 head_pfn; /* PGF_TAIL: first page of the compound page */
	};
	union {
		unsigned long private; /* the owner's */
		u64 slab_free;	       /* slab: one bit an object, set while it is free */
	};
};

_Static_assert(sizeof(struct page) == 32, "asm/page.h computes descriptors by shifts");
_Static_assert(__builtin_offsetof(struct page, slab_cache) == 8, "kfree() reads it first");

/*
 * The first word of a descriptor.  A tag is its zone and node.  The reference
 * count is 1 in every state but PAGE_ABSENT, so that a change of state need not
 * touch it: PAGE_WORD() is that of an unflagged page that nobody else refers to.
 */
#define PAGE_TAG(zone, nid)	     ((u32)(zone) << 24 | (u32)(nid) << 26)
#define PAGE_WORD(state, order, tag) ((u64)(state) | (u64)(order) << 8 | (u64)(tag) | 1ULL << 32)

/* Ends a list of frames; frame 0 is never free and can say so. */
#define PFN_NONE 0u

#endif
