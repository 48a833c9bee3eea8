/* SPDX-License-Identifier: MIT */
/*
 * The descriptors of page frames: struct page, at VMEMMAP_START + 32 * frame.
 *
 * Addresses are reserved for the descriptor of every frame that could be; memory
 * is mapped there only for sections that hold RAM (mm/section.c), and only when
 * somebody needs the section:
 *
 *     pending --- memmap_open() ---> open
 *
 *     pending   known to memblock alone.  The free frames count in their zone as
 *		 pending_pages; nothing has been written, and a descriptor cannot
 *		 be read.
 *     open	 described, and its free frames given to the buddy system, for good
 *
 * So starting a machine costs the same however much memory it has, and a section
 * costs some four instructions a frame when the zone runs out of open ones.
 * memblock is left as it is after the hand-over: it is the record of what pending
 * sections hold.
 *
 * The table entries for sections (page-directory level) are made at start-up, one
 * page for 128 GiB of RAM, so that opening a section allocates nothing.
 *
 * Invariants:
 *     a section is open  <=>  its bit in open_sections is set
 *		<=>  all its descriptors can be read; those without RAM are zero
 *     zone->pending_pages == free frames of the zone in pending sections, less
 *		those that descriptors will take
 *
 * Locking: memmap_lock, then zone->lock inside it.  A section's bit is set when
 * its descriptors are complete, before the buddy system sees any of them.
 *
 * Not done: sections are never closed; memory cannot be removed.
 */
#include <linux/kernel.h>
#include <linux/bug.h>
#include <linux/init.h>
#include <linux/kasan.h>
#include <linux/memblock.h>
#include <linux/mm.h>
#include <linux/printk.h>
#include <linux/spinlock.h>
#include <linux/topology.h>
#include <asm/pgtable.h>
#include "internal.h"
#include "memmap.h"
#include "page_state.h"
#include "zone.h"

static DECLARE_BITMAP(open_sections, NR_SECTIONS);
static DEFINE_SPINLOCK_RANK(memmap_lock, LOCK_RANK_MEMMAP);
static unsigned long nr_open;
static unsigned long meta_frames;

/* What the descriptors of chunks without RAM read as: PAGE_ABSENT. */
static const u8 absent_page[PAGE_SIZE] __aligned(4096);

bool section_is_open(unsigned long section)
{
	return section < NR_SECTIONS && test_bit(section, open_sections);
}

bool pfn_valid(unsigned long pfn)
{
	return pfn < MAX_FRAMES && section_is_open(pfn_to_section(pfn)) &&
	       pfn_to_page(pfn)->state != PAGE_ABSENT;
}

bool page_valid(const struct page *page)
{
	unsigned long offset = (unsigned long)page - VMEMMAP_START;

	return offset < MAX_FRAMES * sizeof(*page) && offset % sizeof(*page) == 0 &&
	       pfn_valid(offset / sizeof(*page));
}

bool __virt_addr_valid(unsigned long addr)
{
	unsigned long pfn = PHYS_PFN(addr - PAGE_OFFSET);

	return addr - PAGE_OFFSET < DIRECT_MAP_SIZE && pfn < highmem_start_pfn && pfn_valid(pfn);
}

bool page_is_ram(unsigned long pfn)
{
	struct frame_run run;

	return next_frame_run(&memblock, pfn, pfn + 1, &run);
}

unsigned long memmap_sections_open(unsigned long *frames)
{
	*frames = meta_frames;
	return nr_open;
}

static pmd_t *section_pmd(unsigned long section)
{
	unsigned long va = (unsigned long)pfn_to_page(section_to_pfn(section));

	return pmd_offset(pud_offset(pgd_offset_k(va), va), va);
}

static void __init *table_page(void)
{
	void *table = pt_page_alloc();

	if (!table)
		panic("mem: no memory for the page tables of descriptors");
	return table;
}

/* Makes the tables above the entry of a section. */
static void __init prepare_tables(unsigned long section)
{
	unsigned long va = (unsigned long)pfn_to_page(section_to_pfn(section));
	pgd_t *pgd = pgd_offset_k(va);
	pud_t *pud;

	if (!pgd_present(*pgd))
		pgd_populate(pgd, table_page());
	pud = pud_offset(pgd, va);
	if (!pud_present(*pud))
		pud_populate(pud, table_page());
}

