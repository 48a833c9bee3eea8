/* SPDX-License-Identifier: MIT */
/*
 * cairn-memmap FILE - what becomes of a machine's memory map
 *
 * FILE has a range a line, "start length type" with hexadecimal numbers but for the
 * type, which is E820's; "# srat: domain start end" lines say which memory is near
 * what.  The kernel starts on such a machine, whose memory takes no room until it is
 * touched, and this is printed:
 *
 *	START END TYPE			sanitised ranges, hexadecimal, end exclusive
 *	node N ZONE present P managed M	pages
 *	account total T reserved R free F descriptors D left-out L	pages
 *
 * TYPE is E820's again.  The status is 0 if the kernel came up.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/memblock.h>
#include <linux/mm.h>
#include <linux/printk.h>
#include <linux/string.h>
#include <cairn/acpi.h>
#include <cairn/console.h>
#include <cairn/memory_map.h>
#include <cairn/start.h>
#include "../../arch/hosted/hosted.h"
#include "../../mm/memmap.h"
#include "../../mm/zone.h"

#define MAX_FILE   (1UL << 20)
#define MAX_RANGES 4096

static char text[MAX_FILE + 1];
static struct mb2_mmap_entry ranges[MAX_RANGES];
static unsigned int nr_ranges;
static struct acpi_srat srat;

/* The next number of a line, in @base; false if there is none. */
static bool take_number(char **line, unsigned int base, u64 *value)
{
	char *word;

	do {
		word = strsep(line, " \t");
	} while (word && !*word);
	return word && !kstrtou64(word, base, value);
}

static u32 node_of(u32 domain)
{
	u32 nid;

	for (nid = 0; nid < srat.nr_nodes; nid++) {
		if (srat.domain[nid] == domain)
			return nid;
	}
	srat.domain[srat.nr_nodes++] = domain;
	return nid;
}

static int take_srat(char *line)
{
	u64 domain, start, end;

	if (!take_number(&line, 10, &domain) || !take_number(&line, 16, &start) ||
	    !take_number(&line, 16, &end) || srat.nr_memory == ACPI_MAX_MEMORY)
		return -EINVAL;
	srat.memory[srat.nr_memory++] =
		(struct acpi_srat_memory){.start = start, .end = end, .nid = node_of((u32)domain)};
	return 0;
}

static int take_range(char *line)
{
	u64 start, length, type;

	if (!take_number(&line, 16, &start) || !take_number(&line, 16, &length) ||
	    !take_number(&line, 0, &type) || nr_ranges == MAX_RANGES)
		return -EINVAL;
	ranges[nr_ranges++] = (struct mb2_mmap_entry){start, length, (u32)type, 0};
	return 0;
}

static int parse(char *rest)
{
	char *line;
	int err = 0;

	while (!err && (line = strsep(&rest, "\n"))) {
		if (strstarts(line, "# srat: "))
			err = take_srat(line + 8);
		else if (*line && *line != '#')
			err = take_range(line);
	}
	return err;
}

/* As if the firmware had said so. */
static void add_srat(void)
{
	if (srat.nr_memory)
		acpi_info.srat = srat;
}

static unsigned int e820_type(u32 type)
{
	switch (type) {
	case MEM_USABLE:
		return 1;
	case MEM_ACPI_RECLAIM:
		return 3;
	case MEM_ACPI_NVS:
		return 4;
	case MEM_UNUSABLE:
		return 5;
	default:
		return 2;
	}
}

static void print_ranges(void)
{
	for (unsigned int i = 0; i < nr_memory_map; i++)
		console_printf("%llx %llx %x\n", memory_map[i].start, memory_map[i].end,
			       e820_type(memory_map[i].type));
}

static void print_zones(void)
{
	unsigned long total = 0, managed = 0, descriptors = 0;
	const struct zone *zone;

	for_each_zone(zone) {
		console_printf("node %d %s present %lu managed %lu\n", zone->pgdat->node_id,
			       zone->name, zone->present_pages, zone->managed_pages);
		total += zone->present_pages;
		managed += zone->managed_pages;
	}
	memmap_sections_open(&descriptors);
	console_printf("account total %lu managed %lu free %lu descriptors %lu\n", total, managed,
		       nr_free_pages(), descriptors);
}

int hosted_program(int argc, char **argv)
{
	long n = argc == 2 ? host_read_file(argv[1], text, MAX_FILE) : -EINVAL;

	if (n < 0 || parse(text)) {
		early_puts("usage: cairn-memmap FILE, of lines \"start length type\"\n");
		return 2;
	}
	machine_firmware = add_srat;
	console_loglevel = LOGLEVEL_EMERG;
	machine_start(machine_describe("quiet", ranges, nr_ranges));
	print_ranges();
	print_zones();
	return 0;
}
