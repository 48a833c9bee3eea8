/* SPDX-License-Identifier: MIT */
/*
 * Scenario: an arena of 4096 pages of its own, apart from the kernel's, is cut
 * up and put together again: first step by step, then by a few hundred thousand
 * random requests that a plain bitmap of pages follows.  A request that fails
 * must have no place in the bitmap either.  In the end everything is one free
 * segment again.
 */
#include <linux/bitmap.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include <cairn/test.h>
#include "../mm/vmap_arena.h"

#define BASE	 0xffffc90000000000UL
#define PAGES	 4096UL
#define END	 (BASE + PAGES * PAGE_SIZE)
#define MAX_USED 1024

static struct varena arena;
static struct vseg tags[2 * MAX_USED + 8];
static struct vseg *used[MAX_USED];
static unsigned int nr_used;
static DECLARE_BITMAP(model, PAGES);
static u64 rng_state;

static u64 rng(u64 below)
{
	rng_state ^= rng_state << 13;
	rng_state ^= rng_state >> 7;
	rng_state ^= rng_state << 17;
	return (rng_state >> 11) % below;
}

static void start_over(void)
{
	varena_init(&arena, BASE, END, &tags[0]);
	for (unsigned int i = 1; i < ARRAY_SIZE(tags); i++)
		varena_give_tag(&arena, &tags[i]);
	bitmap_zero(model, PAGES);
	nr_used = 0;
	rng_state = 88172645463325252ULL;
}

static struct vseg *take(unsigned long pages, unsigned long align)
{
	struct varena_request req = {
		.size = pages * PAGE_SIZE, .align = align, .min = BASE, .max = END};

	return varena_alloc(&arena, &req);
}

/* The check's answer is a text; NULL is right. */
static void expect_sound(void)
{
	const char *wrong = varena_check(&arena);

	EXPECT(!wrong);
	if (wrong)
		pr_info("varena_check: %s\n", wrong);
}

static void expect_empty(void)
{
	expect_sound();
	EXPECT_EQ(arena.nr_free, 1);
	EXPECT_EQ(arena.nr_used, 0);
	EXPECT_EQ(arena.free_bytes, PAGES * PAGE_SIZE);
	EXPECT_EQ(arena.nr_spare, ARRAY_SIZE(tags) - 1);
}

KTEST(vmap_arena, starts_as_one_segment)
{
	start_over();
	expect_empty();
	EXPECT(varena_find(&arena, BASE) == &tags[0]);
	EXPECT(varena_find(&arena, END - 1) == &tags[0]);
	EXPECT(!varena_find(&arena, END));
}

KTEST(vmap_arena, neighbours_merge_both_ways)
{
	struct vseg *a, *b, *c;

	start_over();
	a = take(3, PAGE_SIZE);
	b = take(5, PAGE_SIZE);
	c = take(7, PAGE_SIZE);
	ASSERT(a && b && c);
	EXPECT_EQ(a->start, BASE);
	EXPECT_EQ(b->start, a->end);
	EXPECT_EQ(c->start, b->end);
	varena_free(&arena, a);
	expect_sound();
	varena_free(&arena, c);
	expect_sound();
	EXPECT_EQ(arena.nr_free, 2);
	varena_free(&arena, b);
	expect_empty();
}

KTEST(vmap_arena, freed_addresses_are_used_again)
{
	struct vseg *a, *b;
	unsigned long start;

	start_over();
	a = take(16, PAGE_SIZE);
	b = take(16, PAGE_SIZE);
	ASSERT(a && b);
	start = a->start;
	varena_free(&arena, a);
	a = take(16, PAGE_SIZE);
	ASSERT(a);
	EXPECT_EQ(a->start, start);
	varena_free(&arena, a);
	varena_free(&arena, b);
	expect_empty();
}

KTEST(vmap_arena, every_alignment_that_fits)
{
	start_over();
	for (unsigned long align = PAGE_SIZE; align <= PAGES * PAGE_SIZE; align *= 2) {
		struct vseg *one = take(1, PAGE_SIZE), *seg = take(1, align);

		/* BASE is a multiple of all of them; with one page gone, the last is not to be had. */
		EXPECT(one);
		EXPECT_EQ(!!seg, align < PAGES * PAGE_SIZE);
		if (seg)
			EXPECT_EQ(seg->start % align, 0);
		if (seg)
			varena_free(&arena, seg);
		varena_free(&arena, one);
		expect_empty();
	}
	EXPECT(!take(1, 1UL << 50));
	EXPECT(!take(1, 1UL << 63));
	EXPECT(!take(PAGES + 1, PAGE_SIZE));
	expect_empty();
}

