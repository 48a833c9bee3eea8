/* SPDX-License-Identifier: MIT */
/*
 * The ACPI parsers against tables as firmware has left them.
 *
 * Tables are built in a small piece of pretended physical memory; whatever the
 * parsers ask for outside of it is refused, as memory that is none.  Tables
 * parsed by themselves lie right before a guard page, so that any read past one
 * is a fault.  The last test damages good tables at random.  Tables about nodes have
 * their tests in test_acpi_numa.c.
 */
#include <linux/kernel.h>
#include <linux/string.h>
#include <linux/vmalloc.h>
#include <cairn/acpi.h>
#include <cairn/memory_map.h>
#include <cairn/test.h>
#include <asm/unaligned.h>
#include "acpi_table.h"

/* ---- root pointer ---------------------------------------------------------------------- */

static void make_rsdp(u8 *p, u8 revision, u32 rsdt, u64 xsdt)
{
	u8 sum = 0;
	int i;

	memset(p, 0, 36);
	memcpy(p, "RSD PTR ", 8);
	p[15] = revision;
	put_unaligned_le32(rsdt, p + 16);
	put_unaligned_le32(36, p + 20);
	put_unaligned_le64(xsdt, p + 24);
	for (i = 0; i < 20; i++)
		sum -= p[i];
	p[8] = sum;
	for (sum = 0, i = 0; i < 36; i++)
		sum -= p[i];
	p[32] = sum;
}

/* A3 to A6: what is a root pointer, and which root table it means. */
KTEST(acpi, rsdp)
{
	struct acpi_rsdp rsdp;
	u8 p[36];

	make_rsdp(p, 2, 0x1000, 0x2000);
	EXPECT_EQ(acpi_rsdp_parse(p, 36, &rsdp), 36);
	EXPECT_EQ(rsdp.xsdt, 0x2000);
	EXPECT_EQ(acpi_rsdp_parse(p, 35, &rsdp), 0);
	p[33] ^= 1; /* extended checksum */
	EXPECT_EQ(acpi_rsdp_parse(p, 36, &rsdp), 0);

	make_rsdp(p, 1, 0x1000, 0x123456789abcdef0); /* garbage where revision 2 has the XSDT */
	EXPECT_EQ(acpi_rsdp_parse(p, 36, &rsdp), 20);
	EXPECT_EQ(rsdp.xsdt, 0);
	EXPECT_EQ(rsdp.rsdt, 0x1000);
	EXPECT_EQ(acpi_rsdp_parse(p, 19, &rsdp), 0);
	p[10] ^= 1; /* checksum */
	EXPECT_EQ(acpi_rsdp_parse(p, 36, &rsdp), 0);

	make_rsdp(p, 2, 0x1000, 0); /* no XSDT */
	EXPECT_EQ(acpi_rsdp_parse(p, 36, &rsdp), 36);
	EXPECT_EQ(rsdp.xsdt, 0);
	EXPECT_EQ(rsdp.rsdt, 0x1000);

	make_rsdp(p, 2, 0x1000, 0x2000);
	put_unaligned_le32(0, p + 20); /* length 0, then all ones */
	p[32] += 36;
	EXPECT_EQ(acpi_rsdp_parse(p, 36, &rsdp), 36);
	put_unaligned_le32(0xffffffff, p + 20);
	p[32] += 4;
	EXPECT_EQ(acpi_rsdp_parse(p, 36, &rsdp), 36);
}

/* A2, A7: a damaged one is passed over; one that the area cuts off is not read. */
KTEST(acpi, rsdp_area)
{
	u8 *area;

	ASSERT(begin());
	area = f->guard.area + f->guard.size - 1024;
	memset(area, 0, 1024);
	EXPECT_EQ(acpi_rsdp_search(area, 1024), -1);
	make_rsdp(area + 64, 0, 0x1000, 0);
	area[64 + 9] ^= 1;
	make_rsdp(area + 128, 0, 0x1000, 0);
	EXPECT_EQ(acpi_rsdp_search(area, 1024), 128);
	memcpy(area + 128, "????????", 8);
	memcpy(area + 1008, "RSD PTR \0\0\0\0\0\0\0\2", 16);
	EXPECT_EQ(acpi_rsdp_search(area, 1024), -1);
	EXPECT_EQ(acpi_rsdp_search(area, 0), -1);
	end();
}

