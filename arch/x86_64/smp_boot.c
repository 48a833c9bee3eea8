/* SPDX-License-Identifier: MIT */
/*
 * Starting the other CPUs.
 *
 *   smp_find_cpus()   before per-CPU areas: numbers the CPUs of the MADT, the boot
 *                     CPU 0, and takes a few pages below 1 MiB from memblock
 *   smp_init()        when vmalloc() works: INIT to all, then one CPU after the other
 *                     through boot/trampoline.S to secondary_start(), which puts
 *                     it into the modes of the boot CPU and leaves it idle
 *
 * The low pages:
 *
 *   | trampoline, params | pgd | pud | pmd |
 *                           |     |     '-- one leaf: 0 .. 2 MiB to themselves
 *                           '-- kernel half as in swapper_pg_dir
 *
 * They are ordinary memory again once all CPUs are up.  The identity mapping is
 * never in the kernel's own tables, and a CPU leaves the temporary ones first thing.
 *
 * CPUs start one at a time, since they share the trampoline's parameters; each
 * tells that it is done with them by going online.  One that does not in time is
 * sent back to wait for a startup interrupt, and is reported.
 *
 * Parameters: nosmp, or maxcpus=0: the boot CPU only, others are not even possible;
 * maxcpus=N: at most N are started, the others stay possible.
 *
 * Not done here: taking a CPU offline, and memory-type registers, which firmware
 * has set alike on all CPUs.
 */
#include <linux/cpumask.h>
#include <linux/delay.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/memblock.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/smp.h>
#include <linux/string.h>
#include <linux/topology.h>
#include <cairn/acpi.h>
#include <cairn/init.h>
#include <cairn/numa.h>
#include <asm/apic.h>
#include <asm/irq.h>
#include <asm/pgtable.h>
#include <asm/processor.h>
#include <asm/stack.h>
#include <asm/tlbflush.h>
#include "arch.h"

#define CPUID_TOPOLOGY 0x0b
#define LOW_END	       0x100000
#define LOW_PAGES      4
#define INIT_WAIT_US   10000
#define SIPI_WAIT_US   200
#define START_PATIENCE (5 * NSEC_PER_SEC)

/* The end of boot/trampoline.S. */
struct trampoline_params {
	u16 gdt_limit;
	u32 gdt_base;
	u16 pad0;
	u32 far32;
	u16 far32_selector;
	u16 pad1;
	u32 far64;
	u16 far64_selector;
	u16 pad2;
	u64 cr0;
	u64 cr3;
	u64 cr4;
	u64 efer;
	u64 stack;
	u64 entry;
	u64 cpu;
} __packed;

extern const char trampoline_start[], trampoline_params[], trampoline_end[];

static unsigned int max_cpus = NR_CPUS;
static phys_addr_t low_pages;
static struct task_struct *starting_idle; /* the idle task of the CPU being started */

static int set_maxcpus(const char *value)
{
	return kstrtouint(value, 0, &max_cpus);
}
BOOT_PARAM("maxcpus", set_maxcpus, "start at most so many CPUs, 0: as nosmp");

static int set_nosmp(const char *value)
{
	max_cpus = 0;
	return *value ? -EINVAL : 0;
}
BOOT_PARAM("nosmp", set_nosmp, "run on the boot CPU only");

/* ---- which CPUs there are -------------------------------------------------------------- */

static u32 __init boot_apicid(void)
{
	if (cpu_info.max_leaf >= CPUID_TOPOLOGY && cpuid(CPUID_TOPOLOGY, 0).ebx & 0xffff)
		return cpuid(CPUID_TOPOLOGY, 0).edx;
	return cpuid(1, 0).ebx >> 24;
}

static void __init add_cpu(u32 id)
{
	if (id == cpu_apicid[0] || nr_cpu_ids == NR_CPUS)
		return;
	cpu_apicid[nr_cpu_ids] = id;
	set_cpu_numa_node(nr_cpu_ids, numa_apic_node(id));
	cpumask_set_cpu(nr_cpu_ids++, &__cpu_possible_mask);
}

void __init smp_find_cpus(void)
{
	const struct acpi_madt *madt = &acpi_info.madt;
	unsigned int i;

	if (!cpu_has(APIC))
		return;
	cpu_apicid[0] = boot_apicid();
	if (!max_cpus || madt->nr_cpus < 2)
		return;
	low_pages = memblock_phys_alloc_range(LOW_PAGES * PAGE_SIZE, PAGE_SIZE, PAGE_SIZE, LOW_END);
	if (!low_pages) {
		pr_warn("smp: no memory below 1 MiB to start other CPUs with\n");
		return;
	}
	for (i = 0; i < madt->nr_cpus; i++)
		add_cpu(madt->cpu[i].apic_id);
}

