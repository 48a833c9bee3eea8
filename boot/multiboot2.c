/* SPDX-License-Identifier: MIT */
/*
 * The multiboot2 information block.
 *
 *   u32 total_size, u32 reserved
 *   tag: u32 type, u32 size (with these eight bytes), payload, padding to 8
 *   ...
 *   tag: type 0
 *
 * The parser walks the tags once, remembers of each kind the first that makes
 * sense, and then copies what they say.  Two passes, because what one tag means
 * may hang on a later one: whether boot services' memory is free to use is said
 * by a tag of its own.
 *
 * Nothing in the block is trusted.  A tag is looked at only where it lies whole
 * inside the block, and its fields only where they lie inside the tag; numbers
 * are copied byte by byte, so no alignment is needed; sizes are compared before
 * they are added.  The walk ends at the first size that cannot be, because
 * nothing behind it can be found.  Every step moves on by eight bytes or more, so
 * time is linear in the block, and the block is at most MB2_MAX_INFO long.
 *
 * Pure: it reads the block, writes a struct boot_info, and prints nothing.
 * The memory maps are multiboot2_memory.c's.  Source: Multiboot2 Specification 2.0.
 */
#include <linux/types.h>
#include <linux/string.h>
#include <cairn/acpi.h>
#include <cairn/multiboot2.h>
#include <asm/unaligned.h>
#include "multiboot2.h"

/* Sizes of tags up to the end of their fixed part. */
#define MODULE_FIXED	  16
#define FRAMEBUFFER_FIXED 32
#define FRAMEBUFFER_RGB	  38
#define ELF_FIXED	  20
#define ELF64_SHDR	  64
#define ELF64_SH_ADDR	  16
#define ELF64_SH_SIZE	  32

/* A loader places nothing beyond, since it starts the kernel without paging. */
#define LOADER_LIMIT (4ULL << 30)

#define FB_MAX_SIZE  (1ULL << 30)

/* note_at - a finding, and where in the block the first of its kind is. */
static void note_at(struct mb2_parser *p, enum mb2_finding finding, u32 at)
{
	if (!(p->found->bits & 1u << finding))
		p->found->at[finding] = at;
	p->found->bits |= 1u << finding;
}

void mb2_note(struct mb2_parser *p, enum mb2_finding finding, const struct mb2_tag *tag)
{
	note_at(p, finding, (u32)(tag->p - p->info));
}

enum mb2_status mb2_check(u32 magic, u64 info_phys)
{
	if (magic != MB2_BOOT_MAGIC)
		return MB2_BAD_MAGIC;
	if (!info_phys || info_phys & 7)
		return MB2_BAD_POINTER;
	return MB2_OK;
}

/*
 * copy_text - up to @n bytes or a NUL, into @dst of @cap bytes with a NUL
 *
 * Control bytes become blanks.  Returns false if something had to be left out.
 */
static bool copy_text(char *dst, size_t cap, const u8 *src, size_t n)
{
	size_t i;

	for (i = 0; i < n && src[i]; i++) {
		if (i == cap - 1) {
			dst[i] = '\0';
			return false;
		}
		dst[i] = src[i] < ' ' || src[i] == 0x7f ? ' ' : (char)src[i];
	}
	dst[i] = '\0';
	return true;
}

static void copy_cmdline(struct mb2_parser *p)
{
	const struct mb2_tag *tag = &p->tag[TAG_CMDLINE];
	char *text = p->bi->cmdline;
	size_t len;

	if (copy_text(text, BOOT_CMDLINE_MAX, tag->p + TAG_HEADER, tag->size - TAG_HEADER))
		return;
	mb2_note(p, MB2_CMDLINE_CUT, tag);
	/* Half a parameter may mean something else than the whole. */
	for (len = BOOT_CMDLINE_MAX - 1; len && text[len - 1] != ' '; len--)
		;
	text[len] = '\0';
}

/* ---- modules --------------------------------------------------------------------------- */

static bool overlap(u64 a_start, u64 a_end, u64 b_start, u64 b_end)
{
	return a_start < b_end && b_start < a_end;
}

static bool module_overlaps(const struct boot_info *bi, u64 start, u64 end)
{
	unsigned int i;

	for (i = 0; i < bi->nr_modules; i++) {
		if (overlap(start, end, bi->modules[i].start, bi->modules[i].end))
			return true;
	}
	return overlap(start, end, bi->image_start, bi->image_end) ||
	       overlap(start, end, bi->info_start, bi->info_end);
}

