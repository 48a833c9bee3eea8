/* SPDX-License-Identifier: MIT */

/*
 * Formatted text.  This file knows C's formats; what stands behind %p is in
 * lib/vsprintf_pointer.c.  There is no floating point in the kernel.
 */
#include <linux/kernel.h>
#include <linux/ctype.h>
#include <linux/err.h>
#include <linux/hexdump.h>
#include <linux/string.h>
#include <asm/page.h>

#include "vsprintf.h"

static void out_fill(struct outbuf *o, char c, int count)
{
	while (count-- > 0)
		out_char(o, c);
}

/* Puts the digits of @value into @digits, last digit first, and counts them. */
static int number_digits(char *digits, unsigned long long value, struct printf_spec spec)
{
	const char *set = spec.flags & SPEC_UPPER ? hex_asc_upper : hex_asc;
	int n = 0;

	if (!value && spec.precision == 0)
		return 0;
	do {
		digits[n++] = set[value % spec.base];
		value /= spec.base;
	} while (value);
	return n;
}

/* Takes the sign off *@value; returns the character in front of it, or 0. */
static char number_sign(unsigned long long *value, struct printf_spec spec)
{
	if (!(spec.flags & SPEC_SIGNED))
		return 0;
	if ((long long)*value < 0) {
		*value = 0 - *value;
		return '-';
	}
	if (spec.flags & SPEC_PLUS)
		return '+';
	return spec.flags & SPEC_SPACE ? ' ' : 0;
}

/* What '#' puts in front of the digits; an octal number gets another digit. */
static const char *number_prefix(struct printf_spec spec)
{
	if (!(spec.flags & SPEC_SPECIAL) || spec.base != 16)
		return "";
	return spec.flags & SPEC_UPPER ? "0X" : "0x";
}

void out_number(struct outbuf *o, unsigned long long value, struct printf_spec spec)
{
	char digits[24];
	char sign = number_sign(&value, spec);
	const char *prefix = number_prefix(spec);
	int n = number_digits(digits, value, spec);
	bool octal_zero = spec.base == 8 && (spec.flags & SPEC_SPECIAL) && (!n || value);
	int zeros = max(spec.precision - n, (int)octal_zero);
	int pad = spec.width - n - zeros - (sign != 0) - (int)strlen(prefix);

	if ((spec.flags & SPEC_ZERO) && !(spec.flags & SPEC_LEFT) && spec.precision < 0 &&
	    pad > 0) {
		zeros += pad;
		pad = 0;
	}
	if (!(spec.flags & SPEC_LEFT))
		out_fill(o, ' ', pad);
	if (sign)
		out_char(o, sign);
	while (*prefix)
		out_char(o, *prefix++);
	out_fill(o, '0', zeros);
	while (n > 0)
		out_char(o, digits[--n]);
	if (spec.flags & SPEC_LEFT)
		out_fill(o, ' ', pad);
}

void out_string(struct outbuf *o, const char *s, struct printf_spec spec)
{
	int n;

	if ((unsigned long)s < PAGE_SIZE)
		s = s ? "(efault)" : "(null)";
	else if (IS_ERR_VALUE(s))
		s = "(efault)";
	n = (int)strnlen(s, spec.precision < 0 ? INT_MAX : (size_t)spec.precision);
	if (!(spec.flags & SPEC_LEFT))
		out_fill(o, ' ', spec.width - n);
	for (int i = 0; i < n; i++)
		out_char(o, s[i]);
	if (spec.flags & SPEC_LEFT)
		out_fill(o, ' ', spec.width - n);
}

static const char *parse_flags(const char *fmt, struct printf_spec *spec)
{
	static const char letters[] = "-+ #0"; /* in the order of SPEC_* */
	const char *hit;

	while (*fmt && (hit = strchr(letters, *fmt))) {
		spec->flags |= 1u << (hit - letters);
		fmt++;
	}
	return fmt;
}

/* Digits, or '*' and an argument. */
static const char *parse_count(const char *fmt, int *count, va_list *args)
{
	*count = 0;
	if (*fmt == '*') {
		*count = va_arg(*args, int);
		return fmt + 1;
	}
	while (isdigit(*fmt))
		*count = *count * 10 + (*fmt++ - '0');
	return fmt;
}

static const char *parse_qualifier(const char *fmt, struct printf_spec *spec)
{
	if (*fmt != 'h' && *fmt != 'l' && *fmt != 'L' && *fmt != 'z' && *fmt != 't' && *fmt != 'j')
		return fmt;
	spec->qualifier = *fmt++;
	if ((spec->qualifier == 'h' || spec->qualifier == 'l') && *fmt == spec->qualifier) {
		spec->qualifier = (char)toupper(spec->qualifier);
		fmt++;
	}
	return fmt;
}

/* Everything between '%' and the conversion's letter. */
static const char *parse_spec(const char *fmt, struct printf_spec *spec, va_list *args)
{
	*spec = (struct printf_spec){.width = -1, .precision = -1, .base = 10};
	fmt = parse_flags(fmt, spec);
	if (isdigit(*fmt) || *fmt == '*') {
		fmt = parse_count(fmt, &spec->width, args);
		if (spec->width < 0) {
			spec->flags |= SPEC_LEFT;
			spec->width = -spec->width;
		}
	}
	if (*fmt == '.') {
		fmt = parse_count(fmt + 1, &spec->precision, args);
		spec->precision = max(spec->precision, 0);
	}
	return parse_qualifier(fmt, spec);
}

