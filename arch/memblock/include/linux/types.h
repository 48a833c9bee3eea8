/* SPDX-License-Identifier: MIT */
#ifndef CAIRN_MEMBLOCK_TYPES_H
#define CAIRN_MEMBLOCK_TYPES_H

/* The kernel's names of types, in a program that has the C library. */
#include_next <linux/types.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef unsigned long long u64;
typedef unsigned long long phys_addr_t;

#endif
