/* SPDX-License-Identifier: MIT */
/*
 * Expansion ROMs: how much of a ROM BAR is used.
 *
 *	image: 55 aa ... u16 at 0x18 -> data structure "PCIR" ...
 *	       u16 at +0x10: length of the image in units of 512 bytes
 *	       u8  at +0x15: bit 7 marks the last image
 *	next image follows where this one ends
 *
 * Each image moves the offset up by at least 512 bytes or ends the walk, so it
 * ends.  Pure.  Source: PCI Firmware Specification 3.0, 5.1.
 */
#include <cairn/pci.h>

struct rom {
	const void *base;
	size_t size;
	u8 (*read)(const void *base, size_t offset);
};

static bool matches(const struct rom *rom, size_t at, const char *what, size_t n)
{
	size_t i;

	if (at > rom->size || n > rom->size - at)
		return false;
	for (i = 0; i < n; i++)
		if (rom->read(rom->base, at + i) != (u8)what[i])
			return false;
	return true;
}

static unsigned int read16(const struct rom *rom, size_t at)
{
	return rom->read(rom->base, at) | rom->read(rom->base, at + 1) << 8;
}

/* The end of the image at @at, 0 if there is no sound one; *last: nothing follows. */
static size_t image_end(const struct rom *rom, size_t at, bool *last)
{
	size_t data, length;

	if (!matches(rom, at, "\x55\xaa", 2) || rom->size - at < 0x1a)
		return 0;
	data = at + read16(rom, at + 0x18);
	if (!matches(rom, data, "PCIR", 4) || rom->size - data < 0x16)
		return 0;
	length = (size_t)read16(rom, data + 0x10) * 512;
	if (!length || length > rom->size - at)
		return 0;
	*last = rom->read(rom->base, data + 0x15) & 0x80;
	return at + length;
}

size_t pci_rom_image_size(const void *rom, size_t size, u8 (*read)(const void *rom, size_t offset))
{
	struct rom r = {rom, size, read};
	bool last = false;
	size_t end = 0;

	while (!last) {
		size_t next = image_end(&r, end, &last);

		if (!next)
			break;
		end = next;
	}
	return end;
}
