/* SPDX-License-Identifier: MIT */
/*
 * The buddy system, on zones of its own: descriptors in an array, no memory
 * behind them.
 *
 * Frame 0 is never used: its number ends a list.
 *
 * A zone is filled with chosen frames; blocks are taken and given back in every
 * order that could go wrong, and after each step buddy_check() and
 * buddy_check_frames() compare lists and descriptors with the invariants that
 * mm/buddy.c states.  In the end the free lists must be what they were at first.
 */
#include <cairn/test.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include "../mm/buddy.h"
#include "../mm/page_state.h"

#define FRAMES 4096
#define TAG    PAGE_TAG(ZONE_DMA32, 3)

static struct page frames[FRAMES] __aligned(sizeof(struct page) << (MAX_ORDER - 1));
static struct buddy zone;

static struct {
	struct page *page;
	unsigned int order;
} taken[FRAMES];
static unsigned int nr_taken;

/* A generator of its own, so that each run is the same (xorshift, Marsaglia 2003). */
static u64 random_state;

static u32 random_below(u32 n)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return (u32)(random_state >> 32) % n;
}

static void describe_frames(unsigned long start, unsigned long end, u32 tag)
{
	for (; start < end; start++)
		frames[start].word = PAGE_WORD(PAGE_INTERIOR, 0, tag);
}

static void new_zone(void)
{
	memset(frames, 0, sizeof(frames));
	buddy_init(&zone, frames, TAG);
	nr_taken = 0;
	random_state = 0x9e3779b97f4a7c15;
}

static void add_frames(unsigned long start, unsigned long end)
{
	describe_frames(start, end, TAG);
	buddy_add(&zone, start, end);
}

/* NULL if all invariants hold. */
static const char *broken(void)
{
	unsigned long seen[MAX_ORDER] = {0};
	const char *what = buddy_check(&zone);

	if (!what)
		what = buddy_check_frames(&zone, 0, FRAMES, seen);
	for (unsigned int o = 0; o < MAX_ORDER && !what; o++)
		what = seen[o] == zone.nr[o] ? NULL : "a free block is on no list";
	return what;
}

#define EXPECT_SOUND() EXPECT(broken() == NULL)

static bool take(unsigned int order)
{
	struct page *page = buddy_alloc(&zone, order);

	if (!page)
		return false;
	taken[nr_taken].page = page;
	taken[nr_taken++].order = order;
	return true;
}

static void give(unsigned int i)
{
	buddy_free(&zone, taken[i].page, taken[i].order);
	taken[i] = taken[--nr_taken];
}

static bool blocks_are(const unsigned long want[MAX_ORDER])
{
	return memcmp(zone.nr, want, sizeof(zone.nr)) == 0;
}

KTEST(buddy, splits_in_halves_and_merges_back)
{
	new_zone();
	add_frames(1024, 2048);
	EXPECT(blocks_are((unsigned long[MAX_ORDER]){[10] = 1}));
	ASSERT(take(0));
	EXPECT_EQ(taken[0].page - frames, 1024);
	EXPECT(blocks_are((unsigned long[MAX_ORDER]){1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0}));
	EXPECT_EQ(zone.free, 1023);
	EXPECT_SOUND();
	give(0);
	EXPECT(blocks_are((unsigned long[MAX_ORDER]){[10] = 1}));
	EXPECT_SOUND();
}

KTEST(buddy, frames_of_any_shape_are_cut_into_aligned_blocks)
{
	new_zone();
	add_frames(1, 4);	/* 1, 2-3 */
	add_frames(1023, 1027); /* 1023, 1024-1025, 1026: never merged over a missing one */
	add_frames(4095, 4096);
	EXPECT(blocks_are((unsigned long[MAX_ORDER]){4, 2}));
	EXPECT_EQ(zone.free, 8);
	EXPECT_SOUND();
	add_frames(1027, 1028);
	add_frames(4094, 4095);
	EXPECT(blocks_are((unsigned long[MAX_ORDER]){2, 2, 1}));
	EXPECT_SOUND();
}

KTEST(buddy, the_smallest_block_that_will_do_is_taken)
{
	new_zone();
	add_frames(1024, 2048);
	add_frames(8, 10);
	ASSERT(take(0));
	EXPECT_EQ(taken[0].page - frames, 8);
	ASSERT(take(1));
	EXPECT_EQ(taken[1].page - frames, 1024);
	EXPECT_SOUND();
	give(1);
	give(0);
	EXPECT(blocks_are((unsigned long[MAX_ORDER]){[1] = 1, [10] = 1}));
}

KTEST(buddy, every_frame_of_a_tiny_zone_is_taken_once)
{
	u8 owner[8] = {0};

	new_zone();
	add_frames(1, 8);
	while (take(0))
		owner[taken[nr_taken - 1].page - frames]++;
	EXPECT_EQ(nr_taken, 7);
	for (unsigned int i = 1; i < 8; i++)
		EXPECT_EQ(owner[i], 1);
	EXPECT_EQ(zone.free, 0);
	EXPECT(!buddy_alloc(&zone, 0));
	EXPECT(!take(0));
	while (nr_taken)
		give(nr_taken / 2);
	EXPECT(blocks_are((unsigned long[MAX_ORDER]){1, 1, 1}));
	EXPECT_SOUND();
}

