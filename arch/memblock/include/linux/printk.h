/* SPDX-License-Identifier: MIT */
#ifndef CAIRN_MEMBLOCK_PRINTK_H
#define CAIRN_MEMBLOCK_PRINTK_H

/* What memblock has to say goes to standard error. */
#include <stdio.h>

#define pr_info(...) fprintf(stderr, __VA_ARGS__)
#define pr_warn(...) fprintf(stderr, __VA_ARGS__)
#define pr_err(...)  fprintf(stderr, __VA_ARGS__)

static inline void dump_stack(void)
{
}

#endif
