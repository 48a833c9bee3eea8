/* SPDX-License-Identifier: MIT */
/*
 * The order of start-up.
 *
 * x86_64_start() runs start_kernel() on the boot stack, with the boot page tables, and
 * with interrupts off, which go on half-way.  One line a subsystem, in the order in
 * which each can rely on those before it.
 */
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/memblock.h>
#include <linux/bootmem.h>
#include <linux/highmem.h>
#include <linux/init.h>
#include <linux/kasan.h>
#include <linux/kmemleak.h>
#include <linux/interrupt.h>
#include <linux/mm.h>
#include <linux/percpu.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/timer.h>
#include <linux/vmalloc.h>
#include <linux/workqueue.h>
#include <cairn/acpi.h>
#include <cairn/boot_info.h>
#include <cairn/console.h>
#include <cairn/dma.h>
#include <cairn/idle.h>
#include <cairn/init.h>
#include <cairn/memory_map.h>
#include <cairn/monitor.h>
#include <cairn/multiboot2.h>
#include <cairn/numa.h>
#include <cairn/pci.h>
#include <cairn/resource.h>
#include <cairn/start.h>
#include <asm/irq.h>
#include <asm/pgtable.h>
#include <asm/processor.h>

/* What start-up took; with QEMU counting instructions a cycle is one. */
static void report_cost(void)
{
	u64 total = memblock_phys_mem_size();
	u64 used = total - (nr_free_pages() << PAGE_SHIFT);

	pr_info("start: %llu cycles; %llu of %llu bytes of RAM in use\n", cycles_since_start(),
		used, total);
}

static void interrupts_on(void)
{
	interrupts_expected = true;
	tick_start();
	local_irq_enable();
}

void __noreturn start_kernel(u32 magic, u64 info_phys)
{
	console_init_early();		      /* serial port: from here on printk() is seen */
	cpu_init();			      /* exceptions are reports, the clock runs */
	boot_info_init(magic, info_phys);     /* copies what the loader left */
	boot_params_parse(boot_info.cmdline); /* sets variables, allocates nothing */
	cpu_print();
	memory_map_init(); /* memblock works, below 4 GiB */
	paging_init();	   /* page tables of our own: W^X, direct map; memblock everywhere */
	kasan_init();	   /* make KASAN=1: each access is looked up from here on */
	console_init_framebuffer(); /* the screen, and the log so far on it */
	acpi_tables_init();	    /* CPUs, nodes, ECAM, power-off */
	numa_init();		    /* which memory is near which CPU */
	smp_find_cpus();	    /* how many CPUs there may be */
	bootmem_device_init();	    /* drivers that want memory before anybody else */
	setup_per_cpu_areas();	    /* %gs finds this CPU's variables */
	cpu_init_percpu();	    /* its GDT and TSS are among them */
	mem_init();		    /* zones: memblock's free memory is theirs */
	kmem_cache_init();	    /* kmalloc() and caches */
	kmemleak_init();	    /* kmemleak=on: who has what, beside slabs */
	vmalloc_init();		    /* vmalloc(), vmap(), ioremap() */
	highmem_init();		    /* addresses for memory that has none: highmem= */
	dma_init();		    /* memory that devices reach by themselves */
	softirq_init();		    /* tasklets */
	irq_init();		    /* local APIC, interrupt lines: request_irq() */
	timers_init();		    /* mod_timer() */
	clock_event_init();	    /* and what makes them go off */
	sched_init();		    /* start-up goes on as a thread among others */
	interrupts_on();	    /* for good */
	workqueue_init();	    /* schedule_work() */
	rcu_init();		    /* call_rcu() */
	resource_init();	    /* /proc/iomem: who has which physical addresses */
	pci_init();		    /* devices and their BARs */
	smp_init();		    /* the other CPUs run, and idle */
	do_initcalls();		    /* drivers, and the modules that modules= names */
	free_initmem();		    /* start-up code and data are free memory */
	report_cost();
	pr_info("cairn: up in %llu ms, %lu MiB free\n", ktime_get_ns() / NSEC_PER_MSEC,
		nr_free_pages() >> (20 - PAGE_SHIFT));
	monitor_run();
}
