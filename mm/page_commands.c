/* SPDX-License-Identifier: MIT */
/*
 * The monitor's commands about one page:
 *
 *   page PFN        what its descriptor says, and of which block it is
 *   pagewalk ADDR   how the CPU finds an address, entry by entry, and what lies there;
 *                   page_walk() is the architecture's and reads the tables as the CPU would
 *
 * Nothing is changed, no address is dereferenced, and no lock is taken: what others do
 * with the page meanwhile may show in part.
 */
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <cairn/address.h>
#include <cairn/memory_map.h>
#include <cairn/monitor.h>
#include <asm/pgtable.h>
#include "internal.h"
#include "zone.h"

/* ---- page PFN -------------------------------------------------------------------------- */

static void print_flags(unsigned int flags)
{
	static const struct {
		unsigned int flag;
		const char *name;
	} names[] = {
		{PGF_COMPOUND, "compound"}, {PGF_TAIL, "tail"},	      {PGF_LARGE, "large"},
		{PGF_SLAB, "slab"},	    {PGF_TABLE, "table"},     {PGF_VMALLOC, "vmalloc"},
		{PGF_PERCPU, "percpu"},	    {PGF_TRACKED, "tracked"},
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(names); i++)
		if (flags & names[i].flag)
			monitor_printf(" %s", names[i].name);
}

/* What is known of a block in use, by its first page. */
static void print_use(const struct page *first)
{
	monitor_printf("  references %d, flags%s", page_ref_count(first),
		       first->flags ? "" : " none");
	print_flags(first->flags);
	if (first->slab_cache)
		monitor_printf(", cache %s", kmem_cache_name(first->slab_cache));
	monitor_printf("\n");
}

static void print_page(const struct page *page)
{
	unsigned long pfn = page_to_pfn(page);
	const struct page *first = page->state == PAGE_INTERIOR ? page_block_around(page) : page;

	monitor_printf("page 0x%lx: physical 0x%llx, descriptor 0x%px\n", pfn, (u64)PFN_PHYS(pfn),
		       page);
	monitor_printf("  zone %s, node %u, state %s", zone_names[page->zone], page->nid,
		       page_state_name(page->state));
	if (first && first != page)
		monitor_printf(", inside the block at 0x%lx (%s, order %u)", page_to_pfn(first),
			       page_state_name(first->state), first->order);
	else if (page->state >= PAGE_FREE)
		monitor_printf(", order %u", page->order);
	monitor_printf("\n");
	if (first && first->state == PAGE_ALLOCATED)
		print_use(first);
}

static int cmd_page(int argc, char **argv)
{
	u64 pfn;

	if (argc != 2 || monitor_number(argv[1], &pfn))
		return -EINVAL;
	if (!pfn_valid(pfn))
		monitor_printf(
			"page 0x%llx: no descriptor: no RAM, or its section is not open yet\n",
			pfn);
	else
		print_page(pfn_to_page(pfn));
	return 0;
}
MONITOR_COMMAND("page", "PFN", "decode the descriptor of a page frame", cmd_page);

/* ---- pagewalk ADDR --------------------------------------------------------------------- */

static void print_physical(phys_addr_t phys)
{
	unsigned long pfn = PHYS_PFN(phys);

	pr_info("physical %#llx: %s", (unsigned long long)phys,
		mem_type_name(memory_map_type(phys)));
	if (pfn_valid(pfn))
		pr_cont(", page is %s", page_state_name(pfn_to_page(pfn)->state));
	pr_cont("\n");
}

static int cmd_pagewalk(int argc, char **argv)
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
MONITOR_COMMAND("pagewalk", "ADDR", "walk the page tables for a hexadecimal address", cmd_pagewalk);
