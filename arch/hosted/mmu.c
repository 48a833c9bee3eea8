/* SPDX-License-Identifier: MIT */
/*
 * The memory management unit, simulated by the host's.
 *
 *   access -> host maps the page?  yes: done
 *                |  no: SIGSEGV
 *                v
 *             walk of the kernel's page tables -> entry: map the frame there, go on
 *                                              -> none: a page fault
 *
 * So the host's mappings are what a TLB is: copies of entries, made when one is
 * needed, which stay until they are flushed even if the entry has changed.  A
 * missing flush shows here as it would on a machine.
 *
 * That is for the ranges that mm/ maps: descriptors, vmalloc, kmap, early devices.
 * The direct map has no tables: paging_init() maps RAM, and nothing else.  What
 * direct_map_set_valid() takes away is noted, and goes with the flush.
 *
 * One fault maps a run of pages: those around it, in the same table, whose frames
 * follow one another.  A host that has no room for more mappings has the TLB flushed.
 *
 * Locking: a walk and the mapping that follows from it are one step to a flush, or
 * what was flushed could come back: both take fill_lock, innermost.  A flush may take
 * away the stack it runs on: the fault that follows fills that in under the same lock.
 * No checker of races looks at this file: a walk meets the writers of tables, as the
 * hardware's does.
 *
 * Context: mmu_fill() in the signal handler, on any CPU.
 */
#include <linux/atomic.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/memblock.h>
#include <linux/mm.h>
#include <cairn/highmem.h>
#include <cairn/memory_map.h>
#include <asm/pgtable.h>
#include <asm/tlbflush.h>
#include "hosted.h"

#define BOOT_MAP_END (4ULL << 30)

pgd_t swapper_pg_dir[PTRS_PER_PGD] __aligned(PAGE_SIZE);
u64 supported_pte_mask = ~0ULL;
static unsigned long early_io_next = EARLY_IO_START;

/* Where something may be mapped that a flush must take away. */
static struct window {
	unsigned long start, end;
	unsigned long low, high; /* what has been used of it since the last flush of all */
} windows[] = {
	{VMALLOC_START, VMALLOC_END + 1, ~0UL, 0},
	{KMAP_START, KMAP_START + KMAP_SIZE, ~0UL, 0},
};

/* What was taken out of the direct map and not flushed since. */
static struct stale_range {
	unsigned long start, end;
} stale[64];
static unsigned int nr_stale;

static unsigned long fill_lock; /* who holds it, by the distance of its per-CPU data, | 1; or 0 */

/* False: this CPU has it already.  It flushes, and its stack was among what it flushed. */
static bool lock_mappings(void)
{
	unsigned long me = __pcpu_read_off() | 1, none = 0;

	if (READ_ONCE(fill_lock) == me)
		return false;
	while (!try_cmpxchg(&fill_lock, &none, me)) {
		none = 0;
		host_yield();
	}
	return true;
}

static void unlock_mappings(void)
{
	smp_store_release(&fill_lock, 0);
}

static bool in_range(unsigned long va, unsigned long start, unsigned long size)
{
	return va - start < size;
}

static bool has_tables(unsigned long va)
{
	return in_range(va, VMALLOC_START, VMALLOC_END + 1 - VMALLOC_START) ||
	       in_range(va, VMEMMAP_START, VMEMMAP_SIZE) || in_range(va, KMAP_START, KMAP_SIZE) ||
	       in_range(va, EARLY_IO_START, EARLY_IO_SIZE);
}

/* Nothing is there, and there is no other way. */
static void reserve(unsigned long va, unsigned long size)
{
	if (host_unmap(va, size))
		panic("the host refuses address space at %#lx: too little memory, or more mappings "
		      "than its vm.max_map_count",
		      va);
}

/* ---- Flushing -------------------------------------------------------------------------- */

static void note_use(unsigned long va, unsigned long size)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(windows); i++) {
		struct window *w = &windows[i];

		if (va < w->start || va >= w->end)
			continue;
		w->low = min(w->low, va);
		w->high = max(w->high, va + size);
	}
}

/* Descriptors and early devices are mapped once, for good: nothing stale can be there. */
static void unmap_all(void)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(windows); i++) {
		struct window used = windows[i];

		/* First, for what comes back at once, the stack, has been used since. */
		windows[i].low = ~0UL;
		windows[i].high = 0;
		if (used.low < used.high)
			reserve(used.low, used.high - used.low);
	}
}

static void unmap_stale(unsigned long start, unsigned long end)
{
	for (unsigned int i = nr_stale; i-- > 0;) {
		struct stale_range range = stale[i];

		if (range.end <= start || end <= range.start)
			continue;
		stale[i] = stale[--nr_stale];
		reserve(range.start, range.end - range.start);
	}
}

/* A block is taken away page by page. */
static void note_stale(unsigned long start, unsigned long end)
{
	if (nr_stale && stale[nr_stale - 1].end == start) {
		stale[nr_stale - 1].end = end;
		return;
	}
	if (nr_stale == ARRAY_SIZE(stale))
		unmap_stale(0, ~0UL);
	stale[nr_stale++] = (struct stale_range){start, end};
}

void flush_tlb_kernel_range(unsigned long start, unsigned long end)
{
	lock_mappings();
	unmap_stale(start & PAGE_MASK, end);
	for (unsigned int i = 0; i < ARRAY_SIZE(windows); i++) {
		unsigned long from = max(start & PAGE_MASK, windows[i].low);
		unsigned long to = min(PAGE_ALIGN(end), windows[i].high);

		if (from < to && host_unmap(from, to - from))
			unmap_all();
	}
	unlock_mappings();
}

void flush_tlb_all(void)
{
	lock_mappings();
	unmap_stale(0, ~0UL);
	unmap_all();
	unlock_mappings();
}

