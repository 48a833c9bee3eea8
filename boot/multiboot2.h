/* SPDX-License-Identifier: MIT */
#ifndef _BOOT_MULTIBOOT2_H
#define _BOOT_MULTIBOOT2_H

/* What the files of the multiboot2 parser share: tags, and the state of one parse. */
#include <linux/types.h>
#include <cairn/multiboot2.h>

enum mb2_tag_type {
	TAG_END = 0,
	TAG_CMDLINE = 1,
	TAG_LOADER = 2,
	TAG_MODULE = 3,
	TAG_MEMINFO = 4,
	TAG_MMAP = 6,
	TAG_FRAMEBUFFER = 8,
	TAG_ELF = 9,
	TAG_EFI64 = 12,
	TAG_RSDP_OLD = 14,
	TAG_RSDP_NEW = 15,
	TAG_EFI_MMAP = 17,
	TAG_EFI_SERVICES = 18,
	NR_TAGS,
};

#define TAG_HEADER 8

/* Sizes of tags about memory up to the end of their fixed part. */
#define MEMINFO_FIXED  16
#define MMAP_FIXED     16
#define EFI_MMAP_FIXED 16

/* A tag that lies whole inside the block; p points at its header. */
struct mb2_tag {
	const u8 *p;
	u32 size;
};

/* State of one parse. */
struct mb2_parser {
	const u8 *info;
	u32 total;
	u32 at; /* of the next tag */
	struct mb2_tag tag[NR_TAGS];
	struct boot_info *bi;
	struct mb2_findings *found;
	unsigned int replaceable; /* bi->map below here may hold usable ranges to give up */
};

/* mb2_note - a finding about a tag */
void mb2_note(struct mb2_parser *p, enum mb2_finding finding, const struct mb2_tag *tag);

/* mb2_mmap_ok, mb2_efi_mmap_ok - has this memory map entries, of a size that can be? */
bool mb2_mmap_ok(const struct mb2_tag *tag);
bool mb2_efi_mmap_ok(const struct mb2_tag *tag);

/* mb2_copy_memory - the best memory map that the tags taken so far have, into boot_info */
void mb2_copy_memory(struct mb2_parser *p);

#endif
