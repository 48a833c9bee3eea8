/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_POISON_H
#define _LINUX_POISON_H

/*
 * Values that say what happened to memory.  The list poisons are not canonical
 * addresses, so following one traps.
 */
#define POISON_POINTER_DELTA 0xdead000000000000UL

#define LIST_POISON1	     ((void *)(0x100 + POISON_POINTER_DELTA))
#define LIST_POISON2	     ((void *)(0x122 + POISON_POINTER_DELTA))

#define PAGE_POISON	     0xaa

#define SLUB_RED_INACTIVE    0xbb /* red zone of a free object */
#define SLUB_RED_ACTIVE	     0xcc /* red zone of an allocated object */
#define POISON_INUSE	     0x5a /* padding, and an object before its first use */
#define POISON_FREE	     0x6b /* a free object */
#define POISON_END	     0xa5 /* its last byte */
#define POISON_FREE_INITMEM  0xcc

#endif
