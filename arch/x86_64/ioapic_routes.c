/* SPDX-License-Identifier: MIT */
/*
 * From the sixteen legacy lines to inputs of I/O APICs, as MADT's overrides say.
 *
 *	line 0 (timer) --override--> input 2		line 2 (cascade): nowhere
 *	line 1         ------------> input 1
 *	line 9         --override--> input 9, level, active high
 *
 * A line without an override is an edge, active high, at the input of its number;
 * but a PCI interrupt that firmware has led to a legacy line is a level, which the
 * edge/level registers of the legacy controllers tell.
 *
 * Pure.  Source: ACPI Specification 6.5, 5.2.12.5.
 */
#include <linux/kernel.h>
#include <asm/ioapic.h>

#define CASCADE_LINE 2

static struct ioapic_route route_of(const struct acpi_override *override, u32 line, bool level)
{
	struct ioapic_route route = {
		.present = line != CASCADE_LINE,
		.gsi = line,
		.level = level,
	};

	if (!override->present)
		return route;
	route.present = true;
	route.gsi = override->gsi;
	route.low = override->polarity == ACPI_ACTIVE_LOW;
	if (override->trigger != ACPI_TRIGGER_CONFORMING)
		route.level = override->trigger == ACPI_TRIGGER_LEVEL;
	return route;
}

/* Is the input of line @i another's, which has the better claim to it? */
static bool driven_out(const struct acpi_madt *madt, const struct ioapic_route *routes, u32 i)
{
	for (u32 j = 0; j < ACPI_ISA_IRQS; j++) {
		if (j == i || !routes[j].present || routes[j].gsi != routes[i].gsi)
			continue;
		if (madt->override[j].present != madt->override[i].present)
			return madt->override[j].present;
		if (j < i)
			return true;
	}
	return false;
}

void ioapic_routes(const struct acpi_madt *madt, u16 levels,
		   struct ioapic_route routes[ACPI_ISA_IRQS])
{
	u32 i;

	for (i = 0; i < ACPI_ISA_IRQS; i++)
		routes[i] = route_of(&madt->override[i], i, levels >> i & 1);
	for (i = 0; i < ACPI_ISA_IRQS; i++)
		routes[i].present &= !driven_out(madt, routes, i);
}
