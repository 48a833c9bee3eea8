/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_TIMEX_H
#define _LINUX_TIMEX_H

/* The CPU's cycle counter. */
#include <linux/types.h>
#include <asm/processor.h>

typedef unsigned long long cycles_t;

/* get_cycles - the time-stamp counter of this CPU; tsc_khz says how fast it runs. */
static __always_inline cycles_t get_cycles(void)
{
	return rdtsc();
}

extern unsigned int tsc_khz;

#endif
