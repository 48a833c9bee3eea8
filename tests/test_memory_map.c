/* SPDX-License-Identifier: MIT */
/*
 * The sanitiser of memory maps: entries in any order that overlap, repeat, wrap,
 * end inside pages or beyond the last address, against the list that must come
 * of them.  Then maps too long for the output, and random ones against a page by
 * page model.
 */
#include <linux/kernel.h>
#include <linux/string.h>
#include <linux/vmalloc.h>
#include <cairn/memory_map.h>
#include <cairn/test.h>
#include <asm/page.h>
#include "guarded.h"

#define U   MEM_USABLE
#define R   MEM_RESERVED
#define A   MEM_ACPI_RECLAIM
#define N   MEM_ACPI_NVS
#define B   MEM_UNUSABLE

#define GIB (1ULL << 30)

/* What is in every result. */
#define PAGE0                   \
	{                       \
		0, 0x1000, R, 0 \
	}
#define LEGACY                          \
	{                               \
		0xa0000, 0x100000, R, 0 \
	}
#define CHIPS                                 \
	{                                     \
		0xfec00000, 0x100000000, R, 0 \
	}

struct map_case {
	const char *name;
	struct mem_range in[8];
	struct mem_range out[10];
	u64 limit; /* 0: 2^40 */
};

