/* SPDX-License-Identifier: MIT */
/*
 * The memory maps in a multiboot2 information block, the BIOS's and EFI's: entries of
 * odd sizes, wrapping, empty, of types nobody knows, too many; and which map is taken.
 */
#include <linux/kernel.h>
#include <linux/string.h>
#include <linux/vmalloc.h>
#include <cairn/multiboot2.h>
#include <cairn/test.h>
#include "mb2_block.h"

/* M14 to M17: strides of the memory map. */
KTEST(multiboot2, mmap_stride)
{
	static const struct {
		u32 stride, extra, want;
		u32 bits;
	} cases[] = {
		{0, 48, 0, 1u << MB2_BAD_MMAP},
		{8, 0, 0, 1u << MB2_BAD_MMAP},
		{16, 0, 0, 1u << MB2_BAD_MMAP},
		{23, 0, 0, 1u << MB2_BAD_MMAP},
		{24, 0, 2, 0},
		{32, 0, 2, 0},
		{40, 0, 2, 0},
		{24, 20, 2, 1u << MB2_MMAP_FRAGMENT},
	};
	unsigned int i;

	ASSERT(begin());
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		clear();
		mmap_tag(cases[i].stride, two_entries, 2, cases[i].extra);
		text_tag(1, "behind");
		parse();
		EXPECT_EQ(f->bi.nr_map, cases[i].want);
		EXPECT_EQ(f->found.bits, cases[i].bits);
		EXPECT(!strcmp(f->bi.cmdline, "behind"));
		if (cases[i].want) {
			EXPECT(range_is(0, 0, 0x9fc00, MEM_USABLE));
			EXPECT(range_is(1, 0x100000, 0x8000000, MEM_USABLE));
		}
	}
	clear();
	raw_tag(6, 12, "\30\0\0\0", 4); /* shorter than its fixed part */
	parse();
	EXPECT(found(MB2_BAD_MMAP));
	clear();
	mmap_tag(0xfffffff8, NULL, 0, 0);
	parse();
	EXPECT(found(MB2_BAD_MMAP));
	end();
}

/* M18, M19: the two sizes of basic memory stand in for a map, and never beside one. */
KTEST(multiboot2, basic_meminfo)
{
	static const u32 sizes[2] = {640, 130048};

	ASSERT(begin());
	clear();
	tag(4, sizes, sizeof(sizes));
	parse();
	EXPECT_EQ(f->bi.nr_map, 2);
	EXPECT(range_is(0, 0, 0xa0000, MEM_USABLE));
	EXPECT(range_is(1, 0x100000, 0x8000000, MEM_USABLE));
	EXPECT(found(MB2_NO_MMAP));

	clear();
	tag(4, sizes, sizeof(sizes));
	mmap_tag(24, other_entry, 1, 0);
	parse();
	EXPECT_EQ(f->bi.nr_map, 1);
	EXPECT(range_is(0, 0x40000000, 0x40001000, MEM_RESERVED));
	EXPECT_EQ(f->found.bits, 0);

	clear(); /* neither */
	parse();
	EXPECT_EQ(f->status, MB2_OK);
	EXPECT_EQ(f->bi.nr_map, 0);
	end();
}

/* E3, E4, E14, E15, E25: single entries. */
KTEST(multiboot2, mmap_entries)
{
	static const struct mmap_entry odd[] = {
		{0x1000, 0, 1, 0},
		{0xfffffffffffff000, 0x2000, 2, 0},
		{0x100000, 0x1000, 0, 0},
		{0x200000, 0x1000, 3, 0},
		{0x300000, 0x1000, 4, 0},
		{0x400000, 0x1000, 5, 0},
		{0x500000, 0x1000, 6, 0},
		{0x600000, 0x1000, 12, 0},
		{0x700000, 0x1000, 0xffffffff, 0},
	};
	static const struct mmap_entry attributes[] = {
		{0x100000, 0x1000, 1, 1},
		{0x200000, 0x1000, 1, 0},
		{0x300000, 0x1000, 2, 0},
	};

	ASSERT(begin());
	clear();
	mmap_tag(24, odd, ARRAY_SIZE(odd), 0);
	parse();
	EXPECT_EQ(f->bi.nr_map, 8);
	EXPECT(range_is(0, 0xfffffffffffff000, ~0ULL, MEM_RESERVED));
	EXPECT(found(MB2_RANGE_WRAPS));
	EXPECT(found(MB2_RANGE_EMPTY));
	EXPECT(range_is(1, 0x100000, 0x101000, MEM_RESERVED));
	EXPECT(range_is(2, 0x200000, 0x201000, MEM_ACPI_RECLAIM));
	EXPECT(range_is(3, 0x300000, 0x301000, MEM_ACPI_NVS));
	EXPECT(range_is(4, 0x400000, 0x401000, MEM_UNUSABLE));
	EXPECT(range_is(5, 0x500000, 0x501000, MEM_RESERVED));
	EXPECT(range_is(6, 0x600000, 0x601000, MEM_PERSISTENT));
	EXPECT(range_is(7, 0x700000, 0x701000, MEM_RESERVED));

	clear(); /* a loader that passes ACPI 3's attributes on */
	mmap_tag(24, attributes, ARRAY_SIZE(attributes), 0);
	parse();
	EXPECT_EQ(f->bi.nr_map, 2);
	EXPECT(range_is(0, 0x100000, 0x101000, MEM_USABLE));
	EXPECT(range_is(1, 0x300000, 0x301000, MEM_RESERVED));
	end();
}

