/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_TIMEKEEPING_H
#define _LINUX_TIMEKEEPING_H

#include <linux/types.h>

/**
 * ktime_get_ns - nanoseconds since the kernel's first instruction
 *
 * Context: any. Never goes backwards.
 */
u64 ktime_get_ns(void);

#endif
