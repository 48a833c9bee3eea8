/* SPDX-License-Identifier: MIT */
#ifndef _TESTS_ACPI_TABLE_H
#define _TESTS_ACPI_TABLE_H

/* Tables for the tests of the ACPI parsers, built item by item, and where they lie. */
#include <linux/string.h>
#include <linux/vmalloc.h>
#include <cairn/acpi.h>
#include <asm/unaligned.h>
#include "guarded.h"

#define TABLE_MAX 12288
#define PHYS_SIZE 0x10000

static struct fixture {
	u8 table[TABLE_MAX];
	u32 len;
	u8 phys[PHYS_SIZE]; /* memory at PHYS_BASE */
	struct guarded guard;
	struct acpi_root root;
	struct acpi_madt madt;
	struct acpi_srat srat;
	struct acpi_slit slit;
	struct acpi_mcfg mcfg;
	struct acpi_fadt fadt;
} * f;

#define PHYS_BASE 0x7fe0000ULL

static inline bool begin(void)
{
	f = vzalloc(sizeof(*f));
	return f && guarded_init(&f->guard, TABLE_MAX);
}

static inline void end(void)
{
	guarded_exit(&f->guard);
	vfree(f);
}

/* start - a table of @fixed bytes, header included. */
static inline void start(const char *signature, u8 revision, u32 fixed)
{
	memset(f->table, 0, sizeof(f->table));
	memcpy(f->table, signature, 4);
	f->table[8] = revision;
	f->len = fixed;
}

static inline void add(const void *bytes, u32 n)
{
	memcpy(f->table + f->len, bytes, n);
	f->len += n;
}

static inline void seal(u8 *table, u32 len)
{
	u8 sum = 0;
	u32 i;

	put_unaligned_le32(len, table + 4);
	table[9] = 0;
	for (i = 0; i < len; i++)
		sum -= table[i];
	table[9] = sum;
}

/* guarded_table - the table, sealed, before the guard page. */
static inline const u8 *guarded_table(void)
{
	seal(f->table, f->len);
	return guarded_copy(&f->guard, f->table, f->len);
}

#define BIT_OF(finding) (1u << (finding))

/* ---- SRAT: its items ---- */

static inline void srat_memory(u32 domain, u64 base, u64 length, u32 flags)
{
	u8 item[40] = {1, 40};

	put_unaligned_le32(domain, item + 2);
	put_unaligned_le64(base, item + 8);
	put_unaligned_le64(length, item + 16);
	put_unaligned_le32(flags, item + 28);
	add(item, 40);
}

static inline void srat_cpu(u32 domain, u8 apic_id)
{
	u8 item[16] = {0, 16, (u8)domain, apic_id, 1, 0, 0, 0, 0};

	item[9] = (u8)(domain >> 8);
	item[10] = (u8)(domain >> 16);
	item[11] = (u8)(domain >> 24);
	add(item, 16);
}

#endif
