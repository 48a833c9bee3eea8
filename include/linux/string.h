/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_STRING_H
#define _LINUX_STRING_H

/*
 * Strings and bytes.  The block operations are macros over the compiler's own,
 * so that small constant sizes become plain moves; lib/string.c has the
 * functions behind them.
 */
#include <linux/types.h>
#include <linux/compiler.h>
#include <linux/stdarg.h>

void *memset(void *dst, int c, size_t n);
void *memcpy(void *dst, const void *src, size_t n);
void *memmove(void *dst, const void *src, size_t n);
int memcmp(const void *a, const void *b, size_t n);
int bcmp(const void *a, const void *b, size_t n);

#define memset(dst, c, n)    __builtin_memset(dst, c, n)
#define memcpy(dst, src, n)  __builtin_memcpy(dst, src, n)
#define memmove(dst, src, n) __builtin_memmove(dst, src, n)
#define memcmp(a, b, n)	     __builtin_memcmp(a, b, n)

void *memset16(u16 *dst, u16 v, size_t count);
void *memset32(u32 *dst, u32 v, size_t count);
void *memset64(u64 *dst, u64 v, size_t count);
void *memchr(const void *s, int c, size_t n);
void *memscan(void *s, int c, size_t n);

/**
 * memchr_inv - find the first byte that is not the expected one
 * @s: memory
 * @c: the expected byte
 * @n: how many bytes to look at
 *
 * Return: the address of the first other byte, or NULL if all match.
 */
void *memchr_inv(const void *s, int c, size_t n);
void memzero_explicit(void *s, size_t n);

size_t strlen(const char *s);
#define strlen(s) __builtin_strlen(s)
size_t strnlen(const char *s, size_t max);
int strcmp(const char *a, const char *b);
int strncmp(const char *a, const char *b, size_t n);
int strcasecmp(const char *a, const char *b);
int strncasecmp(const char *a, const char *b, size_t n);
char *strcpy(char *dst, const char *src);
char *strncpy(char *dst, const char *src, size_t n);
char *stpcpy(char *dst, const char *src);
char *strcat(char *dst, const char *src);
char *strncat(char *dst, const char *src, size_t n);
size_t strlcpy(char *dst, const char *src, size_t size);
size_t strlcat(char *dst, const char *src, size_t size);

/**
 * strscpy - copy a string into a buffer of a given size
 * @dst: the buffer; always terminated if @size is not 0
 * @src: the string
 * @size: bytes in @dst
 *
 * Return: characters copied, or -E2BIG if @src was cut.
 */
ssize_t strscpy(char *dst, const char *src, size_t size);
ssize_t strscpy_pad(char *dst, const char *src, size_t size);

char *strchr(const char *s, int c);
char *strchrnul(const char *s, int c);
char *strnchr(const char *s, size_t n, int c);
char *strrchr(const char *s, int c);
char *strstr(const char *s, const char *what);
char *strnstr(const char *s, const char *what, size_t n);
size_t strspn(const char *s, const char *accept);
size_t strcspn(const char *s, const char *reject);
char *strpbrk(const char *s, const char *accept);
char *strsep(char **s, const char *delim);
char *skip_spaces(const char *s);
char *strim(char *s);
char *strreplace(char *s, char old, char new);
bool sysfs_streq(const char *a, const char *b);
int match_string(const char *const *array, size_t n, const char *string);

static inline char *strstrip(char *s)
{
	return strim(s);
}

/* str_has_prefix - length of @prefix if @s begins with it, else 0 */
static inline size_t str_has_prefix(const char *s, const char *prefix)
{
	size_t n = strlen(prefix);

	return strncmp(s, prefix, n) == 0 ? n : 0;
}

static inline bool strstarts(const char *s, const char *prefix)
{
	return strncmp(s, prefix, strlen(prefix)) == 0;
}

static inline const char *kbasename(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/**
 * glob_match - compare a string with a shell-style pattern
 * @pat: may hold '*' (any text), '?' (any character), [a-z] and [!a-z]
 *	 classes, and '\\' before a character that is meant literally
 * @str: the string
 *
 * Return: whether all of @str matches.
 */
bool glob_match(const char *pat, const char *str);

/* Copies from kmalloc; NULL when memory is short. */
char *kstrdup(const char *s, gfp_t gfp);
const char *kstrdup_const(const char *s, gfp_t gfp);
void kfree_const(const void *p);
char *kstrndup(const char *s, size_t max, gfp_t gfp);
void *kmemdup(const void *src, size_t n, gfp_t gfp);
char *kmemdup_nul(const char *s, size_t n, gfp_t gfp);

#endif
