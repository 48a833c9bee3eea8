/* SPDX-License-Identifier: MIT */
/*
 * The monitor's commands for trying the allocators by hand.
 *
 * Whatever address is typed goes to kfree() and vfree() as it is: they tell a
 * good one from a bad one, and answer a bad one with a report.
 */
#include <cairn/monitor.h>
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
