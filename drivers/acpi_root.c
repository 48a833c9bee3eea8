/* SPDX-License-Identifier: MIT */
/*
 * The way to the ACPI tables: root pointer, root table, list of tables.
 *
 *   RSDP -> XSDT (or RSDT) -> header of each table
 *                         FADT -> DSDT
 *
 * Only what the caller's struct acpi_memory calls memory is read, and a table
 * only after all of it was reached.  A root table that cannot be right means no
 * ACPI at all; another table that cannot be right is left out.  A wrong checksum
 * over a table is noted and the table used, as most firmware with one still works;
 * over the root pointer it means that this is none.
 *
 * Pure.  Source: ACPI Specification 6.5, section 5.2.
 */
#include <linux/kernel.h>
#include <linux/string.h>
#include <cairn/acpi.h>
#include <asm/unaligned.h>

#define RSDP_V1	 20
#define RSDP_V2	 36
#define HEADER	 36 /* of every table; u32 length at 4 */
#define FADT_END 148

/* Longer ones are not believed; the longest seen, a DSDT, has some hundred KiB. */
#define MAX_ROOT  (64u << 10)
#define MAX_TABLE (2u << 20)

static u8 sum(const u8 *p, u32 n)
{
	u8 total = 0;

	while (n--)
		total += *p++;
	return total;
}

unsigned int acpi_rsdp_parse(const u8 *p, u64 avail, struct acpi_rsdp *out)
{
	memset(out, 0, sizeof(*out));
	if (avail < RSDP_V1 || memcmp(p, "RSD PTR ", 8) || sum(p, RSDP_V1))
		return 0;
	out->revision = p[15];
	out->rsdt = get_unaligned_le32(p + 16);
	if (out->revision < 2)
		return RSDP_V1;
	/* Its own length field is not needed, and wrong in places. */
	if (avail < RSDP_V2 || sum(p, RSDP_V2))
		return 0;
	out->xsdt = get_unaligned_le64(p + 24);
	return RSDP_V2;
}

long acpi_rsdp_search(const u8 *p, u64 len)
{
	struct acpi_rsdp rsdp;
	u64 at;

	for (at = 0; at + RSDP_V1 <= len; at += 16) {
		if (acpi_rsdp_parse(p + at, len - at, &rsdp))
			return (long)at;
	}
	return -1;
}

static void note(struct acpi_root *root, enum acpi_finding finding, u64 phys)
{
	if (!(root->found & 1u << finding))
		root->where.at[finding] = phys;
	root->found |= 1u << finding;
}

static bool listed(const struct acpi_root *root, u64 phys)
{
	unsigned int i;

	for (i = 0; i < root->nr; i++) {
		if (root->table[i].phys == phys)
			return true;
	}
	return false;
}

/* read_table - reach a table whole; false, with the reason noted, if that cannot be. */
static bool read_table(const struct acpi_memory *mem, u64 phys, u32 max, struct acpi_table *table,
		       struct acpi_root *root)
{
	const u8 *p = mem->map(mem->ctx, phys, HEADER);

	if (!p) {
		note(root, ACPI_BAD_POINTER, phys);
		return false;
	}
	memcpy(table->signature, p, 4);
	table->signature[4] = '\0';
	table->phys = phys;
	table->length = get_unaligned_le32(p + 4);
	table->data = table->length < HEADER || table->length > max
			      ? NULL
			      : mem->map(mem->ctx, phys, table->length);
	if (!table->data) {
		note(root, ACPI_BAD_LENGTH, phys);
		return false;
	}
	if (sum(table->data, table->length))
		note(root, ACPI_BAD_CHECKSUM, phys);
	return true;
}

static void add_table(struct acpi_root *root, const struct acpi_memory *mem, u64 phys)
{
	struct acpi_table table;

	if (!phys)
		return;
	if (listed(root, phys)) {
		note(root, ACPI_DUPLICATE, phys);
		return;
	}
	if (root->nr == ACPI_MAX_TABLES) {
		note(root, ACPI_SURPLUS, phys);
		return;
	}
	if (read_table(mem, phys, MAX_TABLE, &table, root))
		root->table[root->nr++] = table;
}

const struct acpi_table *acpi_find(const struct acpi_root *root, const char *signature)
{
	unsigned int i;

	for (i = 0; i < root->nr; i++) {
		if (!strcmp(root->table[i].signature, signature))
			return &root->table[i];
	}
	return NULL;
}

/* add_dsdt - the FADT holds the address of the DSDT, in 32 bits and, later, in 64. */
static void add_dsdt(struct acpi_root *root, const struct acpi_memory *mem)
{
	const struct acpi_table *fadt = acpi_find(root, "FACP");
	u64 phys = 0;

	if (!fadt || fadt->length < 44)
		return;
	if (fadt->length >= FADT_END)
		phys = get_unaligned_le64(fadt->data + 140);
	if (!phys)
		phys = get_unaligned_le32(fadt->data + 40);
	add_table(root, mem, phys);
}

bool acpi_root_parse(const struct acpi_rsdp *rsdp, const struct acpi_memory *mem,
		     struct acpi_root *out)
{
	u32 at, size = rsdp->xsdt ? 8 : 4;
	u64 phys = rsdp->xsdt ? rsdp->xsdt : rsdp->rsdt;
	struct acpi_table *root = &out->table[0];

	memset(out, 0, sizeof(*out));
	if (!phys)
		note(out, ACPI_BAD_POINTER, phys);
	if (!phys || !read_table(mem, phys, MAX_ROOT, root, out))
		return false;
	if (strcmp(root->signature, size == 8 ? "XSDT" : "RSDT") || root->length < HEADER + size) {
		note(out, ACPI_BAD_LENGTH, phys);
		return false;
	}
	out->nr = 1;
	for (at = HEADER; at + size <= root->length; at += size) {
		const u8 *entry = root->data + at;

		add_table(out, mem,
			  size == 8 ? get_unaligned_le64(entry) : get_unaligned_le32(entry));
	}
	if (at < root->length)
		note(out, ACPI_TAIL, phys);
	add_dsdt(out, mem);
	return true;
}
