/* SPDX-License-Identifier: MIT */
#ifndef _CAIRN_NAMES_H
#define _CAIRN_NAMES_H

/*
 * Names of ranges of blocks: a directory on a disk, and the cache of what was looked
 * up in it.  block/names.c; the format is in docs/block-cache.md.
 */
#include <cairn/block.h>

#define NAME_LEN_MAX 39 /* without the NUL */

/* What a name stands for. */
struct name_info {
	u64 first;
	u64 blocks;
};

/**
 * names_format - begin an empty directory in block 0
 * @dev: the device; what block 0 held is lost
 *
 * Context: may sleep.
 * Return: 0, -ENOMEM, -EROFS.
 */
int names_format(struct block_device *dev);

/**
 * names_create - enter a name
 * @dev: the device
 * @name: 1 to NAME_LEN_MAX bytes
 * @info: what it stands for
 *
 * Context: may sleep.
 * Return: 0, -EEXIST, -EINVAL for a bad name or a range beyond the end, -ENOSPC
 * when the directory is full, -EPROTO when block 0 is not a directory, -ENOMEM, -EIO.
 */
int names_create(struct block_device *dev, const char *name, const struct name_info *info);

/**
 * names_lookup - what a name stands for
 * @dev: the device
 * @name: the name
 * @info: filled in
 *
 * Context: may sleep.
 * Return: 0, -ENOENT, -EPROTO, -ENOMEM, -EIO.
 */
int names_lookup(struct block_device *dev, const char *name, struct name_info *info);

/* names_remove - take a name out of the directory; as names_lookup(). */
int names_remove(struct block_device *dev, const char *name);

/* names_drop - forget cached names, of every device; how many there were. */
unsigned long names_drop(void);

/* names_cached - how many names are cached. */
unsigned long names_cached(void);

#endif