/* ---- Filling --------------------------------------------------------------------------- */

struct translation {
	unsigned long va;
	unsigned long size;
	phys_addr_t phys;
	bool writable;
};

static bool follows(pte_t e, pte_t first, long distance)
{
	return pte_present(e) && pte_write(e) == pte_write(first) &&
	       pte_pfn(e) == pte_pfn(first) + (unsigned long)distance;
}

/* The run of pages around entry @index of a leaf table. */
static struct translation run_around(const pte_t *table, unsigned long va)
{
	long index = (long)PTE_INDEX(va), first = index, last = index;
	pte_t e = ptep_get(&table[index]);

	while (first > 0 && follows(ptep_get(&table[first - 1]), e, first - 1 - index))
		first--;
	while (last < PTRS_PER_PTE - 1 && follows(ptep_get(&table[last + 1]), e, last + 1 - index))
		last++;
	return (struct translation){
		.va = (va & PAGE_MASK) - (unsigned long)(index - first) * PAGE_SIZE,
		.size = (unsigned long)(last - first + 1) * PAGE_SIZE,
		.phys = PFN_PHYS(pte_pfn(e) - (unsigned long)(index - first)),
		.writable = pte_write(e),
	};
}

static bool translate(unsigned long va, struct translation *t)
{
	const pgd_t *pgd = pgd_offset_k(va);
	const pud_t *pud;
	const pmd_t *pmd;
	const pte_t *pte;

	if (!pgd_present(*pgd))
		return false;
	pud = pud_offset(pgd, va);
	if (!pud_present(*pud))
		return false;
	pmd = pmd_offset(pud, va);
	if (!pmd_present(*pmd))
		return false;
	if (pmd_leaf(*pmd)) {
		*t = (struct translation){va & PMD_MASK, PMD_SIZE, PFN_PHYS(pmd_pfn(*pmd)),
					  pmd_val(*pmd) & _PAGE_RW};
		return true;
	}
	pte = pte_offset_kernel(pmd, va);
	if (!pte_present(ptep_get(pte)))
		return false;
	*t = run_around(pte - PTE_INDEX(va), va);
	return true;
}

static bool fill(unsigned long va, bool write)
{
	struct translation t;

	if (!translate(va, &t) || (write && !t.writable))
		return false;
	if (host_map(t.va, t.size, t.phys, t.writable)) {
		unmap_all();
		if (host_map(t.va, t.size, t.phys, t.writable))
			return false;
	}
	note_use(t.va, t.size);
	return true;
}

bool direct_map_set_valid(unsigned long va, unsigned long nr, bool valid)
{
	unsigned long end = va + nr * PAGE_SIZE;

	lock_mappings();
	if (!valid) {
		note_stale(va, end);
	} else {
		unmap_stale(va, end);
		if (host_map(va, end - va, va - PAGE_OFFSET, 1))
			panic("the host has no room for another mapping");
	}
	unlock_mappings();
	return true;
}

bool direct_map_split(unsigned long va __unused)
{
	return true;
}

bool mmu_fill(unsigned long va, bool write)
{
	bool filled, locked;

	if (!has_tables(va))
		return false;
	locked = lock_mappings();
	filled = fill(va, write);
	if (locked)
		unlock_mappings();
	return filled;
}

/* ---- Start-up -------------------------------------------------------------------------- */

void __init mmu_init(void)
{
	host_memory_init(1ULL << HOSTED_PHYS_BITS);
	reserve(PAGE_OFFSET, DIRECT_MAP_SIZE);
	reserve(VMEMMAP_START, VMEMMAP_SIZE);
	reserve(KMAP_START, KMAP_SIZE);
	reserve(EARLY_IO_START, EARLY_IO_SIZE);
	reserve(VMALLOC_START, VMALLOC_END + 1 - VMALLOC_START);
	if (host_map(PAGE_OFFSET, BOOT_MAP_END, 0, 1))
		panic("no direct map for start-up");
}

static phys_addr_t __init mapped_end(const struct mem_range *range)
{
	if (!mem_type_is_ram(range->type))
		return 0;
	return range->type == MEM_USABLE ? min(range->end, lowmem_end()) : range->end;
}

/* The list of ranges lies in memory itself, so what is mapped stays so throughout. */
void __init paging_init(void)
{
	u64 done = 0;

	for (unsigned int i = 0; i < nr_memory_map; i++) {
		u64 start = memory_map[i].start;
		u64 end = mapped_end(&memory_map[i]);

		if (start >= end)
			continue;
		if (end > DIRECT_MAP_SIZE)
			panic("RAM up to %#llx: this program has room for %lu GiB", end - 1,
			      (unsigned long)DIRECT_MAP_SIZE >> 30);
		if (done < start)
			reserve(PAGE_OFFSET + done, start - done);
		if (host_map(PAGE_OFFSET + start, end - start, start, 1))
			panic("no direct map for %#llx-%#llx", start, end - 1);
		done = end;
	}
	if (done < BOOT_MAP_END)
		reserve(PAGE_OFFSET + done, BOOT_MAP_END - done);
	memblock_set_current_limit(lowmem_end());
}

/* The image is not in simulated memory, so there is nothing to protect or to free. */
void paging_free_initmem(void)
{
}

void __iomem *early_ioremap(phys_addr_t phys, unsigned long size, pgprot_t prot)
{
	unsigned long offset = phys & ~PAGE_MASK, va = early_io_next;
	unsigned long length = PAGE_ALIGN(offset + size);

	(void)prot;
	if (!size || length < size || va + length > EARLY_IO_START + EARLY_IO_SIZE ||
	    host_map(va, length, phys - offset, 1))
		return NULL;
	early_io_next += length;
	return (void __iomem *)(va + offset);
}
