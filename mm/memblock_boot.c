/* SPDX-License-Identifier: MIT */
/*
 * The machine's memblock: policy around the core in mm/memblock.c.
 *
 * boot/memory_setup.c adds usable memory and reserves what is in use; start-up
 * code then allocates page tables, page descriptors and tables from it.  An
 * allocation
 *
 *   - comes from the top of what memblock.current_limit allows, so that low
 *     memory, which devices need, is left; until paging_init() only the first
 *     4 GiB are mapped, and the limit says so;
 *   - is preferred from the node asked for, and from mirrored memory if the
 *     machine has any, but never fails for the lack of either;
 *   - is zeroed unless the name says _raw.
 *
 * mem_init() hands all that is left to the page allocator:
 *
 *   memory.total_size = bytes of memory in reserved + bytes of for_each_free_mem_range()
 *
 * and calls memblock_retire(); an allocation after that is reported and refused.
 *
 * Locking: none.  Contexts: start-up on one CPU; questions also later.
 */
#include <linux/kernel.h>
#include <linux/memblock.h>
#include <linux/printk.h>
#include <linux/string.h>
#include <asm/page.h>

static struct memblock_region memory_regions[INIT_MEMBLOCK_REGIONS];
static struct memblock_region reserved_regions[INIT_MEMBLOCK_REGIONS];

struct memblock memblock = {
	.current_limit = MEMBLOCK_ALLOC_ANYWHERE,
	.memory =
		{
			.cnt = 1,
			.max = INIT_MEMBLOCK_REGIONS,
			.regions = memory_regions,
			.name = "memory",
		},
	.reserved =
		{
			.cnt = 1,
			.max = INIT_MEMBLOCK_REGIONS,
			.regions = reserved_regions,
			.name = "reserved",
		},
};

static phys_addr_t region_end(const struct memblock_region *r)
{
	return r->base + r->size;
}

static phys_addr_t range_end(phys_addr_t base, phys_addr_t size)
{
	return base + min(size, ~(phys_addr_t)0 - base);
}

/* ---- what there is --------------------------------------------------------------------- */

int memblock_add_node(phys_addr_t base, phys_addr_t size, int nid, enum memblock_flags flags)
{
	struct memblock_region r = {.base = base, .size = size, .flags = flags, .nid = nid};

	return memblock_core_add(&memblock, &memblock.memory, &r);
}

int memblock_add(phys_addr_t base, phys_addr_t size)
{
	return memblock_add_node(base, size, MAX_NUMNODES, MEMBLOCK_NONE);
}

int memblock_remove(phys_addr_t base, phys_addr_t size)
{
	return memblock_core_remove(&memblock, &memblock.memory, base, size);
}

int memblock_reserve(phys_addr_t base, phys_addr_t size)
{
	struct memblock_region r = {.base = base, .size = size, .nid = MAX_NUMNODES};

	return memblock_core_add(&memblock, &memblock.reserved, &r);
}

int memblock_phys_free(phys_addr_t base, phys_addr_t size)
{
	return memblock_core_remove(&memblock, &memblock.reserved, base, size);
}

void memblock_free(void *ptr, size_t size)
{
	if (ptr)
		memblock_phys_free(virt_to_phys(ptr), size);
}

int memblock_set_node(phys_addr_t base, phys_addr_t size, struct memblock_type *type, int nid)
{
	struct memblock_region range = {.base = base, .size = size};
	unsigned long i, end;

	if (memblock_core_isolate(&memblock, type, &range, &i, &end))
		return -ENOMEM;
	for (; i < end; i++)
		type->regions[i].nid = nid;
	memblock_core_merge(type);
	return 0;
}

static int change_flag(phys_addr_t base, phys_addr_t size, bool set, enum memblock_flags flag)
{
	struct memblock_region range = {.base = base, .size = size};
	struct memblock_type *type = &memblock.memory;
	unsigned long i, end;

	if (memblock_core_isolate(&memblock, type, &range, &i, &end))
		return -ENOMEM;
	for (; i < end; i++) {
		if (set)
			type->regions[i].flags |= flag;
		else
			type->regions[i].flags &= ~flag;
	}
	memblock_core_merge(type);
	return 0;
}

int memblock_mark_hotplug(phys_addr_t base, phys_addr_t size)
{
	return change_flag(base, size, true, MEMBLOCK_HOTPLUG);
}

int memblock_clear_hotplug(phys_addr_t base, phys_addr_t size)
{
	return change_flag(base, size, false, MEMBLOCK_HOTPLUG);
}

