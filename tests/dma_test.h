/* SPDX-License-Identifier: MIT */
#ifndef _TESTS_DMA_TEST_H
#define _TESTS_DMA_TEST_H

/*
 * A device that is only a mask: the tests play it, through the direct map.  Its mask
 * is 24 bits, because any machine has memory above 16 MiB.
 */
#include <linux/device.h>
#include <linux/io.h>
#include <linux/types.h>

extern struct device dma_test_device;

/* dma_test_begin - make the device known */
void dma_test_begin(void);

/* dma_test_end - nothing is mapped for it any more; bounce pools made since the start go */
void dma_test_end(void);

/* dma_test_bus - what the device sees at one of its addresses */
static inline u8 *dma_test_bus(dma_addr_t addr)
{
	return phys_to_virt(addr);
}

#endif
