/* SPDX-License-Identifier: MIT */

/*
 * A text screen over anything that can draw a character cell.
 *
 *	text --> wanted[] --(screen_flush: cells that differ)--> draw()
 *		 shown[]  <-'
 *
 * The screen's contents live in wanted[]; shown[] is what has been drawn, so
 * video memory is never read, and scrolling draws only cells that change.
 * Drawing is slow against all else at start-up, so it is put off: until
 * FLUSH_INTERVAL has passed, a warning comes, or the monitor waits for a key.
 * screen=sync draws at once, for machines that hang without a word.
 *
 *	cell of (column, row): wanted[row * columns + column]
 *	dirty_from <= row < dirty_to for every row where wanted and shown differ
 *
 * Understood: newline, return, backspace, tab, and the escape sequences
 * ESC [ n A B C D (move), H (place), J (clear), K (clear to the line's end),
 * m (colour).
 *
 * Locking: the log's owner, or the monitor.
 */
#include <linux/kernel.h>
#include <linux/ctype.h>
#include <linux/ktime.h>
#include <linux/string.h>
#include <cairn/boot_info.h>
#include <cairn/console.h>
#include <cairn/init.h>
#include <asm/pgtable.h>
#include <asm/processor.h>

#include "screen.h"

#define MAX_CELLS      32768
#define FLUSH_INTERVAL (20 * NSEC_PER_MSEC)
#define TAB_WIDTH      8
#define MAX_PARAMETERS 4

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

static u16 wanted[MAX_CELLS], shown[MAX_CELLS];

static struct {
	void (*draw)(unsigned int column, unsigned int row, u16 cell);
	unsigned int columns, rows;

	unsigned int column, row; /* the cursor; column == columns: wraps before the next */
	u8 attr;		  /* of the text being written */
	u8 chosen_attr;		  /* by ESC [ m; 0: by level */
	u8 state;
	u8 nr_parameters;
	unsigned int parameter[MAX_PARAMETERS];

	unsigned int dirty_from, dirty_to;
	unsigned int cursor_at; /* cell where the cursor is drawn */
	u64 flushed_ns;
	bool sync;
} screen;

static int set_screen(const char *value)
{
	screen.sync = !strcmp(value, "sync");
	return screen.sync ? 0 : -EINVAL;
}
BOOT_PARAM("screen", set_screen, "screen=sync draws every message at once");

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

static void mark_dirty(unsigned int from, unsigned int to)
{
	screen.dirty_from = min(screen.dirty_from, from);
	screen.dirty_to = max(screen.dirty_to, to);
}

static void clear_cells(unsigned int at, unsigned int n)
{
	if (!n)
		return;
	memset16(wanted + at, SCREEN_CELL(' ', GREY), n);
	mark_dirty(at / screen.columns, (at + n - 1) / screen.columns + 1);
}

static void scroll(void)
{
	unsigned int cells = (screen.rows - 1) * screen.columns;

	memmove(wanted, wanted + screen.columns, cells * sizeof(wanted[0]));
	clear_cells(cells, screen.columns);
	mark_dirty(0, screen.rows);
}

static void next_line(void)
{
	screen.column = 0;
	if (screen.row + 1 < screen.rows)
		screen.row++;
	else
		scroll();
}

static void put_cell(char c)
{
	if (screen.column == screen.columns)
		next_line();
	wanted[screen.row * screen.columns + screen.column] = SCREEN_CELL(c, screen.attr);
	mark_dirty(screen.row, screen.row + 1);
	screen.column++;
}

/* ---- Control characters and sequences -------------------------------------------------------- */

/* Colours of ESC [ 30..37 and 90..97 m in the order of the enum. */
static void choose_attr(unsigned int n)
{
	static const u8 colours[8] = {BLACK, RED, GREEN, BROWN, BLUE, MAGENTA, CYAN, GREY};

	if (n == 0)
		screen.chosen_attr = 0;
	else if (n >= 30 && n <= 37)
		screen.chosen_attr = colours[n - 30];
	else if (n >= 90 && n <= 97)
		screen.chosen_attr = colours[n - 90] + DARK_GREY;
}

static void move_cursor(int columns, int rows)
{
	screen.column =
		(unsigned int)clamp((int)screen.column + columns, 0, (int)screen.columns - 1);
	screen.row = (unsigned int)clamp((int)screen.row + rows, 0, (int)screen.rows - 1);
}

static void place_cursor(unsigned int column, unsigned int row)
{
	screen.column = min(column ? column - 1 : 0, screen.columns - 1);
	screen.row = min(row ? row - 1 : 0, screen.rows - 1);
}

