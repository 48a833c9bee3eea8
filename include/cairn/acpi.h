/* SPDX-License-Identifier: MIT */
#ifndef _CAIRN_ACPI_H
#define _CAIRN_ACPI_H

/*
 * The firmware's ACPI tables, as far as a memory manager needs them: how many
 * CPUs there are, which memory is near which, where PCI's configuration space is
 * mapped, and how to switch the machine off.  The parsers are pure; they read a
 * table by bytes, never past the length they are given.
 */
#include <linux/types.h>

#define ACPI_MAX_TABLES 64
#define ACPI_MAX_CPUS	256
#define ACPI_MAX_NODES	64
#define ACPI_MAX_MEMORY 256
#define ACPI_MAX_ECAM	16
#define ACPI_MAX_IOAPIC 16
#define ACPI_ISA_IRQS	16

/* What was wrong with a table: bits of struct acpi_findings. */
enum acpi_finding {
	ACPI_BAD_LENGTH,   /* table shorter than its header or fixed part, or beyond reach */
	ACPI_BAD_CHECKSUM, /* used all the same */
	ACPI_BAD_ITEM,	   /* an item's length stopped the walk */
	ACPI_SHORT_ITEM,   /* an item too short for its type was skipped */
	ACPI_DUPLICATE,	   /* a second table or item of a kind was ignored */
	ACPI_SURPLUS,	   /* more than there is room for */
	ACPI_BAD_POINTER,  /* an address outside of memory was skipped */
	ACPI_BAD_VALUE,	   /* a value that cannot be: the item was ignored */
	ACPI_TAIL,	   /* bytes behind the last whole entry were ignored */
	ACPI_NR_FINDINGS,
};

/**
 * struct acpi_findings - what was wrong, and where that came first
 * @now: where the parser is: an offset in the table; in the root table the address of a table
 * @at: @now when a finding of each kind came first
 */
struct acpi_findings {
	u64 now;
	u64 at[ACPI_NR_FINDINGS];
};

/**
 * struct acpi_rsdp - the root pointer
 * @rsdt: physical address of the 32-bit root table, or 0
 * @xsdt: of the 64-bit one; 0 if there is none or the revision does not know it
 * @revision: as it stands there
 */
struct acpi_rsdp {
	u64 rsdt;
	u64 xsdt;
	u8 revision;
};

/**
 * acpi_rsdp_parse - check a root pointer and read it
 * @p: where it may begin
 * @avail: bytes readable from there
 * @out: filled in
 *
 * Return: its length, 20 or 36, or 0 if there is none.
 */
unsigned int acpi_rsdp_parse(const u8 *p, u64 avail, struct acpi_rsdp *out);

/**
 * acpi_rsdp_search - the first valid root pointer on a 16-byte boundary
 * @p: memory to search, as 16-byte aligned as the physical address it stands for
 * @len: its length
 *
 * Return: offset of the pointer, or -1.
 */
long acpi_rsdp_search(const u8 *p, u64 len);

/**
 * struct acpi_memory - how the parsers reach physical memory
 * @map: returns @len readable bytes at @phys, or NULL if that is not memory;
 *	 what it returned stays valid
 * @ctx: passed to it
 */
struct acpi_memory {
	const u8 *(*map)(void *ctx, u64 phys, u64 len);
	void *ctx;
};

/**
 * struct acpi_table - a table that the root table lists
 * @signature: four letters and a NUL
 * @phys: where it is
 * @length: bytes, header included
 * @data: @length readable bytes
 */
struct acpi_table {
	char signature[5];
	u64 phys;
	u32 length;
	const u8 *data;
};

struct acpi_root {
	struct acpi_table table[ACPI_MAX_TABLES]; /* [0] is the RSDT or XSDT itself */
	unsigned int nr;
	u32 found; /* 1 << enum acpi_finding */
	struct acpi_findings where;
};

/**
 * acpi_root_parse - list the tables
 * @rsdp: the root pointer
 * @mem: how to read memory
 * @out: filled in
 *
 * The XSDT where there is a usable one, else the RSDT.  Tables with an
 * impossible length or address are left out, duplicates too; a wrong checksum is
 * noted and the table kept.  The FADT's DSDT is appended under "DSDT".
 *
 * Return: true if there is a root table.
 */
bool acpi_root_parse(const struct acpi_rsdp *rsdp, const struct acpi_memory *mem,
		     struct acpi_root *out);

/* acpi_find - the first table with a signature, or NULL. */
const struct acpi_table *acpi_find(const struct acpi_root *root, const char *signature);

/* Which way an interrupt line asks; ACPI_CONFORMING: as its bus says. */
enum acpi_polarity {
	ACPI_ACTIVE_CONFORMING = 0,
	ACPI_ACTIVE_HIGH = 1,
	ACPI_ACTIVE_LOW = 3,
};
enum acpi_trigger {
	ACPI_TRIGGER_CONFORMING = 0,
	ACPI_TRIGGER_EDGE = 1,
	ACPI_TRIGGER_LEVEL = 3,
};

/**
 * struct acpi_madt - interrupt controllers, in the order of the table: MADT
 * @lapic_phys: registers of the local APICs; 0: not told
 * @nr_cpus: that may be started
 * @nr_ioapics: I/O APICs
 * @ioapic: each one's registers and the number of its first input
 * @override: of the sixteen legacy lines, those that are not at the input of their number
 * @found: what was wrong, 1 << enum acpi_finding
 * @where: and where
 */
