/* SPDX-License-Identifier: MIT */

/*
 * The test harness: picks tests by pattern, runs them one after the other and
 * prints KTAP, the kernel's dialect of the Test Anything Protocol.
 *
 * A test fails if an expectation does not hold, if a warning or an error is
 * printed that no EXPECT_REPORT() asked for, if it leaves the thread bound to other
 * CPUs, or if memory is missing (or too much is there) after it.  Memory is compared
 * with every cache drained:
 *
 *	free pages, live slab objects, areas in the vmalloc range
 *
 * and with what still ends at its end: threads that have said they are done, and
 * the reclaim threads, which hold pages while they work.
 *
 * With kmemleak=on one more test comes last: that nobody has lost an object.
 *
 * Pages that slabs have too many because their objects lie apart count as free: a pool
 * may come back with the same elements elsewhere.
 */
#include <linux/delay.h>
#include <linux/gfp.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/kmemleak.h>
#include <linux/mm.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/vmalloc.h>
#include <linux/workqueue.h>
#include <cairn/console.h>
#include <cairn/init.h>
#include <cairn/test.h>
#include "../mm/vmscan.h"

#define CAPTURE_SIZE 8192
#define PATTERN_SIZE 128
#define MAX_SUITES   128

extern const struct ktest_case __ktest_start[], __ktest_end[];

#define for_each_test(t) for (const struct ktest_case *t = __ktest_start; t < __ktest_end; t++)

/* What a test must leave as it was. */
struct holdings {
	unsigned long free_pages;
	unsigned long slab_objects;
	unsigned long vmalloc_areas;
	unsigned long stack_pages; /* of threads, which are allocated pages */
};

/* The running test. */
static struct {
	bool failed;
	bool unexpected; /* a report that nobody waited for has been seen */
	bool leaked;
	const char *skip; /* why, or NULL */
	bool capturing;
	char report[CAPTURE_SIZE]; /* what was captured, terminated */
	size_t report_len;
	bool report_serious; /* a warning or worse is in it */
	bool line_open;	     /* the last message shown lacks its newline */
} running;

static __printf(1, 2) void diagnose(const char *fmt, ...)
{
	char text[256];
	va_list args;

	va_start(args, fmt);
	vscnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	console_printf("# %s\n", text);
}

/* ---- What tests call ------------------------------------------------------------------------- */

void ktest_skip(const char *why)
{
	running.skip = why;
}

bool ktest_skipped(void)
{
	return running.skip;
}

bool ktest_lacks_memory(unsigned int mib)
{
	static char why[48];

	if (totalram_pages() >= (unsigned long)mib << (20 - PAGE_SHIFT))
		return false;
	scnprintf(why, sizeof(why), "needs %u MiB of memory beside the kernel", mib);
	ktest_skip(why);
	return true;
}

static unsigned int most_rounds = UINT_MAX;

static int set_most_rounds(const char *value)
{
	return kstrtouint(value, 0, &most_rounds);
}
BOOT_PARAM("ktest.rounds", set_most_rounds, "rounds of a test's random operations, at most");

unsigned int ktest_rounds(unsigned int usual)
{
	return min(usual, most_rounds);
}

bool ktest_check(bool ok, const char *what, const char *file, int line)
{
	if (!ok) {
		running.failed = true;
		diagnose("%s:%d: %s does not hold", file, line, what);
	}
	return ok;
}

bool ktest_check_eq(u64 a, u64 b, const char *what, const char *file, int line)
{
	if (a != b) {
		running.failed = true;
		diagnose("%s:%d: %s: %lld (0x%llx) != %lld (0x%llx)", file, line, what, a, a, b, b);
	}
	return a == b;
}

/* ---- Messages during tests ------------------------------------------------------------------- */

/* The machine is about to stop: what was kept back may say why. */
static void give_up_capture(void)
{
	printk_capture(NULL, NULL);
	console_write(running.report, running.report_len, LOGLEVEL_EMERG);
	console_write("\n", 1, LOGLEVEL_EMERG);
}

static void keep_report(const char *text, size_t n, int level)
{
	n = min(n, CAPTURE_SIZE - 1 - running.report_len);
	memcpy(running.report + running.report_len, text, n);
	running.report_len += n;
	running.report[running.report_len] = '\0';
	running.report_serious |= level <= LOGLEVEL_WARNING;
}

