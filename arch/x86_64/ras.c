/* SPDX-License-Identifier: MIT */
/*
 * Restartable sequences: where an interrupted one goes on.  <asm/ras.h> says
 * what they are.
 *
 * Every use of a sequence is expanded inline, so the table has an entry a use, some
 * hundreds.  It is in link order, and the linker places code mostly in that order,
 * but nothing promises it; so start-up puts it in order, and every interrupt finds
 * its entry, or that there is none, with nine comparisons.
 */
#include <linux/kernel.h>
#include <linux/sort.h>
#include <asm/ras.h>

#define NR_RANGES ((size_t)(__ras_table_end - __ras_table_start))

static int by_start(const void *a, const void *b)
{
	const struct ras_range *x = a, *y = b;

	return x->start < y->start ? -1 : x->start > y->start;
}

static bool in_order(const struct ras_range *table, size_t n)
{
	for (size_t i = 1; i < n; i++) {
		if (table[i].start < table[i - 1].end)
			return false;
	}
	return true;
}

void ras_sort(struct ras_range *table, size_t n)
{
	if (!in_order(table, n))
		sort(table, n, sizeof(*table), by_start, NULL);
}

/* The boot page tables let read-only data be written yet. */
void ras_init(void)
{
	ras_sort((struct ras_range *)__ras_table_start, NR_RANGES);
}

const struct ras_range *ras_find(const struct ras_range *table, size_t n, unsigned long rip)
{
	size_t low = 0, high = n;

	/* Below low sequences start before rip, from high on they do not. */
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (table[middle].start < rip)
			low = middle + 1;
		else
			high = middle;
	}
	return low && rip < table[low - 1].end ? &table[low - 1] : NULL;
}

unsigned long ras_fixup(unsigned long rip)
{
	const struct ras_range *r = ras_find(__ras_table_start, NR_RANGES, rip);

	return r ? r->start : rip;
}