static const struct map_case cases[] = {
	{"E2 one entry",
	 {{0x100000, 0x8000000, U, 0}},
	 {PAGE0, LEGACY, {0x100000, 0x8000000, U, 0}, CHIPS},
	 0},
	{"E3 empty and reversed entries",
	 {{0x200000, 0x200000, U, 0}, {0x100000, 0x200000, U, 0}, {0x300000, 0x200000, R, 0}},
	 {PAGE0, LEGACY, {0x100000, 0x200000, U, 0}, CHIPS},
	 0},
	{"E4 a wrapped entry is cut, the others stay",
	 {{0x100000, 0x8000000, U, 0}, {0xfffffff000, ~0ULL, R, 0}},
	 {PAGE0, LEGACY, {0x100000, 0x8000000, U, 0}, CHIPS, {0xfffffff000, 1ULL << 40, R, 0}},
	 0},
	{"E6 beyond the last address",
	 {{0x100000, 0x8000000, U, 0},
	  {1ULL << 39, 1ULL << 39 | 0x1000, U, 0},
	  {GIB * 63, GIB * 70, U, 0}},
	 {PAGE0, LEGACY, {0x100000, 0x8000000, U, 0}, CHIPS, {GIB * 63, GIB * 64, U, 0}},
	 GIB * 64},
	{"E7 unsorted",
	 {{GIB * 4, GIB * 5, U, 0},
	  {0x100000, 0x8000000, U, 0},
	  {0xf0000000, 0xf1000000, R, 0},
	  {0x1000, 0x9f000, U, 0}},
	 {PAGE0,
	  {0x1000, 0x9f000, U, 0},
	  LEGACY,
	  {0x100000, 0x8000000, U, 0},
	  {0xf0000000, 0xf1000000, R, 0},
	  CHIPS,
	  {GIB * 4, GIB * 5, U, 0}},
	 0},
	{"E8 duplicates",
	 {{0x100000, 0x8000000, U, 0},
	  {0x100000, 0x8000000, U, 0},
	  {0x9f000, 0xa0000, R, 0},
	  {0x9f000, 0xa0000, R, 0}},
	 {PAGE0, {0x9f000, 0x100000, R, 0}, {0x100000, 0x8000000, U, 0}, CHIPS},
	 0},
	{"E9 reserved wins",
	 {{0x100000, 0x8000000, U, 0}, {0x7000000, 0x9000000, R, 0}},
	 {PAGE0, LEGACY, {0x100000, 0x7000000, U, 0}, {0x7000000, 0x9000000, R, 0}, CHIPS},
	 0},
	{"E10 nested",
	 {{0x100000, 0x8000000, U, 0}, {0x1000000, 0x4000000, A, 0}, {0x2000000, 0x3000000, R, 0}},
	 {PAGE0,
	  LEGACY,
	  {0x100000, 0x1000000, U, 0},
	  {0x1000000, 0x2000000, A, 0},
	  {0x2000000, 0x3000000, R, 0},
	  {0x3000000, 0x4000000, A, 0},
	  {0x4000000, 0x8000000, U, 0},
	  CHIPS},
	 0},
	{"E10 three-way",
	 {{0x100000, 0x3000000, U, 0}, {0x1000000, 0x5000000, N, 0}, {0x2000000, 0x4000000, B, 0}},
	 {PAGE0,
	  LEGACY,
	  {0x100000, 0x1000000, U, 0},
	  {0x1000000, 0x2000000, N, 0},
	  {0x2000000, 0x4000000, B, 0},
	  {0x4000000, 0x5000000, N, 0},
	  CHIPS},
	 0},
	{"E11 neighbours merge, also inside a page",
	 {{0x100000, 0x200800, U, 0}, {0x200800, 0x300000, U, 0}, {0x300000, 0x400000, U, 0}},
	 {PAGE0, LEGACY, {0x100000, 0x400000, U, 0}, CHIPS},
	 0},
	{"E12 edges inside pages",
	 {{0, 0x9fc00, U, 0},
	  {0x9fc00, 0xa0000, R, 0},
	  {0x100000, 0x7fe0800, U, 0},
	  {0x7fe0800, 0x7ff0100, A, 0}},
	 {PAGE0,
	  {0x1000, 0x9f000, U, 0},
	  {0x9f000, 0x100000, R, 0},
	  {0x100000, 0x7fe0000, U, 0},
	  {0x7fe0000, 0x7ff1000, A, 0},
	  CHIPS},
	 0},
	{"E13 less than a page",
	 {{0x100000, 0x8000000, U, 0}, {0x9000100, 0x9000f00, U, 0}, {0xa000800, 0xa001800, U, 0}},
	 {PAGE0, LEGACY, {0x100000, 0x8000000, U, 0}, CHIPS},
	 0},
	{"E14 types that are none",
	 {{0x100000, 0x200000, 77, 0},
	  {0x200000, 0x300000, MEM_NONE, 0},
	  {0x300000, 0x400000, U, 0}},
	 {PAGE0, {0xa0000, 0x300000, R, 0}, {0x300000, 0x400000, U, 0}, CHIPS},
	 0},
	{"E17 all of memory",
	 {{0, ~0ULL, U, 0}},
	 {PAGE0,
	  {0x1000, 0xa0000, U, 0},
	  LEGACY,
	  {0x100000, 0xfec00000, U, 0},
	  CHIPS,
	  {0x100000000, 1ULL << 40, U, 0}},
	 0},
	{"E18 the legacy window",
	 {{0, 0x8000000, U, 0}},
	 {PAGE0, {0x1000, 0xa0000, U, 0}, LEGACY, {0x100000, 0x8000000, U, 0}, CHIPS},
	 0},
	{"E19 page 0", {{0, 0x2000, U, 0}}, {PAGE0, {0x1000, 0x2000, U, 0}, LEGACY, CHIPS}, 0},
	{"E22 RAM above 510 GiB",
	 {{GIB * 509, GIB * 514, U, 0}, {0x100000, 0x200000, U, 0}},
	 {PAGE0, LEGACY, {0x100000, 0x200000, U, 0}, CHIPS, {GIB * 509, GIB * 514, U, 0}},
	 0},
	{"nothing at all", {}, {PAGE0, LEGACY, CHIPS}, 0},
};

static bool same(const struct mem_range *a, const struct mem_range *b)
{
	return a->start == b->start && a->end == b->end && a->type == b->type;
}

static void expect_case(const struct map_case *c)
{
	struct mem_range out[16];
	struct memory_map_list list = {
		.range = out,
		.cap = ARRAY_SIZE(out),
		.limit = c->limit ? c->limit : 1ULL << 40,
	};
	unsigned int i;

	memory_map_sanitise(c->in, ARRAY_SIZE(c->in), &list);
	for (i = 0; i < list.nr; i++) {
		if (i >= ARRAY_SIZE(c->out) || !same(&out[i], &c->out[i])) {
			pr_info("range %u: %#llx-%#llx %s\n", i, out[i].start, out[i].end,
				mem_type_name(out[i].type));
			break;
		}
	}
	ktest_check(i == list.nr && (i == ARRAY_SIZE(c->out) || !c->out[i].end), c->name, __FILE__,
		    __LINE__);
}

