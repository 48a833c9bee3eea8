/* SPDX-License-Identifier: MIT */
/*
 * The driver that is clang's libFuzzer.  Signals stay with arch/hosted/host.c, since
 * most of them are not errors: it maps pages as they are touched.
 */
#include <linux/kernel.h>
#include "driver.h"

#define MAX_ARGS 64

extern int LLVMFuzzerRunDriver(int *argc, char ***argv,
			       int (*run)(const unsigned char *data, unsigned long size));

static char *args[MAX_ARGS + 1];
static int nr_args;

static void add(char *arg)
{
	if (nr_args < MAX_ARGS)
		args[nr_args++] = arg;
}

int fuzz_drive(int argc, char **argv, int (*run)(const unsigned char *data, unsigned long size))
{
	char **end = args;

	add(argv[0]);
	add("-handle_segv=0");
	add("-handle_bus=0");
	add("-handle_ill=0");
	add("-handle_fpe=0");
	add("-detect_leaks=0");
	for (int i = 1; i < argc; i++)
		add(argv[i]);
	return LLVMFuzzerRunDriver(&nr_args, &end, run);
}