struct acpi_madt {
	u64 lapic_phys;
	unsigned int nr_cpus;
	struct {
		u32 apic_id;
		u32 uid;
	} cpu[ACPI_MAX_CPUS];
	unsigned int nr_ioapics;
	struct {
		u32 phys;
		u32 gsi_base;
		u8 id;
	} ioapic[ACPI_MAX_IOAPIC];
	struct acpi_override {
		bool present;
		u32 gsi;
		enum acpi_polarity polarity;
		enum acpi_trigger trigger;
	} override[ACPI_ISA_IRQS];
	u32 found; /* 1 << enum acpi_finding */
	struct acpi_findings where;
};
bool acpi_madt_parse(const u8 *table, u32 length, struct acpi_madt *out);

/* Which memory and which CPU belong to which node: SRAT. */
struct acpi_srat {
	unsigned int nr_nodes;
	u32 domain[ACPI_MAX_NODES]; /* the firmware's number of each node */
	unsigned int nr_memory;
	struct acpi_srat_memory {
		u64 start, end;
		u32 nid;
		bool hotplug;
	} memory[ACPI_MAX_MEMORY];
	unsigned int nr_cpus;
	struct {
		u32 apic_id;
		u32 nid;
	} cpu[ACPI_MAX_CPUS];
	u32 found; /* 1 << enum acpi_finding */
	struct acpi_findings where;
};
bool acpi_srat_parse(const u8 *table, u32 length, struct acpi_srat *out);

/**
 * acpi_srat_node - the node of a piece of memory
 * @srat: the table
 * @start: physical address
 * @end: in: end of the piece; out: where the node's memory ends, if sooner
 *
 * Every address has exactly one node: of overlapping items the first counts, and
 * what no item covers belongs to node 0.
 */
u32 acpi_srat_node(const struct acpi_srat *srat, u64 start, u64 *end);

/* Distances between the firmware's domains: SLIT. */
struct acpi_slit {
	unsigned int nr; /* localities; 0: none that can be used */
	u8 distance[ACPI_MAX_NODES][ACPI_MAX_NODES];
	u32 found; /* 1 << enum acpi_finding */
	struct acpi_findings where;
};
bool acpi_slit_parse(const u8 *table, u32 length, struct acpi_slit *out);

/* PCI configuration space in memory: MCFG. */
struct acpi_mcfg {
	unsigned int nr;
	struct acpi_ecam {
		u64 base; /* of bus 0, whatever start_bus is */
		u16 segment;
		u8 start_bus;
		u8 end_bus;
		u32 item; /* offset in the table */
	} ecam[ACPI_MAX_ECAM];
	u32 found; /* 1 << enum acpi_finding */
	struct acpi_findings where;
};
bool acpi_mcfg_parse(const u8 *table, u32 length, struct acpi_mcfg *out);

/* acpi_mcfg_drop_ram - forget windows that the sanitised @map calls RAM. */
struct mem_range;
void acpi_mcfg_drop_ram(struct acpi_mcfg *mcfg, const struct mem_range *map, unsigned int nr);

/* The event timer's registers: HPET. */
#define ACPI_HPET_SIZE 1024
struct acpi_hpet {
	u64 phys;  /* of ACPI_HPET_SIZE bytes; 0: none that can be used */
	u8 number; /* of several */
	u16 min_tick;
	u32 found; /* 1 << enum acpi_finding */
	struct acpi_findings where;
};
bool acpi_hpet_parse(const u8 *table, u32 length, struct acpi_hpet *out);

/* How to switch off and to reset: FADT, and \_S5 of the DSDT. */
struct acpi_fadt {
	u16 pm1a_control; /* I/O port, 0: none */
	u16 pm1b_control;
	u32 smi_command; /* port; 0: ACPI mode is on already */
	u8 acpi_enable;	 /* value to write there */
	u64 dsdt;	 /* physical */
	bool reset_supported;
	u8 reset_space; /* 0 memory, 1 I/O, 2 PCI configuration */
	u8 reset_value;
	u64 reset_address;
	bool s5_known; /* the next two are valid */
	u8 s5_type_a;
	u8 s5_type_b;
	u32 found; /* 1 << enum acpi_finding */
	struct acpi_findings where;
};
bool acpi_fadt_parse(const u8 *table, u32 length, struct acpi_fadt *out);

/**
 * acpi_s5_find - sleep types for "off" from the DSDT's byte code
 * @table: the DSDT
 * @length: its length
 * @fadt: s5_known, s5_type_a and s5_type_b are set
 */
bool acpi_s5_find(const u8 *table, u32 length, struct acpi_fadt *fadt);

/* The machine's tables, all zero where there are none. */
struct acpi_info {
	bool present;
	struct acpi_root root;
	struct acpi_madt madt;
	struct acpi_srat srat;
	struct acpi_slit slit;
	struct acpi_mcfg mcfg;
	struct acpi_hpet hpet;
	struct acpi_fadt fadt;
};
extern struct acpi_info acpi_info;

/**
 * acpi_reserve_tables - find the root pointer and keep the tables' memory
 *
 * Searches the BIOS area if the loader passed no root pointer, and reserves in
 * memblock every table that lies in memory firmware calls usable.
 *
 * Context: Start-up, in memory_map_init(), while 0..4 GiB is mapped at PAGE_OFFSET.
 */
void acpi_reserve_tables(void);

/**
 * acpi_tables_init - read the tables into acpi_info and print a line about them
 *
 * Context: Start-up, after paging_init().
 */
void acpi_tables_init(void);

#endif
