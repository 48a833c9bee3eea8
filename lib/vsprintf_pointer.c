/* SPDX-License-Identifier: MIT */

/*
 * What stands behind %p: addresses, symbols, things found at an address.  The
 * letters are Linux's; <linux/sprintf.h> lists them.  Plain %p prints the
 * address as it is: Cairn exists to show where memory lies.
 */
#include <linux/kernel.h>
#include <linux/ctype.h>
#include <linux/err.h>
#include <linux/errname.h>
#include <linux/gfp_types.h>
#include <linux/hexdump.h>
#include <linux/ioport.h>
#include <linux/mm_types.h>
#include <linux/string.h>
#include <cairn/symbols.h>
#include <asm/page.h>

#include "vsprintf.h"

static void out_address(struct outbuf *o, const void *ptr, struct printf_spec spec)
{
	spec.base = 16;
	if (spec.width < 0) {
		spec.width = 2 * sizeof(ptr) + (spec.flags & SPEC_SPECIAL ? 2 : 0);
		spec.flags |= SPEC_ZERO;
	}
	out_number(o, (unsigned long)ptr, spec);
}

/* A value of a fixed size: 0x and all its digits. */
static void out_fixed_hex(struct outbuf *o, u64 value, int bytes)
{
	struct printf_spec spec = {
		.width = 2 + 2 * bytes,
		.precision = -1,
		.base = 16,
		.flags = SPEC_SPECIAL | SPEC_ZERO,
	};

	out_number(o, value, spec);
}

/* %pS %ps %pB: name+0x12/0x80; %pB takes the address before, in the call. */
static void out_symbol(struct outbuf *o, char letter, const void *ptr, struct printf_spec spec)
{
	unsigned long addr = (unsigned long)ptr - (letter == 'B');
	unsigned long offset, size;
	const char *name = symbol_lookup(addr, &offset, &size);
	char text[128];

	if (!name)
		scnprintf(text, sizeof(text), "0x%lx", (unsigned long)ptr);
	else if (letter == 's')
		strscpy(text, name, sizeof(text));
	else
		scnprintf(text, sizeof(text), "%s+0x%lx/0x%lx", name, offset + (letter == 'B'),
			  size);
	out_string(o, text, spec);
}

/* %*ph: bytes, as many as the width says. */
static void out_hex_bytes(struct outbuf *o, char style, const u8 *bytes, struct printf_spec spec)
{
	char separator = style == 'C' ? ':' : style == 'D' ? '-' : ' ';
	int n = clamp(spec.width, 1, 64);

	for (int i = 0; i < n; i++) {
		if (i && style != 'N')
			out_char(o, separator);
		out_char(o, hex_asc_hi(bytes[i]));
		out_char(o, hex_asc_lo(bytes[i]));
	}
}

/* %pM %pm; F: dashes, R: last byte first. */
static void out_mac(struct outbuf *o, const char *fmt, const u8 *mac)
{
	char separator = fmt[1] == 'F' ? '-' : ':';

	for (int i = 0; i < 6; i++) {
		u8 byte = mac[fmt[1] == 'R' ? 5 - i : i];

		if (i && fmt[0] == 'M')
			out_char(o, separator);
		out_char(o, hex_asc_hi(byte));
		out_char(o, hex_asc_lo(byte));
	}
}

/* %pI4: 192.168.0.1; %pi4: 192.168.000.001. */
static void out_ip4(struct outbuf *o, const char *fmt, const u8 *ip)
{
	for (int i = 0; i < 4; i++)
		out_format(o, fmt[0] == 'i' ? "%s%03u" : "%s%u", i ? "." : "", ip[i]);
}

/* %pU: b, B as the bytes lie; l, L with the first three fields little endian. */
static void out_uuid(struct outbuf *o, char style, const u8 *uuid)
{
	static const u8 big[16] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
	static const u8 little[16] = {3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15};
	const u8 *order = tolower(style) == 'l' ? little : big;
	const char *digits = isupper(style) ? hex_asc_upper : hex_asc;

	for (int i = 0; i < 16; i++) {
		u8 byte = uuid[order[i]];

		if (i == 4 || i == 6 || i == 8 || i == 10)
			out_char(o, '-');
		out_char(o, digits[byte >> 4]);
		out_char(o, digits[byte & 15]);
	}
}

