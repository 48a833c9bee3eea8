/* SPDX-License-Identifier: MIT */
/*
 * Scenario: device registers that every PC has, the HPET's, are mapped at any
 * offset and length, with every cache type, and read; what must not be mapped is
 * tried.  No device is written to.  Copies to and from a device are made
 * against memory mapped uncached, where every access is seen.
 */
#include <linux/io.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/preempt.h>
#include <linux/string.h>
#include <linux/vmalloc.h>
#include <cairn/memory_map.h>
#include <cairn/test.h>
#include <cairn/vfile.h>
#include <asm/processor.h>
#include <asm/traps.h>
#include "../mm/vmap.h"

#define HPET 0xfed00000UL /* HPET's registers; the page is no RAM on any PC */

static u64 entry_of(const volatile void __iomem *p)
{
	return vmalloc_entry((unsigned long)p);
}

/* Where nothing answers: beyond any RAM and any device, if addresses are 39 bits or more. */
static phys_addr_t nowhere(void)
{
	return (1ULL << min(cpu_info.phys_bits, 39u)) - (64ULL << 30);
}

KTEST(ioremap, any_offset_and_length)
{
	u32 id;
	void __iomem *base = ioremap(HPET, 1024);

	ASSERT(base);
	EXPECT(!vmalloc_to_page((void __force *)base)); /* a device has no descriptors */
	EXPECT_EQ(vmalloc_to_pfn((void __force *)base), PHYS_PFN(HPET));
	id = readl(base);
	for (unsigned int offset = 0; offset < 3 * PAGE_SIZE; offset += 1020)
		for (unsigned int size = 1; size < 70000; size = size * 3 + 5) {
			void __iomem *p = ioremap(HPET + offset, size);
			unsigned long end = ((unsigned long)p + size - 1) | ~PAGE_MASK;

			ASSERT(p);
			EXPECT_EQ((unsigned long)p % PAGE_SIZE, offset % PAGE_SIZE);
			EXPECT_EQ(entry_of(p) & PTE_PFN_MASK, (HPET + offset) & PAGE_MASK);
			EXPECT(entry_of((void __iomem *)end));
			EXPECT(!entry_of((void __iomem *)(end + 1))); /* the guard */
			if (offset == 0)
				EXPECT_EQ(readl(p), id);
			iounmap(p);
		}
	EXPECT(!vmap_check());
	iounmap(base);
	iounmap(NULL);
}

KTEST(ioremap, cache_types_reach_the_entries)
{
	static const struct {
		void __iomem *(*map)(resource_size_t phys, size_t size);
		u64 cache;
	} types[] = {
		{ioremap, _PAGE_CACHE_UC_MINUS}, {ioremap_uc, _PAGE_CACHE_UC},
		{ioremap_np, _PAGE_CACHE_UC},	 {ioremap_wc, _PAGE_CACHE_WC},
		{ioremap_wt, _PAGE_CACHE_WT},	 {ioremap_cache, _PAGE_CACHE_WB},
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(types); i++) {
		/* 2 MiB large and aligned: a large page has its PAT bit elsewhere. */
		void __iomem *small = types[i].map(HPET, 8);
		void __iomem *large = types[i].map(nowhere(), 2 * PMD_SIZE);
		u64 cache = types[i].cache & supported_pte_mask; /* without PAT, WC is UC- */
		char text[192];

		if (!EXPECT(small && large)) {
			iounmap(small);
			iounmap(large);
			return;
		}
		EXPECT_EQ(entry_of(small) & _PAGE_CACHE_MASK, cache);
		EXPECT(pmd_leaf(*pt_pmd((unsigned long)large)));
		EXPECT_EQ(entry_of(large + PMD_SIZE + 5 * PAGE_SIZE) & _PAGE_CACHE_MASK, cache);
		EXPECT_EQ(entry_of(large + PMD_SIZE + 5 * PAGE_SIZE) & PTE_PFN_MASK,
			  nowhere() + PMD_SIZE + 5 * PAGE_SIZE);
		EXPECT(entry_of(small) & _PAGE_NX || !cpu_has(NX));
		EXPECT(vmalloc_describe((unsigned long)small, text, sizeof(text)));
		EXPECT(strstr(text, "ioremap area of ioremap_cache_types_reach_the_entries+"));
		iounmap(small);
		iounmap(large);
	}
	EXPECT(!vmap_check());
}