static void copy_module(struct mb2_parser *p, const struct mb2_tag *tag)
{
	struct boot_info *bi = p->bi;
	struct boot_module *module = &bi->modules[bi->nr_modules];
	u64 start, end;

	if (tag->size < MODULE_FIXED) {
		mb2_note(p, MB2_BAD_MODULE, tag);
		return;
	}
	start = get_unaligned_le32(tag->p + 8);
	end = get_unaligned_le32(tag->p + 12);
	if (end <= start) {
		mb2_note(p, MB2_BAD_MODULE, tag);
		return;
	}
	if (bi->nr_modules == BOOT_MAX_MODULES) {
		mb2_note(p, MB2_MODULES_LOST, tag);
		return;
	}
	if (module_overlaps(bi, start, end))
		mb2_note(p, MB2_MODULE_OVERLAP, tag);
	module->start = start;
	module->end = end;
	copy_text(module->name, sizeof(module->name), tag->p + MODULE_FIXED,
		  tag->size - MODULE_FIXED);
	bi->nr_modules++;
}

/* ---- ELF sections ---------------------------------------------------------------------- */

/*
 * copy_section - the extent of one section, if it is memory of the loader's choice
 *
 * An address of 0 says that it is not in memory, one behind LOADER_LIMIT is a linked
 * one: that section is part of the image.
 */
static void copy_section(struct mb2_parser *p, u64 start, u64 size, const struct mb2_tag *tag)
{
	struct boot_info *bi = p->bi;

	if (!start || !size || start >= LOADER_LIMIT)
		return;
	if (size > LOADER_LIMIT - start) {
		mb2_note(p, MB2_BAD_SECTION, tag);
		return;
	}
	if (start >= bi->image_start && start + size <= bi->image_end)
		return;
	if (bi->nr_sections == BOOT_MAX_SECTIONS) {
		mb2_note(p, MB2_SECTIONS_LOST, tag);
		return;
	}
	bi->sections[bi->nr_sections].start = start;
	bi->sections[bi->nr_sections++].end = start + size;
}

static void copy_sections(struct mb2_parser *p)
{
	const struct mb2_tag *tag = &p->tag[TAG_ELF];
	u32 i, n = get_unaligned_le32(tag->p + 8), stride = get_unaligned_le32(tag->p + 12);

	for (i = 0; i < n; i++) {
		const u8 *section = tag->p + ELF_FIXED + (size_t)i * stride;

		copy_section(p, get_unaligned_le64(section + ELF64_SH_ADDR),
			     get_unaligned_le64(section + ELF64_SH_SIZE), tag);
	}
}

/* ---- tags that stand once: is this one worth taking? ------------------------------------- */

static bool framebuffer_ok(const struct mb2_tag *tag)
{
	const u8 *t = tag->p;
	u64 phys = get_unaligned_le64(t + 8), pitch = get_unaligned_le32(t + 16);
	u64 width = get_unaligned_le32(t + 20), height = get_unaligned_le32(t + 24);
	u64 size = pitch * height;
	u32 bpp = t[28], type = t[29];

	if (!bpp || !width || !height || !phys)
		return false;
	if (type == BOOT_FB_RGB && (tag->size < FRAMEBUFFER_RGB || bpp < 15 || bpp > 32))
		return false;
	if (type != BOOT_FB_RGB && type != BOOT_FB_TEXT)
		return false;
	return pitch >= width * ((bpp + 7) / 8) && size <= FB_MAX_SIZE && phys + size > phys;
}

static bool elf_ok(const struct mb2_tag *tag)
{
	u64 num = get_unaligned_le32(tag->p + 8);
	u64 entsize = get_unaligned_le32(tag->p + 12);
	u64 shndx = get_unaligned_le32(tag->p + 16);

	return entsize >= ELF64_SHDR && num * entsize <= tag->size - ELF_FIXED && shndx < num;
}

static bool rsdp_ok(const struct mb2_tag *tag)
{
	struct acpi_rsdp rsdp;

	return acpi_rsdp_parse(tag->p + TAG_HEADER, tag->size - TAG_HEADER, &rsdp);
}

