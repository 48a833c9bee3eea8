/* SPDX-License-Identifier: MIT */
/*
 * Sections: which frames get descriptors and where those lie, planned for memory
 * maps made up here; and what the running machine's descriptors say.
 *
 * The made-up maps are those that firmware has been seen to give: a section that
 * is all RAM, one with holes, a page every 2 MiB, RAM below 1 MiB only, RAM whose
 * every frame is taken.  For each the pieces of the plan are walked frame by
 * frame and must account for all of them.
 */
#include <cairn/address.h>
#include <cairn/test.h>
#include <linux/gfp.h>
#include <linux/kernel.h>
#include <linux/memblock.h>
#include <linux/mm.h>
#include <linux/string.h>
#include "../mm/memmap.h"
#include "../mm/section.h"
#include "../mm/zone.h"

#define NR_REGIONS 600

static struct memblock_region memory[NR_REGIONS], reserved[NR_REGIONS];
static struct memblock mb;
static struct section_plan plan;

static void new_map(void)
{
	memset(&mb, 0, sizeof(mb));
	memset(memory, 0, sizeof(memory));
	memset(reserved, 0, sizeof(reserved));
	mb.memory.regions = memory;
	mb.reserved.regions = reserved;
	mb.memory.cnt = mb.reserved.cnt = 0;
}

static void add_range(struct memblock_type *type, u64 start, u64 end, int nid)
{
	type->regions[type->cnt++] =
		(struct memblock_region){.base = start, .size = end - start, .nid = nid};
	type->total_size += end - start;
}

static void ram(u64 start, u64 end)
{
	add_range(&mb.memory, start, end, 0);
}

static void take(u64 start, u64 end)
{
	add_range(&mb.reserved, start, end, 0);
}

struct tally {
	unsigned long kind[3];
	unsigned long first_meta;
	bool ascending;
};

static struct tally walk_plan(void)
{
	struct tally t = {.ascending = true};
	struct section_piece piece = {.end = plan.start};
	unsigned long last = plan.start;

	while (section_next_piece(&plan, piece.end, &piece)) {
		t.ascending &= piece.start >= last && piece.end > piece.start;
		t.ascending &= zone_type_of(piece.start) == zone_type_of(piece.end - 1);
		if (piece.kind == PIECE_META && !t.kind[PIECE_META])
			t.first_meta = piece.start;
		t.kind[piece.kind] += piece.end - piece.start;
		last = piece.end;
	}
	return t;
}

/* How many of the sections behind the first of @n lie in one zone each; highmem= cuts one. */
static unsigned long uncut_sections(unsigned long n)
{
	unsigned long s;

	for (s = 1; s < n; s++) {
		if (zone_type_of(s * SECTION_FRAMES) != zone_type_of((s + 1) * SECTION_FRAMES - 1))
			break;
	}
	return s - 1;
}

#define SECTION_BYTES (SECTION_FRAMES << PAGE_SHIFT)

KTEST(memmap, a_section_of_ram_has_its_descriptors_in_a_huge_page)
{
	struct tally t;
	int nid = -1;

	new_map();
	ram(0, 4 * SECTION_BYTES);
	take(0, PAGE_SIZE);
	section_plan(&plan, &mb, 2);
	EXPECT(plan.huge && plan.worth);
	EXPECT_EQ(plan.cost, 512);
	EXPECT_EQ(plan.nr_free, SECTION_FRAMES);
	EXPECT_EQ(plan.meta_start, 3 * SECTION_FRAMES - 512);
	t = walk_plan();
	EXPECT_EQ(t.kind[PIECE_FREE], SECTION_FRAMES - 512);
	EXPECT_EQ(t.kind[PIECE_META], 512);
	EXPECT(t.ascending);
	EXPECT_EQ(section_plain_run(&mb, 1, &nid), uncut_sections(4));
	EXPECT_EQ(nid, 0);
	EXPECT_EQ(section_plain_run(&mb, 0, &nid), 0);
	EXPECT_EQ(section_plain_run(&mb, 4, &nid), 0);
}

