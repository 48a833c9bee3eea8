/* SPDX-License-Identifier: MIT */
/*
 * Base address registers: what a function asks for, and where it is.
 *
 * A register keeps the low bits that encode its kind, ties the address bits
 * below its size to 0, and lets the rest be written.  The lowest address bit
 * that reads back differently after all ones and after all zeroes is the size:
 *
 *	holds 0xfea00000
 *	write 0xffffffff, read 0xfff00000
 *	write 0x00000000, read 0x00000000   size 0x00100000
 *
 * The second write tells a read-only register from one that stood at the top of
 * its range.  Bits above the lowest that stick only sometimes do not matter.
 *
 * A 64-bit register has two slots; it is sized over both at once, since
 * no bit of the low half of one of 4 GiB or more can be changed.
 *
 * While all ones stand in a register the function would answer at the top of
 * the address space, so its decoding is off; afterwards each register and the
 * command register hold what they held before.  Pure.  Source: PCI Local Bus
 * Specification 3.0, 6.2.5.1.
 */
#include <cairn/pci.h>
#include <linux/errno.h>
#include <linux/pci_ids.h>

#define DECODE (PCI_COMMAND_IO | PCI_COMMAND_MEMORY)

/* How many registers, and where the ROM's is, by header type. */
static unsigned int nr_registers(const struct pci_function *fn)
{
	static const u8 nr[] = {6, 2, 1};

	return nr[fn->header_type];
}

static unsigned int rom_register(const struct pci_function *fn)
{
	static const u8 where[] = {PCI_ROM_ADDRESS, PCI_ROM_ADDRESS1, 0};

	return where[fn->header_type];
}

/* What a register holds, and which of its bits can be changed. */
struct probed {
	u32 held;
	u32 ones; /* what reads back after writing all ones */
	u32 writable;
};

/* Writes all ones and all zeroes over @mask, and puts back what was there. */
static struct probed probe(const struct pci_config *cfg, struct pci_address at, unsigned int where,
			   u32 mask)
{
	struct probed p;

	p.held = pci_config_read(cfg, at, where, 4);
	pci_config_write(cfg, at, where, 4, mask);
	p.ones = pci_config_read(cfg, at, where, 4);
	pci_config_write(cfg, at, where, 4, 0);
	p.writable = p.ones ^ pci_config_read(cfg, at, where, 4);
	pci_config_write(cfg, at, where, 4, p.held);
	return p;
}

/*
 * From the address held and the bits that can be changed, both without the
 * kind bits, to a size.  The register ends at @top.  An address that is no multiple
 * of the size, which no device can decode, makes neither believable.
 */
static void settle(struct pci_bar *bar, u64 held, u64 writable, u64 top)
{
	u64 size = writable & -writable;

	if (!size) {
		bar->state = held ? PCI_BAR_UNSIZED : PCI_BAR_ABSENT;
		return;
	}
	bar->base = held;
	bar->size = size;
	if (held > top - (size - 1))
		bar->state = PCI_BAR_WRAPS;
	else
		bar->state = held & (size - 1) ? PCI_BAR_UNSIZED : PCI_BAR_OK;
	if (!held)
		bar->flags |= IORESOURCE_UNSET;
}

static void size_io(struct pci_bar *bar, const struct probed *p)
{
	u32 mask = (u32)PCI_BASE_ADDRESS_IO_MASK;

	bar->flags = IORESOURCE_IO;
	/* Many devices tie the upper half to 0: there are only 64 Ki ports. */
	if (!(p->writable >> 16))
		mask &= 0xffff;
	settle(bar, p->held & mask, p->writable & mask, mask | 3);
}

/* Returns the slots that the register takes. */
static unsigned int size_memory(const struct pci_config *cfg, const struct pci_function *fn,
				unsigned int slot, struct pci_bar *bar, const struct probed *low)
{
	u64 mask = (u32)PCI_BASE_ADDRESS_MEM_MASK;
	u32 type = low->held & PCI_BASE_ADDRESS_MEM_TYPE_MASK;
	struct probed high;

	bar->flags = IORESOURCE_MEM;
	if (low->held & PCI_BASE_ADDRESS_MEM_PREFETCH)
		bar->flags |= IORESOURCE_PREFETCH;
	if (type == PCI_BASE_ADDRESS_MEM_TYPE_32) {
		settle(bar, low->held & mask, low->writable & mask, ~0u);
		return 1;
	}
	if (type != PCI_BASE_ADDRESS_MEM_TYPE_64 || slot + 1 >= nr_registers(fn)) {
		bar->state = PCI_BAR_BAD_TYPE;
		return 1;
	}
	bar->flags |= IORESOURCE_MEM_64;
	high = probe(cfg, fn->at, PCI_BASE_ADDRESS_0 + 4 * (slot + 1), ~0u);
	settle(bar, (u64)high.held << 32 | (low->held & mask),
	       (u64)high.writable << 32 | (low->writable & mask), ~0ULL);
	bar[1].state = PCI_BAR_UPPER_HALF;
	return 2;
}

