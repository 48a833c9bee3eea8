/* SPDX-License-Identifier: MIT */

/* Bytes as hexadecimal text. */
#include <linux/kernel.h>
#include <linux/ctype.h>
#include <linux/hexdump.h>
#include <linux/string.h>

const char hex_asc[] = "0123456789abcdef";
const char hex_asc_upper[] = "0123456789ABCDEF";

int hex_to_bin(unsigned char ch)
{
	if (isdigit(ch))
		return ch - '0';
	return isxdigit(ch) ? tolower(ch) - 'a' + 10 : -1;
}

int hex2bin(u8 *dst, const char *src, size_t count)
{
	for (; count; count--, src += 2) {
		int hi = hex_to_bin((u8)src[0]);
		int lo = hi < 0 ? -1 : hex_to_bin((u8)src[1]);

		if (lo < 0)
			return -EINVAL;
		*dst++ = (u8)(hi << 4 | lo);
	}
	return 0;
}

char *bin2hex(char *dst, const void *src, size_t count)
{
	for (const u8 *p = src; count; count--, p++) {
		*dst++ = hex_asc_hi(*p);
		*dst++ = hex_asc_lo(*p);
	}
	return dst;
}

/* The value of a group, lowest address least significant. */
static u64 group_value(const u8 *p, int groupsize)
{
	u64 value = 0;

	memcpy(&value, p, (size_t)groupsize);
	return value;
}

int hex_dump_to_buffer(const void *buf, size_t len, int rowsize, int groupsize, char *linebuf,
		       size_t linebuflen, bool ascii)
{
	const u8 *p = buf;
	size_t column;
	int n = 0;

	rowsize = rowsize == 32 ? 32 : 16;
	len = min(len, (size_t)rowsize);
	if (groupsize < 1 || groupsize > 8 || !is_power_of_2((unsigned long)groupsize) ||
	    len % (size_t)groupsize)
		groupsize = 1;
	column = (size_t)rowsize * 2 + (size_t)(rowsize / groupsize) + 1;

#define LINE_LEFT linebuf + min((size_t)n, linebuflen), linebuflen - min((size_t)n, linebuflen)
	for (size_t i = 0; i < len; i += (size_t)groupsize)
		n += snprintf(LINE_LEFT, "%s%0*llx", i ? " " : "", groupsize * 2,
			      group_value(p + i, groupsize));
	if (!ascii)
		return n;
	n += snprintf(LINE_LEFT, "%*s", max((int)column - n, 0), "");
	for (size_t i = 0; i < len; i++)
		n += snprintf(LINE_LEFT, "%c", isprint(p[i]) ? p[i] : '.');
#undef LINE_LEFT
	return n;
}

void print_hex_dump(const char *level, const char *prefix, int prefix_type, int rowsize,
		    int groupsize, const void *buf, size_t len, bool ascii)
{
	const u8 *p = buf;
	char line[32 * 3 + 2 + 32 + 1];

	rowsize = rowsize == 32 ? 32 : 16;
	for (size_t at = 0; at < len; at += (size_t)rowsize) {
		hex_dump_to_buffer(p + at, len - at, rowsize, groupsize, line, sizeof(line), ascii);
		if (prefix_type == DUMP_PREFIX_ADDRESS)
			printk("%s%s%px: %s\n", level, prefix, p + at, line);
		else if (prefix_type == DUMP_PREFIX_OFFSET)
			printk("%s%s%.8x: %s\n", level, prefix, (unsigned int)at, line);
		else
			printk("%s%s%s\n", level, prefix, line);
	}
}

void print_hex_dump_bytes(const char *prefix, int prefix_type, const void *buf, size_t len)
{
	print_hex_dump(KERN_DEBUG, prefix, prefix_type, 16, 1, buf, len, true);
}
