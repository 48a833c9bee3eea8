/* SPDX-License-Identifier: MIT */
/*
 * Virtual ranges: vmalloc(), vmap(), ioremap(), and the addresses of devices.
 */
#include <linux/gfp.h>
#include <linux/io.h>
#include <linux/ioport.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>
#include "misuse.h"

#define NO_AREA(by) "BUG: Trying to " by "() nonexistent vm area ({px})"

/* ---- vmalloc() and vmap() ------------------------------------------------------------------ */

static noinline void vfree_it(void *p)
{
	MISTAKE(p) {
		vfree(p);
	}
}

MISUSE(vfree_null, NULL)
{
	MISTAKE(NULL) {
		vfree(NULL);
		vunmap(NULL);
	}
}

MISUSE(vfree_twice, NO_AREA("vfree"), "it is: freed vmalloc area of {at:vfree_twice} at {px}")
{
	void *p = vmalloc(10000);

	ASSERT(p);
	vfree(p);
	vfree_it(p);
}

MISUSE(vfree_middle, NO_AREA("vfree"),
       "it is: vmalloc area of {at:vfree_middle} at {addr}, offset 4096 of 12288")
{
	char *p = vmalloc(10000);

	ASSERT(p);
	vfree_it(p + PAGE_SIZE);
	vfree(p);
}

MISUSE(vfree_unaligned, "BUG: Trying to vfree() bad address ({px})",
       "it is: vmalloc area of {at:vfree_unaligned} at {addr}, offset 1 of 12288")
{
	char *p = vmalloc(10000);

	ASSERT(p);
	vfree_it(p + 1);
	vfree(p);
}

/* In a slab, objects do not lie where pages begin. */
MISUSE(vfree_kmalloc, "BUG: Trying to vfree() bad address ({px})",
       "it is: an address in the direct map")
{
	char *p = kmalloc(100, GFP_KERNEL);

	ASSERT(p);
	vfree_it(p + 8);
	kfree(p);
}

MISUSE(vfree_vmap, NO_AREA("vfree"), "it is: vmap area of {at:vfree_vmap} at {px}")
{
	struct page *page = alloc_page(GFP_KERNEL);
	void *p = vmap(&page, 1, VM_MAP, PAGE_KERNEL);

	ASSERT(p);
	vfree_it(p);
	vunmap(p);
	__free_page(page);
}

MISUSE(vunmap_vmalloc, NO_AREA("vunmap"), "it is: vmalloc area of {at:vunmap_vmalloc} at {px}")
{
	void *p = vmalloc(100);

	ASSERT(p);
	MISTAKE(p) {
		vunmap(p);
	}
	vfree(p);
}

MISUSE(vmap_no_page, "BUG: vmap: one of the pages is no page", "{at:vmap_no_page}")
{
	struct page *page = pfn_to_page(PHYS_PFN(DIRECT_MAP_SIZE) - 1);

	MISTAKE(NULL) {
		EXPECT(!vmap(&page, 1, VM_MAP, PAGE_KERNEL));
	}
}

MISUSE(vmalloc_nothing, "vmalloc error: size 0, zero size, mode:0x{addr}(GFP_KERNEL)",
       "{at:vmalloc_nothing}")
{
	MISTAKE(NULL) {
		EXPECT(!vmalloc(0));
	}
}

MISUSE(vmap_writable_and_executable, "BUG: vmap: memory both writable and executable is refused",
       "{at:vmap_writable_and_executable}")
{
	struct page *page = alloc_page(GFP_KERNEL);

	ASSERT(page);
	MISTAKE(NULL) {
		EXPECT(!vmap(&page, 1, VM_MAP, PAGE_KERNEL_EXEC));
	}
	__free_page(page);
}

/* ---- What faults ----------------------------------------------------------------------- */

static noinline __no_sanitize_address void read_it(void *p)
{
	*(volatile char *)p;
}

static noinline __no_sanitize_address void write_it(void *p)
{
	*(volatile char *)p = 1;
}

