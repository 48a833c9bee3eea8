/* SPDX-License-Identifier: MIT */
#ifndef CAIRN_MEMBLOCK_NUMA_H
#define CAIRN_MEMBLOCK_NUMA_H

#include <linux/mmzone.h>

#endif