KTEST(memmap, holes_cost_no_descriptors)
{
	struct tally t;

	new_map();
	ram(0x1000, 0x9f000);
	ram(0x100000, 64 << 20);
	take(0x100000, 0x2345678);
	section_plan(&plan, &mb, 0);
	EXPECT(!plan.huge && plan.worth);
	EXPECT_EQ(plan.nr_described, 128); /* of 64 MiB; 0x80000-0x9f000 is the second */
	EXPECT_EQ(plan.cost, 129);
	t = walk_plan();
	EXPECT(t.ascending);
	EXPECT_EQ(t.kind[PIECE_META], 129);
	EXPECT_EQ(t.first_meta, (64 << 20 >> PAGE_SHIFT) - 129);
	EXPECT_EQ(t.kind[PIECE_RESERVED], PFN_UP(0x2345678) - 0x100);
	EXPECT_EQ(t.kind[PIECE_FREE] + t.kind[PIECE_META], plan.nr_free);
}

KTEST(memmap, a_page_every_2_mib_is_not_worth_describing)
{
	new_map();
	for (u64 i = 0; i < 512; i++)
		ram(SECTION_BYTES + (i << 21), SECTION_BYTES + (i << 21) + PAGE_SIZE);
	section_plan(&plan, &mb, 1);
	EXPECT_EQ(plan.nr_described, 0);
	EXPECT(!plan.worth);
	EXPECT_EQ(walk_plan().kind[PIECE_FREE], 0);
}

KTEST(memmap, eight_pages_every_2_mib_are)
{
	struct tally t;

	new_map();
	for (u64 i = 0; i < 512; i++)
		ram(SECTION_BYTES + (i << 21), SECTION_BYTES + (i << 21) + 8 * PAGE_SIZE);
	section_plan(&plan, &mb, 1);
	EXPECT_EQ(plan.nr_described, 128);
	EXPECT_EQ(plan.cost, 129);
	EXPECT(plan.worth);
	t = walk_plan();
	EXPECT_EQ(t.kind[PIECE_FREE], 128 * 8 - 129);
	EXPECT_EQ(t.kind[PIECE_META], 129);
}

KTEST(memmap, memory_below_1_mib_only)
{
	struct tally t;

	new_map();
	ram(0, 0x9fc00);
	take(0, PAGE_SIZE);
	section_plan(&plan, &mb, 0);
	EXPECT_EQ(plan.nr_described, 2);
	t = walk_plan();
	EXPECT_EQ(t.kind[PIECE_FREE], 0x9f - 1 - 3);
	EXPECT_EQ(t.kind[PIECE_META], 3);
	EXPECT_EQ(t.kind[PIECE_RESERVED], 1);
}

KTEST(memmap, a_section_that_is_taken_pays_for_nothing)
{
	new_map();
	ram(SECTION_BYTES, 2 * SECTION_BYTES);
	take(SECTION_BYTES + 300 * PAGE_SIZE, 2 * SECTION_BYTES);
	section_plan(&plan, &mb, 1);
	EXPECT_EQ(plan.nr_free, 300);
	EXPECT(!plan.worth);
}

KTEST(memmap, no_aligned_place_for_a_huge_page)
{
	struct tally t;

	new_map();
	ram(SECTION_BYTES, 2 * SECTION_BYTES);
	for (u64 i = 0; i < 128; i++) /* a byte in the middle of every 2 MiB */
		take(SECTION_BYTES + (i << 21) + 0x100800, SECTION_BYTES + (i << 21) + 0x100801);
	section_plan(&plan, &mb, 1);
	EXPECT(!plan.huge && plan.worth);
	EXPECT_EQ(plan.cost, 513);
	t = walk_plan();
	EXPECT(t.ascending);
	EXPECT_EQ(t.kind[PIECE_RESERVED], 128);
	EXPECT_EQ(t.kind[PIECE_META], 513);
	EXPECT_EQ(t.kind[PIECE_FREE], SECTION_FRAMES - 128 - 513);
}

KTEST(memmap, nodes_and_zones_are_kept_apart)
{
	struct section_piece piece = {.end = 0};
	unsigned long node[2] = {0};

	new_map();
	add_range(&mb.memory, 0x100000, 0x3000000, 0);
	add_range(&mb.memory, 0x3000000, SECTION_BYTES, 1);
	section_plan(&plan, &mb, 0);
	EXPECT(walk_plan().ascending);
	while (section_next_piece(&plan, piece.end, &piece)) {
		EXPECT(piece.nid == (piece.start >= 0x3000));
		node[piece.nid] += piece.end - piece.start;
	}
	EXPECT_EQ(node[0], 0x3000 - 0x100);
	EXPECT_EQ(node[1], SECTION_FRAMES - 0x3000);
}

