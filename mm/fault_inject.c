/* SPDX-License-Identifier: MIT */
/*
 * Allocations that fail on purpose.
 *
 *   failslab=INTERVAL,PROBABILITY,SPACE,TIMES		objects of caches and of kmalloc()
 *   fail_page_alloc=INTERVAL,PROBABILITY,SPACE,TIMES	blocks of pages
 *
 * lib/fault_inject.c tells what the numbers mean; an object is worth its size of
 * SPACE and a block its pages.  What else decides can be changed later, with the
 * monitor's command fault:
 *
 *   ignore-gfp-wait	 Y: only allocations that may not reclaim fail, such as GFP_ATOMIC
 *   ignore-gfp-highmem  Y: only those that may not use high memory (pages)
 *   min-order		 1: blocks of less than this order do not fail (pages)
 *
 * __GFP_NOFAIL never fails, and neither does the cache of caches.
 *
 * With one of the two parameters, whatever its numbers, the per-CPU lists of pages,
 * objects and per-CPU memory are off, as with init_on_alloc=1: every allocation comes the
 * long way, where it asks here.  So the short ways need no look at anything.
 *
 * fault_nth_begin() is for sweeps: the n-th allocation after it fails, or it and some
 * that follow, whatever the flags (but __GFP_NOFAIL) and whoever makes it, per-CPU memory
 * counted too.
 *
 * Locking: none; counts are atomic.  Contexts: any.
 */
#include "fault_inject.h"
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/printk.h>
#include <linux/string.h>
#include <cairn/init.h>
#include <cairn/monitor.h>
#include "slab.h"

bool fault_injecting;

struct fault_filter failslab = {
	.attr = {.interval = 1, .times = ATOMIC_INIT(1), .verbose = 2, .name = "failslab"},
	.ignore_gfp_wait = true,
};
struct fault_filter fail_page_alloc = {
	.attr = {.interval = 1, .times = ATOMIC_INIT(1), .verbose = 2, .name = "fail_page_alloc"},
	.ignore_gfp_wait = true,
	.ignore_gfp_highmem = true,
	.min_order = 1,
};

static int set_failslab(const char *value)
{
	fault_injecting = true;
	return setup_fault_attr(&failslab.attr, value) ? 0 : -EINVAL;
}
BOOT_PARAM("failslab", set_failslab,
	   "interval,probability,space,times: have allocations of objects fail");

static int set_fail_page_alloc(const char *value)
{
	fault_injecting = true;
	return setup_fault_attr(&fail_page_alloc.attr, value) ? 0 : -EINVAL;
}
BOOT_PARAM("fail_page_alloc", set_fail_page_alloc,
	   "interval,probability,space,times: have allocations of pages fail");

/* ---- The n-th -------------------------------------------------------------------------- */

static struct {
	bool counting;
	bool verbose;
	bool passed;
	bool over;
	unsigned long n;
	unsigned long run;
	atomic_long_t seen;
} nth;

void fault_nth_begin(unsigned long n, unsigned long run, bool verbose)
{
	nth.n = n;
	nth.run = run;
	nth.over = !n;
	nth.verbose = verbose;
	nth.passed = false;
	atomic_long_set(&nth.seen, 0);
	WRITE_ONCE(nth.counting, true);
}

unsigned long fault_nth_end(void)
{
	WRITE_ONCE(nth.counting, false);
	return (unsigned long)atomic_long_read(&nth.seen);
}

bool fault_nth_passed(void)
{
	bool passed = xchg(&nth.passed, false);

	if (passed)
		WRITE_ONCE(nth.over, true);
	return passed;
}

static bool is_nth(const char *what)
{
	unsigned long seen;

	if (!READ_ONCE(nth.counting))
		return false;
	seen = (unsigned long)atomic_long_inc_return(&nth.seen);
	if (READ_ONCE(nth.over) || seen - nth.n >= nth.run)
		return false;
	WRITE_ONCE(nth.passed, true);
	if (nth.verbose) {
		pr_notice("FAULT_INJECTION: allocation %lu, of %s, fails\n", seen, what);
		dump_stack_lvl(KERN_NOTICE);
	}
	return true;
}

/* ---- Who asks -------------------------------------------------------------------------- */

