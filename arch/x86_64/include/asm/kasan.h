/* SPDX-License-Identifier: MIT */
#ifndef _ASM_KASAN_H
#define _ASM_KASAN_H

/*
 * Shadow memory: a byte for each 8 bytes of the kernel's half of the address space,
 * at ffffec00 00000000, where <asm/page.h> has nothing.
 */
#include <linux/types.h>

#define KASAN_SHADOW_OFFSET 0xdffffc0000000000UL
#define KASAN_SHADOW_START  0xffffec0000000000UL /* of ffff8000 00000000 */
#define KASAN_SHADOW_END    0xfffffc0000000000UL

/* Bytes behind each object of a cache that nobody may touch: who had it is kept there. */
#define KASAN_METADATA_SIZE 128

static inline u8 *kasan_mem_to_shadow(const void *addr)
{
	return (u8 *)(((unsigned long)addr >> 3) + KASAN_SHADOW_OFFSET);
}

#endif
