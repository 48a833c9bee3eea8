/* SPDX-License-Identifier: MIT */
/*
 * vmalloc(): memory that is contiguous for the kernel, wherever its page frames lie.
 *
 *   area      | page 0 | page 1 | page 2 | page 3 | page 4 | guard |
 *                  \        \        \       /        |
 *   blocks          [      order-2 block      ]   [ order 0 ]
 *   va->blocks ---> newest block's descriptor -> older one -> PFN_NONE
 *
 * Pages are taken in the largest blocks at hand, without reclaim for more than
 * one page: a block costs one allocation, is mapped by counting up one entry,
 * and is freed whole.  A block of order 9 that meets a 2 MiB slot is mapped as
 * a large page.  No array of pages is kept: the blocks are linked through their
 * descriptors, and an address finds its page through the page tables.
 *
 * A page of a larger block is no allocation of its own, so get_page() cannot
 * take it.  vmalloc_to_page() is the only way to such a page, and so it is what
 * splits the block, once, into single pages, and links them in its place.
 * Entries of pages that vmalloc() owns have a software bit (_PAGE_OWNED), by
 * which a block that some caller of vmap() owns is left alone.
 *
 * Protection: an entry is never both writable and executable; vmalloc() memory
 * is never executable.
 *
 * Contexts: allocation may sleep.  vfree() works in any context; see vmap_purge.c for
 * what happens then.
 */
#include <linux/bug.h>
#include <linux/cpumask.h>
#include <linux/gfp.h>
#include <linux/kernel.h>
#include <linux/kmemleak.h>
#include <linux/mm.h>
#include <linux/preempt.h>
#include <linux/spinlock.h>
#include "internal.h"
#include "kmemleak.h"
#include "memmap.h"
#include "vmap.h"

/* A range must be this much shorter than all there are, or nothing will do. */
#define VMALLOC_SPAN (VMALLOC_END + 1 - VMALLOC_START)

/* Largest block that is asked for: a large page. */
#define VMALLOC_MAX_ORDER (PMD_SHIFT - PAGE_SHIFT)

/* What the caller's flags mean for descriptors and tables. */
#define METADATA_FLAGS(gfp) \
	((gfp) & (__GFP_RECLAIM | __GFP_IO | __GFP_FS | __GFP_HIGH | __GFP_NOWARN))

/* ---- failure --------------------------------------------------------------------------- */

static void __cold report(unsigned long size, gfp_t gfp, const char *why)
{
	if (gfp & __GFP_NOWARN)
		return;
	pr_warn("vmalloc error: size %lu, %s, mode:%#x(%pGg)\n", size, why, gfp, &gfp);
	dump_stack();
}

/* ---- blocks ---------------------------------------------------------------------------- */

/* The entry that maps @page, with @bits. */
static __always_inline u64 page_entry(const struct page *page, u64 bits)
{
	return (((u64)page - VMEMMAP_START) << (PAGE_SHIFT - 5)) | bits;
}

_Static_assert(VMAP_CACHED_PAGES == 1 << 4, "each order of the short way has a list of blocks");

/*
 * Flags for more than one page: no reclaim, no reserve and no report, because
 * single pages will do.
 */
static gfp_t block_flags(gfp_t gfp, int node)
{
	if (node != NUMA_NO_NODE) /* small and near is better than large and far */
		gfp |= __GFP_THISNODE;
	return (gfp & ~(__GFP_DIRECT_RECLAIM | __GFP_NOFAIL | __GFP_RETRY_MAYFAIL | __GFP_HIGH)) |
	       __GFP_NORETRY | __GFP_NOWARN;
}

/* A single page; what is pending or cached here is given up for it, once. */
static struct page *take_page(gfp_t gfp, int node)
{
	struct page *page = __alloc_pages(gfp | __GFP_NOWARN, 0, node);

	if (page || !vmap_purge())
		return page;
	return __alloc_pages(gfp | __GFP_NOWARN, 0, node);
}

