/* SPDX-License-Identifier: MIT */
/*
 * ACPI tables that say how to switch the machine off: FADT and \_S5.
 *
 * The FADT names the I/O port of the power management control register, and one
 * to reset through.  What to write to the former for "off" is in the DSDT's byte
 * code, as
 *
 *   Name (_S5_, Package {type for PM1a, type for PM1b, ...})
 *   08 5f 53 35 5f  12 length number  element element ...
 *
 * Interpreting the byte code would take an interpreter; looking for this pattern
 * takes a loop, and is right wherever firmware writes constants, which all known
 * firmware does.
 *
 * Pure.  Source: ACPI Specification 6.5, sections 5.2.9, 7.4.2 and 20.2.
 */
#include <linux/kernel.h>
#include <linux/string.h>
#include <cairn/acpi.h>
#include <asm/unaligned.h>

#define FADT_V1		116 /* the shortest there is */
#define FADT_RESET	129
#define FADT_DSDT64	148
#define FADT_PM1A64	184
#define FADT_PM1B64	196
#define RESET_SUPPORTED (1u << 10)

#define SPACE_IO	1

#define DSDT_CODE	36

#define AML_ZERO	0x00
#define AML_ONE		0x01
#define AML_NAME	0x08
#define AML_BYTE	0x0a
#define AML_WORD	0x0b
#define AML_DWORD	0x0c
#define AML_PACKAGE	0x12

/* port - an I/O port from its old field, or else from the generic address at @wide. */
static u16 port(const u8 *table, u32 length, u32 old, u32 wide)
{
	u64 value = get_unaligned_le32(table + old);

	if (!value && length >= wide + 12 && table[wide] == SPACE_IO)
		value = get_unaligned_le64(table + wide + 4);
	return value <= 0xffff ? (u16)value : 0;
}

bool acpi_fadt_parse(const u8 *table, u32 length, struct acpi_fadt *out)
{
	memset(out, 0, sizeof(*out));
	if (length < FADT_V1) {
		out->found = 1u << ACPI_BAD_LENGTH;
		return false;
	}
	out->pm1a_control = port(table, length, 64, FADT_PM1A64 - 12);
	out->pm1b_control = port(table, length, 68, FADT_PM1B64 - 12);
	out->smi_command = get_unaligned_le32(table + 48);
	out->acpi_enable = table[52];
	out->dsdt = get_unaligned_le32(table + 40);
	if (length >= FADT_DSDT64 && get_unaligned_le64(table + 140))
		out->dsdt = get_unaligned_le64(table + 140);
	if (length < FADT_RESET || !(get_unaligned_le32(table + 112) & RESET_SUPPORTED))
		return true;
	out->reset_space = table[116];
	out->reset_address = get_unaligned_le64(table + 120);
	out->reset_value = table[128];
	out->reset_supported = out->reset_address && out->reset_space <= 2;
	return true;
}

/* A stretch of byte code; every read is checked against its end. */
struct code {
	const u8 *p;
	const u8 *end;
};

static bool byte(struct code *code, u8 *value)
{
	if (code->p >= code->end)
		return false;
	*value = *code->p++;
	return true;
}

/* constant - one integer; the types of sleep have three bits. */
static bool constant(struct code *code, u8 *value)
{
	u8 op, skip = 0;

	if (!byte(code, &op))
		return false;
	switch (op) {
	case AML_ZERO:
	case AML_ONE:
		*value = op;
		return true;
	case AML_DWORD:
		skip = 3;
		break;
	case AML_WORD:
		skip = 1;
		break;
	case AML_BYTE:
		break;
	default:
		return false;
	}
	if (code->end - code->p < skip + 1)
		return false;
	*value = *code->p & 7;
	code->p += skip + 1;
	return true;
}

/* package - the first two integers of the package at @code. */
static bool package(struct code code, u8 *a, u8 *b)
{
	u8 op, lead, number;

	if (!byte(&code, &op) || op != AML_PACKAGE || !byte(&code, &lead))
		return false;
	if (code.end - code.p < lead >> 6)
		return false;
	code.p += lead >> 6; /* the rest of its length, which is not needed */
	if (!byte(&code, &number) || !number || !constant(&code, a))
		return false;
	*b = 0;
	return number < 2 || constant(&code, b);
}

bool acpi_s5_find(const u8 *table, u32 length, struct acpi_fadt *fadt)
{
	u32 at;

	fadt->s5_known = false;
	for (at = DSDT_CODE + 1; at + 4 < length && !fadt->s5_known; at++) {
		struct code code = {table + at + 4, table + length};
		bool name = table[at - 1] == AML_NAME ||
			    (table[at - 1] == '\\' && table[at - 2] == AML_NAME);

		if (name && !memcmp(table + at, "_S5_", 4))
			fadt->s5_known = package(code, &fadt->s5_type_a, &fadt->s5_type_b);
	}
	return fadt->s5_known;
}