/* Shows an ordinary message as a diagnostic; a report fails the test. */
static void show_message(const char *text, size_t n, int level)
{
	if (level <= LOGLEVEL_WARNING && !running.unexpected) {
		running.unexpected = true;
		running.failed = true;
		diagnose("a report that no EXPECT_REPORT() asked for:");
	}
	if (level >= console_loglevel)
		return;
	if (!running.line_open)
		console_write("# ", 2, level);
	console_write(text, n, level);
	running.line_open = text[n - 1] != '\n';
}

static void test_message(void *ctx __unused, const char *text, size_t n, int level)
{
	if (level == LOGLEVEL_EMERG) {
		give_up_capture();
		console_write(text, n, level);
	} else if (running.capturing) {
		keep_report(text, n, level);
	} else {
		show_message(text, n, level);
	}
}

bool ktest_capture_begin(void)
{
	running.report_len = 0;
	running.report[0] = '\0';
	running.report_serious = false;
	running.capturing = true;
	return true;
}

/* Prints the first lines of what was captured. */
static void show_report(void)
{
	char *rest = running.report, *line;

	for (int i = 0; i < 8 && (line = strsep(&rest, "\n")); i++) {
		if (*line)
			diagnose("  | %s", line);
	}
}

void ktest_capture_end(const char *want, const char *file, int line)
{
	running.capturing = false;
	if (want && running.report_serious && strstr(running.report, want))
		return;
	if (!want && !running.report_serious)
		return;
	running.failed = true;
	if (want && !running.report_len)
		diagnose("%s:%d: no report; expected \"%s\"", file, line, want);
	else if (want)
		diagnose("%s:%d: expected the report \"%s\", got:", file, line, want);
	else
		diagnose("%s:%d: expected no report, got:", file, line);
	show_report();
}

const char *ktest_report(void)
{
	return running.report;
}

bool ktest_reported(const char *text)
{
	return strstr(running.report, text);
}

/* ---- Leaks ----------------------------------------------------------------------------------- */

static struct holdings take_stock(void)
{
	flush_scheduled_work();
	rcu_barrier();
	threads_reap();
	kswapd_settle();
	vmap_drain();
	kmem_cache_drain_all();
	drain_all_pages();
	return (struct holdings){
		.free_pages = nr_free_pages() + slab_loose_pages(),
		.slab_objects = slab_live_objects(),
		.vmalloc_areas = vmalloc_nr_areas(),
		.stack_pages = vm_stat(NR_KERNEL_STACK_PAGES),
	};
}

static void check_leak(const char *what, unsigned long before, unsigned long after)
{
	if (before == after)
		return;
	running.failed = true;
	running.leaked = true;
	diagnose("leak: %lu %s before, %lu after", before, what, after);
}

/* A thread that has said that it is done may not have ended yet. */
static void await_ends(unsigned long stack_pages)
{
	unsigned long end = jiffies + 10 * HZ;

	while (vm_stat(NR_KERNEL_STACK_PAGES) > stack_pages && time_before(jiffies, end)) {
		msleep(1);
		threads_reap();
	}
}

static void check_leaks(const struct holdings *before)
{
	struct holdings after;

	await_ends(before->stack_pages);
	after = take_stock();
	check_leak("free pages", before->free_pages, after.free_pages);
	check_leak("live slab objects", before->slab_objects, after.slab_objects);
	check_leak("vmalloc areas", before->vmalloc_areas, after.vmalloc_areas);
}

/* ---- Running --------------------------------------------------------------------------------- */

static bool is_listed(const char *const *names, size_t nr, const char *name)
{
	while (nr--)
		if (!strcmp(names[nr], name))
			return true;
	return false;
}

const char *ktest_suite_name(size_t i)
{
	static const char *names[MAX_SUITES];
	static size_t nr;

	if (!nr)
		for_each_test(t)
			if (!is_listed(names, nr, t->suite) && !WARN_ON(nr == MAX_SUITES))
				names[nr++] = t->suite;
	return i < nr ? names[i] : NULL;
}

/* Copies the next of the patterns at *@at, which have blanks or commas between; false behind the last. */
static bool next_pattern(const char **at, char pattern[PATTERN_SIZE])
{
	size_t len;

	*at += strspn(*at, " ,");
	len = strcspn(*at, " ,");
	strscpy(pattern, *at, min_t(size_t, len + 1, PATTERN_SIZE));
	*at += len;
	return len > 0;
}

