/* SPDX-License-Identifier: MIT */
/*
 * The monitor's "bench" command: runs mmbench.c, which is the same source that
 * is measured on Linux, and prints the lines of the cases that were asked for.
 *
 * A line is "mmbench: CASE OPS MIN MIN_PER_OP_X100 MEDIAN MEDIAN_PER_OP_X100",
 * in ticks of the cycle counter.  tests/bench/run boots this command with QEMU
 * counting instructions and sets the figures beside Linux's.
 */
#include <cairn/monitor.h>
#include <linux/kernel.h>
#include <linux/kfence.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/timex.h>

int mmbench_run(void);

#define PREFIX	 "mmbench: "
#define LINE_MAX 160

struct filter {
	const char *pattern; /* NULL: everything */
	char line[LINE_MAX]; /* as far as it has come */
	size_t len;
};

/* Is the line about a case that was asked for, or about none? */
static bool wanted(const struct filter *f)
{
	char name[64];
	size_t n;

	if (!f->pattern || strncmp(f->line, PREFIX, sizeof(PREFIX) - 1))
		return true;
	n = strcspn(f->line + sizeof(PREFIX) - 1, " \n");
	if (f->line[sizeof(PREFIX) - 1 + n] != ' ' || n >= sizeof(name))
		return true;
	memcpy(name, f->line + sizeof(PREFIX) - 1, n);
	name[n] = '\0';
	return strstr(name, f->pattern) || glob_match(f->pattern, name) ||
	       !strncmp(name, "calib_", 6);
}

static void sink(void *ctx, const char *text, size_t n, int level)
{
	struct filter *f = ctx;
	size_t i;

	for (i = 0; i < n; i++) {
		if (f->len < LINE_MAX - 2)
			f->line[f->len++] = text[i];
		if (text[i] != '\n')
			continue;
		f->line[f->len] = '\0';
		if (wanted(f))
			console_write(f->line, f->len, level);
		f->len = 0;
	}
}

/*
 * What a sample of kfence costs, all told: the lists of this CPU are emptied, the next
 * object gets a page between guards and gives it back, and the lists are filled anew.
 */
static void kfence_run(void)
{
	u64 fewest = ~0ULL;

	for (unsigned int i = 0; i < 100; i++) {
		u64 begin = get_cycles();

		kfence_sample();
		kfree(kmalloc(64, GFP_KERNEL));
		kfree(kmalloc(64, GFP_KERNEL));
		fewest = min(fewest, get_cycles() - begin);
	}
	pr_info(PREFIX "kfence_sample 1 %llu %llu %llu %llu\n", fewest, fewest * 100, fewest,
		fewest * 100);
}

static int cmd_bench(int argc, char **argv)
{
	static struct filter filter;

	if (argc > 2)
		return -EINVAL;
	filter = (struct filter){.pattern = argc == 2 ? argv[1] : NULL};
	printk_capture(sink, &filter);
	mmbench_run();
	printk_capture(NULL, NULL);
	if (kfence_enabled())
		kfence_run();
	return 0;
}
MONITOR_COMMAND("bench", "[PATTERN]", "time the allocators; print the cases that match", cmd_bench);