static bool filter_passes(const struct fault_filter *f, gfp_t gfp)
{
	return !(f->ignore_gfp_wait && (gfp & __GFP_DIRECT_RECLAIM)) &&
	       !(f->ignore_gfp_highmem && (gfp & __GFP_HIGHMEM));
}

static int flags_of(gfp_t gfp)
{
	return gfp & __GFP_NOWARN ? FAULT_NOWARN : 0;
}

int should_failslab(struct kmem_cache *cache, gfp_t gfp)
{
	if (gfp & __GFP_NOFAIL)
		return 0;
	if (is_nth("an object"))
		return -ENOMEM;
	if (slab_is_cache_of_caches(cache) || !filter_passes(&failslab, gfp))
		return 0;
	return should_fail_ex(&failslab.attr, (ssize_t)cache->object_size, flags_of(gfp)) ? -ENOMEM
											  : 0;
}

bool should_fail_alloc_page(gfp_t gfp, unsigned int order)
{
	if (gfp & __GFP_NOFAIL)
		return false;
	if (is_nth("pages"))
		return true;
	if (order < fail_page_alloc.min_order || !filter_passes(&fail_page_alloc, gfp))
		return false;
	return should_fail_ex(&fail_page_alloc.attr, 1L << order, flags_of(gfp));
}

bool should_fail_percpu(gfp_t gfp)
{
	return !(gfp & __GFP_NOFAIL) && is_nth("per-CPU memory");
}

/* ---- The monitor's command ------------------------------------------------------------- */

static void show(const struct fault_filter *f)
{
	const struct fault_attr *a = &f->attr;

	monitor_printf("%s: interval=%lu probability=%lu space=%d times=%d verbose=%lu "
		       "ignore-gfp-wait=%c ignore-gfp-highmem=%c min-order=%u\n",
		       a->name, a->interval, a->probability, atomic_read(&a->space),
		       atomic_read(&a->times), a->verbose, f->ignore_gfp_wait ? 'Y' : 'N',
		       f->ignore_gfp_highmem ? 'Y' : 'N', f->min_order);
}

static unsigned long *number_named(struct fault_attr *a, const char *name)
{
	if (!strcmp(name, "interval"))
		return &a->interval;
	if (!strcmp(name, "probability"))
		return &a->probability;
	return strcmp(name, "verbose") ? NULL : &a->verbose;
}

static int set_number(struct fault_filter *f, const char *name, int value)
{
	unsigned long *number = number_named(&f->attr, name);

	if (!strcmp(name, "space"))
		atomic_set(&f->attr.space, value);
	else if (!strcmp(name, "times"))
		atomic_set(&f->attr.times, value);
	else if (value >= 0 && number)
		*number = (unsigned int)value;
	else if (value >= 0 && !strcmp(name, "min-order"))
		f->min_order = (unsigned int)value;
	else
		return -EINVAL;
	return 0;
}

/* Sets what "name=value" says. */
static int set_one(struct fault_filter *f, char *word)
{
	char *name = strsep(&word, "=");
	int value;

	if (!word)
		return -EINVAL;
	if (!strcmp(name, "ignore-gfp-wait"))
		return kstrtobool(word, &f->ignore_gfp_wait);
	if (!strcmp(name, "ignore-gfp-highmem"))
		return kstrtobool(word, &f->ignore_gfp_highmem);
	return kstrtoint(word, 10, &value) ? -EINVAL : set_number(f, name, value);
}

static int cmd_fault(int argc, char **argv)
{
	struct fault_filter *f = NULL;
	int err = 0;

	if (!fault_injecting) {
		monitor_printf("start with failslab= or fail_page_alloc= on the command line, "
			       "such as failslab=1,0,0,0\n");
		return -EOPNOTSUPP;
	}
	if (argc > 1 && !strcmp(argv[1], "failslab"))
		f = &failslab;
	else if (argc > 1 && !strcmp(argv[1], "fail_page_alloc"))
		f = &fail_page_alloc;
	else if (argc > 1)
		return -EINVAL;
	for (int i = 2; i < argc && !err; i++)
		err = set_one(f, argv[i]);
	if (f != &fail_page_alloc)
		show(&failslab);
	if (f != &failslab)
		show(&fail_page_alloc);
	return err;
}
MONITOR_COMMAND("fault", "[failslab|fail_page_alloc [NAME=VALUE...]]",
		"which allocations fail on purpose", cmd_fault);