KTEST(memory_map, cases)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++)
		expect_case(&cases[i]);
}

/* E17: a claim of RAM beyond the last address is told apart. */
KTEST(memory_map, findings)
{
	static const struct mem_range in[] = {
		{0x1000, 0x1000, U, 0},
		{0x100000, ~0ULL, U, 0},
		{0xf0000000, 1ULL << 60, R, 0},
		{1ULL << 36, ~0ULL, U, 0},
	};
	struct mem_range out[16];
	struct memory_map_list list = {.range = out, .cap = 16, .limit = 1ULL << 36};

	memory_map_sanitise(in, 3, &list);
	EXPECT_EQ(list.dropped, 1);
	EXPECT_EQ(list.clipped, 1); /* what ends at the very top is not cut by surprise */
	EXPECT(list.clipped_usable);
	memory_map_sanitise(in + 2, 2, &list); /* all beyond, or not usable: nothing to doubt */
	EXPECT_EQ(list.clipped, 1);
	EXPECT(!list.clipped_usable);
}

static struct mem_range *in, *out;
#define IN_MAX	1400
#define OUT_MAX 3000

static bool begin(void)
{
	in = vzalloc(IN_MAX * sizeof(*in));
	out = vzalloc(OUT_MAX * sizeof(*out));
	return in && out;
}

static void end(void)
{
	vfree(in);
	vfree(out);
}

/* well_formed - the invariants of boot/memory_map.c. */
static bool well_formed(const struct memory_map_list *list, unsigned int n)
{
	unsigned int i, j;

	for (i = 0; i < list->nr; i++) {
		const struct mem_range *r = &list->range[i];

		if (r->start >= r->end || r->end > list->limit || (r->start | r->end) & ~PAGE_MASK)
			return false;
		if (i && r[-1].end > r->start)
			return false;
		if (i && r[-1].end == r->start && r[-1].type == r->type)
			return false;
		for (j = 0; r->type == U && j < n; j++) {
			if (in[j].type != U && in[j].start < in[j].end && in[j].start < r->end &&
			    r->start < in[j].end)
				return false;
		}
	}
	return list->nr <= list->cap;
}

/* E16, E23: a thousand entries; then outputs too short for them. */
KTEST(memory_map, long_maps)
{
	struct memory_map_list list = {.cap = OUT_MAX, .limit = 1ULL << 40};
	unsigned int i, n = 1300, cap;
	u64 usable;

	ASSERT(begin());
	list.range = out;
	for (i = 0; i < n; i++) /* one page every 2 MiB, a reserved one behind every third */
		in[i] = (struct mem_range){GIB * 8 + i * 0x200000ULL,
					   GIB * 8 + i * 0x200000ULL + 0x1000, U, 0};
	memory_map_sanitise(in, n, &list);
	EXPECT_EQ(list.nr, n + 3);
	EXPECT_EQ(list.lost, 0);
	EXPECT(well_formed(&list, n));
	for (i = 0; i < n; i += 3)
		in[i].type = R;
	for (cap = 8; cap < 1400; cap = cap * 3 / 2) {
		list.cap = cap;
		memory_map_sanitise(in, n, &list);
		EXPECT(well_formed(&list, n));
		for (i = 0, usable = 0; i < list.nr; i++)
			usable += out[i].type == U ? out[i].end - out[i].start : 0;
		EXPECT(usable + list.lost_bytes <= 0x1000ULL * (n - (n + 2) / 3));
		EXPECT(cap >= n || list.lost > 0 || usable < 0x1000ULL * (n - (n + 2) / 3));
	}
	end();
}

/*
 * A list that is full of what may not be used takes more of it all the same: the nearer
 * neighbour grows over it, from either side, and two that meet so become one.
 */
