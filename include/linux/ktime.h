/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_KTIME_H
#define _LINUX_KTIME_H

/* Time since start-up: ktime_t is nanoseconds. */
#include <linux/types.h>

typedef s64 ktime_t;

#define NSEC_PER_SEC  1000000000L
#define NSEC_PER_MSEC 1000000L
#define NSEC_PER_USEC 1000L
#define USEC_PER_SEC  1000000L
#define USEC_PER_MSEC 1000L
#define MSEC_PER_SEC  1000L

/**
 * ktime_get_ns - nanoseconds since the kernel's first C function
 *
 * Context: any.
 * Return: never runs backwards; 0 until cpu_init() has calibrated the clock.
 */
u64 ktime_get_ns(void);

static inline ktime_t ktime_get(void)
{
	return (ktime_t)ktime_get_ns();
}

#define ktime_get_boottime()	 ktime_get()
#define ktime_get_boottime_ns()	 ktime_get_ns()
#define ktime_get_mono_fast_ns() ktime_get_ns()

#define ktime_add(a, b)		 ((ktime_t)((a) + (b)))
#define ktime_sub(a, b)		 ((ktime_t)((a) - (b)))
#define ktime_add_ns(kt, ns)	 ((ktime_t)((kt) + (s64)(ns)))
#define ktime_add_us(kt, us)	 ktime_add_ns(kt, (s64)(us)*NSEC_PER_USEC)
#define ktime_add_ms(kt, ms)	 ktime_add_ns(kt, (s64)(ms)*NSEC_PER_MSEC)
#define ktime_to_ns(kt)		 ((s64)(kt))
#define ktime_to_us(kt)		 ((s64)(kt) / NSEC_PER_USEC)
#define ktime_to_ms(kt)		 ((s64)(kt) / NSEC_PER_MSEC)
#define ktime_us_delta(a, b)	 ktime_to_us(ktime_sub(a, b))
#define ktime_ms_delta(a, b)	 ktime_to_ms(ktime_sub(a, b))
#define ns_to_ktime(ns)		 ((ktime_t)(ns))
#define us_to_ktime(us)		 ((ktime_t)(us)*NSEC_PER_USEC)
#define ms_to_ktime(ms)		 ((ktime_t)(ms)*NSEC_PER_MSEC)
#define ktime_set(secs, nsecs)	 ((ktime_t)(secs)*NSEC_PER_SEC + (s64)(nsecs))
#define ktime_before(a, b)	 ((a) < (b))
#define ktime_after(a, b)	 ((a) > (b))
#define ktime_compare(a, b)	 ((a) < (b) ? -1 : (a) > (b))

#endif
