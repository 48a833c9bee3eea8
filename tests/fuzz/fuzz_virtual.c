/* SPDX-License-Identifier: MIT */
/*
 * Virtual ranges, at two levels.
 *
 *   varena	the arena by itself: 1024 pages, and a bit for each as its model.  A request
 *		is met exactly if the model has a place that fits it.
 *   vmalloc	what is built on it: areas that are really mapped, of pages allocated for
 *		them (vmalloc) or given (vmap).  Their contents stay, the pages behind them
 *		are theirs alone, and both are gone afterwards.
 */
#include <linux/bitmap.h>
#include <linux/gfp.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/vmalloc.h>
#include "../../mm/vmap.h"
#include "../../mm/vmap_arena.h"
#include "fuzz_objects.h"

#define BASE	 0xffffc90000000000UL
#define PAGES	 1024UL
#define MAX_USED 128

/* ---- the arena ------------------------------------------------------------------------- */

static struct varena arena;
static struct vseg tags[2 * MAX_USED + 8];
static struct vseg *used[MAX_USED];
static unsigned int nr_used;
static DECLARE_BITMAP(taken, PAGES);

/* A range that has to cross a boundary begins at one. */
static bool crosses(unsigned long at, unsigned long n, unsigned long nocross)
{
	unsigned long start = BASE + at * PAGE_SIZE, last = start + n * PAGE_SIZE - 1;

	return nocross && (start ^ last) & ~(nocross - 1) && start & (nocross - 1);
}

static bool place_is(unsigned long at, const struct varena_request *req)
{
	unsigned long start = BASE + at * PAGE_SIZE, n = req->size / PAGE_SIZE;

	if (at + n > PAGES || start & (req->align - 1) || start < req->min ||
	    start + req->size > req->max || crosses(at, n, req->nocross))
		return false;
	return find_next_bit(taken, PAGES, at) >= at + n;
}

static bool has_place(const struct varena_request *req)
{
	for (unsigned long at = 0; at < PAGES; at++) {
		if (place_is(at, req))
			return true;
	}
	return false;
}

static void arena_alloc(struct fuzz_input *in)
{
	u8 how = fuzz_u8(in);
	unsigned long n = fuzz_size(in, 512);
	struct varena_request req = {
		.size = n * PAGE_SIZE,
		.align = PAGE_SIZE << (how & 7),
		.min = BASE,
		.max = BASE + PAGES * PAGE_SIZE,
	};
	struct vseg *seg;
	unsigned long at;

	if (nr_used == MAX_USED)
		return;
	if (how & 0x10)
		req.nocross = max(roundup_pow_of_two(req.size) << (how >> 6) >> 1, PAGE_SIZE);
	if (how & 0x20) {
		req.min = BASE + fuzz_u16(in) % PAGES * PAGE_SIZE;
		req.max = req.min + fuzz_u16(in) % (PAGES + 1) * PAGE_SIZE;
	}
	seg = varena_alloc(&arena, &req);
	fuzz_check(!seg == !has_place(&req));
	if (!seg)
		return;
	at = (seg->start - BASE) / PAGE_SIZE;
	fuzz_check(seg->end - seg->start == req.size && place_is(at, &req));
	bitmap_set(taken, at, n);
	used[nr_used++] = seg;
}

static void arena_free(struct fuzz_input *in)
{
	unsigned int i = fuzz_below(in, nr_used);

	if (!nr_used)
		return;
	bitmap_clear(taken, (used[i]->start - BASE) / PAGE_SIZE,
		     (used[i]->end - used[i]->start) / PAGE_SIZE);
	varena_free(&arena, used[i]);
	used[i] = used[--nr_used];
}

static void arena_find(struct fuzz_input *in)
{
	unsigned long at = fuzz_u16(in) % (PAGES + 2), addr = BASE + at * PAGE_SIZE + fuzz_u8(in);
	const struct vseg *seg = varena_find(&arena, addr);

	fuzz_check(!seg == (at >= PAGES));
	if (seg) {
		fuzz_check(addr >= seg->start && addr < seg->end);
		fuzz_check(test_bit(at, taken) == (seg->kind == VSEG_USED));
	}
}

