/* SPDX-License-Identifier: MIT */
/*
 * ioremap() and relatives: device memory in the vmalloc range.
 *
 *   phys   ....[xxxxxxxxxx]....        any alignment, any length
 *          |      |      |             whole pages are mapped
 *   area   | page | page | guard |     the result keeps the offset in the page
 *
 * The cache type of a mapping is in its page-table entries, as an index into the
 * page attribute table.  Two live mappings of one page with different types are
 * undefined on x86, the direct map's write-back included.  So live mappings are
 * kept in one list for each type, and a new one is compared with those of every
 * other type: nearly always there are none or a few.  A mapping stays listed
 * until the TLB has forgotten it; a conflict with one that only waits for that
 * is resolved by a purge.
 *
 * What is refused, with a report: no bytes, a range that wraps around or leaves
 * the CPU's physical addresses, RAM (the page allocator's, which the direct map
 * covers), a conflict of types.  Firmware's tables are RAM too, but nobody's:
 * they can be had write-back, as the direct map has them.
 *
 * Locking: memtype_lock guards the lists; it nests inside purge_lock, and like that is
 * never taken in an interrupt.
 * Contexts: mapping may sleep; unmapping is for any but interrupts, and reported there.
 */
#include <linux/bug.h>
#include <linux/gfp.h>
#include <linux/io.h>
#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/preempt.h>
#include <linux/spinlock.h>
#include <cairn/memory_map.h>
#include <asm/processor.h>
#include "vmap.h"

/* One mapping is shorter than this: an area counts its pages in 32 bits. */
#define IOREMAP_MAX (1UL << 43)
_Static_assert(IOREMAP_MAX >> PAGE_SHIFT <= 0xffffffffUL, "fits va->span");

/* Cache types, by what conflicts: the two kinds of uncached get along. */
enum memtype {
	MEMTYPE_UC,
	MEMTYPE_WC,
	MEMTYPE_WT,
	MEMTYPE_WB,
	NR_MEMTYPES,
};

static const char *const memtype_name[NR_MEMTYPES] = {
	"uncached",
	"write-combining",
	"write-through",
	"write-back",
};

static DEFINE_SPINLOCK_RANK(memtype_lock, LOCK_RANK_MEMTYPE);
static struct list_head memtype_list[NR_MEMTYPES] = {
	LIST_HEAD_INIT(memtype_list[MEMTYPE_UC]),
	LIST_HEAD_INIT(memtype_list[MEMTYPE_WC]),
	LIST_HEAD_INIT(memtype_list[MEMTYPE_WT]),
	LIST_HEAD_INIT(memtype_list[MEMTYPE_WB]),
};

/* ---- what may be mapped ---------------------------------------------------------------- */

static bool __cold refuse(const char *why, phys_addr_t phys, size_t size)
{
	pr_err("BUG: ioremap on %s at %#llx, %zu bytes\n", why, (unsigned long long)phys, size);
	dump_stack();
	return false;
}

/* The first range of the memory map that ends above @phys. */
static const struct mem_range *first_range(phys_addr_t phys)
{
	unsigned int low = 0, high = nr_memory_map;

	while (low < high) {
		unsigned int mid = (low + high) / 2;

		if (memory_map[mid].end <= phys)
			low = mid + 1;
		else
			high = mid;
	}
	return memory_map + low;
}

/* Is [phys, end) free of memory that has an owner, or a mapping of another type? */
static bool not_ram(phys_addr_t phys, phys_addr_t end, enum memtype type)
{
	const struct mem_range *r = first_range(phys);

	for (; r < memory_map + nr_memory_map && r->start < end; r++) {
		if (r->type == MEM_USABLE)
			return refuse("RAM", phys, end - phys);
		if (mem_type_is_ram(r->type) && type != MEMTYPE_WB)
			return refuse("firmware's memory, which is mapped write-back,", phys,
				      end - phys);
	}
	return true;
}

static bool range_ok(phys_addr_t phys, size_t size, enum memtype type)
{
	phys_addr_t last = phys + size - 1;

	if (unlikely(!size))
		return refuse("nothing", phys, size);
	if (unlikely(last < phys) || unlikely(last >> cpu_info.phys_bits))
		return refuse("addresses the CPU does not have", phys, size);
	if (unlikely(size >= IOREMAP_MAX))
		return refuse("more than 8 TiB", phys, size);
	return not_ram(phys & PAGE_MASK, (last | ~PAGE_MASK) + 1, type);
}

/* ---- cache types of live mappings, under memtype_lock ---------------------------------- */

static phys_addr_t first_byte(const struct vmap_area *va)
{
	return va->phys & PAGE_MASK;
}

static phys_addr_t past_last(const struct vmap_area *va)
{
	return first_byte(va) + ((phys_addr_t)va->span << PAGE_SHIFT);
}

/* A mapping of another type than @va's that shares a page with it, or NULL. */
static struct vmap_area *conflict_with(const struct vmap_area *va)
{
	struct vmap_area *other;

	for (unsigned int type = 0; type < NR_MEMTYPES; type++) {
		if (type == va->cache || list_empty(&memtype_list[type]))
			continue;
		list_for_each_entry(other, &memtype_list[type], memtype)
			if (first_byte(other) < past_last(va) && first_byte(va) < past_last(other))
				return other;
	}
	return NULL;
}

