/* SPDX-License-Identifier: MIT */
/* Per-CPU data, from <linux/percpu.h> alone. */
#include <linux/percpu.h>

static DEFINE_PER_CPU(int, surface_counter);

int init_module(void)
{
	int __percpu *p = alloc_percpu(int);
	void __percpu *q = __alloc_percpu(64, 64);
	int cpu, sum = 0;

	if (!p || !q)
		return -1;
	for_each_possible_cpu(cpu)
		*per_cpu_ptr(p, cpu) = 1;
	preempt_disable();
	__this_cpu_add(surface_counter, 3);
	this_cpu_inc(surface_counter);
	sum = *this_cpu_ptr(p) + __this_cpu_read(surface_counter);
	preempt_enable();
	get_cpu_var(surface_counter)--;
	put_cpu_var(surface_counter);
	cpu = get_cpu();
	sum += per_cpu(surface_counter, cpu);
	put_cpu();
	free_percpu(p);
	free_percpu(q);
	return sum == 1 + 4 + 3 && num_online_cpus() ? 0 : -1;
}
