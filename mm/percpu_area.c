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
#include <linux/kernel.h>
#include <linux/bug.h>
#include <linux/string.h>
#include <linux/memblock.h>
#include <linux/percpu-defs.h>
#include <linux/cpumask.h>
#include <linux/topology.h>
#include <linux/vmalloc.h>
#include "percpu.h"

unsigned long __per_cpu_offset[NR_CPUS];
DEFINE_PER_CPU(unsigned long, this_cpu_off);
DEFINE_PER_CPU(int, cpu_number);

unsigned int nr_cpu_ids = 1;
struct cpumask __cpu_possible_mask = {{1}};
struct cpumask __cpu_online_mask = {{1}};

struct pcpu_layout pcpu_layout;

/* The smallest power of two, at least PCPU_LEAST_UNIT, that holds @bytes. */
static unsigned int unit_shift_for(unsigned long bytes)
{
	unsigned int shift = 0;

	while ((1UL << shift) < PCPU_LEAST_UNIT || (1UL << shift) < bytes)
		shift++;
	return shift;
}

/* Fills CPU @cpu's unit at @unit and gives back the end that nothing uses. */
static void setup_unit(unsigned int cpu, char *unit)
{
	unsigned long size = 1UL << pcpu_layout.unit_shift;

	memcpy(unit, __per_cpu_start, pcpu_layout.static_bytes);
	memset(unit + pcpu_layout.static_bytes, 0,
	       pcpu_layout.first_bytes - pcpu_layout.static_bytes);
	memblock_free(unit + pcpu_layout.first_bytes, size - pcpu_layout.first_bytes);
	__per_cpu_offset[cpu] = (unsigned long)unit - (unsigned long)__per_cpu_start;
	per_cpu(this_cpu_off, cpu) = __per_cpu_offset[cpu];
	per_cpu(cpu_number, cpu) = (int)cpu;
	per_cpu(numa_node, cpu) = cpu_to_node(cpu);
}

void setup_per_cpu_areas(void)
{
	char *units;

	pcpu_layout.static_bytes = (unsigned long)(__per_cpu_end - __per_cpu_start);
	pcpu_layout.first_bytes = pcpu_layout.static_bytes + PCPU_FIRST_DYNAMIC;
	pcpu_layout.unit_shift = unit_shift_for(pcpu_layout.first_bytes);
	units = memblock_alloc_raw((phys_addr_t)nr_cpu_ids << pcpu_layout.unit_shift, PAGE_SIZE);
	if (!units)
		panic("percpu: no boot memory for %u CPUs of %lu KiB", nr_cpu_ids,
		      (1UL << pcpu_layout.unit_shift) >> 10);
	pcpu_layout.base = (unsigned long)units;
	pcpu_layout.first_chunk = memblock_alloc(pcpu_chunk_struct_size(), SMP_CACHE_BYTES);
	if (!pcpu_layout.first_chunk)
		panic("percpu: no boot memory");

	for (unsigned int cpu = 0; cpu < nr_cpu_ids; cpu++)
		setup_unit(cpu, units + ((unsigned long)cpu << pcpu_layout.unit_shift));
	percpu_set_base(__per_cpu_offset[0]);
	pcpu_init_first_chunk();
}

phys_addr_t per_cpu_ptr_to_phys(void *addr)
{
	if (!is_vmalloc_addr(addr))
		return __pa(addr);
	return PFN_PHYS(vmalloc_to_pfn(addr)) + ((unsigned long)addr & ~PAGE_MASK);
}

bool is_kernel_percpu_address(unsigned long addr)
{
	unsigned long at = addr - pcpu_layout.base;
	unsigned long unit = 1UL << pcpu_layout.unit_shift;

	return at < unit * nr_cpu_ids && (at & (unit - 1)) < pcpu_layout.static_bytes;
}