/*
 * The last table of a section whose own frames have no address: made now, since
 * opening allocates nothing.  The frame that the plan has for it stays unused.
 */
static void __init prepare_high_table(unsigned long section)
{
	struct section_plan plan;

	section_plan(&plan, &memblock, section);
	if (plan.worth && !plan.huge && !pmd_present(*section_pmd(section)))
		pmd_populate(section_pmd(section), table_page());
}

static void __init prepare_high_tables(void)
{
	struct frame_run run = {.end = highmem_start_pfn};
	int nid;

	if (highmem_start_pfn == ~0UL)
		return;
	while (next_frame_run(&memblock, run.end, MAX_FRAMES, &run)) {
		unsigned long section = pfn_to_section(run.start);

		for (; section <= pfn_to_section(run.end - 1); section++)
			if (!section_plain_run(&memblock, section, &nid))
				prepare_high_table(section);
	}
}

static void __init prepare_all_tables(void)
{
	struct frame_run run = {.end = 0};

	while (next_frame_run(&memblock, run.end, MAX_FRAMES, &run)) {
		unsigned long section = pfn_to_section(run.start);
		unsigned long last = pfn_to_section(run.end - 1);

		for (; section <= last; section = round_down(section, 512) + 512)
			prepare_tables(section);
	}
}

/* Counts free frames, which may span zones, as pending. */
static void __init add_pending(int nid, unsigned long start, unsigned long end)
{
	while (start < end) {
		enum zone_type type = zone_type_of(start);
		struct zone *zone = &node_data[nid]->zones[type];
		unsigned long stop = min(end, zone_type_end(type));

		zone->pending_pages += stop - start;
		zone->managed_pages += stop - start;
		start = stop;
	}
}

static void __init count_planned(struct memmap_totals *totals, unsigned long section)
{
	struct section_plan plan;
	struct section_piece piece;
	struct frame_run run;
	unsigned long free = 0;

	section_plan(&plan, &memblock, section);
	for (run.end = plan.start; next_frame_run(&memblock, run.end, plan.end, &run);)
		free += run.free ? run.end - run.start : 0;
	if (!plan.worth) {
		totals->left_out += free;
		return;
	}
	totals->left_out += free - plan.nr_free;
	totals->descriptors += plan.cost;
	totals->free += plan.nr_free - plan.cost;
	for (piece.end = plan.start; section_next_piece(&plan, piece.end, &piece);)
		if (piece.kind == PIECE_FREE)
			add_pending(piece.nid, piece.start, piece.end);
}

/* Sections of one zone that are all RAM: the plan of each would be the same. */
static void __init count_plain(struct memmap_totals *totals, unsigned long section,
			       unsigned long nr, int nid)
{
	unsigned long start = section_to_pfn(section);
	unsigned long cost = nr * SECTION_HUGE_COST;

	add_pending(nid, start, start + section_to_pfn(nr) - cost);
	totals->descriptors += cost;
	totals->free += section_to_pfn(nr) - cost;
}

static void __init count_sections(struct memmap_totals *totals)
{
	struct frame_run run;
	unsigned long section = 0;

	while (next_frame_run(&memblock, section_to_pfn(section), MAX_FRAMES, &run)) {
		unsigned long plain;
		int nid;

		section = pfn_to_section(run.start);
		plain = section ? section_plain_run(&memblock, section, &nid) : 0;
		if (plain)
			count_plain(totals, section, plain, nid);
		else
			count_planned(totals, section);
		section += max(plain, 1UL);
	}
}

static void __init count_present(void)
{
	struct frame_run run = {.end = 0};
	int nid;

	for_each_online_node(nid) zone_add_node(nid);
	while (next_frame_run(&memblock, run.end, MAX_FRAMES, &run))
		zone_add_present(zone_add_node(run.nid), run.start, run.end);
}

void __init memmap_init(struct memmap_totals *totals)
{
	if (memblock_end_of_DRAM() > PFN_PHYS(MAX_FRAMES)) {
		pr_warn("mem: memory beyond 16 TiB is left out\n");
		memblock_cap_memory_range(0, PFN_PHYS(MAX_FRAMES));
	}
	prepare_all_tables();
	prepare_high_tables();
	count_present();
	count_sections(totals);
}

