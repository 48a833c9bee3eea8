/* SPDX-License-Identifier: MIT */
/*
 * memblock: the allocator of start-up.
 *
 * Two sorted lists of ranges: the memory there is, and what of the address space
 * is taken, memory or not.
 *
 *   memory    [region 0                 )   [region 1              )
 *   reserved      [region 0 )     [region 1      )
 *   free      [  )          [     )              [                 )
 *
 * Free memory is nowhere listed: it is memory minus reserved, found by walking
 * both lists side by side.  To allocate is to find a place in that difference and
 * to reserve it; to free is to remove it from reserved.  An allocation is known by
 * nothing but its range, so neighbouring ones merge.
 *
 * Invariants of a type with regions r[0 .. cnt - 1]; memblock_core_check():
 *   1 <= cnt <= max
 *   sum of r[i].size == total_size
 *   cnt == 1 and r[0].size == 0, or every r[i].size > 0
 *   r[i].base + r[i].size <= r[i + 1].base, and where these are equal the node or
 *   the flags differ
 *
 * The arrays have INIT_MEMBLOCK_REGIONS regions to begin with.  A full one is
 * replaced by one of twice the size, which memblock allocates from itself, once
 * memblock_allow_resize() has said that everything in use is reserved.
 *
 * Pure: memblock_core_*() and the iterators work on whatever instance they are
 * handed, print nothing and touch no memory but that of a new array.
 * mm/memblock_boot.c applies them to the machine's instance.
 *
 * Locking: none; start-up is one CPU with interrupts off.  Contexts: start-up,
 * until mem_init() takes all free memory for the page allocator and retires this
 * one; after that the lists may be read.  Every operation is linear in the number
 * of regions, which is what start-up can afford and nothing else should.
 *
 * It does not know who allocated what, does not align sizes, and has no notion of
 * zones.  Interface and observable behaviour are those of Linux 6.1.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/memblock.h>
#include <linux/string.h>
#include <asm/page.h>

/* ---- regions --------------------------------------------------------------------------- */

static phys_addr_t region_end(const struct memblock_region *r)
{
	return r->base + r->size;
}

/* cap_size - @size, cut so that @base + @size does not wrap. */
static phys_addr_t cap_size(phys_addr_t base, phys_addr_t size)
{
	return min(size, ~(phys_addr_t)0 - base);
}

static bool is_empty(const struct memblock_type *type)
{
	return type->regions[0].size == 0;
}

static bool mergeable(const struct memblock_region *a, const struct memblock_region *b)
{
	return region_end(a) == b->base && a->nid == b->nid && a->flags == b->flags;
}

void memblock_core_merge(struct memblock_type *type)
{
	struct memblock_region *r = type->regions;
	unsigned long i, last = 0;

	for (i = 1; i < type->cnt; i++) {
		if (mergeable(&r[last], &r[i]))
			r[last].size += r[i].size;
		else
			r[++last] = r[i];
	}
	type->cnt = last + 1;
}

static void insert_at(struct memblock_type *type, unsigned long i,
		      const struct memblock_region *new)
{
	struct memblock_region *r = type->regions + i;

	memmove(r + 1, r, (type->cnt - i) * sizeof(*r));
	*r = *new;
	type->cnt++;
	type->total_size += new->size;
}

static void remove_at(struct memblock_type *type, unsigned long i)
{
	struct memblock_region *r = type->regions + i;

	type->total_size -= r->size;
	memmove(r, r + 1, (type->cnt - i - 1) * sizeof(*r));
	type->cnt--;
	if (type->cnt == 0) {
		type->cnt = 1;
		type->regions[0] = (struct memblock_region){.nid = MAX_NUMNODES};
	}
}

/*
 * fill_gaps - give @range to @type wherever no region has it already
 *
 * With @insert false it only counts.  Returns the number of regions added.
 */
static unsigned long fill_gaps(struct memblock_type *type, const struct memblock_region *range,
			       bool insert)
{
	struct memblock_region piece = *range;
	phys_addr_t end = region_end(range);
	unsigned long i, added = 0;

	for (i = 0; i < type->cnt && piece.base < end; i++) {
		phys_addr_t base = type->regions[i].base, resume = region_end(&type->regions[i]);

		if (resume <= piece.base)
			continue;
		if (base > piece.base) {
			piece.size = min(base, end) - piece.base;
			added++;
			if (insert)
				insert_at(type, i++, &piece);
		}
		piece.base = resume;
	}
	if (piece.base < end) {
		piece.size = end - piece.base;
		added++;
		if (insert)
			insert_at(type, i, &piece);
	}
	return added;
}