static bool __cold report_conflict(const struct vmap_area *va, enum memtype other, phys_addr_t phys)
{
	pr_err("BUG: ioremap of %#llx as %s conflicts with a live mapping of %#llx as %s\n",
	       (unsigned long long)va->phys, memtype_name[va->cache], (unsigned long long)phys,
	       memtype_name[other]);
	dump_stack();
	return false;
}

/* Lists @va, or tells the type and the address of a mapping that is in its way. */
static __always_inline bool memtype_try_add(struct vmap_area *va, enum memtype *type,
					    phys_addr_t *phys)
{
	struct vmap_area *other;

	spin_lock(&memtype_lock);
	other = conflict_with(va);
	if (likely(!other)) {
		list_add(&va->memtype, &memtype_list[va->cache]);
	} else {
		*type = other->cache;
		*phys = other->phys;
	}
	spin_unlock(&memtype_lock);
	return !other;
}

/* What is in the way may be freed already, and go. */
static noinline bool memtype_add_again(struct vmap_area *va)
{
	enum memtype type;
	phys_addr_t phys;

	vmap_purge();
	return memtype_try_add(va, &type, &phys) || report_conflict(va, type, phys);
}

/* Lists @va; false if a live mapping of another type overlaps it. */
static bool memtype_add(struct vmap_area *va)
{
	enum memtype type;
	phys_addr_t phys;

	return likely(memtype_try_add(va, &type, &phys)) || memtype_add_again(va);
}

void vmap_forget_io(struct vmap_area *va)
{
	spin_lock(&memtype_lock);
	list_del(&va->memtype);
	spin_unlock(&memtype_lock);
}

/* ---- mapping --------------------------------------------------------------------------- */

static void __iomem *map_io(phys_addr_t phys, size_t size, enum memtype type, pgprot_t prot,
			    const void *caller)
{
	unsigned long offset = phys & ~PAGE_MASK;
	struct vmap_area *va;
	unsigned long pages;

	might_sleep();
	if (!range_ok(phys, size, type))
		return NULL;
	pages = PFN_UP(offset + size);
	va = vmap_area_get_any(pages, GFP_KERNEL);
	if (!va)
		return NULL;
	va->flags = VM_IOREMAP;
	va->caller = caller;
	va->phys = phys;
	va->cache = type;
	va->span = (u32)pages;
	va->nr_pages = 0;
	if (!memtype_add(va)) {
		vmap_area_drop(va, VMAP_MAP);
		return NULL;
	}
	if (vmap_map(va, PHYS_PFN(phys), pages, pgprot_supported(prot))) {
		vmap_area_drop(va, VMAP_IO);
		return NULL;
	}
	return (void __iomem *)((char *)vmap_area_live(va, VMAP_IO) + offset);
}

void __iomem *ioremap(resource_size_t phys, size_t size)
{
	return map_io(phys, size, MEMTYPE_UC, PAGE_KERNEL_NOCACHE, __builtin_return_address(0));
}

void __iomem *ioremap_uc(resource_size_t phys, size_t size)
{
	return map_io(phys, size, MEMTYPE_UC, PAGE_KERNEL_UC, __builtin_return_address(0));
}

void __iomem *ioremap_np(resource_size_t phys, size_t size)
{
	return map_io(phys, size, MEMTYPE_UC, PAGE_KERNEL_UC, __builtin_return_address(0));
}

void __iomem *ioremap_wc(resource_size_t phys, size_t size)
{
	return map_io(phys, size, MEMTYPE_WC, PAGE_KERNEL_WC, __builtin_return_address(0));
}

void __iomem *ioremap_wt(resource_size_t phys, size_t size)
{
	return map_io(phys, size, MEMTYPE_WT, PAGE_KERNEL_WT, __builtin_return_address(0));
}

void __iomem *ioremap_cache(resource_size_t phys, size_t size)
{
	return map_io(phys, size, MEMTYPE_WB, PAGE_KERNEL, __builtin_return_address(0));
}

/* ---- unmapping ------------------------------------------------------------------------- */

/* The area of exactly this address, claimed; NULL after a report. */
static struct vmap_area *claim_io(const char *call, unsigned long addr)
{
	unsigned long base = addr & PAGE_MASK, flags;
	struct vmap_area *va = vmap_lookup(base | VMAP_IO);

	if (unlikely(!va)) {
		spin_lock_irqsave(&vmap_lock, flags);
		va = vmap_lookup(base | VMAP_IO);
		spin_unlock_irqrestore(&vmap_lock, flags);
	}
	if (likely(va) && likely(!((addr ^ va->phys) & ~PAGE_MASK)) &&
	    likely(vmap_area_claim_found(va, base | VMAP_IO)))
		return va;
	vmap_report_bad(call, (void *)addr);
	return NULL;
}

void iounmap(volatile void __iomem *addr)
{
	struct vmap_area *va;

	if (!addr)
		return;
	if (unlikely(in_interrupt()))
		vmap_report_interrupt("iounmap");
	va = claim_io("iounmap", (unsigned long)addr);
	if (!va)
		return;
	vmap_unmap(va);
	vmap_pend(va);
}
