/* SPDX-License-Identifier: MIT */
/*
 * The 8237 DMA controllers of the ISA bus, for drivers of old.
 *
 *   channel       0 1 2 3            5 6 7         (4 is the first one's way to the CPU)
 *   controller    the first          the second
 *   counts        bytes              words
 *   registers     from port 0        from port 0xc0, every second one
 *
 * A register of 16 bits is written and read through one port, the lower byte first;
 * a flip-flop says which comes next.  The bits of an address above 16, or 17 for
 * words, are in a register beside the controller, the page, which does not count
 * along: hence the boundaries that a transfer cannot cross.
 *
 * Locking: who programs a channel holds dma_spin_lock; owners[] changes by atomic
 * exchange.  Contexts: any.  Nothing here waits for a transfer.
 */
#include <linux/atomic.h>
#include <linux/bug.h>
#include <linux/errno.h>
#include <linux/export.h>
#include <asm/dma.h>

#define CASCADE	      4
#define FIRST_OF_WORD 5

/* Registers of a controller, numbered as the first one has them. */
#define REG_MASK      0x0a
#define REG_MODE      0x0b
#define REG_FLIP_FLOP 0x0c
#define MASK_SET      0x04
#define SECOND_BASE   0xc0
#define CHANNEL_OF(n) ((n)&3)

DEFINE_SPINLOCK(dma_spin_lock);
EXPORT_SYMBOL(dma_spin_lock);

static const char *owners[MAX_DMA_CHANNELS] = {[CASCADE] = "cascade"};

static const u16 page_ports[MAX_DMA_CHANNELS] = {0x87, 0x83, 0x81, 0x82, 0x8f, 0x8b, 0x89, 0x8a};

int request_dma(unsigned int channel, const char *name)
{
	if (channel >= MAX_DMA_CHANNELS)
		return -EINVAL;
	return cmpxchg(&owners[channel], NULL, name) ? -EBUSY : 0;
}
EXPORT_SYMBOL(request_dma);

void free_dma(unsigned int channel)
{
	if (WARN(channel >= MAX_DMA_CHANNELS || channel == CASCADE, "no DMA channel %u\n", channel))
		return;
	WARN(!xchg(&owners[channel], NULL), "DMA channel %u is free already\n", channel);
}
EXPORT_SYMBOL(free_dma);

static bool counts_words(unsigned int channel)
{
	return channel >= FIRST_OF_WORD;
}

static u16 port_of(unsigned int channel, unsigned int reg)
{
	return (u16)(channel < CASCADE ? reg : SECOND_BASE + 2 * reg);
}

static u16 addr_port(unsigned int channel)
{
	return port_of(channel, 2 * CHANNEL_OF(channel));
}

static u16 count_port(unsigned int channel)
{
	return port_of(channel, 2 * CHANNEL_OF(channel) + 1);
}

static void write_16(u16 port, unsigned int value)
{
	outb((u8)value, port);
	outb((u8)(value >> 8), port);
}

void enable_dma(unsigned int channel)
{
	outb((u8)CHANNEL_OF(channel), port_of(channel, REG_MASK));
}
EXPORT_SYMBOL(enable_dma);

void disable_dma(unsigned int channel)
{
	outb((u8)(CHANNEL_OF(channel) | MASK_SET), port_of(channel, REG_MASK));
}
EXPORT_SYMBOL(disable_dma);

void clear_dma_ff(unsigned int channel)
{
	outb(0, port_of(channel, REG_FLIP_FLOP));
}
EXPORT_SYMBOL(clear_dma_ff);

void set_dma_mode(unsigned int channel, unsigned int mode)
{
	outb((u8)(mode | CHANNEL_OF(channel)), port_of(channel, REG_MODE));
}
EXPORT_SYMBOL(set_dma_mode);

void set_dma_addr(unsigned int channel, unsigned int addr)
{
	unsigned int page = addr >> 16;

	if (counts_words(channel)) {
		addr >>= 1;
		page &= ~1U;
	}
	outb((u8)page, page_ports[channel]);
	write_16(addr_port(channel), addr);
}
EXPORT_SYMBOL(set_dma_addr);

void set_dma_count(unsigned int channel, unsigned int count)
{
	write_16(count_port(channel), (counts_words(channel) ? count / 2 : count) - 1);
}
EXPORT_SYMBOL(set_dma_count);

int get_dma_residue(unsigned int channel)
{
	unsigned int left = inb(count_port(channel));

	left = (left | (unsigned int)inb(count_port(channel)) << 8) + 1;
	left &= 0xffff;
	return (int)(counts_words(channel) ? left * 2 : left);
}
EXPORT_SYMBOL(get_dma_residue);
