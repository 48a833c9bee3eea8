/* SPDX-License-Identifier: MIT */
/* What an address is, for reports. */
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/vmalloc.h>
#include <cairn/address.h>
#include <cairn/memory_map.h>
#include <asm/page.h>
#include <asm/stack.h>

static void describe_direct_map(unsigned long addr, char *buf, size_t size)
{
	phys_addr_t phys = addr - PAGE_OFFSET;
	u32 type = memory_map_type(phys);

	if (type == MEM_NONE)
		snprintf(buf, size, "direct map of physical %#llx, where there is no memory", phys);
	else
		snprintf(buf, size, "direct map of physical %#llx, %s%s", phys, mem_type_name(type),
			 page_is_free(PHYS_PFN(phys)) ? ", free" : "");
}

void address_describe(unsigned long addr, char *buf, size_t size)
{
	struct stack_info stack;

	if (addr < PAGE_SIZE)
		snprintf(buf, size, "NULL page, offset %lu", addr);
	else if (addr - PAGE_OFFSET < DIRECT_MAP_SIZE)
		describe_direct_map(addr, buf, size);
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