KTEST(buddy, an_order_too_large_for_any_block_gets_nothing)
{
	new_zone();
	EXPECT(!take(0));
	EXPECT(!take(MAX_ORDER - 1));
	add_frames(512, 1024);
	EXPECT(!take(10));
	EXPECT(take(9));
	give(0);
	EXPECT_SOUND();
}

KTEST(buddy, frames_of_another_zone_or_in_use_are_not_merged)
{
	new_zone();
	add_frames(1024, 1025);
	describe_frames(1025, 1026, PAGE_TAG(ZONE_NORMAL, 3));
	page_begin(&frames[1025], PAGE_FREE, 0);
	ASSERT(take(0));
	give(0);
	EXPECT(blocks_are((unsigned long[MAX_ORDER]){1}));
	describe_frames(1025, 1026, TAG);
	page_begin(&frames[1025], PAGE_CACHED, 0);
	ASSERT(take(0));
	give(0);
	EXPECT(blocks_are((unsigned long[MAX_ORDER]){1}));
	EXPECT_SOUND();
}

KTEST(buddy, blocks_of_the_highest_order_stay_apart)
{
	new_zone();
	add_frames(1024, 4096);
	EXPECT(blocks_are((unsigned long[MAX_ORDER]){[10] = 3}));
	ASSERT(take(10) && take(10) && take(10));
	give(1);
	give(0);
	give(0);
	EXPECT(blocks_are((unsigned long[MAX_ORDER]){[10] = 3}));
	EXPECT_SOUND();
}

/* Random sizes taken and given back in random order, every block within bounds and alone. */
KTEST(buddy, random_use_keeps_the_invariants)
{
	static const u8 odds[] = {0, 0, 0, 0, 1, 1, 2, 3, 4, 5, 7, 9, 10};
	unsigned long first[MAX_ORDER];

	new_zone();
	add_frames(100, 1999);
	add_frames(2001, 4000);
	memcpy(first, zone.nr, sizeof(first));
	for (unsigned int step = 0; step < 4000; step++) {
		if (!nr_taken || random_below(100) < 52)
			take(odds[random_below(sizeof(odds))]);
		else
			give(random_below(nr_taken));
		if (step % 16 == 0)
			ASSERT(broken() == NULL);
	}
	for (unsigned int i = 0; i < nr_taken; i++) {
		unsigned long pfn = (unsigned long)(taken[i].page - frames);

		EXPECT_EQ(pfn & ((1UL << taken[i].order) - 1), 0);
		EXPECT(page_word_is(taken[i].page, PAGE_ALLOCATED, taken[i].order, TAG));
	}
	while (nr_taken)
		give(random_below(nr_taken));
	EXPECT(blocks_are(first));
	EXPECT_SOUND();
}

/* All frames taken singly, then given back many at a time, ascending, descending and mixed. */
KTEST(buddy, freeing_in_bulk_equals_freeing_one_by_one)
{
	static struct page *bulk[FRAMES];

	for (unsigned int way = 0; way < 3; way++) {
		unsigned int n = 0;

		new_zone();
		add_frames(5, 4001);
		while (take(0))
			bulk[n++] = taken[nr_taken - 1].page;
		for (unsigned int i = 0; i < n; i++) {
			unsigned int j = way == 0 ? i : way == 1 ? n - 1 - i : random_below(n);

			if (way == 1 && i >= n / 2)
				break;
			swap(bulk[i], bulk[j]);
		}
		for (unsigned int i = 0; i < n; i += 100) {
			buddy_free_bulk(&zone, bulk + i, min(100U, n - i), 0);
			ASSERT(broken() == NULL);
		}
		EXPECT_EQ(zone.free, n);
		EXPECT_EQ(zone.nr[10], 2);
		EXPECT(blocks_are((unsigned long[MAX_ORDER]){2, 1, 0, 1, 1, 2, 1, 2, 2, 2, 2}));
	}
}

KTEST(buddy, bulk_of_larger_blocks)
{
	struct page *bulk[16];
	unsigned int n = 0;

	new_zone();
	add_frames(1024, 3072);
	for (; n < 16; n++) {
		bulk[n] = buddy_alloc(&zone, 7);
		ASSERT(bulk[n] != NULL);
	}
	buddy_free_bulk(&zone, bulk, 16, 7);
	EXPECT(blocks_are((unsigned long[MAX_ORDER]){[10] = 2}));
	bulk[0] = buddy_alloc(&zone, 10);
	bulk[1] = buddy_alloc(&zone, 10);
	buddy_free_bulk(&zone, bulk, 2, 10);
	EXPECT(blocks_are((unsigned long[MAX_ORDER]){[10] = 2}));
	EXPECT_SOUND();
}

