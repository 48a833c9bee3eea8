/* SPDX-License-Identifier: MIT */
/*
 * The images in a PCI device's expansion ROM: bytes in an array, whose headers say
 * more than there is, nothing, or lead in circles.
 */
#include <cairn/pci.h>
#include <cairn/test.h>
#include <linux/string.h>

static u8 rom_bytes[2048];

static u8 rom_read(const void *rom, size_t offset)
{
	return ((const u8 *)rom)[offset];
}

/* An image at @at with a data structure behind its header. */
static void rom_image(size_t at, u16 blocks, bool last)
{
	u8 *image = rom_bytes + at;

	image[0] = 0x55;
	image[1] = 0xaa;
	image[0x18] = 0x1c;
	memcpy(image + 0x1c, "PCIR", 4);
	image[0x1c + 0x10] = blocks;
	image[0x1c + 0x11] = blocks >> 8;
	image[0x1c + 0x15] = last ? 0x80 : 0;
}

static size_t rom_size(size_t size)
{
	return pci_rom_image_size(rom_bytes, size, rom_read);
}

/* P30: an image of length 0 ends the walk; lengths never lead past the BAR. */
KTEST(pci, rom_images)
{
	memset(rom_bytes, 0, sizeof(rom_bytes));
	EXPECT_EQ(rom_size(sizeof(rom_bytes)), 0);
	rom_image(0, 1, false);
	rom_image(512, 2, true);
	EXPECT_EQ(rom_size(sizeof(rom_bytes)), 1536);
	EXPECT_EQ(rom_size(1024), 512);
	EXPECT_EQ(rom_size(16), 0);
	rom_image(512, 0, false);
	EXPECT_EQ(rom_size(sizeof(rom_bytes)), 512);
	rom_image(512, 0xffff, false);
	EXPECT_EQ(rom_size(sizeof(rom_bytes)), 512);
	rom_image(0, 0, false);
	EXPECT_EQ(rom_size(sizeof(rom_bytes)), 0);
	rom_bytes[0x18] = 0xff;
	rom_bytes[0x19] = 0xff;
	EXPECT_EQ(rom_size(sizeof(rom_bytes)), 0);
}