KTEST(ioremap, types_must_not_conflict)
{
	void __iomem *uc = ioremap(HPET, 2 * PAGE_SIZE), *again, *other;

	ASSERT(uc);
	again = ioremap_uc(HPET + PAGE_SIZE, 16); /* both are uncached */
	EXPECT(again);
	EXPECT_REPORT("as write-combining conflicts with a live mapping of") {
		EXPECT(!ioremap_wc(HPET + PAGE_SIZE + 8, 8));
	}
	other = ioremap_wc(HPET - 8, 8); /* below it */
	EXPECT(other);
	iounmap(other);
	other = ioremap_wc(HPET + 2 * PAGE_SIZE, 8); /* above it */
	EXPECT(other);
	EXPECT_REPORT("conflicts with a live mapping") {
		EXPECT(!ioremap(HPET, 3 * PAGE_SIZE));
	}
	iounmap(uc);
	iounmap(again);
	again = ioremap_wc(HPET, 8); /* the unmapped ones are forgotten in time */
	EXPECT(again);
	iounmap(again);
	iounmap(other);
}

/* Any page of RAM that the page allocator has. */
static phys_addr_t some_ram(void)
{
	for (unsigned int i = 0; i < nr_memory_map; i++)
		if (memory_map[i].type == MEM_USABLE && memory_map[i].start >= 1 << 20)
			return memory_map[i].start;
	return 0;
}

/* The end of usable RAM with nothing behind it that the direct map has. */
static phys_addr_t end_of_ram(void)
{
	for (unsigned int i = 0; i < nr_memory_map; i++)
		if (memory_map[i].type == MEM_USABLE &&
		    !memory_map_is_ram(memory_map[i].end, memory_map[i].end + 1))
			return memory_map[i].end;
	return 0;
}

KTEST(ioremap, ram_is_refused)
{
	phys_addr_t ram = some_ram();

	EXPECT_REPORT("ioremap on RAM") {
		EXPECT(!ioremap(ram, 4));
	}
	EXPECT_REPORT("ioremap on RAM") {
		EXPECT(!ioremap_cache(ram + 12345, 1));
	}
	EXPECT_REPORT("ioremap on RAM") {
		EXPECT(!ioremap(__pa(some_ram), 16)); /* the image */
	}
	EXPECT_REPORT("ioremap on RAM") {
		EXPECT(!ioremap(end_of_ram() - 1, 16)); /* begins in the last byte */
	}
}

/* The start of usable RAM with nothing before it that the direct map has; not below 1 MiB. */
static phys_addr_t start_of_ram(void)
{
	for (unsigned int i = 0; i < nr_memory_map; i++)
		if (memory_map[i].type == MEM_USABLE && memory_map[i].start >= 1 << 20 &&
		    !memory_map_is_ram(memory_map[i].start - 1, memory_map[i].start))
			return memory_map[i].start;
	return 0;
}

/* What ends where RAM begins is none. */
KTEST(ioremap, beside_ram)
{
	phys_addr_t ram = start_of_ram();
	void __iomem *p;

	if (!ram) {
		ktest_skip("RAM begins behind RAM");
		return;
	}
	EXPECT(PAGE_ALIGNED(ram));
	p = ioremap_cache(ram - 16, 16);
	EXPECT(p);
	iounmap(p);
	EXPECT_REPORT("ioremap on RAM") {
		EXPECT(!ioremap_cache(ram - 16, 17));
	}
}

