/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_CPUMASK_H
#define _LINUX_CPUMASK_H

/*
 * Which CPUs there are.  Possible CPUs are numbered without gaps from 0 to
 * nr_cpu_ids - 1, the boot CPU first.
 */
#include <linux/types.h>
#include <linux/compiler.h>
#include <asm/percpu.h>

#define CPUMASK_WORDS ((NR_CPUS + 63) / 64)

typedef struct cpumask {
	unsigned long bits[CPUMASK_WORDS];
} cpumask_t;
typedef struct cpumask cpumask_var_t[1];

extern unsigned int nr_cpu_ids;		   /* possible CPUs */
extern struct cpumask __cpu_online_mask;   /* those that run */
extern struct cpumask __cpu_possible_mask; /* 0 .. nr_cpu_ids - 1 */

#define cpu_online_mask	  ((const struct cpumask *)&__cpu_online_mask)
#define cpu_possible_mask ((const struct cpumask *)&__cpu_possible_mask)
#define cpu_present_mask  cpu_possible_mask
#define cpumask_bits(m)	  ((m)->bits)

static inline bool cpumask_test_cpu(unsigned int cpu, const struct cpumask *mask)
{
	return cpu < NR_CPUS && (READ_ONCE(mask->bits[cpu / 64]) >> (cpu % 64) & 1);
}

static inline void cpumask_set_cpu(unsigned int cpu, struct cpumask *mask)
{
	__atomic_or_fetch(&mask->bits[cpu / 64], 1UL << (cpu % 64), __ATOMIC_SEQ_CST);
}

static inline void cpumask_clear_cpu(unsigned int cpu, struct cpumask *mask)
{
	__atomic_and_fetch(&mask->bits[cpu / 64], ~(1UL << (cpu % 64)), __ATOMIC_SEQ_CST);
}

static inline void cpumask_clear(struct cpumask *mask)
{
	for (unsigned int i = 0; i < CPUMASK_WORDS; i++)
		mask->bits[i] = 0;
}

static inline void cpumask_copy(struct cpumask *to, const struct cpumask *from)
{
	*to = *from;
}

static inline unsigned int cpumask_weight(const struct cpumask *mask)
{
	unsigned int weight = 0;

	for (unsigned int i = 0; i < CPUMASK_WORDS; i++)
		for (unsigned long word = READ_ONCE(mask->bits[i]); word; word &= word - 1)
			weight++;
	return weight;
}

static inline bool cpumask_empty(const struct cpumask *mask)
{
	return cpumask_weight(mask) == 0;
}

/* cpumask_next - first CPU above @cpu in @mask, or nr_cpu_ids; -1 starts. */
static inline unsigned int cpumask_next(int cpu, const struct cpumask *mask)
{
	unsigned int next = (unsigned int)(cpu + 1);

	while (next < nr_cpu_ids && !cpumask_test_cpu(next, mask))
		next++;
	return next;
}

static inline unsigned int cpumask_first(const struct cpumask *mask)
{
	return cpumask_next(-1, mask);
}

#define for_each_cpu(cpu, mask)                                                  \
	for ((cpu) = (int)cpumask_first(mask); (unsigned int)(cpu) < nr_cpu_ids; \
	     (cpu) = (int)cpumask_next((int)(cpu), mask))
#define for_each_possible_cpu(cpu) for ((cpu) = 0; (unsigned int)(cpu) < nr_cpu_ids; (cpu)++)
#define for_each_present_cpu(cpu)  for_each_possible_cpu(cpu)
#define for_each_online_cpu(cpu)   for_each_cpu(cpu, cpu_online_mask)

#define num_online_cpus()	   cpumask_weight(cpu_online_mask)
#define num_possible_cpus()	   (nr_cpu_ids)
#define num_present_cpus()	   (nr_cpu_ids)
#define cpu_online(cpu)		   cpumask_test_cpu((unsigned int)(cpu), cpu_online_mask)
#define cpu_possible(cpu)	   ((unsigned int)(cpu) < nr_cpu_ids)
#define cpu_present(cpu)	   cpu_possible(cpu)

/* set_cpu_online - CPU @cpu starts or stops running. */
static inline void set_cpu_online(unsigned int cpu, bool online)
{
	if (online)
		cpumask_set_cpu(cpu, &__cpu_online_mask);
	else
		cpumask_clear_cpu(cpu, &__cpu_online_mask);
}

#endif
