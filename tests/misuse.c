/* SPDX-License-Identifier: MIT */
/*
 * Each mistake of misuse_*.c is made in the running kernel: its report has to begin with the
 * line that stands there, and to name the rest; all allocators are intact afterwards, and
 * nothing is lost.
 */
#include <linux/ctype.h>
#include <linux/kernel.h>
#include <linux/kfence.h>
#include <linux/printk.h>
#include <linux/string.h>
#include <asm/traps.h>
#include "misuse.h"

static struct {
	const struct misuse *misuse;
	unsigned long p; /* the address in question */
	bool made;
} now;

/* ---- Patterns -------------------------------------------------------------------------- */

static const struct {
	const char *word, *format;
} values[] = {
	{"{p}", "0x%016lx"}, {"{px}", "%016lx"}, {"{px_short}", "%lx"},
	{"{phys}", "0x%lx"}, {"{pfn}", "%05lx"},
};

static int is_decimal(int c)
{
	return isdigit(c);
}

static int is_hex(int c)
{
	return isxdigit(c);
}

static int is_word(int c)
{
	return isalnum(c);
}

static int is_suffix(int c) /* of a function's clone */
{
	return isalnum(c) || c == '.';
}

static const char *behind_all(int (*belongs)(int c), const char *text)
{
	const char *start = text;

	while (text && *text && belongs(*text))
		text++;
	return text > start ? text : NULL;
}

static const char *behind(const char *word, const char *text)
{
	return text && !strncmp(text, word, strlen(word)) ? text + strlen(word) : NULL;
}

/* Behind "name.part.0+0x12/0x34", where @name has @len letters. */
static const char *behind_place(const char *name, size_t len, const char *text)
{
	if (strncmp(text, name, len) != 0)
		return NULL;
	text += len;
	if (*text == '.')
		text = behind_all(is_suffix, text);
	text = behind_all(is_hex, behind("+0x", text));
	return behind_all(is_hex, behind("/0x", text));
}

static int is_name(int c)
{
	return isalnum(c) || c == '_';
}

/* Behind what @word in braces, with @len letters, stands for. */
static const char *behind_value(const char *word, size_t len, const char *text, unsigned long p)
{
	char value[24];

	if (behind("{at:", word))
		return behind_place(word + 4, len - 5, text);
	if (behind("{at}", word)) {
		text = behind_all(is_name, text);
		return text ? behind_place("", 0, text) : NULL;
	}
	if (behind("{n}", word))
		return behind_all(is_decimal, text);
	if (behind("{addr}", word))
		return behind_all(is_hex, text);
	if (behind("{word}", word))
		return behind_all(is_word, text);
	if (behind("{px_line}", word)) {
		snprintf(value, sizeof(value), "%014lx", p >> 8);
		return behind(value, text);
	}
	for (unsigned int i = 0; i < ARRAY_SIZE(values); i++) {
		if (behind(values[i].word, word)) {
			snprintf(value, sizeof(value), values[i].format, p);
			return behind(value, text);
		}
	}
	return NULL;
}

const char *misuse_fits(const char *pattern, const char *text, unsigned long p)
{
	while (*pattern && text) {
		if (*pattern == '{') {
			size_t len = strcspn(pattern, "}") + 1;

			text = behind_value(pattern, len, text, p);
			pattern += len;
		} else {
			text = *text == *pattern++ ? text + 1 : NULL;
		}
	}
	return text;
}

/* What begins as expected and goes on is not the line; what stands elsewhere is. */
KTEST(misuse_patterns, fit_whole_lines)
{
	static const struct {
		const char *pattern, *text;
		int behind; /* -1: does not fit */
	} tries[] = {
		{"BUG a: Poison", "BUG a: Poison\n", 13},
		{"BUG a: Poison", "BUG a: End Poison\n", -1},
		{"at {p}!", "at 0x0000000000012345!", 22},
		{"at {p}!", "at 0x0000000000012346!", -1},
		{"{px} {px_short} {phys}", "0000000000012345 12345 0x12345", 30},
		{"{px_line}45: ff", "0000000000012345: ff", 20},
		{"pfn:{pfn} ", "pfn:12345 ", 10},
		{"cpu={n} {word}", "cpu=17 DMA32", 12},
		{"cpu={n}", "cpu=x", -1},
		{"0x{addr},", "0xdeadbeef,", 11},
		{"by {at:fn}", "by fn+0x1/0xa2", 14},
		{"by {at:fn}", "by fn.part.0+0x1/0xa2\n", 21},
		{"by {at:fn}", "by fnord+0x1/0xa2\n", -1},
		{"by {at:fn}", "by fn\n", -1},
		{"by {at}", "by f_n.cold+0x1/0xa2\n", 20},
		{"by {at}", "by +0x1/0xa2\n", -1},
		{"{unknown}", "{unknown}", -1},
		{"longer", "long", -1},
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(tries); i++) {
		const char *end = misuse_fits(tries[i].pattern, tries[i].text, 0x12345);

		if (!EXPECT_EQ(end ? end - tries[i].text : -1, tries[i].behind))
			pr_info("%s\n", tries[i].pattern);
	}
}

/* ---- Mistakes -------------------------------------------------------------------------- */

/* The first line of @report that says something. */
static const char *first_line(const char *report)
{
	while (*report == '-' || *report == '=' || *report == '\n')
		report += strcspn(report, "\n") + (*report != '\n' ? 0 : 1);
	return report;
}

static void expect_first_line(const char *pattern, const char *line)
{
	const char *end = misuse_fits(pattern, line, now.p);

	if (!ktest_check(end && *end == '\n', pattern, __FILE__, __LINE__))
		pr_info("the first line, of %lx: %.*s\n", now.p, (int)strcspn(line, "\n"), line);
}

static void expect_named(const char *pattern, const char *report)
{
	while (*report && !misuse_fits(pattern, report, now.p))
		report++;
	if (!ktest_check(*report, pattern, __FILE__, __LINE__))
		pr_info("it is not named\n");
}

bool misuse_begin(unsigned long p)
{
	now.p = p;
	now.made = true;
	return ktest_capture_begin();
}

void misuse_end(void)
{
	const char *const *lines = now.misuse->lines;

	ktest_capture_end(lines[0] ? "" : NULL, __FILE__, __LINE__);
	if (!lines[0])
		return;
	expect_first_line(lines[0], first_line(ktest_report()));
	for (unsigned int i = 1; i < MISUSE_LINES && lines[i]; i++)
		expect_named(lines[i], ktest_report());
}

void misuse_fault(void (*fn)(void *arg), void *arg)
{
	struct trap_info info;

	EXPECT(trap_catch(fn, arg, &info));
}

void misuse_run(const struct misuse *m)
{
	const char *wrong;

	if (kfence_enabled()) {
		ktest_skip("kfence has reports of its own");
		return;
	}
	now.misuse = m;
	now.made = false;
	m->fn();
	EXPECT(now.made || ktest_skipped());
	wrong = misuse_damage();
	EXPECT(!wrong);
	if (wrong)
		pr_info("%s\n", wrong);
}
