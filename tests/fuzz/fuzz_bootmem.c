/* SPDX-License-Identifier: MIT */
/*
 * The allocator of start-up, on an instance of its own over made-up addresses.
 *
 * The model has one byte for each of 256 units of memory: whether it exists, on which
 * node, with which flags, and whether it is taken.  After each operation the invariants
 * hold, and going over the free ranges in both directions gives the model's.  An
 * allocation takes the place that the model says: the highest, or the lowest, that fits.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/memblock.h>
#include "../memblock_instance.h"
#include "fuzz.h"

#define UNITS 256
#define UNIT  64ULL
#define BASE  (1ULL << 20)
#define NODES 3

static struct memblock_tables tables;
static struct memblock mb;

static struct unit {
	bool memory;
	bool taken;
	u8 nid;
	u8 flags;
} model[UNITS];

static struct span {
	unsigned int from, n;
} read_span(struct fuzz_input *in)
{
	struct span s;

	s.from = fuzz_below(in, UNITS);
	s.n = fuzz_u8(in);
	s.n = min(s.n, UNITS - s.from);
	return s;
}

static phys_addr_t address(unsigned int unit)
{
	return BASE + unit * UNIT;
}

/* ---- operations ------------------------------------------------------------------------ */

static void op_add(struct fuzz_input *in)
{
	struct span s = read_span(in);
	u8 what = fuzz_u8(in);
	struct memblock_region range = {
		.base = address(s.from),
		.size = s.n * UNIT,
		.nid = what % NODES,
		.flags = what & 0x10 ? MEMBLOCK_MIRROR : MEMBLOCK_NONE,
	};

	if (memblock_core_add(&mb, &mb.memory, &range))
		return;
	for (unsigned int u = s.from; u < s.from + s.n; u++) {
		if (!model[u].memory)
			model[u] =
				(struct unit){true, model[u].taken, (u8)range.nid, (u8)range.flags};
	}
}

static void op_remove(struct fuzz_input *in)
{
	struct span s = read_span(in);

	if (memblock_core_remove(&mb, &mb.memory, address(s.from), s.n * UNIT))
		return;
	for (unsigned int u = s.from; u < s.from + s.n; u++)
		model[u].memory = false;
}

static void op_reserve(struct fuzz_input *in)
{
	struct span s = read_span(in);
	struct memblock_region range = {.base = address(s.from), .size = s.n * UNIT};

	if (memblock_core_add(&mb, &mb.reserved, &range))
		return;
	for (unsigned int u = s.from; u < s.from + s.n; u++)
		model[u].taken = true;
}

static void op_free(struct fuzz_input *in)
{
	struct span s = read_span(in);

	if (memblock_core_remove(&mb, &mb.reserved, address(s.from), s.n * UNIT))
		return;
	for (unsigned int u = s.from; u < s.from + s.n; u++)
		model[u].taken = false;
}

/* A range lies in one region of memory: the node and the flags of all its units are the same. */
static bool fits(unsigned int at, unsigned int n, const struct memblock_request *req)
{
	if (address(at) & (req->align - 1) || at + n > UNITS || address(at) < req->min ||
	    (req->max && address(at + n) > req->max))
		return false;
	for (unsigned int u = at; u < at + n; u++) {
		if (!model[u].memory || model[u].taken || model[u].nid != model[at].nid ||
		    model[u].flags != model[at].flags)
			return false;
	}
	return (req->nid == NUMA_NO_NODE || model[at].nid == req->nid) &&
	       (!req->flags || model[at].flags == req->flags);
}

/* The unit at which memory must be found, or UNITS. */
static unsigned int model_find(unsigned int n, const struct memblock_request *req)
{
	for (unsigned int k = 0; k < UNITS; k++) {
		unsigned int at = mb.bottom_up ? k : UNITS - 1 - k;

		if (fits(at, n, req))
			return at;
	}
	return UNITS;
}