/* ---- root table ------------------------------------------------------------------------ */

static const u8 *pretend(void *ctx __unused, u64 phys, u64 len)
{
	if (phys < PHYS_BASE || len > PHYS_SIZE || phys - PHYS_BASE > PHYS_SIZE - len)
		return NULL;
	return f->phys + (phys - PHYS_BASE);
}

static const struct acpi_memory pretended = {.map = pretend};

/* put - the table that was built, at @offset of the pretended memory. */
static u64 put(u32 offset)
{
	seal(f->table, f->len);
	memcpy(f->phys + offset, f->table, f->len);
	return PHYS_BASE + offset;
}

static u64 put_empty(const char *signature, u32 offset)
{
	start(signature, 1, 44);
	return put(offset);
}

static bool parse_root(u64 rsdt, u64 xsdt)
{
	struct acpi_rsdp rsdp = {.rsdt = rsdt, .xsdt = xsdt, .revision = 2};

	return acpi_root_parse(&rsdp, &pretended, &f->root);
}

static void start_xsdt(const u64 *entry, u32 n)
{
	start("XSDT", 1, 36);
	add(entry, n * 8);
}

/* A10 to A18: entries that are empty, double, misplaced, damaged, or the root itself. */
KTEST(acpi, root_entries)
{
	u64 apic, second, wrong_sum, tiny, huge, entry[12], root = PHYS_BASE + 0x104;

	ASSERT(begin());
	apic = put_empty("APIC", 0x1001);
	second = put_empty("APIC", 0x1103);
	wrong_sum = put_empty("MCFG", 0x1205);
	f->phys[0x1205 + 20] ^= 1;
	tiny = put_empty("SRAT", 0x1307);
	put_unaligned_le32(35, f->phys + 0x1307 + 4);
	huge = put_empty("SLIT", 0x1409);
	put_unaligned_le32(0xffffffff, f->phys + 0x1409 + 4);
	entry[0] = 0;
	entry[1] = apic;
	entry[2] = root;
	entry[3] = apic;
	entry[4] = 0xfee00000;
	entry[5] = ~0ULL - 8;
	entry[6] = PHYS_BASE + PHYS_SIZE - 8;
	entry[7] = tiny;
	entry[8] = huge;
	entry[9] = wrong_sum;
	entry[10] = second;
	start_xsdt(entry, 11);
	add("tail", 4); /* A11: no whole entry */
	put(0x104);
	EXPECT(parse_root(0, root));
	EXPECT_EQ(f->root.nr, 4);
	EXPECT(!strcmp(f->root.table[0].signature, "XSDT"));
	EXPECT_EQ(acpi_find(&f->root, "APIC")->phys, apic);
	EXPECT_EQ(acpi_find(&f->root, "MCFG")->phys, wrong_sum);
	EXPECT(!acpi_find(&f->root, "SRAT"));
	EXPECT_EQ(f->root.found, 1u << ACPI_BAD_LENGTH | 1u << ACPI_BAD_CHECKSUM |
					 1u << ACPI_DUPLICATE | 1u << ACPI_BAD_POINTER |
					 1u << ACPI_TAIL);
	EXPECT_EQ(f->root.where.at[ACPI_BAD_CHECKSUM], wrong_sum);
	EXPECT_EQ(f->root.where.at[ACPI_BAD_LENGTH], tiny);
	EXPECT_EQ(f->root.where.at[ACPI_TAIL], root);
	end();
}

