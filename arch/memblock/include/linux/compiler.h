/* SPDX-License-Identifier: MIT */
#ifndef CAIRN_MEMBLOCK_COMPILER_H
#define CAIRN_MEMBLOCK_COMPILER_H

#define likely(x)   __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)

#endif
