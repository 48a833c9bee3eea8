/* SPDX-License-Identifier: MIT */
#ifndef _DRIVERS_FONT_H
#define _DRIVERS_FONT_H

#include <linux/types.h>

#define FONT_WIDTH  8
#define FONT_HEIGHT 16
#define FONT_FIRST  ' '
#define FONT_GLYPHS 96 /* ' ' to '~', and one for all others */

/* Rows of pixels from the top, bit 7 leftmost; filled in by font_init(). */
extern u8 font_rows[FONT_GLYPHS][FONT_HEIGHT];

void font_init(void);

/* font_glyph - the rows of a character */
static inline const u8 *font_glyph(unsigned char c)
{
	unsigned int g = (unsigned int)c - FONT_FIRST;

	return font_rows[g < FONT_GLYPHS ? g : FONT_GLYPHS - 1];
}

#endif
