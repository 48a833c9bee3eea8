/* SPDX-License-Identifier: MIT */
#ifndef _CAIRN_ADDRESS_H
#define _CAIRN_ADDRESS_H

#include <linux/types.h>

/**
 * address_describe - say in words what an address is
 * @addr: any 64-bit value
 * @buf: where to put the text
 * @size: room in @buf; 128 holds any of them
 *
 * As "direct map of physical 0x1234000, usable RAM, zone DMA32", or "guard page
 * below the boot stack".  Follows no pointer and takes no lock but vmalloc's.
 *
 * Context: any, from cpu_init() on.
 */
void address_describe(unsigned long addr, char *buf, size_t size);

/* direct_map_describe - the same of an address of the direct map.  Context: any. */
void direct_map_describe(unsigned long addr, char *buf, size_t size);

#endif
