/* SPDX-License-Identifier: MIT */

/*
 * The text mode of a VGA: cells of character and attribute, in the very form of
 * drivers/screen.h, at the address the loader says.
 */
#include <linux/kernel.h>
#include <cairn/boot_info.h>
#include <asm/io.h>

#include "screen.h"

#define VGA_TEXT_PHYS	0xb8000
#define CRTC_INDEX	0x3d4
#define CRTC_DATA	0x3d5
#define CRTC_CURSOR	0x0a
#define CRTC_CURSOR_OFF 0x20
#define ATTR_RESET	0x3da
#define ATTR_PORT	0x3c0
#define ATTR_MODE	0x10
#define ATTR_MODE_BLINK 0x08
#define ATTR_PALETTE_ON 0x20

static volatile u16 *vga_cells;
static u32 vga_stride; /* cells from one row to the next */

static void vga_draw(unsigned int column, unsigned int row, u16 cell)
{
	vga_cells[row * vga_stride + column] = cell;
}

/* Our cursor is an inverted cell; and bit 7 of an attribute is a colour, not blinking. */
static void vga_set_mode(void)
{
	u8 mode;

	outb(CRTC_CURSOR, CRTC_INDEX);
	outb(CRTC_CURSOR_OFF, CRTC_DATA);
	inb(ATTR_RESET);
	outb(ATTR_MODE | ATTR_PALETTE_ON, ATTR_PORT);
	mode = inb(ATTR_PORT + 1);
	outb(mode & (u8)~ATTR_MODE_BLINK, ATTR_PORT);
}

bool vga_text_init(void)
{
	const struct boot_framebuffer *fb = &boot_info.fb;
	u32 columns = fb->width ? fb->width : 80, rows = fb->height ? fb->height : 25;

	if (fb->type != BOOT_FB_TEXT || columns > 512 || rows > 512)
		return false;
	vga_stride = fb->pitch >= columns * 2 ? fb->pitch / 2 : columns;
	vga_cells = screen_map(fb->phys ? fb->phys : VGA_TEXT_PHYS, rows * vga_stride * 2);
	if (!vga_cells)
		return false;
	vga_set_mode();
	screen_init(columns, rows, vga_draw);
	return true;
}