static unsigned long long fetch_signed(va_list *args, char qualifier)
{
	switch (qualifier) {
	/* NOLINTNEXTLINE(bugprone-branch-clone): long is as wide as long long here, another type */
	case 'L':
	case 'j':
		return (unsigned long long)va_arg(*args, long long);
	case 'l':
	case 'z':
	case 't':
		return (unsigned long long)va_arg(*args, long);
	case 'h':
		return (unsigned long long)(short)va_arg(*args, int);
	case 'H':
		return (unsigned long long)(signed char)va_arg(*args, int);
	default:
		return (unsigned long long)va_arg(*args, int);
	}
}

static unsigned long long fetch_unsigned(va_list *args, char qualifier)
{
	switch (qualifier) {
	case 'L':
	case 'j':
		return va_arg(*args, unsigned long long);
	case 'l':
	case 'z':
	case 't':
		return va_arg(*args, unsigned long);
	case 'h':
		return (unsigned short)va_arg(*args, int);
	case 'H':
		return (unsigned char)va_arg(*args, int);
	default:
		return va_arg(*args, unsigned int);
	}
}

static void out_character(struct outbuf *o, char c, struct printf_spec spec)
{
	if (!(spec.flags & SPEC_LEFT))
		out_fill(o, ' ', spec.width - 1);
	out_char(o, c);
	if (spec.flags & SPEC_LEFT)
		out_fill(o, ' ', spec.width - 1);
}

/* An integer conversion: @letter is one of d i u x X o. */
static void out_integer(struct outbuf *o, char letter, struct printf_spec spec, va_list *args)
{
	if (letter == 'd' || letter == 'i') {
		spec.flags |= SPEC_SIGNED;
		out_number(o, fetch_signed(args, spec.qualifier), spec);
		return;
	}
	if (letter == 'X')
		spec.flags |= SPEC_UPPER;
	if (letter == 'x' || letter == 'X')
		spec.base = 16;
	else if (letter == 'o')
		spec.base = 8;
	out_number(o, fetch_unsigned(args, spec.qualifier), spec);
}

/* One conversion; @fmt stands behind '%'.  Returns where the text goes on. */
static const char *out_conversion(struct outbuf *o, const char *fmt, va_list *args)
{
	struct printf_spec spec;
	const char *at = parse_spec(fmt, &spec, args);

	switch (*at) {
	case 'd':
	case 'i':
	case 'u':
	case 'x':
	case 'X':
	case 'o':
		out_integer(o, *at, spec, args);
		return at + 1;
	case 'c':
		out_character(o, (char)va_arg(*args, int), spec);
		return at + 1;
	case 's':
		out_string(o, va_arg(*args, const char *), spec);
		return at + 1;
	case 'p':
		out_pointer(o, at + 1, va_arg(*args, const void *), spec);
		for (at++; isalnum(*at);)
			at++;
		return at;
	case '%':
		out_char(o, '%');
		return at + 1;
	default: /* not a conversion: printed as it stands */
		out_char(o, '%');
		return fmt;
	}
}

void out_vformat(struct outbuf *o, const char *fmt, va_list args)
{
	va_list copy;

	va_copy(copy, args);
	while (*fmt) {
		if (*fmt == '%')
			fmt = out_conversion(o, fmt + 1, &copy);
		else
			out_char(o, *fmt++);
	}
	va_end(copy);
}

void out_format(struct outbuf *o, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	out_vformat(o, fmt, args);
	va_end(args);
}

int vsnprintf(char *buf, size_t size, const char *fmt, va_list args)
{
	struct outbuf o = {buf, buf + min(size, (size_t)INT_MAX)};

	if (o.end < buf)
		o.end = (char *)ULONG_MAX;
	out_vformat(&o, fmt, args);
	if (size) /* NOLINTNEXTLINE(*NullDereference): a NULL buffer has no size */
		*(o.pos < o.end ? o.pos : o.end - 1) = '\0';
	return (int)(o.pos - buf);
}

int vscnprintf(char *buf, size_t size, const char *fmt, va_list args)
{
	int n = vsnprintf(buf, size, fmt, args);

	if ((size_t)n < size)
		return n;
	return size ? (int)size - 1 : 0;
}

int vsprintf(char *buf, const char *fmt, va_list args)
{
	return vsnprintf(buf, INT_MAX, fmt, args);
}

int snprintf(char *buf, size_t size, const char *fmt, ...)
{
	va_list args;
	int n;

	va_start(args, fmt);
	n = vsnprintf(buf, size, fmt, args);
	va_end(args);
	return n;
}

int scnprintf(char *buf, size_t size, const char *fmt, ...)
{
	va_list args;
	int n;

	va_start(args, fmt);
	n = vscnprintf(buf, size, fmt, args);
	va_end(args);
	return n;
}

int sprintf(char *buf, const char *fmt, ...)
{
	va_list args;
	int n;

	va_start(args, fmt);
	n = vsprintf(buf, fmt, args);
	va_end(args);
	return n;
}
