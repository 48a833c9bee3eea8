/* SPDX-License-Identifier: MIT */
/*
 * The monitor's commands for trying the allocators by hand.
 *
 * Whatever address is typed goes to kfree() and vfree() as it is: they tell a
 * good one from a bad one, and answer a bad one with a report.
 */
#include <cairn/monitor.h>
#include <linux/atomic.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

static int one_number(int argc, char **argv, u64 *n)
{
	return argc == 2 ? monitor_number(argv[1], n) : -EINVAL;
}

static int cmd_kmalloc(int argc, char **argv)
{
	u64 size;
	void *p;

	if (one_number(argc, argv, &size))
		return -EINVAL;
	p = kmalloc(size, GFP_KERNEL);
	if (!p) {
		monitor_printf("kmalloc(%llu) = NULL\n", size);
		return -ENOMEM;
	}
	if (ZERO_OR_NULL_PTR(p))
		monitor_printf("kmalloc(0) = 0x%px, ZERO_SIZE_PTR\n", p);
	else
		monitor_printf("kmalloc(%llu) = 0x%px, physical 0x%llx, %zu bytes usable\n", size,
			       p, virt_to_phys(p), ksize(p));
	return 0;
}
MONITOR_COMMAND("kmalloc", "SIZE", "allocate SIZE bytes, print the address", cmd_kmalloc);

static int cmd_kfree(int argc, char **argv)
{
	u64 addr;

	if (one_number(argc, argv, &addr))
		return -EINVAL;
	kfree((void *)(unsigned long)addr);
	return 0;
}
MONITOR_COMMAND("kfree", "ADDR", "free what kmalloc gave; anything else is reported", cmd_kfree);

static int cmd_vmalloc(int argc, char **argv)
{
	u64 size;
	void *p;

	if (one_number(argc, argv, &size))
		return -EINVAL;
	p = vmalloc(size);
	if (!p) {
		monitor_printf("vmalloc(%llu) = NULL\n", size);
		return -ENOMEM;
	}
	monitor_printf("vmalloc(%llu) = 0x%px, first page physical 0x%llx\n", size, p,
		       (u64)page_to_phys(vmalloc_to_page(p)));
	return 0;
}
MONITOR_COMMAND("vmalloc", "SIZE", "allocate SIZE bytes of mapped pages", cmd_vmalloc);

static int cmd_vfree(int argc, char **argv)
{
	u64 addr;

	if (one_number(argc, argv, &addr))
		return -EINVAL;
	vfree((void *)(unsigned long)addr);
	return 0;
}
MONITOR_COMMAND("vfree", "ADDR", "free what vmalloc gave; anything else is reported", cmd_vfree);

/* ---- page PFN --------------------------------------------------------- */

static void print_flags(unsigned int flags)
{
	static const char *const names[] = {"compound", "tail",	   "large",  "slab",
					    "table",	"vmalloc", "percpu", "tracked"};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(names); i++)
		if (flags & 1u << i)
			monitor_printf(" %s", names[i]);
}

/* An interior page belongs to the nearest block in front of it. */
static struct page *first_of_block(struct page *page)
{
	unsigned long pfn = page_to_pfn(page);
	unsigned int order;

	for (order = 1; order < MAX_ORDER && page->state == PAGE_INTERIOR; order++) {
		struct page *first = pfn_to_page(pfn & ~((1UL << order) - 1));

		if (pfn_valid(page_to_pfn(first)) && first->state != PAGE_INTERIOR)
			return first;
	}
	return page;
}

static void print_page(unsigned long pfn)
{
	static const char *const zones[] = {"DMA", "DMA32", "Normal", "HighMem"};
	struct page *page = pfn_to_page(pfn);
	struct page *first = first_of_block(page);

	monitor_printf("page 0x%lx: physical 0x%llx, descriptor 0x%px\n", pfn, (u64)PFN_PHYS(pfn),
		       page);
	monitor_printf("  zone %s, node %u, state %s", zones[page->zone], page->nid,
		       page_state_name(page->state));
	if (first != page)
		monitor_printf(", inside the block at 0x%lx (%s, order %u)", page_to_pfn(first),
			       page_state_name(first->state), first->order);
	else if (page->state >= PAGE_FREE)
		monitor_printf(", order %u", page->order);
	monitor_printf("\n");
	if (first->state != PAGE_ALLOCATED)
		return;
	monitor_printf("  references %d, flags%s", atomic_read(&first->_refcount),
		       page->flags ? "" : " none");
	print_flags(page->flags);
	if (page->slab_cache)
		monitor_printf(", cache %s", kmem_cache_name(page->slab_cache));
	monitor_printf("\n");
}

static int cmd_page(int argc, char **argv)
{
	u64 pfn;

	if (one_number(argc, argv, &pfn))
		return -EINVAL;
	if (pfn >> (64 - PAGE_SHIFT) || !pfn_valid(pfn)) {
		monitor_printf(
			"page 0x%llx: no descriptor: no RAM, or its section is not open yet\n",
			pfn);
		return 0;
	}
	print_page(pfn);
	return 0;
}
MONITOR_COMMAND("page", "PFN", "decode the descriptor of a page frame", cmd_page);
