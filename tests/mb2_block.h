/* SPDX-License-Identifier: MIT */
#ifndef _TESTS_MB2_BLOCK_H
#define _TESTS_MB2_BLOCK_H

/*
 * A multiboot2 information block, built tag by tag with sizes as wrong as a test wants
 * them, and parsed right before a guard page.
 */
#include <linux/kernel.h>
#include <linux/string.h>
#include <linux/vmalloc.h>
#include <cairn/multiboot2.h>
#include <asm/unaligned.h>
#include "guarded.h"

#define BLOCK_MAX (72u << 10)
#define MAP_CAP	  40

static struct mb2_block {
	u8 block[BLOCK_MAX];
	u32 len;
	struct mem_range map[MAP_CAP];
	struct boot_info bi;
	struct mb2_findings found;
	enum mb2_status status;
	struct guarded guard;
} * f;

static inline bool begin(void)
{
	f = vzalloc(sizeof(*f));
	return f && guarded_init(&f->guard, BLOCK_MAX);
}

static inline void end(void)
{
	guarded_exit(&f->guard);
	vfree(f);
}

static inline void clear(void)
{
	memset(f->block, 0, sizeof(f->block));
	f->len = 8;
}

/* raw_tag - a tag that says @size, with @n bytes of payload there really are. */
static inline void raw_tag(u32 type, u32 size, const void *payload, u32 n)
{
	u8 *tag = f->block + f->len;

	put_unaligned_le32(type, tag);
	put_unaligned_le32(size, tag + 4);
	if (n)
		memcpy(tag + 8, payload, n);
	f->len += 8 + ALIGN(n, 8);
}

static inline void tag(u32 type, const void *payload, u32 n)
{
	raw_tag(type, 8 + n, payload, n);
}

static inline void text_tag(u32 type, const char *text)
{
	tag(type, text, (u32)strlen(text) + 1);
}

/* parse_size - parse a block that says @total, of which f->len bytes are there. */
static inline void parse_size(u32 total, u64 avail)
{
	put_unaligned_le32(total, f->block);
	memset(&f->bi, 0, sizeof(f->bi));
	f->bi.map = f->map;
	f->bi.map_cap = MAP_CAP;
	f->bi.info_start = 0x10000;
	f->bi.image_start = 0x100000;
	f->bi.image_end = 0x400000;
	f->status = mb2_parse(guarded_copy(&f->guard, f->block, f->len), avail, &f->bi, &f->found);
}

static inline void parse(void)
{
	tag(0, NULL, 0);
	parse_size(f->len, f->len);
}

static inline bool found(enum mb2_finding finding)
{
	return f->found.bits & 1u << finding;
}

struct mmap_entry {
	u64 base, length;
	u32 type, reserved;
};

/* mmap_tag - a map of @n entries, @stride bytes apart, and @extra bytes behind them. */
static inline void mmap_tag(u32 stride, const struct mmap_entry *entry, u32 n, u32 extra)
{
	u8 payload[512] = {};
	u32 i;

	put_unaligned_le32(stride, payload);
	for (i = 0; i < n; i++)
		memcpy(payload + 8 + i * stride, &entry[i], min(stride, (u32)sizeof(*entry)));
	tag(6, payload, 8 + n * stride + extra);
}

struct efi_entry {
	u32 type, pad;
	u64 phys, virt, pages, attributes;
	u64 more;
};

static inline void efi_tag(u32 stride, u32 version, const struct efi_entry *entry, u32 n)
{
	u8 payload[512] = {};
	u32 i;

	put_unaligned_le32(stride, payload);
	put_unaligned_le32(version, payload + 4);
	for (i = 0; i < n; i++)
		memcpy(payload + 8 + i * stride, &entry[i], min(stride, (u32)sizeof(*entry)));
	tag(17, payload, 8 + n * stride);
}

static inline bool range_is(unsigned int i, u64 start, u64 end_, u32 type)
{
	return i < f->bi.nr_map && f->map[i].start == start && f->map[i].end == end_ &&
	       f->map[i].type == type;
}

static const struct mmap_entry two_entries[] = {
	{0, 0x9fc00, 1, 0},
	{0x100000, 0x7f00000, 1, 0},
};

static const struct mmap_entry other_entry[] = {{0x40000000, 0x1000, 2, 0}};

static const struct efi_entry efi_entries[] = {
	{7, 0, 0x100000, 0, 0x700, 0xf, 0},	       /* conventional */
	{4, 0, 0x800000, 0, 0x10, 0xf, 0},	       /* boot services data */
	{5, 0, 0x900000, 0, 1, 0x800000000000000f, 0}, /* run-time services code */
};

#endif
