/* SPDX-License-Identifier: MIT */
#ifndef MM_PERCPU_H
#define MM_PERCPU_H

/* What percpu_area.c lays out and percpu.c allocates from. */
#include <linux/types.h>
#include <asm/page.h>

/* Room for dynamic objects in the first chunk, bytes a CPU. */
#define PCPU_FIRST_DYNAMIC (32UL << 10)

/* Least distance between two CPUs' copies. */
#define PCPU_LEAST_UNIT (256UL << 10)

/**
 * struct pcpu_layout - the shape of every chunk
 * @unit_shift: a CPU's copy of a chunk starts 1 << unit_shift bytes after the one before
 * @base: CPU 0's copy of the first chunk, in the direct map
 * @static_bytes: the linked section, whole pages; dynamic objects follow it
 * @first_bytes: of the first chunk's unit that has memory behind it
 *
 * Written by setup_per_cpu_areas(), constant afterwards.
 */
struct pcpu_layout {
	unsigned int unit_shift;
	unsigned long base;
	unsigned long static_bytes;
	unsigned long first_bytes;
};

extern struct pcpu_layout pcpu_layout;

#endif
