/* SPDX-License-Identifier: MIT */
#ifndef _MM_DMA_H
#define _MM_DMA_H

/* What the files of the DMA calls share.  docs/dma.md is the overview. */
#include <linux/types.h>
#include <linux/dma-mapping.h>
#include <linux/rbtree.h>

/* ---- dma_record.c: what is mapped ------------------------------------------------------- */

enum dma_kind {
	DMA_KIND_SINGLE,
	DMA_KIND_PAGE,
	DMA_KIND_SG,
	DMA_KIND_COHERENT,
};

/**
 * struct dma_record - a mapping or a coherent allocation
 * @node: among all records, by @addr
 * @dev: whose
 * @addr: as the device sees it; the bounce buffer's if there is one
 * @phys: the caller's memory
 * @size: in bytes
 * @caller: who made it
 * @kind: enum dma_kind
 * @dir: enum dma_data_direction
 * @bounced: @addr is in a bounce pool
 */
struct dma_record {
	struct rb_node node;
	struct device *dev;
	dma_addr_t addr;
	phys_addr_t phys;
	size_t size;
	unsigned long caller;
	u8 kind;
	u8 dir;
	bool bounced;
};

void dma_record_init(void);

/**
 * dma_record_new - memory for a record
 * @what: copied
 *
 * Context: any; never sleeps.
 * Return: the record, not yet among the others; NULL without memory.
 */
struct dma_record *dma_record_new(const struct dma_record *what);
void dma_record_free(struct dma_record *rec);

/* dma_record_insert - from now on it is mapped. */
void dma_record_insert(struct dma_record *rec);

/**
 * dma_record_take - end a mapping
 * @want: what the caller says that it was: dev, addr, size, kind, dir, caller
 * @call: the function that was called, for reports
 *
 * Disagreements are reported; the record is right.
 *
 * Return: the record, which is the caller's now; NULL if there is none such.
 */
struct dma_record *dma_record_take(const struct dma_record *want, const char *call);

/* dma_record_allows - may what is mapped so be synced in this direction? */
static inline bool dma_record_allows(const struct dma_record *rec, unsigned int dir)
{
	return rec->dir == dir || rec->dir == DMA_BIDIRECTIONAL;
}

/**
 * dma_record_find - the mapping that a range lies in
 * @want: dev, addr, size, dir
 * @found: a copy of its record
 *
 * Of several, one that allows the direction is preferred.
 *
 * Return: false if there is none.
 */
bool dma_record_find(const struct dma_record *want, struct dma_record *found);

/* dma_misuse - the first line of a report, and the stack. */
void dma_misuse(const struct dma_record *want, const char *call, const char *what) __cold;

/* ---- dma_bounce.c: memory below a mask ---------------------------------------------------- */

void bounce_init(void);

/* bounce_forced - is everything bounced, because swiotlb=force says so? */
bool bounce_forced(void);

/* bounce_reserve - see to a pool that lies below @mask; may sleep. */
bool bounce_reserve(u64 mask);

/**
 * bounce_get - a buffer whose last byte is at or below @mask
 * @mask: the highest address that will do
 * @size: in bytes
 *
 * Context: any.
 * Return: its physical address, or DMA_MAPPING_ERROR.
 */
phys_addr_t bounce_get(u64 mask, size_t size);
void bounce_put(phys_addr_t at, size_t size);

/* bounce_max - the largest buffer that bounce_get() ever gives. */
size_t bounce_max(void);

/* bounce_copy - between two pieces of physical memory. */
void bounce_copy(phys_addr_t to, phys_addr_t from, size_t size);

/* ---- dma_map.c ------------------------------------------------------------------------------ */

/* dma_count - a streaming mapping was made, or could not be. */
void dma_count(bool bounced, bool failed);

/* The mask of a device whose caller names none: ISA's. */
#define DMA_ISA_MASK DMA_BIT_MASK(24)

#endif
