/* SPDX-License-Identifier: MIT */
/*
 * Start-up in a process: what the boot loader would have left, then the order of
 * kernel/main.c as far as there is something to start.
 */
#include <linux/bootmem.h>
#include <linux/highmem.h>
#include <linux/init.h>
#include <linux/interrupt.h>
#include <linux/kernel.h>
#include <linux/kmemleak.h>
#include <linux/memblock.h>
#include <linux/mm.h>
#include <linux/percpu.h>
#include <linux/rcupdate.h>
#include <linux/reboot.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include <linux/string.h>
#include <linux/timer.h>
#include <linux/vmalloc.h>
#include <linux/workqueue.h>
#include <cairn/acpi.h>
#include <cairn/console.h>
#include <cairn/dma.h>
#include <cairn/init.h>
#include <cairn/memory_map.h>
#include <cairn/multiboot2.h>
#include <cairn/numa.h>
#include <cairn/panic.h>
#include <cairn/pci.h>
#include <cairn/resource.h>
#include <cairn/start.h>
#include <asm/io.h>
#include <asm/pgtable.h>
#include <asm/processor.h>
#include "hosted.h"

#define INFO_PHYS   0x10000ULL /* below the image, in RAM that is not handed out yet */
#define DEFAULT_RAM (512ULL << 20)
#define TAG_CMDLINE 1
#define TAG_LOADER  2
#define TAG_MMAP    6

struct cpu_info cpu_info = {.vendor = "Hosted", .phys_bits = HOSTED_PHYS_BITS};
const struct hosted_ports *hosted_ports;
void (*machine_firmware)(void);
u32 machine_magic = MB2_BOOT_MAGIC;

/* ---- What a boot loader does ----------------------------------------------------------- */

struct info_writer {
	u8 *at;
};

/* A tag with room for @payload bytes behind its header; the next one starts 8-aligned. */
static void *add_tag(struct info_writer *w, u32 type, size_t payload)
{
	u32 *tag = (u32 *)w->at;

	tag[0] = type;
	tag[1] = (u32)(8 + payload);
	w->at += (8 + payload + 7) & ~7UL;
	return tag + 2;
}

static const struct mb2_mmap_entry default_map[] = {
	{0, 0x9fc00, 1, 0},
	{0x9fc00, 0x60400, 2, 0},
	{0x100000, DEFAULT_RAM - 0x100000, 1, 0},
	{0xfffc0000, 0x40000, 2, 0},
};

u64 machine_describe(const char *cmdline, const struct mb2_mmap_entry *map, unsigned int nr_map)
{
	u32 *head = __va(INFO_PHYS);
	struct info_writer w = {.at = (u8 *)(head + 2)};
	size_t len = strlen(cmdline) + 1;
	u32 *mmap;

	if (!map) {
		map = default_map;
		nr_map = ARRAY_SIZE(default_map);
	}
	memcpy(add_tag(&w, TAG_CMDLINE, len), cmdline, len);
	memcpy(add_tag(&w, TAG_LOADER, 8), "process", 8);
	mmap = add_tag(&w, TAG_MMAP, 8 + nr_map * sizeof(*map));
	mmap[0] = sizeof(*map);
	mmap[1] = 0;
	memcpy(mmap + 2, map, nr_map * sizeof(*map));
	add_tag(&w, 0, 0);
	head[0] = (u32)(w.at - (u8 *)head);
	head[1] = 0;
	return INFO_PHYS;
}

/* ---- End ------------------------------------------------------------------------------- */

void __noreturn arch_halt(void)
{
	host_exit(EXIT_CODE_PANIC * 2 + 1);
}

void machine_poweroff(void)
{
	modules_exit();
	host_exit(0);
}

void machine_restart(void)
{
	machine_poweroff();
}

/* ---- Start-up -------------------------------------------------------------------------- */

void machine_start(u64 info_phys)
{
	boot_info_init(machine_magic, info_phys);
	boot_params_parse(boot_info.cmdline);
	memory_map_init();
	paging_init();
	acpi_tables_init();
	if (machine_firmware)
		machine_firmware();
	numa_init();
	cpus_find();
	bootmem_device_init();
	setup_per_cpu_areas();
	mem_init();
	kmem_cache_init();
	kmemleak_init();
	vmalloc_init();
	highmem_init();
	dma_init();
	softirq_init();
	timers_init();
	sched_init();
	interrupts_start();
	workqueue_init();
	rcu_init();
	resource_init();
	pci_init();
	smp_call_init();
	cpus_start();
	do_initcalls();
	free_initmem();
}

/* machine_prepare - everything before the boot loader's information can be written */
static void machine_prepare(void)
{
	clock_start();
	stack_init();
	mmu_init();
	console_init_early();
}

int hosted_main(int argc, char **argv)
{
	machine_prepare();
	return hosted_program(argc, argv);
}
