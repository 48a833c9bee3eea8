/* SPDX-License-Identifier: MIT */
#ifndef _DRIVERS_TEXT_SCREEN_H
#define _DRIVERS_TEXT_SCREEN_H

/* The contents of a screen of character cells, apart from any device. */
#include <linux/types.h>

#define TEXT_SCREEN_PARAMETERS 4

/**
 * struct text_screen - what stands on a screen, and what is to stand there
 * @draw: draws one cell; none is asked for twice in the same form
 * @wanted: room for @cells of them, as text has left them
 * @shown: the same, as they have been drawn
 * @cells: how many there is room for
 *
 * The caller sets these, all else to 0, and calls text_screen_init().
 */
struct text_screen {
	void (*draw)(unsigned int column, unsigned int row, u16 cell);
	u16 *wanted, *shown;
	unsigned int cells;

	/* Private. */
	unsigned int columns, rows;
	unsigned int column, row; /* the cursor; column == columns: wraps before the next */
	u8 attr;		  /* of the text being written */
	u8 chosen_attr;		  /* by ESC [ m; 0: by level */
	u8 state;
	u8 nr_parameters;
	unsigned int parameter[TEXT_SCREEN_PARAMETERS];
	unsigned int dirty_from, dirty_to;
	unsigned int cursor_at; /* cell where the cursor is drawn */
};

/* text_screen_init - an empty screen of @columns and @rows, or what of that there is room for */
void text_screen_init(struct text_screen *t, unsigned int columns, unsigned int rows);

/**
 * text_screen_write - put text where the cursor is
 * @t: the screen
 * @s: characters, with escape sequences
 * @n: how many
 * @level: the message's level or CONSOLE_PLAIN, which say its colour
 *
 * Nothing is drawn.
 */
void text_screen_write(struct text_screen *t, const char *s, size_t n, int level);

/* text_screen_flush - draw the cells that are not as they should be, and the cursor */
void text_screen_flush(struct text_screen *t);

#endif
