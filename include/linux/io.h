/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_IO_H
#define _LINUX_IO_H

/*
 * Device memory: mapping it (ioremap and relatives) and reaching it (readb and
 * relatives).  A pointer of type void __iomem * is for these accessors only.
 */
#include <linux/types.h>
#include <linux/compiler.h>
#include <linux/err.h>
#include <asm/io.h>
#include <asm/page.h>

/**
 * ioremap - map device memory, uncached
 * @phys: first physical address, of any alignment
 * @size: bytes, at least 1
 *
 * RAM that the page allocator owns, a range that wraps around or leaves the
 * CPU's physical addresses, and one that a live mapping of another cache type
 * overlaps are refused with a report.
 *
 * Context: may sleep.
 * Return: the address that stands for @phys, or NULL.
 */
void __iomem *ioremap(resource_size_t phys, size_t size);

/* ioremap_uc - strongly uncached: write-combining cannot override it. */
void __iomem *ioremap_uc(resource_size_t phys, size_t size);

/* ioremap_wc - write-combining: for frame buffers; writes may be merged and reordered. */
void __iomem *ioremap_wc(resource_size_t phys, size_t size);

/* ioremap_wt - write-through: reads are cached, writes go to the device at once. */
void __iomem *ioremap_wt(resource_size_t phys, size_t size);

/* ioremap_cache - write-back: for memory that lies behind a device range. */
void __iomem *ioremap_cache(resource_size_t phys, size_t size);

/* ioremap_np - non-posted writes; x86 has none, so this is strongly uncached. */
void __iomem *ioremap_np(resource_size_t phys, size_t size);

#define ioremap_nocache(phys, size) ioremap(phys, size)

/**
 * iounmap - undo ioremap()
 * @addr: what ioremap() or a relative gave, or NULL
 *
 * Context: any but interrupt, where a call is reported.
 */
void iounmap(volatile void __iomem *addr);

/* How memremap() may map; the first that fits is taken. */
#define MEMREMAP_WB 0x1UL /* write-back; RAM comes from the direct map */
#define MEMREMAP_WT 0x2UL
#define MEMREMAP_WC 0x4UL

/**
 * memremap - map something at a physical address that behaves like memory
 * @phys: first physical address
 * @size: bytes
 * @flags: MEMREMAP_* flags, in the order of their values
 *
 * RAM can only be had with MEMREMAP_WB, and comes from the direct map.
 *
 * Context: may sleep.
 * Return: the address, or NULL.
 */
void *memremap(resource_size_t phys, size_t size, unsigned long flags);

/* memunmap - undo memremap(). */
void memunmap(void *addr);

/*
 * The accessors.  Each is one access of exactly its width.  The plain ones are
 * ordered against all memory accesses of the compiler, the _relaxed ones only
 * among themselves; uncached x86 needs no fence for either.
 */
#define __MMIO_READ(name, insn, type, out, clobber...)                   \
	static inline type name(const volatile void __iomem *addr)       \
	{                                                                \
		type value;                                              \
                                                                         \
		asm volatile(insn " %1, %0"                              \
			     : out(value)                                \
			     : "m"(*(const volatile type __force *)addr) \
			     : clobber);                                 \
		return value;                                            \
	}
#define __MMIO_WRITE(name, insn, type, in, clobber...)                        \
	static inline void name(type value, volatile void __iomem *addr)      \
	{                                                                     \
		asm volatile(insn " %0, %1"                                   \
			     :                                                \
			     : in(value), "m"(*(volatile type __force *)addr) \
			     : clobber);                                      \
	}

__MMIO_READ(readb, "movb", u8, "=q", "memory")
__MMIO_READ(readw, "movw", u16, "=r", "memory")
__MMIO_READ(readl, "movl", u32, "=r", "memory")
__MMIO_READ(readq, "movq", u64, "=r", "memory")
__MMIO_READ(readb_relaxed, "movb", u8, "=q")
__MMIO_READ(readw_relaxed, "movw", u16, "=r")
__MMIO_READ(readl_relaxed, "movl", u32, "=r")
__MMIO_READ(readq_relaxed, "movq", u64, "=r")
__MMIO_WRITE(writeb, "movb", u8, "q", "memory")
__MMIO_WRITE(writew, "movw", u16, "r", "memory")
__MMIO_WRITE(writel, "movl", u32, "r", "memory")
__MMIO_WRITE(writeq, "movq", u64, "r", "memory")
__MMIO_WRITE(writeb_relaxed, "movb", u8, "q")
__MMIO_WRITE(writew_relaxed, "movw", u16, "r")
__MMIO_WRITE(writel_relaxed, "movl", u32, "r")
__MMIO_WRITE(writeq_relaxed, "movq", u64, "r")

