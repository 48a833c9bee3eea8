/* SPDX-License-Identifier: MIT */

/* Numbers from text. */
#include <linux/kstrtox.h>
#include <linux/ctype.h>
#include <linux/errno.h>
#include <linux/limits.h>
#include <linux/string.h>

static unsigned int digit_value(char c)
{
	if (isdigit(c))
		return (unsigned int)(c - '0');
	if (isalpha(c))
		return (unsigned int)(tolower(c) - 'a' + 10);
	return UINT_MAX;
}

/* Skips a 0x that belongs to the number and settles base 0. */
static const char *number_prefix(const char *s, unsigned int *base)
{
	bool hex = s[0] == '0' && tolower(s[1]) == 'x' && isxdigit(s[2]);

	if (!*base)
		*base = hex ? 16 : s[0] == '0' ? 8 : 10;
	return hex && *base == 16 ? s + 2 : s;
}

/* Reads digits; *@overflow is set if the value wrapped. */
static const char *parse_digits(const char *s, unsigned int base, unsigned long long *res,
				bool *overflow)
{
	unsigned long long value = 0;
	unsigned int digit;

	*overflow = false;
	for (; (digit = digit_value(*s)) < base; s++) {
		*overflow |= __builtin_mul_overflow(value, base, &value);
		*overflow |= __builtin_add_overflow(value, digit, &value);
	}
	*res = value;
	return s;
}

/* The whole of @s, without a sign. */
static int parse_whole(const char *s, unsigned int base, unsigned long long *res)
{
	unsigned long long value;
	bool overflow;
	const char *start = number_prefix(s, &base);
	const char *end = parse_digits(start, base, &value, &overflow);

	if (end == start)
		return -EINVAL;
	if (*end == '\n')
		end++;
	if (*end)
		return -EINVAL;
	if (overflow)
		return -ERANGE;
	*res = value;
	return 0;
}

int kstrtoull(const char *s, unsigned int base, unsigned long long *res)
{
	return parse_whole(s + (*s == '+'), base, res);
}

int kstrtoll(const char *s, unsigned int base, long long *res)
{
	bool negative = *s == '-';
	unsigned long long value;
	int err = parse_whole(s + (negative || *s == '+'), base, &value);

	if (err)
		return err;
	if (value > (unsigned long long)LLONG_MAX + negative)
		return -ERANGE;
	*res = (long long)(negative ? 0 - value : value);
	return 0;
}

#define DEFINE_KSTRTO(name, type, wide, wide_type)            \
	int name(const char *s, unsigned int base, type *res) \
	{                                                     \
		wide_type value;                              \
		int err = wide(s, base, &value);              \
                                                              \
		if (err)                                      \
			return err;                           \
		if (value != (wide_type)(type)value)          \
			return -ERANGE;                       \
		*res = (type)value;                           \
		return 0;                                     \
	}

DEFINE_KSTRTO(kstrtoul, unsigned long, kstrtoull, unsigned long long)
DEFINE_KSTRTO(kstrtouint, unsigned int, kstrtoull, unsigned long long)
DEFINE_KSTRTO(kstrtou64, u64, kstrtoull, unsigned long long)
DEFINE_KSTRTO(kstrtou32, u32, kstrtoull, unsigned long long)
DEFINE_KSTRTO(kstrtou16, u16, kstrtoull, unsigned long long)
DEFINE_KSTRTO(kstrtou8, u8, kstrtoull, unsigned long long)
DEFINE_KSTRTO(kstrtol, long, kstrtoll, long long)
DEFINE_KSTRTO(kstrtoint, int, kstrtoll, long long)
DEFINE_KSTRTO(kstrtos64, s64, kstrtoll, long long)
DEFINE_KSTRTO(kstrtos32, s32, kstrtoll, long long)
DEFINE_KSTRTO(kstrtos16, s16, kstrtoll, long long)
DEFINE_KSTRTO(kstrtos8, s8, kstrtoll, long long)

int kstrtobool(const char *s, bool *res)
{
	static const char *const yes[] = {"y", "yes", "1", "on", "t", "true"};
	static const char *const no[] = {"n", "no", "0", "off", "f", "false"};
	size_t len = strcspn(s, "\n");

	for (size_t i = 0; i < sizeof(yes) / sizeof(yes[0]); i++) {
		bool is_yes = strlen(yes[i]) == len && !strncasecmp(s, yes[i], len);

		if (is_yes || (strlen(no[i]) == len && !strncasecmp(s, no[i], len))) {
			*res = is_yes;
			return 0;
		}
	}
	return -EINVAL;
}

unsigned long long simple_strtoull(const char *s, char **end, unsigned int base)
{
	unsigned long long value;
	bool overflow;

	s = number_prefix(s, &base);
	s = parse_digits(s, base, &value, &overflow);
	if (end)
		*end = (char *)s;
	return value;
}

unsigned long simple_strtoul(const char *s, char **end, unsigned int base)
{
	return simple_strtoull(s, end, base);
}

long long simple_strtoll(const char *s, char **end, unsigned int base)
{
	if (*s == '-')
		return (long long)(0 - simple_strtoull(s + 1, end, base));
	return (long long)simple_strtoull(s, end, base);
}

long simple_strtol(const char *s, char **end, unsigned int base)
{
	return simple_strtoll(s, end, base);
}

unsigned long long memparse(const char *s, char **end)
{
	static const char suffix[] = "kmgtpe";
	unsigned int base = 0, shift = 0;
	unsigned long long value;
	const char *hit;
	bool overflow;

	s = number_prefix(s, &base);
	s = parse_digits(s, base, &value, &overflow);
	hit = *s ? strchr(suffix, tolower(*s)) : NULL;
	if (hit) {
		shift = 10 * (unsigned int)(hit - suffix + 1);
		s++;
	}
	if (end)
		*end = (char *)s;
	return overflow || value > ULLONG_MAX >> shift ? ULLONG_MAX : value << shift;
}
