/* SPDX-License-Identifier: MIT */
/*
 * cairn-test [-n CPUS] [-m MIB] [-N NODES] [-c CMDLINE] [PATTERN...] - the tests of tests/, in a process
 *
 * Starts the kernel with CMDLINE on one CPU, or as many as -n says, and runs the tests that one of the patterns
 * fits, all of them without one; KTAP on standard output.  The status is 0 if
 * none failed, 2 if an option cannot be followed.
 */
#include <linux/errno.h>
#include <linux/cpumask.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include <cairn/acpi.h>
#include <cairn/multiboot2.h>
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
		else if (strlen(argv[i]) != 2 || !machine_option(argv[i][1], argv[i + 1]))
			break;
	}
	if (i < argc && argv[i][0] == '-') {
		host_error(
			"usage: cairn-test [-n CPUS] [-m MIB] [-N NODES] [-c CMDLINE] [PATTERN...]\n");
		return 2;
	}
	for (; i < argc; i++) {
		strlcat(patterns, argv[i], sizeof(patterns));
		if (strlcat(patterns, " ", sizeof(patterns)) >= sizeof(patterns)) {
			host_error("cairn-test: too many patterns\n");
			return 1;
		}
	}
	machine_start_chosen(cmdline);
	failed = ktest_run(patterns);
	if (failed == -ENOENT)
		host_error("cairn-test: no test has such a name\n");
	return failed != 0;
}
