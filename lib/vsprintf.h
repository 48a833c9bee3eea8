/* SPDX-License-Identifier: MIT */
#ifndef _LIB_VSPRINTF_H
#define _LIB_VSPRINTF_H

/* Shared by lib/vsprintf.c and lib/vsprintf_pointer.c only. */
#include <linux/types.h>
#include <linux/stdarg.h>

/* Output: characters behind @end are counted, not stored. */
struct outbuf {
	char *pos;
	char *end;
};

static inline void out_char(struct outbuf *o, char c)
{
	if (o->pos < o->end)
		*o->pos = c; /* NOLINT(*NullDereference): a NULL buffer ends where it starts */
	o->pos++;
}

enum {
	SPEC_LEFT = 1,	  /* '-' */
	SPEC_PLUS = 2,	  /* '+' */
	SPEC_SPACE = 4,	  /* ' ' */
	SPEC_SPECIAL = 8, /* '#': 0 or 0x in front */
	SPEC_ZERO = 16,	  /* '0' */
	SPEC_UPPER = 32,  /* ABCDEF */
	SPEC_SIGNED = 64,
};

/* One conversion: what stands between '%' and its letter. */
struct printf_spec {
	int width;     /* -1: none */
	int precision; /* -1: none */
	u8 flags;      /* SPEC_* */
	u8 base;
	char qualifier; /* 'h', 'l', 'L' (ll), 'H' (hh), 'z', 't' or 0 */
};

void out_number(struct outbuf *o, unsigned long long value, struct printf_spec spec);
void out_string(struct outbuf *o, const char *s, struct printf_spec spec);
void out_format(struct outbuf *o, const char *fmt, ...) __attribute__((__format__(printf, 2, 3)));
void out_vformat(struct outbuf *o, const char *fmt, va_list args)
	__attribute__((__format__(printf, 2, 0)));

/*
 * The letters behind %p.  A pointer that cannot be followed prints as (null)
 * or (efault).
 */
void out_pointer(struct outbuf *o, const char *fmt, const void *ptr, struct printf_spec spec);

#endif
