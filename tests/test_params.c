/* SPDX-License-Identifier: MIT */
/*
 * Parameters of files: text in, values of every type out.  Each test sets this
 * file's own parameters by the name that the boot command line would use, then
 * looks at the variable; what is no value, or does not fit, must leave it alone.
 */
#include <linux/module.h>
#include <cairn/test.h>

#define SET(name, text) module_param_set("test_params." name, text)

static int p_int;
module_param(p_int, int, 0644);
static unsigned int p_uint;
module_param(p_uint, uint, 0644);
static short p_short;
module_param(p_short, short, 0);
static unsigned short p_ushort;
module_param(p_ushort, ushort, 0);
static unsigned char p_byte;
module_param(p_byte, byte, 0);
static long p_long;
module_param(p_long, long, 0);
static unsigned long p_ulong;
module_param(p_ulong, ulong, 0);
static bool p_bool;
module_param(p_bool, bool, 0);
static bool p_inverted;
module_param(p_inverted, invbool, 0);
static int p_bint;
module_param(p_bint, bint, 0);
static char *p_charp;
module_param(p_charp, charp, 0);
static char p_text[6];
module_param_string(p_text, p_text, sizeof(p_text), 0);
static char *p_names[3];
static unsigned int p_names_len;
module_param_array(p_names, charp, &p_names_len, 0);
static int p_array[3];
static unsigned int p_array_len;
module_param_array(p_array, int, &p_array_len, 0);
static int renamed;
module_param_named(other_name, renamed, int, 0);
/* As module_param() in a file dot.ted.c. */
static int dotted;
static const struct kernel_param of_dotted_file __used __aligned(8) __section(".module_param") = {
	.module = "dot.ted", .name = "value", .ops = &param_ops_int, .arg = &dotted};

/* Scenario: the least and the greatest value of each integer type, and one beyond each. */
KTEST(params, integers)
{
	EXPECT_EQ(SET("p_int", "-2147483648"), 0);
	EXPECT_EQ(p_int, -2147483648LL);
	EXPECT_EQ(SET("p_int", "2147483648"), -ERANGE);
	EXPECT_EQ(p_int, -2147483648LL);
	EXPECT_EQ(SET("p_uint", "0xffffffff"), 0);
	EXPECT_EQ(p_uint, 0xffffffff);
	EXPECT_EQ(SET("p_uint", "0x100000000"), -ERANGE);
	EXPECT_EQ(SET("p_short", "-32768"), 0);
	EXPECT_EQ(p_short, -32768);
	EXPECT_EQ(SET("p_short", "32768"), -ERANGE);
	EXPECT_EQ(SET("p_ushort", "65535"), 0);
	EXPECT_EQ(p_ushort, 65535);
	EXPECT_EQ(SET("p_byte", "256"), -ERANGE);
	EXPECT_EQ(SET("p_byte", "255"), 0);
	EXPECT_EQ(p_byte, 255);
	EXPECT_EQ(SET("p_long", "-9223372036854775808"), 0);
	EXPECT_EQ(p_long, 1ULL << 63);
	EXPECT_EQ(SET("p_ulong", "18446744073709551615"), 0);
	EXPECT_EQ(p_ulong, ~0UL);
	EXPECT_EQ(SET("p_ulong", "18446744073709551616"), -ERANGE);
}

/* Scenario: texts that are no number, and no text at all. */
KTEST(params, not_a_number)
{
	p_int = 7;
	EXPECT_EQ(SET("p_int", ""), -EINVAL);
	EXPECT_EQ(SET("p_int", "7x"), -EINVAL);
	EXPECT_EQ(SET("p_int", "seven"), -EINVAL);
	EXPECT_EQ(SET("p_int", NULL), -EINVAL);
	EXPECT_EQ(SET("p_uint", "-1"), -EINVAL);
	EXPECT_EQ(p_int, 7);
}

/* Scenario: truth values, with and without a text. */
KTEST(params, truth)
{
	p_bool = false;
	EXPECT_EQ(SET("p_bool", NULL), 0);
	EXPECT(p_bool);
	EXPECT_EQ(SET("p_bool", "n"), 0);
	EXPECT(!p_bool);
	EXPECT_EQ(SET("p_bool", "maybe"), -EINVAL);
	EXPECT_EQ(SET("p_inverted", "0"), 0);
	EXPECT(p_inverted);
	EXPECT_EQ(SET("p_bint", "on"), 0);
	EXPECT_EQ(p_bint, 1);
}

