/* SPDX-License-Identifier: MIT */

/*
 * The framebuffer that the loader set up as the console's screen: the policy around
 * drivers/fb_text.c.
 */
#include <linux/kernel.h>
#include <cairn/boot_info.h>

#include "fb_text.h"
#include "screen.h"

static struct fb_text fb;

static void fb_draw(unsigned int column, unsigned int row, u16 cell)
{
	fb_text_draw(&fb, column, row, cell);
}

bool fbcon_init(void)
{
	struct boot_framebuffer *f = &boot_info.fb;
	void *base;

	if (!fb_text_usable(f))
		return false;
	base = screen_map(f->phys, (unsigned long)f->pitch * f->height);
	if (!base)
		return false;
	fb_text_init(&fb, f, base);
	screen_init(fb.columns, fb.rows, fb_draw);
	pr_info("screen: %ux%u, %u bits a pixel, at %pa\n", f->width, f->height, f->bpp, &f->phys);
	return true;
}
