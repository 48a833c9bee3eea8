/* SPDX-License-Identifier: MIT */
/*
 * The multiboot2 parser against information blocks that real loaders, and worse
 * ones, have left.
 *
 * Each test builds a block tag by tag, with sizes as wrong as the case wants
 * them, places it right before a guard page, parses it, and looks at what was
 * taken, what was noted, and that the tags around the bad one were still seen.
 * Any read past the block is a page fault.  The last test damages a good block
 * at random.
 */
#include <linux/kernel.h>
#include <linux/string.h>
#include <linux/vmalloc.h>
#include <cairn/multiboot2.h>
#include <cairn/test.h>
#include <asm/unaligned.h>
#include "mb2_block.h"

KTEST(multiboot2, registers)
{
	EXPECT_EQ(mb2_check(MB2_BOOT_MAGIC, 0x10000), MB2_OK);
	EXPECT_EQ(mb2_check(0x2badb002, 0x10000), MB2_BAD_MAGIC);
	EXPECT_EQ(mb2_check(0, 0), MB2_BAD_MAGIC);
	EXPECT_EQ(mb2_check(MB2_BOOT_MAGIC, 0), MB2_BAD_POINTER);
	EXPECT_EQ(mb2_check(MB2_BOOT_MAGIC, 0x10004), MB2_BAD_POINTER);
}

/* M3 to M6: sizes of the block as a whole. */
KTEST(multiboot2, total_size)
{
	static const u32 bad[] = {0, 8, 15, 0xffffffff, 0x80000000, MB2_MAX_INFO + 8};
	unsigned int i;

	ASSERT(begin());
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		clear();
		text_tag(1, "quiet");
		parse_size(bad[i], bad[i] == 0xffffffff ? f->len : 4ULL << 30);
		EXPECT_EQ(f->status, MB2_BAD_SIZE);
	}
	parse_size(8, 8);
	EXPECT_EQ(f->status, MB2_BAD_SIZE);

	clear(); /* M5: the last bytes are no whole tag */
	text_tag(1, "quiet");
	f->len += 5;
	parse_size(f->len, f->len);
	EXPECT_EQ(f->status, MB2_OK);
	EXPECT(!strcmp(f->bi.cmdline, "quiet"));
	EXPECT(found(MB2_NO_END_TAG));

	clear(); /* M6: no end tag */
	text_tag(1, "quiet");
	parse_size(f->len, f->len);
	EXPECT_EQ(f->status, MB2_OK);
	EXPECT(!strcmp(f->bi.cmdline, "quiet"));
	EXPECT(found(MB2_NO_END_TAG));
	end();
}

/* M7 to M10: a tag's size that cannot be ends the walk; what stood before it counts. */
KTEST(multiboot2, tag_sizes)
{
	static const struct {
		u32 size;
		enum mb2_finding finding;
	} cases[] = {
		{0, MB2_BAD_TAG_SIZE},	       {1, MB2_BAD_TAG_SIZE},
		{4, MB2_BAD_TAG_SIZE},	       {7, MB2_BAD_TAG_SIZE},
		{4096, MB2_TAG_OVERRUN},       {0x7fffffff, MB2_TAG_OVERRUN},
		{0xfffffff9, MB2_TAG_OVERRUN}, {0xffffffff, MB2_TAG_OVERRUN},
	};
	unsigned int i;

	ASSERT(begin());
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		clear();
		text_tag(1, "first");
		raw_tag(2, cases[i].size, "GRUB", 5);
		text_tag(2, "late");
		parse();
		EXPECT_EQ(f->status, MB2_OK);
		EXPECT_EQ(f->found.bits, 1u << cases[i].finding);
		EXPECT_EQ(f->found.at[cases[i].finding], 8 + 16);
		EXPECT(!strcmp(f->bi.cmdline, "first"));
		EXPECT_EQ(f->bi.loader[0], 0);
	}
	end();
}

