/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_PROCESSOR_H
#define _LINUX_PROCESSOR_H

/* Waiting in a loop. */
#include <asm/processor.h>
#include <asm/tlbflush.h>

/**
 * spin_cpu_relax - one round of waiting for another CPU
 *
 * With interrupts off this CPU takes no request to flush its TLB, and the other one may be
 * waiting for just that: so it is served here.
 *
 * Context: any but NMI.
 */
static inline void spin_cpu_relax(void)
{
	tlb_serve();
	cpu_relax();
}

#endif
