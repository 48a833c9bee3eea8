/* SPDX-License-Identifier: MIT */
#ifndef _DRIVERS_EDU_H
#define _DRIVERS_EDU_H

/* What the edu driver offers to its command and to the tests. */
#include <linux/dma-direction.h>
#include <linux/types.h>

struct pci_driver;
extern struct pci_driver edu_driver;

/* edu_present - is there an edu device whose registers are mapped? */
bool edu_present(void);

/* edu_liveness - write @x to the liveness register and read it back: ~x. */
u32 edu_liveness(u32 x);

/**
 * edu_factorial - let the device compute
 * @n: factor to start from
 * @result: n! modulo 2^32
 *
 * Context: sleeps.
 * Return: 0, -ENODEV without a device, -ETIMEDOUT after two seconds.
 */
int edu_factorial(u32 n, u32 *result);

/**
 * edu_use_interrupt - choose how the device says that it is done
 * @kinds: PCI_IRQ_*: which will do; 0: not at all, the driver polls
 *
 * Context: sleeps; waits for the job that is being done.
 * Return: 0, -ENODEV without a device, or why there is none of @kinds; then it polls.
 */
int edu_use_interrupt(unsigned int kinds);

/**
 * struct edu_counts - how jobs ended, ever
 * @factorials: interrupts for a factorial
 * @transfers: interrupts for a transfer
 * @polled: jobs that were polled for
 * @lost: interrupts that did not come
 */
struct edu_counts {
	unsigned long factorials;
	unsigned long transfers;
	unsigned long polled;
	unsigned long lost;
};
void edu_get_counts(struct edu_counts *out);

/* The memory it reaches, and the part of its buffer that all versions of it do. */
#define EDU_DMA_MASK	0x0fffffffULL
#define EDU_BUFFER_SIZE 4095

/* edu_device - the device, for mappings; NULL without one. */
struct device *edu_device(void);

/**
 * edu_dma - copy between memory and the device's buffer
 * @addr: of the memory, as the device sees it
 * @offset: in its buffer
 * @size: bytes
 * @dir: DMA_TO_DEVICE or DMA_FROM_DEVICE
 *
 * Takes a tenth of a second.
 *
 * Context: sleeps.
 * Return: 0; -EINVAL beyond the buffer or the mask; -EBUSY after a time-out;
 * -ETIMEDOUT after two seconds; -ENODEV.
 */
int edu_dma(dma_addr_t addr, size_t offset, size_t size, enum dma_data_direction dir);

/* edu_copy - the same for a buffer in memory, which is mapped meanwhile; also -ENOMEM. */
int edu_copy(void *buf, size_t offset, size_t size, enum dma_data_direction dir);

#endif
