/* SPDX-License-Identifier: MIT */
/*
 * bootmem: boot-time memory under its older names.
 *
 * A thin layer over memblock for code that is linked into the kernel and needs
 * memory before the page allocator runs: more than that allocator can give in one
 * piece, or at an address it cannot promise.
 *
 *   alloc_bootmem()        any memory that is mapped, from the top down
 *   alloc_bootmem_low()    below 16 MiB, where ISA DMA reaches
 *   ..._pages()            page aligned
 *   device_init()          as much as a device likes, in one piece
 *
 * All of it is zeroed.  What is not given back stays allocated: mem_init() hands
 * the rest to the page allocator and counts this as "boot".  Exhaustion is a
 * panic, with a report of what memory there is; start-up code has nowhere to go
 * without its tables.
 *
 * device_init() is the oldest form: each registered initialiser is shown a free
 * range and returns where its share of it ends.  The shares lie one behind the
 * other, in link order, as long as the range stays the largest.
 *
 *   mem_start                                              mem_end
 *   [ first device ][ second ][ third ... free              )
 *
 * Locking: none.  Contexts: start-up, one CPU, until mem_init().
 */
#include <linux/bootmem.h>
#include <linux/bug.h>
#include <linux/kernel.h>
#include <linux/printk.h>
#include <asm/page.h>

#define LOW_LIMIT (16UL << 20)

extern const device_init_fn __device_init_start[], __device_init_end[];

static void *bootmem(unsigned long size, unsigned long align, unsigned long goal, phys_addr_t limit)
{
	return memblock_alloc_try_nid(size ? size : SMP_CACHE_BYTES,
				      align ? align : SMP_CACHE_BYTES, goal, limit, NUMA_NO_NODE);
}

static void __noreturn exhausted(unsigned long size, unsigned long align, const char *where)
{
	memblock_dump_all();
	panic("bootmem: no %lu bytes aligned to %lu left %s; %llu of %llu bytes are reserved", size,
	      align, where, memblock_reserved_size(), memblock_phys_mem_size());
}

void *__alloc_bootmem_nopanic(unsigned long size, unsigned long align, unsigned long goal)
{
	return bootmem(size, align, goal, MEMBLOCK_ALLOC_ACCESSIBLE);
}

void *__alloc_bootmem(unsigned long size, unsigned long align, unsigned long goal)
{
	void *mem = __alloc_bootmem_nopanic(size, align, goal);

	if (!mem)
		exhausted(size, align, "in mapped memory");
	return mem;
}

void *__alloc_bootmem_low(unsigned long size, unsigned long align, unsigned long goal)
{
	void *mem = bootmem(size, align, goal, LOW_LIMIT);

	if (!mem)
		exhausted(size, align, "below 16 MiB");
	return mem;
}

void free_bootmem(unsigned long addr, unsigned long size)
{
	memblock_phys_free(addr, size);
}

int reserve_bootmem(unsigned long addr, unsigned long size, int flags __unused)
{
	return memblock_reserve(addr, size);
}

/* largest_free - the largest free range that is mapped. */
static bool largest_free(phys_addr_t *start, phys_addr_t *end)
{
	phys_addr_t from, to, limit = memblock_get_current_limit();
	u64 i;

	*start = *end = 0;
	for_each_free_mem_range(i, NUMA_NO_NODE, MEMBLOCK_NONE, &from, &to, NULL)
	{
		from = max(from, (phys_addr_t)PAGE_SIZE);
		to = min(to, limit);
		if (from < to && to - from > *end - *start) {
			*start = from;
			*end = to;
		}
	}
	return *start < *end;
}

void bootmem_device_init_range(const device_init_fn *fn, const device_init_fn *fn_end)
{
	phys_addr_t start, end;

	for (; fn < fn_end; fn++) {
		unsigned long from, to, next;

		if (!largest_free(&start, &end)) {
			pr_err("bootmem: no memory left for the initialiser %ps\n", *fn);
			return;
		}
		from = (unsigned long)phys_to_virt(start);
		to = (unsigned long)phys_to_virt(end);
		next = (*fn)(from, to);
		if (next >= from && next <= to)
			memblock_reserve(start, next - from);
		else
			pr_err("BUG: bootmem: %ps returned %#lx, outside of %#lx-%#lx\n", *fn, next,
			       from, to);
	}
}

void bootmem_device_init(void)
{
	bootmem_device_init_range(__device_init_start, __device_init_end);
}
