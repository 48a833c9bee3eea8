/* SPDX-License-Identifier: MIT */
/* The boot allocator's names; by now it only tells what it did. */
#include <linux/memblock.h>

int init_module(void)
{
	return memblock.memory.cnt && memblock.memory.regions[0].size && NUMA_NO_NODE == -1 &&
			       SMP_CACHE_BYTES == 64 && !memblock_bottom_up()
		       ? 0
		       : -1;
}
