/* SPDX-License-Identifier: MIT */
#ifndef MM_PERCPU_H
#define MM_PERCPU_H

/* What percpu_area.c lays out and percpu.c allocates from. */
#include <linux/list.h>
#include <linux/percpu.h>
#include <asm/page.h>

/* Room for dynamic objects in the first chunk, bytes a CPU. */
#define PCPU_FIRST_DYNAMIC (32UL << 10)

/* Least distance between two CPUs' copies. */
#define PCPU_LEAST_UNIT (256UL << 10)

/**
 * struct pcpu_layout - the shape of every chunk
 * @unit_shift: a CPU's copy of a chunk starts 1 << unit_shift bytes after the one before
 * @base: CPU 0's copy of the first chunk, in the direct map
 * @static_bytes: the linked section, whole pages; dynamic objects follow it
 * @first_bytes: of the first chunk's unit that has memory behind it
 * @first_chunk: memory for the first chunk's struct pcpu_chunk
 *
 * Written by setup_per_cpu_areas(), constant afterwards.
 */
struct pcpu_layout {
	unsigned int unit_shift;
	unsigned long base;
	unsigned long static_bytes;
	unsigned long first_bytes;
	struct pcpu_chunk *first_chunk;
};

extern struct pcpu_layout pcpu_layout;

/* Objects up to here are packed into pages by size class; larger ones take whole pages. */
#define PCPU_SMALL_MAX 2048
#define PCPU_CLASSES   17

/* What a page of a chunk is used for: a size class, or one of these. */
enum pcpu_use {
	PCPU_ABSENT = 0x80, /* no memory behind it */
	PCPU_FREE,	    /* memory, no object */
	PCPU_BUSY,	    /* being given memory, or losing it */
	PCPU_RUN,	    /* first page of an object of whole pages */
	PCPU_RUN_REST,	    /* the other pages of one */
	PCPU_STATIC,	    /* static variables */
};

/**
 * struct pcpu_page - one page of a chunk, for all CPUs
 * @partial: on its class's list while @nfree is not 0
 * @ptr: per-CPU pointer of its first byte
 * @use: size class, or enum pcpu_use
 * @run: PCPU_RUN: pages of the object
 * @nfree: objects free here; those on a CPU's stack are not
 * @free: bit set: the object is free here
 * @live: bit set: the object is somebody's; changed atomically
 */
struct pcpu_page {
	struct list_head partial;
	unsigned long ptr;
	u8 use;
	u8 run;
	u16 nfree;
	u64 free[8];
	u64 live[8];
};

/**
 * struct pcpu_chunk - units for all CPUs at one stride
 * @base: CPU 0's unit
 * @nr_unused: pages that hold no object: PCPU_ABSENT and PCPU_FREE ones
 * @nr_free: the PCPU_FREE ones
 * @page: one for each page of a unit
 */
struct pcpu_chunk {
	unsigned long base;
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

/* pcpu_init_first_chunk - the first chunk's pages; called once its memory exists. */
void pcpu_init_first_chunk(void);

/* pcpu_init_window - take the addresses of all further chunks; called by vmalloc_init(). */
void pcpu_init_window(void);

/**
 * pcpu_check - do the allocator's invariants hold?
 *
 * Context: no allocation or free at the same time.
 * Return: NULL, or which one does not.
 */
const char *pcpu_check(void);

#endif
