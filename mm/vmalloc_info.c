/* SPDX-License-Identifier: MIT */
/*
 * What can be said about the vmalloc range: /proc/vmallocinfo, one line an area
 * in Linux's format, and what a single address is, for reports of faults and of
 * wrong pointers.
 *
 * Both look at the arena's segments in the order of their addresses, under
 * vmap_lock.  A report may come from anywhere, also from under that lock; then
 * it does without, and says so.  Printing happens outside the lock: a few areas
 * are copied at a time.
 */
#include <linux/bug.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/preempt.h>
#include <linux/seq_file.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <cairn/init.h>
#include "vmap.h"

/* Areas copied under the lock at a time. */
#define INFO_BATCH 16

/* One area as it is printed, or as an address is found in it. */
struct area_info {
	unsigned long start;
	unsigned long end;	/* the guard included */
	unsigned long nr_pages; /* 0 of per-CPU memory, which is mapped here and there */
	enum vmap_kind kind;
	unsigned int flags;
	const void *caller;
	phys_addr_t phys;
	bool owned_pages;
};

static void copy_info(struct area_info *info, const struct vmap_area *va)
{
	*info = (struct area_info){
		.start = va->seg->start,
		.end = va->seg->end,
		.nr_pages = va->nr_pages,
		.kind = vmap_kind(va),
		.flags = va->flags,
		.caller = va->caller,
		.phys = va->phys,
		.owned_pages = (vmap_kind(va) & VMAP_KIND_MASK) == VMAP_ALLOC,
	};
}

/* A used segment's area, if it is more than a cached range. */
static const struct vmap_area *area_of(const struct vseg *seg)
{
	if (!seg || seg->kind != VSEG_USED || vmap_kind(seg->owner) == VMAP_CACHED)
		return NULL;
	return seg->owner;
}

/* Copies areas in use from @from on, lowest first; under vmap_lock. */
static unsigned int copy_areas(unsigned long from, struct area_info *info)
{
	unsigned int n = 0;

	for (const struct vseg *seg = vmap_arena.first; seg && n < INFO_BATCH; seg = seg->next)
		if (seg->start >= from && area_of(seg))
			copy_info(&info[n++], seg->owner);
	return n;
}

/* ---- /proc/vmallocinfo ----------------------------------------------------------------- */

static void show_area(struct seq_file *m, const struct area_info *info)
{
	unsigned long end = info->end;

	/* A cached range may be longer than its use; one guard page is shown, as Linux does. */
	if (info->nr_pages)
		end = info->start + ((info->nr_pages + 1) << PAGE_SHIFT);
	seq_printf(m, "0x%px-0x%px %7lu", (void *)info->start, (void *)end, end - info->start);
	if (info->kind & VMAP_PENDING) {
		seq_puts(m, " unpurged vm_area\n");
		return;
	}
	seq_printf(m, " %pS", info->caller);
	if (info->owned_pages)
		seq_printf(m, " pages=%lu", info->nr_pages);
	if (info->kind == VMAP_IO)
		seq_printf(m, " phys=0x%016llx", (unsigned long long)info->phys);
	if (info->flags & VM_IOREMAP)
		seq_puts(m, " ioremap");
	if (info->flags & VM_ALLOC)
		seq_puts(m, " vmalloc");
	if (info->flags & VM_MAP)
		seq_puts(m, " vmap");
	if (info->flags & VM_USERMAP)
		seq_puts(m, " user");
	if (info->flags & VM_DMA_COHERENT)
		seq_puts(m, " dma-coherent");
	if (info->flags & VM_PERCPU)
		seq_puts(m, " percpu");
	if (info->owned_pages)
		seq_printf(m, " N0=%lu", info->nr_pages);
	seq_putc(m, '\n');
}

static int show_vmallocinfo(struct seq_file *m)
{
	struct area_info info[INFO_BATCH];
	unsigned long from = 0, flags;
	unsigned int n;

	do {
		spin_lock_irqsave(&vmap_lock, flags);
		n = copy_areas(from, info);
		spin_unlock_irqrestore(&vmap_lock, flags);
		for (unsigned int i = 0; i < n; i++)
			show_area(m, &info[i]);
		if (n)
			from = info[n - 1].end;
	} while (n == INFO_BATCH);
	return 0;
}
VIRTUAL_FILE("vmallocinfo", show_vmallocinfo);

/* Adds an area's pages to its caller's, or to the table's last place if that is full. */
static void add_holder(struct vmalloc_holder *table, unsigned int n, const struct area_info *info)
{
	unsigned int i;

	for (i = 0; i < n - 1 && table[i].pages; i++)
		if (table[i].caller == info->caller)
			break;
	if (i < n - 1)
		table[i].caller = info->caller;
	table[i].pages += info->nr_pages;
	table[i].areas++;
}

