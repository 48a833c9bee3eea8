/* SPDX-License-Identifier: MIT */
/* A driver of old that asks for more boot memory than any machine has, after a page that it gets. */
#include <linux/bootmem.h>
#include <linux/printk.h>

static unsigned long greedy(unsigned long mem_start, unsigned long mem_end)
{
	printk("greedy: 4096 bytes at %px\n", alloc_bootmem_pages(4096));
	alloc_bootmem(1UL << 40);
	return mem_start;
}
device_init(greedy);
