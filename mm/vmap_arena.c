/* SPDX-License-Identifier: MIT */
/*
 * An arena of address ranges, after Bonwick and Adams, "Magazines and Vmem"
 * (USENIX 2001): boundary tags, and power-of-two segregated free lists.
 *
 *   start                                                              end
 *   | used | free | used | used |            free                        |
 *     vseg <-> vseg <-> vseg <-> vseg <-> vseg          first, prev, next
 *               |                          |
 *            free[2]                   free[31]         list_prev, list_next
 *
 * Every segment, free or used, has a tag, and all tags are chained by address,
 * so freeing finds both neighbours in two loads and merges at once.  A request
 * for n pages is satisfied by any segment on list ceil(log2 n) or above ("instant
 * fit"), found in a bitmap of non-empty lists.  Where a constraint spoils the
 * head of every such list, or only the list below holds something large enough,
 * all candidates are tried, so a range is found whenever there is one.
 *
 * Invariants (varena_check()):
 *   segments tile [start, end):	first->start = start, s->next->start = s->end,
 *					last->end = end, no segment is empty
 *   free segments are maximal:		no two neighbours are both free
 *   free[k] holds exactly the free segments of 2^k .. 2^(k+1) - 1 pages
 *   nonempty bit k = (free[k] != NULL)
 *   free_bytes = sum of free sizes, nr_free and nr_used count the segments
 *
 * Pure: nothing here allocates, sleeps, locks or prints; the caller serialises.
 * Tags are the caller's: it keeps VARENA_TAGS_PER_ALLOC in stock before each
 * allocation, and merging puts tags into stock.  What the arena does not do:
 * it caches no sizes (mm/vmap.c does) and finds no segment by address quickly
 * (the caller keeps the tag).
 */
#include "vmap_arena.h"

static unsigned long seg_size(const struct vseg *seg)
{
	return seg->end - seg->start;
}

/* Index of the list for segments of @size bytes: floor(log2(pages)). */
static unsigned int list_of(unsigned long size)
{
	return 63 - (unsigned int)__builtin_clzl(size >> PAGE_SHIFT);
}

static void list_insert(struct varena *a, struct vseg *seg)
{
	unsigned int k = list_of(seg_size(seg));

	seg->kind = VSEG_FREE;
	seg->list = (u8)k;
	seg->list_prev = NULL;
	seg->list_next = a->free[k];
	if (seg->list_next)
		seg->list_next->list_prev = seg;
	a->free[k] = seg;
	a->nonempty |= 1ULL << k;
	a->nr_free++;
	a->free_bytes += seg_size(seg);
}

static void list_remove(struct varena *a, struct vseg *seg)
{
	if (seg->list_prev)
		seg->list_prev->list_next = seg->list_next;
	else
		a->free[seg->list] = seg->list_next;
	if (seg->list_next)
		seg->list_next->list_prev = seg->list_prev;
	if (!a->free[seg->list])
		a->nonempty &= ~(1ULL << seg->list);
	a->nr_free--;
	a->free_bytes -= seg_size(seg);
}

void varena_give_tag(struct varena *a, struct vseg *tag)
{
	tag->kind = VSEG_SPARE;
	tag->list_next = a->spare;
	a->spare = tag;
	a->nr_spare++;
}

struct vseg *varena_take_tag(struct varena *a)
{
	struct vseg *tag = a->spare;

	if (tag) {
		a->spare = tag->list_next;
		a->nr_spare--;
	}
	return tag;
}

void varena_init(struct varena *a, unsigned long start, unsigned long end, struct vseg *tag)
{
	*a = (struct varena){.start = start, .end = end, .first = tag};
	*tag = (struct vseg){.start = start, .end = end};
	list_insert(a, tag);
}

static unsigned long align_up(unsigned long x, unsigned long align)
{
	return (x + align - 1) & ~(align - 1);
}

/*
 * Where the request fits into @seg; 0 if it does not.  No arena starts at 0,
 * and rounding up may wrap to it.
 */
static unsigned long place_in(const struct vseg *seg, const struct varena_request *req)
{
	unsigned long low = seg->start > req->min ? seg->start : req->min;
	unsigned long high = seg->end < req->max ? seg->end : req->max;
	unsigned long at = align_up(low, req->align);

	if (at < low)
		return 0;
	if (req->nocross && (at ^ (at + req->size - 1)) & ~(req->nocross - 1)) {
		at = align_up(at, req->nocross);
		if (at < low)
			return 0;
	}
	return at < high && high - at >= req->size ? at : 0;
}

/* The head of a list whose every segment is large enough, where it also meets the constraints. */
static struct vseg *instant_fit(const struct varena *a, const struct varena_request *req)
{
	unsigned int least = list_of(req->size);
	u64 lists;

	if (req->size != PAGE_SIZE << least)
		least++;
	for (lists = a->nonempty >> least << least; lists; lists &= lists - 1) {
		struct vseg *seg = a->free[__builtin_ctzll(lists)];

		if (place_in(seg, req))
			return seg;
	}
	return NULL;
}

/* Any segment that fits, smaller lists first. */
static struct vseg *exhaustive_fit(const struct varena *a, const struct varena_request *req)
{
	unsigned int least = list_of(req->size);
	u64 lists;