void vmalloc_holders(struct vmalloc_holder *table, unsigned int n)
{
	struct area_info info[INFO_BATCH];
	unsigned long from = 0, flags;
	unsigned int found, i;

	memset(table, 0, n * sizeof(*table));
	do {
		spin_lock_irqsave(&vmap_lock, flags);
		found = copy_areas(from, info);
		spin_unlock_irqrestore(&vmap_lock, flags);
		for (i = 0; i < found; i++)
			if (info[i].owned_pages)
				add_holder(table, n, &info[i]);
		if (found)
			from = info[found - 1].end;
	} while (found == INFO_BATCH);
}

/* ---- one address ----------------------------------------------------------------------- */

static const char *kind_name(enum vmap_kind kind)
{
	switch ((int)kind & VMAP_KIND_MASK) {
	case VMAP_ALLOC:
		return "vmalloc";
	case VMAP_MAP:
		return "vmap";
	case VMAP_IO:
		return "ioremap";
	case VMAP_PERCPU:
		return "per-CPU";
	default:
		return "cached";
	}
}

/* What of the vmalloc range @addr lies in. */
enum place {
	PLACE_UNKNOWN, /* the lock was taken */
	PLACE_UNUSED,
	PLACE_BELOW, /* in the page in front of an area */
	PLACE_AREA,
};

static enum place find_place(unsigned long addr, struct area_info *info)
{
	const struct vseg *seg = varena_find(&vmap_arena, addr);
	const struct vmap_area *va = area_of(seg);

	if (va) {
		copy_info(info, va);
		return PLACE_AREA;
	}
	va = seg && seg->end - addr <= PAGE_SIZE ? area_of(seg->next) : NULL;
	if (!va)
		return PLACE_UNUSED;
	copy_info(info, va);
	return PLACE_BELOW;
}

static enum place lookup_place(unsigned long addr, struct area_info *info)
{
	enum place place;
	unsigned long flags = 0;

	if (!spin_trylock_irqsave(&vmap_lock, flags))
		return PLACE_UNKNOWN;
	place = find_place(addr, info);
	spin_unlock_irqrestore(&vmap_lock, flags);
	return place;
}

bool vmalloc_describe(unsigned long addr, char *buf, size_t size)
{
	struct area_info info;
	struct page_walk walk;
	enum place place;
	unsigned long end;
	const char *freed;

	if (size)
		buf[0] = '\0';
	if (!is_vmalloc_addr((void *)addr))
		return false;
	place = lookup_place(addr, &info);
	if (place == PLACE_UNKNOWN) {
		snprintf(buf, size, "vmalloc range, whose records are in use");
		return true;
	}
	if (place == PLACE_UNUSED) {
		snprintf(buf, size, "vmalloc range, no area");
		return true;
	}
	freed = (int)info.kind & VMAP_PENDING ? "freed " : "";
	end = info.start + (info.nr_pages << PAGE_SHIFT);
	if (place == PLACE_BELOW)
		snprintf(buf, size, "guard page, %lu bytes before %s%s area of %pS at %px",
			 info.start - addr, freed, kind_name(info.kind), info.caller,
			 (void *)info.start);
	else if (info.kind == VMAP_PERCPU) /* here and there a page is mapped */
		snprintf(buf, size, "%s area at %px, offset %lu%s", kind_name(info.kind),
			 (void *)info.start, addr - info.start,
			 page_walk(addr, &walk) ? "" : ": no page for it yet");
	else if (addr >= end)
		snprintf(buf, size, "guard page, %lu bytes behind %s%s area of %pS at %px",
			 addr - end, freed, kind_name(info.kind), info.caller, (void *)info.start);
	else
		snprintf(buf, size, "%s%s area of %pS at %px, offset %lu of %lu", freed,
			 kind_name(info.kind), info.caller, (void *)info.start, addr - info.start,
			 end - info.start);
	return true;
}

void __cold vmap_report_bad(const char *call, const volatile void *addr)
{
	unsigned long at = (unsigned long)addr;
	char what[192];

	if (at & ~PAGE_MASK && call[0] == 'v')
		pr_err("BUG: Trying to %s() bad address (%px)\n", call, (void *)at);
	else
		pr_err("BUG: Trying to %s() nonexistent vm area (%px)\n", call, (void *)at);
	if (vmalloc_describe(at, what, sizeof(what)))
		pr_err("it is: %s\n", what);
	else if (virt_addr_valid(at))
		pr_err("it is: an address in the direct map\n");
	else
		pr_err("it is: outside the vmalloc range and RAM\n");
	dump_stack();
}

void __cold vmap_report_interrupt(const char *call)
{
	pr_err("BUG: %s() in an interrupt\n", call);
	print_atomic_context();
	dump_stack();
}

bool vmap_prot_ok(const char *call, pgprot_t prot)
{
	if (!vmap_prot_is_wx(prot))
		return true;
	pr_err("BUG: %s: memory both writable and executable is refused\n", call);
	dump_stack();
	return false;
}
