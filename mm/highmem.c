/* SPDX-License-Identifier: MIT */
/*
 * ZONE_HIGHMEM: memory without an address.  With highmem=SIZE the top SIZE bytes of
 * RAM are left out of the direct map, as on machines with more memory than
 * addresses, and a page of it is mapped while somebody looks at it:
 *
 *     KMAP_START   | 64 slots for kmap() | CPU 0: 16 for kmap_local | CPU 1 ...
 *			|
 *		    page, count			     a stack a CPU
 *
 * A slot of kmap() belongs to a page until its last kunmap(), for every thread.
 * One that is given up is unmapped and flushed on all CPUs before it is free.
 * Slots of kmap_local_page() are a stack: an interrupt that takes one gives it back
 * before it returns.  Preemption is off while one is held, and the CPU that
 * filled the entry is the only one whose TLB can hold it.
 *
 * Invariants:
 *     a slot's entry is present  <=>  it has a page
 *     count > 0 where there is a page; BUSY while the entry is being taken away; 0 if free
 *     entries below a CPU's depth are present, those above are not
 *
 * Locking: kmap_lock for slots; this CPU's stack needs none.
 *
 * Who finds all slots of kmap() in use sleeps until one is given up.
 *
 * Not done: kmap_local_page() does not let its thread be preempted.
 */
#include <linux/kernel.h>
#include <linux/bug.h>
#include <linux/cpumask.h>
#include <linux/highmem.h>
#include <linux/init.h>
#include <linux/memblock.h>
#include <linux/printk.h>
#include <linux/smp.h>
#include <linux/spinlock.h>
#include <linux/wait.h>
#include <cairn/highmem.h>
#include <cairn/init.h>
#include <cairn/memory_map.h>
#include <asm/tlbflush.h>
#include "internal.h"
#include "page_table.h"
#include "zone.h"

#define KMAP_SLOTS  64
#define LOCAL_SLOTS 16
#define BUSY	    (-1)

_Static_assert((KMAP_SLOTS + LOCAL_SLOTS * NR_CPUS) * PAGE_SIZE <= KMAP_SIZE, "room for all");

/* What kernels need below for themselves. */
#define LEAST_LOWMEM (32ULL << 20)

static u64 wanted;

static struct kmap_slot {
	struct page *page;
	int count;
} slots[KMAP_SLOTS];
static DEFINE_SPINLOCK_RANK(kmap_lock, LOCK_RANK_KMAP);
static DECLARE_WAIT_QUEUE_HEAD(kmap_wait); /* for a slot */
static DEFINE_PER_CPU(int, kmap_depth);

static int set_highmem(const char *value)
{
	char *end;

	wanted = memparse(value, &end) & PAGE_MASK;
	return end == value || *end ? -EINVAL : 0;
}
BOOT_PARAM("highmem", set_highmem, "SIZE: move the top SIZE bytes of RAM to ZONE_HIGHMEM");

/* What is reserved already is used through the direct map. */
static u64 __init lowest_start(const struct mem_range *map, unsigned int nr)
{
	u64 lowest = LEAST_LOWMEM;
	unsigned int i, j;

	for (i = 0; i < nr; i++) {
		for (j = 0; map[i].type == MEM_USABLE && j < memblock.reserved.cnt; j++) {
			const struct memblock_region *r = &memblock.reserved.regions[j];

			if (r->base < map[i].end && r->base + r->size > map[i].start)
				lowest = max(lowest, (u64)(r->base + r->size));
		}
	}
	return PAGE_ALIGN(lowest);
}

void __init highmem_setup(const struct mem_range *map, unsigned int nr)
{
	u64 left = wanted, lowest = lowest_start(map, nr), start = ~0ULL;

	for (; nr-- && left;) {
		u64 from = max(PAGE_ALIGN(map[nr].start), lowest), to = map[nr].end & PAGE_MASK;

		if (map[nr].type != MEM_USABLE || from >= to)
			continue;
		start = to - from > left ? to - left : from;
		left -= to - start;
	}
	if (left && wanted)
		pr_warn("highmem: %llu of %llu KiB can be had\n", (wanted - left) >> 10,
			wanted >> 10);
	if (start != ~0ULL)
		highmem_start_pfn = PHYS_PFN(start);
}

static unsigned long slot_address(unsigned int slot)
{
	return KMAP_START + slot * PAGE_SIZE;
}

static pte_t *slot_pte(unsigned int slot)
{
	return pte_offset_kernel(pt_pmd(slot_address(slot)), slot_address(slot));
}

static void map_slot(unsigned int slot, struct page *page)
{
	set_pte(slot_pte(slot), pfn_pte(page_to_pfn(page), PAGE_KERNEL));
}

