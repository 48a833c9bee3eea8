/* SPDX-License-Identifier: MIT */
/*
 * memmap= on the command line: the policy around boot/user_map.c.
 *
 * The words wait until the firmware's map is sanitised, then apply to that in their
 * order.  A word that makes no sense gets a line and is left out; the others count.
 *
 * memmap=file reads the boot module named "memmap", in the format of tests/data/
 * memmaps, and so lets a virtual machine have a real one's map, as far as it can:
 *
 *	usable is	what both the file and the firmware call usable
 *	reserved is	what either does, what of the file's memory is not there, and what
 *			of the machine's memory the file does not mention
 */
#include <linux/errno.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/printk.h>
#include <linux/string.h>
#include <cairn/boot_info.h>
#include <cairn/init.h>
#include <cairn/user_map.h>
#include <asm/page.h>

#define MAX_VALUES  (BOOT_CMDLINE_MAX / sizeof("memmap")) /* no command line has more */
#define MAX_WORD    64
#define MAX_RANGES  1536
#define MAX_FILE    (1u << 20)
#define MODULE_NAME "memmap"

static const char *values[MAX_VALUES] __initdata = {};
static unsigned int nr_values;

static struct mem_range ranges[MAX_RANGES] __initdata = {};
static struct user_map user_map __initdata = {};

/* Firmware's map and how to look for memory: the arguments of user_map_make(). */
struct machine {
	const struct mem_range *firmware;
	unsigned int nr;
	bool from_file;
};

static int set_memmap(const char *value)
{
	if (nr_values == MAX_VALUES)
		return -ENOSPC;
	values[nr_values++] = value;
	return 0;
}
BOOT_PARAM(
	"memmap", set_memmap,
	"exactmap | file | SIZE | SIZE@START (or # $ !) | SIZE%START-OLD+NEW, ...: the memory map");

/* ---- The map in a boot module ------------------------------------------------------------ */

static const struct boot_module *__init find_module(void)
{
	unsigned int i;

	for (i = 0; i < boot_info.nr_modules; i++) {
		if (!strcmp(boot_info.modules[i].name, MODULE_NAME))
			return &boot_info.modules[i];
	}
	return NULL;
}

/* read_lines - the file's ranges into user_map; false if it holds none. */
static bool __init read_lines(const char *text, const char *end)
{
	unsigned int line = 0, bad = 0, first_bad = 0, good = 0;
	struct mem_range range;

	while (text < end) {
		int got = user_map_line(&text, end, &range);

		line++;
		good += got > 0;
		if (got > 0)
			user_map_add(&user_map, range.start, range.end, range.type);
		if (got < 0 && !bad++)
			first_bad = line;
	}
	if (bad)
		pr_warn("memmap=file: %u lines are not \"start length type\", the first is line %u; "
			"ignored them\n",
			bad, first_bad);
	return good;
}

static void __init restart(const struct machine *machine)
{
	memcpy(ranges, machine->firmware, machine->nr * sizeof(*ranges));
	user_map.nr = machine->nr;
}

static void __init apply_file(struct machine *machine)
{
	const struct boot_module *module = find_module();
	const char *text;
	u64 size;

	if (!module) {
		pr_warn("memmap=file: the loader brought no module named " MODULE_NAME
			"; ignored it "
			"(GRUB: module2 FILE " MODULE_NAME ")\n");
		return;
	}
	text = __va(module->start);
	size = module->end - module->start;
	if (size > MAX_FILE) {
		pr_warn("memmap=file: %llu bytes are too many for a memory map; ignored it\n",
			size);
		return;
	}
	user_map.nr = 0;
	if (read_lines(text, text + size)) {
		machine->from_file = true;
		user_map_hide(&user_map, machine->firmware, machine->nr);
	} else {
		pr_warn("memmap=file: no line of the file is \"start length type\"; ignored it\n");
		restart(machine);
	}
}

/* ---- Words ------------------------------------------------------------------------------- */

static bool __init apply_word(const char *text, struct machine *machine)
{
	struct user_map_word word;
	const char *at, *why = user_map_parse(text, &word, &at);

	if (why)
		pr_warn("memmap=%s: at '%s': %s; ignored it\n", text, at, why);
	else if (word.kind == USER_MAP_FILE)
		apply_file(machine);
	else
		user_map_apply(&user_map, &word);
	return !why;
}

/* apply_value - the words of one memmap=, which commas separate; true if one made sense. */
static bool __init apply_value(const char *text, struct machine *machine)
{
	bool any = false;
	char word[MAX_WORD];

	for (;; text++) {
		size_t n = strcspn(text, ",");

		strscpy(word, text, min(n + 1, sizeof(word)));
		if (n < sizeof(word))
			any |= apply_word(word, machine);
		else
			pr_warn("memmap=%s...: %zu characters are too many; ignored it\n", word, n);
		text += n;
		if (!*text)
			return any;
	}
}

const struct user_map *__init user_map_make(const struct mem_range *firmware, unsigned int nr,
					    bool (*probe)(u64 phys), u64 probe_end)
{
	struct machine machine = {firmware, min(nr, (unsigned int)MAX_RANGES), false};
	bool any = false;
	unsigned int i;

	user_map = (struct user_map){.range = ranges, .cap = MAX_RANGES};
	restart(&machine);
	for (i = 0; i < nr_values; i++)
		any |= apply_value(values[i], &machine);
	if (!any)
		return NULL;
	user_map_doubt(&user_map, firmware, nr, machine.from_file ? NULL : probe, probe_end);
	if (user_map.doubted && machine.from_file)
		pr_info("memmap=file: %llu KiB of its memory are not in this machine\n",
			user_map.doubted >> 10);
	else if (user_map.doubted)
		pr_warn("memmap=: no memory in %llu KiB, from %#llx on; left them out\n",
			user_map.doubted >> 10, user_map.doubted_at);
	if (user_map.lost)
		pr_warn("memmap=: no room for %u ranges; the map lacks usable memory\n",
			user_map.lost);
	return &user_map;
}
