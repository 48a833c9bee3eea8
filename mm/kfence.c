/* SPDX-License-Identifier: MIT */
/*
 * Sampled guard pages around slab objects: mistakes found at the culprit, at a cost
 * that a machine in use can bear.
 *
 *   pool, 2 MiB | unused | guard | object 0 | guard | object 1 | guard | ...
 *
 *   page of an object in use, at either end in turn:
 *
 *	 |object|canary ........................|      too low: a fault at once;
 *	 |....................... canary |object|      too high: here
 *
 * Each kfence.sample_interval= milliseconds one allocation is served from the pool.
 * An access outside its page hits a guard; one within, outside the object, changes
 * the canary, which is compared when the object is freed; a free object's page is
 * not mapped, so a late access faults.  Free pages are used again in the order in
 * which they were freed.  A fault is reported, and then the page mapped, so that
 * the kernel goes on; a guard is closed again when an object beside it is allocated
 * or freed.
 *
 * How one allocation in many is caught at no cost to the others: the fast paths of
 * slab allocation pop a stack of this CPU, and have no test that could be spared.
 * When the interval is over, one CPU's stacks are emptied into the depots, CPUs
 * taking turns.  Its next allocation finds nothing, comes the long way, and there
 * sees kfence_due.  kfree() finds a cache of which nothing is an object in the page's
 * descriptor, and comes the long way too.
 *
 * Left out are caches whose free objects keep their state (constructors,
 * SLAB_TYPESAFE_BY_RCU), those of special zones, allocations that name a node, and
 * what is larger than a page.  Sizes are rounded up to 8, as kzalloc() clears so much.
 *
 * Invariant: the page of an object in use is mapped; that of one in no use is not,
 * unless an access has been reported since it was freed.
 *
 * Locking: kfence_lock, interrupts off, for lists and states; nothing is taken under
 * it.  Contexts: any but NMI.  Not there in builds with KASAN, which see more.
 * Reports: kfence_report.c.
 */
#include <cairn/init.h>
#include <linux/align.h>
#include <linux/bitmap.h>
#include <linux/bitops.h>
#include <linux/cpumask.h>
#include <linux/gfp.h>
#include <linux/init.h>
#include <linux/kasan.h>
#include <linux/kernel.h>
#include <linux/kmemleak.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/moduleparam.h>
#include <linux/printk.h>
#include <linux/sched.h>
#include <linux/seq_file.h>
#include <linux/smp.h>
#include <linux/stacktrace.h>
#include <linux/string.h>
#include <linux/timekeeping.h>
#include <linux/timer.h>
#include <asm/pgtable.h>
#include <asm/tlbflush.h>
#include "kfence.h"

#define POOL_ORDER   9
#define POOL_PAGES   (1UL << POOL_ORDER)
#define NR_RECORDS   (POOL_PAGES / 2 + 1) /* one for each second page, and behind the last */
#define NR_OBJECTS   (NR_RECORDS - 2)	  /* the first and the last are never in use */
#define RECORDS_SIZE (NR_RECORDS * sizeof(struct kfence_object))

unsigned long kfence_pool, kfence_pool_size;
bool kfence_due;
struct kfence_object *kfence_objects;
#define for_each_sampled(o) \
	for (struct kfence_object *o = kfence_objects + 1; o <= kfence_objects + NR_OBJECTS; o++)

static unsigned int sample_interval;
static DEFINE_SPINLOCK(kfence_lock);
static LIST_HEAD(unused);
static DECLARE_BITMAP(open_guards, POOL_PAGES);
static unsigned long nr_allocs, nr_frees, nr_skipped;

/* Stands in the descriptors of the pool: bound 0 sends each release the long way. */
static struct slab_cache pool_cache = {
	.name = "kfence",
	.hot = {.front = &slab_closed, .kfree_front = &slab_closed},
};

static int set_sample_interval(const char *value)
{
	return kstrtouint(value, 0, &sample_interval);
}
BOOT_PARAM("kfence.sample_interval", set_sample_interval,
	   "milliseconds between allocations that get guard pages; 0: none");

/* ---- Objects and their pages ----------------------------------------------------------- */

static unsigned long page_of_object(const struct kfence_object *o)
{
	return kfence_pool + (unsigned long)kfence_number(o) * 2 * PAGE_SIZE;
}

static unsigned int page_index(unsigned long addr)
{
	return (unsigned int)((addr - kfence_pool) >> PAGE_SHIFT);
}

