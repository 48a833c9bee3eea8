/* SPDX-License-Identifier: MIT */
#ifndef _CAIRN_KASAN_H
#define _CAIRN_KASAN_H

/*
 * Between mm/kasan.c, which knows what may be touched when, and who keeps it and
 * checks: mm/kasan_shadow.c in the kernel, AddressSanitizer in a process.
 */
#include <linux/types.h>
#include <asm/kasan.h>

struct slab_cache;

/* Remember who called: behind the object, in the part of its place that nobody may touch. */
void kasan_track_alloc(struct slab_cache *c, void *obj);
void kasan_track_free(struct slab_cache *c, void *obj);

#endif