/*
 * place_array - a free place for a larger array
 *
 * @avoid is about to be reserved; the array of reserved regions must not land there.
 */
static phys_addr_t place_array(struct memblock *mb, phys_addr_t size,
			       const struct memblock_region *avoid)
{
	struct memblock_request req = {.size = size, .align = PAGE_SIZE, .nid = NUMA_NO_NODE};
	phys_addr_t place;

	if (avoid)
		req.min = region_end(avoid);
	place = memblock_core_find(mb, &req);
	if (place || !avoid || !avoid->base)
		return place;
	req.min = 0;
	req.max = min(avoid->base, mb->current_limit);
	return memblock_core_find(mb, &req);
}

/*
 * grow - replace @type's array by one of twice the size
 *
 * The new array is reserved before the old one is freed, or the array of reserved
 * regions, growing in its turn, could land on it.
 */
static int grow(struct memblock *mb, struct memblock_type *type,
		const struct memblock_region *avoid)
{
	struct memblock_region *old = type->regions, *new;
	phys_addr_t old_size = PAGE_ALIGN(type->max * sizeof(*old));
	phys_addr_t size = PAGE_ALIGN(2 * type->max * sizeof(*old));
	struct memblock_region taken = {.size = size, .nid = MAX_NUMNODES};
	bool grown = type->grown;

	if (!mb->can_resize)
		return -ENOMEM;
	taken.base = place_array(mb, size, type == &mb->reserved ? avoid : NULL);
	if (!taken.base)
		return -ENOMEM;
	if (type != &mb->reserved && memblock_core_add(mb, &mb->reserved, &taken))
		return -ENOMEM;
	new = phys_to_virt(taken.base);
	memcpy(new, old, type->cnt * sizeof(*old));
	type->regions = new;
	type->max *= 2;
	type->grown = true;
	if (type == &mb->reserved)
		memblock_core_add(mb, type, &taken); /* there is room now */
	if (grown)
		memblock_core_remove(mb, &mb->reserved, virt_to_phys(old), old_size);
	return 0;
}

int memblock_core_add(struct memblock *mb, struct memblock_type *type,
		      const struct memblock_region *range)
{
	struct memblock_region new = *range;

	new.size = cap_size(new.base, new.size);
	if (!new.size)
		return 0;
	if (is_empty(type)) {
		type->regions[0] = new;
		type->cnt = 1;
		type->total_size = new.size;
		return 0;
	}
	while (type->cnt + fill_gaps(type, &new, false) > type->max) {
		if (grow(mb, type, &new))
			return -ENOMEM;
	}
	fill_gaps(type, &new, true);
	memblock_core_merge(type);
	return 0;
}

/* split_at - make @addr the boundary of two regions, if it lies inside one. */
static void split_at(struct memblock_type *type, phys_addr_t addr)
{
	unsigned long i;

	for (i = 0; i < type->cnt; i++) {
		struct memblock_region *r = &type->regions[i];
		struct memblock_region tail = *r;

		if (addr <= r->base || addr >= region_end(r))
			continue;
		tail.base = addr;
		tail.size = region_end(r) - addr;
		r->size -= tail.size;
		type->total_size -= tail.size;
		insert_at(type, i + 1, &tail);
		return;
	}
}

int memblock_core_isolate(struct memblock *mb, struct memblock_type *type,
			  const struct memblock_region *range, unsigned long *first,
			  unsigned long *end)
{
	struct memblock_region want = *range;
	unsigned long i;

	*first = *end = 0;
	want.size = cap_size(want.base, want.size);
	if (!want.size || is_empty(type))
		return 0;
	while (type->cnt + 2 > type->max) {
		if (grow(mb, type, &want))
			return -ENOMEM;
	}
	split_at(type, want.base);
	split_at(type, region_end(&want));
	for (i = 0; i < type->cnt && type->regions[i].base < region_end(&want); i++) {
		if (type->regions[i].base < want.base)
			*first = i + 1;
		*end = i + 1;
	}
	return 0;
}