/* What makes a tag of each kind worth taking, asked of what has @min_size; what is wrong else. */
static const struct {
	bool (*ok)(const struct mb2_tag *tag);
	u32 min_size;
	u8 finding;
} checks[NR_TAGS] = {
	[TAG_CMDLINE] = {NULL, TAG_HEADER, MB2_SHORT_TAG},
	[TAG_LOADER] = {NULL, TAG_HEADER, MB2_SHORT_TAG},
	[TAG_MEMINFO] = {NULL, MEMINFO_FIXED, MB2_BAD_MMAP},
	[TAG_MMAP] = {mb2_mmap_ok, MMAP_FIXED, MB2_BAD_MMAP},
	[TAG_FRAMEBUFFER] = {framebuffer_ok, FRAMEBUFFER_FIXED, MB2_BAD_FRAMEBUFFER},
	[TAG_ELF] = {elf_ok, ELF_FIXED, MB2_BAD_ELF},
	[TAG_EFI64] = {NULL, 16, MB2_SHORT_TAG},
	[TAG_RSDP_OLD] = {rsdp_ok, TAG_HEADER, MB2_BAD_RSDP},
	[TAG_RSDP_NEW] = {rsdp_ok, TAG_HEADER, MB2_BAD_RSDP},
	[TAG_EFI_MMAP] = {mb2_efi_mmap_ok, EFI_MMAP_FIXED, MB2_BAD_EFI_MMAP},
	[TAG_EFI_SERVICES] = {NULL, TAG_HEADER, MB2_SHORT_TAG},
};

/* GRUB leaves a framebuffer with a palette, of 1 bit a pixel, where there is no display. */
static u32 why_not(u32 type, const struct mb2_tag *tag)
{
	if (type == TAG_FRAMEBUFFER && tag->size >= FRAMEBUFFER_FIXED &&
	    tag->p[29] == BOOT_FB_INDEXED)
		return MB2_PALETTE;
	return checks[type].finding;
}

static void take_tag(struct mb2_parser *p, u32 type, const struct mb2_tag *tag)
{
	if (type == TAG_MODULE) {
		copy_module(p, tag);
		return;
	}
	if (type >= NR_TAGS || !checks[type].min_size)
		return;
	if (tag->size < checks[type].min_size || (checks[type].ok && !checks[type].ok(tag)))
		mb2_note(p, why_not(type, tag), tag);
	else if (p->tag[type].p)
		mb2_note(p, MB2_DUPLICATE_TAG, tag);
	else
		p->tag[type] = *tag;
}

/* next_tag - the tag at p->at, moving on; false at the end or where the walk must stop. */
static bool next_tag(struct mb2_parser *p, u32 *type, struct mb2_tag *tag)
{
	u32 left = p->total - p->at, step;

	if (left < TAG_HEADER) {
		note_at(p, MB2_NO_END_TAG, p->at);
		return false;
	}
	tag->p = p->info + p->at;
	*type = get_unaligned_le32(tag->p);
	tag->size = get_unaligned_le32(tag->p + 4);
	if (*type == TAG_END)
		return false;
	if (tag->size < TAG_HEADER) {
		mb2_note(p, MB2_BAD_TAG_SIZE, tag);
		return false;
	}
	if (tag->size > left) {
		mb2_note(p, MB2_TAG_OVERRUN, tag);
		return false;
	}
	step = (tag->size + 7) & ~7u; /* no wrap: size <= MB2_MAX_INFO */
	p->at += step < left ? step : left;
	return true;
}

static void copy_framebuffer(struct mb2_parser *p)
{
	const u8 *t = p->tag[TAG_FRAMEBUFFER].p;
	struct boot_framebuffer *fb = &p->bi->fb;

	fb->phys = get_unaligned_le64(t + 8);
	fb->pitch = get_unaligned_le32(t + 16);
	fb->width = get_unaligned_le32(t + 20);
	fb->height = get_unaligned_le32(t + 24);
	fb->bpp = t[28];
	fb->type = t[29];
	if (fb->type != BOOT_FB_RGB)
		return;
	fb->red_pos = t[32];
	fb->red_size = t[33];
	fb->green_pos = t[34];
	fb->green_size = t[35];
	fb->blue_pos = t[36];
	fb->blue_size = t[37];
}

static void copy_rsdp(struct mb2_parser *p)
{
	const struct mb2_tag *tag =
		p->tag[TAG_RSDP_NEW].p ? &p->tag[TAG_RSDP_NEW] : &p->tag[TAG_RSDP_OLD];
	struct acpi_rsdp rsdp;

	p->bi->rsdp_len = acpi_rsdp_parse(tag->p + TAG_HEADER, tag->size - TAG_HEADER, &rsdp);
	memcpy(p->bi->rsdp, tag->p + TAG_HEADER, p->bi->rsdp_len);
}