static void finish_sequence(char c)
{
	unsigned int first = screen.parameter[0];
	int n = (int)clamp(first, 1u, 1000u);
	unsigned int at = screen.row * screen.columns + min(screen.column, screen.columns - 1);

	switch (c) {
	case 'A':
		move_cursor(0, -n);
		break;
	case 'B':
		move_cursor(0, n);
		break;
	case 'C':
		move_cursor(n, 0);
		break;
	case 'D':
		move_cursor(-n, 0);
		break;
	case 'H':
		place_cursor(screen.parameter[1], first);
		break;
	case 'J':
		clear_cells(first == 2 ? 0 : at,
			    screen.rows * screen.columns - (first == 2 ? 0 : at));
		break;
	case 'K':
		if (screen.column < screen.columns)
			clear_cells(at, screen.columns - screen.column);
		break;
	case 'm':
		for (int i = 0; i < screen.nr_parameters; i++)
			choose_attr(screen.parameter[i]);
		break;
	}
}

static void sequence_char(char c)
{
	unsigned int *parameter = &screen.parameter[screen.nr_parameters - 1];

	if (isdigit(c)) {
		*parameter = min(*parameter * 10 + (unsigned int)(c - '0'), 9999u);
	} else if (c == ';') {
		screen.nr_parameters = (u8)min(screen.nr_parameters + 1, MAX_PARAMETERS);
	} else {
		screen.state = STATE_TEXT;
		finish_sequence(c);
	}
}

static void escape_char(char c)
{
	screen.state = c == '[' ? STATE_PARAMETERS : STATE_TEXT;
	screen.nr_parameters = 1;
	memset(screen.parameter, 0, sizeof(screen.parameter));
}

static void text_char(char c)
{
	switch (c) {
	case '\n':
		next_line();
		break;
	case '\r':
		screen.column = 0;
		break;
	case '\b':
		screen.column -= screen.column > 0;
		break;
	case '\t':
		do {
			put_cell(' ');
		} while (screen.column % TAB_WIDTH && screen.column < screen.columns);
		break;
	case '\033':
		screen.state = STATE_ESCAPE;
		break;
	default:
		if (isprint((u8)c) || (u8)c >= 0x7f)
			put_cell(c);
	}
}

/* ---- Drawing --------------------------------------------------------------------------------- */

/* A cell as it is to be drawn: under the cursor, foreground and background trade places. */
static u16 visible_cell(unsigned int at)
{
	u16 cell = wanted[at];

	if (at != screen.cursor_at)
		return cell;
	return (u16)(SCREEN_CHAR(cell) | SCREEN_BACKGROUND(cell) << 8 |
		     SCREEN_FOREGROUND(cell) << 12);
}

static void flush_row(unsigned int row)
{
	unsigned int start = row * screen.columns;

	for (unsigned int i = 0; i < screen.columns; i++) {
		u16 cell = visible_cell(start + i);

		if (cell == shown[start + i])
			continue;
		shown[start + i] = cell;
		screen.draw(i, row, cell);
	}
}

static void screen_flush(void)
{
	mark_dirty(screen.cursor_at / screen.columns, screen.cursor_at / screen.columns + 1);
	screen.cursor_at = screen.row * screen.columns + min(screen.column, screen.columns - 1);
	mark_dirty(screen.row, screen.row + 1);
	for (unsigned int row = screen.dirty_from; row < screen.dirty_to; row++)
		flush_row(row);
	screen.dirty_from = screen.rows;
	screen.dirty_to = 0;
	screen.flushed_ns = ktime_get_ns();
}

static void screen_write(const char *s, size_t n, int level)
{
	screen.attr = screen.chosen_attr ? screen.chosen_attr : level_attr(level);
	for (; n; n--, s++) {
		if (screen.state == STATE_TEXT)
			text_char(*s);
		else if (screen.state == STATE_ESCAPE)
			escape_char(*s);
		else
			sequence_char(*s);
	}
	if (screen.sync || (level >= 0 && level <= LOGLEVEL_WARNING) ||
	    ktime_get_ns() - screen.flushed_ns >= FLUSH_INTERVAL)
		screen_flush();
}

static struct console screen_console = {
	.name = "tty0",
	.write = screen_write,
	.flush = screen_flush,
};

void screen_init(unsigned int columns, unsigned int rows,
		 void (*draw)(unsigned int column, unsigned int row, u16 cell))
{
	screen.columns = clamp(columns, 1u, (unsigned int)MAX_CELLS);
	screen.rows = clamp(rows, 1u, MAX_CELLS / screen.columns);
	screen.draw = draw;
	screen.flushed_ns = ktime_get_ns();
	memset16(shown, 0xffff, screen.rows * screen.columns);
	clear_cells(0, screen.rows * screen.columns);
	console_register(&screen_console);
}

/* Before paging_init() the loader's tables map the lowest 4 GiB where the direct map will be. */
void *screen_map(phys_addr_t phys, unsigned long size)
{
	if ((read_cr3() & PAGE_MASK) == __pa(swapper_pg_dir))
		return (void __force *)early_ioremap(phys, size, PAGE_KERNEL_WC);
	return phys + size <= 1ULL << 32 ? __va(phys) : NULL;
}

void console_init_framebuffer(void)
{
	if (!fbcon_init())
		vga_text_init();
	keyboard_init();
}

void console_emergency(void)
{
	static bool tried;

	if (screen.draw || tried)
		return;
	tried = true;
	if (!fbcon_init())
		vga_text_init();
}
