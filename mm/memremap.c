/* SPDX-License-Identifier: MIT */
/*
 * memremap(): something at a physical address that can be used like memory,
 * such as a firmware's table or a frame buffer's shadow.
 *
 * RAM is in the direct map already, write-back, and so it is found there and
 * never mapped twice; anything else goes through ioremap.c's mappings.  Which
 * of the two an address came from shows in its range, so memunmap() needs no
 * record.  A range that is partly RAM cannot be had.
 */
#include <linux/bug.h>
#include <linux/io.h>
#include <linux/kernel.h>
#include <linux/vmalloc.h>
#include <cairn/memory_map.h>

enum overlap { OVERLAP_NONE, OVERLAP_PART, OVERLAP_ALL };

/* How much of [phys, phys + size) is in the direct map. */
static enum overlap ram_overlap(phys_addr_t phys, size_t size)
{
	phys_addr_t end = phys + size;

	if (memory_map_is_ram(phys, end))
		return OVERLAP_ALL;
	for (unsigned int i = 0; i < nr_memory_map; i++)
		if (mem_type_is_ram(memory_map[i].type) && memory_map[i].start < end &&
		    memory_map[i].end > phys)
			return OVERLAP_PART;
	return OVERLAP_NONE;
}

static void *__cold refuse(const char *why, phys_addr_t phys, size_t size)
{
	pr_err("BUG: memremap attempted on %s at %#llx, %zu bytes\n", why, (unsigned long long)phys,
	       size);
	dump_stack();
	return NULL;
}

void *memremap(resource_size_t phys, size_t size, unsigned long flags)
{
	enum overlap overlap;

	if (!flags)
		return NULL;
	if (!size || phys + size < phys)
		return refuse("no range", phys, size);
	overlap = ram_overlap(phys, size);
	if (overlap == OVERLAP_PART)
		return refuse("mixed range", phys, size);
	if (overlap == OVERLAP_ALL)
		return flags & MEMREMAP_WB ? __va(phys) : refuse("RAM", phys, size);
	if (flags & MEMREMAP_WB)
		return (void __force *)ioremap_cache(phys, size);
	if (flags & MEMREMAP_WT)
		return (void __force *)ioremap_wt(phys, size);
	return (void __force *)ioremap_wc(phys, size);
}

void memunmap(void *addr)
{
	if (is_vmalloc_addr(addr))
		iounmap((void __iomem *)addr);
}