int memblock_mark_mirror(phys_addr_t base, phys_addr_t size)
{
	return change_flag(base, size, true, MEMBLOCK_MIRROR);
}

int memblock_mark_nomap(phys_addr_t base, phys_addr_t size)
{
	return change_flag(base, size, true, MEMBLOCK_NOMAP);
}

int memblock_clear_nomap(phys_addr_t base, phys_addr_t size)
{
	return change_flag(base, size, false, MEMBLOCK_NOMAP);
}

void memblock_trim_memory(phys_addr_t align)
{
	memblock_core_trim(&memblock.memory, align);
}

void memblock_cap_memory_range(phys_addr_t base, phys_addr_t size)
{
	phys_addr_t end = range_end(base, size);

	if (!size)
		return;
	memblock_remove(0, base);
	memblock_remove(end, ~(phys_addr_t)0);
	memblock_phys_free(0, base);
	memblock_phys_free(end, ~(phys_addr_t)0);
}

void memblock_enforce_memory_limit(phys_addr_t limit)
{
	struct memblock_region *r;

	if (!limit)
		return;
	for_each_mem_region(r) {
		if (limit < r->size) {
			memblock_cap_memory_range(0, r->base + limit);
			return;
		}
		limit -= r->size;
	}
}

void memblock_allow_resize(void)
{
	memblock.can_resize = true;
}

void memblock_retire(void)
{
	memblock.retired = true;
}

static void dump_type(const struct memblock_type *type)
{
	unsigned long i, n = type->regions[0].size ? type->cnt : 0;

	pr_info("memblock: %s: %lu regions, %llu bytes\n", type->name, n, type->total_size);
	for (i = 0; i < n; i++) {
		const struct memblock_region *r = &type->regions[i];

		pr_info("  [%#018llx-%#018llx] %llu bytes, flags %#x\n", r->base, region_end(r) - 1,
			r->size, r->flags);
	}
}

void memblock_dump_all(void)
{
	dump_type(&memblock.memory);
	dump_type(&memblock.reserved);
}

/* ---- questions ------------------------------------------------------------------------- */

void __next_mem_pfn_range(int *idx, int nid, unsigned long *out_start_pfn,
			  unsigned long *out_end_pfn, int *out_nid)
{
	while (++*idx < (int)memblock.memory.cnt) {
		const struct memblock_region *r = &memblock.memory.regions[*idx];
		unsigned long start = PFN_UP(r->base), end = PFN_DOWN(region_end(r));

		if (start >= end || (nid != MAX_NUMNODES && nid != NUMA_NO_NODE && nid != r->nid))
			continue;
		if (out_start_pfn)
			*out_start_pfn = start;
		if (out_end_pfn)
			*out_end_pfn = end;
		if (out_nid)
			*out_nid = r->nid;
		return;
	}
	*idx = -1;
}

/* covering - the region of @type that holds @addr, or NULL. */
static struct memblock_region *covering(struct memblock_type *type, phys_addr_t addr)
{
	unsigned long low = 0, high = type->cnt;

	while (low < high) {
		unsigned long mid = low + (high - low) / 2;
		struct memblock_region *r = &type->regions[mid];

		if (addr < r->base)
			high = mid;
		else if (addr >= region_end(r))
			low = mid + 1;
		else
			return r;
	}
	return NULL;
}

bool memblock_overlaps_region(struct memblock_type *type, phys_addr_t base, phys_addr_t size)
{
	phys_addr_t end = range_end(base, size);
	unsigned long i;

	for (i = 0; i < type->cnt; i++) {
		const struct memblock_region *r = &type->regions[i];

		if (base < region_end(r) && r->base < end)
			return true;
	}
	return false;
}

bool memblock_is_memory(phys_addr_t addr)
{
	return covering(&memblock.memory, addr);
}

bool memblock_is_map_memory(phys_addr_t addr)
{
	const struct memblock_region *r = covering(&memblock.memory, addr);

	return r && !memblock_is_nomap(r);
}

bool memblock_is_region_memory(phys_addr_t base, phys_addr_t size)
{
	const struct memblock_region *r = covering(&memblock.memory, base);

	return r && region_end(r) >= range_end(base, size);
}

bool memblock_is_reserved(phys_addr_t addr)
{
	return covering(&memblock.reserved, addr);
}

bool memblock_is_region_reserved(phys_addr_t base, phys_addr_t size)
{
	return memblock_overlaps_region(&memblock.reserved, base, size);
}

