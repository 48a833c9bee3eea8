/* SPDX-License-Identifier: MIT */
#ifndef _ASM_KASAN_H
#define _ASM_KASAN_H

/* Bytes behind each object of a cache that nobody may touch. */
#define KASAN_METADATA_SIZE 32

#endif