/* M11, M12: the end is the end whatever its size; unknown tags are passed over. */
KTEST(multiboot2, end_and_unknown)
{
	ASSERT(begin());
	clear();
	raw_tag(0, 0, NULL, 0);
	text_tag(1, "behind");
	parse();
	EXPECT_EQ(f->bi.cmdline[0], 0);
	EXPECT_EQ(f->found.bits, 0);

	clear();
	raw_tag(0, 16, "12345678", 8);
	text_tag(1, "behind");
	parse();
	EXPECT_EQ(f->bi.cmdline[0], 0);

	clear();
	tag(99, "xyz", 3);
	tag(0xffffffff, "xyzxyzxyz", 9);
	tag(21, "abcd", 4);
	text_tag(1, "behind");
	parse();
	EXPECT(!strcmp(f->bi.cmdline, "behind"));
	EXPECT_EQ(f->found.bits, 0);
	end();
}

/* M13: of two tags of a kind the first that makes sense is taken, whole. */
KTEST(multiboot2, duplicates)
{
	ASSERT(begin());
	clear();
	text_tag(1, "one");
	text_tag(1, "two");
	mmap_tag(8, two_entries, 2, 0);
	mmap_tag(24, two_entries, 2, 0);
	mmap_tag(24, other_entry, 1, 0);
	parse();
	EXPECT(!strcmp(f->bi.cmdline, "one"));
	EXPECT(found(MB2_DUPLICATE_TAG));
	EXPECT(found(MB2_BAD_MMAP));
	EXPECT_EQ(f->bi.nr_map, 2);
	EXPECT(range_is(1, 0x100000, 0x8000000, MEM_USABLE));
	end();
}

/* M23, M24: the command line is bounded by its tag, cleaned, and cut between parameters. */
KTEST(multiboot2, cmdline)
{
	static const char control[] = "a=1\tb=2\n\x7f\x01"
				      "c";
	u8 *text;
	u32 i, n = 64u << 10;

	ASSERT(begin());
	clear();
	tag(1, "abcdefgh", 8); /* no NUL in the tag, and what follows is text */
	tag(2, "GRUB", 4);
	parse();
	EXPECT(!strcmp(f->bi.cmdline, "abcdefgh"));
	EXPECT(!strcmp(f->bi.loader, "GRUB"));
	EXPECT_EQ(f->found.bits, 0);

	clear();
	text_tag(1, control);
	parse();
	EXPECT(!strcmp(f->bi.cmdline, "a=1 b=2   c"));

	text = vmalloc(n);
	ASSERT(text);
	for (i = 0; i < n; i++)
		text[i] = i % 10 ? 'x' : ' ';
	text[n - 1] = 0;
	clear();
	tag(1, text, n);
	text_tag(2, "behind");
	parse();
	EXPECT(found(MB2_CMDLINE_CUT));
	EXPECT(strlen(f->bi.cmdline) < BOOT_CMDLINE_MAX);
	EXPECT_EQ(f->bi.cmdline[strlen(f->bi.cmdline) - 1], ' ');
	EXPECT(!strcmp(f->bi.loader, "behind"));

	memset(text, 'x', n); /* one parameter without an end */
	clear();
	tag(1, text, n);
	parse();
	EXPECT(found(MB2_CMDLINE_CUT));
	EXPECT_EQ(f->bi.cmdline[0], 0);
	vfree(text);
	end();
}

static void module_tag(u32 start, u32 end_, const char *name)
{
	u8 payload[64] = {};

	put_unaligned_le32(start, payload);
	put_unaligned_le32(end_, payload + 4);
	memcpy(payload + 8, name, strlen(name));
	tag(3, payload, 8 + (u32)strlen(name)); /* no NUL */
}

