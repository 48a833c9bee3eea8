/* SPDX-License-Identifier: MIT */
#ifndef MM_PERCPU_H
#define MM_PERCPU_H

/* What percpu_area.c lays out and percpu.c allocates from. */
#include <linux/list.h>
#include <linux/percpu.h>
#include <linux/spinlock.h>
#include <asm/page.h>

/* Room for dynamic objects in the first chunk, bytes a CPU. */
#define PCPU_FIRST_DYNAMIC (64UL << 10)

/* Least distance between two CPUs' copies. */
#define PCPU_LEAST_UNIT (256UL << 10)

/**
 * struct pcpu_layout - the shape of every chunk
 * @unit_shift: a CPU's copy of a chunk starts 1 << unit_shift bytes after the one before
 * @base: CPU 0's copy of the first chunk, in the direct map
 * @window: CPU 0's copy of the first of the others
 * @window_size: bytes between it and the end of the last; 0: it is not there yet
 * @static_bytes: the linked section, whole pages; dynamic objects follow it
 * @first_bytes: of the first chunk's unit that has memory behind it
 * @first_chunk: the first chunk's descriptor
 * @first_ptr: per-CPU pointer of its first byte
 * @first_size: bytes of its unit
 *
 * Written by setup_per_cpu_areas() and pcpu_init_window(), constant afterwards.
 */
struct pcpu_layout {
	unsigned int unit_shift;
	unsigned long base;
	unsigned long window;
	unsigned long window_size;
	unsigned long static_bytes;
	unsigned long first_bytes;
	struct pcpu_chunk *first_chunk;
	unsigned long first_ptr;
	unsigned long first_size;
};

extern struct pcpu_layout pcpu_layout;

#define PCPU_MAX_CHUNKS 1024

/* Objects up to here are packed into pages by size class; larger ones take whole pages. */
#define PCPU_SMALL_MAX 2048
#define PCPU_CLASSES   17

/* What a page of a chunk is used for: a size class, or one of these. */
enum pcpu_use {
	PCPU_ABSENT = PCPU_CLASSES, /* no memory behind it */
	PCPU_FREE,		    /* memory, no object */
	PCPU_BUSY,		    /* being given memory, or losing it */
	PCPU_RUN,		    /* first page of an object of whole pages */
	PCPU_RUN_REST,		    /* the other pages of one */
	PCPU_STATIC,		    /* static variables */
};

/**
 * struct pcpu_page - one page of a chunk, for all CPUs
 * @partial: on its class's list while @nfree is not 0
 * @number: of the page, in per-CPU pointers; no pointer itself, see kmemleak.c
 * @use: size class, or enum pcpu_use
 * @run: PCPU_RUN: pages of the object
 * @nfree: objects free here; those on a CPU's stack are not
 * @free: bit set: the object is free here
 * @live: bit set: the object is somebody's; changed atomically
 */
struct pcpu_page {
	struct list_head partial;
	unsigned long number;
	u8 use;
	u8 run;
	u16 nfree;
	u64 free[8];
	u64 live[8];
};

/**
 * struct pcpu_chunk - units for all CPUs at one stride
 * @nr_unused: pages that hold no object: PCPU_ABSENT and PCPU_FREE ones
 * @nr_free: the PCPU_FREE ones
 * @page: one for each page of a unit
 */
struct pcpu_chunk {
	unsigned int nr_unused;
	unsigned int nr_free;
	struct pcpu_page page[];
};

static inline unsigned int pcpu_unit_pages(void)
{
	return 1u << (pcpu_layout.unit_shift - PAGE_SHIFT);
}

static inline size_t pcpu_chunk_struct_size(void)
{
	return sizeof(struct pcpu_chunk) + pcpu_unit_pages() * sizeof(struct pcpu_page);
}

extern spinlock_t pcpu_lock; /* the use of pages, chunks, lists of pages */

/* ---- percpu_chunk.c ---- */

/* pcpu_init_first_chunk - the first chunk's pages; called once its memory exists. */
void pcpu_init_first_chunk(void);

/* pcpu_init_window - take the addresses of all further chunks; called by vmalloc_init(). */
void pcpu_init_window(void);

/* pcpu_chunk - chunk @i of the window, or NULL; -1 is the first chunk. */
struct pcpu_chunk *pcpu_chunk(int i);

/* pcpu_first_page - the page of the first chunk a per-CPU pointer lies in, or NULL. */
static __always_inline struct pcpu_page *pcpu_first_page(unsigned long ptr)
{
	unsigned long at = ptr - pcpu_layout.first_ptr;

	if (unlikely(at >= pcpu_layout.first_size))
		return NULL;
	return &pcpu_layout.first_chunk->page[at >> PAGE_SHIFT];
}

/* pcpu_page_of - the page a per-CPU pointer lies in, or NULL. */
struct pcpu_page *pcpu_page_of(unsigned long ptr);

/* pcpu_page_ptr - the per-CPU pointer of a page's first byte. */
static __always_inline unsigned long pcpu_page_ptr(const struct pcpu_page *page)
{
	return page->number << PAGE_SHIFT;
}

/* pcpu_ptr_of - the per-CPU pointer that has a copy at @addr; @addr itself if none has. */
unsigned long pcpu_ptr_of(unsigned long addr);

struct pcpu_chunk *pcpu_chunk_of(const struct pcpu_page *page);

static inline bool pcpu_page_unused(const struct pcpu_page *page, bool absent_too)
{
	return page->use == PCPU_FREE || (absent_too && page->use == PCPU_ABSENT);
}

/* pcpu_get_pages - @n pages side by side with memory, PCPU_BUSY, or NULL. */
struct pcpu_page *pcpu_get_pages(unsigned int n, gfp_t gfp);

/* pcpu_set_unused - a page holds no object any more; under pcpu_lock. */
void pcpu_set_unused(struct pcpu_page *page, enum pcpu_use use);

/* pcpu_drop_run - so for @n pages; bit k of @absent: page k has no memory; under pcpu_lock. */
void pcpu_drop_run(struct pcpu_page *page, unsigned int n, u32 absent);

/* pcpu_drain_chunks - take the memory of unused pages, and chunks without any. */
void pcpu_drain_chunks(void);

/* ---- percpu.c ---- */

extern const u16 pcpu_class_size[PCPU_CLASSES];
extern struct list_head pcpu_partial_pages[PCPU_CLASSES];

static inline unsigned int pcpu_objects_a_page(unsigned int class)
{
	return (unsigned int)PAGE_SIZE / pcpu_class_size[class];
}

/* pcpu_init_classes - tables and stacks; part of start-up. */
void pcpu_init_classes(void);

/* ---- percpu_check.c ---- */

/**
 * pcpu_check - do the allocator's invariants hold?
 *
 * Context: no allocation or free at the same time.
 * Return: NULL, or which one does not.
 */
const char *pcpu_check(void);

#endif
