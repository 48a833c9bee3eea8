/* SPDX-License-Identifier: MIT */
/*
 * A text screen over anything that can draw a character cell.
 *
 *	text --> wanted[] --(text_screen_flush: cells that differ)--> draw()
 *		 shown[]  <-'
 *
 * The screen's contents live in wanted[]; shown[] is what has been drawn, so
 * video memory is never read, and scrolling draws only cells that change.
 *
 *	cell of (column, row): wanted[row * columns + column]
 *	dirty_from <= row < dirty_to for every row where wanted and shown differ
 *
 * Understood: newline, return, backspace, tab, and the escape sequences
 * ESC [ n A B C D (move), H (place), J (clear), K (clear to the line's end),
 * m (colour).
 *
 * Pure.  Locking: the caller's.  Any context.  It does not know when it is worth drawing:
 * that is drivers/screen.c.
 */
#include <linux/kernel.h>
#include <linux/ctype.h>
#include <linux/string.h>
#include <cairn/console.h>

#include "screen.h"
#include "text_screen.h"

#define TAB_WIDTH 8

/* The sixteen colours of every text screen. */
enum {
	BLACK,
	BLUE,
	GREEN,
	CYAN,
	RED,
	MAGENTA,
	BROWN,
	GREY,
	DARK_GREY,
	LIGHT_BLUE,
	LIGHT_GREEN,
	LIGHT_CYAN,
	LIGHT_RED,
	LIGHT_MAGENTA,
	YELLOW,
	WHITE,
};

enum {
	STATE_TEXT,
	STATE_ESCAPE,
	STATE_PARAMETERS,
};

static u8 level_attr(int level)
{
	if (level == CONSOLE_PLAIN)
		return WHITE;
	if (level == CONSOLE_STAMP)
		return GREEN;
	if (level <= LOGLEVEL_ERR)
		return LIGHT_RED;
	if (level == LOGLEVEL_WARNING)
		return YELLOW;
	if (level == LOGLEVEL_NOTICE)
		return WHITE;
	return level == LOGLEVEL_DEBUG ? DARK_GREY : GREY;
}

/* ---- Cells ----------------------------------------------------------------------------------- */

static void mark_dirty(struct text_screen *t, unsigned int from, unsigned int to)
{
	t->dirty_from = min(t->dirty_from, from);
	t->dirty_to = max(t->dirty_to, to);
}

static void clear_cells(struct text_screen *t, unsigned int at, unsigned int n)
{
	if (!n)
		return;
	memset16(t->wanted + at, SCREEN_CELL(' ', GREY), n);
	mark_dirty(t, at / t->columns, (at + n - 1) / t->columns + 1);
}

static void scroll(struct text_screen *t)
{
	unsigned int cells = (t->rows - 1) * t->columns;

	memmove(t->wanted, t->wanted + t->columns, cells * sizeof(t->wanted[0]));
	clear_cells(t, cells, t->columns);
	mark_dirty(t, 0, t->rows);
}

static void next_line(struct text_screen *t)
{
	t->column = 0;
	if (t->row + 1 < t->rows)
		t->row++;
	else
		scroll(t);
}

static void put_cell(struct text_screen *t, char c)
{
	if (t->column == t->columns)
		next_line(t);
	t->wanted[t->row * t->columns + t->column] = SCREEN_CELL(c, t->attr);
	mark_dirty(t, t->row, t->row + 1);
	t->column++;
}

/* ---- Control characters and sequences -------------------------------------------------------- */

/* Colours of ESC [ 30..37 and 90..97 m in the order of the enum. */
static void choose_attr(struct text_screen *t, unsigned int n)
{
	static const u8 colours[8] = {BLACK, RED, GREEN, BROWN, BLUE, MAGENTA, CYAN, GREY};

	if (n == 0)
		t->chosen_attr = 0;
	else if (n >= 30 && n <= 37)
		t->chosen_attr = colours[n - 30];
	else if (n >= 90 && n <= 97)
		t->chosen_attr = colours[n - 90] + DARK_GREY;
}

static void move_cursor(struct text_screen *t, int columns, int rows)
{
	t->column = (unsigned int)clamp((int)t->column + columns, 0, (int)t->columns - 1);
	t->row = (unsigned int)clamp((int)t->row + rows, 0, (int)t->rows - 1);
}

static void place_cursor(struct text_screen *t, unsigned int column, unsigned int row)
{
	t->column = min(column ? column - 1 : 0, t->columns - 1);
	t->row = min(row ? row - 1 : 0, t->rows - 1);
}