	for (lists = a->nonempty >> least << least; lists; lists &= lists - 1)
		for (struct vseg *seg = a->free[__builtin_ctzll(lists)]; seg; seg = seg->list_next)
			if (place_in(seg, req))
				return seg;
	return NULL;
}

/* Cuts [at, ...) off @seg, which keeps the part below; returns the upper part's tag. */
static struct vseg *cut(struct varena *a, struct vseg *seg, unsigned long at)
{
	struct vseg *upper = varena_take_tag(a);

	*upper = (struct vseg){.start = at, .end = seg->end, .prev = seg, .next = seg->next};
	if (seg->next)
		seg->next->prev = upper;
	seg->next = upper;
	seg->end = at;
	return upper;
}

struct vseg *varena_alloc(struct varena *a, const struct varena_request *req)
{
	struct vseg *seg = instant_fit(a, req);
	unsigned long at;

	if (!seg)
		seg = exhaustive_fit(a, req);
	if (!seg || a->nr_spare < VARENA_TAGS_PER_ALLOC)
		return NULL;

	at = place_in(seg, req);
	list_remove(a, seg);
	if (at != seg->start) {
		struct vseg *low = seg;

		seg = cut(a, low, at);
		list_insert(a, low);
	}
	if (seg_size(seg) != req->size)
		list_insert(a, cut(a, seg, at + req->size));
	seg->kind = VSEG_USED;
	a->nr_used++;
	return seg;
}

/* Lets @seg swallow the segment above it, whose tag goes into stock. */
static void merge_next(struct varena *a, struct vseg *seg)
{
	struct vseg *gone = seg->next;

	seg->end = gone->end;
	seg->next = gone->next;
	if (seg->next)
		seg->next->prev = seg;
	varena_give_tag(a, gone);
}

void varena_free(struct varena *a, struct vseg *seg)
{
	a->nr_used--;
	if (seg->next && seg->next->kind == VSEG_FREE) {
		list_remove(a, seg->next);
		merge_next(a, seg);
	}
	if (seg->prev && seg->prev->kind == VSEG_FREE) {
		seg = seg->prev;
		list_remove(a, seg);
		merge_next(a, seg);
	}
	list_insert(a, seg);
}

struct vseg *varena_find(const struct varena *a, unsigned long addr)
{
	for (struct vseg *seg = a->first; seg; seg = seg->next)
		if (addr >= seg->start && addr < seg->end)
			return seg;
	return NULL;
}

/* Walks the segments by address; tells how many of each kind there are. */
static const char *check_tiling(const struct varena *a, unsigned long *free, unsigned long *used,
				unsigned long *free_bytes)
{
	unsigned long at = a->start;
	const struct vseg *prev = NULL;

	for (const struct vseg *seg = a->first; seg; prev = seg, seg = seg->next) {
		if (seg->start != at || seg->end <= seg->start || (seg->end & (PAGE_SIZE - 1)))
			return "segments do not tile the arena";
		if (seg->prev != prev)
			return "a segment's lower neighbour is wrong";
		if (seg->kind != VSEG_FREE && seg->kind != VSEG_USED)
			return "a segment is neither free nor used";
		if (seg->kind == VSEG_FREE && prev && prev->kind == VSEG_FREE)
			return "two free segments touch";
		if (seg->kind == VSEG_FREE) {
			++*free;
			*free_bytes += seg_size(seg);
		} else {
			++*used;
		}
		at = seg->end;
	}
	return at == a->end ? NULL : "segments do not reach the arena's end";
}

static const char *check_list(const struct varena *a, unsigned int k, unsigned long *listed)
{
	const struct vseg *prev = NULL;

	if ((a->nonempty >> k & 1) != (a->free[k] != NULL))
		return "the bitmap of non-empty lists is wrong";
	for (const struct vseg *seg = a->free[k]; seg; prev = seg, seg = seg->list_next) {
		if (seg->kind != VSEG_FREE)
			return "a free list holds a segment that is not free";
		if (seg->list != k || list_of(seg_size(seg)) != k)
			return "a free segment is on the wrong list";
		if (seg->list_prev != prev)
			return "a free list is not doubly linked";
		if (++*listed > a->nr_free)
			return "the free lists hold too many segments";
	}
	return NULL;
}

const char *varena_check(const struct varena *a)
{
	unsigned long free = 0, used = 0, free_bytes = 0, listed = 0;
	unsigned int spare = 0;
	const char *wrong = check_tiling(a, &free, &used, &free_bytes);

	if (wrong)
		return wrong;
	if (free != a->nr_free || used != a->nr_used || free_bytes != a->free_bytes)
		return "the counts do not match the segments";
	for (unsigned int k = 0; k < VARENA_LISTS; k++) {
		wrong = check_list(a, k, &listed);
		if (wrong)
			return wrong;
	}
	if (listed != free)
		return "a free segment is on no list";
	for (const struct vseg *tag = a->spare; tag; tag = tag->list_next)
		if (tag->kind != VSEG_SPARE || ++spare > a->nr_spare)
			return "the stock of tags is wrong";
	return spare == a->nr_spare ? NULL : "tags are missing from the stock";
}
