/* SPDX-License-Identifier: MIT */
/*
 * The per-CPU areas: one copy of the per-CPU section for every CPU.
 *
 *   __per_cpu_start                          linked copy: the template
 *        |
 *        +-- __per_cpu_offset[0] --> | static | dynamic |  (returned)  |
 *        +-- __per_cpu_offset[1] --> | static | dynamic |  (returned)  |
 *                                    |<------ 1 << unit_shift -------->|
 *
 * The units of the first chunk lie at one stride, a power of two, so that later
 * chunks (percpu.c) can lie anywhere else at the same stride and be reached with
 * the same offsets: a per-CPU pointer + __per_cpu_offset[c] is CPU c's copy
 * whichever chunk it belongs to.  What a unit does not use goes back to memblock.
 *
 * Until setup_per_cpu_areas() the boot CPU works on the linked copy at distance
 * 0; its values move with it.  Nothing may keep a pointer to this_cpu_ptr()
 * memory across that call.
 */
#include <linux/types.h>
#include <linux/percpu-defs.h>
#include <linux/cpumask.h>
#include "percpu.h"

unsigned long __per_cpu_offset[NR_CPUS];
DEFINE_PER_CPU(unsigned long, this_cpu_off);
DEFINE_PER_CPU(int, cpu_number);

unsigned int nr_cpu_ids = 1;
struct cpumask __cpu_possible_mask = {{1}};
struct cpumask __cpu_online_mask = {{1}};

struct pcpu_layout pcpu_layout;
