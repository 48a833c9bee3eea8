/* SPDX-License-Identifier: MIT */
#ifndef ARCH_HOSTED_HOSTED_H
#define ARCH_HOSTED_HOSTED_H

/* What the files of arch/hosted/ tell each other and nobody else. */
#include <linux/compiler.h>
#include <linux/types.h>
#include "host.h"

#define HOSTED_PHYS_BITS 46

/* mmu_init - physical memory exists, and its first 4 GiB are mapped at PAGE_OFFSET. */
void mmu_init(void);

/* mmu_fill - map what the page tables have at @va; false: they have nothing, or read-only. */
bool mmu_fill(unsigned long va, bool write);

/* clock_start - time counts from here. */
void clock_start(void);

/* stack_init - remember where the stack of start-up is. */
void stack_init(void);

/* interrupts_start - from here on interrupts are taken: the timer's and other CPUs'. */
void interrupts_start(void);

/* interrupts_start_cpu - a CPU's own clock; it takes interrupts when it switches them on */
void interrupts_start_cpu(void);

/* machine_cpus - how many CPUs machine_start() finds; 1 unless the program says otherwise */
extern unsigned int machine_cpus;

/* cpus_find - what of them may ever run.  Context: start-up, before per-CPU areas. */
void cpus_find(void);

/* cpus_start - start all others: each is a thread of the process, and idles. */
void cpus_start(void);

/* hosted_cpu_begin - what a new CPU does, on its idle task's stack */
void hosted_cpu_begin(void) __noreturn;

/* cpus_stop_if_asked - once the machine has stopped, all CPUs but the one that said so stay here. */
void cpus_stop_if_asked(void);

/*
 * machine_describe - leave what a boot loader would in simulated memory
 * @cmdline: the kernel's command line
 * @map: the firmware's memory map, or NULL for one range of RAM of ordinary size
 * @nr_map: its length
 *
 * Return: physical address of the information block.
 */
struct mb2_mmap_entry {
	u64 base;
	u64 length;
	u32 type;
	u32 reserved;
};
u64 machine_describe(const char *cmdline, const struct mb2_mmap_entry *map, unsigned int nr_map);

/* machine_firmware - called when the ACPI tables have been read, to change what they said */
extern void (*machine_firmware)(void);

/* machine_magic - what the loader leaves in EAX */
extern u32 machine_magic;

/* machine_start - the order of start-up, up to the initcalls; see kernel/main.c. */
void machine_start(u64 info_phys);

/* machine_option - take note of -n, -m or -N (machine.c); false: it is none of them, or cannot be so */
bool machine_option(char letter, const char *value);

/* machine_start_chosen - machine_start() with what those say */
void machine_start_chosen(const char *cmdline);

/* hosted_program - what this program does with the machine; its exit status */
int hosted_program(int argc, char **argv);

#endif