/* Takes and maps blocks until @pages pages are mapped, large ones first. */
static bool fill(struct vmap_area *va, unsigned long pages, gfp_t gfp, int node, pgprot_t prot)
{
	unsigned int order = VMALLOC_MAX_ORDER;

	gfp &= ~__GFP_COMP; /* blocks may be split one day */
	while (va->nr_pages < pages) {
		unsigned long left = pages - va->nr_pages;
		struct page *page;

		while ((1UL << order) > left)
			order--;
		page = order ? __alloc_pages(block_flags(gfp, node), order, node)
			     : take_page(gfp, node);
		if (!page && !order)
			return false;
		if (!page) {
			order--;
			continue;
		}
		vmap_add_block(va, page);
		this_cpu_add(vmap_cpu.nr_pages, 1L << order);
		if (vmap_map(va, page_to_pfn(page), 1UL << order, prot))
			return false;
	}
	return true;
}

/* __free_pages() of what is a block, inlined; an order without a list has no home. */
static __always_inline void free_block(struct page *page, unsigned int order)
{
	if (unlikely(page->word != __pcpu_access(pcp_pages.home[order]))) {
		pcp_free_slow(page, order);
		return;
	}
	page->state = PAGE_CACHED;
	kasan_poison_pages(page, order);
	if (unlikely(!pcpu_stack_push(pcp_stack_any(order), page)))
		pcp_free_full(page, order);
}

void vmap_release_blocks(struct vmap_area *va)
{
	unsigned long pages = 0;
	u32 pfn = va->blocks;

	while (pfn != PFN_NONE) {
		struct page *page = pfn_to_page(pfn);
		unsigned int order = page->order;

		pfn = page->next;
		pages += 1UL << order;
		free_block(page, order);
	}
	this_cpu_sub(vmap_cpu.nr_pages, (long)pages);
}

/* An area that is filled is its caller's, as far as was asked for. */
static __always_inline void *vmalloc_live(struct vmap_area *va, unsigned long size)
{
	void *at = vmap_area_live(va, VMAP_ALLOC);

	kasan_unpoison_vmalloc(at, size);
	return at;
}

/* ---- vmalloc --------------------------------------------------------------------------- */

/* struct vmalloc_request - __vmalloc_node_range()'s arguments */
struct vmalloc_request {
	unsigned long size;
	unsigned long align;
	unsigned long start;
	unsigned long end;
	gfp_t gfp;
	pgprot_t prot;
	unsigned long flags;
	int node;
	const void *caller;
};

static bool request_ok(const struct vmalloc_request *r)
{
	if (!r->size || r->size > VMALLOC_SPAN) {
		report(r->size, r->gfp, r->size ? "too large for the vmalloc range" : "zero size");
		return false;
	}
	if (PFN_UP(r->size) > totalram_pages()) {
		report(r->size, r->gfp, "exceeds total pages");
		return false;
	}
	if (!r->align || r->align & (r->align - 1)) {
		report(r->size, r->gfp, "the alignment is no power of two");
		return false;
	}
	if (r->start < vmap_arena.start || r->end > vmap_arena.end || r->start >= r->end) {
		report(r->size, r->gfp, "outside the vmalloc range");
		return false;
	}
	return vmap_prot_ok("vmalloc", r->prot);
}

static struct vmap_area *request_area(const struct vmalloc_request *r)
{
	struct vmap_request range = {
		.pages = PFN_UP(r->size),
		.align = r->align > PAGE_SIZE ? r->align : PAGE_SIZE,
		.min = r->start,
		.max = r->end,
		.gfp = METADATA_FLAGS(r->gfp),
		.class = VMAP_NO_CLASS,
	};
	struct vmap_area *va;

	if (range.pages <= VMAP_CACHED_PAGES && range.align == PAGE_SIZE &&
	    r->start == vmap_arena.start && r->end == vmap_arena.end)
		return vmap_area_get(range.pages, range.gfp);
	va = vmap_area_new(&range);
	if (va)
		return va;
	vmap_drain();
	return vmap_area_new(&range);
}

/* The long way: any size, alignment, place, protection and flags. */
static void *vmalloc_request(const struct vmalloc_request *r)
{
	pgprot_t prot = pgprot_supported(r->prot);
	struct vmap_area *va;

	might_sleep();
	if (!request_ok(r))
		return NULL;
	va = request_area(r);
	if (!va) {
		report(r->size, r->gfp, "no address range");
		return NULL;
	}
	va->blocks = PFN_NONE;
	va->nr_pages = 0;
	va->flags = VM_ALLOC | (unsigned int)r->flags;
	va->caller = r->caller;
	if (!fill(va, PFN_UP(r->size), r->gfp, r->node, __pgprot(pgprot_val(prot) | _PAGE_OWNED))) {
		vmap_area_drop(va, VMAP_ALLOC);
		report(r->size, r->gfp, "failed to allocate pages");
		if (!(r->gfp & __GFP_NOWARN))
			show_mem();
		return NULL;
	}
	if (unlikely(kmemleak_enabled()))
		kmemleak_track_area(va, METADATA_FLAGS(r->gfp));
	/* what user space may map is its caller's to the end of the page */
	return vmalloc_live(va, r->flags & VM_USERMAP ? PAGE_ALIGN(r->size) : r->size);
}

