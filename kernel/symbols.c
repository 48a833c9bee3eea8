/* SPDX-License-Identifier: MIT */
/*
 * Names and source lines of addresses in the image.
 *
 * scripts/symbols.py makes the tables from a first link, and the second link
 * appends them to the image behind everything else, so that no address they tell
 * of moves.  In the first link they are missing, hence weak.  Addresses are
 * offsets from KERNEL_BASE in ascending order; both lookups are binary searches.
 */
#include <linux/string.h>
#include <linux/types.h>
#include <linux/compiler.h>
#include <cairn/symbols.h>
#include <asm/page.h>
#include <asm/sections.h>

#define LINE_BITS 20
#define LINE_MASK ((1u << LINE_BITS) - 1)

extern const u32 cairn_symtab_count __weak, cairn_symtab_address[] __weak,
	cairn_symtab_name[] __weak;
extern const u32 cairn_lines_count __weak, cairn_lines_address[] __weak,
	cairn_lines_where[] __weak; /* file << LINE_BITS | line; 0: no code from here on */
extern const u32 cairn_files_name[] __weak;
extern const char cairn_symtab_strings[] __weak;

/* The last of @n ascending offsets that is not above @offset, or -1. */
static long last_not_above(const u32 *table, u32 n, u32 offset)
{
	u32 low = 0, high = n;

	while (low < high) {
		u32 middle = low + (high - low) / 2;

		if (table[middle] <= offset)
			low = middle + 1;
		else
			high = middle;
	}
	return (long)low - 1;
}

static bool in_image(unsigned long addr)
{
	return &cairn_symtab_count && address_between(addr, _stext, _end);
}

const char *symbol_lookup(unsigned long addr, unsigned long *offset, unsigned long *size)
{
	u32 at = (u32)(addr - KERNEL_BASE);
	u32 next;
	long i;

	if (!in_image(addr))
		return NULL;
	i = last_not_above(cairn_symtab_address, cairn_symtab_count, at);
	if (i < 0)
		return NULL;
	next = (u32)((unsigned long)_end - KERNEL_BASE);
	if (i + 1 < cairn_symtab_count)
		next = cairn_symtab_address[i + 1];
	*offset = at - cairn_symtab_address[i];
	*size = next - cairn_symtab_address[i];
	return cairn_symtab_strings + cairn_symtab_name[i];
}

const char *symbol_line(unsigned long addr, unsigned int *line)
{
	long i;

	if (!in_image(addr))
		return NULL;
	i = last_not_above(cairn_lines_address, cairn_lines_count, (u32)(addr - KERNEL_BASE));
	if (i < 0 || !cairn_lines_where[i])
		return NULL;
	*line = cairn_lines_where[i] & LINE_MASK;
	return cairn_symtab_strings + cairn_files_name[cairn_lines_where[i] >> LINE_BITS];
}

unsigned long symbol_find(const char *name)
{
	u32 i;

	if (!&cairn_symtab_count)
		return 0;
	for (i = 0; i < cairn_symtab_count; i++) {
		if (!strcmp(cairn_symtab_strings + cairn_symtab_name[i], name))
			return KERNEL_BASE + cairn_symtab_address[i];
	}
	return 0;
}
