/* SPDX-License-Identifier: MIT */
#ifndef CAIRN_MEMBLOCK_MMZONE_H
#define CAIRN_MEMBLOCK_MMZONE_H

/* Nodes, as many as the kernel's <linux/mmzone.h> has. */
#define MAX_NUMNODES 64
#define NUMA_NO_NODE (-1)

#endif