/* A9, A10: root tables that cannot be. */
KTEST(acpi, root_lengths)
{
	static const u32 bad[] = {0, 8, 35, 36, 43, 0x10001, 0x7fffffff, 0xffffffff};
	u64 entry[1];
	unsigned int i;

	ASSERT(begin());
	entry[0] = put_empty("APIC", 0x1000);
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		start_xsdt(entry, 1);
		put(0x100);
		put_unaligned_le32(bad[i], f->phys + 0x104);
		EXPECT(!parse_root(0, PHYS_BASE + 0x100));
		EXPECT_EQ(f->root.nr, 0);
	}
	start_xsdt(entry, 1); /* crosses the end of memory */
	put(PHYS_SIZE - 44);
	EXPECT(parse_root(0, PHYS_BASE + PHYS_SIZE - 44));
	put_unaligned_le32(48, f->phys + PHYS_SIZE - 40);
	EXPECT(!parse_root(0, PHYS_BASE + PHYS_SIZE - 44));
	EXPECT(!parse_root(0, 0x1000));
	EXPECT(!parse_root(0, 0));
	EXPECT(!parse_root(PHYS_BASE + 0x1000, 0)); /* another table */

	start("RSDT", 1, 36); /* without an XSDT: 32-bit entries */
	put_unaligned_le32((u32)entry[0], f->table + 36);
	f->len = 40;
	put(0x102);
	EXPECT(parse_root(PHYS_BASE + 0x102, 0));
	EXPECT_EQ(f->root.nr, 2);
	end();
}

KTEST(acpi, root_is_full)
{
	u64 entry[ACPI_MAX_TABLES + 10];
	unsigned int i;

	ASSERT(begin());
	for (i = 0; i < ARRAY_SIZE(entry); i++)
		entry[i] = put_empty("SSDT", 0x1000 + i * 48);
	start_xsdt(entry, ARRAY_SIZE(entry));
	put(0x100);
	EXPECT(parse_root(0, PHYS_BASE + 0x100));
	EXPECT_EQ(f->root.nr, ACPI_MAX_TABLES);
	EXPECT_EQ(f->root.found, 1u << ACPI_SURPLUS);
	end();
}

/* ---- MADT ------------------------------------------------------------------------------ */

#define LAPIC(uid, id, flags)  0, 8, uid, id, flags, 0, 0, 0
#define X2APIC(uid, id, flags) 9, 16, 0, 0, id, 0, 0, 0, flags, 0, 0, 0, uid, 0, 0, 0

struct madt_case {
	const char *name;
	u8 item[64];
	u8 n; /* bytes of it */
	u8 cpus;
	u32 bits; /* findings */
};

static const struct madt_case madt_cases[] = {
	{"A19 no items", {0}, 0, 0, 0},
	{"two CPUs", {LAPIC(0, 0, 1), LAPIC(1, 2, 1)}, 16, 2, 0},
	{"A20 length 0", {LAPIC(0, 0, 1), 0, 0, LAPIC(1, 1, 1)}, 18, 1, BIT_OF(ACPI_BAD_ITEM)},
	{"A21 length 1", {LAPIC(0, 0, 1), 0, 1, LAPIC(1, 1, 1)}, 18, 1, BIT_OF(ACPI_BAD_ITEM)},
	{"A22 too short", {0, 7, 0, 0, 1, 0, 0, LAPIC(1, 1, 1)}, 15, 1, BIT_OF(ACPI_SHORT_ITEM)},
	{"A22 longer", {0, 10, 0, 0, 1, 0, 0, 0, 9, 9, LAPIC(1, 1, 1)}, 18, 2, 0},
	{"A23 overrun", {LAPIC(0, 0, 1), 0, 9, 1, 1, 1, 0, 0, 0}, 16, 1, BIT_OF(ACPI_BAD_ITEM)},
	{"A23 one byte left", {LAPIC(0, 0, 1), 0}, 9, 1, BIT_OF(ACPI_BAD_ITEM)},
	{"A24 types unknown", {0x80, 4, 0, 0, 0xff, 2, LAPIC(0, 0, 1)}, 14, 1, 0},
	{"A25 twice", {LAPIC(0, 3, 1), LAPIC(1, 3, 1)}, 16, 1, BIT_OF(ACPI_DUPLICATE)},
	{"A25 id 0xff", {LAPIC(0, 0, 1), LAPIC(1, 0xff, 1)}, 16, 1, 0},
	{"A25 id all ones",
	 {9, 16, 0, 0, 0xff, 0xff, 0xff, 0xff, 1, 0, 0, 0, 0, 0, 0, 0, X2APIC(1, 5, 1)},
	 32,
	 1,
	 0},
	{"A26 x2APIC only", {X2APIC(0, 0, 1), X2APIC(1, 2, 1)}, 32, 2, 0},
	{"A27 not enabled", {LAPIC(0, 0, 1), LAPIC(1, 1, 0), LAPIC(2, 2, 2)}, 24, 1, 0},
};

