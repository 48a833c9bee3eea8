/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_MEMBLOCK_H
#define _LINUX_MEMBLOCK_H

/*
 * The allocator of start-up: which physical memory there is, and which of it is
 * taken.  Names and behaviour are Linux's; mm/memblock.c says how it works.
 */
#include <linux/types.h>
#include <linux/compiler.h>
#include <linux/mmzone.h>
#include <asm/page.h>

#ifndef SMP_CACHE_BYTES
#define SMP_CACHE_BYTES 64
#endif

#define INIT_MEMBLOCK_REGIONS 128

/* Limits of an allocation. */
#define MEMBLOCK_ALLOC_ANYWHERE	   (~(phys_addr_t)0)
#define MEMBLOCK_ALLOC_ACCESSIBLE  0 /* up to memblock.current_limit */
#define MEMBLOCK_ALLOC_NOLEAKTRACE 1 /* the same */
#define MEMBLOCK_LOW_LIMIT	   0
#define ARCH_LOW_ADDRESS_LIMIT	   0xffffffffUL

/* Attributes of a region. */
enum memblock_flags {
	MEMBLOCK_NONE = 0x0,
	MEMBLOCK_HOTPLUG = 0x1,	       /* may be unplugged */
	MEMBLOCK_MIRROR = 0x2,	       /* mirrored: preferred for the kernel */
	MEMBLOCK_NOMAP = 0x4,	       /* not in the direct map */
	MEMBLOCK_DRIVER_MANAGED = 0x8, /* a driver added it */
};

/**
 * struct memblock_region - a range of physical memory
 * @base: first byte
 * @size: bytes
 * @flags: attributes
 * @nid: node, or MAX_NUMNODES while it is not known
 */
struct memblock_region {
	phys_addr_t base;
	phys_addr_t size;
	enum memblock_flags flags;
	int nid;
};

/**
 * struct memblock_type - sorted, disjoint regions of one kind
 * @cnt: regions in use; an empty type has one, of size 0
 * @max: room in @regions
 * @total_size: sum of the sizes
 * @regions: the array
 * @name: "memory" or "reserved"
 * @grown: @regions is memory that memblock allocated itself
 */
struct memblock_type {
	unsigned long cnt;
	unsigned long max;
	phys_addr_t total_size;
	struct memblock_region *regions;
	char *name;
	bool grown;
};

/**
 * struct memblock - memory, and what of it is taken
 * @bottom_up: allocate from low addresses up
 * @current_limit: highest address an allocation without a limit may reach
 * @memory: memory that exists
 * @reserved: memory that is in use; it may exceed @memory
 * @can_resize: full arrays are replaced by larger ones, taken from @memory
 * @retired: the page allocator has taken over
 */
struct memblock {
	bool bottom_up;
	phys_addr_t current_limit;
	struct memblock_type memory;
	struct memblock_type reserved;
	bool can_resize;
	bool retired;
};

extern struct memblock memblock;

/*
 * The core: the same operations on any struct memblock, without a side effect
 * elsewhere and without a word printed.
 */

/**
 * struct memblock_request - what memblock_core_alloc() is asked for
 * @size: bytes, not 0
 * @align: a power of two
 * @min: lowest address
 * @max: end of the last byte's address; 0: @current_limit
 * @nid: node, or NUMA_NO_NODE
 * @exact: no other node than @nid
 * @flags: kinds of region that may be used beside ordinary ones
 */
struct memblock_request {
	phys_addr_t size;
	phys_addr_t align;
	phys_addr_t min;
	phys_addr_t max;
	int nid;
	bool exact;
	enum memblock_flags flags;
};

/**
 * memblock_core_add - add a range to a type
 * @mb: the instance
 * @type: &@mb->memory or &@mb->reserved
 * @range: base, size, node and flags; a size that wraps is cut
 *
 * What regions already cover stays theirs; neighbours of like node and flags merge.
 *
 * Context: Start-up, or any with an instance of one's own.
 * Return: 0, or -ENOMEM with nothing changed if the array is full and cannot grow.
 */
int memblock_core_add(struct memblock *mb, struct memblock_type *type,
		      const struct memblock_region *range);

/**
 * memblock_core_remove - take a range out of a type
 * @mb: the instance
 * @type: &@mb->memory or &@mb->reserved
 * @base: first byte
 * @size: bytes
 *
 * Context: as memblock_core_add().
 * Return: 0, or -ENOMEM with nothing changed.
 */
int memblock_core_remove(struct memblock *mb, struct memblock_type *type, phys_addr_t base,
			 phys_addr_t size);

