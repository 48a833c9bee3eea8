/* SPDX-License-Identifier: MIT */
/* CPUs, from <linux/smp.h> alone. */
#include <linux/smp.h>

static int calls;

static void count_call(void *info)
{
	__atomic_fetch_add((int *)info, 1, __ATOMIC_RELAXED);
}

int init_module(void)
{
	int cpu = get_cpu(), other, n = 0, ok;

	ok = cpu == smp_processor_id() && cpu == raw_smp_processor_id() && cpu_online(cpu);
	put_cpu();
	on_each_cpu(count_call, &calls, 1);
	for_each_online_cpu(other) {
		ok = ok && !smp_call_function_single(other, count_call, &calls, 1);
		n++;
	}
	return ok && n == num_online_cpus() && calls == 2 * n && n <= nr_cpu_ids ? 0 : -1;
}