KTEST(vmap_arena, constraints_are_kept_or_refused)
{
	struct varena_request req = {
		.size = 4 * PAGE_SIZE, .align = PAGE_SIZE, .nocross = 8 * PAGE_SIZE, .max = END};
	struct vseg *first, *seg;

	start_over();
	first = take(6, PAGE_SIZE);
	ASSERT(first);
	seg = varena_alloc(&arena, &req);
	ASSERT(seg);
	EXPECT_EQ(seg->start, BASE + 8 * PAGE_SIZE); /* 6 .. 9 would cross 8 */
	varena_free(&arena, seg);

	req.size = 11 * PAGE_SIZE; /* more than lies between two boundaries */
	seg = varena_alloc(&arena, &req);
	ASSERT(seg);
	EXPECT_EQ(seg->start, BASE + 8 * PAGE_SIZE);
	varena_free(&arena, seg);

	req.size = 4 * PAGE_SIZE;
	req.nocross = 0;
	req.min = BASE + 100 * PAGE_SIZE;
	req.max = req.min + 4 * PAGE_SIZE;
	seg = varena_alloc(&arena, &req);
	ASSERT(seg);
	EXPECT_EQ(seg->start, req.min);
	EXPECT(!varena_alloc(&arena, &req)); /* the one place is taken */
	varena_free(&arena, seg);
	varena_free(&arena, first);
	expect_empty();
}

KTEST(vmap_arena, without_spare_tags_nothing_changes)
{
	struct vseg only;
	struct varena_request req = {.size = PAGE_SIZE, .align = PAGE_SIZE, .max = END};

	varena_init(&arena, BASE, END, &only);
	EXPECT(!varena_alloc(&arena, &req));
	EXPECT(!varena_check(&arena));
	EXPECT_EQ(arena.free_bytes, PAGES * PAGE_SIZE);
}

/* ---- against a bitmap ------------------------------------------------------------------ */

static bool place_ok(unsigned long page, const struct varena_request *req)
{
	unsigned long at = BASE + page * PAGE_SIZE, last = at + req->size - 1;

	/* what has to cross a boundary begins at one */
	if (req->nocross && (at ^ last) & ~(req->nocross - 1) && at & (req->nocross - 1))
		return false;
	return at >= req->min && last < req->max && at % req->align == 0;
}

/* Is there a place for the request in the bitmap? */
static bool model_has_room(const struct varena_request *req)
{
	unsigned long n = req->size / PAGE_SIZE, run = 0;

	for (unsigned long page = 0; page < PAGES; page++) {
		run = test_bit(page, model) ? 0 : run + 1;
		if (run >= n && place_ok(page + 1 - n, req))
			return true;
	}
	return false;
}

static struct varena_request random_request(void)
{
	static const u16 largest[] = {16, 16, 16, 200, 200, 1500};
	struct varena_request req = {.align = PAGE_SIZE, .min = BASE, .max = END};

	req.size = (1 + rng(largest[rng(ARRAY_SIZE(largest))])) * PAGE_SIZE;
	if (rng(3) == 0)
		req.align = PAGE_SIZE << rng(11);
	if (rng(3) == 0)
		req.nocross = max(roundup_pow_of_two(req.size) << rng(4) >> 1, PAGE_SIZE);
	if (rng(8) == 0) {
		req.min = BASE + rng(PAGES) * PAGE_SIZE;
		req.max = req.min + rng(PAGES) * PAGE_SIZE;
	}
	return req;
}

static bool random_alloc(void)
{
	struct varena_request req = random_request();
	unsigned long free_bytes = arena.free_bytes, page;
	struct vseg *seg = varena_alloc(&arena, &req);

	if (!seg)
		return EXPECT_EQ(arena.free_bytes, free_bytes) && EXPECT(!model_has_room(&req));
	page = (seg->start - BASE) / PAGE_SIZE;
	if (!EXPECT_EQ(seg->end - seg->start, req.size) || !EXPECT(place_ok(page, &req)))
		return false;
	for (; page < (seg->end - BASE) / PAGE_SIZE; page++)
		if (!EXPECT(!__test_and_set_bit(page, model)))
			return false;
	used[nr_used++] = seg;
	return true;
}

static void random_free(void)
{
	unsigned int i = (unsigned int)rng(nr_used);
	struct vseg *seg = used[i];

	bitmap_clear(model, (unsigned int)((seg->start - BASE) / PAGE_SIZE),
		     (unsigned int)((seg->end - seg->start) / PAGE_SIZE));
	used[i] = used[--nr_used];
	varena_free(&arena, seg);
}

KTEST(vmap_arena, random_requests_match_a_bitmap)
{
	u64 bias = 2;

	start_over();
	for (unsigned int i = 0; i < 100000; i++) {
		if (i % 2000 == 0)
			bias = 1 + rng(3); /* fill, hold, empty */
		if (!nr_used || (nr_used < MAX_USED && rng(4) >= bias))
			ASSERT(random_alloc());
		else
			random_free();
		if (i % 64)
			continue;
		ASSERT(!varena_check(&arena));
		ASSERT_EQ(arena.free_bytes,
			  (PAGES - bitmap_weight(model, (unsigned int)PAGES)) * PAGE_SIZE);
	}
	while (nr_used)
		random_free();
	expect_empty();
}
