/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_KSTRTOX_H
#define _LINUX_KSTRTOX_H

/*
 * Numbers from text.  kstrto*() take the whole string, with at most one
 * newline behind it, and return 0, -EINVAL (no number) or -ERANGE (does not
 * fit).  Base 0 reads 0x as hexadecimal, 0 as octal, else decimal.
 */
#include <linux/types.h>
#include <linux/compiler.h>

int __must_check kstrtoull(const char *s, unsigned int base, unsigned long long *res);
int __must_check kstrtoll(const char *s, unsigned int base, long long *res);
int __must_check kstrtoul(const char *s, unsigned int base, unsigned long *res);
int __must_check kstrtol(const char *s, unsigned int base, long *res);
int __must_check kstrtouint(const char *s, unsigned int base, unsigned int *res);
int __must_check kstrtoint(const char *s, unsigned int base, int *res);
int __must_check kstrtou64(const char *s, unsigned int base, u64 *res);
int __must_check kstrtos64(const char *s, unsigned int base, s64 *res);
int __must_check kstrtou32(const char *s, unsigned int base, u32 *res);
int __must_check kstrtos32(const char *s, unsigned int base, s32 *res);
int __must_check kstrtou16(const char *s, unsigned int base, u16 *res);
int __must_check kstrtos16(const char *s, unsigned int base, s16 *res);
int __must_check kstrtou8(const char *s, unsigned int base, u8 *res);
int __must_check kstrtos8(const char *s, unsigned int base, s8 *res);

/* y, yes, 1, on and n, no, 0, off in any case. */
int __must_check kstrtobool(const char *s, bool *res);

/* Stop at the first character that is no digit; overflow wraps. */
unsigned long long simple_strtoull(const char *s, char **end, unsigned int base);
unsigned long simple_strtoul(const char *s, char **end, unsigned int base);
long long simple_strtoll(const char *s, char **end, unsigned int base);
long simple_strtol(const char *s, char **end, unsigned int base);

/**
 * memparse - a number with a suffix of size
 * @s: for example "512M" or "0x1000k"
 * @end: where to put the first character not taken, or NULL
 *
 * Return: the number times 2^10, 2^20, ... for k, m, g, t, p, e in either case;
 *	   ULLONG_MAX if it is larger than that.
 */
unsigned long long memparse(const char *s, char **end);

#endif