struct flag_name {
	unsigned long mask;
	const char *name;
};

/* Longer combinations come before their parts. */
static const struct flag_name gfp_names[] = {
	{GFP_HIGHUSER_MOVABLE, "GFP_HIGHUSER_MOVABLE"},
	{GFP_HIGHUSER, "GFP_HIGHUSER"},
	{GFP_USER, "GFP_USER"},
	{GFP_KERNEL_ACCOUNT, "GFP_KERNEL_ACCOUNT"},
	{GFP_KERNEL, "GFP_KERNEL"},
	{GFP_NOFS, "GFP_NOFS"},
	{GFP_ATOMIC, "GFP_ATOMIC"},
	{GFP_NOIO, "GFP_NOIO"},
	{GFP_NOWAIT, "GFP_NOWAIT"},
	{GFP_DMA, "GFP_DMA"},
	{GFP_DMA32, "GFP_DMA32"},
	{__GFP_HIGHMEM, "__GFP_HIGHMEM"},
	{__GFP_DIRECT_RECLAIM, "__GFP_DIRECT_RECLAIM"},
	{__GFP_HIGH, "__GFP_HIGH"},
	{__GFP_IO, "__GFP_IO"},
	{__GFP_FS, "__GFP_FS"},
	{__GFP_COLD, "__GFP_COLD"},
	{__GFP_NOWARN, "__GFP_NOWARN"},
	{__GFP_RETRY_MAYFAIL, "__GFP_RETRY_MAYFAIL"},
	{__GFP_NOFAIL, "__GFP_NOFAIL"},
	{__GFP_NORETRY, "__GFP_NORETRY"},
	{__GFP_NO_GROW, "__GFP_NO_GROW"},
	{__GFP_COMP, "__GFP_COMP"},
	{__GFP_ZERO, "__GFP_ZERO"},
	{__GFP_NOMEMALLOC, "__GFP_NOMEMALLOC"},
	{__GFP_ACCOUNT, "__GFP_ACCOUNT"},
	{__GFP_MEMALLOC, "__GFP_MEMALLOC"},
	{__GFP_THISNODE, "__GFP_THISNODE"},
	{__GFP_RECLAIMABLE, "__GFP_RECLAIMABLE"},
	{__GFP_MOVABLE, "__GFP_MOVABLE"},
	{__GFP_HARDWALL, "__GFP_HARDWALL"},
	{__GFP_WRITE, "__GFP_WRITE"},
	{0, NULL},
};

static const struct flag_name page_names[] = {
	{PGF_COMPOUND, "head"}, {PGF_TAIL, "tail"},	  {PGF_LARGE, "large"},
	{PGF_SLAB, "slab"},	{PGF_TABLE, "table"},	  {PGF_VMALLOC, "vmalloc"},
	{PGF_PERCPU, "percpu"}, {PGF_TRACKED, "tracked"}, {0, NULL},
};

/* Names joined by '|'; bits without a name are a number at the end. */
static void out_flag_names(struct outbuf *o, unsigned long flags, const struct flag_name *names)
{
	const char *separator = "";

	for (; names->name; names++) {
		if ((flags & names->mask) != names->mask)
			continue;
		out_format(o, "%s%s", separator, names->name);
		separator = "|";
		flags &= ~names->mask;
	}
	if (flags)
		out_format(o, "%s0x%lx", separator, flags);
}

/* %pGg: a gfp_t; %pGp: the flags of a page, which are a byte. */
static void out_flags(struct outbuf *o, char what, const void *ptr)
{
	if (what == 'g') {
		gfp_t gfp = *(const gfp_t *)ptr;

		if (gfp)
			out_flag_names(o, gfp, gfp_names);
		else
			out_format(o, "none");
		return;
	}
	out_format(o, "0x%x(", *(const u8 *)ptr);
	out_flag_names(o, *(const u8 *)ptr, page_names);
	out_char(o, ')');
}

