/* SPDX-License-Identifier: MIT */
/*
 * memmap= on the command line: what each word means, what it does to a map, and
 * what of the result is believed.
 *
 * The model of a map is a set of types for each of 64 pages: adding a range puts a
 * type into sets, converting exchanges one, removing takes it out.  What comes out of
 * the list and the sanitiser must be the strictest of each set.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include <linux/vmalloc.h>
#include <cairn/test.h>
#include <cairn/user_map.h>
#include <asm/page.h>
#include "guarded.h"

#define NEVER (~0ULL)

static const struct {
	const char *text;
	enum user_map_kind kind;
	u64 start, end;
	u32 type, old;
} good_words[] = {
	{"exactmap", USER_MAP_EXACT, 0, 0, MEM_NONE, MEM_NONE},
	{"file", USER_MAP_FILE, 0, 0, MEM_NONE, MEM_NONE},
	{"64M", USER_MAP_LIMIT, 64 << 20, NEVER, MEM_NONE, MEM_USABLE},
	{"0x8000000", USER_MAP_LIMIT, 128 << 20, NEVER, MEM_NONE, MEM_USABLE},
	{"640k@0", USER_MAP_ADD, 0, 0xa0000, MEM_USABLE, MEM_NONE},
	{"255M@0x100000", USER_MAP_ADD, 1 << 20, 256 << 20, MEM_USABLE, MEM_NONE},
	{"1t@1E", USER_MAP_ADD, 1ULL << 60, (1ULL << 60) + (1ULL << 40), MEM_USABLE, MEM_NONE},
	{"0x10000#0x7ff00000", USER_MAP_ADD, 0x7ff00000, 0x7ff10000, MEM_ACPI_RECLAIM, MEM_NONE},
	{"64K$0x18690000", USER_MAP_ADD, 0x18690000, 0x186a0000, MEM_RESERVED, MEM_NONE},
	{"2G!4G", USER_MAP_ADD, 4ULL << 30, 6ULL << 30, MEM_PERSISTENT, MEM_NONE},
	{"010$010", USER_MAP_ADD, 8, 16, MEM_RESERVED, MEM_NONE},
	{"1M%16M-1+2", USER_MAP_CONVERT, 16 << 20, 17 << 20, MEM_RESERVED, MEM_USABLE},
	{"1M%16M+12", USER_MAP_CONVERT, 16 << 20, 17 << 20, MEM_PERSISTENT, MEM_NONE},
	{"1M%16M-3", USER_MAP_CONVERT, 16 << 20, 17 << 20, MEM_NONE, MEM_ACPI_RECLAIM},
	{"1M%16M", USER_MAP_CONVERT, 16 << 20, 17 << 20, MEM_NONE, MEM_NONE},
	{"1M%16M-0x4+5", USER_MAP_CONVERT, 16 << 20, 17 << 20, MEM_UNUSABLE, MEM_ACPI_NVS},
	{"15E$0", USER_MAP_ADD, 0, 15ULL << 60, MEM_RESERVED, MEM_NONE},
};

KTEST(user_map, words)
{
	struct user_map_word word;
	const char *at;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(good_words); i++) {
		EXPECT(!user_map_parse(good_words[i].text, &word, &at));
		ktest_check(word.kind == good_words[i].kind && word.start == good_words[i].start &&
				    word.end == good_words[i].end &&
				    word.type == good_words[i].type &&
				    word.old == good_words[i].old,
			    good_words[i].text, __FILE__, __LINE__);
	}
}

/* A word that makes no sense is refused, with the reason and the place. */
KTEST(user_map, bad_words)
{
	static const struct {
		const char *text, *why, *at;
	} cases[] = {
		{"", "a number is missing", ""},
		{"@1M", "a number is missing", "@1M"},
		{"exact", "a number is missing", "exact"},
		{"exactmaps", "a number is missing", "exactmaps"},
		{"-1M@0", "a number is missing", "-1M@0"},
		{"0@1M", "a size of 0", "0@1M"},
		{"0", "a size of 0", "0"},
		{"16Q@1M", "it should be one of @ # $ ! %", "Q@1M"},
		{"16MB@1M", "it should be one of @ # $ ! %", "B@1M"},
		{"16M&1M", "it should be one of @ # $ ! %", "&1M"},
		{"16M@", "a number is missing", ""},
		{"16M@x", "a number is missing", "x"},
		{"16M@1M$2M", "nothing should follow", "$2M"},
		{"16M@1M-1", "nothing should follow", "-1"},
		{"1M%16M+2-1", "nothing should follow", "-1"},
		{"1M%16M-", "a number is missing", ""},
		{"1M%16M-1+", "a number is missing", ""},
		{"1M%16M-0", "there is no type 0", ""},
		{"16E@0", "a number too large", "E@0"},
		{"18446744073709551616@0", "a number too large", "18446744073709551616@0"},
		{"15E@2E", "it ends behind the last address", ""},
	};
	struct user_map_word word;
	const char *at, *why;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		why = user_map_parse(cases[i].text, &word, &at);
		ktest_check(why && !strcmp(why, cases[i].why) && !strcmp(at, cases[i].at),
			    cases[i].text, __FILE__, __LINE__);
	}
}