static bool is_guard(unsigned long addr)
{
	return page_index(addr) % 2;
}

/* The object that a page is for, or NULL if it is a guard. */
static struct kfence_object *object_of(unsigned long addr)
{
	return is_guard(addr) ? NULL : &kfence_objects[page_index(addr) / 2];
}

static void open_page(unsigned long addr)
{
	direct_map_set_valid(addr & PAGE_MASK, 1, true);
}

static void close_page(unsigned long addr)
{
	addr &= PAGE_MASK;
	direct_map_set_valid(addr, 1, false);
	flush_tlb_kernel_range(addr, addr + PAGE_SIZE);
}

/* The pages on both sides of an object's, where an access was let through. */
static void close_guards(unsigned long page)
{
	if (test_and_clear_bit(page_index(page) - 1, open_guards))
		close_page(page - PAGE_SIZE);
	if (test_and_clear_bit(page_index(page) + 1, open_guards))
		close_page(page + PAGE_SIZE);
}

static noinline void save_track(struct kfence_track *t)
{
	t->when = ktime_get_ns();
	t->pid = current->pid;
	t->cpu = (u32)raw_smp_processor_id();
	t->nr = stack_trace_save(t->frame, KFENCE_TRACK_FRAMES, 2);
}

/* ---- An access that hits a guard or a free object ---------------------------------------- */

/* The object that ends or begins nearest to @addr, in a guard; NULL if none was beside that. */
static struct kfence_object *nearest_object(unsigned long addr)
{
	struct kfence_object *left = &kfence_objects[page_index(addr) / 2], *right = left + 1;

	if (left->state == KFENCE_UNUSED)
		return right->state == KFENCE_UNUSED ? NULL : right;
	if (right->state == KFENCE_UNUSED)
		return left;
	return addr - (left->addr + left->size) < right->addr - addr ? left : right;
}

bool kfence_handle_page_fault(unsigned long addr, bool is_write, unsigned long ip, unsigned long bp)
{
	struct kfence_access access = {.addr = addr, .is_write = is_write, .ip = ip, .bp = bp};
	struct kfence_object *o;

	if (!is_kfence_address((void *)addr))
		return false;
	o = is_guard(addr) ? nearest_object(addr) : object_of(addr);
	if (o && is_guard(addr)) {
		kfence_report_out_of_bounds(&access, o);
	} else if (o && o->state == KFENCE_FREED) {
		kfence_report_late(&access, o);
	} else {
		kfence_report_nowhere(&access);
	}
	open_page(addr);
	if (is_guard(addr)) /* not before: who closes it in between would find it closed */
		set_bit(page_index(addr), open_guards);
	return true;
}

/* ---- Canaries -------------------------------------------------------------------------- */

static void set_canary(unsigned long from, unsigned long to)
{
	for (; from < to; from++)
		*(u8 *)from = kfence_canary(from);
}

/* Reports the first byte of a range that is not as it was set. */
static void check_canary(const struct kfence_object *o, unsigned long from, unsigned long to,
			 unsigned long caller)
{
	for (unsigned long at = from; at < to; at++) {
		if (likely(*(u8 *)at == kfence_canary(at)))
			continue;
		kfence_report_canary(o, at, to, caller);
		return;
	}
}

/* ---- Allocation ------------------------------------------------------------------------ */

static bool takes(const struct slab_cache *c)
{
	return !c->hooks.ctor.kind && !c->hooks.dtor.kind &&
	       !(c->flags & (SLAB_TYPESAFE_BY_RCU | SLAB_CACHE_DMA | SLAB_CACHE_DMA32)) &&
	       c->align <= PAGE_SIZE;
}

static struct kfence_object *take_object(void)
{
	struct kfence_object *o = NULL;
	unsigned long flags;

	spin_lock_irqsave(&kfence_lock, flags);
	if (!list_empty(&unused)) {
		o = list_first_entry(&unused, struct kfence_object, list);
		list_del(&o->list);
		nr_allocs++;
	} else {
		nr_skipped++;
	}
	spin_unlock_irqrestore(&kfence_lock, flags);
	return o;
}

/* At the page's beginning and at its end in turn; two at once may be at the same. */
static unsigned long place(const struct kfence_object *o, size_t size, size_t align)
{
	static unsigned int turn;
	unsigned long page = page_of_object(o);
	bool first = READ_ONCE(turn) % 2;

	WRITE_ONCE(turn, READ_ONCE(turn) + 1);
	return first ? page : ALIGN_DOWN(page + PAGE_SIZE - size, align);
}