/* Scenario: a pointer to the text, and a buffer of six bytes that is just too small. */
KTEST(params, texts)
{
	static const char text[] = "some text";

	EXPECT_EQ(SET("p_charp", text), 0);
	EXPECT(p_charp == text);
	EXPECT_EQ(SET("p_text", "12345"), 0);
	EXPECT(!strcmp(p_text, "12345"));
	EXPECT_EQ(SET("p_text", "123456"), -ENOSPC);
	EXPECT(!strcmp(p_text, "12345"));
}

/* Scenario: fewer elements than the array has, all, one too many, and a bad one. */
KTEST(params, arrays)
{
	EXPECT_EQ(SET("p_array", "4,5"), 0);
	EXPECT_EQ(p_array_len, 2);
	EXPECT_EQ(p_array[1], 5);
	EXPECT_EQ(SET("p_array", "1,-2,0x10"), 0);
	EXPECT_EQ(p_array_len, 3);
	EXPECT_EQ(p_array[2], 16);
	EXPECT_REPORT("test_params.p_array: at most 3 values") {
		EXPECT_EQ(SET("p_array", "1,2,3,4"), -EINVAL);
	}
	EXPECT_EQ(SET("p_array", "9,x"), -EINVAL);
	EXPECT_EQ(SET("p_array", ""), -EINVAL);
}

/* Scenario: names spelt with '-', names of nothing, and names that begin like one. */
KTEST(params, names)
{
	EXPECT_EQ(module_param_set("test-params.other-name", "3"), 0);
	EXPECT_EQ(renamed, 3);
	EXPECT_EQ(SET("renamed", "1"), -ENOENT);
	EXPECT_EQ(SET("p_in", "1"), -ENOENT);
	EXPECT_EQ(SET("p_int2", "1"), -ENOENT);
	EXPECT_EQ(module_param_set("dot.ted.value", "4"), 0);
	EXPECT_EQ(dotted, 4);
	EXPECT_EQ(module_param_set("dot.value", "5"), -ENOENT);
	EXPECT_EQ(module_param_set("test_params", "1"), -ENOENT);
	EXPECT_EQ(module_param_set("test_params.", "1"), -ENOENT);
	EXPECT_EQ(module_param_set(".p_int", "1"), -ENOENT);
}

/* Scenario: what get() writes, as a file of parameters would show it. */
KTEST(params, shown)
{
	struct kernel_param array = {.arr = &(struct kparam_array){
					     .max = 3,
					     .elemsize = sizeof(int),
					     .ops = &param_ops_int,
					     .elem = (int[]){1, -2, 3},
				     }};
	struct kernel_param truth = {.arg = &(bool){true}};
	char buffer[256];

	EXPECT_EQ(param_array_ops.get(buffer, &array), 7);
	EXPECT(!strcmp(buffer, "1,-2,3\n"));
	EXPECT_EQ(param_get_bool(buffer, &truth), 2);
	EXPECT(!strcmp(buffer, "Y\n"));
}

/* Scenario: the same for what is not a number, and for texts that were never set. */
KTEST(params, texts_shown)
{
	char room[8] = "abc", buffer[256];
	char *set = "some text", *unset = NULL;
	struct kernel_param not_so = {.arg = &(bool){true}};
	struct kernel_param text = {.arg = &set}, nothing = {.arg = &unset};
	struct kernel_param copy = {.str = &(struct kparam_string){sizeof(room), room}};

	EXPECT_EQ(param_get_invbool(buffer, &not_so), 2);
	EXPECT(!strcmp(buffer, "N\n"));
	param_get_charp(buffer, &text);
	EXPECT(!strcmp(buffer, "some text\n"));
	param_get_charp(buffer, &nothing);
	EXPECT(!strcmp(buffer, "(null)\n"));
	param_get_string(buffer, &copy);
	EXPECT(!strcmp(buffer, "abc\n"));
}

/* Scenario: texts where a text must stand and none does; an array of them, which keeps copies. */
KTEST(params, arrays_of_texts)
{
	char text[] = "one,two", long_number[80];

	EXPECT_EQ(SET("p_charp", NULL), -EINVAL);
	EXPECT_EQ(SET("p_text", NULL), -EINVAL);
	EXPECT_EQ(SET("p_names", text), 0);
	memset(text, '#', sizeof(text) - 1);
	EXPECT_EQ(p_names_len, 2);
	EXPECT(!strcmp(p_names[0], "one") && !strcmp(p_names[1], "two"));
	memset(long_number, '1', sizeof(long_number));
	long_number[sizeof(long_number) - 1] = '\0';
	EXPECT_EQ(SET("p_array", long_number), -ENOSPC);
}
