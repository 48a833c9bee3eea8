/* SPDX-License-Identifier: MIT */
/*
 * bootmem: alloc_bootmem() and its relatives, and initialisers of devices, on an
 * instance of memblock that stands in for the machine's and is given real pages.
 *
 * What bootmem allocated during start-up stays allocated: the last test looks at
 * the machine's own instance, whose share that was handed to the page allocator
 * and whose reservations must make up all of memory.
 */
#include <linux/bootmem.h>
#include <linux/gfp.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/string.h>
#include <cairn/boot_info.h>
#include <cairn/test.h>
#include "memblock_instance.h"

#define REAL_ORDER 5
#define REAL_SIZE  (PAGE_SIZE << REAL_ORDER)

static struct memblock machine;
static struct memblock_tables tables;
static unsigned long pages;

static bool begin(gfp_t gfp)
{
	pages = __get_free_pages(gfp, REAL_ORDER);
	if (!pages)
		return false;
	memset((void *)pages, 0xaa, REAL_SIZE);
	machine = memblock;
	memblock_make_empty(&memblock, &tables);
	memblock_add(virt_to_phys((void *)pages), REAL_SIZE);
	return true;
}

static void end(void)
{
	EXPECT(!memblock_core_check(&memblock));
	memblock = machine;
	free_pages(pages, REAL_ORDER);
}

static bool zeroed(const void *p, size_t n)
{
	return p && !memchr_inv(p, 0, n);
}

KTEST(bootmem, alloc)
{
	void *p;

	ASSERT(begin(GFP_KERNEL));
	p = alloc_bootmem(100);
	EXPECT(zeroed(p, 100));
	EXPECT_EQ((unsigned long)p % SMP_CACHE_BYTES, 0);
	p = alloc_bootmem_pages(100);
	EXPECT(zeroed(p, 100));
	EXPECT(PAGE_ALIGNED(p));
	p = alloc_bootmem(0);
	EXPECT(zeroed(p, SMP_CACHE_BYTES));
	p = __alloc_bootmem(64, 8192, 0);
	EXPECT(zeroed(p, 64));
	EXPECT_EQ((unsigned long)p % 8192, 0);
	EXPECT(!alloc_bootmem_nopanic(REAL_SIZE));
	EXPECT(!alloc_bootmem_pages_nopanic(REAL_SIZE));
	end();
}

/* Freeing by pieces gives the whole back. */
KTEST(bootmem, free)
{
	unsigned long phys;

	ASSERT(begin(GFP_KERNEL));
	phys = virt_to_phys(alloc_bootmem_pages(2 * PAGE_SIZE));
	free_bootmem(phys, PAGE_SIZE);
	free_bootmem(phys + PAGE_SIZE + 100, PAGE_SIZE - 100);
	EXPECT_EQ(memblock_reserved_size(), 100);
	free_bootmem(phys + PAGE_SIZE, 100);
	EXPECT_EQ(memblock_reserved_size(), 0);
	EXPECT_EQ(reserve_bootmem(phys, 64, BOOTMEM_DEFAULT), 0);
	EXPECT_EQ(memblock_reserved_size(), 64);
	end();
}

/* The low calls stay below 16 MiB, and take nothing else. */
KTEST(bootmem, low)
{
	phys_addr_t low = 16 << 20;
	void *p;

	ASSERT(begin(GFP_DMA));
	p = alloc_bootmem_low(100);
	EXPECT(zeroed(p, 100));
	EXPECT(virt_to_phys(p) + 100 <= low);
	EXPECT_EQ((unsigned long)p % SMP_CACHE_BYTES, 0);
	p = alloc_bootmem_low_pages(100);
	EXPECT(zeroed(p, 100));
	EXPECT(PAGE_ALIGNED(p));
	EXPECT(virt_to_phys(p) + 100 <= low);
	end();
}

static unsigned long seen_start[4], seen_end[4];
static unsigned int seen;

static unsigned long takes_5000(unsigned long mem_start, unsigned long mem_end)
{
	seen_start[seen] = mem_start;
	seen_end[seen++] = mem_end;
	memset((void *)mem_start, 0x55, 5000);
	return mem_start + 5000;
}

static unsigned long takes_nothing(unsigned long mem_start, unsigned long mem_end)
{
	seen_start[seen] = mem_start;
	seen_end[seen++] = mem_end;
	return mem_start;
}

static unsigned long takes_too_much(unsigned long mem_start __unused, unsigned long mem_end)
{
	seen++;
	return mem_end + 1;
}

