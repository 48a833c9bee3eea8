/* SPDX-License-Identifier: MIT */
#ifndef _CAIRN_PCI_H
#define _CAIRN_PCI_H

/*
 * PCI below the driver's API: configuration access, the walk over the buses,
 * base address registers and capability lists.
 *
 * drivers/pci_scan.c, pci_bar.c, pci_caps.c and pci_rom.c are pure: they see
 * the hardware only through a struct pci_config, keep no state, take no lock
 * and print nothing, so a test drives them with a scripted configuration
 * space.  Nothing that hardware answers is trusted: every walk is bounded.
 */
#include <linux/types.h>
#include <linux/ioport.h>
#include <linux/pci_regs.h>

/* Where a function sits; devfn is the device in bits 7..3, the function in 2..0. */
struct pci_address {
	u8 bus;
	u8 devfn;
};

/**
 * struct pci_config_ops - how configuration space is read and written
 * @read: @size (1, 2 or 4) bytes at @where, a multiple of @size; all ones where
 *	  nothing answers
 * @write: the same way
 * @wait_ms: lets time pass, while a device asks for retries; may be NULL
 */
struct pci_config_ops {
	u32 (*read)(void *ctx, struct pci_address at, unsigned int where, unsigned int size);
	void (*write)(void *ctx, struct pci_address at, unsigned int where, unsigned int size,
		      u32 value);
	void (*wait_ms)(void *ctx, unsigned int ms);
};

/**
 * struct pci_config - one segment's configuration space
 * @ops: access
 * @ctx: for @ops
 * @size: bytes a function: PCI_CFG_SPACE_SIZE or PCI_CFG_SPACE_EXP_SIZE
 * @first_bus: the root bus
 * @last_bus: highest bus that can be reached
 */
struct pci_config {
	const struct pci_config_ops *ops;
	void *ctx;
	unsigned int size;
	u8 first_bus;
	u8 last_bus;
};

static inline u32 pci_config_read(const struct pci_config *cfg, struct pci_address at,
				  unsigned int where, unsigned int size)
{
	return cfg->ops->read(cfg->ctx, at, where, size);
}

static inline void pci_config_write(const struct pci_config *cfg, struct pci_address at,
				    unsigned int where, unsigned int size, u32 value)
{
	cfg->ops->write(cfg->ctx, at, where, size, value);
}

/* ---- the walk over the buses: drivers/pci_scan.c ---------------------- */

/* A function that answered, as far as its first 64 bytes tell. */
struct pci_function {
	struct pci_address at;
	u16 vendor, device;
	u16 subsystem_vendor, subsystem_device;
	u32 class; /* class, subclass, interface */
	u8 revision;
	u8 header_type; /* without the multifunction bit */
	bool multifunction;
	u8 interrupt_pin, interrupt_line;
	u8 secondary, subordinate; /* bridges whose far side is scanned; else 0 */
};

/* What the walk has to say about a function that it cannot use as it is. */
enum pci_scan_note {
	PCI_NOTE_NOT_READY,	 /* asked for retries until patience ran out */
	PCI_NOTE_UNKNOWN_HEADER, /* header type nobody defined */
	PCI_NOTE_BAD_BRIDGE,	 /* bus numbers make no sense */
	PCI_NOTE_BUS_SEEN,	 /* another bridge leads to the same bus */
};

/**
 * struct pci_visitor - who is told what the walk finds
 * @found: called once for each function, parents before children; false ends
 *	   the walk
 * @note: called for what is left out, with a reason; may be NULL
 * @ctx: for both
 */
struct pci_visitor {
	bool (*found)(void *ctx, const struct pci_function *fn);
	void (*note)(void *ctx, struct pci_address at, enum pci_scan_note note);
	void *ctx;
};

/**
 * pci_scan - visit every function that can be reached from the root bus
 * @cfg: configuration space
 * @visitor: called back for each function
 *
 * Breadth first: a bus is scanned once, and at most 256 are, whatever the
 * bridges claim; stack use does not depend on the depth of the tree.
 *
 * Return: the number of functions found.
 */
unsigned int pci_scan(const struct pci_config *cfg, const struct pci_visitor *visitor);

/* ---- base address registers: drivers/pci_bar.c ------------------------ */

#define PCI_BAR_ROM 6 /* index of the expansion ROM */
#define PCI_NR_BARS 7

/* Why a register that holds something is not usable. */
enum pci_bar_state {
	PCI_BAR_ABSENT,	    /* not implemented */
	PCI_BAR_OK,	    /* sized */
	PCI_BAR_UNSIZED,    /* holds a value but cannot be sized: read-only, or no multiple */
	PCI_BAR_BAD_TYPE,   /* reserved type, or 64 bits wide in the last register */
	PCI_BAR_WRAPS,	    /* ends beyond the address space */
	PCI_BAR_UPPER_HALF, /* the upper half of the register before it */
};

/**
 * struct pci_bar - what one register asks for
 * @base: address it holds; 0 with IORESOURCE_UNSET where firmware assigned none
 * @size: bytes, a power of two
 * @flags: IORESOURCE_IO or IORESOURCE_MEM, _MEM_64, _PREFETCH, _UNSET
 * @state: enum pci_bar_state; base and size hold only in PCI_BAR_OK
 */
struct pci_bar {
	u64 base;
	u64 size;
	unsigned long flags;
	enum pci_bar_state state;
};

/**
 * pci_size_bars - find out what a function's registers ask for
 * @cfg: configuration space
 * @fn: the function
 * @bars: filled in: the header's registers, then the ROM at PCI_BAR_ROM
 *
 * Decoding is off while all ones stand in a register (but not in a host bridge,
 * which may own the path to memory), and every register touched holds what it
 * held before when this returns.
 *
 * Return: 0, or -ENODEV when the function vanished meanwhile.
 */
