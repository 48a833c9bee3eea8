/* SPDX-License-Identifier: MIT */
/* What an address is, for reports. */
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/vmalloc.h>
#include <cairn/address.h>
#include <asm/page.h>
#include <asm/stack.h>

void address_describe(unsigned long addr, char *buf, size_t size)
{
	struct stack_info stack;

	if (addr < PAGE_SIZE)
		snprintf(buf, size, "NULL page, offset %lu", addr);
	else if (addr - PAGE_OFFSET < DIRECT_MAP_SIZE)
		direct_map_describe(addr, buf, size);
	else if (is_vmalloc_addr((const void *)addr))
		vmalloc_describe(addr, buf, size);
	else if (addr - VMEMMAP_START < VMEMMAP_SIZE)
		snprintf(buf, size, "descriptor of page frame %#lx",
			 page_to_pfn((struct page *)addr));
	else if (stack_find(addr, &stack))
		snprintf(buf, size, "%s stack (%px..%px)", stack.name, (void *)stack.low,
			 (void *)stack.high);
	else if (__in_image(addr))
		snprintf(buf, size, "image: %pS", (void *)addr);
	else
		snprintf(buf, size, "the host's, or nothing's");
}
