/* SPDX-License-Identifier: MIT */
/*
 * The clock event: an interrupt on this CPU at a given time.
 *
 * The local APIC's timer, where there is one: its counter, which is calibrated
 * against the time-stamp counter, or, where CPUID offers it, a comparison with the
 * time-stamp counter itself.  Without a local APIC it comes a hundred times a second
 * whether wanted or not, from the legacy timer (pic.c).
 *
 * Context: clock_event_set() with interrupts off; each CPU sets its own.
 */
#include <linux/delay.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/timer.h>
#include <linux/timex.h>
#include <asm/apic.h>
#include <asm/irq.h>
#include <asm/processor.h>
#include "arch.h"

#define APIC_LVT_TIMER	   0x320
#define APIC_TIMER_COUNT   0x380
#define APIC_TIMER_CURRENT 0x390
#define APIC_TIMER_DIVIDE  0x3e0
#define DIVIDE_BY_16	   0x3
#define LVT_MASKED	   0x10000
#define LVT_TSC_DEADLINE   0x40000
#define MSR_TSC_DEADLINE   0x6e0
#define CALIBRATION_US	   200

/* Immutable after clock_event_init(). */
static bool use_deadline;
static u64 counts_per_ms; /* of the APIC timer; 0: there is none */

static void apic_timer_interrupt(struct pt_regs *regs __unused)
{
	timer_interrupt();
}

/* Counts of the APIC timer in a millisecond. */
static u64 __init calibrate(void)
{
	u64 begin, cycles;
	u32 counts;

	apic_write(APIC_TIMER_DIVIDE, DIVIDE_BY_16);
	apic_write(APIC_LVT_TIMER, LVT_MASKED | TIMER_VECTOR);
	apic_write(APIC_TIMER_COUNT, ~0u);
	begin = rdtsc();
	udelay(CALIBRATION_US);
	counts = ~0u - apic_read(APIC_TIMER_CURRENT);
	cycles = rdtsc() - begin;
	apic_write(APIC_TIMER_COUNT, 0);
	return (u64)counts * tsc_khz / cycles;
}

void clock_event_init_cpu(void)
{
	if (!counts_per_ms)
		return;
	apic_write(APIC_TIMER_DIVIDE, DIVIDE_BY_16);
	apic_write(APIC_LVT_TIMER, TIMER_VECTOR | (use_deadline ? LVT_TSC_DEADLINE : 0));
	/* The mode must be set before the first deadline is. */
	asm volatile("mfence" ::: "memory");
}

bool clock_event_exact(void)
{
	return counts_per_ms;
}

void __init clock_event_init(void)
{
	if (apic_enabled())
		counts_per_ms = calibrate();
	if (!counts_per_ms)
		return;
	use_deadline = cpu_has(TSC_DEADLINE);
	system_vector_set(TIMER_VECTOR, apic_timer_interrupt);
	clock_event_init_cpu();
	pr_info("clock: local APIC timer, %llu kHz%s\n", counts_per_ms * 16,
		use_deadline ? ", by the time-stamp counter" : "");
}

void clock_event_set(u64 when)
{
	u64 now = ktime_get_ns();
	/* A minute is as good as for ever, and far from where the products below wrap. */
	u64 ns = when > now ? min_t(u64, when - now, 60 * NSEC_PER_SEC) : 0;

	if (use_deadline)
		wrmsr(MSR_TSC_DEADLINE, rdtsc() + ns / 1000 * tsc_khz / 1000 + 1);
	else if (counts_per_ms)
		apic_write(APIC_TIMER_COUNT,
			   (u32)min_t(u64, ns * counts_per_ms / NSEC_PER_MSEC + 1, ~0u));
}
