/* SPDX-License-Identifier: MIT */
#ifndef _CAIRN_VFILE_H
#define _CAIRN_VFILE_H

/* The files of /proc, which VIRTUAL_FILE() registers. */
#include <linux/types.h>
#include <cairn/init.h>

extern const struct virtual_file __virtual_file_start[], __virtual_file_end[];

#define for_each_virtual_file(f) \
	for (const struct virtual_file *f = __virtual_file_start; f < __virtual_file_end; f++)

/* vfile_find - the file of a name, with or without "/proc/" before it, or NULL */
const struct virtual_file *vfile_find(const char *name);

/**
 * vfile_read - the text of a virtual file in a buffer
 * @name: as for vfile_find()
 * @buf: the buffer; terminated if @n is not 0
 * @n: its bytes
 *
 * Return: characters the whole text has, -ENOENT, or what the file returned.
 */
int vfile_read(const char *name, char *buf, size_t n);

/* vfile_show - print a virtual file on the consoles; 0, -ENOENT or its error */
int vfile_show(const char *name);

#endif
