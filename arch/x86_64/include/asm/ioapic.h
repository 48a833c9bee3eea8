/* SPDX-License-Identifier: MIT */
#ifndef _ASM_IOAPIC_H
#define _ASM_IOAPIC_H

/*
 * I/O APICs: where the legacy lines are.  All inputs of all I/O APICs are numbered
 * through; such a number is called a global system interrupt, GSI.
 */
#include <linux/types.h>
#include <cairn/acpi.h>

/**
 * struct ioapic_route - where a legacy line is
 * @present: it is anywhere
 * @gsi: at which input
 * @level: it asks until it is served, rather than once
 * @low: it asks by a low level, or a falling edge
 */
struct ioapic_route {
	bool present;
	u32 gsi;
	bool level;
	bool low;
};

/**
 * ioapic_routes - find the legacy lines
 * @madt: the overrides
 * @levels: a bit for each line that the legacy controllers take for level triggered
 * @routes: filled in
 *
 * A line is at the input of its number unless an override says where else; another
 * line's override drives it out.  No two routes have the same input.
 *
 * Context: any; pure.
 */
void ioapic_routes(const struct acpi_madt *madt, u16 levels,
		   struct ioapic_route routes[ACPI_ISA_IRQS]);

#endif
