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
#include "death.h"

/* ---- vmalloc() and vmap() ------------------------------------------------------------------ */

static noinline void vfree_it(void *p)
{
	mistake_with(p);
	vfree(p);
}

DEATH(vfree_null)
{
	vfree_it(NULL);
	vunmap(NULL);
}

DEATH(vfree_twice)
{
	void *p = vmalloc(10000);

	vfree(p);
	vfree_it(p);
}

DEATH(vfree_middle)
{
	vfree_it((char *)vmalloc(10000) + PAGE_SIZE);
}

DEATH(vfree_unaligned)
{
	vfree_it((char *)vmalloc(10000) + 1);
}

DEATH(vfree_kmalloc)
{
	vfree_it(kmalloc(100, GFP_KERNEL));
}

static struct page *one_page[1];

DEATH(vfree_vmap)
{
	one_page[0] = alloc_page(GFP_KERNEL);
	vfree_it(vmap(one_page, 1, VM_MAP, PAGE_KERNEL));
}

DEATH(vunmap_vmalloc)
{
	void *p = vmalloc(100);

	mistake_with(p);
	vunmap(p);
}

DEATH(vmap_no_page)
{
	one_page[0] = pfn_to_page(0x123456);
	mistake_with(NULL);
	vmap(one_page, 1, VM_MAP, PAGE_KERNEL);
}

DEATH(vmalloc_nothing)
{
	mistake_with(NULL);
	(void)!vmalloc(0);
}

DEATH(vmap_writable_and_executable)
{
	mistake_with(NULL);
	one_page[0] = alloc_page(GFP_KERNEL);
	vmap(one_page, 1, VM_MAP, PAGE_KERNEL_EXEC);
}

DEATH(read_after_vfree)
{
	volatile char *p = vmalloc(100);

	vfree((void *)p);
	vm_unmap_aliases();
	mistake_with((void *)p);
	(void)*p;
}

DEATH(write_behind_vmalloc)
{
	volatile char *p = vmalloc(PAGE_SIZE);

	mistake_with((void *)(p + PAGE_SIZE));
	p[PAGE_SIZE] = 1;
}

DEATH(write_to_null)
{
	unsigned long address = 8;

	mistake_with(NULL);
	OPTIMIZER_HIDE_VAR(address);
	*(volatile char *)address = 1;
}

/* ---- ioremap() ------------------------------------------------------------------------- */

#define DEVICE 0xfed00000UL /* nobody's in the machine that a process is */

DEATH(iounmap_null)
{
	mistake_with(NULL);
	iounmap(NULL);
}

DEATH(iounmap_twice)
{
	void __iomem *p = ioremap(DEVICE, 4096);

	iounmap(p);
	mistake_with((__force void *)p);
	iounmap(p);
}

DEATH(iounmap_kmalloc)
{
	void *p = kmalloc(100, GFP_KERNEL);

	mistake_with(p);
	iounmap((__force void __iomem *)p);
}

DEATH(vfree_ioremap)
{
	vfree_it((__force void *)ioremap(DEVICE, 4096));
}

DEATH(ioremap_ram)
{
	phys_addr_t phys = page_to_phys(alloc_page(GFP_KERNEL));

	mistake_with((void *)phys);
	(void)!ioremap(phys, 4096);
}

DEATH(ioremap_two_ways)
{
	(void)!ioremap(DEVICE, 4096);
	mistake_with(NULL);
	(void)!ioremap_wc(DEVICE, 4096);
}

DEATH(memremap_ram)
{
	phys_addr_t phys = page_to_phys(alloc_page(GFP_KERNEL));

	mistake_with((void *)phys);
	memremap(phys, 4096, MEMREMAP_WC);
}

/* ---- Address ranges -------------------------------------------------------------------- */

DEATH(region_release_twice)
{
	(void)!request_mem_region(DEVICE, 0x1000, "t_region");
	release_mem_region(DEVICE, 0x1000);
	mistake_with(NULL);
	release_mem_region(DEVICE, 0x1000);
}