KTEST(ioremap, ranges_that_cannot_be_are_refused)
{
	EXPECT_REPORT("ioremap on nothing") {
		EXPECT(!ioremap(HPET, 0));
	}
	EXPECT_REPORT("ioremap on addresses the CPU does not have") {
		EXPECT(!ioremap(~0ULL, 2));
	}
	EXPECT_REPORT("ioremap on addresses the CPU does not have") {
		EXPECT(!ioremap(HPET, ~0UL));
	}
	EXPECT_REPORT("ioremap on addresses the CPU does not have") {
		EXPECT(!ioremap(1ULL << cpu_info.phys_bits, PAGE_SIZE));
	}
	EXPECT_REPORT("ioremap on addresses the CPU does not have") {
		EXPECT(!ioremap((1ULL << cpu_info.phys_bits) - 1, 2));
	}
}

KTEST(ioremap, a_range_of_8_tib_is_refused)
{
	if (cpu_info.phys_bits < 44) {
		ktest_skip("the CPU has no 8 TiB beside RAM");
		return;
	}
	EXPECT_REPORT("ioremap on more than 8 TiB") {
		EXPECT(!ioremap(1ULL << 43, 1UL << 43));
	}
}

KTEST(ioremap, far_above_4_gib)
{
	phys_addr_t phys = nowhere() + 0x123;
	void __iomem *p = ioremap(phys, 8UL << 30);

	ASSERT(p);
	EXPECT_EQ(entry_of(p + (5UL << 30)) & PTE_PFN_MASK, (phys + (5UL << 30)) & PAGE_MASK);
	iounmap(p);
	EXPECT(!vmap_check());
}

KTEST(ioremap, only_what_was_given_can_be_unmapped)
{
	void __iomem *p = ioremap(HPET + 0x10, 2 * PAGE_SIZE);

	ASSERT(p);
	EXPECT_REPORT("Trying to iounmap()") {
		iounmap(p - 0x10);
	}
	EXPECT_REPORT("Trying to iounmap()") {
		iounmap(p + PAGE_SIZE);
	}
	readl(p);
	iounmap(p);
	EXPECT_REPORT("Trying to iounmap()") {
		iounmap(p);
	}
}

KTEST(ioremap, atomic_context_is_reported)
{
	void __iomem *p = NULL;

	EXPECT_REPORT("BUG: sleeping function called from invalid context") {
		preempt_disable();
		p = ioremap(HPET, 4);
		preempt_enable();
	}
	iounmap(p);
}

KTEST(ioremap, vmallocinfo_names_the_device)
{
	static char text[16384];
	void __iomem *p = ioremap(HPET + 8, 4);

	ASSERT(p);
	EXPECT(vfile_read("vmallocinfo", text, sizeof(text)) > 0);
	EXPECT(strstr(text, "    8192 ioremap_vmallocinfo_names_the_device+"));
	EXPECT(strstr(text, " phys=0x00000000fed00008 ioremap\n"));
	iounmap(p);
}

KTEST(ioremap, memremap_takes_ram_from_the_direct_map)
{
	phys_addr_t ram = some_ram();
	void *p = memremap(ram + 100, 50, MEMREMAP_WB);

	EXPECT(p == __va(ram + 100));
	memunmap(p);
	EXPECT_REPORT("memremap attempted on RAM") {
		EXPECT(!memremap(ram, 50, MEMREMAP_WC));
	}
	EXPECT_REPORT("memremap attempted on mixed range") {
		EXPECT(!memremap(end_of_ram() - 16, 32, MEMREMAP_WB));
	}
	EXPECT(!memremap(ram, 50, 0));
	EXPECT_REPORT("memremap attempted on no range") {
		EXPECT(!memremap(HPET, 0, MEMREMAP_WB));
	}
	EXPECT_REPORT("memremap attempted on no range") {
		EXPECT(!memremap(HPET, ~0UL, MEMREMAP_WB));
	}
}

/* Memory of a device gets the first of the types asked for that there is. */
KTEST(ioremap, memremap_of_a_device)
{
	static const struct {
		unsigned long flags;
		u64 type;
	} cases[] = {
		{MEMREMAP_WB | MEMREMAP_WC, _PAGE_CACHE_WB},
		{MEMREMAP_WT, _PAGE_CACHE_WT},
		{MEMREMAP_WC, _PAGE_CACHE_WC},
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(cases); i++) {
		void *p = memremap(nowhere() + 4, 4, cases[i].flags);

		ASSERT(p);
		EXPECT_EQ((unsigned long)p % PAGE_SIZE, 4);
		EXPECT_EQ(vmalloc_entry((unsigned long)p) & _PAGE_CACHE_MASK,
			  cases[i].type & supported_pte_mask);
		memunmap(p);
	}
}

