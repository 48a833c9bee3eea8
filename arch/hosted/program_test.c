/* SPDX-License-Identifier: MIT */
/*
 * cairn-test [-n CPUS] [-c CMDLINE] [PATTERN...] - the tests of tests/, in a process
 *
 * Starts the kernel with CMDLINE on one CPU, or as many as -n says, and runs the tests that one of the patterns
 * fits, all of them without one; KTAP on standard output.  The status is 0 if
 * none failed.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include <cairn/start.h>
#include <cairn/test.h>
#include "hosted.h"

static char patterns[1024];

int hosted_program(int argc, char **argv)
{
	const char *cmdline = "";
	int i = 1, failed;

	for (; i + 1 < argc && argv[i][0] == '-'; i += 2) {
		if (!strcmp(argv[i], "-c"))
			cmdline = argv[i + 1];
		else if (strcmp(argv[i], "-n") || kstrtouint(argv[i + 1], 10, &machine_cpus))
			break;
	}
	for (; i < argc; i++) {
		strlcat(patterns, argv[i], sizeof(patterns));
		strlcat(patterns, " ", sizeof(patterns));
	}
	machine_start(machine_describe(cmdline, NULL, 0));
	failed = ktest_run(patterns);
	if (failed == -ENOENT)
		early_puts("cairn-test: no test has such a name\n");
	return failed != 0;
}
