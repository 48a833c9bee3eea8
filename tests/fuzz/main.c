/* SPDX-License-Identifier: MIT */
/*
 * cairn-fuzz TARGET [OPTION...] [FILE...] - the fuzz targets of tests/fuzz/, in a process
 *
 * Starts the kernel, then hands the target's function to a driver: libFuzzer's,
 * or replay.c, which calls it once for each file.  A failed check, a report of the
 * kernel and a fault end the process with a status other than 0; libFuzzer keeps
 * the input that did it.
 */
#include <linux/cpumask.h>
#include <linux/kernel.h>
#include <linux/gfp.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/stdarg.h>
#include <linux/vmalloc.h>
#include <linux/workqueue.h>
#include <cairn/console.h>
#include <cairn/start.h>
#include "../../arch/hosted/hosted.h"
#include "driver.h"
#include "fuzz.h"

static const struct fuzz_target *const targets[] = {
#define FUZZ_POINTER(name) &fuzz_##name,
	FUZZ_TARGETS(FUZZ_POINTER)};

static const struct fuzz_target *target;

void fuzz_fail(const char *file, int line, const char *fmt, ...)
{
	char text[256];
	va_list args;

	printk_capture(NULL, NULL);
	va_start(args, fmt);
	vscnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	console_printf("fuzz: %s: %s:%d: %s\n", target->name, file, line, text);
	host_exit(1);
}

/* ---- Contents, accounts ---------------------------------------------------------------- */

#define ENDS 64 /* bytes looked at on either side */

void fuzz_fill(void *block, size_t size, u32 id)
{
	u8 *p = block;

	for (size_t i = 0; i < min_t(size_t, size, ENDS); i++) {
		p[i] = fuzz_pattern(id, i);
		p[size - 1 - i] = fuzz_pattern(id, size - 1 - i);
	}
}

bool fuzz_filled(const void *block, size_t size, u32 id)
{
	const u8 *p = block;

	for (size_t i = 0; i < min_t(size_t, size, ENDS); i++) {
		if (p[i] != fuzz_pattern(id, i) ||
		    p[size - 1 - i] != fuzz_pattern(id, size - 1 - i))
			return false;
	}
	return true;
}

struct fuzz_holdings fuzz_holdings(void)
{
	flush_scheduled_work(); /* it may hold pages, or be about to */
	vmap_drain();
	kmem_cache_drain_all();
	drain_all_pages();
	return (struct fuzz_holdings){
		.free_pages = nr_free_pages() + slab_loose_pages(),
		.slab_objects = slab_live_objects(),
		.vmalloc_areas = vmalloc_nr_areas(),
	};
}

void fuzz_settled(const struct fuzz_holdings *before)
{
	struct fuzz_holdings now = fuzz_holdings();

	if (now.slab_objects != before->slab_objects)
		fuzz_fail(__FILE__, __LINE__, "%ld slab objects are left over",
			  (long)(now.slab_objects - before->slab_objects));
	if (now.vmalloc_areas != before->vmalloc_areas)
		fuzz_fail(__FILE__, __LINE__, "%ld vmalloc areas are left over",
			  (long)(now.vmalloc_areas - before->vmalloc_areas));
	if (now.free_pages != before->free_pages)
		fuzz_fail(__FILE__, __LINE__, "%ld pages are missing",
			  (long)(before->free_pages - now.free_pages));
}

/* libFuzzer knows of one thread, which is the first CPU. */
static void stay_on_first_cpu(void)
{
	struct cpumask first = {};

	cpumask_set_cpu(0, &first);
	fuzz_check(!set_cpus_allowed_ptr(current, &first));
}

/* ---- Running --------------------------------------------------------------------------- */

/* What the kernel says while an input runs. */
static struct {
	char text[512];
	bool serious;
} said;

static void listen(void *ctx __unused, const char *text, size_t n, int level)
{
	if (level == LOGLEVEL_EMERG) {
		printk_capture(NULL, NULL);
		console_write(text, n, CONSOLE_PLAIN);
	} else if (level <= LOGLEVEL_WARNING && !said.serious) {
		n = min(n, sizeof(said.text) - 1);
		memcpy(said.text, text, n);
		said.text[n] = '\0';
		said.serious = true;
	}
}

static int run_one(const unsigned char *data, unsigned long size)
{
	said.serious = false;
	printk_capture(listen, NULL);
	target->run(data, size);
	printk_capture(NULL, NULL);
	if (said.serious && !target->reports)
		fuzz_fail(__FILE__, __LINE__, "reported: %s", said.text);
	return 0;
}

static const struct fuzz_target *find(const char *name)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(targets); i++) {
		if (!strcmp(targets[i]->name, name))
			return targets[i];
	}
	return NULL;
}

static void list(void)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(targets); i++)
		console_printf("%s %u\n", targets[i]->name, targets[i]->max_len);
}

int hosted_program(int argc, char **argv)
{
	target = argc > 1 ? find(argv[1]) : NULL;
	if (!target) {
		list();
		return argc > 1 ? 2 : 0;
	}
	if (!target->before_start) {
		console_loglevel = LOGLEVEL_EMERG;
		machine_cpus = max(target->cpus, 1u);
		machine_start(machine_describe("quiet", NULL, 0));
		stay_on_first_cpu();
	}
	if (target->init)
		target->init();
	return fuzz_drive(argc - 1, argv + 1, run_one);
}
