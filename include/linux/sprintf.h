/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_SPRINTF_H
#define _LINUX_SPRINTF_H

/*
 * Formatted text.  Beside C's formats: %p prints the address as sixteen
 * digits, and a letter behind it says what the address is of.
 *
 *   %px %pK	an address, as %p
 *   %pS %ps	a symbol with or without offset; %pB a return address
 *   %pa %pad	a phys_addr_t or dma_addr_t by reference
 *   %pe	an error pointer by name
 *   %pV	a struct va_format
 *   %pR %pr	a struct resource, flags by name or raw
 *   %pGg %pGp	a gfp_t or a page's flags by reference, by name
 *   %*ph	bytes in hexadecimal; C, D or N: colons, dashes, nothing between
 *   %pM %pm	a MAC address with or without colons
 *   %pI4 %pi4	an IPv4 address
 *   %pU	a UUID; b, B, l, L
 */
#include <linux/types.h>
#include <linux/compiler.h>
#include <linux/stdarg.h>

/**
 * vsnprintf - format into a buffer
 * @buf: the buffer; always terminated if @size is not 0
 * @size: its bytes
 * @fmt: the format
 * @args: its arguments
 *
 * Context: any.
 * Return: characters the whole text has, though not all may have fitted.
 */
int vsnprintf(char *buf, size_t size, const char *fmt, va_list args) __printf(3, 0);
int snprintf(char *buf, size_t size, const char *fmt, ...) __printf(3, 4);

/* The same, but return the characters that were written. */
int vscnprintf(char *buf, size_t size, const char *fmt, va_list args) __printf(3, 0);
int scnprintf(char *buf, size_t size, const char *fmt, ...) __printf(3, 4);

int vsprintf(char *buf, const char *fmt, va_list args) __printf(2, 0);
int sprintf(char *buf, const char *fmt, ...) __printf(2, 3);

/* Into memory from kmalloc; NULL when there is none. */
char *kvasprintf(gfp_t gfp, const char *fmt, va_list args) __printf(2, 0) __malloc;
char *kasprintf(gfp_t gfp, const char *fmt, ...) __printf(2, 3) __malloc;

#endif