/* M25 to M27: modules. */
KTEST(multiboot2, modules)
{
	unsigned int i;

	ASSERT(begin());
	clear();
	module_tag(0x2000000, 0x1000000, "reversed");
	module_tag(0x2000000, 0x2000000, "empty");
	raw_tag(3, 12, "\0\0\0\1", 4); /* without an end */
	module_tag(0x800000, 0x900000, "good");
	parse();
	EXPECT_EQ(f->bi.nr_modules, 1);
	EXPECT_EQ(f->bi.modules[0].start, 0x800000);
	EXPECT_EQ(f->bi.modules[0].end, 0x900000);
	EXPECT(!strcmp(f->bi.modules[0].name, "good"));
	EXPECT_EQ(f->found.bits, 1u << MB2_BAD_MODULE);

	for (i = 0; i < 3; i++) {
		clear(); /* over the image, the block, another module */
		module_tag(0x800000, 0x900000, "good");
		if (i == 0)
			module_tag(0x3ff000, 0x500000, "image");
		else if (i == 1)
			module_tag(0x10000, 0x11000, "block");
		else
			module_tag(0x8ff000, 0xa00000, "module");
		parse();
		EXPECT_EQ(f->bi.nr_modules, 2);
		EXPECT_EQ(f->found.bits, 1u << MB2_MODULE_OVERLAP);
	}

	clear();
	for (i = 0; i < BOOT_MAX_MODULES + 3; i++)
		module_tag(0x1000000 + i * 0x1000, 0x1001000 + i * 0x1000, "m");
	parse();
	EXPECT_EQ(f->bi.nr_modules, BOOT_MAX_MODULES);
	EXPECT_EQ(f->found.bits, 1u << MB2_MODULES_LOST);
	end();
}

/* M29: ELF sections. */
KTEST(multiboot2, elf_sections)
{
	static const struct {
		u32 num, entsize, shndx;
		bool bad;
	} cases[] = {
		{2, 64, 1, false},	  {3, 64, 1, true}, {0xffffffff, 64, 1, true},
		{0x80000000, 2, 1, true}, {2, 64, 2, true}, {2, 0, 1, true},
		{2, 0xffffffff, 1, true}, {0, 64, 0, true},
	};
	unsigned int i;

	ASSERT(begin());
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		u8 payload[12 + 128] = {};

		put_unaligned_le32(cases[i].num, payload);
		put_unaligned_le32(cases[i].entsize, payload + 4);
		put_unaligned_le32(cases[i].shndx, payload + 8);
		clear();
		tag(9, payload, sizeof(payload));
		text_tag(1, "behind");
		parse();
		EXPECT_EQ(found(MB2_BAD_ELF), cases[i].bad);
		EXPECT(!strcmp(f->bi.cmdline, "behind"));
	}
	end();
}

/* A block with one ELF section of each of @cases; what it says is one extent each. */
struct section_case {
	u64 addr, size;
	bool kept;
	u32 finding; /* 0: none */
};

static void section_tag(const struct section_case *cases, u32 n, u32 stride)
{
	static u8 payload[12 + 72 * (BOOT_MAX_SECTIONS + 3)];
	u32 i;

	memset(payload, 0, sizeof(payload));
	put_unaligned_le32(n, payload);
	put_unaligned_le32(stride, payload + 4);
	for (i = 0; i < n; i++) {
		put_unaligned_le64(cases[i].addr, payload + 12 + i * stride + 16);
		put_unaligned_le64(cases[i].size, payload + 12 + i * stride + 32);
	}
	tag(9, payload, 12 + n * stride);
}

