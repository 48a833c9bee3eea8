/* SPDX-License-Identifier: MIT */
/*
 * cairn-memmap [-s] FILE - what becomes of a machine's memory map
 *
 * FILE has a range a line, "start length type" with hexadecimal numbers but for the
 * type, which is E820's; "# srat: domain start end" lines say which memory is near
 * what, and may end in "hotplug" or "non-volatile", which change nothing.  The kernel
 * starts on such a machine, whose memory takes no room until it is touched, and this is
 * printed:
 *
 *	START END TYPE			sanitised ranges, hexadecimal, end exclusive
 *	kept START END			what start-up had taken when it handed memory over
 *	image START END			the kernel's, part of that
 *	given START END			what of the image it gave back in the end
 *	section START			these have been opened: with -s all in which usable memory
 *					begins or ends, or something is kept
 *	START END STATE			and all pages described there: "free", "used",
 *					"reserved"; or "lost": in no block
 *	node N ZONE present P managed M pending W free F
 *					pages: usable, handed over, of sections that are not
 *					open, on free lists
 *	account total T managed M free F descriptors D	the sums, and what descriptors take
 *
 * TYPE is E820's again.  The status is 0 if the kernel came up, and 85 if it said in a line
 * that it cannot.  If FILE is no such file, or this cannot be written, it is 2, with a line on
 * standard error that says where and why.  More domains than there is room for are said there,
 * too: all are left out, as the kernel does.
 */
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
#define WANTED                                                                                   \
	"a memory map has a line \"start length type\" for each range, hexadecimal but for the " \
	"type, 1 for RAM"

extern char _stext[], _end[], __init_begin[], __init_end[];

static const char *file;
static char text[MAX_FILE + 1];
static struct mb2_mmap_entry ranges[MAX_RANGES];
static unsigned int nr_ranges;
static struct acpi_srat srat;
static bool srat_full;

/* The next number of a line, in @base; false if there is none. */
static bool take_number(char **line, unsigned int base, u64 *value)
{
	char *word;

	do {
		word = strsep(line, " \t\r");
	} while (word && !*word);
	return word && !kstrtou64(word, base, value);
}

static bool at_end(const char *line)
{
	return !line || !*skip_spaces(line);
}

static bool node_of(u64 domain, u32 *nid)
{
	for (*nid = 0; *nid < srat.nr_nodes; ++*nid) {
		if (srat.domain[*nid] == domain)
			return true;
	}
	if (srat.nr_nodes == ACPI_MAX_NODES)
		return false;
	srat.domain[srat.nr_nodes++] = (u32)domain;
	return true;
}

/* Is the rest of a line words for what SRAT has flags for? */
static bool only_flags(char *line)
{
	char *word;

	while ((word = strsep(&line, " \t\r"))) {
		if (*word && strcmp(word, "hotplug") && strcmp(word, "non-volatile"))
			return false;
	}
	return true;
}

/* One line on standard error; @at is the line's number, or 0: it is about the whole file. */
static void say(unsigned int at, const char *what)
{
	char where[16] = "";

	if (at)
		snprintf(where, sizeof(where), ":%u", at);
	host_error("cairn-memmap: ");
	host_error(file);
	host_error(where);
	host_error(": ");
	host_error(what);
	host_error("\n");
}

static void say_srat_full(unsigned int at)
{
	if (!srat_full)
		say(at, "more domains, or memory of domains, than there is room for; there is one "
			"node");
	srat_full = true;
}

/* What is wrong with line @at, or NULL. */
static const char *take_srat(unsigned int at, char *line)
{
	struct acpi_srat_memory memory = {};
	u64 domain;

	if (!take_number(&line, 10, &domain) || !take_number(&line, 16, &memory.start) ||
	    !take_number(&line, 16, &memory.end) || !only_flags(line) ||
	    memory.start >= memory.end || domain > U32_MAX)
		return "this is not \"# srat: domain start end\"";
	if (srat.nr_memory == ACPI_MAX_MEMORY || !node_of(domain, &memory.nid))
		say_srat_full(at);
	else
		srat.memory[srat.nr_memory++] = memory;
	return NULL;
}

static const char *take_range(char *line)
{
	u64 start, length, type;

	if (!take_number(&line, 16, &start) || !take_number(&line, 16, &length) ||
	    !take_number(&line, 0, &type) || type > U32_MAX || !at_end(line))
		return "this is not \"start length type\"";
	if (nr_ranges == MAX_RANGES)
		return "there are more than 4096 ranges, and none may be left out";
	ranges[nr_ranges++] = (struct mb2_mmap_entry){start, length, (u32)type, 0};
	return NULL;
}