static void run_arena(const u8 *data, size_t size)
{
	struct fuzz_input in = {data, size};

	varena_init(&arena, BASE, BASE + PAGES * PAGE_SIZE, &tags[0]);
	for (unsigned int i = 1; i < ARRAY_SIZE(tags); i++)
		varena_give_tag(&arena, &tags[i]);
	bitmap_zero(taken, PAGES);
	nr_used = 0;
	while (in.left) {
		u8 op = fuzz_u8(&in) % 8;

		if (op < 4)
			arena_alloc(&in);
		else if (op < 7)
			arena_free(&in);
		else
			arena_find(&in);
		fuzz_sound(varena_check(&arena));
		fuzz_check(arena.free_bytes == (PAGES - bitmap_weight(taken, PAGES)) * PAGE_SIZE);
		fuzz_check(arena.nr_used == nr_used);
	}
	while (nr_used)
		arena_free(&in);
	fuzz_check(arena.nr_free == 1 && arena.nr_spare == ARRAY_SIZE(tags) - 1);
	fuzz_sound(varena_check(&arena));
}

const struct fuzz_target fuzz_varena = {.name = "varena", .max_len = 512, .run = run_arena};

/* ---- mapped areas ---------------------------------------------------------------------- */

#define MAX_BYTES (700UL << 10)

static struct objects areas;

static void check_behind(const u8 *p, size_t size)
{
	for (size_t at = 0; at < size; at += 16 * PAGE_SIZE) {
		struct page *page = vmalloc_to_page(p + at);

		fuzz_check(page && vmalloc_to_pfn(p + at) == page_to_pfn(page));
		if (!PageHighMem(page))
			fuzz_check(*(u8 *)page_address(page) == p[at]);
	}
	fuzz_check(!vmalloc_to_page(p + PAGE_ALIGN(size)));
}

static void area_took(void *p, size_t size, unsigned long align, bool zeroed)
{
	fuzz_check(p); /* memory for all of it is there */
	fuzz_check(is_vmalloc_addr(p) && !((unsigned long)p & (align - 1)));
	fuzz_check(!zeroed || !memchr_inv(p, 0, size));
	objects_add(&areas, p, size);
	check_behind(p, size);
}

static void area_alloc(struct fuzz_input *in)
{
	u8 how = fuzz_u8(in);
	unsigned long size = fuzz_size(in, MAX_BYTES), align = PAGE_SIZE << (how >> 5);
	gfp_t gfp = GFP_KERNEL | __GFP_NOWARN | (how & 1 ? __GFP_ZERO : 0);

	if (areas.nr < MAX_OBJECTS / 4)
		area_took(__vmalloc_node(size, align, gfp, NUMA_NO_NODE, area_alloc), size, align,
			  how & 1);
}

static void area_free(struct fuzz_input *in)
{
	if (!areas.nr)
		return;
	vfree(objects_take(&areas, fuzz_below(in, areas.nr)).p);
}

/* Given pages, some of them twice: what is written to one is seen at the other. */
static void area_map(struct fuzz_input *in)
{
	unsigned int n = 1 + fuzz_below(in, 12), twice = fuzz_below(in, n);
	struct page *pages[12];
	unsigned int got;
	u8 *p;

	for (got = 0; got < n; got++) {
		pages[got] = got && got == twice ? pages[0] : alloc_page(GFP_KERNEL);
		fuzz_check(pages[got]);
		*(u8 *)page_address(pages[got]) = (u8)got;
	}
	p = vmap(pages, n, VM_MAP, PAGE_KERNEL);
	fuzz_check(p);
	for (unsigned int i = 0; i < n; i++) {
		fuzz_check(vmalloc_to_page(p + i * PAGE_SIZE) == pages[i]);
		fuzz_check(p[i * PAGE_SIZE] == *(u8 *)page_address(pages[i]));
		p[i * PAGE_SIZE] = (u8)(i + 100);
	}
	fuzz_check(!twice || *p == (u8)(twice + 100));
	vunmap(p);
	for (unsigned int i = 0; i < n; i++) {
		if (!i || i != twice)
			__free_page(pages[i]);
	}
}

static void area_settle(struct fuzz_input *in)
{
	if (fuzz_u8(in) & 1)
		vm_unmap_aliases();
	else
		vmap_drain();
}

static void run_areas(const u8 *data, size_t size)
{
	static void (*const op[])(struct fuzz_input *) = {area_alloc, area_alloc, area_free,
							  area_free,  area_map,	  area_settle};
	struct fuzz_holdings before = fuzz_holdings();
	struct fuzz_input in = {data, size};
	unsigned long areas_before = vmalloc_nr_areas();

	areas.nr = 0;
	while (in.left) {
		op[fuzz_below(&in, ARRAY_SIZE(op))](&in);
		fuzz_sound(vmap_check());
		fuzz_check(vmalloc_nr_areas() == areas_before + areas.nr);
	}
	while (areas.nr)
		vfree(objects_take(&areas, 0).p);
	fuzz_settled(&before);
}

const struct fuzz_target fuzz_vmalloc = {.name = "vmalloc", .max_len = 256, .run = run_areas};
