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
 * A fault in what would add memory drops that memory; a fault in what would take
 * memory away never does: a reserved range that wraps ends at the top, and one
 * that finds no room replaces a usable one.
 *
 * Pure: it reads the block, writes a struct boot_info, and prints nothing.
 * Sources: Multiboot2 Specification 2.0; UEFI 2.10 section 7.2 (memory map).
 */
#include <linux/types.h>
#include <linux/string.h>
#include <cairn/acpi.h>
#include <cairn/memory_map.h>
#include <cairn/multiboot2.h>
#include <asm/page.h>
#include <asm/unaligned.h>

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

/* Sizes of tags up to the end of their fixed part. */
#define MODULE_FIXED	  16
#define MEMINFO_FIXED	  16
#define MMAP_FIXED	  16
#define MMAP_ENTRY	  24
#define FRAMEBUFFER_FIXED 32
#define FRAMEBUFFER_RGB	  38
#define ELF_FIXED	  20
#define ELF64_SHDR	  64
#define ELF64_SH_ADDR	  16
#define ELF64_SH_SIZE	  32
#define EFI_MMAP_FIXED	  16
#define EFI_DESCRIPTOR	  40

/* Attributes of an EFI memory descriptor. */
#define EFI_MEMORY_WB	   0x8ULL
#define EFI_MEMORY_NV	   0x8000ULL
#define EFI_MEMORY_SP	   0x40000ULL
#define EFI_MEMORY_RUNTIME 0x8000000000000000ULL

/* A loader places nothing beyond, since it starts the kernel without paging. */
#define LOADER_LIMIT (4ULL << 30)

#define FB_INDEXED   0
#define FB_RGB	     1
#define FB_EGA	     2
#define FB_MAX_SIZE  (1ULL << 30)

/* A tag that lies whole inside the block; p points at its header. */
struct tag {
	const u8 *p;
	u32 size;
};

/* State of one parse. */
struct parse {
	const u8 *info;
	u32 total;
	u32 at; /* of the next tag */
	struct tag tag[NR_TAGS];
	struct boot_info *bi;
	struct mb2_findings *found;
	unsigned int replaceable; /* bi->map below here may hold usable ranges to give up */
};

/* note_at - a finding, and where in the block the first of its kind is. */
static void note_at(struct parse *p, enum mb2_finding finding, u32 at)
{
	if (!(p->found->bits & 1u << finding))
		p->found->at[finding] = at;
	p->found->bits |= 1u << finding;
}

static void note(struct parse *p, enum mb2_finding finding, const struct tag *tag)
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

static void copy_cmdline(struct parse *p)
{
	const struct tag *tag = &p->tag[TAG_CMDLINE];
	char *text = p->bi->cmdline;
	size_t len;

	if (copy_text(text, BOOT_CMDLINE_MAX, tag->p + TAG_HEADER, tag->size - TAG_HEADER))
		return;
	note(p, MB2_CMDLINE_CUT, tag);
	/* Half a parameter may mean something else than the whole. */
	for (len = BOOT_CMDLINE_MAX - 1; len && text[len - 1] != ' '; len--)
		;
	text[len] = '\0';
}

/* ---- memory ---------------------------------------------------------------------------- */

/* give_up_usable - the slot of a usable range, or NULL; each slot is looked at once. */
static struct mem_range *give_up_usable(struct parse *p)
{
	while (p->replaceable) {
		struct mem_range *range = &p->bi->map[--p->replaceable];

		if (range->type == MEM_USABLE)
			return range;
	}
	return NULL;
}

static void add_range(struct parse *p, const struct mem_range *range, const struct tag *tag)
{
	struct boot_info *bi = p->bi;
	struct mem_range *slot;

	if (bi->nr_map < bi->map_cap) {
		bi->map[bi->nr_map++] = *range;
		p->replaceable = bi->nr_map;
		return;
	}
	note(p, MB2_RANGES_LOST, tag);
	p->found->ranges_lost++;
	if (range->type == MEM_USABLE)
		return;
	slot = give_up_usable(p);
	if (slot)
		*slot = *range;
}

/* add_length - add_range() from a length, which may wrap or be 0. */
static void add_length(struct parse *p, struct mem_range range, u64 length, const struct tag *tag)
{
	if (!length) {
		note(p, MB2_RANGE_EMPTY, tag);
		return;
	}
	range.end = range.start + length;
	if (range.end < range.start) {
		note(p, MB2_RANGE_WRAPS, tag);
		range.end = ~0ULL;
	}
	if (range.start < range.end)
		add_range(p, &range, tag);
}

/* Entries of an array of @stride in a tag behind @fixed bytes. */
static u32 entries(const struct tag *tag, u32 fixed, u32 stride)
{
	return (tag->size - fixed) / stride;
}

