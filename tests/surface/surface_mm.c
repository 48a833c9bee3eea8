/* SPDX-License-Identifier: MIT */
/* <linux/mm.h> brings pages, zones, page tables' protections, per-CPU data and current. */
#include <linux/mm.h>

int init_module(void)
{
	struct page *page = alloc_page(GFP_KERNEL);
	int __percpu *counter = alloc_percpu(int);
	pgprot_t prot = PAGE_KERNEL_RO;
	void *addr = page_address(page);
	int ok = page && counter && virt_to_page(addr) == page && page_count(page) == 1 &&
		 pfn_to_page(page_to_pfn(page)) == page && virt_addr_valid(addr) &&
		 pfn_valid(page_to_pfn(page)) && page_to_phys(page) == virt_to_phys(addr) &&
		 phys_to_virt(__pa(addr)) == __va(__pa(addr)) && MAX_ORDER == 11 &&
		 PAGE_ALIGN(1) == PAGE_SIZE && PFN_UP(1) == 1 && PFN_DOWN(PAGE_SIZE) == 1 &&
		 PHYS_PFN(PAGE_SIZE) == 1 && !(PAGE_OFFSET & ~PAGE_MASK) &&
		 THREAD_ALIGN >= PAGE_SIZE && current->pid == 0 && pgprot_val(prot) &&
		 get_order(PAGE_SIZE + 1) == 1;

	get_page(page);
	put_page(page);
	__free_page(page);
	free_percpu(counter);
	return ok ? 0 : -1;
}