void __init highmem_init(void)
{
	unsigned int slot, nr = KMAP_SLOTS + LOCAL_SLOTS * nr_cpu_ids;

	if (highmem_start_pfn == ~0UL)
		return;
	pt_share(KMAP_START, KMAP_START + KMAP_SIZE - 1);
	for (slot = 0; slot < nr; slot++)
		if (!pt_pin_leaf(slot_address(slot)))
			panic("highmem: no memory for page tables");
}

/* ---- For every thread ------------------------------------------------------------------ */

/* The slot that a page has, or NULL; kmap_lock is held. */
static struct kmap_slot *slot_of(const struct page *page)
{
	struct kmap_slot *slot;

	for (slot = slots; slot < slots + KMAP_SLOTS; slot++)
		if (slot->page == page)
			return slot;
	return NULL;
}

/* Gives a page a slot, and maps it there; NULL if none is free. */
static struct kmap_slot *take_slot(struct page *page)
{
	struct kmap_slot *slot;

	for (slot = slots; slot < slots + KMAP_SLOTS; slot++) {
		if (slot->count)
			continue;
		slot->page = page;
		map_slot((unsigned int)(slot - slots), page);
		return slot;
	}
	return NULL;
}

/* Maps a page, or counts once more; NULL if no slot is free. */
static struct kmap_slot *try_map(struct page *page)
{
	struct kmap_slot *slot;
	unsigned long flags;

	spin_lock_irqsave(&kmap_lock, flags);
	slot = slot_of(page) ?: take_slot(page);
	if (slot)
		slot->count++;
	spin_unlock_irqrestore(&kmap_lock, flags);
	return slot;
}

void *kmap_high(struct page *page)
{
	struct kmap_slot *slot;

	wait_event(kmap_wait, (slot = try_map(page)) != NULL);
	return (void *)slot_address((unsigned int)(slot - slots));
}

void *highmem_page_address(const struct page *page)
{
	struct kmap_slot *slot;
	unsigned long flags;

	spin_lock_irqsave(&kmap_lock, flags);
	slot = slot_of(page);
	spin_unlock_irqrestore(&kmap_lock, flags);
	return slot ? (void *)slot_address((unsigned int)(slot - slots)) : NULL;
}

static void unmap_slot(struct kmap_slot *slot)
{
	unsigned long at = slot_address((unsigned int)(slot - slots)), flags;

	pte_clear(slot_pte((unsigned int)(slot - slots)));
	flush_tlb_kernel_range(at, at + PAGE_SIZE);
	spin_lock_irqsave(&kmap_lock, flags);
	slot->count = 0;
	spin_unlock_irqrestore(&kmap_lock, flags);
	wake_up(&kmap_wait);
}

void kunmap_high(struct page *page)
{
	struct kmap_slot *slot;
	unsigned long flags;
	bool last = false;

	spin_lock_irqsave(&kmap_lock, flags);
	slot = slot_of(page);
	if (slot && --slot->count == 0) {
		slot->page = NULL;
		slot->count = BUSY;
		last = true;
	}
	spin_unlock_irqrestore(&kmap_lock, flags);
	if (!slot)
		page_misuse(page, 0, "is not mapped by kmap()", RET_IP);
	else if (last)
		unmap_slot(slot);
}

/* ---- For this CPU ---------------------------------------------------------------------- */

static unsigned int local_slot(int depth)
{
	return KMAP_SLOTS + LOCAL_SLOTS * (unsigned int)smp_processor_id() + (unsigned int)depth;
}

void *kmap_local_high(struct page *page)
{
	int depth;

	preempt_disable();
	depth = this_cpu_inc_return(kmap_depth) - 1;
	if (depth >= LOCAL_SLOTS)
		panic("kmap_local_page: %d mappings in one another", depth + 1);
	map_slot(local_slot(depth), page);
	return (void *)slot_address(local_slot(depth));
}

void kunmap_local_high(const void *addr)
{
	unsigned long at = (unsigned long)addr & PAGE_MASK;
	int depth = this_cpu_read(kmap_depth) - 1;

	if (depth < 0 || at != slot_address(local_slot(depth))) {
		pr_err("BUG: kunmap_local: 0x%px is not what was mapped last, by %pS\n", addr,
		       (void *)RET_IP);
		dump_stack();
		return;
	}
	pte_clear(slot_pte(local_slot(depth)));
	local_flush_tlb_one(at); /* no other CPU has used the slot */
	this_cpu_dec(kmap_depth);
	preempt_enable();
}

void clear_block(struct page *page, unsigned int order)
{
	unsigned long i;

	if (likely(!PageHighMem(page))) {
		clear_pages(page_to_virt(page), order);
		return;
	}
	for (i = 0; i < 1UL << order; i++)
		clear_highpage(page + i);
}