KTEST(memmap, an_empty_map_has_no_frames)
{
	struct frame_run run;

	new_map();
	mb.memory.cnt = mb.reserved.cnt = 1; /* memblock's empty type: one region of size 0 */
	EXPECT(!next_frame_run(&mb, 0, MAX_FRAMES, &run));
	section_plan(&plan, &mb, 0);
	EXPECT(!plan.worth);
}

/* Odd bytes: a frame that is RAM in part is none, one that is taken in part is taken. */
KTEST(memmap, partial_frames)
{
	struct frame_run run = {0};

	new_map();
	ram(0x10800, 0x14800);
	take(0x12fff, 0x13000);
	ASSERT(next_frame_run(&mb, 0, MAX_FRAMES, &run));
	EXPECT(run.start == 0x11 && run.end == 0x12 && run.free);
	ASSERT(next_frame_run(&mb, run.end, MAX_FRAMES, &run));
	EXPECT(run.start == 0x12 && run.end == 0x13 && !run.free);
	ASSERT(next_frame_run(&mb, run.end, MAX_FRAMES, &run));
	EXPECT(run.start == 0x13 && run.end == 0x14 && run.free);
	EXPECT(!next_frame_run(&mb, run.end, MAX_FRAMES, &run));
}

/* ---- The machine's own ----------------------------------------------------------------------- */

KTEST(memmap, descriptors_and_addresses_convert_both_ways)
{
	struct page *page = alloc_page(GFP_KERNEL);
	void *va;

	ASSERT(page != NULL);
	va = page_address(page);
	EXPECT(virt_to_page(va) == page);
	EXPECT(virt_to_page(va + 4095) == page);
	EXPECT(pfn_to_page(page_to_pfn(page)) == page);
	EXPECT_EQ(page_to_phys(page), virt_to_phys(va));
	EXPECT(phys_to_virt(page_to_phys(page)) == va);
	EXPECT(virt_addr_valid(va));
	EXPECT(pfn_valid(page_to_pfn(page)));
	EXPECT(page_is_ram(page_to_pfn(page)));
	__free_page(page);
}

KTEST(memmap, what_is_no_ram_is_not_valid)
{
	static int in_image;

	EXPECT(!pfn_valid(0xa0)); /* video memory */
	EXPECT(!pfn_valid(0xfee00000 >> PAGE_SHIFT));
	EXPECT(!pfn_valid(MAX_FRAMES - 1));
	EXPECT(!pfn_valid(~0UL));
	EXPECT(!page_is_ram(0xa0));
	EXPECT(!virt_addr_valid(&in_image));
	EXPECT(!virt_addr_valid(NULL));
	EXPECT(!virt_addr_valid(VMALLOC_START));
	EXPECT(!virt_addr_valid(PAGE_OFFSET + DIRECT_MAP_SIZE));
	EXPECT(!virt_addr_valid(0x8000000000000000));
}

KTEST(memmap, the_image_is_reserved)
{
	struct page *page = virt_to_page(&node_data);

	EXPECT(pfn_valid(page_to_pfn(page)));
	EXPECT(PageReserved(page));
	EXPECT_EQ(page_count(page), 0);
}

/* Every frame of RAM in an open section has a descriptor of its zone; every other has none. */
KTEST(memmap, descriptors_agree_with_the_memory_map)
{
	unsigned long wrong = 0, described = 0, section;

	for (section = 0; section < 64; section++) {
		unsigned long pfn = section_to_pfn(section), end = pfn + SECTION_FRAMES;

		if (!section_is_open(section))
			continue;
		for (; pfn < end; pfn++) {
			const struct page *page = pfn_to_page(pfn);

			if (page->state == PAGE_ABSENT)
				continue;
			described++;
			wrong += page->zone != zone_type_of(pfn);
			wrong += pfn % 64 == 0 && !page_is_ram(pfn);
		}
	}
	EXPECT_EQ(wrong, 0);
	EXPECT(described > 0);
}

/* Sections that are open are counted, each once. */
KTEST(memmap, open_sections_are_counted)
{
	unsigned long section, open = 0, meta;

	for (section = 0; section <= pfn_to_section(PHYS_PFN(memblock_end_of_DRAM() - 1));
	     section++)
		open += section_is_open(section);
	EXPECT_EQ(memmap_sections_open(&meta), open);
	EXPECT(meta > 0);
}