static noinline void *vmalloc_slow(unsigned long size, gfp_t gfp, const void *caller)
{
	return vmalloc_request(&(struct vmalloc_request){
		.size = size,
		.align = PAGE_SIZE,
		.start = vmap_arena.start,
		.end = vmap_arena.end,
		.gfp = gfp,
		.prot = PAGE_KERNEL,
		.node = NUMA_NO_NODE,
		.caller = caller,
	});
}

/* The short way did not get its block: undone, and the long way instead. */
static noinline void *vmalloc_undo(struct vmap_area *va, struct page *bad, unsigned long size,
				   gfp_t gfp, const void *caller)
{
	vmap_cache_push(va, va->class);
	if (bad)
		page_misuse(bad, (unsigned int)get_order(size), PAGE_NOT_CACHED,
			    (unsigned long)caller);
	return vmalloc_slow(size, gfp, caller);
}

/*
 * The short way: 2^k pages, up to VMAP_CACHED_PAGES, in one block from this
 * CPU's list, into a range from this CPU's cache.  It calls nothing, so that the
 * compiler saves no registers.  @gfp is a compile-time constant, GFP_KERNEL but
 * for __GFP_ZERO.
 */
static __always_inline void *vmalloc_common(unsigned long size, gfp_t gfp, const void *caller)
{
	unsigned long pages = PFN_UP(size);
	struct vmap_area *va;
	struct page *page;
	unsigned int order;

	if (unlikely(size - 1 >= VMAP_CACHED_PAGES * PAGE_SIZE) || unlikely(pages & (pages - 1)) ||
	    unlikely(preempt_count()))
		return vmalloc_slow(size, gfp, caller);
	va = vmap_cache_pop(vmap_class_of[pages]);
	if (unlikely(!va))
		return vmalloc_slow(size, gfp, caller);
	order = (unsigned int)__builtin_ctzl(pages);
	page = pcpu_stack_pop(pcp_stack_any(order));
	if (unlikely(!page) || unlikely(page->state != PAGE_CACHED))
		return vmalloc_undo(va, page, size, gfp, caller);
	page->state = PAGE_ALLOCATED;
	kasan_unpoison_pages(page, order);
	page->next = PFN_NONE;
	if (gfp & __GFP_ZERO)
		clear_pages(page_to_virt(page), order);
	va->blocks = (u32)page_to_pfn(page);
	va->nr_pages = (u32)pages;
	va->flags = VM_ALLOC;
	va->caller = caller;
	this_cpu_add(vmap_cpu.nr_pages, (long)pages);
	set_ptes(va->pte, page_entry(page, pgprot_val(pgprot_supported(PAGE_KERNEL)) | _PAGE_OWNED),
		 pages);
	return vmalloc_live(va, size);
}

void *vmalloc(unsigned long size)
{
	return vmalloc_common(size, GFP_KERNEL, __builtin_return_address(0));
}

void *vzalloc(unsigned long size)
{
	return vmalloc_common(size, GFP_KERNEL | __GFP_ZERO, __builtin_return_address(0));
}

void *__vmalloc_node_range(unsigned long size, unsigned long align, unsigned long start,
			   unsigned long end, gfp_t gfp, pgprot_t prot, unsigned long vm_flags,
			   int node, const void *caller)
{
	return vmalloc_request(&(struct vmalloc_request){
		.size = size,
		.align = align,
		.start = start,
		.end = end == VMALLOC_END ? vmap_arena.end : end,
		.gfp = gfp,
		.prot = prot,
		.flags = vm_flags,
		.node = node,
		.caller = caller,
	});
}

void *__vmalloc_node(unsigned long size, unsigned long align, gfp_t gfp, int node,
		     const void *caller)
{
	return __vmalloc_node_range(size, align, VMALLOC_START, VMALLOC_END, gfp, PAGE_KERNEL, 0,
				    node, caller);
}

