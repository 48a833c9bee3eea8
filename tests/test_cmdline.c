/* SPDX-License-Identifier: MIT */
/*
 * The boot command line: how text falls into parameters, quotes and control
 * bytes included, and the line that a parameter gets which nobody knows.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include <cairn/init.h>
#include <cairn/test.h>

/* What a test's line was taken apart into: names and values, joined. */
static char joined[256];

static int take_apart(const char *line)
{
	static char text[256];
	char *at = text, *name, *value;
	int n = 0, more;

	strscpy(text, line, sizeof(text));
	joined[0] = '\0';
	while ((more = boot_param_next(&at, &name, &value)) != 0) {
		if (more < 0)
			return more;
		strlcat(joined, "[", sizeof(joined));
		strlcat(joined, name, sizeof(joined));
		if (value) {
			strlcat(joined, "|", sizeof(joined));
			strlcat(joined, value, sizeof(joined));
		}
		strlcat(joined, "]", sizeof(joined));
		n++;
	}
	return n;
}

KTEST(cmdline, parameters)
{
	static const struct {
		const char *line, *want;
		int n;
	} cases[] = {
		{"", "", 0},
		{"   \t\n ", "", 0},
		{"quiet", "[quiet]", 1},
		{"quiet ", "[quiet]", 1},
		{"a=1 b=2", "[a|1][b|2]", 2},
		{"a= b", "[a|][b]", 2},
		{"a==1=2", "[a|=1=2]", 1},
		{"exec=\"test;poweroff\" x", "[exec|test;poweroff][x]", 2},
		{"exec=\"test mem*;poweroff\" x", "[exec|test mem*;poweroff][x]", 2},
		{"\"exec=test mem*;poweroff\" x", "[exec|test mem*;poweroff][x]", 2},
		{"a='1 \"2\" 3'", "[a|1 \"2\" 3]", 1},
		{"a=\\\"1\\\"", "[a|\"1\"]", 1},
		{"a=1\\ 2", "[a|1 2]", 1},
		{"a=1\\", "[a|1\\]", 1},
		{"a=1\x01\x7f"
		 "b=2",
		 "[a|1][b|2]", 2},
		{"a=\"1\"2\"3 4\"", "[a|123 4]", 1},
		{"m.p=-1 n.q", "[m.p|-1][n.q]", 2},
		{"=x", "[|x]", 1},
		{"a=\xc3\xa4", "[a|\xc3\xa4]", 1},
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++)
		ktest_check(take_apart(cases[i].line) == cases[i].n &&
				    !strcmp(joined, cases[i].want),
			    cases[i].line, __FILE__, __LINE__);
	EXPECT_EQ(take_apart("a=1 b=\"2 c=3"), -EINVAL);
	EXPECT(!strcmp(joined, "[a|1]"));
	EXPECT_EQ(take_apart("'"), -EINVAL);
}

KTEST(cmdline, names)
{
	EXPECT(boot_param_same("slub_debug", "slub-debug"));
	EXPECT(boot_param_same("", ""));
	EXPECT(!boot_param_same("slub_debug", "slub_debu"));
	EXPECT(!boot_param_same("slub", "slub_"));
	EXPECT(!boot_param_same("a-b", "a.b"));
}

static char taken[64];

static int take_value(const char *value)
{
	strscpy(taken, value, sizeof(taken));
	return strcmp(value, "bad") ? 0 : -EINVAL;
}
BOOT_PARAM("test_cmdline", take_value, "for the test of the command line");

KTEST(cmdline, dispatch)
{
	char known[] = "test-cmdline=\"some value\"", bare[] = "test_cmdline";
	char bad[] = "test_cmdline=bad", unknown[] = "no_such_parameter=1";
	char module[] = "no_such_module.p=1", open[] = "test_cmdline=\"x";

	EXPECT_NO_REPORT() {
		boot_params_set(known);
	}
	EXPECT(!strcmp(taken, "some value"));
	boot_params_set(bare);
	EXPECT(!strcmp(taken, ""));
	EXPECT_REPORT("'test_cmdline' does not take 'bad'") {
		boot_params_set(bad);
	}
	EXPECT_REPORT("unknown parameter 'no_such_parameter'") {
		boot_params_set(unknown);
	}
	EXPECT_REPORT("unknown parameter 'no_such_module.p'") {
		boot_params_set(module);
	}
	EXPECT_REPORT("no closing quote in 'test_cmdline'") {
		boot_params_set(open);
	}
}
