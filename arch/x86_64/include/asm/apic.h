/* SPDX-License-Identifier: MIT */
#ifndef _ASM_APIC_H
#define _ASM_APIC_H

/*
 * The local APIC: each CPU's end of the interrupt wires, and the way CPUs
 * interrupt one another.  Reached through a page of registers, or in x2APIC mode
 * through model-specific registers.
 */
#include <linux/cpumask.h>
#include <linux/types.h>
#include <asm/irq_vectors.h>
#include <asm/percpu.h>

/* cpu_apicid - APIC id of each CPU; [0] is set by apic_init(), the others by SMP start-up. */
extern u32 cpu_apicid[NR_CPUS];

/**
 * apic_init - switch on the boot CPU's local APIC
 *
 * Maps the registers, or switches to x2APIC mode where CPUID offers it (not with
 * nox2apic).  Nothing is done with nolapic or without an APIC.
 *
 * Context: start-up, interrupts off, after vmalloc_init().
 */
void apic_init(void);

/* apic_init_secondary - the same for the CPU it runs on, in the mode of the first one. */
void apic_init_secondary(void);

/* apic_enabled - is there a local APIC, and in use? */
bool apic_enabled(void);

/* apic_id - of the CPU this runs on */
u32 apic_id(void);

/* apic_eoi - the interrupt in service is done with. */
void apic_eoi(void);

/* apic_in_service - has this CPU not acknowledged @vector yet? */
bool apic_in_service(u8 vector);

/**
 * apic_send_ipi - interrupt another CPU, or this one
 * @cpu: number of an online CPU
 * @vector: one of FIRST_SYSTEM_VECTOR and above
 *
 * Context: any; does not wait for the interrupt to be taken.
 */
void apic_send_ipi(unsigned int cpu, u8 vector);

/* apic_send_ipi_self - interrupt this CPU: at its next instruction with interrupts on. */
void apic_send_ipi_self(u8 vector);

/* apic_send_nmi - a non-maskable interrupt for @cpu */
void apic_send_nmi(unsigned int cpu);

/*
 * apic_send_init, apic_send_startup - reset the CPU with this APIC id; start it in real
 * mode at physical address @page << 12, which lies below 1 MiB.
 */
void apic_send_init(u32 apicid);
void apic_send_startup(u32 apicid, u8 page);

#endif