/* Each initialiser sees what those before it left, and gets what it takes. */
KTEST(bootmem, device_initialisers)
{
	static const device_init_fn good[] = {takes_5000, takes_nothing, takes_5000};
	static const device_init_fn bad[] = {takes_too_much};

	ASSERT(begin(GFP_KERNEL));
	seen = 0;
	bootmem_device_init_range(good, good + 3);
	EXPECT_EQ(seen, 3);
	EXPECT_EQ(seen_start[0], pages);
	EXPECT_EQ(seen_end[0], pages + REAL_SIZE);
	EXPECT_EQ(seen_start[1], pages + 5000);
	EXPECT_EQ(seen_start[2], pages + 5000);
	EXPECT_EQ(memblock_reserved_size(), 10000);
	EXPECT_REPORT("outside of") {
		bootmem_device_init_range(bad, bad + 1);
	}
	EXPECT_EQ(memblock_reserved_size(), 10000);
	EXPECT(!memchr_inv((void *)pages, 0x55, 10000));
	alloc_bootmem(REAL_SIZE - 10240); /* what is left is given to others */
	EXPECT(!memchr_inv((void *)pages, 0x55, 10000));
	end();
}

/* An initialiser that start-up itself ran, of a driver that wants 300 bytes. */
#define DEVICE_BYTES 300
static unsigned long device_memory, device_limit;

static unsigned long wants_memory(unsigned long mem_start, unsigned long mem_end)
{
	device_memory = mem_start;
	device_limit = mem_end;
	memset((void *)mem_start, 0x3c, DEVICE_BYTES);
	return mem_start + DEVICE_BYTES;
}
device_init(wants_memory);

/* It was run once, before the page allocator; what it took is nobody else's until now. */
KTEST(bootmem, device_memory_stays)
{
	phys_addr_t at = virt_to_phys((void *)device_memory);

	ASSERT(device_memory);
	EXPECT(device_memory + DEVICE_BYTES <= device_limit);
	EXPECT(memblock_is_region_reserved(at, DEVICE_BYTES));
	EXPECT(memblock_is_reserved(at) && memblock_is_reserved(at + DEVICE_BYTES - 1));
	EXPECT(!memchr_inv((void *)device_memory, 0x3c, DEVICE_BYTES));
	if (pfn_valid(PHYS_PFN(at)))
		EXPECT(PageReserved(virt_to_page((void *)device_memory)));
}

/* The machine's instance: sound, retired, and everything it has is accounted for. */
KTEST(bootmem, hand_off)
{
	phys_addr_t start, stop, free = 0, taken = 0;
	struct memblock_region *r;
	u64 i;

	EXPECT(!memblock_core_check(&memblock));
	EXPECT(memblock.retired);
	for_each_free_mem_range(i, NUMA_NO_NODE, MEMBLOCK_NONE, &start, &stop, NULL) free +=
		stop - start;
	for_each_reserved_mem_region(r)
	{
		for_each_mem_range(i, &start, &stop) {
			start = max(start, r->base);
			stop = min(stop, r->base + r->size);
			taken += start < stop ? stop - start : 0;
		}
	}
	EXPECT_EQ(free + taken, memblock_phys_mem_size());
	EXPECT(memblock_is_region_reserved(boot_info.image_start, 1));
	EXPECT(memblock_is_reserved(boot_info.image_end - 1));
}

/* expect_kept - all of [start, end) was reserved, and no page of it was ever given to anybody. */
static void expect_kept(u64 start, u64 end)
{
	u64 at;

	for (at = start & PAGE_MASK; at < end; at += PAGE_SIZE) {
		EXPECT(memblock_is_reserved(at));
		if (pfn_valid(PHYS_PFN(at)))
			EXPECT(PageReserved(pfn_to_page(PHYS_PFN(at))));
	}
}

/* Whatever the loader left in memory, and was not copied, is there still. */
KTEST(bootmem, what_the_loader_left)
{
	unsigned int i;

	expect_kept(boot_info.info_start, boot_info.info_end);
	for (i = 0; i < boot_info.nr_modules; i++)
		expect_kept(boot_info.modules[i].start, boot_info.modules[i].end);
	for (i = 0; i < boot_info.nr_sections; i++)
		expect_kept(boot_info.sections[i].start, boot_info.sections[i].end);
	if (!strncmp(boot_info.loader, "GRUB",
		     4)) /* which places the names of sections, at least */
		EXPECT(boot_info.nr_sections);
}