/**
 * memblock_core_isolate - cut regions so that a range is made of whole ones
 * @mb: the instance
 * @type: &@mb->memory or &@mb->reserved
 * @range: base and size
 * @first: out: the first region inside @range
 * @end: out: one past the last
 *
 * The caller changes them and calls memblock_core_merge().
 *
 * Context: as memblock_core_add().
 * Return: 0, or -ENOMEM with nothing changed.
 */
int memblock_core_isolate(struct memblock *mb, struct memblock_type *type,
			  const struct memblock_region *range, unsigned long *first,
			  unsigned long *end);

/* memblock_core_merge - make neighbours of like node and flags one region. */
void memblock_core_merge(struct memblock_type *type);

/* memblock_core_trim - round every region inward to @align, dropping what is empty. */
void memblock_core_trim(struct memblock_type *type, phys_addr_t align);

/**
 * memblock_core_find - a free place, without taking it
 * @mb: the instance
 * @req: what for; @req->exact is taken as true
 *
 * From the highest address down, or from the lowest up if @mb->bottom_up; never page 0.
 *
 * Return: physical address, or 0.
 */
phys_addr_t memblock_core_find(struct memblock *mb, const struct memblock_request *req);

/**
 * memblock_core_alloc - find a free place and reserve it
 * @mb: the instance
 * @req: what for
 *
 * Return: physical address, or 0.
 */
phys_addr_t memblock_core_alloc(struct memblock *mb, const struct memblock_request *req);

/**
 * memblock_core_check - do the invariants of mm/memblock.c hold?
 * @mb: the instance
 *
 * Return: NULL, or the invariant that is broken.
 */
const char *memblock_core_check(const struct memblock *mb);

/*
 * Iteration.  Indices are u64; every bound of a range is a byte address, the
 * end exclusive.  Pointers for results may be NULL.
 */
void __next_mem_range(u64 *idx, int nid, enum memblock_flags flags, struct memblock_type *type_a,
		      struct memblock_type *type_b, phys_addr_t *out_start, phys_addr_t *out_end,
		      int *out_nid);
void __next_mem_range_rev(u64 *idx, int nid, enum memblock_flags flags,
			  struct memblock_type *type_a, struct memblock_type *type_b,
			  phys_addr_t *out_start, phys_addr_t *out_end, int *out_nid);
void __next_mem_pfn_range(int *idx, int nid, unsigned long *out_start_pfn,
			  unsigned long *out_end_pfn, int *out_nid);

/* Ranges of @type_a that no region of @type_b (may be NULL) covers. */
#define __for_each_mem_range(i, type_a, type_b, nid, flags, p_start, p_end, p_nid)           \
	for (i = 0, __next_mem_range(&i, nid, flags, type_a, type_b, p_start, p_end, p_nid); \
	     i != (u64)~0ULL;                                                                \
	     __next_mem_range(&i, nid, flags, type_a, type_b, p_start, p_end, p_nid))

#define __for_each_mem_range_rev(i, type_a, type_b, nid, flags, p_start, p_end, p_nid)   \
	for (i = (u64)~0ULL,                                                             \
	    __next_mem_range_rev(&i, nid, flags, type_a, type_b, p_start, p_end, p_nid); \
	     i != (u64)~0ULL;                                                            \
	     __next_mem_range_rev(&i, nid, flags, type_a, type_b, p_start, p_end, p_nid))

#define for_each_mem_range(i, p_start, p_end)                         \
	__for_each_mem_range(i, &memblock.memory, NULL, NUMA_NO_NODE, \
			     MEMBLOCK_HOTPLUG | MEMBLOCK_DRIVER_MANAGED, p_start, p_end, NULL)

#define for_each_mem_range_rev(i, p_start, p_end)                         \
	__for_each_mem_range_rev(i, &memblock.memory, NULL, NUMA_NO_NODE, \
				 MEMBLOCK_HOTPLUG | MEMBLOCK_DRIVER_MANAGED, p_start, p_end, NULL)

#define for_each_reserved_mem_range(i, p_start, p_end)                                          \
	__for_each_mem_range(i, &memblock.reserved, NULL, NUMA_NO_NODE, MEMBLOCK_NONE, p_start, \
			     p_end, NULL)

/* Memory that is not reserved. */
#define for_each_free_mem_range(i, nid, flags, p_start, p_end, p_nid)                             \
	__for_each_mem_range(i, &memblock.memory, &memblock.reserved, nid, flags, p_start, p_end, \
			     p_nid)

#define for_each_free_mem_range_reverse(i, nid, flags, p_start, p_end, p_nid)                  \
	__for_each_mem_range_rev(i, &memblock.memory, &memblock.reserved, nid, flags, p_start, \
				 p_end, p_nid)

