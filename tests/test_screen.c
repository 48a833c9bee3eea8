/* SPDX-License-Identifier: MIT */
/*
 * The text screen in memory that stands in for a framebuffer.
 *
 * Scenario: for each format and size a framebuffer is set up right before a guard page, every
 * cell gets a character, and every pixel is compared with what the font says of it.  Then
 * the framebuffer is filled with junk behind the console's back and text scrolls: a cell is
 * drawn anew, to the pixel, or is junk still, in its place.  Had anything been read from the
 * framebuffer, or moved in it, junk would be where it does not belong.
 */
#include <linux/kernel.h>
#include <linux/string.h>
#include <linux/vmalloc.h>
#include <cairn/console.h>
#include <cairn/test.h>
#include "../drivers/fb_text.h"
#include "../drivers/font.h"
#include "../drivers/screen.h"
#include "../drivers/text_screen.h"
#include "guarded.h"

#define JUNK	   0xa5
#define ROOM	   (432u << 10)
#define MAX_CELLS  2048
#define FOREGROUND 7
#define SCROLLED   9 /* of the formats, the first so many */

static struct fixture {
	struct guarded guard;
	struct boot_framebuffer f;
	struct fb_text fb;
	u8 *base;
	u32 size;
	struct text_screen screen;
	u16 wanted[MAX_CELLS], shown[MAX_CELLS];
	u16 cell[MAX_CELLS]; /* what was drawn last, by place */
	bool drawn[MAX_CELLS];
	unsigned int drawings;
} * t;

struct format {
	u32 width, height, pitch;
	u8 bpp;
	u8 red_pos, red_size, green_pos, green_size, blue_pos, blue_size;
	u32 scale;
};

static const struct format formats[] = {
	{64, 48, 256, 32, 16, 8, 8, 8, 0, 8, 1},
	{67, 50, 271, 32, 16, 8, 8, 8, 0, 8, 1}, /* edges, and no line is aligned */
	{67, 50, 300, 32, 0, 8, 8, 8, 16, 8, 1}, /* BGR */
	{64, 48, 260, 30, 20, 10, 10, 10, 0, 10, 1},
	{64, 48, 195, 24, 16, 8, 8, 8, 0, 8, 1},
	{65, 48, 131, 16, 11, 5, 5, 6, 0, 5, 1},
	{64, 48, 128, 15, 10, 5, 5, 5, 0, 5, 1},
	{72, 1440, 291, 32, 16, 8, 8, 8, 0, 8, 2}, /* the font is twice as large */
	{72, 1440, 219, 24, 16, 8, 8, 8, 0, 8, 2},
	{24, 1439, 96, 32, 16, 8, 8, 8, 0, 8, 1},
	{24, 2160, 96, 32, 16, 8, 8, 8, 0, 8, 3},
	{36, 3000, 144, 32, 16, 8, 8, 8, 0, 8, 4},
	{8, 3000, 32, 32, 16, 8, 8, 8, 0, 8, 1}, /* too narrow for larger ones */
};

static bool begin(void)
{
	t = vzalloc(sizeof(*t));
	return t && guarded_init(&t->guard, ROOM);
}

static void end(void)
{
	guarded_exit(&t->guard);
	vfree(t);
}

static struct boot_framebuffer described(const struct format *how)
{
	return (struct boot_framebuffer){
		.phys = 0xfd000000,
		.pitch = how->pitch,
		.width = how->width,
		.height = how->height,
		.bpp = how->bpp,
		.type = 1,
		.red_pos = how->red_pos,
		.red_size = how->red_size,
		.green_pos = how->green_pos,
		.green_size = how->green_size,
		.blue_pos = how->blue_pos,
		.blue_size = how->blue_size,
	};
}

static bool open_framebuffer(const struct format *how)
{
	t->f = described(how);
	t->size = how->pitch * how->height;
	if (!EXPECT(t->size <= ROOM && fb_text_usable(&t->f)))
		return false;
	t->base = t->guard.area + t->guard.size - t->size;
	memset(t->base, JUNK, t->size);
	fb_text_init(&t->fb, &t->f, t->base);
	return EXPECT_EQ(t->fb.scale, how->scale);
}

/* ---- Pixels, as they should be ----------------------------------------------------------- */

/* The upper bits of an 8-bit colour, or that and zeroes, in its field. */
static u32 field(u32 value, u8 pos, u8 size)
{
	return (u32)((u64)value << 16 >> (24 - size) << pos);
}