int memblock_core_remove(struct memblock *mb, struct memblock_type *type, phys_addr_t base,
			 phys_addr_t size)
{
	struct memblock_region range = {.base = base, .size = size};
	unsigned long first, end;

	if (memblock_core_isolate(mb, type, &range, &first, &end))
		return -ENOMEM;
	while (end > first)
		remove_at(type, --end);
	return 0;
}

void memblock_core_trim(struct memblock_type *type, phys_addr_t align)
{
	unsigned long i = 0;

	while (i < type->cnt && !is_empty(type)) {
		struct memblock_region *r = &type->regions[i];
		phys_addr_t start = (r->base + align - 1) & ~(align - 1);
		phys_addr_t end = region_end(r) & ~(align - 1);

		if (start >= end || start < r->base) {
			remove_at(type, i);
			continue;
		}
		type->total_size -= r->size - (end - start);
		r->base = start;
		r->size = end - start;
		i++;
	}
}

static const char *check_type(const struct memblock_type *type)
{
	const struct memblock_region *r = type->regions;
	phys_addr_t sum = 0;
	unsigned long i;

	if (type->cnt < 1 || type->cnt > type->max)
		return "1 <= cnt <= max";
	for (i = 0; i < type->cnt; i++) {
		sum += r[i].size;
		if (!r[i].size && type->cnt > 1)
			return "no empty region";
		if (region_end(&r[i]) < r[i].base)
			return "no region wraps";
		if (i && region_end(&r[i - 1]) > r[i].base)
			return "sorted and disjoint";
		if (i && mergeable(&r[i - 1], &r[i]))
			return "like neighbours are merged";
	}
	return sum == type->total_size ? NULL : "total_size is the sum of the sizes";
}

const char *memblock_core_check(const struct memblock *mb)
{
	const char *broken = check_type(&mb->memory);

	return broken ? broken : check_type(&mb->reserved);
}

/* ---- iteration ------------------------------------------------------------------------- */

/*
 * Position of an iterator: the region of type a in the low half, the gap of type b
 * in the high half.  Gap i lies before region i, gap cnt behind the last.
 */
static u64 position(unsigned long a, unsigned long b)
{
	return (u64)b << 32 | (u32)a;
}

static phys_addr_t gap_start(const struct memblock_type *type, unsigned long i)
{
	return i ? region_end(&type->regions[i - 1]) : 0;
}

static phys_addr_t gap_end(const struct memblock_type *type, unsigned long i)
{
	return i < type->cnt ? type->regions[i].base : ~(phys_addr_t)0;
}

/* skipped - is @r not asked for? */
static bool skipped(const struct memblock_region *r, int nid, enum memblock_flags flags)
{
	if (!r->size)
		return true;
	if (nid != NUMA_NO_NODE && nid != MAX_NUMNODES && nid != r->nid)
		return true;
	if (flags & MEMBLOCK_MIRROR && !memblock_is_mirror(r))
		return true;
	if (!(flags & MEMBLOCK_NOMAP) && memblock_is_nomap(r))
		return true;
	return !(flags & MEMBLOCK_DRIVER_MANAGED) && memblock_is_driver_managed(r);
}

static void put_range(const struct memblock_region *range, phys_addr_t *out_start,
		      phys_addr_t *out_end, int *out_nid)
{
	if (out_start)
		*out_start = range->base;
	if (out_end)
		*out_end = region_end(range);
	if (out_nid)
		*out_nid = range->nid;
}

/* in_gap - the part of @r that lies in gap @i of @type; false if there is none. */
static bool in_gap(const struct memblock_region *r, const struct memblock_type *type,
		   unsigned long i, struct memblock_region *part)
{
	phys_addr_t from = max(r->base, gap_start(type, i));
	phys_addr_t to = min(region_end(r), gap_end(type, i));

	*part = *r;
	part->base = from;
	part->size = to - from;
	return from < to;
}

