/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_JIFFIES_H
#define _LINUX_JIFFIES_H

/* Time since start-up in ticks of 1/HZ second, read off the cycle counter. */
#include <linux/types.h>
#include <linux/limits.h>
#include <linux/ktime.h>

#define HZ		 1000
#define USER_HZ		 100
#define TICK_NSEC	 (NSEC_PER_SEC / HZ)

#define MAX_JIFFY_OFFSET ((LONG_MAX >> 1) - 1)

static inline u64 get_jiffies_64(void)
{
	return ktime_get_ns() / TICK_NSEC;
}

/* jiffies - not a variable: read it afresh each time */
#define jiffies	   ((unsigned long)get_jiffies_64())
#define jiffies_64 get_jiffies_64()

/* Comparisons that hold across a wrap. */
#define time_after(a, b)	  ((long)((b) - (a)) < 0)
#define time_before(a, b)	  time_after(b, a)
#define time_after_eq(a, b)	  ((long)((a) - (b)) >= 0)
#define time_before_eq(a, b)	  time_after_eq(b, a)
#define time_in_range(a, b, c)	  (time_after_eq(a, b) && time_before_eq(a, c))
#define time_is_before_jiffies(a) time_after(jiffies, a)
#define time_is_after_jiffies(a)  time_before(jiffies, a)

/* To jiffies, rounded up; times too long for a timeout become MAX_JIFFY_OFFSET. */
static inline unsigned long msecs_to_jiffies(unsigned int ms)
{
	if ((int)ms < 0)
		return MAX_JIFFY_OFFSET;
	return ((u64)ms * HZ + MSEC_PER_SEC - 1) / MSEC_PER_SEC;
}

static inline unsigned long usecs_to_jiffies(unsigned int us)
{
	return ((u64)us * HZ + USEC_PER_SEC - 1) / USEC_PER_SEC;
}

static inline unsigned long nsecs_to_jiffies(u64 ns)
{
	return ns / TICK_NSEC;
}

static inline unsigned int jiffies_to_msecs(unsigned long j)
{
	return (u64)j * MSEC_PER_SEC / HZ;
}

static inline unsigned int jiffies_to_usecs(unsigned long j)
{
	return (u64)j * USEC_PER_SEC / HZ;
}

static inline u64 jiffies_to_nsecs(unsigned long j)
{
	return (u64)j * TICK_NSEC;
}

#endif