int pci_size_bars(const struct pci_config *cfg, const struct pci_function *fn,
		  struct pci_bar bars[PCI_NR_BARS]);

/**
 * pci_write_bar - put an address into a register
 * @cfg: configuration space
 * @fn: the function
 * @bar: index, PCI_BAR_ROM for the ROM
 * @flags: the BAR's IORESOURCE_* flags
 * @base: address to write
 *
 * Decoding is off while the halves of a 64-bit register change.
 */
void pci_write_bar(const struct pci_config *cfg, const struct pci_function *fn, unsigned int bar,
		   unsigned long flags, u64 base);

/* ---- capabilities: drivers/pci_caps.c --------------------------------- */

#define PCI_CAP_STEPS	  48  /* (256 - 64) / 4: as many as fit */
#define PCI_EXT_CAP_STEPS 480 /* (4096 - 256) / 8 */

/**
 * pci_cap_find - look for a capability
 * @cfg: configuration space
 * @fn: the function
 * @id: PCI_CAP_ID_*
 *
 * Return: its offset, 0x40..0xfc, or 0.  At most PCI_CAP_STEPS are looked at.
 */
u8 pci_cap_find(const struct pci_config *cfg, const struct pci_function *fn, u8 id);

/**
 * pci_cap_next - the next capability with an id behind one already found
 * @cfg: configuration space
 * @fn: the function
 * @pos: offset of the one found
 * @id: PCI_CAP_ID_*
 *
 * Return: its offset, or 0.
 */
u8 pci_cap_next(const struct pci_config *cfg, const struct pci_function *fn, u8 pos, u8 id);

/**
 * pci_ext_cap_find - look for an extended capability
 * @cfg: configuration space
 * @fn: the function
 * @start: offset of the one to look behind, 0 from the beginning
 * @id: PCI_EXT_CAP_ID_*
 *
 * Return: its offset, 0x100..0xffc, or 0.
 */
u16 pci_ext_cap_find(const struct pci_config *cfg, const struct pci_function *fn, u16 start,
		     u16 id);

/* Where a function's MSI-X table lies. */
struct pci_msix_table {
	unsigned int entries;
	unsigned int bar;
	u32 offset;
};

/**
 * pci_msix_parse - where the MSI-X table lies
 * @cfg: configuration space
 * @fn: the function
 * @bars: as pci_size_bars() filled them
 * @table: filled in
 *
 * Return: 0, -ENOENT without the capability, -EINVAL when the table does not
 * lie inside a BAR.
 */
int pci_msix_parse(const struct pci_config *cfg, const struct pci_function *fn,
		   const struct pci_bar bars[PCI_NR_BARS], struct pci_msix_table *table);

/**
 * pci_msi_vectors - how many message-signalled interrupts a function can use
 * @cfg: configuration space
 * @fn: the function
 *
 * Return: 1..32, 0 without the capability, -EINVAL when it does not fit into
 * the configuration space or claims an undefined number.
 */
int pci_msi_vectors(const struct pci_config *cfg, const struct pci_function *fn);

/* ---- expansion ROM: drivers/pci_rom.c --------------------------------- */

/**
 * pci_rom_image_size - bytes of the images in an expansion ROM
 * @rom: the mapped ROM
 * @size: size of its BAR
 * @read: reads a byte at an offset below @size
 *
 * Return: the end of the last sound image, at most @size; 0 if there is none.
 */
size_t pci_rom_image_size(const void *rom, size_t size, u8 (*read)(const void *rom, size_t offset));

/* ---- the machine: drivers/pci_config.c -------------------------------- */

struct pci_host;

/**
 * pci_host_next - iterate over the segments that were found
 * @prev: NULL for the first
 *
 * Return: the next, or NULL.
 */
struct pci_host *pci_host_next(struct pci_host *prev);

/**
 * pci_host_config - configuration access of a segment
 * @host: the segment
 */
const struct pci_config *pci_host_config(const struct pci_host *host);

/* pci_host_segment - number of the segment, "0000" of 0000:00:04.0. */
unsigned int pci_host_segment(const struct pci_host *host);

/* pci_host_method - "ECAM at 0xb0000000" or "ports 0xcf8/0xcfc". */
const char *pci_host_method(const struct pci_host *host);

/**
 * pci_hosts_find - find out how configuration space is reached
 *
 * Return: the number of segments; 0: the machine has no PCI.
 */
unsigned int pci_hosts_find(void);

/* ---- start-up and display --------------------------------------------- */

struct pci_dev;

/**
 * pci_init - find and claim every PCI device, bind the built-in drivers
 *
 * Context: once at start-up; the slab allocator and ioremap() work, and
 * resource_init() has run.
 */
void pci_init(void);

/* pci_shutdown - let the drivers know that the machine is about to stop. */
void pci_shutdown(void);

/* pci_device_name - "Intel 82540EM" for devices the table knows, else NULL. */
const char *pci_device_name(u16 vendor, u16 device);

/* pci_class_name - "Ethernet controller" for a class code. */
const char *pci_class_name(u32 class);

/**
 * pci_place_bar - find an address for a BAR that has none
 * @root: tree to look in; its children are taken
 * @res: named and flagged; gets its address and joins the tree
 * @size: of the BAR, a power of two
 * @low_floor: lowest address to use below 4 GiB
 * @high_floor: lowest address to use above 4 GiB
 *
 * Return: 0, -EBUSY when no hole is large enough.
 */
int pci_place_bar(struct resource *root, struct resource *res, u64 size, u64 low_floor,
		  u64 high_floor);

#endif