KTEST(acpi, madt)
{
	unsigned int i;

	ASSERT(begin());
	for (i = 0; i < ARRAY_SIZE(madt_cases); i++) {
		const struct madt_case *c = &madt_cases[i];

		start("APIC", 3, 44);
		add(c->item, c->n);
		ktest_check(acpi_madt_parse(guarded_table(), f->len, &f->madt) &&
				    f->madt.nr_cpus == c->cpus && f->madt.found == c->bits,
			    c->name, __FILE__, __LINE__);
		if (c->bits == BIT_OF(ACPI_BAD_ITEM)) /* behind the first item, which is sound */
			EXPECT_EQ(f->madt.where.at[ACPI_BAD_ITEM], 44 + 8);
	}
	start("APIC", 3, 43);
	EXPECT(!acpi_madt_parse(guarded_table(), f->len, &f->madt));
	EXPECT_EQ(f->madt.found, BIT_OF(ACPI_BAD_LENGTH));
	end();
}

#define IOAPIC(id, page, base)		1, 12, id, 0, 0, page, 0xc0, 0xfe, base, 0, 0, 0
#define OVERRIDE(bus, line, gsi, flags) 2, 10, bus, line, gsi, 0, 0, 0, flags, 0

struct ioapic_case {
	const char *name;
	u8 item[64];
	u8 n;
	u8 ioapics;
	u16 lines; /* that have an override */
	u32 bits;
};

static const struct ioapic_case ioapic_cases[] = {
	{"two", {IOAPIC(0, 0, 0), IOAPIC(1, 0x10, 24)}, 24, 2, 0, 0},
	{"the same twice", {IOAPIC(0, 0, 0), IOAPIC(1, 0, 24)}, 24, 1, 0, BIT_OF(ACPI_DUPLICATE)},
	{"at no address", {1, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}, 12, 0, 0, BIT_OF(ACPI_BAD_VALUE)},
	{"at an odd address", {1, 12, 0, 0, 4, 0, 0xc0, 0xfe}, 12, 0, 0, BIT_OF(ACPI_BAD_VALUE)},
	{"too short", {1, 11, 0, 0, 0, 0, 0xc0, 0xfe}, 11, 0, 0, BIT_OF(ACPI_SHORT_ITEM)},
	{"overrun", {1, 12, 0, 0, 0, 0, 0xc0, 0xfe}, 8, 0, 0, BIT_OF(ACPI_BAD_ITEM)},
	{"overrides", {OVERRIDE(0, 0, 2, 0), OVERRIDE(0, 9, 9, 0xd)}, 20, 0, 0x201, 0},
	{"another bus", {OVERRIDE(1, 0, 2, 0)}, 10, 0, 0, BIT_OF(ACPI_BAD_VALUE)},
	{"no such line", {OVERRIDE(0, 16, 2, 0)}, 10, 0, 0, BIT_OF(ACPI_BAD_VALUE)},
	{"reserved polarity", {OVERRIDE(0, 0, 2, 2)}, 10, 0, 0, BIT_OF(ACPI_BAD_VALUE)},
	{"reserved trigger", {OVERRIDE(0, 0, 2, 8)}, 10, 0, 0, BIT_OF(ACPI_BAD_VALUE)},
	{"a line twice",
	 {OVERRIDE(0, 3, 2, 0), OVERRIDE(0, 3, 4, 0)},
	 20,
	 0,
	 8,
	 BIT_OF(ACPI_DUPLICATE)},
	{"short override", {2, 9, 0, 0, 2, 0, 0, 0, 0}, 9, 0, 0, BIT_OF(ACPI_SHORT_ITEM)},
};

