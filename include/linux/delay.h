/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_DELAY_H
#define _LINUX_DELAY_H

/* Waiting a given time. */
#include <linux/ktime.h>

/**
 * udelay - wait at least @usecs microseconds, busily
 * @usecs: microseconds
 *
 * Context: any, from cpu_init() on.
 */
void udelay(unsigned long usecs);
void ndelay(unsigned long nsecs);
void mdelay(unsigned long msecs);

/**
 * msleep - let at least @msecs milliseconds pass
 * @msecs: milliseconds
 *
 * Other threads run meanwhile.
 *
 * Context: may sleep.
 */
void msleep(unsigned int msecs);
void usleep_range(unsigned long min_us, unsigned long max_us);
void ssleep(unsigned int seconds);

#endif
