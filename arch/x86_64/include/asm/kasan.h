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

/* kasan_fill - set @n bytes of shadow, or of anything, past all checks */
static inline void kasan_fill(u8 *at, u8 value, size_t n)
{
	asm volatile("rep stosb" : "+D"(at), "+c"(n) : "a"(value) : "memory");
}

/* kasan_init_shadow - have shadow for all RAM and the image.  Start-up. */
void kasan_init_shadow(void);

/* kasan_shadow_pages - how many pages shadow takes */
unsigned long kasan_shadow_pages(void);

/* kasan_back_shadow - have shadow of vmalloc range [@addr, @addr + @size), if there is memory */
void kasan_back_shadow(const void *addr, size_t size);

/* kasan_shadow_backed - is there shadow of its own at @shadow, of the vmalloc range? */
bool kasan_shadow_backed(const u8 *shadow);

#endif
