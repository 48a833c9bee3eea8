/* SPDX-License-Identifier: MIT */
#ifndef _CAIRN_MULTIBOOT2_H
#define _CAIRN_MULTIBOOT2_H

/* What a multiboot2 loader hands over, and the parser that copies it out. */
#include <linux/types.h>
#include <linux/compiler.h>
#include <cairn/boot_info.h>

#define MB2_BOOT_MAGIC 0x36d76289

/* A larger information block than this is not believed. */
#define MB2_MAX_INFO (16u << 20)

/* Why there is nothing to go on with. */
enum mb2_status {
	MB2_OK,
	MB2_BAD_MAGIC,	 /* not started by a multiboot2 loader */
	MB2_BAD_POINTER, /* information block at 0 or not 8-aligned */
	MB2_BAD_SIZE,	 /* its size is smaller than its header, or beyond reach */
};

/* What was wrong but not fatal: bits of mb2_findings.bits. */
enum mb2_finding {
	MB2_NO_END_TAG,
	MB2_BAD_TAG_SIZE,
	MB2_SHORT_TAG,
	MB2_TAG_OVERRUN,
	MB2_DUPLICATE_TAG,
	MB2_BAD_MMAP,
	MB2_MMAP_FRAGMENT,
	MB2_BAD_EFI_MMAP,
	MB2_NO_MMAP,
	MB2_RANGE_WRAPS,
	MB2_RANGE_EMPTY,
	MB2_RANGES_LOST,
	MB2_CMDLINE_CUT,
	MB2_BAD_MODULE,
	MB2_MODULES_LOST,
	MB2_MODULE_OVERLAP,
	MB2_BAD_ELF,
	MB2_BAD_SECTION,
	MB2_SECTIONS_LOST,
	MB2_BAD_FRAMEBUFFER,
	MB2_PALETTE,
	MB2_BAD_RSDP,
	MB2_NR_FINDINGS,
};

struct mb2_findings {
	u32 bits;		 /* 1 << enum mb2_finding */
	u32 at[MB2_NR_FINDINGS]; /* offset in the block: the first of each kind */
	u32 ranges_lost;	 /* memory-map entries that found no room */
};

/**
 * mb2_check - are the two values a loader leaves in registers plausible?
 * @magic: EAX
 * @info_phys: EBX
 *
 * Context: Any; pure.
 * Return: MB2_OK, MB2_BAD_MAGIC or MB2_BAD_POINTER.
 */
enum mb2_status mb2_check(u32 magic, u64 info_phys);

/**
 * mb2_parse - copy what the information block says
 * @info: the block, 8-aligned
 * @avail: bytes that may be read from @info on
 * @bi: filled in; the caller has cleared it and set @bi->map, @bi->map_cap,
 *	@bi->info_start and the extent of the kernel image in @bi->image_*
 * @found: what was wrong, cleared first
 *
 * Of a tag that may stand once only, the first that makes sense is taken.  The
 * EFI memory map is preferred to the loader's, that to the two sizes of
 * "basic memory".  Reads nothing outside [@info, @info + @avail), keeps no
 * pointer into it, and takes time linear in it.
 *
 * Context: Any; pure.
 * Return: MB2_OK or MB2_BAD_SIZE.
 */
enum mb2_status mb2_parse(const void *info, u64 avail, struct boot_info *bi,
			  struct mb2_findings *found);

/* mb2_finding_text - one line about a finding. */
const char *mb2_finding_text(enum mb2_finding finding);

/**
 * boot_info_init - fill in boot_info, or stop the machine with one line
 * @magic: EAX at entry
 * @info_phys: EBX at entry
 *
 * Context: Start-up, once, while 0..4 GiB of physical memory is mapped at PAGE_OFFSET.
 */
void boot_info_init(u32 magic, u64 info_phys);

/* boot_stop - one line about why start-up cannot go on, then the end. */
void __noreturn __printf(1, 2) boot_stop(const char *fmt, ...);

#endif
