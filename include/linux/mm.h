/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_MM_H
#define _LINUX_MM_H

/* Page descriptors as their users see them. */
#include <linux/types.h>
#include <linux/errno.h>
#include <linux/gfp.h>
#include <linux/kmemleak.h>
#include <linux/list.h>
#include <linux/mm_types.h>
#include <linux/mmzone.h>
#include <linux/percpu.h>
#include <linux/sched.h>
#include <linux/shrinker.h>
#include <asm/page.h>
#include <asm/pgtable.h>

#define offset_in_page(p) ((unsigned long)(p) & ~PAGE_MASK)
#define nth_page(page, n) ((page) + (n))

/* Start-up: see mm/memmap.c and mm/page_init.c. */
void mem_init(void);
void free_initmem(void);

void *highmem_page_address(const struct page *page);

/**
 * page_address - where the kernel sees a page
 * @page: its descriptor
 *
 * Return: its address in the direct map; of ZONE_HIGHMEM where kmap() has mapped it,
 * or NULL.
 */
static __always_inline void *page_address(const struct page *page)
{
	return likely(page->zone != ZONE_HIGHMEM) ? page_to_virt(page) : highmem_page_address(page);
}

#define lowmem_page_address(page) page_to_virt(page)

/**
 * pfn_valid - does a frame have a descriptor, and RAM?
 * @pfn: frame number, any
 *
 * Frames whose section the allocator has not opened yet say no: nobody can own
 * one.  page_is_ram() answers for the memory itself.
 *
 * Context: Any.
 */
bool pfn_valid(unsigned long pfn);

/* page_is_ram - is the frame general-purpose RAM? */
bool page_is_ram(unsigned long pfn);

/**
 * virt_addr_valid - is an address one that virt_to_page() may be asked about?
 * @kaddr: an address, any
 *
 * True in the direct map where there is RAM; not for the image, vmalloc or devices.
 */
bool __virt_addr_valid(unsigned long addr);
#define virt_addr_valid(kaddr) __virt_addr_valid((unsigned long)(kaddr))

/*
 * Compound pages: a block allocated with __GFP_COMP.  Its first page is the head;
 * references to any of its pages are references to that.
 */
static inline bool PageTail(const struct page *page)
{
	return page->flags & PGF_TAIL;
}

static inline bool PageHead(const struct page *page)
{
	return page->flags & PGF_COMPOUND;
}

static inline bool PageCompound(const struct page *page)
{
	return page->flags & (PGF_COMPOUND | PGF_TAIL);
}

static inline bool PageSlab(const struct page *page)
{
	return page->flags & PGF_SLAB;
}

static inline bool PageReserved(const struct page *page)
{
	return page->state == PAGE_RESERVED;
}

static inline bool PageBuddy(const struct page *page)
{
	return page->state == PAGE_FREE;
}

static inline struct page *compound_head(const struct page *page)
{
	return PageTail(page) ? pfn_to_page(page->head_pfn) : (struct page *)page;
}

static inline struct page *virt_to_head_page(const void *va)
{
	return compound_head(virt_to_page(va));
}

/* compound_order - order of a compound page by its head; 0 for any other page. */
static inline unsigned int compound_order(const struct page *page)
{
	return PageHead(page) ? page->order : 0;
}

static inline unsigned long compound_nr(const struct page *page)
{
	return 1UL << compound_order(page);
}

static inline unsigned long page_size(const struct page *page)
{
	return PAGE_SIZE << compound_order(page);
}

static inline unsigned int page_shift(const struct page *page)
{
	return PAGE_SHIFT + compound_order(page);
}

/**
 * page_count - references to a page
 * @page: its descriptor; a tail answers for its compound page
 *
 * Return: 0 for a page that is not allocated.
 */
static inline int page_count(const struct page *page)
{
	const struct page *head = compound_head(page);

	return head->state == PAGE_ALLOCATED ? READ_ONCE(head->_refcount.counter) : 0;
}

#define page_ref_count(page) page_count(page)

