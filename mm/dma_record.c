/* SPDX-License-Identifier: MIT */
/*
 * What devices have: a record of each mapping and each coherent allocation.
 *
 *   records, by device address     [0x2000 edu 512 B ->] [0x8000 edu 4096 B <-] ...
 *
 * A driver ends a mapping by saying once more what it was: address, size,
 * direction.  What it says is only compared; the record decides.  So an address
 * that is not mapped, or not any more, or by another device, is found and
 * refused, and a wrong size or direction is reported while the right memory is
 * copied and freed.  A device can map the same memory several times, so records of
 * one address are told apart by what else the driver says, as far as it fits one.
 *
 * Invariants: records are sorted by address; a record in the tree is a live
 * mapping, and its bounce buffer or memory is in use.
 *
 * Locking: one lock, interrupts off, for a search.  Contexts: any; a record comes
 * from its cache without sleeping, and a mapping that can have none fails.
 *
 * Not done here: whether the CPU touches a buffer that a device has, or frees it.
 */
#include <linux/bug.h>
#include <linux/kernel.h>
#include <linux/printk.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <cairn/dma.h>
#include "dma.h"

static struct kmem_cache *cache;
static DEFINE_SPINLOCK_RANK(lock, LOCK_RANK_DMA_RECORD);
static struct rb_root records = RB_ROOT;
static struct dma_stats stats;

/* Words for reports. */
static const char *const kind_names[] = {"dma_map_single", "dma_map_page", "dma_map_sg",
					 "dma_alloc_coherent"};
static const char *const dir_names[] = {"both ways", "to the device", "from the device",
					"no direction"};

void dma_record_init(void)
{
	cache = KMEM_CACHE(dma_record, SLAB_PANIC);
}

struct dma_record *dma_record_new(const struct dma_record *what)
{
	struct dma_record *rec = kmem_cache_alloc(cache, GFP_ATOMIC | __GFP_NOWARN);

	if (rec)
		*rec = *what;
	return rec;
}

void dma_record_free(struct dma_record *rec)
{
	kmem_cache_free(cache, rec);
}

void dma_misuse(const struct dma_record *want, const char *call, const char *what)
{
	pr_err("BUG: %s: %s: device address %#llx, %zu bytes: %s\n", call,
	       want->dev ? dev_name(want->dev) : "no device", want->addr, want->size, what);
	dump_stack();
}

/* ---- the tree, under the lock ------------------------------------------------------------- */

static struct dma_record *record_of(struct rb_node *node)
{
	return rb_entry(node, struct dma_record, node);
}

static void count(const struct dma_record *rec, long one)
{
	if (rec->kind == DMA_KIND_COHERENT) {
		stats.coherent += (unsigned long)one;
		stats.coherent_bytes += (unsigned long)one * rec->size;
	} else {
		stats.mappings += (unsigned long)one;
	}
}

static bool record_less(struct rb_node *a, const struct rb_node *b)
{
	return record_of(a)->addr < rb_entry(b, struct dma_record, node)->addr;
}

void dma_record_insert(struct dma_record *rec)
{
	unsigned long flags;

	spin_lock_irqsave(&lock, flags);
	rb_add(&rec->node, &records, record_less);
	count(rec, 1);
	spin_unlock_irqrestore(&lock, flags);
}

/* The last record that begins at or before @addr, or NULL. */
static struct dma_record *last_before(dma_addr_t addr)
{
	struct rb_node *node = records.rb_node;
	struct dma_record *best = NULL;

	while (node) {
		struct dma_record *rec = record_of(node);

		if (rec->addr <= addr)
			best = rec;
		node = rec->addr <= addr ? node->rb_right : node->rb_left;
	}
	return best;
}

static struct dma_record *before(struct dma_record *rec)
{
	struct rb_node *node = rb_prev(&rec->node);

	return node ? record_of(node) : NULL;
}

/* How well a record fits what a driver says: 0 is not at all. */
static int fitness(const struct dma_record *rec, const struct dma_record *want)
{
	bool coherent = want->kind == DMA_KIND_COHERENT;

	if (rec->dev != want->dev || (rec->kind == DMA_KIND_COHERENT) != coherent)
		return 0;
	return 1 + 4 * (rec->size == want->size) + 2 * (rec->dir == want->dir) +
	       (rec->kind == want->kind);
}