/* ---- accessors ------------------------------------------------------------------------- */

KTEST(ioremap, accessors_are_as_wide_as_they_say)
{
	u64 cell[4] = {0};
	void __iomem *p = (void __iomem *)cell;

	writeb(0x11, p);
	writew(0x2222, p + 2);
	writel(0x33333333, p + 4);
	writeq(0x4444444444444444, p + 8);
	EXPECT_EQ(cell[0], 0x3333333322220011);
	EXPECT_EQ(cell[1], 0x4444444444444444);
	EXPECT_EQ(cell[2], 0);
	EXPECT_EQ(readb(p + 4), 0x33);
	EXPECT_EQ(readw(p + 2), 0x2222);
	EXPECT_EQ(readl(p), 0x22220011);
	EXPECT_EQ(readq(p + 8), 0x4444444444444444);
	iowrite32(0x12345678, p + 16);
	EXPECT_EQ(ioread32be(p + 16), 0x78563412);
	iowrite16be(0x1234, p + 20);
	EXPECT_EQ(ioread16(p + 20), 0x3412);
	EXPECT_EQ(ioread8(p + 16), 0x78);
	iowrite64(5, p + 24);
	EXPECT_EQ(ioread64(p + 24), 5);
}

KTEST(ioremap, port_cookies_reach_ports)
{
	void __iomem *cmos = ioport_map(0x70, 2);

	ASSERT(cmos);
	iowrite8(0x0f, cmos); /* the shutdown status byte: any value, but the same twice */
	EXPECT_EQ(ioread8(cmos + 1), inb(0x71));
	EXPECT(!ioport_map(0xffff, 2));
	EXPECT(!ioport_map(0x10000, 1));
	ioport_unmap(cmos);
}

KTEST(ioremap, copies_move_exactly_their_bytes)
{
	static u8 device[96], memory[96];

	for (unsigned int start = 0; start < 8; start++)
		for (unsigned int n = 0; n < 64; n++) {
			for (unsigned int i = 0; i < sizeof(memory); i++)
				memory[i] = (u8)(i * 7 + n);
			memset(device, 0xee, sizeof(device));
			memcpy_toio((void __iomem *)(device + start), memory + 3, n);
			ASSERT(!memcmp(device + start, memory + 3, n));
			ASSERT(!memchr_inv(device, 0xee, start));
			ASSERT(!memchr_inv(device + start + n, 0xee, 16));
			memset(memory, 0xdd, sizeof(memory));
			memcpy_fromio(memory + 1, (void __iomem *)(device + start), n);
			ASSERT(!memcmp(device + start, memory + 1, n));
			ASSERT(!memchr_inv(memory + 1 + n, 0xdd, 16));
			memset_io((void __iomem *)(device + start), 0x1a5, n);
			ASSERT(!memchr_inv(device + start, 0xa5, n));
			ASSERT(!memchr_inv(device + start + n, 0xee, 16));
		}
}

KTEST(ioremap, repeated_accesses_hit_one_register)
{
	u32 reg = 0, from[3] = {1, 2, 3}, to[3] = {0};
	void __iomem *p = (void __iomem *)&reg;

	iowrite32_rep(p, from, 3);
	EXPECT_EQ(reg, 3);
	ioread32_rep(p, to, 3);
	EXPECT(to[0] == 3 && to[2] == 3);
	reg = 0xffffffff;
	iowrite8_rep(p, from, 1);
	EXPECT_EQ(reg, 0xffffff01);
	iowrite16_rep(p, from, 1);
	EXPECT_EQ(reg, 0xffff0001);
	ioread8_rep(p, to, 4);
	ioread16_rep(p, to, 2);
	EXPECT_EQ(to[0], 0x00010001);
}
