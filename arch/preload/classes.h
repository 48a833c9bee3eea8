/* SPDX-License-Identifier: MIT */
#ifndef ARCH_PRELOAD_CLASSES_H
#define ARCH_PRELOAD_CLASSES_H

/*
 * Size classes of malloc(): every 16 bytes up to 128, then four or five a doubling, up to 8192,
 * such that as many as possible fill the pages of their slab: 32 KiB / 7 is 4672 and little.
 *
 * kmalloc()'s own, one or two a doubling, would waste a third on a mix of sizes, and the
 * smallest of them is not aligned as malloc() has to be.
 */
#include <linux/compiler.h>
#include <linux/percpu-defs.h>
#include <linux/slab.h>
#include "../../mm/slab.h"

#define CLASS_SIZES                                                                              \
	16, 32, 48, 64, 80, 96, 112, 128, 160, 192, 224, 256, 288, 336, 400, 448, 512, 576, 672, \
		816, 1024, 1168, 1360, 1632, 2048, 2336, 2720, 3264, 4096, 4672, 5456, 6544, 8192
#define NR_CLASSES 33
#define CLASS_MAX  8192UL
#define MIN_ALIGN  16

extern struct slab_cache classes[NR_CLASSES];

/* This CPU's free objects of each class. */
DECLARE_PER_CPU_ALIGNED(struct objstack, magazines[NR_CLASSES]);

/* By size in units of MIN_ALIGN, rounded up: the class, and where its magazine lies. */
extern u8 class_of[CLASS_MAX / MIN_ALIGN + 1];
extern u16 magazine_of[CLASS_MAX / MIN_ALIGN + 1];

#endif
