/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_TIMEKEEPING_H
#define _LINUX_TIMEKEEPING_H

/* The clock; <linux/ktime.h> has all of it. */
#include <linux/ktime.h>

#endif
