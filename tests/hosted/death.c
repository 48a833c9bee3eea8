/* SPDX-License-Identifier: MIT */
/*
 * cairn-death CASE - one misuse of memory, in a process of its own
 *
 * Starts the kernel with the command line that the case wants, prints "p=0x..." for
 * the address in question and "begin", and makes the mistake.  What is reported comes
 * next on standard output, and then "end", if the kernel goes on, and what is wrong with
 * the allocators now, or "intact".  The status is then 0; 85 is a panic.  Without CASE it prints the names of all.
 *
 * The cases are in death_*.c; tests/hosted/death.py knows what each has to say.
 */
#include <linux/kernel.h>
#include <linux/string.h>
#include <cairn/console.h>
#include <cairn/start.h>
#include "../../arch/hosted/hosted.h"
#include "../../mm/internal.h"
#include "../../mm/percpu.h"
#include "../../mm/slab.h"
#include "../../mm/vmap.h"
#include "../../mm/zone.h"
#include "death.h"

/* The linker's, of what DEATH_CASE() defines. */
extern const struct death_case __start_death_cases[], __stop_death_cases[];

/* What is wrong with the allocators now, or NULL. */
static const char *check_all(void)
{
	const char *wrong = slab_check_all();
	struct zone *zone;

	if (!wrong)
		wrong = vmap_check();
	if (!wrong)
		wrong = pcpu_check();
	for_each_zone(zone) {
		if (!wrong)
			wrong = zone_check(zone);
	}
	return wrong;
}

static int run(const struct death_case *c)
{
	char cmdline[64];
	const char *wrong;

	snprintf(cmdline, sizeof(cmdline), "quiet loglevel=5 %s", c->cmdline);
	machine_start(machine_describe(cmdline, NULL, 0));
	c->fn();
	console_printf("end\n");
	wrong = check_all();
	console_printf("%s\n", wrong ? wrong : "intact");
	return 0;
}

int hosted_program(int argc, char **argv)
{
	for (const struct death_case *c = __start_death_cases; c < __stop_death_cases; c++) {
		if (argc < 2)
			console_printf("%s\n", c->name);
		else if (!strcmp(argv[1], c->name))
			return run(c);
	}
	if (argc < 2)
		return 0;
	host_error("cairn-death: no misuse is called ");
	host_error(argv[1]);
	host_error("; without a name it lists them\n");
	return 2;
}