/* E16: more entries than there is room for lose usable memory, never a reserved range. */
KTEST(multiboot2, mmap_too_long)
{
	u8 *payload;
	u32 i, reserved = 0, n = 2000;

	ASSERT(begin());
	payload = vzalloc(8 + n * 24);
	ASSERT(payload);
	put_unaligned_le32(24, payload);
	for (i = 0; i < n; i++) {
		struct mmap_entry e = {(u64)i << 20, 1 << 20, i >= n - MAP_CAP + 4 ? 2 : 1, 0};

		memcpy(payload + 8 + i * 24, &e, 24);
	}
	clear();
	tag(6, payload, 8 + n * 24);
	parse();
	EXPECT_EQ(f->bi.nr_map, MAP_CAP);
	EXPECT(found(MB2_RANGES_LOST));
	EXPECT_EQ(f->found.ranges_lost, n - MAP_CAP);
	for (i = 0; i < f->bi.nr_map; i++)
		reserved += f->map[i].type == MEM_RESERVED;
	EXPECT_EQ(reserved, MAP_CAP - 4);
	vfree(payload);
	end();
}

/* M20, M21, and that the EFI map is preferred. */
KTEST(multiboot2, efi_mmap_stride)
{
	static const struct {
		u32 stride, version;
		bool taken;
	} cases[] = {
		{0, 1, false},	{8, 1, false}, {39, 1, false},
		{40, 0, false}, {40, 1, true}, {48, 1, true},
	};
	unsigned int i;

	ASSERT(begin());
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		clear();
		mmap_tag(24, other_entry, 1, 0);
		efi_tag(cases[i].stride, cases[i].version, efi_entries, 3);
		parse();
		EXPECT_EQ(f->bi.map_from_efi, cases[i].taken);
		EXPECT_EQ(f->bi.nr_map, cases[i].taken ? 3 : 1);
		EXPECT_EQ(found(MB2_BAD_EFI_MMAP), !cases[i].taken);
		if (cases[i].taken) {
			EXPECT(range_is(0, 0x100000, 0x800000, MEM_USABLE));
			EXPECT(range_is(1, 0x800000, 0x810000, MEM_USABLE));
			EXPECT(range_is(2, 0x900000, 0x901000, MEM_RUNTIME));
		}
	}
	end();
}

/* M22: while boot services run their memory is theirs, wherever the tag stands. */
KTEST(multiboot2, efi_boot_services)
{
	ASSERT(begin());
	clear();
	efi_tag(48, 1, efi_entries, 3);
	tag(18, NULL, 0);
	parse();
	EXPECT(f->bi.efi);
	EXPECT(f->bi.efi_boot_services);
	EXPECT(range_is(0, 0x100000, 0x800000, MEM_USABLE));
	EXPECT(range_is(1, 0x800000, 0x810000, MEM_BOOT_RECLAIM));
	end();
}

/* E5, E24: EFI descriptors that are no general memory, or wrap. */
KTEST(multiboot2, efi_entries)
{
	static const struct efi_entry odd[] = {
		{7, 0, 0xfffffffffffff000, 0, 0x0200000000000001, 0xf, 0},
		{7, 0, 0x100000, 0, 1, 0x800000000000000f, 0}, /* run-time attribute */
		{7, 0, 0x200000, 0, 1, 0x1, 0},		       /* uncached only */
		{7, 0, 0x300000, 0, 1, 0x800f, 0},	       /* non-volatile */
		{7, 0, 0x400000, 0, 1, 0x4000f, 0},	       /* specific purpose */
		{14, 0, 0x500000, 0, 1, 0xf, 0},
		{11, 0, 0x600000, 0, 1, 0x1, 0},
		{15, 0, 0x700000, 0, 1, 0xf, 0},
		{0x80000000, 0, 0x800000, 0, 1, 0xf, 0},
	};
	static const u32 want[] = {
		MEM_RUNTIME,	MEM_RESERVED, MEM_PERSISTENT, MEM_PERSISTENT,
		MEM_PERSISTENT, MEM_RESERVED, MEM_RESERVED,   MEM_RESERVED,
	};
	unsigned int i;

	ASSERT(begin());
	clear();
	efi_tag(40, 1, odd, ARRAY_SIZE(odd));
	parse();
	EXPECT_EQ(f->bi.nr_map, ARRAY_SIZE(odd));
	EXPECT(found(MB2_RANGE_WRAPS));
	EXPECT(range_is(0, 0xfffffffffffff000, ~0ULL, MEM_USABLE)); /* above any limit */
	for (i = 0; i < ARRAY_SIZE(want); i++)
		EXPECT_EQ(f->map[i + 1].type, want[i]);
	end();
}