/* Sizes the register in @slot; returns the slots it takes. */
static unsigned int size_register(const struct pci_config *cfg, const struct pci_function *fn,
				  unsigned int slot, struct pci_bar *bar)
{
	struct probed p = probe(cfg, fn->at, PCI_BASE_ADDRESS_0 + 4 * slot, ~0u);

	/* No kind of register has all its low bits set: nothing sound answers. */
	if (p.held == 0xffffffff || p.ones == 0xffffffff || !(p.held | p.ones))
		return 1;
	if (p.held & PCI_BASE_ADDRESS_SPACE_IO) {
		size_io(bar, &p);
		return 1;
	}
	return size_memory(cfg, fn, slot, bar, &p);
}

static void size_rom(const struct pci_config *cfg, const struct pci_function *fn,
		     struct pci_bar *bar)
{
	unsigned int where = rom_register(fn);
	struct probed p;

	if (!where)
		return;
	p = probe(cfg, fn->at, where, PCI_ROM_ADDRESS_MASK);
	if (p.held == 0xffffffff || p.ones == 0xffffffff || !(p.held | p.ones))
		return;
	bar->flags = IORESOURCE_MEM | IORESOURCE_PREFETCH | IORESOURCE_READONLY;
	if (p.held & PCI_ROM_ADDRESS_ENABLE)
		bar->flags |= IORESOURCE_ROM_ENABLE;
	settle(bar, p.held & PCI_ROM_ADDRESS_MASK, p.writable & PCI_ROM_ADDRESS_MASK, ~0u);
	/* Sized by firmware, which left it at that: behind it begins no ROM but the machine's flash. */
	if (bar->state == PCI_BAR_OK && bar->base == (p.writable & PCI_ROM_ADDRESS_MASK)) {
		bar->base = 0;
		bar->flags |= IORESOURCE_UNSET;
	}
}

/* Switches decoding off; returns the command register to put back. */
static u16 decode_off(const struct pci_config *cfg, const struct pci_function *fn)
{
	u16 command = pci_config_read(cfg, fn->at, PCI_COMMAND, 2);

	if (fn->class >> 8 != PCI_CLASS_BRIDGE_HOST && command & DECODE)
		pci_config_write(cfg, fn->at, PCI_COMMAND, 2, command & ~DECODE);
	return command;
}

static void decode_restore(const struct pci_config *cfg, const struct pci_function *fn, u16 command)
{
	if (fn->class >> 8 != PCI_CLASS_BRIDGE_HOST && command & DECODE)
		pci_config_write(cfg, fn->at, PCI_COMMAND, 2, command);
}

int pci_size_bars(const struct pci_config *cfg, const struct pci_function *fn,
		  struct pci_bar bars[PCI_NR_BARS])
{
	unsigned int slot;
	u16 command;

	for (slot = 0; slot < PCI_NR_BARS; slot++)
		bars[slot] = (struct pci_bar){.state = PCI_BAR_ABSENT};
	command = decode_off(cfg, fn);
	for (slot = 0; slot < nr_registers(fn);)
		slot += size_register(cfg, fn, slot, &bars[slot]);
	size_rom(cfg, fn, &bars[PCI_BAR_ROM]);
	decode_restore(cfg, fn, command);
	if (pci_config_read(cfg, fn->at, PCI_VENDOR_ID, 2) != fn->vendor)
		return -ENODEV;
	return 0;
}

void pci_write_bar(const struct pci_config *cfg, const struct pci_function *fn, unsigned int bar,
		   unsigned long flags, u64 base)
{
	unsigned int where = PCI_BASE_ADDRESS_0 + 4 * bar;
	u16 command = decode_off(cfg, fn);

	if (bar == PCI_BAR_ROM)
		where = rom_register(fn);
	pci_config_write(cfg, fn->at, where, 4, base);
	if (flags & IORESOURCE_MEM_64)
		pci_config_write(cfg, fn->at, where + 4, 4, base >> 32);
	decode_restore(cfg, fn, command);
}
