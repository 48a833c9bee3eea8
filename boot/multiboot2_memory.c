/* SPDX-License-Identifier: MIT */
/*
 * The memory map in a multiboot2 information block, whichever of three it has:
 *
 *   the EFI map       descriptors of 40 bytes and more: type, start, pages, attributes
 *   the loader's map  entries of 24 bytes and more: start, length, E820 type
 *   basic memory      two sizes: below 640 KiB, and from 1 MiB up to the first hole
 *
 * The first of these that makes sense is taken.  Entries become ranges as they
 * stand; boot/memory_map.c puts them in order.
 *
 * A fault in what would add memory drops that memory; a fault in what would take
 * memory away never does: a reserved range that wraps ends at the top, and one
 * that finds no room replaces a usable one.
 *
 * Pure.  Sources: Multiboot2 Specification 2.0; ACPI 6.5, 15 (E820); UEFI 2.10,
 * 7.2 (memory map).
 */
#include <cairn/memory_map.h>
#include <asm/page.h>
#include <asm/unaligned.h>
#include "multiboot2.h"

#define MMAP_ENTRY     24
#define EFI_DESCRIPTOR 40

/* Attributes of an EFI memory descriptor. */
#define EFI_MEMORY_WB	   0x8ULL
#define EFI_MEMORY_NV	   0x8000ULL
#define EFI_MEMORY_SP	   0x40000ULL
#define EFI_MEMORY_RUNTIME 0x8000000000000000ULL

/* Entries of an array of @stride in a tag behind @fixed bytes. */
static u32 entries(const struct mb2_tag *tag, u32 fixed, u32 stride)
{
	return (tag->size - fixed) / stride;
}

bool mb2_mmap_ok(const struct mb2_tag *tag)
{
	u32 stride = get_unaligned_le32(tag->p + 8);

	return stride >= MMAP_ENTRY && stride <= tag->size && entries(tag, MMAP_FIXED, stride);
}

bool mb2_efi_mmap_ok(const struct mb2_tag *tag)
{
	u32 stride = get_unaligned_le32(tag->p + 8);

	return stride >= EFI_DESCRIPTOR && stride <= tag->size && get_unaligned_le32(tag->p + 12) &&
	       entries(tag, EFI_MMAP_FIXED, stride);
}

/* ---- ranges ------------------------------------------------------------------------------ */

/* give_up_usable - the slot of a usable range, or NULL; each slot is looked at once. */
static struct mem_range *give_up_usable(struct mb2_parser *p)
{
	while (p->replaceable) {
		struct mem_range *range = &p->bi->map[--p->replaceable];

		if (range->type == MEM_USABLE)
			return range;
	}
	return NULL;
}

static void add_range(struct mb2_parser *p, const struct mem_range *range,
		      const struct mb2_tag *tag)
{
	struct boot_info *bi = p->bi;
	struct mem_range *slot;

	if (bi->nr_map < bi->map_cap) {
		bi->map[bi->nr_map++] = *range;
		p->replaceable = bi->nr_map;
		return;
	}
	mb2_note(p, MB2_RANGES_LOST, tag);
	p->found->ranges_lost++;
	if (range->type == MEM_USABLE)
		return;
	slot = give_up_usable(p);
	if (slot)
		*slot = *range;
}

/* add_length - add_range() from a length, which may wrap or be 0. */
static void add_length(struct mb2_parser *p, struct mem_range range, u64 length,
		       const struct mb2_tag *tag)
{
	if (!length) {
		mb2_note(p, MB2_RANGE_EMPTY, tag);
		return;
	}
	range.end = range.start + length;
	if (range.end < range.start) {
		mb2_note(p, MB2_RANGE_WRAPS, tag);
		range.end = ~0ULL;
	}
	if (range.start < range.end)
		add_range(p, &range, tag);
}

/* ---- maps -------------------------------------------------------------------------------- */

/*
 * mmap_has_attributes - is the last word of the entries ACPI 3's attributes?
 *
 * The field is reserved and 0; a loader that passes INT 15h's entries on as they
 * are leaves attributes there, of which bit 0 says that the entry counts.
 */
static bool mmap_has_attributes(const struct mb2_tag *tag, u32 stride)
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

static void copy_mmap(struct mb2_parser *p)
{
	const struct mb2_tag *tag = &p->tag[TAG_MMAP];
	u32 stride = get_unaligned_le32(tag->p + 8);
	u32 i, n = entries(tag, MMAP_FIXED, stride);
	bool attributes = mmap_has_attributes(tag, stride);

	if ((tag->size - MMAP_FIXED) % stride)
		mb2_note(p, MB2_MMAP_FRAGMENT, tag);
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

static void copy_efi_mmap(struct mb2_parser *p)
{
	const struct mb2_tag *tag = &p->tag[TAG_EFI_MMAP];
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

static void copy_meminfo(struct mb2_parser *p)
{
	const struct mb2_tag *tag = &p->tag[TAG_MEMINFO];
	struct mem_range low = {.type = MEM_USABLE, .raw_type = 1};
	struct mem_range high = {.start = 1 << 20, .type = MEM_USABLE, .raw_type = 1};

	mb2_note(p, MB2_NO_MMAP, tag);
	add_length(p, low, (u64)get_unaligned_le32(tag->p + 8) << 10, tag);
	add_length(p, high, (u64)get_unaligned_le32(tag->p + 12) << 10, tag);
}

void mb2_copy_memory(struct mb2_parser *p)
{
	const struct mb2_tag *meminfo = &p->tag[TAG_MEMINFO];

	if (meminfo->p)
		p->bi->mem_upper_kib = get_unaligned_le32(meminfo->p + 12);
	if (p->tag[TAG_EFI_MMAP].p)
		copy_efi_mmap(p);
	else if (p->tag[TAG_MMAP].p)
		copy_mmap(p);
	else if (meminfo->p)
		copy_meminfo(p);
}