/* A stray write hits the descriptor of a free block: it must not be handed out. */
KTEST(buddy, an_overwritten_descriptor_is_noticed)
{
	new_zone();
	add_frames(64, 65);
	add_frames(128, 256);
	frames[64].flags = 0x55;
	EXPECT(!strcmp(buddy_check(&zone),
		       "a block on a list is not PAGE_FREE of the list's order and zone"));
	EXPECT(!take(0));
	EXPECT_EQ(zone.bad, 64);
	EXPECT_EQ(zone.free, 128);
	zone.bad = PFN_NONE;
	EXPECT(take(0));
	give(0);
	EXPECT_EQ(zone.nr[7], 1);
	EXPECT(buddy_check(&zone) == NULL);

	add_frames(1024, 1024 + 128); /* the other tiers' blocks of its order are counted anew */
	add_frames(2048, 2048 + 128);
	frames[128].flags = 0x55;
	EXPECT(!take(7));
	EXPECT_EQ(zone.bad, 128);
	EXPECT_EQ(zone.nr[7], 2);
	EXPECT_EQ(zone.free, 2 * 128);
	zone.bad = PFN_NONE;
	EXPECT(take(7));
	EXPECT(buddy_check(&zone) == NULL);
}

KTEST(buddy, the_checkers_find_what_is_wrong)
{
	unsigned long seen[MAX_ORDER] = {0};

	new_zone();
	add_frames(16, 32);
	zone.free++;
	EXPECT(buddy_check(&zone) != NULL);
	zone.free--;
	zone.nr[4]++;
	EXPECT(buddy_check(&zone) != NULL);
	zone.nr[4]--;
	zone.orders[0] |= 1;
	EXPECT(buddy_check(&zone) != NULL);
	zone.orders[0] &= 0xfffe;
	page_begin(&frames[19], PAGE_ALLOCATED, 0);
	EXPECT(buddy_check_frames(&zone, 0, FRAMES, seen) != NULL);
	page_join(&frames[19]);
	EXPECT_SOUND();
}

/* A block below a frame: from whatever list has one, cut from its lower end; or none. */
KTEST(buddy, below_a_frame)
{
	struct page *page;

	new_zone();
	add_frames(64, 96);
	add_frames(1024, 2048);
	page = buddy_alloc_below(&zone, 0, 2000);
	EXPECT(page && page - frames < 2000);
	buddy_free(&zone, page, 0);
	EXPECT(!buddy_alloc_below(&zone, 0, 64));
	EXPECT(!buddy_alloc_below(&zone, 5, 95));
	EXPECT(!buddy_alloc_below(&zone, 6, 96));
	page = buddy_alloc_below(&zone, 5, 96);
	EXPECT(page == frames + 64 && page->order == 5);
	EXPECT(!buddy_alloc_below(&zone, 0, 1024));
	buddy_free(&zone, page, 5);
	page = buddy_alloc_below(&zone, 0, 65);
	EXPECT(page == frames + 64);
	EXPECT_SOUND();
	EXPECT(!buddy_alloc_below(&zone, 0, 65));
	buddy_free(&zone, page, 0);
	EXPECT_SOUND();
	EXPECT_EQ(zone.free, 32 + 1024);
}

/* From a region of a higher tier only what no lower one has, however well it would fit. */
KTEST(buddy, the_lowest_tier_gives)
{
	struct page *page;

	new_zone();
	add_frames(1024, 2048); /* tier 1 */
	add_frames(2048, 2049); /* tier 2: just right, and left alone */
	page = buddy_alloc(&zone, 0);
	EXPECT(page == frames + 1024);
	EXPECT_EQ(zone.nr[0], 2);
	EXPECT(buddy_alloc(&zone, 9) == frames + 1024 + 512);
	EXPECT(!buddy_alloc(&zone, 9));
	buddy_free(&zone, page, 0);
	page = buddy_alloc_upto(&zone, 3, 5); /* no smaller one is there, so it is cut */
	EXPECT(page == frames + 1024 && page->order == 5);
	EXPECT_SOUND();
	page = buddy_alloc_upto(&zone, 3, 10); /* what that left */
	EXPECT(page == frames + 1024 + 32 && page->order == 5);
	EXPECT_SOUND();
}

/*
 * Half of the frames are in use, anywhere.  Some come back and as many are taken, over
 * and over: all is in the lower half in the end, and the upper half is whole.
 */
KTEST(buddy, churn_gathers_what_is_in_use)
{
	new_zone();
	add_frames(1, FRAMES);
	while (take(0))
		;
	EXPECT_EQ(nr_taken, FRAMES - 1);
	while (nr_taken > FRAMES / 2)
		give(random_below(nr_taken));
	EXPECT_EQ(zone.nr[9] + zone.nr[10], 0);
	for (unsigned int round = 0; round < 100; round++) {
		for (unsigned int i = 0; i < FRAMES / 20; i++)
			give(random_below(nr_taken));
		while (nr_taken < FRAMES / 2)
			ASSERT(take(0));
	}
	EXPECT_SOUND();
	EXPECT_EQ(zone.nr[10], 1); /* frame 0 is not ours, so the lower half spills a frame */
	EXPECT(zone.nr[9] >= 1);
	while (nr_taken)
		give(0);
	EXPECT_EQ(zone.free, FRAMES - 1);
	EXPECT_SOUND();
}
