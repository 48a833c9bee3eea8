/* SPDX-License-Identifier: MIT */

/* Shell-style patterns. */
#include <linux/string.h>

/*
 * Compares @c with the class that begins behind '['.  *@pat is moved behind
 * the closing ']'; a class that does not end matches a literal '['.
 */
static bool match_class(const char **pat, char c)
{
	const char *p = *pat;
	bool inverted = *p == '!', match = false;

	p += inverted;
	do {
		char lo = *p++, hi = lo;

		if (!lo)
			return c == '[';
		if (p[0] == '-' && p[1] && p[1] != ']') {
			hi = p[1];
			p += 2;
		}
		match |= lo <= c && c <= hi;
	} while (*p != ']');
	*pat = p + 1;
	return match != inverted;
}

/* One pattern element, not '*', against one character that is not the end. */
static bool match_one(const char **pat, char c)
{
	char want = *(*pat)++;

	if (want == '?')
		return true;
	if (want == '[')
		return match_class(pat, c);
	if (want == '\\' && **pat)
		want = *(*pat)++;
	return want == c;
}

/*
 * Only the last '*' seen ever needs another try with one more character: what
 * an earlier one could still take, the last one can take as well.
 */
bool glob_match(const char *pat, const char *str)
{
	const char *retry_pat = NULL, *retry_str = NULL;

	while (*str || *pat) {
		if (*pat == '*') {
			retry_pat = ++pat;
			retry_str = str;
			continue;
		}
		if (*str && *pat && match_one(&pat, *str)) {
			str++;
			continue;
		}
		if (!retry_pat || !*retry_str)
			return false;
		pat = retry_pat;
		str = ++retry_str;
	}
	return true;
}