/*
 * mmap_has_attributes - is the last word of the entries ACPI 3's attributes?
 *
 * The field is reserved and 0; a loader that passes INT 15h's entries on as they
 * are leaves attributes there, of which bit 0 says that the entry counts.
 */
static bool mmap_has_attributes(const struct tag *tag, u32 stride)
{
	u32 i, n = entries(tag, MMAP_FIXED, stride), any = 0;

	for (i = 0; i < n; i++) {
		u32 word = get_unaligned_le32(tag->p + MMAP_FIXED + (size_t)i * stride + 20);

		if (word & ~0x1fu)
			return false;
		any |= word;
	}
	return any & 1;
}

static void copy_mmap(struct parse *p)
{
	const struct tag *tag = &p->tag[TAG_MMAP];
	u32 stride = get_unaligned_le32(tag->p + 8);
	u32 i, n = entries(tag, MMAP_FIXED, stride);
	bool attributes = mmap_has_attributes(tag, stride);

	if ((tag->size - MMAP_FIXED) % stride)
		note(p, MB2_MMAP_FRAGMENT, tag);
	for (i = 0; i < n; i++) {
		const u8 *entry = tag->p + MMAP_FIXED + (size_t)i * stride;
		struct mem_range range = {
			.start = get_unaligned_le64(entry),
			.raw_type = get_unaligned_le32(entry + 16),
		};

		range.type = mem_type_of_e820(range.raw_type);
		if (attributes && range.type == MEM_USABLE && !(entry[20] & 1))
			continue;
		add_length(p, range, get_unaligned_le64(entry + 8), tag);
	}
}

static u32 efi_type(u32 raw, u64 attributes, bool boot_services)
{
	static const u8 types[] = {
		[0] = MEM_RESERVED,	/* EfiReservedMemoryType */
		[1] = MEM_USABLE,	/* EfiLoaderCode: GRUB's */
		[2] = MEM_USABLE,	/* EfiLoaderData */
		[3] = MEM_USABLE,	/* EfiBootServicesCode */
		[4] = MEM_USABLE,	/* EfiBootServicesData */
		[5] = MEM_RUNTIME,	/* EfiRuntimeServicesCode */
		[6] = MEM_RUNTIME,	/* EfiRuntimeServicesData */
		[7] = MEM_USABLE,	/* EfiConventionalMemory */
		[8] = MEM_UNUSABLE,	/* EfiUnusableMemory */
		[9] = MEM_ACPI_RECLAIM, /* EfiACPIReclaimMemory */
		[10] = MEM_ACPI_NVS,	/* EfiACPIMemoryNVS */
		[11] = MEM_RESERVED,	/* EfiMemoryMappedIO */
		[12] = MEM_RESERVED,	/* EfiMemoryMappedIOPortSpace */
		[13] = MEM_RESERVED,	/* EfiPalCode */
		[14] = MEM_PERSISTENT,	/* EfiPersistentMemory */
	};
	u32 type = raw < sizeof(types) ? types[raw] : MEM_RESERVED;

	if (type != MEM_USABLE)
		return type;
	if (attributes & EFI_MEMORY_RUNTIME)
		return MEM_RUNTIME;
	if (attributes & (EFI_MEMORY_NV | EFI_MEMORY_SP))
		return MEM_PERSISTENT;
	if (!(attributes & EFI_MEMORY_WB))
		return MEM_RESERVED;
	return boot_services && (raw == 3 || raw == 4) ? MEM_BOOT_RECLAIM : MEM_USABLE;
}

static void copy_efi_mmap(struct parse *p)
{
	const struct tag *tag = &p->tag[TAG_EFI_MMAP];
	u32 stride = get_unaligned_le32(tag->p + 8);
	u32 i, n = entries(tag, EFI_MMAP_FIXED, stride);

	p->bi->map_from_efi = true;
	for (i = 0; i < n; i++) {
		const u8 *entry = tag->p + EFI_MMAP_FIXED + (size_t)i * stride;
		u64 pages = get_unaligned_le64(entry + 24);
		struct mem_range range = {
			.start = get_unaligned_le64(entry + 8),
			.raw_type = get_unaligned_le32(entry),
		};

		range.type = efi_type(range.raw_type, get_unaligned_le64(entry + 32),
				      p->bi->efi_boot_services);
		add_length(p, range, pages > ~0ULL >> PAGE_SHIFT ? ~0ULL : pages << PAGE_SHIFT,
			   tag);
	}
}

static void copy_meminfo(struct parse *p)
{
	const struct tag *tag = &p->tag[TAG_MEMINFO];
	struct mem_range low = {.type = MEM_USABLE, .raw_type = 1};
	struct mem_range high = {.start = 1 << 20, .type = MEM_USABLE, .raw_type = 1};

	note(p, MB2_NO_MMAP, tag);
	add_length(p, low, (u64)get_unaligned_le32(tag->p + 8) << 10, tag);
	add_length(p, high, (u64)get_unaligned_le32(tag->p + 12) << 10, tag);
}

