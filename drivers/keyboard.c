/* SPDX-License-Identifier: MIT */

/*
 * The PS/2 keyboard, polled: scan code set 1, as the controller translates it,
 * US layout.  A machine without a controller reads all ones, which would be a
 * full buffer for ever: that status is taken for none.
 */
#include <linux/kernel.h>
#include <linux/ctype.h>
#include <cairn/console.h>
#include <asm/io.h>

#include "screen.h"

#define PS2_DATA	0x60
#define PS2_STATUS	0x64
#define PS2_ABSENT	0xff
#define PS2_STATUS_FULL 0x01 /* a byte waits */
#define PS2_STATUS_AUX	0x20 /* it is the mouse's */

#define SCAN_RELEASE	0x80
#define SCAN_CODE	0x7f
#define SCAN_EXTENDED	0xe0
#define SCAN_CTRL	0x1d
#define SCAN_LSHIFT	0x2a
#define SCAN_RSHIFT	0x36
#define SCAN_CAPS	0x3a

/* By scan code, 0: no character. */
static const char plain_keys[0x3a] = "\0\0331234567890-=\b\tqwertyuiop[]\n\0asdfghjkl;'`\0\\"
				     "zxcvbnm,./\0*\0 ";
static const char shift_keys[0x3a] = "\0\033!@#$%^&*()_+\b\tQWERTYUIOP{}\n\0ASDFGHJKL:\"~\0|"
				     "ZXCVBNM<>?\0*\0 ";

static bool shift, ctrl, caps, extended;

/* Keys without a character, with 0xe0 before them or on the keypad. */
static int special_key(u8 code)
{
	switch (code) {
	case 0x47:
		return KEY_HOME;
	case 0x48:
		return KEY_UP;
	case 0x49:
		return KEY_PAGE_UP;
	case 0x4b:
		return KEY_LEFT;
	case 0x4d:
		return KEY_RIGHT;
	case 0x4f:
		return KEY_END;
	case 0x50:
		return KEY_DOWN;
	case 0x51:
		return KEY_PAGE_DOWN;
	case 0x53:
		return KEY_DELETE;
	default:
		return -1;
	}
}

/* Shift, control and caps lock; true if @code is one of them. */
static bool modifier_key(u8 code, bool pressed)
{
	switch (code) {
	case SCAN_LSHIFT:
	case SCAN_RSHIFT:
		shift = pressed;
		return true;
	case SCAN_CTRL:
		ctrl = pressed;
		return true;
	case SCAN_CAPS:
		caps ^= pressed;
		return true;
	default:
		return false;
	}
}

static int character_key(u8 code)
{
	char c;

	if (code >= ARRAY_SIZE(plain_keys))
		return special_key(code);
	c = shift ? shift_keys[code] : plain_keys[code];
	if (caps && isalpha(c))
		c ^= 'a' ^ 'A';
	if (ctrl && c >= '@')
		c &= 0x1f;
	return c ? c : -1;
}

/* What a scan code means; -1: no key yet. */
static int keyboard_decode(u8 code)
{
	bool pressed = !(code & SCAN_RELEASE), was_extended = extended;

	extended = code == SCAN_EXTENDED;
	if (extended)
		return -1;
	code &= SCAN_CODE;
	if (was_extended && (code == SCAN_LSHIFT || code == SCAN_RSHIFT))
		return -1; /* sent around the arrows, means nothing */
	if (modifier_key(code, pressed) || !pressed)
		return -1;
	if (was_extended && code != 0x1c && code != 0x35)
		return special_key(code);
	return character_key(code);
}

static int keyboard_getc(void)
{
	u8 status;

	while ((status = inb(PS2_STATUS)) != PS2_ABSENT && (status & PS2_STATUS_FULL)) {
		u8 code = inb(PS2_DATA);
		int key = status & PS2_STATUS_AUX ? -1 : keyboard_decode(code);

		if (key >= 0)
			return key;
	}
	return -1;
}

static struct console keyboard_console = {
	.name = "keyboard",
	.getc = keyboard_getc,
};

void keyboard_init(void)
{
	if (inb(PS2_STATUS) == PS2_ABSENT)
		return;
	console_register(&keyboard_console);
}
