/* SPDX-License-Identifier: MIT */

/*
 * The screen as a console: which one there is, and when it is drawn.
 *
 * Drawing is slow against all else at start-up, so it is put off: until
 * FLUSH_INTERVAL has passed, a warning comes, or the monitor waits for a key.
 * screen=sync draws at once, for machines that hang without a word.
 *
 * Locking: the log's owner, or the monitor.
 */
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/string.h>
#include <cairn/boot_info.h>
#include <cairn/console.h>
#include <cairn/init.h>
#include <asm/pgtable.h>
#include <asm/processor.h>

#include "screen.h"
#include "text_screen.h"

#define MAX_CELLS      32768
#define FLUSH_INTERVAL (20 * NSEC_PER_MSEC)

static u16 wanted[MAX_CELLS], shown[MAX_CELLS];

static struct text_screen screen = {
	.wanted = wanted,
	.shown = shown,
	.cells = MAX_CELLS,
};
static u64 flushed_ns;
static bool sync;

static int set_screen(const char *value)
{
	sync = !strcmp(value, "sync");
	return sync ? 0 : -EINVAL;
}
BOOT_PARAM("screen", set_screen, "screen=sync draws every message at once");

static void screen_flush(void)
{
	text_screen_flush(&screen);
	flushed_ns = ktime_get_ns();
}

static void screen_write(const char *s, size_t n, int level)
{
	text_screen_write(&screen, s, n, level);
	if (sync || (level >= 0 && level <= LOGLEVEL_WARNING) ||
	    ktime_get_ns() - flushed_ns >= FLUSH_INTERVAL)
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
	screen.draw = draw;
	flushed_ns = ktime_get_ns();
	text_screen_init(&screen, columns, rows);
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