static void copy_memory(struct parse *p)
{
	const struct tag *meminfo = &p->tag[TAG_MEMINFO];

	if (meminfo->p)
		p->bi->mem_upper_kib = get_unaligned_le32(meminfo->p + 12);
	if (p->tag[TAG_EFI_MMAP].p)
		copy_efi_mmap(p);
	else if (p->tag[TAG_MMAP].p)
		copy_mmap(p);
	else if (meminfo->p)
		copy_meminfo(p);
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

static void copy_module(struct parse *p, const struct tag *tag)
{
	struct boot_info *bi = p->bi;
	struct boot_module *module = &bi->modules[bi->nr_modules];
	u64 start, end;

	if (tag->size < MODULE_FIXED) {
		note(p, MB2_BAD_MODULE, tag);
		return;
	}
	start = get_unaligned_le32(tag->p + 8);
	end = get_unaligned_le32(tag->p + 12);
	if (end <= start) {
		note(p, MB2_BAD_MODULE, tag);
		return;
	}
	if (bi->nr_modules == BOOT_MAX_MODULES) {
		note(p, MB2_MODULES_LOST, tag);
		return;
	}
	if (module_overlaps(bi, start, end))
		note(p, MB2_MODULE_OVERLAP, tag);
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
static void copy_section(struct parse *p, u64 start, u64 size, const struct tag *tag)
{
	struct boot_info *bi = p->bi;

	if (!start || !size || start >= LOADER_LIMIT)
		return;
	if (size > LOADER_LIMIT - start) {
		note(p, MB2_BAD_SECTION, tag);
		return;
	}
	if (start >= bi->image_start && start + size <= bi->image_end)
		return;
	if (bi->nr_sections == BOOT_MAX_SECTIONS) {
		note(p, MB2_SECTIONS_LOST, tag);
		return;
	}
	bi->sections[bi->nr_sections].start = start;
	bi->sections[bi->nr_sections++].end = start + size;
}

static void copy_sections(struct parse *p)
{
	const struct tag *tag = &p->tag[TAG_ELF];
	u32 i, n = get_unaligned_le32(tag->p + 8), stride = get_unaligned_le32(tag->p + 12);

	for (i = 0; i < n; i++) {
		const u8 *section = tag->p + ELF_FIXED + (size_t)i * stride;

		copy_section(p, get_unaligned_le64(section + ELF64_SH_ADDR),
			     get_unaligned_le64(section + ELF64_SH_SIZE), tag);
	}
}

/* ---- tags that stand once: is this one worth taking? ------------------------------------- */

static bool mmap_ok(const struct tag *tag)
{
	u32 stride;

	if (tag->size < MMAP_FIXED)
		return false;
	stride = get_unaligned_le32(tag->p + 8);
	return stride >= MMAP_ENTRY && stride <= tag->size && entries(tag, MMAP_FIXED, stride);
}

static bool efi_mmap_ok(const struct tag *tag)
{
	u32 stride;

	if (tag->size < EFI_MMAP_FIXED)
		return false;
	stride = get_unaligned_le32(tag->p + 8);
	return stride >= EFI_DESCRIPTOR && stride <= tag->size && get_unaligned_le32(tag->p + 12) &&
	       entries(tag, EFI_MMAP_FIXED, stride);
}

static bool framebuffer_ok(const struct tag *tag)
{
	const u8 *t = tag->p;
	u64 phys, pitch, width, height, size;
	u32 bpp, type;

	if (tag->size < FRAMEBUFFER_FIXED)
		return false;
	phys = get_unaligned_le64(t + 8);
	pitch = get_unaligned_le32(t + 16);
	width = get_unaligned_le32(t + 20);
	height = get_unaligned_le32(t + 24);
	bpp = t[28];
	type = t[29];
	if (!bpp || !width || !height || !phys)
		return false;
	if (type == FB_RGB && (tag->size < FRAMEBUFFER_RGB || bpp < 15 || bpp > 32))
		return false;
	if (type != FB_RGB && type != FB_EGA)
		return false;
	size = pitch * height;
	return pitch >= width * ((bpp + 7) / 8) && size <= FB_MAX_SIZE && phys + size > phys;
}

static bool elf_ok(const struct tag *tag)
{
	u64 num, entsize, shndx;

	if (tag->size < ELF_FIXED)
		return false;
	num = get_unaligned_le32(tag->p + 8);
	entsize = get_unaligned_le32(tag->p + 12);
	shndx = get_unaligned_le32(tag->p + 16);
	return entsize >= ELF64_SHDR && num * entsize <= tag->size - ELF_FIXED && shndx < num;
}

static bool rsdp_ok(const struct tag *tag)
{
	struct acpi_rsdp rsdp;

	return acpi_rsdp_parse(tag->p + TAG_HEADER, tag->size - TAG_HEADER, &rsdp);
}

/* What makes a tag of each kind worth taking, and what is wrong with one that is not. */
static const struct {
	bool (*ok)(const struct tag *tag);
	u32 min_size;
	u8 finding;
} checks[NR_TAGS] = {
	[TAG_CMDLINE] = {NULL, TAG_HEADER, MB2_SHORT_TAG},
	[TAG_LOADER] = {NULL, TAG_HEADER, MB2_SHORT_TAG},
	[TAG_MEMINFO] = {NULL, MEMINFO_FIXED, MB2_BAD_MMAP},
	[TAG_MMAP] = {mmap_ok, MMAP_FIXED, MB2_BAD_MMAP},
	[TAG_FRAMEBUFFER] = {framebuffer_ok, FRAMEBUFFER_FIXED, MB2_BAD_FRAMEBUFFER},
	[TAG_ELF] = {elf_ok, ELF_FIXED, MB2_BAD_ELF},
	[TAG_EFI64] = {NULL, 16, MB2_SHORT_TAG},
	[TAG_RSDP_OLD] = {rsdp_ok, TAG_HEADER, MB2_BAD_RSDP},
	[TAG_RSDP_NEW] = {rsdp_ok, TAG_HEADER, MB2_BAD_RSDP},
	[TAG_EFI_MMAP] = {efi_mmap_ok, EFI_MMAP_FIXED, MB2_BAD_EFI_MMAP},
	[TAG_EFI_SERVICES] = {NULL, TAG_HEADER, MB2_SHORT_TAG},
};

/* GRUB leaves a framebuffer with a palette, of 1 bit a pixel, where there is no display. */
static u32 why_not(u32 type, const struct tag *tag)
{
	if (type == TAG_FRAMEBUFFER && tag->size >= FRAMEBUFFER_FIXED && tag->p[29] == FB_INDEXED)
		return MB2_PALETTE;
	return checks[type].finding;
}

static void take_tag(struct parse *p, u32 type, const struct tag *tag)
{
	if (type == TAG_MODULE) {
		copy_module(p, tag);
		return;
	}
	if (type >= NR_TAGS || !checks[type].min_size)
		return;
	if (tag->size < checks[type].min_size || (checks[type].ok && !checks[type].ok(tag)))
		note(p, why_not(type, tag), tag);
	else if (p->tag[type].p)
		note(p, MB2_DUPLICATE_TAG, tag);
	else
		p->tag[type] = *tag;
}

/* next_tag - the tag at p->at, moving on; false at the end or where the walk must stop. */
static bool next_tag(struct parse *p, u32 *type, struct tag *tag)
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
		note(p, MB2_BAD_TAG_SIZE, tag);
		return false;
	}
	if (tag->size > left) {
		note(p, MB2_TAG_OVERRUN, tag);
		return false;
	}
	step = (tag->size + 7) & ~7u; /* no wrap: size <= MB2_MAX_INFO */
	p->at += step < left ? step : left;
	return true;
}

