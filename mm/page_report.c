/* SPDX-License-Identifier: MIT */
/*
 * What the page allocator says of a page, and when it is misused or runs dry.
 *
 * A page handed in wrongly:
 *
 *     BUG: Bad page state pfn:00123 order:0: page is free already, by foo+0x12/0x40
 *     page:ffffff1100002460 pfn:0x123 zone:DMA32 node:0 state:free order:3 ...
 *     (who had it, with page_owner=on)
 *     (backtrace)
 *
 * Nothing is changed in any such case: the page stays what it was.
 *
 * Contexts: any.  Nothing here allocates.
 */
#include <linux/kernel.h>
#include <linux/bug.h>
#include <linux/mm.h>
#include <linux/printk.h>
#include <cairn/address.h>
#include <cairn/memory_map.h>
#include "internal.h"
#include "memmap.h"
#include "page_debug.h"
#include "page_state.h"
#include "zone.h"

const char *page_state_name(unsigned int state)
{
	static const char *const names[] = {
		[PAGE_ABSENT] = "absent",     [PAGE_RESERVED] = "reserved",
		[PAGE_INTERIOR] = "interior", [PAGE_FREE] = "free",
		[PAGE_CACHED] = "cached",     [PAGE_ALLOCATED] = "allocated",
	};

	return state < ARRAY_SIZE(names) ? names[state] : "corrupted";
}

const struct page *page_block_around(const struct page *page)
{
	unsigned long pfn = page_to_pfn(page);
	unsigned int order;

	for (order = 1; order < MAX_ORDER; order++) {
		const struct page *head = pfn_to_page(pfn & ~((1UL << order) - 1));

		if (head->order >= order) /* 0 but in the first page of a block */
			return head;
	}
	return NULL;
}

static const char *interior_fault(const struct page *page)
{
	const struct page *head = page_block_around(page);

	if (!head)
		return "lies inside a block that does not exist";
	if (head->state == PAGE_ALLOCATED)
		return "lies inside an allocated block";
	return "lies inside a free block: double free?";
}

static const char *allocated_fault(const struct page *page, unsigned int order)
{
	if (page->order != order)
		return "was allocated with another order";
	if (page->flags & PGF_SLAB)
		return "belongs to a slab cache";
	if (page->flags & PGF_TABLE)
		return "is a page table";
	if (page->flags & ~(PGF_COMPOUND | PGF_TRACKED))
		return "still has the flags of its use";
	if (READ_ONCE(page->_refcount.counter) < 1)
		return "has no reference that could be given up";
	return NULL;
}

const char *page_fault_of(const struct page *page, unsigned int order)
{
	if (!page_valid(page))
		return "is not RAM that the page allocator manages";
	switch (page->state) {
	case PAGE_RESERVED:
		return "is reserved";
	case PAGE_INTERIOR:
		return interior_fault(page);
	case PAGE_FREE:
	case PAGE_CACHED:
		return "is free already: double free";
	case PAGE_ALLOCATED:
		return allocated_fault(page, order);
	default:
		return "has a corrupted descriptor";
	}
}

bool page_is_free(unsigned long pfn)
{
	const struct page *page = pfn_to_page(pfn);

	if (!pfn_valid(pfn))
		return false;
	if (page->state == PAGE_INTERIOR)
		page = page_block_around(page);
	return page && (page->state == PAGE_FREE || page->state == PAGE_CACHED);
}

void direct_map_describe(unsigned long addr, char *buf, size_t size)
{
	phys_addr_t phys = addr - PAGE_OFFSET;
	unsigned long pfn = PHYS_PFN(phys);
	u32 type = memory_map_type(phys);

	if (type == MEM_NONE)
		snprintf(buf, size, "direct map of physical %#llx, where there is no memory", phys);
	else
		snprintf(buf, size, "direct map of physical %#llx, %s, zone %s%s", phys,
			 mem_type_name(type), zone_names[zone_type_of(pfn)],
			 page_is_free(pfn) ? ", free" : "");
}

void page_report_touched(unsigned long address)
{
	unsigned long pfn = PHYS_PFN(address - PAGE_OFFSET);

	if (address - PAGE_OFFSET >= DIRECT_MAP_SIZE || !page_is_free(pfn))
		return;
	pr_alert("the page is free: pfn %#lx\n", pfn);
	if (page_debugging)
		page_debug_print(pfn_to_page(pfn));
}

void dump_page(const struct page *page, const char *reason)
{
	if (!page_valid(page)) {
		pr_err("page:%px is not the descriptor of RAM in use (address %px)\n", page,
		       page_to_virt(page));
	} else {
		pr_err("page:%px pfn:%#lx zone:%s node:%d state:%s order:%u flags:%#x "
		       "refcount:%d cache:%px private:%#lx\n",
		       page, page_to_pfn(page), zone_names[page->zone], page->nid,
		       page_state_name(page->state), page->order, page->flags,
		       page->_refcount.counter, page->slab_cache, page->private);
	}
	if (page_debugging && page_valid(page))
		page_debug_print(page);
	if (reason)
		pr_err("page dumped because: %s\n", reason);
}

void page_misuse(const struct page *page, unsigned int order, const char *what,
		 unsigned long caller)
{
	pr_err("BUG: Bad page state pfn:%05lx order:%u: page %s, by %pS\n", page_to_pfn(page),
	       order, what, (void *)caller);
	dump_page(page, NULL);
	dump_stack();
}

void alloc_failure(gfp_t gfp, unsigned int order, unsigned long caller)
{
	if (gfp & __GFP_NOWARN)
		return;
	pr_warn("page allocation failure: order:%u, mode:%#x(%pGg), by %pS\n", order, gfp, &gfp,
		(void *)caller);
	dump_stack();
	if (gfpflags_allow_blocking(gfp) && !in_atomic() && order <= PAGE_ALLOC_COSTLY_ORDER)
		out_of_memory(gfp, order, caller);
	else
		show_mem();
}