static u16 overridden(const struct acpi_madt *madt)
{
	u16 lines = 0;

	for (unsigned int i = 0; i < ACPI_ISA_IRQS; i++)
		lines |= (u16)(madt->override[i].present << i);
	return lines;
}

/* I/O APICs and overrides, whole, damaged and senseless. */
KTEST(acpi, madt_ioapics)
{
	unsigned int i;

	ASSERT(begin());
	for (i = 0; i < ARRAY_SIZE(ioapic_cases); i++) {
		const struct ioapic_case *c = &ioapic_cases[i];

		start("APIC", 3, 44);
		add(c->item, c->n);
		ktest_check(acpi_madt_parse(guarded_table(), f->len, &f->madt) &&
				    f->madt.nr_ioapics == c->ioapics &&
				    overridden(&f->madt) == c->lines && f->madt.found == c->bits,
			    c->name, __FILE__, __LINE__);
	}
	start("APIC", 3, 44);
	for (i = 0; i < ACPI_MAX_IOAPIC + 1; i++) {
		u8 item[12] = {IOAPIC((u8)i, 0, (u8)(i * 24))};

		item[5] = (u8)(i + 1);
		add(item, 12);
	}
	EXPECT(acpi_madt_parse(guarded_table(), f->len, &f->madt));
	EXPECT_EQ(f->madt.nr_ioapics, ACPI_MAX_IOAPIC);
	EXPECT_EQ(f->madt.ioapic[3].phys, 0xfec00400);
	EXPECT_EQ(f->madt.ioapic[3].gsi_base, 72);
	EXPECT_EQ(f->madt.found, BIT_OF(ACPI_SURPLUS));
	end();
}

/* A25: more CPUs than there is room for. */
KTEST(acpi, madt_surplus)
{
	unsigned int i;

	ASSERT(begin());
	start("APIC", 3, 44);
	for (i = 0; i < ACPI_MAX_CPUS + 40; i++) {
		u8 item[16] = {9, 16};

		put_unaligned_le32(i * 2, item + 4);
		item[8] = 1;
		add(item, 16);
	}
	EXPECT(acpi_madt_parse(guarded_table(), f->len, &f->madt));
	EXPECT_EQ(f->madt.nr_cpus, ACPI_MAX_CPUS);
	EXPECT_EQ(f->madt.cpu[ACPI_MAX_CPUS - 1].apic_id, 2 * (ACPI_MAX_CPUS - 1));
	EXPECT_EQ(f->madt.found, BIT_OF(ACPI_SURPLUS));
	end();
}

/* A28: the 64-bit address of the local APICs. */
KTEST(acpi, madt_lapic)
{
	static const struct {
		u64 address, want;
	} cases[] = {
		{0xfee00000, 0xfee00000},
		{0, 0xfec00000},
		{0xfee00004, 0xfec00000},
		{0x4000000000, 0x4000000000},
	};
	unsigned int i;

	ASSERT(begin());
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		u8 item[12] = {5, 12};

		start("APIC", 3, 44);
		put_unaligned_le32(0xfec00000, f->table + 36);
		put_unaligned_le64(cases[i].address, item + 4);
		add(item, 12);
		EXPECT(acpi_madt_parse(guarded_table(), f->len, &f->madt));
		EXPECT_EQ(f->madt.lapic_phys, cases[i].want);
	}
	start("APIC", 3, 44); /* no room for the address: left alone, and said */
	put_unaligned_le32(0xfec00000, f->table + 36);
	add((u8[11]){5, 11}, 11);
	EXPECT(acpi_madt_parse(guarded_table(), f->len, &f->madt));
	EXPECT_EQ(f->madt.lapic_phys, 0xfec00000);
	EXPECT_EQ(f->madt.found, BIT_OF(ACPI_SHORT_ITEM));
	end();
}

/* ---- MCFG ------------------------------------------------------------------------------ */

static void ecam(u64 base, u16 segment, u8 first, u8 last)
{
	u8 entry[16] = {};

	put_unaligned_le64(base, entry);
	put_unaligned_le16(segment, entry + 8);
	entry[10] = first;
	entry[11] = last;
	add(entry, 16);
}

