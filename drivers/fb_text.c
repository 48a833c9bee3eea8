/* SPDX-License-Identifier: MIT */
/*
 * Characters in a linear framebuffer: 15 to 32 bits a pixel, any pitch, colour fields
 * where the loader says.  They are drawn twice as large, or more, where the screen has
 * many lines.
 *
 *	cell (column, row): scale * 8 by scale * 16 pixels
 *	pixel (x, y): base + y * pitch + x * bytes, little-endian
 *
 * The framebuffer is only written, a cell at a time, because reading video memory is slow;
 * what is shown is known to drivers/text_screen.c.
 *
 * Pure: no state but what the caller gives, and the font's.
 */
#include <linux/kernel.h>
#include <linux/string.h>
#include <asm/unaligned.h>

#include "fb_text.h"
#include "font.h"
#include "screen.h"

#define LINES_A_SCALE 720 /* a screen of 1440 lines has a font of double size */
#define MAX_SCALE     4
#define MAX_SIDE      16384 /* pixels; larger figures are no screen */

/* The sixteen colours of a text screen, as 0xrrggbb. */
static const u32 palette[16] = {
	0x101418, 0x3b6ea5, 0x5f9f6f, 0x4fa8a8, 0xb04a4a, 0x9a6aa8, 0xb0803a, 0xc8ccd0,
	0x6c7680, 0x6ca0dc, 0x8fd49f, 0x7fd6d6, 0xff7b72, 0xd79ae6, 0xf0d060, 0xf4f6f8,
};

/* The upper @size bits of an 8-bit value, at bit @pos. */
static u32 colour_field(u32 value, u8 pos, u8 size)
{
	if (size > 8)
		return value << (pos + size - 8);
	return value >> (8 - size) << pos;
}

static u32 colour_of(const struct boot_framebuffer *f, u32 rgb)
{
	return colour_field((rgb >> 16) & 255, f->red_pos, f->red_size) |
	       colour_field((rgb >> 8) & 255, f->green_pos, f->green_size) |
	       colour_field(rgb & 255, f->blue_pos, f->blue_size);
}

/* One row of a character, 32 bits a pixel, scale 1: two pixels a store. */
static void draw_row_pairs(u8 *to, u8 row, const u64 pair[4])
{
	put_unaligned_le64(pair[row >> 6], to);
	put_unaligned_le64(pair[(row >> 4) & 3], to + 8);
	put_unaligned_le64(pair[(row >> 2) & 3], to + 16);
	put_unaligned_le64(pair[row & 3], to + 24);
}

static void draw_pairs(const struct fb_text *fb, u8 *to, const u8 *glyph, u32 fg, u32 bg)
{
	/* In the index the left pixel is the upper bit, in memory the lower half. */
	const u64 pair[4] = {
		bg | (u64)bg << 32,
		bg | (u64)fg << 32,
		fg | (u64)bg << 32,
		fg | (u64)fg << 32,
	};

	for (int y = 0; y < FONT_HEIGHT; y++, to += fb->pitch)
		draw_row_pairs(to, glyph[y], pair);
}

/* One line of a character in any format. */
static void draw_line(const struct fb_text *fb, u8 *to, u8 row, u32 fg, u32 bg)
{
	for (u32 x = 0; x < FONT_WIDTH * fb->scale; x++, to += fb->bytes) {
		u32 colour = row & (0x80 >> (x / fb->scale)) ? fg : bg;

		memcpy(to, &colour, fb->bytes);
	}
}

void fb_text_draw(const struct fb_text *fb, unsigned int column, unsigned int row, u16 cell)
{
	u32 fg = fb->colour[SCREEN_FOREGROUND(cell)], bg = fb->colour[SCREEN_BACKGROUND(cell)];
	const u8 *glyph = font_glyph(SCREEN_CHAR(cell));
	u8 *to = fb->base + (size_t)row * FONT_HEIGHT * fb->scale * fb->pitch +
		 (size_t)column * FONT_WIDTH * fb->scale * fb->bytes;

	if (fb->bytes == 4 && fb->scale == 1) {
		draw_pairs(fb, to, glyph, fg, bg);
		return;
	}
	for (u32 y = 0; y < FONT_HEIGHT * fb->scale; y++, to += fb->pitch)
		draw_line(fb, to, glyph[y / fb->scale], fg, bg);
}

/* Colours where the loader gives none: the usual places. */
static void default_fields(struct boot_framebuffer *f)
{
	if (f->red_size && f->green_size && f->blue_size)
		return;
	f->red_size = f->blue_size = f->bpp == 15 || f->bpp == 16 ? 5 : 8;
	f->green_size = f->bpp == 16 ? 6 : f->red_size;
	f->blue_pos = 0;
	f->green_pos = f->blue_size;
	f->red_pos = (u8)(f->green_pos + f->green_size);
}

static bool field_fits(const struct boot_framebuffer *f, u8 pos, u8 size)
{
	return size <= 16 && pos + size <= f->bpp;
}

bool fb_text_usable(struct boot_framebuffer *f)
{
	default_fields(f);
	return f->type == BOOT_FB_RGB && f->bpp >= 15 && f->bpp <= 32 && f->width >= FONT_WIDTH &&
	       f->width <= MAX_SIDE && f->height >= FONT_HEIGHT && f->height <= MAX_SIDE &&
	       f->pitch >= f->width * DIV_ROUND_UP(f->bpp, 8u) && f->pitch <= MAX_SIDE * 4 &&
	       field_fits(f, f->red_pos, f->red_size) &&
	       field_fits(f, f->green_pos, f->green_size) &&
	       field_fits(f, f->blue_pos, f->blue_size);
}

static void clear_lines(const struct fb_text *fb, u32 from, u32 to, u32 left, u32 width)
{
	for (u32 y = from; y < to; y++) {
		u8 *at = fb->base + (size_t)y * fb->pitch + (size_t)left * fb->bytes;

		for (u32 x = 0; x < width; x++, at += fb->bytes)
			memcpy(at, &fb->colour[0], fb->bytes);
	}
}

/* The edges, right and below, that are narrower than a cell. */
static void clear_edges(const struct fb_text *fb, const struct boot_framebuffer *f)
{
	u32 right = rounddown(f->width, FONT_WIDTH * fb->scale);
	u32 below = rounddown(f->height, FONT_HEIGHT * fb->scale);

	clear_lines(fb, 0, below, right, f->width - right);
	clear_lines(fb, below, f->height, 0, f->width);
}

void fb_text_init(struct fb_text *fb, const struct boot_framebuffer *f, void *base)
{
	fb->base = base;
	fb->pitch = f->pitch;
	fb->bytes = DIV_ROUND_UP(f->bpp, 8u);
	fb->scale =
		clamp(min(f->height / LINES_A_SCALE, f->width / FONT_WIDTH), 1u, (u32)MAX_SCALE);
	fb->columns = f->width / (FONT_WIDTH * fb->scale);
	fb->rows = f->height / (FONT_HEIGHT * fb->scale);
	for (int i = 0; i < 16; i++)
		fb->colour[i] = colour_of(f, palette[i]);
	font_init();
	clear_edges(fb, f);
}
