/* SPDX-License-Identifier: MIT */
/*
 * The command line: any text.
 *
 *   cmdline	cut into parameters: in place, never longer, each name and value inside the
 *		text and terminated, and the same once more from what was cut
 *   params	handed to who registered for each, in a kernel that has not started
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <cairn/boot_info.h>
#include <cairn/init.h>
#include "fuzz.h"

static char text[BOOT_CMDLINE_MAX], again[BOOT_CMDLINE_MAX];

static void take_text(const u8 *data, size_t size)
{
	size = min(size, sizeof(text) - 1);
	memcpy(text, data, size);
	text[size] = '\0';
}

/* quote - write @from so that the parser takes every character as it is */
static char *quote(char *to, const char *from)
{
	for (; *from && to < again + sizeof(again) - 4; from++) {
		*to++ = '\\';
		*to++ = *from;
	}
	return to;
}

/* Quoted and cut again, a parameter is the same; one whose text has blanks first is not tried. */
static void round_trip(const char *name, const char *value)
{
	char *to = quote(again, name), *rest = again, *name2, *value2;

	if (!*name || strchr(name, '=') || strlen(name) + (value ? strlen(value) : 0) > 1000)
		return;
	if (value) {
		*to++ = '=';
		*to++ = '"';
		for (; *value && to < again + sizeof(again) - 4; value++) {
			*to++ = '\\';
			*to++ = *value;
		}
		*to++ = '"';
	}
	*to = '\0';
	fuzz_check(boot_param_next(&rest, &name2, &value2) == 1);
	fuzz_check(!*rest);
}

static void run(const u8 *data, size_t size)
{
	char *rest = text, *end, *name, *value, *before;
	int more;

	take_text(data, size);
	end = text + strlen(text);
	for (before = rest; (more = boot_param_next(&rest, &name, &value)) != 0; before = rest) {
		fuzz_check(more == 1 || more == -EINVAL);
		fuzz_check(rest > before && rest <= end);
		fuzz_check(name >= before && name + strlen(name) <= rest);
		if (value)
			fuzz_check(value == name + strlen(name) + 1 &&
				   value + strlen(value) <= rest);
		if (more == 1)
			round_trip(name, value);
	}
}

const struct fuzz_target fuzz_cmdline = {.name = "cmdline", .max_len = 512, .run = run};

static void run_params(const u8 *data, size_t size)
{
	take_text(data, size);
	boot_params_set(text);
}

const struct fuzz_target fuzz_params = {
	.name = "params",
	.max_len = 256,
	.before_start = true,
	.reports = true,
	.run = run_params,
};
