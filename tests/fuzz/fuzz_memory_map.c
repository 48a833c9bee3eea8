/* SPDX-License-Identifier: MIT */
/*
 * The firmware's memory map: a byte that says how much room there is, one for the limit,
 * then entries of 9 bytes (type, start, length in odd units) that land close together.
 *
 * The oracle looks at one address between every two neighbouring edges and asks all
 * entries what it is; the list must say the same, unless it had too little room.  Then
 * what is not usable must still not be called usable.
 */
#include <linux/kernel.h>
#include <linux/sort.h>
#include <cairn/memory_map.h>
#include <asm/page.h>
#include "fuzz.h"

#define MAX_ENTRIES 32
#define MAX_ROOM    (4 * MAX_ENTRIES + 16)
#define MAX_EDGES   (4 * MAX_ENTRIES + 16)

static struct mem_range entry[MAX_ENTRIES], range[MAX_ROOM];
static unsigned int nr_entries;
static u64 edge[MAX_EDGES];
static unsigned int nr_edges;
static struct memory_map_list list;

static const struct mem_range fixed[] = {
	{0, PAGE_SIZE, MEM_RESERVED, 0},
	{0xa0000, 0x100000, MEM_RESERVED, 0},
	{0xfec00000, 0x100000000, MEM_RESERVED, 0},
};

/* Places that matter, and bytes around them. */
static u64 address(struct fuzz_input *in)
{
	static const u64 base[] = {0,	       0x9f000,	   0xa0000,	0x100000,
				   0x1000000,  0xfec00000, 0x100000000, 0x4000000000,
				   1ULL << 45, 1ULL << 46, 1ULL << 52,	~0ULL - 0xffff};

	return base[fuzz_below(in, ARRAY_SIZE(base))] +
	       ((u64)(s16)fuzz_u16(in) << (fuzz_u8(in) % 20));
}

static void read_entries(struct fuzz_input *in)
{
	for (nr_entries = 0; in->left && nr_entries < MAX_ENTRIES; nr_entries++) {
		struct mem_range *e = &entry[nr_entries];

		e->raw_type = fuzz_u8(in);
		e->type = e->raw_type % (MEM_NR_TYPES + 2);
		e->start = address(in);
		e->end = address(in);
	}
}

static void add_edge(u64 addr)
{
	if (nr_edges < MAX_EDGES && addr < list.limit)
		edge[nr_edges++] = addr;
}

static int compare(const void *a, const void *b)
{
	u64 x = *(const u64 *)a, y = *(const u64 *)b;

	return x < y ? -1 : x > y;
}

static void find_edges(void)
{
	nr_edges = 0;
	add_edge(0);
	for (unsigned int i = 0; i < nr_entries; i++) {
		add_edge(entry[i].start & PAGE_MASK);
		add_edge(PAGE_ALIGN(entry[i].start));
		add_edge(entry[i].end & PAGE_MASK);
		add_edge(PAGE_ALIGN(entry[i].end));
	}
	for (unsigned int i = 0; i < ARRAY_SIZE(fixed); i++) {
		add_edge(fixed[i].start);
		add_edge(fixed[i].end);
	}
	sort(edge, nr_edges, sizeof(edge[0]), compare, NULL);
}

static u32 strictness(const struct mem_range *e)
{
	return e->type > MEM_NONE && e->type < MEM_NR_TYPES ? e->type : MEM_RESERVED;
}

static bool touches(const struct mem_range *e, u64 page)
{
	return e->start < e->end && e->start < page + PAGE_SIZE && e->end > page;
}

/* The strictest that is said of any byte of a page, other than that it is usable. */
static u32 not_usable(u64 page)
{
	u32 type = MEM_NONE;

	for (unsigned int i = 0; i < nr_entries; i++) {
		if (strictness(&entry[i]) != MEM_USABLE && touches(&entry[i], page))
			type = max(type, strictness(&entry[i]));
	}
	for (unsigned int i = 0; i < ARRAY_SIZE(fixed); i++) {
		if (touches(&fixed[i], page))
			type = max_t(u32, type, MEM_RESERVED);
	}
	return type;
}

/* Does a usable entry, or several together, cover the page? */
static bool all_usable(u64 page)
{
	u64 at = page;
	bool more = true;

	while (more && at < page + PAGE_SIZE) {
		more = false;
		for (unsigned int i = 0; i < nr_entries; i++) {
			if (strictness(&entry[i]) == MEM_USABLE && entry[i].start <= at &&
			    entry[i].end > at) {
				at = entry[i].end;
				more = true;
			}
		}
	}
	return at >= page + PAGE_SIZE;
}

static u32 said_of(u64 page)
{
	const struct mem_range *r = memory_map_find(list.range, list.nr, page);

	return r ? r->type : MEM_NONE;
}

static void check_page(u64 page)
{
	u32 want = not_usable(page), said = said_of(page);

	if (want == MEM_NONE && all_usable(page))
		want = MEM_USABLE;
	if (want != MEM_USABLE)
		fuzz_check(said != MEM_USABLE);
	if (list.cap == MAX_ROOM)
		fuzz_check(said == want);
}

static void check_list(void)
{
	for (unsigned int i = 0; i < list.nr; i++) {
		const struct mem_range *r = &range[i];

		fuzz_check(r->start < r->end && r->end <= list.limit);
		fuzz_check(!((r->start | r->end) & ~PAGE_MASK));
		fuzz_check(r->type > MEM_NONE && r->type < MEM_NR_TYPES);
		fuzz_check(!i || r[-1].end < r->start ||
			   (r[-1].end == r->start && r[-1].type != r->type));
	}
}

static void run(const u8 *data, size_t size)
{
	struct fuzz_input in = {data, size};
	u8 room = fuzz_u8(&in);

	list = (struct memory_map_list){
		.range = range,
		.cap = room & 1 ? 8 + room / 2 : MAX_ROOM,
		.limit = 1ULL << (36 + fuzz_below(&in, 17)),
	};
	list.cap = min_t(unsigned int, list.cap, MAX_ROOM);
	read_entries(&in);
	memory_map_sanitise(entry, nr_entries, &list);
	fuzz_check(list.nr <= list.cap);
	fuzz_check(list.cap < MAX_ROOM || (!list.lost && !list.lost_bytes));
	check_list();
	find_edges();
	for (unsigned int i = 0; i < nr_edges; i++)
		check_page(edge[i]);
}

const struct fuzz_target fuzz_memory_map = {.name = "memory_map", .max_len = 360, .run = run};
