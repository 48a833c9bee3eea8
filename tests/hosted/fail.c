/* SPDX-License-Identifier: MIT */
/*
 * cairn-fail [OPTION...] PATTERN... - the tests that fit, with each allocation failing
 *
 * Runs a test to see how many allocations it makes, and then again and again: the first
 * time its first allocation fails, the second time the second one, up to the last.  The
 * tests are compiled with tests/hosted/retry.h, by which they make a call again that has
 * failed so: a call that leaves everything as it was when it fails works then, and the
 * test goes on.
 *
 *   -r RUN	not the n-th alone, but it and those after it, RUN at most, until the
 *		call that the test made comes back
 *   -a MOST	at most so many runs; then it is every k-th allocation that fails
 *   -t MS	likewise, if they would take longer
 *   -f N	begin with the N-th, and every STEP-th then
 *   -s STEP
 *   -c TEXT	more of the kernel's command line
 *   -v		say where each failing allocation is
 *   -l		print the names of the tests and run none
 *   -n -m -N	the machine: see arch/hosted/machine.c
 *
 * On standard output:
 *
 *   @ TEST N			before each run; what it says comes next
 *   % TEST COUNT STEP		after the first, in which nothing fails; if it was skipped, why
 *   ! TEST N report leak	if something was wrong: these, or expect
 *   = TEST			after the last
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/string.h>
#include <cairn/console.h>
#include <cairn/start.h>
#include <cairn/test.h>
#include "../../arch/hosted/hosted.h"
#include "../../mm/fault_inject.h"

static struct {
	unsigned long in_a_row;
	unsigned long most;
	unsigned long ms;
	unsigned long first;
	unsigned long step;
	const char *cmdline;
	bool verbose;
	bool list;
} option = {.in_a_row = 1, .first = 1, .cmdline = ""};

/* Of the run that is on. */
static unsigned long nth, seen;

static void begin(void)
{
	fault_nth_begin(nth, option.in_a_row, option.verbose);
}

static void end(void)
{
	seen = fault_nth_end();
}

/* Why it was skipped, or NULL. */
static const char *run(const struct ktest_case *t, unsigned long n)
{
	static const struct ktest_hooks hooks = {.begin = begin, .end = end};
	struct ktest_outcome outcome;

	nth = n;
	console_printf("@ %s.%s %lu\n", t->suite, t->name, n);
	outcome = ktest_run_one(t, &hooks);
	if (outcome.failed)
		console_printf("! %s.%s %lu%s%s%s\n", t->suite, t->name, n,
			       outcome.reported ? " report" : "", outcome.leaked ? " leak" : "",
			       !outcome.reported && !outcome.leaked ? " expect" : "");
	return outcome.skip;
}

/* How far apart the runs have to be, after one in which nothing fails. */
static unsigned long measure(const struct ktest_case *t)
{
	unsigned long most = option.most ? option.most : ~0UL, ns, step;
	u64 start = ktime_get_ns();
	const char *skip = run(t, 0);

	ns = (unsigned long)(ktime_get_ns() - start) + 1;
	if (option.ms)
		most = min(most, max(option.ms * NSEC_PER_MSEC / ns, 1UL));
	step = max(DIV_ROUND_UP(seen, most), 1UL);
	console_printf("%% %s.%s %lu %lu%s%s\n", t->suite, t->name, seen, step, skip ? " " : "",
		       skip ?: "");
	return step;
}

static void sweep(const struct ktest_case *t)
{
	unsigned long step = option.step ? option.step : measure(t);

	/* The last run is one in which too few allocations are made for one to fail. */
	for (unsigned long n = option.first; seen || option.step; n += step) {
		run(t, n);
		if (seen < n)
			break;
	}
	console_printf("= %s.%s\n", t->suite, t->name);
}

static bool take_value(char letter, char *value)
{
	unsigned long *number = letter == 'r'	? &option.in_a_row
				: letter == 'a' ? &option.most
				: letter == 't' ? &option.ms
				: letter == 'f' ? &option.first
				: letter == 's' ? &option.step
						: NULL;

	if (!value)
		return false;
	if (letter == 'c')
		option.cmdline = value;
	return letter == 'c' ||
	       (number ? !kstrtoul(value, 10, number) : machine_option(letter, value));
}

/* The first argument that is no option, or -EINVAL. */
static int parse(int argc, char **argv)
{
	int i;

	for (i = 1; i < argc && argv[i][0] == '-'; i++) {
		if (!strcmp(argv[i], "-v"))
			option.verbose = true;
		else if (!strcmp(argv[i], "-l"))
			option.list = true;
		else if (strlen(argv[i]) == 2 && take_value(argv[i][1], argv[i + 1]))
			i++;
		else
			return -EINVAL;
	}
	return i;
}

/* False: there is none. */
static bool each_test(const char *pattern)
{
	const struct ktest_case *t = NULL;
	bool any = false;

	while ((t = ktest_next(t, pattern))) {
		any = true;
		if (option.list)
			console_printf("%s.%s\n", t->suite, t->name);
		else
			sweep(t);
	}
	return any;
}

int hosted_program(int argc, char **argv)
{
	int i = parse(argc, argv);
	char cmdline[256];

	if (i < 0 || i == argc) {
		host_error(
			"usage: cairn-fail [-lv] [-r RUN] [-a MOST] [-t MS] [-f N] [-s STEP] [-n CPUS] [-m MIB] [-N NODES] [-c CMDLINE] PATTERN...\n");
		return 2;
	}
	snprintf(cmdline, sizeof(cmdline), "failslab=1,0,0,0 loglevel=%u %s",
		 option.verbose ? 6 : 5, option.cmdline);
	machine_start_chosen(cmdline);
	for (; i < argc; i++) {
		if (each_test(argv[i]))
			continue;
		host_error("cairn-fail: no test has such a name: ");
		host_error(argv[i]);
		host_error("\n");
		return 1;
	}
	return 0;
}