/**
 * get_page - take a reference to an allocated page
 * @page: first page of a block, a single page, or any page of a compound one
 *
 * Any other page is reported, and gets no reference.
 *
 * Context: Any.
 */
void get_page(struct page *page);

/**
 * put_page - give up a reference; the last one frees the page or compound page
 * @page: as for get_page()
 *
 * Context: Any.
 */
void put_page(struct page *page);

/* set_page_count - overwrite the references of an allocated page. */
static inline void set_page_count(struct page *page, int count)
{
	WRITE_ONCE(page->_refcount.counter, count);
}

static inline void init_page_count(struct page *page)
{
	set_page_count(page, 1);
}

#define page_private(page) ((page)->private)

static inline void set_page_private(struct page *page, unsigned long private)
{
	page->private = private;
}

static inline int page_zonenum(const struct page *page)
{
	return page->zone;
}

static inline int page_to_nid(const struct page *page)
{
	return page->nid;
}

static inline bool PageHighMem(const struct page *page)
{
	return page->zone == ZONE_HIGHMEM;
}

static inline bool is_highmem(enum zone_type zone)
{
	return zone == ZONE_HIGHMEM;
}

/**
 * split_page - make single pages of an allocated block
 * @page: its first page; not compound
 * @order: its order
 *
 * Each page is freed on its own afterwards.
 */
void split_page(struct page *page, unsigned int order);

/**
 * free_reserved_area - give memory that start-up reserved to the page allocator
 * @start: address in the direct map or the image; rounded up to a page
 * @end: rounded down
 * @poison: byte to fill it with, or -1
 * @name: what it was, for a printed line, or NULL
 *
 * Return: number of pages freed.
 */
unsigned long free_reserved_area(void *start, void *end, int poison, const char *name);
void free_reserved_page(struct page *page);

/**
 * dump_page - print what is known about a page
 * @page: its descriptor, valid
 * @reason: why, or NULL
 */
void dump_page(const struct page *page, const char *reason);

/* page_is_free - does a frame lie in a block that nobody has?  Context: any. */
bool page_is_free(unsigned long pfn);

/*
 * page_report_touched - for the report of a fault: if @address is that of a free page in
 * the direct map, say so, and with page_owner=on who had the page and who freed it.
 */
void page_report_touched(unsigned long address);

/* page_state_name - a word for an enum page_state. */
const char *page_state_name(unsigned int state);

/* show_mem - print how memory is used: what an allocation that failed prints. */
void show_mem(void);

/* show_memory_holders - print who has it.  Context: may sleep. */
void show_memory_holders(void);

unsigned long totalram_pages(void);

/**
 * enum vm_stat_item - pages by use, for /proc/meminfo and the report of show_mem()
 *
 * Whoever takes pages for one of these uses says so by mod_vm_stat().
 */
enum vm_stat_item {
	NR_SLAB_PAGES,
	NR_VMALLOC_PAGES,
	NR_KERNEL_STACK_PAGES, /* of threads; the boot stacks are in the image */
	NR_PAGETABLE_PAGES,
	NR_PERCPU_PAGES,
	NR_VM_STAT_ITEMS,
};
void mod_vm_stat(enum vm_stat_item item, long pages);
unsigned long vm_stat(enum vm_stat_item item);

/* Boot parameters: is memory zeroed when it is handed out, or when it is given back? */
extern bool init_on_alloc;
extern bool init_on_free;

/* debug_pagealloc_enabled - are free pages unmapped?  From boot_params_parse() on. */
bool debug_pagealloc_enabled(void);

/* page_debugging - boot parameters want to see every page that comes and goes. */
extern bool page_debugging;

/* fault_injecting - boot parameters may have allocations fail on purpose. */
extern bool fault_injecting;

/* page_lists_are_off - does every page come the long way? */
static inline bool page_lists_are_off(void)
{
	return init_on_alloc || page_debugging || fault_injecting || kmemleak_enabled();
}

static inline bool want_init_on_alloc(gfp_t gfp)
{
	return init_on_alloc || (gfp & __GFP_ZERO);
}

static inline bool want_init_on_free(void)
{
	return init_on_free;
}

#endif
