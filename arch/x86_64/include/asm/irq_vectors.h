/* SPDX-License-Identifier: MIT */
#ifndef _ASM_IRQ_VECTORS_H
#define _ASM_IRQ_VECTORS_H

/*
 * Who has which of the 256 vectors:
 *
 *	0x00 .. 0x1f	exceptions
 *	0x20 .. 0x2f	the legacy controllers' sixteen lines
 *	0x30 .. 0xef	device interrupts, given out as they are asked for
 *	0xf0 .. 0xff	what a CPU tells itself or another one
 *
 * A local APIC serves the higher sixteen first, so the last group goes before
 * any device.
 */
#define IRQ_BASE	     0x20
#define NR_LEGACY_IRQS	     16
#define FIRST_DEVICE_VECTOR  0x30
#define LAST_DEVICE_VECTOR   0xef
#define FIRST_SYSTEM_VECTOR  0xf0
#define NR_SYSTEM_VECTORS    16
#define NR_VECTORS	     256

#define TIMER_VECTOR	     0xf0 /* this CPU's clock event */
#define RESCHEDULE_VECTOR    0xf1 /* look at the run queue on the way out */
#define CALL_FUNCTION_VECTOR 0xf2 /* smp_call_function() */
#define TLB_FLUSH_VECTOR     0xf3 /* forget translations */
#define SELF_VECTOR	     0xf4 /* tests: an interrupt to oneself */
#define APIC_ERROR_VECTOR    0xfe
#define APIC_SPURIOUS_VECTOR 0xff /* its low four bits must be ones on old APICs */

#endif
