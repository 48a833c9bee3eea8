/* SPDX-License-Identifier: MIT */
/*
 * When memory is used up: the report that says who holds it.
 *
 *     managed == free + slab + vmalloc + page tables + per-CPU + others
 *		      |      |	    |					|
 *		      |      |	    '-- by caller, the largest first	'-- page owners
 *		      |      '-- by cache, the largest first
 *		      '-- by zone: show_mem()
 *
 * Of these, stacks are told by threads' names, and what pools keep in hand by who made
 * the pool.
 *
 * Others are pages that somebody took from the page allocator directly; what caches
 * above it could give back is listed by shrinker.  The report says what somebody
 * needs who has to find out where the memory went, and nothing is killed:
 * there are no processes.
 *
 * The counts are read while others run and may disagree by what they do meanwhile.
 *
 * Locking: those of the slab caches' list and of the vmalloc arena, one after the
 * other.  Contexts: may sleep, no lock of an allocator is held; nothing here
 * allocates.
 */
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/printk.h>
#include <linux/sched.h>
#include <linux/vmstat.h>
#include "internal.h"
#include "slab.h"
#include "vmap.h"
#include "vmscan.h"

#define SHOWN	      10
#define SHOWN_CALLERS 24

#define KIB(pages)    ((pages) << (PAGE_SHIFT - 10))

/* ---- Slab caches ----------------------------------------------------------------------------- */

/* The counts are copied, because a cache may go while it is printed. */
struct cache_line {
	const char *name;
	unsigned long pages;
	unsigned long live;
	unsigned int size;
};

/* Keeps the table sorted, the largest first; what is the smallest now is last, and not shown. */
static void add_cache(struct cache_line *table, const struct cache_line *line)
{
	unsigned int i;

	for (i = SHOWN; i > 0 && line->pages > table[i - 1].pages; i--)
		table[i] = table[i - 1];
	table[i] = *line;
}

static void show_caches(void)
{
	struct cache_line table[SHOWN + 1] = {0};
	struct slab_cache *c;
	unsigned int i;

	for_each_slab_cache(c)
	{
		struct cache_line line = {
			.name = c->name,
			.pages = slab_nr_slabs(c) << c->g.order,
			.live = slab_nr_live(c),
			.size = c->hot.object_size,
		};

		add_cache(table, &line);
	}
	for (i = 0; i < SHOWN && table[i].pages; i++)
		pr_warn("  slab %-20s %8lukB, %lu objects of %u bytes in use\n", table[i].name,
			KIB(table[i].pages), table[i].live, table[i].size);
}

/* ---- Callers of vmalloc() -------------------------------------------------------------------- */

static struct vmalloc_holder *largest(struct vmalloc_holder *table)
{
	struct vmalloc_holder *most = table;
	unsigned int i;

	for (i = 1; i < SHOWN_CALLERS; i++)
		if (table[i].pages > most->pages)
			most = &table[i];
	return most;
}

static void show_vmalloc(void)
{
	struct vmalloc_holder table[SHOWN_CALLERS], *most;
	unsigned int shown;

	vmalloc_holders(table, SHOWN_CALLERS);
	for (shown = 0; shown < SHOWN; shown++) {
		most = largest(table);
		if (!most->pages)
			return;
		pr_warn("  vmalloc %8lukB in %lu areas by %pS\n", KIB(most->pages), most->areas,
			most->caller);
		most->pages = 0;
	}
}

/* ---- Pools ------------------------------------------------------------------------------------- */

static void show_pools(void)
{
	struct mempool_holder table[SHOWN];
	unsigned int i, n = mempool_holders(table, SHOWN);

	for (i = 0; i < min(n, (unsigned int)SHOWN); i++)
		pr_warn("  mempool %8lukB, %d of %d elements of %zu bytes, made by %pS\n",
			DIV_ROUND_UP((unsigned long)table[i].kept * table[i].size, 1024UL),
			table[i].kept, table[i].wanted, table[i].size, table[i].caller);
	if (n > SHOWN)
		pr_warn("  and %u mempools more\n", n - SHOWN);
}

/* ---- The report ------------------------------------------------------------------------------ */

void show_memory_holders(void)
{
	unsigned long known = vm_stat(NR_SLAB_PAGES) + vm_stat(NR_VMALLOC_PAGES) +
			      vm_stat(NR_PAGETABLE_PAGES) + vm_stat(NR_PERCPU_PAGES);
	unsigned long taken = totalram_pages() - nr_free_pages();

	pr_warn("Memory holders:\n");
	show_caches();
	show_vmalloc();
	pr_warn("  page tables %lukB, per-CPU %lukB\n", KIB(vm_stat(NR_PAGETABLE_PAGES)),
		KIB(vm_stat(NR_PERCPU_PAGES)));
	pr_warn("  threads %lukB of stacks, from vmalloc\n", KIB(vm_stat(NR_KERNEL_STACK_PAGES)));
	threads_show_stacks();
	show_pools();
	pr_warn("  pages taken directly %lukB\n", KIB(taken > known ? taken - known : 0));
	show_shrinkers();
}

void out_of_memory(gfp_t gfp, unsigned int order, unsigned long caller)
{
	count_vm_event(OOM_REPORT);
	pr_warn("Out of memory: %s needs order:%u, mode:%#x(%pGg), by %pS, and nobody frees any\n",
		current->comm, order, gfp, &gfp, (void *)caller);
	show_mem();
	show_memory_holders();
}
