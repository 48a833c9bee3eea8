/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_VMALLOC_H
#define _LINUX_VMALLOC_H

/*
 * Virtually contiguous memory: pages from anywhere, or given pages, mapped side
 * by side between VMALLOC_START and VMALLOC_END.  docs/vmalloc.md tells how.
 */
#include <linux/types.h>
#include <linux/compiler.h>
#include <linux/gfp_types.h>
#include <linux/io.h>
#include <linux/mm_types.h>
#include <asm/page.h>
#include <asm/pgtable.h>

/* What an area is; flags of vmap() and of struct vmap_info. */
#define VM_IOREMAP	     0x00000001UL /* ioremap() and relatives */
#define VM_ALLOC	     0x00000002UL /* vmalloc() and relatives */
#define VM_MAP		     0x00000004UL /* vmap() */
#define VM_USERMAP	     0x00000008UL /* vmalloc_user(): fit to show to user space */
#define VM_DMA_COHERENT	     0x00000010UL
#define VM_PERCPU	     0x00000020UL /* a per-CPU chunk */
#define VM_FLUSH_RESET_PERMS 0x00000100UL /* accepted: unmapping always flushes */
#define VM_MAP_PUT_PAGES     0x00000200UL /* vmap(): vfree() releases the pages too */
#define VM_ALLOW_HUGE_VMAP   0x00000400UL /* accepted: large areas use 2 MiB pages anyway */

/**
 * vmalloc - allocate virtually contiguous memory
 * @size: bytes; rounded up to whole pages
 *
 * The memory is page aligned, writable, never executable, and followed by at
 * least one unmapped page.  A size of zero, one that overflows, and one beyond
 * all RAM are reported.
 *
 * Context: may sleep; a call from where sleeping is forbidden is reported.
 * Return: the address, or NULL.
 */
void *vmalloc(unsigned long size) __malloc;

/* vzalloc - vmalloc(), zeroed. */
void *vzalloc(unsigned long size) __malloc;

/* vmalloc_node, vzalloc_node - the same, from @node first; NUMA_NO_NODE is any. */
void *vmalloc_node(unsigned long size, int node) __malloc;
void *vzalloc_node(unsigned long size, int node) __malloc;

/* vmalloc_user - zeroed memory that may be mapped to user space. */
void *vmalloc_user(unsigned long size) __malloc;

/* vmalloc_32, vmalloc_32_user - the pages lie below 4 GiB. */
void *vmalloc_32(unsigned long size) __malloc;
void *vmalloc_32_user(unsigned long size) __malloc;

/* vmalloc_huge, __vmalloc - vmalloc() with the caller's flags for the pages. */
void *vmalloc_huge(unsigned long size, gfp_t gfp) __malloc;
void *__vmalloc(unsigned long size, gfp_t gfp) __malloc;

/**
 * __vmalloc_node - vmalloc() with everything said
 * @size: bytes
 * @align: any power of two; what the vmalloc range cannot meet gives NULL
 * @gfp: flags for the pages; __GFP_NOWARN silences the failure report
 * @node: preferred node, or NUMA_NO_NODE
 * @caller: whom /proc/vmallocinfo names
 *
 * Context: may sleep.
 * Return: the address, or NULL.
 */
void *__vmalloc_node(unsigned long size, unsigned long align, gfp_t gfp, int node,
		     const void *caller) __malloc;

/**
 * __vmalloc_node_range - __vmalloc_node() within an address range, with a protection
 * @size: bytes
 * @align: power of two
 * @start: lowest address
 * @end: the address behind the highest
 * @gfp: flags for the pages
 * @prot: page protection; one that is writable and executable is refused
 * @vm_flags: VM_* flags
 * @node: preferred node
 * @caller: whom /proc/vmallocinfo names
 *
 * Context: may sleep.
 * Return: the address, or NULL.
 */
void *__vmalloc_node_range(unsigned long size, unsigned long align, unsigned long start,
			   unsigned long end, gfp_t gfp, pgprot_t prot, unsigned long vm_flags,
			   int node, const void *caller) __malloc;

/**
 * vfree - release memory of vmalloc()
 * @addr: what vmalloc() gave, or NULL
 *
 * The mapping goes at once; the TLB flush, the pages and the address range may
 * follow later, one flush for many calls.  An address that is no live area of
 * vmalloc()'s is reported and left alone.
 *
 * Context: any.  Where sleeping is forbidden only the mapping goes; the rest waits for
 * the next who may, or for a worker if it has become much.
 */
void vfree(const void *addr);

/* vfree_atomic - vfree() for contexts that must not sleep: the same. */
void vfree_atomic(const void *addr);

/**
 * vmap - map given pages side by side
 * @pages: the pages; each must be RAM that has a descriptor
 * @count: how many
 * @flags: VM_MAP, with VM_MAP_PUT_PAGES if vfree() is to free the pages
 * @prot: page protection; one that is writable and executable is refused
 *
 * Context: may sleep.
 * Return: the address, or NULL.
 */
void *vmap(struct page **pages, unsigned int count, unsigned long flags, pgprot_t prot);

/**
 * vunmap - undo vmap()
 * @addr: what vmap() gave, or NULL
 *
 * Context: any but interrupt, where a call is reported.
 */
void vunmap(const void *addr);

/* vm_map_ram, vm_unmap_ram - the same, for pages that the kernel reads and writes. */
static inline void *vm_map_ram(struct page **pages, unsigned int count, int node)
{
	(void)node;
	return vmap(pages, count, VM_MAP, PAGE_KERNEL);
}

static inline void vm_unmap_ram(const void *addr, unsigned int count)
{
	(void)count;
	vunmap(addr);
}

/**
 * vmalloc_to_page - the page behind an address of the vmalloc range
 * @addr: an address inside an area of RAM
 *
 * The page can be taken with get_page() like any other.
 *
 * Context: any.
 * Return: the page, or NULL where nothing is mapped or what is mapped is no RAM.
 */
struct page *vmalloc_to_page(const void *addr);

/* vmalloc_to_pfn - the frame number behind @addr; 0 where nothing is mapped. */
unsigned long vmalloc_to_pfn(const void *addr);

/* vm_unmap_aliases - settle what vfree(), vunmap() and iounmap() put off. Context: may sleep. */
void vm_unmap_aliases(void);

/* vmap_drain - vm_unmap_aliases(), pcpu_drain(), and give up cached ranges and empty tables. */
void vmap_drain(void);

/* vmalloc_nr_pages - pages that vmalloc() holds; vmalloc_nr_areas - live areas of any kind. */
unsigned long vmalloc_nr_pages(void);
unsigned long vmalloc_nr_areas(void);

/* vmalloc_init - vmalloc() and relatives work from here on. Context: start-up, once. */
void vmalloc_init(void);

/**
 * vmalloc_describe - say what an address of the vmalloc range is
 * @addr: any address
 * @buf: gets the text, "vmalloc area of caller+0x12/0x40 at ..., offset ..."
 * @size: room in @buf
 *
 * Context: any, faults included: it takes no lock that it would have to wait for.
 * Return: false if @addr lies outside the vmalloc range; @buf is then empty.
 */
bool vmalloc_describe(unsigned long addr, char *buf, size_t size);

static inline bool is_vmalloc_addr(const void *addr)
{
	return (unsigned long)addr - VMALLOC_START <= VMALLOC_END - VMALLOC_START;
}

static inline bool is_vmalloc_or_module_addr(const void *addr)
{
	return is_vmalloc_addr(addr);
}

#endif