MISUSE_FATAL(read_after_vfree, "BUG: unable to handle page fault for address: {px}",
	     "#PF: supervisor read access", "address is: vmalloc range, no area", "{at:read_it}")
{
	void *p = vmalloc(100);

	ASSERT(p);
	vfree(p);
	vm_unmap_aliases();
	MISTAKE(p) {
		misuse_fault(read_it, p);
	}
}

MISUSE_FATAL(write_behind_vmalloc, "BUG: unable to handle page fault for address: {px}",
	     "#PF: supervisor write access",
	     "address is: guard page, 0 bytes behind vmalloc area of {at:write_behind_vmalloc}")
{
	char *p = vmalloc(PAGE_SIZE);

	ASSERT(p);
	MISTAKE(p + PAGE_SIZE) {
		misuse_fault(write_it, p + PAGE_SIZE);
	}
	vfree(p);
}

MISUSE_FATAL(write_to_null, "BUG: kernel NULL pointer dereference, address: {px}",
	     "address is: NULL page, offset 8", "{at:write_it}")
{
	MISTAKE(8) {
		misuse_fault(write_it, (void *)8);
	}
}

/* ---- ioremap() ------------------------------------------------------------------------- */

#define DEVICE 0xfed00000UL /* the HPET's registers: no RAM on any PC */

MISUSE(iounmap_null, NULL)
{
	MISTAKE(NULL) {
		iounmap(NULL);
	}
}

MISUSE(iounmap_twice, NO_AREA("iounmap"), "it is: freed ioremap area of {at:iounmap_twice} at {px}")
{
	void __iomem *p = ioremap(DEVICE, 4096);

	ASSERT(p);
	iounmap(p);
	MISTAKE((__force void *)p) {
		iounmap(p);
	}
}

MISUSE(iounmap_kmalloc, NO_AREA("iounmap"), "it is: an address in the direct map")
{
	void *p = kmalloc(100, GFP_KERNEL);

	ASSERT(p);
	MISTAKE(p) {
		iounmap((__force void __iomem *)p);
	}
	kfree(p);
}

MISUSE(vfree_ioremap, NO_AREA("vfree"), "it is: ioremap area of {at:vfree_ioremap} at {px}")
{
	void __iomem *p = ioremap(DEVICE, 4096);

	ASSERT(p);
	vfree_it((__force void *)p);
	iounmap(p);
}

MISUSE(ioremap_ram, "BUG: ioremap on RAM at {phys}, 4096 bytes", "{at:ioremap_ram}")
{
	struct page *page = alloc_page(GFP_KERNEL);

	ASSERT(page);
	MISTAKE(page_to_phys(page)) {
		EXPECT(!ioremap(page_to_phys(page), 4096));
	}
	__free_page(page);
}

MISUSE(ioremap_two_ways,
       "BUG: ioremap of 0xfed00000 as write-combining conflicts with a live mapping of "
       "0xfed00000 as uncached",
       "{at:ioremap_two_ways}")
{
	void __iomem *p = ioremap(DEVICE, 4096);

	ASSERT(p);
	MISTAKE(NULL) {
		EXPECT(!ioremap_wc(DEVICE, 4096));
	}
	iounmap(p);
}

MISUSE(memremap_ram, "BUG: memremap attempted on RAM at {phys}, 4096 bytes", "{at:memremap_ram}")
{
	struct page *page = alloc_page(GFP_KERNEL);

	ASSERT(page);
	MISTAKE(page_to_phys(page)) {
		EXPECT(!memremap(page_to_phys(page), 4096, MEMREMAP_WC));
	}
	__free_page(page);
}

/* ---- Address ranges -------------------------------------------------------------------- */

#define NOBODYS 0xfed50000UL

MISUSE(region_release_twice,
       "BUG: Trying to free nonexistent resource <00000000fed50000-00000000fed50fff>",
       "{at:region_release_twice}")
{
	ASSERT(request_mem_region(NOBODYS, 0x1000, "t_region"));
	release_mem_region(NOBODYS, 0x1000);
	MISTAKE(NULL) {
		release_mem_region(NOBODYS, 0x1000);
	}
}