KTEST(memory_map, reserved_without_room)
{
	static const struct mem_range reserved[] = {
		{8 * GIB, 8 * GIB + 0x1000, MEM_UNUSABLE, 0},
		{8 * GIB + 0x64000, 8 * GIB + 0x65000, MEM_UNUSABLE, 0},
		{8 * GIB + 0xc8000, 8 * GIB + 0xc9000, MEM_UNUSABLE, 0},
		{8 * GIB + 0x1000, 8 * GIB + 0x64000, R, 0},
		{8 * GIB + 0x6e000, 8 * GIB + 0x6f000, R, 0},
		{8 * GIB + 0xc6000, 8 * GIB + 0xc7000, R, 0},
	};
	struct memory_map_list list = {.cap = 8, .limit = 1ULL << 40};

	ASSERT(begin());
	list.range = out;
	memory_map_sanitise(reserved, ARRAY_SIZE(reserved), &list);
	EXPECT_EQ(list.nr, 5); /* three of them are there on every PC */
	EXPECT_EQ(out[3].start, 8 * GIB);
	EXPECT_EQ(out[3].end, 8 * GIB + 0x6f000);
	EXPECT_EQ(out[4].start, 8 * GIB + 0xc6000);
	EXPECT_EQ(out[4].end, 8 * GIB + 0xc9000);
	end();
}

/* model_type - what a page must be, from the entries alone. */
static u32 model_type(u64 page, unsigned int n)
{
	u32 strictest = MEM_NONE;
	unsigned int i;

	if (page == 0 || (page >= 0xa0000 && page < 0x100000))
		strictest = R;
	for (i = 0; i < n; i++) {
		if (in[i].type != U && in[i].start < in[i].end && in[i].start < page + PAGE_SIZE &&
		    page < in[i].end)
			strictest = max(strictest, in[i].type);
	}
	if (strictest)
		return strictest;
	for (i = 0; i < n; i++) {
		if (in[i].start <= page && page + PAGE_SIZE <= in[i].end)
			return U;
	}
	return MEM_NONE;
}

KTEST(memory_map, random_maps)
{
	struct memory_map_list list = {.cap = OUT_MAX, .limit = 0x200000};
	u64 state = 88172645463325252ULL, page;
	unsigned int round, i, n, bad = 0;

	ASSERT(begin());
	list.range = out;
	for (round = 0; round < 300; round++) {
		n = 1 + guarded_random(&state) % 10;
		for (i = 0; i < n; i++) {
			u64 r = guarded_random(&state);

			in[i].start = r % 0x180000 & (r & 1ULL << 60 ? PAGE_MASK : ~0ULL);
			in[i].end = in[i].start + (r >> 20) % 0x60000;
			in[i].type = 1 + (r >> 50) % (MEM_NR_TYPES - 1);
		}
		memory_map_sanitise(in, n, &list);
		bad += !well_formed(&list, n);
		for (page = 0; page < list.limit; page += PAGE_SIZE) {
			const struct mem_range *r = memory_map_find(out, list.nr, page);
			u32 want = model_type(page, n), have = r ? r->type : MEM_NONE;

			/* Two usable entries may make up a page that the model misses. */
			bad += have != want && !(have == U && want == MEM_NONE);
		}
	}
	EXPECT_EQ(bad, 0);
	end();
}

/* The machine's own map: what it says about well-known addresses. */
KTEST(memory_map, this_machine)
{
	EXPECT_EQ(memory_map_type(0), MEM_RESERVED);
	EXPECT_EQ(memory_map_type(0xb8000), MEM_RESERVED);
	EXPECT_EQ(memory_map_type(0xfee00000), MEM_RESERVED);
	EXPECT_EQ(memory_map_type(~0ULL), MEM_NONE);
	EXPECT_EQ(memory_map_type(boot_info.image_start), MEM_USABLE);
	EXPECT(memory_map_is_ram(boot_info.image_start, boot_info.image_end));
	EXPECT(!memory_map_is_ram(0x9f000, 0x101000));
}