static void finish_sequence(struct text_screen *t, char c)
{
	unsigned int first = t->parameter[0];
	int n = (int)clamp(first, 1u, 1000u);
	unsigned int at = t->row * t->columns + min(t->column, t->columns - 1);

	switch (c) {
	case 'A':
		move_cursor(t, 0, -n);
		break;
	case 'B':
		move_cursor(t, 0, n);
		break;
	case 'C':
		move_cursor(t, n, 0);
		break;
	case 'D':
		move_cursor(t, -n, 0);
		break;
	case 'H':
		place_cursor(t, t->parameter[1], first);
		break;
	case 'J':
		clear_cells(t, first == 2 ? 0 : at, t->rows * t->columns - (first == 2 ? 0 : at));
		break;
	case 'K':
		if (t->column < t->columns)
			clear_cells(t, at, t->columns - t->column);
		break;
	case 'm':
		for (int i = 0; i < t->nr_parameters; i++)
			choose_attr(t, t->parameter[i]);
		break;
	}
}

static void sequence_char(struct text_screen *t, char c)
{
	unsigned int *parameter = &t->parameter[t->nr_parameters - 1];

	if (isdigit(c)) {
		*parameter = min(*parameter * 10 + (unsigned int)(c - '0'), 9999u);
	} else if (c == ';') {
		t->nr_parameters = (u8)min(t->nr_parameters + 1, TEXT_SCREEN_PARAMETERS);
	} else {
		t->state = STATE_TEXT;
		finish_sequence(t, c);
	}
}

static void escape_char(struct text_screen *t, char c)
{
	t->state = c == '[' ? STATE_PARAMETERS : STATE_TEXT;
	t->nr_parameters = 1;
	memset(t->parameter, 0, sizeof(t->parameter));
}

static void text_char(struct text_screen *t, char c)
{
	switch (c) {
	case '\n':
		next_line(t);
		break;
	case '\r':
		t->column = 0;
		break;
	case '\b':
		t->column -= t->column > 0;
		break;
	case '\t':
		do {
			put_cell(t, ' ');
		} while (t->column % TAB_WIDTH && t->column < t->columns);
		break;
	case '\033':
		t->state = STATE_ESCAPE;
		break;
	default:
		if (isprint((u8)c) || (u8)c >= 0x7f)
			put_cell(t, c);
	}
}

/* ---- Drawing --------------------------------------------------------------------------------- */

/* A cell as it is to be drawn: under the cursor, foreground and background trade places. */
static u16 visible_cell(const struct text_screen *t, unsigned int at)
{
	u16 cell = t->wanted[at];

	if (at != t->cursor_at)
		return cell;
	return (u16)(SCREEN_CHAR(cell) | SCREEN_BACKGROUND(cell) << 8 |
		     SCREEN_FOREGROUND(cell) << 12);
}

static void flush_row(struct text_screen *t, unsigned int row)
{
	unsigned int start = row * t->columns;

	for (unsigned int i = 0; i < t->columns; i++) {
		u16 cell = visible_cell(t, start + i);

		if (cell == t->shown[start + i])
			continue;
		t->shown[start + i] = cell;
		t->draw(i, row, cell);
	}
}

void text_screen_flush(struct text_screen *t)
{
	mark_dirty(t, t->cursor_at / t->columns, t->cursor_at / t->columns + 1);
	t->cursor_at = t->row * t->columns + min(t->column, t->columns - 1);
	mark_dirty(t, t->row, t->row + 1);
	for (unsigned int row = t->dirty_from; row < t->dirty_to; row++)
		flush_row(t, row);
	t->dirty_from = t->rows;
	t->dirty_to = 0;
}

void text_screen_write(struct text_screen *t, const char *s, size_t n, int level)
{
	t->attr = t->chosen_attr ? t->chosen_attr : level_attr(level);
	for (; n; n--, s++) {
		if (t->state == STATE_TEXT)
			text_char(t, *s);
		else if (t->state == STATE_ESCAPE)
			escape_char(t, *s);
		else
			sequence_char(t, *s);
	}
}

void text_screen_init(struct text_screen *t, unsigned int columns, unsigned int rows)
{
	t->columns = clamp(columns, 1u, t->cells);
	t->rows = clamp(rows, 1u, t->cells / t->columns);
	memset16(t->shown, 0xffff, t->rows * t->columns);
	clear_cells(t, 0, t->rows * t->columns);
}