/* Sections that the loader placed outside the image are known; one that cannot be gets a note. */
KTEST(multiboot2, sections_outside_the_image)
{
	static const struct section_case cases[] = {
		{0, 0x1000, false, 0}, /* not in memory */
		{0x500000, 0, false, 0},
		{0x100000, 0x300000, false, 0}, /* the image itself */
		{0xffffffff80100000, 0x1000, false, 0},
		{1ULL << 32, 0x1000, false, 0},
		{0x3ff000, 0x1001, true, 0}, /* a byte behind the image */
		{0xff000, 0x1001, true, 0},
		{0x7fd123, 0x77, true, 0},
		{0xfffff000, 0x1000, true, 0}, /* the last page there can be */
		{0xfffff000, 0x1001, false, MB2_BAD_SECTION},
		{0x500000, ~0ULL, false, MB2_BAD_SECTION},
		{0x500000, ~0ULL - 0x4fffff, false, MB2_BAD_SECTION},
	};
	static struct section_case many[BOOT_MAX_SECTIONS + 1];
	unsigned int i;

	ASSERT(begin());
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		clear();
		section_tag(&cases[i], 1, i & 1 ? 64 : 72);
		parse();
		EXPECT_EQ(f->bi.nr_sections, cases[i].kept);
		EXPECT_EQ(f->found.bits, cases[i].finding ? 1u << cases[i].finding : 0);
		if (cases[i].kept) {
			EXPECT_EQ(f->bi.sections[0].start, cases[i].addr);
			EXPECT_EQ(f->bi.sections[0].end, cases[i].addr + cases[i].size);
		}
	}
	for (i = 0; i < ARRAY_SIZE(many); i++)
		many[i] = (struct section_case){0x1000000 + i * 0x1000, 0x800, true, 0};
	for (i = 0; i < 2; i++) {
		clear();
		section_tag(many, BOOT_MAX_SECTIONS + i, 64);
		parse();
		EXPECT_EQ(f->bi.nr_sections, BOOT_MAX_SECTIONS);
		EXPECT_EQ(f->bi.sections[BOOT_MAX_SECTIONS - 1].start,
			  0x1000000 + (BOOT_MAX_SECTIONS - 1) * 0x1000);
		EXPECT_EQ(f->found.bits, i ? 1u << MB2_SECTIONS_LOST : 0);
	}
	end();
}

/* M30: framebuffers. */
KTEST(multiboot2, framebuffer)
{
	static const struct {
		u64 phys;
		u32 pitch, width, height;
		u8 bpp, type;
		u32 size; /* of the payload */
		bool taken;
	} cases[] = {
		{0xfd000000, 4096, 1024, 768, 32, 1, 30, true},
		{0xb8000, 160, 80, 25, 16, 2, 24, true},
		{0xfd000000, 0xffffffff, 1024, 0xffffffff, 32, 1, 30, false},
		{0xfd000000, 4096, 1024, 768, 0, 1, 30, false},
		{0xfd000000, 4095, 1024, 768, 32, 1, 30, false},
		{0xfd000000, 4096, 0, 768, 32, 1, 30, false},
		{0xfd000000, 4096, 1024, 0, 32, 1, 30, false},
		{0, 4096, 1024, 768, 32, 1, 30, false},
		{0xfffffffffffff000, 4096, 1024, 768, 32, 1, 30, false},
		{0xfd000000, 4096, 1024, 768, 32, 1, 24, false},
		{0xfd000000, 4096, 1024, 768, 32, 1, 20, false},
		{0xfd000000, 1024, 1024, 768, 8, 0, 30, false},
		{0xa0000, 80, 640, 480, 1, 0, 29, false}, /* GRUB's without a display */
		{0xfd000000, 4096, 1024, 768, 32, 7, 30, false},
	};
	unsigned int i;

	ASSERT(begin());
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		u8 payload[32] = {};

		put_unaligned_le64(cases[i].phys, payload);
		put_unaligned_le32(cases[i].pitch, payload + 8);
		put_unaligned_le32(cases[i].width, payload + 12);
		put_unaligned_le32(cases[i].height, payload + 16);
		payload[20] = cases[i].bpp;
		payload[21] = cases[i].type;
		payload[24] = 16;
		clear();
		tag(8, payload, cases[i].size);
		parse();
		EXPECT_EQ(f->bi.fb.bpp, cases[i].taken ? cases[i].bpp : 0);
		EXPECT_EQ(found(MB2_BAD_FRAMEBUFFER), !cases[i].taken && cases[i].type);
		EXPECT_EQ(found(MB2_PALETTE), !cases[i].type);
		if (cases[i].taken && cases[i].type == 1)
			EXPECT_EQ(f->bi.fb.red_pos, 16);
	}
	end();
}