int memblock_search_pfn_nid(unsigned long pfn, unsigned long *start_pfn, unsigned long *end_pfn)
{
	const struct memblock_region *r = covering(&memblock.memory, PFN_PHYS(pfn));

	if (!r)
		return NUMA_NO_NODE;
	*start_pfn = PFN_DOWN(r->base);
	*end_pfn = PFN_DOWN(region_end(r));
	return r->nid;
}

phys_addr_t memblock_phys_mem_size(void)
{
	return memblock.memory.total_size;
}

phys_addr_t memblock_reserved_size(void)
{
	return memblock.reserved.total_size;
}

phys_addr_t memblock_start_of_DRAM(void)
{
	return memblock.memory.regions[0].base;
}

phys_addr_t memblock_end_of_DRAM(void)
{
	return region_end(&memblock.memory.regions[memblock.memory.cnt - 1]);
}

/* ---- allocation ------------------------------------------------------------------------ */

/* mirror_flags - keep to mirrored memory if the machine has any. */
static enum memblock_flags mirror_flags(void)
{
	struct memblock_region *r;

	for_each_mem_region(r) {
		if (memblock_is_mirror(r))
			return MEMBLOCK_MIRROR;
	}
	return MEMBLOCK_NONE;
}

/* request_ok - report what cannot be asked for, and mend the alignment. */
static bool request_ok(struct memblock_request *req)
{
	if (memblock.retired) {
		pr_err("BUG: memblock: allocation of %llu bytes after the page allocator started\n",
		       req->size);
		dump_stack();
		return false;
	}
	if (!req->align || req->align & (req->align - 1)) {
		pr_err("BUG: memblock: alignment %llu is no power of two\n", req->align);
		dump_stack();
		req->align = SMP_CACHE_BYTES;
	}
	if (req->nid == MAX_NUMNODES)
		req->nid = NUMA_NO_NODE;
	return true;
}

/* take - memblock_core_alloc() from the machine's instance. */
static phys_addr_t take(struct memblock_request *req)
{
	phys_addr_t place;

	if (!request_ok(req))
		return 0;
	req->flags = mirror_flags();
	place = memblock_core_alloc(&memblock, req);
	if (place || !req->flags)
		return place;
	req->flags = MEMBLOCK_NONE;
	return memblock_core_alloc(&memblock, req);
}

/* REQUEST - what every call says of the memory it wants, in the order of their arguments */
#define REQUEST(_size, _align, _min, _max, _nid) \
	.size = (_size), .align = (_align), .min = (_min), .max = (_max), .nid = (_nid)

phys_addr_t memblock_phys_alloc_range(phys_addr_t size, phys_addr_t align, phys_addr_t start,
				      phys_addr_t end)
{
	struct memblock_request req = {REQUEST(size, align, start, end, NUMA_NO_NODE)};

	return take(&req);
}

phys_addr_t memblock_phys_alloc_try_nid(phys_addr_t size, phys_addr_t align, int nid)
{
	struct memblock_request req = {.size = size, .align = align, .nid = nid};

	return take(&req);
}

/* alloc_virt - an allocation within what is mapped; gives up @req->min if need be. */
static void *alloc_virt(struct memblock_request *req)
{
	phys_addr_t place;

	req->max = min(req->max, memblock.current_limit);
	place = take(req);
	if (!place && req->min && !memblock.retired) {
		req->min = 0;
		place = take(req);
	}
	return place ? phys_to_virt(place) : NULL;
}

void *memblock_alloc_try_nid_raw(phys_addr_t size, phys_addr_t align, phys_addr_t min_addr,
				 phys_addr_t max_addr, int nid)
{
	struct memblock_request req = {REQUEST(size, align, min_addr, max_addr, nid)};

	return alloc_virt(&req);
}

void *memblock_alloc_try_nid(phys_addr_t size, phys_addr_t align, phys_addr_t min_addr,
			     phys_addr_t max_addr, int nid)
{
	void *mem = memblock_alloc_try_nid_raw(size, align, min_addr, max_addr, nid);

	return mem ? memset(mem, 0, size) : NULL;
}

void *memblock_alloc_exact_nid_raw(phys_addr_t size, phys_addr_t align, phys_addr_t min_addr,
				   phys_addr_t max_addr, int nid)
{
	struct memblock_request req = {
		REQUEST(size, align, min_addr, max_addr, nid),
		.exact = true,
	};

	return alloc_virt(&req);
}
