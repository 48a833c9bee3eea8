/* SPDX-License-Identifier: MIT */
/*
 * One CPU's copy of mmbench.c, with statics of its own.  The source stays as it
 * is: its headers come first, then what it is to find instead of some of them.
 */
#include <linux/types.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/timex.h>
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>
#include <linux/mempool.h>
#include <linux/percpu.h>
#include <linux/io.h>
#include <linux/pci.h>
#include <cairn/bench.h>

#undef pr_info
#define pr_info(fmt, ...) bench_smp_line(INSTANCE, fmt, ##__VA_ARGS__)

#undef MODULE
#define mmbench_run instance_run
#include "../mmbench.c"
#define MODULE

static int __init instance_init(void)
{
	bench_smp_add(INSTANCE, instance_run);
	return 0;
}
module_init(instance_init);
MODULE_LICENSE("Dual MIT/GPL");