/* The next frame of the section that is set aside for descriptors, after @pfn. */
static unsigned long next_meta(const struct section_plan *plan, unsigned long pfn)
{
	struct section_piece piece = {.end = pfn};

	do {
		if (!section_next_piece(plan, piece.end, &piece))
			panic("mem: section %#lx has too few frames for its descriptors",
			      pfn_to_section(plan->start));
	} while (piece.kind != PIECE_META);
	return piece.start;
}

/* Maps one page of descriptors for each described chunk. */
static void map_pages(const struct section_plan *plan)
{
	unsigned long pfn = next_meta(plan, plan->start);
	pmd_t *pmd = section_pmd(pfn_to_section(plan->start));
	pte_t *table = pmd_present(*pmd) ? pte_offset_kernel(pmd, 0UL) : pfn_to_kaddr(pfn);
	unsigned long chunk;

	for (chunk = 0; chunk < SECTION_CHUNKS; chunk++) {
		if (test_bit(chunk, plan->described)) {
			pfn = next_meta(plan, pfn + 1);
			set_pte(&table[chunk], pfn_pte(pfn, PAGE_KERNEL));
		} else {
			set_pte(&table[chunk], pfn_pte(virt_to_pfn(absent_page), PAGE_KERNEL_RO));
		}
	}
	pmd_populate(pmd, table);
}

static void map_section(const struct section_plan *plan)
{
	unsigned long section = pfn_to_section(plan->start);

	if (plan->huge)
		set_pmd(section_pmd(section), pfn_pmd(plan->meta_start, PAGE_KERNEL));
	else
		map_pages(plan);
}

static void fill_descriptors(unsigned long start, unsigned long end, u64 word)
{
	struct page *page = pfn_to_page(start);
	unsigned long n = end - start, seed = min(n, 8UL), i;

	for (i = 0; i < seed; i++)
		page[i] = (struct page){.word = word};
	copy_words(page + seed, page, (n - seed) * (sizeof(*page) / 8));
}

static void clear_holes(const struct section_plan *plan)
{
	unsigned long chunk;

	for (chunk = 0; chunk < SECTION_CHUNKS; chunk++)
		if (!test_bit(chunk, plan->full) &&
		    (plan->huge || test_bit(chunk, plan->described)))
			clear_page(pfn_to_page(plan->start + (chunk << CHUNK_SHIFT)));
}

static void describe(const struct section_plan *plan)
{
	struct section_piece piece = {.end = plan->start};

	clear_holes(plan);
	while (section_next_piece(plan, piece.end, &piece)) {
		u32 tag = PAGE_TAG(zone_type_of(piece.start), piece.nid);
		enum page_state state = piece.kind == PIECE_FREE ? PAGE_INTERIOR : PAGE_RESERVED;

		fill_descriptors(piece.start, piece.end, PAGE_WORD(state, 0, tag));
	}
}

static void hand_over(const struct section_piece *piece)
{
	struct zone *zone = &node_data[piece->nid]->zones[zone_type_of(piece->start)];

	kasan_poison_frames(piece->start, piece->end);
	spin_lock(&zone->lock);
	buddy_add(&zone->buddy, piece->start, piece->end);
	zone->pending_pages -= piece->end - piece->start;
	spin_unlock(&zone->lock);
}

static bool open_locked(unsigned long section)
{
	struct section_plan plan;
	struct section_piece piece;

	if (section_is_open(section))
		return false;
	section_plan(&plan, &memblock, section);
	if (!plan.worth)
		return false;
	map_section(&plan);
	describe(&plan);
	nr_open++;
	meta_frames += plan.cost;
	smp_wmb();
	__set_bit(section, open_sections);
	for (piece.end = plan.start; section_next_piece(&plan, piece.end, &piece);)
		if (piece.kind == PIECE_FREE)
			hand_over(&piece);
	return true;
}

bool memmap_open(unsigned long section)
{
	unsigned long flags;
	bool opened;

	spin_lock_irqsave(&memmap_lock, flags);
	opened = open_locked(section);
	spin_unlock_irqrestore(&memmap_lock, flags);
	return opened;
}

bool memmap_open_zone(struct zone *zone)
{
	unsigned long end = zone->start_pfn + zone->spanned_pages;
	struct frame_run run = {.end = zone->start_pfn};

	while (READ_ONCE(zone->pending_pages) && next_frame_run(&memblock, run.end, end, &run)) {
		unsigned long section = pfn_to_section(run.start);
		unsigned long last = pfn_to_section(run.end - 1);

		for (; section <= last; section++)
			if (memmap_open(section))
				return true;
	}
	return false;
}
