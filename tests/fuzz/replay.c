/* SPDX-License-Identifier: MIT */
/*
 * The driver that calls a target once for each file: the seed corpus, and inputs that
 * once showed a bug.  Each input ends where a page does that is followed by none, so that
 * a read past its end is a fault with any compiler.
 */
#include <linux/kernel.h>
#include <linux/string.h>
#include <cairn/console.h>
#include "../../arch/hosted/host.h"
#include "driver.h"

#define MAX_INPUT (1UL << 20)
#define WINDOW	  0x550000000000UL /* nothing of the kernel, the process or its checker is there */
#define BEHIND	  (1ULL << 45)	   /* physical, above all RAM */

static char input[MAX_INPUT];

/* guarded - the input's bytes, right before an address where nothing is */
static const unsigned char *guarded(unsigned long size)
{
	unsigned char *p = (unsigned char *)WINDOW + MAX_INPUT - size;

	return memcpy(p, input, size);
}

static int replay(const char *path, int (*run)(const unsigned char *data, unsigned long size))
{
	long size = host_read_file(path, input, MAX_INPUT);

	if (size < 0) {
		console_printf("replay: cannot read %s\n", path);
		return 2;
	}
	console_printf("replay: %s\n", path);
	return run(guarded((unsigned long)size), (unsigned long)size);
}

int fuzz_drive(int argc, char **argv, int (*run)(const unsigned char *data, unsigned long size))
{
	int failed = 0;

	host_unmap(WINDOW, MAX_INPUT + 4096);
	if (host_map(WINDOW, MAX_INPUT, BEHIND, 1))
		return 2;
	for (int i = 1; i < argc && !failed; i++)
		failed = replay(argv[i], run);
	if (!failed)
		console_printf("replay: %d of %s passed\n", argc - 1, argv[0]);
	return failed;
}