void *kfence_alloc(struct slab_cache *c, size_t size)
{
	struct kfence_object *o;
	unsigned long page;

	size = ALIGN(size, 8);
	if (size > PAGE_SIZE || !takes(c) || !xchg(&kfence_due, false))
		return NULL;
	o = take_object();
	if (!o)
		return NULL;
	page = page_of_object(o);
	close_guards(page);
	open_page(page);
	o->cache = c;
	o->size = size;
	o->addr = place(o, size, max(c->align, 8u));
	strscpy(o->name, c->name, sizeof(o->name));
	save_track(&o->alloc);
	set_canary(page, o->addr);
	set_canary(o->addr + size, page + PAGE_SIZE);
	WRITE_ONCE(o->state, KFENCE_LIVE);
	return (void *)o->addr;
}

/* ---- Release --------------------------------------------------------------------------- */

/* Marks the object at @addr as free, if one is in use there; else what stands there. */
static bool end_life(unsigned long addr, struct kfence_object *o)
{
	unsigned long flags;
	bool ok;

	spin_lock_irqsave(&kfence_lock, flags);
	ok = o && o->state == KFENCE_LIVE && o->addr == addr;
	if (ok) {
		o->state = KFENCE_FREED;
		nr_frees++;
	}
	spin_unlock_irqrestore(&kfence_lock, flags);
	return ok;
}

static bool is_from(const struct kfence_object *o, const struct slab_cache *c)
{
	return !o || o->state != KFENCE_LIVE || (c ? o->cache == c : o->cache->kmalloc);
}

static void refuse_other_cache(const void *addr, const struct kfence_object *o,
			       const struct slab_cache *c)
{
	if (c)
		slab_report_address(addr,
				    "cache_from_obj: Wrong slab cache. %s but object is from %s",
				    c->name, o->name);
	else
		slab_report_address(addr, "BUG: kfree: 0x%px is an object of %s, not of kmalloc()",
				    addr, o->name);
}

void kfence_free(const void *addr, struct slab_cache *c, unsigned long caller)
{
	struct kfence_object *o = object_of((unsigned long)addr);
	unsigned long page, flags;

	if (!is_from(o, c)) {
		refuse_other_cache(addr, o, c);
		return;
	}
	if (!end_life((unsigned long)addr, o)) {
		kfence_report_invalid_free(addr, o, caller);
		return;
	}
	kmemleak_free(addr);
	page = page_of_object(o);
	save_track(&o->freed);
	check_canary(o, page, o->addr, caller);
	check_canary(o, o->addr + o->size, page + PAGE_SIZE, caller);
	if (init_on_free)
		memset((void *)o->addr, 0, o->size);
	close_guards(page);
	close_page(page);
	spin_lock_irqsave(&kfence_lock, flags);
	list_add_tail(&o->list, &unused);
	spin_unlock_irqrestore(&kfence_lock, flags);
}

/* ---- What else is asked about objects -------------------------------------------------- */

static const struct kfence_object *live_object_at(const void *addr)
{
	const struct kfence_object *o = object_of((unsigned long)addr);

	return o && o->state == KFENCE_LIVE && o->addr == (unsigned long)addr ? o : NULL;
}

bool kfence_is_live(const void *addr)
{
	return live_object_at(addr);
}

size_t kfence_size(const void *addr)
{
	const struct kfence_object *o = live_object_at(addr);

	if (o)
		return o->size;
	slab_report_address(addr, "BUG: ksize: kmalloc() never gave 0x%px", addr);
	return 0;
}

static bool is_live_of(const struct kfence_object *o, const struct slab_cache *c)
{
	return READ_ONCE(o->state) == KFENCE_LIVE && o->cache == c;
}

unsigned long kfence_nr_live(const struct slab_cache *c)
{
	unsigned long nr = 0;

	if (kfence_enabled())
		for_each_sampled(o)
			nr += is_live_of(o, c);
	return nr;
}

unsigned long kfence_list(const struct slab_cache *c)
{
	unsigned long nr = 0;

	if (!kfence_enabled())
		return 0;
	for_each_sampled(o) {
		if (is_live_of(o, c)) {
			kfence_print_object(o);
			nr++;
		}
	}
	return nr;
}

