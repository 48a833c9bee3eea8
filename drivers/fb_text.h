/* SPDX-License-Identifier: MIT */
#ifndef _DRIVERS_FB_TEXT_H
#define _DRIVERS_FB_TEXT_H

/* Characters in a linear framebuffer. */
#include <linux/types.h>
#include <cairn/boot_info.h>

/**
 * struct fb_text - a framebuffer and how its pixels are made; immutable after fb_text_init()
 * @base: its first byte
 * @pitch: bytes from one line to the next
 * @bytes: of a pixel
 * @scale: pixels on the screen for one of the font, each way
 * @columns: cells in a row
 * @rows: rows of cells
 * @colour: the sixteen colours as pixels
 */
struct fb_text {
	u8 *base;
	u32 pitch;
	u32 bytes;
	u32 scale;
	u32 columns;
	u32 rows;
	u32 colour[16];
};

/**
 * fb_text_usable - can characters be drawn in this framebuffer?
 * @f: as the loader says; colour fields it leaves out are filled in
 *
 * 15 to 32 bits a pixel, each colour of up to 16 bits inside a pixel, room for a
 * character, a pitch that holds a line.
 *
 * Context: any; pure.
 */
bool fb_text_usable(struct boot_framebuffer *f);

/**
 * fb_text_init - begin to draw
 * @fb: filled in
 * @f: usable
 * @base: @f->pitch * @f->height bytes, written to and never read
 *
 * Clears the edges that are narrower than a cell.
 */
void fb_text_init(struct fb_text *fb, const struct boot_framebuffer *f, void *base);

/* fb_text_draw - draw a cell (<drivers/screen.h>); @column and @row lie inside */
void fb_text_draw(const struct fb_text *fb, unsigned int column, unsigned int row, u16 cell);

#endif