/* What lies at an address of the direct map: free memory, an image that is reserved, nothing. */
KTEST(memmap, addresses_of_the_direct_map_are_described)
{
	extern char _stext[];
	char text[128], want[128];
	unsigned long page = __get_free_page(GFP_KERNEL);

	ASSERT(page);
	direct_map_describe(page + 5, text, sizeof(text));
	snprintf(want, sizeof(want), "direct map of physical %#lx, usable", __pa(page) + 5);
	EXPECT(strstarts(text, want) && strstr(text, ", zone ") && !strstr(text, ", free"));
	free_page(page);
	direct_map_describe((unsigned long)__va(__pa(_stext)), text, sizeof(text));
	EXPECT(strstr(text, ", zone ") && !strstr(text, ", free"));
	direct_map_describe((unsigned long)__va(PAGE_ALIGN(memblock_end_of_DRAM()) + (1UL << 40)),
			    text, sizeof(text));
	EXPECT(strstr(text, ", where there is no memory"));
}

KTEST(memmap, states_have_names)
{
	EXPECT(!strcmp(page_state_name(PAGE_ALLOCATED), "allocated"));
	EXPECT(!strcmp(page_state_name(PAGE_ALLOCATED + 1), "corrupted"));
}

static u64 account_total, account_image;

static void find_account(void *found, u64 ns __unused, int level __unused, const char *message,
			 size_t n)
{
	static const char begin[] = "mem: total ", image[] = " = image ";
	char copy[160], *at;

	n = min(n, sizeof(copy) - 1);
	memcpy(copy, message, n); /* it ends in no NUL */
	copy[n] = '\0';
	if (!strstarts(copy, begin) || !(at = strstr(copy, image)))
		return;
	account_total = simple_strtoull(copy + strlen(begin), NULL, 10);
	account_image = simple_strtoull(at + strlen(image), NULL, 10);
	*(bool *)found = true;
}

/* The account of the hand-over at start-up has all of memory, and the image with its size. */
KTEST(memmap, account_of_memory_and_the_image)
{
	extern char _stext[], _end[];
	bool found = false;

	printk_read_log(find_account, &found);
	if (!found) {
		ktest_skip("the log has gone round since start-up");
		return;
	}
	EXPECT_EQ(account_total, memblock_phys_mem_size());
	EXPECT_EQ(account_image, __pa(_end) - __pa(_stext));
}

/* Opening a pending section changes who has the memory, and not how much is free. */
KTEST(memmap, opening_a_section_keeps_the_count_of_free_pages)
{
	unsigned long before = nr_free_pages(), meta;
	unsigned long open = memmap_sections_open(&meta);
	struct zone *zone;
	bool any = false;

	for_each_zone(zone) {
		if (!zone->pending_pages)
			continue;
		any = true;
		EXPECT(memmap_open_zone(zone));
		EXPECT_EQ(nr_free_pages(), before);
		EXPECT(zone_check(zone) == NULL);
	}
	if (!any)
		ktest_skip("every section is open");
	else
		EXPECT(memmap_sections_open(&meta) > open);
}

KTEST(memmap, start_up_code_and_data_were_given_back)
{
	extern char __init_begin[], __init_end[];
	unsigned long pfn = PHYS_PFN(__pa(__init_begin)), end = PHYS_PFN(__pa(__init_end));

	EXPECT(pfn < end);
	for (; pfn < end; pfn++)
		EXPECT(!PageReserved(pfn_to_page(pfn)));
}

/* In open sections: what is RAM is reserved, or the allocator manages it. */
KTEST(memmap, every_frame_is_managed_reserved_or_a_hole)
{
	unsigned long ram = 0, reserved_frames = 0, managed = 0, pending = 0, section;
	const struct zone *zone;

	for_each_zone(zone) {
		managed += zone->managed_pages;
		pending += zone->pending_pages;
	}
	for (section = 0; section < 64; section++) {
		unsigned long i;

		for (i = 0; section_is_open(section) && i < SECTION_FRAMES; i++) {
			const struct page *page = pfn_to_page(section_to_pfn(section) + i);

			ram += page->state != PAGE_ABSENT;
			reserved_frames += page->state == PAGE_RESERVED;
		}
	}
	EXPECT_EQ(ram - reserved_frames, managed - pending);
}
