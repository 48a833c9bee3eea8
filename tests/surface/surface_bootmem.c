/* SPDX-License-Identifier: MIT */
/* Boot-time memory, from <linux/bootmem.h> alone: taken by an initialiser of the old form. */
#include <linux/bootmem.h>

static void *one, *low, *pages, *low_pages, *given_back;
static unsigned long mine;

static unsigned long surface_boot(unsigned long mem_start, unsigned long mem_end)
{
	one = alloc_bootmem(100);
	low = alloc_bootmem_low(100);
	pages = alloc_bootmem_pages(5000);
	low_pages = alloc_bootmem_low_pages(5000);
	given_back = alloc_bootmem(64);
	free_bootmem(__pa(given_back), 64);
	mine = mem_start;
	return mem_end - mem_start > 333 ? mem_start + 333 : mem_start;
}
device_init(surface_boot);

int init_module(void)
{
	return one && !((unsigned long)one % SMP_CACHE_BYTES) && pages &&
			       !((unsigned long)pages & ~PAGE_MASK) && low &&
			       __pa(low) + 100 <= 16 << 20 && low_pages &&
			       __pa(low_pages) + 5000 <= 16 << 20 &&
			       !((unsigned long)low_pages & ~PAGE_MASK) &&
			       memblock_is_region_reserved(__pa(mine), 333) &&
			       memblock_is_region_reserved(__pa(pages), 5000)
		       ? 0
		       : -1;
}