static bool parse_mcfg(void)
{
	return acpi_mcfg_parse(guarded_table(), f->len, &f->mcfg);
}

/* A38 to A40 */
KTEST(acpi, mcfg)
{
	static const struct mem_range ram[] = {
		{0x100000, 0x80000000, MEM_USABLE, 0},
		{0xb0000000, 0xc0000000, MEM_RESERVED, 0},
	};
	unsigned int i;

	ASSERT(begin());
	start("MCFG", 1, 44);
	ecam(0xb0000000, 0, 0, 255);
	add("tail", 4);
	EXPECT(parse_mcfg());
	EXPECT_EQ(f->mcfg.nr, 1);
	EXPECT_EQ(f->mcfg.ecam[0].base, 0xb0000000);
	EXPECT_EQ(f->mcfg.ecam[0].end_bus, 255);
	acpi_mcfg_drop_ram(&f->mcfg, ram, 2);
	EXPECT_EQ(f->mcfg.nr, 1);

	for (i = 0; i < 6; i++) {
		start("MCFG", 1, 44);
		ecam(i == 0   ? 0
		     : i == 1 ? 0xb0080000
		     : i == 2 ? 0x800000000
		     : i == 3 ? 0xf8000000
		     : i == 4 ? ~0xfffffULL
			      : 0xb0000000,
		     0, i == 5 ? 9 : 0, i == 5 ? 8 : 255);
		EXPECT(!parse_mcfg());
		EXPECT_EQ(f->mcfg.found, BIT_OF(ACPI_BAD_VALUE));
	}

	start("MCFG", 1, 44); /* windows or buses that overlap: the first stays */
	ecam(0xb0000000, 0, 0, 15);
	ecam(0xb0800000, 1, 0, 15);
	ecam(0xd0000000, 0, 8, 31);
	ecam(0xe0000000, 1, 0, 15);
	EXPECT(parse_mcfg());
	EXPECT_EQ(f->mcfg.nr, 2);
	EXPECT_EQ(f->mcfg.ecam[1].base, 0xe0000000);

	start("MCFG", 1, 44); /* more than there is room for: the first stay */
	for (i = 0; i <= ACPI_MAX_ECAM; i++)
		ecam(0xb0000000 + i * 0x100000ULL, (u16)i, 0, 0);
	EXPECT(parse_mcfg());
	EXPECT_EQ(f->mcfg.nr, ACPI_MAX_ECAM);
	EXPECT_EQ(f->mcfg.ecam[ACPI_MAX_ECAM - 1].segment, ACPI_MAX_ECAM - 1);
	EXPECT_EQ(f->mcfg.found, BIT_OF(ACPI_SURPLUS));

	start("MCFG", 1, 44); /* in RAM */
	ecam(0x40000000, 0, 0, 255);
	EXPECT(parse_mcfg());
	acpi_mcfg_drop_ram(&f->mcfg, ram, 2);
	EXPECT_EQ(f->mcfg.nr, 0);

	start("MCFG", 1, 44);
	EXPECT(!parse_mcfg());
	start("MCFG", 1, 40);
	EXPECT(!parse_mcfg());
	EXPECT_EQ(f->mcfg.found, BIT_OF(ACPI_BAD_LENGTH));
	end();
}

/* ---- power ----------------------------------------------------------------------------- */