/* Whole page frames of memory; i is an int, nid MAX_NUMNODES for all nodes. */
#define for_each_mem_pfn_range(i, nid, p_start, p_end, p_nid)                      \
	for (i = -1, __next_mem_pfn_range(&i, nid, p_start, p_end, p_nid); i >= 0; \
	     __next_mem_pfn_range(&i, nid, p_start, p_end, p_nid))

/* The region structures themselves. */
#define for_each_mem_region(region)            \
	for (region = memblock.memory.regions; \
	     region < memblock.memory.regions + memblock.memory.cnt; region++)

#define for_each_reserved_mem_region(region)     \
	for (region = memblock.reserved.regions; \
	     region < memblock.reserved.regions + memblock.reserved.cnt; region++)

/* First and last frame of a region: inward for memory, outward for what is reserved. */
static inline unsigned long memblock_region_memory_base_pfn(const struct memblock_region *reg)
{
	return PFN_UP(reg->base);
}

static inline unsigned long memblock_region_memory_end_pfn(const struct memblock_region *reg)
{
	return PFN_DOWN(reg->base + reg->size);
}

static inline unsigned long memblock_region_reserved_base_pfn(const struct memblock_region *reg)
{
	return PFN_DOWN(reg->base);
}

static inline unsigned long memblock_region_reserved_end_pfn(const struct memblock_region *reg)
{
	return PFN_UP(reg->base + reg->size);
}

static inline int memblock_get_region_node(const struct memblock_region *reg)
{
	return reg->nid;
}

static inline void memblock_set_region_node(struct memblock_region *reg, int nid)
{
	reg->nid = nid;
}

static inline bool memblock_is_hotpluggable(const struct memblock_region *reg)
{
	return reg->flags & MEMBLOCK_HOTPLUG;
}

static inline bool memblock_is_mirror(const struct memblock_region *reg)
{
	return reg->flags & MEMBLOCK_MIRROR;
}

static inline bool memblock_is_nomap(const struct memblock_region *reg)
{
	return reg->flags & MEMBLOCK_NOMAP;
}

static inline bool memblock_is_driver_managed(const struct memblock_region *reg)
{
	return reg->flags & MEMBLOCK_DRIVER_MANAGED;
}

/*
 * The machine's instance.
 *
 * Context: all of these are for start-up, before mem_init() has handed memory to
 * the page allocator, on one CPU.  Those that return int return 0 or -ENOMEM.
 */

/* memblock_add - memory exists at [base, base + size); its node is not known yet. */
int memblock_add(phys_addr_t base, phys_addr_t size);
int memblock_add_node(phys_addr_t base, phys_addr_t size, int nid, enum memblock_flags flags);

/* memblock_remove - there is no memory at [base, base + size) after all. */
int memblock_remove(phys_addr_t base, phys_addr_t size);

/* memblock_reserve - [base, base + size) is in use, whether memory or not. */
int memblock_reserve(phys_addr_t base, phys_addr_t size);

/* memblock_phys_free - undo a reservation, or a part of one. */
int memblock_phys_free(phys_addr_t base, phys_addr_t size);

/* memblock_free - the same for an address that memblock_alloc() returned. */
void memblock_free(void *ptr, size_t size);

/* memblock_set_node - say to which node the regions of @type in a range belong. */
int memblock_set_node(phys_addr_t base, phys_addr_t size, struct memblock_type *type, int nid);

int memblock_mark_hotplug(phys_addr_t base, phys_addr_t size);
int memblock_clear_hotplug(phys_addr_t base, phys_addr_t size);
int memblock_mark_mirror(phys_addr_t base, phys_addr_t size);
int memblock_mark_nomap(phys_addr_t base, phys_addr_t size);
int memblock_clear_nomap(phys_addr_t base, phys_addr_t size);

/* memblock_trim_memory - round every region of memory inward to @align. */
void memblock_trim_memory(phys_addr_t align);

/* memblock_cap_memory_range - forget memory outside [base, base + size). */
void memblock_cap_memory_range(phys_addr_t base, phys_addr_t size);

/* memblock_enforce_memory_limit - keep the lowest @limit bytes of memory only. */
void memblock_enforce_memory_limit(phys_addr_t limit);

/* memblock_allow_resize - from now on full arrays grow, by doubling. */
void memblock_allow_resize(void);

/* memblock_retire - the page allocator has taken over: allocations are refused from here on. */
void memblock_retire(void);

/* memblock_dump_all - print both types. */
void memblock_dump_all(void);