static struct dma_record *best_at(const struct dma_record *want)
{
	struct dma_record *rec = last_before(want->addr), *best = NULL;

	for (; rec && rec->addr == want->addr; rec = before(rec))
		if (fitness(rec, want) > (best ? fitness(best, want) : 0))
			best = rec;
	return best;
}

/* ---- ending a mapping --------------------------------------------------------------------- */

/* Why there is nothing to end. */
static const char *why_not(const struct dma_record *want)
{
	const struct dma_record *rec;
	const char *why = "is not mapped, or not any more";
	unsigned long flags;

	spin_lock_irqsave(&lock, flags);
	rec = last_before(want->addr);
	if (rec && rec->addr == want->addr)
		why = rec->dev == want->dev ? "is of the other sort, coherent or streaming"
					    : "is mapped by another device";
	else if (rec && want->addr - rec->addr < rec->size)
		why = "is in the middle of a mapping";
	spin_unlock_irqrestore(&lock, flags);
	return why;
}

static void compare(const struct dma_record *rec, const struct dma_record *want, const char *call)
{
	char text[128];

	if (rec->size != want->size)
		scnprintf(text, sizeof(text), "has a different size, %zu bytes, from %pS",
			  rec->size, (void *)rec->caller);
	else if (rec->dir != want->dir)
		scnprintf(text, sizeof(text), "has a different direction, %s, not %s, from %pS",
			  dir_names[rec->dir], dir_names[want->dir & 3], (void *)rec->caller);
	else if (rec->kind != want->kind)
		scnprintf(text, sizeof(text), "is from %s, %pS", kind_names[rec->kind],
			  (void *)rec->caller);
	else
		return;
	dma_misuse(want, call, text);
}

struct dma_record *dma_record_take(const struct dma_record *want, const char *call)
{
	struct dma_record *rec;
	unsigned long flags;

	spin_lock_irqsave(&lock, flags);
	rec = best_at(want);
	if (rec) {
		rb_erase(&rec->node, &records);
		count(rec, -1);
	}
	spin_unlock_irqrestore(&lock, flags);
	if (rec)
		compare(rec, want, call);
	else
		dma_misuse(want, call, why_not(want));
	return rec;
}

/* Mappings may overlap; so many that begin before the one asked for are looked at. */
#define FIND_DEPTH 64

static bool is_inside(const struct dma_record *rec, const struct dma_record *want)
{
	return rec->dev == want->dev && want->size <= rec->size &&
	       want->addr - rec->addr <= rec->size - want->size;
}

bool dma_record_find(const struct dma_record *want, struct dma_record *found)
{
	const struct dma_record *best = NULL;
	struct dma_record *rec;
	unsigned long flags;
	int i = 0;

	spin_lock_irqsave(&lock, flags);
	for (rec = last_before(want->addr); rec && i < FIND_DEPTH; rec = before(rec), i++) {
		if (!is_inside(rec, want))
			continue;
		best = rec;
		if (dma_record_allows(rec, want->dir))
			break;
	}
	if (best)
		*found = *best;
	spin_unlock_irqrestore(&lock, flags);
	return best;
}

/* ---- what there is ------------------------------------------------------------------------ */

unsigned int dma_report_pending(struct device *dev)
{
	struct dma_record first = {0};
	struct rb_node *node;
	unsigned long flags;
	unsigned int n = 0;

	spin_lock_irqsave(&lock, flags);
	for (node = rb_first(&records); node; node = rb_next(node)) {
		if (record_of(node)->dev != dev)
			continue;
		if (!n++)
			first = *record_of(node);
	}
	spin_unlock_irqrestore(&lock, flags);
	if (!n)
		return 0;
	pr_err("BUG: DMA: %s still has %u mappings; the first: device address %#llx, %zu bytes, %s, by %s from %pS\n",
	       dev_name(dev), n, first.addr, first.size, dir_names[first.dir],
	       kind_names[first.kind], (void *)first.caller);
	return n;
}

void dma_count(bool bounced, bool failed)
{
	unsigned long flags;

	spin_lock_irqsave(&lock, flags);
	stats.mapped += !failed;
	stats.bounced += bounced;
	stats.failed += failed;
	spin_unlock_irqrestore(&lock, flags);
}

void dma_get_stats(struct dma_stats *out)
{
	unsigned long flags;

	spin_lock_irqsave(&lock, flags);
	*out = stats;
	spin_unlock_irqrestore(&lock, flags);
}