static void copy_framebuffer(struct parse *p)
{
	const u8 *t = p->tag[TAG_FRAMEBUFFER].p;
	struct boot_framebuffer *fb = &p->bi->fb;

	fb->phys = get_unaligned_le64(t + 8);
	fb->pitch = get_unaligned_le32(t + 16);
	fb->width = get_unaligned_le32(t + 20);
	fb->height = get_unaligned_le32(t + 24);
	fb->bpp = t[28];
	fb->type = t[29];
	if (fb->type != FB_RGB)
		return;
	fb->red_pos = t[32];
	fb->red_size = t[33];
	fb->green_pos = t[34];
	fb->green_size = t[35];
	fb->blue_pos = t[36];
	fb->blue_size = t[37];
}

static void copy_rsdp(struct parse *p)
{
	const struct tag *tag =
		p->tag[TAG_RSDP_NEW].p ? &p->tag[TAG_RSDP_NEW] : &p->tag[TAG_RSDP_OLD];
	struct acpi_rsdp rsdp;

	p->bi->rsdp_len = acpi_rsdp_parse(tag->p + TAG_HEADER, tag->size - TAG_HEADER, &rsdp);
	memcpy(p->bi->rsdp, tag->p + TAG_HEADER, p->bi->rsdp_len);
}

static void copy_tags(struct parse *p)
{
	const struct tag *loader = &p->tag[TAG_LOADER];
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
	copy_memory(p);
}

enum mb2_status mb2_parse(const void *info, u64 avail, struct boot_info *bi,
			  struct mb2_findings *found)
{
	struct parse p = {.info = info, .at = TAG_HEADER, .bi = bi, .found = found};
	struct tag tag;
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