static void copy_tags(struct mb2_parser *p)
{
	const struct mb2_tag *loader = &p->tag[TAG_LOADER];
	struct boot_info *bi = p->bi;

	bi->efi_boot_services = p->tag[TAG_EFI_SERVICES].p;
	bi->efi = p->tag[TAG_EFI64].p || p->tag[TAG_EFI_MMAP].p || bi->efi_boot_services;
	if (p->tag[TAG_EFI64].p)
		bi->efi_system_table = get_unaligned_le64(p->tag[TAG_EFI64].p + 8);
	if (p->tag[TAG_CMDLINE].p)
		copy_cmdline(p);
	if (loader->p)
		copy_text(bi->loader, sizeof(bi->loader), loader->p + TAG_HEADER,
			  loader->size - TAG_HEADER);
	if (p->tag[TAG_FRAMEBUFFER].p)
		copy_framebuffer(p);
	if (p->tag[TAG_RSDP_NEW].p || p->tag[TAG_RSDP_OLD].p)
		copy_rsdp(p);
	if (p->tag[TAG_ELF].p)
		copy_sections(p);
	mb2_copy_memory(p);
}

enum mb2_status mb2_parse(const void *info, u64 avail, struct boot_info *bi,
			  struct mb2_findings *found)
{
	struct mb2_parser p = {.info = info, .at = TAG_HEADER, .bi = bi, .found = found};
	struct mb2_tag tag;
	u32 type;

	memset(found, 0, sizeof(*found));
	if (avail < 2 * TAG_HEADER)
		return MB2_BAD_SIZE;
	p.total = get_unaligned_le32(p.info);
	if (p.total < 2 * TAG_HEADER || p.total > avail || p.total > MB2_MAX_INFO)
		return MB2_BAD_SIZE;
	bi->info_end = bi->info_start + p.total;
	while (next_tag(&p, &type, &tag))
		take_tag(&p, type, &tag);
	copy_tags(&p);
	return MB2_OK;
}

const char *mb2_finding_text(enum mb2_finding finding)
{
	static const char *const text[MB2_NR_FINDINGS] = {
		[MB2_NO_END_TAG] = "no end tag; stopped at the end of the block",
		[MB2_BAD_TAG_SIZE] = "a tag's size is too small; ignored what follows it",
		[MB2_SHORT_TAG] = "a tag is too short for its kind; ignored it",
		[MB2_TAG_OVERRUN] = "a tag reaches past the block; ignored it",
		[MB2_DUPLICATE_TAG] = "a tag stands twice; took the first",
		[MB2_BAD_MMAP] = "a memory map makes no sense; ignored it",
		[MB2_MMAP_FRAGMENT] = "the memory map ends in part of an entry; ignored that",
		[MB2_BAD_EFI_MMAP] = "an EFI memory map makes no sense; ignored it",
		[MB2_NO_MMAP] = ("no memory map; using the two sizes of basic memory "
				 "(memmap=SIZE@START adds what is missing)"),
		[MB2_RANGE_WRAPS] = "a memory range wraps around; cut it at the top",
		[MB2_RANGE_EMPTY] = "a memory range of no length; ignored it",
		[MB2_RANGES_LOST] = "the memory map is too long; gave up usable memory",
		[MB2_CMDLINE_CUT] = "the command line is too long; cut it (4095 characters count)",
		[MB2_BAD_MODULE] = "a module is empty or ends before it starts; ignored it",
		[MB2_MODULES_LOST] = "too many modules; ignored the surplus (32 count)",
		[MB2_MODULE_OVERLAP] = ("a module overlaps the kernel, this block or a module; "
					"what it holds may be damaged"),
		[MB2_BAD_ELF] = "the ELF sections make no sense; ignored them",
		[MB2_BAD_SECTION] = "an ELF section reaches past 4 GiB; ignored it",
		[MB2_SECTIONS_LOST] = "too many ELF sections; ignored the surplus (64 count)",
		[MB2_BAD_FRAMEBUFFER] = "the framebuffer makes no sense; use the serial port",
		[MB2_PALETTE] =
			("the framebuffer has a palette, which nothing here draws with; use "
			 "the serial port"),
		[MB2_BAD_RSDP] = "an ACPI root pointer is wrong; ignored it",
	};

	return finding < MB2_NR_FINDINGS ? text[finding] : "?";
}