static void op_alloc(struct fuzz_input *in)
{
	u8 how = fuzz_u8(in);
	unsigned int n = 1 + fuzz_below(in, 40), at;
	struct memblock_request req = {
		.size = n * UNIT,
		.align = UNIT << (how & 3),
		.nid = how & 8 ? how >> 4 & 1 : NUMA_NO_NODE,
		.exact = true,
		.flags = how & 0x80 ? MEMBLOCK_MIRROR : MEMBLOCK_NONE,
	};
	phys_addr_t got;

	if (how & 0x20)
		req.min = address(fuzz_below(in, UNITS));
	if (how & 0x40)
		req.max = address(fuzz_below(in, UNITS) + 1);
	at = model_find(n, &req);
	got = memblock_core_alloc(&mb, &req);
	if (mb.reserved.cnt >= mb.reserved.max - 1 && !got)
		return; /* no room to note it in */
	fuzz_check(got == (at < UNITS ? address(at) : 0));
	if (!got)
		return;
	for (unsigned int u = 0; u < n; u++)
		model[(got - BASE) / UNIT + u].taken = true;
}

static bool is_memory(unsigned int u)
{
	for (unsigned long r = 0; r < mb.memory.cnt; r++) {
		if (address(u) - mb.memory.regions[r].base < mb.memory.regions[r].size)
			return true;
	}
	return false;
}

/* Is there a whole aligned piece around a unit, all of one region? */
static bool inside(unsigned int u, unsigned int n)
{
	struct memblock_request any = {.align = 1, .nid = NUMA_NO_NODE};
	unsigned int from = u & ~(n - 1);
	struct unit saved[8];
	bool whole;

	if (from + n > UNITS)
		return false;
	memcpy(saved, model + from, n * sizeof(*saved));
	for (unsigned int k = 0; k < n; k++)
		model[from + k].taken = false;
	whole = fits(from, n, &any);
	memcpy(model + from, saved, n * sizeof(*saved));
	return whole;
}

static void op_trim(struct fuzz_input *in)
{
	u8 shift = fuzz_u8(in) & 3;

	memblock_core_trim(&mb.memory, UNIT << shift);
	for (unsigned int u = 0; u < UNITS; u++)
		fuzz_check(is_memory(u) == (model[u].memory && inside(u, 1u << shift)));
	for (unsigned int u = 0; u < UNITS; u++)
		model[u].memory = is_memory(u);
}

/* ---- after each step ------------------------------------------------------------------- */

static void count_free(u8 seen[UNITS], bool down)
{
	phys_addr_t start, end, last = down ? ~0ULL : 0;
	int nid;
	u64 i;

	if (down) {
		__for_each_mem_range_rev(i, &mb.memory, &mb.reserved, NUMA_NO_NODE, MEMBLOCK_NONE,
					 &start, &end, &nid)
		{
			fuzz_check(start < end && end <= last);
			last = start;
			for (; start < end; start += UNIT)
				seen[(start - BASE) / UNIT]++;
		}
		return;
	}
	__for_each_mem_range(i, &mb.memory, &mb.reserved, NUMA_NO_NODE, MEMBLOCK_NONE, &start, &end,
			     &nid)
	{
		fuzz_check(start < end && start >= last);
		last = end;
		for (; start < end; start += UNIT) {
			unsigned int u = (unsigned int)((start - BASE) / UNIT);

			seen[u]++;
			fuzz_check(nid == model[u].nid);
		}
	}
}

static void check_all(void)
{
	u8 seen[UNITS] = {};
	u64 memory = 0, taken = 0;

	fuzz_sound(memblock_core_check(&mb));
	count_free(seen, false);
	count_free(seen, true);
	for (unsigned int u = 0; u < UNITS; u++) {
		memory += model[u].memory;
		taken += model[u].taken;
		fuzz_check(seen[u] == (model[u].memory && !model[u].taken ? 2 : 0));
	}
	fuzz_check(mb.memory.total_size == memory * UNIT);
	fuzz_check(mb.reserved.total_size == taken * UNIT);
}

static void run(const u8 *data, size_t size)
{
	static void (*const op[])(struct fuzz_input *) = {op_add,   op_add,   op_reserve, op_free,
							  op_alloc, op_alloc, op_remove,  op_trim};
	struct fuzz_input in = {data, size};

	memblock_make_empty(&mb, &tables);
	memset(model, 0, sizeof(model));
	mb.bottom_up = fuzz_u8(&in) & 1;
	while (in.left) {
		op[fuzz_below(&in, ARRAY_SIZE(op))](&in);
		check_all();
	}
}

const struct fuzz_target fuzz_bootmem = {.name = "bootmem", .max_len = 512, .run = run};
