/* SPDX-License-Identifier: MIT */
#ifndef _CAIRN_BENCH_H
#define _CAIRN_BENCH_H

/* The benchmark on several CPUs at once: what its instances, one a CPU, call. */
#include <linux/compiler.h>
#include <linux/types.h>

#define BENCH_SMP_MAX 8

/**
 * bench_smp_add - supply the benchmark that one CPU runs
 * @cpu: 0 .. BENCH_SMP_MAX - 1
 * @run: goes through all cases and calls bench_smp_line() at the end of each
 *
 * Context: start-up.
 */
void bench_smp_add(unsigned int cpu, int (*run)(void));

/**
 * bench_smp_line - a CPU has come to the end of a case
 * @cpu: which
 * @fmt: "mmbench: CASE OPS MIN MIN_PER_OP_X100 ...", as pr_info() would print it
 *
 * Waits until every CPU has come so far.
 *
 * Context: the thread that runs the instance; may sleep.
 */
void bench_smp_line(unsigned int cpu, const char *fmt, ...) __printf(2, 3);

#endif
