/* SPDX-License-Identifier: MIT */

/*
 * Block operations.  Each moves eight bytes an instruction step with the
 * string instructions, and covers an odd end with one word that overlaps what
 * was done already; there is no loop over the last bytes.  They must not
 * contain loops that the compiler recognises as themselves.
 */
#include <linux/kasan.h>
#include <linux/string.h>

#undef memset
#undef memcpy
#undef memmove
#undef memcmp

typedef u64 __attribute__((__may_alias__, __aligned__(1))) word_t;
typedef u32 __attribute__((__may_alias__, __aligned__(1))) half_t;
typedef u16 __attribute__((__may_alias__, __aligned__(1))) quarter_t;

/* Under 8 bytes: two overlapping stores of the largest size that fits. */
static inline void set_small(u8 *d, u64 v, size_t n)
{
	if (n >= 4) {
		*(half_t *)d = (u32)v;
		*(half_t *)(d + n - 4) = (u32)v;
	} else if (n >= 2) {
		*(quarter_t *)d = (u16)v;
		*(quarter_t *)(d + n - 2) = (u16)v;
	} else if (n) {
		*d = (u8)v;
	}
}

void *memset(void *dst, int c, size_t n)
{
	u64 v = (u8)c * 0x0101010101010101ULL;
	size_t words = n / 8;
	void *d = dst;

	kasan_check_write(dst, n);
	if (n < 8) {
		set_small(dst, v, n);
		return dst;
	}
	*(word_t *)((u8 *)dst + n - 8) = v;
	asm volatile("rep stosq" : "+D"(d), "+c"(words) : "a"(v) : "memory");
	return dst;
}

/* Loads come before stores, so this serves overlapping blocks too. */
static inline void copy_small(u8 *d, const u8 *s, size_t n)
{
	if (n >= 4) {
		u32 head = *(const half_t *)s, tail = *(const half_t *)(s + n - 4);

		*(half_t *)d = head;
		*(half_t *)(d + n - 4) = tail;
	} else if (n >= 2) {
		u16 head = *(const quarter_t *)s, tail = *(const quarter_t *)(s + n - 2);

		*(quarter_t *)d = head;
		*(quarter_t *)(d + n - 2) = tail;
	} else if (n) {
		*d = *s;
	}
}

/* At least 8 bytes, upwards.  The last word is read before anything is written. */
static inline void copy_up(void *d, const void *s, size_t n)
{
	u64 tail = *(const word_t *)((const u8 *)s + n - 8);
	word_t *end = (word_t *)((u8 *)d + n - 8);
	size_t words = n / 8;

	asm volatile("rep movsq" : "+D"(d), "+S"(s), "+c"(words) : : "memory");
	*end = tail;
}

/* At least 8 bytes, downwards, for a destination above an overlapping source. */
static inline void copy_down(void *d, const void *s, size_t n)
{
	u64 head = *(const word_t *)s;
	word_t *start = d;
	const u8 *from = (const u8 *)s + n - 8;
	u8 *to = (u8 *)d + n - 8;
	size_t words = n / 8;

	asm volatile("std; rep movsq; cld" : "+D"(to), "+S"(from), "+c"(words) : : "memory");
	*start = head;
}

void *memcpy(void *dst, const void *src, size_t n)
{
	kasan_check_read(src, n);
	kasan_check_write(dst, n);
	if (n < 8)
		copy_small(dst, src, n);
	else
		copy_up(dst, src, n);
	return dst;
}

void *memmove(void *dst, const void *src, size_t n)
{
	kasan_check_read(src, n);
	kasan_check_write(dst, n);
	if (n < 8)
		copy_small(dst, src, n);
	else if ((uintptr_t)dst - (uintptr_t)src >= n)
		copy_up(dst, src, n);
	else
		copy_down(dst, src, n);
	return dst;
}

int memcmp(const void *a, const void *b, size_t n)
{
	const u8 *p = a, *q = b;

	while (n >= 8 && *(const word_t *)p == *(const word_t *)q) {
		p += 8;
		q += 8;
		n -= 8;
	}
	for (; n; n--, p++, q++) {
		if (*p != *q)
			return *p - *q;
	}
	return 0;
}

int bcmp(const void *a, const void *b, size_t n)
{
	return memcmp(a, b, n);
}

void *memset16(u16 *dst, u16 v, size_t count)
{
	u16 *d = dst;

	asm volatile("rep stosw" : "+D"(d), "+c"(count) : "a"(v) : "memory");
	return dst;
}

void *memset32(u32 *dst, u32 v, size_t count)
{
	u32 *d = dst;

	asm volatile("rep stosl" : "+D"(d), "+c"(count) : "a"(v) : "memory");
	return dst;
}

void *memset64(u64 *dst, u64 v, size_t count)
{
	u64 *d = dst;

	asm volatile("rep stosq" : "+D"(d), "+c"(count) : "a"(v) : "memory");
	return dst;
}

void *memchr(const void *s, int c, size_t n)
{
	const u8 *p = s;

	for (; n; n--, p++) {
		if (*p == (u8)c)
			return (void *)p;
	}
	return NULL;
}

void *memscan(void *s, int c, size_t n)
{
	void *at = memchr(s, c, n);

	return at ? at : (u8 *)s + n;
}

void *memchr_inv(const void *s, int c, size_t n)
{
	u64 want = (u8)c * 0x0101010101010101ULL;
	const u8 *p = s;

	while (n >= 8 && *(const word_t *)p == want) {
		p += 8;
		n -= 8;
	}
	for (; n; n--, p++) {
		if (*p != (u8)c)
			return (void *)p;
	}
	return NULL;
}

void memzero_explicit(void *s, size_t n)
{
	memset(s, 0, n);
	asm volatile("" : : "r"(s) : "memory");
}
