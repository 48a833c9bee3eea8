/* SPDX-License-Identifier: MIT */
/*
 * The kernel's page allocator in the driver: alloc_pages() as any user calls it.  Each thread
 * has a CPU of its own as long as it runs (arch/preload/cpus.c).
 */
#include <linux/gfp.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include "../../../arch/preload/malloc.h"
#include "../../../arch/preload/preload.h"
#include "frames.h"

#define BASE_PFN (1UL << 20) /* RAM begins at 4 GiB */
#define GFP	 __GFP_NOWARN

static __thread unsigned int cpu;

/* The driver says how much memory it wants before anything starts. */
void preload_init(void)
{
}

static void init(unsigned int frames __unused)
{
	preload_start();
}

static void enter(void)
{
	cpu = cpu_enter();
}

static void leave(void)
{
	cpu_leave(cpu);
}

static unsigned int number(const struct page *page)
{
	return page ? (unsigned int)(page_to_pfn(page) - BASE_PFN) : NO_FRAME;
}

static unsigned int get(unsigned int order)
{
	switch (order) {
	case 0:
		return number(alloc_pages(GFP, 0));
	case 3:
		return number(alloc_pages(GFP, 3));
	default:
		return number(alloc_pages(GFP, order));
	}
}

static void put(unsigned int frame, unsigned int order)
{
	struct page *page = pfn_to_page(BASE_PFN + frame);

	switch (order) {
	case 0:
		__free_pages(page, 0);
		return;
	case 3:
		__free_pages(page, 3);
		return;
	default:
		__free_pages(page, order);
	}
}

const struct frame_allocator frames_cairn = {
	.name = "cairn",
	.init = init,
	.enter = enter,
	.leave = leave,
	.get = get,
	.put = put,
	.metadata = sizeof(struct page),
};