static u32 pixel_of(u32 rgb)
{
	return field(rgb >> 16 & 255, t->f.red_pos, t->f.red_size) |
	       field(rgb >> 8 & 255, t->f.green_pos, t->f.green_size) |
	       field(rgb & 255, t->f.blue_pos, t->f.blue_size);
}

static u32 pixel_at(u32 x, u32 y)
{
	u32 pixel = 0;

	memcpy(&pixel, t->base + y * t->f.pitch + x * t->fb.bytes, t->fb.bytes);
	return pixel;
}

static u32 junk(void)
{
	u32 pixel = 0;

	memset(&pixel, JUNK, t->fb.bytes);
	return pixel;
}

/* Whether the cell's pixels are those of the font; or all junk. */
static bool cell_is(u32 column, u32 row, u16 cell, bool untouched)
{
	u32 scale = t->fb.scale;

	for (u32 y = 0; y < FONT_HEIGHT * scale; y++)
		for (u32 x = 0; x < FONT_WIDTH * scale; x++) {
			bool on = font_glyph(SCREEN_CHAR(cell))[y / scale] >> (7 - x / scale) & 1;
			u32 want = t->fb.colour[on ? SCREEN_FOREGROUND(cell)
						   : SCREEN_BACKGROUND(cell)];

			if (pixel_at(column * FONT_WIDTH * scale + x,
				     row * FONT_HEIGHT * scale + y) != (untouched ? junk() : want))
				return false;
		}
	return true;
}

/* What no cell covers: background up to the last pixel of a line, junk behind it. */
static bool edges_are(u32 want)
{
	u32 right = t->fb.columns * FONT_WIDTH * t->fb.scale;
	u32 below = t->fb.rows * FONT_HEIGHT * t->fb.scale;

	for (u32 y = 0; y < t->f.height; y++) {
		const u8 *line = t->base + y * t->f.pitch;

		for (u32 x = y < below ? right : 0; x < t->f.width; x++)
			if (pixel_at(x, y) != want)
				return false;
		for (u32 i = t->f.width * t->fb.bytes; i < t->f.pitch; i++)
			if (line[i] != JUNK)
				return false;
	}
	return true;
}

/* ---- Tests ------------------------------------------------------------------------------- */

KTEST(screen, glyphs_differ)
{
	unsigned int a, b;

	font_init();
	for (a = 0; a < FONT_GLYPHS; a++)
		for (b = 0; b < a; b++)
			EXPECT(memcmp(font_rows[a], font_rows[b], FONT_HEIGHT));
	EXPECT(!memchr_inv(font_glyph(' '), 0, FONT_HEIGHT));
	EXPECT(font_glyph('\t') == font_glyph(0xe9) && font_glyph(0x7f) == font_glyph(0));
}

/* Every character and colour, in each format, to the bit. */
KTEST(screen, cells_are_exact)
{
	u32 rgb[16], i, n;

	ASSERT(begin());
	for (i = 0; i < ARRAY_SIZE(formats); i++) {
		if (!open_framebuffer(&formats[i]))
			break;
		if (i == 0)
			memcpy(rgb, t->fb.colour, sizeof(rgb));
		for (n = 0; n < 16; n++)
			EXPECT_EQ(t->fb.colour[n], pixel_of(rgb[n]));
		for (n = 0; n < t->fb.columns * t->fb.rows; n++)
			fb_text_draw(&t->fb, n % t->fb.columns, n / t->fb.columns,
				     SCREEN_CELL(' ' + n % FONT_GLYPHS, n * 7));
		for (n = 0; n < t->fb.columns * t->fb.rows; n++)
			EXPECT(cell_is(n % t->fb.columns, n / t->fb.columns,
				       SCREEN_CELL(' ' + n % FONT_GLYPHS, n * 7), false));
		EXPECT(edges_are(t->fb.colour[0]));
	}
	end();
}

static void record(unsigned int column, unsigned int row, u16 cell)
{
	unsigned int at = row * t->fb.columns + column;

	if (!EXPECT(column < t->fb.columns && row < t->fb.rows))
		return;
	t->cell[at] = cell;
	t->drawn[at] = true;
	t->drawings++;
	fb_text_draw(&t->fb, column, row, cell);
}

static void write_text(const char *text)
{
	text_screen_write(&t->screen, text, strlen(text), CONSOLE_PLAIN);
}

static bool open_screen(const struct format *how)
{
	if (!open_framebuffer(how))
		return false;
	t->screen = (struct text_screen){
		.draw = record, .wanted = t->wanted, .shown = t->shown, .cells = MAX_CELLS};
	text_screen_init(&t->screen, t->fb.columns, t->fb.rows);
	text_screen_flush(&t->screen);
	return EXPECT_EQ(t->drawings, t->fb.columns * t->fb.rows);
}