void __next_mem_range(u64 *idx, int nid, enum memblock_flags flags, struct memblock_type *type_a,
		      struct memblock_type *type_b, phys_addr_t *out_start, phys_addr_t *out_end,
		      int *out_nid)
{
	unsigned long a = *idx & 0xffffffff, b = *idx >> 32;
	struct memblock_region part;

	for (; a < type_a->cnt; a++) {
		const struct memblock_region *r = &type_a->regions[a];

		if (skipped(r, nid, flags))
			continue;
		if (!type_b) {
			put_range(r, out_start, out_end, out_nid);
			*idx = position(a + 1, 0);
			return;
		}
		for (; b <= type_b->cnt && gap_start(type_b, b) < region_end(r); b++) {
			if (!in_gap(r, type_b, b, &part))
				continue;
			put_range(&part, out_start, out_end, out_nid);
			*idx = region_end(&part) == region_end(r) ? position(a + 1, b)
								  : position(a, b + 1);
			return;
		}
		/* The gap that begins behind this region may begin inside the next. */
	}
	*idx = ~0ULL;
}

void __next_mem_range_rev(u64 *idx, int nid, enum memblock_flags flags,
			  struct memblock_type *type_a, struct memblock_type *type_b,
			  phys_addr_t *out_start, phys_addr_t *out_end, int *out_nid)
{
	unsigned long a = *idx & 0xffffffff, b = *idx >> 32;
	struct memblock_region part;

	/* Here a and b count what is left: region a - 1 and gap b - 1 come next. */
	if (*idx == ~0ULL) {
		a = type_a->cnt;
		b = type_b ? type_b->cnt + 1 : 0;
	}
	for (; a > 0; a--) {
		const struct memblock_region *r = &type_a->regions[a - 1];

		if (skipped(r, nid, flags))
			continue;
		if (!type_b) {
			put_range(r, out_start, out_end, out_nid);
			*idx = position(a - 1, 0);
			return;
		}
		for (; b > 0 && gap_end(type_b, b - 1) > r->base; b--) {
			if (!in_gap(r, type_b, b - 1, &part))
				continue;
			put_range(&part, out_start, out_end, out_nid);
			*idx = part.base == r->base ? position(a - 1, b) : position(a, b - 1);
			return;
		}
	}
	*idx = ~0ULL;
}

/* ---- allocation ------------------------------------------------------------------------ */

static phys_addr_t find_bottom_up(struct memblock *mb, const struct memblock_request *req)
{
	phys_addr_t start, end, gap;
	u64 i;

	__for_each_mem_range(i, &mb->memory, &mb->reserved, req->nid, req->flags, &start, &end,
			     NULL)
	{
		start = clamp(start, req->min, req->max);
		end = clamp(end, req->min, req->max);
		gap = -start & (req->align - 1);
		if (req->size <= end - start && gap <= end - start - req->size)
			return start + gap;
	}
	return 0;
}

static phys_addr_t find_top_down(struct memblock *mb, const struct memblock_request *req)
{
	phys_addr_t start, end, place;
	u64 i;

	__for_each_mem_range_rev(i, &mb->memory, &mb->reserved, req->nid, req->flags, &start, &end,
				 NULL)
	{
		start = clamp(start, req->min, req->max);
		end = clamp(end, req->min, req->max);
		place = (end - req->size) & ~(req->align - 1);
		if (req->size <= end - start && place >= start)
			return place;
	}
	return 0;
}

phys_addr_t memblock_core_find(struct memblock *mb, const struct memblock_request *req)
{
	struct memblock_request r = *req;

	if (r.max == MEMBLOCK_ALLOC_ACCESSIBLE || r.max == MEMBLOCK_ALLOC_NOLEAKTRACE)
		r.max = mb->current_limit;
	r.min = max(r.min, (phys_addr_t)PAGE_SIZE);
	r.max = max(r.max, r.min);
	return mb->bottom_up ? find_bottom_up(mb, &r) : find_top_down(mb, &r);
}

phys_addr_t memblock_core_alloc(struct memblock *mb, const struct memblock_request *req)
{
	struct memblock_region taken = {.size = req->size, .nid = MAX_NUMNODES};
	struct memblock_request any = *req;

	taken.base = memblock_core_find(mb, req);
	if (taken.base && !memblock_core_add(mb, &mb->reserved, &taken))
		return taken.base;
	if (req->nid == NUMA_NO_NODE || req->exact)
		return 0;
	any.nid = NUMA_NO_NODE;
	taken.base = memblock_core_find(mb, &any);
	if (taken.base && !memblock_core_add(mb, &mb->reserved, &taken))
		return taken.base;
	return 0;
}