KTEST(user_map, file_lines)
{
	static const struct {
		const char *line;
		u64 start, end;
		u32 type;
		int got;
	} cases[] = {
		{"0x0 0x9fc00 1", 0, 0x9fc00, MEM_USABLE, 1},
		{"100000\tff00000  1", 0x100000, 0x10000000, MEM_USABLE, 1},
		{"  0xfec00000 0x1000 2 # APIC", 0xfec00000, 0xfec01000, MEM_RESERVED, 1},
		{"0x1000 0x1000 0xefffffff", 0x1000, 0x2000, MEM_RESERVED, 1},
		{"0x1000 0x1000 20\r", 0x1000, 0x2000, MEM_RESERVED, 1},
		{"0x1000 0x1000 3", 0x1000, 0x2000, MEM_ACPI_RECLAIM, 1},
		{"0xfffffffffffff000 0x2000 2", 0xfffffffffffff000, NEVER, MEM_RESERVED, 1},
		{"# srat: 0 0x0 0x1000", 0, 0, 0, 0},
		{"", 0, 0, 0, 0},
		{" \t ", 0, 0, 0, 0},
		{"0x1000 0x1000", 0, 0, 0, -EINVAL},
		{"0x1000 0x1000 1 1", 0, 0, 0, -EINVAL},
		{"0x1000 0x1000 x", 0, 0, 0, -EINVAL},
		{"usable 0x1000 1", 0, 0, 0, -EINVAL},
		{"0x1000-0x2000 usable", 0, 0, 0, -EINVAL},
		{"0x10000000000000000 1 1", 0, 0, 0, -EINVAL},
	};
	struct guarded guard;
	struct mem_range range;
	unsigned int i;

	ASSERT(guarded_init(&guard, PAGE_SIZE));
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		size_t n = strlen(cases[i].line);
		const char *at = (char *)guarded_copy(&guard, cases[i].line, n), *end = at + n;
		int got = user_map_line(&at, end, &range);

		ktest_check(got == cases[i].got && at == end, cases[i].line, __FILE__, __LINE__);
		if (got > 0)
			ktest_check(range.start == cases[i].start && range.end == cases[i].end &&
					    range.type == cases[i].type,
				    cases[i].line, __FILE__, __LINE__);
	}
	guarded_exit(&guard);
}

/* ---- The model --------------------------------------------------------------------------- */

#define PAGES	  64
#define BASE	  0x200000ULL
#define RANGE_MAX 400

static u32 model[PAGES]; /* a bit a type */
static struct mem_range *ranges, *result;

static u64 address(unsigned int page)
{
	return BASE + (u64)page * PAGE_SIZE;
}

static void model_apply(const struct user_map_word *word)
{
	unsigned int page;

	for (page = 0; page < PAGES; page++) {
		u32 *set = &model[page];

		if (word->kind == USER_MAP_EXACT)
			*set = 0;
		if (address(page) < word->start || address(page) >= word->end)
			continue;
		if (word->kind == USER_MAP_ADD) {
			*set |= 1u << word->type;
		} else if (word->kind == USER_MAP_LIMIT) {
			*set &= ~(1u << MEM_USABLE);
		} else if (word->kind == USER_MAP_CONVERT && word->old == MEM_NONE) {
			*set = 1u << word->type;
		} else if (word->kind == USER_MAP_CONVERT && *set & 1u << word->old) {
			*set &= ~(1u << word->old);
			*set |= 1u << word->type;
		}
		*set &= ~(1u << MEM_NONE);
	}
}

static struct user_map_word random_word(u64 r)
{
	static const char kinds[] = {USER_MAP_EXACT,   USER_MAP_LIMIT,	 USER_MAP_ADD,
				     USER_MAP_ADD,     USER_MAP_ADD,	 USER_MAP_ADD,
				     USER_MAP_CONVERT, USER_MAP_CONVERT, USER_MAP_CONVERT};
	struct user_map_word word = {.kind = kinds[r % sizeof(kinds)]};
	unsigned int first = (r >> 8) % PAGES;