/* %pe: an error pointer by name. */
static void out_error(struct outbuf *o, const void *ptr, struct printf_spec spec)
{
	const char *name = IS_ERR(ptr) ? errname((int)PTR_ERR(ptr)) : NULL;

	if (name) {
		out_string(o, name, spec);
	} else if (IS_ERR(ptr)) {
		spec.flags |= SPEC_SIGNED;
		out_number(o, (unsigned long long)PTR_ERR(ptr), spec);
	} else {
		out_address(o, ptr, spec);
	}
}

static const char *resource_kind(const struct resource *res)
{
	switch (res->flags & IORESOURCE_TYPE_BITS) {
	case IORESOURCE_IO:
		return "io ";
	case IORESOURCE_MEM:
		return "mem";
	case IORESOURCE_IRQ:
		return "irq";
	case IORESOURCE_DMA:
		return "dma";
	case IORESOURCE_BUS:
		return "bus";
	default:
		return "???";
	}
}

static void out_resource_flags(struct outbuf *o, unsigned long flags)
{
	static const struct flag_name flag_names[] = {
		{IORESOURCE_MEM_64, " 64bit"},
		{IORESOURCE_PREFETCH, " pref"},
		{IORESOURCE_WINDOW, " window"},
		{IORESOURCE_DISABLED, " disabled"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(flag_names); i++) {
		if (flags & flag_names[i].mask)
			out_format(o, "%s", flag_names[i].name);
	}
}

/* %pR: [mem 0xfebf0000-0xfebf0fff 64bit pref]; %pr: with the flags as a number. */
static void out_resource(struct outbuf *o, char letter, const struct resource *res)
{
	int digits = res->flags & IORESOURCE_IO ? 4 : 8;

	out_format(o, "[%s ", resource_kind(res));
	if (res->flags & IORESOURCE_UNSET)
		out_format(o, "size 0x%0*llx", digits, resource_size(res));
	else if (res->flags & (IORESOURCE_IRQ | IORESOURCE_DMA | IORESOURCE_BUS))
		out_format(o, "%llu-%llu", res->start, res->end);
	else
		out_format(o, "0x%0*llx-0x%0*llx", digits, res->start, digits, res->end);
	if (letter == 'R')
		out_resource_flags(o, res->flags);
	else
		out_format(o, " flags 0x%lx", res->flags);
	out_char(o, ']');
}

/* Formats that read what the pointer points to. */
static void out_pointee(struct outbuf *o, const char *fmt, const void *ptr, struct printf_spec spec)
{
	if ((unsigned long)ptr < PAGE_SIZE || IS_ERR(ptr)) {
		out_string(o, ptr, spec);
		return;
	}
	switch (*fmt) {
	case 'a': /* phys_addr_t and dma_addr_t are both 64 bits */
		out_fixed_hex(o, *(const phys_addr_t *)ptr, sizeof(phys_addr_t));
		break;
	case 'h':
		out_hex_bytes(o, fmt[1], ptr, spec);
		break;
	case 'M':
	case 'm':
		out_mac(o, fmt, ptr);
		break;
	case 'I':
	case 'i':
		out_ip4(o, fmt, ptr);
		break;
	case 'U':
		out_uuid(o, fmt[1], ptr);
		break;
	case 'G':
		out_flags(o, fmt[1], ptr);
		break;
	case 'R':
	case 'r':
		out_resource(o, *fmt, ptr);
		break;
	case 'V': {
		const struct va_format *vf = ptr;

		out_vformat(o, vf->fmt, *vf->va);
		break;
	}
	}
}

void out_pointer(struct outbuf *o, const char *fmt, const void *ptr, struct printf_spec spec)
{
	if (*fmt && strchr("ahMmIiUGRrV", *fmt))
		out_pointee(o, fmt, ptr, spec);
	else if (*fmt == 'S' || *fmt == 's' || *fmt == 'B')
		out_symbol(o, *fmt, ptr, spec);
	else if (*fmt == 'e')
		out_error(o, ptr, spec);
	else
		out_address(o, ptr, spec);
}