static bool pattern_fits(const char *pattern, const struct ktest_case *t)
{
	char name[128];

	scnprintf(name, sizeof(name), "%s.%s", t->suite, t->name);
	return glob_match(pattern, name) || glob_match(pattern, t->suite);
}

/* Whether one of the patterns fits the test. */
static bool test_matches(const struct ktest_case *t, const char *patterns)
{
	char pattern[PATTERN_SIZE];

	if (!patterns || !*patterns)
		return true;
	while (next_pattern(&patterns, pattern)) {
		if (pattern_fits(pattern, t))
			return true;
	}
	return false;
}

/* Copies the next of the patterns at *@at that fits no test: misspelt, or its tests are gone. */
static bool next_lost(const char **at, char pattern[PATTERN_SIZE])
{
	while (*at && next_pattern(at, pattern)) {
		bool fits = false;

		for_each_test(t)
			fits |= pattern_fits(pattern, t);
		if (!fits)
			return true;
	}
	return false;
}

const struct ktest_case *ktest_next(const struct ktest_case *t, const char *pattern)
{
	for (t = t ? t + 1 : __ktest_start; t < __ktest_end; t++) {
		if (test_matches(t, pattern))
			return t;
	}
	return NULL;
}

struct ktest_outcome ktest_run_one(const struct ktest_case *t, const struct ktest_hooks *hooks)
{
	struct holdings before = take_stock();
	struct cpumask cpus = current->cpus_mask;

	running.failed = false;
	running.unexpected = false;
	running.leaked = false;
	running.skip = NULL;
	running.capturing = false;
	printk_capture(test_message, NULL);
	if (hooks)
		hooks->begin();
	t->fn();
	if (hooks)
		hooks->end();
	check_leaks(&before);
	if (memcmp(&current->cpus_mask, &cpus, sizeof(cpus)) != 0) {
		running.failed = true;
		diagnose("the tests after it would run on other CPUs");
	}
	printk_capture(NULL, NULL);
	if (running.line_open)
		console_printf("\n");
	running.line_open = false;
	return (struct ktest_outcome){
		.failed = running.failed,
		.reported = running.unexpected,
		.leaked = running.leaked,
		.skip = running.skip,
	};
}

struct summary {
	unsigned int planned, number, failed, skipped;
};

static void run_and_tell(const struct ktest_case *t, struct summary *sum)
{
	struct ktest_outcome outcome = ktest_run_one(t, NULL);

	sum->failed += outcome.failed;
	sum->skipped += !outcome.failed && outcome.skip;
	console_printf("%s %u %s.%s", outcome.failed ? "not ok" : "ok", ++sum->number, t->suite,
		       t->name);
	if (!outcome.failed && outcome.skip)
		console_printf(" # SKIP %s", outcome.skip);
	console_printf("\n");
}

/* Comes last with kmemleak=on: nobody has lost anything. */
static void nothing_is_lost(void)
{
	if (kmemleak_scan())
		kmemleak_list();
}
static const struct ktest_case last_test = {"kmemleak", "nothing_is_lost", nothing_is_lost};

int ktest_run(const char *patterns)
{
	struct summary sum = {0};
	const char *at = patterns;
	char lost[PATTERN_SIZE];

	for_each_test(t)
		sum.planned += test_matches(t, patterns);
	if (!sum.planned)
		return -ENOENT;
	while (next_lost(&at, lost))
		sum.planned++;
	sum.planned += kmemleak_enabled();
	console_printf("KTAP version 1\n1..%u\n", sum.planned);
	for_each_test(t)
		if (test_matches(t, patterns))
			run_and_tell(t, &sum);
	if (kmemleak_enabled())
		run_and_tell(&last_test, &sum);
	for (at = patterns; next_lost(&at, lost); sum.failed++) {
		diagnose("no test matches %s", lost);
		console_printf("not ok %u %s\n", ++sum.number, lost);
	}
	console_printf("# Totals: pass:%u fail:%u skip:%u total:%u\n",
		       sum.planned - sum.failed - sum.skipped, sum.failed, sum.skipped,
		       sum.planned);
	return (int)sum.failed;
}
