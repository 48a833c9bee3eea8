/* SPDX-License-Identifier: MIT */
/*
 * The boot command line.
 *
 *   name  name=value  name="value with blanks"  "name=value with blanks"
 *
 * Blanks separate parameters except inside double or single quotes; a backslash
 * takes the next character as it is.  boot_param_next() cuts one off and takes
 * quotes and backslashes out; it is pure and never makes text longer, so it works
 * in place.  A quote that is not closed would swallow what was meant as further
 * parameters, so such a parameter is refused.
 *
 * boot_params_parse() hands each parameter to who registered it: BOOT_PARAM()s
 * first, then modules' parameters.  In names '-' and '_' are the same.  Values
 * live on in boot_params_text, which nothing writes to afterwards.
 */
#include <linux/errno.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/moduleparam.h>
#include <linux/printk.h>
#include <linux/string.h>
#include <cairn/boot_info.h>
#include <cairn/init.h>

extern const struct boot_param __boot_param_start[], __boot_param_end[];

static char boot_params_text[BOOT_CMDLINE_MAX];

static bool is_blank(char c)
{
	return c == 0x7f || (c > 0 && c <= ' ');
}

int boot_param_next(char **text, char **name, char **value)
{
	char *from = *text, *to, quote = 0;

	while (is_blank(*from))
		from++;
	*name = to = from;
	*value = NULL;
	if (!*from)
		return 0;
	for (; *from && (quote || !is_blank(*from)); from++) {
		if (*from == quote) {
			quote = 0;
		} else if (!quote && (*from == '"' || *from == '\'')) {
			quote = *from;
		} else if (*from == '=' && !*value) {
			*to++ = '\0';
			*value = to;
		} else {
			if (*from == '\\' && from[1])
				from++;
			*to++ = *from;
		}
	}
	*text = *from ? from + 1 : from;
	*to = '\0';
	return quote ? -EINVAL : 1;
}

bool boot_param_same(const char *a, const char *b)
{
	for (; *a && *b; a++, b++) {
		if (*a != *b && !((*a == '-' || *a == '_') && (*b == '-' || *b == '_')))
			return false;
	}
	return *a == *b;
}

static const struct boot_param *find(const char *name)
{
	const struct boot_param *param;

	for (param = __boot_param_start; param < __boot_param_end; param++) {
		if (boot_param_same(param->name, name))
			return param;
	}
	return NULL;
}

/* set - hand a parameter to its owner: 0, -ENOENT if it has none, or what that returned. */
static int set(const char *name, const char *value)
{
	const struct boot_param *param = find(name);

	if (param)
		return param->set(value ? value : "");
	return strchr(name, '.') ? module_param_set(name, value) : -ENOENT;
}

void boot_params_set(char *text)
{
	char *name, *value;
	int more;

	while ((more = boot_param_next(&text, &name, &value)) != 0) {
		int err = more < 0 ? more : set(name, value);

		if (more < 0)
			pr_warn("command line: no closing quote in '%s'; ignored\n", name);
		else if (err == -ENOENT)
			pr_warn("command line: unknown parameter '%s'\n", name);
		else if (err)
			pr_warn("command line: '%s' does not take '%s'\n", name,
				value ? value : "");
	}
}

void __init boot_params_parse(const char *cmdline)
{
	strscpy(boot_params_text, cmdline, sizeof(boot_params_text));
	boot_params_set(boot_params_text);
}