static inline void memblock_set_bottom_up(bool enable)
{
	memblock.bottom_up = enable;
}

static inline bool memblock_bottom_up(void)
{
	return memblock.bottom_up;
}

static inline void memblock_set_current_limit(phys_addr_t limit)
{
	memblock.current_limit = limit;
}

static inline phys_addr_t memblock_get_current_limit(void)
{
	return memblock.current_limit;
}

/* Questions. */
bool memblock_overlaps_region(struct memblock_type *type, phys_addr_t base, phys_addr_t size);
bool memblock_is_memory(phys_addr_t addr);
bool memblock_is_map_memory(phys_addr_t addr);
bool memblock_is_region_memory(phys_addr_t base, phys_addr_t size);
bool memblock_is_reserved(phys_addr_t addr);
bool memblock_is_region_reserved(phys_addr_t base, phys_addr_t size);
int memblock_search_pfn_nid(unsigned long pfn, unsigned long *start_pfn, unsigned long *end_pfn);
phys_addr_t memblock_phys_mem_size(void);
phys_addr_t memblock_reserved_size(void);
phys_addr_t memblock_start_of_DRAM(void);
phys_addr_t memblock_end_of_DRAM(void);

/**
 * memblock_phys_alloc_range - take physical memory in an address range
 * @size: bytes
 * @align: power of two; 0 is reported and taken as SMP_CACHE_BYTES
 * @start: lowest address
 * @end: highest address, or MEMBLOCK_ALLOC_ACCESSIBLE or _ANYWHERE
 *
 * Return: physical address, or 0.
 */
phys_addr_t memblock_phys_alloc_range(phys_addr_t size, phys_addr_t align, phys_addr_t start,
				      phys_addr_t end);
phys_addr_t memblock_phys_alloc_try_nid(phys_addr_t size, phys_addr_t align, int nid);

static inline phys_addr_t memblock_phys_alloc(phys_addr_t size, phys_addr_t align)
{
	return memblock_phys_alloc_range(size, align, 0, MEMBLOCK_ALLOC_ACCESSIBLE);
}

/**
 * memblock_alloc_try_nid - allocate zeroed memory, from a node if it has any
 * @size: bytes
 * @align: power of two; 0 is reported and taken as SMP_CACHE_BYTES
 * @min_addr: lowest physical address; given up if nothing else is free
 * @max_addr: highest, or MEMBLOCK_ALLOC_ACCESSIBLE
 * @nid: node to prefer, or NUMA_NO_NODE
 *
 * Nothing above memblock.current_limit is returned: it need not be mapped yet.
 * The _raw forms do not zero; the exact form takes no other node.
 *
 * Return: address in the direct map, or NULL.
 */
void *memblock_alloc_try_nid(phys_addr_t size, phys_addr_t align, phys_addr_t min_addr,
			     phys_addr_t max_addr, int nid);
void *memblock_alloc_try_nid_raw(phys_addr_t size, phys_addr_t align, phys_addr_t min_addr,
				 phys_addr_t max_addr, int nid);
void *memblock_alloc_exact_nid_raw(phys_addr_t size, phys_addr_t align, phys_addr_t min_addr,
				   phys_addr_t max_addr, int nid);

static inline void *memblock_alloc(phys_addr_t size, phys_addr_t align)
{
	return memblock_alloc_try_nid(size, align, MEMBLOCK_LOW_LIMIT, MEMBLOCK_ALLOC_ACCESSIBLE,
				      NUMA_NO_NODE);
}

static inline void *memblock_alloc_raw(phys_addr_t size, phys_addr_t align)
{
	return memblock_alloc_try_nid_raw(size, align, MEMBLOCK_LOW_LIMIT,
					  MEMBLOCK_ALLOC_ACCESSIBLE, NUMA_NO_NODE);
}

static inline void *memblock_alloc_from(phys_addr_t size, phys_addr_t align, phys_addr_t min_addr)
{
	return memblock_alloc_try_nid(size, align, min_addr, MEMBLOCK_ALLOC_ACCESSIBLE,
				      NUMA_NO_NODE);
}

static inline void *memblock_alloc_low(phys_addr_t size, phys_addr_t align)
{
	return memblock_alloc_try_nid(size, align, MEMBLOCK_LOW_LIMIT, ARCH_LOW_ADDRESS_LIMIT,
				      NUMA_NO_NODE);
}

static inline void *memblock_alloc_node(phys_addr_t size, phys_addr_t align, int nid)
{
	return memblock_alloc_try_nid(size, align, MEMBLOCK_LOW_LIMIT, MEMBLOCK_ALLOC_ACCESSIBLE,
				      nid);
}

#endif
