/* SPDX-License-Identifier: MIT */
/* Zones and nodes, from <linux/mmzone.h> alone. */
#include <linux/mmzone.h>

int init_module(void)
{
	return MAX_ORDER == 11 && ZONE_DMA < ZONE_DMA32 && ZONE_DMA32 < ZONE_NORMAL &&
			       ZONE_NORMAL < ZONE_HIGHMEM && PAGE_SIZE == 4096
		       ? 0
		       : -1;
}
