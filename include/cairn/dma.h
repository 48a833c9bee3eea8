/* SPDX-License-Identifier: MIT */
#ifndef _CAIRN_DMA_H
#define _CAIRN_DMA_H

/* DMA mappings, beside what drivers call (<linux/dma-mapping.h>). */
#include <linux/types.h>

struct device;

/* dma_init - records of mappings, and bounce buffers where RAM reaches above 4 GiB. */
void dma_init(void);

/**
 * dma_report_pending - report what a device still has mapped
 * @dev: one whose driver has let it go
 *
 * Context: any.
 * Return: how many mappings and coherent allocations.
 */
unsigned int dma_report_pending(struct device *dev);

/**
 * dma_bounce_pools - which pools of bounce buffers there are
 *
 * Context: any.
 * Return: a bit for each, by the number that dma_bounce_pool() takes.
 */
unsigned long dma_bounce_pools(void);

/**
 * dma_bounce_shrink - free pools of bounce buffers that nobody uses
 * @keep: a bit for each that stays, as dma_bounce_pools() has them
 *
 * Those that start-up reserved stay too.  A mapping that needs one makes it anew.
 *
 * Context: any.
 * Return: pages freed.
 */
unsigned long dma_bounce_shrink(unsigned long keep);

/**
 * struct dma_stats - what the monitor's dma command shows
 * @mappings: streaming mappings now
 * @coherent: coherent allocations now
 * @coherent_bytes: in them
 * @mapped: streaming mappings ever
 * @bounced: those that were bounced
 * @failed: those that failed
 */
struct dma_stats {
	unsigned long mappings;
	unsigned long coherent;
	unsigned long coherent_bytes;
	unsigned long mapped;
	unsigned long bounced;
	unsigned long failed;
};

void dma_get_stats(struct dma_stats *stats);

/**
 * struct dma_bounce_info - one pool of bounce buffers
 * @start: physical address
 * @bytes: its size
 * @used: bytes in use
 * @peak: the most that ever were
 */
struct dma_bounce_info {
	phys_addr_t start;
	size_t bytes;
	size_t used;
	size_t peak;
};

/* dma_bounce_pool - the @i-th pool; false behind the last. */
bool dma_bounce_pool(unsigned int i, struct dma_bounce_info *info);

#endif
