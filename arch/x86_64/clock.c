/* SPDX-License-Identifier: MIT */
/*
 * Time since start-up, from the time-stamp counter.
 *
 * Its frequency comes from CPUID (leaf 15h, 16h, or a hypervisor's leaf) where
 * that says; otherwise from counting it against the interval timer for a quarter
 * of a millisecond, which is as long as a start-up that is measured in
 * milliseconds should wait; from tick to tick, so that it is exact all the same.
 */
#include <linux/types.h>
#include <linux/delay.h>
#include <linux/ktime.h>
#include <linux/timex.h>
#include <cairn/start.h>
#include <asm/io.h>
#include <asm/processor.h>
#include "arch.h"

#define PIT_CHANNEL2	 0x42
#define PIT_COMMAND	 0x43
#define PIT_COUNT_DOWN	 0xb0 /* channel 2, both bytes, count once */
#define PIT_LATCH	 0x80 /* channel 2: hold the count for reading */
#define PIT_HZ		 1193182ULL
#define PIT_TICKS	 298 /* a quarter of a millisecond */
#define PIT_GATE_PORT	 0x61
#define PIT_GATE	 0x01
#define PIT_SPEAKER	 0x02
#define SPIN_CYCLES	 20000
#define SPIN_ROUNDS	 4096

#define CPUID_TSC_RATIO	 0x15
#define CPUID_FREQUENCY	 0x16
#define CPUID_HYPERVISOR 0x40000000
#define CPUID_HV_TIMING	 0x40000010

unsigned int tsc_khz;

extern u64 boot_tsc; /* boot/entry.S's first reading */

static u64 tsc_at_start;
static u64 ns_per_cycle; /* times 2^32 */

void clock_start(void)
{
	tsc_at_start = boot_tsc;
}

u64 cycles_since_start(void)
{
	return rdtsc() - tsc_at_start;
}

static u64 khz_from_cpuid(void)
{
	struct cpuid_regs r;

	if (cpu_info.max_leaf >= CPUID_TSC_RATIO) {
		r = cpuid(CPUID_TSC_RATIO, 0);
		if (r.eax && r.ebx && r.ecx)
			return (u64)r.ecx * r.ebx / r.eax / 1000;
	}
	if (cpu_has(HYPERVISOR) && cpuid(CPUID_HYPERVISOR, 0).eax >= CPUID_HV_TIMING) {
		r = cpuid(CPUID_HV_TIMING, 0);
		if (r.eax)
			return r.eax;
	}
	if (cpu_info.max_leaf >= CPUID_FREQUENCY)
		return (cpuid(CPUID_FREQUENCY, 0).eax & 0xffff) * 1000ULL;
	return 0;
}

static unsigned int pit_count(void)
{
	unsigned int low;

	outb(PIT_LATCH, PIT_COMMAND);
	low = inb(PIT_CHANNEL2);
	return low | (unsigned int)inb(PIT_CHANNEL2) << 8;
}

/* Waits for the timer's next tick; returns its count and the cycles at that moment. */
static unsigned int pit_tick(u64 *cycles)
{
	unsigned int before = pit_count(), count, round = 0;

	do {
		count = pit_count();
		*cycles = rdtsc();
	} while (count == before && ++round < SPIN_ROUNDS);
	return count;
}

static void spin_cycles(u64 cycles)
{
	u64 begin = rdtsc();

	while (rdtsc() - begin < cycles)
		cpu_relax();
}

/* Cycles from a tick of the interval timer to one PIT_TICKS or more later, scaled. */
static u64 khz_from_pit(void)
{
	u64 begin, end;
	unsigned int first, ticks, round;

	outb((inb(PIT_GATE_PORT) & ~PIT_SPEAKER) | PIT_GATE, PIT_GATE_PORT);
	outb(PIT_COUNT_DOWN, PIT_COMMAND);
	outb(0xff, PIT_CHANNEL2);
	outb(0xff, PIT_CHANNEL2);

	first = pit_tick(&begin);
	for (round = 0; round < SPIN_ROUNDS; round++) {
		spin_cycles(SPIN_CYCLES);
		if (((first - pit_count()) & 0xffff) < PIT_TICKS)
			continue;
		ticks = (first - pit_tick(&end)) & 0xffff;
		return (end - begin) * PIT_HZ / ticks / 1000;
	}
	return 0;
}

void clock_calibrate(void)
{
	u64 khz = khz_from_cpuid();

	if (!khz)
		khz = khz_from_pit();
	if (!khz)
		khz = 1000000; /* a timer that does not count: take a gigahertz */
	tsc_khz = (unsigned int)khz;
	ns_per_cycle = (1000000ULL << 32) / khz;
}

u64 ktime_get_ns(void)
{
	return (u64)((unsigned __int128)(rdtsc() - tsc_at_start) * ns_per_cycle >> 32);
}

void ndelay(unsigned long nsecs)
{
	spin_cycles((u64)nsecs * tsc_khz / 1000000 + 1);
}

void udelay(unsigned long usecs)
{
	ndelay(usecs * NSEC_PER_USEC);
}

void mdelay(unsigned long msecs)
{
	while (msecs--)
		udelay(USEC_PER_MSEC);
}