	word.start = address(first);
	word.end = address(first + 1 + (r >> 16) % (PAGES - first));
	word.type = 1 + (r >> 24) % (MEM_NR_TYPES - 1);
	if (word.kind == USER_MAP_LIMIT)
		word = (struct user_map_word){word.kind, word.start, NEVER, MEM_NONE, MEM_USABLE};
	if (word.kind != USER_MAP_CONVERT)
		return word;
	word.type = (r >> 24) % MEM_NR_TYPES;
	word.old = (r >> 32) % MEM_NR_TYPES;
	return word;
}

static bool as_modelled(const struct user_map *map)
{
	struct memory_map_list list = {.range = result, .cap = RANGE_MAX, .limit = 1ULL << 32};
	unsigned int page;

	memory_map_sanitise(map->range, map->nr, &list);
	for (page = 0; page < PAGES; page++) {
		const struct mem_range *r = memory_map_find(result, list.nr, address(page));
		u32 want = model[page] ? 31 - (u32)__builtin_clz(model[page]) : MEM_NONE;

		if ((r ? r->type : MEM_NONE) != want)
			return false;
	}
	return true;
}

static bool begin(void)
{
	ranges = vzalloc(RANGE_MAX * sizeof(*ranges));
	result = vzalloc(RANGE_MAX * sizeof(*result));
	memset(model, 0, sizeof(model));
	return ranges && result;
}

static void end(void)
{
	vfree(ranges);
	vfree(result);
}

KTEST(user_map, random_words)
{
	struct user_map map;
	u64 state = 0x2545f4914f6cdd1dULL;
	unsigned int round, step, bad = 0;

	ASSERT(begin());
	for (round = 0; round < 100; round++) {
		map = (struct user_map){.range = ranges, .cap = RANGE_MAX};
		memset(model, 0, sizeof(model));
		for (step = 0; step < 12; step++) {
			struct user_map_word word = random_word(guarded_random(&state));

			model_apply(&word);
			user_map_apply(&map, &word);
			bad += !as_modelled(&map);
		}
		bad += map.lost;
	}
	EXPECT_EQ(bad, 0);
	end();
}

/* With too little room usable memory is lost; what is reserved never becomes usable. */
KTEST(user_map, no_room)
{
	struct user_map map = {.cap = 6};
	struct memory_map_list list = {.cap = RANGE_MAX, .limit = 1ULL << 32};
	unsigned int i;

	ASSERT(begin());
	map.range = ranges;
	list.range = result;
	for (i = 0; i < 6; i++)
		user_map_add(&map, address(8 * i), address(8 * i + 4), MEM_USABLE);
	user_map_add(&map, address(60), address(61), MEM_USABLE);
	EXPECT_EQ(map.lost, 1);
	for (i = 0; i < 6; i++)
		user_map_add(&map, address(8 * i), address(8 * i + 2), MEM_RESERVED);
	EXPECT_EQ(map.lost, 7);
	user_map_add(&map, address(60), address(61), MEM_RESERVED);
	EXPECT_EQ(map.lost, 8); /* nothing that is reserved makes way */
	memory_map_sanitise(map.range, map.nr, &list);
	for (i = 0; i < list.nr; i++)
		EXPECT(result[i].type != MEM_USABLE);
	for (i = 0; i < 6; i++)
		EXPECT_EQ(memory_map_find(result, list.nr, address(8 * i))->type, MEM_RESERVED);
	user_map_apply(&map, &(struct user_map_word){USER_MAP_CONVERT, address(0), address(1),
						     MEM_USABLE, MEM_RESERVED});
	EXPECT_EQ(map.lost, 9);
	memory_map_sanitise(map.range, map.nr, &list);
	EXPECT_EQ(memory_map_find(result, list.nr, address(1))->type, MEM_RESERVED);
	end();
}

/* ---- What is believed -------------------------------------------------------------------- */

#define MIB (1ULL << 20)

static u64 answers_from, answers_to;
static unsigned int looks;

static bool probe(u64 phys)
{
	looks++;
	return phys >= answers_from && phys < answers_to;
}

static u32 type_after_doubt(struct user_map *map, u64 at)
{
	struct memory_map_list list = {.range = result, .cap = RANGE_MAX, .limit = 1ULL << 46};
	const struct mem_range *range;

	memory_map_sanitise(map->range, map->nr, &list);
	range = memory_map_find(result, list.nr, at);
	return range ? range->type : MEM_NONE;
}

/*
 * The firmware has memory from 1 to 64 MiB, with ACPI tables on top of it.  Claims of
 * more are believed where something answers, up to where it can be asked.
 */
