/* SPDX-License-Identifier: MIT */
/*
 * Scenario: /proc/interrupts is read as other programs read it: a heading with a column
 * a CPU that is online, then a line for each interrupt, "name: count count ... text", with
 * a count for each column, or one count for the whole machine.  The timer's counts go up
 * by what happens between two readings.
 */
#include <linux/cpumask.h>
#include <linux/ctype.h>
#include <linux/delay.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <cairn/test.h>
#include <cairn/vfile.h>

#define ROOM (64 << 10)

/* Counts at the start of a line, after the name; *@at is left behind the last. */
static unsigned int count_numbers(const char **at, u64 *sum)
{
	unsigned int n = 0;
	char *end;

	for (;;) {
		const char *p = skip_spaces(*at);
		u64 value = simple_strtoull(p, &end, 10);

		if (end == p || (*end != ' ' && *end != '\n'))
			return n;
		*sum += value;
		*at = end;
		n++;
	}
}

static unsigned int count_columns(const char *heading)
{
	unsigned int n = 0;

	for (const char *p = heading; *p && *p != '\n'; p++)
		n += strstarts(p, "CPU");
	return n;
}

/* The name before the colon: digits, or capital letters as LOC. */
static bool name_is_sound(const char *name, const char *colon)
{
	for (; name < colon; name++)
		if (!isalnum(*name) && *name != ' ')
			return false;
	return true;
}

/* Lines whose form is right; adds the counts of @label's line to *@of_label. */
static unsigned int check_lines(const char *text, const char *label, u64 *of_label)
{
	unsigned int lines = 0;

	while ((text = strchr(text, '\n')) && *++text) {
		const char *name = skip_spaces(text), *colon = strchr(text, ':');
		unsigned int n;
		u64 sum = 0;

		if (!EXPECT(colon && name_is_sound(name, colon)))
			break;
		text = colon + 1;
		n = count_numbers(&text, &sum);
		EXPECT(n == num_online_cpus() || n == 1);
		if (strstarts(name, label))
			*of_label += sum;
		lines++;
	}
	return lines;
}

KTEST(irq, proc_interrupts)
{
	char *text = kmalloc(ROOM, GFP_KERNEL);
	u64 before = 0, after = 0;
	unsigned int lines;

	ASSERT(text);
	EXPECT(vfile_read("interrupts", text, ROOM) > 0);
	EXPECT_EQ(count_columns(text), num_online_cpus());
	lines = check_lines(text, "LOC:", &before);
	EXPECT(lines > 4);
	EXPECT(strstr(text, "Local timer interrupts\n"));
	EXPECT(strstr(text, "\nERR: "));
	for (unsigned int i = 0; i < 5; i++)
		msleep(1);
	EXPECT(vfile_read("interrupts", text, ROOM) > 0);
	EXPECT_EQ(check_lines(text, "LOC:", &after), lines);
	if (before)
		EXPECT(after > before);
	kfree(text);
}