/* Junk everywhere; text; what was drawn is exact, all else is junk still. */
static void expect_no_reading(const char *text)
{
	u32 at;

	memset(t->base, JUNK, t->size);
	memset(t->drawn, 0, sizeof(t->drawn));
	write_text(text);
	EXPECT(!memchr_inv(t->base, JUNK, t->size)); /* not before the flush */
	text_screen_flush(&t->screen);
	for (at = 0; at < t->fb.columns * t->fb.rows; at++)
		EXPECT(cell_is(at % t->fb.columns, at / t->fb.columns, t->cell[at], !t->drawn[at]));
	EXPECT(edges_are(junk()));
}

/* Whether a row shows @text, and blanks behind it. */
static bool row_shows(u32 row, const char *text)
{
	size_t len = strlen(text);

	for (u32 i = 0; i < t->fb.columns; i++) {
		char c = i < len ? text[i] : ' ';

		if (SCREEN_CHAR(t->cell[row * t->fb.columns + i]) != (unsigned char)c)
			return false;
	}
	return true;
}

/* Fills the screen, and scrolls it by three lines that differ from those above in a digit or two. */
static void scroll_by_lines(void)
{
	u32 line, rows = t->fb.rows;
	char text[40];

	for (line = 0; line < rows + 3; line++) {
		snprintf(text, sizeof(text), "%sL%03u", line ? "\n" : "", line);
		if (line == 1 || line >= rows)
			expect_no_reading(text);
		else
			write_text(text);
	}
	for (line = 0; line < rows; line++) {
		snprintf(text, sizeof(text), "L%03u", line + 3);
		EXPECT(row_shows(line, text));
	}
}

KTEST(screen, scrolling_never_reads_video_memory)
{
	u32 i, line;

	ASSERT(begin());
	for (i = 0; i < SCROLLED; i++) {
		t->drawings = 0;
		if (!open_screen(&formats[i]))
			break;
		scroll_by_lines();
		for (line = 0; line < 2 * t->fb.rows; line++)
			write_text("\n");
		expect_no_reading("\033[31mred\033[0m\b!\tx\r");
		EXPECT(row_shows(t->fb.rows - 2, "re!")); /* the tab fills the row */
		EXPECT(row_shows(t->fb.rows - 1, "x"));
	}
	end();
}

/* A cell that already shows what it should is not drawn again, but for the cursor's two. */
KTEST(screen, only_what_changes_is_drawn)
{
	ASSERT(begin());
	if (open_screen(&formats[0])) {
		write_text("same\nsame\nsame");
		text_screen_flush(&t->screen);
		t->drawings = 0;
		text_screen_flush(&t->screen);
		EXPECT_EQ(t->drawings, 0);
		write_text("\nsame"); /* scrolls: every row reads as before */
		text_screen_flush(&t->screen);
		EXPECT_EQ(t->drawings, 0);
		write_text("r");
		text_screen_flush(&t->screen);
		EXPECT_EQ(t->drawings, 2);
	}
	end();
}

/* Framebuffers that no character can be drawn in: refused, not drawn past. */
KTEST(screen, unusable_framebuffers)
{
	static const struct format good = {64, 48, 256, 32, 16, 8, 8, 8, 0, 8, 1};
	struct boot_framebuffer f = described(&good);

	EXPECT(fb_text_usable(&f));
#define REFUSED(field, value)                \
	do {                                 \
		f = described(&good);        \
		f.field = value;             \
		EXPECT(!fb_text_usable(&f)); \
	} while (0)
	REFUSED(bpp, 8);
	REFUSED(bpp, 14);
	REFUSED(bpp, 33);
	REFUSED(type, 0); /* a palette */
	REFUSED(type, 2); /* text */
	REFUSED(width, 7);
	REFUSED(height, 15);
	REFUSED(width, 16385);
	REFUSED(pitch, 255);
	REFUSED(pitch, 1 << 17);
	REFUSED(red_pos, 25);
	REFUSED(green_size, 17);
	REFUSED(blue_pos, 255);
#undef REFUSED
	f = described(&good);
	f.red_size = 0; /* no fields: the usual ones */
	EXPECT(fb_text_usable(&f) && f.red_pos == 16 && f.green_pos == 8 && f.blue_size == 8);
	f.bpp = 16;
	f.red_size = 0;
	EXPECT(fb_text_usable(&f) && f.red_pos == 11 && f.green_size == 6 && f.blue_size == 5);
}