KTEST(user_map, what_is_believed)
{
	static const struct mem_range firmware[] = {
		{0, PAGE_SIZE, MEM_RESERVED, 2},
		{MIB, 60 * MIB, MEM_USABLE, 1},
		{60 * MIB, 64 * MIB, MEM_ACPI_RECLAIM, 3},
		{64 * MIB, 65 * MIB, MEM_RESERVED, 2},
	};
	struct user_map map = {.cap = RANGE_MAX};

	ASSERT(begin());
	map.range = ranges;
	answers_from = 100 * MIB;
	answers_to = 110 * MIB;
	looks = 0;
	user_map_add(&map, 2 * MIB, 128 * MIB, MEM_USABLE);
	user_map_add(&map, 1ULL << 40, 1ULL << 41, MEM_USABLE);
	user_map_doubt(&map, firmware, ARRAY_SIZE(firmware), probe, 4ULL << 30);
	EXPECT_EQ(looks, 32);
	EXPECT_EQ(map.doubted, (64 - 10) * MIB + (1ULL << 40));
	EXPECT_EQ(map.doubted_at, 64 * MIB);
	EXPECT_EQ(type_after_doubt(&map, 2 * MIB), MEM_USABLE);
	EXPECT_EQ(type_after_doubt(&map, 62 * MIB), MEM_USABLE);
	EXPECT_EQ(type_after_doubt(&map, 64 * MIB), MEM_RESERVED);
	EXPECT_EQ(type_after_doubt(&map, 99 * MIB), MEM_RESERVED);
	EXPECT_EQ(type_after_doubt(&map, 100 * MIB), MEM_USABLE);
	EXPECT_EQ(type_after_doubt(&map, 109 * MIB), MEM_USABLE);
	EXPECT_EQ(type_after_doubt(&map, 110 * MIB), MEM_RESERVED);
	EXPECT_EQ(type_after_doubt(&map, 1ULL << 40), MEM_RESERVED);

	map.nr = 0; /* nobody to ask; a claim of tables is one of memory, of a device is none */
	user_map_add(&map, 59 * MIB, 70 * MIB, MEM_ACPI_RECLAIM);
	user_map_add(&map, 200 * MIB, 201 * MIB, MEM_RESERVED);
	user_map_doubt(&map, firmware, ARRAY_SIZE(firmware), NULL, 4ULL << 30);
	EXPECT_EQ(map.doubted, 6 * MIB);
	EXPECT_EQ(type_after_doubt(&map, 63 * MIB), MEM_ACPI_RECLAIM);
	EXPECT_EQ(type_after_doubt(&map, 64 * MIB), MEM_RESERVED);

	map.nr = 0; /* it begins below what the firmware has: doubted up to there */
	user_map_add(&map, MIB / 2, 2 * MIB, MEM_USABLE);
	user_map_doubt(&map, firmware, ARRAY_SIZE(firmware), NULL, 4ULL << 30);
	EXPECT_EQ(map.doubted, MIB / 2);
	EXPECT_EQ(type_after_doubt(&map, MIB - 1), MEM_RESERVED);
	EXPECT_EQ(type_after_doubt(&map, MIB), MEM_USABLE);
	end();
}

/* Of the firmware's memory what the map does not have is nobody's; what is none stays as it is. */
KTEST(user_map, what_is_hidden)
{
	static const struct mem_range firmware[] = {
		{1 * MIB, 10 * MIB, MEM_USABLE, 1},
		{10 * MIB, 11 * MIB, MEM_ACPI_NVS, 4},
	};
	static const struct user_map_word file = {.kind = USER_MAP_FILE};
	struct user_map map = {.cap = RANGE_MAX};

	ASSERT(begin());
	map.range = ranges;
	user_map_add(&map, 2 * MIB, 4 * MIB, MEM_USABLE);
	user_map_add(&map, 6 * MIB, 7 * MIB, MEM_PERSISTENT);
	user_map_apply(&map, &file); /* who reads the file puts it in */
	EXPECT_EQ(map.nr, 2);
	user_map_hide(&map, firmware, ARRAY_SIZE(firmware));
	EXPECT_EQ(type_after_doubt(&map, 1 * MIB), MEM_RESERVED);
	EXPECT_EQ(type_after_doubt(&map, 2 * MIB), MEM_USABLE);
	EXPECT_EQ(type_after_doubt(&map, 4 * MIB - 1), MEM_USABLE);
	EXPECT_EQ(type_after_doubt(&map, 4 * MIB), MEM_RESERVED);
	EXPECT_EQ(type_after_doubt(&map, 6 * MIB), MEM_PERSISTENT);
	EXPECT_EQ(type_after_doubt(&map, 9 * MIB), MEM_RESERVED);
	EXPECT_EQ(type_after_doubt(&map, 10 * MIB), MEM_ACPI_NVS);
	end();
}
