/* SPDX-License-Identifier: MIT */
#ifndef _DRIVERS_SCREEN_H
#define _DRIVERS_SCREEN_H

/* A screen of character cells, and what draws them. */
#include <linux/types.h>

/* A cell: the character, and above it the attribute: foreground | background << 4. */
#define SCREEN_CELL(c, attr)	((u16)((u8)(c) | (attr) << 8))
#define SCREEN_CHAR(cell)	((unsigned char)(cell))
#define SCREEN_FOREGROUND(cell) (((cell) >> 8) & 15)
#define SCREEN_BACKGROUND(cell) (((cell) >> 12) & 15)

/**
 * screen_init - begin to show text
 * @columns: width in cells
 * @rows: height in cells
 * @draw: draws one cell; every cell is drawn once at first, and those outside
 *	  are never asked for
 *
 * Registers the console "tty0", which shows the log so far.
 */
void screen_init(unsigned int columns, unsigned int rows,
		 void (*draw)(unsigned int column, unsigned int row, u16 cell));

/* screen_map - map video memory for good; works with the loader's page tables too. NULL: not there */
void *screen_map(phys_addr_t phys, unsigned long size);

/* Both return false if boot_info.fb is of another kind, or cannot be mapped. */
bool fbcon_init(void);
bool vga_text_init(void);

/* keyboard_init - the PS/2 keyboard, if there is one, as a console */
void keyboard_init(void);

#endif
