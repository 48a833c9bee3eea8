/* SPDX-License-Identifier: MIT */
/* Pages, from <linux/gfp.h> alone. */
#include <linux/gfp.h>

int init_module(void)
{
	struct page *page = alloc_pages(GFP_KERNEL | __GFP_ZERO, 2);
	struct page *one = alloc_page(GFP_ATOMIC);
	struct page *near = alloc_pages_node(0, GFP_KERNEL, 0);
	unsigned long addr = __get_free_pages(GFP_KERNEL, 1);
	unsigned long zeroed = get_zeroed_page(GFP_KERNEL);
	unsigned long dma = __get_dma_pages(GFP_KERNEL, 0);
	void *exact = alloc_pages_exact(5000, GFP_KERNEL);
	unsigned long one_page = __get_free_page(GFP_NOWAIT);
	struct page *low = alloc_page(GFP_KERNEL | GFP_DMA32 | __GFP_NOWARN | __GFP_NORETRY);
	struct page *compound = alloc_pages(GFP_KERNEL | __GFP_COMP | __GFP_NOFAIL, 1);
	int ok = one_page && low && compound && page_to_phys(low) < 1UL << 32 && page && one &&
		 near && addr && zeroed && dma && exact && *(unsigned long *)zeroed == 0;

	__free_pages(page, 2);
	free_page(one_page);
	__free_page(low);
	__free_pages(compound, 1);
	__free_page(one);
	__free_page(near);
	free_pages(addr, 1);
	free_page(zeroed);
	free_page(dma);
	free_pages_exact(exact, 5000);
	return ok ? 0 : -1;
}
