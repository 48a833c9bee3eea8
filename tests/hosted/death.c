/* SPDX-License-Identifier: MIT */
/*
 * cairn-death CASE - one misuse of memory, in a process of its own
 *
 * The cases are those of tests/misuse_*.c, which are tests of the kernel too, and those of
 * death_panics.c.  Starts the kernel with the command line that the case wants, prints "p=0x..." for
 * the address in question and "begin", and makes the mistake.  What is reported comes
 * next on standard output, and then "end", if the kernel goes on, and what is wrong with
 * the allocators now, or "intact".  The status is then 0; 85 is a panic.
 *
 * Without CASE it prints a line for each, with tabs between: its name, the status, the
 * first line of its report, whole, and what else is named.  tests/hosted/death.py compares.
 */
#include <linux/kernel.h>
#include <linux/string.h>
#include <cairn/console.h>
#include <cairn/start.h>
#include "../../arch/hosted/hosted.h"
#include "../misuse.h"

#define DIED 85

static bool listing;

static void list(const struct misuse *m)
{
	console_printf("%s\t%d", m->name, m->fatal ? DIED : 0);
	for (unsigned int i = 0; i < MISUSE_LINES && m->lines[i]; i++)
		console_printf("\t%s", m->lines[i]);
	console_printf("\n");
}

bool misuse_begin(unsigned long p)
{
	console_printf("p=0x%lx\nbegin\n", p);
	return true;
}

void misuse_end(void)
{
	console_printf("end\n");
}

void misuse_fault(void (*fn)(void *arg), void *arg)
{
	fn(arg);
}

void misuse_run(const struct misuse *m)
{
	const char *wrong;
	char cmdline[64];

	if (listing) {
		list(m);
		return;
	}
	snprintf(cmdline, sizeof(cmdline), "quiet loglevel=5 %s", m->cmdline);
	machine_start(machine_describe(cmdline, NULL, 0));
	m->fn();
	wrong = misuse_damage();
	console_printf("%s\n", wrong ? wrong : "intact");
}

int hosted_program(int argc, char **argv)
{
	listing = argc < 2;
	for (const struct ktest_case *t = ktest_next(NULL, NULL); t; t = ktest_next(t, NULL)) {
		if (listing || !strcmp(argv[1], t->name)) {
			t->fn();
			if (!listing)
				return 0;
		}
	}
	if (listing)
		return 0;
	host_error("cairn-death: no misuse is called ");
	host_error(argv[1]);
	host_error("; without a name it lists them\n");
	return 2;
}
