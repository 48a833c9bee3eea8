/* SPDX-License-Identifier: MIT */
#ifndef _ASM_DMA_H
#define _ASM_DMA_H

/*
 * The DMA controllers of the ISA bus: two 8237, of four channels each.  They count
 * bytes (channels 0 to 3) or words (5 to 7; 4 joins the two), reach 16 MiB, and
 * cannot cross a boundary of 64 KiB, or 128 KiB for words: GFP_DMA memory of
 * kmalloc() and __get_dma_pages() is what they are given.  arch/x86_64/isa_dma.c.
 *
 *	flags = claim_dma_lock();
 *	disable_dma(n); clear_dma_ff(n); set_dma_mode(n, DMA_MODE_READ);
 *	set_dma_addr(n, virt_to_bus(buffer)); set_dma_count(n, size); enable_dma(n);
 *	release_dma_lock(flags);
 */
#include <linux/spinlock.h>
#include <linux/types.h>
#include <asm/io.h>
#include <asm/page.h>

#define MAX_DMA_CHANNELS 8

/* The address in the kernel that no memory for these controllers reaches. */
#define MAX_DMA_ADDRESS	 (PAGE_OFFSET + (16UL << 20))

#define DMA_MODE_READ	 0x44 /* from the device, single transfers */
#define DMA_MODE_WRITE	 0x48 /* to the device */
#define DMA_MODE_CASCADE 0xc0 /* the device is a bus master */
#define DMA_AUTOINIT	 0x10 /* start over at the end */

extern spinlock_t dma_spin_lock;

/* claim_dma_lock - the controllers' registers are the caller's.  Context: any. */
static inline unsigned long claim_dma_lock(void)
{
	unsigned long flags;

	spin_lock_irqsave(&dma_spin_lock, flags);
	return flags;
}

static inline void release_dma_lock(unsigned long flags)
{
	spin_unlock_irqrestore(&dma_spin_lock, flags);
}

/**
 * request_dma - claim a channel
 * @channel: 0 to 7 except 4
 * @name: whose it is; not copied
 *
 * Context: any.
 * Return: 0, -EINVAL for a channel that is none, -EBUSY for one that is taken.
 */
int request_dma(unsigned int channel, const char *name);

/* free_dma - give a channel back; one that nobody claimed is reported. */
void free_dma(unsigned int channel);

/* The rest with claim_dma_lock() held.  enable_dma, disable_dma - let it transfer, or not. */
void enable_dma(unsigned int channel);
void disable_dma(unsigned int channel);
/* clear_dma_ff - the next byte written or read is the lower one. */
void clear_dma_ff(unsigned int channel);
/* set_dma_mode - DMA_MODE_*, perhaps with DMA_AUTOINIT. */
void set_dma_mode(unsigned int channel, unsigned int mode);
/* set_dma_addr - where to; a bus address below 16 MiB, even for channels of words. */
void set_dma_addr(unsigned int channel, unsigned int addr);
/* set_dma_count - how many bytes, 1 to 65536; 2 to 131072 and even for channels of words. */
void set_dma_count(unsigned int channel, unsigned int count);
/* get_dma_residue - bytes left; 0 only when it has not begun, for the whole is 65536 then. */
int get_dma_residue(unsigned int channel);

#endif
