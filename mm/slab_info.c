/* SPDX-License-Identifier: MIT */
/*
 * What is told about caches and objects: the heads of reports, the object an
 * address belongs to, and /proc/slabinfo in Linux's format 2.1, which slabtop
 * reads.
 *
 * Reports print while locks may be held, so nothing here takes a cache's lock:
 * counts may be a moment old.
 */
#include <cairn/init.h>
#include <linux/kfence.h>
#include <linux/mm.h>
#include <linux/printk.h>
#include <linux/seq_file.h>
#include <linux/stdarg.h>
#include <linux/vmalloc.h>
#include "slab.h"

/* ---- Reports --------------------------------------------------------------------------- */

void slab_describe_object(struct slab_cache *c, void *obj)
{
	struct page *page = slab_page(c, obj);
	int index = slab_object_index(c, obj);

	pr_err("Slab 0x%px objects=%u free=%u cache=%s size=%u\n", page_to_virt(page), c->g.nr,
	       slab_nr_free(&c->g, &page->slab_free, page_to_virt(page)), c->name,
	       c->hot.object_size);
	pr_err("Object 0x%px @offset=%lu\n", obj, (unsigned long)obj & c->g.mask);
	if (index >= 0)
		slab_print_tracks(c, obj);
}

void slab_report(struct slab_cache *c, void *obj, const char *fmt, ...)
{
	struct va_format vaf;
	va_list args;

	c->nr_errors++;
	va_start(args, fmt);
	vaf.fmt = fmt;
	vaf.va = &args;
	pr_err("BUG %s: %pV\n", c->name, &vaf);
	va_end(args);
	if (obj && slab_find(obj) == c)
		slab_describe_object(c, obj);
	dump_stack();
}

void slab_report_address(const void *p, const char *fmt, ...)
{
	struct va_format vaf;
	va_list args;

	va_start(args, fmt);
	vaf.fmt = fmt;
	vaf.va = &args;
	pr_err("%pV\n", &vaf);
	va_end(args);
	pr_err("0x%px is", p);
	kmem_dump_obj((void *)p);
	dump_stack();
}

/* The start of the object that @addr lies in, or NULL. */
static void *object_around(struct slab_cache *c, void *addr)
{
	char *base = slab_base(c, addr);
	u32 place = ((u32)((char *)addr - base)) / c->g.stride;

	return place < c->g.nr ? base + place * c->g.stride + c->lead : NULL;
}

bool kmem_valid_obj(void *addr)
{
	struct slab_cache *c = slab_find(addr);

	if (is_kfence_address(addr))
		return true;
	return c && c != &kmalloc_large_cache && object_around(c, addr);
}

void kmem_dump_obj(void *addr)
{
	struct slab_cache *c = slab_find(addr);
	char *obj;

	if (!c) {
		pr_cont(" %s\n", virt_addr_valid(addr)	 ? "in a page of no slab"
				 : is_vmalloc_addr(addr) ? "in the vmalloc range"
							 : "outside the direct map");
		return;
	}
	if (is_kfence_address(addr)) {
		kfence_describe(addr);
		return;
	}
	if (c == &kmalloc_large_cache) {
		pr_cont(" in a block of kmalloc, %lu bytes\n",
			PAGE_SIZE << direct_map_to_page(addr)->order);
		return;
	}
	obj = object_around(c, addr);
	if (!obj) {
		pr_cont(" slab %s, behind its last object\n", c->name);
		return;
	}
	pr_cont(" slab %s start %px pointer offset %ld size %u%s\n", c->name, obj,
		(long)((char *)addr - obj), c->hot.object_size,
		slab_object_is_free(c, obj) ? ", free" : "");
	slab_print_tracks(c, obj);
}

/* ---- Live objects ---------------------------------------------------------------------- */

static unsigned long list_live_of(struct slab_cache *c, struct page *page, unsigned int max)
{
	char *obj = (char *)page_to_virt(page) + c->lead;
	unsigned long live = 0;
	u32 i;

	for (i = 0; i < c->g.nr; i++, obj += c->g.stride) {
		if (slab_is_free(&c->g, &page->slab_free, page_to_virt(page), i))
			continue;
		if (live++ >= max)
			continue;
		pr_err("Object 0x%px @offset=%lu\n", (void *)obj, (unsigned long)obj & c->g.mask);
		slab_print_tracks(c, obj);
	}
	return live;
}

unsigned long slab_list_live(struct slab_cache *c, unsigned int max)
{
	unsigned int fills[] = {SLAB_FULL, SLAB_PARTIAL};
	unsigned long live = kfence_list(c);
	struct page *page;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(fills); i++) {
		slab_for_each_page(c, fills[i], page) live +=
			list_live_of(c, page, live < max ? max - (unsigned int)live : 0);
	}
	if (live > max)
		pr_err("... and %lu more\n", live - max);
	return live;
}

/* ---- /proc/slabinfo -------------------------------------------------------------------- */

static int slabinfo_show(struct seq_file *m)
{
	struct slab_cache *c;

	seq_puts(m, "slabinfo - version: 2.1\n");
	seq_puts(m, "# name            <active_objs> <num_objs> <objsize> <objperslab> "
		    "<pagesperslab> : tunables <limit> <batchcount> <sharedfactor> : slabdata "
		    "<active_slabs> <num_slabs> <sharedavail>\n");
	for_each_slab_cache(c)
	{
		unsigned long slabs = slab_nr_slabs(c);

		seq_printf(m, "%-17s %6lu %6lu %6u %4u %4d", c->name, slab_nr_live(c),
			   slabs * c->g.nr, c->g.stride, c->g.nr, 1 << c->g.order);
		seq_printf(m, " : tunables %4u %4u %4u", c->capacity, c->batch, 0u);
		seq_printf(m, " : slabdata %6lu %6lu %6u\n", slabs - c->list[SLAB_EMPTY].count,
			   slabs, c->depot_used);
	}
	return 0;
}
VIRTUAL_FILE("slabinfo", slabinfo_show);