KTEST(acpi, fadt)
{
	ASSERT(begin());
	start("FACP", 3, 244);
	put_unaligned_le32(0x7fe1000, f->table + 40);
	put_unaligned_le32(0xb2, f->table + 48);
	f->table[52] = 0xf1;
	put_unaligned_le32(0x604, f->table + 64);
	put_unaligned_le32(1u << 10, f->table + 112);
	f->table[116] = 1;
	put_unaligned_le64(0xcf9, f->table + 120);
	f->table[128] = 0xf;
	EXPECT(acpi_fadt_parse(guarded_table(), f->len, &f->fadt));
	EXPECT_EQ(f->fadt.pm1a_control, 0x604);
	EXPECT_EQ(f->fadt.pm1b_control, 0);
	EXPECT_EQ(f->fadt.smi_command, 0xb2);
	EXPECT_EQ(f->fadt.acpi_enable, 0xf1);
	EXPECT_EQ(f->fadt.dsdt, 0x7fe1000);
	EXPECT(f->fadt.reset_supported);
	EXPECT_EQ(f->fadt.reset_address, 0xcf9);
	EXPECT_EQ(f->fadt.reset_value, 0xf);

	put_unaligned_le32(0, f->table + 64); /* only in the generic address */
	f->table[172] = 1;
	put_unaligned_le64(0x1804, f->table + 176);
	put_unaligned_le64(0x123456000, f->table + 140);
	EXPECT(acpi_fadt_parse(guarded_table(), f->len, &f->fadt));
	EXPECT_EQ(f->fadt.pm1a_control, 0x1804);
	EXPECT_EQ(f->fadt.dsdt, 0x123456000);
	put_unaligned_le64(0x11804, f->table + 176); /* no port has that number */
	EXPECT(acpi_fadt_parse(guarded_table(), f->len, &f->fadt));
	EXPECT_EQ(f->fadt.pm1a_control, 0);

	f->len = 116; /* the first revision ends here */
	EXPECT(acpi_fadt_parse(guarded_table(), f->len, &f->fadt));
	EXPECT(!f->fadt.reset_supported);
	f->len = 115;
	EXPECT(!acpi_fadt_parse(guarded_table(), f->len, &f->fadt));
	end();
}

struct s5_case {
	const char *name;
	u8 code[24];
	u8 n;
	bool known;
	u8 a, b;
};

#define NAME_S5 0x08, '_', 'S', '5', '_'

static const struct s5_case s5_cases[] = {
	{"bytes", {NAME_S5, 0x12, 0x0a, 4, 0x0a, 5, 0x0a, 6, 0, 0}, 14, true, 5, 6},
	{"zero and one", {NAME_S5, 0x12, 6, 4, 0, 1, 0, 0}, 12, true, 0, 1},
	{"long length", {NAME_S5, 0x12, 0x46, 0, 4, 0x0a, 7, 1}, 12, true, 7, 1},
	{"from the root",
	 {0x08, '\\', '_', 'S', '5', '_', 0x12, 6, 4, 0x0a, 3, 0, 0},
	 13,
	 true,
	 3,
	 0},
	{"words", {NAME_S5, 0x12, 9, 4, 0x0b, 2, 0, 0x0c, 1, 0, 0, 0}, 16, true, 2, 1},
	{"one element", {NAME_S5, 0x12, 4, 1, 0x0a, 5}, 10, true, 5, 0},
	{"no package", {NAME_S5, 0x0a, 5, 0, 0, 0}, 10, false, 0, 0},
	{"no name before it", {0x10, '_', 'S', '5', '_', 0x12, 6, 4, 0, 0, 0, 0}, 12, false, 0, 0},
	{"no elements", {NAME_S5, 0x12, 2, 0}, 8, false, 0, 0},
	{"a method's result", {NAME_S5, 0x12, 8, 4, 'S', 'L', 'P', '1', 0}, 13, false, 0, 0},
	{"cut at the package", {NAME_S5}, 5, false, 0, 0},
	{"cut in the length", {NAME_S5, 0x12, 0xc6, 0}, 8, false, 0, 0},
	{"cut in an element", {NAME_S5, 0x12, 6, 4, 0x0a, 5, 0x0a}, 11, false, 0, 0},
	{"the second is right", {NAME_S5, 0, NAME_S5, 0x12, 6, 4, 0x0a, 5, 0, 0}, 18, true, 5, 0},
};

