/* SPDX-License-Identifier: MIT */
/*
 * What an address is, for reports and for the curious.
 */
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/vmalloc.h>
#include <cairn/address.h>
#include <asm/page.h>
#include <asm/processor.h>
#include <asm/sections.h>
#include <asm/stack.h>

#define USER_END       0x0000800000000000
#define CANONICAL_HIGH 0xffff800000000000

static void describe_image(unsigned long addr, char *buf, size_t size)
{
	static const struct {
		const char *start, *end, *name;
	} parts[] = {
		{_stext, _etext, "text"},	 {__start_rodata, __end_rodata, "rodata"},
		{_sdata, _edata, "data"},	 {__init_begin, __init_end, "init"},
		{__bss_start, __bss_end, "bss"}, {__symbols_start, __symbols_end, "symbol table"},
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(parts); i++) {
		if (!address_between(addr, parts[i].start, parts[i].end))
			continue;
		snprintf(buf, size, "kernel image, %s: %pS", parts[i].name, (void *)addr);
		return;
	}
	snprintf(buf, size, "beside the kernel image, where nothing is mapped");
}

static bool describe_stack(unsigned long addr, char *buf, size_t size)
{
	struct stack_info stack;

	if (!stack_find(addr, &stack))
		return false;
	if (stack.in_guard)
		snprintf(buf, size, "guard page below the %s stack (%px..%px)", stack.name,
			 (void *)stack.low, (void *)stack.high);
	else
		snprintf(buf, size, "%s stack (%px..%px)", stack.name, (void *)stack.low,
			 (void *)stack.high);
	return true;
}

static void describe_low(unsigned long addr, char *buf, size_t size)
{
	if (addr < PAGE_SIZE)
		snprintf(buf, size, "NULL page, offset %lu", addr);
	else if (addr < USER_END)
		snprintf(buf, size, "user range");
	else
		snprintf(buf, size, "non-canonical: no page table can map it");
}

void address_describe(unsigned long addr, char *buf, size_t size)
{
	if (addr < CANONICAL_HIGH)
		describe_low(addr, buf, size);
	else if (addr >= PAGE_OFFSET && addr < PAGE_OFFSET + DIRECT_MAP_SIZE)
		direct_map_describe(addr, buf, size);
	else if (addr >= VMALLOC_START && addr <= VMALLOC_END)
		vmalloc_describe(addr, buf, size);
	else if (addr - VMEMMAP_START < VMEMMAP_SIZE)
		snprintf(buf, size, "descriptor of page frame %#lx",
			 page_to_pfn((struct page *)addr));
	else if (addr >= EARLY_IO_START && addr < EARLY_IO_START + EARLY_IO_SIZE)
		snprintf(buf, size, "device memory mapped during start-up");
	else if (describe_stack(addr, buf, size))
		return;
	else if (addr >= KERNEL_BASE && addr < EARLY_IO_START)
		describe_image(addr, buf, size);
	else
		snprintf(buf, size, "between the kernel's areas, where nothing is ever mapped");
}