static const char *take_line(unsigned int at, char *line)
{
	if (strstarts(line, "# srat: "))
		return take_srat(at, line + 8);
	return *line == '#' || at_end(line) ? NULL : take_range(line);
}

static bool refuse(unsigned int at, const char *wrong)
{
	char what[256];

	snprintf(what, sizeof(what), "%s; " WANTED, wrong);
	say(at, what);
	return false;
}

/* The file's lines; false, with a line about it, if it is no memory map. */
static bool take_file(void)
{
	long n = host_read_file(file, text, MAX_FILE);
	char *rest = text, *line, said[128];

	if (n < 0) {
		snprintf(said, sizeof(said), "it cannot be read: %s", host_error_text(n));
		return refuse(0, said);
	}
	if (n == MAX_FILE || memchr(text, 0, (size_t)n))
		return refuse(0, "this is no text of less than a MiB");
	for (unsigned int at = 1; (line = strsep(&rest, "\n")); at++) {
		const char *wrong = take_line(at, line);

		if (wrong)
			return refuse(at, wrong);
	}
	return true;
}

/* As if the firmware had said so. */
static void add_srat(void)
{
	if (srat.nr_memory && !srat_full)
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

static void print_kept(void)
{
	phys_addr_t start, end;
	u64 i;

	for_each_reserved_mem_range(i, &start, &end) console_printf("kept %llx %llx\n", start, end);
	console_printf("image %llx %llx\n", (u64)__pa(_stext), (u64)__pa(_end));
	console_printf("given %llx %llx\n", (u64)PAGE_ALIGN(__pa(__init_begin)),
		       (u64)__pa(__init_end) & PAGE_MASK);
}

/* What a page is, and how many are so from there on. */
static const char *state_of(const struct page *page, unsigned long *n)
{
	*n = 1;
	switch (page->state) {
	case PAGE_ABSENT:
		return NULL;
	case PAGE_RESERVED:
		return "reserved";
	case PAGE_FREE:
		*n = 1UL << page->order;
		return "free";
	case PAGE_ALLOCATED:
	case PAGE_CACHED:
		*n = 1UL << page->order;
		return "used";
	default:
		return "lost";
	}
}

/* One line for pages in a row that are the same. */
static void print_section(unsigned long start)
{
	const char *said = NULL, *state;
	unsigned long since = start, pfn = start, end = start + SECTION_FRAMES, n = 0;

	console_printf("section %llx\n", PFN_PHYS(start));
	for (; pfn < end; pfn += n) {
		state = state_of(pfn_to_page(pfn), &n);
		if (state == said)
			continue;
		if (said)
			console_printf("%llx %llx %s\n", PFN_PHYS(since), PFN_PHYS(pfn), said);
		said = state;
		since = pfn;
	}
	if (said)
		console_printf("%llx %llx %s\n", PFN_PHYS(since), PFN_PHYS(pfn), said);
}

/* Opens the sections that are not memory from end to end, and some that are. */
static void open_sections(void)
{
	struct frame_run run = {.end = 0};

	while (next_frame_run(&memblock, run.end, MAX_FRAMES, &run)) {
		memmap_open(pfn_to_section(run.start));
		memmap_open(pfn_to_section(run.end - 1));
	}
}

static void print_sections(void)
{
	for (unsigned long section = 0; section < NR_SECTIONS; section++)
		if (section_is_open(section))
			print_section(section_to_pfn(section));
}

static void print_zones(void)
{
	unsigned long total = 0, managed = 0, descriptors = 0;
	const struct zone *zone;

	for_each_zone(zone) {
		console_printf("node %d %s present %lu managed %lu pending %lu free %lu\n",
			       zone->pgdat->node_id, zone->name, zone->present_pages,
			       zone->managed_pages, zone->pending_pages, zone->buddy.free);
		total += zone->present_pages;
		managed += zone->managed_pages;
	}
	memmap_sections_open(&descriptors);
	console_printf("account total %lu managed %lu free %lu descriptors %lu\n", total, managed,
		       nr_free_pages(), descriptors);
}

int hosted_program(int argc, char **argv)
{
	bool open = argc == 3 && !strcmp(argv[1], "-s");

	if (argc != 2 + open) {
		host_error("usage: cairn-memmap [-s] FILE; " WANTED "\n");
		return 2;
	}
	file = argv[argc - 1];
	if (!take_file())
		return 2;
	machine_firmware = add_srat;
	console_loglevel = LOGLEVEL_EMERG;
	machine_start(machine_describe("quiet", ranges, nr_ranges));
	if (open)
		open_sections();
	drain_all_pages();
	print_ranges();
	print_kept();
	print_sections();
	print_zones();
	return 0;
}