void *__vmalloc(unsigned long size, gfp_t gfp)
{
	return __vmalloc_node(size, PAGE_SIZE, gfp, NUMA_NO_NODE, __builtin_return_address(0));
}

void *vmalloc_huge(unsigned long size, gfp_t gfp)
{
	return __vmalloc_node(size, PAGE_SIZE, gfp, NUMA_NO_NODE, __builtin_return_address(0));
}

void *vmalloc_node(unsigned long size, int node)
{
	return __vmalloc_node(size, PAGE_SIZE, GFP_KERNEL, node, __builtin_return_address(0));
}

void *vzalloc_node(unsigned long size, int node)
{
	return __vmalloc_node(size, PAGE_SIZE, GFP_KERNEL | __GFP_ZERO, node,
			      __builtin_return_address(0));
}

void *vmalloc_32(unsigned long size)
{
	return __vmalloc_node(size, PAGE_SIZE, GFP_KERNEL | GFP_DMA32, NUMA_NO_NODE,
			      __builtin_return_address(0));
}

/* What user space may see is zeroed and starts where caches cannot alias. */
static void *vmalloc_for_user(unsigned long size, gfp_t gfp, const void *caller)
{
	return __vmalloc_node_range(size, PAGE_SIZE, VMALLOC_START, VMALLOC_END, gfp | __GFP_ZERO,
				    PAGE_KERNEL, VM_USERMAP, NUMA_NO_NODE, caller);
}

void *vmalloc_user(unsigned long size)
{
	return vmalloc_for_user(size, GFP_KERNEL, __builtin_return_address(0));
}

void *vmalloc_32_user(unsigned long size)
{
	return vmalloc_for_user(size, GFP_KERNEL | GFP_DMA32, __builtin_return_address(0));
}

/* ---- vfree ----------------------------------------------------------------------------- */

void vfree(const void *addr)
{
	vmap_area_free("vfree", addr, VMAP_ALLOC);
}

void vfree_atomic(const void *addr)
{
	vmap_area_free("vfree_atomic", addr, VMAP_ALLOC);
}

/* ---- from an address to its page ------------------------------------------------------- */

u64 vmalloc_entry(unsigned long addr)
{
	pmd_t *pmd = is_vmalloc_addr((void *)addr) ? pt_pmd(addr) : NULL;
	pte_t pte;

	if (!pmd || !pmd_present(*pmd))
		return 0;
	if (pmd_leaf(*pmd))
		return pte_val(pfn_pte(pmd_pfn(*pmd) + PTE_INDEX(addr), pmd_pgprot(*pmd)));
	pte = ptep_get(pte_offset_kernel(pmd, addr));
	return pte_present(pte) ? pte_val(pte) : 0;
}

/* Splits the block that the page in the middle of it belongs to; under vmap_lock. */
static void split_block_of(unsigned long pfn)
{
	struct page *head = NULL, *last;
	unsigned int order, k;

	for (k = 0; k < MAX_ORDER && !head; k++) {
		struct page *page = pfn_to_page(pfn & ~((1UL << k) - 1));

		if (page->state == PAGE_ALLOCATED)
			head = page;
	}
	if (!head || !head->order)
		return;
	order = head->order;
	last = head + (1UL << order) - 1;
	last->next = head->next;
	for (struct page *page = head; page != last; page++) {
		page->next = (u32)page_to_pfn(page + 1);
		page[1].flags = page->flags;
	}
	split_page(head, order);
}

struct page *vmalloc_to_page(const void *addr)
{
	u64 entry = vmalloc_entry((unsigned long)addr);
	unsigned long pfn = PHYS_PFN(entry & PTE_PFN_MASK);
	unsigned long flags;

	if (!entry || !pfn_valid(pfn))
		return NULL;
	if (entry & _PAGE_OWNED) {
		spin_lock_irqsave(&vmap_lock, flags);
		split_block_of(pfn);
		spin_unlock_irqrestore(&vmap_lock, flags);
	}
	return pfn_to_page(pfn);
}

unsigned long vmalloc_to_pfn(const void *addr)
{
	struct page *page = vmalloc_to_page(addr);

	return page ? page_to_pfn(page)
		    : PHYS_PFN(vmalloc_entry((unsigned long)addr) & PTE_PFN_MASK);
}

unsigned long vmalloc_nr_pages(void)
{
	long n = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		n += READ_ONCE(per_cpu_ptr(&vmap_cpu, cpu)->nr_pages);
	return (unsigned long)n;
}
