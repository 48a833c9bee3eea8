/* SPDX-License-Identifier: MIT */
/* Per-CPU data, from <linux/percpu.h> alone. */
#include <linux/percpu.h>

static DEFINE_PER_CPU(int, surface_counter);
DECLARE_PER_CPU(long, surface_declared);
DEFINE_PER_CPU(long, surface_declared);

static int is_online_missing(void)
{
	int cpu, n = 0;

	for_each_online_cpu(cpu)
		n++;
	return n != num_online_cpus();
}

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
	__this_cpu_write(surface_declared, 10);
	__this_cpu_sub(surface_declared, 1);
	__this_cpu_inc(surface_declared);
	__this_cpu_dec(surface_declared);
	this_cpu_write(surface_declared, this_cpu_read(surface_declared) + 1);
	this_cpu_add(surface_declared, 2);
	this_cpu_sub(surface_declared, 1);
	this_cpu_dec(surface_declared);
	sum += __this_cpu_add_return(surface_declared, 5) == 15 ? 0 : 100;
	sum += __this_cpu_sub_return(surface_declared, 5) == 10 ? 0 : 100;
	sum += this_cpu_add_return(surface_declared, 1) == 11 ? 0 : 100;
	sum += this_cpu_sub_return(surface_declared, 1) == 10 ? 0 : 100;
	sum += per_cpu(surface_declared, smp_processor_id()) == 10 ? 0 : 100;
	preempt_enable();
	get_cpu_var(surface_counter)--;
	put_cpu_var(surface_counter);
	cpu = get_cpu();
	sum += per_cpu(surface_counter, cpu);
	put_cpu();
	free_percpu(p);
	free_percpu(q);
	return sum == 1 + 4 + 3 && num_online_cpus() && !is_online_missing() ? 0 : -1;
}
