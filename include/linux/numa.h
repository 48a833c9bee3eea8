/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_NUMA_H
#define _LINUX_NUMA_H

/* NUMA_NO_NODE and MAX_NUMNODES. */
#include <linux/mmzone.h>

#endif