/* ---- on the boot CPU ------------------------------------------------------------------- */

static struct trampoline_params *params(void)
{
	return __va(low_pages + (phys_addr_t)(trampoline_params - trampoline_start));
}

static void __init fill_tables(void)
{
	pgd_t *pgd = __va(low_pages + PAGE_SIZE);
	pud_t *pud = __va(low_pages + 2 * PAGE_SIZE);
	pmd_t *pmd = __va(low_pages + 3 * PAGE_SIZE);

	clear_page(pgd);
	clear_page(pud);
	clear_page(pmd);
	pgd_populate(&pgd[0], pud);
	pud_populate(&pud[0], pmd);
	set_pmd(&pmd[0], pfn_pmd(0, PAGE_KERNEL_EXEC));
}

/* The kernel's half: vmalloc() of a stack may have added to it. */
static void __init copy_kernel_half(void)
{
	pgd_t *pgd = __va(low_pages + PAGE_SIZE);

	memcpy(pgd + PTRS_PER_PGD / 2, swapper_pg_dir + PTRS_PER_PGD / 2, PAGE_SIZE / 2);
}

static void __init fill_trampoline(void)
{
	struct trampoline_params *p = params();
	u32 page = (u32)low_pages;

	memcpy(__va(low_pages), trampoline_start, (size_t)(trampoline_end - trampoline_start));
	p->gdt_base += page;
	p->far32 += page;
	p->far64 += page;
	p->cr0 = read_cr0();
	p->cr3 = low_pages + PAGE_SIZE;
	p->cr4 = read_cr4();
	p->efer = rdmsr(MSR_EFER) & ~EFER_LMA;
}

static bool __init wait_online(unsigned int cpu, u64 ns)
{
	u64 begin = ktime_get_ns();

	while (!cpu_online(cpu)) {
		if (ktime_get_ns() - begin > ns)
			return false;
		cpu_relax();
	}
	return true;
}

/* Two startup interrupts, the second for CPUs that missed the first. */
static bool __init wake(unsigned int cpu)
{
	u8 page = (u8)(low_pages >> PAGE_SHIFT);

	apic_send_startup(cpu_apicid[cpu], page);
	if (wait_online(cpu, SIPI_WAIT_US * NSEC_PER_USEC))
		return true;
	apic_send_startup(cpu_apicid[cpu], page);
	return wait_online(cpu, START_PATIENCE);
}

static void __init start_cpu(unsigned int cpu)
{
	struct trampoline_params *p = params();

	starting_idle = idle_task_create(cpu);
	if (!starting_idle || !cpu_stacks_alloc(cpu)) {
		pr_warn("smp: no memory for the stacks of CPU %u\n", cpu);
		return;
	}
	copy_kernel_half();
	p->stack = (u64)starting_idle->stack + THREAD_SIZE;
	p->entry = (u64)secondary_start;
	p->cpu = cpu;
	smp_wmb();
	if (wake(cpu))
		return;
	apic_send_init(cpu_apicid[cpu]);
	udelay(INIT_WAIT_US);
	cpu_stacks_free(cpu);
	pr_warn("smp: CPU %u (APIC id %u) does not start\n", cpu, cpu_apicid[cpu]);
}

static void __init start_others(void)
{
	unsigned int cpu, last = min(max_cpus, nr_cpu_ids);

	for (cpu = 1; cpu < last; cpu++)
		apic_send_init(cpu_apicid[cpu]);
	udelay(INIT_WAIT_US);
	for (cpu = 1; cpu < last; cpu++)
		start_cpu(cpu);
}

void __init smp_init(void)
{
	smp_set_vectors();
	smp_call_init();
	if (low_pages && apic_enabled()) {
		fill_tables();
		fill_trampoline();
		start_others();
	}
	if (low_pages)
		free_reserved_area(__va(low_pages), __va(low_pages + LOW_PAGES * PAGE_SIZE), 0xcc,
				   NULL);
	pr_info("smp: %u CPU%s up", num_online_cpus(), num_online_cpus() == 1 ? "" : "s");
	if (num_online_cpus() < nr_cpu_ids)
		pr_cont(" of %u", nr_cpu_ids);
	pr_cont("\n");
}

/* ---- on the new CPU -------------------------------------------------------------------- */

void __noreturn secondary_start(unsigned long cpu)
{
	struct task_struct *idle;

	write_cr3(__pa(swapper_pg_dir));
	percpu_set_base(__per_cpu_offset[cpu]);
	cpu_init_secondary();
	apic_init_secondary();
	clock_event_init_cpu();
	tlb_init_cpu();
	idle = starting_idle; /* the next CPU's, once this one is online */
	set_cpu_online((unsigned int)cpu, true);
	sched_init_secondary(idle);
	cpu_startup_entry();
}
