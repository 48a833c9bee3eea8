/* SPDX-License-Identifier: MIT */
/*
 * The monitor's `pagewalk ADDR`: how the CPU finds an address, entry by entry,
 * and what lies there.  page_walk() is the architecture's and reads the tables
 * as the CPU would; nothing is changed, and no address is dereferenced.
 */
#include <linux/kernel.h>
#include <linux/mm.h>
#include <cairn/address.h>
#include <cairn/init.h>
#include <cairn/memory_map.h>
#include <asm/pgtable.h>

static void print_physical(phys_addr_t phys)
{
	unsigned long pfn = PHYS_PFN(phys);

	pr_info("physical %#llx: %s", (unsigned long long)phys,
		mem_type_name(memory_map_type(phys)));
	if (pfn_valid(pfn))
		pr_cont(", page is %s", page_state_name(pfn_to_page(pfn)->state));
	pr_cont("\n");
}

static int run_pagewalk(int argc, char **argv)
{
	struct page_walk walk;
	unsigned long addr;
	char what[192];

	if (argc != 2 || kstrtoul(argv[1], 16, &addr))
		return -EINVAL;
	page_walk_print(KERN_INFO, addr);
	address_describe(addr, what, sizeof(what));
	pr_info("%s\n", what);
	if (page_walk(addr, &walk))
		print_physical(walk.phys);
	else
		pr_info("%px is not mapped\n", (void *)addr);
	return 0;
}
MONITOR_COMMAND("pagewalk", "ADDR", "walk the page tables for a hexadecimal address", run_pagewalk);
