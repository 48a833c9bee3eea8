/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_SEQ_FILE_H
#define _LINUX_SEQ_FILE_H

/*
 * Where a virtual file writes its text: to the consoles as it comes, or into a
 * buffer.
 */
#include <linux/types.h>
#include <linux/compiler.h>
#include <linux/stdarg.h>

/**
 * struct seq_file - the text of a virtual file on its way
 * @emit: takes the next @n characters
 * @count: characters so far
 * @buf: vfile_read(): the buffer
 * @size: vfile_read(): its bytes
 * @private: the file's own
 */
struct seq_file {
	void (*emit)(struct seq_file *m, const char *s, size_t n);
	size_t count;
	char *buf;
	size_t size;
	void *private;
};

void seq_write(struct seq_file *m, const void *data, size_t n);
void seq_putc(struct seq_file *m, char c);
void seq_puts(struct seq_file *m, const char *s);

/* One call formats at most 1023 characters; more are cut. */
void seq_printf(struct seq_file *m, const char *fmt, ...) __printf(2, 3);
void seq_vprintf(struct seq_file *m, const char *fmt, va_list args) __printf(2, 0);

/* seq_put_decimal_ull - @delimiter, then @num */
void seq_put_decimal_ull(struct seq_file *m, const char *delimiter, unsigned long long num);

#endif
