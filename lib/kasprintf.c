/* SPDX-License-Identifier: MIT */

/* Formatted text in memory of its own. */
#include <linux/sprintf.h>
#include <linux/slab.h>

char *kvasprintf(gfp_t gfp, const char *fmt, va_list args)
{
	va_list again;
	size_t size;
	char *buf;

	va_copy(again, args);
	size = (size_t)vsnprintf(NULL, 0, fmt, again) + 1;
	va_end(again);
	buf = kmalloc(size, gfp);
	if (buf)
		vsnprintf(buf, size, fmt, args);
	return buf;
}

char *kasprintf(gfp_t gfp, const char *fmt, ...)
{
	va_list args;
	char *buf;

	va_start(args, fmt);
	buf = kvasprintf(gfp, fmt, args);
	va_end(args);
	return buf;
}
