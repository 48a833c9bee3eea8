/* SPDX-License-Identifier: MIT */
#ifndef ARCH_X86_64_ARCH_H
#define ARCH_X86_64_ARCH_H

/* What the files of arch/x86_64/ tell each other and nobody else. */
#include <linux/compiler.h>
#include <linux/types.h>
#include <asm/ptrace.h>

/* Selectors of the GDT that gdt_init() loads. */
#define KERNEL_CS  0x08
#define KERNEL_TSS 0x10

/* clock_start - time counts from boot/entry.S's first look at the time-stamp counter. */
void clock_start(void);

/* clock_calibrate - find out how fast the time-stamp counter runs. */
void clock_calibrate(void);

/*
 * gdt_init - the running CPU's GDT, and the TSS that gives exceptions their stacks
 *
 * Both are per-CPU data, so the boot CPU calls it again when that has moved.
 */
void gdt_init(void);

/* smp_set_vectors - serve what CPUs send each other. */
void smp_set_vectors(void);

/* smp_stop_if_asked - for the NMI: does not return once the machine ends. */
void smp_stop_if_asked(void);

/* secondary_start - the first C code of CPU @cpu, on its idle stack. */
void __noreturn secondary_start(unsigned long cpu);

/* pic_init - legacy interrupt controllers: moved away from the exceptions, all masked. */
void pic_init(void);

/* pic_levels - a bit for each of their lines that is level triggered */
u16 pic_levels(void);

/* pic_irq_init - make their lines interrupts 0..15. */
void pic_irq_init(void);

/* pic_spurious - has line @irq asked without being in service?  Then that is all there is to do. */
bool pic_spurious(unsigned int irq);
extern unsigned int pic_spurious_count;

/**
 * ioapic_init - let the I/O APICs take the legacy controllers' place
 *
 * Lines 0..15 are where the firmware's overrides say, the numbers from 16 on are
 * inputs.  All are masked.
 *
 * Context: start-up, after apic_init().
 * Return: false, and nothing changed, where there is none to use or noapic was given.
 */
bool ioapic_init(void);

/* apic_read, apic_write - registers of this CPU's local APIC */
u32 apic_read(u32 reg);
void apic_write(u32 reg, u32 value);

/* apic_legacy_wire - let the legacy controllers interrupt the boot CPU, or not. */
void apic_legacy_wire(bool on);

/* trap_catch_take - has a test armed trap_catch()?  Then @regs lead back into it. */
bool trap_catch_take(struct pt_regs *regs, unsigned long address);

/* single_step_trap - a debug exception; true if single_step_run() caused it. */
bool single_step_trap(struct pt_regs *regs);
/* breakpoint_trap - the same for breakpoint_set(). */
bool breakpoint_trap(struct pt_regs *regs);

/*
 * report_page_fault, report_exception - everything about a trap that is nobody's;
 * @address is %cr2 as it was at the trap.
 */
void report_page_fault(struct pt_regs *regs, unsigned long address);
void report_exception(struct pt_regs *regs, unsigned long address);

/* The text around which gdb, perf and people find the vectors. */
extern char trap_stubs[], trap_return[];

#endif