static void make_rsdp(u8 *p, u8 revision, u64 xsdt)
{
	u8 sum = 0;
	int i;

	memset(p, 0, 36);
	memcpy(p, "RSD PTR ", 8);
	p[15] = revision;
	put_unaligned_le32(0x7fe0000, p + 16);
	for (i = 0; i < 20; i++)
		sum -= p[i];
	p[8] = sum;
	put_unaligned_le32(36, p + 20);
	put_unaligned_le64(xsdt, p + 24);
	for (sum = 0, i = 0; i < 36; i++)
		sum -= p[i];
	p[32] = sum;
}

/* M31, M32: root pointers of ACPI. */
KTEST(multiboot2, acpi)
{
	u8 old[36], new[36];

	ASSERT(begin());
	make_rsdp(old, 0, 0);
	make_rsdp(new, 2, 0x7fe1000);

	clear();
	tag(14, old, 20);
	tag(15, new, 36);
	parse();
	EXPECT_EQ(f->bi.rsdp_len, 36);
	EXPECT(!memcmp(f->bi.rsdp, new, 36));

	clear(); /* the new one is damaged */
	new[33] ^= 1;
	tag(15, new, 36);
	tag(14, old, 20);
	parse();
	EXPECT_EQ(f->bi.rsdp_len, 20);
	EXPECT(!memcmp(f->bi.rsdp, old, 20));
	EXPECT_EQ(f->found.bits, 1u << MB2_BAD_RSDP);

	clear(); /* both are too short */
	new[33] ^= 1;
	tag(14, old, 19);
	tag(15, new, 35);
	parse();
	EXPECT_EQ(f->bi.rsdp_len, 0);
	EXPECT(found(MB2_BAD_RSDP));
	end();
}

/* Damage to a good block: nothing read outside of it, and never more than there is room for. */
KTEST(multiboot2, random_damage)
{
	static const u32 sizes[2] = {640, 130048};
	u64 state = 0x9e3779b97f4a7c15ULL;
	u8 rsdp[36], fb[30] = {};
	unsigned int i, j;
	u32 len;
	u8 *good;

	ASSERT(begin());
	make_rsdp(rsdp, 2, 0x7fe1000);
	put_unaligned_le64(0xfd000000, fb);
	clear();
	text_tag(1, "console=ttyS0 test");
	text_tag(2, "GRUB 2.06");
	module_tag(0x800000, 0x900000, "good");
	tag(4, sizes, sizeof(sizes));
	mmap_tag(24, two_entries, 2, 0);
	efi_tag(48, 1, efi_entries, 3);
	tag(8, fb, sizeof(fb));
	tag(15, rsdp, sizeof(rsdp));
	tag(0, NULL, 0);
	len = f->len;
	good = vmalloc(len);
	ASSERT(good);
	memcpy(good, f->block, len);
	for (i = 0; i < 3000; i++) {
		memcpy(f->block, good, len);
		for (j = 0; j < 1 + i % 8; j++) {
			u64 r = guarded_random(&state);

			f->block[8 + r % (len - 8)] =
				r & 1 << 20 ? (u8)(r >> 32) : (u8) - (r >> 32 & 1);
		}
		f->len = i % 3 ? len : 16 + (u32)(guarded_random(&state) % (len - 16));
		parse_size(f->len, f->len);
		if (f->status != MB2_OK || f->bi.nr_map > MAP_CAP ||
		    f->bi.nr_modules > BOOT_MAX_MODULES)
			break;
	}
	EXPECT_EQ(i, 3000);
	vfree(good);
	end();
}

/* Each finding has a line of its own, and a number that is none has one too. */
KTEST(multiboot2, findings_have_texts)
{
	for (int i = 0; i < MB2_NR_FINDINGS; i++) {
		const char *text = mb2_finding_text((enum mb2_finding)i);

		ASSERT(text);
		EXPECT(strlen(text) > 10);
		for (int j = 0; j < i; j++)
			EXPECT(strcmp(text, mb2_finding_text((enum mb2_finding)j)));
	}
	EXPECT(!strcmp(mb2_finding_text(MB2_NR_FINDINGS), "?"));
}
