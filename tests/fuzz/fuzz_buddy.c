/* SPDX-License-Identifier: MIT */
/*
 * The buddy system, on a zone of its own: descriptors, and no memory behind them.
 *
 * The model has a byte for each frame: no RAM, free, or taken.  An allocation must succeed
 * exactly if some aligned block is free altogether, what it gives must be free in the
 * model, and after each step lists and descriptors agree.  In the end everything is freed,
 * and the free lists must hold the largest blocks that the frames allow.
 */
#include <linux/kernel.h>
#include "../../mm/buddy.h"
#include "../../mm/page_state.h"
#include "fuzz.h"

#define FRAMES	 2048
#define MAX_HELD 256
#define TAG	 PAGE_TAG(ZONE_DMA32, 3)

enum { ABSENT, FREE, TAKEN };

static struct page frames[FRAMES] __aligned(sizeof(struct page) << (MAX_ORDER - 1));
static struct buddy zone;
static u8 model[FRAMES];
static struct held {
	struct page *page;
	unsigned int order;
} held[MAX_HELD];
static unsigned int nr_held;

static bool all(unsigned long from, unsigned long n, u8 what)
{
	for (unsigned long i = from; i < from + n; i++) {
		if (model[i] != what)
			return false;
	}
	return true;
}

static bool block_free(unsigned int order, unsigned long below)
{
	unsigned long n = 1UL << order;

	for (unsigned long at = 0; at + n <= below; at += n) {
		if (all(at, n, FREE))
			return true;
	}
	return false;
}

static void took(struct page *page, unsigned int order)
{
	unsigned long at = (unsigned long)(page - frames);

	fuzz_check(at + (1UL << order) <= FRAMES && !(at & ((1UL << order) - 1)));
	fuzz_check(all(at, 1UL << order, FREE));
	memset(model + at, TAKEN, 1UL << order);
	held[nr_held++] = (struct held){page, order};
}

static void forget(unsigned int i)
{
	memset(model + (held[i].page - frames), FREE, 1UL << held[i].order);
	held[i] = held[--nr_held];
}

/* ---- operations ------------------------------------------------------------------------ */

/* Frames that were not there, except frame 0, whose number ends a list. */
static void op_add(struct fuzz_input *in)
{
	unsigned long from = fuzz_u16(in) % FRAMES, n = fuzz_size(in, 1024), end;

	from += !from;
	for (end = from; end < FRAMES && end < from + n && model[end] == ABSENT; end++) {
		frames[end].word = PAGE_WORD(PAGE_INTERIOR, 0, TAG);
		model[end] = FREE;
	}
	if (end > from)
		buddy_add(&zone, from, end);
}

static void op_alloc(struct fuzz_input *in)
{
	unsigned int order = fuzz_u8(in) % MAX_ORDER;
	struct page *page;

	if (nr_held == MAX_HELD)
		return;
	page = buddy_alloc(&zone, order);
	fuzz_check(!page == !block_free(order, FRAMES));
	if (page)
		took(page, order);
}

static void op_alloc_below(struct fuzz_input *in)
{
	unsigned int order = fuzz_u8(in) % MAX_ORDER;
	unsigned long end = fuzz_u16(in) % (FRAMES + 1);
	struct page *page;

	if (nr_held == MAX_HELD)
		return;
	page = buddy_alloc_below(&zone, order, end);
	fuzz_check(!page == !block_free(order, end));
	if (!page)
		return;
	fuzz_check((unsigned long)(page - frames) + (1UL << order) <= end);
	took(page, order);
}

static void op_free(struct fuzz_input *in)
{
	unsigned int i = fuzz_below(in, nr_held);

	if (!nr_held)
		return;
	buddy_free(&zone, held[i].page, held[i].order);
	forget(i);
}

static void op_free_bulk(struct fuzz_input *in)
{
	unsigned int order = fuzz_u8(in) % 4, most = fuzz_u8(in), n = 0;
	struct page *pages[MAX_HELD];

	for (unsigned int i = 0; i < nr_held && n < most;) {
		if (held[i].order != order) {
			i++;
			continue;
		}
		pages[n++] = held[i].page;
		forget(i);
	}
	if (n)
		buddy_free_bulk(&zone, pages, n, order);
}

/* ---- after each step ------------------------------------------------------------------- */

static void check_all(void)
{
	unsigned long seen[MAX_ORDER] = {0}, free = 0;

	fuzz_sound(buddy_check(&zone));
	fuzz_sound(buddy_check_frames(&zone, 0, FRAMES, seen));
	fuzz_check(!memcmp(seen, zone.nr, sizeof(seen)));
	for (unsigned long i = 0; i < FRAMES; i++)
		free += model[i] == FREE;
	fuzz_check(zone.free == free);
}

/* The largest aligned block that starts at a frame and is free altogether. */
static unsigned int largest(unsigned long at)
{
	unsigned int order = 0;

	while (order + 1 < MAX_ORDER && !(at & ((2UL << order) - 1)) &&
	       at + (2UL << order) <= FRAMES && all(at, 2UL << order, FREE))
		order++;
	return order;
}

static void check_merged(void)
{
	unsigned long want[MAX_ORDER] = {0};

	for (unsigned long at = 0; at < FRAMES;) {
		unsigned int order = model[at] == FREE ? largest(at) : 0;

		want[order] += model[at] == FREE;
		at += 1UL << order;
	}
	fuzz_check(!memcmp(want, zone.nr, sizeof(want)));
}

static void run(const u8 *data, size_t size)
{
	static void (*const op[])(struct fuzz_input *) = {
		op_add, op_alloc, op_alloc, op_free, op_free, op_alloc_below, op_free_bulk};
	struct fuzz_input in = {data, size};

	memset(frames, 0, sizeof(frames));
	memset(model, ABSENT, sizeof(model));
	buddy_init(&zone, frames, TAG);
	nr_held = 0;
	while (in.left) {
		op[fuzz_below(&in, ARRAY_SIZE(op))](&in);
		check_all();
	}
	while (nr_held) {
		buddy_free(&zone, held[0].page, held[0].order);
		forget(0);
	}
	check_all();
	check_merged();
}

const struct fuzz_target fuzz_buddy = {.name = "buddy", .max_len = 512, .run = run};
