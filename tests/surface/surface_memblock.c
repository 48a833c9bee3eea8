/* SPDX-License-Identifier: MIT */
/* The boot allocator's names; by now it only tells what it did. */
#include <linux/memblock.h>

int init_module(void)
{
	int nid = NUMA_NO_NODE;

	return memblock.memory.cnt && memblock.memory.regions[0].size && nid < 0 &&
			       SMP_CACHE_BYTES >= 32 && !memblock_bottom_up()
		       ? 0
		       : -1;
}
