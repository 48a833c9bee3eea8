/* SPDX-License-Identifier: MIT */
#ifndef _MM_KMEMLEAK_H
#define _MM_KMEMLEAK_H

/* What the allocators tell kmemleak.c, and kmemleak_objects.c finds for it. */
#include <linux/types.h>

struct page;
struct vmap_area;

#define LEAK_FRAMES    10

#define LEAK_GREY      1u  /* referred to, in this pass */
#define LEAK_SCANNED   2u  /* and looked through */
#define LEAK_CHECKED   4u  /* the checksum is that of the last pass */
#define LEAK_SUSPECTED 8u  /* nobody refers to it */
#define LEAK_ROOT      16u /* never suspected */
#define LEAK_NO_SCAN   32u /* never looked through */

/**
 * struct leak_record - what is known of an object in use
 * @when: nanoseconds at which it was allocated
 * @checksum: of its bytes when it was found to be referred to by nobody
 * @pid: of who allocated it
 * @flags: LEAK_*
 * @comm: that task's name
 * @frame: return addresses, innermost first; 0 ends them
 */
struct leak_record {
	u64 when;
	u64 checksum;
	pid_t pid;
	u32 flags;
	char comm[16];
	unsigned long frame[LEAK_FRAMES];
};

/* kmemleak_record - an object was handed out; the trace begins two callers up */
void kmemleak_record(struct leak_record *r);

/* ---- With kmemleak=on only; Context: any but NMI, allocating as @gfp says ---- */

/* kmemleak_track_block - a large block of kmalloc() was handed out */
void kmemleak_track_block(struct page *page, gfp_t gfp);

/*
 * kmemleak_track_sampled - an object between guard pages was handed out; false if there was no
 * memory for that.  kmemleak_free() is the opposite.
 */
bool kmemleak_track_sampled(const void *obj, size_t size, gfp_t gfp);

/* kmemleak_untrack_pages - the first page of a block is PGF_TRACKED, and has another use now */
void kmemleak_untrack_pages(struct page *page);

/* kmemleak_track_area - an area of vmalloc() has its pages, and becomes live */
void kmemleak_track_area(const struct vmap_area *va, gfp_t gfp);

/* kmemleak_track_percpu - a per-CPU object was handed out; false if there was no memory for that */
bool kmemleak_track_percpu(unsigned long ptr, size_t size, gfp_t gfp);
void kmemleak_untrack_percpu(unsigned long ptr);

/* ---- kmemleak_objects.c for kmemleak.c ---- */

/**
 * struct leak_object - an object in use
 * @start: its address, or its per-CPU pointer
 * @size: bytes, of each CPU's copy
 * @percpu: is it a per-CPU object?
 * @record: who has it
 */
struct leak_object {
	unsigned long start;
	size_t size;
	bool percpu;
	struct leak_record *record;
};

struct leak_span {
	unsigned long from, to;
};

/* What to do with an object in use; the lock that keeps it and its record is held. */
typedef void (*leak_fn)(const struct leak_object *o, void *arg);

/* What to do with a number that an object may begin at; no lock is held. */
typedef void (*leak_start_fn)(unsigned long start, void *arg);

/* leak_with_object - call @fn for each object that @addr can mean: at most one of a kind */
void leak_with_object(unsigned long addr, leak_fn fn, void *arg);

/* leak_for_each_start - call @fn for where objects begin; Context: may sleep */
void leak_for_each_start(leak_start_fn fn, void *arg);

/* leak_for_each_frame - call @fn for each page descriptor; Context: may sleep */
void leak_for_each_frame(void (*fn)(struct page *page, void *arg), void *arg);

/* leak_range_in - the lowest object outside slabs that reaches into [@from, @to), if any */
bool leak_range_in(unsigned long from, unsigned long to, struct leak_span *span);

#endif