KTEST(acpi, s5)
{
	static const u8 whole[] = {0x08, '_', 'S', '5', '_', 0x12, 8, 2, 0x0a, 5, 0x0b, 7, 0};
	unsigned int i;

	ASSERT(begin());
	for (i = 0; i < ARRAY_SIZE(s5_cases); i++) {
		const struct s5_case *c = &s5_cases[i];
		bool known;

		start("DSDT", 1, 36);
		add(c->code, c->n);
		known = acpi_s5_find(guarded_table(), f->len, &f->fadt);
		ktest_check(known == c->known && (!known || (f->fadt.s5_type_a == c->a &&
							     f->fadt.s5_type_b == c->b)),
			    c->name, __FILE__, __LINE__);
	}
	for (i = 1; i <= sizeof(whole); i++) { /* cut anywhere, nothing is known */
		start("DSDT", 1, 36);
		add(whole, i);
		EXPECT_EQ(acpi_s5_find(guarded_table(), f->len, &f->fadt), i == sizeof(whole));
	}
	start("DSDT", 1, 36);
	EXPECT(!acpi_s5_find(guarded_table(), 36, &f->fadt));
	EXPECT(!acpi_s5_find(guarded_table(), 0, &f->fadt));
	end();
}

/* ---- damage ---------------------------------------------------------------------------- */

static void parse_all(const u8 *table)
{
	acpi_madt_parse(table, f->len, &f->madt);
	acpi_srat_parse(table, f->len, &f->srat);
	acpi_slit_parse(table, f->len, &f->slit);
	acpi_mcfg_parse(table, f->len, &f->mcfg);
	acpi_fadt_parse(table, f->len, &f->fadt);
	acpi_s5_find(table, f->len, &f->fadt);
}

/* ---- HPET ------------------------------------------------------------------------------ */

static bool parse_hpet(u8 space, u64 phys, u32 length, struct acpi_hpet *hpet)
{
	start("HPET", 1, 56);
	f->table[40] = space;
	put_unaligned_le64(phys, f->table + 44);
	f->table[52] = 1;
	put_unaligned_le16(100, f->table + 53);
	f->len = length;
	return acpi_hpet_parse(guarded_table(), f->len, hpet);
}

/* Registers in I/O space, nowhere, askew or wrapped around are none; nor is half a table. */
KTEST(acpi, hpet)
{
	struct acpi_hpet hpet;

	ASSERT(begin());
	EXPECT(parse_hpet(0, 0xfed00000, 56, &hpet));
	EXPECT_EQ(hpet.phys, 0xfed00000);
	EXPECT_EQ(hpet.number, 1);
	EXPECT_EQ(hpet.min_tick, 100);
	EXPECT_EQ(hpet.found, 0);
	EXPECT(!parse_hpet(0, 0xfed00000, 55, &hpet));
	EXPECT_EQ(hpet.found, BIT_OF(ACPI_BAD_LENGTH));
	EXPECT(!parse_hpet(1, 0xfed00000, 56, &hpet));
	EXPECT(!parse_hpet(0, 0, 56, &hpet));
	EXPECT(!parse_hpet(0, 0xfed00010, 56, &hpet));
	EXPECT(!parse_hpet(0, ~0ULL << 10, 56, &hpet));
	EXPECT_EQ(hpet.phys, 0);
	EXPECT_EQ(hpet.found, BIT_OF(ACPI_BAD_VALUE));
	end();
}

/* Any bytes, of any length, are a table that nothing is read past. */
KTEST(acpi, random_damage)
{
	u64 state = 0x9e3779b97f4a7c15ULL;
	unsigned int round, i;

	ASSERT(begin());
	for (round = 0; round < 500; round++) {
		start("SRAT", 3, 48);
		for (i = 0; i < 5; i++) {
			srat_cpu(i, (u8)i);
			srat_memory(i, i << 20, 1 << 20, 1);
		}
		for (i = 0; i < 1 + round % 16; i++) {
			u64 r = guarded_random(&state);

			f->table[36 + r % (f->len - 36)] = r & 1 << 20 ? (u8)(r >> 40) : 0;
		}
		if (round % 4 == 0)
			f->len = (u32)(guarded_random(&state) % f->len);
		parse_all(guarded_copy(&f->guard, f->table, f->len));
		EXPECT(f->madt.nr_cpus <= ACPI_MAX_CPUS && f->madt.nr_ioapics <= ACPI_MAX_IOAPIC &&
		       f->srat.nr_nodes <= ACPI_MAX_NODES && f->mcfg.nr <= ACPI_MAX_ECAM &&
		       f->slit.nr <= ACPI_MAX_NODES);
	}
	end();
}
