/* SPDX-License-Identifier: MIT */
#ifndef ARCH_PRELOAD_MALLOC_H
#define ARCH_PRELOAD_MALLOC_H

/* What the files of libcairn-malloc.so that are on the kernel's side tell each other. */
#include <linux/types.h>

/* ---- cpus.c ---------------------------------------------------------------------------- */

/* cpus_init - per-CPU data exists, for nr_cpu_ids CPUs; the first @shared are for everybody. */
void cpus_init(unsigned int shared);

/*
 * cpu_enter - until cpu_leave() this thread alone uses one CPU's data; returns its number
 *
 * Context: any thread, not nested.
 */
unsigned int cpu_enter(void);
void cpu_leave(unsigned int cpu);

/* ---- classes.c ------------------------------------------------------------------------- */

/* cpu_mend - give the objects in a CPU's magazines their tags back; its thread is gone. */
void cpu_mend(unsigned int cpu);

void classes_init(void);

/* ---- start.c --------------------------------------------------------------------------- */

/* preload_start - physical memory, and everything of mm/ that malloc() needs. */
void preload_start(void);

#endif
