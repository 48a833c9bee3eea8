/* SPDX-License-Identifier: MIT */
/*
 * The stacks of start-up and of the exceptions that must not trust any other.
 *
 * The boot CPU's are in the image's bss, guarded; those of the other CPUs come
 * from vmalloc(), which leaves a page unmapped below every area.
 */
#include <linux/percpu-defs.h>
#include <linux/cpumask.h>
#include <linux/gfp.h>
#include <linux/vmalloc.h>
#include <asm/stack.h>

struct guarded_stack boot_stacks[NR_BOOT_STACKS] __aligned(PAGE_SIZE)
	__section(".bss..page_aligned");

/* boot/entry.S starts there. */
asm(".globl boot_stack_top\n\t.set boot_stack_top, boot_stacks + 0x5000");
_Static_assert(sizeof(struct guarded_stack) == 0x5000, "boot_stack_top says so");

/* A started CPU's own, by enum boot_stack_id: lowest address, 0 on the boot CPU. */
struct cpu_stacks {
	unsigned long low[NR_BOOT_STACKS];
};

static DEFINE_PER_CPU(struct cpu_stacks, cpu_stacks);

static const char *const boot_stack_name[NR_BOOT_STACKS] = {
	[STACK_BOOT] = "boot",	 [STACK_DOUBLE_FAULT] = "double-fault",
	[STACK_NMI] = "NMI",	 [STACK_MACHINE_CHECK] = "machine-check",
	[STACK_DEBUG] = "debug",
};

static const char *stack_name(unsigned int id, bool boot_cpu)
{
	return id == STACK_BOOT && !boot_cpu ? "idle" : boot_stack_name[id];
}

bool cpu_stacks_alloc(unsigned int cpu)
{
	struct cpu_stacks *stacks = per_cpu_ptr(&cpu_stacks, cpu);
	unsigned int i;

	for (i = 0; i < NR_BOOT_STACKS; i++) {
		void *stack = __vmalloc_node(THREAD_SIZE, THREAD_ALIGN, GFP_KERNEL | __GFP_ZERO,
					     NUMA_NO_NODE, __builtin_return_address(0));

		if (!stack) {
			cpu_stacks_free(cpu);
			return false;
		}
		stacks->low[i] = (unsigned long)stack;
	}
	return true;
}

void cpu_stacks_free(unsigned int cpu)
{
	struct cpu_stacks *stacks = per_cpu_ptr(&cpu_stacks, cpu);
	unsigned int i;

	for (i = 0; i < NR_BOOT_STACKS; i++) {
		vfree((void *)stacks->low[i]);
		stacks->low[i] = 0;
	}
}

unsigned long cpu_stack_top(unsigned int cpu, enum boot_stack_id id)
{
	unsigned long low = per_cpu_ptr(&cpu_stacks, cpu)->low[id];

	return low ? low + THREAD_SIZE : boot_stack_end(id);
}

static bool in_stack(unsigned long addr, unsigned long low, struct stack_info *info)
{
	if (addr - (low - PAGE_SIZE) >= THREAD_SIZE + PAGE_SIZE)
		return false;
	info->low = low;
	info->high = low + THREAD_SIZE;
	info->in_guard = addr < low;
	return true;
}

static bool find_boot_stack(unsigned long addr, struct stack_info *info)
{
	unsigned int i;

	for (i = 0; i < NR_BOOT_STACKS; i++) {
		if (!in_stack(addr, (unsigned long)boot_stacks[i].stack, info))
			continue;
		info->name = stack_name(i, true);
		info->cpu = 0;
		return true;
	}
	return false;
}

/* Only addresses of the vmalloc range get here, so reports of others stay cheap. */
static bool find_cpu_stack(unsigned long addr, struct stack_info *info)
{
	unsigned int cpu, i;

	for (cpu = 1; cpu < nr_cpu_ids; cpu++) {
		const struct cpu_stacks *stacks = per_cpu_ptr(&cpu_stacks, cpu);

		for (i = 0; i < NR_BOOT_STACKS; i++) {
			if (!stacks->low[i] || !in_stack(addr, stacks->low[i], info))
				continue;
			info->name = stack_name(i, false);
			info->cpu = cpu;
			return true;
		}
	}
	return false;
}

bool stack_find(unsigned long addr, struct stack_info *info)
{
	if (addr >= KERNEL_BASE)
		return find_boot_stack(addr, info);
	return is_vmalloc_addr((const void *)addr) &&
	       (find_cpu_stack(addr, info) || thread_stack_find(addr, info));
}
