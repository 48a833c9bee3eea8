/* SPDX-License-Identifier: MIT */

/* Virtual files: text that is made when it is read. */
#include <linux/kernel.h>
#include <linux/seq_file.h>
#include <linux/string.h>
#include <cairn/console.h>
#include <cairn/vfile.h>

#define SEQ_LINE_MAX 1024

void seq_write(struct seq_file *m, const void *data, size_t n)
{
	m->emit(m, data, n);
	m->count += n;
}

void seq_putc(struct seq_file *m, char c)
{
	seq_write(m, &c, 1);
}

void seq_puts(struct seq_file *m, const char *s)
{
	seq_write(m, s, strlen(s));
}

void seq_vprintf(struct seq_file *m, const char *fmt, va_list args)
{
	char line[SEQ_LINE_MAX];
	int n = vscnprintf(line, sizeof(line), fmt, args);

	seq_write(m, line, (size_t)n);
}

void seq_printf(struct seq_file *m, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	seq_vprintf(m, fmt, args);
	va_end(args);
}

void seq_put_decimal_ull(struct seq_file *m, const char *delimiter, unsigned long long num)
{
	seq_printf(m, "%s%llu", delimiter ? delimiter : "", num);
}

/* Keeps what fits; seq_write() counts the rest too. */
static void emit_to_buffer(struct seq_file *m, const char *s, size_t n)
{
	if (m->count < m->size)
		memcpy(m->buf + m->count, s, min(n, m->size - m->count));
}

static void emit_to_console(struct seq_file *m __unused, const char *s, size_t n)
{
	console_write(s, n, CONSOLE_PLAIN);
}

const struct virtual_file *vfile_find(const char *name)
{
	name += str_has_prefix(name, "/proc/");
	for_each_virtual_file(f) {
		if (!strcmp(f->name, name))
			return f;
	}
	return NULL;
}

int vfile_read(const char *name, char *buf, size_t n)
{
	struct seq_file m = {.emit = emit_to_buffer, .buf = buf, .size = n};
	const struct virtual_file *f = vfile_find(name);
	int err = f ? f->show(&m) : -ENOENT;

	if (n)
		buf[err ? 0 : min(m.count, n - 1)] = '\0';
	return err ? err : (int)m.count;
}

int vfile_show(const char *name)
{
	struct seq_file m = {.emit = emit_to_console};
	const struct virtual_file *f = vfile_find(name);

	return f ? f->show(&m) : -ENOENT;
}
