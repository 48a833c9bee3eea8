/* SPDX-License-Identifier: MIT */
#ifndef _ASM_APIC_H
#define _ASM_APIC_H

/* CPUs that interrupt one another. */
#include <linux/types.h>
#include <asm/irq_vectors.h>
#include <asm/percpu.h>

/* apic_send_ipi - @cpu takes an interrupt when it next looks for one; does not wait */
void apic_send_ipi(unsigned int cpu, u8 vector);

/* apic_send_ipi_self - the running CPU takes one, now if its interrupts are on */
void apic_send_ipi_self(u8 vector);

/* No device interrupts this machine, so there is nothing to route or to acknowledge. */
extern u32 cpu_apicid[NR_CPUS];

static inline bool apic_enabled(void)
{
	return true;
}

static inline void apic_eoi(void)
{
}

#endif
