/* SPDX-License-Identifier: MIT */
/*
 * Restartable sequences: where an interrupted one goes on.  <asm/ras.h> says
 * what they are.
 *
 * Every use of a sequence is expanded inline, so the table has an entry a use.
 * It is in link order, and the linker places code mostly in that order, but
 * nothing promises it, so it is searched from the start: interrupts come a
 * hundred times a second, and the table has a few hundred entries.
 */
#include <asm/ras.h>

unsigned long ras_fixup(unsigned long rip)
{
	const struct ras_range *r;

	for (r = __ras_table_start; r < __ras_table_end; r++) {
		if (rip - r->start < r->end - r->start)
			return r->start;
	}
	return rip;
}