void kfence_describe(const void *addr)
{
	const struct kfence_object *o = object_of((unsigned long)addr);

	if (!o || o->state == KFENCE_UNUSED)
		pr_cont(" in kfence's pool, no object\n");
	else
		pr_cont(" kfence-#%ld start %px pointer offset %ld size %zu cache %s%s\n",
			kfence_number(o), (void *)o->addr, (long)((unsigned long)addr - o->addr),
			o->size, o->name, o->state == KFENCE_FREED ? ", free" : "");
}

static int kfence_show(struct seq_file *m)
{
	seq_printf(m, "enabled: %d\n", kfence_enabled());
	seq_printf(m, "sample interval: %u ms\n", sample_interval);
	seq_printf(m, "currently allocated: %lu of %lu\n", nr_allocs - nr_frees, NR_OBJECTS);
	seq_printf(m, "total allocations: %lu\n", nr_allocs);
	seq_printf(m, "total frees: %lu\n", nr_frees);
	seq_printf(m, "total bugs: %lu\n", kfence_nr_bugs);
	seq_printf(m, "skipped allocations (capacity): %lu\n", nr_skipped);
	return 0;
}
VIRTUAL_FILE("kfence", kfence_show);

/* ---- The interval ---------------------------------------------------------------------- */

static struct timer_list interval_timer;
static call_single_data_t turn_call;

void kfence_sample(void)
{
	if (!kfence_enabled())
		return;
	WRITE_ONCE(kfence_due, true);
	slab_empty_stacks();
}

static void sample_here(void *info __unused)
{
	kfence_sample();
}

/* If nobody has taken the last turn, its CPU may have nothing to allocate: on to the next. */
static void interval_over(struct timer_list *timer)
{
	static int cpu = -1;

	cpu = (int)(cpumask_next(cpu, cpu_online_mask) % nr_cpu_ids); /* CPU 0 is online */
	if (cpu == raw_smp_processor_id())
		kfence_sample();
	else
		smp_call_function_single_async(cpu, &turn_call);
	mod_timer(timer, jiffies + msecs_to_jiffies(sample_interval));
}

static int __init kfence_start(void)
{
	if (!kfence_enabled())
		return 0;
	kmemleak_alloc(kfence_objects, RECORDS_SIZE, 0, GFP_KERNEL);
	kmemleak_no_scan(kfence_objects); /* that it knows an object is no reference to it */
	INIT_CSD(&turn_call, sample_here, NULL);
	timer_setup(&interval_timer, interval_over, 0);
	mod_timer(&interval_timer, jiffies + msecs_to_jiffies(sample_interval));
	return 0;
}
late_initcall(kfence_start);

/* ---- Start-up -------------------------------------------------------------------------- */

static void __init mark_pool(struct page *page)
{
	page->flags |= PGF_SLAB;
	for (unsigned long i = 0; i < POOL_PAGES; i++)
		page[i].slab_cache = &pool_cache.hot;
}

static bool __init make_pool(void)
{
	struct page *page = alloc_pages(GFP_KERNEL, POOL_ORDER);

	kfence_objects = alloc_pages_exact(RECORDS_SIZE, GFP_KERNEL | __GFP_ZERO);
	if (!page || !kfence_objects || !direct_map_split((unsigned long)page_to_virt(page))) {
		if (kfence_objects)
			free_pages_exact(kfence_objects, RECORDS_SIZE);
		if (page)
			__free_pages(page, POOL_ORDER);
		return false;
	}
	mark_pool(page);
	kfence_pool = (unsigned long)page_to_virt(page);
	direct_map_set_valid(kfence_pool, POOL_PAGES, false);
	flush_tlb_kernel_range(kfence_pool, kfence_pool + POOL_PAGES * PAGE_SIZE);
	return true;
}

void __init kfence_init(void)
{
	if (!sample_interval)
		return;
	if (kasan_enabled()) {
		pr_info("kfence: not in a build with KASAN\n");
		return;
	}
	if (!make_pool()) {
		pr_warn("kfence: no memory for the pool; going on without guard pages\n");
		return;
	}
	for_each_sampled(o)
		list_add_tail(&o->list, &unused);
	kfence_pool_size = POOL_PAGES * PAGE_SIZE;
	pr_info("kfence: initialized - using %lu bytes for %lu objects at 0x%px-0x%px\n",
		kfence_pool_size, NR_OBJECTS, (void *)kfence_pool,
		(void *)(kfence_pool + kfence_pool_size));
}