#define __raw_readb(addr)	  readb_relaxed(addr)
#define __raw_readw(addr)	  readw_relaxed(addr)
#define __raw_readl(addr)	  readl_relaxed(addr)
#define __raw_readq(addr)	  readq_relaxed(addr)
#define __raw_writeb(value, addr) writeb_relaxed(value, addr)
#define __raw_writew(value, addr) writew_relaxed(value, addr)
#define __raw_writel(value, addr) writel_relaxed(value, addr)
#define __raw_writeq(value, addr) writeq_relaxed(value, addr)

/* memcpy and memset across the bus: whole words where both ends allow, bytes at the edges. */
void memcpy_fromio(void *to, const volatile void __iomem *from, size_t n);
void memcpy_toio(volatile void __iomem *to, const void *from, size_t n);
void memset_io(volatile void __iomem *to, int c, size_t n);

/*
 * Ports and memory by one kind of pointer.  ioport_map() turns a port number into
 * a cookie between PIO_OFFSET and PIO_RESERVED, which no mapping ever has as its
 * address; the ioread and iowrite families look which kind they got.
 */
#define PIO_OFFSET   0x10000UL
#define PIO_MASK     0x0ffffUL
#define PIO_RESERVED 0x40000UL

static inline void __iomem *ioport_map(unsigned long port, unsigned int nr)
{
	if (port > PIO_MASK || nr > PIO_MASK + 1 - port)
		return NULL;
	return (void __iomem *)(port + PIO_OFFSET);
}

static inline void ioport_unmap(void __iomem *addr)
{
	(void)addr;
}

static inline bool __io_is_port(const volatile void __iomem *addr)
{
	return (unsigned long)addr < PIO_RESERVED;
}

static inline u16 __io_port(const volatile void __iomem *addr)
{
	return (unsigned long)addr & PIO_MASK;
}

#define __IOREAD(name, type, port_fn, mem_fn)                                        \
	static inline type name(const volatile void __iomem *addr)                   \
	{                                                                            \
		return __io_is_port(addr) ? port_fn(__io_port(addr)) : mem_fn(addr); \
	}
#define __IOWRITE(name, type, port_fn, mem_fn)                           \
	static inline void name(type value, volatile void __iomem *addr) \
	{                                                                \
		if (__io_is_port(addr))                                  \
			port_fn(value, __io_port(addr));                 \
		else                                                     \
			mem_fn(value, addr);                             \
	}

__IOREAD(ioread8, u8, inb, readb)
__IOREAD(ioread16, u16, inw, readw)
__IOREAD(ioread32, u32, inl, readl)
__IOWRITE(iowrite8, u8, outb, writeb)
__IOWRITE(iowrite16, u16, outw, writew)
__IOWRITE(iowrite32, u32, outl, writel)

#define ioread64(addr)		 readq(addr)
#define iowrite64(value, addr)	 writeq(value, addr)
#define ioread16be(addr)	 __builtin_bswap16(ioread16(addr))
#define ioread32be(addr)	 __builtin_bswap32(ioread32(addr))
#define iowrite16be(value, addr) iowrite16(__builtin_bswap16(value), addr)
#define iowrite32be(value, addr) iowrite32(__builtin_bswap32(value), addr)

/* The _rep forms: @count accesses to one register, from or to memory. */
void ioread8_rep(const volatile void __iomem *addr, void *to, unsigned long count);
void ioread16_rep(const volatile void __iomem *addr, void *to, unsigned long count);
void ioread32_rep(const volatile void __iomem *addr, void *to, unsigned long count);
void iowrite8_rep(volatile void __iomem *addr, const void *from, unsigned long count);
void iowrite16_rep(volatile void __iomem *addr, const void *from, unsigned long count);
void iowrite32_rep(volatile void __iomem *addr, const void *from, unsigned long count);

/* The names of old for what an ISA device or a bus master is told: physical addresses. */
#define virt_to_bus(virt)     virt_to_phys(virt)
#define bus_to_virt(bus)      phys_to_virt(bus)
#define isa_virt_to_bus(virt) ((unsigned int)virt_to_phys(virt))
#define isa_bus_to_virt(bus)  phys_to_virt(bus)

#endif
