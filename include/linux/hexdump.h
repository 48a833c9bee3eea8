/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_HEXDUMP_H
#define _LINUX_HEXDUMP_H

/* Bytes as hexadecimal text. */
#include <linux/types.h>

enum {
	DUMP_PREFIX_NONE,
	DUMP_PREFIX_ADDRESS,
	DUMP_PREFIX_OFFSET,
};

extern const char hex_asc[];
extern const char hex_asc_upper[];
#define hex_asc_lo(x) hex_asc[(x)&0x0f]
#define hex_asc_hi(x) hex_asc[((x)&0xf0) >> 4]

int hex_to_bin(unsigned char ch);
int hex2bin(u8 *dst, const char *src, size_t count);
char *bin2hex(char *dst, const void *src, size_t count);

/**
 * hex_dump_to_buffer - one line of a dump
 * @buf: the bytes
 * @len: how many; at most @rowsize are taken
 * @rowsize: bytes a line, 16 or 32
 * @groupsize: bytes a group, 1, 2, 4 or 8
 * @linebuf: where the text goes
 * @linebuflen: its size
 * @ascii: whether the characters follow
 *
 * Return: characters the whole line has.
 */
int hex_dump_to_buffer(const void *buf, size_t len, int rowsize, int groupsize, char *linebuf,
		       size_t linebuflen, bool ascii);

/* Prints lines of a dump with a prefix of text and of address or offset. */
void print_hex_dump(const char *level, const char *prefix, int prefix_type, int rowsize,
		    int groupsize, const void *buf, size_t len, bool ascii);
void print_hex_dump_bytes(const char *prefix, int prefix_type, const void *buf, size_t len);
#define print_hex_dump_debug(prefix, type, rowsize, groupsize, buf, len, ascii) \
	print_hex_dump(KERN_DEBUG, prefix, type, rowsize, groupsize, buf, len, ascii)

#endif
